"""What tests of progress share: a measure under way, and somebody who tells."""

from __future__ import annotations

from typing import Any

from action_plans.models import MeasureState
from followup.models import Course
from followup.progress.actions import Told, tell
from tests.action_plans.cast import PlanWorld


class ProgressWorld(PlanWorld):
    """The cast of plans, with a measure under way."""

    def __init__(self) -> None:
        super().__init__()
        self.ongoing = self.measure(state=MeasureState.ONGOING, hours=60, cost_sek=100_000)

    def told(self, **values: Any) -> Told:
        """Something the municipality's officer tells of it, if nothing else is said."""
        said: dict[str, Any] = {
            "by": self.officer, "organisation": self.municipality, "course": Course.AS_PLANNED,
            "measure": self.ongoing, **values,
        }  # fmt: skip
        return tell(**said)
