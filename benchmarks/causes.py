"""A large analysis to be measured: 300 causes in a tree and 1,000 pieces of evidence, in the area with most reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

CAUSES, EVIDENCE = 300, 1_000
TITLE = "Skadegörelse vid centrum"
# Each cause stands under the one a third as far down the list.
BELOW_EACH = 3


def make(slug: str, area: Any) -> Any:
    """The analysis, made once."""
    from django.db.models import Max
    from django.utils import timezone

    from areas.models import Place, PlaceFeature
    from cause_analysis.models import Cause, CauseAnalysis, Evidence, Problem, Side, State
    from cause_analysis.problems.counting import figures_of
    from incidents.selections import Selection
    from partners.models import Collaboration, Organisation

    collaboration = Collaboration.objects.get(slug=slug)
    organisation = Organisation.objects.filter(collaboration=collaboration).order_by("pk")[0]
    today = timezone.localdate()
    problem = Problem.objects.filter(collaboration=collaboration, title=TITLE).first()
    is_new = problem is None
    if problem is None:
        year = f"area={area.slug}&since={today - dt.timedelta(days=365)}&until={today}"
        last = Problem.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
        problem = Problem.objects.create(
            collaboration=collaboration,
            area=area,
            number=(last or 0) + 1,
            title=TITLE,
            state=State.PRIORITISED,
            selection=year,
            figures=figures_of(collaboration, Selection.parse(year), today=today),
        )
        # What can be brought as evidence: each place of the area has been looked at.
        PlaceFeature.objects.bulk_create(
            PlaceFeature(
                collaboration=collaboration, place=place, organisation=organisation, kind="light", state="defect",
                observed_on=today,
            )
            for place in Place.objects.filter(collaboration=collaboration, area=area)
        )  # fmt: skip
    analysis, _is_new = CauseAnalysis.objects.get_or_create(collaboration=collaboration, problem=problem, version=1)
    if not is_new:
        return analysis
    causes: list[Any] = []
    sides = list(Side)
    for number in range(CAUSES):
        causes.append(
            Cause.objects.create(
                collaboration=collaboration,
                analysis=analysis,
                parent=causes[number // BELOW_EACH - 1] if number >= BELOW_EACH else None,
                position=number,
                text=f"Orsak {number}: platsen ger skydd och ingen ansvarar för den efter stängning",
                side=sides[number % len(sides)],
            )
        )
    kinds = (Evidence.Kind.DIALOGUE, Evidence.Kind.EXPERT, Evidence.Kind.SELECTION)
    Evidence.objects.bulk_create(
        Evidence(
            collaboration=collaboration,
            # The first cause, which is the one opened, has its share and more.
            cause=causes[0 if number % 20 == 0 else number % CAUSES],
            kind=kinds[number % len(kinds)],
            selection="category=SKA" if number % len(kinds) == 2 else "",
            figures={"incidents": 40 + number, "without_point": 3, "sensitive": 0} if number % len(kinds) == 2 else {},
            counted_at=timezone.now() if number % len(kinds) == 2 else None,
            direction=Evidence.Direction.AGAINST if number % 4 == 0 else Evidence.Direction.FOR,
            strength=number % 4,
            organisation=organisation,
            text=f"Belägg {number}: fältarna och vaktmästaren ser samma sak flera kvällar i veckan",
        )
        for number in range(EVIDENCE)
    )
    return analysis
