"""What can hold for a collaboration and its people, whoever asks. Nothing here saves."""

from __future__ import annotations

import math
import re

from django.conf import settings
from django.utils.translation import gettext as _

from common.errors import NotPossible
from documents import colours
from partners.models import RESERVED_SLUGS, Collaboration, Membership, Organisation
from partners.roles import Role
from ui.numbers import number_words

Extent = tuple[float, float, float, float]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_LENGTH = 40


def check_slug(slug: str) -> None:
    """A short name stands first in the collaboration's addresses: a–z, digits and hyphens, free, and not ours."""
    if not _SLUG.fullmatch(slug):
        raise NotPossible(
            _(
                "The short name “%(slug)s” cannot be used. Use only the small letters a–z, digits, and hyphens between "
                "them, for example “ekstad”."
            )
            % {"slug": slug}
        )
    if len(slug) > _SLUG_LENGTH:
        raise NotPossible(
            _("The short name “%(slug)s” is too long. Use at most %(length)d characters.")
            % {"slug": slug, "length": _SLUG_LENGTH}
        )
    if slug in RESERVED_SLUGS:
        raise NotPossible(_("“%(slug)s” is used by the platform itself. Choose another short name.") % {"slug": slug})
    if Collaboration.objects.filter(slug=slug).exists():
        raise NotPossible(
            _("There is already a collaboration with the short name “%(slug)s”. Choose another.") % {"slug": slug}
        )


def parse_extent(text: str) -> Extent:
    """West, south, east and north in degrees from a text with commas, or a sentence on what is wrong with it."""
    parts = text.split(",")
    try:
        sides = [float(part) for part in parts]
    except ValueError:
        sides = []
    if len(sides) != 4 or not all(math.isfinite(side) for side in sides):
        raise NotPossible(
            _(
                "The extent “%(text)s” cannot be read. Write four numbers in degrees with commas between: "
                "west,south,east,north, for example --extent=16.0,58.5,16.4,58.7."
            )
            % {"text": text}
        )
    extent = (sides[0], sides[1], sides[2], sides[3])
    check_extent(extent)
    return extent


def check_extent(extent: Extent) -> None:
    """The sides are degrees on the globe, west of east and south of north."""
    west, south, east, north = extent
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise NotPossible(
            _(
                "The extent lies outside the globe. West and east are between -180 and 180, south and north between "
                "-90 and 90 degrees."
            )
        )
    if west >= east:
        raise NotPossible(
            _("The extent's west side (%(west)s) must be smaller than its east side (%(east)s).")
            % {"west": west, "east": east}
        )
    if south >= north:
        raise NotPossible(
            _("The extent's south side (%(south)s) must be smaller than its north side (%(north)s).")
            % {"south": south, "north": north}
        )


def check_an_administrator_remains(collaboration: Collaboration) -> None:
    """Somebody who can sign in holds the administrator's role without a last day.

    Asked after the change and inside its transaction, with the collaboration locked: whoever would be the last one to
    leave gets this sentence, and nothing is changed.
    """
    remains = Membership.objects.filter(
        collaboration=collaboration,
        role=Role.ADMINISTRATOR,
        valid_to__isnull=True,
        user__is_active=True,
        user__is_service=False,
        organisation__is_active=True,
    ).exists()
    if not remains:
        raise NotPossible(
            _("%(name)s would be left without an administrator. Make somebody else administrator first.")
            % {"name": collaboration.name}
        )


# Private bodies: what concerns offences and a person is for authorities alone (GDPR article 10, domain.md §6.1).
KINDS_THAT_KEEP_NO_PERSONS = {
    Organisation.Kind.HOUSING,
    Organisation.Kind.GUARD,
    Organisation.Kind.SHOP,
    Organisation.Kind.ASSOCIATION,
}


def keeps_no_persons(organisation: Organisation) -> bool:
    """Whether a text that may point at a person is refused for the organisation, and not only asked about."""
    return organisation.kind in KINDS_THAT_KEEP_NO_PERSONS


def check_accent(accent: str) -> None:
    """A colour has to be read on white."""
    if not accent:
        return
    if not colours.is_code(accent):
        raise NotPossible(_("Write the colour as “#0062ba”: a # and six digits or letters from a to f."))
    if not colours.is_readable(accent):
        has, least = (number_words(one, 1) for one in (colours.contrast_with_white(accent), colours.LEAST_CONTRAST))
        raise NotPossible(
            _("The colour is too pale to be read on white: its contrast is %(has)s, and at least %(least)s is needed.")
            % {"has": has, "least": least}
        )


def logotype_refused() -> NotPossible:
    """The file is no picture that we take in."""
    return NotPossible(
        _("The logotype could not be read. Choose a PNG or JPEG of at least 32 by 32 pixels and at most %(mb)s MB.")
        % {"mb": settings.PHOTO_MAX_BYTES // (1024 * 1024)}
    )
