"""The menu's definition: each room registers its pages here, and the shell shows what the user may open.

A room calls `register` from its `AppConfig.ready()`. The shell never knows the rooms, and the rooms never know each
other: an entry whose address does not exist (yet), or whose roles the user does not hold, is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Group(Enum):
    """The menu's parts, in the order they are shown: the daily work first, then phase by phase."""

    DAILY = "daily"
    AREA = "area"
    SOURCES = "sources"
    LEADERSHIP = "leadership"
    ADMINISTRATION = "administration"

    @property
    def label(self) -> str | _StrPromise:
        return _GROUP_LABELS[self]


_GROUP_LABELS: dict[Group, str | _StrPromise] = {
    Group.DAILY: "",
    Group.AREA: _("The area"),
    Group.SOURCES: _("Sources"),
    Group.LEADERSHIP: _("Leadership"),
    Group.ADMINISTRATION: _("Administration"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the menu: an address inside the collaboration, and the roles that may open it."""

    url_name: str
    label: str | _StrPromise
    group: Group
    order: int = 0
    roles: Collection[str] | Callable[[set[str]], bool] | None = None
    also: frozenset[str] = field(default_factory=frozenset)
    # What waits there for this person, in a word or two; asked on every page, so it must be quick.
    count: Callable[[Any, Any], str] | None = None

    def is_open_to(self, roles: set[str]) -> bool:
        """Whether somebody who holds these roles may open the page."""
        if self.roles is None:
            return True
        if callable(self.roles):
            return self.roles(roles)
        return bool(roles & {str(role) for role in self.roles})


_entries: dict[str, Entry] = {}


def register(
    url_name: str,
    label: str | _StrPromise,
    *,
    group: Group,
    order: int = 0,
    roles: Collection[str] | Callable[[set[str]], bool] | None = None,
    also: Collection[str] = (),
    count: Callable[[Any, Any], str] | None = None,
) -> None:
    """Show the page `url_name` in the menu for those who hold any of `roles` (or for whom the function says yes).

    `also` names the pages below it, on which the line is marked as the current one; `count` says for a user and a
    collaboration how much waits there, and nothing where nothing does.
    """
    if not isinstance(group, Group):
        raise TypeError(f"{group!r} is not a Group of the menu.")
    _entries[url_name] = Entry(url_name, label, group, order, roles, frozenset(also), count)


def build(
    collaboration: Any, roles: Collection[str], current: str | None = None, user: Any = None
) -> list[dict[str, Any]]:
    """The groups with at least one page the roles may open, each with its lines in order, counted for `user`."""
    held = {str(role) for role in roles}
    groups = []
    for group in Group:
        items = []
        for entry in sorted(_entries.values(), key=lambda e: (e.order, e.url_name)):
            if entry.group is not group or not entry.is_open_to(held):
                continue
            try:
                url = reverse(entry.url_name, args=[collaboration.slug])
            except NoReverseMatch:
                continue
            is_current = current is not None and (current == entry.url_name or current in entry.also)
            count = entry.count(user, collaboration) if entry.count is not None and user is not None else ""
            items.append({"url": url, "label": entry.label, "is_current": is_current, "count": count})
        if items:
            groups.append({"key": group.value, "label": group.label, "lines": items})
    return groups
