"""What a row of the access table is, and the shapes most rows have. The rows themselves: `access_table.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.world import PEOPLE, World

HERE = [who for who in PEOPLE if who != "stranger"]


@dataclass(frozen=True)
class Row(Mapping[str, int]):
    """One route: where it is, how it is asked, and what each persona gets."""

    answers: dict[str, int]
    # The address's arguments after the collaboration's short name (or all of them, where `is_outside`).
    args: Callable[[World], Iterable[Any]] = lambda world: ()
    method: str = "get"
    body: Callable[[World], dict[str, Any]] | None = None
    query: str = ""
    # The address stands outside the collaborations.
    is_outside: bool = False
    is_api: bool = False
    # Makes what the address speaks of, when the world does not have it.
    before: Callable[[World], None] | None = None

    def __getitem__(self, who: str) -> int:
        return self.answers[who]

    def __iter__(self) -> Any:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)


def everybody(code: int = 200) -> dict[str, int]:
    """The same for all, also for those from another collaboration."""
    return dict.fromkeys(PEOPLE, code)


def here(code: int = 200, **others: int) -> dict[str, int]:
    """The same for all who take part; it does not exist for the stranger."""
    return {**dict.fromkeys(HERE, code), "stranger": 404, **others}


def only(*who: str, code: int = 200, others: int = 403) -> dict[str, int]:
    """These get in, the others who take part are told why not; it does not exist for the stranger."""
    return {**here(others), **dict.fromkeys(who, code)}


def seen_by(*who: str, code: int = 200) -> dict[str, int]:
    """These see it; for all others it does not exist."""
    return {**everybody(404), **dict.fromkeys(who, code)}
