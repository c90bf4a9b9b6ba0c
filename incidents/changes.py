"""Tell whoever listens that an area's incidents have changed; rooms above register themselves at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable

# Called inside the transaction with the collaboration and the areas whose figures may differ (None: no area).
Listener = Callable[[int, set[int | None]], None]
listeners: list[Listener] = []


def announce(collaboration_id: int, area_ids: Iterable[int | None]) -> None:
    """Say that incidents of these areas have come, gone or changed."""
    areas = set(area_ids)
    if areas:
        for listener in listeners:
            listener(collaboration_id, areas)
