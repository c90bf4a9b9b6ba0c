"""What the place file says on the place's page, through the page's own slot: it stands among what rooms above say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from areas.models import Place
from areas.place_files import presenters, queries
from areas.place_files.permissions import may_keep_place_file, may_see_place_file


def _readable(user: Any, places: Sequence[Place]) -> list[Place]:
    readers = {one: may_see_place_file(user, one) for one in {place.collaboration_id for place in places}}
    return [place for place in places if readers[place.collaboration_id]]


def features_of_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What each place is like today: the latest observation of each feature. One question, however many places."""
    asked = _readable(user, places)
    found = queries.features_of(user, asked)
    return {
        place.pk: [
            {
                "template": "areas/place_files/_features.html",
                "place": place,
                "finding": presenters.features_finding(found[place.pk]),
                "features": [presenters.feature_row(row) for row in found[place.pk]],
                "may_keep": may_keep_place_file(user, place),
            }
        ]
        for place in asked
    }


def managers_of_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """Who answers for each place hour by hour. One question, however many places."""
    asked = _readable(user, places)
    found = queries.managers_of(user, asked, timezone.localdate())
    return {
        place.pk: [
            {
                "template": "areas/place_files/_week.html",
                "place": place,
                "week": presenters.week(found[place.pk]),
                "may_keep": may_keep_place_file(user, place),
            }
        ]
        for place in asked
    }
