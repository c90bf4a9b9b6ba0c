"""The pages of evaluations: each view fetches, asks and shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.measures.queries import measures_for
from action_plans.permissions import check_may_read_measures, check_may_work_on_plan, may_work_on_plan
from cause_analysis.models import Problem
from cause_analysis.permissions import check_may_lead
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from followup.evaluations import actions, presenters, queries, rules
from followup.evaluations.forms import AdoptForm, CloseForm, GoOnForm, JudgementForm, LessonForm, WatchForm
from followup.lessons import closing
from followup.models import Evaluation, Headline, PlaceboRun
from followup.permissions import check_may_try_headline, may_try_headline
from followup.tasks import try_headline
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried

PAGE_SIZE = 50


def _evaluation(request: PartnerRequest, number: int) -> Evaluation:
    """The evaluation of the address, for whoever reads it."""
    return get_object_or_404(queries.evaluations_for(request.user, request.collaboration), number=number)


def _to_write(request: PartnerRequest, number: int) -> Evaluation:
    """The evaluation of the address, for whoever writes its plan."""
    shown = _evaluation(request, number)
    check_may_work_on_plan(request.user, shown.plan)
    return shown


@never_cache
@require_GET
def evaluation_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What has been evaluated and what it said; what waits for a group; what comes next."""
    check_may_read_measures(request.user, collaboration)
    rows = queries.evaluations_for(request.user, collaboration)
    headline = request.GET.get("headline", "")
    headline = headline if headline in Headline.values else ""
    counts = presenters.counts_of(rows)
    if headline:
        rows = rows.filter(headline=headline)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": presenters.rows_of(page.object_list),
        "count": counts["all"],
        "counts": counts,
        "headline": headline,
        "headlines": Headline.choices,
        "is_filtered": bool(headline),
        "coming": presenters.coming_rows(queries.coming(request.user, collaboration, timezone.localdate())),
    }
    return render(request, "followup/evaluations/list.html", context)


