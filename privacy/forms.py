"""What every form with free text shares: it shows what the guard says, and asks to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class GuardedForm(forms.Form):
    """A form that shows what the action refused; the box to confirm is shown when the guard has asked."""

    is_confirmed = forms.BooleanField(
        label=_("I have read the text again: it does not point at any person"), required=False
    )
    asks_to_confirm = False

    # What the action calls a field otherwise than the form does.
    FIELD_OF: Mapping[str, str] = {}

    def add_refusal(self, no: Any) -> None:
        """Put the action's sentences under their fields, or on top."""
        faults = no.message_dict if hasattr(no, "error_dict") else {"": no.messages}
        self.asks_to_confirm = getattr(no, "code", None) == "texts" or self.asks_to_confirm
        for said, sentences in faults.items():
            name = self.FIELD_OF.get(said, said)
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)

    def meet(self, stored: Any) -> None:
        """Go on from what another has written: the next press of the button is a decision to keep this one."""
        data: Any = self.data
        # A copy of the same sort: of what may be chosen several of, all that was chosen stays.
        data = data.copy()
        data[self.add_prefix("row_version")] = str(stored.row_version)
        self.data = data
