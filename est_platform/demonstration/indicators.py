"""The demonstration's indicators: invented like all of it, and labelled so in their source.

Survey shares of two areas and the municipality, what cleaning costs, broken lamps counted by hand, reports counted by
month, and people counted in the square. Blackpool has none: its open data say nothing of these.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from analysis.periods import PeriodKind, containing
from areas.models import Area, Place
from est_platform.demonstration.cast import NORRKOPING
from partners.models import Collaboration, Organisation, User
from situational_picture.indicators.actions import add_indicator, enter_value
from situational_picture.indicators.rules import plain_figures, share_figures
from situational_picture.models import Indicator, PlaceCount

K, L, B = Indicator.Kind, Indicator.Level, Indicator.Better
SURVEY = "Exempeldata: kommunens trygghetsenkät, påhittad"
OFFICE = "Exempeldata: Bostadsbolagets bokföring, påhittad"
ROUNDS = "Exempeldata: kommunens rondlistor, påhittade"
# Weighted answers: worth as much as two thirds of a plain random sample.
DESIGN_EFFECT = 1.5
_EVENING = "Känner sig trygga i området på kvällen"


@dataclass(frozen=True)
class Asked:
    """A survey question in one area, or the municipality: (years ago, how many said so, how many answered)."""

    name: str
    area: str
    answers: tuple[tuple[int, int, int], ...]
    better: str = B.HIGHER


SURVEYS = (
    Asked(_EVENING, "klockaretorpet", ((3, 58, 171), (2, 63, 180), (1, 92, 184))),
    Asked(_EVENING, "hageby", ((2, 88, 190), (1, 81, 176))),
    Asked(_EVENING, "", ((3, 812, 1243), (2, 790, 1201), (1, 805, 1188))),
    Asked("Vet vem de ska vända sig till", "klockaretorpet", ((2, 71, 180), (1, 79, 184))),
)
# Kronor a month, the latest last.
CLEANING = (41200, 38900, 44100, 52300, 47800, 39400, 36100, 42700, 45900, 33800, 29700, 31200)
# Broken lamps seen on the round of a quarter, the latest last.
LAMPS = (14, 17, 11, 12, 6)
# People in a quarter of an hour in the square, by weekday (0 is Monday) and hour.
PEOPLE = {
    (0, 8): (31, 27), (0, 16): (44, 39), (0, 21): (9, 12), (2, 12): (36, 33), (2, 18): (41, 47), (4, 17): (58, 63),
    (4, 22): (21, 17), (5, 13): (66, 71), (5, 22): (24, 28), (6, 15): (38, 35),
}  # fmt: skip


def load_indicators(collaboration: Collaboration, people: dict[str, User], *, until: dt.date) -> int:
    """Write them through the same actions as everybody; return how many there are."""
    by = people[f"samordnare@{NORRKOPING}.example"]
    areas = {area.slug: area for area in Area.objects.filter(collaboration=collaboration)}
    square = Place.objects.get(collaboration=collaboration, name="Klockaretorpets centrum")
    made = [_survey(by, collaboration, asked, areas, until) for asked in SURVEYS]
    here: dict[str, Any] = {"by": by, "collaboration": collaboration}
    centre: dict[str, Any] = {"level": L.AREA, "area": areas["klockaretorpet"]}
    cost = add_indicator(
        **here, **centre, name="Kostnad för klotter och glas", kind=K.COST, unit="kronor", source=OFFICE,
        better=B.LOWER,
    )  # fmt: skip
    month = until.replace(day=1)
    for kronor in reversed(CLEANING):
        period = containing(month - dt.timedelta(days=1), PeriodKind.MONTH)
        month = period.start
        enter_value(by=by, indicator=cost, figures=plain_figures(period.start, period.last_day, value=float(kronor)))
    lamps = add_indicator(
        **here, **centre, name="Trasiga lampor vid kvartalets rond", kind=K.BY_HAND, unit="lampor", source=ROUNDS,
        better=B.LOWER,
    )  # fmt: skip
    first = _quarter(until)
    for number in reversed(LAMPS):
        last = first - dt.timedelta(days=1)
        first = _quarter(last)
        enter_value(by=by, indicator=lamps, figures=plain_figures(first, last, value=float(number)))
    counted = add_indicator(
        **here, **centre, name="Rapporter om skadegörelse", kind=K.INCIDENTS, selection="category=SKA",
        better=B.LOWER,
    )  # fmt: skip
    passing = add_indicator(
        **here, name="Människor i timmen på torget", kind=K.PLACE_COUNT, level=L.PLACE, place=square,
        source="Exempeldata: räkningar på platsen, påhittade", better=B.NEITHER,
    )  # fmt: skip
    _count(square, until)
    return len([*made, cost, lamps, counted, passing])


def _survey(by: User, collaboration: Collaboration, asked: Asked, areas: dict[str, Area], until: dt.date) -> Indicator:
    indicator = add_indicator(
        by=by, collaboration=collaboration, name=asked.name, kind=K.SURVEY, source=SURVEY, better=asked.better,
        level=L.AREA if asked.area else L.MUNICIPALITY, area=areas[asked.area] if asked.area else None,
        region="" if asked.area else collaboration.name,
    )  # fmt: skip
    for ago, successes, n in asked.answers:
        year = until.year - ago
        figures = share_figures(
            dt.date(year, 1, 1), dt.date(year, 12, 31), n=n, successes=successes, design_effect=DESIGN_EFFECT
        )
        enter_value(by=by, indicator=indicator, figures=figures)
    return indicator


def _quarter(day: dt.date) -> dt.date:
    """The first day of the day's quarter."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def _count(place: Place, until: dt.date) -> None:
    """Counts of the latest weeks. A past day may be too long ago for the form, so they are written as they stand."""
    organisation = Organisation.objects.get(collaboration=place.collaboration_id, name="Bostadsbolaget")
    rows = []
    for (weekday, hour), numbers in PEOPLE.items():
        latest = until - dt.timedelta(days=1 + (until.weekday() - 1 - weekday) % 7)
        for weeks_ago, people in enumerate(numbers):
            day = latest - dt.timedelta(weeks=weeks_ago)
            rows.append(
                PlaceCount(
                    collaboration_id=place.collaboration_id, place=place, organisation=organisation, counted_on=day,
                    hour=hour, minutes=PlaceCount.Minutes.QUARTER, people=people,
                    client_uuid=uuid.uuid5(uuid.NAMESPACE_URL, f"{day}:{hour}"),
                )
            )  # fmt: skip
    PlaceCount.objects.bulk_create(rows)
