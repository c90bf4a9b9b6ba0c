"""Nothing is taken out without saying what for: a few common purposes, and words where none of them fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from partners.models import ApiToken
from partners.requests import form_page
from privacy import guard


class Purpose(models.TextChoices):
    """What a file with reports or figures is commonly for."""

    ANALYSIS = "analysis", _("analysis for the joint situational picture")
    MEETING = "meeting", _("preparing a meeting")
    OWN_WORK = "own_work", _("following up the own organisation's work")
    PUBLIC_RECORD = "public_record", _("a request for a public document")
    SUPERVISION = "supervision", _("supervision or data protection")
    RESEARCH = "research", _("research or evaluation")
    OTHER = "other", _("something else")


def purpose_in_words(code: str) -> str:
    """What a purpose in the log says to a reader; the name of a system's key stands as it is."""
    return str(Purpose(code).label) if code in Purpose.values else code


class PurposeForm(forms.Form):
    """What a file is for. It goes to the log, so it names no person."""

    purpose = forms.ChoiceField(
        label=_("What is the file for?"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the file is for."), "invalid_choice": _("Choose from the list.")},
    )
    words = forms.CharField(
        label=_("In a few words"),
        max_length=150,
        required=False,
        help_text=_("For example “EST meeting week 47” or a reference number. No names."),
        error_messages={"max_length": _("Use at most 150 characters.")},
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"].strip()
        # The log outlives every purge, and nobody is asked to confirm: a name is refused as a number is.
        if guard.verdict(words, strict=True).strong:
            raise forms.ValidationError(
                _("The text points at a person. It is kept in the log: write a reference number or the meeting.")
            )
        return words

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("purpose") == Purpose.OTHER and not cleaned.get("words") and "words" not in self.errors:
            self.add_error("words", _("Write in a few words what the file is for."))
        return cleaned

    def for_log(self) -> dict[str, Any]:
        """The purpose as a line of the log holds it."""
        words = self.cleaned_data["words"]
        return {"purpose": self.cleaned_data["purpose"], **({"purpose_words": words} if words else {})}


def export_page(
    request: HttpRequest, make: Callable[[dict[str, Any]], HttpResponseBase], **page: Any
) -> HttpResponseBase:
    """Ask what a file is for, and make it once that is said; `page` is heading, lead, back_url and back_text."""
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return make(form.for_log())
    return form_page(request, form, "partners/export.html", **page)


def purpose_of_token(auth: Any) -> dict[str, Any]:
    """The purpose of what a system fetches: what its key is for. Nothing for a person who is signed in."""
    return {"purpose": auth.name, "token": auth.pk} if isinstance(auth, ApiToken) else {}
