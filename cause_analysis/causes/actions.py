"""Every change in an analysis. Each locks the analysis first, so that two at once come one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import PhotoMark, PlaceFeature
from audit.actions import record
from cause_analysis.causes import counting, seen
from cause_analysis.causes.permissions import check_may_decide_for, organisations_to_bring_for
from cause_analysis.causes.queries import tree_of, weight_of
from cause_analysis.causes.rules import (
    BEFORE_ANALYSIS,
    METHOD,
    check_is_kept,
    check_is_no_test,
    check_is_running,
    check_may_be_adopted,
    check_may_be_chosen,
    check_may_stand_under,
    check_state,
    check_test_is_left,
    state_without,
)
from cause_analysis.models import (
    Cause,
    CauseAnalysis,
    CauseMove,
    CauseState,
    EventChainLink,
    Evidence,
    GuidedAnswer,
    Problem,
    State,
)
from cause_analysis.permissions import check_may_work_on
from cause_analysis.problems.actions import move_problem
from cause_analysis.problems.definition import definition_as_it_stands
from cause_analysis.texts import check_texts
from cause_analysis.versions import Conflict, check_version
from common.errors import NotAllowed, NotPossible
from partners.models import Group, Organisation

# Called with the causes and the evidence of a version, by their old ids, once the next version has them: what else
# stands beside causes is taken over by whoever knows of it.
copiers: list[Callable[[dict[int, Cause], dict[int, Evidence]], None]] = []


class StateConflict(Conflict):
    """Somebody else has said meanwhile what is known about a cause."""

    def __init__(self, row: Cause) -> None:
        super().__init__(row)
        self.message = _(
            "Somebody else has made the cause “%(state)s” meanwhile. Look at why before you change it."
        ) % {"state": row.get_state_display()}


# --- The analysis -----------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_analysis(*, by: Any, problem: Problem) -> CauseAnalysis:
    """Begin to look for causes, from the version adopted last if there is one. A running analysis is gone on with."""
    problem = Problem.objects.select_for_update(of=("self",)).select_related("area").get(pk=problem.pk)
    check_may_work_on(by, problem)
    if problem.state in BEFORE_ANALYSIS:
        raise NotPossible(_("The causes are looked for once a group has said that the problem comes first."))
    running = CauseAnalysis.objects.running().filter(problem=problem).first()
    if running is not None:
        return running
    before = CauseAnalysis.objects.filter(problem=problem).order_by("-version").first()
    analysis = CauseAnalysis.objects.create(
        collaboration_id=problem.collaboration_id,
        problem=problem,
        version=before.version + 1 if before else 1,
        begun_from=before,
        begun_by=by,
        **({name: getattr(before, name) for name in METHOD} if before else {}),
    )
    if before is not None:
        copies = _copy_causes(before, analysis)
        _copy_knowledge(before, analysis, copies)
    record("analysis_begun", by=by, subject=analysis, version=analysis.version)
    return analysis


def _copy_causes(before: CauseAnalysis, analysis: CauseAnalysis) -> dict[int, Cause]:
    """Take over what is kept in the version before: causes, what is known of them, and their evidence."""
    copies: dict[int, Cause] = {}
    for node in tree_of(before):
        cause = node.cause
        copies[cause.pk] = Cause.objects.create(
            collaboration_id=analysis.collaboration_id,
            analysis=analysis,
            parent=copies[cause.parent_id] if cause.parent_id else None,
            copied_from=cause,
            **{
                name: getattr(cause, name)
                for name in ("position", "text", "side", "controller", "is_direct", "state", "chosen_at",
                             "chosen_by_group", "chosen_reason", "created_by")
            },
        )  # fmt: skip
    rows = list(Evidence.objects.kept().filter(cause__in=copies))
    made = Evidence.objects.bulk_create(
        Evidence(
            collaboration_id=analysis.collaboration_id,
            cause=copies[row.cause_id],
            **{
                name: getattr(row, name)
                for name in ("direction", "kind", "strength", "organisation_id", "text", "place_id", "selection",
                             "figures", "counted_at", "place_feature_id", "photo_id", "seen", "created_by_id")
            },
        )
        for row in rows
    )  # fmt: skip
    copied = {row.pk: copy for row, copy in zip(rows, made, strict=True)}
    for copy_more in copiers:
        copy_more(copies, copied)
    return copies


def _copy_knowledge(before: CauseAnalysis, analysis: CauseAnalysis, copies: dict[int, Cause]) -> None:
    """Take over the answers to the guided questions and the chain of events. Knowledge gaps outlive the version."""
    GuidedAnswer.objects.bulk_create(
        GuidedAnswer(
            collaboration_id=analysis.collaboration_id,
            analysis=analysis,
            place_id=row.place_id,
            question=row.question,
            text=row.text,
            changed_by_id=row.changed_by_id,
        )
        for row in GuidedAnswer.objects.filter(analysis=before).exclude(text="")
    )
    EventChainLink.objects.bulk_create(
        EventChainLink(
            collaboration_id=analysis.collaboration_id,
            analysis=analysis,
            position=row.position,
            text=row.text,
            is_intervention_point=row.is_intervention_point,
            cause=copies.get(row.cause_id) if row.cause_id else None,
            created_by_id=row.created_by_id,
            changed_by_id=row.changed_by_id,
        )
        for row in EventChainLink.objects.kept().filter(analysis=before)
    )


def opened(by: Any, analysis_id: int) -> CauseAnalysis:
    """The analysis, locked, still running and the user's to write in; the change that follows is counted."""
    rows = CauseAnalysis.objects.select_for_update(of=("self",)).select_related("problem__area", "collaboration")
    analysis = rows.get(pk=analysis_id)
    check_may_work_on(by, analysis.problem)
    check_is_running(analysis)
    analysis.change += 1
    analysis.changed_at = timezone.now()
    analysis.save(update_fields=["change", "changed_at"])
    return analysis


