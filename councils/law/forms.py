"""The forms of the register and the year: a decision, its day, what a duty requires, and what comes back each year."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import PlanVersion
from cause_analysis.forms import GuardedForm
from councils.law import presenters, queries
from councils.models import StatutoryDecision
from councils.models.law import LONGEST_DUTY, LONGEST_REASON
from partners.models import Collaboration
from situational_picture.models import Picture


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def _words(label: Any, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.TextInput(attrs={"maxlength": longest}), **options
    )


def _text(label: Any, longest: int, rows: int = 4, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": longest})
    return forms.CharField(label=label, max_length=longest, widget=widget, **options)


class DecisionForm(GuardedForm):
    """A decision on a duty, and where it can be read."""

    FIELD_OF = {"document": "rests_on"}

    client_uuid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    decided_on = _day(_("Decided on"), error_messages={"required": _("Say on which day it was decided.")})
    decided_by_body = forms.ChoiceField(
        label=_("Decided by"),
        choices=[
            ("", _("Choose who decided")),
            *((value, capfirst(label)) for value, label in StatutoryDecision.Body.choices),
        ],
        error_messages={"required": _("Choose who decided.")},
    )
    rests_on = forms.ChoiceField(
        label=_("Document in the system"),
        required=False,
        help_text=_("Published pictures (not of weeks), decided plans and agreements."),
    )
    address = forms.URLField(
        label=_("Or its address outside"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        error_messages={"invalid": _("Write the whole address, beginning with https://")},
    )
    registry_number = _words(_("Registry number"), 40, required=False)
    document = _words(
        _("What the document is called"),
        200,
        required=False,
        help_text=_("Left empty, it is called what it is called here."),
    )

    def __init__(self, data: Any = None, *, user: Any, collaboration: Collaboration, initial: Any = None) -> None:
        super().__init__(data, initial={"client_uuid": uuid.uuid4(), **(initial or {})})
        pictures = queries.pictures_for(user, collaboration)
        versions = queries.plan_versions_for(user, collaboration)
        agreements = queries.agreements_for(user, collaboration)
        self.things = {
            **{f"picture-{one.pk}": one for one in pictures},
            **{f"plan-{one.pk}": one for one in versions},
            **{f"agreement-{one.pk}": one for one in agreements},
        }
        groups = [
            (_("Situational pictures"), [(f"picture-{one.pk}", presenters.picture_title(one)) for one in pictures]),
            (_("Decided plans"), [(f"plan-{one.pk}", presenters.version_title(one)) for one in versions]),
            (_("Agreements"), [(f"agreement-{one.pk}", one.title) for one in agreements]),
        ]
        chosen: Any = self.fields["rests_on"]
        chosen.choices = [("", _("None of these")), *(group for group in groups if group[1])]
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")

    def said(self) -> dict[str, Any]:
        """What the action takes."""
        return {**self.cleaned_data, "rests_on": self.things.get(self.cleaned_data["rests_on"])}


class DutyForm(GuardedForm):
    """What a duty requires, and whether the words have been compared with the law."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    requires = _text(
        _("What does the duty require?"),
        LONGEST_DUTY,
        help_text=_("In your own short words. Do not copy the law."),
        error_messages={"required": _("Say what the duty requires.")},
    )
    is_checked = forms.BooleanField(label=_("We have compared the words with the law"), required=False)
    checked_against = _words(
        pgettext_lazy("the text of a law", "Compared with"),
        200,
        required=False,
        help_text=_("For example the Act's number, its latest amendment and the day you read it."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")


class DueForm(GuardedForm):
    """On which day a decision is to be renewed, when it is not after 24 months."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    next_due_on = _day(
        _("To be renewed by"), required=False, help_text=_("Empty: it holds until somebody decides otherwise.")
    )
    due_reason = _text(
        _("Why that day?"), LONGEST_REASON, 3, error_messages={"required": _("Say why another day holds.")}
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")


class StrikeForm(GuardedForm):
    """Why a decision is struck out of the register."""

    reason = _text(_("What was wrong?"), LONGEST_REASON, 3, error_messages={"required": _("Say why it is struck out.")})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")


class PapersForm(forms.Form):
    """Which published pictures and decided plans go into the papers. What cannot be read chooses nothing."""

    picture = forms.MultipleChoiceField(
        label=_("Pictures"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    plan = forms.MultipleChoiceField(label=_("Decided plans"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, user: Any, collaboration: Collaboration) -> None:
        self.pictures = {str(one.pk): one for one in queries.pictures_for(user, collaboration)}
        self.versions = {str(one.pk): one for one in queries.plan_versions_for(user, collaboration)}
        latest_pictures = {one.area_id: str(one.pk) for one in reversed(self.pictures.values())}
        latest_versions = {one.plan_id: str(one.pk) for one in reversed(self.versions.values())}
        self.begins_with = {
            "picture": [pk for pk in self.pictures if pk in latest_pictures.values()],
            "plan": [pk for pk in self.versions if pk in latest_versions.values()],
        }
        super().__init__(data or None, initial=self.begins_with)
        said: Any = self.fields
        said["picture"].choices = [(pk, presenters.picture_title(one)) for pk, one in self.pictures.items()]
        said["plan"].choices = [(pk, presenters.version_title(one)) for pk, one in self.versions.items()]
        for field in self.fields.values():
            field.is_expected = True  # type: ignore[attr-defined]

    def chosen(self) -> tuple[list[Picture], list[PlanVersion]]:
        """The pictures and plans asked for; those the form begins with where nothing is asked."""
        said = self.begins_with
        if self.is_bound:
            self.is_valid()
            said = {name: self.cleaned_data.get(name, []) for name in said}
        return [self.pictures[pk] for pk in said["picture"]], [self.versions[pk] for pk in said["plan"]]


def _month(value: str) -> int:
    return int(value)


class YearEntryForm(GuardedForm):
    """Something that comes back each year."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    title = _words(_("What comes back?"), 120, error_messages={"required": _("Say what comes back.")})
    month = forms.TypedChoiceField(
        label=pgettext_lazy("of a year", "Month"),
        required=False,
        coerce=_month,
        empty_value=None,
        choices=[("", _("Not said yet")), *((number, capfirst(name)) for number, name in MONTHS.items())],
    )
    day = forms.IntegerField(
        label=_("Day of the month"),
        required=False,
        min_value=1,
        max_value=31,
        help_text=_("Empty: some time in the month."),
    )
    source = _words(_("Where is the day from?"), 200, required=False)
    is_checked = forms.BooleanField(label=_("We have checked that the day holds this year"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")
