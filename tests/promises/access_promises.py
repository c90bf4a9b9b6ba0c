"""Who gets what at the addresses of citizen promises, and what anybody gets under public/."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from action_plans.promises import actions
from tests import factories as make
from tests.promises.access_rows import Row, everybody, here, only, seen_by
from tests.world import World

READS = ("security_lead", "police", "other_housing", "coordinator", "council")
WRITES = ("security_lead", "police", "coordinator")


def _draft(world: World) -> None:
    world.promise = make.PromiseFactory(area=world.west)
    world.item = make.PromiseItemFactory(promise=world.promise, organisation=world.housing)
    world.plan = make.PlanFactory(area=world.west)
    world.measure = make.MeasureFactory(plan=world.plan)
    world.link = make.PromiseItemMeasureFactory(item=world.item, measure=world.measure)
    world.signatory = make.PromiseSignatoryFactory(promise=world.promise, organisation=world.housing)
    world.group = make.GroupFactory(collaboration=world.here)


def _decided(world: World) -> None:
    _draft(world)
    actions.decide_promise(
        by=world.people["coordinator"], promise=world.promise, group=world.group, decided_on=timezone.localdate()
    )
    world.promise.refresh_from_db()


def _published(world: World) -> None:
    _decided(world)
    by = world.people["coordinator"]
    seen = actions.mark_of(actions.preview(world.promise))
    actions.publish_promise(by=by, promise=world.promise, seen=seen)
    world.promise.refresh_from_db()


def _followed_up(world: World) -> None:
    _published(world)
    actions.follow_up_promise(
        by=world.people["coordinator"],
        promise=world.promise,
        on=timezone.localdate(),
        text_sv="Det går bra.",
        text_en="It goes well.",
        carried_out="yes",
        good_result="yes",
    )


def _dialogue(world: World) -> None:
    world.dialogue = make.DialogueFactory(area=world.west)


def _works(code: int = 200, **others: int) -> dict[str, int]:
    return {**seen_by(*WRITES, code=code), "council": 403, **others}


def _coordinates(code: int = 200) -> dict[str, int]:
    return {**seen_by("coordinator", code=code), "council": 403, "security_lead": 403, "police": 403}


def _at(*names: str, before: Any = _draft, **more: Any) -> dict[str, Any]:
    """The promise's own address, followed by the keys of what is named."""
    return {
        "before": before,
        "args": lambda world: [world.promise.number, *(getattr(world, name).pk for name in names)],
        **more,
    }


def _sent(body: Any = lambda world: {}, **more: Any) -> dict[str, Any]:
    return {"method": "post", "body": body, **more}


def _uuid() -> str:
    return str(uuid.uuid4())


def _promise_words(world: World) -> dict[str, Any]:
    return {"row_version": 0, "title_sv": "Ljust torg", "first_day": "2026-01-01", "last_day": "2026-12-31"}


def _item_words(world: World) -> dict[str, Any]:
    return {"row_version": 0, "client_uuid": _uuid(), "organisation": world.housing.pk, "text_sv": "Vi byter lampor."}


def _open(*names: Any) -> dict[str, Any]:
    """An address under public/, of what is published in West."""
    return {
        "before": _published,
        "is_outside": True,
        "args": lambda world: ["ekstad", world.west.slug, *names],
    }