@transaction.atomic
def write_method(
    *, by: Any, analysis: CauseAnalysis, answers: dict[str, str], row_version: int, is_confirmed: bool = False
) -> CauseAnalysis:
    """Answer the four questions on how the analysis was made and what limits it."""
    analysis = opened(by, analysis.pk)
    check_version(analysis, row_version)
    written = {name: answers.get(name, "").strip() for name in METHOD}
    if all(getattr(analysis, name) == text for name, text in written.items()):
        return analysis
    check_texts(by, analysis.collaboration_id, written, is_confirmed=is_confirmed)
    for name, text in written.items():
        setattr(analysis, name, text)
    analysis.row_version += 1
    analysis.save(update_fields=[*METHOD, "row_version"])
    record("analysis_method_written", by=by, subject=analysis)
    return analysis


@transaction.atomic
def adopt_analysis(
    *, by: Any, analysis: CauseAnalysis, group: Group, seen: tuple[int, int] | None = None
) -> CauseAnalysis:
    """Freeze the analysis by a group's decision; the problem's causes are then analysed.

    `seen` are the change and the version of the four answers that were read: what nobody has read is not adopted.
    """
    analysis = opened(by, analysis.pk)
    # Opening it has counted this change.
    if seen is not None and seen != (analysis.change - 1, analysis.row_version):
        raise NotPossible(
            _("Somebody has changed the analysis since you opened the page. Read it before you adopt it.")
        )
    _check_group(by, analysis, group)
    check_may_be_adopted(analysis, Cause.objects.kept().filter(analysis=analysis))
    analysis.adopted_at, analysis.adopted_by_group, analysis.adopted_by = timezone.now(), group, by
    analysis.definition = definition_as_it_stands(analysis.problem)
    analysis.save(update_fields=["adopted_at", "adopted_by_group", "adopted_by", "definition"])
    record("analysis_adopted", by=by, subject=analysis, version=analysis.version, group=group.pk)
    if analysis.problem.state == State.PRIORITISED:
        move_problem(by=by, problem=analysis.problem, to=State.ANALYSED, facts={"analysis": analysis.pk})
    return analysis


def _check_group(by: Any, analysis: CauseAnalysis, group: Group) -> None:
    if group.collaboration_id != analysis.collaboration_id or not group.is_active:
        raise NotPossible(_("Choose a group that meets here."))
    check_may_decide_for(by, group)


# --- The causes -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_cause(
    *,
    by: Any,
    analysis: CauseAnalysis,
    text: str,
    side: str,
    controller: str = "none",
    is_direct: bool = True,
    parent: Cause | None = None,
    is_confirmed: bool = False,
) -> Cause:
    """Write down an answer to “why?”, last among those under the same cause."""
    analysis = opened(by, analysis.pk)
    cause = Cause(
        collaboration_id=analysis.collaboration_id,
        analysis=analysis,
        text=text.strip(),
        side=side,
        controller=controller,
        is_direct=is_direct,
        created_by=by,
        changed_by=by,
    )
    parents = {node.cause.pk: node.cause.parent_id for node in tree_of(analysis)}
    if parent is not None and parent.pk not in parents:
        raise NotPossible(_("The cause it should stand under has been taken away."))
    check_texts(by, analysis.collaboration_id, {"text": cause.text}, is_confirmed=is_confirmed)
    # The same form sent twice, by a double press or the back button, is one cause.
    known = Cause.objects.kept().filter(
        analysis=analysis, parent=parent, text=cause.text, side=side, controller=controller, is_direct=is_direct
    )
    if (sent_before := known.first()) is not None:
        return sent_before
    cause.parent = parent
    last = Cause.objects.filter(analysis=analysis, parent=parent).aggregate(last=Max("position"))["last"]
    cause.position = 0 if last is None else last + 1
    cause.full_clean(exclude=["created_by", "changed_by", "analysis", "parent"])
    cause.save()
    record("cause_added", by=by, subject=cause)
    return cause


