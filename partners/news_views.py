"""What is new for somebody, on one page; and where a letter's links lead."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from partners.models import Collaboration
from partners.notifications import queries
from partners.notifications.actions import mark_all_read, mark_read
from partners.requests import PartnerRequest, word_in
from ui.days import day_words


@never_cache
@require_GET
def news(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What has happened that concerns the reader, newest first, as they may see it now."""
    only_unread = word_in(request, "show") != "all"
    page, rows = queries.page_of(request.user, collaboration, number=word_in(request, "page"), only_unread=only_unread)
    today = timezone.localdate()
    days = [
        {"title": day_words(day, today), "rows": list(of_day)}
        for day, of_day in groupby(rows, key=lambda one: timezone.localdate(one.row.happened_at))
    ]
    context = {
        "page": page,
        "days": days,
        "only_unread": only_unread,
        "unread": queries.count_again(request.user, collaboration),
        "opened_at": timezone.now().isoformat(),
    }
    return render(request, "partners/news.html", context)


@never_cache
@require_GET
def news_open(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Go to what a row is about; it has then been read. What can no longer be seen is as if it had never been told."""
    row = get_object_or_404(queries.news_of(request.user, collaboration), pk=pk)
    found = queries.shown(request.user, [row])
    if not found:
        raise Http404
    mark_read(by=request.user, notification=row)
    return redirect(found[0].words.url)


def _back(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    shown = "?show=all" if request.POST.get("show") == "all" else ""
    return redirect(reverse("news", args=[collaboration.slug]) + shown)


@require_POST
def news_read(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Mark one row as read, and stay on the page."""
    row = get_object_or_404(queries.news_of(request.user, collaboration), pk=pk)
    mark_read(by=request.user, notification=row)
    messages.success(request, _("Marked as read."))
    return _back(request, collaboration)


@require_POST
def news_read_all(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Mark everything as read that was there when the page was opened."""
    now = timezone.now()
    until = _moment(request.POST.get("until", "")) or now
    number = mark_all_read(by=request.user, collaboration=collaboration, until=min(until, now))
    said = ngettext("%(number)s row is marked as read.", "%(number)s rows are marked as read.", number)
    messages.success(request, said % {"number": number})
    return _back(request, collaboration)


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None
