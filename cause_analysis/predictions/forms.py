"""The form of a prediction: which template, and the fields that template asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from areas.access import descendants
from areas.models import Place
from areas.models.place_file import PlaceFeature
from cause_analysis.causes.permissions import organisations_to_bring_for
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Cause
from cause_analysis.models.predictions import LONGEST_PREDICTION, Claim, SchoolDates, Template
from cause_analysis.predictions.rules import FARTHEST_M, LONGEST_DAYS, NEAREST_M
from incidents.models import Category
from ui.days import weekday_names

# The fields of each template, in the order they are asked.
FIELDS: dict[Template, tuple[str, ...]] = {
    Template.NEAR: ("place", "distance_m", "from_h", "to_h"),
    Template.HOURS: ("from_h", "to_h", "weekdays", "compared_with"),
    Template.WEEKDAYS: ("weekdays", "compared_with"),
    Template.SEASON: ("months", "compared_with"),
    Template.SCHOOL: ("kind", "compared_with"),
    Template.SINCE: ("day", "compared_with"),
    Template.FEATURE: ("feature", "states"),
    Template.AGAIN: ("within_days",),
    Template.AFTER: ("category", "within_days", "at_same_place"),
}
# Asked for, but may be left empty.
OPTIONAL = {(Template.NEAR, "from_h"), (Template.NEAR, "to_h"), (Template.HOURS, "weekdays")}
COMPARED = [("others", _("The other events of the area")), ("time", _("The hours or days themselves"))]


def _months() -> list[tuple[int, str]]:
    from django.utils.dates import MONTHS

    return [(number, capfirst(str(name))) for number, name in MONTHS.items()]


class PredictionForm(GuardedForm):
    """What the reports should show if the cause is true."""

    claim = forms.ChoiceField(
        label=_("More or fewer events than to be expected?"),
        choices=[(value, capfirst(label)) for value, label in Claim.choices],
        initial=Claim.MORE,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Why should the reports show it?"),
        help_text=_("In a sentence, without persons. It stands beside what they show."),
        max_length=LONGEST_PREDICTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_PREDICTION}),
    )

    def __init__(self, data: Any = None, *, user: Any, cause: Cause, template: Template) -> None:
        super().__init__(data)
        self.template = template
        collaboration_id = cause.collaboration_id
        for name in FIELDS[template]:
            field = self._field(name, cause)
            field.required = field.required and (template, name) not in OPTIONAL
            self.fields[name] = field
        organisations = organisations_to_bring_for(user, collaboration_id)
        own = user.memberships_in(collaboration_id)
        self.fields["organisation"] = forms.ModelChoiceField(
            organisations, label=_("Stated by"), empty_label=None, initial=own[0].organisation_id if own else None
        )
        # Last, and shown only when the guard has asked.
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")
        self.order_fields(["claim", *FIELDS[template], "text", "organisation", "is_confirmed"])

    def _field(self, name: str, cause: Cause) -> forms.Field:
        here = {"collaboration_id": cause.collaboration_id}
        if name == "place":
            area_ids = descendants(cause.collaboration_id, [cause.analysis.problem.area_id])
            places = Place.objects.filter(**here, area_id__in=area_ids).order_by("sort_key")
            return forms.ModelChoiceField(places, label=_("Which place?"), empty_label=_("Choose"))
        if name == "distance_m":
            return forms.IntegerField(
                label=_("Within how many metres?"), min_value=NEAREST_M, max_value=FARTHEST_M, initial=100
            )
        if name == "from_h":
            return forms.IntegerField(
                label=_("From which hour?"), help_text=_("A whole hour, 0 to 23."), min_value=0, max_value=23
            )
        if name == "to_h":
            return forms.IntegerField(
                label=_("Up to which hour?"),
                help_text=_("A whole hour, 1 to 24. Over midnight where it is the smaller one."),
                min_value=1,
                max_value=24,
            )
        if name == "weekdays":
            return forms.TypedMultipleChoiceField(
                label=_("Which weekdays?"),
                choices=list(enumerate(weekday_names())),
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
            )
        if name == "months":
            return forms.TypedMultipleChoiceField(
                label=_("Which months?"), choices=_months(), coerce=int, widget=forms.CheckboxSelectMultiple
            )
        if name == "kind":
            return forms.ChoiceField(
                label=_("Terms or holidays?"),
                choices=[(value, capfirst(label)) for value, label in SchoolDates.Kind.choices],
                initial=SchoolDates.Kind.HOLIDAY,
            )
        if name == "day":
            return forms.DateField(label=_("From which day on?"), widget=forms.DateInput(attrs={"type": "date"}))
        if name == "feature":
            return forms.ChoiceField(
                label=_("Which feature?"),
                choices=[(value, capfirst(label)) for value, label in PlaceFeature.Kind.choices],
            )
        if name == "states":
            return forms.MultipleChoiceField(
                label=_("And what is it like there?"),
                choices=[(value, capfirst(label)) for value, label in PlaceFeature.State.choices],
                initial=[PlaceFeature.State.DEFECT, PlaceFeature.State.URGENT],
                widget=forms.CheckboxSelectMultiple,
            )
        if name == "within_days":
            return forms.IntegerField(label=_("Within how many days?"), min_value=1, max_value=LONGEST_DAYS, initial=14)
        if name == "category":
            kinds = Category.objects.filter(**here, kind=Category.Kind.EVENT).order_by("position", "code")
            return forms.ChoiceField(label=_("After which category?"), choices=[(one.code, str(one)) for one in kinds])
        if name == "at_same_place":
            return forms.BooleanField(label=_("Only at the same place"), required=False)
        return forms.ChoiceField(label=_("Held against what?"), choices=COMPARED, initial="others")

    def parameters(self) -> dict[str, Any]:
        """What a valid form says, as it is kept."""
        found: dict[str, Any] = {}
        for name in FIELDS[self.template]:
            value = self.cleaned_data[name]
            if name == "place":
                value = value.pk
            elif name == "day":
                value = value.isoformat()
            if value not in (None, "", []):
                found[name] = value
        return found


class SchoolDatesForm(forms.Form):
    """A term or a holiday."""

    kind = forms.ChoiceField(
        label=_("Term or holiday?"),
        choices=[(value, capfirst(label)) for value, label in SchoolDates.Kind.choices],
        initial=SchoolDates.Kind.HOLIDAY,
    )
    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
