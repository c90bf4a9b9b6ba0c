"""Invented incidents: the same seed gives the same past, however late the demonstration is loaded.

Each month has a random generator of its own, made of the seed and the month, and every row takes all its chance from
its own draws. What is known on a day is what had been reported by then, so an earlier day is always a beginning of a
later one. Pure numpy and pandas: no database, no clock.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import shapely
from dateutil.easter import easter
from numpy.typing import NDArray

from est_platform.demonstration import cast, shapes, texts
from est_platform.demonstration.shapes import SHAPES, Shape

FIRST_DAY = dt.date(2016, 1, 1)
ZONE = "Europe/Stockholm"
OUTSIDE = "outside"
# The numbers keep the generators of months, streets, silences and stories apart.
_MONTH, _STREETS, _SILENCE, _STORY = 1, 2, 3, 4
_M_PER_DEGREE = 111_320.0
_DRAWS = (
    "hour", "minute", "spot", "at_place", "turn", "reach", "place_type", "interval", "begins", "ends", "day_only",
    "unit", "reported", "july", "delay", "nowhere", "certainty", "unsafety", "persons", "cost", "cost_sek", "text",
    "words", "fall", "source",
)  # fmt: skip
_DRAW = {name: i for i, name in enumerate(_DRAWS)}
_FOLLOW_UPS, _FOLLOW_UP_DAYS, _FOLLOW_UP_M = 0.5, 14, 190.0
_PERSONS = ("1-2", "3-5", "6-10", "11-20", "21+")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spot:
    """A named place of the area, with the id it has in the database."""

    id: int
    name: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class AreaShape:
    """An area to fill with incidents: the slug `shapes` knows it by, its polygon in degrees, and its named places."""

    slug: str
    polygon: shapely.Geometry
    places: tuple[Spot, ...] = ()


def generate(areas: Sequence[AreaShape], *, seed: int, until: dt.date) -> pd.DataFrame:
    """Everything reported up to and with the day `until`, in the order it was reported.

    Columns: key, area (slug), category (code), unit, place (id or 0), lon, lat (NaN without a point), precision,
    place_type, occurred_from, occurred_to (UTC), occurred_on, time_precision, known_at (UTC), source_kind, source,
    certainty, unsafety, persons, cost_sek, description.
    """
    everywhere = [*areas, AreaShape(OUTSIDE, shapely.Polygon())]
    rows = _rows(everywhere, seed, until)
    rows = _with_places(rows, everywhere, seed)
    rows = _with_times(rows)
    rows = _with_units(rows, everywhere, seed)
    rows = _with_details(rows)
    end = pd.Timestamp(until) + pd.Timedelta(days=1)
    rows = rows[rows["is_reported"] & (rows["known_at"] < end) & (rows["occurred_from"] >= pd.Timestamp(FIRST_DAY))]
    rows = rows.sort_values(["known_at", "key"], ignore_index=True)
    return _finished(rows, everywhere)


# How many, and on which days


def _months(until: dt.date) -> list[dt.date]:
    return [d.date() for d in pd.date_range(FIRST_DAY, until, freq="MS")]


def _rows(areas: Sequence[AreaShape], seed: int, until: dt.date) -> pd.DataFrame:
    """One row for each event: area, category, day, its own draws, the row a near repeat follows, and its story."""
    frames: list[pd.DataFrame] = []
    all_draws: list[Floats] = []
    first = 0
    for month in _months(until):
        rng = np.random.default_rng([seed, _MONTH, month.year, month.month])
        days = pd.date_range(month, periods=pd.Timestamp(month).days_in_month)
        weights = _day_weights(days)
        when = month.year + (month.month - 0.5) / 12
        mean = _means(areas, when) * weights.sum(axis=1) * rng.gamma(14, 1 / 14, (len(areas), len(SHAPES)))
        mean *= np.where(rng.random(mean.shape) < 0.02, 2.2, 1.0)
        counts = rng.poisson(mean)
        area, category = (np.repeat(ids.ravel(), counts.ravel()) for ids in np.indices(counts.shape))
        up_to = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
        on = (up_to[category] < rng.random(len(area))[:, None]).sum(axis=1)
        month_rows = pd.DataFrame({"area": area, "category": category, "day": days.to_numpy()[on], "parent": -1})
        month_rows["story"] = -1
        draws = rng.random((len(area), len(_DRAWS)))
        follow_ups, after = _follow_ups(month_rows, draws, rng, first)
        flare_ups, together = _flare_ups(areas, month, rng)
        stories, told = _stories(areas, month, seed)
        frame = pd.concat([month_rows, follow_ups, flare_ups, stories], ignore_index=True)
        frame["key"] = [f"{month:%Y-%m}-{number:04d}" for number in range(len(frame))]
        first += len(frame)
        frames.append(frame)
        all_draws += [draws, after, together, told]
    chance = pd.DataFrame(np.vstack(all_draws), columns=list(_DRAWS))
    return pd.concat([pd.concat(frames, ignore_index=True), chance], axis="columns")


def _means(areas: Sequence[AreaShape], when: float) -> Floats:
    """Expected events a day by area and category."""
    means = np.zeros((len(areas), len(SHAPES)))
    for a, area in enumerate(areas):
        is_outside = area.slug == OUTSIDE
        level = (
            shapes.OUTSIDE_SHARE * len(areas)
            if is_outside
            else _at(shapes.LEVELS.get(area.slug, shapes.ORDINARY), when)
        )
        for c, shape in enumerate(SHAPES):
            rise = 1.0
            if area.slug == shapes.RISING_AREA and shape.code in shapes.RISING_CODES:
                rise = _at(shapes.RISE, when)
            by_year = _at(shape.years, when) if shape.years else 1.0
            means[a, c] = shapes.EVENTS_A_YEAR / 365.25 * shape.share * level * rise * by_year
            means[a, c] *= shape.areas.get(area.slug, 1.0)
    return means


def _at(points: Sequence[tuple[float, float]], when: float) -> float:
    return float(np.interp(when, [p[0] for p in points], [p[1] for p in points]))


def _day_weights(days: pd.DatetimeIndex) -> Floats:
    """How much of an ordinary day's events each day gets: categories in rows, days in columns."""
    weekday, month = days.day_of_week.to_numpy(), days.month.to_numpy() - 1
    weights = np.array(
        [
            np.array(s.weekdays)[weekday] / np.mean(s.weekdays) * np.array(s.months)[month] / np.mean(s.months)
            for s in SHAPES
        ]
    )
    for code, day, times in _special_days(days[0].year):
        (hit,) = np.nonzero(days == pd.Timestamp(day))
        weights[_INDEX[code], hit] *= times
    return weights


