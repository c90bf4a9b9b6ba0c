"""The demonstration's evaluation plans, made with the helper as a coordinator would: what it proposes is taken."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.evaluating.drafting import Days, Draft
from action_plans.evaluating.helping import help_with, source_for
from action_plans.evaluating.starting import helped_start
from action_plans.evaluating.zones import counted_selection
from action_plans.measures import actions as measures
from action_plans.models import Commitment, EvaluationPlan, Measure, MeasureMove, MeasureState
from action_plans.plans.actions import make_plan
from areas.models import Area, Place
from cause_analysis.models import Problem
from est_platform.demonstration.cast import BLACKPOOL
from partners.models import Collaboration, Group, Organisation, User

DAY = dt.date
# How many areas are compared with: the first the helper proposes.
COMPARED = 4
# Real months of data.police.uk before and after a measure that never was.
WARD_BEFORE, WARD_AFTER = (DAY(2021, 4, 1), DAY(2021, 9, 30)), (DAY(2022, 4, 1), DAY(2022, 9, 30))
WARD_DECIDED, WARD_STARTS = DAY(2022, 2, 10), DAY(2022, 4, 1)


def plan_evaluation(
    measure: Measure, *, by: User, indicator: str, before: Days, after: Days, ring_m: int, decision_rule: str
) -> EvaluationPlan:
    """An evaluation plan of what the measure already says, compared with the areas the helper finds most alike."""
    now = timezone.now()
    source = source_for(measure.plan.area, today=timezone.localdate(now))
    start = helped_start(measure, source, now=now)
    places = list(Place.objects.filter(pk__in=start["treated_places"]))
    draft = Draft(
        measure=measure,
        selection=counted_selection(start["selection"]),
        places=tuple(places),
        areas=(),
        compared_places=(),
        ring_m=ring_m,
        before=before,
        after=after,
    )
    found = help_with(draft, now=now, source=source)
    areas = [one.thing for one in found.candidates if isinstance(one.thing, Area) and not one.refused]
    return measures.write_evaluation_plan(
        by=by,
        measure=measure,
        row_version=0,
        indicator=indicator,
        selection=start["selection"],
        treated_places=places,
        comparison_areas=areas[:COMPARED],
        ring_m=ring_m,
        before_from=before[0],
        before_to=before[1],
        after_from=after[0],
        after_to=after[1],
        decision_rule=decision_rule,
        is_confirmed=True,
    )


def load_ward_measure(here: Collaboration, people: dict[str, User], problem: Problem | None) -> int:
    """A pretended measure in a real ward, decided, carried out and planned to be evaluated on real counts."""
    if problem is None:
        return 0
    coordinator, police = (people[f"{name}@{BLACKPOOL}.example"] for name in ("samordnare", "omradespolis"))
    group = Group.objects.get(collaboration=here, name="Områdesgruppen")
    plan = make_plan(
        by=coordinator,
        area=Area.objects.get(pk=problem.area_id),
        title="Påhittad plan på verkliga öppna data, 2022",
        first_day=DAY(2022, 1, 1),
        last_day=DAY(2022, 12, 31),
        purpose="Visar hur en utvärdering ser ut. Ingen åtgärd har gjorts.",
        is_confirmed=True,
    )
    measure = measures.add_measure(
        by=coordinator,
        plan=plan,
        problem=problem,
        title="Fotpatrull i stadsdelen, påhittad",
        mechanism="Den som syns avbryter störningar innan de växer.",
        indicator="händelser som polisens öppna data kallar anti-social behaviour",
        operation="ordinary",
        level="tactical",
        recurrence="weekly",
        start_on=WARD_STARTS,
        due_on=WARD_AFTER[1],
        follow_up_on=DAY(2022, 10, 20),
        is_confirmed=True,
    )
    planned = plan_evaluation(
        measure,
        by=coordinator,
        indicator="händelser som polisens öppna data kallar anti-social behaviour",
        before=WARD_BEFORE,
        after=WARD_AFTER,
        ring_m=200,
        decision_rule="Är det inte en fjärdedel färre än i jämförelsen läggs tiden på annat.",
    )
    measure = measures.change_measure(
        by=coordinator,
        measure=measure,
        row_version=measure.row_version,
        baseline=planned.facts["treated"],
        baseline_from=WARD_BEFORE[0],
        baseline_to=WARD_BEFORE[1],
        is_confirmed=True,
    )
    lead = commitments.draft_part(
        by=coordinator,
        measure=measure,
        asked_by=Organisation.objects.get(collaboration=here, name="Kommunen"),
        asked_of=Organisation.objects.get(collaboration=here, name="Polisen"),
        text="Gå till fots i stadsdelen tre kvällar i veckan.",
        due_on=WARD_AFTER[1],
        is_lead=True,
        is_confirmed=True,
    )
    measures.propose(by=coordinator, measure=measure)
    commitments.accept(by=police, commitment=lead)
    measures.decide(
        by=coordinator,
        measure=measure,
        group=group,
        override_reason="Påhittat beslut: orsaken är inte utredd, eftersom ingen har varit på plats.",
        is_confirmed=True,
    )
    for to in (MeasureState.ONGOING, MeasureState.CARRIED_OUT):
        measures.run(by=coordinator, measure=measure, to=to)
    days = {"proposed": DAY(2022, 1, 27), "decided": WARD_DECIDED, "ongoing": WARD_STARTS, "carried_out": WARD_AFTER[1]}
    for step in MeasureMove.objects.filter(measure=measure):
        MeasureMove.objects.filter(pk=step.pk).update(at=at(days[step.to_state]))
    Commitment.objects.filter(pk=lead.pk).update(asked_at=at(days["proposed"]), answered_at=at(DAY(2022, 2, 1)))
    fixed_on([measure], WARD_DECIDED)
    return 1


def fixed_on(planned: list[Measure], day: dt.date) -> None:
    """Put the plans' being fixed on the day their measures were decided."""
    EvaluationPlan.objects.filter(measure__in=planned).update(fixed_at=at(day))


def at(day: dt.date) -> dt.datetime:
    """Ten o'clock on a day."""
    return dt.datetime.combine(day, dt.time(10), tzinfo=timezone.get_default_timezone())
