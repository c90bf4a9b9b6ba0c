"""The forms of a round: its beginning, a score sheet, a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cause_analysis.forms import GuardedForm
from cause_analysis.models import Problem, State
from cause_analysis.models.prioritising import LONGEST_REASON, Criterion, RoundProblem
from cause_analysis.prioritising.presenters import SCORES, STATEMENTS
from cause_analysis.prioritising.queries import in_a_round
from cause_analysis.prioritising.suggesting import in_words
from partners.models import Collaboration, Group


class RoundForm(GuardedForm):
    """Which group goes through which problems."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none(), empty_label=_("Choose a group"))
    problems = forms.ModelMultipleChoiceField(
        label=_("Problems"), queryset=Problem.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Group.objects.visible_to(user).filter(collaboration=collaboration, is_active=True)
        described = (
            Problem.objects.visible_to(user)
            .filter(collaboration=collaboration, state=State.DESCRIBED)
            .exclude(pk__in=in_a_round())
        )
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["problems"].queryset = described.select_related("area").order_by("number")  # type: ignore[attr-defined]
        self.fields["problems"].label_from_instance = _title  # type: ignore[attr-defined]
        if not described.exists():
            self.fields["problems"].help_text = _("No described problem waits for a round. Describe one first.")
        del self.fields["is_confirmed"]


def _title(problem: Problem) -> str:
    return f"{problem.title} ({problem}, {problem.area.name})"


class ScoreForm(GuardedForm):
    """One seat's score and reason by each criterion; what the data know is filled in and can be changed."""

    def __init__(self, data: Any = None, *, row: RoundProblem, own: dict[str, tuple[int, str]]) -> None:
        super().__init__(data)
        for criterion in Criterion:
            suggested = row.suggestions.get(criterion)
            value, reason = own.get(criterion, (suggested["score"] if suggested else None, ""))
            self.fields[f"value_{criterion}"] = forms.TypedChoiceField(
                label=STATEMENTS[criterion],
                choices=[(score, f"{score} – {word}") for score, word in SCORES],
                coerce=int,
                initial=value,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose from 0 to 3.")},
            )
            self.fields[f"reason_{criterion}"] = why = forms.CharField(
                label=_("Why?"),
                help_text=_("Needed where you change what the data say.") if suggested else "",
                required=suggested is None,
                max_length=LONGEST_REASON,
                initial=reason,
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={"required": _("Say in a few words why.")},
            )
            # Whether it may be left empty, the score decides.
            why.is_expected = True  # type: ignore[attr-defined]
        self.row = row

    def rows(self) -> list[dict[str, Any]]:
        """Each criterion's two fields together, with what the data say."""
        return [
            {
                "criterion": criterion,
                "label": criterion.label,
                "value": self[f"value_{criterion}"],
                "reason": self[f"reason_{criterion}"],
                "suggested": in_words(self.row.suggestions.get(criterion)),
            }
            for criterion in Criterion
        ]

    @property
    def scores(self) -> dict[str, tuple[int, str]]:
        """What a valid form says."""
        said = self.cleaned_data
        return {str(criterion): (said[f"value_{criterion}"], said[f"reason_{criterion}"]) for criterion in Criterion}


class DecisionForm(GuardedForm):
    """What the group decides on a problem, and why."""

    decision = forms.ChoiceField(
        label=_("The group decides that the problem"),
        choices=RoundProblem.Decision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the group decides.")},
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why the group decides so.")},
    )

    def __init__(self, data: Any = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"id_{number}_%s")
        self.order_fields(["decision", "reason", "is_confirmed"])
