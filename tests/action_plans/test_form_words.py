"""What a form of the plan says of a field that was left empty."""

from __future__ import annotations

import pytest
from django import forms
from django.utils import translation

from action_plans.commitments import forms as commitments
from action_plans.goals.forms import AgreeForm
from action_plans.library.forms import MethodForm
from action_plans.measures import forms as measures

# What is always chosen from the start is never empty: the kinds of a goal, the plan, who is away, on whose behalf.
ALWAYS_CHOSEN = {"asked_by", "membership", "organisation", "effect", "strength", "to"}
FORMS = [
    commitments.RequestForm, commitments.OfferForm, commitments.DeclineForm, commitments.NotKeptForm,
    commitments.DifferForm, commitments.ChangeForm, commitments.HandOverForm, commitments.WithdrawForm,
    commitments.AbsenceForm, AgreeForm, MethodForm, measures.NewMeasureForm, measures.MeasureForm,
    measures.EvaluationForm, measures.PartForm, measures.MeasureDecideForm, measures.FollowUpForm,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_field_says_what_to_do_and_not_that_it_is_required(form):
    with translation.override("en"):
        usual = str(forms.Field.default_error_messages["required"])
        for name, field in form.base_fields.items():
            if field.required and name not in ALWAYS_CHOSEN and not isinstance(field.widget, forms.HiddenInput):
                assert str(field.error_messages["required"]) != usual, name
