"""The access table's rows of meetings and what they decide."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from councils.meetings import leading
from tests import factories as make
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

LISTS = ("security_lead", "police", "other_housing", "coordinator", "council")
# Whoever sits in the group, and whoever keeps its minutes.
SEATED = ("police", "coordinator")


def _group(world: World) -> None:
    world.group = make.GroupFactory(collaboration=world.here, name="Beredningsgruppen")
    world.council = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    make.GroupMemberFactory(group=world.group, membership=world.people["police"].memberships.get())


def _planned(world: World) -> None:
    _group(world)
    soon = timezone.now() + dt.timedelta(hours=1)
    world.series = make.MeetingSeriesFactory(group=world.group)
    world.meeting = make.MeetingFactory(group=world.group, number=1, starts_at=soon)


def _ongoing(world: World) -> None:
    _planned(world)
    by = world.people["coordinator"]
    world.matter = leading.bring_matter(by=by, group=world.group, section="why", title="Varför just torget?")
    world.meeting = leading.open_meeting(by=by, meeting=world.meeting)
    world.item = leading.open_item(by=by, item=world.meeting.items.get(matter=world.matter))


def _decided(world: World) -> None:
    _ongoing(world)
    world.decision = leading.decide(
        by=world.people["coordinator"],
        item=world.item,
        outcome="assignment",
        text="Vi frågar skolan.",
        organisation=world.police_authority,
        due_on=timezone.localdate(),
    )


def _asking(world: World) -> None:
    _ongoing(world)
    type(world.group).objects.filter(pk=world.group.pk).update(level="operative")
    world.decision = make.DecisionFactory(item=world.item, outcome="decision", kind="measure")


def _part_said(world: World) -> dict[str, Any]:
    return {
        "organisation": world.housing.pk, "text": "Byta låset.", "due_on": f"{timezone.localdate():%Y-%m-%d}",
        "area": world.west.pk,
    }  # fmt: skip


def _closed(world: World) -> None:
    _decided(world)
    leading.close_meeting(by=world.people["coordinator"], meeting=world.meeting)


def _at_focus(world: World) -> None:
    _planned(world)
    by = world.people["coordinator"]
    make.GroupAreaFactory(group=world.group, area=world.west, collaboration=world.here)
    world.meeting = leading.open_meeting(by=by, meeting=world.meeting)
    world.item = leading.open_item(by=by, item=world.meeting.items.get(section="focus"))


def _focus_said(world: World) -> dict[str, Any]:
    return {
        "form_id": str(uuid.uuid4()), "area": world.west.pk, "text_version": 0, "name_0": "Torget",
        "why_0": "Mest händer.",
    }  # fmt: skip


def _of(before: Any = _planned, *more: str, **values: Any) -> dict[str, Any]:
    return {
        "before": before,
        "args": lambda world: [world.meeting.number, *(getattr(world, name).pk for name in more)],
        **values,
    }


def _series_said(world: World) -> dict[str, Any]:
    return {
        "group": world.group.pk, "name": "EST-möte", "cadence": "weekly", "first_on": "2026-12-01",
        "starts_at": "09:00", "length_min": 60, "adjust_days": 7,
    }  # fmt: skip


def _time_said(world: World) -> dict[str, Any]:
    day = timezone.localdate() + dt.timedelta(days=3)
    return {"group": world.group.pk, "day": f"{day:%Y-%m-%d}", "starts_at": "09:00", "length_min": 60}


def _escalated(world: World) -> dict[str, Any]:
    day = timezone.localdate() + dt.timedelta(days=10)
    return {
        "form_id": str(uuid.uuid4()), "to_group": world.council.pk, "question": "Får vi medel?",
        "recommended_decision": "Ja.", "decision_kind": "resource", "answer_by": f"{day:%Y-%m-%d}",
    }  # fmt: skip


_DECIDED = {"outcome": "decision", "kind": "focus", "text": "Torget först."}
_LEAD = seen_by(*SEATED, code=302)

MEETINGS: dict[str, Row] = {
    "meeting_list": Row(only(*LISTS), before=_planned),
    "decision_list": Row(only(*LISTS), before=_closed),
    # The police were given it, and the coordinator keeps the minutes.
    "decision_done POST": Row(_LEAD, lambda world: [world.decision.pk], before=_closed, method="post"),
    "meeting_new": Row(only(*SEATED), before=_group),
    "meeting_new POST": Row(only(*SEATED, code=302), before=_group, method="post", body=_time_said),
    "series_new": Row(only(*SEATED), before=_group),
    "series_new POST": Row(only(*SEATED, code=302), before=_group, method="post", body=_series_said),
    "series_change": Row(only(*SEATED), lambda world: [world.series.pk], before=_planned),
    "series_end POST": Row(only(*SEATED, code=302), lambda world: [world.series.pk], before=_planned, method="post"),
    "matter_new": Row(only(*SEATED), before=_group),
    "matter_new POST": Row(
        only(*SEATED, code=302),
        before=_group,
        method="post",
        body=lambda world: {"group": world.group.pk, "title": "Garaget", "section": "why"},
    ),
    "meeting": Row(seen_by(*SEATED), **_of()),
    "meeting_calendar": Row(seen_by(*SEATED), **_of()),
    "meeting_move": Row(seen_by(*SEATED), **_of()),
    "meeting_move POST": Row(_LEAD, **_of(method="post", body=_time_said)),
    "meeting_cancel POST": Row(_LEAD, **_of(method="post", body=lambda world: {"reason": "Få kan komma."})),
    "meeting_open POST": Row(_LEAD, **_of(method="post")),
    "meeting_close POST": Row(_LEAD, **_of(_ongoing, method="post")),
    "meeting_matter POST": Row(
        _LEAD, **_of(method="post", body=lambda world: {"title": "Garaget", "section": "measures"})
    ),
    "meeting_roll POST": Row(
        _LEAD,
        **_of(
            _ongoing,
            method="post",
            body=lambda world: {f"m{world.people['police'].memberships.get().pk}": "present"},
        ),
    ),
    "item_open POST": Row(_LEAD, **_of(_ongoing, "item", method="post")),
    "item_note POST": Row(
        _LEAD,
        **_of(_ongoing, "item", method="post", body=lambda world: {"row_version": 0, "text": "Vi talade om det"}),
    ),
    "item_decide POST": Row(
        _LEAD,
        **_of(_ongoing, "item", method="post", body=lambda world: {**_DECIDED, "form_id": str(uuid.uuid4())}),
    ),
    # The order is written into a picture, which only those who compile pictures do.
    "item_focus POST": Row(
        {**seen_by(), "police": 403, "coordinator": 302},
        **_of(_at_focus, "item", method="post", body=_focus_said),
    ),
    "item_escalate POST": Row(_LEAD, **_of(_ongoing, "item", method="post", body=_escalated)),
    "item_settle POST": Row(
        _LEAD, **_of(_ongoing, "item", method="post", body=lambda world: {"outcome": "information"})
    ),
    "item_call_in POST": Row(
        _LEAD,
        **_of(
            _ongoing,
            "item",
            method="post",
            body=lambda world: {"membership": world.people["other_housing"].memberships.get().pk},
        ),
    ),
    "api-meeting-list": Row(everybody(), is_outside=True, is_api=True, before=_planned),
    "api-decision-list": Row(everybody(), is_outside=True, is_api=True, before=_closed),
    "api-matter-list": Row(everybody(), is_outside=True, is_api=True, before=_closed),
    "api-meeting": Row(
        seen_by(*SEATED), lambda world: [world.meeting.pk], is_outside=True, is_api=True, before=_planned
    ),
    "decision_part POST": Row(_LEAD, **_of(_asking, "decision", method="post", body=_part_said)),
    "decision_object POST": Row(
        _LEAD,
        **_of(
            _decided,
            "decision",
            method="post",
            body=lambda world: {"organisation": world.housing.pk, "text": "Vi hinner inte."},
        ),
    ),
    "minutes_pdf": Row(seen_by(*SEATED), **_of(_closed)),
    "minutes_word": Row(seen_by(*SEATED), **_of(_closed)),
    "minutes_adjust POST": Row(
        _LEAD,
        **_of(
            _closed,
            method="post",
            body=lambda world: {"organisation": world.police_authority.pk, "text": "Skolan var inte med."},
        ),
    ),
}
