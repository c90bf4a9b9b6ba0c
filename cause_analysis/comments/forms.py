"""The two forms of comments: a coach's, and the partners' answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cause_analysis.causes.forms import OutlineSelect, outline_choices
from cause_analysis.causes.queries import Node
from cause_analysis.forms import GuardedForm
from cause_analysis.models.comments import LONGEST_COMMENT


class CommentForm(GuardedForm):
    """A comment on the whole analysis or on one of its causes."""

    cause = forms.ChoiceField(label=_("About"), required=False, widget=OutlineSelect)
    text = forms.CharField(
        label=_("Your comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_COMMENT}),
        help_text=_("What strengthens the analysis: a question, what is missing, another way to find out. No names."),
        error_messages={"required": _("Write the comment.")},
    )

    def __init__(self, data: Any = None, *, nodes: list[Node], chosen: int | None = None) -> None:
        super().__init__(data, initial={"cause": str(chosen or "")})
        _first, *causes = outline_choices(nodes)
        self.fields["cause"].choices = [("", _("The whole analysis")), *causes]  # type: ignore[attr-defined]
        self.fields["cause"].is_expected = True  # type: ignore[attr-defined]
        self.order_fields(["cause", "text", "is_confirmed"])


class AnswerCommentForm(GuardedForm):
    """What the partners answer; with nothing written, the comment is only marked as taken care of."""

    answer = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_COMMENT}),
    )

    def __init__(self, data: Any = None, *, pk: int) -> None:
        super().__init__(data, prefix=f"comment{pk}")
