"""Commitments and the ledger as pages, files and the API show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from action_plans.commitments import queries
from action_plans.commitments.ledger import Figures, Row
from action_plans.commitments.lines import Line
from action_plans.models import Absence, Commitment, CommitmentMove, CommitmentState
from action_plans.retention import GONE
from incidents.presenters import safe_cell
from partners.models import Membership
from ui.numbers import number_words

State = CommitmentState
Kind = CommitmentMove.Kind
# The tag says where one commitment stands; an organisation never has a colour.
STATE_TONES = {
    State.DRAFT: ("neutral", "ring"),
    State.ASKED: ("info", "question"),
    State.ACCEPTED: ("accent", "half"),
    State.COUNTER_OFFERED: ("info", "arrow-left"),
    State.DECLINED: ("neutral", "close"),
    State.KEPT: ("success", "check"),
    State.NOT_KEPT: ("danger", "square"),
    State.WITHDRAWN: ("neutral", "dash"),
}
GROUPS = {
    queries.WAITS: gettext_lazy("Waits for your organisation"),
    queries.OURS: gettext_lazy("What you have asked of others"),
    queries.PROMISED_BY_US: gettext_lazy("What is asked of you"),
    queries.OTHERS: gettext_lazy("Between others"),
}


def url_of(commitment: Commitment) -> str:
    """The commitment's page."""
    return reverse("commitment_detail", args=[commitment.collaboration.slug, commitment.number])


def name_of(commitment: Commitment) -> str:
    """What people call it: its number."""
    return pgettext("a commitment", "K-%(number)s") % {"number": commitment.number}


def tag_of(line: Line) -> dict[str, str]:
    """Where the line stands, as a tag; what is late says so instead."""
    if line.is_late:
        return {"text": late_words(line), "tone": "warning", "symbol": "clock"}
    tone, symbol = STATE_TONES[State(line.state)]
    return {"text": str(State(line.state).label), "tone": tone, "symbol": symbol}


def late_words(line: Line) -> str:
    """How late, in working days."""
    days = line.working_days_late
    return ngettext(
        "not in time, %(days)s working day", "not in time, %(days)s working days", days
    ) % {"days": days}  # fmt: skip


def day(value: dt.date | dt.datetime | None) -> str:
    """A day as it is written; nothing where there is none."""
    if isinstance(value, dt.datetime):
        value = timezone.localdate(value)
    return date_format(value, "j F Y") if value is not None else ""


def who(membership: Membership | None) -> str:
    """Function and organisation, never a name."""
    return f"{membership.user.function}, {membership.organisation.name}" if membership is not None else ""


# --- One commitment ---------------------------------------------------------------------------------------------------


def said(text: str) -> str:
    """What was written, or that it has been purged: the sign the purge leaves says nothing to a reader."""
    return _("(the text has been purged)") if text == GONE else text


def heading(line: Line) -> str:
    """Who has asked whom, who has promised whom, or what came of the promise."""
    one = line.commitment
    names = {"asker": one.asked_by.name, "owner": one.asked_of.name}
    if one.asked_by_id == one.asked_of_id:
        own = {
            State.KEPT: _("%(owner)s has carried out what it took on"),
            State.NOT_KEPT: _("%(owner)s has not carried out what it took on"),
        }
        taken = (
            _("%(owner)s has taken this on, and the day has passed") if line.is_late else _("%(owner)s takes this on")
        )
        return own.get(State(line.state), taken) % names
    if line.differ:
        return _("%(owner)s and %(asker)s see differently how it went") % names
    sentences = {
        State.KEPT: _("%(owner)s has carried out what %(asker)s was promised"),
        State.NOT_KEPT: _("%(owner)s has not carried out what %(asker)s was promised"),
        State.DRAFT: _("%(asker)s is going to ask %(owner)s"),
        State.ASKED: _("%(asker)s asks %(owner)s"),
        State.COUNTER_OFFERED: _("%(owner)s offers %(asker)s something else"),
        State.DECLINED: _("%(owner)s has declined what %(asker)s asked"),
        State.WITHDRAWN: _("%(asker)s no longer asks this of %(owner)s"),
    }
    promised = (
        _("%(owner)s has promised %(asker)s, and the day has passed")
        if line.is_late
        else _("%(owner)s has promised %(asker)s")
    )
    return sentences.get(State(line.state), promised) % names


def in_plan_words(line: Line, state: str) -> str:
    """What a plan says already where the ledger does not tell others yet; nothing where they say the same."""
    if line.is_own or line.is_as_in_plan or state == line.state:
        return ""
    return _("In the plan it is already: %(state)s.") % {"state": State(state).label}


