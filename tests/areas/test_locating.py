"""Which area a point belongs to."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
import shapely
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from areas.locating import AreaIndex, area_of, extent_of, index_of, locate
from areas.models import AreaKind, Boundary
from partners.models import Collaboration
from tests import factories as make
from tests.areas.files import ward_polygons

pytestmark = pytest.mark.django_db

M_NORTH = 1 / 111_320


def make_area(collaboration, name, *, kind=AreaKind.EST_AREA, **sides):
    area = make.AreaFactory(collaboration=collaboration, name=name, kind=kind)
    make.BoundaryFactory(area=area, **sides)
    Collaboration.objects.filter(pk=collaboration.pk).update(boundaries_version=collaboration.boundaries_version + 1)
    collaboration.refresh_from_db()
    return area


@pytest.fixture
def here():
    return make.CollaborationFactory()


def test_a_point_belongs_to_the_area_it_lies_in(world):
    located = locate(world.here, [16.12, 16.16, 16.25], [58.585, 58.585, 58.585])
    assert located.area_id.tolist() == [world.west.pk, world.east.pk, 0]
    assert located.is_placed.tolist() == [True, True, False]


def test_a_point_in_the_municipality_alone_is_outside_the_areas(world):
    located = locate(world.here, [16.25], [58.65])
    assert located.is_outside.tolist() == [True]
    assert located.inside_extent.tolist() == [True]


def test_a_missing_point_has_no_area_and_is_not_outside(world):
    located = locate(world.here, [np.nan, 16.12, 400.0], [58.585, np.nan, 58.0])
    assert located.area_id.tolist() == [0, 0, 0]
    assert not located.has_point.any()
    assert not located.is_outside.any()


def test_no_points_and_no_areas(here, world):
    assert locate(world.here, [], []).area_id.tolist() == []
    assert locate(here, [16.1], [58.5]).area_id.tolist() == [0]


def test_of_two_areas_the_smaller_one_counts(here):
    make_area(here, "Stor", west=16.0, south=58.5, east=16.2, north=58.7)
    small = make_area(here, "Liten", west=16.05, south=58.55, east=16.06, north=58.56)
    assert area_of(here, 16.055, 58.555) == small


@pytest.mark.parametrize(("metres", "is_near"), [(49, True), (51, False)])
@pytest.mark.parametrize("direction", ["north", "east"])
def test_within_fifty_metres_the_nearest_counts(here, metres, is_near, direction):
    near = make_area(here, "Nära", west=16.10, south=58.57, east=16.14, north=58.60)
    if direction == "north":
        lon, lat = 16.12, 58.60 + metres * M_NORTH
    else:
        lon, lat = 16.14 + metres * M_NORTH / math.cos(math.radians(58.585)), 58.585
    assert area_of(here, lon, lat) == (near if is_near else None)


def test_the_nearer_of_two_counts_whatever_their_size(here):
    make_area(here, "Stor", west=16.00, south=58.50, east=16.10, north=58.60)
    small = make_area(here, "Liten", west=16.1010, south=58.55, east=16.1011, north=58.56)
    assert area_of(here, 16.1008, 58.555) == small


def test_equally_near_the_smaller_counts(here):
    make_area(here, "Stor", west=16.00, south=58.50, east=16.10, north=58.60)
    small = make_area(here, "Liten", west=16.1010, south=58.55, east=16.1020, north=58.56)
    assert area_of(here, 16.1, 58.555).name == "Stor"
    assert area_of(here, 16.1010, 58.555) == small


def test_a_point_on_a_shared_edge_goes_to_the_smaller_and_always_to_the_same(here):
    make_area(here, "Stor", west=16.00, south=58.5, east=16.10, north=58.7)
    small = make_area(here, "Liten", west=16.10, south=58.5, east=16.15, north=58.6)
    assert {area_of(here, 16.10, 58.55).pk for _ in range(5)} == {small.pk}


def test_only_the_reporting_kind_counts(here):
    make_area(here, "Kommunen", kind=AreaKind.MUNICIPALITY, west=16.0, south=58.5, east=16.3, north=58.7)
    make_area(here, "DeSO", kind=AreaKind.STATISTICAL, west=16.0, south=58.5, east=16.3, north=58.7)
    ward = make_area(here, "Stadsdel", kind=AreaKind.WARD, west=16.1, south=58.55, east=16.2, north=58.6)
    # No EST areas yet: the smallest kind that may report.
    assert area_of(here, 16.15, 58.57) == ward
    assert area_of(here, 16.05, 58.52) is None
    est = make_area(here, "EST", west=16.1, south=58.55, east=16.2, north=58.6)
    assert area_of(here, 16.15, 58.57) == est


def test_statistical_areas_never_count_even_when_chosen(here):
    here.reporting_kind = AreaKind.STATISTICAL
    here.save()
    make_area(here, "DeSO", kind=AreaKind.STATISTICAL, west=16.0, south=58.5, east=16.3, north=58.7)
    assert area_of(here, 16.15, 58.57) is None


def test_the_boundary_in_force_counts(here):
    area = make.AreaFactory(collaboration=here)
    day = dt.date(2024, 1, 1)
    make.BoundaryFactory(area=area, west=16.0, east=16.1, valid_to=day)
    make.BoundaryFactory(area=area, west=16.1, east=16.2, valid_from=day)
    assert locate(here, [16.05, 16.15], [58.585] * 2).area_id.tolist() == [0, area.pk]
    assert locate(here, [16.05, 16.15], [58.585] * 2, on=dt.date(2023, 12, 31)).area_id.tolist() == [area.pk, 0]


def test_an_area_no_longer_in_use_gets_no_points(here):
    area = make.AreaFactory(collaboration=here, valid_to=dt.date(2024, 1, 1))
    make.BoundaryFactory(area=area)
    assert area_of(here, 16.12, 58.585) is None


def test_another_collaborations_areas_do_not_exist(world):
    assert area_of(world.elsewhere, 16.12, 58.585) is None


def test_the_index_is_kept_until_a_boundary_changes(world, django_assert_num_queries):
    locate(world.here, [16.12], [58.585])
    with django_assert_num_queries(1):
        locate(world.here, [16.12], [58.585])
    make_area(world.here, "Mitten", west=16.119, south=58.584, east=16.121, north=58.586)
    assert area_of(world.here, 16.12, 58.585).name == "Mitten"


def test_a_version_used_again_after_a_rollback_does_not_bring_old_boundaries_back(here):
    with transaction.atomic():
        make_area(here, "Ångrad", west=16.0, east=16.1)
        assert area_of(here, 16.05, 58.585).name == "Ångrad"
        transaction.set_rollback(True)
    here.refresh_from_db()
    kept = make_area(here, "Kvar", west=16.0, east=16.1)
    assert area_of(here, 16.05, 58.585) == kept


def test_extent_is_given_or_ten_kilometres_around_the_areas_or_nothing(here, world):
    assert extent_of(here) is None
    assert locate(here, [100.0], [-80.0]).inside_extent.tolist() == [True]

    west, south, _, north = extent_of(world.here)
    assert south == pytest.approx(58.5 - 10 / 111.32)
    assert north == pytest.approx(58.7 + 10 / 111.32)
    assert west == pytest.approx(16.0 - 10 / (111.32 * math.cos(math.radians(58.7))), abs=1e-6)
    assert locate(world.here, [16.0, 15.5, 16.15], [58.45, 58.6, 60.0]).inside_extent.tolist() == [True, False, False]

    world.here.west, world.here.south, world.here.east, world.here.north = 16.1, 58.5, 16.2, 58.6
    world.here.save()
    assert extent_of(world.here) == (16.1, 58.5, 16.2, 58.6)


def slow_area(polygons, lon, lat):
    """The rule, word by word, one polygon at a time."""
    point = shapely.Point(lon, lat)
    inside = [key for key, polygon in polygons.items() if polygon.intersects(point)]
    if inside:
        return min(inside, key=lambda key: (polygons[key].area, key))

    def metres(polygon):
        flat = shapely.transform(polygon, lambda c: (c - [lon, lat]) * [111_320 * math.cos(math.radians(lat)), 111_320])
        return flat.distance(shapely.Point(0, 0))

    distances = {key: metres(polygon) for key, polygon in polygons.items()}
    near = min(distances, key=lambda key: (distances[key], polygons[key].area, key), default=0)
    return near if near and distances[near] <= 50 else 0


steps = st.integers(0, 20)
sides = st.tuples(steps, steps, st.integers(1, 8), st.integers(1, 8)).map(
    lambda box: shapely.box(
        16.1 + box[0] * 0.0005, 58.5 + box[1] * 0.0003, 16.1 + (box[0] + box[2]) * 0.0005,
        58.5 + (box[1] + box[3]) * 0.0003,
    )
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    boxes=st.lists(sides, min_size=1, max_size=6, unique_by=lambda box: round(box.area, 12)),
    points=st.lists(st.tuples(st.floats(16.098, 16.116), st.floats(58.498, 58.51)), min_size=1, max_size=20),
)
def test_locating_agrees_with_one_polygon_at_a_time(boxes, points):
    polygons = dict(enumerate(boxes, start=1))
    # Points where rounding of metres could decide are left to the tests above.
    lon, lat = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    found = AreaIndex(list(polygons), list(polygons.values())).locate(lon, lat)
    for i, (x, y) in enumerate(points):
        expected = slow_area(polygons, x, y)
        if found[i] != expected:
            metres = sorted(
                shapely.transform(
                    polygon, lambda c, x=x, y=y: (c - [x, y]) * [111_320 * math.cos(math.radians(y)), 111_320]
                ).distance(shapely.Point(0, 0))
                for polygon in polygons.values()
            )
            is_rounding = abs(metres[0] - 50) < 0.5 or (len(metres) > 1 and metres[1] - metres[0] < 0.5)
            assert is_rounding, (x, y, found[i], expected, metres)


def test_half_a_million_points_in_271_wards():
    polygons = ward_polygons()
    assert len(polygons) == 271
    rng = np.random.default_rng(7)
    west, south, east, north = shapely.total_bounds(polygons)
    anchors = np.column_stack((rng.uniform(west, east, 60_000), rng.uniform(south, north, 60_000)))
    chosen = anchors[rng.integers(0, len(anchors), 564_000)]
    index = AreaIndex(list(range(1, 272)), polygons)
    found = index.locate(chosen[:, 0], chosen[:, 1])
    sample = rng.integers(0, len(chosen), 300)
    for i in sample:
        holding = [k + 1 for k in range(271) if shapely.intersects_xy(polygons[k], *chosen[i])]
        assert found[i] in (holding or [found[i]])


def test_locating_in_a_transaction_holds_the_boundaries_still(world):
    """The lock is what a re-cut waits for (`test_importing` shows it waiting)."""
    index_of(world.here)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'partners_collaboration'::regclass"
                       " AND mode = 'RowShareLock' AND pid = pg_backend_pid()")  # fmt: skip
        assert cursor.fetchone()[0] == 1
    assert Boundary.objects.filter(collaboration=world.here).count() == 3
