"""The forms of a goal: everything that makes it one that can be followed, and who has agreed on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_plans.goals.counting import selection_of_problem
from action_plans.goals.queries import owners_for
from action_plans.models import Goal, Plan
from action_plans.models.goals import LONGEST_GOAL
from areas.access import descendants
from areas.models import Place
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Problem
from incidents.models import Category
from incidents.selections import Selection
from partners.models import Group, Membership, Organisation

# What of a goal its form shows under the same name.
OF_GOAL = (
    "row_version", "kind", "direction", "measured", "indicator", "unit", "source", "baseline_from", "baseline_to",
    "target", "target_on", "organisation", "owner",
)  # fmt: skip

# What a goal lacks until it is said; units, sources and own words are up to the writer.
EXPECTED = ("indicator", "baseline", "baseline_from", "baseline_to", "target", "target_on", "organisation", "owner")


def _capitals(choices: Any) -> list[tuple[str, Any]]:
    return [(value, capfirst(str(label))) for value, label in choices]


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **options)


class OwnerField(forms.ModelChoiceField):
    """Who works with the plan's area, by function and organisation."""

    def label_from_instance(self, membership: Membership) -> str:
        return f"{membership.user.function}, {membership.organisation}"


class GoalForm(GuardedForm):
    """A goal. Everything may wait until later but what it is about; the page says what is missing."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    kind = forms.ChoiceField(
        label=_("Kind of goal"),
        widget=forms.RadioSelect,
        help_text=_("Effect: what becomes of the problem. Process: how you work. Output: what you have done."),
    )
    direction = forms.ChoiceField(label=_("In which direction?"), widget=forms.RadioSelect)
    indicator = forms.CharField(
        label=_("What is to change?"),
        max_length=200,
        required=False,
        help_text=_("Something that can be counted or measured, for example “reports of vandalism”."),
    )
    measured = forms.ChoiceField(label=_("How is it measured?"), widget=forms.RadioSelect)
    counts = forms.ChoiceField(label=_("Which reports?"), required=False, widget=forms.RadioSelect)
    category = forms.MultipleChoiceField(label=_("Categories"), required=False, widget=forms.CheckboxSelectMultiple)
    place = forms.TypedMultipleChoiceField(
        label=_("Places"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    baseline = forms.FloatField(
        label=_("Baseline"),
        required=False,
        help_text=_("What it is like before. Read outside the area's circle too: give no small numbers of events."),
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=40, required=False, help_text=_("For example percent, visits or points.")
    )
    source = forms.CharField(
        label=_("Measured with"),
        max_length=200,
        required=False,
        help_text=_("For example the safety survey. Left empty: the approved reports."),
    )
    baseline_from = _day(_("Baseline from"))
    baseline_to = _day(_("Baseline to and including"))
    target = forms.FloatField(label=_("Target"), required=False, help_text=_("The number it is to become."))
    target_on = _day(_("To be reached by"))
    organisation = forms.ModelChoiceField(
        label=_("Organisation that owns the goal"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
    )
    owner = OwnerField(
        label=_("Who answers for it there?"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
    )
    text = forms.CharField(
        label=_("The goal in your own words"),
        required=False,
        max_length=LONGEST_GOAL,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_GOAL}),
        help_text=_("Left empty, it is written from what you have filled in. It is read outside the circle too."),
    )

    def __init__(
        self, data: Any = None, *, plan: Plan, problem: Problem | None = None, initial: Any = None, **options: Any
    ) -> None:
        super().__init__(data, initial=initial, **options)
        self.plan, self.problem = plan, problem
        said: Any = self.fields
        said["kind"].choices = _capitals(Goal.Kind.choices)
        said["direction"].choices = _capitals(Goal.Direction.choices)
        said["measured"].choices = _capitals(Goal.Measured.choices)
        here = {"collaboration_id": plan.collaboration_id}
        if problem is None:
            del self.fields["counts"]
        else:
            said["counts"].choices = [
                ("problem", _("What the problem counts")), ("chosen", _("Those chosen here"))
            ]  # fmt: skip
        kinds = Category.objects.filter(**here, kind=Category.Kind.EVENT).order_by("position", "code")
        said["category"].choices = [(one.code, str(one)) for one in kinds]
        area_ids = descendants(plan.collaboration_id, [plan.area_id])
        places = Place.objects.filter(**here, area_id__in=area_ids).order_by("sort_key")
        said["place"].choices = [(one.pk, one.name) for one in places]
        said["organisation"].queryset = Organisation.objects.filter(**here, is_active=True).order_by("name")
        said["owner"].queryset = owners_for(plan)
        # May wait, but a group agrees on no goal without them.
        for name in EXPECTED:
            said[name].is_expected = True
        # Last, and shown only when the guard has asked.
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the actions take it."""
        said = self.cleaned_data
        names = (*OF_GOAL[1:], "text")
        found = {name: said[name] for name in names}
        if said["measured"] == Goal.Measured.ENTERED:
            found["baseline"] = said["baseline"]
        else:
            found["selection"] = self._selection().query
        return found

    def _selection(self) -> Selection:
        said = self.cleaned_data
        if self.problem is not None and said.get("counts") == "problem":
            return selection_of_problem(self.problem)
        return Selection(category=tuple(said["category"]), place=tuple(said["place"]))


def _whole(number: float | None) -> float | int | None:
    """42 and not 42.0, as somebody would write it."""
    return int(number) if number is not None and number.is_integer() else number


def initial_of(goal: Goal) -> dict[str, Any]:
    """What the form of a goal begins with."""
    found = {name: getattr(goal, name) for name in OF_GOAL}
    selection = Selection.parse(goal.selection)
    is_the_problems = goal.problem is not None and selection == selection_of_problem(goal.problem)
    return {
        **found,
        "baseline": _whole(goal.baseline) if goal.measured == Goal.Measured.ENTERED else None,
        "target": _whole(goal.target),
        "text": goal.text if goal.is_own_words else "",
        "counts": "problem" if is_the_problems else "chosen",
        "category": list(selection.category),
        "place": list(selection.place),
    }


class AgreeForm(forms.Form):
    """Which group has agreed, on what stood there when the page was opened."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    group = forms.ModelChoiceField(
        label=_("Which group has agreed?"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a group"),
        error_messages={"required": _("Choose which group has agreed.")},
    )

    def __init__(self, data: Any = None, *, user: Any, goal: Goal) -> None:
        super().__init__(data, initial={"row_version": goal.row_version})
        groups: Any = self.fields["group"]
        groups.queryset = groups_to_decide_for(user, goal.collaboration_id).order_by("name")
