"""What the invented years look like: how often, where, when and by whom each kind of event is reported.

Every number here is made up to look like everyday reports from housing areas; none describes a real place. Areas are
named by their slug, categories by their code in the default tree, kinds of place by `PlaceKind`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

EVENT_CODES_IN_A_FALL = ("NAR", "SAM", "SKA", "KLO", "HOT", "ALK")
# After measures of 2018 and 2019 the square before this centre's doors is another place (share of before, by year).
FALLING_PLACE = "Klockaretorpets centrum"
FALL_YEARS, FALL_SHARES = (2018.25, 2019.75), (1.0, 0.2)

# Reports sent in to a whole area in an ordinary year, before anybody's silence: scaled by LEVELS and `Shape.areas`.
EVENTS_A_YEAR = 1110.0
OUTSIDE_SHARE, NOWHERE_SHARE = 0.018, 0.008


@dataclass(frozen=True)
class Shape:
    """One category's rhythm. Bumps are (hour, spread in hours, weight); hours past 24 are the night that follows."""

    code: str
    share: float
    bumps: tuple[tuple[float, float, float], ...]
    partners: dict[str, float]
    weekend_bumps: tuple[tuple[float, float, float], ...] = ()
    weekdays: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1)
    months: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    kinds: dict[str, float] = field(default_factory=dict)
    at_place: float = 0.5
    areas: dict[str, float] = field(default_factory=dict)
    years: tuple[tuple[float, float], ...] = ()
    interval: float = 0.0
    day_only: float = 0.0
    place_types: dict[str, float] = field(default_factory=lambda: {"public": 1.0})
    persons: bool = False
    cost_sek: tuple[int, int] | None = None


@dataclass(frozen=True)
class Story:
    """What goes on at a few places of an area from a month on: what, how often, when, and in which words."""

    area: str
    begins: dt.date
    places: dict[str, float]
    codes: dict[str, float]
    a_month: float
    bumps: tuple[tuple[float, float, float], ...]
    weekdays: tuple[float, ...]
    words: tuple[str, ...]
    months: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    # How many follow each within a week, at the same place.
    again: float = 0.0
    # The share of `a_month` by year, straight between: a story that ends has 0 there.
    years: tuple[tuple[float, float], ...] = ()


SUMMER = (0.8, 0.8, 0.9, 1.05, 1.15, 1.2, 1.05, 1.2, 1.1, 1.0, 0.9, 0.85)
WINTER = (1.2, 1.1, 1.0, 0.9, 0.85, 0.8, 0.75, 0.9, 1.0, 1.1, 1.2, 1.2)
SCHOOL_TERMS = (1.0, 1.0, 1.1, 1.1, 1.15, 0.9, 0.5, 1.0, 1.2, 1.15, 1.05, 0.85)
WEEKEND = (0.75, 0.75, 0.8, 0.95, 1.4, 1.4, 0.95)
OFFICE = (1.3, 1.15, 1.1, 1.1, 1.1, 0.65, 0.6)
FRIDAY_SATURDAY = (0.6, 0.6, 0.7, 0.9, 1.8, 1.7, 0.7)

DAYTIME = ((9, 1.5, 1.0), (13.5, 2.5, 0.9))
AFTERNOON_EVENING = ((16.5, 2.0, 1.0), (20.0, 2.2, 0.8))
EVENING = ((20.0, 2.5, 1.0),)
NIGHT = ((23.5, 2.5, 1.0), (17, 3, 0.3))
WEEKEND_NIGHT = ((24.5, 2.3, 1.2), (20, 2.5, 0.4))

# "Distrikt", "Skola" and "Rond" become the unit of the area or of the hour.
FIELD = {"Fältgruppen": 0.25, "Distrikt": 0.3, "Områdespolisen": 0.2, "Rond": 0.2, "Skola": 0.05}