@never_cache
@get_or_post
def headline_tried(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """How often the headline finds something where nothing was done; whoever compiles has it tried anew."""
    check_may_read_measures(request.user, collaboration)
    if request.method == "POST":
        check_may_try_headline(request.user, collaboration)
        try_headline.delay_on_commit(collaboration.pk, person(request).pk)  # type: ignore[attr-defined]
        messages.success(request, _("It is being tried. Come back in a minute."))
        return redirect("headline_tried", collaboration.slug)
    runs = PlaceboRun.objects.visible_to(request.user).filter(collaboration=collaboration)
    run = runs.order_by("-computed_at").first()
    context = {
        "run": run,
        **(presenters.tried_of(run) if run else {}),
        "may_try": may_try_headline(request.user, collaboration),
    }
    return render(request, "followup/evaluations/tried.html", context)


@never_cache
@require_GET
def evaluation(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Did it work? The headline, the picture, the numbers behind it, what the group makes of it and what was learnt."""
    return render(request, "followup/evaluations/detail.html", _page(request, _evaluation(request, number)))


def _page(request: PartnerRequest, shown: Evaluation, **forms: Any) -> dict[str, Any]:
    """All that the page of an evaluation shows; `forms` are those that came back with errors."""
    user = request.user
    writes = may_work_on_plan(user, shown.plan)
    is_open = shown.adopted_at is None
    # Not offered before it is judged: it would only be refused.
    may_be_adopted = is_open and ("adopt_form" in forms or rules.is_adoptable(shown))
    adopt: Any = forms.get("adopt_form") or AdoptForm(user=user, evaluation=shown)
    return {
        **presenters.page_of(shown, user),
        "evaluation": shown,
        "writes": writes and is_open,
        "adopt_form": adopt if may_be_adopted and adopt.fields["group"].queryset.exists() else None,
        "lesson_form": (forms.get("lesson_form") or LessonForm(places=presenters.places_of(shown)))
        if writes and is_open
        else None,
        "problems": presenters.problems_of(shown, user),
    }


def _stands(request: PartnerRequest, shown: Evaluation) -> HttpResponse:
    """Back to an evaluation that has been adopted meanwhile, whose page has no form left to say it in."""
    messages.error(request, _("The evaluation is adopted and stands as it is. What is learnt later stands beside it."))
    return redirect(presenters.url_of(shown))


@never_cache
@get_or_post
def evaluation_judge(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Say what the group makes of it."""
    shown = _to_write(request, number)
    if shown.adopted_at is not None:
        return _stands(request, shown)
    form = JudgementForm(request.POST if request.method == "POST" else None, evaluation=shown)
    theirs: list[dict[str, str]] = []
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.judge(by=person(request), evaluation=shown, **form.cleaned_data)
        except Conflict as conflict:
            theirs, status = form.clashes(conflict.row), 409
            form.add_refusal(conflict)
            form.meet(conflict.row)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("What the group makes of it is saved."))
            return redirect(presenters.url_of(shown) + "#judgement")
    context = {
        "form": form,
        "theirs": theirs,
        "shown": presenters.page_of(shown, request.user),
        "done": presenters.done_rows(shown),
        "back_url": presenters.url_of(shown),
        "back_text": presenters.name_of(shown),
    }
    return render(request, "followup/evaluations/judge.html", context, status=status)


@never_cache
@require_POST
def evaluation_lesson(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write something learnt."""
    shown = _to_write(request, number)
    form = LessonForm(request.POST, places=presenters.places_of(shown))
    if form.is_valid():
        try:
            actions.add_lesson(by=person(request), evaluation=shown, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The lesson is written down."))
            return redirect(presenters.url_of(shown) + "#lessons")
    shown = _evaluation(request, number)
    if shown.adopted_at is not None:
        return _stands(request, shown)
    return render(request, "followup/evaluations/detail.html", _page(request, shown, lesson_form=form), status=422)


@never_cache
@require_POST
def lesson_remove(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Take a lesson away while the evaluation is open."""
    shown = _to_write(request, number)
    lesson = get_object_or_404(shown.lessons, pk=pk)
    tried(request, lambda: actions.remove_lesson(by=person(request), lesson=lesson), _("The lesson is taken away."))
    return redirect(presenters.url_of(shown) + "#lessons")


@never_cache
@require_POST
def evaluation_adopt(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write down that a group has adopted it."""
    shown = _evaluation(request, number)
    form = AdoptForm(request.POST, user=request.user, evaluation=shown)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.adopt(
                by=person(request),
                evaluation=shown,
                group=said["group"],
                row_version=said["row_version"],
                seen=said["seen"],
                today=timezone.localdate(),
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The evaluation is adopted, and stands as it is."))
            return redirect(presenters.url_of(shown))
    shown = _evaluation(request, number)
    if shown.adopted_at is not None:
        return _stands(request, shown)
    return render(request, "followup/evaluations/detail.html", _page(request, shown, adopt_form=form), status=422)


@never_cache
@get_or_post
def evaluation_problem(
    request: PartnerRequest, collaboration: Collaboration, number: int, problem: int
) -> HttpResponse:
    """What becomes of a problem: it is closed, gone on with, or watched for a while."""
    shown = _evaluation(request, number)
    row = get_object_or_404(
        Problem.objects.visible_to(request.user).filter(collaboration=collaboration), number=problem
    )
    if row.pk not in {measure.problem_id for measure in queries.measures_of(shown)}:
        raise Http404
    check_may_lead(request.user, row)
    step = presenters.problem_step(row, shown)
    if step is None:
        return redirect(presenters.url_of(shown) + "#problem")
    what = request.POST.get("what") or request.GET.get("what") or step["ways"][0]
    if what not in step["ways"]:
        what = step["ways"][0]
    data = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    form: Any
    if what == "close":
        form = CloseForm(data)
    elif what == "go_on":
        form = GoOnForm(data)
    else:
        form = WatchForm(data, today=today, level=closing.suggested_level(row, shown))
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "is_confirmed"}
        by = person(request)
        try:
            if what == "close":
                closing.close_problem(by=by, problem=row, **said)
            elif what == "go_on":
                closing.go_on(by=by, problem=row, **said)
            else:
                closing.watch_problem(by=by, problem=row, evaluation=shown, today=today, **said)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, step["said"][what])
            return redirect(presenters.url_of(shown) + "#problem")
    return form_page(
        request,
        form,
        "followup/evaluations/problem.html",
        heading=step["headings"][what],
        lead=step["leads"][what],
        submit=step["submits"][what],
        what=what,
        back_url=presenters.url_of(shown) + "#problem",
        back_text=presenters.name_of(shown),
    )


@never_cache
@require_POST
def measure_evaluate(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Begin the evaluation of a measure that is over and for which no effect was to be counted."""
    measure = get_object_or_404(measures_for(request.user, collaboration), pk=pk)
    check_may_work_on_plan(request.user, measure.plan)
    try:
        begun = actions.begin_of_process(by=person(request), measure=measure, today=timezone.localdate())
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("measure_detail", collaboration.slug, measure.pk)
    return redirect(presenters.url_of(begun))
