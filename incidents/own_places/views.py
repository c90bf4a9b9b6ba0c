"""The security lead's page: fetch, compare, show."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from incidents.importing.permissions import may_import_in
from incidents.own_places import permissions, presenters, queries
from incidents.own_places.queries import Window
from partners.models import Collaboration, User


@never_cache
@require_GET
def own_places(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """What the own organisation has reported: by place over years, this week, what it cost and what is missing."""
    permissions.check_may_see_own_places(request.user, collaboration)
    user, now = cast(User, request.user), timezone.now()
    organisations = permissions.organisations_led(user, collaboration)
    window = Window(timezone.localdate(now))
    first = queries.first_day(user, organisations)
    counts = queries.place_counts(organisations, window)
    named = queries.with_change(counts, window, first)
    places = queries.places_of(counts)
    often = presenters.repeated(named)
    kinds = queries.kinds_at(user, organisations, [int(pk) for pk in often["place"]], window.today)
    found = queries.missing(user, organisations, places, now)
    change = presenters.total_change(counts, window, first)
    rows = presenters.place_rows(named, places, window, first, collaboration, shown=queries.PLACES_SHOWN)
    context = {
        "organisations": organisations,
        "is_empty": first is None,
        "heading": presenters.heading(change),
        "change": change,
        "compared": presenters.compared_days(window),
        "first": first,
        "years": window.years,
        "rows": rows[: queries.PLACES_FIRST],
        "more_rows": rows[queries.PLACES_FIRST :],
        "more_places": max(0, len(named) - queries.PLACES_SHOWN),
        "without_place": int(counts.loc[counts["place"].isna(), "after"].sum()),
        "cost": presenters.cost_words(int(counts["cost"].sum()), int(counts["with_cost"].sum()), change["after"]),
        "repeated": presenters.repeated_rows(named, places, kinds, collaboration.slug),
        "repeated_days": queries.REPEATED_DAYS,
        "week": presenters.week_rows(queries.week(user, organisations, window.today)),
        "missing": presenters.missing_rows(found, collaboration),
        "waiting": presenters.waiting_words(found, window.today),
        "mappings": presenters.mapping_groups(queries.mappings(user, collaboration, organisations)),
        "may_import": may_import_in(user, collaboration),
    }
    return render(request, "incidents/own_places.html", context)
