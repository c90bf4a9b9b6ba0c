"""Every change of a problem: make it, describe it, say what one partner sees, take a step, invite a coach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Area, Place
from audit.actions import record
from cause_analysis.facts import KNOWN_HERE, facts_of
from cause_analysis.models import CoachInvitation, PartnerView, Problem, ProblemMove, ProblemPlace, State
from cause_analysis.permissions import (
    check_may_lead,
    check_may_make_problem_in,
    check_may_work_on,
    check_may_write_view,
)
from cause_analysis.problems.counting import figures_of
from cause_analysis.problems.definition import WRITTEN, Answer
from cause_analysis.rules import BY_HAND, GATES, check_move
from cause_analysis.texts import check_texts
from cause_analysis.versions import Conflict, check_version
from common.errors import NotPossible
from incidents.selections import Selection
from partners.models import Collaboration, Membership, Organisation
from partners.roles import Role

LONGEST_REASON = 300
LONGEST_PERIOD_D = 20 * 366
# Where the selection names no places, the problem's are those with this many of its events, at most so many of them.
FEWEST_AT_A_PLACE, MOST_PLACES_TAKEN = 5, 5


def problems_own(selection: Selection) -> Selection:
    """What of a selection a problem keeps: it counts everybody's approved events, wherever they could be drawn."""
    return replace(selection, organisation=None, status="", location="")


@transaction.atomic
def make_problem(
    *, by: Any, area: Area, title: str, selection: Selection, today: dt.date | None = None, is_confirmed: bool = False
) -> Problem:
    """A problem of the area, from a selection of reports with its numbers as they are now."""
    check_may_make_problem_in(by, area)
    title = title.strip()
    if not title:
        raise NotPossible({"title": _("Give the problem a name that everybody understands.")})
    check_texts(by, area.collaboration_id, {"title": title}, is_confirmed=is_confirmed, longest=120)
    selection = replace(problems_own(selection), area=area.slug)
    _check_days(selection)
    today = today or timezone.localdate()
    # One at a time, so that no two problems get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=area.collaboration_id)
    figures = figures_of(collaboration, selection, today=today)
    if not figures["total"]:
        raise NotPossible(_("No approved event is in the selection. Choose other days, places or categories."))
    # The same form sent twice, by a double press or the back button, is one problem: also its numbers are the same.
    known = Problem.objects.filter(
        area=area, title=title, selection=selection.query, created_by=by, state=State.IDENTIFIED
    )
    for sent_before in known:
        if sent_before.figures == figures:
            return sent_before
    last = Problem.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    problem = Problem.objects.create(
        collaboration=collaboration,
        area=area,
        number=(last or 0) + 1,
        title=title,
        selection=selection.query,
        figures=figures,
        created_by=by,
    )
    _take_places(problem, selection, figures)
    record("problem_made", by=by, subject=problem, events=figures["total"])
    return problem


def _check_days(selection: Selection) -> None:
    if selection.since is None or selection.until is None:
        raise NotPossible({"since": _("Say from which day and to which.")})
    if selection.until < selection.since:
        raise NotPossible({"until": _("The last day comes before the first.")})
    if (selection.until - selection.since).days > LONGEST_PERIOD_D:
        raise NotPossible({"since": _("The period is longer than twenty years. Choose a shorter one.")})


def _take_places(problem: Problem, selection: Selection, figures: Mapping[str, Any]) -> None:
    chosen = (
        list(selection.place)
        or [
            row["place"] for row in figures["places"] if row["place"] is not None and row["count"] >= FEWEST_AT_A_PLACE
        ][:MOST_PLACES_TAKEN]
    )
    known = Place.objects.filter(collaboration_id=problem.collaboration_id, pk__in=chosen)
    ProblemPlace.objects.bulk_create(
        ProblemPlace(collaboration_id=problem.collaboration_id, problem=problem, place=place) for place in known
    )


def _locked(problem: Problem) -> Problem:
    rows = Problem.objects.select_for_update(of=("self",), no_key=True).select_related("area", "collaboration")
    return rows.get(pk=problem.pk)


@transaction.atomic
def write_answer(
    *, by: Any, problem: Problem, name: str, text: str, row_version: int, is_confirmed: bool = False
) -> Problem:
    """Write one answer of the definition, or the title, unless another has written the same one since `row_version`."""
    problem = _locked(problem)
    check_may_work_on(by, problem)
    if name not in WRITTEN:
        raise ValueError(f"{name} is no answer of a problem")
    text = text.replace("\r\n", "\n").strip()
    answer = Answer.of(problem, name)
    if answer.text == text:
        return problem
    check_version(answer, row_version)
    if name == "title" and not text:
        raise NotPossible({"text": _("Give the problem a name that everybody understands.")})
    check_texts(by, problem.collaboration_id, {"text": text}, is_confirmed=is_confirmed, longest=WRITTEN[name])
    setattr(problem, name, text)
    problem.answer_versions[name] = answer.row_version + 1
    problem.written_at = timezone.now()
    problem.save(update_fields=[name, "answer_versions", "written_at"])
    record("problem_described", by=by, subject=problem, answer=name)
    return problem


