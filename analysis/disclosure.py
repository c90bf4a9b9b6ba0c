"""Counts that may be shown to those without detail rights, so that small ones cannot be worked out from the rest.

Counts from `smallest` to `largest` (1–4) are protected. Where shown totals would give them away, further cells are
protected too, and where that is not enough, totals. Every cell has one of four statuses that must look different
everywhere: shown, protected, missing (the source does not have it) and zero (nothing happened).

The measure of safety: for every small count that is protected there is another table that agrees with everything
shown, has a count of at least one wherever this one does, and in which that cell is above `largest`. So nobody can tell
from the numbers that the cell is small; and no protected cell has only one possible value.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse


class Status(StrEnum):
    """What a cell says. Equal to their plain strings."""

    SHOWN = "shown"
    PROTECTED = "protected"
    MISSING = "missing"
    ZERO = "zero"


@dataclass(frozen=True)
class ProtectedCount:
    """One count that may be shown; `value` is NaN when it is protected or missing."""

    value: float
    status: str


@dataclass(frozen=True)
class ProtectedCounts:
    """Counts of a partition and their total. `cells` has the columns `value` and `status`."""

    cells: pd.DataFrame
    total: ProtectedCount


@dataclass(frozen=True)
class ProtectedTable:
    """A table that may be shown: `values` and `statuses` shaped as the input, totals with `value` and `status`."""

    values: pd.DataFrame
    statuses: pd.DataFrame
    row_totals: pd.DataFrame
    column_totals: pd.DataFrame
    total: ProtectedCount


@dataclass(frozen=True)
class ProtectedAreas:
    """Areas and those above them (rows) by category: `values`, `statuses`, and `totals` with `value` and `status`."""

    values: pd.DataFrame
    statuses: pd.DataFrame
    totals: pd.DataFrame


# What it costs to hide a cell that need not be hidden: other counts rather than zeros, zeros rather than totals.
_COUNT, _ZERO, _TOTAL, _GRAND_TOTAL = 1.0, 30.0, 1000.0, 30000.0
# An already protected cell is nearly free, but not quite: no reason to send changes through cells that have no part.
_ALREADY = 1e-3


def protect_counts(
    counts: pd.Series,
    *,
    smallest: int = 1,
    largest: int = 4,
    total_shown: bool = True,
    forced: pd.Series | None = None,
) -> ProtectedCounts:
    """The counts of a partition, such as incidents by category, with small ones protected.

    Input: whole numbers, NaN where the source has none; together they make up the total, which is computed here.
    `total_shown`: the total stands somewhere the reader can see, so one protected count would be the total less the
    others. `forced` marks counts to protect whatever their size, such as sensitive categories. When protected counts
    alone make up too little to hide in, the smallest other count is protected as well, and with none left the total.

    Assumes that the reader knows nothing else about these events, and no other table with the same counts grouped
    differently: protect such tables together. See docs/methods/disclosure-control.md.
    """
    values = counts.to_numpy(dtype=np.float64, na_value=np.nan)
    must = _mask(forced, counts)
    known = ~np.isnan(values)
    total = float(values[known].sum())
    protected = known & (must | _is_small(values, smallest, largest))
    total_protected = smallest <= total <= largest
    if total_shown and protected.any() and not total_protected:
        # Shown counts in rising order, the first of equals first. Zeros cannot hide anything: nothing may leave them.
        others = [place for place in np.argsort(values, kind="stable") if known[place] and not protected[place]]
        others = [place for place in others if values[place] > 0]
        while not _hidden(values[protected], largest):
            if not others:
                total_protected = True
                break
            protected[others.pop(0)] = True
    cells = pd.DataFrame(
        {"value": np.where(protected, np.nan, values), "status": _statuses(values, protected)}, index=counts.index
    )
    whole = values[known]
    if not len(whole):
        return ProtectedCounts(cells, ProtectedCount(np.nan, Status.MISSING))
    return ProtectedCounts(cells, _one(total, total_protected))


def protect_table(
    table: pd.DataFrame,
    *,
    row_totals: bool = True,
    column_totals: bool = True,
    grand_total: bool = True,
    smallest: int = 1,
    largest: int = 4,
    forced: pd.DataFrame | None = None,
) -> ProtectedTable:
    """A table of counts with its totals, with small counts protected in rows, columns and totals at once.

    Input: whole numbers, NaN where the source has none. The totals are computed here, over what is not missing; the
    arguments say which of them the reader can see. A total that is not shown is returned as if protected. `forced` as
    in `protect_counts`. The answer is the same every time for the same table.

    Rows that are areas and columns that are categories make the area totals, the municipality's figure in each
    category and its total consistent with each other. Assumes that the reader sees no other table with the same counts
    grouped differently. See docs/methods/disclosure-control.md.
    """
    rows, columns = table.shape
    counts = table.to_numpy(dtype=np.float64, na_value=np.nan)
    must = _mask(forced, table)
    cell = np.arange(rows * columns).reshape(rows, columns)
    row_total = rows * columns + np.arange(rows)
    column_total = rows * columns + rows + np.arange(columns)
    whole = rows * columns + rows + columns

    sums: list[tuple[int, NDArray[np.int64]]] = []
    if row_totals:
        sums += [(row_total[row], cell[row]) for row in range(rows)]
    if column_totals:
        sums += [(column_total[column], cell[:, column]) for column in range(columns)]
    if grand_total and row_totals:
        sums.append((whole, row_total))
    if grand_total and column_totals:
        sums.append((whole, column_total))
    if grand_total and not (row_totals or column_totals):
        sums.append((whole, cell.ravel()))
    values = np.concatenate(
        [counts.ravel(), _sum_known(counts, axis=1), _sum_known(counts, axis=0), _sum_known(counts.reshape(1, -1), 1)]
    )
    hidden = np.zeros(len(values), dtype=bool)
    hidden[row_total], hidden[column_total], hidden[whole] = not row_totals, not column_totals, not grand_total
    cost = np.concatenate([np.full(rows * columns, _COUNT), np.full(rows + columns, _TOTAL), np.full(1, _GRAND_TOTAL)])
    sensitive = np.concatenate([must.ravel(), np.zeros(rows + columns + 1, dtype=bool)])
    protected = _protect_sums(values, sums, cost, sensitive, smallest, largest) | (hidden & ~np.isnan(values))

    def frame(places: NDArray[np.int64], index: pd.Index) -> pd.DataFrame:
        value = np.where(protected[places], np.nan, values[places])
        return pd.DataFrame({"value": value, "status": _statuses(values, protected)[places]}, index=index)

    return ProtectedTable(
        values=pd.DataFrame(np.where(protected, np.nan, values)[cell], index=table.index, columns=table.columns),
        statuses=pd.DataFrame(_statuses(values, protected)[cell], index=table.index, columns=table.columns),
        row_totals=frame(row_total, table.index),
        column_totals=frame(column_total, table.columns),
        total=_one(values[whole], bool(protected[whole])),
    )


def protect_hierarchy(
    counts: pd.Series,
    parents: Mapping[Hashable, Hashable],
    *,
    smallest: int = 1,
    largest: int = 4,
    forced: pd.Series | None = None,
) -> pd.DataFrame:
    """Counts of areas and of everything they are part of (district, municipality), protected together.

    Input: counts of the smallest areas, indexed by area; `parents` leads from each area to the area that holds it, as
    far up as there are totals to show. Answer: one row for each area and each area above, in order of first mention,
    with `value` and `status`; the figures above are the sums of what is not missing. `forced` as in `protect_counts`.
    """
    names, children = _tree(counts.index, parents)
    place = {name: number for number, name in enumerate(names)}
    values = _sums_above(counts.to_numpy(dtype=np.float64, na_value=np.nan)[:, None], names, children)[:, 0]
    sums = [(place[name], np.array([place[child] for child in parts])) for name, parts in children.items()]
    cost = np.full(len(names), _COUNT)
    cost[len(counts) :] = _TOTAL
    cost[[place[name] for name in children if parents.get(name) is None]] = _GRAND_TOTAL
    sensitive = np.zeros(len(names), dtype=bool)
    sensitive[: len(counts)] = _mask(forced, counts)
    protected = _protect_sums(values, sums, cost, sensitive, smallest, largest)
    return pd.DataFrame(
        {"value": np.where(protected, np.nan, values), "status": _statuses(values, protected)},
        index=pd.Index(names, name=counts.index.name),
    )


def protect_areas(
    table: pd.DataFrame,
    parents: Mapping[Hashable, Hashable],
    *,
    smallest: int = 1,
    largest: int = 4,
    forced: Collection[Hashable] = (),
) -> ProtectedAreas:
    """Counts by area and category, for areas and everything they are part of, protected together.

    Input: counts of the smallest areas (rows) by category (columns), NaN where the source has none; `parents` as in
    `protect_hierarchy`. What lies in an area but in none of its parts needs a row of its own. `forced` names the
    categories to protect whatever their size, in every area. Answer: a row for each area and each area above.

    Use it where each area has its own page: a count protected on the parent's page is then not the sum of what its
    parts show on theirs, and a part's count is not the parent's less its siblings'.
    """
    names, children = _tree(table.index, parents)
    rows, columns = len(names), table.shape[1]
    cells = _sums_above(table.to_numpy(dtype=np.float64, na_value=np.nan), names, children)
    values = np.concatenate([cells.ravel(), _sum_known(cells, axis=1)])
    cell = np.arange(rows * columns).reshape(rows, columns)
    total = rows * columns + np.arange(rows)
    place = {name: number for number, name in enumerate(names)}
    sums: list[tuple[int, NDArray[np.int64]]] = [(total[row], cell[row]) for row in range(rows)]
    for name, parts in children.items():
        below = [place[child] for child in parts]
        sums += [(cell[place[name], column], cell[below, column]) for column in range(columns)]
    # The further up, the more readers would miss it.
    above = np.array([name in children for name in names])
    cost = np.concatenate(
        [np.repeat(np.where(above, 4 * _COUNT, _COUNT), columns), np.where(above, _GRAND_TOTAL, _TOTAL)]
    )
    sensitive = np.concatenate(
        [np.tile(np.array([name in forced for name in table.columns], dtype=bool), rows), np.zeros(rows, dtype=bool)]
    )
    protected = _protect_sums(values, sums, cost, sensitive, smallest, largest)
    shown, statuses = np.where(protected, np.nan, values), _statuses(values, protected)
    index = pd.Index(names, name=table.index.name)
    return ProtectedAreas(
        values=pd.DataFrame(shown[cell], index=index, columns=table.columns),
        statuses=pd.DataFrame(statuses[cell], index=index, columns=table.columns),
        totals=pd.DataFrame({"value": shown[total], "status": statuses[total]}, index=index),
    )


def _tree(
    areas: pd.Index, parents: Mapping[Hashable, Hashable]
) -> tuple[list[Hashable], dict[Hashable, list[Hashable]]]:
    """Every area and area above, each after its first part, and the parts of those above."""
    names: list[Hashable] = list(areas)
    children: dict[Hashable, list[Hashable]] = {}
    for name in names:  # grows while it is read
        parent = parents.get(name)
        if parent is None:
            continue
        if parent in areas:
            raise ValueError(f"{parent} has areas within it, so its count is their sum and cannot be given.")
        if parent not in children:
            names.append(parent)
        children.setdefault(parent, []).append(name)
    return names, children


def _sums_above(
    counts: NDArray[np.float64], names: list[Hashable], children: Mapping[Hashable, list[Hashable]]
) -> NDArray[np.float64]:
    """The counts of the smallest areas (rows), followed by the sums of the areas above, in the order of `names`."""
    place = {name: number for number, name in enumerate(names)}
    values = np.full((len(names), counts.shape[1]), np.nan)
    values[: len(counts)] = counts

    def fill(name: Hashable) -> NDArray[np.float64]:
        if name in children:
            values[place[name]] = _sum_known(np.array([fill(child) for child in children[name]]), axis=0)
        return values[place[name]]

    within = {child for parts in children.values() for child in parts}
    for name in names:
        if name not in within:
            fill(name)
    return values


def protected_share(part: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Shares (0–1) of counts that may be shown: a share that has a protected number in it is protected itself.

    Input: two frames of equal index with `value` and `status`. A protected part would follow from its share and the
    whole. A share of nothing, or with a missing number in it, is missing.
    """
    either = pd.concat([part["status"], whole["status"]], axis=1)
    share = part["value"] / whole["value"].where(whole["value"] > 0)
    status = pd.Series(Status.SHOWN.value, index=part.index, dtype=object)
    status = status.mask(part["status"] == Status.ZERO, Status.ZERO.value)
    status = status.mask(
        (either == Status.MISSING).any(axis=1) | (whole["status"] == Status.ZERO), Status.MISSING.value
    )
    status = status.mask((either == Status.PROTECTED).any(axis=1), Status.PROTECTED.value)
    return pd.DataFrame({"value": share, "status": status})


