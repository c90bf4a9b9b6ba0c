"""Every change of a measure. Each locks the measure first, so that two at once come one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.commitments.actions import ask, ask_drafted_parts, draft_part, withdraw_parts
from action_plans.evaluating.checking import check_comparisons
from action_plans.evaluating.drafting import are_countable, draft_with
from action_plans.evaluating.helping import facts_kept, help_with
from action_plans.evaluating.words import evaluation_content
from action_plans.evaluating.zones import counted_selection
from action_plans.library.cards import Card
from action_plans.library.queries import card_named, start_of
from action_plans.measures import news
from action_plans.measures.facts import facts_of
from action_plans.measures.techniques import TECHNIQUES
from action_plans.models import (
    Commitment,
    CommitmentState,
    EvaluationArea,
    EvaluationChange,
    EvaluationComparisonPlace,
    EvaluationPlace,
    EvaluationPlan,
    FollowUpNote,
    Goal,
    Measure,
    MeasureCause,
    MeasureGoal,
    MeasureMove,
    MeasurePlace,
    MeasureState,
    Plan,
)
from action_plans.permissions import (
    check_may_change_fixed,
    check_may_override,
    check_may_run_measure,
    check_may_work_on_plan,
    check_speaks_for,
)
from action_plans.problem_steps import take_steps
from action_plans.rules import IN_FORCE, STILL_WRITTEN, check_decidable, check_measure_move, gaps_of
from areas.models import Area, InspectionItem, Place
from audit.actions import record
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.models import Cause, Problem
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from incidents.selections import NotASelection, Selection
from partners.models import Group, Membership, Organisation

# What a form writes, and how long each free text may be.
TEXTS = {"title": 120, "description": 2000, "mechanism": 2000, "indicator": 200, "funding": 120}
WRITTEN = {
    *TEXTS, "baseline", "baseline_from", "baseline_to", "technique", "method", "level", "operation", "start_on",
    "due_on", "follow_up_on", "recurrence", "cost_sek", "hours",
}  # fmt: skip
EVALUATION_TEXTS: tuple[str, ...] = ("indicator", "decision_rule")
LONGEST_REASON = 300


def locked(measure: Measure) -> Measure:
    """The measure as it is now, and nobody else's until the transaction ends."""
    rows = Measure.objects.select_for_update(of=("self",), no_key=True).select_related("plan__area", "collaboration")
    return rows.get(pk=measure.pk)


@contextmanager
def _keeping_what_was_decided(measure: Measure) -> Iterator[None]:
    """What a decided measure was decided on can be written otherwise, and never taken out of it. On a locked one."""
    if measure.state not in IN_FORCE:
        yield
        return
    lacked = {gap.code for gap in gaps_of(measure, facts_of(measure))}
    yield
    gone = [gap for gap in gaps_of(measure, facts_of(measure)) if gap.code not in lacked]
    if gone:
        raise NotPossible({gap.field: _("The measure is decided. %(what)s") % {"what": gap.sentence} for gap in gone})


def _check_still_written(measure: Measure) -> None:
    if measure.removed_at is not None:
        raise NotPossible(_("The measure has been taken away."))
    if measure.state not in STILL_WRITTEN:
        raise NotPossible(
            _("The measure is %(state)s, and what was agreed stands.") % {"state": measure.get_state_display()}
        )


@transaction.atomic
def add_measure(
    *,
    by: Any,
    plan: Plan,
    title: str,
    problem: Problem | None = None,
    defect: InspectionItem | None = None,
    is_confirmed: bool = False,
    **values: Any,
) -> Measure:
    """A draft of a measure, last in the plan's order. It may have any holes; its page says which."""
    plan = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("area").get(pk=plan.pk)
    check_may_work_on_plan(by, plan)
    # The same form sent twice, by a double press or the back button, is one measure: nobody has written in it yet.
    known = Measure.objects.kept().filter(
        plan=plan, problem=problem, defect=defect, title=title.strip(), state=MeasureState.DRAFT, row_version=0,
        created_by=by,
    )  # fmt: skip
    if (sent_before := known.first()) is not None:
        return sent_before
    last = Measure.objects.filter(plan=plan).aggregate(number=Max("number"), position=Max("position"))
    measure = Measure(
        collaboration_id=plan.collaboration_id,
        plan=plan,
        problem=_problem_of(plan, problem),
        defect=defect,
        number=(last["number"] or 0) + 1,
        position=0 if last["position"] is None else last["position"] + 1,
        created_by=by,
    )
    _write(by, measure, {"title": title, **values}, is_confirmed=is_confirmed)
    measure.save()
    record("measure_added", by=by, subject=measure)
    return measure