_INDEX = {shape.code: i for i, shape in enumerate(SHAPES)}


@cache
def _special_days(year: int) -> list[tuple[str, dt.date, float]]:
    """Days on which something is known to happen more often."""
    sunday = easter(year)
    special = [("BRA", sunday - dt.timedelta(days=n), 2.5) for n in range(4)]
    special += [("FYR", dt.date(year, 12, 30), 3), ("FYR", dt.date(year, 12, 31), 12), ("FYR", dt.date(year, 1, 1), 8)]
    special += [(code, dt.date(year, 4, 30), 3.5) for code in ("BRA", "SAM", "ALK")]
    special += [(code, dt.date(year, 10, 31), 3) for code in ("SKA", "FYR", "SAM")]
    midsummer = next(d for d in (dt.date(year, 6, 19 + n) for n in range(7)) if d.weekday() == 4)
    end_of_term = next(d for d in (dt.date(year, 6, 9 + n) for n in range(7)) if d.weekday() == 4)
    special += [("ALK", midsummer, 3), ("OVR", midsummer, 2.5), ("SAM", end_of_term, 4), ("BUS", end_of_term, 4)]
    return special


def _follow_ups(rows: pd.DataFrame, draws: Floats, rng: np.random.Generator, first: int) -> tuple[pd.DataFrame, Floats]:
    """Near repeats: where a cellar was broken into, the next ones follow within two weeks and 200 metres."""
    shape = SHAPES[_INDEX["INB"]]
    is_cellar = _choose(shape.place_types, draws[:, _DRAW["place_type"]]) == "semi_public"
    (cellars,) = np.nonzero((rows["category"].to_numpy() == _INDEX["INB"]) & is_cellar)
    parent = np.repeat(cellars, rng.poisson(_FOLLOW_UPS, len(cellars)))
    later = 1 + np.minimum(rng.exponential(3.5, len(parent)), _FOLLOW_UP_DAYS - 1).astype(int)
    repeats = rows.iloc[parent].assign(parent=parent + first)
    repeats["day"] = repeats["day"] + pd.to_timedelta(later, unit="D")
    more = rng.random((len(parent), len(_DRAWS)))
    more[:, _DRAW["place_type"]] = draws[parent, _DRAW["place_type"]]
    return repeats, more


