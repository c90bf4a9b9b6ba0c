"""The forms of a measure: its beginning, its words, what it is tied to, its parts, its steps and its follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_plans.clashes import clashes
from action_plans.evaluating.drafting import Draft, are_countable
from action_plans.evaluating.zones import counted_selection
from action_plans.library.queries import card_named, choices
from action_plans.measures import queries
from action_plans.measures.actions import LONGEST_REASON, WRITTEN
from action_plans.measures.techniques import grouped
from action_plans.models import EvaluationPlan, Goal, Measure, Plan, Verdict
from action_plans.models.commitments import LONGEST_COMMITMENT
from action_plans.models.plans import LONGEST_TEXT
from action_plans.permissions import organisations_spoken_for
from action_plans.rules import BY_HAND
from areas.models import Area, Place
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Problem
from incidents.models import Category
from incidents.reviewing.marks import number_in
from partners.models import Group, Level, Membership, Organisation

LARGEST = 2_147_483_647


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    said = {"required": _("Give the day.")}
    return forms.DateField(
        label=label, widget=widget, required=more.pop("required", False), error_messages=said, **more
    )


def _area(label: Any, longest: int = LONGEST_TEXT, rows: int = 3, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": longest})
    return forms.CharField(label=label, max_length=longest, widget=widget, required=more.pop("required", False), **more)


def _number(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LARGEST, **more)


def _choices(choices: Any, empty: Any) -> list[tuple[Any, Any]]:
    return [("", empty), *((value, capfirst(label)) for value, label in choices)]


def _lines(form: forms.Form, lines: Any) -> list[list[Any]]:
    """A form's fields as they stand on the page: one to a line, or two short ones that are read together."""
    return [[form[name] for name in ((line,) if isinstance(line, str) else line)] for line in lines]


class PlanField(forms.ModelChoiceField):
    """A plan by its number, its name and its area."""

    def label_from_instance(self, plan: Plan) -> str:
        return f"{plan} {plan.title}, {plan.area.name}"


class ProblemField(forms.ModelChoiceField):
    """A problem by its number and its title."""

    def label_from_instance(self, problem: Problem) -> str:
        return f"{problem} {problem.title}"


