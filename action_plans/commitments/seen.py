"""The lines somebody sees, as one question to the database: what `lines.py` tells of each, to be counted or put in
order when there are thousands of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from action_plans.commitments.lines import own_organisations, rules_of, shown_until
from action_plans.models import Commitment
from action_plans.rules import last_moment_day, latest_overdue_day
from common.days import is_working_day
from partners.models import Collaboration

# A line is kept whole at each of its steps, so what nothing has happened to in the latest days stands as others may see
# it; of the rest others read the last step before. What is late follows from the days, which the calendar knows.
_LINES = """
    WITH asked AS MATERIALIZED (
        SELECT c.id, c.number, c.asked_by_id, c.asked_of_id, c.asked_by_id = ANY(own.ids) AS we_asked,
               c.asked_of_id = ANY(own.ids) AS of_us, c.state, c.due_on, c.asked_at, c.answered_at, c.owner_says_kept,
               c.reported_at, c.asker_says_kept, c.confirmed_at,
               c.id IN (SELECT m.commitment_id FROM action_plans_commitmentmove m WHERE m.at > %s) AS is_new
        FROM action_plans_commitment c CROSS JOIN (SELECT %s::bigint[] AS ids) own
        WHERE c.id IN ({visible})
    ), seen AS (
        SELECT id, number, asked_by_id, asked_of_id, we_asked, of_us, state, due_on, asked_at, answered_at,
               owner_says_kept, reported_at, asker_says_kept, confirmed_at,
               CASE WHEN we_asked OR of_us THEN %s::date ELSE %s::date END AS late_until
        FROM asked WHERE we_asked OR of_us OR NOT is_new
        UNION ALL
        SELECT a.id, a.number, a.asked_by_id, a.asked_of_id, a.we_asked, a.of_us, line.*, %s::date
        FROM asked a
        CROSS JOIN LATERAL (
            SELECT m.line FROM action_plans_commitmentmove m WHERE m.commitment_id = a.id AND m.at <= %s
            ORDER BY m.at DESC, m.id DESC LIMIT 1
        ) last
        CROSS JOIN LATERAL jsonb_to_record(last.line) AS line (
            state text, due_on date, asked_at timestamptz, answered_at timestamptz, owner_says_kept boolean,
            reported_at timestamptz, asker_says_kept boolean, confirmed_at timestamptz
        )
        WHERE is_new AND NOT a.we_asked AND NOT a.of_us
    ), lines AS (
        SELECT id, number, asked_by_id, asked_of_id, we_asked, of_us, state, due_on, owner_says_kept, asker_says_kept,
               asker_says_kept IS NULL
                   OR asker_says_kept <> owner_says_kept AND confirmed_at < reported_at AS is_unsaid,
               coalesce(state = 'accepted' AND due_on <= late_until, FALSE) AS is_late,
               (asked_at AT TIME ZONE zone.name)::date AS asked_on,
               (answered_at AT TIME ZONE zone.name)::date AS answered_on,
               (reported_at AT TIME ZONE zone.name)::date AS reported_on
        FROM seen CROSS JOIN (SELECT %s::text AS name) zone
    ), found AS (
        SELECT * FROM lines
        WHERE (%s = '' OR state = %s) AND (NOT %s OR is_late) AND (%s::date IS NULL OR asked_on >= %s)
              AND (%s::date IS NULL OR asked_on <= %s)
    )
"""


class SeenLines:
    """What somebody sees of a collaboration's commitments, narrowed as it is asked for."""

    def __init__(
        self,
        user: Any,
        collaboration: Collaboration,
        *,
        now: dt.datetime,
        where: Q | None = None,
        state: str = "",
        is_late: bool = False,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> None:
        rows = Commitment.objects.visible_to(user).filter(where or Q(), collaboration=collaboration).asked()
        visible, params = rows.order_by().values("pk").query.sql_with_params()
        shown = shown_until(rules_of(collaboration), now)
        today, then = (latest_overdue_day(timezone.localdate(at)) for at in (now, shown))
        zone = timezone.get_current_timezone_name()
        asked = [state, state, is_late, since, since, until, until]
        self._with = _LINES.replace("{visible}", visible)
        own = list(own_organisations(user, collaboration))
        self._params = [shown, own, *params, today, then, then, shown, zone, *asked]

    def ask(self, question: str, *params: Any) -> list[tuple[Any, ...]]:
        """The answer to a question about the lines, which it calls `found`."""
        with connection.cursor() as cursor:
            cursor.execute(self._with + question, [*self._params, *params])
            return list(cursor.fetchall())

    def newest(self, *, most: int) -> list[int]:
        """Which commitments they are, the newest first, at most so many."""
        return [pk for (pk,) in self.ask("SELECT id FROM found ORDER BY number DESC LIMIT %s", most)]


def moved_days(first: dt.date, last: dt.date) -> tuple[list[dt.date], list[dt.date]]:
    """The days between two on which nobody works, and beside each the day until which what is due on it is in time."""
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    off = [day for day in days if not is_working_day(day)]
    return off, [last_moment_day(day) for day in off]
