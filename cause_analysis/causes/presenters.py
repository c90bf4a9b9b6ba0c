"""An analysis as a page needs it: rows, tags and words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cause_analysis.causes.queries import Node
from cause_analysis.models import Cause, CauseAnalysis, CauseMove, CauseState, Controller, Evidence, Side
from incidents.models import Status
from incidents.permissions import may_read_reports
from incidents.selections import Selection
from situational_picture.protecting import COUNTS
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words
from ui.templatetags.ui import tag

# The tone and the symbol of each state; the words say the same.
TAGS = {
    CauseState.HYPOTHESIS: ("neutral", "question"),
    CauseState.SUPPORTED: ("success", "plus"),
    CauseState.CONTRADICTED: ("warning", "minus"),
    CauseState.CONFIRMED: ("success", "check"),
    CauseState.DISMISSED: ("neutral", "close"),
}


def page_url(analysis: CauseAnalysis, *, version: int | None = None, **query: Any) -> str:
    """The page of an analysis; of a certain version, or with a cause opened."""
    path = reverse("analysis", args=[analysis.collaboration.slug, analysis.problem.number])
    asked = {"version": version, **query}
    kept = {name: value for name, value in asked.items() if value is not None}
    return f"{path}?{urlencode(kept)}" if kept else path


def state_tag(state: str) -> dict[str, str]:
    """A state's words with its tone and symbol."""
    tone, symbol = TAGS[CauseState(state)]
    return {"text": str(capfirst(CauseState(state).label)), "tone": tone, "symbol": symbol}


def _tag_of(state: CauseState) -> str:
    words = state_tag(state)
    return tag(words["text"], tone=words["tone"], symbol=words["symbol"])


def hue_of(cause: Cause) -> str:
    """What the row's edge shows: the side, or that the cause is about who controls."""
    return cause.side if cause.controller == Controller.NONE else "control"


def legend() -> list[dict[str, str]]:
    """What the edges mean."""
    return [
        {"hue": Side.PLACE, "text": str(capfirst(Side.PLACE.label))},
        {"hue": Side.OFFENDER, "text": str(capfirst(Side.OFFENDER.label))},
        {"hue": Side.TARGET, "text": str(capfirst(Side.TARGET.label))},
        {"hue": "control", "text": _("Control and responsibility")},
    ]


def kind_words(cause: Cause) -> str:
    """Side, controller and closeness in a line: what the edge's colour says, and more."""
    parts = [capfirst(cause.get_side_display())]
    if cause.controller != Controller.NONE:
        parts.append(cause.get_controller_display())
    parts.append(_("direct") if cause.is_direct else _("indirect"))
    return ", ".join(parts)


def cause_rows(nodes: list[Node], analysis: CauseAnalysis, chosen: Cause | None, *, version: int | None) -> list[Any]:
    """The list, each row with its place in the tree."""
    tags = {state.value: _tag_of(state) for state in CauseState}
    return [
        {
            "pk": node.cause.pk,
            "parent": node.cause.parent_id or "",
            "text": node.cause.text,
            "row_version": node.cause.row_version,
            "level": min(node.level, 8),
            "real_level": node.level,
            "number": node.number,
            "beside": node.beside,
            "hue": hue_of(node.cause),
            "kind": kind_words(node.cause),
            "tag": tags[node.cause.state],
            "is_chosen": node.cause.is_chosen,
            "is_bare": node.cause.is_chosen and not getattr(node.cause, "weigh_for", 0),
            "speak_for": getattr(node.cause, "speak_for", 0),
            "speak_against": getattr(node.cause, "speak_against", 0),
            "is_open": chosen is not None and chosen.pk == node.cause.pk,
            "url": page_url(analysis, version=version, cause=node.cause.pk) + f"#cause-{node.cause.pk}",
        }
        for node in nodes
    ]


def incidents_url(user: Any, analysis: CauseAnalysis, evidence: Evidence) -> str:
    """The reports behind a selection, as far as this person may see them; nothing for who sees no reports."""
    if not evidence.selection or not may_read_reports(user, analysis.collaboration):
        return ""
    asked = replace(Selection.parse(evidence.selection), status=Status.APPROVED)
    asked = asked if asked.area else replace(asked, area=analysis.problem.area.slug)
    return reverse("incident_list", args=[analysis.collaboration.slug]) + "?" + asked.query


def figure_words(evidence: Evidence, analysis: CauseAnalysis, viewer: str) -> str:
    """The numbers a selection gave on its day, in words, as this reader may see them."""
    incidents = evidence.figures.get("incidents")
    if incidents is None:
        return ""
    is_few = 1 <= incidents <= analysis.collaboration.protect_counts_up_to
    is_told = viewer == CIRCLE or (not is_few and (viewer == COUNTS or not evidence.figures.get("sensitive")))
    if not is_told:
        return _("The number of events is protected.")
    words = ngettext("%(number)s event", "%(number)s events", incidents) % {"number": number_words(incidents)}
    vague = evidence.figures.get("without_point", 0)
    # How many lack a place is told to the circle alone: from two whole numbers a small one could be worked out.
    if viewer == CIRCLE and vague:
        words = ngettext(
            "%(events)s, %(number)s of them without an exact place",
            "%(events)s, %(number)s of them without an exact place",
            vague,
        ) % {"events": words, "number": number_words(vague)}
    return words


def evidence_rows(user: Any, analysis: CauseAnalysis, rows: list[Evidence], viewer: str) -> list[dict[str, Any]]:
    """What speaks for and against, with its sign in words too."""
    return [
        {
            "pk": row.pk,
            "row": row,
            "is_for": row.direction == Evidence.Direction.FOR,
            "direction": _("For") if row.direction == Evidence.Direction.FOR else _("Against"),
            "kind": capfirst(row.get_kind_display()),
            "text": row.text,
            "organisation": row.organisation.name,
            "place": row.place.name if row.place else "",
            "strength": _("strength %(number)s, %(word)s")
            % {"number": row.strength, "word": row.get_strength_display()},
            "figures": figure_words(row, analysis, viewer),
            "counted": date_format(localtime(row.counted_at), "j F Y") if row.counted_at else "",
            "incidents_url": incidents_url(user, analysis, row),
            "removed": date_format(localtime(row.removed_at), "j F Y") if row.removed_at else "",
            "removed_reason": row.removed_reason,
        }
        for row in rows
    ]


def move_rows(moves: list[CauseMove]) -> list[dict[str, str]]:
    """How what is known has changed, in sentences."""
    return [
        {
            "when": date_format(localtime(move.at), "j F Y H:i"),
            "text": _("From “%(from)s” to “%(to)s”.")
            % {"from": CauseState(move.from_state).label, "to": CauseState(move.to_state).label},
            "why": _("The evidence it rested on was taken away.") if move.is_automatic else move.reason,
            "by": str(move.by) if move.by else "",
        }
        for move in moves
    ]