def _flare_ups(areas: Sequence[AreaShape], month: dt.date, rng: np.random.Generator) -> tuple[pd.DataFrame, Floats]:
    """Now and then much of one kind happens at one spot within ten days."""
    frames, all_draws = [], []
    for a, area in enumerate(areas):
        is_one, which, day, spot = rng.random(4)
        count = shapes.FLARE_UP_AT_LEAST + rng.poisson(shapes.FLARE_UP_MORE)
        later, draws = rng.integers(0, shapes.FLARE_UP_DAYS, count), rng.random((count, len(_DRAWS)))
        if area.slug == OUTSIDE or is_one > shapes.FLARE_UPS_A_MONTH:
            continue
        category = _INDEX[shapes.FLARE_UP_CODES[int(which * len(shapes.FLARE_UP_CODES))]]
        days = pd.Timestamp(month) + pd.to_timedelta(int(day * 28) + later, unit="D")
        draws[:, _DRAW["spot"]], draws[:, _DRAW["at_place"]] = spot, 0.0
        frames.append(pd.DataFrame({"area": a, "category": category, "day": days, "parent": -1, "story": -1}))
        all_draws.append(draws)
    return _together(frames, all_draws, month)


def _stories(areas: Sequence[AreaShape], month: dt.date, seed: int) -> tuple[pd.DataFrame, Floats]:
    """What goes on at a few places, by chance of its own: with it or without, everything else is the same."""
    frames, all_draws = [], []
    numbers = {area.slug: a for a, area in enumerate(areas)}
    days = pd.date_range(month, periods=pd.Timestamp(month).days_in_month)
    for number, story in enumerate(shapes.STORIES):
        if month < story.begins or story.area not in numbers:
            continue
        rng = np.random.default_rng([seed, _STORY, number, month.year, month.month])
        weights = np.array(story.weekdays)[days.day_of_week]
        left = _at(story.years, month.year + (month.month - 0.5) / 12) if story.years else 1.0
        wanted = story.a_month * story.months[month.month - 1] * left
        begun = rng.choice(len(days), rng.poisson(wanted), p=weights / weights.sum())
        after = np.repeat(begun, rng.poisson(story.again, len(begun)))
        on = np.concatenate([begun, after + rng.integers(1, 7, len(after))])
        shares = np.array(list(story.codes.values()))
        codes = np.array([_INDEX[code] for code in story.codes])
        category = codes[rng.choice(len(codes), len(on), p=shares / shares.sum())]
        day = days[0] + pd.to_timedelta(on, unit="D")
        frames.append(
            pd.DataFrame({"area": numbers[story.area], "category": category, "day": day, "parent": -1, "story": number})
        )
        all_draws.append(rng.random((len(on), len(_DRAWS))))
    return _together(frames, all_draws, month)


def _together(frames: list[pd.DataFrame], draws: list[Floats], month: dt.date) -> tuple[pd.DataFrame, Floats]:
    if not frames:
        nothing = pd.DataFrame(
            {"area": 0, "category": 0, "day": pd.Timestamp(month), "parent": 0, "story": 0}, index=[]
        )
        return nothing, np.empty((0, len(_DRAWS)))
    return pd.concat(frames, ignore_index=True), np.vstack(draws)


# Where


@dataclass(frozen=True)
class _Spots:
    """Where in an area it happens: named places first, then unnamed corners along made-up streets."""

    id: Ints
    lon: Floats
    lat: Floats
    kinds: tuple[str, ...]
    # Weights that are the same for every category: how lively a corner is.
    weight: Floats
    falls: NDArray[np.bool_]


