"""The guided questions place by place, and the knowledge gaps of an analysis."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from areas.models import Place
from cause_analysis.causes import presence
from cause_analysis.causes.presenters import page_url
from cause_analysis.causes.queries import shown_analysis
from cause_analysis.knowing import actions, presenters, queries
from cause_analysis.knowing.forms import FoundOutForm, GapForm, GivenForm, QuestionForm
from cause_analysis.knowing.questions import QUESTIONS
from cause_analysis.models import CauseAnalysis, KnowledgeGap
from cause_analysis.permissions import check_may_work_on, may_work_on
from cause_analysis.requests import problem_of, running
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest


@never_cache
@require_GET
def analysis_questions(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """The guided questions at one place of the problem, with what is answered and what is not."""
    problem = problem_of(request, number)
    shown = shown_analysis(request.user, problem, number_in(request.GET.get("version")))
    if shown is None:
        raise Http404
    return _show(request, shown, opened=request.GET.get("question", ""))


def _show(
    request: PartnerRequest,
    shown: CauseAnalysis,
    *,
    opened: str,
    at: int | None = None,
    form: QuestionForm | None = None,
    theirs: Any = None,
    status: int = 200,
) -> HttpResponseBase:
    """The questions at one place; `form` is an answer that came back, about the place `at`."""
    answers, gaps = queries.answers_of(shown), queries.open_gaps(shown)
    own = queries.places_of(shown.problem)
    # What was said of a place the problem has let go of, or of the area before it had places, is still read.
    places: list[Place | None] = [*own, *queries.let_go_of(answers, own)]
    if not own or queries.is_said_of_area(answers):
        places.append(None)
    asked = (at or 0) if form is not None else number_in(request.GET.get("place"))
    place = next((one for one in places if (one.pk if one else 0) == asked), places[0])
    here = place.pk if place else None
    may_work = not shown.is_adopted and may_work_on(request.user, shown.problem)
    may_answer = may_work and (place is None or place in own)
    known = opened if opened in QUESTIONS and may_answer else ""
    # An answer about a place the problem has let go of, or to an analysis that is adopted, has no field any more.
    is_lost = form is not None and (here != at or not may_answer)
    context = {
        "analysis": shown,
        "problem": shown.problem,
        "may_work": may_work,
        "may_answer": may_answer,
        "is_let_go_of": place is not None and place not in own,
        "here": presence.here_now(request.user, shown, may_work=may_work),
        "place": place,
        "places": presenters.place_rows(shown, places, place, answers),
        "groups": presenters.question_groups(shown, here, answers, gaps, opened="" if is_lost else known),
        "answered": sum(1 for (pk, _key), answer in answers.items() if pk == here and answer.text),
        "total": len(QUESTIONS),
        "form": form or (QuestionForm.of(answers.get((here, known))) if known else None),
        "given_form": GivenForm(analysis=shown) if known else None,
        "theirs": theirs,
        "unsaved": form["text"].value() if form is not None and is_lost else "",
        "said": form.non_field_errors() if form is not None and is_lost else [],
        "page_url": page_url(shown),
        "close_url": presenters.questions_url(shown, place=here or 0),
    }
    return render(request, "cause_analysis/questions.html", context, status=status)


def _place(shown: CauseAnalysis, pk: int | None) -> Place | None:
    """The place an answer is about; also one the problem was about when the page was opened: the action tells."""
    return get_object_or_404(Place.objects.filter(collaboration=shown.collaboration_id), pk=pk) if pk else None


@require_POST
def analysis_answer(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Answer a guided question, or note that nobody knows."""
    shown = running(request, number)
    question = request.POST.get("question", "")
    if question not in QUESTIONS:
        raise Http404
    place = _place(shown, number_in(request.POST.get("place")))
    at = place.pk if place else None
    if "gap" in request.POST:
        return _note_gap(request, shown, question, place)
    before = queries.answers_of(shown).get((at, question))
    form = QuestionForm.of(before, request.POST)
    theirs = None
    try:
        if form.is_valid():
            actions.answer_question(
                by=request.user,
                analysis=shown,
                question=question,
                place=place,
                text=form.cleaned_data["text"],
                row_version=form.cleaned_data["row_version"] or 0,
                is_confirmed=form.cleaned_data["is_confirmed"],
            )
            messages.success(request, _("Saved."))
            return redirect(presenters.questions_url(shown, place=at or 0) + f"#{question}")
    except NotPossible as no:
        form.add_refusal(no)
        if isinstance(no, Conflict):
            theirs = no.row
            form.meet(theirs)
    shown.refresh_from_db()
    return _show(request, shown, opened=question, at=at, form=form, theirs=theirs, status=409 if theirs else 422)


