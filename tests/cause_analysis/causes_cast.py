"""What tests of analyses share: the cast with a prioritised problem in West, an analysis of it and a group."""

from __future__ import annotations

from typing import Any

from cause_analysis.models import State
from tests import factories as make
from tests.world import World

METHOD = {
    "why_chosen": "Gruppen valde det i november.",
    "sources": "Rapporter och polisens bild; inga enkäter.",
    "selection_limits": "Få rapporter från natten.",
    "significance": "Natten kan vara underskattad.",
}


class AnalysisWorld(World):
    """The cast, and what an analysis stands on."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = make.ProblemFactory(collaboration=self.here, area=self.west, state=State.PRIORITISED)
        self.analysis = make.CauseAnalysisFactory(problem=self.problem)
        self.group = make.GroupFactory(collaboration=self.here, name="Beredningsgruppen")
        self.seat = make.GroupMemberFactory(group=self.group, membership=self.people["police"].memberships.get())
        self.police, self.security_lead = self.people["police"], self.people["security_lead"]

    def cause(self, text: str = "Ingen ansvarar för torget efter stängning", **values: Any) -> Any:
        return make.CauseFactory(analysis=self.analysis, text=text, **values)

    def evidence(self, cause: Any, **values: Any) -> Any:
        return make.EvidenceFactory(cause=cause, organisation=self.police_authority, **values)

    def answer_method(self) -> None:
        for name, text in METHOD.items():
            setattr(self.analysis, name, text)
        self.analysis.save()
