"""Selections of reports that a text can point at: near at hand for whoever writes."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from situational_picture import presenters
from situational_picture.models import Picture
from situational_picture.writing import selection_query

# More of a kind than this make a list nobody reads.
MOST_OF_A_KIND = 8


def suggested_selections(picture: Picture) -> list[tuple[str, str]]:
    """Selections that are near at hand: all of the period, and each category and place with something in it."""
    period = picture.period
    base = f"area={picture.area.slug}&status=approved&since={period.start}&until={period.last_day}"
    figures = picture.figures or {}
    found = [(base, _("All reports of the period"))]
    found += [
        (f"{base}&category={row['code']}", presenters.category_name(row))
        for row in figures.get("categories", [])
        if row["count"]
    ]
    window = figures.get("window")
    if window:
        last = dt.date.fromisoformat(window["end"]) - dt.timedelta(days=1)
        days = f"area={picture.area.slug}&status=approved&since={window['start']}&until={last}"
        found += [
            (f"{days}&place={row['place']}", row["name"])
            for row in figures.get("places", [])[:MOST_OF_A_KIND]
            if row["count"]
        ]
    return [(selection_query(query), str(name)) for query, name in found]