class WordsField(forms.ModelMultipleChoiceField):
    """Several rows by their own words."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, row: Any) -> str:
        return str(getattr(row, "text", "") or getattr(row, "name", ""))


class MemberField(forms.ModelChoiceField):
    """Somebody by function and organisation."""

    def label_from_instance(self, membership: Membership) -> str:
        return f"{membership.user.function}, {membership.organisation.name}"


class NewMeasureForm(GuardedForm):
    """What is to be done, and in which plan. All else is written on its page."""

    title = forms.CharField(
        label=_("What is to be done?"),
        max_length=120,
        help_text=_("In a few words, for example “Change the lamps at the square”. No names."),
        error_messages={"required": _("Say in a few words what is to be done.")},
    )
    plan = PlanField(
        label=_("In which plan?"),
        queryset=Plan.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose a plan.")},
    )

    def __init__(self, data: Any = None, *, plans: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]
        self.order_fields(["title", "plan", "is_confirmed"])


class MeasureForm(GuardedForm):
    """The words, the days and the sums of a measure. Nearly everything may be left out until it is to be decided."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    title = forms.CharField(
        label=_("What is to be done?"),
        max_length=120,
        error_messages={"required": _("Say in a few words what is to be done.")},
    )
    description = _area(_("What is done, in detail"))
    mechanism = _area(
        _("How is this supposed to work on the cause?"),
        help_text=_("For example: “When the square is lit, sellers can be seen from the windows, and leave.”"),
    )
    indicator = forms.CharField(
        label=_("By what will it be seen whether it works?"),
        max_length=200,
        required=False,
        help_text=_("For example “reports of open drug dealing at the square”."),
    )
    baseline = forms.FloatField(
        label=_("Its value before"),
        required=False,
        min_value=0,
        help_text=_("Read outside the area's circle too: give no small numbers of events."),
    )
    baseline_from = _day(_("Counted from"))
    baseline_to = _day(_("Counted to and including"))
    start_on = _day(_("Starts"))
    due_on = _day(_("Done by"))
    follow_up_on = _day(_("Followed up on"))
    recurrence = forms.ChoiceField(
        label=_("How often"), required=False, choices=[(v, capfirst(t)) for v, t in Measure.Recurrence.choices]
    )
    method = forms.ChoiceField(label=_("Method of the measures library"), required=False)
    technique = forms.ChoiceField(label=_("Technique"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    operation = forms.ChoiceField(label=_("One-off or ordinary operations"), required=False)
    hours = _number(_("Working hours"))
    cost_sek = _number(_("Cost, in kronor"))
    funding = forms.CharField(label=_("Paid by"), max_length=120, required=False)

    ASKED_AT_DECIDING = (
        "mechanism", "indicator", "baseline", "baseline_from", "baseline_to", "due_on", "follow_up_on",
    )  # fmt: skip
    # What stands together on the page.
    SECTIONS = (
        (_("What and why"), ("title", "description", "mechanism")),
        (_("By what it is seen"), ("indicator", "baseline", ("baseline_from", "baseline_to"))),
        (_("When"), (("start_on", "due_on"), ("follow_up_on", "recurrence"))),
        (
            _("How, and for how much"),
            ("method", "technique", ("level", "operation"), ("hours", "cost_sek"), "funding"),
        ),
    )

    def __init__(self, data: Any = None, *, measure: Measure) -> None:
        initial = {name: getattr(measure, name) for name in (*WRITTEN, "row_version") if name in self.base_fields}
        if measure.baseline is not None and measure.baseline.is_integer():
            initial["baseline"] = int(measure.baseline)
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        for name in self.ASKED_AT_DECIDING:
            # May be left out today, but the word “optional” would promise too much.
            fields[name].is_expected = True
        nothing = _("Not chosen")
        fields["technique"].choices = [("", nothing), *grouped()]
        known = dict(choices(measure.collaboration_id))
        kept = card_named(measure.collaboration_id, measure.method)
        if kept is not None:
            # A card that has been taken out of the library stays where a measure names it.
            known.setdefault(kept.key, kept.title)
        fields["method"].choices = [("", nothing), *known.items()]
        fields["level"].choices = _choices(Level.choices, nothing)
        fields["operation"].choices = _choices(Measure.Operation.choices, nothing)

    def sections(self) -> list[tuple[Any, list[list[Any]]]]:
        """The fields under their headings, line by line."""
        return [(heading, _lines(self, lines)) for heading, lines in self.SECTIONS]

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name in WRITTEN}

    def clashes(self, stored: Measure) -> list[dict[str, str]]:
        """What another has written where this form says something else: label and text."""
        return clashes(self, {name: getattr(stored, name) for name in WRITTEN})


class ProblemChoiceForm(forms.Form):
    """Which problem the measure is about."""

    problem = ProblemField(
        label=_("Problem"), queryset=Problem.objects.none(), required=False, empty_label=_("No problem yet")
    )

    def __init__(self, data: Any = None, *, user: Any, measure: Measure) -> None:
        super().__init__(data, initial={"problem": measure.problem_id})
        rows = queries.problems_to_choose(user, measure.plan)
        self.fields["problem"].queryset = rows  # type: ignore[attr-defined]


class _TiesForm(forms.Form):
    """Which of several things the measure is tied to; `seen` is what it was tied to when the form was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    tie: ClassVar[str]

    def __init__(self, data: Any = None, *, user: Any, measure: Measure) -> None:
        ties = getattr(measure, f"measure_{self.tie}s")
        there = list(ties.values_list(f"{self.tie}_id", flat=True))
        super().__init__(data, initial={"chosen": there, "seen": " ".join(map(str, there))})
        self.fields["chosen"].queryset = self.rows(measure, there)  # type: ignore[attr-defined]

    @staticmethod
    def rows(measure: Measure, there: Sequence[int]) -> Any:
        """What may be chosen, with what is chosen already."""
        raise NotImplementedError

    def clean_seen(self) -> set[int] | None:
        """None of a form that does not say."""
        said = str(self.cleaned_data["seen"]).split()
        return {number for number in map(number_in, said) if number} if "seen" in self.data else None


class CausesForm(_TiesForm):
    """Which of the causes a group has chosen the measure is to affect."""

    chosen = WordsField(label=_("Causes"), queryset=None, required=False)
    tie = "cause"

    @staticmethod
    def rows(measure: Measure, there: Sequence[int]) -> Any:
        return queries.causes_to_choose(measure)


class GoalsForm(_TiesForm):
    """Which goals of the plan it serves."""

    chosen = WordsField(label=_("Goals"), queryset=None, required=False)
    tie = "goal"

    @staticmethod
    def rows(measure: Measure, there: Sequence[int]) -> Any:
        return Goal.objects.kept().filter(plan=measure.plan_id)


class PlacesForm(_TiesForm):
    """At which places it is carried out."""

    chosen = WordsField(label=_("Places"), queryset=None, required=False)
    tie = "place"

    @staticmethod
    def rows(measure: Measure, there: Sequence[int]) -> Any:
        return places_of(measure, there)


def places_of(measure: Measure, also: Any = ()) -> Any:
    """The places of the plan's area, and those that are chosen already."""
    rows = Place.objects.filter(collaboration_id=measure.collaboration_id)
    return (rows.filter(area=measure.plan.area_id) | rows.filter(pk__in=list(also))).order_by("name", "pk")


def _with_those_above(area: Area | None) -> list[int]:
    """An area and those it lies in: none of them is without the measure."""
    found = []
    while area is not None:
        found.append(area.pk)
        area = area.parent
    return found


class EvaluationForm(GuardedForm):
    """How it will be known whether the measure worked, said beforehand."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    # Weekdays and hours of what is counted; the categories are chosen below.
    selection = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)
    indicator = forms.CharField(
        label=_("What is compared?"),
        max_length=200,
        error_messages={"required": _("Say what is compared.")},
    )
    category = forms.MultipleChoiceField(
        label=_("Which reports are counted?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave all empty to count every event."),
    )
    treated_places = WordsField(
        label=_("Treated places"),
        queryset=None,
        required=False,
        help_text=_("Where the measure is carried out. Leave all empty where it is the whole area."),
    )
    ring_m = _number(
        _("Ring around the places, in metres"),
        help_text=_("Here it is looked for what moved away or spread. Leave it empty to look for nothing."),
    )
    comparison_areas = WordsField(label=_("Areas to compare with"), queryset=None, required=False)
    comparison_places = WordsField(label=_("Places to compare with"), queryset=None, required=False)
    before_from = _day(_("Before: from"), required=True)
    before_to = _day(_("Before: to and including"), required=True)
    after_from = _day(_("After: from"), required=True)
    after_to = _day(_("After: to and including"), required=True)
    decision_rule = _area(
        _("Which result would change the decision, and how?"),
        required=True,
        help_text=_("For example: “If there are not a third fewer, we try something else.”"),
        error_messages={"required": _("Say which result would change the decision.")},
    )
    reason = _area(
        _("Why is it changed although the measure is decided?"),
        LONGEST_REASON,
        2,
        required=True,
        help_text=_("The reason stands beside the plan, with what it said before."),
        error_messages={"required": _("Say why it is changed although the measure is decided.")},
    )

    OF_PLAN = (
        "row_version", "selection", "indicator", "ring_m", "before_from", "before_to", "after_from", "after_to",
        "decision_rule",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, measure: Measure, initial: Any, is_fixed: bool = False) -> None:
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        here = {"collaboration_id": measure.collaboration_id}
        kinds = Category.objects.filter(**here, kind=Category.Kind.EVENT).order_by("position", "code")
        fields["category"].choices = [(one.code, str(one)) for one in kinds]
        fields["treated_places"].queryset = places_of(measure, initial["treated_places"])
        fields["comparison_areas"].queryset = (
            Area.objects.filter(**here).exclude(pk__in=_with_those_above(measure.plan.area)).order_by("name")
        )
        fields["comparison_places"].queryset = Place.objects.filter(**here).order_by("sort_key")
        if not is_fixed:
            del self.fields["reason"]

    @staticmethod
    def initial_of(plan: EvaluationPlan) -> dict[str, Any]:
        """What a written plan says."""
        said: dict[str, Any] = {name: getattr(plan, name) for name in EvaluationForm.OF_PLAN}
        return said | {
            "category": list(counted_selection(plan.selection).category),
            "treated_places": [link.place_id for link in plan.treated_places.all()],
            "comparison_areas": [link.area_id for link in plan.comparison_areas.all()],
            "comparison_places": [link.place_id for link in plan.comparison_places.all()],
        }

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the action takes it."""
        said = dict(self.cleaned_data)
        said["selection"] = self._selection(said.get("selection", ""), said.pop("category", []))
        for name in ("treated_places", "comparison_areas", "comparison_places"):
            said[name] = list(said[name])
        return said

    @staticmethod
    def _selection(base: str, codes: Sequence[str]) -> str:
        return replace(counted_selection(base), category=tuple(codes)).query

    def draft(self, measure: Measure) -> Draft | None:
        """What is chosen so far, also where something else is wrong; None without two periods that can be counted."""
        if self.is_bound:
            self.full_clean()
            said = self.cleaned_data
        else:
            named: Any = self.fields
            said = dict(self.initial)
            for name in ("treated_places", "comparison_areas", "comparison_places"):
                said[name] = named[name].queryset.filter(pk__in=self.initial[name])
        days = [said.get(name) for name in ("before_from", "before_to", "after_from", "after_to")]
        if not are_countable(days):
            return None
        first, last, after_first, after_last = days
        return Draft(
            measure=measure,
            selection=counted_selection(self._selection(said.get("selection", ""), said.get("category", []))),
            places=tuple(said.get("treated_places", ())),
            areas=tuple(said.get("comparison_areas", ())),
            compared_places=tuple(said.get("comparison_places", ())),
            ring_m=said.get("ring_m"),
            before=(first, last),
            after=(after_first, after_last),
        )

    def shown_anew(self, measure: Measure) -> EvaluationForm:
        """The same choices in a form nothing is wrong with yet: for a look before it is saved."""
        self.full_clean()
        kept = {name: self[name].value() for name in self.fields if name != "is_confirmed"}
        for name in ("treated_places", "comparison_areas", "comparison_places"):
            kept[name] = [row.pk for row in self.cleaned_data.get(name, ())]
        kept |= {name: value for name, value in self.cleaned_data.items() if name.endswith(("_from", "_to", "_m"))}
        return EvaluationForm(measure=measure, initial=kept, is_fixed="reason" in self.fields)

    @property
    def compared_keys(self) -> list[str]:
        """What is ticked to compare with."""
        names = {"comparison_areas": "area", "comparison_places": "place"}
        return [f"{kind}-{pk}" for name, kind in names.items() for pk in self[name].value() or ()]

    def clashes(self, stored: EvaluationPlan) -> list[dict[str, str]]:
        """What another has written where this form says something else."""
        names = ("indicator", "ring_m", "before_from", "before_to", "after_from", "after_to", "decision_rule")
        return clashes(self, {name: getattr(stored, name) for name in names})


class PartForm(GuardedForm):
    """An organisation's part of the measure."""

    asked_of = forms.ModelChoiceField(
        label=_("Which organisation?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={"required": _("Choose which organisation.")},
    )
    text = _area(
        _("What is it to do?"),
        LONGEST_COMMITMENT,
        2,
        required=True,
        error_messages={"required": _("Say what is asked.")},
    )
    due_on = _day(_("By when?"), help_text=_("Without a day it is not asked yet."))
    is_lead = forms.BooleanField(label=_("Leads the measure"), required=False)
    responsible = MemberField(
        label=_("Who answers for it there?"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("Whoever accepts it"),
    )
    asked_by = forms.ModelChoiceField(label=_("Asked by"), queryset=Organisation.objects.none(), empty_label=None)

    def __init__(self, data: Any = None, *, user: Any, measure: Measure, has_lead: bool) -> None:
        own = organisations_spoken_for(user, measure.collaboration_id)
        initial = {"due_on": measure.due_on, "is_lead": not has_lead, "asked_by": own[0].pk if own else None}
        super().__init__(data, initial=initial, auto_id="id_part_%s")
        fields: Any = self.fields
        fields["asked_of"].queryset = (
            Organisation.objects.filter(collaboration_id=measure.collaboration_id, is_active=True)
            .exclude(kind=Organisation.Kind.OPEN_DATA)
            .order_by("name")
        )
        fields["asked_by"].queryset = Organisation.objects.filter(pk__in=[one.pk for one in own]).order_by("name")
        fields["responsible"].queryset = queries.people_of(measure.collaboration_id)
        if has_lead:
            # The same form sent twice still says the same; a second lead is refused by the action.
            fields["is_lead"].widget = forms.HiddenInput()
        if len(own) == 1:
            fields["asked_by"].widget = forms.HiddenInput()


class MeasureStepForm(GuardedForm):
    """A step, and why where the step asks why."""

    to = forms.ChoiceField(
        widget=forms.HiddenInput,
        choices=[(state.value, state.label) for state in BY_HAND],
    )
    reason = _area(_("Why?"), LONGEST_REASON, 2)


class MeasureDecideForm(GuardedForm):
    """Which group decides, and the reason where a coordinator lets gaps pass."""

    FIELD_OF = {"reason": "override_reason"}

    group = forms.ModelChoiceField(
        label=_("Which group decides it?"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a group"),
        error_messages={"required": _("Choose which group decides it.")},
    )
    override_reason = _area(
        _("Why is it decided although something is missing?"),
        LONGEST_REASON,
        2,
        help_text=_("The reason stands with the decision, and the council sees it. Leave it empty to wait instead."),
    )

    def __init__(self, data: Any = None, *, user: Any, measure: Measure, may_override: bool) -> None:
        super().__init__(data, auto_id="id_decide_%s")
        self.fields["group"].queryset = groups_to_decide_for(user, measure.collaboration_id)  # type: ignore[attr-defined]
        # May be left out, to wait instead; but the word “optional” would promise that it is decided without.
        self.fields["override_reason"].is_expected = True  # type: ignore[attr-defined]
        if not may_override:
            del self.fields["override_reason"]


class FollowUpForm(GuardedForm):
    """What was seen on a day: two answers, and a few words."""

    on = _day(_("Which day?"), required=True)
    carried_out = forms.ChoiceField(
        label=_("Carried out?"),
        choices=_choices(Verdict.choices, None)[1:],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether it was carried out.")},
    )
    good_result = forms.ChoiceField(
        label=_("Good result?"),
        choices=_choices(Verdict.choices, None)[1:],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether the result was good.")},
    )
    text = _area(_("What was seen?"))
    organisation = forms.ModelChoiceField(label=_("Noted for"), queryset=Organisation.objects.none(), empty_label=None)

    def __init__(self, data: Any = None, *, user: Any, measure: Measure) -> None:
        own = organisations_spoken_for(user, measure.collaboration_id)
        super().__init__(
            data, initial={"on": timezone.localdate(), "organisation": own[0].pk if own else None}, auto_id="id_seen_%s"
        )
        fields: Any = self.fields
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=[one.pk for one in own]).order_by("name")
        if len(own) == 1:
            fields["organisation"].widget = forms.HiddenInput()
