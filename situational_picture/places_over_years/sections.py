"""What the situational picture says on a place's page: the finding as its title, and the figures under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from areas.access import circle_area_ids
from areas.models import Place
from partners.models import Collaboration
from partners.roles import SEE_PUBLISHED_PICTURES
from situational_picture import charts as picture_charts
from situational_picture.figures import source_of
from situational_picture.places_over_years import charts, presenters, protecting, queries
from situational_picture.places_over_years.figures import clock_window, compute
from situational_picture.presenters import clock_table
from situational_picture.queries import months_by_source


def figures_of_places(user: Any, places: Sequence[Place]) -> dict[int, dict[str, Any]]:
    """Each place's figures as the user may see them: whole in the circle, else with small counts protected.

    Whoever sees no pictures is told nothing here. Four questions a collaboration, however many places and reports;
    the page's title and its sections ask with the same places, so what was found is kept with them.
    """
    waiting: dict[Collaboration, list[Place]] = {}
    for place in places:
        kept = getattr(place, "_figures_over_years", None)
        if kept is None or kept[0] != user.pk:
            waiting.setdefault(place.collaboration, []).append(place)
    for collaboration, asked in waiting.items():
        found = {}
        if user.has_role(collaboration, SEE_PUBLISHED_PICTURES):
            found = _computed(user, collaboration, asked)
        for place in asked:
            place._figures_over_years = user.pk, found.get(place.pk)  # type: ignore[attr-defined]
    kept_of_all = {place.pk: place._figures_over_years[1] for place in places}  # type: ignore[attr-defined]
    return {pk: figures for pk, figures in kept_of_all.items() if figures is not None}


def _computed(user: Any, collaboration: Collaboration, places: Sequence[Place]) -> dict[int, dict[str, Any]]:
    today = timezone.localdate()
    source = source_of(months_by_source(collaboration), today)
    events = queries.event_category_ids([collaboration.pk])
    daily = queries.daily(places, events)
    circle = circle_area_ids(user, collaboration)
    found: dict[int, dict[str, Any]] = {}
    for is_inside in (True, False):
        own = [place for place in places if (circle is None or place.area_id in circle) == is_inside]
        window = clock_window(source, today, whole_years=not is_inside)
        if not own:
            continue
        moments = queries.moments(own, events, *(window or (today, today)))
        for place in own:
            figures = compute(
                daily[daily["place"] == place.pk],
                moments[moments["place"] == place.pk],
                source=source, today=today, window=window,
            )  # fmt: skip
            largest = collaboration.protect_counts_up_to
            found[place.pk] = figures if is_inside else protecting.protected_figures(figures, largest=largest)
    return found


def findings(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """The title and the lead of each place's page."""
    found = figures_of_places(user, places)
    names = {place.pk: place.name for place in places}
    return {
        pk: [{"heading": presenters.heading(figures, names[pk]), "lead": presenters.lead(figures)}]
        for pk, figures in found.items()
    }


def sections(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """The years, when in the week, how serious and how unsafe; nothing where nothing is reported."""
    return {
        pk: [
            {
                "template": "situational_picture/_place_over_years.html",
                "figures": figures,
                "cards": presenters.cards(figures),
                "years": presenters.year_table(figures),
                "years_chart": charts.years(figures),
                "clock": picture_charts.clock(figures),
                "clock_table": clock_table(figures),
                "window": presenters.window_words(figures) if figures["window"] else "",
                "notes": presenters.notes(figures),
            }
        ]
        for pk, figures in figures_of_places(user, places).items()
        if figures["total"] != 0
    }
