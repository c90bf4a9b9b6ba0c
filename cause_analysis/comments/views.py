"""The page of comments: process support writes, the partners answer, and everybody who reads the analysis reads it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cause_analysis.causes import queries as analyses
from cause_analysis.causes.presenters import page_url
from cause_analysis.comments import actions, presenters, queries
from cause_analysis.comments.forms import AnswerCommentForm, CommentForm
from cause_analysis.comments.permissions import check_may_comment, may_comment
from cause_analysis.models import Cause, CauseAnalysis, CoachComment
from cause_analysis.permissions import check_may_work_on, may_work_on
from cause_analysis.requests import problem_of
from common.errors import NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _shown(request: PartnerRequest, number: int) -> CauseAnalysis:
    """The newest version of the problem's analysis, for whoever reads it: that is the one commented on."""
    shown = analyses.shown_analysis(request.user, problem_of(request, number))
    if shown is None:
        raise Http404
    return shown


def _page(
    request: PartnerRequest,
    shown: CauseAnalysis,
    *,
    form: CommentForm | None = None,
    answered: tuple[int, AnswerCommentForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, problem = request.user, shown.problem
    may_answer = may_work_on(user, problem)
    rows = presenters.comment_rows(queries.comments_on(user, problem), shown)
    for row in rows:
        pk = row["comment"].pk
        if answered is not None and answered[0] == pk:
            # Settled by another meanwhile, what was written still stands there to be copied.
            row["form"] = answered[1]
        elif may_answer and row["is_waiting"]:
            row["form"] = AnswerCommentForm(pk=pk)
    if form is None and may_comment(user, problem):
        form = CommentForm(nodes=analyses.tree_of(shown), chosen=number_in(request.GET.get("cause")))
    context: dict[str, Any] = {
        "analysis": shown,
        "problem": problem,
        "area": problem.area,
        "page_url": page_url(shown),
        "waiting": [row for row in rows if row["is_waiting"]],
        "settled": [row for row in rows if not row["is_waiting"]],
        "form": form,
        "may_answer": may_answer,
    }
    return render(request, "cause_analysis/analysis_comments.html", context, status=status)


@require_GET
def analysis_comments(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """What process support says of the analysis, and what the partners have answered."""
    return _page(request, _shown(request, number))


@require_POST
def comment_write(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Comment on the analysis or on one of its causes."""
    shown = _shown(request, number)
    check_may_comment(request.user, shown.problem)
    form = CommentForm(request.POST, nodes=analyses.tree_of(shown))
    try:
        if form.is_valid():
            said = form.cleaned_data
            cause = Cause.objects.get(pk=int(said["cause"]), analysis=shown) if said["cause"] else None
            actions.write_comment(
                by=request.user, analysis=shown, cause=cause, text=said["text"], is_confirmed=said["is_confirmed"]
            )
            messages.success(request, _("The comment is there for the partners to read."))
            return redirect("analysis_comments", collaboration.slug, number)
    except NotPossible as no:
        form.add_refusal(no)
    return _page(request, shown, form=form, status=422)


@require_POST
def comment_settle(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Answer a comment, or mark it as taken care of."""
    shown = _shown(request, number)
    check_may_work_on(request.user, shown.problem)
    rows = CoachComment.objects.visible_to(request.user).filter(analysis__problem=shown.problem)
    comment = get_object_or_404(rows, pk=pk)
    form = AnswerCommentForm(request.POST, pk=pk)
    status = 422
    try:
        if form.is_valid():
            said = form.cleaned_data
            actions.settle_comment(
                by=request.user,
                comment=comment,
                outcome=request.POST.get("outcome", ""),
                answer=said["answer"],
                is_confirmed=said["is_confirmed"],
            )
            messages.success(request, _("Saved. Process support reads it here."))
            return redirect("analysis_comments", collaboration.slug, number)
    except NotPossible as no:
        form.add_refusal(no)
        status = 409 if CoachComment.objects.filter(pk=pk, settled_at__isnull=False).exists() else 422
    return _page(request, shown, answered=(pk, form), status=status)
