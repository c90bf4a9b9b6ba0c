"""The form of a comment on a figure."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from councils.models.comments import LONGEST_COMMENT
from privacy.forms import GuardedForm


class FigureCommentForm(GuardedForm):
    text = forms.CharField(
        label=_("Your comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_COMMENT}),
        help_text=_("It stays beside the figure with your function and organisation. No names, and no small numbers."),
        error_messages={"required": _("Write the comment.")},
    )

    field_order = ["text", "is_confirmed"]