@transaction.atomic
def begin_measure(
    *,
    by: Any,
    plan: Plan,
    title: str,
    problem: Problem | None = None,
    cause: Cause | None = None,
    defect: InspectionItem | None = None,
    card: Card | None = None,
    is_confirmed: bool = False,
) -> Measure:
    """A draft from where it was thought of: about a problem, to affect a cause, or to mend a defect at its place.

    A card of the measures library gives it its method, technique and mechanism.
    """
    if cause is not None:
        problem = cause.analysis.problem
    values = start_of(card) if card is not None else {}
    measure = add_measure(
        by=by, plan=plan, title=title, problem=problem, defect=defect, is_confirmed=is_confirmed, **values
    )
    if cause is not None and not measure.measure_causes.filter(cause=cause).exists():
        choose_causes(by=by, measure=measure, causes=[cause])
    if defect is not None and not measure.measure_places.exists():
        choose_places(by=by, measure=measure, places=[defect.inspection.place])
    return measure


def _problem_of(plan: Plan, problem: Problem | None) -> Problem | None:
    if problem is not None and problem.area_id != plan.area_id:
        raise NotPossible({"problem": _("The problem is in another area than the plan.")})
    return problem


def _write(by: Any, measure: Measure, values: Mapping[str, Any], *, is_confirmed: bool) -> None:
    if unknown := set(values) - WRITTEN:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    texts = {name: str(values[name]).replace("\r\n", "\n").strip() for name in TEXTS if name in values}
    if "title" in texts and not texts["title"]:
        raise NotPossible({"title": _("Say in a few words what is to be done.")})
    changed = {name: text for name, text in texts.items() if text != getattr(measure, name)}
    for name, text in changed.items():
        check_texts(by, measure.collaboration_id, {name: text}, is_confirmed=is_confirmed, longest=TEXTS[name])
    if values.get("technique") and values["technique"] not in TECHNIQUES:
        raise NotPossible({"technique": _("Choose a technique from the list.")})
    if values.get("method") and card_named(measure.collaboration_id, values["method"]) is None:
        raise NotPossible({"method": _("Choose a method from the measures library.")})
    for name, value in {**values, **texts}.items():
        setattr(measure, name, value)
    measure.changed_by = by
    check_row(measure, without=["plan", "problem", "defect", "created_by", "changed_by", "removed_by", "collaboration"])


@transaction.atomic
def change_measure(
    *, by: Any, measure: Measure, row_version: int, is_confirmed: bool = False, **values: Any
) -> Measure:
    """Write in a measure, unless somebody else has since `row_version`. A change of what was decided belongs to the
    draft of the plan's next version."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    check_version(measure, row_version)
    with _keeping_what_was_decided(measure):
        _write(by, measure, values, is_confirmed=is_confirmed)
    measure.row_version += 1
    measure.save()
    record("measure_changed", by=by, subject=measure, fields=sorted(values))
    return measure


# --- What it is about -------------------------------------------------------------------------------------------------


@transaction.atomic
def choose_problem(*, by: Any, measure: Measure, problem: Problem | None) -> Measure:
    """Say which problem the measure is about. Causes of another problem fall away with it."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    with _keeping_what_was_decided(measure):
        measure.problem = _problem_of(measure.plan, problem)
        measure.save(update_fields=["problem"])
        measure.measure_causes.exclude(cause__analysis__problem=problem).delete()
    record("measure_problem_chosen", by=by, subject=measure, problem=problem.pk if problem else None)
    return measure


