"""Keeps texts that point at a person out of the database: the row is stored, its text is not."""

from __future__ import annotations

from collections.abc import Set

import pandas as pd

from privacy.guard import scan_column


def points_at_somebody(texts: pd.Series, *, allowed: Set[str]) -> pd.Series:
    """For each text whether the guard finds anything in it, weak or strong: nobody is there to confirm a weak hit."""
    hits = scan_column(texts.where(texts != ""), allowed=allowed)
    return pd.Series(texts.index.isin(hits.index), index=texts.index)