SHAPES: tuple[Shape, ...] = (
    Shape(
        "SKA",
        share=0.13,
        bumps=NIGHT,
        partners={"Distrikt": 0.4, "Park och gata": 0.22, "Rond": 0.2, "Skola": 0.13, "Områdespolisen": 0.05},
        weekend_bumps=WEEKEND_NIGHT,
        weekdays=WEEKEND,
        months=SUMMER,
        kinds={"school": 2.2, "centre": 1.6, "park": 1.2, "garage": 1.4, "station": 1.3, "leisure": 1.2, "square": 1.2},
        at_place=0.55,
        interval=0.42,
        day_only=0.08,
        place_types={"public": 0.72, "semi_public": 0.28},
        cost_sek=(500, 18000),
    ),
    Shape(
        "KLO",
        share=0.06,
        bumps=NIGHT,
        partners={"Distrikt": 0.4, "Park och gata": 0.35, "Skola": 0.15, "Rond": 0.1},
        weekend_bumps=WEEKEND_NIGHT,
        weekdays=WEEKEND,
        months=SUMMER,
        kinds={"school": 1.6, "station": 1.8, "garage": 1.3, "centre": 1.3, "street": 1.2},
        at_place=0.6,
        interval=0.5,
        day_only=0.2,
        cost_sek=(800, 6000),
    ),
    Shape(
        "NED",
        share=0.12,
        bumps=DAYTIME,
        partners={"Distrikt": 0.55, "Park och gata": 0.35, "Fritidsgårdarna": 0.05, "Rond": 0.05},
        weekdays=OFFICE,
        months=SUMMER,
        kinds={"yard": 1.8, "park": 1.6, "square": 1.2, "centre": 1.2},
        at_place=0.45,
        day_only=0.25,
        place_types={"public": 0.85, "semi_public": 0.15},
        cost_sek=(300, 4000),
    ),
    Shape(
        "SAM",
        share=0.12,
        bumps=AFTERNOON_EVENING,
        partners=FIELD,
        weekend_bumps=((21.5, 2.5, 1.0), (17, 2, 0.5)),
        weekdays=FRIDAY_SATURDAY,
        months=SUMMER,
        kinds={"centre": 2.6, "square": 2.0, "station": 1.4, "park": 1.2, "school": 1.0, "leisure": 1.2},
        at_place=0.75,
        persons=True,
    ),
    Shape(
        "NAR",
        share=0.09,
        bumps=((16.0, 2.0, 1.0), (19.5, 2.2, 1.0)),
        partners={"Områdespolisen": 0.35, "Rond": 0.2, "Distrikt": 0.2, "Fältgruppen": 0.2, "Skola": 0.05},
        weekdays=(0.9, 0.95, 1.0, 1.1, 1.25, 1.0, 0.75),
        months=SUMMER,
        kinds={"centre": 3.4, "station": 1.5, "garage": 1.4, "square": 1.6, "park": 1.1, "stairwell": 1.4},
        at_place=0.72,
        areas={"klockaretorpet": 1.5, "hageby": 1.1, "navestad": 1.2, "marielund": 0.6, "city": 1.0},
        place_types={"public": 0.8, "semi_public": 0.2},
        persons=True,
    ),
    Shape(
        "ALK",
        share=0.05,
        bumps=AFTERNOON_EVENING,
        partners={"Rond": 0.4, "Fältgruppen": 0.3, "Park och gata": 0.15, "Områdespolisen": 0.15},
        weekend_bumps=((22.5, 2.8, 1.0), (17, 3, 0.5)),
        weekdays=WEEKEND,
        months=SUMMER,
        kinds={"square": 2.2, "station": 2.0, "park": 1.6, "centre": 1.4},
        at_place=0.7,
        areas={"city": 2.4, "klockaretorpet": 0.7},
        persons=True,
    ),
    Shape(
        "VAL",
        share=0.04,
        bumps=EVENING,
        partners={"Områdespolisen": 0.45, "Rond": 0.3, "Fältgruppen": 0.15, "Skola": 0.1},
        weekend_bumps=((24.5, 2.2, 1.0), (20, 2.5, 0.5)),
        weekdays=FRIDAY_SATURDAY,
        months=SUMMER,
        kinds={"centre": 1.6, "station": 1.6, "square": 1.8, "school": 1.2, "shop": 1.3},
        at_place=0.6,
        areas={"city": 2.2},
        place_types={"public": 0.85, "semi_public": 0.15},
        persons=True,
    ),
    Shape(
        "HOT",
        share=0.04,
        bumps=AFTERNOON_EVENING,
        partners={"Områdespolisen": 0.35, "Distrikt": 0.25, "Rond": 0.2, "Skola": 0.2},
        weekdays=(1, 1, 1, 1, 1.2, 0.9, 0.8),
        months=SCHOOL_TERMS,
        kinds={"centre": 1.8, "school": 1.8, "shop": 1.4, "stairwell": 1.2},
        at_place=0.55,
        place_types={"public": 0.7, "semi_public": 0.3},
        persons=True,
    ),
    Shape(
        "PER",
        share=0.02,
        bumps=((14.0, 3.5, 1.0),),
        partners={"Distrikt": 0.35, "Fritidsgårdarna": 0.25, "Skola": 0.2, "Rond": 0.2},
        weekdays=OFFICE,
        kinds={"leisure": 1.8, "school": 1.8, "centre": 1.4},
        at_place=0.7,
        place_types={"public": 0.5, "semi_public": 0.5},
    ),
    Shape(
        "INB",
        share=0.045,
        bumps=((25.5, 2.5, 1.0), (14, 3, 0.3)),
        partners={"Distrikt": 0.7, "Störningsjouren": 0.15, "Områdespolisen": 0.15},
        weekdays=(1, 0.9, 0.9, 1, 1.2, 1.1, 0.9),
        months=WINTER,
        kinds={"stairwell": 2.5, "garage": 2.0, "shop": 1.0, "school": 0.8},
        at_place=0.2,
        areas={"city": 0.8},
        interval=0.85,
        place_types={"semi_public": 0.68, "private": 0.24, "public": 0.08},
        cost_sek=(1000, 25000),
    ),
    Shape(
        "OBE",
        share=0.06,
        bumps=NIGHT,
        partners={"Störningsjouren": 0.45, "Distrikt": 0.35, "Rond": 0.2},
        weekend_bumps=WEEKEND_NIGHT,
        weekdays=WEEKEND,
        months=WINTER,
        kinds={"stairwell": 3.0, "garage": 2.0},
        at_place=0.25,
        areas={"city": 0.6},
        place_types={"semi_public": 1.0},
        persons=True,
    ),
    Shape(
        "BUS",
        share=0.065,
        bumps=((20.5, 2.2, 1.0), (16.5, 1.5, 0.4)),
        partners={"Rond": 0.35, "Områdespolisen": 0.25, "Distrikt": 0.25, "Fältgruppen": 0.15},
        weekend_bumps=((21.5, 2.4, 1.0),),
        weekdays=FRIDAY_SATURDAY,
        months=(0.6, 0.7, 0.9, 1.2, 1.3, 1.3, 1.2, 1.3, 1.2, 0.9, 0.7, 0.6),
        kinds={"street": 2.0, "centre": 1.4, "garage": 1.6, "station": 1.2, "park": 1.0},
        at_place=0.5,
        years=((2016, 0.4), (2020, 0.8), (2022, 1.4), (2024, 1.2), (2027, 1.1)),
    ),
    Shape(
        "BRA",
        share=0.035,
        bumps=((20.5, 2.6, 1.0),),
        partners={"Utryckning": 0.6, "Distrikt": 0.2, "Rond": 0.15, "Områdespolisen": 0.05},
        weekend_bumps=((21.5, 2.6, 1.0),),
        weekdays=WEEKEND,
        months=(0.8, 0.8, 1.0, 1.4, 1.2, 1.1, 1.0, 1.2, 1.1, 0.9, 0.8, 0.9),
        kinds={"yard": 1.4, "garage": 1.5, "school": 1.2, "park": 1.4},
        at_place=0.4,
        place_types={"public": 0.75, "semi_public": 0.25},
        cost_sek=(1500, 60000),
    ),
    Shape(
        "FYR",
        share=0.022,
        bumps=((20.5, 2.2, 1.0),),
        partners={"Distrikt": 0.4, "Rond": 0.35, "Områdespolisen": 0.15, "Störningsjouren": 0.1},
        weekdays=WEEKEND,
        months=(1.6, 0.4, 0.3, 0.5, 0.3, 0.2, 0.2, 0.3, 0.4, 1.0, 1.2, 3.0),
        kinds={"square": 1.4, "centre": 1.4, "yard": 1.3, "school": 1.0},
        at_place=0.45,
        years=((2016, 1.3), (2019, 1.2), (2020, 0.75), (2027, 0.7)),
        persons=True,
    ),
    Shape(
        "OVR",
        share=0.075,
        bumps=((22.5, 2.5, 1.0),),
        partners={"Störningsjouren": 0.75, "Distrikt": 0.15, "Rond": 0.1},
        weekend_bumps=WEEKEND_NIGHT,
        weekdays=FRIDAY_SATURDAY,
        months=SUMMER,
        at_place=0.03,
        areas={"city": 0.6},
        place_types={"private": 0.75, "semi_public": 0.15, "public": 0.1},
    ),
    Shape(
        "SVA",
        share=0.005,
        bumps=EVENING,
        partners={"Områdespolisen": 0.6, "Distrikt": 0.4},
        weekdays=FRIDAY_SATURDAY,
        kinds={"shop": 2.0, "stairwell": 1.0},
        at_place=0.4,
        areas={"city": 1.6},
        day_only=0.3,
        place_types={"semi_public": 1.0},
    ),
    Shape(
        "VAP",
        share=0.004,
        bumps=((22.0, 3.0, 1.0),),
        partners={"Områdespolisen": 1.0},
        weekdays=WEEKEND,
        kinds={"centre": 1.0, "yard": 1.0},
        at_place=0.2,
        areas={"klockaretorpet": 0.8},
    ),
    Shape(
        "OTR",
        share=0.03,
        bumps=((18.0, 3.0, 1.0),),
        partners={"Distrikt": 0.35, "Fältgruppen": 0.2, "Park och gata": 0.2, "Rond": 0.15, "Förebyggande": 0.1},
        weekdays=OFFICE,
        months=WINTER,
        kinds={"street": 2.0, "park": 1.8, "garage": 1.8, "station": 1.2},
        at_place=0.7,
        day_only=0.5,
    ),
    Shape(
        "FYS",
        share=0.04,
        bumps=DAYTIME,
        partners={"Distrikt": 0.6, "Park och gata": 0.25, "Rond": 0.15},
        weekdays=OFFICE,
        months=WINTER,
        kinds={"stairwell": 2.0, "garage": 1.6, "yard": 1.2, "street": 1.2},
        at_place=0.4,
        day_only=0.5,
        place_types={"public": 0.5, "semi_public": 0.5},
        cost_sek=(200, 5000),
    ),
    Shape(
        "RYK",
        share=0.008,
        bumps=EVENING,
        partners={"Fältgruppen": 0.5, "Skola": 0.3, "Fritidsgårdarna": 0.2},
        at_place=0.0,
        day_only=0.7,
        place_types={"digital": 1.0},
    ),
    Shape(
        "POS",
        share=0.014,
        bumps=((15.0, 3.0, 1.0),),
        partners={"Fältgruppen": 0.3, "Fritidsgårdarna": 0.3, "Distrikt": 0.3, "Skola": 0.1},
        months=SUMMER,
        kinds={"square": 2.0, "park": 1.6, "leisure": 1.8, "centre": 1.6},
        at_place=0.85,
        day_only=0.3,
        years=((2016, 0.6), (2019, 1.2), (2027, 1.3)),
    ),
    Shape(
        "EVE",
        share=0.006,
        bumps=((10.0, 2.0, 1.0),),
        partners={"Kommunpolisen": 0.5, "Fältgruppen": 0.3, "Fritidsgårdarna": 0.2},
        weekdays=OFFICE,
        months=SUMMER,
        kinds={"square": 2.0, "leisure": 1.6, "park": 1.6, "school": 1.0},
        at_place=0.9,
        day_only=0.6,
    ),
)

