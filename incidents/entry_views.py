"""What the entry page asks while a report is written, and where a device's outbox sends it."""

from __future__ import annotations

import math
from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import NotPossible
from incidents import actions, entry, permissions
from incidents.forms import IncidentForm
from incidents.models import Incident
from partners.devices import body_of
from partners.models import Collaboration, User


@never_cache
@require_GET
def incident_where(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """A point read back in words."""
    permissions.check_may_report_in(request.user, collaboration)
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
    except ValueError:
        lon = lat = math.nan
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return JsonResponse({"error": _("Give both longitude and latitude, or neither.")}, status=400)
    return JsonResponse(entry.point_in_words(collaboration, lon, lat))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def incident_send(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Where an outbox sends its reports: the same form and the same action as the page.

    GET says whose session this is and gives a fresh token, since a phone may have been away for days. POST answers 201
    for a new report, 200 for one that had arrived, 409 where the number is taken or the session is somebody else's,
    and 422 with the form's own sentences.
    """
    permissions.check_may_report_in(request.user, collaboration)
    owner = entry.owner_of(request.user, collaboration)
    if request.method != "POST":
        return JsonResponse({"owner": owner, "csrf": get_token(request)})
    body = body_of(request)
    if body is None:
        return JsonResponse({"code": "unreadable", "message": _("The report cannot be read.")}, status=400)
    if body.get("owner") != owner:
        message = _("Somebody else is signed in here. The report waits until its writer signs in.")
        return JsonResponse({"code": "other_person", "message": message}, status=409)
    fields = {**body["fields"], "client_uuid": str(body.get("client_uuid", ""))}
    form = IncidentForm(fields, user=request.user, collaboration=collaboration, now=timezone.now())
    if form.is_valid() and form.cleaned_data["client_uuid"] is None:
        form.add_error(None, _("The report has no number of its own. Write it again."))
    if form.is_valid():
        try:
            stored, is_new = actions.submit_incident(
                by=cast(User, request.user),
                organisation=form.reports_for,
                report=form.report,
                client_uuid=form.cleaned_data["client_uuid"],
                now=form.now,
            )
        except NotPossible as refusal:
            if refusal.error_list[0].code == "uuid_taken":
                return _number_is_taken(request, collaboration, form)
            form.add_refusal(refusal)
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            return JsonResponse(
                entry.sent(stored, _receipt(collaboration, stored), is_new=is_new), status=201 if is_new else 200
            )
    elif entry.already_stored(request.user, collaboration, form) is not None:
        # It was fine when it arrived: what is refused now is a change, or the world that has changed around it.
        return _number_is_taken(request, collaboration, form)
    answer = {"errors": form.errors.get_json_data(), "asks_to_confirm": form.asks_to_confirm}
    return JsonResponse(answer, status=422)


def _receipt(collaboration: Collaboration, incident: Incident) -> str:
    return reverse("incident_receipt", args=[collaboration.slug, incident.pk])


def _number_is_taken(request: HttpRequest, collaboration: Collaboration, form: IncidentForm) -> HttpResponse:
    known = entry.already_stored(request.user, collaboration, form)
    if known is None:
        message = _("Another report has already been sent under this number. Start a new report.")
        return JsonResponse({"code": "number_taken", "message": message}, status=409)
    message = _(
        "An earlier version has already arrived as %(ref)s. What you changed afterwards was not sent: write it as a "
        "new report if it is needed, and delete this one."
    ) % {"ref": known.ref}
    answer = {
        "code": "number_taken",
        "message": message,
        **entry.sent(known, _receipt(collaboration, known), is_new=False),
    }
    return JsonResponse(answer, status=409)
