"""How many people use a place, on the place's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from areas.access import is_in_circle
from areas.models import Place
from partners.roles import SEE_PLACE_FILES
from situational_picture.figures import Source, source_of
from situational_picture.indicators.place_counts import presenters, queries
from situational_picture.indicators.place_counts.permissions import may_count
from situational_picture.queries import months_by_source


def people_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """People an hour at each place, and for the circle events for every 1,000 of them."""
    readers = {one: user.has_role(one, SEE_PLACE_FILES) for one in {place.collaboration_id for place in places}}
    asked = [place for place in places if readers[place.collaboration_id]]
    counts = queries.counts_at(user, asked)
    sources: dict[int, Source] = {}
    rows = {}
    for place in asked:
        frame, counts_here = counts[place.pk], may_count(user, place)
        if frame.empty and not counts_here:
            continue
        rate = None
        # A rate and the number of people tell the number of events: for the circle alone.
        if not frame.empty and place.area is not None and is_in_circle(user, place.area):
            if place.collaboration_id not in sources:
                months = months_by_source(place.collaboration)
                sources[place.collaboration_id] = source_of(months, timezone.localdate())
            rate = queries.rate_at(place, frame, sources[place.collaboration_id])
        rows[place.pk] = [
            {
                "template": "situational_picture/indicators/_people_at_place.html",
                "place": place,
                "finding": presenters.finding(frame),
                "rate": presenters.rate_words(rate),
                "may_count": counts_here,
                "has_counts": not frame.empty,
            }
        ]
    return rows
