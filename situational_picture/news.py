"""Who is told of a published picture, on the page of what is new."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import notifications
from partners.models import User
from situational_picture.models import Picture
from situational_picture.period_names import period_name

TOPIC = "pictures"


def _words(picture: Picture, what: str) -> notifications.Words | None:
    from situational_picture.emails import picture_path

    if not picture.version:
        return None
    words = {"area": picture.area_name, "period": period_name(picture.period)}
    said = {
        "published": _("A situational picture of %(area)s has been published"),
        "reports": _("Your reports are in the situational picture of %(area)s"),
    }.get(what)
    return None if said is None else notifications.Words(said % words, picture_path(picture), words["period"])


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Published situational pictures"),
            tells=gettext_lazy("A picture is published for a group you sit in, or your reports are in one."),
            mail_titles={
                "published": gettext_lazy("A joint situational picture has been published"),
                "reports": gettext_lazy("What your reports led to"),
            },
            shown=notifications.shown_by(Picture, _words, with_related=("collaboration", "area"), without=("figures",)),
            default=notifications.How.AT_ONCE,
            order=10,
        )
    )


def tell_published(picture: Picture, people: Iterable[User], *, are_reporters: bool, are_mailed: bool) -> None:
    """Tell people once of a version, however often the task runs; to some of them a letter of their own goes now."""
    what = "reports" if are_reporters else "published"
    notifications.tell(
        TOPIC,
        people,
        subject=picture,
        what=what,
        key=str(picture.version),
        at=picture.published_at,
        is_mailed=are_mailed,
    )
