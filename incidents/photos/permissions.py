"""Who may send a photo with a report, take it back, and decide on it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from incidents.models import Incident, Photo, Status
from partners.roles import MAY_REPORT, MAY_REVIEW


def check_may_add_photo(user: Any, incident: Incident) -> None:
    """Photos are the reporter's own: until they are reviewed nobody else in the organisation sees them."""
    if incident.reporter_id != user.pk or not user.has_role(incident.collaboration_id, MAY_REPORT):
        raise NotAllowed(_("Only the reporter can send photos with the report."))


def check_may_review_photos(user: Any, collaboration_id: int) -> None:
    """Whoever reviews reports looks at their photos."""
    if not user.has_role(collaboration_id, MAY_REVIEW):
        raise NotAllowed(_("Only a coordinator can decide on photos."))


may_review_photos = as_question(check_may_review_photos)


def check_may_remove(user: Any, photo: Photo) -> None:
    """Whoever reviews removes any photo; the reporter takes one back while it waits or the report is returned."""
    if user.has_role(photo.collaboration_id, MAY_REVIEW):
        return
    incident = photo.incident
    is_open = photo.status == Photo.Status.WAITING or incident.status in (Status.DRAFT, Status.RETURNED)
    if incident.reporter_id != user.pk or not is_open:
        raise NotAllowed(_("Only a coordinator can remove this photo."))


may_remove = as_question(check_may_remove)
