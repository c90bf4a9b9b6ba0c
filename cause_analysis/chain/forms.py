"""The form of a link in the chain of events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cause_analysis.causes.queries import tree_of
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Cause, CauseAnalysis, EventChainLink
from cause_analysis.models.causes import LONGEST_CAUSE


class CauseField(forms.ModelChoiceField):
    """A cause by its words."""

    def label_from_instance(self, cause: Cause) -> str:
        return cause.text


class LinkForm(GuardedForm):
    """What happens, whether somebody can step in there, and the cause it points at."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    text = forms.CharField(
        label=_("What happens?"),
        max_length=LONGEST_CAUSE,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_CAUSE}),
        error_messages={"required": _("Say what happens.")},
    )
    cause = CauseField(
        label=_("Which cause does it point at?"), queryset=None, required=False, empty_label=_("None in particular")
    )
    is_intervention_point = forms.BooleanField(label=_("Somebody can step in here"), required=False)

    def __init__(self, data: Any = None, *, analysis: CauseAnalysis, link: EventChainLink | None = None) -> None:
        names = ("row_version", "text", "cause", "is_intervention_point")
        initial = {name: getattr(link, name) for name in names} if link is not None else {}
        super().__init__(data, initial=initial, prefix=f"link{link.pk}" if link is not None else "link")
        chosen: Any = self.fields["cause"]
        chosen.queryset = Cause.objects.filter(pk__in=[node.cause.pk for node in tree_of(analysis)])

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the actions take it."""
        return {name: self.cleaned_data[name] for name in ("text", "cause", "is_intervention_point", "is_confirmed")}
