"""What pages and rooms above ask of place files: few questions, however many places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from areas.models import Place, PlaceFeature, PlaceManager

# More earlier observations than this stand on the page of the whole history.
HISTORY_SHOWN = 50


@dataclass
class FeatureHistory:
    """A feature of a place: what holds, and what was seen before, the latest first."""

    latest: PlaceFeature
    earlier: list[PlaceFeature] = field(default_factory=list)


def features_of(user: Any, places: Sequence[Place]) -> dict[int, list[PlaceFeature]]:
    """What each place is like now, as the user may read it: urgent first, then defects, then the rest."""
    rows = PlaceFeature.objects.visible_to(user).filter(place__in=places).holding().select_related("organisation")
    found: dict[int, list[PlaceFeature]] = {place.pk: [] for place in places}
    for row in sorted(rows, key=_order):
        found[row.place_id].append(row)
    return found


_STATES = [PlaceFeature.State.URGENT, PlaceFeature.State.DEFECT, PlaceFeature.State.GOOD, PlaceFeature.State.NEUTRAL]
_KINDS = [kind.value for kind in PlaceFeature.Kind]


def _order(row: PlaceFeature) -> tuple[int, int, str]:
    return _STATES.index(PlaceFeature.State(row.state)), _KINDS.index(row.kind), row.detail


def observations_of(user: Any, place: Place) -> list[PlaceFeature]:
    """Everything that was ever seen of a place, also what was taken back, the latest first."""
    rows = PlaceFeature.objects.visible_to(user).filter(place=place).select_related("organisation")
    return list(rows.order_by("-observed_on", "-pk"))


def histories(rows: Iterable[PlaceFeature]) -> list[FeatureHistory]:
    """Observations gathered by feature; `rows` is the latest first, and those taken back are left to the page."""
    found: dict[tuple[str, str], FeatureHistory] = {}
    for row in rows:
        if row.taken_back_at is not None:
            continue
        key = (row.kind, row.detail)
        if key in found:
            found[key].earlier.append(row)
        else:
            found[key] = FeatureHistory(row)
    return sorted(found.values(), key=lambda one: _order(one.latest))


def managers_of(user: Any, places: Sequence[Place], on: dt.date) -> dict[int, list[PlaceManager]]:
    """Who answers for each place by the hour on a day."""
    rows = PlaceManager.objects.visible_to(user).in_force(on).filter(place__in=places).select_related("organisation")
    found: dict[int, list[PlaceManager]] = {place.pk: [] for place in places}
    for row in rows.order_by("from_hour", "pk"):
        found[row.place_id].append(row)
    return found


def every_manager(user: Any, place: Place) -> list[PlaceManager]:
    """Every row of a place, also those that have ended and those that have not begun, the latest first."""
    rows = PlaceManager.objects.visible_to(user).filter(place=place).select_related("organisation")
    return list(rows.order_by("-valid_from", "from_hour", "pk"))
