"""The forms for what is known: an answer, and a gap with who finds out until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cause_analysis.forms import GuardedForm
from cause_analysis.knowing.queries import may_find_out
from cause_analysis.models import CauseAnalysis, GuidedAnswer, KnowledgeGap
from cause_analysis.models.causes import LONGEST_ANSWER, LONGEST_CAUSE, LONGEST_EVIDENCE
from partners.models import Membership


class QuestionForm(GuardedForm):
    """The answer to one question at one place."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    text = forms.CharField(
        label=_("What do we know?"),
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_ANSWER}),
        help_text=_("Also read outside the area's circle: write no names, and no numbers from 1 to 4."),
    )

    @classmethod
    def of(cls, answer: GuidedAnswer | None, data: Any = None) -> QuestionForm:
        """The form with what is answered so far."""
        initial = {"row_version": answer.row_version, "text": answer.text} if answer is not None else {}
        form = cls(data, initial=initial, prefix="answer")
        form.fields["text"].is_expected = True  # type: ignore[attr-defined]
        return form


class FinderField(forms.ModelChoiceField):
    """Who works with the problem, by function and organisation."""

    def label_from_instance(self, membership: Membership) -> str:
        return f"{membership.user.function}, {membership.organisation}"


class GivenForm(forms.Form):
    """Who finds something out, and until when."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    membership = FinderField(label=_("Who finds it out?"), queryset=None, required=False, empty_label=_("Nobody yet"))
    due_on = forms.DateField(
        label=_("Until when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, analysis: CauseAnalysis, gap: KnowledgeGap | None = None) -> None:
        initial = {name: getattr(gap, name) for name in ("row_version", "membership", "due_on")} if gap else {}
        super().__init__(data, initial=initial, prefix=f"gap{gap.pk}" if gap else "gap")
        chosen: Any = self.fields["membership"]
        known = [membership.pk for membership in may_find_out(analysis.problem)]
        rows = Membership.objects.filter(pk__in=known).select_related("user", "organisation")
        chosen.queryset = rows.order_by("organisation__name", "user__function", "pk")

    def meet(self, stored: Any) -> None:
        """Go on from what another has chosen."""
        self.data = {**dict(self.data.items()), self.add_prefix("row_version"): str(stored.row_version)}


class GapForm(GivenForm, GuardedForm):
    """What nobody knows yet."""

    text = forms.CharField(
        label=_("What do we need to know?"),
        max_length=LONGEST_CAUSE,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_CAUSE}),
        error_messages={"required": _("Say what you do not know.")},
    )

    def __init__(self, data: Any = None, *, analysis: CauseAnalysis) -> None:
        super().__init__(data, analysis=analysis)
        self.order_fields(["text", "membership", "due_on"])


class FoundOutForm(GuardedForm):
    """What has been found out."""

    answer = forms.CharField(
        label=_("What do we know now?"),
        max_length=LONGEST_EVIDENCE,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_EVIDENCE}),
        error_messages={"required": _("Say what you have found out.")},
    )

    def __init__(self, data: Any = None, *, gap: KnowledgeGap) -> None:
        super().__init__(data, prefix=f"found{gap.pk}")
