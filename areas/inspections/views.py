"""Inspections: the list, filling one in, where a phone sends it, what was found, photos and corrections."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from areas.inspections import actions, permissions, photos, presenters, queries
from areas.inspections.checklists import items_of
from areas.inspections.forms import CorrectionForm, InspectionForm, MarkForm
from areas.inspections.words import words
from areas.models import Area, InspectionPhoto, ItemState, Place, SafetyInspection
from audit.actions import record
from common.errors import NotPossible
from partners.devices import body_of, owner_of
from partners.models import Collaboration, User
from partners.requests import form_page, get_or_post, person, word_in
from privacy import images, picture_files

OUTBOX = "areas.inspection_outbox"


def _inspection(request: HttpRequest, collaboration: Collaboration, pk: int) -> SafetyInspection:
    rows = SafetyInspection.objects.visible_to(request.user).filter(collaboration=collaboration)
    rows = rows.select_related("place__area", "organisation", "walk", "checklist_version__checklist", "collaboration")
    return get_object_or_404(queries.counted(rows), pk=pk)


def _photo(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> InspectionPhoto:
    rows = InspectionPhoto.objects.visible_to(request.user).kept().filter(collaboration=collaboration, inspection_id=pk)
    with_row = rows.select_related("item", "inspection__place", "inspection__checklist_version", "inspection__walk")
    return get_object_or_404(with_row, pk=photo)


def _area_asked(request: HttpRequest, collaboration: Collaboration) -> Area | None:
    slug = word_in(request, "area")
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration)
    return areas.filter(slug=slug).first() if slug else None


@require_GET
def inspection_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """What has been inspected and walked, what is left unfinished, and what has to be mended."""
    permissions.check_may_read_in(request.user, collaboration)
    area = _area_asked(request, collaboration)
    found = queries.inspections_in(request.user, collaboration, area).select_related("place__area", "collaboration")
    defects = queries.open_defects(request.user, collaboration=collaboration)
    if area is not None:
        defects = [defect for defect in defects if defect.item.inspection.place.area_id == area.pk]
    urgent = sum(defect.item.state == ItemState.URGENT for defect in defects)
    walks = queries.walks_in(request.user, collaboration, area)
    context = {
        "heading": presenters.defects_heading(len(defects), urgent, area.name if area else ""),
        "area": area,
        "areas": queries.areas_inspected(request.user, collaboration),
        "defects": presenters.defect_rows(defects[:5], request.user, collaboration.slug),
        "defect_number": len(defects),
        "unfinished": presenters.inspection_rows(found.filter(finished_at__isnull=True)[:20]),
        "inspections": presenters.inspection_rows(found.filter(finished_at__isnull=False)[:50]),
        "walks": [
            {
                "walk": walk,
                "faults": presenters.faults_in_words(walk.urgent, walk.defects),  # type: ignore[attr-defined]
                "tone": "danger" if walk.urgent else "warning",  # type: ignore[attr-defined]
            }
            for walk in walks[:50]
        ],
        "may_inspect": permissions.may_inspect_in(request.user, collaboration),
        "may_lead": permissions.may_lead_in(request.user, collaboration),
        "may_keep_checklists": permissions.may_keep_checklists(request.user, collaboration),
    }
    return render(request, "areas/inspections/inspection_list.html", context)


@require_GET
def defect_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Everything that has to be mended, place by place, with what is done about it."""
    permissions.check_may_read_in(request.user, collaboration)
    area = _area_asked(request, collaboration)
    defects = queries.open_defects(request.user, collaboration=collaboration)
    if area is not None:
        defects = [defect for defect in defects if defect.item.inspection.place.area_id == area.pk]
    urgent = sum(defect.item.state == ItemState.URGENT for defect in defects)
    context = {
        "heading": presenters.defects_heading(len(defects), urgent, area.name if area else ""),
        "area": area,
        "areas": queries.areas_inspected(request.user, collaboration),
        "defects": presenters.defect_rows(defects, request.user, collaboration.slug),
    }
    return render(request, "areas/inspections/defect_list.html", context)


# --- Filling in -------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def inspection_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """An inspection from the first question to the last on one page, which works without network once it is open."""
    permissions.check_may_inspect_in(request.user, collaboration)
    form = InspectionForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        user=request.user,
        collaboration=collaboration,
        place=_place_asked(request, collaboration),
    )
    if request.method == "POST" and form.is_valid():
        saved, status = _saved(request, form, is_finished="finish" in request.POST)
        if saved is not None:
            return _led_on(request, saved[0])
        return _fill_page(request, collaboration, form, status=status)
    return _fill_page(request, collaboration, form, status=422 if form.is_bound else 200)


