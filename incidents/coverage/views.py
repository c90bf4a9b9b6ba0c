"""The pages of coverage: who has reported, who reports and how often, and “nothing to report” in one tap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from analysis.periods import Period, parse
from common.errors import NotPossible
from incidents.coverage import actions, answers, deadlines, permissions, presenters
from incidents.coverage.forms import NewReportingUnitForm, ReportingUnitForm, RhythmForm
from incidents.models import ReportingUnit, ReportReminder
from incidents.permissions import check_may_report_in
from partners.form_views import done
from partners.models import Collaboration
from partners.requests import form_page, get_or_post, person

# --- For the coordinator ----------------------------------------------------------------------------------------------


@never_cache
@require_GET
def coverage_page(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Who has reported? Units by periods, who is missing, and a button to remind them."""
    permissions.check_may_see_coverage(request.user, collaboration)
    now = timezone.now()
    rhythm = deadlines.rhythm_of(collaboration)
    listed = deadlines.last_periods(rhythm, now, deadlines.PERIODS_LISTED)
    found = answers.coverage(collaboration, first_day=listed[0].start, now=now)
    due, closed = len(listed) - 1, len(listed) - 2
    rows = presenters.coverage_rows(found, _reminded(request.user, collaboration, listed[closed]))
    context = {
        "heading": presenters.coverage_heading(found, closed),
        "has_units": bool(found.units),
        "legend": presenters.legend(),
        "rows": rows,
        "missing": [
            row["unit"].unit for row in rows if row["closed"] and row["closed"]["state"] == answers.State.MISSING
        ],
        "totals": {"closed": presenters.totals(found, closed), "due": presenters.totals(found, due)},
        "can_be_reminded": [row for row in rows if row["may_be_reminded"]],
        "rhythm": presenters.rhythm_words(rhythm),
        "earlier": presenters.span_name(listed[:closed]),
        "closed": {
            "name": presenters.period_name(listed[closed]),
            "days": presenters.period_days(listed[closed]),
        },
        "due": presenters.period_name(listed[due]),
        "due_days": presenters.period_days(listed[due]),
        "deadline": presenters.moment(deadlines.deadline_of(rhythm, listed[due])),
        "may_remind": permissions.may_remind(request.user, collaboration),
        "may_keep_rhythm": permissions.may_keep_rhythm(request.user, collaboration),
    }
    return render(request, "incidents/coverage.html", context)


def _reminded(user: Any, collaboration: Collaboration, period: Period) -> dict[int, list[str]]:
    """On which occasions each unit has been reminded of the period."""
    found: dict[int, list[str]] = {}
    rows = ReportReminder.objects.visible_to(user).filter(
        collaboration=collaboration, period_start=period.start, period_end=period.end
    )
    for reminder in rows.order_by("claimed_at"):
        found.setdefault(reminder.reporting_unit_id, []).append(reminder.get_occasion_display())
    return found


