"""What partners have asked of each other, promised and kept, counted for each organisation and each pair.

Counted from the lines as the reader sees them (`seen.py`). Nothing is ranked: the order is by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from action_plans.commitments.seen import SeenLines, moved_days
from partners.models import Organisation


@dataclass(frozen=True)
class Figures:
    """The figures of some lines. What each means is said in words in `presenters.DEFINITIONS`."""

    asked: int
    unanswered: int
    accepted: int
    counter_offered: int
    declined: int
    withdrawn: int
    kept: int
    kept_after_day: int
    late: int
    not_kept: int
    differ: int
    answered: int
    # Within so many days half, and three quarters, of the answers came; None where there are none.
    half_within_days: int | None
    most_within_days: int | None


@dataclass(frozen=True)
class Row:
    """The figures of one organisation (`asked_by` is None: whoever asked), or of one that asks another."""

    asked_of: Organisation
    asked_by: Organisation | None
    figures: Figures


@dataclass(frozen=True)
class Ledger:
    """All of it together, each organisation and each pair, by name; and what has a reason to be read."""

    whole: Figures
    organisations: list[Row]
    pairs: list[Row]
    # The commitments by number in the database, the newest first.
    declined: list[int]
    not_kept: list[int]


_FIRST = """
    SELECT min(due_on) FILTER (WHERE state = 'kept'), max(due_on) FILTER (WHERE state = 'kept'),
           (array_agg(id ORDER BY number DESC) FILTER (WHERE state = 'declined'))[1:%s],
           (array_agg(id ORDER BY number DESC) FILTER (WHERE state = 'not_kept'))[1:%s]
    FROM found
"""


# In the order of `Figures`. A percentile is the fewest days within which at least that share of the answers came.
_COUNTS = """,
    kept_by AS (
        SELECT found.*, coalesce(moved.last, due_on) AS in_time_until, answered_on - asked_on AS days
        FROM found LEFT JOIN unnest(%s::date[], %s::date[]) AS moved (day, last)
             ON state = 'kept' AND moved.day = due_on
    )
    SELECT asked_by_id, asked_of_id,
           count(*), count(*) FILTER (WHERE state = 'asked'),
           count(*) FILTER (WHERE state IN ('accepted', 'kept', 'not_kept')),
           count(*) FILTER (WHERE state = 'counter_offered'), count(*) FILTER (WHERE state = 'declined'),
           count(*) FILTER (WHERE state = 'withdrawn'), count(*) FILTER (WHERE state = 'kept'),
           count(*) FILTER (WHERE state = 'kept' AND reported_on > in_time_until), count(*) FILTER (WHERE is_late),
           count(*) FILTER (WHERE state = 'not_kept'), count(*) FILTER (WHERE owner_says_kept <> asker_says_kept),
           count(days), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
           percentile_disc(0.75) WITHIN GROUP (ORDER BY days)
    FROM kept_by GROUP BY GROUPING SETS ((), (asked_of_id), (asked_by_id, asked_of_id))
"""


def counted(lines: SeenLines, *, reasons: int = 0) -> Ledger:
    """The ledger of the lines somebody sees, with so many of each kind of reason. Three questions to the database,
    however many lines there are."""
    ((first, last, declined, not_kept),) = lines.ask(_FIRST, reasons, reasons)
    off, moved = moved_days(first, last) if first is not None else ([], [])
    rows = lines.ask(_COUNTS, off, moved)
    named = Organisation.objects.in_bulk({pk for row in rows for pk in row[:2] if pk is not None})
    whole = Figures(*next(row[2:] for row in rows if row[1] is None))
    found = [
        Row(named[owner], named[asker] if asker is not None else None, Figures(*numbers))
        for asker, owner, *numbers in rows
        if owner is not None
    ]
    found.sort(key=_names)
    organisations = [row for row in found if row.asked_by is None]
    pairs = [row for row in found if row.asked_by is not None]
    return Ledger(whole, organisations, pairs, declined or [], not_kept or [])


def _names(row: Row) -> tuple[str, str, int]:
    asker = row.asked_by.name.casefold() if row.asked_by is not None else ""
    return asker, row.asked_of.name.casefold(), row.asked_of.pk
