"""Photos as pages show them: with a text for those who do not see them, and what has become of each in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import Incident, Photo
from incidents.photos.permissions import may_remove, may_review_photos
from incidents.presenters import where_in_short
from partners.models import Collaboration

_TONES = {
    Photo.Status.WAITING: ("warning", "clock"),
    Photo.Status.APPROVED: ("success", "check"),
    Photo.Status.REMOVED: ("neutral", "minus"),
}


def state_in_words(photo: Photo) -> str:
    """What has become of a photo."""
    if photo.status == Photo.Status.REMOVED:
        return str(Photo.Removal(photo.removal).label)
    if photo.status == Photo.Status.WAITING:
        return _("waits to be looked at")
    if photo.is_covered:
        return _("approved, with parts blacked out")
    return str(photo.get_status_display())


def photo_rows(
    user: Any, photos: Iterable[Photo], collaboration: Collaboration, *, main: Incident | None = None
) -> list[dict[str, Any]]:
    """Photos with address, text and state. Those of another report than `main` say whose they are."""
    listed = list(photos)
    per_report: dict[int, int] = {}
    rows = []
    decides = may_review_photos(user, collaboration.pk)
    for photo in listed:
        incident = photo.incident
        number = per_report[incident.pk] = per_report.get(incident.pk, 0) + 1
        tone, symbol = _TONES[Photo.Status(photo.status)]
        is_kept, is_waiting = photo.status != Photo.Status.REMOVED, photo.status == Photo.Status.WAITING
        rows.append(
            {
                "photo": photo,
                "incident": incident,
                "number": number,
                "ref": "" if main is not None and main.pk == incident.pk else incident.ref,
                "url": reverse("photo", args=[collaboration.slug, incident.pk, photo.pk]) if is_kept else "",
                "alt": _("Photo %(number)s with %(ref)s: %(what)s, %(where)s")
                % {
                    "number": number,
                    "ref": incident.ref,
                    "what": incident.category,
                    "where": where_in_short(incident),
                },
                "state": state_in_words(photo),
                "tone": tone,
                "symbol": symbol,
                "note": _("Only the reporter and the coordinator see it.") if is_waiting else "",
                "is_waiting": is_waiting,
                "may_decide": decides and is_kept,
                "may_withdraw": not decides and is_kept and may_remove(user, photo),
            }
        )
    return rows


def first_waiting(rows: Sequence[dict[str, Any]]) -> int | None:
    """The photo the keys speak of."""
    return next((row["photo"].pk for row in rows if row["is_waiting"]), None)
