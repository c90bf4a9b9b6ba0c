"""Give everything on the map its area anew when boundaries change, and say what moved.

Rooms above register what they keep on the map from their `AppConfig.ready()`; this room never knows them. Published
pictures keep what they said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.access import circle_area_ids
from areas.locating import NO_AREA, AreaIndex, Located, index_of, locate_with
from areas.models import Area, MembershipMove, Place
from audit.actions import record
from partners.models import Collaboration, User


@dataclass(frozen=True)
class Relocation:
    """The boundaries after a change, and before it where they are known."""

    after: AreaIndex
    before: AreaIndex | None = None

    def locate(self, lon: Any, lat: Any) -> Located:
        """Where points lie now."""
        return locate_with(self.after, lon, lat)

    def is_affected(self, lon: Any, lat: Any) -> npt.NDArray[np.bool_]:
        """Whether the change itself gave the points another area: for rows that are not kept where they happened."""
        now = self.locate(lon, lat).area_id
        if self.before is None:
            return np.ones(len(now), dtype=np.bool_)
        return np.asarray(now != locate_with(self.before, lon, lat).area_id)


Move = tuple[int | None, int | None]
# Locates its rows anew, stores those that changed, and says how many went from which area to which (None: no area).
Mover = Callable[[Collaboration, Relocation], Mapping[Move, int]]
# Moves its rows that stood exactly on a place's old pin (second argument) to the place's new one.
PinFollower = Callable[[Place, Place], Mapping[Move, int]]
_movers: dict[str, Mover] = {}
_followers: dict[str, PinFollower] = {}


def register(field: str, mover: Mover, *, follow_pin: PinFollower | None = None) -> None:
    """Let a room above move its own rows; `field` names the count in `MembershipMove` they are added to."""
    MembershipMove._meta.get_field(field)
    _movers[field] = mover
    if follow_pin is not None:
        _followers[field] = follow_pin


def hold_boundaries(collaboration: Collaboration) -> Collaboration:
    """Lock the collaboration's boundaries for a change: whoever is storing located rows finishes first."""
    return Collaboration.objects.select_for_update().get(pk=collaboration.pk)


@transaction.atomic
def relocate(
    collaboration: Collaboration,
    *,
    by: User | None,
    reason: MembershipMove.Reason,
    about: str = "",
    before: AreaIndex | None = None,
) -> list[MembershipMove]:
    """Give every place and incident the area it lies in today; return what moved, from where to where."""
    collaboration = hold_boundaries(collaboration)
    relocation = Relocation(index_of(collaboration, fresh=True), before)
    counts: dict[Move, Counter[str]] = {}
    for field, mover in {"places": _move_places, **_movers}.items():
        for move, count in mover(collaboration, relocation).items():
            counts.setdefault(move, Counter())[field] += count
    return remember_moves(collaboration, counts, by=by, reason=reason, about=about)


def move_pin(place: Place, old: Place, *, by: User | None) -> list[MembershipMove]:
    """After a place's point has changed: what stood on it follows, and what changed area is written down."""
    counts: dict[Move, Counter[str]] = {}
    if place.area_id != old.area_id:
        counts[old.area_id, place.area_id] = Counter(places=1)
    for field, follow in _followers.items():
        for move, count in follow(place, old).items():
            counts.setdefault(move, Counter())[field] += count
    return remember_moves(place.collaboration, counts, by=by, reason=MembershipMove.Reason.PIN, about=place.name)


def remember_moves(
    collaboration: Collaboration,
    counts: Mapping[Move, Mapping[str, int]],
    *,
    by: User | None,
    reason: MembershipMove.Reason,
    about: str = "",
) -> list[MembershipMove]:
    """Write down what moved, for the report and the log. Nothing moved, nothing written."""
    if not counts:
        return []
    areas = Area.objects.in_bulk({pk for move in counts for pk in move if pk is not None})
    at = timezone.now()
    moves = [
        MembershipMove(
            collaboration=collaboration, at=at, reason=reason, about=about[:200],
            from_area=areas.get(from_id) if from_id else None, to_area=areas.get(to_id) if to_id else None, **numbers,
        )
        for (from_id, to_id), numbers in sorted(counts.items(), key=lambda pair: -sum(pair[1].values()))
    ]  # fmt: skip
    MembershipMove.objects.bulk_create(moves)
    record(
        "membership_moved", by=by, subject=collaboration, reason=str(reason),
        incidents=sum(move.incidents for move in moves), places=sum(move.places for move in moves),
    )  # fmt: skip
    return moves


def _move_places(collaboration: Collaboration, relocation: Relocation) -> Mapping[Move, int]:
    rows = list(Place.objects.filter(collaboration=collaboration).select_for_update().order_by("pk"))
    if not rows:
        return {}
    found = relocation.locate(np.array([place.lon for place in rows]), np.array([place.lat for place in rows])).area_id
    moves: Counter[Move] = Counter()
    changed = []
    for place, area_id in zip(rows, found.tolist(), strict=True):
        new = area_id if area_id != NO_AREA else None
        if new != place.area_id:
            moves[place.area_id, new] += 1
            place.area_id = new
            changed.append(place)
    Place.objects.bulk_update(changed, ["area"], batch_size=1000)
    return moves


def sentences(moves: Iterable[MembershipMove], *, reader: User | None) -> list[str]:
    """What moved, in words, the largest move first; small counts are protected for readers outside the circle.

    `reader` is None on the command line, where whoever runs the machine sees everything.
    """
    return [line for move in moves for line in _sentences(move, _may_count(reader, move))]


def _may_count(reader: User | None, move: MembershipMove) -> bool:
    """Whether the reader sees small counts of both areas: one of them would give the other away."""
    if reader is None:
        return True
    circle = circle_area_ids(reader, move.collaboration_id)
    return circle is None or {move.from_area_id, move.to_area_id} - {None} <= circle


def _sentences(move: MembershipMove, may_count: bool) -> list[str]:
    outside = _("outside the areas")
    words = {"from": str(move.from_area or outside), "to": str(move.to_area or outside)}
    lines = []
    limit = move.collaboration.protect_counts_up_to
    if 1 <= move.incidents <= limit and not may_count:
        text = _("Protected: between 1 and %(limit)s incidents moved from %(from)s to %(to)s.")
        lines.append(text % {"limit": limit, **words})
    elif move.incidents:
        text = ngettext(
            "%(count)s incident moved from %(from)s to %(to)s.",
            "%(count)s incidents moved from %(from)s to %(to)s.",
            move.incidents,
        )
        lines.append(text % {"count": move.incidents, **words})
    if move.places:
        text = ngettext(
            "%(count)s place moved from %(from)s to %(to)s.",
            "%(count)s places moved from %(from)s to %(to)s.",
            move.places,
        )
        lines.append(text % {"count": move.places, **words})
    return lines
