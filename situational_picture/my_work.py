"""Which pictures wait for somebody to read and publish them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Collaboration
from situational_picture.models import Picture
from situational_picture.period_names import period_name
from situational_picture.permissions import may_approve, may_publish_pictures


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """The pictures somebody else has sent for review, for those who publish."""
    asked = [one for one in collaborations if may_publish_pictures(user, one)]
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Picture.objects.visible_to(user).without_figures().filter(collaboration__in=asked)
    for picture in rows.filter(status=Picture.Status.REVIEW).order_by("sent_for_review_at"):
        if not may_approve(user, picture):
            continue
        address = reverse("picture", args=[picture.collaboration.slug, picture.area.slug])
        found.setdefault(picture.collaboration_id, []).append(
            {
                "title": _("Read and publish the picture of %(area)s") % {"area": picture.area.name},
                "mail_title": _("A picture to read and publish"),
                "asked_by": _("whoever has compiled the picture"),
                "text": period_name(picture.period),
                "url": f"{address}?period={picture.period.code}",
                "since": timezone.localdate(picture.sent_for_review_at) if picture.sent_for_review_at else None,
            }
        )
    return found
