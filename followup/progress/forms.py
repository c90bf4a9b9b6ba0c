"""The form of whoever stands outdoors: one press for how it goes, and the rest if there is something to tell."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_plans.models import Commitment, Measure
from cause_analysis.forms import GuardedForm
from followup.models import Course, DoseKind, DosePlan, Obstacle, ObstacleCode
from followup.models.progress import LONGEST_NEWS
from followup.progress.permissions import organisations_that_tell
from followup.progress.photos import check_number
from followup.progress.queries import doses_of, parts_to_tell_of
from incidents.photos.forms import PhotosField
from partners.models import Organisation
from ui.numbers import number_words

LARGEST = 2_147_483_647


class PartField(forms.ModelChoiceField):
    """A part by who does it and what it is."""

    def label_from_instance(self, obj: Commitment) -> str:
        return f"{obj.asked_of.name}: {obj.text}"


def _number(label: Any, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LARGEST, widget=widget, **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages={"required": _("Give the day.")}, **more)


class TellForm(GuardedForm):
    """How it goes: one answer, a few words, and what it has taken."""

    course = forms.ChoiceField(
        label=_("How does it go?"),
        choices=[(value, capfirst(label)) for value, label in Course.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Press how it goes.")},
    )
    obstacle = forms.ChoiceField(
        label=_("What hinders?"),
        choices=[("", _("Choose")), *((value, capfirst(label)) for value, label in ObstacleCode.choices)],
        required=False,
    )
    since = _day(_("Since when?"), required=False)
    text = forms.CharField(
        label=_("What has been done?"),
        help_text=_("A few words. No names."),
        max_length=LONGEST_NEWS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_NEWS}),
    )
    part = PartField(
        label=_("Which part?"), queryset=Commitment.objects.none(), required=False, empty_label=_("The whole measure")
    )
    on = _day(_("Which day?"))
    hours = _number(_("Working hours since last time"))
    cost_sek = _number(_("Cost since last time, in kronor"))
    organisation = forms.ModelChoiceField(label=_("Told for"), queryset=Organisation.objects.none(), empty_label=None)
    photos = PhotosField(label=_("Photos of what is done"), required=False, check=check_number)
    client_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, user: Any, measure: Measure, part: Commitment | None = None
    ) -> None:
        own = organisations_that_tell(user, measure, part)
        initial = {
            "on": timezone.localdate(),
            "organisation": own[0].pk if own else None,
            "client_uuid": uuid.uuid4(),
        }
        super().__init__(data, files, initial=initial, auto_id="id_told_%s")
        fields: Any = self.fields
        # Asked for where something hinders; the page does not call it optional.
        fields["obstacle"].is_expected = True
        self.doses = doses_of([measure])[measure.pk]
        for dose in self.doses:
            told: Any = dose
            fields[f"dose_{dose.pk}"] = _number(
                capfirst(dose.name),
                help_text=_("Since last time. So far %(done)s of %(planned)s.")
                % {"done": number_words(told.number_done), "planned": number_words(dose.planned)},
            )
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=[one.pk for one in own]).order_by("name")
        if len(own) == 1:
            fields["organisation"].widget = forms.HiddenInput()
        if part is not None:
            del fields["part"]
        else:
            fields["part"].queryset = parts_to_tell_of(user, measure)

    @property
    def dose_fields(self) -> list[Any]:
        """The fields of the planned doses, as the page shows them."""
        return [self[f"dose_{dose.pk}"] for dose in self.doses]

    def values(self) -> dict[str, Any]:
        """What the action is asked for."""
        said = {name: value for name, value in self.cleaned_data.items() if not name.startswith(("dose_", "photos"))}
        said["course"] = Course(said["course"])
        # What hinders is left standing in the form when somebody presses another answer.
        hinders = said["course"] == Course.HINDERED and said["obstacle"]
        said["obstacle"] = ObstacleCode(said["obstacle"]) if hinders else None
        said["since"] = said["since"] if hinders else None
        said["doses"] = {dose.pk: amount for dose in self.doses if (amount := self.cleaned_data.get(f"dose_{dose.pk}"))}
        return said


class DoseForm(GuardedForm):
    """How much of what a measure is to give. Only what is changed is written."""

    word = forms.CharField(
        label=_("Something else"), max_length=40, required=False, help_text=_("In your own word, in the plural.")
    )
    own = _number(_("How many of them?"))

    def __init__(self, data: Any = None, *, measure: Measure) -> None:
        self.planned = {(DoseKind(one.kind), one.word): one for one in measure.doses.all()}
        super().__init__(data, auto_id="id_dose_%s")
        fields: Any = self.fields
        self.keys: dict[str, tuple[DoseKind, str]] = {}
        for kind in DoseKind:
            if kind != DoseKind.OWN:
                self._add(fields, str(kind), (kind, ""), capfirst(kind.label))
        for (kind, word), dose in self.planned.items():
            if kind == DoseKind.OWN:
                self._add(fields, f"own_{dose.pk}", (kind, word), capfirst(word))
        self.order_fields([name for name in fields if name not in {"word", "own"}])

    def _add(self, fields: Any, name: str, key: tuple[DoseKind, str], label: Any) -> None:
        dose: DosePlan | None = self.planned.get(key)
        fields[name] = _number(label)
        # What stood there when the page was opened: what another has changed meanwhile stays.
        fields[f"was_{name}"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        self.initial[name] = self.initial[f"was_{name}"] = dose.planned if dose else None
        self.keys[name] = key

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if bool(said.get("word", "").strip()) != bool(said.get("own")):
            self.add_error("own" if said.get("word", "").strip() else "word", _("Give both the word and how many."))
        return said

    def changed(self) -> dict[tuple[DoseKind, str], int | None]:
        """What is to be written."""
        said = self.cleaned_data
        found: dict[tuple[DoseKind, str], int | None] = {
            key: said[name] or None
            for name, key in self.keys.items()
            if (said[name] or None) != (said[f"was_{name}"] or None)
        }
        if said["own"]:
            found[(DoseKind.OWN, " ".join(said["word"].lower().split()))] = said["own"]
        return found


class ResolveForm(forms.Form):
    """On which day an obstacle was out of the way; today where nobody says."""

    on = _day(_("Out of the way on"), required=False)

    def __init__(self, data: Any = None, *, obstacle: Obstacle) -> None:
        super().__init__(data, initial={"on": timezone.localdate()}, auto_id=f"id_resolve_{obstacle.pk}_%s")
