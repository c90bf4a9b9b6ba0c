"""Counts that depend on several things at once: log-linear regression that does not fall over on few or odd data.

statsmodels fits the same models, and tests hold the two together. Ours says outright where nothing can be told, takes
half the time, and never warns: a warning can be silenced only for a whole process, and a server answers many at once.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from analysis.evaluation.result import Effect

Numbers = NDArray[np.float64]

FAMILIES = ("poisson", "quasipoisson", "negativebinomial")

# Counts that scatter less than independent events do once in a thousand are no sign that we know more.
_LEAST_SCATTER = 0.001
# Beyond this many degrees of freedom left the published case, as most papers, takes the normal limit; below, Student's.
_ENOUGH_FOR_NORMAL = 50
_BEYOND_DOUBT = 0.001
_STEPS = 60
_PRECISION = 1e-12
_NEARLY_POISSON = 1e8
_MOST_EXPONENT = 700.0


@dataclass(frozen=True, kw_only=True)
class Term:
    """One coefficient of a fit: None where the data do not tell it, infinite where nothing bounds it."""

    value: float | None
    se: float | None


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted regression. `dispersion` is the variance over the mean; `theta` the negative binomial's, if it has one.

    `dispersion` is None where too few observations are left to tell it, and then no coefficient has a standard error.
    """

    family: str
    coefficients: Numbers
    fitted: Numbers
    dispersion: float | None
    theta: float | None
    degrees_of_freedom: int
    _basis: Numbers
    _turn: Numbers
    _row_space: Numbers
    _bread: Numbers
    _design: Numbers
    _empty: NDArray[np.bool_]

    def term(self, of: int | Numbers) -> Term:
        """A coefficient by its column, or a sum of them by their weights."""
        weights = np.eye(len(self.coefficients))[of] if isinstance(of, int) else np.asarray(of, dtype=np.float64)
        if not _within(self._row_space, weights):
            return Term(value=self._unbounded(weights), se=None)
        value = float(self.coefficients @ weights)
        if self.dispersion is None:
            return Term(value=value, se=None)
        turned = self._turn.T @ weights
        variance = turned @ self._bread @ turned * self.dispersion
        return Term(value=value, se=math.sqrt(max(float(variance), 0.0)))

    def predicted(self, design: Numbers, *, exposure: Numbers | None = None) -> Numbers:
        """The counts these rows would have by the fit, NaN where it does not tell."""
        told = np.isclose(design @ self._row_space @ self._row_space.T, design, atol=1e-8).all(axis=1)
        logarithms = design @ self.coefficients
        for row in np.flatnonzero(~told):
            # Nobody knows, or it is a group without events.
            logarithms[row] = self._unbounded(design[row]) or math.nan
        means = np.exp(np.minimum(logarithms, _MOST_EXPONENT))
        return means if exposure is None else means * exposure

    def allowing_for_neighbours(self, of: int, counts: Numbers, *, when: Numbers, lags: int) -> tuple[float, float]:
        """The standard error of a coefficient when near rows are alike, and the degrees of freedom of its t-limit.

        Newey and West's estimate, made as large as it should be in a series this short, with the limit that goes with
        it: both by Bell and McCaffrey's way, taking the likeness of neighbours to be that of the residuals. (math.nan,
        0) where nothing is left to judge by.
        """
        rows = ~self._empty
        mu = self.fitted[rows]
        weight = mu if self.theta is None else mu / (1 + mu / self.theta)
        root = np.sqrt(weight)
        basis = root[:, None] * self._basis[rows]
        scores = basis @ (self._bread @ self._turn[of])
        if self.degrees_of_freedom < 1:
            return math.nan, 0.0
        residuals = root * (counts[rows] - mu) / mu
        apart = np.abs(when[rows][:, None] - when[rows][None, :])
        # What is left of the rows' own chance once the fit has taken its part.
        left = np.eye(len(mu)) - basis @ self._bread @ basis.T
        kernel = np.clip(1 - apart / (lags + 1), 0.0, None)
        estimate = neighbours_variance(scores, residuals, kernel)
        alike = _likeness(residuals, apart, left)
        shape = left @ (np.outer(scores, scores) * kernel) @ left @ alike
        expected, spread = float(np.trace(shape)), float((shape * shape.T).sum())
        if not (expected > 0 and spread > 0):
            return math.nan, 0.0
        least = special.chdtri(self.degrees_of_freedom, 1 - _LEAST_SCATTER) / self.degrees_of_freedom
        variance = max(estimate, least * expected) * float(scores @ alike @ scores) / expected
        return math.sqrt(variance), expected**2 / spread

    def _unbounded(self, weights: Numbers) -> float | None:
        """Where a coefficient goes that groups without events send off: to infinity one way, or nobody knows where."""
        if not self._empty.any():
            return None
        lowest, highest = (_farthest(self._design, self._empty, sign * weights) for sign in (1, -1))
        if lowest > 0:
            return math.inf
        return -math.inf if highest > 0 else None