@transaction.atomic
def choose_causes(
    *, by: Any, measure: Measure, causes: Sequence[Cause], seen: Collection[int] | None = None
) -> Measure:
    """Name the causes the measure is to affect: of the problem's adopted analysis, chosen by a group.

    `seen` are those whoever chooses saw as chosen: what another has named or let go meanwhile stays so.
    """
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    known = set(measure.measure_causes.values_list("cause_id", flat=True))
    for cause in causes:
        if cause.pk in known:
            continue
        if measure.problem_id is None or cause.analysis.problem_id != measure.problem_id:
            raise NotPossible({"causes": _("Choose causes of the problem the measure is about.")})
        if not cause.analysis.is_adopted or not cause.is_chosen or cause.removed_at is not None:
            raise NotPossible({"causes": _("Choose causes that a group has chosen to act on, in an adopted analysis.")})
    _set(MeasureCause, measure, "cause", [cause.pk for cause in causes], seen)
    record("measure_causes_chosen", by=by, subject=measure, causes=len(causes))
    return measure


@transaction.atomic
def choose_goals(*, by: Any, measure: Measure, goals: Sequence[Goal], seen: Collection[int] | None = None) -> Measure:
    """Say which goals of the plan the measure serves."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    if any(goal.plan_id != measure.plan_id or goal.removed_at is not None for goal in goals):
        raise NotPossible({"goals": _("Choose goals of the same plan.")})
    _set(MeasureGoal, measure, "goal", [goal.pk for goal in goals], seen)
    record("measure_goals_chosen", by=by, subject=measure, goals=len(goals))
    return measure


@transaction.atomic
def choose_places(
    *, by: Any, measure: Measure, places: Sequence[Place], seen: Collection[int] | None = None
) -> Measure:
    """Say at which places it is carried out. A measure tied to a place is decided with an evaluation plan."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    if any(place.collaboration_id != measure.collaboration_id for place in places):
        raise NotPossible({"places": _("The place belongs to another collaboration.")})
    _set(MeasurePlace, measure, "place", [place.pk for place in places], seen)
    record("measure_places_chosen", by=by, subject=measure, places=len(places))
    return measure


def _set(model: Any, measure: Measure, name: str, chosen: Sequence[int], seen: Collection[int] | None) -> None:
    """Tie what is chosen and untie the rest. Of those who saw an older choice only what they changed is changed."""
    there = model.objects.filter(measure=measure)
    known = set(there.values_list(f"{name}_id", flat=True))
    before = known if seen is None else set(seen)
    with _keeping_what_was_decided(measure):
        there.filter(**{f"{name}__in": before - set(chosen)}).delete()
        model.objects.bulk_create(
            model(collaboration_id=measure.collaboration_id, measure=measure, **{f"{name}_id": pk})
            for pk in dict.fromkeys(chosen)
            if pk not in known | before
        )