# How much is sent in from an area, by year (between the years: a straight line).
LEVELS: dict[str, tuple[tuple[float, float], ...]] = {
    "klockaretorpet": ((2016, 1.05), (2017, 1.15), (2018.2, 1.1), (2019, 0.8), (2020, 0.62), (2022, 0.58), (2027, 0.6)),
    "hageby": ((2016, 1.0), (2017, 0.95), (2019, 0.78), (2020.5, 0.82), (2021.5, 1.0), (2022.8, 1.4), (2023.8, 1.3),
               (2025, 1.05), (2027, 0.95)),
    "navestad": ((2016, 1.0), (2018, 1.05), (2020, 0.98), (2022, 1.08), (2024, 1.05), (2027, 1.0)),
    "marielund": ((2016, 0.55), (2019, 0.65), (2021, 0.85), (2023, 0.9), (2025, 0.85), (2027, 0.8)),
    "city": ((2016, 0.9), (2019.9, 1.0), (2020.3, 0.6), (2021.4, 0.75), (2022.3, 1.05), (2024, 1.1), (2027, 1.05)),
}  # fmt: skip
ORDINARY = ((2016, 0.7), (2027, 0.7))
# What rose in Hageby before 2023 rose most where people pass.
RISING_AREA, RISING_CODES = "hageby", ("NAR", "SAM", "HOT", "VAL", "VAP")
RISE = ((2016, 1.0), (2020.5, 1.0), (2022.6, 1.6), (2023.6, 1.5), (2025, 1.1), (2027, 1.0))

