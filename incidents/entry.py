"""The page on which a report is written: what it offers, whose it is, and what it says without network."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.locating import area_of
from incidents import permissions, presenters, queries, rules
from incidents.forms import IncidentForm, where_and_when_of
from incidents.models import Incident
from partners import devices, retention
from partners.models import Collaboration


def owner_of(user: Any, collaboration: Collaboration) -> str:
    """Whose reports wait on a device: one word for a person in a collaboration, which tells nobody who it is."""
    return devices.owner_of(user, collaboration, of="incidents.outbox")


def offer_recent_places(form: IncidentForm, user: Any, collaboration: Collaboration) -> None:
    """Name the places used lately first."""
    form.recent_places = queries.recent_places(user, collaboration, today=timezone.localdate())


def start_from(request: HttpRequest, collaboration: Collaboration) -> dict[str, Any]:
    """Place and time of the report somebody has just sent, when they add another; only their own."""
    again = request.GET.get("again", "")
    if not (again.isascii() and again.isdecimal() and len(again) < 19):
        return {}
    mine = Incident.objects.filter(reporter_id=request.user.pk, collaboration=collaboration)
    last = mine.filter(pk=int(again)).first()
    return where_and_when_of(last) if last is not None else {}


def page_context(
    request: HttpRequest, collaboration: Collaboration, form: IncidentForm, *, incident: Incident | None = None
) -> dict[str, Any]:
    """What the entry page shows."""
    offer_recent_places(form, request.user, collaboration)
    return {
        "form": form,
        "incident": incident,
        "tiles": form.tiles(queries.most_used_categories(request.user, collaboration, today=timezone.localdate())),
        "reason": presenters.review_reason_in_words(incident) if incident is not None else "",
        "bounds": queries.bounds_of(collaboration),
        "confirms": form.asks_to_confirm,
        "findings": form.findings() if form.is_bound else [],
        "owner": owner_of(request.user, collaboration),
        "kept_for": text_kept_for(collaboration),
        "words": words(),
    }


def text_kept_for(collaboration: Collaboration) -> str:
    """How long the text of a report is kept, by the collaboration's own rule; "" where no rule is known."""
    kind = retention.kind_named("texts")
    if kind is None:
        return ""
    days = retention.days_for(collaboration, kind)
    if days % 365 == 0:
        return ngettext("%(number)s year", "%(number)s years", days // 365) % {"number": days // 365}
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}


def point_in_words(collaboration: Collaboration, lon: float, lat: float) -> dict[str, Any]:
    """A point as people say it, before anything is sent: a pin thirty metres off is seen while it can be moved."""
    faults = rules.point_faults(lon, lat, extent=queries.surroundings(collaboration, now=timezone.now()).extent)
    if faults:
        return {"words": faults[0].say(), "is_inside": False}
    area = area_of(collaboration, lon, lat)
    location = Incident.Location.PLACED if area is not None else Incident.Location.OUTSIDE
    point = Incident(collaboration=collaboration, lon=lon, lat=lat, area=area, location=location)
    near = queries.nearest_place(collaboration, lon, lat)
    return {"words": presenters.where_in_words(point, near=near), "is_inside": area is not None}


def sent(incident: Incident, url: str, *, is_new: bool) -> dict[str, Any]:
    """What a device is told about a report that the server has."""
    photos = reverse("photo_add", args=[incident.collaboration.slug, incident.pk])
    return {"id": incident.pk, "ref": incident.ref, "url": url, "photos": photos, "is_new": is_new}


def already_stored(user: Any, collaboration: Collaboration, form: IncidentForm) -> Incident | None:
    """The report this person has sent under the same number before, whatever it says."""
    number = form.cleaned_data.get("client_uuid")
    if number is None:
        return None
    mine = Incident.objects.filter(collaboration=collaboration, reporter_id=user.pk)
    return mine.filter(client_uuid=number).first()


def may_report(user: Any, collaboration: Collaboration) -> bool:
    """Whether the entry page is the user's."""
    return permissions.may_report_in(user, collaboration)


