"""Who gets what at the addresses of commitments. A request of the municipality to the housing company, in the west."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from action_plans.commitments import actions, away
from action_plans.models import CommitmentMove
from partners.models import Membership
from partners.roles import Role
from tests import factories as make
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

# Between whom it is; who reads what happens in the west; who reads plans at all.
ASKER, OWNER = ("coordinator", "council"), ("security_lead",)
SEES = (*ASKER, *OWNER, "police")
READS = (*SEES, "other_housing", "coach")


def _day(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def _request(world: World) -> None:
    """Asked some days ago, so that others see it too."""
    world.request = actions.make_request(  # type: ignore[attr-defined]
        by=world.people["coordinator"],
        area=world.west,
        asked_by=world.municipality,
        asked_of=world.housing,
        text="Laga staketet.",
        due_on=_day(9),
    )
    CommitmentMove.objects.filter(commitment=world.request).update(at=timezone.now() - dt.timedelta(days=5))  # type: ignore[attr-defined]


def _offered(world: World) -> None:
    _request(world)
    actions.counter_offer(by=world.people["security_lead"], commitment=_one(world), offer="Halva staketet.")


def _accepted(world: World) -> None:
    _request(world)
    actions.accept(by=world.people["security_lead"], commitment=_one(world))


def _kept(world: World) -> None:
    _accepted(world)
    actions.report(by=world.people["security_lead"], commitment=_one(world), is_kept=True)


def _draft(world: World) -> None:
    plan = make.PlanFactory(collaboration=world.here, area=world.west)
    world.request = actions.draft_part(  # type: ignore[attr-defined]
        by=world.people["coordinator"],
        measure=make.MeasureFactory(plan=plan),
        asked_by=world.municipality,
        asked_of=world.housing,
        text="Laga staketet.",
        due_on=_day(9),
    )


def _one(world: World) -> Any:
    return world.request  # type: ignore[attr-defined]


def _colleague(world: World) -> Membership:
    return make.MembershipFactory(organisation=world.housing, role=Role.REPORTER, user=make.UserFactory())


def _away(world: World) -> None:
    world.absence = away.say_away(  # type: ignore[attr-defined]
        by=world.people["security_lead"],
        membership=world.people["security_lead"].memberships.get(),
        deputy=_colleague(world),
        first_day=_day(1),
        back_on=_day(3),
    )


def _step(who: tuple[str, ...], before: Any, body: Any = None, code: int = 302) -> Row:
    """A step: taken by these, told why not by those who see it, and nothing to all others."""
    return Row(
        {**seen_by(*SEES, code=403), **dict.fromkeys(who, code)},
        before=before,
        args=lambda world: [_one(world).number],
        method="post",
        body=body or (lambda world: {}),
    )


COMMITMENTS: dict[str, Row] = {
    "commitment_list": Row(only(*READS, "reporter"), before=_request),
    "commitment_ledger": Row(only(*READS), before=_request),
    "commitment_ledger_export": Row(only(*READS), before=_request),
    "commitment_new": Row(only("coordinator", "security_lead", "police", "other_housing")),
    "commitment_new POST": Row(
        {**only("coordinator", "police", code=302), "security_lead": 422, "other_housing": 422},
        method="post",
        body=lambda world: {
            "area": world.west.pk,
            "asked_of": world.housing.pk,
            "text": "Laga staketet.",
            "due_on": _day(9).isoformat(),
        },
    ),
    "commitment_rules": Row(only("coordinator")),
    "commitment_rules POST": Row(
        only("coordinator", code=302),
        method="post",
        body=lambda world: {"shown_after_days": 3, "remind_days": 2, "silent_after_days": 21},
    ),
    "commitment_detail": Row(seen_by(*SEES), before=_request, args=lambda world: [_one(world).number]),
    "commitment_ask": _step(ASKER, _draft),
    "commitment_accept": _step(OWNER, _request),
    "commitment_counter": _step(OWNER, _request, lambda world: {"reason": "Halva staketet."}),
    "commitment_decline": _step(OWNER, _request, lambda world: {"reason": "Det är kommunens staket."}),
    "commitment_take_offer": _step(ASKER, _offered),
    "commitment_kept": _step(OWNER, _accepted),
    "commitment_not_kept": _step(OWNER, _accepted, lambda world: {"reason": "Det regnade hela veckan."}),
    "commitment_agree": _step(ASKER, _kept),
    "commitment_differ": _step(ASKER, _kept, lambda world: {"reason": "Halva staketet är kvar."}),
    "commitment_change": _step(
        ASKER,
        _request,
        lambda world: {"text": "Laga grinden.", "due_on": _day(12).isoformat(), "row_version": _one(world).row_version},
    ),
    "commitment_hand_over": _step(OWNER, _accepted, lambda world: {"responsible": _colleague(world).pk}),
    "commitment_withdraw": _step(ASKER, _request, lambda world: {"reason": "Det behövs inte längre."}),
    "absence_list": Row(only(*READS, "reporter")),
    # Each of them is away for themselves, with a colleague of the housing company: only there it is a colleague.
    "absence_list POST": Row(
        {**only(*READS, "reporter", code=422), "security_lead": 302},
        method="post",
        body=lambda world: {
            "membership": world.people["security_lead"].memberships.get().pk,
            "deputy": _colleague(world).pk,
            "first_day": _day(1).isoformat(),
            "back_on": _day(3).isoformat(),
        },
    ),
    "absence_remove": Row(
        seen_by("security_lead", code=302),
        before=_away,
        args=lambda world: [world.absence.pk],  # type: ignore[attr-defined]
        method="post",
    ),
    "api-commitment-list": Row(everybody(), before=_request, is_outside=True, is_api=True),
    "api-ledger": Row(everybody(), before=_request, is_outside=True, is_api=True),
}
