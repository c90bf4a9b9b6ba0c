import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.hexagons import (
    NO_CELL,
    cell_centres,
    cell_polygons,
    cells_of,
    count_by_cell,
    parent_cells,
    resolutions,
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