@never_cache
@get_or_post
def inspection_fill(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Go on with an inspection, or fill in a stop of a walk. Once it is finished it is read."""
    inspection = _inspection(request, collaboration, pk)
    if inspection.finished_at is not None and request.method != "POST":
        return redirect("inspection_detail", collaboration.slug, inspection.pk)
    permissions.check_may_fill_in(request.user, inspection)
    form = InspectionForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        user=request.user,
        collaboration=collaboration,
        inspection=inspection,
    )
    if request.method == "POST" and form.is_valid():
        saved, status = _saved(request, form, is_finished="finish" in request.POST)
        if saved is not None:
            return _led_on(request, saved[0])
        return _fill_page(request, collaboration, form, status=status)
    return _fill_page(request, collaboration, form, status=422 if form.is_bound else 200)


def _place_asked(request: HttpRequest, collaboration: Collaboration) -> Place | None:
    asked = request.GET.get("place", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        return None
    return permissions.inspectable_places(request.user, collaboration).filter(pk=int(asked)).first()


def _saved(
    request: HttpRequest, form: InspectionForm, *, is_finished: bool
) -> tuple[tuple[SafetyInspection, bool] | None, int]:
    """Do what the form asks for: the inspection and whether it is new; or None, with the reasons on the form."""
    answers = form.answers(is_finished=is_finished)
    try:
        if form.stored is not None:
            seen = form.cleaned_data.get("row_version")
            found = actions.fill_in(
                inspection=form.stored, answers=answers, seen=-1 if seen is None else seen, by=person(request)
            )
            saved = (found, False)
        else:
            arrival = actions.begin_inspection(
                place=form.cleaned_data["place"],
                version=form.checklist,
                answers=answers,
                client_uuid=form.number,
                by=person(request),
            )
            saved = (arrival.inspection, arrival.is_new)
    except ValidationError as no:
        form.add_refusal(no, answers)
        is_conflict = getattr(no, "code", "") in ("conflict", "number_taken", "finished")
        return None, 409 if is_conflict else 422
    for sent in form.sent_photos:
        try:
            photos.add_photo(
                inspection=saved[0], key=sent.key, by=person(request), data=sent.data,
                client_uuid=sent.number(form.number), made=sent.made,
            )  # fmt: skip
        except NotPossible as no:
            messages.warning(request, " ".join(no.messages))
    return saved, 200


def _led_on(request: HttpRequest, inspection: SafetyInspection) -> HttpResponse:
    """Where somebody goes once it is saved: a walk's next stop stands on the walk's page."""
    if inspection.finished_at is not None:
        messages.success(request, _("The inspection is finished."))
    else:
        messages.success(request, _("Saved."))
    return redirect(_address_of(inspection))


def _address_of(inspection: SafetyInspection) -> str:
    slug = inspection.collaboration.slug
    if inspection.walk_id is not None:
        return reverse("walk_detail", args=[slug, inspection.walk_id])
    route = "inspection_detail" if inspection.finished_at is not None else "inspection_fill"
    return reverse(route, args=[slug, inspection.pk])


def _fill_page(
    request: HttpRequest, collaboration: Collaboration, form: InspectionForm, *, status: int = 200
) -> HttpResponse:
    stored = form.stored
    shown = queries.photos_of(request.user, [stored]) if stored is not None else []
    kept = presenters.photo_rows(shown, collaboration.slug)
    fresh = {item.key: item for item in stored.items.all()} if stored is not None else {}
    rows = []
    for number, item in enumerate(form.items, start=1):
        state, note = form[f"state-{item.key}"], form[f"note-{item.key}"]
        now = fresh.get(item.key)
        rows.append(
            {
                "item": item, "number": number, "state": state, "note": note, "photo": form[f"photo-{item.key}"],
                "photos": [row for row in kept if row["key"] == item.key],
                # After a conflict: what somebody else has saved meanwhile, beside what stands in the form.
                "theirs": now if status == 409 and now is not None and _differs(now, state, note) else None,
            }
        )  # fmt: skip
    if status == 409 and stored is not None:
        # Whoever has seen what differs saves over it knowingly.
        data = request.POST.copy()
        data["row_version"] = str(SafetyInspection.objects.values_list("row_version", flat=True).get(pk=stored.pk))
        form.data = data
    context = {
        "form": form,
        "rows": rows,
        "inspection": stored,
        "is_stop": form.is_stop,
        "recent": queries.recent_places(request.user, collaboration) if stored is None else [],
        "owner": owner_of(request.user, collaboration, of=OUTBOX),
        "words": words(),
        "asks_to_confirm": form.asks_to_confirm,
        "came_back": form.is_bound,
    }
    return render(request, "areas/inspections/inspection_fill.html", context, status=status)


def _differs(stored: Any, state: Any, note: Any) -> bool:
    return (stored.state, stored.note) != (state.value() or ItemState.NOT_LOOKED_AT, (note.value() or "").strip())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inspection_send(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Where a device's outbox sends what was filled in: the same form and the same actions as the page.

    GET says whose session this is and gives a fresh token. POST answers 201 for a new inspection, 200 for one that was
    there, 409 where somebody else was quicker or the session is somebody else's, 422 with the form's own sentences.
    """
    permissions.check_may_inspect_in(request.user, collaboration)
    owner = owner_of(request.user, collaboration, of=OUTBOX)
    if request.method != "POST":
        return JsonResponse({"owner": owner, "csrf": get_token(request)})
    body = body_of(request)
    if body is None:
        return JsonResponse({"code": "unreadable", "message": _("What was sent cannot be read.")}, status=400)
    if body.get("owner") != owner:
        message = _("Somebody else is signed in here. It waits until whoever filled it in signs in.")
        return JsonResponse({"code": "other_person", "message": message}, status=409)
    fields = {**body["fields"], "client_uuid": str(body.get("client_uuid", ""))}
    asked = fields.get("inspection", "")
    stored = None
    if asked:
        if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
            raise Http404
        stored = _inspection(request, collaboration, int(asked))
        permissions.check_may_fill_in(request.user, stored)
    form = InspectionForm(fields, user=request.user, collaboration=collaboration, inspection=stored)
    status = 422
    if form.is_valid():
        saved, status = _saved(request, form, is_finished=fields.get("finish") == "on")
        if saved is not None:
            inspection, is_new = saved
            stored_as = {
                "id": inspection.pk,
                "ref": inspection.place.name,
                "url": _address_of(inspection),
                "photos": reverse("inspection_photo_add", args=[collaboration.slug, inspection.pk]),
                "is_new": is_new,
            }
            return JsonResponse(stored_as, status=201 if is_new else 200)
    answer = {"errors": form.errors.get_json_data(), "asks_to_confirm": form.asks_to_confirm}
    if status == 409 and stored is not None:
        answer["theirs"] = _as_saved(stored)
    return JsonResponse(answer, status=status)


def _as_saved(inspection: SafetyInspection) -> dict[str, Any]:
    """What stands there now, for a device whose answers were filled in on an older page."""
    now = SafetyInspection.objects.get(pk=inspection.pk)
    items = {
        item.key: {"state": item.state, "label": str(item.get_state_display()), "note": item.note}
        for item in now.items.all()
    }
    return {"row_version": now.row_version, "items": items}


@require_POST
def inspection_drop(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Throw away an inspection that was begun by mistake."""
    inspection = _inspection(request, collaboration, pk)
    try:
        actions.drop_inspection(inspection=inspection, by=person(request))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("inspection_detail", collaboration.slug, pk)
    messages.success(request, _("The inspection is thrown away."))
    return redirect("inspection_list", collaboration.slug)


# --- What was found ---------------------------------------------------------------------------------------------------


@require_GET
def inspection_detail(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """What an inspection found: what has to be mended first, then what is in order and what nobody looked at."""
    inspection = _inspection(request, collaboration, pk)
    shown = queries.photos_of(request.user, [inspection])
    rows = presenters.item_rows(inspection, shown, request.user, collaboration.slug)
    if not _is_own(request.user, inspection):
        record("inspection_read", by=request.user, subject=inspection, place=inspection.place_id)
    context = {
        "inspection": inspection,
        "finding": presenters.finding(inspection),
        "wanting": [row for row in rows if row["is_wanting"]],
        "in_order": [row for row in rows if row["state"] == ItemState.OK],
        "not_looked_at": [row for row in rows if row["state"] == ItemState.NOT_LOOKED_AT],
        "corrections": [one for one in inspection.corrections.select_related("organisation") if one.item_id is None],
        "safety": presenters.safety_words(inspection.safety),
        "may_fill_in": inspection.finished_at is None and permissions.may_fill_in(request.user, inspection),
        "may_correct": inspection.finished_at is not None and permissions.may_correct(request.user, inspection),
    }
    return render(request, "areas/inspections/inspection_detail.html", context)


def _is_own(user: Any, inspection: SafetyInspection) -> bool:
    own = {membership.organisation_id for membership in user.memberships_in(inspection.collaboration_id)}
    return inspection.organisation_id in own


@get_or_post
def inspection_correct(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write a correction beside a finished inspection."""
    inspection = _inspection(request, collaboration, pk)
    permissions.check_may_correct(request.user, inspection)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        items=items_of(inspection.checklist_version),
        initial={"key": request.GET.get("item", "")[:40]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_inspection(inspection=inspection, by=person(request), **form.cleaned_data)
        except NotPossible as no:
            form.add_error(None, no) if hasattr(no, "error_dict") else form.add_error(None, no.messages)
        else:
            messages.success(request, _("The correction stands beside the inspection."))
            return redirect("inspection_detail", collaboration.slug, inspection.pk)
    return form_page(
        request, form,
        heading=_("What is right about %(place)s?") % {"place": inspection.place.name},
        lead=_("What was found on the day stays as it was written. Your correction is shown beside it."),
        back_url=reverse("inspection_detail", args=[collaboration.slug, inspection.pk]),
        back_text=inspection.place.name,
    )  # fmt: skip


# --- Photos -----------------------------------------------------------------------------------------------------------


@never_cache
@require_POST
def inspection_photo_add(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Where an outbox sends a photo once its inspection has arrived: the picture is the body, its number a header.

    201 for a new photo, 200 for one that had arrived, 409 where the session is somebody else's, 422 with a sentence.
    """
    inspection = _inspection(request, collaboration, pk)
    permissions.check_may_fill_in(request.user, inspection)
    try:
        number = uuid.UUID(request.headers.get("X-Photo-Number", ""))
    except ValueError:
        return JsonResponse({"code": "unreadable", "message": _("The photo has no number of its own.")}, status=400)
    if request.headers.get("X-Outbox-Owner") != owner_of(request.user, collaboration, of=OUTBOX):
        message = _("Somebody else is signed in here. It waits until whoever filled it in signs in.")
        return JsonResponse({"code": "other_person", "message": message}, status=409)
    key = request.headers.get("X-Photo-About", "")[:40]
    try:
        try:
            data = request.body
        except RequestDataTooBig:
            raise images.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from None
        stored, is_new = photos.add_photo(
            inspection=inspection, key=key, by=person(request), data=data, client_uuid=number
        )
    except NotPossible as no:
        return JsonResponse({"code": no.code, "message": " ".join(no.messages)}, status=422)
    return JsonResponse({"id": stored.pk, "is_new": is_new}, status=201 if is_new else 200)


@never_cache
@require_GET
def inspection_photo(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> HttpResponse:
    """The picture itself, for those who read the inspection and nobody else. That it was looked at is logged."""
    shown = _photo(request, collaboration, pk, photo)
    try:
        data = picture_files.read(str(shown.file))
    except FileNotFoundError:
        # Removed between the question and the answer.
        raise Http404 from None
    if shown.inspection.created_by_id != request.user.pk:
        record("inspection_photo_read", by=cast(User, request.user), subject=shown.inspection, photo=shown.pk)
    return picture_files.answer_with(data, name=f"{pk}-{photo}")


@never_cache
@get_or_post
def inspection_marks(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> HttpResponse:
    """A photo in full, with the spots that are marked in it, and a form to mark another."""
    shown = _photo(request, collaboration, pk, photo)
    may_mark = permissions.may_correct(request.user, shown.inspection)
    form = MarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        permissions.check_may_correct(request.user, shown.inspection)
        if "remove" in request.POST:
            return _mark_removed(request, collaboration, shown)
        if form.is_valid():
            said = form.cleaned_data
            try:
                photos.mark_spot(
                    photo=shown, x=said["x"] / 100, y=said["y"] / 100, text=said["text"], by=person(request)
                )
            except ValidationError as no:
                form.add_error(None, no) if hasattr(no, "error_dict") else form.add_error(None, no.messages)
            else:
                messages.success(request, _("The spot is marked."))
                return redirect("inspection_marks", collaboration.slug, pk, photo)
    (row,) = presenters.photo_rows(
        queries.photos_of(request.user, [shown.inspection], only=shown.pk), collaboration.slug
    )
    context = {
        "row": row,
        "inspection": shown.inspection,
        "form": form,
        "may_mark": may_mark,
        "is_open": shown.inspection.finished_at is None,
        "may_remove": permissions.may_fill_in(request.user, shown.inspection),
    }
    status = 422 if form.is_bound else 200
    return render(request, "areas/inspections/photo_marks.html", context, status=status)


def _mark_removed(request: HttpRequest, collaboration: Collaboration, photo: InspectionPhoto) -> HttpResponse:
    asked = request.POST["remove"]
    mark = (
        photo.marks.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    )
    if mark is None:
        raise Http404
    try:
        photos.remove_mark(mark=mark, by=person(request))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    else:
        messages.success(request, _("The mark is taken away."))
    return redirect("inspection_marks", collaboration.slug, photo.inspection_id, photo.pk)


@require_POST
def photo_take_back(request: HttpRequest, collaboration: Collaboration, pk: int, photo: int) -> HttpResponse:
    """Delete a photo that should not be there."""
    chosen = _photo(request, collaboration, pk, photo)
    photos.take_back_photo(photo=chosen, by=person(request))
    messages.success(request, _("The photo is removed and its file deleted."))
    is_open = chosen.inspection.finished_at is None
    return redirect("inspection_fill" if is_open else "inspection_detail", collaboration.slug, pk)
