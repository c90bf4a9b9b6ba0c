"""An analysis as a page needs it: rows, tags and words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.inspections.presenters import spot_in_words
from areas.models import InspectionPhoto, PlaceFeature
from cause_analysis.causes.queries import Node
from cause_analysis.causes.seen import seen_words
from cause_analysis.models import Cause, CauseAnalysis, CauseMove, CauseState, Controller, Evidence, Side
from cause_analysis.problems.definition import QUESTIONS
from cause_analysis.problems.queries import selection_of
from incidents.models import Status
from incidents.permissions import may_read_reports
from incidents.selections import Selection
from situational_picture.protecting import COUNTS, PROTECTED
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words
from ui.templatetags.ui import tag

# The tone and the symbol of each state; the words say the same.
# What is told outside the circle of how many events evidence rests on.
TENS = 10

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
    # Hundreds of rows: what is the same for many of them is put together once.
    tags = {state.value: _tag_of(state) for state in CauseState}
    address = page_url(analysis, version=version, cause="")
    weight = _("%(speak_for)s for · %(speak_against)s against")
    kinds: dict[tuple[str, str, bool], str] = {}
    for node in nodes:
        cause = node.cause
        kind = (cause.side, cause.controller, cause.is_direct)
        if kind not in kinds:
            kinds[kind] = kind_words(cause)
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
            "kind": kinds[node.cause.side, node.cause.controller, node.cause.is_direct],
            "tag": tags[node.cause.state],
            "is_chosen": node.cause.is_chosen,
            "is_bare": node.cause.is_chosen and not getattr(node.cause, "weigh_for", 0),
            "weight": weight
            % {
                "speak_for": getattr(node.cause, "speak_for", 0),
                "speak_against": getattr(node.cause, "speak_against", 0),
            },
            "is_open": chosen is not None and chosen.pk == node.cause.pk,
            "url": f"{address}{node.cause.pk}#cause-{node.cause.pk}",
        }
        for node in nodes
    ]


def incidents_url(user: Any, analysis: CauseAnalysis, evidence: Evidence) -> str:
    """The reports evidence rests on, as far as this person may see them; nothing for who sees no reports.

    What a prediction has shown rests on the problem's own.
    """
    if evidence.kind == Evidence.Kind.PREDICTION_TEST:
        return problem_reports_url(user, analysis)
    if not evidence.selection or not may_read_reports(user, analysis.collaboration):
        return ""
    asked = Selection.parse(evidence.selection)
    return _listed(analysis, asked if asked.area else replace(asked, area=analysis.problem.area.slug))


def problem_reports_url(user: Any, analysis: CauseAnalysis) -> str:
    """The reports the problem counts, as far as this person may see them."""
    if not may_read_reports(user, analysis.collaboration):
        return ""
    return _listed(analysis, selection_of(analysis.problem))


def _listed(analysis: CauseAnalysis, selection: Selection) -> str:
    asked = replace(selection, status=Status.APPROVED)
    return reverse("incident_list", args=[analysis.collaboration.slug]) + "?" + asked.query


def events_told(evidence: Evidence, analysis: CauseAnalysis, viewer: str) -> Any:
    """How many events the evidence rests on, the word for protected, or None where it rests on no selection.

    Whole numbers are for the circle: two selections of the same problem, or one and the problem's own number, differ by
    what may be a small one.
    """
    incidents = evidence.figures.get("incidents")
    return incidents if incidents is None or viewer == CIRCLE else PROTECTED


def _at_least(evidence: Evidence, analysis: CauseAnalysis, viewer: str) -> int:
    """How many whole tens of events it rests on, for readers outside the circle; 0 where nothing is told."""
    least = int(evidence.figures["incidents"]) // TENS * TENS
    is_told = viewer == COUNTS or not evidence.figures.get("sensitive")
    return least if is_told and least > analysis.collaboration.protect_counts_up_to else 0


def figure_words(evidence: Evidence, analysis: CauseAnalysis, viewer: str) -> str:
    """The numbers a selection gave on its day, in words, as this reader may see them."""
    incidents = events_told(evidence, analysis, viewer)
    if incidents is None:
        return ""
    if incidents == PROTECTED:
        least = _at_least(evidence, analysis, viewer)
        if not least:
            return _("The number of events is protected.")
        return _("At least %(number)s events.") % {"number": number_words(least)}
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


def _photos_seen(user: Any, rows: list[Evidence]) -> dict[int, InspectionPhoto]:
    """The photos this person may look at, of those that are still there."""
    asked = [row.photo_id for row in rows if row.photo_id]
    if not asked:
        return {}
    found = InspectionPhoto.objects.visible_to(user).kept().filter(pk__in=asked)
    return {photo.pk: photo for photo in found}


def _features_seen(user: Any, rows: list[Evidence]) -> set[int]:
    """The observations this person may read in the file of the place."""
    asked = [row.place_feature_id for row in rows if row.place_feature_id]
    return (
        set(PlaceFeature.objects.visible_to(user).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    )


def _photo_row(photo: InspectionPhoto, row: Evidence, slug: str) -> dict[str, Any]:
    """A photo with the one spot that is meant, in the shape of an inspection's own photos."""
    x, y, where = row.seen["x"], row.seen["y"], spot_in_words(row.seen["x"], row.seen["y"])
    return {
        "photo": photo,
        "url": reverse("inspection_photo", args=[slug, photo.inspection_id, photo.pk]),
        "marks_url": reverse("inspection_marks", args=[slug, photo.inspection_id, photo.pk]),
        "alt": _("Photo from an inspection: %(what)s, %(where)s") % {"what": row.seen["text"], "where": where},
        "left": f"{100 * x:.2f}%",
        "top": f"{100 * y:.2f}%",
        "where": where,
    }


def _day_of(seen: dict[str, Any]) -> str:
    return date_format(dt.date.fromisoformat(seen["day"]), "j F Y") if seen.get("day") else ""


def evidence_rows(user: Any, analysis: CauseAnalysis, rows: list[Evidence], viewer: str) -> list[dict[str, Any]]:
    """What speaks for and against, with its sign in words too.

    What was seen at a place is told to those who read it in the place's file or in the inspection; the others have the
    evidence's own words.
    """
    photos, features = _photos_seen(user, rows), _features_seen(user, rows)
    slug = analysis.collaboration.slug
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
            "seen": seen_words(row.seen) if row.place_feature_id in features else "",
            "place_url": reverse("place_detail", args=[slug, row.place_id]) if row.place_feature_id in features else "",
            "photo": _photo_row(photos[row.photo_id], row, slug) if row.photo_id in photos else None,
            "is_photo_hidden": row.photo_id is not None and row.photo_id not in photos,
            "seen_on": _day_of(row.seen) if row.seen else "",
            "removed": date_format(localtime(row.removed_at), "j F Y") if row.removed_at else "",
            "removed_reason": row.removed_reason,
        }
        for row in rows
    ]


def definition_rows(analysis: CauseAnalysis) -> list[dict[str, str]]:
    """The problem as it was described when the analysis was adopted; nothing while it is worked on."""
    kept = analysis.definition
    if not kept:
        return []
    rows = [{"label": str(question), "text": kept["answers"].get(name, "")} for name, question in QUESTIONS.items()] + [
        {"label": _("What %(organisation)s sees") % {"organisation": view["organisation"]}, "text": view["text"]}
        for view in kept["views"]
    ]
    return [row for row in rows if row["text"].strip()] + [
        {"label": _("Places"), "text": ", ".join(kept["places"]) or _("No named place is chosen.")}
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
