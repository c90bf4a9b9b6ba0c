"""What people write in a picture: its sections, and the plain data in which they are kept, shown and frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from incidents.selections import canonical
from situational_picture.models import Picture

# What each section is about, in the order of the page and of the document.
SECTIONS = {
    "places": _("Places"),
    "times": _("Times"),
    "events": _("What has happened"),
    "coming": _("Coming events"),
    "priorities": _("Priority places"),
    "police": _("The police's picture"),
    "partners": _("The partners' observations"),
}
LONGEST_TEXT = 4000
LONGEST_LINE = 200
MOST_ROWS = 20


@dataclass(frozen=True)
class Section:
    """A section's text, and the selection of reports that supports it."""

    text: str = ""
    selection_name: str = ""
    selection_query: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.selection_query)


@dataclass(frozen=True)
class ComingEvent:
    """Something that is going to happen, and where."""

    day: dt.date
    what: str
    place: str = ""


@dataclass(frozen=True)
class PriorityPlace:
    """A place to begin with, and why; `place` is its id where it is a named one."""

    name: str
    why: str
    place: int | None = None


@dataclass(frozen=True)
class Written:
    """All that is written in a picture."""

    assessed_state: str = ""
    assessed_motive: str = ""
    assessment: str = ""
    sections: Mapping[str, Section] = field(default_factory=dict)
    coming_events: tuple[ComingEvent, ...] = ()
    priority_places: tuple[PriorityPlace, ...] = ()

    @classmethod
    def of(cls, picture: Picture) -> Written:
        """What stands in a picture."""
        return cls(
            assessed_state=picture.assessed_state,
            assessed_motive=picture.assessed_motive,
            assessment=picture.assessment,
            sections={key: Section(**picture.sections[key]) for key in SECTIONS if key in picture.sections},
            coming_events=tuple(
                ComingEvent(day=dt.date.fromisoformat(row["day"]), what=row["what"], place=row["place"])
                for row in picture.coming_events
            ),
            priority_places=tuple(PriorityPlace(**row) for row in picture.priority_places),
        )

    def fields(self) -> dict[str, Any]:
        """As the picture's own fields hold it."""
        return {
            "assessed_state": self.assessed_state,
            "assessed_motive": self.assessed_motive,
            "assessment": self.assessment,
            "sections": {key: vars(self.sections[key]) for key in SECTIONS if self.sections.get(key)},
            "coming_events": [
                {"day": event.day.isoformat(), "what": event.what, "place": event.place}
                for event in sorted(self.coming_events, key=lambda event: (event.day, event.what))
            ],
            "priority_places": [vars(place) for place in self.priority_places],
        }

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every free text under the name of its field: all of them pass the personal-data guard."""
        yield "assessed_motive", self.assessed_motive
        yield "assessment", self.assessment
        for key, section in self.sections.items():
            yield f"section_{key}", section.text
            yield f"selection_name_{key}", section.selection_name
        for number, event in enumerate(self.coming_events):
            yield f"coming-{number}-what", event.what
            yield f"coming-{number}-place", event.place
        for number, place in enumerate(self.priority_places):
            yield f"priority-{number}-name", place.name
            yield f"priority-{number}-why", place.why


def selection_query(address: str) -> str:
    """The filters of a list of reports, from its address or from a query alone; what it does not know is left out.

    Of a filter that is asked once the last value stays, as the list reads it: the other would be kept without being
    looked at.
    """
    query = urlsplit(address.strip()).query if "?" in address else address.strip().lstrip("?")
    return canonical(query)