def _is_small(values: NDArray[np.float64], smallest: int, largest: int) -> NDArray[np.bool_]:
    return (values >= smallest) & (values <= largest)


def _hidden(protected: NDArray[np.float64], largest: int) -> bool:
    """Whether these counts, of which only the sum is known, hide each other.

    Each may be as large as the sum leaves room for, with one event in every other that has any: each must be able to
    exceed `largest`.
    """
    least = np.minimum(protected, 1)
    return len(protected) > 1 and (protected - least).sum() + least.min() > largest


def _protect_sums(
    values: NDArray[np.float64],
    sums: list[tuple[int, NDArray[np.int64]]],
    cost: NDArray[np.float64],
    sensitive: NDArray[np.bool_],
    smallest: int,
    largest: int,
) -> NDArray[np.bool_]:
    """Which cells to protect when the reader knows that in each of `sums` the first cell is the sum of the others.

    For each small cell a linear program looks for the cheapest other table with that cell above `largest`: the cells
    in which it differs are protected. Protecting more never undoes this for an earlier cell, so one round is enough.
    """
    known = ~np.isnan(values)
    counts = np.where(known, values, 0.0)
    protected = known & (sensitive | _is_small(values, smallest, largest))
    if not sums or not protected.any():
        return protected
    rows, columns, signs = [], [], []
    for row, (whole, parts) in enumerate(sums):
        rows += [row] * (len(parts) + 1)
        columns += [whole, *parts]
        signs += [-1.0] + [1.0] * len(parts)
    equations = sparse.csr_matrix((signs, (rows, columns)), shape=(len(sums), len(values)))
    # Every change is a rise and a fall, so that both can have a price.
    equations = sparse.hstack([equations, -equations], format="csr")

    price = np.where((counts == 0) & (cost < _ZERO), _ZERO, cost)
    # Small counts are the least loss; the place in the table decides between equals, so the answer is always the same.
    price = price * (
        1 + 0.1 * np.log1p(counts) / np.log1p(max(counts.max(), 1)) + 1e-4 * np.arange(len(counts)) / len(counts)
    )
    fall = counts - np.minimum(counts, 1)
    rise = np.where(known, np.inf, 0.0)
    target = np.where(counts > largest, counts + largest + 1, largest + 1)

    highest_found = counts.copy()
    # The largest rise first: what is protected for it often serves the others as well.
    for place in sorted(np.flatnonzero(protected), key=lambda place: (counts[place] - target[place], place)):
        if highest_found[place] >= target[place]:
            continue
        lowest = np.zeros(2 * len(counts))
        highest = np.concatenate([rise, fall])
        lowest[place] = highest[place] = target[place] - counts[place]
        highest[len(counts) + place] = 0
        prices = np.where(protected, _ALREADY, price)
        answer = optimize.linprog(
            np.concatenate([prices, prices]),
            A_eq=equations,
            b_eq=np.zeros(len(sums)),
            bounds=np.column_stack([lowest, highest]),
            method="highs-ds",
        )
        if not answer.success:  # a rise of every total above is always possible, so this would be a fault of ours
            raise RuntimeError(f"No protection found: {answer.message}")
        change = answer.x[: len(counts)] - answer.x[len(counts) :]
        protected |= known & (np.abs(change) > 1e-6)
        highest_found = np.maximum(highest_found, np.floor(counts + change + 1e-6))
    return protected


