"""Coverage in words: periods, states with their symbols, and what a page says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analysis.periods import Period, PeriodKind
from incidents.coverage import answers, deadlines
from incidents.coverage.answers import Coverage, State
from incidents.models import ReportingRhythm, ReportingUnit, ReportReminder
from partners.models import Collaboration
from partners.roles import SEE_EVERYTHING
from ui.days import day_in_short

# Word, tone and symbol say the same thing, so that none of them is needed alone.
WORDS: Mapping[State, Any] = {
    State.REPORTED: pgettext_lazy("a unit", "reported"),
    State.NOTHING: gettext_lazy("nothing to report"),
    State.MISSING: pgettext_lazy("a unit's report", "missing"),
    State.WAITING: pgettext_lazy("a unit's report", "awaited"),
}
TONES = {State.REPORTED: "success", State.NOTHING: "info", State.MISSING: "danger", State.WAITING: "neutral"}
# On the list of reports; whoever speaks for more units has a page of them.
DUE_SHOWN = 2
SYMBOLS = {State.REPORTED: "check", State.NOTHING: "ring", State.MISSING: "close", State.WAITING: "clock"}


def period_name(period: Period) -> str:
    """The reporting period as people say it: “week 46”, “weeks 45–46”, “November 2026”."""
    if period.kind == PeriodKind.WEEK:
        return _("week %(number)s") % {"number": period.number}
    if period.kind == PeriodKind.MONTH:
        return date_format(period.start, "F Y")
    weeks = {"first": period.start.isocalendar().week, "last": period.last_day.isocalendar().week}
    return _("weeks %(first)s–%(last)s") % weeks


def period_days(period: Period) -> str:
    """The days of a period, short enough for the head of a column: “9–15 nov”."""
    first, last = period.start, period.last_day
    if first.month == last.month:
        return f"{first.day}–{day_in_short(last)}"
    return f"{day_in_short(first)}–{day_in_short(last)}"


def moment(at: dt.datetime) -> str:
    """A moment as people say it: “Monday 23 November 12:00”."""
    return date_format(timezone.localtime(at), "l j F H:i")


def state_cell(state: State | None) -> dict[str, Any] | None:
    """A state as a tag: word, tone and symbol. None where the unit is not expected."""
    if state is None:
        return None
    return {"state": state, "text": WORDS[state], "tone": TONES[state], "symbol": SYMBOLS[state]}


def coverage_heading(found: Coverage, number: int) -> str:
    """The finding: how many are missing in the period with that number."""
    period = found.periods[number]
    counts = answers.counted_by_state(found.state(unit, number) for unit in found.units)
    expected, missing = sum(counts.values()), counts[State.MISSING]
    words = {"missing": missing, "all": expected, "period": period_name(period)}
    if not expected:
        return _("Nobody is expected to report for %(period)s") % words
    if not missing:
        return _("Everybody has reported for %(period)s") % words
    return (
        ngettext(
            "%(missing)s of %(all)s units is missing for %(period)s",
            "%(missing)s of %(all)s units are missing for %(period)s",
            missing,
        )
        % words
    )


def legend() -> list[dict[str, Any]]:
    """What each symbol means."""
    return [{"state": state, "text": WORDS[state], "symbol": SYMBOLS[state]} for state in State]


def coverage_rows(found: Coverage, reminded: Mapping[int, Sequence[str]]) -> list[dict[str, Any]]:
    """One row a unit that is expected in any of the periods, by organisation and name: units are not ranked.

    The last period is the one people report for now, the one before is the latest whose deadline has passed.
    """
    rows = []
    by_hand = str(ReportReminder.Occasion.BY_HAND.label)
    for unit in found.units:
        states = [found.state(unit, number) for number in range(len(found.periods))]
        if not any(states):
            continue
        own = list(reminded.get(unit.pk, ()))
        rows.append(
            {
                "unit": unit,
                "earlier": [
                    _strip_cell(period, state) for period, state in zip(found.periods[:-2], states[:-2], strict=True)
                ],
                "closed": state_cell(states[-2]),
                "due": state_cell(states[-1]),
                "reminded": own,
                "may_be_reminded": states[-2] == State.MISSING and unit.is_open and by_hand not in own,
            }
        )
    return rows


def _strip_cell(period: Period, state: State | None) -> dict[str, Any]:
    if state is None:
        return {"period": period_name(period), "words": _("not expected"), "symbol": "", "state": ""}
    return {"period": period_name(period), "words": WORDS[state], "symbol": SYMBOLS[state], "state": state}


def totals(found: Coverage, number: int) -> dict[str, int]:
    """In one period, how many units are covered, of how many."""
    counts = answers.counted_by_state(found.state(unit, number) for unit in found.units)
    return {"covered": counts[State.REPORTED] + counts[State.NOTHING], "of": sum(counts.values())}


def span_name(periods: Sequence[Period]) -> str:
    """Several periods in a row: “week 39 – week 44”."""
    return f"{period_name(periods[0])} – {period_name(periods[-1])}"


def own_cards(
    listed: Sequence[Period], rows: Sequence[Mapping[str, Any]], rhythm: ReportingRhythm, *, now: dt.datetime
) -> list[dict[str, Any]]:
    """The periods of each own unit, latest first: what is due, what was answered and what was missed."""
    cards = []
    for row in rows:
        periods = []
        for period, state in zip(listed, row["states"], strict=True):
            if state is None:
                continue
            deadline = deadlines.deadline_of(rhythm, period)
            periods.append(
                {
                    "period": period,
                    "name": period_name(period),
                    "days": period_days(period),
                    "state": state_cell(state),
                    "deadline": moment(deadline),
                    "is_due": deadline > now,
                    "may_say_nothing": state in {State.WAITING, State.MISSING},
                    "may_take_back": state == State.NOTHING,
                }
            )
        cards.append({"unit": row["unit"], "title": unit_words(row["unit"]), "periods": periods[::-1]})
    return cards


def answers_missing(cards: Sequence[Mapping[str, Any]]) -> int:
    """How many periods have passed their deadline without an answer."""
    return sum(row["may_say_nothing"] and not row["is_due"] for card in cards for row in card["periods"])


def due_rows(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the list of one's own reports asks for: the latest missed period of each unit, or else what is due now."""
    found = []
    for card in cards:
        recent = card["periods"][:2]
        missed = [row for row in recent if row["may_say_nothing"] and not row["is_due"]]
        shown = missed or [row for row in recent if row["is_due"]]
        if shown:
            found.append({"unit": card["unit"], "row": shown[0]})
    return found


