"""What the page says of the partners' work: problems and their causes, measures, evaluations and promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from action_plans.commitments import presenters as commitment_words
from action_plans.commitments.lines import Line, own_organisations, rules_of, shown_until
from action_plans.commitments.queries import these
from action_plans.commitments.seen import SeenLines
from action_plans.models import Measure, MeasureCause, MeasureState
from action_plans.rules import DECIDED_ONCE, IN_FORCE, latest_overdue_day
from cause_analysis.models import Cause, CauseAnalysis, Problem, State
from councils.dashboard.facts import (
    DAYS_BACK,
    NAMED,
    EvaluationFact,
    MeasureFact,
    OrganisationPromises,
    ProblemFact,
    Promises,
    Thing,
)
from followup.evaluations.presenters import titles_in_words
from followup.models import EvaluatedMeasure, Evaluation, EvaluationCheck, Outcome, Standing
from partners.models import Collaboration, Organisation

# A problem is chosen from the round that put it first until it is closed.
CHOSEN = {
    State.PRIORITISED, State.ANALYSED, State.GOALS_SET, State.MEASURES_DECIDED, State.UNDER_WAY, State.FOLLOWED_UP,
}  # fmt: skip
OVER = {State.CLOSED, State.AFTER_WATCH, State.DORMANT}
# Where a problem is on its way, in four steps.
STEPS = {
    State.IDENTIFIED: "mapped", State.DESCRIBED: "mapped", State.PRIORITISED: "mapped", State.ANALYSED: "analysed",
    State.GOALS_SET: "analysed", State.MEASURES_DECIDED: "measures", State.UNDER_WAY: "measures",
    State.FOLLOWED_UP: "followed_up",
}  # fmt: skip


def problems_of(user: Any, collaboration: Collaboration) -> list[ProblemFact]:
    """The problems that are open: what they are called, where they stand, and whether somebody has found out why.

    A problem's causes are known when its newest adopted analysis has a cause that a group has chosen to act on.
    """
    adopted = CauseAnalysis.objects.filter(problem=OuterRef("pk"), adopted_at__isnull=False).order_by("-version")
    newest = adopted.values("pk")[:1]
    causes = Cause.objects.filter(analysis=OuterRef("newest"), chosen_at__isnull=False, removed_at=None)
    rows = (
        Problem.objects.visible_to(user)
        .filter(collaboration=collaboration)
        .exclude(state__in=OVER)
        .annotate(newest=newest)
        .annotate(has_causes=Exists(causes))
        .order_by("area__name", "number")
        .values_list("pk", "number", "title", "state", "area_id", "area__name", "has_causes")
    )
    return [
        ProblemFact(
            thing=Thing(
                kind="problem", number=number, name=f"P-{number}", title=title, area=area, area_id=area_id,
                note=str(State(state).label), url=reverse("problem", args=[collaboration.slug, number]),
                about=f"problem-{pk}",
            ),
            state=state, step=STEPS[State(state)], is_chosen=state in CHOSEN, has_causes=has_causes,
        )
        for pk, number, title, state, area_id, area, has_causes in rows
    ]  # fmt: skip


def measures_of(user: Any, collaboration: Collaboration, today: dt.date) -> list[MeasureFact]:
    """The decided measures: those going on, and those done in a plan whose period is not over."""
    with_cause = MeasureCause.objects.filter(cause__removed_at=None).values("measure")
    rows = (
        Measure.objects.visible_to(user)
        .kept()
        .filter(Q(plan__last_day__gte=today) | Q(state__in=IN_FORCE), collaboration=collaboration)
        .filter(state__in=DECIDED_ONCE)
        # Asked once, whatever the database believes of how many causes there are.
        .annotate(has_cause=ExpressionWrapper(Q(pk__in=with_cause), output_field=BooleanField()))
        .order_by("plan__area__name", "plan__number", "position", "number")
        .values_list("pk", "number", "title", "state", "due_on", "plan__area_id", "plan__area__name", "has_cause")
    )
    overdue = latest_overdue_day(today)
    return [
        MeasureFact(
            thing=Thing(
                kind="measure", number=number, name=str(number), title=title, area=area, area_id=area_id,
                note=str(MeasureState(state).label), url=reverse_lazy("measure_detail", args=[collaboration.slug, pk]),
                due_on=due_on, about=f"measure-{pk}",
            ),
            state=state, has_cause=has_cause,
            is_late=state in IN_FORCE and due_on is not None and due_on <= overdue,
        )
        for pk, number, title, state, due_on, area_id, area, has_cause in rows
    ]  # fmt: skip


def evaluations_of(user: Any, collaboration: Collaboration) -> tuple[list[EvaluationFact], int]:
    """The adopted evaluations, the latest first, and how many measures were carried out that stand in none."""
    last = EvaluationCheck.objects.filter(evaluation=OuterRef("pk")).order_by("-number").values("standing")[:1]
    rows = list(
        Evaluation.objects.visible_to(user)
        .filter(collaboration=collaboration, adopted_at__isnull=False)
        .annotate(standing=Subquery(last))
        .order_by("-adopted_at", "-number")
        .values_list(
            "pk", "number", "plan_id", "plan__area_id", "plan__area__name", "outcome", "headline", "standing",
            "content__measures",
        )
    )  # fmt: skip
    # What an adopted one is called stays; of those that keep no names, as their measures are called today.
    titles: dict[int, list[str]] = {row[0]: [one["title"] for one in row[-1] or []] for row in rows}
    nameless = [pk for pk, names in titles.items() if not names]
    today = EvaluatedMeasure.objects.filter(evaluation__in=nameless).order_by("measure__number")
    for pk, title in today.values_list("evaluation_id", "measure__title"):
        titles[pk].append(title)
    found = [
        EvaluationFact(
            Thing(
                kind="evaluation", number=number, name=f"U-{number}", title=titles_in_words(titles[pk]), area=area,
                area_id=area_id, note=str(Outcome(outcome).label),
                url=reverse("evaluation", args=[collaboration.slug, number]), about=f"plan-{plan_id}",
            ),
            outcome, headline, standing == Standing.TURNS,
        )
        for pk, number, plan_id, area_id, area, outcome, headline, standing, _measures in rows
    ]  # fmt: skip
    alone = Measure.objects.visible_to(user).kept().filter(collaboration=collaboration, evaluated_in=None)
    return found, alone.filter(state=MeasureState.CARRIED_OUT).count()


# --- The ledger -------------------------------------------------------------------------------------------------------

# What the five numbers count; `since` is the day before which a promise that is settled is counted no more.
_IS = {
    "kept": "f.state = 'kept' AND f.due_on >= %(since)s",
    "not_kept": "f.state = 'not_kept' AND f.due_on >= %(since)s",
    "late": "f.is_late",
    "declined": "f.state = 'declined' AND f.due_on >= %(since)s",
    "open": "f.state IN ('asked', 'counter_offered', 'accepted')",
}
# What the page lists, by the name of the list.
LISTED = {
    "kept": ("kept",), "broken": ("not_kept",), "late": ("late",), "due": ("kept", "not_kept", "late"),
    "declined": ("declined",), "open": ("open",),
}  # fmt: skip


@dataclass(frozen=True)
class CouncilLedger:
    """The promises, counted for everybody, each organisation and each area."""

    on: dt.date
    whole: Promises = field(default_factory=Promises)
    organisations: tuple[OrganisationPromises, ...] = ()
    broken: tuple[Thing, ...] = ()
    late: tuple[Thing, ...] = ()
    by_area: tuple[tuple[int, tuple[tuple[str, int], ...]], ...] = ()

    def open_in(self, area_id: int) -> tuple[tuple[str, int], ...]:
        """The open requests in an area, by the organisation they are asked of."""
        return dict(self.by_area).get(area_id, ())


def _is(name: str, since: dt.date) -> str:
    # A day of our own making, never a word from outside.
    return "(" + _IS[name] % {"since": f"DATE '{since.isoformat()}'"} + ")"


def _since(now: dt.datetime) -> dt.date:
    return timezone.localdate(now) - dt.timedelta(days=DAYS_BACK)


def ledger_of(user: Any, collaboration: Collaboration, now: dt.datetime) -> CouncilLedger:
    """Count the lines as this reader sees them: others' as they stood some days ago, the own organisation's as now."""
    since = _since(now)
    counts = ", ".join(f"count(*) FILTER (WHERE {_is(name, since)})" for name in _IS)
    named = ", ".join(
        f"(array_agg(f.id ORDER BY f.due_on, f.number) FILTER (WHERE {_is(name, since)}))[1:{NAMED}]"
        for name in ("not_kept", "late")
    )
    # The numbers of each organisation in each area, and in the last row those of all with the few that are named.
    *rows, (_area, _organisation, *all_numbers, broken, late) = SeenLines(user, collaboration, now=now).ask(
        f"SELECT c.area_id, f.asked_of_id, {counts}, {named} FROM found f "  # noqa: S608
        "JOIN action_plans_commitment c ON c.id = f.id GROUP BY GROUPING SETS ((c.area_id, f.asked_of_id), ()) "
        "ORDER BY c.area_id NULLS LAST"
    )
    names = dict(Organisation.objects.filter(pk__in={row[1] for row in rows}).values_list("pk", "name"))
    own = own_organisations(user, collaboration)
    by_organisation = dict.fromkeys(names, Promises())
    by_area: dict[int, dict[str, int]] = {}
    for area_id, organisation_id, *numbers, _broken, _late in rows:
        told = Promises(*numbers)
        by_organisation[organisation_id] += told
        if told.open:
            by_area.setdefault(area_id, {})[names[organisation_id]] = told.open
    things = _things(user, collaboration, [*(broken or ()), *(late or ())], now)
    organisations = [OrganisationPromises(pk, names[pk], pk in own, told) for pk, told in by_organisation.items()]
    return CouncilLedger(
        on=timezone.localdate(shown_until(rules_of(collaboration), now)),
        whole=Promises(*all_numbers),
        organisations=tuple(sorted(organisations, key=lambda one: (one.name.casefold(), one.pk))),
        broken=tuple(things[pk] for pk in broken or () if pk in things),
        late=tuple(things[pk] for pk in late or () if pk in things),
        by_area=tuple(
            (pk, tuple(sorted(told.items(), key=lambda one: one[0].casefold()))) for pk, told in by_area.items()
        ),
    )


def _things(user: Any, collaboration: Collaboration, ids: Sequence[int], now: dt.datetime) -> dict[int, Thing]:
    return {line.commitment.pk: _thing(line) for line in these(user, collaboration, ids, now=now)}


def _thing(line: Line) -> Thing:
    one = line.commitment
    return Thing(
        kind="commitment", number=one.number, name=commitment_words.name_of(one),
        title=commitment_words.said(line.text), area=one.area.name, area_id=one.area_id,
        note=commitment_words.said(line.owner_says) if line.owner_says else commitment_words.tag_of(line)["text"],
        url=commitment_words.url_of(one), organisation=one.asked_of.name, asked_by=one.asked_by.name,
        due_on=line.due_on, about=f"commitment-{one.pk}",
    )  # fmt: skip


def promises_listed(
    user: Any,
    collaboration: Collaboration,
    now: dt.datetime,
    *,
    which: str,
    area_id: int | None = None,
    organisation_id: int | None = None,
) -> list[int]:
    """Which commitments one of the numbers counts, those that have waited longest first."""
    since = _since(now)
    counted = " OR ".join(_is(name, since) for name in LISTED[which])
    rows = SeenLines(user, collaboration, now=now).ask(
        "SELECT f.id FROM found f JOIN action_plans_commitment c ON c.id = f.id "  # noqa: S608
        f"WHERE ({counted}) AND (%s::bigint IS NULL OR c.area_id = %s) "
        "AND (%s::bigint IS NULL OR f.asked_of_id = %s) ORDER BY f.due_on NULLS LAST, f.number",
        area_id, area_id, organisation_id, organisation_id,
    )  # fmt: skip
    return [pk for (pk,) in rows]


def promise_things(user: Any, collaboration: Collaboration, ids: Sequence[int], now: dt.datetime) -> list[Thing]:
    """Some commitments as rows, in the order given."""
    things = _things(user, collaboration, ids, now)
    return [things[pk] for pk in ids if pk in things]
