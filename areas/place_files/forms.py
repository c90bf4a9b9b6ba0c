"""The forms of the place file: what was seen, and who answers for the place at which hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from areas.models import Place, PlaceFeature, PlaceManager
from areas.place_files import rules
from areas.queries import allowed_words
from partners.forms import DateInput
from partners.models import Organisation
from partners.rules import keeps_no_persons
from ui.days import weekday_names

HOURS = [(str(hour), f"{hour:02d}") for hour in range(25)]


class ConfirmedTextsForm(forms.Form):
    """A form whose texts the guard reads: weak hits ask the writer to read again and say that no person is meant."""

    is_text_confirmed = forms.BooleanField(
        label=_("I have read the text again: it does not point at any person"), required=False
    )
    TEXTS: tuple[str, ...] = ()

    def __init__(self, *args: Any, place: Place, is_strict: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.place, self.is_strict = place, is_strict
        # Whether the page asks for the confirmation.
        self.asks_to_confirm = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        faults = rules.text_faults(
            {name: cleaned.get(name, "") for name in self.TEXTS},
            allowed=allowed_words(self.place.collaboration_id),
            is_confirmed=cleaned.get("is_text_confirmed", False),
            is_strict=self.keeps_no_persons(cleaned),
        )
        self.asks_to_confirm = faults.is_asked
        for name, sentences in faults.sentences.items():
            for sentence in sentences:
                self.add_error(name, sentence)
        return cleaned

    def keeps_no_persons(self, cleaned: dict[str, Any]) -> bool:
        """Whether a text that may point at a person is refused, and not only asked about."""
        return self.is_strict


class PlaceFeatureForm(ConfirmedTextsForm):
    """One thing that was seen of a place."""

    TEXTS = ("detail", "note")

    kind = forms.ChoiceField(
        label=_("What did you look at?"), error_messages={"required": _("Choose what you looked at.")}
    )
    detail = forms.CharField(
        label=_("Which part of the place?"),
        required=False,
        max_length=80,
        help_text=_("For example “the north entrance”. Write it the same way each time. Needed for something else."),
    )
    state = forms.ChoiceField(
        label=_("How is it?"), widget=forms.RadioSelect, error_messages={"required": _("Choose how it is.")}
    )
    note = forms.CharField(
        label=_("What did you see?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text=_("Write about the place, never about persons."),
    )
    observed_on = forms.DateField(
        label=_("Seen on"),
        widget=DateInput(),
        error_messages={"required": _("Write the day it was seen."), "invalid": _("Write a day, year first.")},
    )
    organisation = forms.ModelChoiceField(
        label=_("Who saw it?"),
        queryset=Organisation.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose which organisation saw it.")},
    )
    field_order = ["kind", "detail", "state", "note", "is_text_confirmed", "observed_on", "organisation"]

    STATES = {
        PlaceFeature.State.GOOD: _("Good: as it should be"),
        PlaceFeature.State.DEFECT: _("A defect: should be mended"),
        PlaceFeature.State.URGENT: _("Urgent: cannot wait"),
        PlaceFeature.State.NEUTRAL: _("A fact: neither good nor bad"),
    }

    def __init__(self, *args: Any, place: Place, organisations: Sequence[Organisation], **kwargs: Any):
        super().__init__(*args, place=place, **kwargs)
        kinds = [(value, capfirst(str(label))) for value, label in PlaceFeature.Kind.choices]
        self.fields["kind"].choices = [("", _("Choose")), *kinds]  # type: ignore[attr-defined]
        self.fields["state"].choices = list(self.STATES.items())  # type: ignore[attr-defined]
        own = [organisation.pk for organisation in organisations]
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=own).order_by("name")  # type: ignore[attr-defined]
        if len(own) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()
            self.fields["organisation"].initial = own[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == PlaceFeature.Kind.OTHER and not cleaned.get("detail") and "detail" not in self.errors:
            self.add_error("detail", str(_("Say what it is.")))
        return cleaned

    def keeps_no_persons(self, cleaned: dict[str, Any]) -> bool:
        organisation = cleaned.get("organisation")
        return organisation is not None and keeps_no_persons(organisation)

    def observation(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {name: self.cleaned_data[name] for name in self.field_order}


class PlaceManagerForm(ConfirmedTextsForm):
    """Who answers for the place on some weekdays between two hours."""

    TEXTS = ("outside_party", "task")

    party = forms.ChoiceField(
        label=_("Who answers for the place?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who answers for the place then.")},
    )
    organisation = forms.ModelChoiceField(
        label=_("Which partner?"), required=False, queryset=Organisation.objects.none(), empty_label=_("Choose")
    )
    outside_party = forms.CharField(
        label=_("Who else?"),
        required=False,
        max_length=120,
        help_text=_("A shop, a guard firm, a club: what it is called, never a person."),
    )
    task = forms.CharField(
        label=_("What do they do there?"),
        required=False,
        max_length=200,
        help_text=_("For example “rounds each hour” or “has the shop open”."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which weekdays?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one weekday.")},
    )
    from_hour = forms.TypedChoiceField(label=_("From which hour?"), coerce=int, choices=HOURS[:24])
    to_hour = forms.TypedChoiceField(
        label=_("Until which hour?"),
        coerce=int,
        choices=HOURS[1:],
        help_text=_("The whole day is 00 to 24. Hours past midnight, such as 22 to 06, follow the chosen weekdays."),
    )
    valid_from = forms.DateField(
        label=_("From which day?"),
        widget=DateInput(),
        error_messages={"required": _("Choose the first day."), "invalid": _("Write a day, year first.")},
    )
    field_order = [
        "party", "organisation", "outside_party", "task", "is_text_confirmed", "weekdays", "from_hour", "to_hour",
        "valid_from",
    ]  # fmt: skip

    PARTIES = {
        PlaceManager.Party.ORGANISATION: _("A partner"),
        PlaceManager.Party.OUTSIDE: _("Somebody who is not a partner"),
        PlaceManager.Party.NOBODY: _("Nobody: we know that no one does"),
    }

    def __init__(self, *args: Any, place: Place, today: dt.date, **kwargs: Any):
        initial = {"weekdays": list(range(7)), "from_hour": 0, "to_hour": 24, "valid_from": today}
        super().__init__(*args, place=place, initial=initial, **kwargs)
        self.fields["party"].choices = list(self.PARTIES.items())  # type: ignore[attr-defined]
        self.fields["weekdays"].choices = list(enumerate(weekday_names()))  # type: ignore[attr-defined]
        partners = Organisation.objects.filter(collaboration_id=place.collaboration_id, is_active=True)
        self.fields["organisation"].queryset = partners.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        party = cleaned.get("party")
        if party == PlaceManager.Party.ORGANISATION and not cleaned.get("organisation"):
            self.add_error("organisation", str(_("Choose which partner it is.")))
        if party == PlaceManager.Party.OUTSIDE and not cleaned.get("outside_party") and not self.errors:
            self.add_error("outside_party", str(_("Write who it is: a shop, a firm or a club.")))
        # What was written under a choice that was changed afterwards is left aside.
        if party != PlaceManager.Party.ORGANISATION:
            cleaned["organisation"] = None
        if party != PlaceManager.Party.OUTSIDE:
            cleaned["outside_party"] = ""
        return cleaned

    def row(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {name: self.cleaned_data[name] for name in self.field_order}


class EndManagerForm(forms.Form):
    """From which day a row no longer holds."""

    day = forms.DateField(
        label=_("From which day does it no longer hold?"),
        widget=DateInput(),
        help_text=_("If it was wrong from the beginning, choose its first day."),
        error_messages={"required": _("Choose a day."), "invalid": _("Write a day, year first.")},
    )
