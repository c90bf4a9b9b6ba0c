"""Factories of plans, measures and commitments."""

from __future__ import annotations

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from action_plans.models import (
    Absence,
    Agreement,
    AgreementParty,
    AgreementProblem,
    Commitment,
    CommitmentMove,
    CommitmentReminder,
    CommitmentRules,
    EvaluationArea,
    EvaluationChange,
    EvaluationComparisonPlace,
    EvaluationPlace,
    EvaluationPlan,
    FollowUpNote,
    Goal,
    Measure,
    MeasureCause,
    MeasureGoal,
    MeasureMove,
    MeasurePlace,
    MethodCard,
    Plan,
    PlanSignature,
    PlanVersion,
    WordTemplate,
)
from tests import factories as make


def _organisation(of: str = "collaboration") -> factory.SubFactory:
    """An organisation of the same collaboration as the row."""
    return factory.SubFactory(make.OrganisationFactory, collaboration=factory.SelfAttribute(f"..{of}"))


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = Plan

    area = factory.SubFactory(make.AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Plan {n}")
    first_day = dt.date(2026, 1, 1)
    last_day = dt.date(2026, 12, 31)


class PlanVersionFactory(DjangoModelFactory):
    class Meta:
        model = PlanVersion

    plan = factory.SubFactory(PlanFactory)
    collaboration = factory.SelfAttribute("plan.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    content = factory.Dict({"schema": 1, "measures": [], "goals": []})
    decided_on = dt.date(2026, 2, 2)
    decided_by_group = factory.SubFactory(make.GroupFactory, collaboration=factory.SelfAttribute("..collaboration"))


class PlanSignatureFactory(DjangoModelFactory):
    class Meta:
        model = PlanSignature

    version = factory.SubFactory(PlanVersionFactory)
    collaboration = factory.SelfAttribute("version.collaboration")
    function = "kommundirektör"
    organisation = _organisation()
    signed_on = dt.date(2026, 2, 2)


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = Agreement

    collaboration = factory.SubFactory(make.CollaborationFactory)
    title = factory.Sequence(lambda n: f"Överenskommelse {n}")
    first_day = dt.date(2026, 1, 1)
    last_day = dt.date(2027, 12, 31)


class AgreementPartyFactory(DjangoModelFactory):
    class Meta:
        model = AgreementParty

    agreement = factory.SubFactory(AgreementFactory)
    collaboration = factory.SelfAttribute("agreement.collaboration")
    organisation = _organisation()


class AgreementProblemFactory(DjangoModelFactory):
    class Meta:
        model = AgreementProblem

    problem = factory.SubFactory(make.ProblemFactory)
    collaboration = factory.SelfAttribute("problem.collaboration")
    agreement = factory.SubFactory(AgreementFactory, collaboration=factory.SelfAttribute("..collaboration"))


class GoalFactory(DjangoModelFactory):
    """An effect goal with a baseline, counted by hand."""

    class Meta:
        model = Goal

    plan = factory.SubFactory(PlanFactory)
    collaboration = factory.SelfAttribute("plan.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence(lambda n: f"Minska skadegörelsen, mål {n}")
    indicator = "anmälda skador"
    measured = Goal.Measured.ENTERED
    baseline = 42
    baseline_from = dt.date(2025, 1, 1)
    baseline_to = dt.date(2025, 12, 31)
    target = 25
    target_on = dt.date(2026, 12, 31)


class MeasureFactory(DjangoModelFactory):
    """A draft with its words written, but without causes, parts, places and goals."""

    class Meta:
        model = Measure

    plan = factory.SubFactory(PlanFactory)
    collaboration = factory.SelfAttribute("plan.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    position = factory.Sequence(lambda n: n)
    title = factory.Sequence(lambda n: f"Åtgärd {n}")
    mechanism = "När platsen syns är det svårare att sälja där."
    indicator = "rapporter om öppen droghandel på torget"
    baseline = 30
    baseline_from = dt.date(2025, 1, 1)
    baseline_to = dt.date(2025, 12, 31)
    start_on = dt.date(2026, 3, 2)
    due_on = dt.date(2026, 9, 30)
    follow_up_on = dt.date(2026, 10, 14)


class MeasureCauseFactory(DjangoModelFactory):
    class Meta:
        model = MeasureCause

    measure = factory.SubFactory(MeasureFactory)
    collaboration = factory.SelfAttribute("measure.collaboration")
    cause = factory.SubFactory(
        make.CauseFactory, analysis__problem__area__collaboration=factory.SelfAttribute(".....measure.collaboration")
    )


class MeasureGoalFactory(DjangoModelFactory):
    class Meta:
        model = MeasureGoal

    measure = factory.SubFactory(MeasureFactory)
    collaboration = factory.SelfAttribute("measure.collaboration")
    goal = factory.SubFactory(GoalFactory, plan=factory.SelfAttribute("..measure.plan"))


class MeasurePlaceFactory(DjangoModelFactory):
    class Meta:
        model = MeasurePlace

    measure = factory.SubFactory(MeasureFactory)
    collaboration = factory.SelfAttribute("measure.collaboration")
    place = factory.SubFactory(make.PlaceFactory, collaboration=factory.SelfAttribute("..collaboration"))


class MeasureMoveFactory(DjangoModelFactory):
    class Meta:
        model = MeasureMove

    measure = factory.SubFactory(MeasureFactory)
    collaboration = factory.SelfAttribute("measure.collaboration")
    from_state = "draft"
    to_state = "proposed"


class FollowUpNoteFactory(DjangoModelFactory):
    class Meta:
        model = FollowUpNote

    measure = factory.SubFactory(MeasureFactory)
    collaboration = factory.SelfAttribute("measure.collaboration")
    on = dt.date(2026, 10, 14)
    carried_out = "partly"
    good_result = "too_early"
    organisation = _organisation()


class EvaluationPlanFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationPlan

    measure = factory.SubFactory(MeasureFactory)
    collaboration = factory.SelfAttribute("measure.collaboration")
    indicator = "rapporter om öppen droghandel"
    ring_m = 200
    before_from = dt.date(2025, 3, 1)
    before_to = dt.date(2025, 8, 31)
    after_from = dt.date(2026, 3, 2)
    after_to = dt.date(2026, 8, 31)
    decision_rule = "Om antalet inte minskat med en tredjedel prövas en annan åtgärd."


class EvaluationPlaceFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationPlace

    evaluation_plan = factory.SubFactory(EvaluationPlanFactory)
    collaboration = factory.SelfAttribute("evaluation_plan.collaboration")
    place = factory.SubFactory(make.PlaceFactory, collaboration=factory.SelfAttribute("..collaboration"))


class EvaluationAreaFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationArea

    evaluation_plan = factory.SubFactory(EvaluationPlanFactory)
    collaboration = factory.SelfAttribute("evaluation_plan.collaboration")
    area = factory.SubFactory(make.AreaFactory, collaboration=factory.SelfAttribute("..collaboration"))


class EvaluationComparisonPlaceFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationComparisonPlace

    evaluation_plan = factory.SubFactory(EvaluationPlanFactory)
    collaboration = factory.SelfAttribute("evaluation_plan.collaboration")
    place = factory.SubFactory(make.PlaceFactory, collaboration=factory.SelfAttribute("..collaboration"))


class EvaluationChangeFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationChange

    evaluation_plan = factory.SubFactory(EvaluationPlanFactory)
    collaboration = factory.SelfAttribute("evaluation_plan.collaboration")
    reason = "Byggstarten blev två månader senare än beslutat."


class CommitmentFactory(DjangoModelFactory):
    """A request that stands alone and waits for an answer."""

    class Meta:
        model = Commitment

    area = factory.SubFactory(make.AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    state = "asked"
    asked_by = _organisation()
    asked_of = _organisation()
    text = "Beskära buskarna vid gångvägen."
    due_on = dt.date(2026, 9, 30)
    asked_at = factory.LazyFunction(timezone.now)


class CommitmentMoveFactory(DjangoModelFactory):
    class Meta:
        model = CommitmentMove

    commitment = factory.SubFactory(CommitmentFactory)
    collaboration = factory.SelfAttribute("commitment.collaboration")
    kind = "state"
    from_state = "draft"
    to_state = "asked"
    line = factory.Dict({"state": "asked"})


class CommitmentRulesFactory(DjangoModelFactory):
    class Meta:
        model = CommitmentRules

    collaboration = factory.SubFactory(make.CollaborationFactory)


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    membership = factory.SubFactory(make.MembershipFactory)
    collaboration = factory.SelfAttribute("membership.collaboration")
    deputy = factory.SubFactory(make.MembershipFactory, organisation=factory.SelfAttribute("..membership.organisation"))
    first_day = factory.LazyFunction(timezone.localdate)
    back_on = factory.LazyAttribute(lambda absence: absence.first_day + dt.timedelta(days=7))


class MethodCardFactory(DjangoModelFactory):
    class Meta:
        model = MethodCard

    collaboration = factory.SubFactory(make.CollaborationFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Metod {n}")
    what = "Värdar rör sig på torget på kvällarna."
    sides = factory.List(["place"])
    controllers = factory.List(["guardian"])


class CommitmentReminderFactory(DjangoModelFactory):
    class Meta:
        model = CommitmentReminder

    commitment = factory.SubFactory(CommitmentFactory)
    collaboration = factory.SelfAttribute("commitment.collaboration")
    person = factory.SubFactory(make.UserFactory)
    kind = "before"
    due_on = factory.SelfAttribute("commitment.due_on")


class WordTemplateFactory(DjangoModelFactory):
    class Meta:
        model = WordTemplate

    collaboration = factory.SubFactory(make.CollaborationFactory)
    file = "word-templates/none.docx"
    size_bytes = 1000
