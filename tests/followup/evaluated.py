"""What tests of evaluations share: a decided measure at a square, with reports there and in another area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from followup.evaluations.actions import begin_planned
from incidents.models import Incident
from tests import factories as make
from tests.action_plans.cast import PlanWorld

BEFORE, AFTER = (dt.date(2024, 1, 1), dt.date(2024, 12, 31)), (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
TODAY = dt.date(2026, 1, 15)


class EvaluatedWorld(PlanWorld):
    """The plan's cast, with a measure at the square that was carried out before 2025, beside the east."""

    def __init__(self) -> None:
        super().__init__()
        self.square = make.PlaceFactory(collaboration=self.here, name="Torget", area=self.west)
        self.category = make.CategoryFactory(collaboration=self.here, code="LAM")
        self.done = self.planned("Byt lamporna på torget")

    def planned(self, title: str, **values: Any) -> Any:
        """A measure at the square that was carried out, with its evaluation planned."""
        values = {"state": "carried_out", "start_on": dt.date(2024, 12, 1), **values}
        measure = self.measure(title=title, method="lighting", **values)
        make.MeasurePlaceFactory(measure=measure, place=self.square)
        plan = make.EvaluationPlanFactory(
            measure=measure, indicator="skadegörelse på torget", selection="category=LAM", ring_m=None,
            before_from=BEFORE[0], before_to=BEFORE[1], after_from=AFTER[0], after_to=AFTER[1],
            fixed_at=timezone.now(),
        )  # fmt: skip
        make.EvaluationPlaceFactory(evaluation_plan=plan, place=self.square)
        make.EvaluationAreaFactory(evaluation_plan=plan, area=self.east)
        return measure

    def reports(self, year: int, monthly: Sequence[int], *, elsewhere: bool = False) -> None:
        """So many reports each month, at the square or in the east."""
        where = {"area": self.east} if elsewhere else {"area": self.west, "place": self.square}
        # Hundreds of them: written all at once.
        Incident.objects.bulk_create(
            make.IncidentFactory.build(
                at=dt.datetime(year, month, 10, 12, tzinfo=dt.UTC), lon=None, lat=None, category=self.category,
                organisation=self.municipality, **where,
            )
            for month, number in enumerate(monthly, start=1) for _ in range(number)
        )  # fmt: skip

    def halved(self) -> None:
        """Half as many at the square afterwards, as many in the east."""
        self.reports(2024, [10] * 12)
        self.reports(2025, [4] * 12)
        for year in (2024, 2025):
            self.reports(year, [9, 11] * 6, elsewhere=True)

    def begun(self) -> Any:
        """The evaluation of the measure, computed."""
        evaluation = begin_planned(self.done.evaluation_plan, today=TODAY)
        assert evaluation is not None
        return evaluation


JUDGED = {
    "done_as_planned": "yes", "mechanism_shown": "partly", "outcome": "worked", "what_next": "spread", "what_else": "",
    "side_effects": "", "reason": "",
}  # fmt: skip


def count_of(world: Any) -> int:
    return Incident.objects.filter(collaboration=world.here).count()
