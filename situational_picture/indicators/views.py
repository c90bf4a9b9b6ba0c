"""The pages of indicators: all of them, one with its series, making one, and entering a number."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.actions import record
from common.errors import NotPossible
from partners.models import Collaboration
from partners.purposes import export_page
from partners.requests import PartnerRequest, form_page, get_or_post, tried
from situational_picture.indicators import actions, charts, presenters, queries, telling
from situational_picture.indicators.compare_views import latest_change
from situational_picture.indicators.forms import IndicatorForm, ValueForm, initial_of
from situational_picture.indicators.permissions import (
    check_may_keep_indicators,
    check_may_see_indicators,
    may_keep_indicators,
)
from situational_picture.indicators.place_counts.queries import latest_people
from situational_picture.models import Indicator, IndicatorValue


def indicator_of(request: PartnerRequest, number: int) -> Indicator:
    """The indicator of the address, for whoever reads it."""
    check_may_see_indicators(request.user, request.collaboration)
    return get_object_or_404(queries.indicators_for(request.user, request.collaboration), number=number)


def list_url(collaboration: Collaboration) -> str:
    return reverse("indicator_list", args=[collaboration.slug])


def _told(request: PartnerRequest, shown: Indicator) -> list[telling.Told]:
    return telling.told_points(shown, queries.values_of(shown), telling.viewer_of(request.user, shown))


@never_cache
@require_GET
def indicator_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What is followed beside the reports, each with its latest number, source and level."""
    check_may_see_indicators(request.user, collaboration)
    indicators = list(queries.indicators_for(request.user, collaboration))
    points = {
        **queries.latest_of(indicators),
        **queries.latest_counted(indicators, today=timezone.localdate()),
        **latest_people(indicators),
    }
    latest = {
        one.pk: telling.told_points(one, [points[one.pk]], telling.viewer_of(request.user, one))[0]
        for one in indicators
        if one.pk in points
    }
    context = {
        "rows": presenters.list_rows(indicators, latest),
        "has_surveys": any(one.is_share for one in indicators),
        "may_keep": may_keep_indicators(request.user, collaboration),
    }
    return render(request, "situational_picture/indicators/indicator_list.html", context)


