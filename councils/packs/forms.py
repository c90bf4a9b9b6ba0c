"""One press: which press it is, so that the same sent twice freezes once."""

from __future__ import annotations

import uuid

from django import forms


class FreezeForm(forms.Form):
    form_id = forms.UUIDField(widget=forms.HiddenInput)
    # The number of the meeting it is for, where it is for one.
    meeting = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


def new_form(meeting: int | None = None) -> FreezeForm:
    """The form as it stands on a page."""
    return FreezeForm(initial={"form_id": uuid.uuid4(), "meeting": meeting})
