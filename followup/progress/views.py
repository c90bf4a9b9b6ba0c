"""Telling how a measure goes: each view fetches, asks and shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from action_plans.commitments.presenters import name_of
from action_plans.commitments.presenters import url_of as part_url
from action_plans.measures.presenters import url_of
from action_plans.models import Commitment, Measure
from common.errors import NotPossible
from followup.models import Course
from followup.progress import actions
from followup.progress.forms import TellForm
from followup.progress.permissions import check_may_tell
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, person


@never_cache
@get_or_post
def progress_tell(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Tell how a measure goes."""
    rows = Measure.objects.visible_to(request.user).kept().filter(collaboration=collaboration)
    measure = get_object_or_404(rows.select_related("plan__area", "collaboration"), pk=pk)
    check_may_tell(request.user, measure)
    return _tell(
        request, measure, None, {"title": measure.title, "back_text": measure.title, "back_url": url_of(measure)}
    )


@never_cache
@get_or_post
def progress_tell_part(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Tell how a part of a measure goes, also for whoever reads no more of the measure than this part."""
    rows = Commitment.objects.visible_to(request.user).filter(collaboration=collaboration, measure__removed_at=None)
    part = get_object_or_404(
        rows.exclude(measure=None).select_related("measure__plan__area", "asked_of", "collaboration"), number=number
    )
    measure: Any = part.measure
    check_may_tell(request.user, measure, part)
    back = {"title": part.text, "back_text": name_of(part), "back_url": part_url(part)}
    return _tell(request, measure, part, back)


def _tell(request: PartnerRequest, measure: Measure, part: Commitment | None, page: dict[str, str]) -> HttpResponse:
    form = TellForm(request.POST if request.method == "POST" else None, user=request.user, measure=measure, part=part)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        said["course"] = Course(said["course"])
        if part is not None:
            said["part"] = part
        try:
            actions.tell(by=person(request), measure=measure, **said)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Thank you. It stands in the measure's line of time."))
            anchor = "" if part is not None else "#follow-up"
            return redirect(page["back_url"] + anchor)
    context = {"form": form, "measure": measure, "part": part, **page}
    return render(request, "followup/progress/tell.html", context, status=422 if form.is_bound else 200)