def _with_places(rows: pd.DataFrame, areas: Sequence[AreaShape], seed: int) -> pd.DataFrame:
    n = len(rows)
    lon, lat, place = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    falls, place_type = np.zeros(n, dtype=bool), np.full(n, "public", dtype=object)
    for c, shape in enumerate(SHAPES):
        own = rows["category"].to_numpy() == c
        place_type[own] = _choose(shape.place_types, rows["place_type"].to_numpy()[own])
    for a, area in enumerate(areas):
        spots = _spots(area, areas, seed)
        in_area = rows["area"].to_numpy() == a
        for c, shape in enumerate(SHAPES):
            (own,) = np.nonzero(in_area & (rows["category"].to_numpy() == c))
            if not len(own) or "digital" in shape.place_types:
                continue
            at_place = (rows["at_place"].to_numpy()[own] < shape.at_place) & (place_type[own] != "private")
            chosen = _choose_spots(spots, shape, at_place, rows["spot"].to_numpy()[own])
            place[own], falls[own] = spots.id[chosen], spots.falls[chosen]
            lon[own], lat[own] = spots.lon[chosen], spots.lat[chosen]
        for number, story in enumerate(shapes.STORIES):
            at = [spot for spot in area.places if spot.name in story.places]
            (own,) = np.nonzero(in_area & (rows["story"].to_numpy() == number))
            if len(own) and at:
                up_to = np.cumsum([story.places[spot.name] for spot in at])
                chosen = np.searchsorted(up_to / up_to[-1], rows["spot"].to_numpy()[own], side="right")
                place[own], falls[own] = np.array([spot.id for spot in at])[chosen], False
                lon[own], lat[own] = np.array([(spot.lon, spot.lat) for spot in at])[chosen].T
    # Half of what happens at a named place is reported as the place itself, the rest with a pin nearby.
    by_name = (place > 0) & (rows["fall"].to_numpy() < 0.5) & (rows["parent"].to_numpy() < 0)
    spread = np.where(by_name, 0.0, np.where(place > 0, 14.0, 9.0))
    lon, lat = _moved(lon, lat, rows["turn"].to_numpy(), spread * np.sqrt(-2 * np.log1p(-rows["reach"].to_numpy())))

    (repeats,) = np.nonzero(rows["parent"].to_numpy() >= 0)
    parent = rows["parent"].to_numpy()[repeats]
    reach = np.minimum(60 * np.sqrt(-2 * np.log1p(-rows["reach"].to_numpy()[repeats])), _FOLLOW_UP_M)
    lon[repeats], lat[repeats] = _moved(lon[parent], lat[parent], rows["turn"].to_numpy()[repeats], reach)
    place[repeats] = 0
    for a, area in enumerate(areas):
        own = repeats[rows["area"].to_numpy()[repeats] == a]
        if area.slug != OUTSIDE and len(own):
            astray = own[~shapely.contains_xy(area.polygon, lon[own], lat[own])]
            back = rows["parent"].to_numpy()[astray]
            lon[astray], lat[astray] = lon[back], lat[back]

    nowhere = rows["nowhere"].to_numpy() < shapes.NOWHERE_SHARE
    lon[nowhere], lat[nowhere], place[nowhere] = np.nan, np.nan, 0
    precision = np.select([np.isnan(lon), place_type == "private", by_name], ["area", "block", "place"], "exact")
    return rows.assign(lon=lon, lat=lat, place=place, precision=precision, place_type=place_type, falls=falls)


def _choose(shares: dict[str, float], draws: Floats) -> NDArray[np.object_]:
    up_to = np.cumsum(list(shares.values())) / sum(shares.values())
    return np.array(list(shares), dtype=object)[np.minimum(np.searchsorted(up_to, draws), len(shares) - 1)]


def _choose_spots(spots: _Spots, shape: Shape, at_place: NDArray[np.bool_], draws: Floats) -> Ints:
    chosen = np.zeros(len(draws), dtype=np.int64)
    named = spots.id > 0
    by_kind = np.array([shape.kinds.get(kind, 0.3) if kind else 1.0 for kind in spots.kinds])
    for is_named in (True, False):
        weights = np.where(named == is_named, spots.weight * by_kind, 0.0)
        if not weights.any():
            weights = spots.weight
        wanted = at_place == is_named
        up_to = np.cumsum(weights) / weights.sum()
        chosen[wanted] = np.minimum(np.searchsorted(up_to, draws[wanted], side="right"), len(weights) - 1)
    return chosen


