"""What is known of a measure when it is asked whether it can be decided: looked up, never taken from who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from action_plans.commitments.absences import working_here
from action_plans.models import (
    Commitment,
    CommitmentState,
    EvaluationPlan,
    Measure,
    MeasureCause,
    MeasureGoal,
    MeasureMove,
    MeasurePlace,
    MeasureState,
)
from action_plans.rules import ANSWERED_YES, STILL_WRITTEN, Facts, Gap, gaps_of
from cause_analysis.models import Cause, Evidence


def newest_of(causes: Iterable[Cause]) -> dict[int, Cause]:
    """Each cause, by its id, as it stands in the newest adopted version that has it."""
    newest = {cause.pk: cause for cause in causes}
    # As many questions as there are versions above.
    at = {cause.pk: {pk} for pk, cause in newest.items()}
    while at:
        copies = Cause.objects.kept().filter(copied_from__in=list(at), analysis__adopted_at__isnull=False)
        further: dict[int, set[int]] = {}
        for copy in copies.select_related("analysis__problem"):
            for pk in at[copy.copied_from_id or 0]:
                newest[pk] = copy
                further.setdefault(copy.pk, set()).add(pk)
        at = further
    return newest


def standing(causes: Iterable[Cause]) -> set[int]:
    """Of the causes those a group has chosen to act on, with evidence that still stands, as they are now."""
    newest = newest_of(causes)
    with_evidence = set(
        Evidence.objects.kept()
        .filter(cause__in=list(newest.values()), direction=Evidence.Direction.FOR, strength__gt=0)
        .values_list("cause_id", flat=True)
    )
    return {pk for pk, cause in newest.items() if cause.is_chosen and cause.pk in with_evidence}


def facts_of(measure: Measure) -> Facts:
    """Everything deciding rests on beside the measure's own words."""
    return facts_of_each([measure])[measure.pk]


def facts_of_each(measures: Collection[Measure]) -> dict[int, Facts]:
    """The facts of several measures, by id: as many questions however many there are."""
    pks = [measure.pk for measure in measures]
    links = MeasureCause.objects.filter(measure__in=pks, cause__removed_at=None).select_related("cause__analysis")
    causes = {link.cause_id: link.cause for link in links}
    still = standing(causes.values())
    named = Counter(link.measure_id for link in links)
    acted_on = Counter(link.measure_id for link in links if link.cause_id in still)
    parts = Commitment.objects.filter(measure__in=pks, is_lead=True).exclude(state=CommitmentState.WITHDRAWN)
    # Who has declined to lead leads only as long as nobody else has been asked.
    in_order = sorted(parts.order_by("-pk"), key=lambda part: part.state != CommitmentState.DECLINED)
    leads = {part.measure_id: part for part in in_order}
    there = set(
        working_here().filter(pk__in=[lead.responsible_id for lead in leads.values()]).values_list("pk", flat=True)
    )
    counted = MeasureGoal.objects.filter(
        measure__in=pks, goal__removed_at=None, goal__baseline__isnull=False, goal__baseline_from__isnull=False
    )
    with_goal = set(counted.values_list("measure_id", flat=True))
    at = Counter(MeasurePlace.objects.filter(measure__in=pks).values_list("measure_id", flat=True))
    # One that treats no place was planned before the measure had any.
    treating = EvaluationPlan.objects.filter(measure__in=pks, treated_places__isnull=False)
    planned = set(treating.values_list("measure_id", flat=True))
    return {
        pk: Facts(
            causes=named[pk],
            causes_standing=acted_on[pk],
            has_lead=pk in leads,
            lead_accepted=pk in leads and leads[pk].state in ANSWERED_YES,
            has_person=pk in leads and leads[pk].responsible_id in there,
            has_goal_with_baseline=pk in with_goal,
            places=at[pk],
            has_evaluation_plan=pk in planned,
        )
        for pk in pks
    }


def missing_of(measure: Measure) -> list[Gap]:
    """What the measure lacks: before it is decided, or of what it was decided on."""
    return missing_of_each([measure])[measure.pk]


def missing_of_each(measures: Collection[Measure]) -> dict[int, list[Gap]]:
    """What each measure lacks, by id. Of one in force what has gone since it was decided, and not what was let pass;
    nothing of one that is over."""
    asked = [measure for measure in measures if measure.state in STILL_WRITTEN]
    facts = facts_of_each(asked)
    moves = MeasureMove.objects.filter(measure__in=list(facts), to_state=MeasureState.DECIDED)
    passed = dict(moves.values_list("measure_id", "overridden"))
    found: dict[int, list[Gap]] = {measure.pk: [] for measure in measures}
    for one in asked:
        found[one.pk] = [gap for gap in gaps_of(one, facts[one.pk]) if gap.code not in passed.get(one.pk, ())]
    return found