@never_cache
@require_GET
def indicator(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """One series: its latest number, a chart with intervals and the same in a table, and where it comes from."""
    shown = indicator_of(request, number)
    told = _told(request, shown)
    may_keep = may_keep_indicators(request.user, collaboration)
    context = {
        "indicator": shown,
        "finding": presenters.finding_of(shown, told),
        "facts": presenters.facts_of(shown),
        "chart": charts.series(shown, told),
        "change": latest_change(shown, told),
        "table": presenters.table_of(shown, told) if told else None,
        "standing": presenters.standing_rows(told, shown) if may_keep else [],
        "n_label": presenters.rests_on_label(shown),
        "corrected": presenters.corrected_rows(shown, queries.corrected_of(shown)) if may_keep else [],
        "is_told_in_tens": any(one.status == telling.PROTECTED for one in told),
        "has_suppressed": any(one.status == telling.SUPPRESSED for one in told),
        "has_intervals": any(one.lower is not None for one in told),
        "may_keep": may_keep,
        "list_url": list_url(collaboration),
    }
    return render(request, "situational_picture/indicators/indicator.html", context)


# --- Making one -------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def indicator_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Make an indicator."""
    check_may_keep_indicators(request.user, collaboration)
    begin = {"kind": Indicator.Kind.SURVEY, "level": Indicator.Level.AREA, "better": Indicator.Better.LOWER}
    form = IndicatorForm(
        request.POST if request.method == "POST" else None,
        collaboration=collaboration, user=request.user, initial=begin,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_indicator(
                by=request.user, collaboration=collaboration, is_confirmed=form.cleaned_data["is_confirmed"],
                **form.values(),
            )  # fmt: skip
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The indicator is made."))
            return redirect(presenters.url_of(made))
    return form_page(
        request, form, "situational_picture/indicators/indicator_form.html",
        heading=_("What do you want to follow?"), back_url=list_url(collaboration), back_text=_("Indicators"),
    )  # fmt: skip


@never_cache
@get_or_post
def indicator_change(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Change what an indicator is called and where it comes from; what it is about only while it has no values."""
    shown = indicator_of(request, number)
    check_may_keep_indicators(request.user, collaboration)
    form = IndicatorForm(
        request.POST if request.method == "POST" else None,
        collaboration=collaboration, user=request.user, initial=initial_of(shown), has_values=shown.values.exists(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_indicator(
                by=request.user, indicator=shown, row_version=form.cleaned_data["row_version"] or 0,
                is_confirmed=form.cleaned_data["is_confirmed"], **form.values(),
            )  # fmt: skip
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect(presenters.url_of(shown))
    return form_page(
        request, form, "situational_picture/indicators/indicator_form.html",
        heading=_("Change the indicator"), back_url=presenters.url_of(shown), back_text=shown.name,
    )  # fmt: skip


@require_POST
def indicator_remove(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Take an indicator off the list."""
    shown = indicator_of(request, number)
    check_may_keep_indicators(request.user, collaboration)
    tried(
        request, lambda: actions.remove_indicator(by=request.user, indicator=shown), _("The indicator is taken away.")
    )
    return redirect(list_url(collaboration))


# --- Its numbers ------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def indicator_value_new(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Enter one number of the series."""
    shown = indicator_of(request, number)
    check_may_keep_indicators(request.user, collaboration)
    form = ValueForm(
        request.POST if request.method == "POST" else None, indicator=shown, initial=queries.next_period(shown)
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            actions.enter_value(
                by=request.user, indicator=shown, figures=form.figures(), note=said["note"],
                is_correction=said["is_correction"], is_confirmed=said["is_confirmed"],
            )  # fmt: skip
        except actions.AlreadyThere as no:
            form.asks_to_correct = True
            form.old = no.row
            form.add_error("is_correction", _already_words(shown, no.row))
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The value is entered."))
            return redirect(presenters.url_of(shown))
    return form_page(
        request, form, "situational_picture/indicators/value_form.html",
        heading=_("Enter a value: %(name)s") % {"name": shown.name}, back_url=presenters.url_of(shown),
        back_text=shown.name,
    )  # fmt: skip


def _already_words(shown: Indicator, row: IndicatorValue) -> str:
    point = telling.told_points(shown, [queries.point_of(row)], telling.CIRCLE)[0]
    return _("The period has a value already: %(value)s. Tick the box if yours corrects it.") % {
        "value": presenters.value_words(shown, point)
    }


@require_POST
def indicator_value_withdraw(
    request: PartnerRequest, collaboration: Collaboration, number: int, value: int
) -> HttpResponse:
    """Take back a number that should not have been entered."""
    shown = indicator_of(request, number)
    check_may_keep_indicators(request.user, collaboration)
    row = get_object_or_404(IndicatorValue.objects.visible_to(request.user), indicator=shown, pk=value)
    tried(
        request,
        lambda: actions.withdraw_value(by=request.user, value=row),
        _("The value is taken back. It is kept below the series."),
    )
    return redirect(presenters.url_of(shown))


@get_or_post
def indicator_export(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """The series as a CSV file, protected as on the page. What it is for is asked, and logged."""
    shown = indicator_of(request, number)

    def make(purpose: dict[str, Any]) -> HttpResponse:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=";")
        writer.writerow(presenters.EXPORT_COLUMNS)
        writer.writerows(presenters.export_rows(shown, _told(request, shown)))
        record("indicator_exported", by=request.user, subject=shown, **purpose)
        response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="indicator-{shown.number}.csv"'
        return response

    return export_page(
        request, make, heading=_("Download figures"), lead=shown.name, back_url=presenters.url_of(shown),
        back_text=shown.name,
    )  # fmt: skip
