"""Comment on an analysis, and answer a comment or mark it as taken care of."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from cause_analysis.causes.rules import check_is_kept
from cause_analysis.comments import news
from cause_analysis.comments.permissions import check_may_comment
from cause_analysis.models import Cause, CauseAnalysis, CoachComment
from cause_analysis.models.comments import LONGEST_COMMENT
from cause_analysis.permissions import check_may_work_on
from cause_analysis.texts import check_texts
from common.errors import NotPossible

Outcome = CoachComment.Outcome


@transaction.atomic
def write_comment(
    *, by: Any, analysis: CauseAnalysis, text: str, cause: Cause | None = None, is_confirmed: bool = False
) -> CoachComment:
    """Comment on a version of an analysis, adopted or not, or on one of its causes."""
    check_may_comment(by, analysis.problem)
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NotPossible({"text": _("Write the comment.")})
    if cause is not None:
        cause = Cause.objects.select_for_update(of=("self",), no_key=True).get(pk=cause.pk)
        if cause.analysis_id != analysis.pk:
            raise NotPossible({"cause": _("Choose one of the causes of this version.")})
        check_is_kept(cause)
    check_texts(by, analysis.collaboration_id, {"text": text}, is_confirmed=is_confirmed, longest=LONGEST_COMMENT)
    # Whoever sends the same comment twice at once waits here, and has written it once.
    CauseAnalysis.objects.select_for_update(of=("self",), no_key=True).get(pk=analysis.pk)
    known = CoachComment.objects.filter(analysis=analysis, cause=cause, text=text, written_by=by, settled_at=None)
    if (sent_before := known.first()) is not None:
        return sent_before
    comment = CoachComment.objects.create(
        collaboration_id=analysis.collaboration_id, analysis=analysis, cause=cause, text=text, written_by=by
    )
    record("analysis_commented", by=by, subject=comment, cause=comment.cause_id)
    news.tell_written(comment)
    return comment


@transaction.atomic
def settle_comment(
    *, by: Any, comment: CoachComment, outcome: str, answer: str = "", is_confirmed: bool = False
) -> CoachComment:
    """Answer a comment, or note that it is taken care of. Done once: what was said stays as it was."""
    rows = CoachComment.objects.select_for_update(of=("self",)).select_related(
        "analysis__problem__area", "settled_by", "written_by"
    )
    comment = rows.get(pk=comment.pk)
    check_may_work_on(by, comment.analysis.problem)
    if outcome not in Outcome.values:
        raise NotPossible(_("Answer the comment, or mark it as taken care of."))
    if comment.settled_at is not None:
        raise NotPossible(
            _("Somebody else has already done so: the comment is %(outcome)s. Nothing of theirs was changed.")
            % {"outcome": comment.get_outcome_display()}
        )
    answer = answer.replace("\r\n", "\n").strip()
    if outcome == Outcome.ANSWERED and not answer:
        raise NotPossible({"answer": _("Write the answer.")})
    check_texts(by, comment.collaboration_id, {"answer": answer}, is_confirmed=is_confirmed, longest=LONGEST_COMMENT)
    comment.outcome, comment.answer = outcome, answer
    comment.settled_at, comment.settled_by = timezone.now(), by
    comment.save(update_fields=["outcome", "answer", "settled_at", "settled_by"])
    record("analysis_comment_settled", by=by, subject=comment, outcome=outcome)
    news.tell_settled(comment)
    return comment
