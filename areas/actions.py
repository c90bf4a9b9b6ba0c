"""Every change of areas, boundaries, places and the police's list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas import importing
from areas.geofiles import AreaFile, AreaShape, Refusal, read_areas
from areas.importing import ImportReport, Step
from areas.locating import extent_of, index_of, locate
from areas.models import (
    Area,
    AreaKind,
    Boundary,
    MembershipMove,
    Place,
    PoliceListCategory,
    PoliceListStatus,
)
from areas.permissions import check_may_change_areas, check_may_keep_place
from areas.relocating import hold_boundaries, move_pin, relocate, sentences
from audit.actions import record
from common.errors import NotPossible
from partners.models import Collaboration, User

ALWAYS = dt.date(2000, 1, 1)


# Boundaries


def read_file_for(collaboration: Collaboration, path: Path, **options: Any) -> AreaFile:
    """Read a file of areas where the collaboration expects them to lie."""
    return read_areas(
        path, region=extent_of(collaboration), region_is_limit=collaboration.extent is not None, **options
    )


@transaction.atomic
def import_areas(
    *,
    collaboration: Collaboration,
    file: AreaFile,
    by: User | None,
    today: dt.date,
    source: str,
    kind: str = "",
    parent: Area | None = None,
    valid_from: dt.date | None = None,
    is_approximate: bool = False,
    report_by: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Create areas and re-cut changed boundaries from a file; say what happened and what moved.

    A new area's boundary holds from `valid_from`, or always; a changed one closes the old boundary that day, or today.
    Run again, nothing changes. `by` is None when the command line is used. `report_by` makes the imported kind the one
    incidents are counted by; that also happens by itself while the collaboration has no area of the kind it is set to.
    """
    if by is not None:
        check_may_change_areas(by, collaboration)
    collaboration = hold_boundaries(collaboration)
    before = index_of(collaboration, fresh=True)
    if parent is not None and parent.collaboration_id != collaboration.pk:
        raise NotPossible(_("The larger area belongs to another collaboration."))
    chosen_kind = AreaKind(kind) if kind else importing.guess_kind(file, collaboration)
    report = ImportReport(chosen_kind, valid_from or today, dry_run, notes=list(file.notes))
    report.refusals = list(file.refusals)

    steps = _plan(collaboration, file, chosen_kind, today, report)
    is_corrected = False
    for step in steps:
        if step.is_new:
            _create(collaboration, step.shape, chosen_kind, parent, valid_from, source, is_approximate)
            report.created.append(step.shape.name)
        elif step.is_recut:
            try:
                _recut(step, report.valid_from, source, is_approximate)
            except NotPossible as problem:
                report.refusals.append(Refusal(step.shape.number, step.shape.name, " ".join(problem.messages)))
                continue
            report.recut.append(step.shape.name)
        else:
            report.unchanged.append(step.shape.name)
        if step.area is not None:
            is_corrected |= _update_facts(step.area, step.shape)

    is_other_kind = _choose_reporting_kind(collaboration, chosen_kind, report_by, report)
    if report.changes_anything or is_other_kind or is_corrected:
        Collaboration.objects.filter(pk=collaboration.pk).update(boundaries_version=F("boundaries_version") + 1)
    if report.changes_anything or is_other_kind:
        _set_parents(collaboration, today, report)
        moves = relocate(collaboration, by=by, reason=MembershipMove.Reason.BOUNDARY, about=source, before=before)
        report.moved = sentences(moves, reader=by)
        report.incidents_moved = sum(move.incidents for move in moves)
        report.places_moved = sum(move.places for move in moves)
        record("areas_imported", by=by, subject=collaboration, **report.as_dict())
    report.refusals.sort(key=lambda refusal: refusal.number)
    if dry_run:
        transaction.set_rollback(True)
    return report


def _plan(
    collaboration: Collaboration, file: AreaFile, kind: AreaKind, today: dt.date, report: ImportReport
) -> list[Step]:
    shapes, joined = importing.one_shape_a_name(file.shapes)
    if joined:
        text = ngettext(
            "One name stands on several shapes, which became one area: %(names)s.",
            "%(count)s names stand on several shapes each, which became one area each: %(names)s.",
            len(joined),
        )
        report.notes.append(text % {"count": len(joined), "names": ", ".join(joined[:15])})
    shapes = _inside_the_municipality(collaboration, shapes, kind, today, report)
    shapes, doubled = importing.one_shape_a_code(shapes)
    sentence = _("Several areas of the file have the code %(code)s. Each needs one of its own.")
    report.refusals += [Refusal(shape.number, shape.name, sentence % {"code": shape.code}) for shape in doubled]
    areas = list(Area.objects.filter(collaboration=collaboration, kind=kind, valid_to__isnull=True))
    latest = {
        boundary.area_id: boundary
        for boundary in Boundary.objects.filter(area__in=areas).order_by("valid_from", "pk").select_related("area")
    }
    steps, unclear = importing.match(shapes, areas, latest)
    sentence = _("Several areas have this name. The file needs a code for each area.")
    report.refusals += [Refusal(shape.number, shape.name, sentence) for shape in unclear]
    return steps