def facts(line: Line, *, is_own: bool) -> list[dict[str, str]]:
    """By when, who answers for it, and when it was asked and answered. The heading has said who asked whom."""
    one = line.commitment
    asked = ", ".join(part for part in (day(line.asked_at), waited_words(line)) if part)
    # Whoever accepts it names the person: before that nobody is missing.
    nobody = _("nobody yet") if line.state == State.ACCEPTED else ""
    rows = [
        (pgettext("a day", "By"), day(line.due_on)),
        (_("Answers for it"), (who(one.responsible) or nobody) if is_own else ""),
        (_("Asked on"), asked),
        (_("Answered on"), day(line.answered_at)),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def waited_words(line: Line) -> str:
    """How long a request has waited for its answer; nothing on the day it was asked."""
    if line.state != State.ASKED or line.asked_at is None:
        return ""
    days = (line.on - timezone.localdate(line.asked_at)).days
    if days < 1:
        return ""
    return ngettext("has waited %(days)s day", "has waited %(days)s days", days) % {"days": days}


def outcome(line: Line) -> list[dict[str, str]]:
    """What each side says of how it went. Where they differ both stand; nobody answers itself the same twice."""
    one, rows = line.commitment, []
    if line.owner_says_kept is not None:
        rows.append(_says(one.asked_of.name, line.owner_says_kept, line.owner_says, line.reported_at))
    is_repeated = one.asked_by_id == one.asked_of_id and not line.differ and not line.asker_says
    if line.asker_says_kept is not None and not is_repeated:
        rows.append(_says(one.asked_by.name, line.asker_says_kept, line.asker_says, line.confirmed_at))
    return rows


def _says(organisation: str, is_kept: bool, text: str, at: dt.datetime | None) -> dict[str, str]:
    state = State.KEPT if is_kept else State.NOT_KEPT
    tone, symbol = STATE_TONES[state]
    return {
        "who": organisation,
        "text": said(text),
        "day": day(at),
        "word": str(state.label),
        "tone": tone,
        "symbol": symbol,
    }


def history(moves: Iterable[CommitmentMove], line: Line) -> list[dict[str, str]]:
    """Everything that happened, latest first: when, who, what, and the words that were said and do not stand above."""
    stands = {_with_day(line.text, line.due_on), _with_day(line.answer, line.offered_due_on), line.answer}
    stands |= {line.owner_says, line.asker_says}
    return [
        {
            "day": date_format(timezone.localtime(move.at), "j F Y H:i"),
            "who": move.for_organisation.name if move.for_organisation else "",
            "what": _what(move),
            "words": said(words) if (words := _words(move)) not in stands else "",
        }
        for move in moves
    ]


def _what(move: CommitmentMove) -> str:
    to, was = State(move.to_state), State(move.from_state)
    if move.kind == Kind.OWNER_SAID:
        return _("reported it as kept") if to == State.KEPT else _("reported it as not kept")
    if move.kind == Kind.ASKER_SAID:
        return _("says that it was kept") if move.line.get("asker_says_kept") else _("says that it was not kept")
    if move.kind == Kind.HANDED_OVER:
        return _("handed it over to somebody else")
    if move.kind == Kind.CHANGED:
        return _("changed what is asked") if to == was else _("changed what is asked, and asks anew")
    sentences = {
        State.ASKED: _("asked") if was == State.DRAFT else _("asked again"),
        State.ACCEPTED: _("took the offer") if was == State.COUNTER_OFFERED else _("accepted"),
        State.COUNTER_OFFERED: _("offered something else"),
        State.DECLINED: _("declined"),
        State.WITHDRAWN: _("withdrew the request"),
    }
    return sentences.get(to, str(to.label))


def _words(move: CommitmentMove) -> str:
    line, to = move.line, move.to_state
    if move.kind == Kind.HANDED_OVER:
        return ""
    if move.kind == Kind.OWNER_SAID:
        return str(line.get("owner_says", ""))
    if move.kind == Kind.ASKER_SAID or to == State.WITHDRAWN:
        return str(line.get("asker_says", ""))
    if to in {State.DECLINED, State.COUNTER_OFFERED}:
        said, until = str(line.get("answer", "")), line.get("offered_due_on")
    else:
        said, until = str(line.get("text", "")), line.get("due_on")
    return _with_day(said, dt.date.fromisoformat(until) if until else None)


def _with_day(text: str, until: dt.date | None) -> str:
    return _("%(text)s By %(day)s.") % {"text": text, "day": day(until)} if until is not None else text


# --- The list ---------------------------------------------------------------------------------------------------------


def list_rows(
    rows: Sequence[tuple[str, Line]],
    *,
    slug: str,
    titles: Mapping[int, str] | None = None,
    beside: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
) -> list[dict[str, Any]]:
    """The rows of a list; the first of each part carries its heading. `titles` are the measures' that may be read,
    `beside` what rooms above say of each commitment."""
    shown, before = [], None
    for group, line in rows:
        one = line.commitment
        shown.append(
            {
                "group": GROUPS[group] if group != before else "",
                "name": name_of(one),
                "url": reverse("commitment_detail", args=[slug, one.number]),
                "text": said(line.text),
                "asked_by": one.asked_by.name,
                "asked_of": one.asked_of.name,
                "due": day(line.due_on),
                "tag": tag_of(line),
                "waited": waited_words(line),
                "differ": line.differ,
                "measure": (titles or {}).get(one.measure_id or 0, ""),
                "beside": (beside or {}).get(one.pk, []),
            }
        )
        before = group
    return shown


def nobody_rows(lines: Iterable[Line]) -> list[dict[str, str]]:
    """What nobody answers for."""
    return [
        {
            "name": name_of(line.commitment),
            "url": url_of(line.commitment),
            "text": said(line.text),
            "asked_of": line.commitment.asked_of.name,
            "due": day(line.due_on),
        }
        for line in lines
    ]


def absence_rows(absences: Iterable[Absence], *, mine: set[int]) -> list[dict[str, Any]]:
    """Who is away and who stands in."""
    return [
        {
            "pk": one.pk,
            "who": _("You") if one.membership_id in mine else who(one.membership),
            "deputy": _("you") if one.deputy_id in mine else who(one.deputy),
            "first_day": day(one.first_day),
            "back_on": day(one.back_on),
        }
        for one in absences
    ]


# --- The ledger -------------------------------------------------------------------------------------------------------

# Each figure: its heading, and what it means. In the order of the tables and the file.
FIGURES: dict[str, tuple[Any, Any]] = {
    "asked": (
        pgettext_lazy("ledger", "Asked"),
        gettext_lazy("Requests that were sent: unanswered, accepted, answered with an offer, declined or withdrawn."),
    ),
    "unanswered": (
        pgettext_lazy("ledger", "Unanswered"),
        gettext_lazy("Requests that still wait for an answer."),
    ),
    "accepted": (
        pgettext_lazy("ledger", "Accepted"),
        gettext_lazy(
            "Promises that were given, also by taking an offer. They are kept, not carried out, or not reported yet."
        ),
    ),
    "counter_offered": (
        pgettext_lazy("ledger", "Offer"),
        gettext_lazy("Answered with an offer that whoever asked has not taken or turned down yet."),
    ),
    "declined": (
        pgettext_lazy("ledger", "Declined"),
        gettext_lazy("Answered with no. The reason stands below."),
    ),
    "withdrawn": (
        pgettext_lazy("ledger", "Withdrawn"),
        gettext_lazy("Requests that whoever asked no longer asks, before or after an answer."),
    ),
    "kept": (
        pgettext_lazy("ledger", "Kept"),
        gettext_lazy("Promises whose owner has reported them as kept."),
    ),
    "kept_after_day": (
        pgettext_lazy("ledger", "of those after their day"),
        gettext_lazy(
            "Kept, but reported after the last day. What was done in time and reported afterwards is counted here too."
        ),
    ),
    "late": (
        pgettext_lazy("ledger", "Not in time"),
        gettext_lazy(
            "Promises whose day has passed without a word from their owner. A day when nobody works moves to the next "
            "working day."
        ),
    ),
    "not_kept": (
        pgettext_lazy("ledger", "Not carried out"),
        gettext_lazy("Promises whose owner has reported them as not kept. The reason stands below."),
    ),
    "differ": (
        pgettext_lazy("ledger", "Seen differently"),
        gettext_lazy(
            "Promises of which owner and asker say different things. Both stand; the columns count what the owner says."
        ),
    ),
    # Of the file alone; the page says the days to answer in words.
    "answered": (pgettext_lazy("ledger", "Answers"), ""),
    "half_within_days": (
        pgettext_lazy("ledger", "Half within, days"),
        gettext_lazy(
            "Within so many days at least half of the answers came (the median): from the day it was asked, for the "
            "last time, to the day of the answer. What is unanswered is not in it."
        ),
    ),
    "most_within_days": (
        pgettext_lazy("ledger", "Three in four within, days"),
        gettext_lazy("Within so many days at least three in four of the answers came."),
    ),
}
# What the tables show as a number; the days to answer are said in words.
COUNTS = tuple(name for name in FIGURES if name not in {"answered", "half_within_days", "most_within_days"})
# What is told also where it is nothing; a column of zeros alone says no more than its absence.
ALWAYS = {"asked", "accepted", "declined", "kept", "late", "not_kept"}


def definitions(total: Figures) -> list[dict[str, Any]]:
    """What each column of the tables means."""
    rows = [{"term": column["label"], "text": FIGURES[column["name"]][1]} for column in columns(total)]
    days = " ".join(str(FIGURES[name][1]) for name in ("half_within_days", "most_within_days"))
    return [*rows, {"term": _("Days to answer"), "text": days}]


def summary_words(total: Figures) -> str:
    """The answer first: how the requests were answered, which adds up to all of them, and what came of the promises."""
    number = {"number": number_words(total.asked)}
    asked = ngettext("%(number)s request", "%(number)s requests", total.asked) % number
    answers = _counted(
        (_("accepted %(number)s"), total.accepted),
        (_("offers %(number)s"), total.counter_offered),
        (_("declined %(number)s"), total.declined),
        (_("withdrawn %(number)s"), total.withdrawn),
        (_("unanswered %(number)s"), total.unanswered),
    )
    promises = _counted(
        (_("carried out %(number)s"), total.kept),
        (_("not carried out %(number)s"), total.not_kept),
        (_("not in time %(number)s"), total.late),
    )
    said = f"{asked}: {answers}." if answers else f"{asked}."
    if not promises:
        return said
    return _("%(asked)s Of the promises: %(promises)s.") % {"asked": said, "promises": promises}


def _counted(*told: tuple[str, int]) -> str:
    return ", ".join(text % {"number": number_words(number)} for text, number in told if number)


def columns(total: Figures) -> list[dict[str, Any]]:
    """The headings of the counts that every ledger has, and of the others where there are some."""
    return [
        {"name": name, "label": capfirst(str(FIGURES[name][0]))}
        for name in COUNTS
        if name in ALWAYS or getattr(total, name)
    ]


def days_words(figures: Figures) -> str:
    """The days to answer, in words."""
    half, most = figures.half_within_days, figures.most_within_days
    if half is None or most is None:
        return _("no answer yet")
    if figures.answered == 1:
        return _("one answer: %(when)s") % {"when": _after(half)}
    if half == most:
        return _("most %(when)s") % {"when": _within(half)}
    return _("half %(half)s, three in four %(most)s") % {"half": _within(half), "most": _within(most)}


def _within(days: int) -> str:
    if not days:
        return _("on the same day")
    return ngettext("within %(days)s day", "within %(days)s days", days) % {"days": days}


def _after(days: int) -> str:
    if not days:
        return _("on the same day")
    return ngettext("after %(days)s day", "after %(days)s days", days) % {"days": days}


def _pair_words(row: Row) -> str:
    """Whose row it is: one organisation's, or who asks whom."""
    if row.asked_by is None:
        return row.asked_of.name
    if row.asked_by == row.asked_of:
        return _("%(owner)s, of itself") % {"owner": row.asked_of.name}
    return _("%(asker)s asks %(owner)s") % {"asker": row.asked_by.name, "owner": row.asked_of.name}


def ledger_rows(rows: Iterable[Row], heads: Sequence[Mapping[str, Any]], *, listed: str = "") -> list[dict[str, Any]]:
    """The rows of a table with these columns; `listed` is the list of commitments, where numbers can be followed."""
    shown = []
    for row in rows:
        shown.append(
            {
                "name": _pair_words(row),
                "url": f"{listed}?partner={row.asked_of.pk}" if listed else "",
                "cells": [
                    {"label": column["label"], "value": getattr(row.figures, column["name"])} for column in heads
                ],
                "days": days_words(row.figures),
            }
        )
    return shown


def reason_rows(lines: Iterable[Line], state: str, *, slug: str) -> list[dict[str, str]]:
    """Why what was declined, or not carried out, was: in the owner's words, by name of the owner and by number."""
    found = [line for line in lines if line.state == state]
    found.sort(key=lambda line: (line.commitment.asked_of.name.casefold(), line.commitment.number))
    return [
        {
            "name": name_of(line.commitment),
            "url": reverse("commitment_detail", args=[slug, line.commitment.number]),
            "asked_of": line.commitment.asked_of.name,
            "text": said(line.text),
            "reason": said(line.answer if state == State.DECLINED else line.owner_says),
        }
        for line in found
    ]


def export_rows(organisations: Iterable[Row], pairs: Iterable[Row]) -> Iterable[list[Any]]:
    """The ledger as the rows of a file, the headings first."""
    names = [field.name for field in fields(Figures)]
    yield [_("Asks"), _("Is asked"), *(capfirst(str(FIGURES[name][0])) for name in names)]
    for row in [*organisations, *pairs]:
        asker = row.asked_by.name if row.asked_by is not None else _("(all)")
        numbers = [getattr(row.figures, name) for name in names]
        yield [safe_cell(asker), safe_cell(row.asked_of.name), *("" if value is None else value for value in numbers)]