# Flare-ups: how likely in an area and month, of what, and how large.
FLARE_UPS_A_MONTH, FLARE_UP_DAYS, FLARE_UP_AT_LEAST, FLARE_UP_MORE = 0.35, 10, 6, 7.0
FLARE_UP_CODES = ("SKA", "NAR", "SAM", "BRA", "BUS", "KLO", "HOT")

SCHOOL_OF_AREA = {"marielund": "Skolområde norr", "city": "Skolområde norr"}
OTHER_SCHOOL = "Skolområde söder"
DISTRICT_OF_AREA = {
    "klockaretorpet": "Distrikt Klockaretorpet",
    "hageby": "Distrikt Hageby",
    "navestad": "Distrikt Navestad",
    "marielund": "Distrikt Marielund",
    "city": "Distrikt city",
}
# These units' rows come out of a system, week after week; the others write their own reports.
SYSTEM_OF_UNIT = {"Störningsjouren": "storningsjour", "Utryckning": "utryckning", "Rond natt": "vaktrapport"}
# How much of what happens at night somebody has told of by the morning, where nobody reports by night.
TOLD_IN_THE_MORNING = 0.6
# How often a unit that writes its own reports is silent for a whole week, and how much less it writes in July.
SILENT_WEEKS, JULY_SHARE = 0.05, 0.7
SCHOOL_UNITS = ("Skolområde norr", "Skolområde söder")

