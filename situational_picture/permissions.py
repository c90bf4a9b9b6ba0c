"""Who may do what with a picture."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from areas.access import is_in_circle
from areas.models import Area
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Membership
from partners.roles import MAY_COMPILE
from situational_picture.models import Picture


def check_may_publish_pictures(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and analysts compile and publish."""
    if not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst can publish the picture."))


def check_may_write_pictures(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and analysts write the joint assessment."""
    if not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst can write in the picture."))


def check_may_approve(user: Any, picture: Picture) -> None:
    """Somebody else than the author approves, where there is anybody else who may."""
    check_may_publish_pictures(user, picture.collaboration_id)
    is_own = picture.sent_for_review_by_id == user.pk
    if picture.status == Picture.Status.REVIEW and is_own and others_may_approve(user, picture.collaboration_id):
        raise NotAllowed(_("You sent the picture for review yourself. Somebody else reads it before it is published."))


def others_may_approve(user: Any, collaboration_id: int) -> bool:
    """Whether anybody but this person compiles pictures in the collaboration today."""
    today = timezone.localdate()
    others = Membership.objects.active(today).filter(collaboration_id=collaboration_id, role__in=MAY_COMPILE)
    return others.filter(user__is_active=True, user__is_service=False).exclude(user=user).exists()


def check_may_request_pictures(user: Any, area: Area) -> None:
    """The area's circle may have a picture computed for any period."""
    if not is_in_circle(user, area):
        raise NotAllowed(_("Only the partners who work in the area can have a new picture computed."))


may_write_pictures = as_question(check_may_write_pictures)
may_approve = as_question(check_may_approve)
may_publish_pictures = as_question(check_may_publish_pictures)
may_request_pictures = as_question(check_may_request_pictures)