def _within(row_space: Numbers, weights: Numbers) -> bool:
    return bool(np.allclose(row_space @ (row_space.T @ weights), weights, atol=1e-8))


def says(design: Numbers, column: int) -> bool:
    """Whether rows of a design can tell this column's coefficient from all the others'; see `fit_log_linear`."""
    return len(design) > 0 and _within(_independent_columns(design)[2], np.eye(design.shape[1])[column])


def fit_log_linear(
    design: Numbers, counts: Numbers, *, exposure: Numbers | None = None, family: str = "quasipoisson"
) -> Fit:
    """A log-linear regression of counts: Poisson, quasi-Poisson or negative binomial, by maximum likelihood.

    Input: a column for each thing that may matter, a row for each count, and what each count is counted over. Unit: the
    coefficients are logarithms of rate ratios. Columns that say the same are kept: what they say together is told, what
    each says alone is None. Where all counts of a group are zero no finite coefficient is likeliest; the group is then
    fitted as zero and its coefficient is infinite. The dispersion is Pearson's, as in R and statsmodels, but never
    below what independent events reach once in a thousand. Negative binomial: the scatter is estimated by maximum
    likelihood, as glm.nb in R.

    Assumes that rows are independent, and that effects multiply. Source: McCullagh and Nelder 1989; for groups of zeros
    Correia, Guimarães and Zylkin 2019. See docs/methods/interrupted-time-series.md.
    """
    if family not in FAMILIES:
        raise ValueError(f"A family is one of {', '.join(FAMILIES)}.")
    offset = np.zeros(len(counts)) if exposure is None else np.log(exposure)
    empty = np.zeros(len(counts), dtype=bool)
    basis, turn, row_space = _independent_columns(design)
    mean = _likeliest(basis, counts, offset, None)
    if (counts == 0).any() and (not mean.settled or (mean.fitted[counts == 0] < 1e-6).any()):
        empty = _towards_zero(design, counts)
        if empty.any():
            basis, turn, row_space = _independent_columns(design[~empty])
            mean = _likeliest(basis, counts[~empty], offset[~empty], None)
    rows = ~empty
    y, log_exposure = counts[rows], offset[rows]
    theta = None
    if family == "negativebinomial" and len(y):
        mean, theta = _with_theta(basis, y, log_exposure, mean)
    mu = mean.fitted
    weight = mu if theta is None else mu / (1 + mu / theta)
    bread = np.linalg.pinv(basis.T @ (weight[:, None] * basis), hermitian=True)
    left = len(y) - basis.shape[1]
    dispersion: float | None = 1.0
    if family == "quasipoisson":
        dispersion = None
        if left > 0:
            least = special.chdtri(left, 1 - _LEAST_SCATTER) / left
            dispersion = float(max(((y - mu) ** 2 / mu).sum() / left, least))
    if family == "negativebinomial" and left > 0:
        dispersion = _beyond_theta(y, mu, theta, left)
    fitted = np.zeros(len(counts))
    fitted[rows] = mu
    return Fit(
        family=family,
        coefficients=turn @ mean.coefficients,
        fitted=fitted,
        dispersion=dispersion,
        theta=theta,
        degrees_of_freedom=left,
        _basis=_spread(basis, rows),
        _turn=turn,
        _row_space=row_space,
        _bread=np.asarray(bread, dtype=np.float64),
        _design=design,
        _empty=empty,
    )


def effect_of(fit: Fit, column: int, *, confidence: float, beside: tuple[float, float] | None = None) -> Effect:
    """A coefficient as a rate ratio, with z, p-value and interval of its logarithm; see `fit_log_linear`.

    With 50 degrees of freedom left or more the interval is the normal one, 1.96 standard errors at 0.95 as in the
    published cases, and Student's below. The p-value of a quasi-Poisson fit is always Student's, as in R. A Poisson fit
    estimates no scatter, and takes the normal limit. `beside` is another standard error, with the degrees of freedom of
    its limit.
    """
    upper = (1 + confidence) / 2
    if not (confidence > 0 and upper < 1):
        raise ValueError("Confidence is a share between 0 and 1.")
    term = fit.term(column)
    estimate = None if term.value is None else _exponential(term.value)
    se, freedom = (term.se, float(fit.degrees_of_freedom)) if beside is None else beside
    if fit.family == "poisson" and beside is None:
        freedom = math.inf
    if term.value is None or term.se is None or se is None or not freedom > 0:
        return Effect(estimate=estimate, ci_low=0.0, ci_high=math.inf)
    is_normal = beside is None and freedom >= _ENOUGH_FOR_NORMAL
    limit = students_limit(upper, math.inf if is_normal else freedom)
    z = term.value / se
    is_students = not is_normal or fit.family == "quasipoisson"
    return Effect(
        estimate=estimate,
        se=se,
        z=z,
        ci_low=_exponential(term.value - limit * se),
        ci_high=_exponential(term.value + limit * se),
        p_value=two_sided(z, freedom if is_students else math.inf),
    )


