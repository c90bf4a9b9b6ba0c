"""From shapes to a plan: which areas are new, which boundaries changed, what kind they are, what they lie in."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.geofiles import AreaFile, AreaShape, Refusal
from areas.locating import REPORTING_KINDS
from areas.models import Area, AreaKind, Boundary
from partners.models import Collaboration

# Degrees; about a centimetre. The same file read twice gives the same polygon within this.
SAME_WITHIN = 1.5e-7
# How large a part of an area has to lie in a larger one to be part of it: borders drawn at different scales differ.
PART_OF_SHARE = 0.6
# Larger kinds hold smaller ones.
RANK = {
    AreaKind.MUNICIPALITY: 0,
    AreaKind.DISTRICT: 1,
    AreaKind.EST_AREA: 2,
    AreaKind.WARD: 2,
    AreaKind.NEIGHBOURHOOD: 2,
    AreaKind.STATISTICAL: 3,
}
# Words of our own addresses below /areas/.
RESERVED_SLUGS = {"import", "moves", "shapes"}


@dataclass
class Step:
    """What happens to one area of the file."""

    shape: AreaShape
    area: Area | None = None
    boundary: Boundary | None = None
    is_recut: bool = False

    @property
    def is_new(self) -> bool:
        return self.area is None


@dataclass
class ImportReport:
    """What an import of areas did, or would do."""

    kind: str
    valid_from: dt.date
    is_dry_run: bool
    created: list[str] = field(default_factory=list)
    recut: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    incidents_moved: int = 0
    places_moved: int = 0

    @property
    def changes_anything(self) -> bool:
        return bool(self.created or self.recut)

    def as_dict(self) -> dict[str, Any]:
        """The numbers, for scripts."""
        return {
            "kind": self.kind,
            "areas": len(self.created) + len(self.recut) + len(self.unchanged) + len(self.refusals),
            "created": len(self.created),
            "recut": len(self.recut),
            "unchanged": len(self.unchanged),
            "refused": len(self.refusals),
            "incidents_moved": self.incidents_moved,
            "places_moved": self.places_moved,
        }

    def sentences(self) -> list[str]:
        """The whole report in words, line by line."""
        lines = []
        if self.created:
            text = ngettext(
                "%(count)s new area (%(kind)s): %(names)s.", "%(count)s new areas (%(kind)s): %(names)s.",
                len(self.created),
            )  # fmt: skip
            lines.append(text % {"kind": AreaKind(self.kind).label, **_listed(self.created)})
        if self.recut:
            text = ngettext(
                "%(count)s area has a new boundary from %(day)s: %(names)s.",
                "%(count)s areas have a new boundary from %(day)s: %(names)s.",
                len(self.recut),
            )
            lines.append(text % {"day": self.valid_from.isoformat(), **_listed(self.recut)})
        if self.unchanged:
            text = ngettext("%(count)s area is unchanged.", "%(count)s areas are unchanged.", len(self.unchanged))
            lines.append(text % {"count": len(self.unchanged)})
        lines += self.notes
        lines += [
            _("Area number %(number)s, %(name)s, was not read: %(sentence)s")
            % {"number": refusal.number, "name": refusal.name or "–", "sentence": refusal.sentence}
            for refusal in self.refusals
        ]
        lines += self.moved
        if self.changes_anything and not self.moved:
            lines.append(_("No incidents or places change area."))
        return lines


def _listed(names: Sequence[str], most: int = 15) -> dict[str, Any]:
    shown = ", ".join(names[:most])
    if len(names) > most:
        shown += _(" and %(count)s more") % {"count": len(names) - most}
    return {"count": len(names), "names": shown}


# What kind


def guess_kind(file: AreaFile, collaboration: Collaboration) -> AreaKind:
    """The kind of area a file holds, by its properties and codes; else the kind incidents are counted by."""
    properties = {name.casefold() for name in file.properties}
    words = f"{file.name_property} {file.code_property}".casefold()
    codes = [shape.code for shape in file.shapes]
    if re.search(r"\b(deso|regso)(kod)?\b", words):
        return AreaKind.STATISTICAL
    if "namn" in properties and properties & {"kategori", "klass", "specialomrades_id", "lokalpolisomrade"}:
        return AreaKind.EST_AREA
    if re.search(r"ward|\bwd\d\d", words) or _all_match(r"[ENSW]05\d{6}", codes):
        return AreaKind.WARD
    if re.search(r"district|\blad\d\d|stadsomr", words) or _all_match(r"[ENSW]0[6-9]\d{6}", codes):
        return AreaKind.DISTRICT
    if re.search(r"\bkommun", words):
        return AreaKind.MUNICIPALITY
    if "stadsdel" in words:
        return AreaKind.NEIGHBOURHOOD
    kind = collaboration.reporting_kind
    return AreaKind(kind) if kind in set(REPORTING_KINDS) else AreaKind.EST_AREA


def _all_match(pattern: str, codes: Sequence[str]) -> bool:
    return bool(codes) and all(re.fullmatch(pattern, code) for code in codes)


# What happens to each


def one_shape_a_name(shapes: Iterable[AreaShape]) -> tuple[list[AreaShape], list[str]]:
    """Parts with the same name and no codes of their own become one area of several parts; also the names joined."""
    kept: dict[tuple[str, str], list[AreaShape]] = {}
    for shape in shapes:
        kept.setdefault((shape.name.casefold(), shape.code), []).append(shape)
    joined = []
    result = []
    for parts in kept.values():
        first = parts[0]
        if len(parts) > 1:
            joined.append(first.name)
            whole = shapely.union_all([part.polygon for part in parts])
            counts = [part.population for part in parts if part.population is not None]
            first = AreaShape(first.number, first.name, whole, first.code, sum(counts) if counts else None)
        result.append(first)
    return result, joined


def one_shape_a_code(shapes: Sequence[AreaShape]) -> tuple[list[AreaShape], list[AreaShape]]:
    """The shapes whose code is theirs alone, or who have none; and those who share one and so name no area."""
    codes = Counter(shape.code for shape in shapes if shape.code)
    return (
        [shape for shape in shapes if codes[shape.code] <= 1],
        [shape for shape in shapes if codes[shape.code] > 1],
    )


def is_same(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether two polygons have the same corners, wherever their lines begin."""
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance=SAME_WITHIN))