def _moved(lon: Floats, lat: Floats, turn: Floats, metres: Floats) -> tuple[Floats, Floats]:
    """The points moved by so many metres, `turn` (0–1) of a circle from east."""
    east, north = metres * np.cos(2 * np.pi * turn), metres * np.sin(2 * np.pi * turn)
    return lon + east / (_M_PER_DEGREE * np.cos(np.radians(lat))), lat + north / _M_PER_DEGREE


def _spots(area: AreaShape, areas: Sequence[AreaShape], seed: int) -> _Spots:
    rng = np.random.default_rng([seed, _STREETS, zlib.crc32(area.slug.encode())])
    if area.slug == OUTSIDE:
        lon, lat = _outside(areas, rng)
    else:
        lon, lat = _street_corners(area.polygon, rng)
    places = [] if area.slug == OUTSIDE else list(area.places)
    lively = np.concatenate([rng.lognormal(0, 0.5, len(places)), rng.lognormal(0, 1.1, len(lon))])
    return _Spots(
        id=np.array([p.id for p in places] + [0] * len(lon), dtype=np.int64),
        lon=np.concatenate([[p.lon for p in places], lon]),
        lat=np.concatenate([[p.lat for p in places], lat]),
        kinds=tuple([p.kind for p in places] + [""] * len(lon)),
        weight=lively * np.array([2.0 if p.name == shapes.FALLING_PLACE else 1.0 for p in places] + [1.0] * len(lon)),
        falls=np.array([p.name == shapes.FALLING_PLACE for p in places] + [False] * len(lon)),
    )


