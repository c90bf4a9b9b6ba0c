"""Every change of what is known: answers to the guided questions, and what nobody knows yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Place
from audit.actions import record
from cause_analysis.causes.actions import opened
from cause_analysis.knowing.queries import may_find_out
from cause_analysis.knowing.questions import QUESTIONS
from cause_analysis.models import CauseAnalysis, GuidedAnswer, KnowledgeGap
from cause_analysis.permissions import check_may_work_on
from cause_analysis.texts import check_texts
from cause_analysis.versions import Conflict, check_version
from common.errors import NotPossible
from partners.models import Membership


@transaction.atomic
def answer_question(
    *,
    by: Any,
    analysis: CauseAnalysis,
    question: str,
    place: Place | None,
    text: str,
    row_version: int,
    is_confirmed: bool = False,
) -> GuidedAnswer | None:
    """Write what the group knows about one question at one place. What was a knowledge gap is then closed."""
    analysis = opened(by, analysis.pk)
    _check_asked(analysis, question, place)
    text = text.replace("\r\n", "\n").strip()
    # The analysis' lock lets one at a time at an answer that is not there yet.
    answer = GuidedAnswer.objects.filter(analysis=analysis, place=place, question=question).first()
    if answer is None:
        if not text:
            return None
        answer = GuidedAnswer(
            collaboration_id=analysis.collaboration_id, analysis=analysis, place=place, question=question
        )
        if row_version:
            raise Conflict(answer)
    elif answer.text == text:
        return answer
    else:
        check_version(answer, row_version)
    check_texts(by, analysis.collaboration_id, {"text": text}, is_confirmed=is_confirmed)
    answer.text, answer.changed_by = text, by
    answer.row_version += 1
    answer.save()
    if text:
        for gap in _waiting(analysis, question, place):
            gap.closed_at, gap.closed_by = timezone.now(), by
            gap.save(update_fields=["closed_at", "closed_by"])
            record("gap_closed", by=by, subject=gap)
    record("question_answered", by=by, subject=analysis, question=question)
    return answer


def _waiting(analysis: CauseAnalysis, question: str, place: Place | None) -> Any:
    """The open gaps about a question at a place, whichever version they were found in."""
    return KnowledgeGap.objects.filter(
        analysis__problem=analysis.problem_id, question=question, place=place, closed_at=None
    )


def _check_asked(analysis: CauseAnalysis, question: str, place: Place | None) -> None:
    if question not in QUESTIONS:
        raise NotPossible(_("There is no such question."))
    if place is not None and not analysis.problem.problem_places.filter(place=place).exists():
        raise NotPossible(_("The problem is not about that place any more."))


@transaction.atomic
def add_gap(
    *,
    by: Any,
    analysis: CauseAnalysis,
    text: str = "",
    question: str = "",
    place: Place | None = None,
    membership: Membership | None = None,
    due_on: dt.date | None = None,
    is_confirmed: bool = False,
) -> KnowledgeGap:
    """Note what nobody knows yet, and who finds it out until when."""
    analysis = opened(by, analysis.pk)
    text = text.strip()
    if question:
        _check_asked(analysis, question, place)
        answer = GuidedAnswer.objects.filter(analysis=analysis, place=place, question=question).first()
        if answer is not None and answer.text:
            raise NotPossible(_("Somebody has answered the question meanwhile."))
        if _waiting(analysis, question, place).exists():
            raise NotPossible(_("Somebody has already noted this question as a knowledge gap."))
    elif not text:
        raise NotPossible({"text": _("Say what you do not know.")})
    check_texts(by, analysis.collaboration_id, {"text": text}, is_confirmed=is_confirmed)
    _check_finder(analysis, membership)
    _check_day(due_on)
    known = KnowledgeGap.objects.filter(
        analysis=analysis,
        text=text,
        question=question,
        place=place,
        membership=membership,
        due_on=due_on,
        closed_at=None,
    )
    if (sent_before := known.first()) is not None:
        return sent_before
    gap = KnowledgeGap.objects.create(
        collaboration_id=analysis.collaboration_id,
        analysis=analysis,
        text=text,
        question=question,
        place=place,
        membership=membership,
        due_on=due_on,
        created_by=by,
    )
    record("gap_noted", by=by, subject=gap, membership=membership.pk if membership else None)
    return gap


def _check_finder(analysis: CauseAnalysis, membership: Membership | None) -> None:
    if membership is not None and membership.pk not in {one.pk for one in may_find_out(analysis.problem)}:
        raise NotPossible({"membership": _("Choose somebody who works with the problem.")})


def _check_day(due_on: dt.date | None) -> None:
    if due_on is not None and due_on < timezone.localdate():
        raise NotPossible({"due_on": _("The day has already been. Choose one that is still to come.")})


def _locked(gap: KnowledgeGap) -> KnowledgeGap:
    """The gap, locked, and still open. The version it was found in may be adopted: a gap outlives it.

    The analysis that is worked on is locked first, as in every other change, and counts this one.
    """
    running = CauseAnalysis.objects.running().filter(problem=gap.analysis.problem_id)
    for analysis in running.select_for_update(of=("self",)):
        analysis.change += 1
        analysis.changed_at = timezone.now()
        analysis.save(update_fields=["change", "changed_at"])
    rows = KnowledgeGap.objects.select_for_update(of=("self",)).select_related("analysis__problem__area")
    gap = rows.get(pk=gap.pk)
    if gap.closed_at is not None:
        raise NotPossible(_("Somebody has already closed this knowledge gap."))
    return gap


@transaction.atomic
def change_gap(
    *, by: Any, gap: KnowledgeGap, row_version: int, membership: Membership | None, due_on: dt.date | None
) -> KnowledgeGap:
    """Give a knowledge gap to somebody else, or another day."""
    gap = _locked(gap)
    check_may_work_on(by, gap.analysis.problem)
    check_version(gap, row_version)
    _check_finder(gap.analysis, membership)
    if due_on != gap.due_on:
        _check_day(due_on)
    gap.membership, gap.due_on = membership, due_on
    gap.row_version += 1
    gap.save(update_fields=["membership", "due_on", "row_version"])
    record("gap_given", by=by, subject=gap, membership=membership.pk if membership else None)
    return gap


@transaction.atomic
def close_gap(*, by: Any, gap: KnowledgeGap, answer: str, is_confirmed: bool = False) -> KnowledgeGap:
    """Say what has been found out."""
    gap = _locked(gap)
    check_may_work_on(by, gap.analysis.problem)
    answer = answer.replace("\r\n", "\n").strip()
    if not answer:
        raise NotPossible({"answer": _("Say what you have found out.")})
    check_texts(by, gap.collaboration_id, {"answer": answer}, is_confirmed=is_confirmed, longest=1000)
    gap.answer, gap.closed_at, gap.closed_by = answer, timezone.now(), by
    gap.save(update_fields=["answer", "closed_at", "closed_by"])
    record("gap_closed", by=by, subject=gap)
    return gap
