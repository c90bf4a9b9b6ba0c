"""The queue, one report and what lies near it, as the page shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import Incident
from incidents.permissions import fields_visible_to
from incidents.presenters import guard_findings, tag_of, when_in_short, when_in_words, where_in_short, where_in_words
from incidents.reviewing import unusual
from incidents.reviewing.asked import queue_address
from incidents.reviewing.forms import WITHOUT_AREA, QueueForm
from incidents.reviewing.marks import row_mark
from incidents.reviewing.queries import Near, Queue
from incidents.rules import state_of
from partners.models import Collaboration
from privacy import guard


def queue_rows(
    queue: Queue, words: frozenset[str], *, opened: int | None, address: Callable[[int], str]
) -> list[dict[str, Any]]:
    """The list beside the report. `address` is where a report is opened."""
    return [
        {
            "incident": row,
            "url": address(row.pk),
            "what": str(row.category),
            "when": when_in_short(row),
            "where": where_in_short(row),
            "who": row.organisation.name,
            "mark": row_mark(row),
            "is_open": row.pk == opened,
            "has_findings": bool(guard_findings(row.description, words)) or row.is_text_removed,
            "standing": standing_in_words(queue.standings.get(row.pk)),
        }
        for row in queue.rows
    ]


def heading(number: int, form: QueueForm) -> str:
    """How many wait: in all, in the area that is chosen, or of another choice."""
    if not form.is_valid():
        return _("No reports match")
    chosen = form.in_words()
    if set(chosen) == {"area"} and form.chosen()["area"] != WITHOUT_AREA:
        area = chosen["area"]
        if not number:
            return _("Nothing waits in %(area)s") % {"area": area}
        text = ngettext("%(number)s report waits in %(area)s", "%(number)s reports wait in %(area)s", number)
        return text % {"number": number_format(number, force_grouping=True), "area": area}
    choice = ", ".join(chosen.values())
    if not number:
        return _("Nothing waits: %(choice)s") % {"choice": choice} if choice else _("Nothing waits for review")
    text = ngettext("%(number)s report waits", "%(number)s reports wait", number)
    text %= {"number": number_format(number, force_grouping=True)}
    return f"{text}: {choice}" if choice else text


def chosen_in_queue(form: QueueForm, collaboration: Collaboration, asked: Mapping[str, str]) -> list[dict[str, str]]:
    """What the queue is narrowed to, in words, each with the address that lets go of it."""
    return [
        {
            "label": str(form.fields[name].label),
            "text": text,
            "url": queue_address(collaboration, {key: value for key, value in asked.items() if key != name}),
        }
        for name, text in form.in_words().items()
    ]


def standing_in_words(standing: unusual.Standing | None) -> str:
    """How many of the kind that week, and how many usually: numbers, no judgement."""
    if standing is None:
        return ""
    return ngettext(
        "%(count)s in the area that week, usually %(usual)s",
        "%(count)s in the area that week, usually %(usual)s",
        standing.count,
    ) % {"count": standing.count, "usual": number_format(standing.usual, 1)}


def marked_text(text: str, words: frozenset[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """The text in pieces, those the guard found something in with a number, and the numbered sentences."""
    pieces: list[dict[str, Any]] = []
    sentences: list[str] = []
    at = 0
    hits = sorted(guard.find_personal_data(text, allowed=words), key=lambda hit: (hit.start, -hit.end)) if text else []
    for hit in hits:
        if hit.start < at:
            continue
        sentence = str(guard.sentence_for(hit.rule))
        if sentence not in sentences:
            sentences.append(sentence)
        pieces.append({"text": text[at : hit.start], "number": None})
        pieces.append({"text": text[hit.start : hit.end], "number": sentences.index(sentence) + 1})
        at = hit.end
    pieces.append({"text": text[at:], "number": None})
    return [piece for piece in pieces if piece["text"]], sentences


def report(user: Any, incident: Incident, words: frozenset[str], *, near_place: Any) -> dict[str, Any]:
    """The open report: what, where, when, who, and the text with what the guard found in it."""
    fields = fields_visible_to(user, incident)
    pieces, sentences = marked_text(incident.description, words)
    sent = incident.submitted_at
    return {
        "what": str(incident.category),
        "tag": tag_of(incident),
        "where": where_in_words(incident, near=near_place),
        "when": when_in_words(incident),
        "pieces": pieces if "description" in fields else [],
        "findings": sentences if "description" in fields else [],
        "function": incident.reporter.function if incident.reporter and "reporter_function" in fields else "",
        "organisation": incident.organisation.name,
        "unit": str(incident.unit) if incident.unit else "",
        "sent": date_format(timezone.localtime(sent), "DATETIME_FORMAT") if sent else "",
        "seen": state_of(incident),
        "details": _details(incident),
    }


def _details(incident: Incident) -> list[dict[str, Any]]:
    pairs = [
        (_("How it is known"), incident.get_source_kind_display()),
        (_("How certain"), incident.get_certainty_display()),
        (_("How unsafe it made people feel (1–5)"), incident.unsafety),
        (_("How many people"), incident.get_persons_display()),
        (_("Severity (1–4)"), incident.severity),
        (_("Estimated cost, SEK"), incident.cost_sek),
        (_("Comes from"), incident.source),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value not in ("", None)]


def near_rows(found: Sequence[Near]) -> list[dict[str, Any]]:
    """Reports near the open one, each with how near in words."""
    return [
        {
            "incident": one.incident,
            "what": str(one.incident.category),
            "when": when_in_short(one.incident),
            "where": where_in_short(one.incident),
            "who": one.incident.organisation.name,
            "tag": tag_of(one.incident),
            "how_near": how_near_in_words(one),
        }
        for one in found
    ]


def how_near_in_words(one: Near) -> str:
    """Metres, and hours for what may be the same event."""
    metres = 10 * round(one.distance_m / 10)
    where = _("the same place") if metres == 0 else _("%(metres)s m away") % {"metres": metres}
    if one.likeness is None:
        return where
    hours = round(one.likeness.hours_apart)
    if hours == 0:
        return _("%(where)s, at the same time") % {"where": where}
    when = ngettext("%(hours)s hour apart", "%(hours)s hours apart", hours) % {"hours": hours}
    return f"{where}, {when}"


def days_waiting(incident: Incident, now: dt.datetime) -> str:
    """How long a report has waited, when that is long enough to be said."""
    if incident.submitted_at is None:
        return ""
    days = (now - incident.submitted_at).days
    return ngettext("has waited %(days)s day", "has waited %(days)s days", days) % {"days": days} if days else ""
