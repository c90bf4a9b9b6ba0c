"""Rows that several people write in: each save says which text it was made from, and nobody overwrites another."""

from __future__ import annotations

from typing import Any, Protocol

from django.utils.translation import gettext as _

from common.errors import NotPossible


class Versioned(Protocol):
    """A row that counts how often it has been written."""

    @property
    def row_version(self) -> int: ...


class Conflict(NotPossible):
    """Somebody else has written since; `row` is what stands now, and nothing of it is changed."""

    def __init__(self, row: Any) -> None:
        super().__init__(
            _("Somebody else has written here since you opened the page. Nothing of yours is lost: compare and save."),
            code="conflict",
        )
        self.row = row


def check_version(row: Versioned, seen: int) -> None:
    """Whoever writes has seen what stands there. `row` is locked."""
    if row.row_version != seen:
        raise Conflict(row)
