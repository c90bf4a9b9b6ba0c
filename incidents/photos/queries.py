"""Which photos stand with a report, and which still wait for somebody to look at them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from incidents.models import Incident, Photo, PhotoQuerySet, Status
from incidents.photos.permissions import may_review_photos
from partners.models import Collaboration

REPORTS_SHOWN = 10


def photos_with(user: Any, incident: Incident) -> PhotoQuerySet:
    """The photos of a report that the user sees; whoever reviews also sees those of the reports counted with it."""
    rows = Photo.objects.visible_to(user).select_related("incident__category", "incident__place", "incident__area")
    if not may_review_photos(user, incident.collaboration_id):
        return rows.filter(incident=incident)
    return rows.filter(Q(incident=incident) | Q(incident__merged_into=incident))


def left_behind(user: Any, collaboration: Collaboration) -> PhotoQuerySet:
    """Photos that wait although their report does not: it was decided on before they came, or without them.

    Those of a returned report come back with it.
    """
    rows = Photo.objects.visible_to(user).waiting().filter(collaboration=collaboration)
    return rows.exclude(incident__status__in=[Status.SUBMITTED, Status.DRAFT, Status.RETURNED])


def reports_left_behind(user: Any, collaboration: Collaboration) -> QuerySet[Incident]:
    """The reports with such photos, those that came first at the top."""
    photos = left_behind(user, collaboration)
    return Incident.objects.visible_to(user).filter(pk__in=photos.order_by().values("incident")).order_by("pk")