def _sum_known(counts: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Sums over what is not missing; missing where everything is."""
    missing = np.isnan(counts)
    return np.where(missing.all(axis=axis), np.nan, np.where(missing, 0, counts).sum(axis=axis))


def _statuses(values: NDArray[np.float64], protected: NDArray[np.bool_]) -> NDArray[np.object_]:
    statuses = np.full(values.shape, Status.SHOWN.value, dtype=object)
    statuses[values == 0] = Status.ZERO.value
    statuses[np.isnan(values)] = Status.MISSING.value
    statuses[protected] = Status.PROTECTED.value
    return statuses


def _one(value: float, protected: bool) -> ProtectedCount:
    status = _statuses(np.array([value]), np.array([protected]))[0]
    return ProtectedCount(np.nan if protected else float(value), status)


def _mask(forced: pd.Series | pd.DataFrame | None, like: pd.Series | pd.DataFrame) -> NDArray[np.bool_]:
    """`forced` in the order of `like`; what it does not mention is not forced."""
    if forced is None:
        return np.zeros(like.shape, dtype=bool)
    forced = forced.reindex(like.index)
    if isinstance(forced, pd.DataFrame) and isinstance(like, pd.DataFrame):
        forced = forced.reindex(columns=like.columns)
    return forced.eq(True).to_numpy(dtype=bool)