@require_POST
def coverage_remind(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Remind one unit, or all that are missing."""
    permissions.check_may_remind(request.user, collaboration)
    units = answers.reporting_units(collaboration.pk)
    chosen = request.POST.get("unit", "")
    if chosen:
        units = [unit for unit in units if str(unit.pk) == chosen]
        if not units:
            raise Http404
    reminded = actions.remind_by_hand(collaboration=collaboration, units=units, by=person(request))
    if reminded:
        text = ngettext("%(count)s unit is reminded by mail.", "%(count)s units are reminded by mail.", reminded)
        messages.success(request, text % {"count": reminded})
    else:
        messages.info(request, _("Nobody is left to remind: who is missing has been reminded already."))
    return redirect("coverage", collaboration.slug)


@never_cache
@get_or_post
def coverage_settings(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """How often the units report and by when, and which units report."""
    permissions.check_may_keep_rhythm(request.user, collaboration)
    rhythm = deadlines.rhythm_of(collaboration)
    form = RhythmForm(request.POST or None, rhythm=rhythm)

    def change() -> Any:
        return actions.set_rhythm(collaboration=collaboration, by=person(request), **form.cleaned_data)

    if request.method == "POST" and done(form, change) is not None:
        messages.success(request, _("Saved. Pictures follow within a minute."))
        return redirect("coverage_settings", collaboration.slug)
    units = answers.reporting_units(collaboration.pk)
    today = timezone.localdate()
    context = {
        "form": form,
        "rhythm": presenters.rhythm_words(rhythm),
        "units": [
            {
                "unit": unit,
                "valid": presenters.valid_words(unit),
                "areas": [area.name for area in unit.areas.all()],
                "is_over": unit.valid_to is not None and unit.valid_to <= today,
            }
            for unit in units
        ],
    }
    return render(request, "incidents/coverage_settings.html", context, status=422 if form.errors else 200)


@never_cache
@get_or_post
def reporting_unit_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Expect reports of a unit."""
    permissions.check_may_keep_rhythm(request.user, collaboration)
    form = NewReportingUnitForm(request.POST or None, collaboration=collaboration)
    return _unit_page(
        request,
        collaboration,
        form,
        lambda: actions.add_reporting_unit(by=person(request), **form.cleaned_data),
        heading=_("Which unit reports, and about what?"),
    )


@never_cache
@get_or_post
def reporting_unit_change(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change from when, until when and about which areas a unit reports."""
    permissions.check_may_keep_rhythm(request.user, collaboration)
    reporting_unit = get_object_or_404(
        ReportingUnit.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .select_related("unit__organisation"),
        pk=pk,
    )
    initial = {
        "valid_from": reporting_unit.valid_from,
        "valid_to": reporting_unit.valid_to,
        "areas": list(reporting_unit.areas.all()),
    }
    form = ReportingUnitForm(request.POST or None, collaboration=collaboration, initial=initial)
    return _unit_page(
        request,
        collaboration,
        form,
        lambda: actions.change_reporting_unit(reporting_unit=reporting_unit, by=person(request), **form.cleaned_data),
        heading=presenters.unit_words(reporting_unit),
    )


def _unit_page(
    request: HttpRequest, collaboration: Collaboration, form: Any, change: Callable[[], Any], *, heading: str
) -> HttpResponse:
    if request.method == "POST" and done(form, change) is not None:
        messages.success(request, _("Saved. Pictures follow within a minute."))
        return redirect("coverage_settings", collaboration.slug)
    back_url = reverse("coverage_settings", args=[collaboration.slug])
    return form_page(request, form, heading=heading, back_url=back_url, back_text=_("Who reports, and when"))


# --- For who reports --------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def reporting(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """What is expected of me? The own units' periods, with “nothing to report” in one tap. Where reminders lead."""
    check_may_report_in(request.user, collaboration)
    now = timezone.now()
    rhythm = deadlines.rhythm_of(collaboration)
    listed, rows = answers.own_rows(request.user, collaboration, now=now)
    cards = presenters.own_cards(listed, rows, rhythm, now=now)
    context = {
        "cards": cards,
        "waiting": presenters.answers_missing(cards),
        "rhythm": presenters.rhythm_words(rhythm),
    }
    return render(request, "incidents/reporting.html", context)


def _own(request: HttpRequest, collaboration: Collaboration, pk: int) -> tuple[ReportingUnit, Period]:
    """The reporting unit and the period a tap is about."""
    reporting_unit = get_object_or_404(
        ReportingUnit.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .select_related("unit__organisation"),
        pk=pk,
    )
    try:
        return reporting_unit, parse(request.POST.get("period", ""))
    except ValueError:
        raise Http404 from None


@require_POST
def reporting_nothing(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say that a unit has nothing to report for a period."""
    unit, period = _own(request, collaboration, pk)
    try:
        actions.say_nothing(reporting_unit=unit, period=period, by=person(request))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    else:
        words = {"unit": unit.unit.name, "period": presenters.period_name(period)}
        messages.success(request, _("Thank you. %(unit)s has nothing to report for %(period)s.") % words)
    return _back(request, collaboration)


@require_POST
def reporting_take_back(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take back that there was nothing."""
    unit, period = _own(request, collaboration, pk)
    try:
        actions.take_back_nothing(reporting_unit=unit, period=period, by=person(request))
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    else:
        words = {"unit": unit.unit.name, "period": presenters.period_name(period)}
        messages.success(request, _("Taken back. A report of %(unit)s for %(period)s is awaited.") % words)
    return _back(request, collaboration)


def _back(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """To the page the button stood on."""
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("reporting", collaboration.slug)
