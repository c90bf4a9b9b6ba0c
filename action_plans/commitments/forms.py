"""The forms of a commitment: a new request, each step with words, who is away, and the rules of the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from action_plans.commitments.absences import colleagues
from action_plans.commitments.queries import Asked
from action_plans.models import Commitment, CommitmentRules, CommitmentState
from action_plans.models.commitments import LONGEST_COMMITMENT
from action_plans.permissions import organisations_spoken_for
from action_plans.retention import GONE
from areas.access import circle_area_ids
from areas.models import Area
from cause_analysis.forms import GuardedForm
from partners.models import Collaboration, Membership, Organisation

LONGEST_REASON = 300


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )  # fmt: skip


def _words(label: Any, longest: int, *, rows: int = 3, **more: Any) -> forms.CharField:
    attrs = {"rows": rows, "maxlength": longest}
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs=attrs), **more)


class ColleagueField(forms.ModelChoiceField):
    """Somebody by function and organisation."""

    def label_from_instance(self, membership: Membership) -> str:
        return f"{membership.user.function}, {membership.organisation}"


class RequestForm(GuardedForm):
    """Something that is asked of a partner."""

    asked_of = forms.ModelChoiceField(
        label=_("Whom do you ask?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose a partner"),
        error_messages={"required": _("Choose whom you ask.")},
    )
    text = _words(_("What do you ask for?"), LONGEST_COMMITMENT, error_messages={"required": _("Say what is asked.")})
    due_on = _day(_("Until when?"), error_messages={"required": _("Say until when.")})
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        empty_label=_("Choose an area"),
        error_messages={"required": _("Choose an area.")},
    )
    asked_by = forms.ModelChoiceField(
        label=_("Who asks?"), queryset=Organisation.objects.none(), empty_label=None, required=False
    )

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        own = [one.pk for one in organisations_spoken_for(user, collaboration)]
        partners = Organisation.objects.filter(collaboration=collaboration, is_active=True)
        partners = partners.exclude(kind=Organisation.Kind.OPEN_DATA)
        chosen["asked_by"].queryset = partners.filter(pk__in=own)
        chosen["asked_of"].queryset = partners if len(own) > 1 else partners.exclude(pk__in=own)
        area_ids = circle_area_ids(user, collaboration)
        areas = Area.objects.filter(collaboration=collaboration).order_by("name")
        chosen["area"].queryset = areas if area_ids is None else areas.filter(pk__in=area_ids)
        if len(own) == 1:
            del self.fields["asked_by"]
        self.own = own
        self.order_fields(["asked_by", "asked_of", "text", "due_on", "area", "is_confirmed"])

    @property
    def asker(self) -> Organisation:
        """Who asks: what was chosen, or the only one there is."""
        chosen: Organisation | None = self.cleaned_data.get("asked_by")
        return chosen or Organisation.objects.get(pk=self.own[0])


class StepForm(GuardedForm):
    """What the forms of the steps share: each stands on the page with the others, and knows the line that was read."""

    step = ""
    # None where a step is taken without having read the page: it asks nothing of what stands there.
    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, commitment: Commitment) -> None:
        super().__init__(data, auto_id=f"id_{self.step}_%s", initial={"row_version": commitment.row_version})
        self.commitment = commitment

    def _colleagues(self, name: str) -> None:
        chosen: Any = self.fields[name]
        chosen.queryset = colleagues([self.commitment.asked_of_id])


class AcceptForm(StepForm):
    """Yes, and who answers for it."""

    step = "accept"
    responsible = ColleagueField(
        label=_("Who answers for it?"), queryset=None, required=False, empty_label=_("I do myself")
    )

    def __init__(self, data: Any = None, *, commitment: Commitment) -> None:
        super().__init__(data, commitment=commitment)
        self._colleagues("responsible")
        self.initial["responsible"] = commitment.responsible_id
        # Nobody chosen is whoever accepts: there is always somebody.
        self.fields["responsible"].is_expected = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        said["is_mine"] = "responsible" in self.data and said.get("responsible") is None
        return said


class OfferForm(StepForm):
    """Something else, or another day."""

    step = "counter"
    reason = _words(
        _("What do you offer instead?"), LONGEST_COMMITMENT, error_messages={"required": _("Say what you offer.")}
    )
    due_on = _day(_("Until when, if another day?"), required=False)


class ReasonForm(StepForm):
    """Why."""

    reason = _words(_("Why?"), LONGEST_REASON, rows=2, error_messages={"required": _("Say why.")})


class DeclineForm(ReasonForm):
    step = "decline"


class WithdrawForm(ReasonForm):
    step = "withdraw"


class NotKeptForm(ReasonForm):
    step = "not_kept"


class DifferForm(StepForm):
    """The asker sees it otherwise than the owner."""

    step = "differ"
    reason = _words(
        _("How do you see it?"), LONGEST_REASON, rows=2, error_messages={"required": _("Say how you see it.")}
    )


class ChangeForm(StepForm):
    """What is asked, in other words or by another day."""

    step = "change"
    row_version = forms.IntegerField(widget=forms.HiddenInput)
    text = _words(_("What do you ask for?"), LONGEST_COMMITMENT, error_messages={"required": _("Say what is asked.")})
    due_on = _day(_("Until when?"), required=False)

    def __init__(self, data: Any = None, *, commitment: Commitment) -> None:
        super().__init__(data, commitment=commitment)
        self.initial.update({name: getattr(commitment, name) for name in ("row_version", "text", "due_on")})
        if commitment.text == GONE:
            self.initial["text"] = ""
        # A draft may wait for its day; whether it may be left empty, the action says.
        self.fields["due_on"].is_expected = True  # type: ignore[attr-defined]


class HandOverForm(StepForm):
    """Somebody else in the organisation."""

    step = "hand_over"
    responsible = ColleagueField(
        label=_("Who answers for it from now on?"),
        queryset=None,
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose a colleague.")},
    )

    def __init__(self, data: Any = None, *, commitment: Commitment) -> None:
        super().__init__(data, commitment=commitment)
        self._colleagues("responsible")


class AbsenceForm(forms.Form):
    """Who is away, when, and who stands in."""

    membership = ColleagueField(label=_("Who is away?"), queryset=None, empty_label=None)
    first_day = _day(_("From"), error_messages={"required": _("Give the first day away.")})
    back_on = _day(
        _("Back on"),
        help_text=_("The first day back at work."),
        error_messages={"required": _("Give the first day back.")},
    )
    deputy = ColleagueField(
        label=_("Who stands in?"),
        queryset=None,
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose a colleague.")},
    )

    def __init__(self, data: Any = None, *, user: Any, collaboration: Collaboration) -> None:
        super().__init__(data)
        mine = user.memberships_in(collaboration)
        spoken_for = [one.pk for one in organisations_spoken_for(user, collaboration)]
        own = {m.organisation_id for m in mine}
        people = colleagues(own)
        fields: Any = self.fields
        # Those who speak for the organisation say it of colleagues too, others of themselves.
        own_rows = people.filter(pk__in=[m.pk for m in mine]) | people.filter(organisation__in=spoken_for)
        fields["membership"].queryset = own_rows
        fields["deputy"].queryset = people
        if mine:
            self.initial["membership"] = mine[0].pk

    def add_refusal(self, no: Any) -> None:
        """Put the action's sentences under their fields, or on top."""
        for name, sentences in (no.message_dict if hasattr(no, "error_dict") else {"": no.messages}).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class RulesForm(forms.ModelForm):
    """What the collaboration has decided on its ledger."""

    class Meta:
        model = CommitmentRules
        fields = ("shown_after_days", "remind_days", "silent_after_days")


class FilterForm(forms.Form):
    """What a list or the ledger is asked for; what is not understood is left out."""

    area = forms.ModelChoiceField(queryset=Area.objects.none(), to_field_name="slug", required=False)
    partner = forms.ModelChoiceField(queryset=Organisation.objects.none(), required=False)
    state = forms.ChoiceField(choices=CommitmentState.choices, required=False)
    late = forms.BooleanField(required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, data: Any, *, user: Any, collaboration: Collaboration) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["area"].queryset = Area.objects.visible_to(user).filter(collaboration=collaboration).order_by("name")
        fields["partner"].queryset = Organisation.objects.visible_to(user).filter(collaboration=collaboration)

    def asked(self) -> Asked:
        """What was understood of it."""
        self.is_valid()
        said = self.cleaned_data
        return Asked(
            area=said.get("area"),
            partner=said.get("partner"),
            state=said.get("state") or "",
            is_late=bool(said.get("late")),
            since=said.get("since"),
            until=said.get("until"),
        )
