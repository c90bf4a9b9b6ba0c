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
from followup.models import Course
from followup.models.progress import LONGEST_NEWS
from followup.progress.permissions import organisations_that_tell
from followup.progress.queries import parts_to_tell_of
from partners.models import Organisation

LARGEST = 2_147_483_647


class PartField(forms.ModelChoiceField):
    """A part by who does it and what it is."""

    def label_from_instance(self, obj: Commitment) -> str:
        return f"{obj.asked_of.name}: {obj.text}"


def _number(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LARGEST, widget=widget)


class TellForm(GuardedForm):
    """How it goes: one answer, a few words, and what it has taken."""

    course = forms.ChoiceField(
        label=_("How does it go?"),
        choices=[(value, capfirst(label)) for value, label in Course.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Press how it goes.")},
    )
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
    on = forms.DateField(
        label=_("Which day?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day.")},
    )
    hours = _number(_("Working hours since last time"))
    cost_sek = _number(_("Cost since last time, in kronor"))
    organisation = forms.ModelChoiceField(label=_("Told for"), queryset=Organisation.objects.none(), empty_label=None)
    client_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: Any, measure: Measure, part: Commitment | None = None) -> None:
        own = organisations_that_tell(user, measure, part)
        initial = {
            "on": timezone.localdate(),
            "organisation": own[0].pk if own else None,
            "client_uuid": uuid.uuid4(),
        }
        super().__init__(data, initial=initial, auto_id="id_told_%s")
        fields: Any = self.fields
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=[one.pk for one in own]).order_by("name")
        if len(own) == 1:
            fields["organisation"].widget = forms.HiddenInput()
        if part is not None:
            del fields["part"]
        else:
            fields["part"].queryset = parts_to_tell_of(user, measure)
