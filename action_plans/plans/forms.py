"""The forms of a plan, of deciding and signing it, and of the agreement it rests on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_plans.models import Agreement, Plan
from action_plans.models.plans import LONGEST_OUTSIDE_PARTIES
from action_plans.permissions import may_sign
from action_plans.plans.deciding import LONGEST_FUNCTION, LONGEST_REASON
from areas.access import circle_area_ids
from areas.models import Area
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Problem
from partners.models import Collaboration, Group, Organisation

LONGEST_TEXT = 2000
# What fits the column.
MOST = 2_000_000_000


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class PlanForm(GuardedForm):
    """What the plan is called, its area and period, and what there is to share out."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    title = forms.CharField(
        label=_("What is the plan called?"),
        max_length=120,
        help_text=_("In words that everybody understands, for example “Safer centre 2026”."),
    )
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        empty_label=_("Choose an area"),
        help_text=_("Its partners write the plan."),
    )
    first_day = _day(_("From"))
    last_day = _day(_("To and including"))
    purpose = forms.CharField(
        label=_("What is it to lead to?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreement = forms.ModelChoiceField(
        label=_("Collaboration agreement"),
        queryset=Agreement.objects.none(),
        required=False,
        empty_label=_("None yet"),
    )
    registry_number = forms.CharField(label=_("Registry number"), required=False, max_length=40)
    hours_available = forms.IntegerField(
        label=_("Working hours there are"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=_("Where the measures ask for more, the plan shows which of them stand below the line."),
    )
    money_available = forms.IntegerField(
        label=_("Money there is, in kronor"), required=False, min_value=0, max_value=MOST
    )

    def __init__(
        self, *args: Any, user: Any, collaboration: Collaboration, plan: Plan | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["agreement"].queryset = Agreement.objects.filter(collaboration=collaboration)
        fields["agreement"].label_from_instance = lambda agreement: agreement.title
        if plan is not None:
            del fields["area"]
        else:
            del fields["row_version"]
            areas = Area.objects.visible_to(user).filter(collaboration=collaboration)
            area_ids = circle_area_ids(user, collaboration)
            if area_ids is not None:
                areas = areas.filter(pk__in=area_ids)
            fields["area"].queryset = areas.order_by("name")

    @staticmethod
    def start(plan: Plan) -> dict[str, Any]:
        """What the form begins with."""
        names = (
            "row_version", "title", "first_day", "last_day", "purpose", "agreement", "registry_number",
            "hours_available", "money_available",
        )  # fmt: skip
        return {name: getattr(plan, name) for name in names}


class PlanDecideForm(GuardedForm):
    """Which group decided, when and why. `seen` is the mark of what the page shows."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    group = forms.ModelChoiceField(
        label=_("Which group has decided?"), queryset=Group.objects.none(), empty_label=_("Choose a group")
    )
    decided_on = _day(_("On which day?"))
    reason = forms.CharField(
        label=_("What has changed, and why?"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, user: Any, plan: Plan, is_first: bool, mark: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.mark, self.initial["seen"] = mark, mark
        fields["group"].queryset = groups_to_decide_for(user, plan.collaboration_id).order_by("name")
        if is_first:
            del fields["reason"]
        self.order_fields(["group", "decided_on", "reason", "is_confirmed"])

    def add_refusal(self, no: Any) -> None:
        """The page shows what there is now, and the next press decides that."""
        super().add_refusal(no)
        data: Any = self.data
        data = data.copy()
        data["seen"] = self.mark
        self.data = data


class SignatureForm(GuardedForm):
    """Which function of which organisation has signed, and when."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose an organisation")
    )
    function = forms.CharField(
        label=_("Function"),
        max_length=LONGEST_FUNCTION,
        help_text=_("For example municipal director or head of the local police area. Never a name."),
    )
    signed_on = _day(_("Signed on"))

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        rows = Organisation.objects.filter(collaboration=collaboration, is_active=True).order_by("name")
        fields["organisation"].queryset = rows.filter(
            pk__in=[organisation.pk for organisation in rows if may_sign(user, organisation, collaboration)]
        )
        self.order_fields(["organisation", "function", "signed_on", "is_confirmed"])


class AgreementForm(GuardedForm):
    """What the partners have agreed on, for how long, and about which problems."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    title = forms.CharField(label=_("What is the agreement called?"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind of agreement"), required=False)
    first_day = _day(_("From"))
    last_day = _day(_("To and including"))
    registry_number = forms.CharField(label=_("Registry number"), required=False, max_length=40)
    outside_parties = forms.CharField(
        label=_("Parties that take no part here"),
        required=False,
        max_length=LONGEST_OUTSIDE_PARTIES,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Organisations, one a line. Never a name of a person."),
    )
    next_review_on = _day(_("To be looked over by"), required=False)
    address = forms.URLField(
        label=_("Address of the agreement"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        error_messages={"invalid": _("Write the whole address, beginning with https://")},
    )
    probable_causes = forms.CharField(
        label=_("Which causes are probable?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    goals_agreed = forms.CharField(
        label=_("Which goals can be measured?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    documented_how = forms.CharField(
        label=_("How is the work documented?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    followed_up_how = forms.CharField(
        label=_("How is it followed up?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    problems = forms.ModelMultipleChoiceField(
        label=_("Focus problems"),
        queryset=Problem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [(value, capfirst(str(label))) for value, label in Agreement.Kind.choices]
        rows = Problem.objects.visible_to(user).filter(collaboration=collaboration).defer("figures")
        fields["problems"].queryset = rows.order_by("number")
        fields["problems"].label_from_instance = lambda problem: f"{problem} {problem.title}"
        self.fields["is_confirmed"] = self.fields.pop("is_confirmed")

    def clean_kind(self) -> str:
        """Between the municipality and the police, where nothing else is said."""
        return self.cleaned_data["kind"] or Agreement.Kind.POLICE


class PartyForm(GuardedForm):
    """A party of the agreement, and which function has signed for it."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose an organisation")
    )
    function = forms.CharField(
        label=_("Signed by the function"), required=False, max_length=LONGEST_FUNCTION, help_text=_("Never a name.")
    )
    signed_on = _day(_("Signed on"), required=False)

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["organisation"].queryset = Organisation.objects.filter(
            collaboration=collaboration, is_active=True
        ).order_by("name")
        self.order_fields(["organisation", "function", "signed_on", "is_confirmed"])