def opened_cause(by: Any, cause: Cause) -> Cause:
    """A cause, locked with its analysis, still in the tree and the user's to write in."""
    analysis = opened(by, cause.analysis_id)
    cause = Cause.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=cause.pk)
    cause.analysis = analysis
    check_is_kept(cause)
    return cause


@transaction.atomic
def change_cause(
    *,
    by: Any,
    cause: Cause,
    row_version: int,
    text: str,
    side: str,
    controller: str = "none",
    is_direct: bool = True,
    is_confirmed: bool = False,
) -> Cause:
    """Write a cause in other words, or on another side; told when somebody else has done so meanwhile."""
    cause = opened_cause(by, cause)
    wanted = {"text": text.strip(), "side": side, "controller": controller, "is_direct": is_direct}
    if all(getattr(cause, name) == value for name, value in wanted.items()):
        return cause
    check_version(cause, row_version)
    check_texts(by, cause.collaboration_id, {"text": text.strip()}, is_confirmed=is_confirmed)
    for name, value in wanted.items():
        setattr(cause, name, value)
    cause.row_version += 1
    cause.changed_by = by
    cause.full_clean(exclude=["created_by", "changed_by", "analysis", "parent"])
    cause.save(update_fields=[*wanted, "row_version", "changed_by"])
    record("cause_changed", by=by, subject=cause)
    return cause


@transaction.atomic
def move_cause(*, by: Any, cause: Cause, under: Cause | None, before: Cause | None = None) -> Cause:
    """Put a cause, with all that stands under it, under another one: before one of those there, or last."""
    cause = opened_cause(by, cause)
    rows = {node.cause.pk: node.cause for node in tree_of(cause.analysis)}
    check_may_stand_under(
        {pk: row.parent_id for pk, row in rows.items()}, cause.pk, under.pk if under is not None else None
    )
    _place(cause, list(rows.values()), under.pk if under is not None else None, before.pk if before else None)
    record("cause_moved", by=by, subject=cause, under=under.pk if under is not None else None)
    return Cause.objects.get(pk=cause.pk)


@transaction.atomic
def shift_cause(*, by: Any, cause: Cause, direction: str) -> Cause:
    """Move a cause one step in the list: up, down, in under the one above it, or out beside the one it stands under."""
    cause = opened_cause(by, cause)
    rows = [node.cause for node in tree_of(cause.analysis)]
    siblings = [row for row in rows if row.parent_id == cause.parent_id]
    at = next(number for number, row in enumerate(siblings) if row.pk == cause.pk)
    if direction == "up" and at > 0:
        _place(cause, rows, cause.parent_id, siblings[at - 1].pk)
    elif direction == "down" and at + 1 < len(siblings):
        after = siblings[at + 2].pk if at + 2 < len(siblings) else None
        _place(cause, rows, cause.parent_id, after)
    elif direction == "in" and at > 0:
        _place(cause, rows, siblings[at - 1].pk, None)
    elif direction == "out" and cause.parent_id is not None:
        parent = next(row for row in rows if row.pk == cause.parent_id)
        beside = [row for row in rows if row.parent_id == parent.parent_id]
        following = beside[beside.index(parent) + 1 :]
        _place(cause, rows, parent.parent_id, following[0].pk if following else None)
    else:
        raise NotPossible(_NO_STEP.get(direction, _NO_STEP["up"])())
    record("cause_moved", by=by, subject=cause, direction=direction)
    return Cause.objects.get(pk=cause.pk)


_NO_STEP = {
    "up": lambda: _("It already stands first."),
    "down": lambda: _("It already stands last."),
    "in": lambda: _("There is no cause above it to stand under."),
    "out": lambda: _("It already stands directly under the problem."),
}


