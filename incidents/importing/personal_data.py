"""Keeps texts that point at a person out of the database: the row is stored, its text is not."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

import pandas as pd
from django.utils.translation import gettext as _

from incidents.queries import allowed_words
from privacy.guard import find_personal_data, scan_column


def points_at_somebody(texts: pd.Series, *, allowed: Set[str]) -> pd.Series:
    """For each text whether the guard finds anything in it, weak or strong: nobody is there to confirm a weak hit."""
    hits = scan_column(texts.where(texts != ""), allowed=allowed)
    return pd.Series(texts.index.isin(hits.index), index=texts.index)


def name_to_keep(name: str, collaboration_id: int) -> str:
    """A file's name as pages and the log say it. One that seems to point at a person is not kept: the log is."""
    if find_personal_data(Path(name).stem, allowed=allowed_words(collaboration_id)):
        return _("file") + Path(name).suffix[:10]
    return name[:200]
