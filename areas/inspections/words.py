"""The sentences that the page's scripts say while an inspection is filled in. What changes goes in the braces."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from privacy import guard


def words() -> dict[str, Any]:
    """All of them, by the names the scripts know, and what the guard says of each rule."""
    return {
        "rules": {rule.id: {"sentence": str(rule.sentence)} for rule in guard.rules()},
        "progress": _("{seen} of {all} looked at"),
        "wanting": _("{number} to mend"),
        "sending_now": _("Sending …"),
        "waiting": _("waiting"),
        "sending": _("sending"),
        "sent": _("sent"),
        "failed": _("failed"),
        "draft": _("This is what you had filled in on this device. It has not been sent."),
        "start_over": _("Start over"),
        "start_over_sure": _("Throw away what you have filled in on this device?"),
        "unsaved": _("This browser cannot keep what you fill in. It is sent directly, and only with network."),
        "full": _(
            "This device has no room left, so nothing could be saved. Everything you filled in is still here. Make "
            "room, or send it directly when you have network."
        ),
        "send_directly": _("Send directly"),
        "kept_offline": _("What you filled in is kept on this device and is sent when you have network."),
        "kept_slow": _("What you filled in is kept on this device. Sending takes time; leave the page open."),
        "kept_signed_out": _("What you filled in is kept on this device. Sign in again and it is sent."),
        "kept_other_person": _("It is kept on this device and is sent when the one who filled it in signs in."),
        "kept_server": _(
            "What you filled in is kept on this device. The server does not answer as it should; we try again."
        ),
        "kept_forbidden": _(
            "What you filled in is kept on this device. Your role no longer covers the place: ask your administrator."
        ),
        "arrived": _("It has arrived."),
        "photos_wait": _("It has arrived. Its photos are kept on this device and are sent when there is network."),
        "photos_failed": _("It has arrived, but not all of its photos could be taken in."),
        "photo_refused": _("Photo {number}: {why}"),
        "photo_too_large": _("it is too large."),
        "photo_gone": _("the inspection takes no more photos."),
        "refused": _("It could not be stored. Look at what is marked, change it and send again."),
        "one_thing": _("One thing needs your attention"),
        "things": _("{number} things need your attention"),
        "theirs": _("Somebody else has saved here:"),
        "open": _("Open it"),
        "change": _("Go on with it"),
        "delete": _("Delete"),
        "delete_sure": _("Delete what was filled in? It has not been sent, and cannot be brought back."),
        "busy": _("It is being sent and cannot be changed right now."),
        "sign_in": _("Sign in"),
        "photos_one": _("With 1 photo"),
        "photos_many": _("With {number} photos"),
        "no_place": _("Choose the place."),
        "photo_most": _("An item has room for three photos. Choose the ones that show most."),
        "photo_working": _("Making the photo smaller …"),
        "photo_unreadable": _(
            "The photo cannot be read here. Choose one in JPEG, PNG or WebP, or take a screenshot of it."
        ),
        "photo_chosen": _("Photo {number} that you have chosen"),
        "photo_remove": _("Remove"),
    }
