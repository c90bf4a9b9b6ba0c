"""What is said of shares of a sample: how sure a share is."""

from __future__ import annotations

import math

from scipy import stats


def share_interval(
    successes: float, n: float, *, design_effect: float = 1.0, confidence: float = 0.95
) -> tuple[float, float]:
    """Between which shares the share of all may lie, when so many of a sample said so.

    Input: how many said so, and how many answered. Unit: persons in, shares 0–1 out. `design_effect` is how many times
    larger the variance is than that of a simple random sample: 1 for such a sample, often 1.2 to 2 where the answers
    are weighted or people were drawn in clusters. The interval is Wilson's with the sample divided by it, so it never
    leaves 0–1 and is of use for small samples and shares near the ends.

    Misleads where those who answered differ from those who did not: no interval knows of them. ValueError: nobody
    answered, more said so than answered, or a design effect that is not above zero.

    Source: Wilson 1927; Kish 1965 for the design effect. See docs/methods/share-interval.md.
    """
    if not n > 0 or not math.isfinite(n):
        raise ValueError("A share needs somebody who answered.")
    if not 0 <= successes <= n:
        raise ValueError("Those who said so are some of those who answered.")
    if not design_effect > 0 or not math.isfinite(design_effect):
        raise ValueError("A design effect is above zero.")
    if not 0 < confidence < 1:
        raise ValueError("A confidence lies between 0 and 1.")
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    size, share = n / design_effect, successes / n
    centre = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    # A share at an end is its own limit; what rounding leaves beyond is not there.
    lower = 0.0 if successes == 0 else max(0.0, centre - half)
    upper = 1.0 if successes == n else min(1.0, centre + half)
    return lower, upper
