"""“What is unusual here?” on the pages of places and areas, as their reader may see it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from analysis.profile import Dimension, Profile, what_is_unusual
from areas.access import circle_area_ids
from areas.models import Area, Place
from incidents.models import Category
from partners.models import Collaboration
from partners.roles import SEE_PUBLISHED_PICTURES
from situational_picture.figures import Source, source_of
from situational_picture.profiles import presenters, queries
from situational_picture.profiles.queries import Days
from situational_picture.queries import months_by_source
from situational_picture.selecting import sees_sensitive_counts

# A profile is read from years of events, so an hour changes little; and reading the years takes a while.
KEPT_S = 3600
# Habits change: older years say less of what a place is like.
YEARS = 3


def at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What is unusual at each place; nothing for whoever sees no pictures."""
    return {
        place.pk: [row]
        for place in places
        if (row := _section(user, place.collaboration, place, place.area_id)) is not None
    }


def in_areas(user: Any, areas: Sequence[Area]) -> dict[int, list[dict[str, Any]]]:
    """What is unusual in each area."""
    return {area.pk: [row] for area in areas if (row := _section(user, area.collaboration, area, area.pk)) is not None}


def _section(
    user: Any, collaboration: Collaboration, thing: Place | Area, area_id: int | None
) -> dict[str, Any] | None:
    if not user.has_role(collaboration, SEE_PUBLISHED_PICTURES):
        return None
    today = timezone.localdate()
    circle = circle_area_ids(user, collaboration)
    is_inside = circle is None or area_id in circle
    source = source_of(months_by_source(collaboration), today)
    # Outside the circle the years are whole: from one day to the next, one event more would tell which one.
    days = window(source, today, whole_years=not is_inside)
    if days is None:
        return None
    categories = queries.event_categories(collaboration.pk)
    profile = _kept(thing, categories, days, today)
    if not is_inside:
        profile = _told_outside(profile, categories, user, thing, collaboration)
    is_area = isinstance(thing, Area)
    return {
        "template": "situational_picture/_unusual_here.html",
        "is_area": is_area,
        "sentences": presenters.sentences(profile, categories, is_area=is_area, with_numbers=is_inside),
        "is_list": bool(profile.found),
        "notes": presenters.notes(profile, days, is_area=is_area, with_numbers=is_inside),
    }


def window(source: Source, today: dt.date, *, whole_years: bool) -> Days | None:
    """The latest years with data, up to, not including, the last day given; None where there is none."""
    if source.first_day is None or source.last_day is None:
        return None
    end = min(source.last_day, today) + dt.timedelta(days=1)
    if whole_years:
        end = dt.date(end.year, 1, 1)
    # 29 February has no day in most other years.
    first = max(source.first_day, end.replace(year=end.year - YEARS, day=min(end.day, 28)))
    return (first, end) if first < end else None


def _kept(thing: Place | Area, categories: Mapping[int, Category], days: Days, today: dt.date) -> Profile:
    key = f"profile:{thing._meta.model_name}:{thing.pk}:{days[0]}:{days[1]}:{hash(tuple(sorted(categories)))}"
    found: Profile | None = cache.get(key)
    if found is None:
        found = _computed(thing, list(categories), days, today)
        cache.set(key, found, KEPT_S)
    return found


def _computed(thing: Place | Area, events: Sequence[int], days: Days, today: dt.date) -> Profile:
    if isinstance(thing, Area):
        frame = queries.events_in_areas(thing, queries.comparable_areas(thing, today), events, days)
    else:
        others = queries.comparable_places(thing, events, days)
        frame = queries.events_at_places([thing.pk, *others], events, days)
    return what_is_unusual(frame, thing.pk, days=(days[1] - days[0]).days)


def _told_outside(
    profile: Profile, categories: Mapping[int, Category], user: Any, thing: Place | Area, collaboration: Collaboration
) -> Profile:
    """Without what rests on a protected number of events, or on a category the reader gets no counts of."""
    largest = collaboration.protect_counts_up_to
    is_told = sees_sensitive_counts(user, collaboration)

    def may_be_told(one: Any) -> bool:
        is_hidden = one.dimension == Dimension.CATEGORY and categories[one.subject].is_sensitive and not is_told
        is_small = 1 <= one.observed <= largest or 1 <= one.of - one.observed <= largest
        return not (is_hidden or is_small)

    return dataclasses.replace(profile, found=[one for one in profile.found if may_be_told(one)])
