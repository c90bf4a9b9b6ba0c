"""The forms of a question between levels: asking, answering and taking back."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from cause_analysis.forms import GuardedForm
from councils.escalations.actions import promised_since
from councils.escalations.permissions import groups_to_speak_for
from councils.escalations.queries import LATE, OPEN, Asked, seats_today
from councils.models import Answer, Ending, Escalation
from councils.models.escalations import LONGEST_QUESTION, LONGEST_REASON
from partners.levels import DecisionKind
from partners.models import Collaboration, Group, Level, Membership


def _words(label: Any, longest: int, *, rows: int = 3, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": longest})
    return forms.CharField(label=label, max_length=longest, widget=widget, **more)


class GroupField(forms.ModelChoiceField):
    """A group with its level."""

    def label_from_instance(self, group: Group) -> str:
        return f"{group.name} ({group.get_level_display()})"


class SeatField(forms.ModelChoiceField):
    """Somebody by function and organisation."""

    def label_from_instance(self, membership: Membership) -> str:
        return f"{membership.user.function}, {membership.organisation}"


class QuestionForm(GuardedForm):
    """A question to another level."""

    from_group = GroupField(
        label=_("Which group asks?"),
        queryset=Group.objects.none(),
        empty_label=_("choose a group"),
        error_messages={"required": _("Choose which group asks.")},
    )
    to_group = GroupField(
        label=_("Which group is asked?"),
        queryset=Group.objects.none(),
        empty_label=_("choose a group"),
        help_text=_("Above your own: an escalation. Below: an assignment, for example to explain something."),
        error_messages={"required": _("Choose which group is asked.")},
    )
    decision_kind = forms.ChoiceField(
        label=_("What is to be decided?"),
        choices=[(kind.value, capfirst(str(kind.label))) for kind in DecisionKind if kind != DecisionKind.ESCALATION],
        initial=DecisionKind.REQUEST.value,
    )
    question = _words(
        _("What is the question?"), LONGEST_QUESTION, error_messages={"required": _("Say what is asked.")}
    )
    recommended_decision = _words(
        _("What do you recommend that they decide?"),
        LONGEST_QUESTION,
        required=False,
        help_text=_("Needed upwards: the group above says yes, no or sends it back."),
    )
    answer_by = forms.DateField(
        label=_("Answer by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say until when you need the answer."), "invalid": _("Write a day, year first.")},
    )
    recipient = SeatField(
        label=_("Who answers?"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("all who sit there"),
    )
    area = forms.ModelChoiceField(
        label=_("Area"), queryset=Area.objects.none(), required=False, empty_label=_("no area of its own")
    )
    client_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        own = groups_to_speak_for(user, collaboration).order_by("name")
        first = list(own[:2])
        initial = {"client_uuid": uuid.uuid4(), **kwargs.pop("initial", {})}
        if len(first) == 1:
            initial["from_group"] = first[0].pk
        super().__init__(data, initial=initial, **kwargs)
        chosen: Any = self.fields
        active = Group.objects.filter(collaboration=collaboration, is_active=True).order_by("name")
        chosen["from_group"].queryset = own
        chosen["to_group"].queryset = active
        seats = seats_today(list(active.values_list("pk", flat=True)))
        sitting = Q(pk__in=seats.values("membership")) | Q(pk__in=seats.exclude(deputy=None).values("deputy"))
        chosen["recipient"].queryset = (
            Membership.objects.active(timezone.localdate())
            .filter(sitting, collaboration=collaboration)
            .select_related("user", "organisation")
            .order_by("organisation__name", "user__function")
        )
        chosen["area"].queryset = Area.objects.visible_to(user).filter(collaboration=collaboration).order_by("name")
        chosen["recommended_decision"].is_expected = True
        self.order_fields([*(name for name in self.fields if name != "is_confirmed"), "is_confirmed"])


class AnswerForm(GuardedForm):
    """What the group answers."""

    FIELD_OF = {"text": "answer_text"}

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    answer = forms.ChoiceField(
        label=_("What does the group answer?"),
        choices=[(value, capfirst(str(label))) for value, label in Answer.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the group answers.")},
    )
    answer_text = _words(_("In words"), LONGEST_QUESTION, required=False)
    ends = forms.ChoiceField(
        label=_("What becomes of the no?"),
        choices=[(value, capfirst(str(label))) for value, label in Ending.choices],
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Nobody's no is overruled. Leave it empty where the question is sent back."),
    )
    agreed_commitment: Any = forms.ModelChoiceField(
        label=_("What was agreed instead"),
        queryset=None,
        required=False,
        empty_label=_("nothing"),
        help_text=_("What the organisation itself has promised since the question was asked."),
    )

    def __init__(self, data: Any = None, *, user: Any, escalation: Escalation) -> None:
        super().__init__(data, initial={"row_version": escalation.row_version}, auto_id="id_answer_%s")
        chosen: Any = self.fields
        if escalation.commitment is None:
            del self.fields["ends"], self.fields["agreed_commitment"]
        else:
            chosen["agreed_commitment"].queryset = promised_since(user, escalation)
            chosen["agreed_commitment"].label_from_instance = lambda one: f"{one.number}: {one.text[:80]}"
            chosen["ends"].is_expected = True
        chosen["answer_text"].is_expected = True
        chosen["answer_text"].help_text = (
            _("Needed where the answer is no or the question is sent back.")
            if escalation.is_upwards
            else _("What the group above wants to know.")
        )
        self.order_fields([*(name for name in self.fields if name != "is_confirmed"), "is_confirmed"])


class TakeBackForm(GuardedForm):
    """Why the question is no longer asked."""

    reason = _words(_("Why is it taken back?"), LONGEST_REASON, rows=2, error_messages={"required": _("Say why.")})

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_back_%s")


class FilterForm(forms.Form):
    """What a list is narrowed to."""

    state = forms.ChoiceField(choices=[("", ""), (OPEN, OPEN), (LATE, LATE), ("answered", "answered")], required=False)
    group = forms.ModelChoiceField(queryset=Group.objects.none(), required=False)
    level = forms.ChoiceField(choices=[("", ""), *Level.choices], required=False)

    def __init__(self, data: Any, *, user: Any, collaboration: Collaboration) -> None:
        super().__init__(data)
        chosen: Any = self.fields["group"]
        chosen.queryset = Group.objects.visible_to(user).filter(collaboration=collaboration).order_by("name")

    def asked(self) -> Asked:
        """What was chosen; what cannot be is left out."""
        self.is_valid()
        said = self.cleaned_data
        return Asked(said.get("state") or "", said.get("group"), said.get("level") or "")
