"""The attacker here knows more than any reader: which protected cells are zero, and that all others hold an event."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from analysis.disclosure import protect_areas, protect_counts, protect_hierarchy, protect_table, protected_share

NAN = float("nan")
small_often = st.one_of(st.integers(0, 6), st.integers(0, 60), st.none())
series = st.lists(small_often, min_size=1, max_size=8).map(lambda values: pd.Series(values, dtype=float))


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    values = draw(st.lists(small_often, min_size=rows * columns, max_size=rows * columns))
    return pd.DataFrame(np.array(values, dtype=float).reshape(rows, columns))


@st.composite
def with_mask(draw, things):
    thing = draw(things)
    size = thing.to_numpy().size
    mask = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool).reshape(thing.shape)
    if draw(st.booleans()):
        mask[:] = False
    wrap = pd.Series if thing.ndim == 1 else pd.DataFrame
    return thing, wrap(mask)


def bounds(truth, protected, sums, place):
    """The least and the greatest whole number `place` can hold, given everything that is not protected."""
    cells = len(truth)
    known = np.where(np.isnan(truth), 0, truth)
    least = np.where(protected, np.minimum(known, 1), known)
    greatest = np.where(protected, 1000, known)
    equations = np.zeros((len(sums), cells))
    for row, (whole, parts) in enumerate(sums):
        equations[row, whole] = -1
        equations[row, parts] += 1
    found = []
    for sign in (1, -1):
        goal = np.zeros(cells)
        goal[place] = sign
        answer = optimize.milp(
            goal,
            constraints=optimize.LinearConstraint(equations, 0, 0) if len(sums) else None,
            bounds=optimize.Bounds(least, greatest),
            integrality=np.ones(cells),
        )
        assert answer.success
        found.append(round(sign * answer.fun))
    return found


def assert_attack_fails(truth, protected, sums, left_out=()):
    """`left_out` are totals nobody wrote down; they may follow from shown counts, but must not tell of small ones."""
    for place in np.flatnonzero(protected):
        low, high = bounds(truth, protected, sums, place)
        assert low < high or place in left_out, "a protected cell can be computed"
        if 1 <= truth[place] <= 4:
            assert high >= 5, "a protected cell is known to be small"


def assert_honest(truth, values, statuses):
    """Each cell says one of the four things, and what is shown is true."""
    truth, values, statuses = (np.asarray(part).ravel() for part in (truth, values, statuses))
    assert (np.isnan(truth) == (statuses == "missing")).all()
    assert set(statuses) <= {"shown", "protected", "missing", "zero"}
    open_cells = np.isin(statuses, ["shown", "zero"])
    np.testing.assert_array_equal(values[open_cells], truth[open_cells])
    assert np.isnan(values[~open_cells]).all()
    assert (truth[statuses == "zero"] == 0).all()
    assert (truth[statuses == "shown"] > 0).all()
    assert (statuses[(truth >= 1) & (truth <= 4)] == "protected").all()


# One dimension


@given(with_mask(series))
def test_no_protected_count_of_a_partition_can_be_computed(given_):
    counts, forced = given_
    answer = protect_counts(counts, forced=forced)
    assert_honest(counts, answer.cells["value"], answer.cells["status"])
    statuses = answer.cells["status"].to_numpy()
    assert (statuses[(forced & counts.notna()).to_numpy()] == "protected").all()
    if counts.isna().all():
        assert answer.total.status == "missing"
        return
    total = counts.sum()
    assert_honest([total], [answer.total.value], [answer.total.status])
    truth = np.append(counts.to_numpy(), total)
    protected = np.append(statuses == "protected", answer.total.status == "protected")
    assert_attack_fails(truth, protected, [(len(counts), np.arange(len(counts)))])


@given(series)
def test_without_a_total_only_small_counts_are_protected(counts):
    statuses = protect_counts(counts, total_shown=False).cells["status"]
    assert ((statuses == "protected") == counts.between(1, 4)).all()


@given(series, st.randoms(use_true_random=False))
def test_the_order_of_different_counts_does_not_matter(counts, random):
    counts = counts[~counts.duplicated() | counts.isna()]
    shuffled = counts.sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_frame_equal(
        protect_counts(shuffled).cells.loc[counts.index], protect_counts(counts).cells, check_like=True
    )


@pytest.mark.parametrize(
    ("counts", "statuses", "total"),
    [
        # nothing small: nothing hidden
        ([5, 0, 9, NAN], ["shown", "zero", "shown", "missing"], "shown"),
        # one small count takes the smallest other with it
        ([3, 50, 7, 0], ["protected", "shown", "protected", "zero"], "shown"),
        # two small counts that hide each other
        ([3, 4, 50], ["protected", "protected", "shown"], "shown"),
        # two small counts whose sum tells that both are small
        ([2, 2, 50, 6], ["protected", "protected", "shown", "protected"], "shown"),
        # nobody to hide behind: the total goes
        ([2, 3, 0], ["protected", "protected", "zero"], "protected"),
        # the first may be five, if the second is one
        ([2, 4, 0], ["protected", "protected", "zero"], "shown"),
        ([3, 0, 0], ["protected", "zero", "zero"], "protected"),
        ([0, 0], ["zero", "zero"], "zero"),
        ([NAN], ["missing"], "missing"),
    ],
)
def test_four_statuses(counts, statuses, total):
    answer = protect_counts(pd.Series(counts, dtype=float))
    assert answer.cells["status"].tolist() == statuses
    assert answer.total.status == total


def test_a_sensitive_count_is_protected_whatever_its_size():
    counts = pd.Series({"drugs": 200, "damage": 30, "litter": 90})
    forced = pd.Series({"drugs": True})
    answer = protect_counts(counts, forced=forced)
    assert answer.cells["status"].to_dict() == {"drugs": "protected", "damage": "protected", "litter": "shown"}
    assert answer.total.value == 320
    alone = protect_counts(counts[["drugs"]], forced=forced)
    assert (alone.cells["status"].tolist(), alone.total.status) == (["protected"], "protected")


def test_the_limit_is_a_setting():
    counts = pd.Series([7.0, 12.0, 40.0])
    assert protect_counts(counts).cells["status"].tolist() == ["shown"] * 3
    assert protect_counts(counts, largest=9).cells["status"].tolist() == ["protected", "protected", "shown"]


# Tables with totals


def parts_of(shape):
    """The sums a reader of a table with all its totals can use, cells in rows first, then the totals."""
    rows, columns = shape
    cell = np.arange(rows * columns).reshape(shape)
    row_total = rows * columns + np.arange(rows)
    column_total = rows * columns + rows + np.arange(columns)
    whole = rows * columns + rows + columns
    return [
        *((row_total[row], cell[row]) for row in range(rows)),
        *((column_total[column], cell[:, column]) for column in range(columns)),
        (whole, row_total),
        (whole, column_total),
    ]


def attacked(table, answer, left_out=()):
    truth = np.concatenate(
        [table.to_numpy().ravel(), table.sum(axis=1, min_count=1), table.sum(min_count=1), [table.sum().sum()]]
    )
    statuses = np.concatenate(
        [
            answer.statuses.to_numpy().ravel(),
            answer.row_totals["status"],
            answer.column_totals["status"],
            [answer.total.status],
        ]
    )
    if table.isna().all(axis=None):
        truth[-1] = np.nan
    values = np.concatenate(
        [
            answer.values.to_numpy().ravel(),
            answer.row_totals["value"],
            answer.column_totals["value"],
            [answer.total.value],
        ]
    )
    assert_honest(truth, values, statuses)
    assert_attack_fails(truth, statuses == "protected", parts_of(table.shape), left_out)


@given(with_mask(tables()))
@settings(max_examples=60)
def test_no_protected_cell_of_a_table_can_be_computed(given_):
    table, forced = given_
    answer = protect_table(table, forced=forced)
    attacked(table, answer)
    assert (answer.statuses.to_numpy()[(forced & table.notna()).to_numpy()] == "protected").all()


@pytest.mark.slow
@given(tables())
@settings(max_examples=1500)
def test_no_protected_cell_of_many_tables_can_be_computed(table):
    attacked(table, protect_table(table))


@given(tables(), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_totals_that_are_not_shown_give_nothing_away(table, row_totals, column_totals, grand_total):
    answer = protect_table(table, row_totals=row_totals, column_totals=column_totals, grand_total=grand_total)
    rows, columns = table.shape
    is_left_out = [False] * table.size + [not row_totals] * rows + [not column_totals] * columns + [not grand_total]
    attacked(table, answer, left_out=np.flatnonzero(is_left_out))
    for shown, totals in ((row_totals, answer.row_totals), (column_totals, answer.column_totals)):
        assert shown or not totals["status"].isin(["shown", "zero"]).any()


@given(tables())
@settings(max_examples=30)
def test_the_same_table_is_protected_the_same_way_every_time(table):
    first, second = protect_table(table), protect_table(table.copy())
    pd.testing.assert_frame_equal(first.statuses, second.statuses)
    pd.testing.assert_frame_equal(first.row_totals, second.row_totals)


def test_one_small_cell_takes_a_rectangle_with_it():
    table = pd.DataFrame({"damage": [3, 8, 30], "fire": [10, 9, 12], "theft": [20, 15, 60]}, index=["a", "b", "c"])
    answer = protect_table(table)
    protected = answer.statuses == "protected"
    assert protected.loc["a", "damage"]
    assert protected.to_numpy().sum() == 4
    assert (protected.sum().isin([0, 2])).all()
    assert (protected.sum(axis=1).isin([0, 2])).all()
    assert answer.row_totals["status"].eq("shown").all()
    assert answer.column_totals["value"].to_dict() == {"damage": 41, "fire": 31, "theft": 95}
    assert answer.total.value == 167


def test_a_table_with_nothing_small_is_shown_whole():
    table = pd.DataFrame([[5, 0, NAN], [12, 40, 6]], dtype=float)
    answer = protect_table(table)
    assert answer.statuses.to_numpy().tolist() == [["shown", "zero", "missing"], ["shown"] * 3]
    pd.testing.assert_frame_equal(answer.values, table)
    assert answer.row_totals["value"].tolist() == [5, 58]


def test_where_no_cell_can_hide_another_the_totals_go():
    answer = protect_table(pd.DataFrame([[3, 0], [0, 50]]))
    attacked(pd.DataFrame([[3.0, 0], [0, 50]]), answer)
    assert answer.row_totals["status"].tolist()[0] == "protected"
    assert answer.column_totals["status"].tolist()[0] == "protected"


def test_thirteen_areas_and_twenty_five_categories():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.negative_binomial(0.5, 0.5 / 12.5, (13, 25)).astype(float))
    answer = protect_table(table)
    small = int(table.apply(lambda column: column.between(1, 4)).to_numpy().sum())
    protected = int((answer.statuses == "protected").to_numpy().sum())
    assert small <= protected < 1.5 * small
    assert answer.row_totals["status"].eq("shown").all()
    assert answer.column_totals["status"].eq("shown").all()


# Areas within areas


@given(st.lists(small_often, min_size=1, max_size=9), st.integers(1, 3), st.integers(1, 2))
@settings(max_examples=60)
def test_no_protected_count_in_a_tree_of_areas_can_be_computed(values, districts, municipalities):
    areas = [f"area {number}" for number in range(len(values))]
    parents = {area: f"district {number % districts}" for number, area in enumerate(areas)}
    parents |= {f"district {number}": f"municipality {number % municipalities}" for number in range(districts)}
    parents |= {f"municipality {number}": "county" for number in range(municipalities)}
    counts = pd.Series(values, index=areas, dtype=float)
    answer = protect_hierarchy(counts, parents)

    leaves = {name: [name] for name in areas}
    for name in answer.index.drop(areas):
        below = [area for area in areas if name in ancestors(area, parents)]
        leaves[name] = below
    truth = np.array([counts[leaves[name]].sum(min_count=1) for name in answer.index])
    assert_honest(truth, answer["value"], answer["status"])
    place = {name: number for number, name in enumerate(answer.index)}
    sums = [
        (place[name], np.array([place[child] for child in answer.index if parents.get(child) == name]))
        for name in answer.index.drop(areas)
    ]
    assert_attack_fails(truth, (answer["status"] == "protected").to_numpy(), sums)


TREE = {"a": "south", "b": "south", "c": "south", "d": "north", "south": "town", "north": "town"}


def sums_of_areas(names, categories):
    """The sums somebody can use who has every area's page, cells in rows first, then the areas' totals."""
    names, columns = list(names), len(categories)
    cell = np.arange(len(names) * columns).reshape(len(names), columns)
    sums = [(cell.size + row, cell[row]) for row in range(len(names))]
    for name in set(TREE.values()) & set(names):
        parts = [names.index(child) for child in names if TREE.get(child) == name]
        sums += [(cell[names.index(name), column], cell[parts, column]) for column in range(columns)]
    return sums


@st.composite
def area_tables(draw):
    areas = draw(st.sampled_from([["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]))
    columns = draw(st.integers(1, 3))
    values = draw(st.lists(small_often, min_size=len(areas) * columns, max_size=len(areas) * columns))
    return pd.DataFrame(np.array(values, dtype=float).reshape(-1, columns), index=areas)


@given(area_tables(), st.booleans())
@settings(max_examples=40)
def test_all_pages_of_all_areas_together_give_nothing_away(table, first_is_sensitive):
    forced = [0] if first_is_sensitive else []
    answer = protect_areas(table, TREE, forced=forced)
    below = {
        name: [area for area in table.index if area == name or name in ancestors(area, TREE)]
        for name in answer.statuses.index
    }
    cells = np.array([table.loc[areas].sum(min_count=1) for areas in below.values()])
    totals = np.array([table.loc[areas].sum(min_count=1).sum(min_count=1) for areas in below.values()])
    truth = np.concatenate([cells.ravel(), totals])
    statuses = np.concatenate([answer.statuses.to_numpy().ravel(), answer.totals["status"]])
    values = np.concatenate([answer.values.to_numpy().ravel(), answer.totals["value"]])
    assert_honest(truth, values, statuses)
    if first_is_sensitive:
        assert answer.statuses[0].isin(["protected", "missing"]).all()
    assert_attack_fails(truth, statuses == "protected", sums_of_areas(answer.statuses.index, table.columns))


def test_a_parents_page_does_not_give_away_what_its_parts_protect():
    table = pd.DataFrame({"damage": [3, 30, 40], "fire": [20, 25, 31], "theft": [50, 60, 70]}, index=["a", "b", "c"])
    answer = protect_areas(table, TREE)
    assert answer.statuses.loc["a", "damage"] == "protected"
    assert (answer.statuses.loc[["a", "b", "c"]] == "protected").to_numpy().sum() == 4
    assert (answer.statuses.loc[["south", "town"]] == "shown").all(axis=None)
    assert answer.totals["value"].to_dict() == {"a": 73, "b": 115, "c": 141, "south": 329, "town": 329}


def ancestors(name, parents):
    above = []
    while name in parents:
        name = parents[name]
        above.append(name)
    return above


def test_a_small_area_is_hidden_by_its_neighbour():
    counts = pd.Series({"Klockaretorpet": 3, "Hageby": 20, "Navestad": 0, "Borg": 9})
    parents = {"Klockaretorpet": "south", "Hageby": "south", "Navestad": "south", "Borg": "north"}
    parents |= {"south": "municipality", "north": "municipality"}
    answer = protect_hierarchy(counts, parents)
    assert answer["status"].to_dict() == {
        "Klockaretorpet": "protected",
        "Hageby": "protected",
        "Navestad": "zero",
        "Borg": "shown",
        "south": "shown",
        "north": "shown",
        "municipality": "shown",
    }
    assert answer.loc["municipality", "value"] == 32
    with pytest.raises(ValueError, match="sum"):
        protect_hierarchy(pd.Series({"south": 3, "Hageby": 20}), parents)


# Shares


def test_a_share_of_protected_numbers_is_protected():
    part = pd.DataFrame(
        {"value": [5, NAN, 0, NAN, 6, 0], "status": ["shown", "protected", "zero", "missing", "shown", "zero"]}
    )
    whole = pd.DataFrame(
        {"value": [20, 10, 10, 10, NAN, 0], "status": ["shown", "shown", "shown", "shown", "protected", "zero"]}
    )
    share = protected_share(part, whole)
    assert share["status"].tolist() == ["shown", "protected", "zero", "missing", "protected", "missing"]
    np.testing.assert_array_equal(share["value"], [0.25, NAN, 0, NAN, NAN, NAN])