# What the demonstration's problems are about. Each lies on top of everything else and changes nothing of it.
STORIES = (
    # At and around the centre, once most shops have closed, in school terms more than in the holidays.
    Story(
        "klockaretorpet",
        begins=dt.date(2026, 2, 1),
        places={"Klockaretorpets centrum": 0.4, "Centrumtorget": 0.3, "Gångtunneln vid centrum": 0.3},
        codes={"NAR": 0.65, "HOT": 0.35},
        a_month=9.0,
        bumps=((21.5, 1.2, 1.0), (18.5, 1.5, 0.25)),
        weekdays=(0.5, 0.6, 0.8, 1.2, 1.8, 1.5, 0.6),
        months=(1, 1, 1, 1, 1.1, 0.6, 0.35, 0.8, 1.2, 1.2, 1.1, 0.9),
        words=(
            "Överlämningar i passagen efter att butiken har stängt.",
            "Flera korta möten vid torget under kvällen.",
            "Förbipasserande ropades åt att gå en annan väg.",
            "Personal i kiosken hotades när de stängde.",
            "En grupp stod i tunnelmynningen, boende vände om.",
        ),
    ),
    # In a garage whose gate stays open, by night and soon again.
    Story(
        "klockaretorpet",
        begins=dt.date(2026, 3, 1),
        places={"P-huset Norra": 1.0},
        codes={"BRA": 1.0},
        a_month=2.2,
        bumps=((25.0, 1.5, 1.0),),
        weekdays=WEEKEND,
        words=(
            "Bil i brand på nedre planet, släckt av räddningstjänsten.",
            "Däck antända bakom en parkerad bil.",
            "Brandrök i garaget, två bilar skadade.",
            "Sotskador på en bil längst in på plan två.",
        ),
        again=0.7,
    ),
    # In the square before the doors until the lamps, the hedge and the rounds of 2018: enough for an evaluation to see
    # what became of it. Half of what it was in 2019, and gone with the rest thereafter.
    Story(
        "klockaretorpet",
        begins=dt.date(2016, 7, 1),
        places={FALLING_PLACE: 1.0},
        codes={"NAR": 0.75, "HOT": 0.25},
        a_month=11.0,
        bumps=((16.5, 1.8, 1.0), (20.0, 1.8, 0.9)),
        weekdays=(0.7, 0.8, 0.9, 1.1, 1.6, 1.3, 0.6),
        words=(
            "Öppen försäljning framför entrén.",
            "Korta möten vid häcken, sedan vidare över torget.",
            "Den som gick förbi blev hotad och vände.",
            "Butikens personal såg överlämningar från kassan.",
        ),
        years=((2018.25, 1.0), (2019.0, 0.6), (2020.0, 0.3), (2021.0, 0.0)),
    ),
)
