"""Walks: planning one, its page with the stops in order, finishing it. And the checklists that are filled in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from areas.inspections import actions, permissions, presenters, queries
from areas.inspections.checklists import change_checklist, current_version, items_of
from areas.inspections.forms import ChecklistItems, WalkForm, items_from
from areas.models import ChecklistKind, ChecklistVersion, Place, PlaceFeature, SafetyWalk
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import get_or_post, person

MOST_PLACES = 200


@get_or_post
def walk_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Plan a walk: first the area, then its places in the order they are walked."""
    permissions.check_may_lead_in(request.user, collaboration)
    areas = permissions.areas_to_walk(request.user, collaboration, timezone.localdate())
    slug = (request.POST.get("area") or request.GET.get("area", ""))[:60].replace("\x00", "")
    area = areas.filter(slug=slug).first() if slug else None
    places = Place.objects.none()
    if area is not None:
        places = Place.objects.visible_to(request.user).in_use().filter(area=area)[:MOST_PLACES]
    form = WalkForm(request.POST if request.method == "POST" else None, areas=areas, places=places, area=area)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            walk = actions.begin_walk(
                area=said["area"],
                walked_on=said["walked_on"],
                participants=said["participants"],
                places=said["places"],
                client_uuid=said["client_uuid"],
                by=person(request),
            )
        except ValidationError as no:
            _add_errors(form, no, names={"inspected_on": "walked_on"})
        else:
            return redirect("walk_detail", collaboration.slug, walk.pk)
    context = {"form": form, "area": area, "areas": areas, "stops": form.stops()}
    return render(request, "areas/inspections/walk_new.html", context, status=422 if form.is_bound else 200)


def _add_errors(form: Any, no: ValidationError, *, names: dict[str, str]) -> None:
    if not hasattr(no, "error_dict"):
        form.add_error(None, no.messages)
        return
    for name, errors in no.message_dict.items():
        name = names.get(name, name)
        form.add_error(name if name in form.fields else None, errors)


def _walk(request: HttpRequest, collaboration: Collaboration, pk: int) -> SafetyWalk:
    rows = SafetyWalk.objects.visible_to(request.user).filter(collaboration=collaboration)
    return get_object_or_404(rows.select_related("area", "organisation", "checklist_version"), pk=pk)


@require_GET
def walk_detail(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """A walk: its stops in order to fill in, and once it is finished what was found and how it felt."""
    walk = _walk(request, collaboration, pk)
    stops = queries.stops_of(walk)
    rows = presenters.stop_rows(stops, collaboration.slug)
    defects = queries.defects_of(stops)
    may_keep = walk.finished_at is None and permissions.may_keep_walk(request.user, walk)
    context = {
        "walk": walk,
        "finding": presenters.walk_finding(walk, stops),
        "rows": rows,
        "next": next((row for row in rows if not row["is_filled_in"]), None) if may_keep else None,
        "filled_in": sum(row["is_filled_in"] for row in rows),
        "defects": presenters.defect_rows(defects, request.user, collaboration.slug),
        "may_keep": may_keep,
    }
    return render(request, "areas/inspections/walk_detail.html", context)


@require_POST
def walk_finish(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Freeze a walk and its stops."""
    walk = _walk(request, collaboration, pk)
    try:
        actions.finish_walk(walk=walk, by=person(request))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    else:
        messages.success(request, _("The walk is finished."))
    return redirect("walk_detail", collaboration.slug, walk.pk)


# --- Checklists -------------------------------------------------------------------------------------------------------


def _kind(kind: str) -> ChecklistKind:
    if kind not in ChecklistKind.values:
        raise Http404
    return ChecklistKind(kind)


@require_GET
def checklist_detail(request: HttpRequest, collaboration: Collaboration, kind: str) -> HttpResponse:
    """What is looked at: the list in use, or an earlier version of it."""
    permissions.check_may_read_in(request.user, collaboration)
    chosen = _kind(kind)
    current = current_version(collaboration, chosen)
    versions = list(ChecklistVersion.objects.filter(checklist_id=current.checklist_id).order_by("-number"))
    asked = request.GET.get("version", "")
    version = next((one for one in versions if str(one.number) == asked), current)
    features = dict(PlaceFeature.Kind.choices)
    context = {
        "kind": chosen,
        "version": version,
        "is_current": version.pk == current.pk,
        "versions": versions,
        "items": [
            {"item": item, "feature": features.get(item.feature, "")} for item in items_of(version)
        ],
        "may_change": permissions.may_keep_checklists(request.user, collaboration),
    }  # fmt: skip
    return render(request, "areas/inspections/checklist.html", context)


@get_or_post
def checklist_change(request: HttpRequest, collaboration: Collaboration, kind: str) -> HttpResponse:
    """Change a list: what is saved is a new version, and inspections keep the one they were filled in by."""
    permissions.check_may_keep_checklists(request.user, collaboration)
    chosen = _kind(kind)
    version = current_version(collaboration, chosen)
    initial = [
        {
            "key": item.key, "order": number, "text": item.text, "feature": item.feature, "part": item.part,
            "help": item.help,
        }
        for number, item in enumerate(items_of(version), start=1)
    ]  # fmt: skip
    formset = ChecklistItems(request.POST if request.method == "POST" else None, initial=initial, prefix="items")
    problems: list[str] = []
    status = 200
    if request.method == "POST":
        status = 422
        seen = request.POST.get("seen", "")
        if formset.is_valid():
            try:
                change_checklist(
                    collaboration=collaboration,
                    kind=chosen,
                    items=items_from(formset),
                    seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0,
                    by=person(request),
                )
            except ValidationError as no:
                problems = no.messages
                status = 409 if getattr(no, "code", "") == "conflict" else 422
            else:
                messages.success(request, _("The new version of the checklist is in use from now on."))
                return redirect("checklist_detail", collaboration.slug, kind)
        else:
            problems = [_("Mend what is marked, then save again.")]
    context = {"kind": chosen, "version": version, "formset": formset, "problems": problems}
    return render(request, "areas/inspections/checklist_change.html", context, status=status)
