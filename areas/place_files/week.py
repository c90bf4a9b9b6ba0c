"""Who answers for a place hour by hour through a week, read from its rows. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from areas.models import PlaceManager

DAYS, HOURS = 7, 24


@dataclass(frozen=True)
class Hour:
    """One hour of the week: who answers then, or that somebody has said that nobody does. Neither is unknown."""

    parties: tuple[str, ...] = ()
    is_nobody: bool = False

    @property
    def is_unknown(self) -> bool:
        return not self.parties and not self.is_nobody


@dataclass(frozen=True)
class Stretch:
    """Hours after each other with the same answer: from the first hour until `until` (24 is the end of the day)."""

    start: int
    until: int
    hour: Hour


@dataclass(frozen=True)
class DayGroup:
    """Weekdays after each other (0 is Monday) that are alike all day."""

    first: int
    last: int
    stretches: tuple[Stretch, ...]


def hours_of(row: PlaceManager) -> Iterable[tuple[int, int]]:
    """The weekdays and hours a row holds; hours past midnight fall on the day after."""
    length = (row.to_hour - row.from_hour) % HOURS or HOURS
    for weekday in row.weekdays:
        for hour in range(row.from_hour, row.from_hour + length):
            yield (weekday + hour // HOURS) % DAYS, hour % HOURS


def week_of(rows: Iterable[PlaceManager]) -> list[list[Hour]]:
    """Seven days of twenty-four hours. Where somebody answers, a row that says nobody does is overruled."""
    parties: list[list[list[str]]] = [[[] for _hour in range(HOURS)] for _day in range(DAYS)]
    nobody = [[False] * HOURS for _day in range(DAYS)]
    for row in rows:
        for day, hour in hours_of(row):
            if row.party == PlaceManager.Party.NOBODY:
                nobody[day][hour] = True
            elif row.party_name not in parties[day][hour]:
                parties[day][hour].append(row.party_name)
    return [
        [Hour(tuple(parties[day][hour]), nobody[day][hour] and not parties[day][hour]) for hour in range(HOURS)]
        for day in range(DAYS)
    ]


def grouped(week: Sequence[Sequence[Hour]]) -> list[DayGroup]:
    """The week as groups of days that are alike, each as stretches of hours that are alike."""
    groups: list[DayGroup] = []
    for day, hours in enumerate(week):
        stretches = _stretches(hours)
        if groups and groups[-1].stretches == stretches:
            groups[-1] = DayGroup(groups[-1].first, day, stretches)
        else:
            groups.append(DayGroup(day, day, stretches))
    return groups


def _stretches(hours: Sequence[Hour]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for number, hour in enumerate(hours):
        if found and found[-1].hour == hour:
            found[-1] = Stretch(found[-1].start, number + 1, hour)
        else:
            found.append(Stretch(number, number + 1, hour))
    return tuple(found)


def count(week: Sequence[Sequence[Hour]]) -> dict[str, int]:
    """How many of the week's 168 hours somebody answers for, nobody does, and nobody has told of."""
    hours = [hour for day in week for hour in day]
    nobody, unknown = sum(hour.is_nobody for hour in hours), sum(hour.is_unknown for hour in hours)
    return {"answered": len(hours) - nobody - unknown, "nobody": nobody, "unknown": unknown}
