"""When the demonstration's groups meet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from councils.meetings.planning import make_series
from councils.models import Cadence
from est_platform.demonstration.cast import NORRKOPING
from partners.models import Collaboration, Group, User


@dataclass(frozen=True)
class Rhythm:
    """How often a group meets: on which weekday (0 is Monday) of which week, when and where."""

    group: str
    name: str
    cadence: str
    weekday: int
    week: int
    starts_at: dt.time
    length_min: int
    where: str


RHYTHMS = (
    Rhythm(
        "EST-gruppen Klockaretorpet",
        "EST-möte Klockaretorpet",
        Cadence.WEEKLY,
        1,
        0,
        dt.time(9),
        45,
        "Lokalen, centrum",
    ),
    Rhythm("EST-gruppen Hageby", "EST-möte Hageby", Cadence.WEEKLY, 1, 0, dt.time(13), 45, "Mötesrummet i centrum"),
    Rhythm("Beredningsgruppen", "Beredningsmöte", Cadence.FORTNIGHTLY, 3, 0, dt.time(9), 90, "Rådhuset, rum 3"),
    Rhythm("Chefsamrådet", "Chefsamråd", Cadence.TERTIAL, 2, 2, dt.time(10), 90, "Rådhuset, stora salen"),
)


def load_meetings(here: Collaboration, people: dict[str, User], *, today: dt.date) -> int:
    """Plan the series as the coordinator does; return how many."""
    coordinator = people[f"samordnare@{NORRKOPING}.example"]
    for one in RHYTHMS:
        january = dt.date(today.year, 1, 7)
        first = january + dt.timedelta(days=(one.weekday - january.weekday()) % 7, weeks=one.week)
        make_series(
            by=coordinator,
            group=Group.objects.get(collaboration=here, name=one.group),
            name=one.name,
            cadence=one.cadence,
            first_on=first,
            starts_at=one.starts_at,
            length_min=one.length_min,
            where=one.where,
        )
    return len(RHYTHMS)