def students_limit(upper: float, freedom: float) -> float:
    """The value Student's t is below with this probability, the normal one without end of freedom; see `effect_of`."""
    return float(special.stdtrit(freedom, upper) if freedom < math.inf else special.ndtri(upper))


def two_sided(z: float, freedom: float = math.inf) -> float:
    """The probability of a deviate as far out either way; see `effect_of`."""
    return float(2 * (special.stdtr(freedom, -abs(z)) if freedom < math.inf else special.ndtr(-abs(z))))


@dataclass(frozen=True)
class _Mean:
    coefficients: Numbers
    fitted: Numbers
    settled: bool


def neighbours_variance(scores: Numbers, residuals: Numbers, kernel: Numbers) -> float:
    """Newey and West's variance of a sum of scores times residuals, without any correction; `kernel` says how near is
    near.

    See docs/methods/interrupted-time-series.md.
    """
    parts = scores * residuals
    return float(parts @ kernel @ parts)


def _likeness(residuals: Numbers, apart: Numbers, left: Numbers) -> Numbers:
    """How alike rows are by their distance, if each is like the one before: what the residuals show, undone of the fit.

    Residuals of a short series look less alike than the events were, since the fit has followed them.
    """
    shares = np.arange(0, 0.95, 0.05)
    next_to = left @ ((apart == 1) / 2) @ left
    expected = np.array(
        [(next_to * alike).sum() / (left * alike).sum() for alike in (_alike(share, apart) for share in shares)]
    )
    found = residuals @ ((apart == 1) / 2) @ residuals / max(float(residuals @ residuals), 1e-300)
    # It rises with the share; made sure of, since interpolation takes it for granted.
    return _alike(float(np.interp(found, np.maximum.accumulate(expected), shares)), apart)


def _alike(share: float, apart: Numbers) -> Numbers:
    return np.asarray((apart == 0) * 1.0 if share == 0 else share**apart)


def _exponential(value: float) -> float:
    return math.inf if value > _MOST_EXPONENT else math.exp(value)


