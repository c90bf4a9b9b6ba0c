"""Pages on areas and places, and the shapes their maps draw."""

from __future__ import annotations

import hashlib
from typing import Any

import shapely
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from areas import actions, presenters, queries, uploads
from areas.forms import (
    AreaConfirmForm,
    AreaUploadForm,
    PlaceFilterForm,
    PlaceForm,
    PoliceListForm,
)
from areas.importing import ImportReport
from areas.locating import index_of
from areas.models import Area, Boundary, MembershipMove, Place
from areas.permissions import (
    check_may_add_places,
    check_may_change_areas,
    check_may_change_place,
    may_add_places,
    may_change_areas,
    may_change_place,
)
from areas.places import search_places
from areas.relocating import sentences
from common.errors import NotAllowed, NotPossible
from partners.models import Collaboration
from partners.requests import form_page, get_or_post, word_in
from ui import slots

GEOJSON = "application/geo+json"
PLACES_ON_A_PAGE = 50
UPLOADS = "area_uploads"


def _area(request: HttpRequest, collaboration: Collaboration, slug: str) -> Area:
    return get_object_or_404(
        Area.objects.visible_to(request.user).select_related("parent"), collaboration=collaboration, slug=slug
    )


def _sent(request: HttpRequest) -> Any:
    """What a form is filled with: the answers sent, or nothing. No box ticked is an answer too."""
    return request.POST if request.method == "POST" else None


# Areas


@require_GET
def area_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Which areas the partners follow, the larger ones with the smaller inside them."""
    today = timezone.localdate()
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration).active(today)
    rows = queries.flat(queries.tree(queries.area_rows(areas, today)))
    counted = sum(row.area.kind == collaboration.reporting_kind for row in rows)
    latest = (
        Boundary.objects.filter(collaboration=collaboration).order_by("-created_at").values_list("created_at").first()
    )
    context = {
        "rows": rows,
        "counted": counted,
        "latest": latest[0] if latest else None,
        "has_police_list": any(row.police_list for row in rows),
        "has_moves": MembershipMove.objects.visible_to(request.user).filter(collaboration=collaboration).exists(),
        "may_change_areas": may_change_areas(request.user, collaboration),
    }
    return render(request, "areas/area_list.html", context)


@require_GET
def area_detail(request: HttpRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """One area: its boundaries over time, the police's list, its places, and who covers it."""
    today = timezone.localdate()
    found = _area(request, collaboration, area)
    boundaries = list(found.boundaries.order_by("-valid_from", "-pk"))
    now = next(
        (row for row in boundaries if row.valid_from <= today and (not row.valid_to or row.valid_to > today)), None
    )
    statuses = list(found.police_list_statuses.select_related("category").order_by("-list_year"))
    inside = Area.objects.visible_to(request.user).filter(collaboration=collaboration, parent=found).active(today)
    smaller = queries.area_rows(inside, today)
    places = list(Place.objects.visible_to(request.user).in_use().filter(area=found).select_related("owner", "manager"))
    newest = statuses[0] if statuses else None
    context = {
        "area": found,
        "finding": presenters.police_list_sentence(found, newest, statuses[1:]),
        "boundary": now,
        "size": presenters.size_in_words(now.polygon) if now else "",
        "boundaries": [(row, presenters.day_or_always(row.valid_from)) for row in boundaries],
        "bounds": presenters.bounds_of([now.polygon] if now else [], *((p.lon, p.lat) for p in places)),
        "statuses": statuses,
        "has_unverified": any(not row.is_verified for row in statuses),
        "smaller": smaller,
        "larger": queries.ancestors(found),
        "places": places,
        "covers": queries.covering(found, today),
        "groups": queries.groups_of(found),
        "steps": slots.fill("area.process_bar", request.user, [found])[found.pk],
        "is_counted": found.kind == collaboration.reporting_kind,
        "may_change_areas": may_change_areas(request.user, collaboration),
        "may_add_places": may_add_places(request.user, collaboration),
    }
    return render(request, "areas/area_detail.html", context)


@require_GET
def area_shapes(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The areas' shapes for a map: those incidents are counted by, or one area (and the one it lies in) by `?area=`."""
    today = timezone.localdate()
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration).active(today)
    current = word_in(request, "area")
    chosen = areas.filter(slug=current).first() if current else None
    if chosen is not None and chosen.kind != collaboration.reporting_kind:
        # A larger area is shown with what lies inside it, a smaller or other one by itself.
        areas = areas.filter(Q(pk=chosen.pk) | Q(parent=chosen, kind=collaboration.reporting_kind))
    else:
        areas = areas.filter(pk__in=index_of(collaboration).area_ids.tolist())
    state = f"{collaboration.pk} {collaboration.boundaries_version} {today} {current} {get_language()} {areas.count()}"
    etag = f'"{hashlib.sha256(state.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        rows = Boundary.objects.in_force(today).filter(area__in=areas).select_related("area")
        shapes = sorted(((row.area, row.polygon) for row in rows), key=lambda pair: -shapely.area(pair[1]))
        response = JsonResponse(presenters.map_areas(collaboration, shapes, current), content_type=GEOJSON)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_GET