def _note_gap(request: PartnerRequest, shown: CauseAnalysis, question: str, place: Place | None) -> HttpResponseBase:
    form = GivenForm(request.POST, analysis=shown)
    try:
        if form.is_valid():
            said = form.cleaned_data
            actions.add_gap(
                by=request.user,
                analysis=shown,
                question=question,
                place=place,
                membership=said["membership"],
                due_on=said["due_on"],
            )
            messages.success(request, _("Noted as a knowledge gap."))
        else:
            messages.error(request, _("Not noted: choose who finds it out again, and write the day as 2026-11-30."))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    return redirect(presenters.questions_url(shown, place=place.pk if place else 0) + f"#{question}")


# --- Gaps -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def gap_new(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Note something nobody knows, and who finds it out."""
    shown = running(request, number)
    form = GapForm(request.POST or None, analysis=shown)
    try:
        if form.is_valid():
            said = form.cleaned_data
            names = ("text", "membership", "due_on", "is_confirmed")
            actions.add_gap(by=request.user, analysis=shown, **{name: said[name] for name in names})
            return redirect(page_url(shown) + "#gaps")
    except NotPossible as no:
        form.add_refusal(no)
    context = {"form": form, "analysis": shown, "problem": shown.problem, "back_url": page_url(shown) + "#gaps"}
    return render(request, "cause_analysis/gap_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def gap_detail(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """A knowledge gap: give it to somebody, or say what has been found out."""
    problem = problem_of(request, number)
    gaps = KnowledgeGap.objects.filter(analysis__problem=problem)
    gap = get_object_or_404(
        gaps.select_related("analysis__problem__area", "analysis__collaboration", "membership", "place"), pk=pk
    )
    check_may_work_on(request.user, problem)
    is_given, is_found = "give" in request.POST, "find" in request.POST
    given = GivenForm(request.POST if is_given else None, analysis=gap.analysis, gap=gap)
    found = FoundOutForm(request.POST if is_found else None, gap=gap)
    form: Any = given if is_given else found
    status = 422 if is_given or is_found else 200
    try:
        if is_given and given.is_valid():
            actions.change_gap(
                by=request.user,
                gap=gap,
                row_version=given.cleaned_data["row_version"] or 0,
                membership=given.cleaned_data["membership"],
                due_on=given.cleaned_data["due_on"],
            )
            return redirect(page_url(gap.analysis) + "#gaps")
        if is_found and found.is_valid():
            said = found.cleaned_data
            actions.close_gap(by=request.user, gap=gap, answer=said["answer"], is_confirmed=said["is_confirmed"])
            messages.success(request, _("The knowledge gap is closed."))
            return redirect(page_url(gap.analysis) + "#gaps")
    except NotPossible as no:
        if hasattr(form, "add_refusal"):
            form.add_refusal(no)
        else:
            form.add_error(None, no)
        if isinstance(no, Conflict):
            given.meet(no.row)
            status = 409
    context = {
        "gap": gap,
        "row": presenters.gap_rows([gap], timezone.localdate())[0],
        "analysis": gap.analysis,
        "problem": problem,
        "given_form": given,
        "found_form": found,
        "back_url": page_url(gap.analysis) + "#gaps",
    }
    return render(request, "cause_analysis/gap.html", context, status=status)