def _inside_the_municipality(
    collaboration: Collaboration, shapes: Sequence[AreaShape], kind: AreaKind, today: dt.date, report: ImportReport
) -> list[AreaShape]:
    """Of a national file, only what touches the own municipality, once its boundary is known."""
    wholes = _polygons_in_force(collaboration, today, kind=AreaKind.MUNICIPALITY)
    if kind == AreaKind.MUNICIPALITY or not wholes:
        return list(shapes)
    municipality = shapely.union_all([polygon for _area, polygon in wholes])
    shapely.prepare(municipality)
    kept = []
    for shape in shapes:
        if shapely.intersects(municipality, shape.polygon):
            kept.append(shape)
        else:
            sentence = _("It lies outside %(municipality)s.") % {"municipality": wholes[0][0].name}
            report.refusals.append(Refusal(shape.number, shape.name, sentence))
    return kept


def _polygons_in_force(
    collaboration: Collaboration, on: dt.date, **filters: Any
) -> list[tuple[Area, shapely.Geometry]]:
    areas = Area.objects.active(on).filter(collaboration=collaboration, **filters)
    rows = Boundary.objects.in_force(on).filter(area__in=areas).select_related("area")
    return [(row.area, row.polygon) for row in rows]


def _create(
    collaboration: Collaboration,
    shape: AreaShape,
    kind: AreaKind,
    parent: Area | None,
    valid_from: dt.date | None,
    source: str,
    is_approximate: bool,
) -> Area:
    taken = set(Area.objects.filter(collaboration=collaboration).values_list("slug", flat=True))
    area = Area.objects.create(
        collaboration=collaboration,
        parent=parent,
        kind=kind,
        name=shape.name,
        slug=importing.free_slug(shape.name, shape.code, taken),
        code=shape.code,
        population=shape.population,
        valid_from=valid_from or ALWAYS,
    )
    _open_boundary(area, shape, valid_from or ALWAYS, source, is_approximate)
    return area


def _open_boundary(area: Area, shape: AreaShape, day: dt.date, source: str, is_approximate: bool) -> None:
    Boundary.objects.create(
        collaboration_id=area.collaboration_id,
        area=area,
        wkb=shapely.to_wkb(shape.polygon, output_dimension=2, byte_order=1),
        valid_from=day,
        source=source[:300],
        is_approximate=is_approximate,
    )


def _recut(step: Step, day: dt.date, source: str, is_approximate: bool) -> None:
    """Close the boundary that holds, open the new one. Of two on the same day the first stays, as a row of no days."""
    area, old = step.area, step.boundary
    assert area is not None
    if old is not None:
        if old.valid_from > day or (old.valid_to is not None and old.valid_to > day):
            raise NotPossible(
                _("It already has a boundary from %(day)s. Choose that day or a later one.")
                % {"day": max(old.valid_from, old.valid_to or old.valid_from).isoformat()}
            )
        if old.valid_to is None:
            old.valid_to = day
            old.save(update_fields=["valid_to"])
    _open_boundary(area, step.shape, day, source, is_approximate)


def _update_facts(area: Area, shape: AreaShape) -> bool:
    """Take over name, code and population from the file where they differ. The address (slug) never changes."""
    fields = []
    for name in ("name", "code", "population"):
        value = getattr(shape, name)
        if value and value != getattr(area, name):
            setattr(area, name, value)
            fields.append(name)
    if fields:
        area.save(update_fields=fields)
    return bool(fields)


def _choose_reporting_kind(collaboration: Collaboration, kind: AreaKind, is_wanted: bool, report: ImportReport) -> bool:
    """Count incidents by the imported kind when it is asked for, or when there is nothing else to count them by."""
    if kind == collaboration.reporting_kind or kind == AreaKind.STATISTICAL:
        return False
    has_own = Area.objects.filter(collaboration=collaboration, kind=collaboration.reporting_kind).exists()
    if is_wanted or (not has_own and kind != AreaKind.MUNICIPALITY):
        Collaboration.objects.filter(pk=collaboration.pk).update(reporting_kind=kind)
        report.notes.append(_("Incidents are now counted by this kind of area: %(kind)s.") % {"kind": kind.label})
        return True
    if has_own and importing.RANK[kind] <= importing.RANK[AreaKind.NEIGHBOURHOOD]:
        label = AreaKind(collaboration.reporting_kind).label
        report.notes.append(_("Incidents are still counted by this kind of area: %(kind)s.") % {"kind": label})
    return False


