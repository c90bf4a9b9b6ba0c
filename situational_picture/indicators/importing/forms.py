"""The forms of an import of indicators: the file with what it is, and the same choices once it has been looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms import DateInput
from situational_picture.models import IndicatorBatch

MAX_MB = 20
LAYOUTS = (
    (IndicatorBatch.Layout.TABLE, _("A table: survey shares, costs or statistics, one number a row")),
    (
        IndicatorBatch.Layout.WORKBOOK,
        _("Brå's workbook “Indikatorer för kommuners lägesbild” (not tried on Brå's file)"),
    ),
)


class IndicatorFileOptions(forms.Form):
    """What the file is, and which day it is from."""

    layout = forms.ChoiceField(
        label=_("What kind of file is it?"),
        choices=LAYOUTS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of file it is.")},
    )
    dated_on = forms.DateField(
        label=_("Which day is the file from?"),
        widget=DateInput(),
        help_text=_("The day it was fetched or made. Statistics are corrected afterwards."),
        error_messages={"required": _("Write the day."), "invalid": _("Write the day as 2026-11-22.")},
    )

    def options(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("layout", "dated_on")}


class IndicatorUploadForm(IndicatorFileOptions):
    """The first step: the file itself."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx)."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    field_order = ["file", "layout", "dated_on"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_MB * 1024 * 1024:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Divide it, for example by year."), params={"limit": MAX_MB}
            )
        return file


class IndicatorConfirmForm(IndicatorFileOptions):
    """The second step: the same choices, and the token of the file that was looked at."""

    token = forms.CharField(max_length=32)
