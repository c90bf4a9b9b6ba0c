"""The form in which a picture is written: plain fields, so that it works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from situational_picture.models import Picture
from situational_picture.writing import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_ROWS,
    SECTIONS,
    ComingEvent,
    PriorityPlace,
    Section,
    Written,
    selection_query,
)

# What stands in the list of selections: a query, and what it is called.
Choices = list[tuple[str, str]]
EMPTY_ROWS = 1


def _text(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_TEXT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_TEXT}),
    )


class WritingForm(forms.Form):
    """The assessed state with its motive, the joint assessment and the sections."""

    text_version = forms.IntegerField(widget=forms.HiddenInput)
    assessed_state = forms.ChoiceField(
        label=_("Assessed state"),
        required=False,
        choices=[("", _("Not assessed")), *((value, capfirst(label)) for value, label in Picture.State.choices)],
    )
    assessed_motive = _text(_("Why?"), 3, _("What makes you assess it so? Needed when a state is chosen."))
    assessment = _text(_("Joint assessment"), 8, _("What you see together: the most important, and what it means."))
    is_confirmed = forms.BooleanField(
        label=_("I have read the text again: it does not point at any person"), required=False
    )

    HELP: Mapping[str, Any] = {
        "police": _("What the police want to say about their figures: what they cover and what they leave out."),
        "partners": _("What the others want to say about their observations: who has looked, and where nobody has."),
    }

    def __init__(self, data: Any = None, *, written: Written, text_version: int, selections: Choices) -> None:
        self.written = written
        initial: dict[str, Any] = {
            "text_version": text_version,
            "assessed_state": written.assessed_state,
            "assessed_motive": written.assessed_motive,
            "assessment": written.assessment,
        }
        for key in SECTIONS:
            section = written.sections.get(key, Section())
            initial |= {
                f"section_{key}": section.text,
                f"selection_{key}": section.selection_query,
                f"selection_name_{key}": section.selection_name,
            }
        super().__init__(data, initial=initial)
        self.selections = dict(selections)
        for key, title in SECTIONS.items():
            kept = written.sections.get(key, Section())
            own = [(kept.selection_query, kept.selection_name)] if kept.selection_query not in self.selections else []
            self.fields[f"section_{key}"] = _text(title, 4, self.HELP.get(key, ""))
            self.fields[f"selection_{key}"] = forms.ChoiceField(
                label=_("Supported by"), required=False, choices=[("", _("No selection")), *own, *selections]
            )
            self.fields[f"selection_address_{key}"] = forms.CharField(
                label=_("Another selection"),
                required=False,
                max_length=1000,
                help_text=_("Filter the list of reports as you want it, and paste the address of the page here."),
            )
            self.fields[f"selection_name_{key}"] = forms.CharField(
                label=_("What the selection is called"), required=False, max_length=LONGEST_LINE
            )

    def parts(self) -> dict[str, dict[str, Any]]:
        """Each section's fields together, by the section's name."""
        return {
            key: {
                "text": self[f"section_{key}"],
                "selection": self[f"selection_{key}"],
                "address": self[f"selection_address_{key}"],
                "name": self[f"selection_name_{key}"],
                "is_open": bool(self[f"selection_address_{key}"].errors),
                "chosen": self[f"selection_name_{key}"].value() if self[f"selection_{key}"].value() else "",
            }
            for key in SECTIONS
        }

    def clean(self) -> dict[str, Any]:
        """Read what was pasted: an address without any filter is not a selection."""
        cleaned: dict[str, Any] = super().clean() or {}
        for key in SECTIONS:
            address = cleaned.get(f"selection_address_{key}", "")
            if address and not selection_query(address):
                refusal = ValidationError(
                    _("The address has no filter of the list of reports. Choose a category or a place there first.")
                )
                self.add_error(f"selection_address_{key}", refusal)
        return cleaned

    def section(self, key: str) -> Section:
        """What a valid form says about one section."""
        query = self.cleaned_data[f"selection_{key}"]
        name = self.cleaned_data[f"selection_name_{key}"]
        before = self.written.sections.get(key, Section())
        pasted = selection_query(self.cleaned_data[f"selection_address_{key}"])
        if pasted:
            query, name = pasted, name or str(_("Own selection"))
        elif query and (not name or (query != before.selection_query and name == before.selection_name)):
            # Another selection is chosen: the name of the one before does not fit it.
            name = self.selections.get(query, name)
        return Section(
            text=self.cleaned_data[f"section_{key}"],
            selection_query=query,
            selection_name=name if query else "",
        )


class ComingEventForm(forms.Form):
    """One row: a day, a place and what is going to happen. An empty row is left out."""

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(label=_("Where"), required=False, max_length=LONGEST_LINE)
    what = forms.CharField(label=_("What is coming"), required=False, max_length=LONGEST_LINE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("what") and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Say which day."))
        if (cleaned.get("day") or cleaned.get("place")) and not cleaned.get("what"):
            self.add_error("what", _("Say what is coming, or empty the row."))
        return cleaned


class PriorityPlaceForm(forms.Form):
    """One row: its number in the order, the place, and why it comes there. An empty row is left out."""

    order = forms.IntegerField(
        label=_("Order"),
        required=False,
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    name = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"list": "writing-places", "autocomplete": "off"}),
    )
    why = forms.CharField(
        label=_("Why there first"),
        required=False,
        max_length=LONGEST_LINE * 2,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("why") and not cleaned.get("name"):
            self.add_error("name", _("Say which place."))
        if cleaned.get("name") and not cleaned.get("why"):
            self.add_error("why", _("Say why this place comes first."))
        return cleaned


ComingEvents = forms.formset_factory(
    ComingEventForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)
PriorityPlaces = forms.formset_factory(
    PriorityPlaceForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


class Writing:
    """The form and its two lists of rows as one thing: read, check, show."""

    def __init__(self, picture: Picture, selections: Choices, data: Any = None) -> None:
        written = Written.of(picture)
        self.form = WritingForm(data, written=written, text_version=picture.text_version, selections=selections)
        coming = [vars(event) for event in written.coming_events]
        priorities = [
            {"order": number, "name": place.name, "why": place.why}
            for number, place in enumerate(written.priority_places, start=1)
        ]
        # What is kept is for a page that is opened. To a page that saves for the second time it would mean that a row
        # it has added is as it was, and such a row counts as left empty.
        self.coming = ComingEvents(data, prefix="coming", initial=coming if data is None else None)
        self.priorities = PriorityPlaces(data, prefix="priority", initial=priorities if data is None else None)
        self.asks_to_confirm = False

    def is_valid(self) -> bool:
        """All three, so that every fault is told at once."""
        return all([self.form.is_valid(), self.coming.is_valid(), self.priorities.is_valid()])

    def written(self, places: Mapping[str, int]) -> Written:
        """What a valid form says; `places` are the named places, by casefolded name."""
        coming = [row.cleaned_data for row in self.coming if row.cleaned_data.get("what")]
        ranked = [(row.cleaned_data, number) for number, row in enumerate(self.priorities, start=1)]
        ranked = [(row, number) for row, number in ranked if row.get("name")]
        # Without a number a row comes where it stands; of two with the same number the one moved comes first.
        ranked.sort(key=lambda pair: (pair[0]["order"] or pair[1], pair[0]["order"] == pair[1]))
        return Written(
            assessed_state=self.form.cleaned_data["assessed_state"],
            assessed_motive=self.form.cleaned_data["assessed_motive"],
            assessment=self.form.cleaned_data["assessment"],
            sections={key: self.form.section(key) for key in SECTIONS},
            coming_events=tuple(ComingEvent(**row) for row in coming),
            priority_places=tuple(
                PriorityPlace(name=row["name"], why=row["why"], place=places.get(row["name"].casefold()))
                for row, _number in ranked
            ),
        )

    def add_faults(self, faults: Mapping[str, Iterable[str]]) -> None:
        """Put what the action refused under its fields; a row's name says its list, number and field."""
        for name, sentences in faults.items():
            if name in self.form.fields:
                for sentence in sentences:
                    self.form.add_error(name, sentence)
            else:
                # A text of a row: said on top, since rows move when they are put in order.
                for sentence in sentences:
                    self.form.add_error(None, sentence)

    def errors(self) -> dict[str, list[str]]:
        """Every fault by the name of its field in the page."""
        found = {self.form.add_prefix(name): [str(s) for s in said] for name, said in self.form.errors.items()}
        for rows in (self.coming, self.priorities):
            for row in rows:
                found |= {row.add_prefix(name): [str(s) for s in said] for name, said in row.errors.items()}
            if rows.non_form_errors():
                found[str(rows.prefix)] = [str(sentence) for sentence in rows.non_form_errors()]
        return found
