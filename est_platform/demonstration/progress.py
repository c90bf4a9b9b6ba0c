"""The demonstration's plan of this autumn for one garage: what was planned, what has been done, and what hinders.

One measure goes as planned, one was hindered and goes on, one is hindered now, and of one nobody has told anything.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from action_plans.commitments import actions as commitments
from action_plans.evaluating.drafting import add_months, first_of_next
from action_plans.goals.actions import add_goal
from action_plans.measures import actions as measures
from action_plans.models import (
    Agreement,
    Commitment,
    Goal,
    Measure,
    MeasureState,
    Plan,
)
from action_plans.plans.actions import make_plan
from areas.models import Area, Place
from cause_analysis.models import Cause, CauseAnalysis, Problem
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.causes import GARAGE_PLACE
from est_platform.demonstration.clock import at_ten, turned_to
from est_platform.demonstration.evaluation_plans import plan_evaluation
from est_platform.demonstration.photos import drawn
from followup.models import Course, DoseKind, DosePlan, ObstacleCode
from followup.progress.actions import plan_doses, resolve_obstacle, tell
from followup.progress.photos import add_proof
from partners.models import Collaboration, Organisation, User

_HOUSING, _POLICE, _PARKS = "sakerhetsansvarig", "kommunpolis", "atgardsansvarig"
# So many days after the council's decision the measures begin.
BEGINS_AFTER = 5
# So many days before the last day of the reports the first news was told.
EARLIEST_NEWS = 55


@dataclass(frozen=True)
class Said:
    """News: so many days before the last day, how it went, and what was done since last time."""

    days_ago: int
    course: Course
    text: str
    done: int = 0
    hours: int | None = None
    cost_sek: int | None = None
    obstacle: ObstacleCode | None = None
    # So many days before the last day it was out of the way.
    resolved: int | None = None
    with_photo: bool = False


@dataclass(frozen=True)
class Current:
    """A measure under way: about which cause, who leads it, how much is planned, and what has been told."""

    title: str
    cause: str
    mechanism: str
    technique: str
    of: str
    who: str
    part: str
    kind: DoseKind | None = None
    word: str = ""
    planned: int = 0
    hours: int | None = None
    cost_sek: int | None = None
    told: tuple[Said, ...] = ()


_GATE, _DARK = "Grinden står öppen på natten", "Längst in på nedre planet är det mörkt, och ingen ser dit"
_GOES, _HINDERED, _DONE = Course.AS_PLANNED, Course.HINDERED, Course.DONE
CURRENT = (
    Current(
        "Byt motorn till grinden i P-huset Norra",
        _GATE,
        "Den som inte har en plats i huset kommer inte in på natten.",
        "SP02",
        "Bostadsbolaget",
        _HOUSING,
        "Byta motorn och se att grinden går igen varje kväll.",
        hours=24,
        cost_sek=85_000,
        told=(
            Said(45, _GOES, "Motorn är beställd. Grinden stängs för hand varje kväll.", hours=9),
            Said(
                12, _HINDERED, "Elbolaget ska dra ny ledning fram till grinden först.",
                hours=3, cost_sek=31_000, obstacle=ObstacleCode.PARTNER,
            ),
        ),
    ),
    Current(
        "Byt armaturerna på de två nedre planen",
        _DARK,
        "Den som syns från infarten tänder inte där.",
        "SP07",
        "Bostadsbolaget",
        _HOUSING,
        "Byta armaturerna på plan ett och två.",
        kind=DoseKind.LAMPS,
        planned=24,
        hours=40,
        cost_sek=60_000,
        told=(
            Said(
                50, _HINDERED, "Montören är sjukskriven.", done=3, hours=6, cost_sek=9_000,
                obstacle=ObstacleCode.STAFF, resolved=36,
            ),
            Said(30, _GOES, "Plan ett är klart.", done=9, hours=14, cost_sek=22_000),
            Said(6, _GOES, "Halva plan två lyser.", done=5, hours=8, cost_sek=12_000, with_photo=True),
        ),
    ),
    Current(
        "Poliser går igenom P-huset på natten",
        _DARK,
        "När det inte går att veta om någon kommer är det inte längre ostört.",
        "SP10",
        "Polisen",
        _POLICE,
        "Gå igenom huset två nätter i veckan, torsdag till lördag.",
        kind=DoseKind.PATROLS,
        planned=36,
        hours=54,
        told=(
            Said(55, _GOES, "Två nätter i veckan sedan starten.", done=4, hours=6),
            Said(34, _GOES, "", done=6, hours=9),
            Said(13, _GOES, "Ingen i huset någon av nätterna.", done=6, hours=9),
            Said(2, _GOES, "", done=3, hours=5),
        ),
    ),
    Current(
        "Töm de nedre planen på däck och möbler",
        _DARK,
        "Utan något som brinner lätt slocknar det som tänds.",
        "SP14",
        "Kommunen",
        _PARKS,
        "Hämta det som står längs väggarna varannan vecka.",
        kind=DoseKind.OWN,
        word="hämtningar",
        planned=12,
        hours=36,
        # Nobody has told anything since: it is taken up at the next meeting.
        told=(Said(47, _GOES, "Första hämtningen blev fyra lass.", done=1, hours=6),),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Proposed:
    """The plan as it is laid before the council: its goal and its measures, none of them decided."""

    plan: Plan
    goal: Goal
    measures: tuple[tuple[Current, Measure], ...]


def propose_plan(
    here: Collaboration, people: dict[str, User], problem: Problem | None, *, until: dt.date, decided_on: dt.date
) -> Proposed | None:
    """What is laid before the council. Nothing where nobody has analysed, or the reports end too long ago."""
    analysed = CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False)
    if problem is None or not analysed.exists() or (until - decided_on).days < EARLIEST_NEWS + BEGINS_AFTER:
        return None
    problem.refresh_from_db()
    someone = _functions(people)
    coordinator = someone["samordnare"]
    with turned_to(at_ten(decided_on - dt.timedelta(days=21))):
        plan = make_plan(
            by=coordinator,
            area=Area.objects.get(pk=problem.area_id),
            agreement=Agreement.objects.filter(collaboration=here, last_day__gte=until).first(),
            title="Handlingsplan för P-huset Norra",
            first_day=decided_on.replace(day=1),
            last_day=add_months(decided_on.replace(day=1), 12),
            purpose="Ingen ska behöva vara orolig för bilen, eller för röken.",
            hours_available=200,
            money_available=160_000,
            is_confirmed=True,
        )
        goal = _goal(plan, problem, coordinator, decided_on)
    with turned_to(at_ten(decided_on - dt.timedelta(days=14))):
        drafted = [
            (current, *_measure(current, plan, problem, goal, coordinator, decided_on, until)) for current in CURRENT
        ]
    with turned_to(at_ten(decided_on - dt.timedelta(days=9))):
        for current, _measured, lead in drafted:
            commitments.accept(by=someone[current.who], commitment=lead)
    return Proposed(plan, goal, tuple((current, measure) for current, measure, _lead in drafted))


def load_progress(people: dict[str, User], proposed: Proposed, *, until: dt.date, decided_on: dt.date) -> int:
    """The measures begin, and what has been told of them since; how many notes there are."""
    someone = _functions(people)
    with turned_to(at_ten(decided_on + dt.timedelta(days=BEGINS_AFTER))):
        for current, measure in proposed.measures:
            measure.refresh_from_db()
            measures.run(by=someone[current.who], measure=measure, to=MeasureState.ONGOING)
            if current.kind is not None:
                changed = {(current.kind, current.word): current.planned}
                plan_doses(by=someone["samordnare"], measure=measure, changed=changed, is_confirmed=True)
    notes = 0
    for current, measure in proposed.measures:
        measure.refresh_from_db()
        for number, said in enumerate(current.told):
            _tell(measure, current, said, someone[current.who], number, until)
            notes += 1
    return notes


def _functions(people: dict[str, User]) -> dict[str, User]:
    ending = f"@{NORRKOPING}.example"
    return {name.removesuffix(ending): person for name, person in people.items() if name.endswith(ending)}


def _organisation(here: int, name: str) -> Organisation:
    return Organisation.objects.get(collaboration=here, name=name)


def _measure(
    current: Current, plan: Plan, problem: Problem, goal: Goal, by: User, decided_on: dt.date, until: dt.date
) -> tuple[Measure, Commitment]:
    """The measure, proposed, and the part of whoever leads it."""
    start, due = decided_on + dt.timedelta(days=BEGINS_AFTER), until + dt.timedelta(days=40)
    place = Place.objects.get(collaboration=plan.collaboration_id, name=GARAGE_PLACE)
    measure = measures.add_measure(
        by=by,
        plan=plan,
        problem=problem,
        title=current.title,
        description="",
        mechanism=current.mechanism,
        technique=current.technique,
        operation="one_off",
        level="tactical",
        start_on=start,
        due_on=due,
        follow_up_on=due + dt.timedelta(days=14),
        hours=current.hours,
        cost_sek=current.cost_sek,
        is_confirmed=True,
    )
    adopted = CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False).latest("version")
    causes = list(Cause.objects.kept().filter(analysis=adopted, text=current.cause))
    measures.choose_causes(by=by, measure=measure, causes=causes)
    measures.choose_goals(by=by, measure=measure, goals=[goal])
    measures.choose_places(by=by, measure=measure, places=[place])
    _plan_the_evaluation(measure, by, start, due)
    lead = commitments.draft_part(
        by=by,
        measure=measure,
        asked_by=_organisation(plan.collaboration_id, "Kommunen"),
        asked_of=_organisation(plan.collaboration_id, current.of),
        text=current.part,
        due_on=due,
        is_lead=True,
        is_confirmed=True,
    )
    measures.propose(by=by, measure=measure)
    return measure, lead


def _goal(plan: Plan, problem: Problem, by: User, decided_on: dt.date) -> Goal:
    """At most two fires a year."""
    return add_goal(
        by=by,
        plan=plan,
        problem=problem,
        organisation=_organisation(plan.collaboration_id, "Kommunen"),
        owner=by.active_memberships[0],
        kind=Goal.Kind.EFFECT,
        direction=Goal.Direction.REDUCE,
        measured=Goal.Measured.REPORTS,
        selection=problem.selection,
        indicator="rapporter om bränder i huset",
        # Until the plan was written.
        baseline_from=decided_on - dt.timedelta(days=22 + 364),
        baseline_to=decided_on - dt.timedelta(days=22),
        target=2,
        target_on=plan.last_day,
        is_confirmed=True,
    )


def _plan_the_evaluation(measure: Measure, by: User, start: dt.date, due: dt.date) -> None:
    """The fires of the goal in the twelve whole months before and after, against the areas most alike."""
    began, first = start.replace(day=1), first_of_next(due + dt.timedelta(days=1))
    plan_evaluation(
        measure,
        by=by,
        indicator="rapporter om bränder i huset",
        before=(add_months(began, -12), began - dt.timedelta(days=1)),
        after=(first, add_months(first, 12) - dt.timedelta(days=1)),
        ring_m=200,
        decision_rule="Brinner det lika ofta som i jämförelsen prövar vi passerkort för dem som har plats.",
    )


def _tell(measure: Measure, current: Current, said: Said, by: User, number: int, until: dt.date) -> None:
    """Tell it as the form does, on its day."""
    dose = DosePlan.objects.filter(measure=measure).first()
    day = until - dt.timedelta(days=said.days_ago)
    with turned_to(at_ten(day)):
        told = tell(
            by=by,
            measure=measure,
            organisation=_organisation(measure.collaboration_id, current.of),
            course=said.course,
            on=day,
            text=said.text,
            hours=said.hours,
            cost_sek=said.cost_sek,
            doses={dose.pk: said.done} if dose is not None and said.done else None,
            obstacle=said.obstacle,
            client_uuid=uuid.uuid5(uuid.NAMESPACE_OID, f"demonstration progress {measure.pk} {number}"),
            is_confirmed=True,
        )
        if said.with_photo:
            add_proof(note=told.note, by=by, data=drawn("FYS", seed=41))
    if said.resolved is not None:
        resolved = until - dt.timedelta(days=said.resolved)
        with turned_to(at_ten(resolved)):
            resolve_obstacle(by=by, obstacle=told.note.obstacle, on=resolved)