def match(
    shapes: Sequence[AreaShape], areas: Sequence[Area], latest: dict[int, Boundary]
) -> tuple[list[Step], list[AreaShape]]:
    """Pair each shape with the area it speaks of: by code where both have one, else by name; and the unclear ones."""
    by_code = {area.code: area for area in areas if area.code}
    by_name: dict[str, list[Area]] = {}
    for area in areas:
        by_name.setdefault(area.name.casefold(), []).append(area)
    names = Counter(shape.name.casefold() for shape in shapes)
    steps, unclear = [], []
    for shape in shapes:
        found = by_code.get(shape.code) if shape.code else None
        if found is None:
            named = [area for area in by_name.get(shape.name.casefold(), []) if not (area.code and shape.code)]
            if len(named) > 1 or (named and names[shape.name.casefold()] > 1):
                unclear.append(shape)
                continue
            found = named[0] if named else None
        boundary = latest.get(found.pk) if found is not None else None
        is_recut = found is not None and (boundary is None or not is_same(boundary.polygon, shape.polygon))
        steps.append(Step(shape, found, boundary, is_recut))
    return steps, unclear


def free_slug(name: str, code: str, taken: set[str]) -> str:
    """A slug nobody has: the name, the name with its code, or the name with a number."""
    plain = slugify(name)[:50] or slugify(code)[:50] or "area"
    for slug in (plain, slugify(f"{plain} {code}")[:60]):
        if slug not in taken and slug not in RESERVED_SLUGS:
            return slug
    number = 2
    while f"{plain}-{number}" in taken:
        number += 1
    return f"{plain}-{number}"


# What lies in what


def share_inside(polygon: shapely.Geometry, larger: shapely.Geometry) -> float:
    """The share of a polygon's area that lies inside another, 0–1."""
    if not shapely.intersects(polygon, larger):
        return 0.0
    return float(shapely.area(shapely.intersection(polygon, larger)) / shapely.area(polygon))


def find_parents(boundaries: Sequence[tuple[Area, shapely.Geometry]]) -> dict[int, Area]:
    """For each area without a parent: the smallest area of a larger kind that most of it lies in."""
    if not boundaries:
        return {}
    polygons = np.array([polygon for _, polygon in boundaries], dtype=object)
    sizes = shapely.area(polygons)
    tree = shapely.STRtree(polygons)
    found: dict[int, Area] = {}
    for number, (area, polygon) in enumerate(boundaries):
        if area.parent_id is not None:
            continue
        larger = [
            other
            for other in tree.query(polygon)
            if other != number and RANK[AreaKind(boundaries[other][0].kind)] < RANK[AreaKind(area.kind)]
        ]
        for other in sorted(larger, key=lambda i: sizes[i]):
            if share_inside(polygon, polygons[other]) >= PART_OF_SHARE:
                found[area.pk] = boundaries[other][0]
                break
    return found
