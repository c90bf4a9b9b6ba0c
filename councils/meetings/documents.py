"""The minutes as PDF and Word: the decisions first, then matter by matter, and who was there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from councils.meetings import presenters
from councils.models import Meeting
from documents import model, pdf, word
from partners.looks import look_of
from situational_picture.documents import notice_words

Blocks = Iterator[model.Block]


def minutes_pdf(meeting: Meeting) -> bytes:
    """The frozen minutes as PDF, with the adjustments that stand beside them."""
    return pdf.write(minutes_document(meeting), look=look_of(meeting.collaboration_id, meeting.closed_at))


def minutes_word(meeting: Meeting) -> bytes:
    """The same as a Word file."""
    return word.write(minutes_document(meeting), look=look_of(meeting.collaboration_id, meeting.closed_at))


def minutes_document(meeting: Meeting) -> model.Document:
    """What the minutes say: what was frozen when the meeting was closed, and what was adjusted since."""
    minutes = presenters.minutes_of(meeting.content)
    adjustments = presenters.adjustments_of(meeting)
    last = max([meeting.closed_at or meeting.starts_at, *(one.made_at for one in adjustments)])
    where = f", {minutes['where']}" if minutes["where"] else ""
    return model.Document(
        title=_heading(minutes),
        eyebrow=f"{_('Minutes')} · {minutes['name']}",
        lead=f"{capfirst(minutes['when'])}{where}",
        language=get_language() or "sv",
        made_at=last,
        author=minutes["group"],
        notice=notice_words(meeting.collaboration),
        footer=f"{minutes['name']}, {minutes['when']}",
        blocks=tuple(_blocks(meeting, minutes, adjustments)),
    )


def _heading(minutes: Mapping[str, Any]) -> str:
    number = minutes["number_decided"]
    if not number:
        return _("No decisions were made")
    return ngettext("One decision", "%(number)s decisions", number) % {"number": number}


def _blocks(meeting: Meeting, minutes: Mapping[str, Any], adjustments: list[Any]) -> Blocks:
    if minutes["decided"]:
        yield model.Heading(_("Decisions"))
        yield model.Table(
            caption=_("Decisions"),
            columns=tuple(model.Column(label) for label in (_("Number"), _("Decision"), _("Who"), _("By when"))),
            rows=tuple(
                tuple(model.Cell(text) for text in (one["number"], _told(one), one["who"] or "–", one["due"] or "–"))
                for one in minutes["decided"]
            ),
        )
    for part in minutes["sections"]:
        yield model.Heading(str(part["title"]))
        for one in part["items"]:
            if not one["is_standing"]:
                yield model.Heading(one["title"], level=3)
                said = [word for word in (one["tag"]["text"] if one["tag"] else "", one["postponed"]) if word]
                if said:
                    yield model.Text(capfirst(", ".join(said)), size="small")
            if one["note"]:
                yield model.Text(one["note"])
            if one["decisions"]:
                yield model.Points(tuple(f"{decision['number']}: {decision['text']}" for decision in one["decisions"]))
    yield model.Heading(_("Who was there"))
    present = [f"{one['organisation']}: {', '.join(one['functions'])}" for one in minutes["present"]]
    yield model.Points(tuple(present)) if present else model.Text(_("Nobody was noted as present."))
    if minutes["next"]:
        yield model.Text(_("Next meeting: %(when)s") % {"when": minutes["next"]})
    if adjustments:
        yield model.Heading(_("Adjustments"))
        yield model.Points(
            tuple(
                f"{one.organisation.name}, {date_format(timezone.localtime(one.made_at), 'j F Y')}: {one.text}"
                for one in adjustments
            )
        )
    if minutes["adjust_until"]:
        yield model.Text(
            _("The minutes stand as they are. What is wrong could be said until %(day)s, and stands beside them.")
            % {"day": date_format(minutes["adjust_until"], "j F Y")},
            size="small",
        )


def _told(one: Mapping[str, Any]) -> str:
    """A decision with why, and who did not agree."""
    lines = [one["text"]]
    if one["motive"]:
        lines.append(_("Why: %(text)s") % {"text": one["motive"]})
    lines += one["parts"]
    lines += [_("Does not agree: %(objection)s") % {"objection": text} for text in one["objections"]]
    return "\n".join(lines)
