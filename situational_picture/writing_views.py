"""The page where a picture is written, and its way through review."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from areas.models import Area, Place
from common.errors import NotPossible
from incidents.models import Category, Incident, Status
from partners.models import Collaboration
from partners.requests import PartnerRequest
from situational_picture import actions, charts, presenters, queries, selecting
from situational_picture.forms import Writing
from situational_picture.models import Picture
from situational_picture.period_names import period_name
from situational_picture.permissions import check_may_write_pictures, may_approve
from situational_picture.presenting import written_view
from situational_picture.selections import suggested_selections
from situational_picture.writing import MOST_ROWS, ComingEvent, Written

# How long after the period a forecast still belongs to what is coming.
LOOK_AHEAD_D = 28
SUGGESTIONS = 12
PLACES_SHOWN = 8


def _draft(request: PartnerRequest, slug: str) -> Picture:
    """The draft of the period the address asks for."""
    areas = Area.objects.visible_to(request.user).filter(collaboration=request.collaboration)
    area = get_object_or_404(areas, slug=slug)
    try:
        asked = request.POST if request.method == "POST" else request.GET
        period = selecting.asked_period(asked.get("period", ""), "")
    except NotPossible:
        raise Http404 from None
    if period is None:
        latest = selecting.latest_with_data(request.user, area)
        period = latest.period if latest else None
    drafts = Picture.objects.visible_to(request.user).filter(area=area, version=0, figures__isnull=False)
    draft = drafts.for_period(period).select_related("area", "collaboration", "written_by").first() if period else None
    if draft is None:
        raise Http404
    return draft


def _address(name: str, picture: Picture) -> str:
    return reverse(name, args=[picture.collaboration.slug, picture.area.slug]) + f"?period={picture.period.code}"


@never_cache
@require_http_methods(["GET", "POST"])
def picture_write(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponseBase:
    """Write the joint assessment beside the figures. Saved as it is written, or by the button."""
    selecting.check_may_see_pictures(request.user, collaboration)
    draft = _draft(request, area)
    check_may_write_pictures(request.user, collaboration)
    selections = suggested_selections(draft)
    if request.method == "GET":
        return _show(request, draft, Writing(draft, selections))
    writing = Writing(draft, selections, request.POST)
    is_autosave = "autosave" in request.POST
    theirs: Written | None = None
    try:
        if not writing.is_valid():
            raise NotPossible(_("Something is missing or cannot be read."), code="form")
        saved = actions.write_picture(
            by=request.user,
            picture=draft,
            written=_with_taken(request, draft, writing.written(_places(collaboration))),
            text_version=writing.form.cleaned_data["text_version"],
            is_confirmed=writing.form.cleaned_data["is_confirmed"],
        )
    except NotPossible as no:
        if is_autosave:
            return _refused(writing, no)
        writing.asks_to_confirm = _add_refusal(writing, no)
        if getattr(no, "code", None) == "conflict":
            # What the other wrote stands beside; the next press of the button is a decision to keep this one.
            theirs = Written.of(draft)
            writing.form.data = {**request.POST.dict(), "text_version": str(draft.text_version)}
        return _show(request, draft, writing, theirs=theirs, status=409 if theirs else 422)
    if is_autosave:
        return JsonResponse({"text_version": saved.text_version})
    if "send" in request.POST:
        try:
            actions.send_for_review(by=request.user, picture=saved)
        except NotPossible as no:
            messages.error(request, " ".join(no.messages))
            return redirect(_address("picture_write", saved))
        messages.success(
            request, _("Saved and sent for review. The text is locked until it is published or taken back.")
        )
        return redirect(_address("picture", saved))
    if "take" in request.POST or "add" in request.POST:
        return redirect(_address("picture_write", saved) + f"#{request.POST.get('add', 'coming')}")
    messages.success(request, _("Saved."))
    return redirect(_address("picture_write", saved))


def _refused(writing: Writing, no: NotPossible) -> JsonResponse:
    """Why nothing was saved, by field where it has one."""
    code = getattr(no, "code", None)
    if code == "form":
        return JsonResponse({"errors": writing.errors()}, status=422)
    if hasattr(no, "error_dict"):
        return JsonResponse({"errors": no.message_dict}, status=422)
    return JsonResponse({"message": " ".join(no.messages), "code": code}, status=409)


def _add_refusal(writing: Writing, no: NotPossible) -> bool:
    """Show the refusal on the page; tell whether confirming would help."""
    if hasattr(no, "error_dict"):
        writing.add_faults(no.message_dict)
        return not any(name.startswith("selection_address_") for name in no.message_dict)
    if getattr(no, "code", None) != "form":
        writing.form.add_error(None, no)
    return False


def _places(collaboration: Collaboration) -> dict[str, int]:
    rows = Place.objects.filter(collaboration=collaboration, is_active=True).values_list("name", "pk")
    return {name.casefold(): pk for name, pk in rows}


def _with_taken(request: PartnerRequest, draft: Picture, written: Written) -> Written:
    """The text with a forecast that was taken over from the reports."""
    taken = next((row for row in forecasts(request.user, draft) if str(row.pk) == request.POST.get("take")), None)
    if taken is None:
        return written
    if len(written.coming_events) >= MOST_ROWS:
        raise NotPossible(
            _("There is room for %(number)s coming events. Empty a row before you take over another.")
            % {"number": MOST_ROWS}
        )
    event = ComingEvent(day=taken.occurred_on, what=str(taken.category), place=_where(taken))
    return Written(**{**vars(written), "coming_events": (*written.coming_events, event)})


def _where(incident: Incident) -> str:
    return incident.place.name if incident.place else incident.area.name if incident.area else ""


def forecasts(user: Any, picture: Picture) -> list[Incident]:
    """What has been reported as coming, in the period and some weeks after it, as this user may see it."""
    last = picture.period_end + dt.timedelta(days=LOOK_AHEAD_D)
    rows = Incident.objects.visible_to(user).filter(
        area_id__in=queries.covered_area_ids(picture.area),
        status=Status.APPROVED,
        category__kind=Category.Kind.FORECAST,
        occurred_on__gte=picture.period_start,
        occurred_on__lt=last,
    )
    return list(rows.select_related("category", "place", "area").order_by("occurred_on", "pk")[:SUGGESTIONS])


def _show(
    request: HttpRequest, draft: Picture, writing: Writing, *, theirs: Written | None = None, status: int = 200
) -> HttpResponse:
    figures = selecting.figures_for(request.user, draft)
    taken = {(row["day"], row["what"]) for row in draft.coming_events}
    coming = [
        {"pk": row.pk, "day": row.occurred_on, "what": str(row.category), "where": _where(row)}
        for row in forecasts(request.user, draft)
        if (row.occurred_on.isoformat(), str(row.category)) not in taken
    ]
    context = {
        "picture": draft,
        "area": draft.area,
        "period_name": period_name(draft.period),
        "writing": writing,
        "form": writing.form,
        "theirs": written_view(request.user, draft, theirs) if theirs else None,
        "is_locked": draft.status == Picture.Status.REVIEW,
        "written": written_view(request.user, draft),
        "may_approve": draft.status == Picture.Status.REVIEW and may_approve(request.user, draft),
        "forecasts": coming,
        "places_known": sorted(row["name"] for row in figures["places"]),
        "picture_url": _address("picture", draft),
        "write_url": _address("picture_write", draft),
        "limit": draft.collaboration.protect_counts_up_to,
        "figures": figures,
        "cards": presenters.cards(figures, None)[:1],
        "lead": presenters.lead(figures),
        "changes": presenters.change_sentences(figures),
        "layers": presenters.layer_rows(figures),
        "categories": [row for row in presenters.category_rows(figures) if row["count"]["value"] != 0],
        "places": presenters.place_rows(figures)[:PLACES_SHOWN],
        "window": presenters.window_words(figures),
        "trend": charts.trend(figures),
        "trend_table": presenters.trend_table(figures),
    }
    return render(request, "situational_picture/picture_write.html", context, status=status)


@require_POST
def picture_review(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """Send the draft for review, or take it back to go on writing."""
    selecting.check_may_see_pictures(request.user, collaboration)
    draft = _draft(request, area)
    check_may_write_pictures(request.user, collaboration)
    try:
        if request.POST.get("decision") == "take_back":
            actions.take_back(by=request.user, picture=draft)
            messages.success(request, _("The text is open again."))
            return redirect(_address("picture_write", draft))
        actions.send_for_review(by=request.user, picture=draft)
        messages.success(request, _("Sent for review. The text is locked until it is published or taken back."))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    return redirect(_address("picture", draft))
