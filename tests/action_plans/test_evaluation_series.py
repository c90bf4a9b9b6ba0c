"""Where an evaluation counts, and what it counts month by month: against a count by hand, report by report."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely

from action_plans.evaluating.series import counts_of, monthly_counts
from action_plans.evaluating.zones import cells_of_place, counted_selection, design_of, zones_of
from analysis.hexagons import cells_of
from areas.models import Area
from incidents.models import Incident, Status
from incidents.retention import purge_to_statistics
from tests import factories as make

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2025, 6, 30)
RING_M = 200
# The square, 120 m from it, 190 m from it, far from it; all on one line to the east.
SQUARE, NEAR, EDGE, FAR = (16.1200, 58.585), (16.1221, 58.585), (16.1233, 58.585), (16.1600, 58.585)
_LON_M = 111_195 * np.cos(np.radians(58.585))


class Ground:
    """Two areas side by side, a treated square in the west and a place to compare with in the east."""

    def __init__(self) -> None:
        self.here = make.CollaborationFactory()
        self.west = make.AreaFactory(collaboration=self.here, name="Väst")
        self.east = make.AreaFactory(collaboration=self.here, name="Öst")
        self.yard = make.AreaFactory(collaboration=self.here, name="Gården", parent=self.east)
        make.BoundaryFactory(area=self.west, west=16.10, east=16.14)
        make.BoundaryFactory(area=self.east, west=16.14, east=16.18)
        self.organisation = make.OrganisationFactory(collaboration=self.here)
        self.vandalism = make.CategoryFactory(collaboration=self.here, code="SKA")
        self.other = make.CategoryFactory(collaboration=self.here, code="DRO")
        self.square = self.place("Torget", SQUARE, self.west)
        self.stop = self.place("Hållplatsen", FAR, self.east)
        self.measure = make.MeasureFactory(plan__area=self.west)
        self.plan = make.EvaluationPlanFactory(measure=self.measure, ring_m=RING_M, selection="category=SKA")
        make.EvaluationAreaFactory(evaluation_plan=self.plan, area=self.east)
        make.EvaluationComparisonPlaceFactory(evaluation_plan=self.plan, place=self.stop)

    def place(self, name, at, area):
        return make.PlaceFactory(collaboration=self.here, name=name, lon=at[0], lat=at[1], area=area)

    def treat(self, place):
        make.EvaluationPlaceFactory(evaluation_plan=self.plan, place=place)

    def report(self, month, *, at=None, day=10, area=None, **more):
        lon, lat = at or (None, None)
        values = {"category": self.vandalism, "organisation": self.organisation, "area": area, **more}
        return make.IncidentFactory(at=dt.datetime(2025, month, day, 12, tzinfo=dt.UTC), lon=lon, lat=lat, **values)

    def counts(self, first=FIRST, last=LAST):
        return monthly_counts(self.plan, first, last)


def metres(one, other):
    """From the centre of a hexagon to that of another."""
    return h3.great_circle_distance(h3.cell_to_latlng(one), h3.cell_to_latlng(other), unit="m")


@pytest.fixture
def ground(db):
    return Ground()


def test_each_report_is_counted_where_it_lies_or_is_tied_to(ground):
    ground.treat(ground.square)
    west, east = ground.west, ground.east
    ground.report(1, at=SQUARE, area=west)
    # Tied to the square, whatever its point says, and also without one.
    ground.report(1, at=FAR, area=west, place=ground.square)
    ground.report(2, area=west, place=ground.square)
    ground.report(2, at=NEAR, area=west)
    ground.report(3, at=EDGE, area=west)
    ground.report(3, at=EDGE, area=None)
    # In the treated area but neither at the square nor in the ring: nowhere.
    ground.report(3, at=(16.13, 58.59), area=west)
    ground.report(4, at=FAR, area=east)
    ground.report(4, area=ground.yard)
    ground.report(5, area=east, place=ground.stop)
    # Another kind, another status, another day: none of them.
    ground.report(5, at=SQUARE, area=west, category=ground.other)
    ground.report(5, at=SQUARE, area=west, status=Status.SUBMITTED)
    ground.report(7, at=SQUARE, area=west)
    counts = ground.counts()
    assert list(counts.index) == [dt.date(2025, month, 1) for month in range(1, 7)]
    assert counts["days"].tolist() == [31, 28, 31, 30, 31, 30]
    assert counts["treated"].tolist() == [2, 1, 0, 0, 0, 0]
    assert counts["ring"].tolist() == [0, 1, 2, 0, 0, 0]
    # What is at the compared place is the place's alone: nothing is counted twice.
    assert counts[f"area-{east.pk}"].tolist() == [0, 0, 0, 1, 0, 0]
    assert counts[f"place-{ground.stop.pk}"].tolist() == [0, 0, 0, 1, 1, 0]
    assert (counts.dtypes == "int64").all()


def test_the_zones_agree_with_looking_at_each_hexagon_by_hand(ground):
    ground.treat(ground.square)
    zones = design_of(ground.plan).zones
    own = h3.latlng_to_cell(SQUARE[1], SQUARE[0], 11)
    treated = {own, *h3.grid_disk(own, 1)}
    around = h3.grid_ring(own, 1)
    spacing_m = np.mean([metres(own, cell) for cell in around])
    steps = round(RING_M / spacing_m)
    assert zones.cells == treated
    assert zones.ring == {c for c in h3.grid_disk(own, 30) if 0 < min(h3.grid_distance(c, t) for t in treated) <= steps}
    # Some directions have longer steps than others: a fifth at most.
    off = [min(metres(cell, t) for t in treated) for cell in zones.ring]
    assert 30 < min(off) < 60
    assert RING_M < max(off) < RING_M * 1.2


def test_made_up_reports_agree_with_counting_by_hand(ground):
    ground.treat(ground.square)
    rng = np.random.default_rng(6)
    zones, spot = design_of(ground.plan).zones, cells_of_place(ground.stop)
    rows = []
    for at in (
        rng.normal(SQUARE, (0.003, 0.0012), (150, 2)).tolist() + rng.normal(FAR, (0.01, 0.003), (100, 2)).tolist()
    ):
        area = [None, ground.west, ground.east][int(at[0] > 16.14) + int(rng.random() < 0.9)]
        place = [None, None, None, ground.square, ground.stop][rng.integers(5)]
        rows.append(ground.report(int(rng.integers(1, 9)), day=int(rng.integers(1, 29)), at=at, area=area, place=place))
    first, last = dt.date(2025, 2, 10), dt.date(2025, 6, 17)
    expected: Counter[tuple[str, int]] = Counter()
    for row in rows:
        if not first <= row.occurred_on <= last:
            continue
        (cell,) = cells_of([row.lon], [row.lat], 11).tolist()
        if row.place == ground.square or cell in zones.cells:
            expected["treated", row.occurred_on.month] += 1
        elif cell in zones.ring:
            expected["ring", row.occurred_on.month] += 1
        else:
            is_at_stop = row.place == ground.stop or cell in spot
            expected[f"place-{ground.stop.pk}", row.occurred_on.month] += is_at_stop
            expected[f"area-{ground.east.pk}", row.occurred_on.month] += row.area == ground.east and not is_at_stop
    counts = ground.counts(first, last)
    assert counts["days"].tolist() == [19, 31, 30, 31, 17]
    for name in counts.columns[1:]:
        assert counts[name].tolist() == [expected[name, month] for month in range(2, 7)], name
    assert (counts.drop(columns="days").sum() > 0).all()


def test_without_a_place_the_whole_area_is_treated_and_the_ring_lies_outside_its_border(ground):
    inner = make.AreaFactory(collaboration=ground.here, name="Kvarteret", parent=ground.west)
    just_in, just_out, beyond = (16.1395, 58.585), (16.1410, 58.585), (16.1460, 58.585)
    ground.report(1, at=SQUARE, area=ground.west)
    ground.report(1, at=just_in, area=inner)
    ground.report(2, area=ground.west)
    ground.report(3, at=just_out, area=ground.east)
    ground.report(4, at=beyond, area=ground.east)
    # The border says where the area ends; a report just outside that belongs to it all the same is the area's.
    ground.report(5, at=(16.1402, 58.585), area=ground.west)
    counts = ground.counts()
    assert counts["treated"].tolist() == [2, 1, 0, 0, 1, 0]
    assert counts["ring"].tolist() == [0, 0, 1, 0, 0, 0]
    assert counts[f"area-{ground.east.pk}"].tolist() == [0, 0, 0, 1, 0, 0]
    zones = zones_of(ground.west, [], RING_M)
    box = shapely.box(16.10, 58.57, 16.14, 58.60)
    for cell in zones.ring:
        lat, lon = h3.cell_to_latlng(cell)
        assert not box.contains(shapely.Point(lon, lat))
        off_m = shapely.Point((lon - 16.12) * _LON_M, (lat - 58.585) * 111_195).distance(
            shapely.box(-0.02 * _LON_M, -0.015 * 111_195, 0.02 * _LON_M, 0.015 * 111_195)
        )
        assert off_m < RING_M + 80
    # All the way round: as much border as ring, give or take the corners.
    assert len(zones.ring) > 400


def test_a_place_with_an_outline_takes_up_every_hexagon_it_touches(ground):
    outline = shapely.box(16.1190, 58.5845, 16.1215, 58.5858)
    place = make.PlaceFactory(
        collaboration=ground.here, name="Parken", lon=16.12, lat=58.585, polygon_wkb=shapely.to_wkb(outline)
    )
    cells = cells_of_place(place)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(16.1190, 16.1215, 500), rng.uniform(58.5845, 58.5858, 500)
    assert set(cells_of(lon, lat, 11).tolist()) <= cells
    for cell in cells:
        corners = [(lng, la) for la, lng in h3.cell_to_boundary(cell)]
        assert shapely.Polygon(corners).intersects(outline)


def test_without_a_ring_there_is_none_and_an_area_without_a_border_has_none(ground):
    ground.treat(ground.square)
    ground.plan.ring_m = None
    ground.report(1, at=NEAR, area=ground.west)
    assert ground.counts()["ring"].sum() == 0
    assert zones_of(Area.objects.get(pk=ground.yard.pk), [], RING_M).ring == frozenset()


def test_what_is_purged_to_statistics_counts_by_its_place_or_area(ground):
    ground.treat(ground.square)
    tied = ground.report(2, at=SQUARE, area=ground.west, place=ground.square, day=20)
    loose = ground.report(2, at=SQUARE, area=ground.west)
    theirs = ground.report(2, at=FAR, area=ground.east)
    compared = [f"area-{ground.east.pk}", f"place-{ground.stop.pk}"]
    before = ground.counts()
    assert before["treated"].tolist() == [0, 2, 0, 0, 0, 0]
    purge_to_statistics(ground.here, [tied.pk, loose.pk, theirs.pk])
    assert Incident.objects.filter(status=Status.PURGED, is_counted=True).count() == 3
    after = ground.counts()
    # Nobody knows any more where in the area the loose one was.
    assert after["treated"].tolist() == [0, 1, 0, 0, 0, 0]
    # Nor that theirs was at the place that is compared: it is counted once all the same.
    assert before[compared].sum().tolist() == [0, 1]
    assert after[compared].sum().tolist() == [1, 0]


def test_one_question_however_much_is_compared(ground, django_assert_num_queries):
    ground.treat(ground.square)
    found = design_of(ground.plan)
    with django_assert_num_queries(2):
        counts_of(found, FIRST, LAST)


def test_where_and_when_a_selection_asks_is_said_by_the_plan_instead():
    asked = counted_selection("area=vast&place=3&category=SKA&since=2025-01-01&until=2025-02-01&weekday=5&hour_from=18")
    assert asked.query == "category=SKA&weekday=5&hour_from=18"
    assert counted_selection("nonsense=1").query == ""
