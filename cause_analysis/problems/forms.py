"""The forms of a problem: its beginning, its answers one by one, its steps and its coaches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from areas.access import circle_area_ids
from areas.models import Area, Place
from cause_analysis.forms import GuardedForm
from cause_analysis.models.problems import LONGEST_TEXT, Problem
from cause_analysis.problems.actions import LONGEST_REASON
from partners.models import Collaboration, Membership
from partners.roles import Role


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ProblemForm(GuardedForm):
    """What the problem is called, whose area it is, and from which day to which it counts."""

    title = forms.CharField(
        label=_("What is the problem called?"),
        max_length=120,
        help_text=_("In a few words that everybody understands, for example “Car fires in the garage”. No names."),
    )
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        empty_label=_("Choose an area"),
        help_text=_("Its partners work on the problem and read its numbers."),
    )
    since = _day(_("From"))
    until = _day(_("To and including"))

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = Area.objects.visible_to(user).filter(collaboration=collaboration)
        area_ids = circle_area_ids(user, collaboration)
        if area_ids is not None:
            areas = areas.filter(pk__in=area_ids)
        self.fields["area"].queryset = areas.order_by("name")  # type: ignore[attr-defined]
        self.order_fields(["title", "area", "since", "until", "is_confirmed"])


class AnswerForm(GuardedForm):
    """One answer, or what one partner sees, with how often it had been written when the page was opened."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT}),
    )

    def __init__(self, data: Any = None, *, name: str, label: Any, text: str, row_version: int) -> None:
        super().__init__(data, initial={"text": text, "row_version": row_version}, auto_id=f"id_{name}_%s")
        self.fields["text"].label = label


class StepForm(GuardedForm):
    """A step, and why where the step asks why."""

    to = forms.CharField(widget=forms.HiddenInput, max_length=20)
    reason = forms.CharField(
        label=_("Why?"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )


class PlacesForm(forms.Form):
    """Which named places the problem is about."""

    places = forms.ModelMultipleChoiceField(
        label=_("Places"), queryset=Place.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, problem: Problem) -> None:
        super().__init__(data)
        there = list(problem.problem_places.values_list("place_id", flat=True))
        rows = Place.objects.filter(collaboration_id=problem.collaboration_id)
        self.fields["places"].queryset = (  # type: ignore[attr-defined]
            rows.filter(area=problem.area) | rows.filter(pk__in=there)
        ).order_by("name")
        self.fields["places"].initial = there


class CoachForm(forms.Form):
    """Whom in process support to invite."""

    membership = forms.ModelChoiceField(
        label=_("Process support"), queryset=Membership.objects.none(), empty_label=_("Choose whom")
    )

    def __init__(self, data: Any = None, *, problem: Problem, today: Any) -> None:
        super().__init__(data)
        coaches = Membership.objects.active(today).filter(
            collaboration_id=problem.collaboration_id, role=Role.COACH, user__is_active=True
        )
        invited = problem.coach_invitations.values("membership_id")
        self.fields["membership"].queryset = coaches.exclude(pk__in=invited)  # type: ignore[attr-defined]
        self.fields["membership"].label_from_instance = _function  # type: ignore[attr-defined]


def _function(membership: Membership) -> str:
    return f"{membership.user.function}, {membership.organisation.name}"
