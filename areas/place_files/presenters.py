"""Place files in words: what a place is like, and who answers for it at which hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import PlaceFeature, PlaceManager
from areas.place_files.queries import FeatureHistory
from areas.place_files.week import DayGroup, Hour, Stretch, count, grouped, week_of
from ui.days import weekday_names

_State = PlaceFeature.State
# Tone and symbol of each state.
STATES = {
    _State.GOOD: ("success", "check"),
    _State.DEFECT: ("warning", "triangle"),
    _State.URGENT: ("danger", "square"),
    _State.NEUTRAL: ("neutral", "ring"),
}


def feature_row(row: PlaceFeature) -> dict[str, Any]:
    """An observation as a line: what, how, in whose words and when."""
    tone, symbol = STATES[_State(row.state)]
    return {
        "feature": row,
        "name": capfirst(row.name),
        "state": capfirst(str(row.get_state_display())),
        "tone": tone,
        "symbol": symbol,
        "seen": seen_words(row),
        "is_taken_back": row.taken_back_at is not None,
    }


def seen_words(row: PlaceFeature) -> str:
    """When it was seen, by whom and how: “12 May 2026, Bostadsbolaget, safety walk”."""
    parts = [date_format(row.observed_on, "j F Y"), str(row.organisation)]
    if row.source != PlaceFeature.Source.ENTERED:
        parts.append(str(row.get_source_display()))
    return ", ".join(parts)


def features_finding(rows: Sequence[PlaceFeature]) -> str:
    """What stands out of what a place is like, in one sentence."""
    urgent, defects = (sum(row.state == state for row in rows) for state in (_State.URGENT, _State.DEFECT))
    if urgent:
        text = ngettext("%(count)s thing is urgent", "%(count)s things are urgent", urgent) % {"count": urgent}
        if not defects:
            return text + "."
        more = ngettext("%(count)s more is a defect", "%(count)s more are defects", defects) % {"count": defects}
        return _("%(urgent)s, and %(defects)s.") % {"urgent": text, "defects": more}
    if defects:
        return ngettext(
            "%(count)s thing is a defect, nothing is urgent.",
            "%(count)s things are defects, nothing is urgent.",
            defects,
        ) % {"count": defects}
    return _("Nothing is noted as a defect.") if rows else ""


def history_rows(histories: Sequence[FeatureHistory]) -> list[dict[str, Any]]:
    """Each feature as it is now, and what was seen of it before."""
    return [
        {**feature_row(history.latest), "earlier": [feature_row(row) for row in history.earlier]}
        for history in histories
    ]


# Who answers, hour by hour


def hour_words(hour: int) -> str:
    """An hour as people write it: 07, and 24 for the end of the day."""
    return f"{hour:02d}"


def span_words(start: int, until: int) -> str:
    """Hours from–until; the whole day in words."""
    return _("all day") if (start, until) == (0, 24) else f"{hour_words(start)}–{hour_words(until)}"


def days_words(first: int, last: int) -> str:
    """A group of weekdays: “Monday–Friday”, “Every day”."""
    if (first, last) == (0, 6):
        return _("Every day")
    names = weekday_names()
    return names[first] if first == last else f"{names[first]}–{names[last].lower()}"


def _hour_name(hour: Hour) -> str:
    if hour.is_nobody:
        return _("nobody answers for the place")
    return _("nobody has said who") if hour.is_unknown else ", ".join(hour.parties)


def _kind(hour: Hour) -> str:
    return "nobody" if hour.is_nobody else "unknown" if hour.is_unknown else "answered"


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "hours": span_words(stretch.start, stretch.until),
        "who": _hour_name(stretch.hour),
        "kind": _kind(stretch.hour),
        # In a drawing of 24 units, with a little air between two stretches.
        "x": stretch.start,
        "width": stretch.until - stretch.start,
    }


def _group(group: DayGroup) -> dict[str, Any]:
    return {"days": days_words(group.first, group.last), "stretches": [_stretch(one) for one in group.stretches]}


def week(rows: Sequence[PlaceManager]) -> dict[str, Any]:
    """The week of a place: a finding, and the days that are alike with who answers at which hours."""
    hours = week_of(rows)
    totals = count(hours)
    return {
        "finding": week_finding(totals),
        "groups": [_group(group) for group in grouped(hours)],
        "is_empty": not rows,
        "tasks": [(row.party_name, row.task) for row in rows if row.task],
        **totals,
    }


def week_finding(totals: dict[str, int]) -> str:
    """How much of the week somebody answers for the place, in one sentence."""
    if totals["answered"] == 168:
        return _("Somebody answers for the place every hour of the week.")
    if totals["unknown"] == 168:
        return _("Nobody has written down who answers for the place, at any hour.")
    parts = []
    if totals["nobody"]:
        parts.append(
            ngettext(
                "nobody answers for the place during %(count)s of the week's 168 hours",
                "nobody answers for the place during %(count)s of the week's 168 hours",
                totals["nobody"],
            )
            % {"count": totals["nobody"]}
        )
    if totals["unknown"]:
        parts.append(
            ngettext("for %(count)s hour it is not known", "for %(count)s hours it is not known", totals["unknown"])
            % {"count": totals["unknown"]}
        )
    return capfirst(_(" and ").join(parts)) + "."


def manager_row(row: PlaceManager, *, is_now: bool) -> dict[str, Any]:
    """A row of who answers, as a line of the list that keeps them all."""
    days = ", ".join(weekday_names()[day].lower() for day in row.weekdays)
    return {
        "manager": row,
        "who": capfirst(row.party_name),
        "when": _("%(days)s, %(hours)s") % {
            "days": capfirst(_("every day") if len(row.weekdays) == 7 else days),
            "hours": span_words(row.from_hour, row.to_hour),
        },
        "task": row.task,
        "is_now": is_now,
        "is_ended": row.valid_to is not None,
        "never_held": row.valid_to == row.valid_from,
    }  # fmt: skip
