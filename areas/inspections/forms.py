"""What is filled in: an inspection or a stop, a walk, a correction, a mark in a photo, a checklist."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from areas.inspections import rules
from areas.inspections.checklists import MOST_ITEMS, Item, current_version, items_of
from areas.inspections.permissions import inspectable_places
from areas.inspections.rules import Answers
from areas.models import (
    Area,
    ChecklistKind,
    ChecklistVersion,
    ItemState,
    Place,
    PlaceFeature,
    SafetyInspection,
)
from areas.models.inspections import LONGEST_ITEM, LONGEST_NOTE
from areas.queries import allowed_words
from common.errors import NotPossible
from partners.models import Collaboration
from partners.rules import keeps_no_persons
from privacy import images
from privacy.validators import names_no_person

SAFETY = [("5", _("5 very safe")), ("4", "4"), ("3", "3"), ("2", "2"), ("1", _("1 very unsafe"))]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo that came with a form: of which item, what was sent, and the picture made of it."""

    key: str
    data: bytes
    made: images.Made

    def number(self, inspection: uuid.UUID) -> uuid.UUID:
        """Its own number: the same file sent again for the same item is the same photo."""
        return uuid.uuid5(inspection, f"photo:{self.key}:{sha256(self.data).hexdigest()}")


class NoteInput(forms.Textarea):
    """A note of a line or two; the empty placeholder lets the stylesheet see that nothing is written."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 2, "placeholder": " ", "maxlength": LONGEST_NOTE})


class InspectionForm(forms.Form):
    """An inspection or a walk's stop: who and when, and for each item of the checklist a state, a note and a photo."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    inspection = forms.IntegerField(widget=forms.HiddenInput, required=False)
    photos = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    place = forms.ModelChoiceField(
        label=_("Which place?"),
        queryset=Place.objects.none(),
        empty_label=_("choose a place"),
        error_messages={
            "required": _("Choose the place."),
            "invalid_choice": _("You cannot inspect that place, or it is no longer in use. Choose another."),
        },
    )
    inspected_on = forms.DateField(
        label=_("Which day?"),
        widget=DAY,
        error_messages={"required": _("Write the day."), "invalid": _("Write the day as 2026-11-22.")},
    )
    participants = forms.CharField(
        label=_("Who takes part?"),
        required=False,
        max_length=300,
        help_text=_("Functions, never names: caretaker, community police officer."),
    )
    safety = forms.TypedChoiceField(
        label=_("How safe does it feel here?"),
        required=False,
        choices=SAFETY,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    felt_safe = forms.CharField(label=_("What makes it feel safe?"), required=False, widget=NoteInput)
    felt_unsafe = forms.CharField(label=_("What makes it feel unsafe?"), required=False, widget=NoteInput)
    is_text_confirmed = forms.BooleanField(
        label=_("I have read the notes again: they do not point at any person."), required=False
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: Any,
        collaboration: Collaboration,
        inspection: SafetyInspection | None = None,
        place: Place | None = None,
    ):
        self.user, self.collaboration, self.stored = user, collaboration, inspection
        self.checklist = inspection.checklist_version if inspection else self._version_of(data)
        self.items = items_of(self.checklist)
        super().__init__(data, files, initial=self._initial(place))
        if inspection is None:
            self.fields["place"].queryset = inspectable_places(user, collaboration).select_related("area")  # type: ignore[attr-defined]
        else:
            del self.fields["place"]
        if self.is_stop:
            del self.fields["inspected_on"], self.fields["participants"]
        else:
            del self.fields["safety"], self.fields["felt_safe"], self.fields["felt_unsafe"]
        for item in self.items:
            self._add_item(item)
        self.asks_to_confirm = False

    def _version_of(self, data: Any) -> ChecklistVersion:
        """The version the page was made of, so that a list changed meanwhile loses nobody's answers."""
        asked = str(data.get("version", "")) if data else ""
        if asked.isascii() and asked.isdecimal() and len(asked) < 19:
            rows = ChecklistVersion.objects.select_related("checklist").filter(collaboration=self.collaboration)
            found = rows.filter(pk=int(asked), checklist__kind=ChecklistKind.INSPECTION).first()
            if found is not None:
                return found
        return current_version(self.collaboration, ChecklistKind.INSPECTION)

    def _initial(self, place: Place | None) -> dict[str, Any]:
        if self.stored is None:
            return {
                "client_uuid": uuid.uuid4(), "version": self.checklist.pk, "inspected_on": timezone.localdate(),
                "place": place.pk if place else None,
            }  # fmt: skip
        one = self.stored
        initial = {
            "client_uuid": uuid.uuid4(), "version": self.checklist.pk, "row_version": one.row_version,
            "inspection": one.pk, "inspected_on": one.inspected_on, "participants": one.participants,
            "safety": str(one.safety or ""), "felt_safe": one.felt_safe, "felt_unsafe": one.felt_unsafe,
        }  # fmt: skip
        for item in one.items.all():
            initial[f"state-{item.key}"], initial[f"note-{item.key}"] = item.state, item.note
        return initial

    @property
    def is_stop(self) -> bool:
        """Whether it is a stop of a walk."""
        return self.stored is not None and self.stored.walk_id is not None

    def _add_item(self, item: Item) -> None:
        self.fields[f"state-{item.key}"] = forms.ChoiceField(
            label=item.text, required=False, choices=ItemState.choices, widget=forms.RadioSelect,
            initial=ItemState.NOT_LOOKED_AT,
        )  # fmt: skip
        self.fields[f"note-{item.key}"] = forms.CharField(label=_("Note"), required=False, widget=NoteInput)
        self.fields[f"photo-{item.key}"] = forms.FileField(
            label=_("Photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.stored is None and cleaned.get("client_uuid") is None:
            self.add_error(None, gettext("It has no number of its own. Fill it in again."))
        self.sent_photos = list(self._photos(cleaned))
        return cleaned

    def _photos(self, cleaned: Mapping[str, Any]) -> Iterator[SentPhoto]:
        for item in self.items:
            file = cleaned.get(f"photo-{item.key}")
            if not file:
                continue
            try:
                if file.size > settings.PHOTO_MAX_BYTES:
                    raise images.too_large()
                data = file.read()
                yield SentPhoto(item.key, data, images.made_anew(data))
            except NotPossible as no:
                self.add_error(f"photo-{item.key}", no.messages)

    def clean_photos(self) -> list[str]:
        """The numbers of the photos that a device sends afterwards."""
        try:
            asked = json.loads(self.cleaned_data["photos"] or "[]")
            return [str(uuid.UUID(one)) for one in asked][: rules.MOST_PHOTOS]
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ValidationError(gettext("The photos cannot be read.")) from None

    def answers(self, *, is_finished: bool) -> Answers:
        """What was filled in, as the actions take it."""
        said = self.cleaned_data
        number, today = self.number, timezone.localdate()
        return Answers(
            inspected_on=said.get("inspected_on") or (self.stored.inspected_on if self.stored else today),
            participants=" ".join(said.get("participants", "").split()),
            states={item.key: said.get(f"state-{item.key}") or ItemState.NOT_LOOKED_AT.value for item in self.items},
            notes={
                item.key: said.get(f"note-{item.key}", "").strip()
                for item in self.items
                if said.get(f"note-{item.key}", "").strip()
            },
            safety=said.get("safety"),
            felt_safe=said.get("felt_safe", "").strip(),
            felt_unsafe=said.get("felt_unsafe", "").strip(),
            photos=[*said.get("photos", []), *(str(photo.number(number)) for photo in self.sent_photos)],
            is_finished=is_finished,
            is_text_confirmed=bool(said.get("is_text_confirmed")),
        )

    @property
    def number(self) -> uuid.UUID:
        """The inspection's own number: the stored one's, or the one the page or the device gave it."""
        if self.stored is not None:
            return self.stored.client_uuid
        number: uuid.UUID = self.cleaned_data["client_uuid"]
        return number

    def add_refusal(self, no: ValidationError, answers: Answers | None = None) -> None:
        """Put an action's sentences at the fields they speak of."""
        if answers is not None:
            organisation = self.stored.organisation if self.stored else None
            self.asks_to_confirm = rules.asks_to_confirm(
                answers,
                allowed=allowed_words(self.collaboration.pk),
                keeps_no_persons=organisation is not None and keeps_no_persons(organisation),
            )
        if not hasattr(no, "error_dict"):
            # With its code: a device tells a conflict from what has to be mended.
            self.add_error(None, no)
            return
        for name, errors in no.message_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class WalkForm(forms.Form):
    """A walk to plan: where, when, with whom, and the stops in order."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    area = forms.ModelChoiceField(
        label=_("Which area?"),
        queryset=Area.objects.none(),
        empty_label=_("choose an area"),
        to_field_name="slug",
        error_messages={"required": _("Choose the area.")},
    )
    walked_on = forms.DateField(
        label=_("Which day?"),
        widget=DAY,
        error_messages={"required": _("Write the day."), "invalid": _("Write the day as 2026-11-22.")},
    )
    participants = forms.CharField(
        label=_("Who takes part?"),
        required=False,
        max_length=300,
        help_text=_("Functions, never names: residents, caretaker, community police officer."),
    )

    def __init__(self, data: Any = None, *, areas: Any, places: Any, area: Area | None = None):
        today = timezone.localdate()
        initial = {"client_uuid": uuid.uuid4(), "walked_on": today, "area": area.slug if area else None}
        super().__init__(data, initial=initial)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.places = list(places)
        numbers = [("", "–"), *((str(n), str(n)) for n in range(1, rules.MOST_STOPS + 1))]
        for place in self.places:
            self.fields[f"stop-{place.pk}"] = forms.ChoiceField(label=place.name, choices=numbers, required=False)

    def stops(self) -> list[Any]:
        """The fields that give each place its number in the round."""
        return [self[f"stop-{place.pk}"] for place in self.places]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [(int(cleaned[name]), place) for place in self.places if cleaned.get(name := f"stop-{place.pk}")]
        chosen.sort(key=lambda pair: (pair[0], pair[1].sort_key))
        cleaned["places"] = [place for _number, place in chosen]
        if not chosen and self.places:
            self.add_error(None, gettext("Give at least one place a number: the first stop is 1."))
        return cleaned


class CorrectionForm(forms.Form):
    """Something to write beside a finished inspection."""

    key = forms.ChoiceField(label=_("What is it about?"), required=False)
    text = forms.CharField(
        label=_("What is right?"),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_NOTE}),
        error_messages={"required": _("Write what is to be corrected.")},
    )

    def __init__(self, data: Any = None, *, items: list[Item], initial: Any = None):
        super().__init__(data, initial=initial)
        self.fields["key"].choices = [("", gettext("all of it")), *((item.key, item.text) for item in items)]  # type: ignore[attr-defined]


class MarkForm(forms.Form):
    """A spot in a photo; without pointing at it, how far in from the left and from the top, in percent."""

    x = forms.FloatField(
        label=_("From the left, in percent"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        error_messages={"required": _("Press the spot in the photo, or write how far in from the left it is.")},
    )
    y = forms.FloatField(
        label=_("From the top, in percent"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        error_messages={"required": _("Press the spot in the photo, or write how far down from the top it is.")},
    )
    text = forms.CharField(
        label=_("What is to be seen there?"),
        max_length=120,
        help_text=_("For example: the lamp is broken."),
        error_messages={"required": _("Write what is to be seen there.")},
    )


class ChecklistItemForm(forms.Form):
    """One item of a checklist. Without a text it is left out."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    order = forms.IntegerField(label=_("Order"), required=False, min_value=1, max_value=999)
    text = forms.CharField(
        label=_("What should be in order?"), required=False, max_length=LONGEST_ITEM, validators=[names_no_person]
    )
    feature = forms.ChoiceField(
        label=_("Which feature of the place?"), required=False, choices=[("", _("none")), *PlaceFeature.Kind.choices]
    )
    part = forms.CharField(
        label=_("Which part of the place?"), required=False, max_length=80, validators=[names_no_person]
    )
    help = forms.CharField(label=_("How to look"), required=False, max_length=300, validators=[names_no_person])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An item has these; only one without a text, which is left out, does not.
        for name in ("order", "text", "feature"):
            self.fields[name].is_expected = True  # type: ignore[attr-defined]


ChecklistItems = forms.formset_factory(ChecklistItemForm, extra=3, max_num=MOST_ITEMS + 3)


def items_from(formset: Any) -> list[Item]:
    """The items a coordinator wants, in the order they were numbered."""
    filled = [
        (one.cleaned_data.get("order") or 1000 + number, number, one.cleaned_data)
        for number, one in enumerate(formset)
        if one.cleaned_data.get("text", "").strip()
    ]
    return [
        Item(
            said["key"], " ".join(said["text"].split()), said["feature"], " ".join(said["part"].split()),
            " ".join(said["help"].split()),
        )
        for _order, _number, said in sorted(filled, key=lambda row: row[:2])
    ]  # fmt: skip
