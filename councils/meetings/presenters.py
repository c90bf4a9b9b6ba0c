"""Meetings as pages, letters and documents show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.forms import BaseForm, BooleanField, BoundField, ChoiceField, ModelChoiceField
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from action_plans.commitments import presenters as commitments
from action_plans.commitments.lines import lines_for, states_shown
from action_plans.models import Commitment, CommitmentState
from councils.escalations import presenters as escalations
from councils.meetings.deviations import Deviation, no_longer
from councils.meetings.things import named
from councils.models import (
    Adjustment,
    AgendaItem,
    Attendance,
    Decision,
    DecisionPart,
    Escalation,
    Matter,
    Meeting,
    MeetingState,
    Outcome,
    Section,
)
from partners.levels import DecisionKind

STATE_TONES = {
    MeetingState.PLANNED: ("neutral", "ring"),
    MeetingState.ONGOING: ("accent", "arrow-right"),
    MeetingState.CLOSED: ("success", "check"),
    MeetingState.CANCELLED: ("neutral", "dash"),
}
OUTCOME_TONES = {
    Outcome.DECISION: ("success", "check"),
    Outcome.ASSIGNMENT: ("info", "arrow-right"),
    Outcome.ESCALATION: ("info", "arrow-up"),
    Outcome.INFORMATION: ("neutral", "info"),
    Outcome.POSTPONED: ("warning", "clock"),
}
# How an organisation's answer to a decision is counted. What was taken back is asked of nobody.
SAID = {
    CommitmentState.ACCEPTED: "yes",
    CommitmentState.KEPT: "yes",
    CommitmentState.NOT_KEPT: "yes",
    CommitmentState.DECLINED: "no",
    CommitmentState.ASKED: "not_yet",
    CommitmentState.COUNTER_OFFERED: "not_yet",
}


def url_of(meeting: Meeting) -> str:
    """The meeting's page: its agenda, the meeting itself, or its minutes."""
    return reverse("meeting", args=[meeting.collaboration.slug, meeting.number])


def item_url(meeting: Meeting, item: AgendaItem) -> str:
    """The meeting with an item on it."""
    return f"{url_of(meeting)}#item-{item.pk}"


def when(moment: dt.datetime) -> str:
    """“tuesday 24 November 2026 at 09:00”."""
    local = timezone.localtime(moment)
    words = {"day": date_format(local, "l j F Y"), "time": date_format(local, "H:i")}
    return _("%(day)s at %(time)s") % words


def state_tag(meeting: Meeting) -> dict[str, str]:
    """Where the meeting stands, as a tag."""
    tone, symbol = STATE_TONES[MeetingState(meeting.state)]
    return {"text": meeting.get_state_display(), "tone": tone, "symbol": symbol}


def outcome_tag(outcome: str) -> dict[str, str] | None:
    """What came of a matter, as a tag."""
    if not outcome:
        return None
    tone, symbol = OUTCOME_TONES[Outcome(outcome)]
    return {"text": str(Outcome(outcome).label), "tone": tone, "symbol": symbol}


def postponed_words(times: int) -> str:
    """“postponed twice”, in figures; nothing where it never was."""
    if not times:
        return ""
    return ngettext("postponed %(times)s time", "postponed %(times)s times", times) % {"times": times}


def name_of(decision: Decision) -> str:
    """What people call it."""
    return pgettext("a decision", "B-%(number)s") % {"number": decision.number}


# --- Lists ------------------------------------------------------------------------------------------------------------


def meeting_row(meeting: Any) -> dict[str, Any]:
    """A line of a list of meetings."""
    return {
        "url": url_of(meeting),
        "group": meeting.group.name,
        "name": meeting.series.name if meeting.series else meeting.group.name,
        "when": when(meeting.starts_at),
        "where": meeting.where,
        "tag": state_tag(meeting),
        "state": meeting.state,
        "decided": getattr(meeting, "decided", 0),
        "number": meeting.number,
    }


def matter_rows(user: Any, matters: Sequence[Matter]) -> list[dict[str, Any]]:
    """The groups' lists of what waits, with the ways to what each is about."""
    things = named(user, [(one.about_kind, one.about_id) for one in matters])
    return [
        {
            "title": one.title,
            "group": one.group.name,
            "section": Section(one.section).label,
            "area": one.area.name if one.area else "",
            "postponed": postponed_words(one.times_postponed),
            "about": things.get((one.about_kind, one.about_id or 0)),
        }
        for one in matters
    ]


