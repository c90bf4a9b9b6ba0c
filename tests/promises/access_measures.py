"""Who gets what at the addresses of measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tests import factories as make
from tests.factories import plans as planned
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

# The circle of the west writes in its plan; the council and the invited coach read it, the east does not see it.
WORK = ("security_lead", "police", "coordinator")
READ = (*WORK, "council", "coach")


def _measure(state: str) -> Callable[[World], None]:
    def make_it(world: World) -> None:
        """A measure about a problem in the west, to which the coach is invited, and a group in which the police sit."""
        world.problem = make.ProblemFactory(area=world.west, number=1)
        coach = world.people["coach"].memberships.get()
        make.CoachInvitationFactory(problem=world.problem, membership=coach)
        world.plan = planned.PlanFactory(area=world.west, number=1)
        world.measure = planned.MeasureFactory(plan=world.plan, problem=world.problem, state=state)
        world.group = make.GroupFactory(collaboration=world.here, name="Beredningsgruppen")
        make.GroupMemberFactory(group=world.group, membership=world.people["police"].memberships.get())

    return make_it


def _at(*more: str, state: str = "proposed") -> dict[str, Any]:
    return {"before": _measure(state), "args": lambda world: [world.measure.pk, *more]}


def _works(code: int = 200) -> dict[str, int]:
    return {**seen_by(*WORK, code=code), "council": 403, "coach": 403}


def _decides(code: int) -> dict[str, int]:
    """The police sit in a group, and the coordinator keeps its minutes; it is nobody else's to say."""
    return {**_works(code), "security_lead": 403}


MEASURES: dict[str, Row] = {
    "measure_list": Row(only(*READ, "other_housing"), before=_measure("proposed")),
    "measure_new": Row(only(*WORK, "other_housing"), before=_measure("proposed")),
    # The east has no plan to write in.
    "measure_new POST": Row(
        {**only(*WORK, code=302), "other_housing": 422},
        before=_measure("proposed"),
        method="post",
        body=lambda world: {"title": "Byta lampor", "plan": world.plan.pk},
    ),
    "measure_detail": Row(seen_by(*READ), **_at()),
    "measure_change": Row(_works(), **_at()),
    "measure_change POST": Row(
        _works(302), method="post", body=lambda world: {"row_version": 0, "title": "Byta lampor"}, **_at()
    ),
    "measure_choose": Row(_works(), **_at("places")),
    "measure_choose POST": Row(
        _works(302), method="post", body=lambda world: {"chosen": [world.square.pk]}, **_at("places")
    ),
    "measure_evaluation": Row(_works(), **_at()),
    "measure_evaluation POST": Row(
        _works(302),
        method="post",
        body=lambda world: {
            "row_version": 0, "indicator": "rapporter", "before_from": "2025-03-01", "before_to": "2025-08-31",
            "after_from": "2026-03-01", "after_to": "2026-08-31", "decision_rule": "Om inget ändras slutar vi.",
        },
        **_at(),
    ),
    "measure_evaluation_map": Row(_works(), query="?ring=200", **_at()),
    "measure_part": Row(_works(), **_at()),
    # Each asks for its own organisation.
    "measure_part POST": Row(
        {**_works(422), "coordinator": 302},
        method="post",
        body=lambda world: {
            "asked_by": world.municipality.pk, "asked_of": world.housing.pk, "text": "Byta lamporna.",
            "due_on": "2026-09-30", "is_lead": "on",
        },
        **_at(),
    ),
    # It lacks a cause and a lead.
    "measure_decide": Row(_decides(422), method="post", body=lambda world: {"group": world.group.pk}, **_at()),
    "measure_step": Row(_works(302), method="post", body=lambda world: {"to": "draft"}, **_at()),
    "measure_follow_up": Row(_works(), **_at(state="ongoing")),
    "measure_follow_up POST": Row(
        {**_works(422), "coordinator": 302},
        method="post",
        body=lambda world: {
            "on": timezone.localdate().isoformat(), "carried_out": "partly", "good_result": "too_early",
            "organisation": world.municipality.pk,
        },
        **_at(state="ongoing"),
    ),
    "measure_remove": Row(_works(302), method="post", body=lambda world: {}, **_at(state="draft")),
    "api-measure-list": Row(everybody(), is_outside=True, is_api=True, before=_measure("proposed")),
    "api-measure": Row(seen_by(*READ), is_outside=True, is_api=True, **_at()),
    "api-measure-evaluation": Row(_works(), is_outside=True, is_api=True, **_at()),
    "api-measure-evaluation POST": Row(
        _works(),
        is_outside=True,
        is_api=True,
        method="post",
        body=lambda world: {
            "row_version": 0, "indicator": "rapporter", "before_from": "2025-01-01", "before_to": "2025-03-31",
            "after_from": "2026-01-01", "after_to": "2026-03-31", "decision_rule": "Annars slutar vi.",
        },
        **_at(),
    ),
    "api-measure-decide": Row(
        _decides(409),
        is_outside=True,
        is_api=True,
        method="post",
        body=lambda world: {"group": world.group.pk},
        **_at(),
    ),
    "api-measure-move": Row(
        _works(200), is_outside=True, is_api=True, method="post", body=lambda world: {"to": "draft"}, **_at()
    ),
}  # fmt: skip
