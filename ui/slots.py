"""Slots: a page of a lower room carries a named slot, and any room above fills it without being known.

A room fills a slot from its `AppConfig.ready()` with a function `(user, things) -> {thing id: rows}`: one call for a
whole list, which starts from `visible_to(user)`. A row is a dictionary, shown by `templates/ui/slot.html`
(`title`, `text`, `url`, `tag`, `tone`) or by a template of its own named in `template`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Filler = Callable[[Any, Sequence[Any]], Mapping[Any, Sequence[Row]]]

_fillers: dict[str, list[tuple[int, Filler]]] = {}


def register(slot_name: str, function: Filler, *, order: int = 0) -> None:
    """Let `function` fill the slot; several may, and are shown by `order`. Doing it twice changes nothing."""
    fillers = _fillers.setdefault(slot_name, [])
    if all(function is not known for _, known in fillers):
        fillers.append((order, function))
        fillers.sort(key=lambda pair: pair[0])


def fill(slot_name: str, user: Any, things: Collection[Any]) -> dict[Any, list[Row]]:
    """What everybody who answers has to say about the things, by their ids; an unfilled slot gives nothing."""
    listed = list(things)
    rows: dict[Any, list[Row]] = {thing.pk: [] for thing in listed}
    if not listed:
        return rows
    for _order, function in _fillers.get(slot_name, []):
        for key, found in function(user, listed).items():
            if key in rows:
                rows[key].extend(found)
    return rows
