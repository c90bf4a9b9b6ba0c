"""The pages of the joint situational picture: each view fetches, computes and shows."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.periods import Period, PeriodKind
from areas.access import is_in_circle
from areas.models import Area
from areas.permissions import may_change_areas
from audit.actions import record
from common.errors import NotPossible
from incidents.coverage.permissions import may_see_coverage
from partners.models import Collaboration
from partners.purposes import export_page
from partners.requests import PartnerRequest
from situational_picture import (
    actions,
    charts,
    desk,
    distribution,
    presenters,
    queries,
    selecting,
)
from situational_picture.coverage import presenters as coverage_presenters
from situational_picture.definitions import definition_rows
from situational_picture.models import Picture, Rebuild
from situational_picture.period_names import period_name
from situational_picture.permissions import (
    may_approve,
    may_publish_pictures,
    may_request_pictures,
    may_write_pictures,
)
from situational_picture.presenting import written_view
from situational_picture.selections import with_reports
from ui import slots

PLACES_SHOWN = 8
# As the database keeps it: a small positive number.
_VERSION = re.compile(r"[0-9]{1,4}")


def _area(request: PartnerRequest, slug: str) -> Area:
    return get_object_or_404(
        Area.objects.visible_to(request.user).filter(collaboration=request.collaboration),
        slug=slug,
    )


def _asked(request: PartnerRequest, area: Area) -> tuple[Picture | None, Period | None]:
    """The picture the address asks for, and the period even when there is no picture of it."""
    period = selecting.asked_period(request.GET.get("period", ""), request.GET.get("kind", ""))
    if period is None:
        picture = selecting.latest_with_data(request.user, area)
        return picture, picture.period if picture else None
    version = request.GET.get("version", "")
    if not version:
        return selecting.picture_for(request.user, area, period, None), period
    if not _VERSION.fullmatch(version):
        raise Http404
    picture = selecting.picture_for(request.user, area, period, int(version))
    if picture is None:
        raise Http404
    return picture, period


def _asked_or_404(request: PartnerRequest, area: Area) -> Picture:
    """The picture a file or a map asks for; there is nothing to say in a file that does not exist."""
    try:
        picture, _period = _asked(request, area)
    except NotPossible:
        raise Http404 from None
    if picture is None:
        raise Http404
    return picture


@require_GET
def picture_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Where do the areas stand? One row an area, in the order of their names."""
    selecting.check_may_see_pictures(request.user, collaboration)
    areas = [
        area
        for area in Area.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .active(timezone.localdate())
        .order_by("name")
        if area.kind == collaboration.reporting_kind or area.parent_id is None
    ]
    pictures = selecting.overview_pictures(request.user, areas)
    stages = desk.stages(request.user, collaboration, pictures.values())
    shown = [
        (
            area.kind,
            {
                **_overview_row(request.user, collaboration, area, pictures.get(area.pk)),
                "stage": stages.get(area.pk),
            },
        )
        for area in areas
    ]
    rows = [row for kind, row in shown if kind == collaboration.reporting_kind]
    whole = [row for kind, row in shown if kind != collaboration.reporting_kind]
    published = (
        Picture.objects.visible_to(request.user)
        .filter(collaboration=collaboration, status=Picture.Status.PUBLISHED)
        .without_figures()
        .order_by("-published_at")[:10]
    )
    context = {
        "rows": rows,
        "whole": whole,
        "heading": presenters.overview_heading(rows),
        "may_change_areas": may_change_areas(request.user, collaboration),
        "remaining": desk.remaining(request.user, collaboration, [row["stage"] for row in rows]),
        "period": next((row["period"] for row in rows if row["period"]), ""),
        "published": [
            {"picture": picture, "name": period_name(picture.period), "url": _url(picture)} for picture in published
        ],
    }
    return render(request, "situational_picture/picture_list.html", context)


def _overview_row(user: Any, collaboration: Collaboration, area: Area, picture: Picture | None) -> dict[str, Any]:
    row: dict[str, Any] = {"area": area, "url": reverse("picture", args=[collaboration.slug, area.slug])}
    if picture is None:
        return {**row, "period": "", "figure": None}
    figures = selecting.figures_for(user, picture)
    return {
        **row,
        "period": period_name(picture.period),
        "figure": presenters.figure(figures["total"]),
        "verdict": figures["total"]["judgement"],
        "spark": charts.spark(figures),
        "changes": presenters.change_sentences(figures)[:1],
        "trend_table": presenters.trend_table(figures, last=13),
        "url": _url(picture),
    }


def _url(picture: Picture, **query: Any) -> str:
    words = {"period": picture.period.code, **({"version": picture.version} if picture.version else {}), **query}
    return (
        reverse("picture", args=[picture.collaboration.slug, picture.area.slug])
        + "?"
        + "&".join(f"{key}={value}" for key, value in words.items())
    )