PROMISES: dict[str, Row] = {
    "promise_list": Row(only(*READS)),
    "promise_new": Row(only("security_lead", "police", "other_housing", "coordinator")),
    "promise_new POST": Row(
        {**here(403), "security_lead": 302, "police": 302, "coordinator": 302, "other_housing": 422},
        method="post",
        body=lambda world: {
            "client_uuid": _uuid(),
            "area": world.west.pk,
            "title_sv": "Ljust torg",
            "first_day": "2026-01-01",
            "last_day": "2026-12-31",
        },
    ),
    "promise": Row({**seen_by(*WRITES), "council": 200}, **_at()),
    "promise_edit": Row(_works(), **_at()),
    "promise_edit POST": Row(_works(302), **_at(**_sent(_promise_words))),
    "promise_item_new": Row(_works(), **_at()),
    "promise_item_new POST": Row(_works(302), **_at(**_sent(_item_words))),
    "promise_item_edit": Row(_works(), **_at("item")),
    "promise_item_edit POST": Row(_works(302), **_at("item", **_sent(_item_words))),
    "promise_item_remove": Row(_works(302), **_at("item", **_sent())),
    "promise_measure_new": Row(_works(), **_at("item")),
    "promise_measure_new POST": Row(
        _works(302),
        **_at("item", **_sent(lambda world: {"measure": make.MeasureFactory(plan=world.plan).pk, "row_version": 0})),
    ),
    "promise_measure_edit": Row(_works(), **_at("link")),
    "promise_measure_edit POST": Row(_works(302), **_at("link", **_sent(lambda world: {"row_version": 0}))),
    "promise_measure_untie": Row(_works(302), **_at("link", **_sent())),
    "promise_signatory_new": Row(
        _works(302),
        **_at(**_sent(lambda world: {"function": "polischef", "organisation": world.police_authority.pk})),
    ),
    "promise_signatory_remove": Row(_works(302), **_at("signatory", **_sent())),
    # Who decides for a group that is not theirs is not offered it.
    "promise_decide": Row(
        _works(422, coordinator=302),
        **_at(**_sent(lambda world: {"group": world.group.pk, "decided_on": str(timezone.localdate())})),
    ),
    "promise_reopen": Row(_works(302), **_at(before=_decided, **_sent())),
    "promise_publish": Row(_coordinates(), **_at(before=_decided)),
    "promise_publish POST": Row(
        _coordinates(302),
        **_at(before=_decided, **_sent(lambda world: {"seen": actions.mark_of(actions.preview(world.promise))})),
    ),
    "promise_unpublish": Row(_coordinates(302), **_at(before=_published, **_sent())),
    "promise_follow_up": Row(_works(), **_at(before=_published)),
    "promise_follow_up POST": Row(
        _works(302),
        **_at(
            before=_published,
            **_sent(
                lambda world: {
                    "client_uuid": _uuid(),
                    "on": str(timezone.localdate()),
                    "text_sv": "Bra.",
                    "text_en": "Good.",
                    "carried_out": "yes",
                    "good_result": "partly",
                }
            ),
        ),
    ),
    "promise_result": Row(_works(302), **_at(before=_followed_up, **_sent(lambda world: {"result": "kept"}))),
    "dialogue_list": Row(only(*READS)),
    "dialogue_new": Row(only("security_lead", "police", "other_housing", "coordinator")),
    "dialogue_new POST": Row(
        {**here(403), "security_lead": 302, "police": 302, "coordinator": 302, "other_housing": 422},
        method="post",
        body=lambda world: {
            "client_uuid": _uuid(),
            "row_version": 0,
            "area": world.west.pk,
            "kind": "citizen",
            "held_on": str(timezone.localdate() - dt.timedelta(days=1)),
        },
    ),
    "dialogue_edit": Row(_works(), before=_dialogue, args=lambda world: [world.dialogue.pk]),
    "dialogue_edit POST": Row(
        _works(302),
        before=_dialogue,
        args=lambda world: [world.dialogue.pk],
        **_sent(
            lambda world: {"client_uuid": _uuid(), "row_version": 0, "kind": "survey", "held_on": "2026-01-02"},
        ),
    ),
    "api-promise-list": Row(everybody(), is_outside=True, is_api=True),
    # The same for all, signed in or not.
    "public_start": Row(everybody(), is_outside=True, before=_published),
    "public_areas": Row(everybody(), is_outside=True, before=_published, args=lambda world: ["ekstad"]),
    "public_promises": Row(everybody(), **_open()),
    "public_promise_feed": Row(everybody(), **_open()),
    "public_promise_print": Row(everybody(), **_open()),
    "public_promise": Row(everybody(), **_open(1)),
    "public_promise_version": Row(everybody(), **_open(1, 1)),
}

OPEN_TO_ALL = {name for name in PROMISES if name.startswith("public_")}
