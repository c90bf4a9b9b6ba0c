"""A meeting as files: its time for a calendar, and its minutes to print and keep."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.actions import record
from councils.meetings import calendars, documents, queries
from councils.models import Meeting, MeetingState
from documents.answers import file_answer
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _whole(request: PartnerRequest, number: int) -> Meeting:
    """The meeting of the address, for whoever reads all of it."""
    rows = queries.meetings_for(request.user, request.collaboration)
    return get_object_or_404(rows & Meeting.objects.whole_for(request.user), number=number)


@require_GET
def meeting_calendar(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The meeting for the calendar one uses every day: when and where, and nothing of what it is about."""
    shown = _whole(request, number)
    response = HttpResponse(calendars.invitation(shown), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mote-{shown.number}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _minutes(request: PartnerRequest, number: int, make: Callable[[Meeting], bytes], kind: str) -> HttpResponse:
    shown = _whole(request, number)
    if shown.state != MeetingState.CLOSED:
        raise Http404
    file = make(shown)
    record("minutes_downloaded", by=request.user, subject=shown, kind=kind)
    return file_answer(file, f"minnesanteckning-{timezone.localdate(shown.starts_at)}-{shown.number}.{kind}")


@require_GET
def minutes_pdf(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The minutes as PDF."""
    return _minutes(request, number, documents.minutes_pdf, "pdf")


@require_GET
def minutes_word(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The minutes as a Word file."""
    return _minutes(request, number, documents.minutes_word, "docx")