def reporting_due(user: Any, collaboration: Collaboration, *, now: dt.datetime) -> dict[str, Any]:
    """For the list of reports: what is asked of whoever reports, the first few units and how many more there are."""
    if user.has_role(collaboration, SEE_EVERYTHING):
        # Whoever compiles has a page of everybody's, and their own one press away from it.
        return {}
    listed, rows = answers.own_rows(user, collaboration, now=now, periods=2)
    if not rows:
        return {}
    due = due_rows(own_cards(listed, rows, deadlines.rhythm_of(collaboration), now=now))
    return {"reporting_due": due[:DUE_SHOWN], "reporting_due_more": max(0, len(due) - DUE_SHOWN)}


def unit_words(unit: ReportingUnit) -> str:
    """Organisation and unit, as people would say it."""
    return f"{unit.unit.organisation.name}: {unit.unit.name}"


def valid_words(unit: ReportingUnit) -> str:
    """From when, and until when, a unit reports."""
    first = date_format(unit.valid_from, "j F Y")
    if unit.valid_to is None:
        return _("since %(day)s") % {"day": first}
    last = date_format(unit.valid_to - dt.timedelta(days=1), "j F Y")
    return _("%(first)s – %(last)s") % {"first": first, "last": last}


def rhythm_words(rhythm: ReportingRhythm) -> str:
    """How often and by when, in a sentence."""
    words = {
        "every": rhythm.get_every_display(),
        "weekday": rhythm.get_deadline_weekday_display(),
        "time": rhythm.deadline_time.strftime("%H:%M"),
    }
    return _("The units report %(every)s, by %(weekday)s at %(time)s after it.") % words
