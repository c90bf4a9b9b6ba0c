"""From the database to the frames a test takes: the problem's events, and the others of its area and days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import F, Func, QuerySet

from areas.access import descendants
from areas.models import Place
from areas.models.place_file import PlaceFeature
from cause_analysis.models import Prediction, Problem, SchoolDates
from cause_analysis.problems.counting import counted
from cause_analysis.problems.queries import selection_of
from incidents.models import Incident
from incidents.selections import Selection
from situational_picture.figures import source_of
from situational_picture.queries import months_by_source

# The first and the last day.
Span = tuple[dt.date, dt.date]
_METRES_A_DEGREE = 111_320
_EXACT = (Incident.Precision.EXACT, Incident.Precision.PLACE)


@dataclass(frozen=True)
class Around:
    """What a prediction is tested on: the problem's events, the other events of its area, and the days of both."""

    events: pd.DataFrame
    others: pd.DataFrame
    first: dt.date
    last: dt.date


class _LocalTime(Func):
    """A moment by the clock on the wall."""

    template = "(%(expressions)s AT TIME ZONE 'Europe/Stockholm')"


def around(problem: Problem, today: dt.date) -> Around | None:
    """The problem's events, and the others of its area over the same days; None where there are no days with data."""
    selection = selection_of(problem)
    source = source_of(months_by_source(problem.collaboration), today)
    if source.first_day is None or source.last_day is None:
        return None
    first = max(source.first_day, selection.since or source.first_day)
    last = min(source.last_day, today, selection.until or today)
    if last <= first:
        return None
    chosen = counted(problem.collaboration, selection)
    area_ids = descendants(problem.collaboration_id, [problem.area_id])
    rest = Incident.objects.counted().filter(collaboration_id=problem.collaboration_id, area_id__in=area_ids)
    events = _frame(_between(chosen, first, last))
    others = _frame(_between(rest, first, last))
    return Around(events, others[~others["id"].isin(events["id"])].reset_index(drop=True), first, last)


def of_category(problem: Problem, code: str, found: Around) -> pd.DataFrame:
    """The counted events of a category, with all below it, in the problem's area over the same days."""
    selection = Selection(area=problem.area.slug, category=(code,))
    return _frame(_between(counted(problem.collaboration, selection), found.first, found.last))


def _between(rows: QuerySet[Incident], first: dt.date, last: dt.date) -> QuerySet[Incident]:
    return rows.filter(occurred_on__gte=first, occurred_on__lte=last)


def _frame(rows: QuerySet[Incident]) -> pd.DataFrame:
    """Rows as the tests take them. `named` is the place, and `place` that or, for an exact point, its small hexagon.

    What is known only to its block or area has no point, and is at no place.
    """
    columns = ["id", "occurred_from", "occurred_to", "time_precision", "lon", "lat", "place", "named", "category"]
    values = rows.order_by("pk").values_list(
        "pk", _LocalTime(F("occurred_from")), _LocalTime(F("occurred_to")), "time_precision",
        "lon", "lat", "place_id", "cell", "precision", "category_id",
    )  # fmt: skip
    frame = pd.DataFrame.from_records(
        list(values),
        columns=["id", "occurred_from", "occurred_to", "time_precision", "lon", "lat", "named", "cell", "precision",
                 "category"],
    )  # fmt: skip
    exact = frame["precision"].isin(list(_EXACT)) & frame["lon"].notna()
    named = frame["named"].where(exact).fillna(0).astype("int64")
    cell = frame["cell"].fillna(0).astype("int64")
    is_point = exact & (frame["precision"] == Incident.Precision.EXACT)
    return frame.assign(
        occurred_from=pd.to_datetime(frame["occurred_from"]),
        occurred_to=pd.to_datetime(frame["occurred_to"]),
        lon=frame["lon"].astype("float64").where(exact),
        lat=frame["lat"].astype("float64").where(exact),
        named=named,
        place=np.where(named != 0, named, np.where(is_point, -cell, 0)),
    )[columns]


def in_metres(frame: pd.DataFrame, place: Place) -> pd.DataFrame:
    """With `x_m` and `y_m` east and north of the place. An area is small enough for a plane."""
    east = (frame["lon"] - place.lon) * _METRES_A_DEGREE * np.cos(np.radians(place.lat))
    return frame.assign(x_m=east, y_m=(frame["lat"] - place.lat) * _METRES_A_DEGREE)


def places_with(problem: Problem, kind: str, states: list[str], on: dt.date) -> pd.DataFrame:
    """The places of the problem's area where somebody has looked for the feature, and whether it is in such a state.

    Of a place with several such features (two entrances) one in the state is enough. Where nobody had looked by that
    day, the first look after it tells: people go and see once they have a problem.
    """
    area_ids = descendants(problem.collaboration_id, [problem.area_id])
    looked_for = PlaceFeature.objects.filter(
        collaboration_id=problem.collaboration_id, kind=kind, place__area_id__in=area_ids
    )
    rows = [(one.place_id, one.state in states) for one in looked_for.holding(on)]
    told = {place for place, _has in rows}
    first_look: dict[int, dt.date] = {}
    for one in looked_for.filter(taken_back_at__isnull=True, observed_on__gt=on).order_by("observed_on", "pk"):
        if one.place_id not in told and one.observed_on == first_look.setdefault(one.place_id, one.observed_on):
            rows.append((one.place_id, one.state in states))
    frame = pd.DataFrame.from_records(rows, columns=["place", "has_feature"])
    return frame.groupby("place")[["has_feature"]].any()


def school_dates(collaboration_id: int, kind: str) -> list[Span]:
    """The terms or the holidays that are written down."""
    dates = SchoolDates.objects.filter(collaboration_id=collaboration_id, kind=kind)
    return list(dates.values_list("first_on", "last_on"))


def written_years(spans: list[Span], first: dt.date, last: dt.date) -> list[Span]:
    """The calendar years with dates, within the days: of other years nobody knows what was a holiday."""
    years = {year for begins, ends in spans for year in range(begins.year, ends.year + 1)}
    whole = [(dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in sorted(years)]
    return [(max(begins, first), min(ends, last)) for begins, ends in whole if begins <= last and ends >= first]


def predictions_of(causes: list[int]) -> dict[int, list[Prediction]]:
    """All ever stated of each cause, in their order, with their tests. Two questions, however many causes."""
    found: dict[int, list[Any]] = {pk: [] for pk in causes}
    rows = Prediction.objects.filter(cause_id__in=causes).select_related("organisation").prefetch_related("tests")
    for prediction in rows:
        found[prediction.cause_id].append(prediction)
    return found