def parts_of(user: Any, decisions: Sequence[Decision]) -> dict[int, dict[str, Any]]:
    """What decisions ask of organisations, each with its answer as the reader may see it now; and how many said what.

    A no stands with its reason, and with the questions to other levels it was taken to.
    """
    wanted = DecisionPart.objects.filter(decision__in=decisions, commitment__in=Commitment.objects.visible_to(user))
    rows = list(wanted.select_related("commitment__asked_of", "commitment__collaboration").order_by("pk"))
    answers, further = _answers(user, [row.commitment for row in rows]), _taken_further(user, rows)
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        one, (state, reason) = row.commitment, answers[row.commitment_id]
        tone, symbol = commitments.STATE_TONES[state]
        here = found.setdefault(row.decision_id, {"rows": [], "said": {"yes": 0, "no": 0, "not_yet": 0}})
        here["rows"].append(
            {
                "who": one.asked_of.name,
                "text": commitments.said(one.text),
                "due_on": one.due_on,
                "url": commitments.url_of(one),
                "state": state,
                "tag": {"text": str(state.label), "tone": tone, "symbol": symbol},
                "reason": reason,
                "further": further.get(one.pk, []),
            }
        )
        if (said := SAID.get(state)) is not None:
            here["said"][said] += 1
    for here in found.values():
        here["words"] = _said_words(here["said"])
    return found


def _answers(user: Any, asked: Sequence[Commitment]) -> dict[int, tuple[CommitmentState, str]]:
    """What each has answered, and why it said no, as the ledger shows it to the reader.

    That it was asked stands in the decision; what it answered the organisations it is not between see some days later,
    except of a part of a measure, whose answer stands in the plan at once.
    """
    where, now = Q(pk__in=[one.pk for one in asked]), timezone.now()
    lines = {
        line.commitment.pk: line
        for collaboration in {one.collaboration for one in asked}
        for line in lines_for(user, collaboration, now=now, where=where)
    }
    in_plan = states_shown(user, [one for one in asked if one.measure_id is not None])
    found = {}
    for one in asked:
        line = lines.get(one.pk)
        state = CommitmentState(in_plan.get(one.pk) or (line.state if line else CommitmentState.ASKED))
        refused = line is not None and line.state == state == CommitmentState.DECLINED
        found[one.pk] = state, commitments.said(line.answer) if refused and line else ""
    return found


def _taken_further(user: Any, rows: Sequence[DecisionPart]) -> dict[int, list[dict[str, Any]]]:
    """The questions to other levels about an organisation's no, and how each has ended."""
    if not rows:
        return {}
    found: dict[int, list[dict[str, Any]]] = {}
    asked = Escalation.objects.visible_to(user).filter(commitment__in=[row.commitment_id for row in rows])
    related = ("collaboration", "from_group", "to_group", "commitment__asked_of")
    for one in asked.select_related(*related).order_by("pk"):
        found.setdefault(one.commitment_id or 0, []).append(
            {
                "name": escalations.name_of(one),
                "url": escalations.url_of(one),
                "words": escalations.ends_words(one) or escalations.heading(one, timezone.localdate()),
            }
        )
    return found


def _said_words(said: Mapping[str, int]) -> str:
    """“2 have said yes, 1 has not answered”."""
    words = [
        ngettext("%(n)s has said yes", "%(n)s have said yes", said["yes"]) % {"n": said["yes"]},
        ngettext("%(n)s has said no", "%(n)s have said no", said["no"]) % {"n": said["no"]},
        ngettext("%(n)s has not answered", "%(n)s have not answered", said["not_yet"]) % {"n": said["not_yet"]},
    ]
    return ", ".join(word for word, number in zip(words, said.values(), strict=True) if number)


