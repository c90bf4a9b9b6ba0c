"""The page of priority places: a guard reads it outdoors, also without network once it has been opened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from incidents.permissions import may_report_in
from partners.models import Collaboration
from situational_picture import priorities
from situational_picture.selecting import check_may_see_pictures


@never_cache
@require_GET
def priority_places(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Where to begin this week, area by area, and when that was said and fetched."""
    check_may_see_pictures(request.user, collaboration)
    now = timezone.now()
    cards = priorities.cards(request.user, collaboration, now=now)
    context = {
        "cards": cards,
        "places": sum(len(card["places"]) for card in cards),
        "fetched_at": now,
        "may_report": may_report_in(request.user, collaboration),
    }
    return render(request, "situational_picture/priority_places.html", context)
