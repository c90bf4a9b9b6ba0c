import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from analysis.hexagons import (
    NO_CELL,
    cell_centres,
    cell_polygons,
    cells_along,
    cells_around,
    cells_of,
    cells_touched,
    count_by_cell,
    parent_cells,
    resolutions,
    spacing_m,
    steps_for,
)

points = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=20)


def split(pairs):
    array = np.array(pairs, dtype=float).reshape(-1, 2)
    return array[:, 0], array[:, 1]


@given(points, st.integers(0, 15))
def test_cells_agree_with_one_point_at_a_time(pairs, resolution):
    lon, lat = split(pairs)
    cells = cells_of(lon, lat, resolution)
    assert cells.dtype == np.int64
    assert cells.tolist() == [h3.latlng_to_cell(y, x, resolution) for x, y in pairs]


@given(points, st.integers(0, 15), st.integers(0, 15))
def test_parents_agree_with_h3(pairs, one, other):
    fine, coarse = max(one, other), min(one, other)
    cells = cells_of(*split(pairs), fine)
    assert parent_cells(cells, coarse).tolist() == [h3.cell_to_parent(cell, coarse) for cell in cells.tolist()]
    assert (resolutions(cells) == fine).all()


@pytest.mark.parametrize("resolution", range(16))
def test_pentagons_have_the_parents_h3_gives_them(resolution):
    pentagons = np.array(h3.get_pentagons(15), dtype=np.int64)
    expected = [h3.cell_to_parent(cell, resolution) for cell in pentagons.tolist()]
    assert parent_cells(pentagons, resolution).tolist() == expected


def test_a_point_without_a_place_has_no_cell_and_moves_nothing():
    lon = [16.19, np.nan, 16.19, 16.19, 200.0, 16.19, np.inf]
    lat = [58.59, 58.59, np.nan, 91.0, 58.59, 58.59, 58.59]
    cells = cells_of(lon, lat, 10)
    assert (cells == NO_CELL).tolist() == [False, True, True, True, True, False, True]
    assert cells[0] == cells[5] == h3.latlng_to_cell(58.59, 16.19, 10)
    assert (parent_cells(cells, 8) == NO_CELL).tolist() == (cells == NO_CELL).tolist()
    assert count_by_cell(cells).to_dict() == {cells[0]: 2}


def test_nothing_in_nothing_out():
    cells = cells_of([], [], 9)
    assert cells.dtype == np.int64
    assert len(cells) == len(parent_cells(cells, 8)) == len(count_by_cell(cells)) == len(cell_centres(cells)) == 0
    assert cell_polygons(cells) == []


@given(points, st.integers(3, 11), st.integers(0, 3))
def test_every_event_is_counted_once_whatever_the_order(pairs, fine, coarse):
    cells = np.repeat(cells_of(*split(pairs), fine), 2)
    counts = count_by_cell(cells, coarse)
    assert counts.sum() == len(cells)
    assert counts.equals(count_by_cell(cells[::-1], coarse))
    by_hand = [h3.cell_to_parent(cell, coarse) for cell in cells.tolist()]
    assert counts.to_dict() == {cell: by_hand.count(cell) for cell in by_hand}


def test_rings_are_closed_and_hold_their_centre():
    cells = cells_of([16.19, -3.05], [58.59, 53.82], 10)
    for ring, (lon, lat) in zip(cell_polygons(cells), cell_centres(cells), strict=True):
        assert ring[0] == ring[-1]
        assert len(ring) == 7
        xs, ys = zip(*ring, strict=True)
        assert min(xs) < lon < max(xs)
        assert min(ys) < lat < max(ys)
    assert cells_of(*cell_centres(cells).T, 10).tolist() == cells.tolist()


def test_questions_without_an_answer_are_refused():
    cells = cells_of([16.19], [58.59], 8)
    with pytest.raises(ValueError, match="coarser"):
        parent_cells(cells, 9)
    with pytest.raises(ValueError, match="resolution"):
        cells_of([16.19], [58.59], 16)
    with pytest.raises(ValueError, match="equal length"):
        cells_of([16.19], [58.59, 58.6], 8)


# --- Distance in hexagons ---------------------------------------------------------------------------------------------

HERE = int(cells_of([16.19], [58.59], 11)[0])


@pytest.mark.parametrize("steps", range(6))
def test_so_many_steps_away_is_what_h3_says_of_each_cell(steps):
    far = int(cells_of([16.1925], [58.591], 11)[0])
    reached = cells_around([HERE, far, HERE], steps)
    wide = set(h3.grid_disk(HERE, 20)) | set(h3.grid_disk(far, 20))
    by_hand = [c for c in sorted(wide) if min(h3.grid_distance(c, HERE), h3.grid_distance(c, far)) <= steps]
    assert reached.tolist() == by_hand


def test_the_number_of_steps_comes_nearest_to_the_metres():
    assert 41 < spacing_m(HERE) < 56
    for metres in (1, 30, 60, 100, 150, 400):
        steps = steps_for(HERE, metres)
        off = [abs(k * spacing_m(HERE) - metres) for k in (steps - 1, steps, steps + 1)]
        assert steps == 1 or off[1] == min(off)
    with pytest.raises(ValueError, match="distance"):
        steps_for(HERE, 0)
    with pytest.raises(ValueError, match="Steps"):
        cells_around([HERE], -1)


def test_a_polygon_takes_up_the_cells_of_every_point_in_it_and_none_that_lie_apart():
    outline = [(16.19, 58.59), (16.1935, 58.5905), (16.192, 58.5928), (16.19, 58.59)]
    hole = [(16.1915, 58.5908), (16.1925, 58.5909), (16.192, 58.5916), (16.1915, 58.5908)]
    shape = shapely.Polygon(outline, [hole])
    cells = set(cells_touched([outline, hole], 11).tolist())
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(16.19, 16.1935, 4000), rng.uniform(58.59, 58.5928, 4000)
    inside = shapely.contains_xy(shape, lon, lat)
    assert set(cells_of(lon[inside], lat[inside], 11).tolist()) <= cells
    drawn = {c: shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(c)]) for c in cells}
    assert all(hexagon.intersects(shape) for hexagon in drawn.values())
    # The border is walked through every cell it cuts by more than a sliver.
    border = set(cells_along(outline, 11).tolist())
    assert border <= cells
    line = shapely.LineString(outline)
    for cell, hexagon in drawn.items():
        if hexagon.intersection(line).length * 111_195 > spacing_m(cell):
            assert cell in border
