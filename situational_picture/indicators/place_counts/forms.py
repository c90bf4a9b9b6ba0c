"""The form of a count: one column for a thumb. A number only; nothing of who."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.models import Place
from partners.forms import DateInput
from partners.models import Collaboration
from situational_picture.indicators.place_counts.permissions import countable_places
from situational_picture.models import PlaceCount
from situational_picture.models.indicators import MOST_PEOPLE

HOURS = [(hour, f"{hour:02d}–{hour + 1:02d}") for hour in range(24)]


class PlaceCountForm(forms.Form):
    """How many people, where and in which hour."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.ModelChoiceField(
        label=_("Which place?"),
        queryset=Place.objects.none(),
        empty_label=_("choose a place"),
        error_messages={
            "required": _("Choose the place."),
            "invalid_choice": _("You cannot count there, or the place is no longer in use. Choose another."),
        },
    )
    people = forms.IntegerField(
        label=_("How many people?"),
        min_value=0,
        max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Everybody who uses or passes the place. A number only: never who they are or how they look."),
        error_messages={
            "required": _("Write how many. Nobody is 0."),
            "min_value": _("Fewer than none cannot be counted."),
            "max_value": _("That is more than fit there. Look at the number."),
            "invalid": _("Write a whole number."),
        },
    )
    counted_on = forms.DateField(
        label=_("Which day?"),
        widget=DateInput(),
        error_messages={"required": _("Write the day."), "invalid": _("Write the day as 2026-11-22.")},
    )
    hour = forms.TypedChoiceField(label=_("Which hour?"), coerce=int, choices=HOURS)
    minutes = forms.TypedChoiceField(
        label=_("For how long did you count?"), coerce=int, choices=PlaceCount.Minutes.choices
    )

    def __init__(self, data: Any = None, *, user: Any, collaboration: Collaboration, place: Place | None = None):
        now = timezone.localtime()
        initial = {
            "client_uuid": uuid.uuid4(),
            "place": place.pk if place else None,
            "people": 0,
            "counted_on": now.date(),
            "hour": now.hour,
            "minutes": PlaceCount.Minutes.QUARTER,
        }
        super().__init__(data, initial=initial)
        places = countable_places(user, collaboration).select_related("area").order_by("sort_key")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]

    def count(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {name: self.cleaned_data[name] for name in self.fields}
