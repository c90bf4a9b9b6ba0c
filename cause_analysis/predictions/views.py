"""The pages of predictions: choosing what the reports are asked, stating it, and the school's dates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cause_analysis.causes import presenters as cause_presenters
from cause_analysis.models import Cause
from cause_analysis.models.predictions import Prediction, SchoolDates, Template
from cause_analysis.permissions import check_may_read_problems
from cause_analysis.predictions import actions, presenters
from cause_analysis.predictions.forms import PredictionForm, SchoolDatesForm
from cause_analysis.predictions.permissions import check_may_keep_school_dates, may_keep_school_dates
from cause_analysis.requests import problem_to_work_on
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, tried


def _cause(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> Cause:
    problem = problem_to_work_on(request, number)
    causes = Cause.objects.kept().filter(analysis__problem=problem)
    cause: Cause = get_object_or_404(
        causes.select_related("analysis__problem__area", "analysis__collaboration", "analysis__problem__collaboration"),
        pk=pk,
    )
    return cause


def _back_url(cause: Cause) -> str:
    return cause_presenters.page_url(cause.analysis, cause=cause.pk) + "#predictions"


@require_GET
def prediction_choose(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """What can the reports be asked? One link a template."""
    cause = _cause(request, collaboration, number, pk)
    context = {
        "cause": cause,
        "problem": cause.analysis.problem,
        "back_url": _back_url(cause),
        "templates": [
            {
                "title": capfirst(one.label),
                "url": reverse("prediction_new", args=[collaboration.slug, number, pk, one.value]),
            }
            for one in Template
        ],
        "may_keep_school_dates": may_keep_school_dates(request.user, collaboration),
    }
    return render(request, "cause_analysis/prediction_choose.html", context)


@get_or_post
def prediction_new(
    request: PartnerRequest, collaboration: Collaboration, number: int, pk: int, template: str
) -> HttpResponse:
    """State what the reports should show; they are asked at once."""
    cause = _cause(request, collaboration, number, pk)
    if template not in Template:
        raise Http404
    asked = Template(template)
    form = PredictionForm(
        request.POST if request.method == "POST" else None, user=request.user, cause=cause, template=asked
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.state_prediction(
                by=request.user,
                cause=cause,
                template=asked,
                claim=form.cleaned_data["claim"],
                parameters=form.parameters(),
                organisation=form.cleaned_data["organisation"],
                text=form.cleaned_data["text"],
                is_confirmed=form.cleaned_data["is_confirmed"],
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, presenters.conclusion(made))
            return redirect(_back_url(cause))
    return form_page(
        request,
        form,
        "cause_analysis/prediction_new.html",
        heading=_("What should the reports show %(what)s?") % {"what": asked.label},
        lead=cause.text,
        submit=_("Ask the reports"),
        back_url=reverse("prediction_choose", args=[collaboration.slug, number, pk]),
        back_text=_("What can be asked"),
    )


@require_POST
def prediction_remove(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Take a prediction away, with the evidence it gave."""
    problem = problem_to_work_on(request, number)
    predictions = Prediction.objects.filter(cause__analysis__problem=problem)
    prediction = get_object_or_404(predictions.select_related("cause__analysis__collaboration"), pk=pk)
    tried(
        request,
        lambda: actions.remove_prediction(by=request.user, prediction=prediction),
        _("The prediction is taken away. It is kept in the history."),
    )
    return redirect(_back_url(prediction.cause))


# --- The school's dates -----------------------------------------------------------------------------------------------


@get_or_post
def school_dates(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """When are the school's terms and holidays? With a form to write more down."""
    check_may_read_problems(request.user, collaboration)
    may_keep = may_keep_school_dates(request.user, collaboration)
    form: Any = SchoolDatesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        check_may_keep_school_dates(request.user, collaboration)
        if form.is_valid():
            try:
                actions.add_school_dates(by=request.user, collaboration=collaboration, **form.cleaned_data)
            except ValidationError as no:
                form.add_error(None, no.messages)
            else:
                messages.success(request, _("The dates are written down."))
                return redirect("school_dates", collaboration.slug)
    dates = SchoolDates.objects.visible_to(request.user).filter(collaboration=collaboration).order_by("-first_on")
    context = {"form": form if may_keep else None, "rows": presenters.school_rows(dates)}
    return render(
        request, "cause_analysis/school_dates.html", context, status=422 if form.is_bound and form.errors else 200
    )


@require_POST
def school_dates_remove(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take a term or a holiday away."""
    check_may_keep_school_dates(request.user, collaboration)
    dates = get_object_or_404(SchoolDates.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    actions.remove_school_dates(by=request.user, dates=dates)
    messages.success(request, _("The dates are taken away."))
    return redirect("school_dates", collaboration.slug)