def decision_rows(user: Any, decisions: Sequence[Decision], slug: str) -> list[dict[str, Any]]:
    """The list of decisions, each with where it was made and what it is about."""
    things = named(user, [(one.about_kind, one.about_id) for one in decisions])
    parts = parts_of(user, decisions)
    # Who was given something to do reads that, and not always the meeting it comes from.
    ids = [one.meeting_id for one in decisions]
    meetings = set(Meeting.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    today = timezone.localdate()
    return [
        {
            "pk": one.pk,
            "number": name_of(one),
            "text": one.text,
            "motive": one.motive,
            "tag": outcome_tag(one.outcome),
            "kind": str(DecisionKind(one.kind).label) if one.kind else "",
            "group": one.meeting.group.name,
            "day": timezone.localdate(one.made_at),
            "url": reverse("meeting", args=[slug, one.meeting.number]) if one.meeting_id in meetings else "",
            "who": _who(one),
            "due_on": one.due_on,
            "is_waiting": one.outcome == Outcome.ASSIGNMENT and one.done_at is None,
            "is_late": one.outcome == Outcome.ASSIGNMENT
            and one.done_at is None
            and one.due_on is not None
            and one.due_on < today,
            "done_on": timezone.localdate(one.done_at) if one.done_at else None,
            "about": things.get((one.about_kind, one.about_id or 0)),
            "parts": parts.get(one.pk),
        }
        for one in decisions
    ]


def _who(decision: Decision) -> str:
    if decision.organisation is None:
        return ""
    if decision.responsible is None:
        return decision.organisation.name
    return f"{decision.responsible.user.function}, {decision.organisation.name}"


# --- Before -----------------------------------------------------------------------------------------------------------


def preview(
    user: Any, found: Iterable[Deviation], matters: Iterable[Matter], *, sees_all: bool = False
) -> list[dict[str, Any]]:
    """The agenda as it would be now: what waits, and what has been noticed that nobody has taken up yet.

    Only of a reader who `sees_all` that happens here can be told that something has ended.
    """
    matters = sorted(matters, key=lambda one: (-one.times_postponed, one.pk))
    known = {one.key for one in matters if one.key}
    now = {one.key: one for one in found}
    for matter in matters:
        if matter.key in now:
            matter.title = now[matter.key].title
        elif matter.key and sees_all:
            matter.title = no_longer(matter.title)
    fresh = [one for one in now.values() if one.key not in known and not one.is_folded]
    both: list[Any] = [*matters, *fresh]
    things = named(user, [(one.about_kind, one.about_id) for one in both])
    rows: dict[Section, list[dict[str, Any]]] = {section: [] for section in Section}
    for one in both:
        rows[Section(one.section)].append(
            {
                "title": one.title,
                "postponed": postponed_words(getattr(one, "times_postponed", 0)),
                "about": things.get((one.about_kind, one.about_id or 0)),
            }
        )
    return [{"title": section.label, "items": items} for section, items in rows.items() if items]


# --- While it goes on -------------------------------------------------------------------------------------------------


def agenda(items: Iterable[AgendaItem], *, now: dt.datetime) -> list[dict[str, Any]]:
    """The items part by part, in their order, with what has come of each."""
    parts: list[dict[str, Any]] = []
    for item in items:
        if not parts or parts[-1]["section"] != item.section:
            parts.append({"section": item.section, "title": Section(item.section).label, "items": []})
        parts[-1]["items"].append(item_row(item, now=now))
    for part in parts:
        # A part that is itself all there is to talk about is not said twice.
        part["is_headed"] = [one["is_standing"] for one in part["items"]] != [True]
    return parts


def item_row(item: AgendaItem, *, now: dt.datetime) -> dict[str, Any]:
    """An item as the agenda shows it."""
    return {
        "pk": item.pk,
        "title": item.title,
        "is_standing": item.matter_id is None,
        "is_open": item.open_since is not None,
        "tag": outcome_tag(item.outcome),
        "postponed": postponed_words(item.times_postponed),
        "seconds": seconds_of(item, now=now),
        "has_note": bool(item.note),
    }


def seconds_of(item: AgendaItem, *, now: dt.datetime) -> int:
    """How long the item has been open in all."""
    running = round((now - item.open_since).total_seconds()) if item.open_since else 0
    return item.seconds + max(0, running)


def clock(seconds: int) -> str:
    """“4:05”."""
    return f"{seconds // 60}:{seconds % 60:02}"


def not_saved(sent: Mapping[str, Any], placed: Iterable[Any]) -> dict[str, Any] | None:
    """What was refused and has no form on the page as it is now: why, and its words, so that nothing is lost."""
    form = next((one for one in sent.values() if isinstance(one, BaseForm)), None)
    if form is None or any(one is form for one in placed):
        return None
    item = sent.get("item")
    return {
        "title": item.title if item is not None else "",
        "faults": list(dict.fromkeys(error for errors in form.errors.values() for error in errors)),
        "said": [(bound.label, words) for bound in form if (words := _said_in(form, bound))],
    }


def _said_in(form: BaseForm, bound: BoundField) -> str:
    """What somebody chose or wrote in a field, as they read it."""
    if bound.is_hidden or isinstance(bound.field, BooleanField):
        return ""
    if isinstance(bound.field, ModelChoiceField):
        chosen = form.cleaned_data.get(bound.name) if hasattr(form, "cleaned_data") else None
        return str(bound.field.label_from_instance(chosen)) if chosen is not None else ""
    value = bound.value()
    if isinstance(bound.field, ChoiceField):
        choices: Any = bound.field.choices
        return str(dict(choices).get(value, "")) if value else ""
    return str(value or "")


# --- The minutes ------------------------------------------------------------------------------------------------------


def minutes_of(content: Mapping[str, Any], *, only: Iterable[int] | None = None) -> dict[str, Any]:
    """The frozen minutes as a page and a document show them; of somebody called in, their items only."""
    wanted = None if only is None else set(only)
    items = [item for item in content["items"] if wanted is None or item["id"] in wanted]
    starts_at, closed_at = _moment(content["starts_at"]), _moment(content["closed_at"])
    decided = [one for item in items for one in item["decisions"]]
    following = _moment(content["next"]) if content["next"] and wanted is None else None
    return {
        "group": content["group"],
        "name": content["series"] or content["group"],
        "when": when(starts_at) if starts_at else "",
        "closed": date_format(timezone.localtime(closed_at), "H:i") if closed_at else "",
        "where": content["where"],
        "present": _present(content["present"]) if wanted is None else [],
        "sections": _sections(items),
        "decided": [decision_words(one) for one in decided],
        "number_decided": len(decided),
        "postponed": sum(item["outcome"] == Outcome.POSTPONED for item in items),
        "next": when(following) if following else "",
        "adjust_until": parse_date(content["adjust_until"]) if content["adjust_until"] else None,
        "is_whole": wanted is None,
    }


def adjustments_of(meeting: Meeting) -> list[Adjustment]:
    """What stands beside the minutes, in its words or that they have been purged."""
    found = list(meeting.adjustments.select_related("organisation"))
    for one in found:
        one.text = commitments.said(one.text)
    return found


def _part_words(row: Mapping[str, Any]) -> str:
    """What a decision asked of an organisation, and where that stood when the meeting was closed."""
    due = parse_date(row["due_on"]) if isinstance(row["due_on"], str) else row["due_on"]
    words = {
        "who": row["organisation"],
        "text": row["text"],
        "day": date_format(due, "j F Y") if due else "–",
        "state": CommitmentState(row["state"]).label,
    }
    return _("%(who)s: %(text)s (by %(day)s, %(state)s)") % words


def _moment(text: Any) -> dt.datetime | None:
    return parse_datetime(text) if isinstance(text, str) else text


def _present(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        words = row["function"]
        if row["presence"] != Attendance.Presence.PRESENT:
            words = f"{words} ({Attendance.Presence(row['presence']).label})"
        found.setdefault(row["organisation"], []).append(words)
    return [{"organisation": name, "functions": functions} for name, functions in found.items()]


def _sections(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for item in items:
        if item["is_standing"] and not (item["note"] or item["decisions"]):
            continue
        if not parts or parts[-1]["section"] != item["section"]:
            parts.append({"section": item["section"], "title": Section(item["section"]).label, "items": []})
        parts[-1]["items"].append(
            {
                "id": item["id"],
                "title": item["title"],
                "is_standing": item["is_standing"],
                "tag": outcome_tag(item["outcome"]),
                # That it was put off for the first time the tag says already.
                "postponed": postponed_words(item["times_postponed"])
                if item["times_postponed"] > 1 or item["outcome"] != Outcome.POSTPONED
                else "",
                "note": commitments.said(item["note"]),
                "minutes": item["minutes"],
                "decisions": [decision_words(one) for one in item["decisions"]],
            }
        )
    return parts


def decision_words(one: Mapping[str, Any]) -> dict[str, Any]:
    """A decision of the minutes, in words."""
    due = parse_date(one["due_on"]) if isinstance(one["due_on"], str) else one["due_on"]
    who = ", ".join(word for word in (one["function"], one["organisation"]) if word)
    return {
        "number": pgettext("a decision", "B-%(number)s") % {"number": one["number"]},
        "tag": outcome_tag(one["outcome"]),
        "text": one["text"],
        "motive": one["motive"],
        "who": who,
        "due": date_format(due, "j F Y") if due else "",
        "objections": [f"{row['organisation']}: {row['text']}" for row in one["objections"]],
        "parts": [_part_words(row) for row in one["parts"]],
    }