def _place(cause: Cause, rows: list[Cause], under: int | None, before: int | None) -> None:
    """Give those under a cause their places anew, with this one among them. The analysis is locked."""
    siblings = [row for row in rows if row.parent_id == under and row.pk != cause.pk]
    at = next((number for number, row in enumerate(siblings) if row.pk == before), len(siblings))
    moved = next(row for row in rows if row.pk == cause.pk)
    siblings.insert(at, moved)
    changed = []
    for number, row in enumerate(siblings):
        if row.position != number or row is moved:
            row.position = number
            changed.append(row)
    moved.parent_id = under
    Cause.objects.bulk_update(changed, ["position", "parent"])


@transaction.atomic
def remove_cause(*, by: Any, cause: Cause) -> Cause:
    """Take a cause out of the tree. It and its evidence are kept in the history."""
    cause = opened_cause(by, cause)
    if Cause.objects.kept().filter(parent=cause).exists():
        raise NotPossible(_("Causes stand under this one. Move them or take them away first."))
    cause.removed_at, cause.removed_by = timezone.now(), by
    cause.save(update_fields=["removed_at", "removed_by"])
    record("cause_removed", by=by, subject=cause)
    return cause


@transaction.atomic
def set_state(
    *, by: Any, cause: Cause, to: CauseState, seen: CauseState, reason: str = "", is_confirmed: bool = False
) -> Cause:
    """Say what is known about a cause now; `seen` is the state the decision was made on."""
    cause = opened_cause(by, cause)
    if cause.state == to:
        return cause
    if cause.state != seen:
        raise StateConflict(cause)
    check_state(cause, to, weight_of(cause), reason=reason)
    check_texts(by, cause.collaboration_id, {"reason": reason.strip()}, is_confirmed=is_confirmed)
    _move_state(cause, to, by=by, reason=reason.strip())
    record("cause_state_changed", by=by, subject=cause, to=to.value)
    return cause


def _move_state(cause: Cause, to: CauseState, *, by: Any, reason: str, is_automatic: bool = False) -> None:
    CauseMove.objects.create(
        collaboration_id=cause.collaboration_id,
        cause=cause,
        from_state=cause.state,
        to_state=to,
        by=by,
        reason=reason,
        is_automatic=is_automatic,
    )
    cause.state = to
    cause.save(update_fields=["state"])


@transaction.atomic
def choose_cause(*, by: Any, cause: Cause, group: Group, reason: str, is_confirmed: bool = False) -> Cause:
    """Note that a group has chosen to act on a cause, and why."""
    cause = opened_cause(by, cause)
    _check_group(by, cause.analysis, group)
    check_may_be_chosen(cause, weight_of(cause))
    if not reason.strip():
        raise NotPossible({"reason": _("Say why the group chooses this cause.")})
    check_texts(by, cause.collaboration_id, {"reason": reason.strip()}, is_confirmed=is_confirmed)
    cause.chosen_at, cause.chosen_by_group, cause.chosen_reason = timezone.now(), group, reason.strip()
    cause.save(update_fields=["chosen_at", "chosen_by_group", "chosen_reason"])
    record("cause_chosen", by=by, subject=cause, group=group.pk)
    return cause


@transaction.atomic
def leave_cause(*, by: Any, cause: Cause) -> Cause:
    """Note that the group no longer chooses to act on a cause."""
    cause = opened_cause(by, cause)
    if cause.chosen_by_group is None:
        return cause
    check_may_decide_for(by, cause.chosen_by_group)
    group = cause.chosen_by_group_id
    cause.chosen_at, cause.chosen_by_group, cause.chosen_reason = None, None, ""
    cause.save(update_fields=["chosen_at", "chosen_by_group", "chosen_reason"])
    record("cause_left", by=by, subject=cause, group=group)
    return cause


