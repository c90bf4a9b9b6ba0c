"""What was seen at a place, brought as evidence: an observation in its file, or a spot marked in a photo.

The observation and the photo are read by those who may read them there; the others have the evidence's own words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from areas.access import descendants
from areas.models import PhotoMark, PlaceFeature
from cause_analysis.models import Problem
from common.errors import NotPossible

# The latest are offered; what is older is seldom what a group looks for, and a list of thousands helps nobody.
OFFERED = 200
_OF_FEATURE = ("place", "kind", "detail", "state", "observed_on", "place__name", "place__sort_key")


def features_to_bring(by: Any, problem: Problem, area_ids: Collection[int] | None = None) -> list[PlaceFeature]:
    """What the places of the problem's area are like now, the problem's own places first."""
    rows = PlaceFeature.objects.visible_to(by).filter(place__area__in=area_ids or _areas(problem)).holding()
    own = set(problem.problem_places.values_list("place_id", flat=True))
    found = list(rows.select_related("place").only(*_OF_FEATURE))
    found.sort(key=lambda row: (row.place_id not in own, row.place.sort_key, row.kind, row.detail))
    return found[:OFFERED]


def marks_to_bring(by: Any, problem: Problem, area_ids: Collection[int] | None = None) -> list[PhotoMark]:
    """The spots marked in photos of finished inspections in the problem's area, the latest first."""
    rows = PhotoMark.objects.visible_to(by).filter(
        photo__inspection__place__area__in=area_ids or _areas(problem), photo__inspection__finished_at__isnull=False
    )
    found = rows.exclude(photo__file="").exclude(text="").select_related("photo__inspection__place")
    return list(found.order_by("-photo__inspection__inspected_on", "-pk")[:OFFERED])


def _areas(problem: Problem) -> Any:
    return descendants(problem.collaboration_id, [problem.area_id])


def feature_choices(rows: Iterable[PlaceFeature]) -> dict[str, str]:
    """Features as a list to choose from."""
    # Hundreds of them: the words are looked up once.
    kinds = {kind.value: str(kind.label) for kind in PlaceFeature.Kind}
    states = {state.value: str(state.label) for state in PlaceFeature.State}
    return {
        str(row.pk): f"{row.place.name}: {', '.join(filter(None, (kinds[row.kind], row.detail, states[row.state])))}"
        f" ({row.observed_on:%Y-%m-%d})"
        for row in rows
    }


def mark_choices(marks: Iterable[PhotoMark]) -> dict[str, str]:
    """Marked spots as a list to choose from."""
    return {
        str(mark.pk): f"{mark.photo.inspection.place.name}: {mark.text} ({mark.photo.inspection.inspected_on:%Y-%m-%d})"
        for mark in marks
    }


def brought_feature(by: Any, problem: Problem, feature: PlaceFeature) -> dict[str, Any]:
    """The columns of evidence that rests on an observation: which, where, and what it said on the day."""
    rows = PlaceFeature.objects.visible_to(by).filter(taken_back_at=None, place__area__in=_areas(problem))
    row = rows.select_related("place").filter(pk=feature.pk).first()
    if row is None:
        raise NotPossible({"feature": _("Nobody has seen this in the problem's area, or it was taken back.")})
    seen = {
        "feature": row.name,
        "kind": row.kind,
        "state": row.state,
        "note": row.note,
        "day": row.observed_on.isoformat(),
    }
    return {"place_feature": row, "place": row.place, "seen": seen}


def brought_mark(by: Any, problem: Problem, mark: PhotoMark) -> dict[str, Any]:
    """The columns of evidence that rests on a spot in a photo: which photo, where in it, and what it shows."""
    rows = PhotoMark.objects.visible_to(by).filter(
        photo__inspection__place__area__in=_areas(problem), photo__inspection__finished_at__isnull=False
    )
    row = rows.exclude(photo__file="").select_related("photo__inspection__place").filter(pk=mark.pk).first()
    if row is None:
        raise NotPossible({"mark": _("The photo is gone, or it is not from the problem's area.")})
    inspection = row.photo.inspection
    seen = {"x": row.x, "y": row.y, "text": row.text, "day": inspection.inspected_on.isoformat()}
    return {"photo": row.photo, "place": inspection.place, "seen": seen}


def seen_words(seen: dict[str, Any]) -> str:
    """An observation as it was on the day it was brought."""
    state = PlaceFeature.State(seen["state"]).label
    return f"{capfirst(seen['feature'])}: {state}." + (f" {seen['note']}" if seen["note"] else "")