def _street_corners(polygon: shapely.Geometry, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Points along two crossing sets of parallel lines, about every 30 metres, inside the polygon."""
    west, south, east, north = polygon.bounds
    scale = _M_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    half = max((east - west) * scale, (north - south) * _M_PER_DEGREE) * 0.75
    slope = rng.uniform(0, np.pi / 2)
    x, y = [], []
    for turn in (slope, slope + np.pi / 2):
        for off in np.arange(-half, half, 110) + rng.uniform(-25, 25):
            along = np.arange(-half, half, 30) + rng.normal(0, 4, len(np.arange(-half, half, 30)))
            x.append(along * np.cos(turn) - off * np.sin(turn))
            y.append(along * np.sin(turn) + off * np.cos(turn))
    lon = (west + east) / 2 + np.concatenate(x) / scale
    lat = (south + north) / 2 + np.concatenate(y) / _M_PER_DEGREE
    inside = shapely.contains_xy(polygon, lon, lat)
    if not inside.any():
        point = polygon.representative_point()
        return np.array([point.x]), np.array([point.y])
    return lon[inside], lat[inside]


def _outside(areas: Sequence[AreaShape], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Points in and around the town that belong to none of its areas, nor lie near one."""
    every = shapely.union_all([area.polygon for area in areas])
    near = shapely.buffer(every, 0.002)
    west, south, east, north = every.bounds
    lon, lat = rng.uniform(west - 0.02, east + 0.02, 600), rng.uniform(south - 0.01, north + 0.01, 600)
    free = ~shapely.contains_xy(near, lon, lat)
    return lon[free], lat[free]


# When


def _with_times(rows: pd.DataFrame) -> pd.DataFrame:
    """Local wall-clock times: from, until, how exact, and when it became known."""
    category = rows["category"].to_numpy()
    day = rows["day"].to_numpy().astype("datetime64[m]")
    is_weekend = np.isin(rows["day"].dt.day_of_week.to_numpy(), (4, 5))
    hour = np.zeros(len(rows))
    for c, shape in enumerate(SHAPES):
        for weekend in (False, True):
            own = (category == c) & (is_weekend == weekend)
            up_to = _hours((shape.weekend_bumps if weekend else ()) or shape.bumps)
            hour[own] = 6 + np.searchsorted(up_to, rows["hour"].to_numpy()[own])
    for number, story in enumerate(shapes.STORIES):
        own = rows["story"].to_numpy() == number
        hour[own] = 6 + np.searchsorted(_hours(story.bumps), rows["hour"].to_numpy()[own])
    minutes = (hour * 60).astype(int) + (rows["minute"].to_numpy() * 12).astype(int) * 5
    start = day + minutes.astype("timedelta64[m]")
    begins, ends = start.copy(), np.full(len(rows), np.datetime64("NaT", "m"))
    precision = np.full(len(rows), "exact", dtype=object)

    is_interval = rows["interval"].to_numpy() < np.array([s.interval for s in SHAPES])[category]
    b, e = rows["begins"].to_numpy(), rows["ends"].to_numpy()
    begins[is_interval] = (day + _minutes(18 * 60 + b * 240))[is_interval]
    ends[is_interval] = (day + _minutes(30 * 60 + e * 150))[is_interval]
    # Found on Monday: it happened some time since Friday afternoon.
    weekday = rows["day"].dt.day_of_week.to_numpy()
    over_weekend = is_interval & np.isin(weekday, (4, 5, 6, 0)) & (rows["source"].to_numpy() < 0.6)
    friday = day - (((weekday - 4) % 7) * 1440).astype("timedelta64[m]")
    begins[over_weekend] = (friday + _minutes(16 * 60 + b * 120))[over_weekend]
    ends[over_weekend] = (friday + _minutes(72 * 60 + 6.5 * 60 + e * 90))[over_weekend]
    # Somebody was away for weeks: longer than anything that says something of the hour.
    away = is_interval & (category == _INDEX["INB"]) & (rows["source"].to_numpy() > 0.95)
    begins[away] = (start - _minutes(1440 * (8 + 12 * b)))[away]
    ends[away] = start[away]
    precision[is_interval] = "interval"

    day_only = ~is_interval & (rows["day_only"].to_numpy() < np.array([s.day_only for s in SHAPES])[category])
    begins[day_only], ends[day_only] = day[day_only], day[day_only] + np.timedelta64(1440, "m")
    precision[day_only] = "day"

    known = np.where(np.isnat(ends) | day_only, start, np.maximum(ends, start))
    known = known + _minutes(5 + np.minimum(-240 * np.log1p(-rows["delay"].to_numpy()), 1800))
    # What is expected is told one to ten days ahead.
    ahead = category == _INDEX["EVE"]
    shift = (1440 * np.floor(1 + 9 * b)).astype("timedelta64[m]")
    begins[ahead], ends[ahead] = begins[ahead] + shift[ahead], ends[ahead] + shift[ahead]
    return rows.assign(occurred_from=begins, occurred_to=ends, time_precision=precision, known_at=known)


def _minutes(values: Floats) -> NDArray[np.timedelta64]:
    return values.astype(int).astype("timedelta64[m]")


def _hours(bumps: Sequence[tuple[float, float, float]]) -> Floats:
    """Shares of the 24 hours from six in the morning, added up."""
    hours = np.arange(6, 30) + 0.5
    weight = 0.02 + sum(w * np.exp(-0.5 * ((hours - centre) / spread) ** 2) for centre, spread, w in bumps)
    return np.cumsum(weight) / weight.sum()


# By whom, and whether it was reported at all


UNITS: tuple[tuple[str, cast.Partner], ...] = tuple(
    (unit, partner) for partner in cast.PARTNERS[cast.NORRKOPING] for unit in partner.units
)
_UNIT = {unit: i for i, (unit, _) in enumerate(UNITS)}
_JOINED = np.array([np.datetime64(partner.reports_from, "M") for _, partner in UNITS])
_WRITES_ITSELF = np.array([name not in shapes.SYSTEM_OF_UNIT for name, _ in UNITS])


def _with_units(rows: pd.DataFrame, areas: Sequence[AreaShape], seed: int) -> pd.DataFrame:
    """Give each event the unit that reports it. What a unit would have seen before it joined is mostly lost."""
    shares = np.zeros((len(areas), len(SHAPES), len(UNITS)))
    for a, area in enumerate(areas):
        for c, shape in enumerate(SHAPES):
            for label, share in shape.partners.items():
                shares[a, c, _UNIT[_unit_of(label, area.slug)]] += share
    category, month = rows["category"].to_numpy(), rows["day"].to_numpy().astype("datetime64[M]")
    wanted = shares[rows["area"].to_numpy(), category]
    there = wanted * (_JOINED[None, :] <= month[:, None])
    share_there = there.sum(axis=1) / wanted.sum(axis=1)
    is_reported = rows["reported"].to_numpy() < share_there + 0.4 * (1 - share_there)
    is_reported &= share_there > 0
    up_to = np.cumsum(there, axis=1) / np.maximum(there.sum(axis=1), 1e-12)[:, None]
    unit = np.minimum((up_to < rows["unit"].to_numpy()[:, None]).sum(axis=1), len(UNITS) - 1)

    by_night = (unit == _UNIT["Rond kväll"]) & ~rows["occurred_from"].dt.hour.between(6, 21).to_numpy()
    has_round = rows["day"].to_numpy() >= np.datetime64(cast.NIGHT_ROUND_FROM)
    unit = np.where(by_night & has_round, _UNIT[cast.NIGHT_ROUND], unit)
    is_reported &= ~(by_night & ~has_round & (rows["july"].to_numpy() > shapes.TOLD_IN_THE_MORNING))
    is_reported &= ~_is_silent(rows, unit, seed)
    is_reported &= _still_happens(rows, areas)
    return rows.assign(unit=unit, is_reported=is_reported)


def _unit_of(label: str, area: str) -> str:
    if label == "Störningsjouren" and area not in cast.HOUSING_AREAS:
        label = "Distrikt"
    if label == "Distrikt":
        return shapes.DISTRICT_OF_AREA.get(area, "Park och gata")
    if label == "Skola":
        return shapes.SCHOOL_OF_AREA.get(area, shapes.OTHER_SCHOOL)
    return "Rond kväll" if label == "Rond" else label


def silent_weeks(seed: int, first: dt.date, last: dt.date) -> set[tuple[str, dt.date]]:
    """The units that told of nothing in a whole week although things happened, each with the week's Monday."""
    numbers = range(_week_number(first), _week_number(last) + 1)
    return {
        (UNITS[unit][0], dt.date(1970, 1, 1) + dt.timedelta(days=7 * number - 3))
        for number, silent in zip(numbers, _silence(seed, numbers), strict=True)
        for unit in np.flatnonzero(silent)
    }


def _week_number(day: dt.date) -> int:
    return ((day - dt.date(1970, 1, 1)).days + 3) // 7


def _silence(seed: int, weeks: Iterable[int]) -> NDArray[np.bool_]:
    """Weeks by units: whether the unit is silent. What comes out of a system comes every week."""
    draws = [np.random.default_rng([seed, _SILENCE, number]).random(len(UNITS)) for number in weeks]
    return (np.array(draws) < shapes.SILENT_WEEKS) & _WRITES_ITSELF


def _is_silent(rows: pd.DataFrame, unit: Ints, seed: int) -> NDArray[np.bool_]:
    """Weeks without any report from a unit, fewer reports in July, and schools that are closed."""
    is_school = np.array([name in shapes.SCHOOL_UNITS for name, _ in UNITS])
    week = (rows["day"].to_numpy().astype("datetime64[D]").astype(int) + 3) // 7
    first = int(week.min())
    in_july = rows["day"].dt.month.to_numpy() == 7
    is_silent = _silence(seed, range(first, int(week.max()) + 1))[week - first, unit]
    is_silent |= in_july & _WRITES_ITSELF[unit] & (rows["july"].to_numpy() > shapes.JULY_SHARE)
    day_of_year = rows["day"].dt.day_of_year.to_numpy()
    return is_silent | (is_school[unit] & (day_of_year > 168) & (day_of_year < 226))


def _still_happens(rows: pd.DataFrame, areas: Sequence[AreaShape]) -> NDArray[np.bool_]:
    """The fall at one centre after measures of 2018 and 2019."""
    when = rows["day"].dt.year.to_numpy() + (rows["day"].dt.day_of_year.to_numpy() - 1) / 365.25
    left = np.interp(when, shapes.FALL_YEARS, shapes.FALL_SHARES)
    codes = np.array([shape.code in shapes.EVENT_CODES_IN_A_FALL for shape in SHAPES])[rows["category"].to_numpy()]
    return ~(rows["falls"].to_numpy() & codes) | (rows["fall"].to_numpy() < left)


# The rest of a report


def _with_details(rows: pd.DataFrame) -> pd.DataFrame:
    category = rows["category"].to_numpy()
    certainty = np.select(
        [rows["certainty"] < 0.25, rows["certainty"] < 0.36, rows["certainty"] < 0.42],
        ["certain", "likely", "uncertain"], "",
    )  # fmt: skip
    unsafety = np.where(rows["unsafety"] < 0.22, 1 + np.floor(rows["unsafety"] / 0.22 * 5), np.nan)
    has_persons = np.array([s.persons for s in SHAPES])[category] & (rows["persons"].to_numpy() < 0.35)
    persons = np.where(has_persons, np.array(_PERSONS)[(rows["persons"].to_numpy() / 0.35 * 4.2).astype(int) % 5], "")
    low, high = (np.array([s.cost_sek[i] if s.cost_sek else 1 for s in SHAPES])[category] for i in (0, 1))
    cost = np.round(low * (high / low) ** rows["cost_sek"].to_numpy(), -2)
    cost = np.where((high > 1) & (rows["cost"].to_numpy() < 0.25), cost, np.nan)
    words = np.full(len(rows), "", dtype=object)
    for c, shape in enumerate(SHAPES):
        (own,) = np.nonzero((category == c) & (rows["text"].to_numpy() < texts.SHARE_WITH_TEXT))
        known = np.array(texts.sentences(shape.code) or [""], dtype=object)
        words[own] = known[(rows["words"].to_numpy()[own] * len(known)).astype(int)]
    for number, story in enumerate(shapes.STORIES):
        own = (rows["story"].to_numpy() == number) & (words != "")
        words[own] = np.array(story.words, dtype=object)[(rows["words"].to_numpy()[own] * len(story.words)).astype(int)]
    return rows.assign(certainty=certainty, unsafety=unsafety, persons=persons, cost_sek=cost, description=words)


def _finished(rows: pd.DataFrame, areas: Sequence[AreaShape]) -> pd.DataFrame:
    names = np.array([unit for unit, _ in UNITS], dtype=object)[rows["unit"].to_numpy()]
    source = np.array([shapes.SYSTEM_OF_UNIT.get(unit, "") for unit, _ in UNITS], dtype=object)[rows["unit"].to_numpy()]
    fault = np.isin(np.array([s.code for s in SHAPES])[rows["category"].to_numpy()], ("FYS", "NED"))
    second_hand = rows["source"].to_numpy() < 0.15
    kind = np.select(
        [source == "storningsjour", source != "", fault & (rows["source"].to_numpy() < 0.4), second_hand],
        ["on_call", "system", "fault_report", "second_hand"], "own",
    )  # fmt: skip
    return pd.DataFrame(
        {
            "key": rows["key"],
            "area": np.array([area.slug for area in areas], dtype=object)[rows["area"].to_numpy()],
            "category": np.array([s.code for s in SHAPES], dtype=object)[rows["category"].to_numpy()],
            "unit": names,
            "place": rows["place"],
            "lon": rows["lon"].round(6),
            "lat": rows["lat"].round(6),
            "precision": rows["precision"],
            "place_type": rows["place_type"],
            "occurred_from": _in_utc(rows["occurred_from"]),
            "occurred_to": _in_utc(rows["occurred_to"]),
            "occurred_on": rows["occurred_from"].dt.normalize(),
            "time_precision": rows["time_precision"],
            "known_at": _in_utc(rows["known_at"]),
            "source_kind": kind,
            "source": source,
            "certainty": rows["certainty"],
            "unsafety": rows["unsafety"],
            "persons": rows["persons"],
            "cost_sek": rows["cost_sek"],
            "description": rows["description"],
        }
    )


def _in_utc(local: pd.Series) -> pd.Series:
    """Wall-clock times as moments; the hour that comes twice in October is taken as winter time."""
    ambiguous = np.zeros(len(local), dtype=bool)
    moments = local.dt.tz_localize(ZONE, ambiguous=ambiguous, nonexistent="shift_forward")
    return moments.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
