"""What reports have to say on the pages of rooms below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from areas.models import Place
from incidents.models import Category, Incident, Status
from incidents.permissions import may_read_reports

SHOWN = 6


def reports_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What has been reported at each place in a year, most often first: the approved rows the user sees in the list.

    Whoever reads no reports is told nothing here. Two questions to the database, however many places.
    """
    readers = {one: may_read_reports(user, one) for one in {place.collaboration_id for place in places}}
    asked = [place for place in places if readers[place.collaboration_id]]
    since = timezone.localdate() - dt.timedelta(days=365)
    found = (
        Incident.objects.visible_to(user)
        .filter(place__in=asked, occurred_on__gte=since, status=Status.APPROVED)
        .order_by()
        .values("place_id", "category_id")
        .annotate(number=Count("pk"), latest=Max("occurred_on"))
    )
    counts: dict[int, list[dict[str, Any]]] = {place.pk: [] for place in asked}
    for row in found:
        counts[row["place_id"]].append({**row})
    categories = Category.objects.in_bulk({row["category_id"] for rows in counts.values() for row in rows})
    return {place.pk: [_section(place, counts[place.pk], categories, since)] for place in asked}


def _section(
    place: Place, counts: list[dict[str, Any]], categories: dict[int, Category], since: dt.date
) -> dict[str, Any]:
    listed = reverse("incident_list", args=[place.collaboration.slug])
    chosen: dict[str, str | int] = {"place": place.pk, "status": Status.APPROVED.value, "since": since.isoformat()}
    ordered = sorted(counts, key=lambda row: (-row["number"], str(categories[row["category_id"]])))
    return {
        "template": "incidents/_place_reports.html",
        "total": sum(row["number"] for row in counts),
        "latest": max((row["latest"] for row in counts), default=None),
        "url": f"{listed}?{urlencode(chosen)}",
        "kinds": [
            {
                "what": str(categories[row["category_id"]]),
                "number": row["number"],
                "latest": row["latest"],
                "url": f"{listed}?{urlencode({'category': categories[row['category_id']].code, **chosen})}",
            }
            for row in ordered[:SHOWN]
        ],
    }
