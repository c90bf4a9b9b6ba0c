"""Telling how a measure goes: each view fetches, asks and shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.commitments.presenters import name_of
from action_plans.commitments.presenters import url_of as part_url
from action_plans.measures.presenters import url_of
from action_plans.models import Commitment, Measure
from action_plans.permissions import check_may_work_on_plan
from audit.actions import record
from common.errors import NotPossible
from followup.models import Obstacle, ProofPhoto
from followup.progress import actions, photos
from followup.progress.forms import DoseForm, ResolveForm, TellForm
from followup.progress.permissions import check_may_tell
from followup.progress.presenters import photo_words
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, person, tried
from privacy import picture_files


def _measure(request: PartnerRequest, collaboration: Collaboration, pk: int) -> Measure:
    rows = Measure.objects.visible_to(request.user).kept().filter(collaboration=collaboration)
    return get_object_or_404(rows.select_related("plan__area", "collaboration"), pk=pk)


@never_cache
@get_or_post
def progress_tell(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Tell how a measure goes."""
    measure = _measure(request, collaboration, pk)
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
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TellForm(*sent, user=request.user, measure=measure, part=part)
    if request.method == "POST" and form.is_valid():
        said = form.values()
        if part is not None:
            said["part"] = part
        try:
            told = actions.tell(by=person(request), measure=measure, **said)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            for photo in form.cleaned_data["photos"]:
                try:
                    photos.add_proof(note=told.note, by=person(request), data=photo.data, made=photo.made)
                except NotPossible as no:
                    messages.warning(request, " ".join(no.messages))
            messages.success(request, _("Thank you. It stands in the measure's line of time."))
            anchor = "" if part is not None else "#follow-up"
            return redirect(page["back_url"] + anchor)
    context = {"form": form, "measure": measure, "part": part, "words": photo_words(), **page}
    return render(request, "followup/progress/tell.html", context, status=422 if form.is_bound else 200)


# --- How much of it ---------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def dose_plan(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say how much of what a measure is to give."""
    measure = _measure(request, collaboration, pk)
    check_may_work_on_plan(request.user, measure.plan)
    form = DoseForm(request.POST if request.method == "POST" else None, measure=measure)
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_doses(
                by=person(request),
                measure=measure,
                changed=form.changed(),
                is_confirmed=form.cleaned_data["is_confirmed"],
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect(url_of(measure) + "#so-far")
    context = {"form": form, "measure": measure, "back_text": measure.title, "back_url": url_of(measure)}
    return render(request, "followup/progress/dose.html", context, status=422 if form.is_bound else 200)


# --- Obstacles --------------------------------------------------------------------------------------------------------


@require_POST
def obstacle_resolve(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say that something no longer hinders."""
    rows = Obstacle.objects.visible_to(request.user).filter(collaboration=collaboration)
    obstacle = get_object_or_404(rows.select_related("measure__plan__area", "measure__collaboration"), pk=pk)
    form = ResolveForm(request.POST, obstacle=obstacle)
    if not form.is_valid():
        messages.error(request, _("Give the day as year, month and day."))
    else:
        tried(
            request,
            lambda: actions.resolve_obstacle(by=person(request), obstacle=obstacle, on=form.cleaned_data["on"]),
            _("Good. It stands in the measure's line of time that it is out of the way."),
        )
    if Measure.objects.visible_to(request.user).filter(pk=obstacle.measure_id).exists():
        return redirect(url_of(obstacle.measure))
    return redirect("commitment_list", collaboration.slug)


# --- Photos -----------------------------------------------------------------------------------------------------------


def _proof(request: PartnerRequest, collaboration: Collaboration, pk: int) -> ProofPhoto:
    rows = ProofPhoto.objects.visible_to(request.user).kept().filter(collaboration=collaboration)
    return get_object_or_404(rows.select_related("note__measure__collaboration"), pk=pk)


@never_cache
@require_GET
def proof_photo(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """The picture itself, for those who see it and nobody else. That it was looked at is logged."""
    shown = _proof(request, collaboration, pk)
    try:
        data = picture_files.read(str(shown.file))
    except FileNotFoundError:
        # Removed between the question and the answer.
        raise Http404 from None
    if shown.note.written_by_id != request.user.pk:
        record("proof_photo_read", by=person(request), subject=shown.note.measure, photo=shown.pk)
    return picture_files.answer_with(data, name=f"{shown.note_id}-{shown.pk}")


@require_POST
def proof_remove(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take a photo away for good."""
    shown = _proof(request, collaboration, pk)
    photos.take_back_proof(photo=shown, by=person(request))
    messages.success(request, _("The photo is deleted."))
    if Measure.objects.visible_to(request.user).filter(pk=shown.note.measure_id).exists():
        return redirect(url_of(shown.note.measure) + "#follow-up")
    return redirect("commitment_list", collaboration.slug)
