"""Forms for the rhythm and for who reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from incidents.models import ReportingRhythm
from partners.forms import DateInput, UnitChoiceField
from partners.models import Collaboration, Unit


def _mondays(rhythm: ReportingRhythm, today: dt.date) -> list[tuple[str, str]]:
    """The two Mondays a fortnight may begin on, this week's and the next; the chosen rhythm decides the first."""
    monday = today - dt.timedelta(days=today.weekday())
    if (monday - rhythm.fortnights_from).days % 14:
        monday -= dt.timedelta(days=7)
    return [
        (day.isoformat(), date_format(day, "l j F Y").capitalize()) for day in (monday, monday + dt.timedelta(days=7))
    ]


class RhythmForm(forms.Form):
    """How often the units report, and by when."""

    every = forms.ChoiceField(
        label=_("How often do the units report?"),
        choices=ReportingRhythm.Every.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often the units report.")},
    )
    fortnights_from = forms.TypedChoiceField(
        label=_("The 14 days begin on"),
        coerce=dt.date.fromisoformat,
        help_text=_("Only matters when the units report every 14 days."),
    )
    deadline_weekday = forms.TypedChoiceField(
        label=_("Deadline"),
        coerce=int,
        choices=ReportingRhythm.Weekday.choices,
        help_text=_(
            "The first such day after the period. On a public holiday the deadline moves to the next working day."
        ),
    )
    deadline_time = forms.TimeField(
        label=_("Time of the deadline"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": _("Write a time, for example 12:00."),
            "invalid": _("Write a time, for example 12:00."),
        },
    )
    reminds = forms.BooleanField(
        label=_("Remind by mail"),
        required=False,
        help_text=_("Who has not reported gets a letter four hours before the deadline, and one when it has passed."),
    )

    def __init__(self, data: Any = None, *, rhythm: ReportingRhythm) -> None:
        mondays = _mondays(rhythm, timezone.localdate())
        initial = {
            "every": rhythm.every,
            "fortnights_from": mondays[0][0],
            "deadline_weekday": rhythm.deadline_weekday,
            "deadline_time": rhythm.deadline_time,
            "reminds": rhythm.reminds,
        }
        super().__init__(data, initial=initial)
        self.fields["fortnights_from"].choices = mondays  # type: ignore[attr-defined]

    def clean_fortnights_from(self) -> dt.date:
        # The same fortnights are kept under the day they were counted from before.
        chosen: dt.date = self.cleaned_data["fortnights_from"]
        return dt.date(2024, 1, 1) + dt.timedelta(days=(chosen - dt.date(2024, 1, 1)).days % 14)


class ReportingUnitForm(forms.Form):
    """From when, until when and about which areas a unit reports."""

    valid_from = forms.DateField(
        label=_("Reports from"),
        widget=DateInput(),
        error_messages={"required": _("Choose the first day."), "invalid": _("Write a day, year first.")},
    )
    valid_to = forms.DateField(
        label=_("Reports until"),
        required=False,
        widget=DateInput(),
        help_text=_("The first day on which it no longer reports. Leave empty if there is no end."),
    )
    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(),
        label=_("About which areas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none if the unit reports about all areas."),
    )

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = Area.objects.filter(collaboration=collaboration, kind=collaboration.reporting_kind)
        # Those chosen before stay, also when an area is closed since: without any chosen the unit reports about all.
        kept = [area.pk for area in self.initial.get("areas", ())]
        shown = areas.filter(pk__in=areas.active(timezone.localdate())) | areas.filter(pk__in=kept)
        self.fields["areas"].queryset = shown.order_by("name")  # type: ignore[attr-defined]


class NewReportingUnitForm(ReportingUnitForm):
    """Which unit, from when and about which areas."""

    unit = UnitChoiceField(
        Unit.objects.none(),
        label=_("Unit"),
        empty_label=_("choose a unit"),
        error_messages={"required": _("Choose a unit.")},
        help_text=_("An administrator enters units under Organisations."),
    )
    field_order = ["unit", "valid_from", "valid_to", "areas"]

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, collaboration=collaboration, **kwargs)
        units = Unit.objects.filter(collaboration=collaboration, is_active=True, organisation__is_active=True)
        self.fields["unit"].queryset = (  # type: ignore[attr-defined]
            units.select_related("organisation").order_by("organisation__name", "name")
        )
        self.fields["valid_from"].initial = timezone.localdate
