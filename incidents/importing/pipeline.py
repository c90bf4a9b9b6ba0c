"""The way of a file: read → map → clean → keep out personal data → place → keys → store, in one transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Set
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.locating import index_of
from incidents.importing import storing
from incidents.importing.frames import refusal_frame, together
from incidents.importing.personal_data import points_at_somebody
from incidents.importing.placing import place
from incidents.importing.profiles import Cleaner, Profile, Setting
from incidents.importing.reading import Table, UnreadableFile, open_table
from incidents.models import ImportBatch
from incidents.queries import allowed_words

ROWS_IN_PREVIEW = 10
WORDS_IN_PREVIEW = 30
# Sentences hold values of the row at times; beyond this many different ones they are no longer counted one by one.
MOST_KINDS_OF_REFUSAL = 200

Progress = Callable[[int], None]
TakeRefusals = Callable[[pd.DataFrame], None]


@dataclass
class Outcome:
    """What an import did, or in a dry run would do. rows = stored + refused + unchanged, always."""

    rows: int = 0
    stored: int = 0
    refused: int = 0
    unchanged: int = 0
    texts_removed: int = 0
    without_place: int = 0
    outside_areas: int = 0
    seconds: float = 0.0
    area_ids: set[int | None] = field(default_factory=set)
    # What should be known of the file as a whole.
    notes: list[str] = field(default_factory=list)
    # How often each (column, sentence) was said, and the first rows as they will be stored.
    kinds_of_refusal: Counter[tuple[str, str]] = field(default_factory=Counter)
    preview: list[dict[str, Any]] = field(default_factory=list)
    # Words of the file that no category is called, the most frequent first.
    unknown_words: list[str] = field(default_factory=list)


def nobody_watches(percent: int) -> None:
    """Progress that nobody asked for."""


def nobody_keeps(refusals: pd.DataFrame) -> None:
    """Refusals that are only counted."""


def run_pipeline(
    path: Path,
    *,
    profile: Profile,
    batch: ImportBatch,
    dry_run: bool,
    progress: Progress = nobody_watches,
    keep_refusals: TakeRefusals = nobody_keeps,
) -> Outcome:
    """Take the file through every step. Call it within a transaction; a dry run changes nothing.

    The boundaries are held still and imports from the same source take turns until the transaction ends.
    """
    started = time.monotonic()
    with closing(open_table(path, kinds=profile.kinds)) as table:
        outcome = _take_through(table, profile, batch, dry_run, progress, keep_refusals)
    outcome.seconds = round(time.monotonic() - started, 3)
    return outcome


def _take_through(
    table: Table, profile: Profile, batch: ImportBatch, dry_run: bool, progress: Progress, keep_refusals: TakeRefusals
) -> Outcome:
    setting = Setting(
        collaboration=batch.collaboration,
        organisation=batch.organisation,
        areas=index_of(batch.collaboration),
        now=timezone.now(),
        columns=table.columns,
        day_zero=table.day_zero,
        mapping=batch.mapping,
        dry_run=dry_run,
    )
    if not dry_run:
        storing.take_turns(batch.collaboration_id, profile.name)
    cleaner = profile.make_cleaner(setting)
    storing.open_staging()
    outcome = Outcome()

    def refuse(refusals: pd.DataFrame) -> None:
        outcome.refused += refusals["line"].nunique()
        counted = refusals.groupby(["column", "sentence"]).size().reset_index(name="rows")
        for column, sentence, count in counted.itertuples(index=False, name=None):
            kind = (column, sentence)
            if kind in outcome.kinds_of_refusal or len(outcome.kinds_of_refusal) < MOST_KINDS_OF_REFUSAL:
                outcome.kinds_of_refusal[kind] += int(count)
        keep_refusals(refusals)

    outcome.notes = table.notes
    for chunk in table.chunks:
        good, refusals = cleaner.clean(chunk)
        refuse(together([refusal_frame((line, "", sentence) for line, sentence in chunk.refused), refusals]))
        storing.stage(place(good, setting.areas))
        outcome.rows += chunk.rows
        # Reading and cleaning is somewhat more than half the work.
        progress(int(60 * chunk.share_read))
    if not outcome.rows:
        raise UnreadableFile(_("The file has headings but no rows."))
    if cleaner.has_own_keys:
        sentence = _("The row has the same number as row %(line)s; a number may stand once in a file.")
        refuse(storing.take_out_repeated_keys(cleaner.key_column, sentence))
    if dry_run:
        outcome.preview = _named(storing.first_staged(ROWS_IN_PREVIEW), cleaner)
        outcome.unknown_words = _words(cleaner, allowed_words(batch.collaboration_id))
    stored = storing.store_staged(batch, source=cleaner.source, has_own_keys=cleaner.has_own_keys, dry_run=dry_run)
    outcome.stored, outcome.unchanged, outcome.area_ids = stored.stored, stored.unchanged, stored.area_ids
    outcome.texts_removed = stored.texts_removed
    outcome.without_place, outcome.outside_areas = stored.without_place, stored.outside_areas
    if outcome.rows != outcome.stored + outcome.refused + outcome.unchanged:
        raise RuntimeError(f"{outcome.rows} rows came in, but {outcome} is what became of them.")
    progress(95)
    return outcome


def _words(cleaner: Cleaner, allowed: Set[str]) -> list[str]:
    """The file's most frequent words for what happened that are no category; none that seems to point at a person.

    They are kept until the import ends, and longer in a saved choice of columns; somebody may have chosen the column
    with the names.
    """
    words = pd.Series([word for word, _count in cleaner.unknown_words.most_common()], dtype="str")
    is_personal = points_at_somebody(words, allowed=allowed).to_numpy(dtype=bool)
    return words[~is_personal].head(WORDS_IN_PREVIEW).tolist()


def _named(rows: list[dict[str, Any]], cleaner: Cleaner) -> list[dict[str, Any]]:
    return [{**row, "category": cleaner.category_names.get(row["category_id"], "")} for row in rows]
