"""The forms of the measures library: its filters, and a card of the collaboration's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from action_plans.library.actions import LONGEST_SOURCE, MOST_SOURCES
from action_plans.library.cards import HEADS
from action_plans.measures import techniques
from action_plans.models import Effect, MethodCard, SourceKind, Strength
from action_plans.models.library import LONGEST_HEAD
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Controller, Side

ANY = pgettext_lazy("filter of the measures library", "All")
LONGEST_WORDS = 100


class LibraryFilterForm(forms.Form):
    """Which cards are shown. What cannot be read filters nothing."""

    side = forms.ChoiceField(label=_("Side of the problem"), required=False, choices=[("", ANY), *Side.choices])
    controller = forms.ChoiceField(label=_("About control"), required=False, choices=[("", ANY), *Controller.choices])
    technique = forms.ChoiceField(label=_("Technique"), required=False)
    strength = forms.TypedChoiceField(
        label=_("Evidence, at least"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", ANY), *Strength.choices[:0:-1]],
    )
    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": LONGEST_WORDS}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        chosen: Any = self.fields["technique"]
        chosen.choices = [("", ANY), *techniques.grouped()]
        for field in self.fields.values():
            # A filter is never asked for: nothing says of it that it may be left out.
            field.is_expected = True  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """What is asked for, without what could not be read."""
        self.is_valid()
        said = getattr(self, "cleaned_data", {})
        return {
            "side": said.get("side", ""),
            "controller": said.get("controller", ""),
            "technique": said.get("technique", ""),
            "strength": said.get("strength"),
            "words": said.get("q", ""),
        }


def _head(name: str, help_text: Any = "") -> forms.CharField:
    label: Any = HEADS[name]
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_HEAD,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_HEAD}),
        help_text=help_text,
    )


class SourceForm(forms.Form):
    """One source of a card. A line left empty is none."""

    kind = forms.ChoiceField(label=_("Kind of source"), required=False, choices=[("", "–"), *SourceKind.choices])
    title = forms.CharField(
        label=_("What it is called, and who made it"),
        required=False,
        max_length=LONGEST_SOURCE,
        widget=forms.TextInput(attrs={"maxlength": LONGEST_SOURCE}),
    )
    url = forms.URLField(
        label=_("Address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        error_messages={"invalid": _("Write the source's whole address, beginning with https://")},
    )
    read_on = forms.DateField(
        label=_("Read on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    # What it is called on the page: “Source 2”.
    heading: str = ""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        missing = [name for name in self.fields if not said.get(name) and name not in self.errors]
        if self.is_named and missing:
            for name in missing:
                self.add_error(name, _("Fill in this too, or empty the whole line."))
        return said

    @property
    def is_named(self) -> bool:
        """Whether somebody has written anything in the line."""
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.fields)

    @property
    def is_open(self) -> bool:
        """Whether there is something in the line to see."""
        return self.is_named if self.is_bound else bool(self.initial)


class MethodForm(GuardedForm):
    """A card of the collaboration's own, with its sources."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    title = forms.CharField(
        label=_("What is the method called?"),
        max_length=120,
        widget=forms.TextInput(attrs={"maxlength": 120}),
        error_messages={"required": _("Say what the method is called.")},
    )
    what = forms.CharField(
        label=_("What is done?"),
        max_length=LONGEST_HEAD,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_HEAD}),
        error_messages={"required": _("Say what is done.")},
    )
    technique = forms.ChoiceField(label=_("Technique"), required=False)
    sides = forms.MultipleChoiceField(
        label=_("Which side of a problem does it affect?"),
        choices=Side.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one side of the problem.")},
    )
    controllers = forms.MultipleChoiceField(
        label=_("Whose control is it about?"),
        choices=Controller.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose whose control it is about.")},
    )
    effect = forms.ChoiceField(label=_("What do the sources say of its effect?"), choices=Effect.choices)
    strength = forms.TypedChoiceField(
        label=_("How strong is the evidence?"),
        choices=Strength.choices,
        coerce=int,
        help_text=_("Strong takes a review of many studies; a single trial or comparison gives some evidence."),
    )
    evidence = _head("evidence", _("Only what the sources say, in your own words."))
    mechanism = _head("mechanism")
    moderators = _head("moderators")
    implementation = _head("implementation")
    economy = _head("economy")

    def __init__(self, data: Any = None, *, card: MethodCard | None = None) -> None:
        initial = {"effect": Effect.NOT_EVALUATED, "strength": 0}
        if card is not None:
            initial = {name: getattr(card, name) for name in self.base_fields if hasattr(card, name)}
        super().__init__(data, initial=initial)
        chosen: Any = self.fields["technique"]
        chosen.choices = [("", _("None in particular")), *techniques.grouped()]
        known: list[dict[str, Any]] = list(card.sources) if card is not None else []
        self.sources = [
            SourceForm(
                data,
                prefix=f"source{place}",
                initial={**known[place], "read_on": dt.date.fromisoformat(known[place]["read_on"])}
                if place < len(known)
                else {},
            )
            for place in range(MOST_SOURCES)
        ]
        for number, source in enumerate(self.sources, 1):
            source.heading = gettext("Source %(number)s") % {"number": number}

    def is_valid(self) -> bool:
        """Both the card and its sources are filled in as they can be."""
        return all([super().is_valid(), *(one.is_valid() for one in self.sources)])

    def said(self) -> dict[str, Any]:
        """What the action takes."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "row_version"}
        return {**values, "sources": [one.cleaned_data for one in self.sources if one.is_named]}

    @property
    def forms_within(self) -> list[SourceForm]:
        """The forms within it, whose errors are told on top with its own."""
        return self.sources

    @property
    def texts(self) -> list[Any]:
        """The fields under the five heads, as the page shows them."""
        return [self[name] for name in HEADS]
