"""What a picture can become, and when."""

from django.utils.translation import gettext as _

from common.errors import NotPossible
from situational_picture.models import Picture

Status = Picture.Status

NEXT: dict[Picture.Status, set[Picture.Status]] = {
    Status.DRAFT: {Status.PUBLISHED},
    Status.PUBLISHED: set(),
}


def check_move(picture: Picture, wanted: Picture.Status) -> None:
    """A draft can be published; what is published stays as it is."""
    if wanted not in NEXT[Picture.Status(picture.status)]:
        raise NotPossible(_("A published picture never changes. Publish a new version of the draft instead."))


def check_is_computed(picture: Picture) -> None:
    """There must be figures to freeze."""
    if picture.figures is None:
        raise NotPossible(_("The picture has no figures yet. Wait until it has been computed, then publish it."))


def check_is_as_seen(picture: Picture, seen: Picture, fingerprint: str) -> None:
    """What is frozen is what somebody has looked at, and what the reports say."""
    if picture.computed_at != seen.computed_at or picture.data_fingerprint != fingerprint:
        raise NotPossible(
            _("Reports have come or changed since these figures were computed. Look at the new figures, then publish.")
        )


def check_is_new(picture: Picture, latest: Picture | None) -> None:
    """The same figures are published once, however often the button is pressed."""
    if latest is not None and latest.computed_at == picture.computed_at:
        raise NotPossible(
            _("These figures are already published, as version %(version)s.") % {"version": latest.version}
        )
