"""Where to begin: priority places and coming events of each area's newest published picture, for a phone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.names import sort_key
from incidents.models import ReportingUnit
from partners.models import Collaboration
from situational_picture.emails import picture_path
from situational_picture.models import Picture
from situational_picture.period_names import period_short_name
from situational_picture.writing import Written

# What was to be begun with longer ago than this is no longer news, and the page says so.
OLD_DAYS = 14


def newest_published(user: Any, collaboration: Collaboration) -> list[Picture]:
    """The newest picture of each area among those that are published and that this person sees."""
    published = Picture.objects.visible_to(user).filter(collaboration=collaboration, status=Picture.Status.PUBLISHED)
    newest = (
        Picture.objects.filter(pk__in=published.values("pk"), area=OuterRef("area"))
        .order_by("-period_end", "-published_at", "-pk")
        .values("pk")[:1]
    )
    return list(published.filter(pk=Subquery(newest)).without_figures())


def own_area_ids(user: Any, collaboration: Collaboration, today: dt.date) -> set[int]:
    """The areas that the person's unit reports about: a guard's own come first."""
    units = {membership.unit_id for membership in user.memberships_in(collaboration) if membership.unit_id}
    rows = ReportingUnit.objects.expected_on(today).filter(collaboration=collaboration, unit__in=units)
    return {pk for pk in rows.values_list("areas", flat=True) if pk is not None}


def cards(user: Any, collaboration: Collaboration, *, now: dt.datetime) -> list[dict[str, Any]]:
    """One card an area with something to begin with or on its way, the person's own areas first."""
    today = timezone.localdate(now)
    own = own_area_ids(user, collaboration, today)
    found = []
    for picture in newest_published(user, collaboration):
        written = Written.of(picture)
        coming = [event for event in written.coming_events if event.day >= today]
        if picture.published_at is None or not (written.priority_places or coming):
            continue
        days = (today - timezone.localdate(picture.published_at)).days
        found.append(
            {
                "area": picture.area,
                "period": period_short_name(picture.period),
                "places": written.priority_places,
                "coming": coming,
                "url": picture_path(picture),
                "age": _age(days),
                "is_old": days > OLD_DAYS,
                "is_own": picture.area_id in own,
            }
        )
    return sorted(found, key=lambda card: (not card["is_own"], sort_key(card["area"].name)))


def _age(days: int) -> str:
    if days <= 0:
        return _("published today")
    return ngettext("published yesterday", "published %(days)s days ago", days) % {"days": days}
