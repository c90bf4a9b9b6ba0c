"""How much more counts vary than if events came one by one."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special


def estimated_dispersion(counts: pd.DataFrame, *, after: ArrayLike, confidence: float = 0.95) -> float:
    """How many times more the counts vary from month to month than Poisson counts would, and never less than 1.

    Input: whole counts, one row a month (or week), one column for the treated place and one for the control, or more;
    `after` says for each row whether it is of the period after. Leave out the rows between, and months that one of them
    did not report. The answer is what `relative_effect` takes as `dispersion`.

    What months have in common (season, trend, length) and how the columns differ before and after do not count as
    variation: it is Pearson's chi-square of the table of months and columns, before and after each by itself, divided
    by its degrees of freedom. Few months make it rough, and it is raised so that an interval of this `confidence`
    reaches as far as Student's t with as many degrees of freedom: by 12 % with a year before and one after. Where none
    are left, as with one month before and one after, the variation is not known and the answer is 1.

    Assumes that months vary independently of each other. A control that drifts slowly away from the treated place
    varies more than this sees. ValueError: a count below zero or in parts, fewer than two columns, an `after` of
    another length, or a confidence that is none.

    Source: McCullagh and Nelder 1989; for area evaluations Farrington and others 2007. See
    docs/methods/relative-effect.md.
    """
    upper = (1 + confidence) / 2
    if not (confidence > 0 and upper < 1):
        raise ValueError("Confidence is a share between 0 and 1.")
    table = np.asarray(counts, dtype=np.float64)
    later = np.asarray(after)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError("The variation of counts is seen beside a control: give two columns or more.")
    if later.dtype != np.bool_ or later.shape != (len(table),):
        raise ValueError("Say for each row whether it is of the period after, with true or false.")
    if not ((table >= 0) & (table < np.inf) & (table == np.floor(table))).all():
        raise ValueError("A count is a whole number from zero and up.")
    chi_square, freedom = np.sum([_chi_square(table[~later]), _chi_square(table[later])], axis=0)
    if not freedom:
        return 1.0
    return max(1.0, float(chi_square / freedom * (special.stdtrit(freedom, upper) / special.ndtri(upper)) ** 2))


def _chi_square(table: NDArray[np.float64]) -> tuple[float, float]:
    """Pearson's chi-square of a table whose rows and columns are independent, and its degrees of freedom.

    Rows and columns without any event tell nothing.
    """
    table = table[table.sum(axis=1) > 0]
    table = table[:, table.sum(axis=0) > 0]
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    if freedom < 1:
        return 0.0, 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), float(freedom)