@require_GET
def picture(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """What has happened in the area, is it more than usual, where and when, and what has changed?"""
    selecting.check_may_see_pictures(request.user, collaboration)
    this_area = _area(request, area)
    try:
        shown, period = _asked(request, this_area)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("picture", collaboration.slug, area)
    context = {
        "area": this_area,
        "period": period,
        "in_circle": is_in_circle(request.user, this_area),
        "may_request": may_request_pictures(request.user, this_area),
        **_picker(period),
    }
    if shown is None:
        is_asked_for = (
            period is not None
            and Picture.objects.visible_to(request.user).filter(area=this_area).for_period(period).exists()
        )
        return render(request, "situational_picture/no_picture.html", {**context, "is_asked_for": is_asked_for})
    figures = selecting.figures_for(request.user, shown)
    waiting = queries.waiting_reports(this_area) if context["in_circle"] else None
    places = queries.named_points(shown)
    panel = coverage_presenters.panel(figures, shows_names=may_see_coverage(request.user, collaboration))
    is_panel = panel is not None and request.GET.get("panel") == "constant"
    context |= {
        "picture": shown,
        "figures": figures,
        "heading": presenters.heading(figures, shown.area_name),
        "lead": presenters.lead(figures),
        "cards": [*presenters.cards(figures, waiting), *coverage_presenters.card(figures)],
        "changes": presenters.change_sentences(figures),
        "categories": (categories := with_reports(request.user, shown, presenters.category_rows(figures))),
        "quiet": [row for row in categories if row["is_quiet"]],
        "category_chart": charts.categories(figures),
        "others": presenters.other_rows(figures),
        "places": with_reports(request.user, shown, presenters.place_rows(figures)[:PLACES_SHOWN]),
        "places_left_out": max(0, len(figures["places"]) - PLACES_SHOWN),
        "hexagons": presenters.hexagon_table(figures, places),
        "bounds": queries.bounds_of(this_area),
        "window": presenters.window_words(figures),
        "trend": charts.trend(figures),
        "trend_table": presenters.trend_table(figures),
        "units_changed": coverage_presenters.change_sentences(figures),
        "panel": panel,
        "panel_chart": charts.panel(figures) if is_panel else None,
        "is_panel": is_panel,
        "clock": charts.clock(figures),
        "clock_table": presenters.clock_table(figures),
        "subareas": presenters.subarea_rows(figures, {a.pk: a.slug for a in this_area.children.all()}),
        "source_words": presenters.source_words(figures),
        "definitions": definition_rows(shown),
        **_versions(request.user, shown),
        "may_publish": shown.version == 0 and not shown.has_text and may_publish_pictures(request.user, collaboration),
        "may_write": shown.version == 0 and may_write_pictures(request.user, collaboration),
        "is_in_review": shown.status == Picture.Status.REVIEW,
        "may_approve": shown.status == Picture.Status.REVIEW and may_approve(request.user, shown),
        "written": written_view(request.user, shown),
        "layers": presenters.layer_rows(figures),
        "deliveries": distribution.told_of(request.user, shown),
        "rebuild": _rebuild(this_area, shown),
        **_changed_since(shown),
        "query": f"?period={shown.period.code}" + (f"&version={shown.version}" if shown.version else ""),
        "updated": presenters.computed_words(shown),
        "process": _process(request.user, this_area, shown),
        "beside": slots.fill("picture.figures", request.user, [shown])[shown.pk],
    }
    if shown.version:
        actions.note_opened(by=request.user, picture=shown)
    return render(request, "situational_picture/picture.html", context)


def _process(user: Any, area: Area, shown: Picture) -> list[dict[str, Any]]:
    """Where the area stands in the process: mapping is this page, the other steps are told by the rooms above."""
    mapping = {"step": "mapping", "state": "current", "text": presenters.computed_words(shown)}
    others = slots.fill("area.process_bar", user, [area])[area.pk]
    return [mapping, *map(dict, others)]


def _picker(period: Period | None) -> dict[str, Any]:
    kinds = [(str(kind), label) for kind, label in Picture.PeriodKind.choices if kind != PeriodKind.FREE]
    if period is None:
        return {"kinds": kinds, "picker": None}
    following = period.next()
    return {
        "kinds": kinds,
        "picker": {
            "title": period_name(period),
            "kind": str(period.kind) if period.kind != PeriodKind.FREE else str(PeriodKind.MONTH),
            "code": period.code,
            "previous": period.previous().code,
            "next": following.code if following.start <= timezone.localdate() else "",
        },
    }


def _versions(user: Any, shown: Picture) -> dict[str, Any]:
    """Every version of the period, and beside a draft the latest that is published."""
    others = selecting.pictures_of(user, shown.area).for_period(shown.period).without_figures()
    rows: list[dict[str, Any]] = [
        {"picture": other, "url": _url(other), "is_shown": other.pk == shown.pk}
        for other in others.order_by("-version")
    ]
    latest = next((row for row in rows if not shown.version and row["picture"].version), None)
    return {"versions": rows, "latest_version": latest}


def _rebuild(area: Area, shown: Picture) -> Rebuild | None:
    """The rebuild that is under way, when the page shows a draft."""
    if shown.version:
        return None
    return Rebuild.objects.filter(area=area, built__lt=F("wanted")).first()


def _changed_since(shown: Picture) -> dict[str, Any]:
    """What has come or gone among the period's incidents since the picture was frozen.

    `changed_since` is None where that can no longer be told: the reports are purged to the counts of their months. It
    is empty where the numbers are the same, and `is_corrected` tells whether the reports are.
    """
    if not shown.version or queries.is_purged(shown.area, shown.period):
        return {"changed_since": None, "is_corrected": False}
    if queries.fingerprint(shown.area, shown.period) == shown.data_fingerprint:
        return {"changed_since": [], "is_corrected": False}
    now = queries.counts_by_category(shown.area, shown.period)
    names = queries.category_names(shown.collaboration_id)
    return {"changed_since": presenters.differences(shown.figures or {}, now, names), "is_corrected": True}


@require_GET
def picture_hexagons(request: PartnerRequest, collaboration: Collaboration, area: str) -> JsonResponse:
    """The picture's hexagons as GeoJSON, protected as on the page."""
    selecting.check_may_see_pictures(request.user, collaboration)
    shown = _asked_or_404(request, _area(request, area))
    return JsonResponse(
        presenters.hexagon_collection(selecting.figures_for(request.user, shown)), content_type="application/geo+json"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def picture_export(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponseBase:
    """The picture's figures as a CSV file, protected as on the page. What it is for is asked, and logged."""
    selecting.check_may_see_pictures(request.user, collaboration)
    shown = _asked_or_404(request, _area(request, area))

    def make(purpose: dict[str, Any]) -> HttpResponse:
        file = io.StringIO()
        csv.writer(file, delimiter=";").writerows(presenters.export_rows(selecting.figures_for(request.user, shown)))
        record("picture_exported", by=request.user, subject=shown, **purpose)
        response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{this_name(shown)}.csv"'
        return response

    return export_page(
        request,
        make,
        heading=_("Download figures"),
        lead=f"{shown.area_name}, {period_name(shown.period)}",
        back_url=_url(shown),
        back_text=shown.area_name,
    )


def this_name(shown: Picture) -> str:
    """The picture's name in a file system."""
    version = f"-v{shown.version}" if shown.version else ""
    return f"{shown.area.slug}-{shown.period.code}{version}"


@require_GET
def picture_progress(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """How far the rebuild has come; a fragment that fetches itself until it is done."""
    selecting.check_may_see_pictures(request.user, collaboration)
    this_area = _area(request, area)
    if not is_in_circle(request.user, this_area):
        raise Http404
    rebuild = Rebuild.objects.filter(area=this_area, built__lt=F("wanted")).first()
    return render(
        request, "situational_picture/_progress.html", {"area": this_area, "rebuild": rebuild, "is_fragment": True}
    )


@require_POST
def picture_request(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """Have a picture computed for a period nobody has asked for before."""
    selecting.check_may_see_pictures(request.user, collaboration)
    this_area = _area(request, area)
    try:
        period = selecting.asked_period(request.POST.get("period", ""), "")
        if period is None:
            raise NotPossible(_("Say which period you want."))
        made = actions.request_picture(by=request.user, area=this_area, period=period)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("picture", collaboration.slug, area)
    return redirect(_url(made))


@require_POST
def picture_publish(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """Freeze the draft's figures for everybody who reads pictures."""
    selecting.check_may_see_pictures(request.user, collaboration)
    this_area = _area(request, area)
    try:
        period = selecting.asked_period(request.POST.get("period", ""), "")
        draft = (
            period
            and Picture.objects.visible_to(request.user).filter(area=this_area, version=0).for_period(period).first()
        )
        if not draft:
            raise Http404
        # What is approved is what stood on the page; anything else is a text somebody has changed meanwhile.
        if _VERSION.fullmatch(request.POST.get("text_version", "")):
            draft.text_version = int(request.POST["text_version"])
        # And the figures that stood there: they may have been computed anew while somebody read.
        draft.data_fingerprint = request.POST.get("figures", draft.data_fingerprint)
        published = actions.publish_picture(by=request.user, picture=draft)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("picture", collaboration.slug, area)
    messages.success(
        request, _("Published as version %(version)s. It will not change.") % {"version": published.version}
    )
    return redirect(_url(published))
