"""The page of the chain of events, and every change of it as a plain form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cause_analysis.causes import presence
from cause_analysis.causes.presenters import page_url
from cause_analysis.causes.queries import shown_analysis
from cause_analysis.chain import actions, queries
from cause_analysis.chain.forms import LinkForm
from cause_analysis.models import CauseAnalysis, EventChainLink
from cause_analysis.permissions import may_work_on
from cause_analysis.requests import problem_of, problem_to_work_on, running
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest


@never_cache
@require_GET
def analysis_chain(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """What happens before and during the event, link by link, and where somebody can step in."""
    version = number_in(request.GET.get("version"))
    shown = shown_analysis(request.user, problem_of(request, number), version)
    if shown is None:
        raise Http404
    return _show(request, shown, version=version)


def _show(
    request: PartnerRequest,
    shown: CauseAnalysis,
    *,
    version: int | None = None,
    link_pk: int | None = None,
    form: LinkForm | None = None,
    theirs: Any = None,
    status: int = 200,
) -> HttpResponseBase:
    may_work = not shown.is_adopted and may_work_on(request.user, shown.problem)
    links = queries.links_of(shown)
    asked = link_pk if link_pk is not None else number_in(request.GET.get("link"))
    opened = next((link for link in links if link.pk == asked), None) if may_work else None
    is_lost = link_pk is not None and opened is None
    context = {
        "analysis": shown,
        "problem": shown.problem,
        "may_work": may_work,
        "here": presence.here_now(request.user, shown, may_work=may_work),
        "version": version,
        "shape": "chain",
        "page_url": page_url(shown, version=version),
        "rows": [
            {
                "link": link,
                "number": place,
                "cause_url": page_url(shown, version=version, cause=link.cause_id) + f"#cause-{link.cause_id}",
                "is_open": opened is not None and opened.pk == link.pk,
            }
            for place, link in enumerate(links, start=1)
        ],
        "points": sum(link.is_intervention_point for link in links),
        "form": (form if link_pk is not None and form else LinkForm(analysis=shown, link=opened)) if opened else None,
        "new_form": (form if link_pk is None and form else LinkForm(analysis=shown)) if may_work else None,
        "theirs": theirs,
        "unsaved": form["text"].value() if form is not None and (is_lost or not may_work) else "",
        "said": form.non_field_errors() if form is not None and (is_lost or not may_work) else [],
    }
    return render(request, "cause_analysis/chain.html", context, status=status)


def _address(shown: CauseAnalysis, pk: int | None = None) -> str:
    path = reverse("analysis_chain", args=[shown.collaboration.slug, shown.problem.number])
    return f"{path}#link-{pk}" if pk is not None else path


def _link(request: PartnerRequest, number: int, pk: int) -> EventChainLink:
    problem = problem_to_work_on(request, number)
    links = EventChainLink.objects.filter(analysis__problem=problem)
    return get_object_or_404(links.select_related("analysis__problem__area", "analysis__collaboration"), pk=pk)


def _answer(
    request: PartnerRequest, shown: CauseAnalysis, form: LinkForm, change: Callable[[], Any], pk: int | None
) -> HttpResponseBase:
    theirs = None
    try:
        if form.is_valid():
            return redirect(_address(shown, change().pk))
    except NotPossible as no:
        form.add_refusal(no)
        if isinstance(no, Conflict):
            theirs = no.row
            form.meet(theirs)
    shown.refresh_from_db()
    return _show(request, shown, link_pk=pk, form=form, theirs=theirs, status=409 if theirs else 422)


@require_POST
def chain_add(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Write down what happens next."""
    shown = running(request, number)
    form = LinkForm(request.POST, analysis=shown)
    return _answer(
        request, shown, form, lambda: actions.add_link(by=request.user, analysis=shown, **form.values()), None
    )


@require_POST
def chain_change(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Say a link in other words."""
    link = _link(request, number, pk)
    form = LinkForm(request.POST, analysis=link.analysis, link=link)

    def change() -> Any:
        row_version = form.cleaned_data["row_version"] or 0
        return actions.change_link(by=request.user, link=link, row_version=row_version, **form.values())

    return _answer(request, link.analysis, form, change, link.pk)


@require_POST
def chain_move(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Let a link come earlier or later, or take it away."""
    link = _link(request, number, pk)
    try:
        if "remove" in request.POST:
            actions.remove_link(by=request.user, link=link)
            return redirect(_address(link.analysis))
        direction = "up" if request.POST.get("direction") == "up" else "down"
        actions.shift_link(by=request.user, link=link, direction=direction)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    return redirect(_address(link.analysis, link.pk))