@transaction.atomic
def write_evaluation_plan(
    *,
    by: Any,
    measure: Measure,
    row_version: int,
    treated_places: Sequence[Place] = (),
    comparison_areas: Sequence[Area] = (),
    comparison_places: Sequence[Place] = (),
    reason: str = "",
    is_confirmed: bool = False,
    now: dt.datetime | None = None,
    **values: Any,
) -> EvaluationPlan:
    """Say beforehand how it will be known whether the measure worked.

    Once the measure is decided the plan is fixed: a coordinator may still change it with a reason, which stands beside
    it with what it said before. One that is written first after the decision is fixed at once. What the helper shows
    and warns of at that moment is kept with it.
    """
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    plan = EvaluationPlan.objects.filter(measure=measure).first()
    if plan is None:
        plan = EvaluationPlan(measure=measure, collaboration_id=measure.collaboration_id)
    check_version(plan, row_version)
    reason = reason.strip()
    if plan.fixed_at is not None:
        check_may_change_fixed(by, measure)
        if not reason:
            raise NotPossible({"reason": _("Say why it is changed although the measure is decided.")})
        before = evaluation_content([plan])[plan.measure_id]
    theirs = {
        *(place.collaboration_id for place in treated_places),
        *(place.collaboration_id for place in comparison_places),
        *(area.collaboration_id for area in comparison_areas),
    }
    if theirs - {measure.collaboration_id}:
        raise NotPossible(_("The place belongs to another collaboration."))
    if not treated_places and measure.measure_places.exists():
        raise NotPossible({"treated_places": _("Choose at least one of the places where it is carried out.")})
    texts: dict[str, str] = {name: str(values[name]).strip() for name in EVALUATION_TEXTS if name in values}
    check_texts(by, measure.collaboration_id, texts, is_confirmed=is_confirmed)
    check_texts(by, measure.collaboration_id, {"reason": reason}, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    if "selection" in values:
        values["selection"] = _selection_kept(str(values["selection"]))
    for name, value in {**values, **texts}.items():
        setattr(plan, name, value)
    plan.changed_by = by
    plan.row_version = row_version + 1
    check_row(plan, without=["measure", "collaboration", "changed_by"])
    plan.measure = measure
    written = draft_with(plan, treated_places, comparison_areas, comparison_places)
    if are_countable([plan.before_from, plan.before_to, plan.after_from, plan.after_to]):
        found = help_with(written, now=now or timezone.now())
        check_comparisons(found, known=_compared_keys(plan))
        plan.facts = facts_kept(found)
    if plan.fixed_at is not None:
        EvaluationChange.objects.create(
            collaboration_id=plan.collaboration_id, evaluation_plan=plan, by=by, reason=reason, before=before
        )
    elif measure.state in IN_FORCE:
        plan.fixed_at = timezone.now()
    plan.save()
    _replace(EvaluationPlace, plan, "place", treated_places)
    _replace(EvaluationArea, plan, "area", comparison_areas)
    _replace(EvaluationComparisonPlace, plan, "place", comparison_places)
    record("evaluation_planned", by=by, subject=measure)
    return plan


def _compared_keys(plan: EvaluationPlan) -> set[str]:
    """What the plan compares with as it is stored."""
    if plan.pk is None:
        return set()
    return {
        *(f"area-{pk}" for pk in plan.comparison_areas.values_list("area_id", flat=True)),
        *(f"place-{pk}" for pk in plan.comparison_places.values_list("place_id", flat=True)),
    }


def _selection_kept(query: str) -> str:
    """Which reports are counted, in the one way it is written; where and when is said by the plan."""
    try:
        Selection.parse(query)
    except NotASelection as no:
        raise NotPossible({"selection": _("Choose which reports are counted.")}) from no
    return counted_selection(query).query


def _replace(model: Any, plan: EvaluationPlan, name: str, rows: Sequence[Any]) -> None:
    model.objects.filter(evaluation_plan=plan).delete()
    model.objects.bulk_create(
        model(collaboration_id=plan.collaboration_id, evaluation_plan=plan, **{name: row}) for row in rows
    )


@transaction.atomic
def order_measures(*, by: Any, plan: Plan, numbers: Sequence[int]) -> None:
    """The agreed order of a plan's measures, by their numbers; those not named keep their order after them."""
    plan = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("area").get(pk=plan.pk)
    check_may_work_on_plan(by, plan)
    rows = list(Measure.objects.kept().filter(plan=plan).order_by("position", "number"))
    known = {row.number: row for row in rows}
    if unknown := [number for number in numbers if number not in known]:
        raise NotPossible(_("There is no measure %(number)s in the plan.") % {"number": unknown[0]})
    first = [known[number] for number in dict.fromkeys(numbers)]
    ordered = first + [row for row in rows if row not in first]
    for position, row in enumerate(ordered):
        row.position = position
    Measure.objects.bulk_update(ordered, ["position"])
    record("measures_ordered", by=by, subject=plan)


@transaction.atomic
def write_part(
    *,
    by: Any,
    measure: Measure,
    asked_by: Organisation,
    asked_of: Organisation,
    text: str,
    due_on: dt.date | None = None,
    is_lead: bool = False,
    responsible: Membership | None = None,
    is_confirmed: bool = False,
) -> Commitment:
    """Write down an organisation's part. Where the measure is proposed already, a part with a day is asked at once."""
    measure = locked(measure)
    _check_still_written(measure)
    said = text.replace("\r\n", "\n").strip()
    # The same form sent twice is one part.
    known = measure.parts.filter(
        asked_by=asked_by, asked_of=asked_of, text=said, due_on=due_on, is_lead=is_lead, created_by=by,
        state__in=[CommitmentState.DRAFT, CommitmentState.ASKED],
    )  # fmt: skip
    if (sent_before := known.first()) is not None:
        return sent_before
    part = draft_part(
        by=by, measure=measure, asked_by=asked_by, asked_of=asked_of, text=said, due_on=due_on, is_lead=is_lead,
        responsible=responsible, is_confirmed=is_confirmed,
    )  # fmt: skip
    if measure.state != MeasureState.DRAFT and part.due_on is not None:
        part = ask(by=by, commitment=part)
    return part


# --- Its life ---------------------------------------------------------------------------------------------------------


def _move(
    by: Any,
    measure: Measure,
    to: MeasureState,
    *,
    reason: str = "",
    is_confirmed: bool = False,
    group: Group | None = None,
    overridden: Sequence[str] = (),
) -> Measure:
    """Take one step of the table, on a locked measure."""
    reason = reason.strip()
    check_measure_move(measure, to, reason=reason)
    check_texts(by, measure.collaboration_id, {"reason": reason}, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    MeasureMove.objects.create(
        collaboration_id=measure.collaboration_id,
        measure=measure,
        from_state=measure.state,
        to_state=to,
        by=by,
        reason=reason,
        group=group,
        overridden=list(overridden),
    )
    measure.state = to
    measure.save(update_fields=["state"])
    record("measure_moved", by=by, subject=measure, to=str(to), overridden=list(overridden))
    news.tell_step(measure, by=by)
    if measure.problem is not None:
        take_steps(by=by, problem=measure.problem)
    return measure


@transaction.atomic
def propose(*, by: Any, measure: Measure) -> Measure:
    """Show the measure to the partners, and ask those whose parts have a day. It may still have holes."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    _check_still_written(measure)
    measure = _move(by, measure, MeasureState.PROPOSED)
    ask_drafted_parts(by=by, measure=measure)
    return measure


@transaction.atomic
def take_back(*, by: Any, measure: Measure) -> Measure:
    """Make a proposed measure a draft again. What was asked of others stands until it is withdrawn."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    return _move(by, measure, MeasureState.DRAFT)


@transaction.atomic
def decide(
    *, by: Any, measure: Measure, group: Group, override_reason: str = "", is_confirmed: bool = False
) -> Measure:
    """Write down that a group has decided the measure. What it lacks is said all at once; a coordinator may let it
    pass with a reason, which stands with the decision and is counted."""
    measure = locked(measure)
    if group.collaboration_id != measure.collaboration_id or not group.is_active:
        raise NotPossible({"group": _("Choose a group that meets here.")})
    check_may_decide_for(by, group)
    check_measure_move(measure, MeasureState.DECIDED)
    override_reason = override_reason.strip()
    if override_reason:
        check_may_override(by, measure)
    passed = check_decidable(gaps_of(measure, facts_of(measure)), override_reason=override_reason)
    EvaluationPlan.objects.filter(measure=measure, fixed_at=None).update(fixed_at=timezone.now())
    return _move(
        by,
        measure,
        MeasureState.DECIDED,
        reason=override_reason if passed else "",
        group=group,
        overridden=passed,
        is_confirmed=is_confirmed,
    )


@transaction.atomic
def run(*, by: Any, measure: Measure, to: MeasureState, reason: str = "", is_confirmed: bool = False) -> Measure:
    """Start, rest, go on with or finish a decided measure."""
    if to not in {MeasureState.ONGOING, MeasureState.PAUSED, MeasureState.CARRIED_OUT}:
        raise ValueError(f"{to} is reached by an action of its own")
    measure = locked(measure)
    check_may_run_measure(by, measure)
    return _move(by, measure, to, reason=reason, is_confirmed=is_confirmed)


@transaction.atomic
def abort(*, by: Any, measure: Measure, reason: str, is_confirmed: bool = False) -> Measure:
    """Stop a measure for good, with the reason. What was asked for it and not yet promised is withdrawn."""
    measure = locked(measure)
    if measure.state == MeasureState.PROPOSED:
        check_may_work_on_plan(by, measure.plan)
    else:
        check_may_run_measure(by, measure)
    measure = _move(by, measure, MeasureState.ABORTED, reason=reason, is_confirmed=is_confirmed)
    withdraw_parts(by=by, measure=measure)
    return measure


@transaction.atomic
def mark_evaluated(*, by: Any, measure: Measure) -> Measure:
    """Say of a measure that was carried out that a group has adopted its evaluation; any other stays where it is."""
    measure = locked(measure)
    if measure.state != MeasureState.CARRIED_OUT:
        return measure
    return _move(by, measure, MeasureState.EVALUATED)


def move(*, by: Any, measure: Measure, to: MeasureState, reason: str = "", is_confirmed: bool = False) -> Measure:
    """Any step but deciding, by the action it belongs to: what the pages and the API call."""
    if to == MeasureState.PROPOSED:
        return propose(by=by, measure=measure)
    if to == MeasureState.DRAFT:
        return take_back(by=by, measure=measure)
    if to == MeasureState.ABORTED:
        return abort(by=by, measure=measure, reason=reason, is_confirmed=is_confirmed)
    return run(by=by, measure=measure, to=to, reason=reason, is_confirmed=is_confirmed)


@transaction.atomic
def remove_measure(*, by: Any, measure: Measure) -> None:
    """Take a draft away. What has been proposed or decided is aborted with a reason instead."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    if measure.state != MeasureState.DRAFT:
        raise NotPossible(_("Only a draft is taken away. Abort the measure with a reason instead."))
    never_asked = [CommitmentState.DRAFT, CommitmentState.DECLINED, CommitmentState.WITHDRAWN]
    if measure.parts.exclude(state__in=never_asked).exists():
        raise NotPossible(_("Partners have been asked for parts of it. Withdraw what is asked of them first."))
    if measure.removed_at is None:
        measure.removed_at, measure.removed_by = timezone.now(), by
        measure.save(update_fields=["removed_at", "removed_by"])
        record("measure_removed", by=by, subject=measure)


@transaction.atomic
def follow_up(
    *, by: Any, measure: Measure, organisation: Organisation, text: str = "", is_confirmed: bool = False, **values: Any
) -> FollowUpNote:
    """Note on a day whether the measure was carried out, and whether the result is good. Notes are never changed."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    check_speaks_for(by, organisation, measure.collaboration_id)
    if measure.state in {MeasureState.DRAFT, MeasureState.PROPOSED}:
        raise NotPossible(_("A measure is followed up once it is decided."))
    text = text.replace("\r\n", "\n").strip()
    check_texts(by, measure.collaboration_id, {"text": text}, is_confirmed=is_confirmed)
    note = FollowUpNote(
        collaboration_id=measure.collaboration_id,
        measure=measure,
        organisation=organisation,
        text=text,
        written_by=by,
        **values,
    )
    if note.on and note.on > timezone.localdate():
        raise NotPossible({"on": _("The day lies ahead. Write what has been seen up to today.")})
    check_row(note, without=["measure", "organisation", "collaboration", "written_by"])
    # The same form sent twice is one note.
    known = measure.follow_up_notes.filter(
        on=note.on, carried_out=note.carried_out, good_result=note.good_result, text=text, organisation=organisation,
        written_by=by,
    )  # fmt: skip
    if (sent_before := known.first()) is not None:
        return sent_before
    note.save()
    record("measure_followed_up", by=by, subject=measure, carried_out=note.carried_out, good_result=note.good_result)
    return note
