"""Where adopted evaluations are met again: by method, place, problem, measure, commitment and report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from action_plans.models import PlanVersion
from followup.evaluations.queries import with_row
from followup.models import EvaluatedMeasure, Evaluation, Lesson, Outcome
from partners.models import Collaboration


@dataclass
class Experience:
    """What a collaboration's own evaluations say of one method.

    `alone` counts those of one measure by what the group made of it; `together` those of several at once by what the
    numbers said. One that was never carried out is no experience of the method, and stands apart.
    """

    alone: dict[str, int] = field(default_factory=dict)
    together: dict[str, int] = field(default_factory=dict)
    never: int = 0
    evaluations: list[Evaluation] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """How many evaluations of the method alone there are."""
        return sum(self.alone.values())


def experience_of(user: Any, collaboration: Collaboration, methods: Collection[str]) -> dict[str, Experience]:
    """What the adopted evaluations the user reads say of each method."""
    rows = EvaluatedMeasure.objects.visible_to(user).filter(
        collaboration=collaboration, evaluation__adopted_at__isnull=False, measure__method__in=list(methods)
    )
    ties = list(rows.order_by("evaluation", "pk").values_list("evaluation_id", "measure__method"))
    evaluations = {
        one.pk: one for one in with_row(Evaluation.objects.filter(pk__in={pk for pk, _method in ties})).order_by("pk")
    }
    found: dict[str, Experience] = {}
    # Two measures of one method in one evaluation are one experience.
    for pk, method in dict.fromkeys(ties):
        evaluation = evaluations[pk]
        here = found.setdefault(method, Experience())
        here.evaluations.append(evaluation)
        here.lessons += [one for one in evaluation.lessons.all() if one.about == Lesson.About.METHOD]
        if evaluation.outcome == Outcome.NEVER:
            here.never += 1
        elif len(evaluation.evaluated_measures.all()) > 1:
            here.together[evaluation.headline] = here.together.get(evaluation.headline, 0) + 1
        else:
            here.alone[evaluation.outcome] = here.alone.get(evaluation.outcome, 0) + 1
    return found


def by_measure(user: Any, measures: Iterable[int], *, adopted: bool = False) -> dict[int, Evaluation]:
    """The evaluation each measure stands in, of those the user reads."""
    ties = EvaluatedMeasure.objects.visible_to(user).filter(measure__in=list(measures))
    if adopted:
        ties = ties.filter(evaluation__adopted_at__isnull=False)
    pairs = dict(ties.values_list("measure_id", "evaluation_id"))
    rows = {one.pk: one for one in with_row(Evaluation.objects.filter(pk__in=set(pairs.values())))}
    return {measure: rows[pk] for measure, pk in pairs.items()}


def said_of_measures(user: Any, measures: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What came of each measure in few words, where an evaluation the user reads is adopted: one question for all."""
    ties = EvaluatedMeasure.objects.visible_to(user).filter(
        measure__in=list(measures), evaluation__adopted_at__isnull=False
    )
    rows = ties.annotate(together=Count("evaluation__evaluated_measures")).values(
        "measure_id", "together", "evaluation__number", "evaluation__outcome", "evaluation__headline",
        "evaluation__collaboration__slug",
    )  # fmt: skip
    return {row["measure_id"]: row for row in rows}


def at_places(user: Any, places: Sequence[int]) -> dict[int, list[Evaluation]]:
    """The evaluations of what was done at each place, of those the user reads, the newest first."""
    found: dict[int, list[Evaluation]] = {pk: [] for pk in places}
    rows = EvaluatedMeasure.objects.visible_to(user)
    carried_out = rows.filter(measure__measure_places__place__in=places)
    treated = rows.filter(measure__evaluation_plan__treated_places__place__in=places)
    pairs = {
        *carried_out.values_list("measure__measure_places__place_id", "evaluation_id"),
        *treated.values_list("measure__evaluation_plan__treated_places__place_id", "evaluation_id"),
    }
    evaluations = with_row(Evaluation.objects.filter(pk__in={pk for _place, pk in pairs})).order_by("-due_on", "-pk")
    for one in evaluations:
        for place in places:
            if (place, one.pk) in pairs:
                found[place].append(one)
    return found


def lessons_at(user: Any, places: Sequence[int]) -> dict[int, list[Lesson]]:
    """What was learnt about each place, of adopted evaluations the user reads."""
    rows = Lesson.objects.visible_to(user).filter(place__in=places, evaluation__adopted_at__isnull=False)
    found: dict[int, list[Lesson]] = {pk: [] for pk in places}
    for lesson in rows.select_related("evaluation__collaboration").order_by("-evaluation__adopted_at", "pk"):
        found[lesson.place_id or 0].append(lesson)
    return found


def told_to_reporters(user: Any) -> Any:
    """Adopted evaluations of decided plans the user reads: what they said, and nothing of their numbers.

    A reporter reads decided plans and no evaluation; that what they reported led to something is for them too.
    """
    decided = PlanVersion.objects.visible_to(user).values("plan")
    rows = Evaluation.objects.adopted().exclude(outcome=Outcome.NEVER)
    return rows.filter(Q(plan__in=decided) | Q(pk__in=Evaluation.objects.visible_to(user).values("pk")))
