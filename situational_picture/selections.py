"""Selections of reports that belong to a picture: near at hand for whoever writes, and behind its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import Status
from incidents.permissions import sees_others
from incidents.selections import Selection
from situational_picture import presenters
from situational_picture.models import Picture

# More of a kind than this make a list nobody reads.
MOST_OF_A_KIND = 8


def suggested_selections(picture: Picture) -> list[tuple[str, str]]:
    """Selections that are near at hand: all of the period, and each category and place with something in it."""
    figures = picture.figures or {}
    whole = _of_period(picture)
    found = [(whole, _("All reports of the period"))]
    found += [
        (replace(whole, category=(row["code"],)), presenters.category_name(row))
        for row in figures.get("categories", [])
        if row["count"]
    ]
    window = _of_window(picture)
    if window is not None:
        found += [
            (replace(window, place=(row["place"],)), row["name"])
            for row in figures.get("places", [])[:MOST_OF_A_KIND]
            if row["count"]
        ]
    return [(selection.query, str(name)) for selection, name in found]


def _of_period(picture: Picture) -> Selection:
    period = picture.period
    return Selection(area=picture.area.slug, status=Status.APPROVED, since=period.start, until=period.last_day)


def _of_window(picture: Picture) -> Selection | None:
    """The days that places and the clock are counted in."""
    window = (picture.figures or {}).get("window")
    if not window:
        return None
    last = dt.date.fromisoformat(window["end"]) - dt.timedelta(days=1)
    return replace(_of_period(picture), since=dt.date.fromisoformat(window["start"]), until=last)


def with_reports(user: Any, picture: Picture, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a table of categories or places; each leads to its reports for whoever reads more than their own."""
    listed = list(rows)
    if not sees_others(user, picture.collaboration_id):
        return listed
    address = reverse("incident_list", args=[picture.collaboration.slug])
    whole, window = _of_period(picture), _of_window(picture)
    for row in listed:
        if not row["count"]["value"]:
            continue
        if "code" in row:
            row["reports_url"] = f"{address}?{replace(whole, category=(row['code'],)).query}"
        elif window is not None:
            row["reports_url"] = f"{address}?{replace(window, place=(row['place'],)).query}"
    return listed
