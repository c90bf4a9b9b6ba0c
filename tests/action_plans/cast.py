"""What tests of plans share: the cast, an adopted analysis with a chosen cause in West, a plan and a group."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.measures import actions as measures
from cause_analysis.models import CauseAnalysis, State
from partners.roles import Role
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld


class PlanWorld(AnalysisWorld):
    """The cast, and what a plan stands on. Municipality and police plan in West with the housing company."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen = self.cause(
            "Torget är mörkt efter stängning", chosen_at=timezone.now(), chosen_by_group=self.group
        )
        self.evidence(self.chosen, strength=2)
        self.other_cause = self.cause("Ingen ansvarar för garaget")
        CauseAnalysis.objects.filter(pk=self.analysis.pk).update(adopted_at=timezone.now(), adopted_by_group=self.group)
        self.analysis.refresh_from_db()
        self.problem.state = State.ANALYSED
        self.problem.save()
        self.coordinator = self.people["coordinator"]
        self.officer = make.UserFactory(email="officer@example.org", function="trygghetssamordnare")
        make.AreaScopeFactory(
            membership=make.MembershipFactory(
                user=self.officer, organisation=self.municipality, role=Role.MUNICIPAL_OFFICER
            ),
            area=self.west,
        )
        self.plan = make.PlanFactory(collaboration=self.here, area=self.west)

    def measure(self, **values: Any) -> Any:
        """A draft with its words, about the problem."""
        return make.MeasureFactory(plan=self.plan, problem=self.problem, **values)

    def part(self, measure: Any, asked_of: Any, *, is_lead: bool = False, **values: Any) -> Any:
        """A part the municipality has written down for somebody."""
        return commitments.draft_part(
            by=self.officer,
            measure=measure,
            asked_by=self.municipality,
            asked_of=asked_of,
            text=values.pop("text", "Byta armaturerna på torget."),
            due_on=values.pop("due_on", dt.date(2026, 9, 30)),
            is_lead=is_lead,
            **values,
        )

    def decidable(self, **values: Any) -> Any:
        """A proposed measure that lacks nothing: a cause, a lead that has accepted, and no place."""
        measure = self.measure(**values)
        measures.choose_causes(by=self.officer, measure=measure, causes=[self.chosen])
        lead = self.part(measure, self.housing, is_lead=True)
        measures.propose(by=self.officer, measure=measure)
        commitments.accept(by=self.security_lead, commitment=lead)
        measure.refresh_from_db()
        return measure