def _set_parents(collaboration: Collaboration, today: dt.date, report: ImportReport) -> None:
    placed = importing.find_parents(_polygons_in_force(collaboration, max(today, report.valid_from)))
    areas = {area.pk: area for area in Area.objects.filter(pk__in=placed)}
    for pk, parent in placed.items():
        areas[pk].parent = parent
    Area.objects.bulk_update(areas.values(), ["parent"])
    for parent in sorted({parent.pk: parent for parent in placed.values()}.values(), key=lambda area: area.name):
        inside = [areas[pk].name for pk, found in placed.items() if found.pk == parent.pk]
        text = ngettext(
            "%(count)s area lies in %(parent)s.", "%(count)s areas lie in %(parent)s.", len(inside)
        )  # fmt: skip
        report.notes.append(text % {"count": len(inside), "parent": parent.name})


def relocate_when_boundaries_change(today: dt.date) -> int:
    """Move what lies where a boundary or an area began or ended in the last week; how many collaborations it touched.

    Boundaries can be imported ahead of their day. Safe to run twice, or after some nights without.
    """
    week_ago = today - dt.timedelta(days=7)
    begun_or_ended = Q(valid_from__gt=week_ago, valid_from__lte=today) | Q(valid_to__gt=week_ago, valid_to__lte=today)
    touched = {
        *Boundary.objects.filter(begun_or_ended).values_list("collaboration_id", flat=True),
        *Area.objects.filter(begun_or_ended).values_list("collaboration_id", flat=True),
    }
    for collaboration in Collaboration.objects.filter(pk__in=touched):
        with transaction.atomic():
            hold_boundaries(collaboration)
            before = index_of(collaboration, on=week_ago, fresh=True)
            relocate(collaboration, by=None, reason=MembershipMove.Reason.DAY, before=before)
    return len(touched)


# Places


@transaction.atomic
def save_place(*, place: Place, by: User | None) -> tuple[Place, list[str]]:
    """Add a place, or change one; when its pin has crossed a boundary, say in words what that moved.

    `by` is None when the demonstration is loaded.
    """
    # One place at a time, so that a name sent twice at once is still used once.
    Collaboration.objects.select_for_update(no_key=True).get(pk=place.collaboration_id)
    if by is not None:
        check_may_keep_place(by, place.collaboration, place.owner, place.manager)
    for party in (place.owner, place.manager):
        if party is not None and party.collaboration_id != place.collaboration_id:
            raise NotPossible(_("The organisation belongs to another collaboration."))
    area_id = int(locate(place.collaboration, [place.lon], [place.lat]).area_id[0]) or None
    extent = extent_of(place.collaboration)
    if extent is not None and not (extent[0] <= place.lon <= extent[2] and extent[1] <= place.lat <= extent[3]):
        raise NotPossible(_("The point lies far outside the collaboration's areas. Move it on the map."))
    moved: list[MembershipMove] = []
    if place.pk is None:
        place.area_id = area_id
        place.full_clean()
        place.save()
        record("place_added", by=by, subject=place)
    else:
        old = Place.objects.select_for_update().get(pk=place.pk)
        if by is not None:
            check_may_keep_place(by, old.collaboration, old.owner, old.manager)
        place.area_id = area_id
        place.full_clean()
        place.save()
        record("place_changed", by=by, subject=place)
        if (old.lon, old.lat) != (place.lon, place.lat):
            moved = move_pin(place, old, by=by)
    return place, sentences(moved, reader=by)


# The police's list

POLICE_LIST_CATEGORIES = (
    ("UO", "Utsatt område", "Exposed area", 2015, None),
    ("RO", "Riskområde", "Risk area", 2015, 2023),
    ("SUO", "Särskilt utsatt område", "Particularly exposed area", 2015, None),
)


def police_list_categories() -> dict[str, PoliceListCategory]:
    """The categories of the police's list by their codes; made when they are first asked for."""
    for code, swedish, english, first, last in POLICE_LIST_CATEGORIES:
        PoliceListCategory.objects.get_or_create(
            code=code,
            defaults={"name_sv": swedish, "name_en": english, "first_list_year": first, "last_list_year": last},
        )
    return {category.code: category for category in PoliceListCategory.objects.all()}


@transaction.atomic
def set_police_list_status(
    *,
    area: Area,
    list_year: int,
    category: PoliceListCategory | None,
    by: User | None,
    source: str,
    trend: str = "",
    is_verified: bool = False,
) -> PoliceListStatus:
    """Write down what the police's list of a year says about an area; no category means that it is not on the list."""
    if by is not None:
        check_may_change_areas(by, area.collaboration)
    if category is not None and not (category.first_list_year <= list_year <= (category.last_list_year or list_year)):
        raise NotPossible(
            _("The category “%(category)s” was not used on the list of %(year)s.")
            % {"category": category, "year": list_year}
        )
    status, _is_new = PoliceListStatus.objects.select_for_update().update_or_create(
        area=area,
        list_year=list_year,
        defaults={
            "collaboration_id": area.collaboration_id,
            "category": category,
            "trend": trend if category is not None else "",
            "is_verified": is_verified,
            "source": source,
        },
    )
    record(
        "police_list_status_set", by=by, subject=area, list_year=list_year, category=category.code if category else ""
    )
    return status
