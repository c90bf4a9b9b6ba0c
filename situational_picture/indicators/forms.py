"""The forms of indicators: what is followed, and one number of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from areas.models import Area, Place
from incidents.models import Category
from incidents.selections import Selection
from partners.forms import DateInput
from partners.models import Collaboration
from privacy.forms import GuardedForm
from situational_picture.indicators.rules import Figures, plain_figures, share_figures
from situational_picture.models import Indicator, IndicatorValue
from situational_picture.models.indicators import LONGEST_NAME, LONGEST_NOTE, LONGEST_UNIT

# What somebody makes on a page; statistics are made by their import.
KINDS = (
    (Indicator.Kind.INCIDENTS, _("Counted from the reports: the system counts them month by month")),
    (Indicator.Kind.SURVEY, _("Survey: a share of those who answered")),
    (Indicator.Kind.COST, _("Cost: kronor in a period")),
    (Indicator.Kind.PLACE_COUNT, _("People counted at a place")),
    (Indicator.Kind.BY_HAND, _("Something else, entered by hand")),
)


class IndicatorForm(GuardedForm):
    """What is followed, where its numbers come from and which ground they are of."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    name = forms.CharField(
        label=_("What is measured?"),
        max_length=LONGEST_NAME,
        help_text=_("For example “feel safe in the area in the evening” or “cost of graffiti removal”."),
        error_messages={"required": _("Say what is measured.")},
    )
    kind = forms.ChoiceField(
        label=_("Where do the numbers come from?"),
        widget=forms.RadioSelect,
        choices=KINDS,
        error_messages={"required": _("Choose where the numbers come from.")},
    )
    category = forms.MultipleChoiceField(
        label=_("Which reports?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For what is counted from the reports. None chosen: all events."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Who measures, and how. For example “Kommunen, trygghetsenkäten”."),
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=LONGEST_UNIT, required=False, help_text=_("For example kronor, visits or points.")
    )
    level = forms.ChoiceField(
        label=_("Which ground is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which ground it is about.")},
    )
    area = forms.ModelChoiceField(
        label=_("Area"), queryset=Area.objects.none(), required=False, empty_label=_("Choose an area")
    )
    place = forms.ModelChoiceField(
        label=_("Place"), queryset=Place.objects.none(), required=False, empty_label=_("choose a place")
    )
    better = forms.ChoiceField(label=_("Which way is better?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, collaboration: Collaboration, user: Any, has_values: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        said: Any = self.fields
        here = {"collaboration": collaboration}
        said["level"].choices = [(value, capfirst(str(label))) for value, label in Indicator.Level.choices]
        said["better"].choices = [(value, capfirst(str(label))) for value, label in Indicator.Better.choices]
        kinds = Category.objects.filter(**here, kind=Category.Kind.EVENT).order_by("position", "code")
        said["category"].choices = [(one.code, str(one)) for one in kinds]
        said["area"].queryset = Area.objects.visible_to(user).filter(**here).order_by("name")
        said["place"].queryset = Place.objects.visible_to(user).filter(**here).order_by("sort_key")
        self.has_values = has_values
        if has_values:
            # What its numbers are of stays; the names of things may be mended.
            for name in ("kind", "category", "level", "area", "place"):
                del self.fields[name]
        # Last, and shown only when the guard has asked.
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the actions take it."""
        said = self.cleaned_data
        names = ("name", "source", "unit", "better")
        found = {name: said[name] for name in names}
        if self.has_values:
            return found
        is_counted = said["kind"] == Indicator.Kind.INCIDENTS
        level = said["level"]
        return {
            **found,
            "kind": said["kind"],
            "level": level,
            "area": said["area"] if level == Indicator.Level.AREA else None,
            "place": said["place"] if level == Indicator.Level.PLACE else None,
            "selection": Selection(category=tuple(said["category"])).query if is_counted else "",
        }


def initial_of(indicator: Indicator) -> dict[str, Any]:
    """What the form of an indicator begins with."""
    names = ("row_version", "name", "kind", "source", "unit", "level", "area", "place", "better")
    categories = list(Selection.parse(indicator.selection).category)
    return {**{name: getattr(indicator, name) for name in names}, "category": categories}


class ValueForm(GuardedForm):
    """One number of a series, with what tells how sure it is."""

    period_from = forms.DateField(
        label=_("From and including"),
        widget=DateInput(),
        error_messages={"required": _("Write the first day."), "invalid": _("Write the day as 2026-11-22.")},
    )
    period_to = forms.DateField(
        label=_("To and including"),
        widget=DateInput(),
        error_messages={"required": _("Write the last day."), "invalid": _("Write the day as 2026-11-22.")},
    )
    successes = forms.IntegerField(
        label=_("How many said so?"), required=False, min_value=0, help_text=_("Left empty: the share in percent.")
    )
    percent = forms.FloatField(label=_("Share, percent"), required=False, localize=True)
    n = forms.IntegerField(label=_("How many answered?"), required=False, min_value=1)
    design_effect = forms.FloatField(
        label=_("Design effect"),
        required=False,
        localize=True,
        help_text=_("1 for a simple random sample. Ask whoever made the survey; weighted answers often have 1.2 to 2."),
    )
    value = forms.FloatField(label=_("Value"), required=False, localize=True)
    ci_low = forms.FloatField(
        label=_("Lower limit of the interval"), required=False, localize=True, help_text=_("Where the source gives it.")
    )
    ci_high = forms.FloatField(label=_("Upper limit of the interval"), required=False, localize=True)
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("What somebody should know who reads the number, for example that a question was new."),
    )
    is_correction = forms.BooleanField(
        label=_("This corrects the value of the period; the old one stands beside it"), required=False
    )

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any):
        kwargs["initial"] = {"design_effect": 1, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.asks_to_correct = False
        self.old: IndicatorValue | None = None
        if indicator.is_share:
            unasked = ["value", "ci_low", "ci_high"]
            # A share is never taken without it: `rules.share_figures` refuses in words.
            self.fields["n"].is_expected = True  # type: ignore[attr-defined]
        else:
            unasked = ["successes", "percent", "design_effect"]
            self.fields["n"].label = _("How many does it rest on?")
            self.fields["n"].help_text = _("Left empty where that has no meaning, as for a cost.")
            if indicator.unit:
                self.fields["value"].help_text = indicator.unit
            if indicator.kind == Indicator.Kind.COST:
                unasked += ["ci_low", "ci_high", "n"]
        for name in unasked:
            del self.fields[name]
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """What is asked; the boxes only once they are needed."""
        hidden = set()
        if not self.asks_to_confirm:
            hidden.add("is_confirmed")
        if not (self.asks_to_correct or self.data.get("is_correction")):
            hidden.add("is_correction")
        return [field for field in self if field.name not in hidden]

    def figures(self) -> Figures:
        """What a valid form says as a number of the series; raises the sentence where it says none."""
        said = self.cleaned_data
        first, last = said["period_from"], said["period_to"]
        if self.indicator.is_share:
            effect = said["design_effect"]
            return share_figures(
                first, last, n=said["n"], successes=said["successes"], percent=said["percent"],
                design_effect=1.0 if effect is None else effect,
            )  # fmt: skip
        return plain_figures(
            first, last, value=said["value"], n=said.get("n"), ci_low=said.get("ci_low"), ci_high=said.get("ci_high")
        )