def words() -> dict[str, str]:
    """The sentences the page's scripts say. Numbers and names are put where the braces are."""
    return {
        "no_category": rules.NO_CATEGORY.say(),
        "no_place": rules.NO_PLACE.say(),
        "no_date": rules.NO_DATE.say(),
        "half_a_point": rules.HALF_A_POINT.say(),
        "in_the_future": rules.IN_THE_FUTURE.say(),
        "end_before_beginning": rules.END_BEFORE_BEGINNING.say(),
        "text_too_long": rules.TEXT_TOO_LONG.say(),
        "text_weak": rules.PERSONAL_DATA_WEAK.say(),
        "one_thing": _("One thing needs your attention"),
        "things": _("{number} things need your attention"),
        "what": _("What?"),
        "where": _("Where?"),
        "when": _("When?"),
        "text": _("Would you like to tell more?"),
        "near": _("About {distance} m from {place}"),
        "point": _("A point on the map"),
        "accuracy": _("Your position, accurate to {metres} m."),
        "inexact": _("Your position is only accurate to {metres} m. Choose a place or press the map if you can."),
        "fetching": _("Fetching your position …"),
        "no_position": _("The position could not be fetched. Choose a place or press the map."),
        "no_permission": _(
            "This page may not see your position. Allow it in the settings, or choose a place or press the map."
        ),
        "roughly": _("Somewhere within {metres} m of {place}"),
        "waiting": _("waiting"),
        "sending": _("sending"),
        "sending_now": _("Sending …"),
        "sent": _("sent"),
        "failed": _("failed"),
        "badge_one": _("1 waiting"),
        "badge": _("{number} waiting"),
        "kept_offline": _("The report is kept on this device and is sent when you have network."),
        "kept_slow": _("The report is kept on this device. Sending takes time; you can go on."),
        "kept_signed_out": _("The report is kept on this device. Sign in again and it is sent."),
        "kept_other_person": _("The report is kept on this device and is sent when its writer signs in."),
        "kept_server": _("The report is kept on this device. The server does not answer as it should; we try again."),
        "kept_forbidden": _(
            "The report is kept on this device. Your role does not report here any longer: ask your administrator."
        ),
        "sent_next": _("{ref} has arrived. Place and time are still filled in: report the next."),
        "saved_next": _("Saved. Place and time are still filled in: report the next."),
        "arrived": _("{ref} has arrived."),
        "sent_without": _(
            "{ref} has been sent without what you have changed since. It stands here, has not been sent, and can be "
            "sent as a report of its own."
        ),
        "change_waits": _("What you have changed since stands here. Send again, and the report that waits is changed."),
        "change_slow": _("What you have changed since stands here. You will see here when the report has arrived."),
        "stands_alone": _("What you have written since stands here and becomes a report of its own."),
        "refused": _("The report you sent was not taken in. It is in the outbox, with what needs mending."),
        "full": _(
            "This device has no room left, so the report could not be saved. Everything you wrote is still here. "
            "Make room, or send it directly when you have network."
        ),
        "send_directly": _("Send directly"),
        "unsaved": _("This browser cannot keep reports. They are sent directly, and only with network."),
        "draft": _("This is what you were writing. It has not been sent."),
        "start_over": _("Start over"),
        "editing": _("You are changing a report that waits on this device."),
        "change": _("Change"),
        "change_sure": _("What you are writing in the form is replaced by that report. Change it all the same?"),
        "delete": _("Delete"),
        "delete_sure": _("Delete the report? It has not been sent, and cannot be brought back."),
        "open": _("See the report"),
        "busy": _("The report is being sent and cannot be changed right now."),
        "photo_most": _("A report has room for three photos. Choose the ones that show most."),
        "photo_working": _("Making the photo smaller …"),
        "photo_unreadable": _(
            "The photo cannot be read here. Choose one in JPEG, PNG or WebP, or take a screenshot of it."
        ),
        "photo_chosen": _("Photo {number} that you have chosen"),
        "photo_remove": _("Remove"),
        "photo_too_large": _("it is too large."),
        "photo_gone": _("the report takes no more photos."),
        "photo_refused": _("Photo {number}: {why}"),
        "photos_one": _("With 1 photo"),
        "photos_many": _("With {number} photos"),
        "photos_wait": _(
            "{ref} has arrived. Its photos are kept on this device and are sent as soon as the server can be reached."
        ),
        "photos_failed": _("{ref} has arrived, but not all of its photos could be taken in."),
        "forget_sure": _("Remove this from the list? The report has arrived and stays."),
        "delete_photos_sure": _("Delete the photos that have not been sent? The report has arrived and stays."),
        "already_sent": _("This report has already been sent, and arrived as {ref}."),
        "send_as_new": _("Send what stands here as a new report"),
        "deleted": _("The report is deleted."),
        "sign_in": _("Sign in"),
        "others_one": _(
            "One report that somebody else has written waits on this device. It is sent when they sign in."
        ),
        "others": _(
            "{number} reports that somebody else has written wait on this device. They are sent when they sign in."
        ),
        "until": _("{from} to {to}"),
    }
