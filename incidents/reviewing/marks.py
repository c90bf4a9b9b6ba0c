"""Which reports a page showed, and as they were then: a press gives it back, and decides on nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.models import Incident
from incidents.rules import state_of


def number_in(text: str | None) -> int | None:
    """A report's number as an address or a form writes it."""
    # What no database row can be called is nobody's report.
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def row_mark(incident: Incident) -> str:
    """The report, and as it was seen."""
    return f"{incident.pk} {state_of(incident)}"


def marks_in(values: Iterable[str]) -> dict[int, str]:
    """The reports that are marked, each as it was seen. What no page has written is left aside."""
    found: dict[int, str] = {}
    for value in values:
        pk, _space, seen = value.partition(" ")
        number = number_in(pk)
        if number is not None:
            found[number] = seen or "-"
    return found
