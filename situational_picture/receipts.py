"""What the pictures tell whoever has reported: in which published pictures the report was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from areas.models import Area
from incidents.models import Category, Incident, Status
from situational_picture.emails import picture_path
from situational_picture.models import Picture
from situational_picture.period_names import period_short_name

# A report lies in a week, a month and a tertial of several areas; more lines than this tell nobody more.
MOST_ROWS = 3


def pictures_that_counted(user: Any, incidents: Sequence[Incident]) -> dict[int, list[dict[str, Any]]]:
    """“Part of the picture of week 34”: one line for each published picture, of the smallest area that has any.

    Looked up by area, day and what the report was when the picture was published: nothing is stored about it.
    """
    asked = Incident.objects.visible_to(user).filter(pk__in=[incident.pk for incident in incidents])
    # A report that is counted together with another one is in the pictures that have counted that one.
    counted_as = {
        pk: merged_into or pk
        for pk, merged_into in asked.filter(
            Q(status=Status.APPROVED) | Q(status=Status.MERGED, merged_into__status=Status.APPROVED)
        ).values_list("pk", "merged_into_id")
    }
    counted = Incident.objects.filter(
        pk__in=set(counted_as.values()), category__kind=Category.Kind.EVENT, area__isnull=False
    )
    rows = list(counted.only("pk", "area_id", "occurred_on", "reviewed_at", "created_at", "collaboration_id"))
    if not rows:
        return {}
    collaborations = {row.collaboration_id for row in rows}
    parents: dict[int, int | None] = dict(
        Area.objects.filter(collaboration_id__in=collaborations).values_list("pk", "parent_id")
    )
    days = (min(row.occurred_on for row in rows), max(row.occurred_on for row in rows))
    pictures = list(
        Picture.objects.visible_to(user)
        .filter(
            collaboration_id__in=collaborations,
            status=Picture.Status.PUBLISHED,
            period_start__lte=days[1],
            period_end__gt=days[0],
        )
        .without_figures()
        .order_by("period_end", "version")
    )
    lines = {row.pk: [_line(picture) for picture in _counted_in(row, pictures, parents)] for row in rows}
    return {pk: lines[counts] for pk, counts in counted_as.items() if counts in lines}


def _counted_in(row: Incident, pictures: list[Picture], parents: Mapping[int, int | None]) -> list[Picture]:
    """The first version of each period that had the report, of the smallest area with any."""
    approved_at = max(filter(None, [row.reviewed_at, row.created_at]))
    area_id = row.area_id
    while area_id is not None:
        found: dict[tuple[Any, ...], Picture] = {}
        for picture in pictures:
            is_in = picture.area_id == area_id and picture.period_start <= row.occurred_on < picture.period_end
            if is_in and picture.published_at is not None and picture.published_at >= approved_at:
                found.setdefault((picture.period_kind, picture.period_start, picture.period_end), picture)
        if found:
            return list(found.values())[:MOST_ROWS]
        area_id = parents.get(area_id)
    return []


def _line(picture: Picture) -> dict[str, Any]:
    return {
        "title": _("Part of the situational picture: %(area)s, %(period)s")
        % {"area": picture.area_name, "period": period_short_name(picture.period)},
        "url": picture_path(picture),
    }
