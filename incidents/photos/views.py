"""Where a phone sends its photos, where a photo is seen, and where somebody decides on it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import NotPossible
from incidents import entry, presenters, queries
from incidents.models import Incident, Photo
from incidents.permissions import check_may_review_in
from incidents.photos import files
from incidents.photos.actions import add_photo, approve_photo, cover_photo, remove_photo
from incidents.photos.forms import SentPhoto
from incidents.photos.permissions import check_may_add_photo
from incidents.photos.presenters import photo_rows
from incidents.photos.queries import REPORTS_SHOWN, left_behind, reports_left_behind
from incidents.reading import note_photo
from incidents.reviewing.asked import asked_for, queue_address
from partners.models import Collaboration
from partners.requests import person
from privacy import images
from privacy.picture_files import answer_with


def _report(request: HttpRequest, collaboration: Collaboration, pk: int) -> Incident:
    rows = Incident.objects.visible_to(request.user).filter(collaboration=collaboration)
    return get_object_or_404(rows.select_related("category", "collaboration"), pk=pk)


def _photo(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> Photo:
    rows = Photo.objects.visible_to(request.user).kept().filter(collaboration=collaboration, incident_id=pk)
    return get_object_or_404(rows.select_related("incident"), pk=photo)


@never_cache
@require_POST
def photo_add(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Where an outbox sends a photo once its report has arrived: the picture is the body, its number a header.

    201 for a new photo, 200 for one that had arrived, 409 where the session is somebody else's, and 422 with a
    sentence where the photo cannot be taken in. The report is there whatever the answer.
    """
    incident = _report(request, collaboration, pk)
    check_may_add_photo(request.user, incident)
    try:
        number = uuid.UUID(request.headers.get("X-Photo-Number", ""))
    except ValueError:
        return JsonResponse({"code": "unreadable", "message": _("The photo has no number of its own.")}, status=400)
    if request.headers.get("X-Outbox-Owner") != entry.owner_of(request.user, collaboration):
        message = _("Somebody else is signed in here. The photo waits until its writer signs in.")
        return JsonResponse({"code": "other_person", "message": message}, status=409)
    try:
        try:
            data = request.body
        except RequestDataTooBig:
            raise images.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from None
        stored, is_new = add_photo(incident=incident, by=person(request), data=data, client_uuid=number)
    except NotPossible as no:
        return JsonResponse({"code": no.code, "message": " ".join(no.messages)}, status=422)
    return JsonResponse({"id": stored.pk, "is_new": is_new}, status=201 if is_new else 200)


@never_cache
@require_GET
def photo(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> HttpResponse:
    """The picture itself, for those who may see it and nobody else. That it was looked at is logged, as a text's is."""
    shown = _photo(request, collaboration, pk, photo)
    try:
        data = files.read(shown)
    except FileNotFoundError:
        # Blacked out or removed between the question and the answer.
        raise Http404 from None
    note_photo(request.user, shown)
    return answer_with(data, name=f"H-{pk}-{photo}")


@require_POST
def photo_decide(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> HttpResponse:
    """Approve a photo, black out a part of it, or remove it; the reporter takes one back the same way."""
    chosen = _photo(request, collaboration, pk, photo)
    decision = request.POST.get("decision")
    try:
        if decision == "approve":
            # Without the picture it showed, a page cannot have been looked at: nothing is approved then.
            approve_photo(photo=chosen, by=person(request), as_seen=request.POST.get("seen") or "-")
            messages.success(request, _("The photo is approved."))
        elif decision == "remove":
            remove_photo(photo=chosen, by=person(request))
            messages.success(request, _("The photo is removed and its file deleted."))
        elif decision == "cover":
            cover_photo(photo=chosen, by=person(request), boxes=images.boxes_of(request.POST.get("boxes", "")))
            messages.success(request, _("It is blacked out for good. Look at the photo again before you approve it."))
        else:
            messages.error(request, _("Choose whether to approve or remove the photo."))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    return _back(request, collaboration, chosen.incident)


def _back(request: HttpRequest, collaboration: Collaboration, incident: Incident) -> HttpResponseRedirect:
    came_from = request.POST.get("from")
    if came_from == "review":
        shown = request.POST.get("report", "")
        report = shown if shown.isascii() and shown.isdecimal() and len(shown) < 19 else incident.pk
        return redirect(f"{queue_address(collaboration, asked_for(request.POST), report=report)}#photos")
    if came_from == "photos":
        return redirect("photo_queue", collaboration.slug)
    return redirect(f"{reverse('incident_detail', args=[collaboration.slug, incident.pk])}#photos")


@never_cache
@require_GET
def photo_queue(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The photos that wait although their report is decided on: they came later, or were left."""
    check_may_review_in(request.user, collaboration)
    number = left_behind(request.user, collaboration).count()
    reports = reports_left_behind(request.user, collaboration).select_related(*queries.WITH_ROW)[:REPORTS_SHOWN]
    found = left_behind(request.user, collaboration).filter(incident__in=[report.pk for report in reports])
    photos = list(found.select_related("incident__category", "incident__place", "incident__area"))
    cards: list[dict[str, Any]] = [
        {
            "incident": report,
            "tag": presenters.tag_of(report),
            "where": presenters.where_in_words(report),
            "when": presenters.when_in_words(report),
            "photos": photo_rows(
                request.user, [one for one in photos if one.incident_id == report.pk], collaboration, main=report
            ),
        }
        for report in reports
    ]
    context = {"number": number, "reports": cards, "keyed": photos[0].pk if photos else None}
    return render(request, "incidents/photo_queue.html", context)


def store_sent(request: HttpRequest, incident: Incident, photos: list[SentPhoto]) -> None:
    """Store the photos that came with a form, after its report. What cannot be taken in is said; the report stays."""
    for sent in photos:
        try:
            add_photo(
                incident=incident,
                by=person(request),
                data=sent.data,
                client_uuid=sent.number_in(incident),
                made=sent.made,
            )
        except NotPossible as no:
            messages.warning(request, " ".join(no.messages))