def area_moves(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """What moved from one area to another when boundaries were re-cut and pins moved."""
    moments = [
        {"first": moves[0], "lines": sentences(moves, reader=request.user)}  # type: ignore[arg-type]
        for moves in queries.moves_by_moment(collaboration, request.user)
    ]
    page = Paginator(moments, 20).get_page(request.GET.get("page"))
    return render(request, "areas/area_moves.html", {"page": page})


@get_or_post
def area_import(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Read areas from a file in two steps: what would happen, in words, and then doing it."""
    check_may_change_areas(request.user, collaboration)
    if request.method == "POST" and "token" in request.POST:
        return _import_confirmed(request, collaboration)
    form = AreaUploadForm(_sent(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        token = uploads.keep(upload)
        report = _import(request, collaboration, form, token, dry_run=True)
        if report is not None:
            request.session[UPLOADS] = {token: upload.name[:200]}
            confirm = AreaConfirmForm(initial={**form.cleaned_data, "token": token})
            context = {"form": confirm, "report": report, "lines": report.sentences(), "file_name": upload.name}
            return render(request, "areas/area_import_preview.html", context)
        uploads.forget(token)
    return form_page(request, form, "areas/area_import.html")


def _import_confirmed(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    form = AreaConfirmForm(request.POST)
    token = request.POST.get("token", "")
    if token not in request.session.get(UPLOADS, {}) or uploads.path_of(token) is None or not form.is_valid():
        messages.error(request, _("The file is no longer here. Choose it again."))
        return redirect("area_import", collaboration.slug)
    if "cancel" in request.POST:
        _forget(request, token)
        return redirect("area_list", collaboration.slug)
    report = _import(request, collaboration, form, token, dry_run=False)
    _forget(request, token)
    if report is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
        return redirect("area_import", collaboration.slug)
    for line in report.sentences():
        messages.success(request, line)
    return redirect("area_list", collaboration.slug)


def _forget(request: HttpRequest, token: str) -> None:
    uploads.forget(token)
    request.session.pop(UPLOADS, None)


def _import(
    request: HttpRequest, collaboration: Collaboration, form: Any, token: str, *, dry_run: bool
) -> ImportReport | None:
    """The report of the import, or None with the reason on the form."""
    path = uploads.path_of(token)
    assert path is not None
    try:
        file = actions.read_file_for(collaboration, path, **form.reading_options())
        return actions.import_areas(
            collaboration=collaboration,
            file=file,
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
            dry_run=dry_run,
            **form.import_options(),
        )
    except NotPossible as problem:
        form.add_error("file" if "file" in form.fields else None, problem.messages)
        return None


@get_or_post
def police_list_status(request: HttpRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """Write down what the police's list of a year says about the area."""
    check_may_change_areas(request.user, collaboration)
    found = _area(request, collaboration, area)
    form = PoliceListForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_police_list_status(area=found, by=request.user, **form.options())  # type: ignore[arg-type]
        except NotPossible as problem:
            form.add_error("category", problem.messages)
        else:
            messages.success(request, _("The list of %(year)s is saved.") % {"year": form.cleaned_data["list_year"]})
            return redirect("area_detail", collaboration.slug, found.slug)
    return form_page(
        request, form,
        heading=_("What does the police's list say about %(area)s?") % {"area": found.name},
        lead=_("A year that is already written down is replaced."),
        back_url=reverse("area_detail", args=[collaboration.slug, found.slug]), back_text=found.name,
    )  # fmt: skip


# Places


@require_GET
def place_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The places people name, with a search that needs only the beginning of each word."""
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration)
    used = areas.filter(places__isnull=False).distinct()
    form = PlaceFilterForm(request.GET, areas=used)
    wanted = form.cleaned_data if form.is_valid() else {}
    places = Place.objects.visible_to(request.user).filter(collaboration=collaboration)
    if wanted.get("area"):
        places = places.filter(area=wanted["area"])
    if wanted.get("kind"):
        places = places.filter(kind=wanted["kind"])
    text = wanted.get("q", "").strip()
    rows: Any = places.select_related("area", "owner", "manager").order_by("-is_active", "sort_key", "pk")
    if text:
        rows = search_places(collaboration, text, places=places, most=100)
    page = Paginator(rows, PLACES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "text": text,
        "is_filtered": bool(text or wanted.get("area") or wanted.get("kind")),
        "total": Place.objects.visible_to(request.user).filter(collaboration=collaboration).count(),
        "bounds": presenters.bounds_of([], *((place.lon, place.lat) for place in page)),
        "points_query": request.GET.urlencode(),
        "may_add_places": may_add_places(request.user, collaboration),
    }
    return render(request, "areas/place_list.html", context)


@require_GET
def place_search(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Places for what somebody types: JSON for a form that asks for it, else the page."""
    if (
        request.GET.get("format") != "json"
        and request.get_preferred_type(["text/html", "application/json"]) != "application/json"
    ):
        return place_list(request, collaboration)
    places = Place.objects.visible_to(request.user)
    found = search_places(collaboration, request.GET.get("q", ""), places=places)
    response = JsonResponse({"results": [presenters.found_place(place) for place in found]})
    patch_cache_control(response, private=True, max_age=30)
    return response


@require_GET
def place_points(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The places' points for a map; `?area=` and `?kind=` as in the list, `?current=` the one that stands out."""
    places = Place.objects.visible_to(request.user).in_use().filter(collaboration=collaboration)
    for name, lookup in (("area", "area__slug"), ("kind", "kind"), ("place", "pk")):
        value = word_in(request, name)
        if value and (name != "place" or value.isdecimal()):
            places = places.filter(**{lookup: value})
    if text := request.GET.get("q", "").strip():
        found: Any = search_places(collaboration, text, places=places, most=100)
    else:
        found = places[:5000]
    points = presenters.map_places(collaboration, found, word_in(request, "current"))
    response = JsonResponse(points, content_type=GEOJSON)
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_GET
def place_detail(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """What happens at a place, across all years, and what is it like? The rooms above say what happens."""
    place = get_object_or_404(
        Place.objects.visible_to(request.user).select_related("area", "owner", "manager", "collaboration"),
        collaboration=collaboration, pk=pk,
    )  # fmt: skip
    context = {
        "place": place,
        "finding": next(iter(slots.fill("place.finding", request.user, [place])[place.pk]), None),
        "points_query": f"?current={place.pk}&" + (f"area={place.area.slug}" if place.area else f"place={place.pk}"),
        "coordinates": presenters.coordinates_in_words(place.lon, place.lat),
        "other_names": [name.strip() for name in place.other_names.split(",") if name.strip()],
        "bounds": presenters.bounds_of([], (place.lon, place.lat)),
        "may_change_place": may_change_place(request.user, place),
    }
    return render(request, "areas/place_detail.html", context)


@get_or_post
def place_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Add a place."""
    check_may_add_places(request.user, collaboration)
    return _place_form(request, collaboration, Place(collaboration=collaboration), heading=_("Which place is missing?"))


@get_or_post
def place_change(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a place; moving its pin across a boundary moves what stands on it, and says so."""
    place = get_object_or_404(Place.objects.visible_to(request.user), collaboration=collaboration, pk=pk)
    check_may_change_place(request.user, place)
    return _place_form(
        request, collaboration, place, heading=_("What is right about %(place)s?") % {"place": place.name}
    )


def _place_form(request: HttpRequest, collaboration: Collaboration, place: Place, *, heading: str) -> HttpResponse:
    form = PlaceForm(_sent(request), instance=place, collaboration=collaboration, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            saved, moved = actions.save_place(place=form.instance, by=request.user)  # type: ignore[arg-type]
        except NotAllowed as problem:
            form.add_error("owner", str(problem))
        except ValidationError as problem:
            _add_errors(form, problem)
        else:
            messages.success(request, _("The place is saved."))
            for line in moved:
                messages.info(request, line)
            return redirect("place_detail", collaboration.slug, saved.pk)
    is_new = place.pk is None
    back_url = reverse("place_list", args=[collaboration.slug])
    around = presenters.bounds_of(list(index_of(collaboration).polygons))
    context = {
        "heading": heading,
        "bounds": presenters.bounds_of([], (place.lon, place.lat)) if not is_new and place.lon is not None else around,
        "back_url": back_url if is_new else reverse("place_detail", args=[collaboration.slug, place.pk]),
        "back_text": _("Places") if is_new else Place.objects.values_list("name", flat=True).get(pk=place.pk),
    }
    return form_page(request, form, "areas/place_form.html", **context)


def _add_errors(form: PlaceForm, problem: ValidationError) -> None:
    if hasattr(problem, "error_dict"):
        for name, errors in problem.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, problem.messages)
