"""Which inspections and walks wait for somebody to go on with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from areas.models import SafetyInspection, SafetyWalk
from partners.models import Collaboration
from partners.roles import MAY_INSPECT_OWN_PLACES

NAMED = 10


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """What the user has begun and not finished; a planned walk waits for its day."""
    asked = {one.pk: one.slug for one in collaborations if user.has_role(one, MAY_INSPECT_OWN_PLACES)}
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in asked}
    mine = {"collaboration__in": list(asked), "created_by": user, "finished_at__isnull": True}
    begun = SafetyInspection.objects.visible_to(user).filter(**mine, walk__isnull=True).select_related("place")
    for one in begun.order_by("inspected_on", "pk")[:NAMED]:
        found[one.collaboration_id].append(
            {
                "title": _("Finish the inspection of %(place)s") % {"place": one.place.name},
                "mail_title": _("Finish an inspection you have begun"),
                "url": reverse("inspection_fill", args=[asked[one.collaboration_id], one.pk]),
                "since": one.inspected_on,
            }
        )
    for walk in SafetyWalk.objects.visible_to(user).filter(**mine).select_related("area").order_by("walked_on")[:NAMED]:
        found[walk.collaboration_id].append(
            {
                "title": _("Finish the safety walk in %(area)s") % {"area": walk.area.name},
                "mail_title": _("Finish a safety walk you have begun"),
                "url": reverse("walk_detail", args=[asked[walk.collaboration_id], walk.pk]),
                "due_on": walk.walked_on,
            }
        )
    return found