def _independent_columns(design: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Orthonormal columns that say what the design says, how to turn their coefficients back, and what can be told."""
    if not len(design):
        nothing = np.zeros((design.shape[1], 0))
        return np.zeros((0, 0)), nothing, nothing
    scale = _scale(design)
    left, sizes, right = np.linalg.svd(design / scale, full_matrices=False)
    kept = sizes > 1e-9 * sizes[0] if sizes[0] > 0 else np.zeros(len(sizes), dtype=bool)
    turn = (right[kept].T / sizes[kept]) / scale[:, None]
    # The row space of the design as given: an orthonormal basis, so that projecting is two products.
    row_space, _ = np.linalg.qr(right[kept].T * scale[:, None])
    return left[:, kept], turn, row_space


@np.errstate(all="ignore")
def _likeliest(basis: Numbers, y: Numbers, offset: Numbers, theta: float | None, start: Numbers | None = None) -> _Mean:
    """The means that make the counts likeliest, by weighted least squares again and again."""
    if not basis.size:
        return _Mean(np.zeros(basis.shape[1]), np.zeros(len(y)), True)
    log_mean = np.log(y + 0.1 + 0.1 * y.mean()) if start is None else np.log(start)
    coefficients = np.zeros(basis.shape[1])
    before, settled = math.inf, False
    for _ in range(_STEPS):
        mu = np.exp(np.clip(log_mean, -_MOST_EXPONENT, _MOST_EXPONENT))
        weight = mu if theta is None else mu / (1 + mu / theta)
        working = log_mean - offset + (y - mu) / mu
        weighted = basis * weight[:, None]
        try:
            found = np.linalg.solve(basis.T @ weighted, weighted.T @ working)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(found).all():
            break
        coefficients, log_mean = found, np.clip(basis @ found + offset, -30.0 + offset.min(), _MOST_EXPONENT)
        lack = _lack_of_fit(y, np.exp(log_mean), theta)
        if abs(before - lack) <= _PRECISION * (abs(lack) + 0.1):
            settled = True
            break
        before = lack
    return _Mean(coefficients, np.exp(log_mean), settled)


def _lack_of_fit(y: Numbers, mu: Numbers, theta: float | None) -> float:
    """What the fit makes as small as can be: the deviance, but for what depends on the counts alone."""
    if theta is None:
        return float(2 * (special.xlogy(y, np.where(y > 0, y, 1.0) / mu) - (y - mu)).sum())
    return float(
        2 * (special.xlogy(y, np.where(y > 0, y, 1.0) / mu) - (y + theta) * np.log((y + theta) / (mu + theta))).sum()
    )


def _with_theta(basis: Numbers, y: Numbers, offset: Numbers, mean: _Mean) -> tuple[_Mean, float | None]:
    """Means and scatter in turn until neither moves; no theta where counts scatter no more than independent ones."""
    theta: float | None = None
    for _ in range(_STEPS):
        found = _likeliest_theta(y, mean.fitted)
        if found is None:
            return (mean if theta is None else _likeliest(basis, y, offset, None)), None
        settled = theta is not None and abs(found - theta) <= 1e-9 * theta
        theta = found
        mean = _likeliest(basis, y, offset, theta, start=mean.fitted)
        if settled:
            break
    return mean, theta


def _beyond_theta(y: Numbers, mu: Numbers, theta: float | None, left: int) -> float:
    """What the likeliest scatter falls short of, as a factor of the variance: 1 where it can be trusted.

    It is too small where the means take much of what there is, and none at all in many a series that does scatter. With
    enough left, and a scatter beyond doubt, it is kept as it is, as in R and the published case.
    """
    if left >= _ENOUGH_FOR_NORMAL and special.chdtrc(left, ((y - mu) ** 2 / mu).sum()) < _BEYOND_DOUBT:
        return 1.0
    return max(1.0, float(((y - mu) ** 2 / (mu if theta is None else mu + mu**2 / theta)).sum() / left))


def _likeliest_theta(y: Numbers, mu: Numbers) -> float | None:
    def rising(log_theta: float) -> float:
        theta = math.exp(log_theta)
        return float(
            (special.digamma(y + theta) - special.digamma(theta) - np.log1p(mu / theta) - (y - mu) / (mu + theta)).sum()
        )

    if ((y - mu) ** 2 - y).sum() <= 0:
        return None
    low, high = math.log(1e-6), math.log(_NEARLY_POISSON)
    if rising(high) >= 0:
        return None
    if rising(low) <= 0:
        return math.exp(low)
    return math.exp(float(optimize.brentq(rising, low, high, xtol=1e-13, rtol=1e-13)))


def _towards_zero(design: Numbers, counts: Numbers) -> NDArray[np.bool_]:
    """The rows that some direction of the coefficients sends to zero while it leaves every row with events as it is."""
    zero = counts == 0
    scaled = design / _scale(design)
    columns, zeros = design.shape[1], int(zero.sum())
    # As many rows as can fall by one or more: falling further is always allowed, so one answer shows them all.
    found = optimize.linprog(
        np.concatenate([np.zeros(columns), -np.ones(zeros)]),
        A_ub=np.hstack([scaled[zero], np.eye(zeros)]),
        b_ub=np.zeros(zeros),
        **_unmoved(np.hstack([scaled[~zero], np.zeros((len(counts) - zeros, zeros))])),
        bounds=[(None, None)] * columns + [(0, 1)] * zeros,
        method="highs",
    )
    empty = np.zeros(len(counts), dtype=bool)
    if found.status == 0:
        empty[zero] = found.x[columns:] > 0.5
    return empty


def _farthest(design: Numbers, empty: NDArray[np.bool_], weights: Numbers) -> float:
    """The least the sum may be along a direction that sends the empty rows to zero and leaves the others alone."""
    scale = _scale(design)
    scaled = design / scale
    found = optimize.linprog(
        weights / scale,
        A_ub=scaled[empty],
        b_ub=-np.ones(int(empty.sum())),
        **_unmoved(scaled[~empty]),
        bounds=(None, None),
        method="highs",
    )
    return float(found.fun) if found.status == 0 and found.fun > 1e-9 else -math.inf


def _unmoved(rows: Numbers) -> dict[str, Numbers | None]:
    return {"A_eq": rows, "b_eq": np.zeros(len(rows))} if len(rows) else {"A_eq": None, "b_eq": None}


def _scale(design: Numbers) -> Numbers:
    scale = np.abs(design).max(axis=0)
    scale[scale == 0] = 1.0
    return scale


def _spread(basis: Numbers, rows: NDArray[np.bool_]) -> Numbers:
    whole = np.zeros((len(rows), basis.shape[1]))
    whole[rows] = basis
    return whole