@transaction.atomic
def choose_places(*, by: Any, problem: Problem, places: list[Place]) -> Problem:
    """Say which named places the problem is about."""
    problem = _locked(problem)
    check_may_work_on(by, problem)
    if any(place.collaboration_id != problem.collaboration_id for place in places):
        raise NotPossible(_("The place belongs to another collaboration."))
    wanted = {place.pk for place in places}
    there = set(problem.problem_places.values_list("place_id", flat=True))
    if wanted == there:
        return problem
    problem.problem_places.exclude(place_id__in=wanted).delete()
    ProblemPlace.objects.bulk_create(
        ProblemPlace(collaboration_id=problem.collaboration_id, problem=problem, place_id=pk) for pk in wanted - there
    )
    record("problem_places_chosen", by=by, subject=problem, places=len(wanted))
    return problem


@transaction.atomic
def write_view(
    *,
    by: Any,
    problem: Problem,
    organisation: Organisation,
    text: str,
    row_version: int,
    is_confirmed: bool = False,
) -> PartnerView | None:
    """What one partner sees, in its own words; an empty text takes it away."""
    problem = _locked(problem)
    check_may_write_view(by, problem, organisation)
    text = text.replace("\r\n", "\n").strip()
    # The problem's lock lets one at a time at its views, also at one that is not there yet.
    view = PartnerView.objects.filter(problem=problem, organisation=organisation).first()
    if view is None:
        if not text:
            return None
        if row_version:
            raise Conflict(PartnerView(problem=problem, organisation=organisation, text=""))
        view = PartnerView(
            collaboration_id=problem.collaboration_id, problem=problem, organisation=organisation, row_version=0
        )
    elif view.text == text:
        return view
    else:
        check_version(view, row_version)
    if not text:
        view.delete()
        record("problem_view_removed", by=by, subject=problem)
        return None
    check_texts(by, problem.collaboration_id, {"text": text}, is_confirmed=is_confirmed)
    view.text, view.written_by = text, by
    view.row_version += 1
    view.save()
    record("problem_view_written", by=by, subject=problem)
    return view


# --- Its life ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def move_problem(
    *, problem: Problem, to: State, by: Any, facts: Mapping[str, Any] | None = None, reason: str = ""
) -> Problem:
    """Take a step in the problem's life. The room that takes it passes the facts it rests on; what this room knows
    itself (`cause_analysis.facts`) is looked up here and never taken from who asks.

    Facts are numbers, codes and dates. Who may take the step is for the room that takes it to ask; nobody (None) where
    a job takes it by a rule.
    """
    to = State(to)
    problem = _locked(problem)
    passed = dict(facts or {})
    if unknown := set(passed) - set(GATES[to].facts):
        raise ValueError(f"{to} rests on {sorted(GATES[to].facts)}, not on {sorted(unknown)}")
    reason = reason.strip()
    if by is not None:
        check_texts(by, problem.collaboration_id, {"reason": reason}, longest=LONGEST_REASON, is_confirmed=True)
    stands_on = facts_of(problem, to, {name: value for name, value in passed.items() if name not in KNOWN_HERE})
    check_move(problem, to, facts=stands_on, reason=reason)
    outcome = str(stands_on["outcome"]) if to == State.CLOSED else problem.outcome
    if to == State.CLOSED and outcome not in Problem.Outcome.values:
        raise ValueError(f"{outcome} is no outcome of a problem")
    ProblemMove.objects.create(
        collaboration_id=problem.collaboration_id,
        problem=problem,
        from_state=problem.state,
        to_state=to,
        by=by,
        reason=reason,
        facts=stands_on,
    )
    problem.state = to
    problem.outcome = outcome if to in (State.CLOSED, State.AFTER_WATCH) else ""
    problem.save(update_fields=["state", "outcome"])
    record("problem_moved", by=by, subject=problem, to=str(to))
    return problem


@transaction.atomic
def move_by_hand(*, by: Any, problem: Problem, to: str, reason: str = "", is_confirmed: bool = False) -> Problem:
    """A step that a page of this room takes: described, or laid to rest, or taken up again."""
    if to not in BY_HAND:
        raise NotPossible(_("This step is taken where its work is done."))
    problem = _locked(problem)
    if to == State.DESCRIBED and problem.state == State.IDENTIFIED:
        check_may_work_on(by, problem)
    else:
        check_may_lead(by, problem)
    check_texts(by, problem.collaboration_id, {"reason": reason}, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    return move_problem(problem=problem, to=State(to), by=by, reason=reason)


# --- Process support --------------------------------------------------------------------------------------------------


@transaction.atomic
def invite_coach(*, by: Any, problem: Problem, membership: Membership) -> CoachInvitation:
    """Let somebody in process support read the problem. Inviting twice is inviting once."""
    problem = _locked(problem)
    check_may_lead(by, problem)
    if membership.role != Role.COACH or membership.collaboration_id != problem.collaboration_id:
        raise NotPossible(_("Only somebody in process support can be invited."))
    invitation, is_new = CoachInvitation.objects.get_or_create(
        problem=problem,
        membership=membership,
        defaults={"collaboration_id": problem.collaboration_id, "invited_by": by},
    )
    if is_new:
        record("coach_invited", by=by, subject=problem, membership=membership.pk)
    return invitation


@transaction.atomic
def end_invitation(*, by: Any, invitation: CoachInvitation) -> None:
    """The coach no longer reads the problem."""
    problem = _locked(invitation.problem)
    check_may_lead(by, problem)
    deleted, _kinds = CoachInvitation.objects.filter(pk=invitation.pk).delete()
    if deleted:
        record("coach_invitation_ended", by=by, subject=problem, membership=invitation.membership_id)
