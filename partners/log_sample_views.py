"""The pages on the log's monthly samples: which months wait, and one month's lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.actions import record
from common.errors import NotPossible
from partners import log as lines
from partners import log_samples
from partners.forms import LogReviewForm
from partners.models import Collaboration, LogReview
from partners.permissions import check_may_go_through_log, check_may_read_log, may_go_through_log
from partners.requests import PartnerRequest, get_or_post


def month_words(month: dt.date) -> str:
    """A month as people say it: “October 2026”."""
    return capfirst(date_format(month, "F Y"))


@require_GET
def log_months(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Which months of the log have been gone through, and which wait?"""
    check_may_read_log(request.user, collaboration)
    reviews = {
        review.month: review
        for review in LogReview.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .select_related("by")
    }
    ended = log_samples.ended_months(collaboration, timezone.localdate())
    months = sorted({*ended, *reviews}, reverse=True)
    context = {
        "months": [
            {"name": month_words(month), "code": f"{month:%Y-%m}", "review": reviews.get(month)} for month in months
        ],
        "waiting": sum(month not in reviews for month in ended),
        "may_go_through": may_go_through_log(request.user, collaboration),
        "readings": log_samples.READINGS,
        "exports": log_samples.EXPORTS,
    }
    return render(request, "partners/log_months.html", context)


@get_or_post
def log_sample(request: PartnerRequest, collaboration: Collaboration, month: str) -> HttpResponse:
    """The month's lines that the lots fell on, to go through. Who looks at them is logged."""
    check_may_read_log(request.user, collaboration)
    chosen = log_samples.month_named(month)
    review = LogReview.objects.visible_to(request.user).filter(collaboration=collaboration, month=chosen).first()
    if chosen is None or (
        review is None and chosen not in log_samples.ended_months(collaboration, timezone.localdate())
    ):
        raise Http404
    form = LogReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        check_may_go_through_log(request.user, collaboration)
        if form.is_valid():
            try:
                log_samples.go_through(collaboration=collaboration, month=chosen, by=request.user, **form.cleaned_data)
            except NotPossible as refusal:
                form.add_error("note" if refusal.code == "note" else None, refusal.messages)
            else:
                messages.success(request, _("%(month)s has been gone through.") % {"month": month_words(chosen)})
                return redirect("log_months", collaboration.slug)
    else:
        record("log_sample_read", by=request.user, collaboration_id=collaboration.pk, month=f"{chosen:%Y-%m}")
    return _sample_page(request, collaboration, chosen, review, form)


def _sample_page(
    request: PartnerRequest, collaboration: Collaboration, month: dt.date, review: LogReview | None, form: Any
) -> HttpResponse:
    sample = log_samples.draw(request.user, collaboration, month) if review is None else None
    events = log_samples.lines_of_review(request.user, review) if review else sample.events if sample else []
    last_day = log_samples.next_month(month) - dt.timedelta(days=1)
    context = {
        "month": month_words(month),
        "review": review,
        "is_drawn": review is not None or sample is not None,
        "seed": review.seed if review else sample.seed if sample else "",
        "drawn_from": review.drawn_from if review else sample.drawn_from if sample else 0,
        "missing": len(review.event_ids) - len(events) if review else 0,
        "number": len(events),
        "days": lines.by_day(events, timezone.localdate()),
        "readers": log_samples.readers(request.user, collaboration, month),
        "between": f"first_day={month.isoformat()}&last_day={last_day.isoformat()}",
        "form": form,
        "seen": ",".join(str(event.pk) for event in events),
        "may_go_through": may_go_through_log(request.user, collaboration),
    }
    return render(request, "partners/log_sample.html", context, status=422 if form.is_bound else 200)
