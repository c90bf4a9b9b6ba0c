"""What has changed, as a short list of findings; the sentences are written elsewhere."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.change import adjust_for_many
from analysis.expected import judge


@dataclass(frozen=True)
class Finding:
    """One thing that stands out. `kind` and `subject` say what; the numbers are what its sentence needs."""

    kind: str
    subject: Hashable
    direction: Literal["more", "fewer"]
    observed: float
    expected: float
    lower: float
    upper: float
    p_adjusted: float


def what_has_changed(
    comparisons: Mapping[str, pd.DataFrame],
    *,
    at_most: int = 5,
    false_discovery: float = 0.05,
    smallest: int = 5,
) -> list[Finding]:
    """The changes worth a sentence, the most events more or fewer first; an empty list says that nothing stands out.

    Input: a frame for each kind of subject ("category", "place", "cell"), indexed by subject, with the columns
    `observed`, `expected`, `lower`, `upper` and `p_value`: from `expected_range` with `surprise`, or from `rank_places`
    through `place_comparisons`. Pass everything that was looked at, not only what looks good. Unit: events.

    A subject is a finding when its count is outside its range and its p-value, corrected for all comparisons of all
    kinds together, is below `false_discovery`. Subjects too small for a verdict (see `judge`) are never findings and
    not compared. Equal changes come in the order of kinds and subjects given.

    It misleads when kinds overlap: a place inside a cell inside a category can be three findings about the same events.
    At most `at_most` are returned; that a change is not among them does not mean it did not happen. See
    docs/methods/what-has-changed.md.
    """
    parts = [
        frame[["observed", "expected", "lower", "upper", "p_value"]]
        .astype(np.float64)
        .assign(kind=kind, subject=list(frame.index))
        for kind, frame in comparisons.items()
        if len(frame)
    ]
    if not parts:
        return []
    every = pd.concat(parts, ignore_index=True)
    every["verdict"] = [
        judge(*numbers, smallest=smallest)
        for numbers in zip(every["observed"], every["lower"], every["upper"], strict=True)
    ]
    every = every[every["verdict"] != "too_few_to_say"]
    every = every.assign(p_adjusted=adjust_for_many(every["p_value"]))
    found = every[every["verdict"].isin(["more", "fewer"]) & (every["p_adjusted"] < false_discovery)]
    found = found.assign(events=(found["observed"] - found["expected"]).abs())
    found = found.sort_values("events", ascending=False, kind="stable").head(at_most)
    return [
        Finding(
            kind=row["kind"],
            subject=row["subject"],
            direction=row["verdict"],
            **{name: float(row[name]) for name in ("observed", "expected", "lower", "upper", "p_adjusted")},
        )
        for row in found.to_dict("records")
    ]


def place_comparisons(ranking: pd.DataFrame) -> pd.DataFrame:
    """The answer of `rank_places` shaped for `what_has_changed`, without the places too small to compare."""
    compared = ranking[ranking["verdict"] != "too_few_to_say"]
    return compared.set_index("place").rename(columns={"after": "observed"})[
        ["observed", "expected", "lower", "upper", "p_value"]
    ]
