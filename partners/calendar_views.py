"""The pages on one's calendar of deadlines, and the calendar itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from partners import calendars
from partners.models import Collaboration
from partners.permissions import check_may_have_calendar
from partners.requests import PartnerRequest, tried


@require_GET
def my_calendar(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Whether one's deadlines are in a calendar, and what that means."""
    check_may_have_calendar(request.user, collaboration)
    key = calendars.key_of(request.user, collaboration, timezone.localdate())
    return render(request, "partners/my_calendar.html", {"key": key})


@never_cache
@require_POST
def my_calendar_make(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Make an address, and show it this once."""
    key, secret = calendars.make_key(by=request.user, collaboration=collaboration)
    context = {"key": key, "address": calendars.address_of(secret)}
    return render(request, "partners/my_calendar_made.html", context)


@require_POST
def my_calendar_revoke(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Stop one's address at once."""
    tried(
        request,
        lambda: calendars.revoke_key(by=request.user, collaboration=collaboration),
        _("The address no longer works."),
    )
    return redirect("my_calendar", collaboration.slug)


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, key: str) -> HttpResponse:
    """The deadlines of whoever made the key, for a calendar program. What does not work does not exist.

    Nobody guesses 256 random bits, so attempts are not counted here: one that fails costs one look at an index.
    """
    now = timezone.now()
    found = calendars.open_key(key, timezone.localdate(now))
    if found is None:
        raise Http404
    response = HttpResponse(calendars.calendar_for(found, now), content_type="text/calendar; charset=utf-8")
    calendars.note_use(found, timezone.localdate(now))
    response.headers["Content-Disposition"] = 'inline; filename="est.ics"'
    response.headers["Cache-Control"] = "private, max-age=900"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
