"""The access table's rows of plans and agreements. In the world's plan the circle of West works."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

WORKS = ("coordinator", "security_lead", "police")
READS = (*WORKS, "council")
# What was decided is read in the whole collaboration, as published pictures are.
READS_DECIDED = (*READS, "reporter", "other_housing")
# Who opens the list: whoever reads plans, and reporters, who read what was decided.
OPENS = ("coordinator", "security_lead", "police", "council", "coach", "other_housing", "reporter")
PERIOD = {"first_day": "2026-01-01", "last_day": "2026-12-31"}


def _plan(world: World) -> None:
    world.plan = make.PlanFactory(collaboration=world.here, area=world.west)
    world.goal = make.GoalFactory(plan=world.plan, organisation=world.housing, agreed_at="2026-02-02T10:00Z")
    world.first_measure = make.MeasureFactory(plan=world.plan, number=1, position=0)
    world.second_measure = make.MeasureFactory(plan=world.plan, number=2, position=1)
    world.deciding = make.GroupFactory(collaboration=world.here)
    make.GroupMemberFactory(group=world.deciding, membership=world.people["police"].memberships.get())


def _version(world: World) -> None:
    _plan(world)
    from action_plans.plans.content import content_of

    world.version = make.PlanVersionFactory(
        plan=world.plan, number=1, content=content_of(world.plan), decided_by_group=world.deciding
    )


def _agreement(world: World) -> None:
    world.agreement = make.AgreementFactory(collaboration=world.here)
    world.party = make.AgreementPartyFactory(agreement=world.agreement, organisation=world.housing)


def _of_plan(**values: Any) -> dict[str, Any]:
    return {"before": _plan, "args": lambda world: [world.plan.number], **values}


def _of_version(**values: Any) -> dict[str, Any]:
    return {"before": _version, "args": lambda world: [world.plan.number, 1], **values}


def _of_agreement(**values: Any) -> dict[str, Any]:
    return {"before": _agreement, "args": lambda world: [world.agreement.pk], **values}


PLANS: dict[str, Row] = {
    "plan_list": Row(only(*OPENS), before=_version),
    "plan_new": Row(only(*WORKS, "other_housing")),
    "plan_new POST": Row(
        # Each in the areas of their own circle.
        only(*WORKS, code=302) | {"other_housing": 422},
        method="post",
        body=lambda world: {"title": "Tryggare centrum", "area": world.west.pk, **PERIOD},
    ),
    "plan": Row(seen_by(*READS), **_of_plan()),
    "plan_change": Row({**seen_by(*WORKS), "council": 403}, **_of_plan()),
    "plan_change POST": Row(
        {**seen_by(*WORKS, code=302), "council": 403},
        **_of_plan(method="post", body=lambda world: {"title": "Tryggare väst", "row_version": "0", **PERIOD}),
    ),
    "plan_order": Row(
        {**seen_by(*WORKS, code=302), "council": 403}, **_of_plan(method="post", body=lambda world: {"move": "2:1"})
    ),
    "plan_step": Row(
        {**seen_by(*WORKS, code=302), "council": 403},
        **_of_plan(method="post", body=lambda world: {"step": "1:proposed"}),
    ),
    "plan_places": Row(seen_by(*READS), **_of_plan()),
    "plan_changes": Row(seen_by(*READS), **{**_of_version(), "args": lambda world: [world.plan.number]}),
    # Whoever sits in no group is told so.
    "plan_decide": Row({**seen_by("coordinator", "police"), "security_lead": 403, "council": 403}, **_of_plan()),
    "plan_decide POST": Row(
        # No measure of the plan is decided yet.
        {**seen_by("coordinator", "police", code=422), "security_lead": 403, "council": 403},
        **_of_plan(method="post", body=lambda world: {"group": world.deciding.pk, "decided_on": "2026-02-02"}),
    ),
    "plan_version": Row(seen_by(*READS_DECIDED), **_of_version()),
    "plan_sign": Row(
        # Each notes that the own organisation has signed; a coordinator notes all. Others only read.
        {
            **seen_by("coordinator", "security_lead", code=302),
            "police": 422,
            "council": 422,
            "reporter": 403,
            "other_housing": 403,
        },
        **_of_version(
            method="post",
            body=lambda world: {
                "organisation": world.housing.pk,
                "function": "förbundschef",
                "signed_on": "2026-02-02",
            },
        ),
    ),
    "agreement_list": Row(only(*OPENS), before=_agreement),
    "agreement_new": Row(only("coordinator")),
    "agreement_new POST": Row(
        only("coordinator", code=302), method="post", body=lambda world: {"title": "Överenskommelse", **PERIOD}
    ),
    "agreement": Row(only(*OPENS), **_of_agreement()),
    "agreement_change": Row(only("coordinator"), **_of_agreement()),
    "agreement_change POST": Row(
        only("coordinator", code=302),
        **_of_agreement(method="post", body=lambda world: {"title": "Överenskommelse 2", "row_version": "0", **PERIOD}),
    ),
    "agreement_party": Row(
        only("coordinator", code=302),
        **_of_agreement(method="post", body=lambda world: {"organisation": world.police_authority.pk}),
    ),
    "agreement_party_remove": Row(
        only("coordinator", code=302),
        before=_agreement,
        args=lambda world: [world.agreement.pk, world.party.pk],
        method="post",
    ),
    "api-plan-list": Row(everybody(), before=_plan, is_outside=True, is_api=True),
    "api-plan": Row(seen_by(*READS), before=_plan, is_outside=True, is_api=True, args=lambda world: [world.plan.pk]),
    "api-plan-version-list": Row(everybody(), before=_version, is_outside=True, is_api=True),
    "api-plan-version": Row(
        seen_by(*READS_DECIDED),
        before=_version,
        is_outside=True,
        is_api=True,
        args=lambda world: [world.version.pk],
    ),
}
