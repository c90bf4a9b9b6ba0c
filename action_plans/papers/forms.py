"""The form a Word template is sent in with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.word_templates import MOST_BYTES


class TemplateForm(forms.Form):
    file = forms.FileField(
        label=_("The Word file"),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        help_text=_("A .docx of at most 5 MB, without macros and without links or pictures that lie elsewhere."),
        error_messages={"required": _("Choose a Word file."), "empty": _("The file is empty.")},
    )

    def clean_file(self) -> Any:
        """What is larger is not even read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                gettext("The file is larger than %(size)s MB. Make the pictures in its header and footer smaller.")
                % {"size": MOST_BYTES // 1024 // 1024}
            )
        return file
