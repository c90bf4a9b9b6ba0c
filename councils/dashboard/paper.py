"""The council page as a document: the five answers on page one, then the same rows as on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from councils.dashboard import presenters
from councils.dashboard.facts import CouncilFacts
from documents import model, pdf
from partners.looks import look_of, notice_words
from partners.models import Collaboration

# What goes on a page is set closer for: the answers and the promises on the first, the areas on the second.
PAGES = 3


def council_pdf(facts: CouncilFacts, collaboration: Collaboration) -> bytes:
    """The page as PDF."""
    return pdf.write(council_document(facts, collaboration), wanted_pages=PAGES, look=look_of(collaboration))


def council_document(
    facts: CouncilFacts, collaboration: Collaboration, *, made_at: dt.datetime | None = None
) -> model.Document:
    """What the page says to whoever these facts were gathered for, as one document for every format."""
    return model.Document(
        title=presenters.heading(facts),
        language=get_language() or "sv",
        made_at=made_at or timezone.now(),
        eyebrow=" · ".join([_("Management council"), facts.collaboration, date_format(facts.today, "j F Y")]),
        lead=presenters.lead(facts),
        author=f"EST {facts.collaboration}",
        notice=notice_words(collaboration),
        footer=", ".join([_("Management council"), facts.collaboration, date_format(facts.today, "j F Y")]),
        blocks=tuple(blocks(facts)),
    )


def blocks(facts: CouncilFacts) -> Iterator[model.Block]:
    """The page from top to bottom; a pack of several documents takes them as they are."""
    yield from answer_blocks(facts)
    yield from promise_blocks(facts)
    yield from decision_blocks(facts)
    yield from area_blocks(facts)
    yield model.Heading(_("Decided with something missing"))
    yield model.Text(presenters.override_words(facts))


def answer_blocks(facts: CouncilFacts) -> Iterator[model.Block]:
    """The five answers, each on a row of its own."""
    yield _table(
        _("Five answers"),
        (_("Question"), pgettext("of an answer", "Number"), _("Answer")),
        [(answer.question, answer.number, answer.sentence) for answer in presenters.answers(facts)],
    )


def promise_blocks(facts: CouncilFacts) -> Iterator[model.Block]:
    """The broken promises by name, and each organisation's figures."""
    yield model.Heading(_("Broken promises"))
    if facts.broken:
        rows = [
            (one.organisation, one.title, presenters.day(one.due_on), one.asked_by, one.note) for one in facts.broken
        ]
        more = facts.promises.not_kept - len(facts.broken)
        yield _table(
            _("Broken promises"),
            (_("Promised by"), _("What"), _("Due"), pgettext("of a promise", "To"), _("Says")),
            rows,
            note=_("And %(number)s more in the system.") % {"number": more} if more > 0 else "",
        )
    else:
        yield model.Text(_("No promise has been broken during the last year."))
    if facts.organisations:
        columns = presenters.organisation_columns()
        yield model.Table(
            _("Promises by organisation"),
            (
                model.Column(_("Organisation")),
                *(model.Column(label, is_number=True) for label, _list in columns.values()),
            ),
            tuple(
                (
                    model.Cell(one.name),
                    *(model.counted(getattr(one.promises, name)) for name in columns),
                )
                for one in facts.organisations
            ),
        )


def decision_blocks(facts: CouncilFacts) -> Iterator[model.Block]:
    """What the council is asked."""
    yield model.Heading(_("Asked of the council"))
    if not facts.decisions:
        yield model.Text(_("Nothing has been put to the council."))
        return
    yield _table(
        _("Asked of the council"),
        (_("What"), _("Area"), _("Says"), pgettext("of a question", "From"), _("Answer by")),
        [
            (row["thing"].title, row["thing"].area, row["note"], row["asked_by"], _when(row))
            for row in presenters.decision_rows(facts.decisions)
        ],
    )


def _when(row: Mapping[str, Any]) -> str:
    if not row["days_late"]:
        return str(row["answer_by"])
    return _("%(day)s, %(days)s days late") % {"day": row["answer_by"], "days": row["days_late"]}


def area_blocks(facts: CouncilFacts) -> Iterator[model.Block]:
    """The areas in two tables: the situation, and the work."""
    if not facts.areas:
        return
    rows = presenters.area_rows(facts)
    yield model.Heading(_("The areas"))
    # Few columns in each: a long name of an area keeps its width.
    yield _table(
        _("The situation in the areas"),
        (_("Area"), _("Assessed state"), _("The year beside what was expected"), _("The police's list")),
        [(row["name"], _state_words(row), _trend_words(row), "; ".join(row["police"])) for row in rows],
    )
    motives = [f"{row['name']}: {row['state']['motive']}" for row in rows if row["state"]]
    if motives:
        yield model.Heading(_("Why the state is assessed so"), 3)
        yield model.Points(tuple(motives))
    yield _table(
        _("Perceived safety and reporting"),
        (_("Area"), _("Perceived safety"), _("Reporting")),
        [(row["name"], _safety_words(row), _coverage_words(row)) for row in rows],
    )
    yield _table(
        _("The work in the areas"),
        (_("Area"), _("Problems"), _("Measures"), _("Open requests to"), _("Deadlines and decisions")),
        [
            (row["name"], row["problems"].text, _measure_words(row), _request_words(row), _deadline_words(row))
            for row in rows
        ],
    )


def _state_words(row: Mapping[str, Any]) -> str:
    state = row["state"]
    if state is None:
        return _("Not assessed during the last year")
    word = ", ".join(filter(None, [state["word"], state["change"]]))
    return f"{word} ({state['period']})"


def _safety_words(row: Mapping[str, Any]) -> str:
    safety = row["safety"]
    return f"{safety['value']}; {safety['note']}" if safety else _("No survey")


def _coverage_words(row: Mapping[str, Any]) -> str:
    coverage = row["coverage"]
    return f"{coverage['value']}, {coverage['note']}" if coverage else _("Nobody is expected to report")


def _trend_words(row: Mapping[str, Any]) -> str:
    trend = row["trend"]
    return f"{trend['text']}: {trend['note']}" if trend else _("No published picture")


def _measure_words(row: Mapping[str, Any]) -> str:
    if row["plan"] is None:
        return _("No decided measure")
    cause = _("%(part)s with a stated cause") % {"part": row["cause"].text}
    return ", ".join(filter(None, [cause, row["plan"].text, row["late"].text if row["late"] else ""]))


def _request_words(row: Mapping[str, Any]) -> str:
    told = [f"{one['name']} {one['number']}" for one in row["requests"]]
    return ", ".join(told) or _("Nothing open")


def _deadline_words(row: Mapping[str, Any]) -> str:
    told = [f"{one['day']} {one['text']}" for one in row["deadlines"]]
    if row["decisions"]:
        told.insert(0, _("decisions asked for: %(number)s") % {"number": row["decisions"].text})
    return "; ".join(told) or _("None within 90 days")


def _table(caption: str, heads: tuple[str, ...], rows: Any, *, note: str = "") -> model.Table:
    return model.Table(
        caption,
        tuple(model.Column(head) for head in heads),
        tuple(tuple(model.Cell(str(text)) for text in row) for row in rows),
        note=note,
    )