# --- The evidence -----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_evidence(
    *,
    by: Any,
    cause: Cause,
    kind: str,
    direction: str,
    strength: int,
    organisation: Organisation,
    text: str,
    address: str = "",
    place: Any = None,
    feature: PlaceFeature | None = None,
    mark: PhotoMark | None = None,
    figures: dict[str, Any] | None = None,
    is_confirmed: bool = False,
) -> Evidence:
    """Bring something that speaks for or against a cause. A selection of reports keeps the numbers of the day.

    `feature` is what was seen of a place, `mark` a spot in a photo; `figures` are what a test against the reports has
    found.
    """
    cause = opened_cause(by, cause)
    _check_organisation(by, organisation, cause.collaboration_id)
    check_texts(by, cause.collaboration_id, {"text": text.strip()}, is_confirmed=is_confirmed)
    evidence = Evidence(
        collaboration_id=cause.collaboration_id,
        cause=cause,
        kind=kind,
        direction=direction,
        strength=strength,
        organisation=organisation,
        text=text.strip(),
        place=place,
        created_by=by,
        changed_by=by,
    )
    if kind == Evidence.Kind.SELECTION:
        selection = counting.chosen_selection(by, cause.analysis.problem, address)
        evidence.selection = selection.query
        evidence.figures = counting.counted(cause.analysis.problem, selection)
        evidence.counted_at = timezone.now()
    elif kind == Evidence.Kind.PLACE_FEATURE and feature is not None:
        _bring(evidence, seen.brought_feature(by, cause.analysis.problem, feature))
    elif kind == Evidence.Kind.INSPECTION_PHOTO:
        if mark is None:
            raise NotPossible({"mark": _("Choose the spot in a photo.")})
        _bring(evidence, seen.brought_mark(by, cause.analysis.problem, mark))
    elif figures is not None:
        evidence.figures, evidence.counted_at = figures, timezone.now()
    evidence.full_clean(
        exclude=["created_by", "changed_by", "cause", "organisation", "place", "place_feature", "photo"]
    )
    if figures is None and (sent_before := _brought_before(evidence)) is not None:
        return sent_before
    evidence.save()
    record("evidence_added", by=by, subject=evidence, kind=kind, direction=direction, strength=strength)
    settle(cause, by=by)
    return evidence


def _brought_before(evidence: Evidence) -> Evidence | None:
    """The same piece, where its form was sent twice: what weighs must not weigh double."""
    names = ("cause", "kind", "direction", "strength", "organisation", "text", "place", "place_feature", "photo",
             "seen", "selection")  # fmt: skip
    return Evidence.objects.kept().filter(**{name: getattr(evidence, name) for name in names}).first()


def _bring(evidence: Evidence, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(evidence, name, value)


def _check_organisation(by: Any, organisation: Organisation, collaboration_id: int) -> None:
    if not organisations_to_bring_for(by, collaboration_id).filter(pk=organisation.pk).exists():
        raise NotAllowed(_("You bring evidence for your own organisation."))


def _opened_evidence(by: Any, evidence: Evidence) -> tuple[Evidence, Cause]:
    cause = opened_cause(by, evidence.cause)
    evidence = Evidence.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=evidence.pk)
    check_is_kept(evidence)
    return evidence, cause


@transaction.atomic
def change_evidence(
    *,
    by: Any,
    evidence: Evidence,
    row_version: int,
    direction: str,
    strength: int,
    text: str,
    is_confirmed: bool = False,
) -> Evidence:
    """Judge a piece of evidence anew; told when somebody else has done so meanwhile."""
    evidence, cause = _opened_evidence(by, evidence)
    wanted = {"direction": direction, "strength": strength, "text": text.strip()}
    if all(getattr(evidence, name) == value for name, value in wanted.items()):
        return evidence
    check_version(evidence, row_version)
    check_test_is_left(evidence, direction=direction, text=text.strip())
    check_texts(by, evidence.collaboration_id, {"text": text.strip()}, is_confirmed=is_confirmed)
    for name, value in wanted.items():
        setattr(evidence, name, value)
    evidence.row_version += 1
    evidence.changed_by = by
    evidence.full_clean(
        exclude=["created_by", "changed_by", "cause", "organisation", "place", "place_feature", "photo"]
    )
    evidence.save(update_fields=[*wanted, "row_version", "changed_by"])
    record("evidence_changed", by=by, subject=evidence, direction=direction, strength=strength)
    settle(cause, by=by)
    return evidence


@transaction.atomic
def remove_evidence(*, by: Any, evidence: Evidence, reason: str, is_confirmed: bool = False) -> Evidence:
    """Take evidence away, and say why. It stays in the history; what rested on it alone is a hypothesis again."""
    evidence, cause = _opened_evidence(by, evidence)
    check_is_no_test(evidence)
    if not reason.strip():
        raise NotPossible({"reason": _("Say why it is taken away.")})
    check_texts(by, evidence.collaboration_id, {"reason": reason.strip()}, is_confirmed=is_confirmed)
    evidence.removed_at, evidence.removed_by, evidence.removed_reason = timezone.now(), by, reason.strip()
    evidence.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    record("evidence_removed", by=by, subject=evidence)
    settle(cause, by=by)
    return evidence


def settle(cause: Cause, *, by: Any) -> None:
    """Move a cause back when the evidence its state rests on is gone, and say so in its history and in the log."""
    left = state_without(CauseState(cause.state), weight_of(cause))
    if left != cause.state:
        _move_state(cause, left, by=by, reason="", is_automatic=True)
        record("cause_moved_back", by=by, subject=cause, to=left.value)
