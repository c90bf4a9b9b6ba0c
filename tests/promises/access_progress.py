"""Who gets what at the addresses of what is told on the way."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from tests import factories as make
from tests.factories import plans as planned
from tests.promises.access_rows import Row, everybody, seen_by
from tests.world import World

WORK = ("security_lead", "police", "coordinator")


def _measure(world: World) -> None:
    """A measure that is under way in the west, in which the housing company of the east has a part."""
    world.problem = make.ProblemFactory(area=world.west, number=1)
    coach = world.people["coach"].memberships.get()
    make.CoachInvitationFactory(problem=world.problem, membership=coach)
    world.plan = planned.PlanFactory(area=world.west, number=1)
    world.measure = planned.MeasureFactory(plan=world.plan, problem=world.problem, state="ongoing")
    world.part = planned.CommitmentFactory(
        area=world.west, measure=world.measure, number=1, state="accepted", asked_by=world.municipality,
        asked_of=world.other_housing,
    )  # fmt: skip


def _proven(world: World) -> None:
    """Somebody has told that it is hindered, with a photo."""
    _measure(world)
    note = make.ProgressNoteFactory(measure=world.measure, course="hindered", organisation=world.housing)
    world.obstacle = make.ObstacleFactory(note=note)
    world.proof = make.ProofPhotoFactory(note=note)


def _of_measure(**values: Any) -> dict[str, Any]:
    return {"before": _measure, "args": lambda world: [world.measure.pk], **values}


def _of_part(**values: Any) -> dict[str, Any]:
    return {"before": _measure, "args": lambda world: [world.part.number], **values}


def _told(organisation: str) -> Any:
    return lambda world: {
        "course": "as_planned", "on": timezone.localdate().isoformat(), "client_uuid": str(uuid.uuid4()),
        "organisation": getattr(world, organisation).pk, "text": "", "hours": "", "cost_sek": "", "obstacle": "",
        "since": "", "part": "", "photos": "",
    }  # fmt: skip


PROGRESS: dict[str, Row] = {
    "progress_tell": Row({**seen_by(*WORK), "council": 403, "coach": 403}, **_of_measure()),
    # Each tells for the own organisation.
    "progress_tell POST": Row(
        {**seen_by(*WORK, code=422), "coordinator": 302, "council": 403, "coach": 403},
        **_of_measure(method="post", body=_told("municipality")),
    ),
    # Who has a part reads no more of the measure than that, and tells of it all the same.
    "progress_tell_part": Row({**seen_by(*WORK, "other_housing"), "council": 403, "coach": 403}, **_of_part()),
    "progress_tell_part POST": Row(
        {**seen_by(*WORK, code=422), "other_housing": 302, "council": 403, "coach": 403},
        **_of_part(method="post", body=_told("other_housing")),
    ),
    "dose_plan": Row({**seen_by(*WORK), "council": 403, "coach": 403}, **_of_measure()),
    "dose_plan POST": Row(
        {**seen_by(*WORK, code=302), "council": 403, "coach": 403},
        **_of_measure(method="post", body=lambda world: {"patrols": "40", "was_patrols": "", "word": "", "own": ""}),
    ),
    "obstacle_resolve": Row(
        {**seen_by(*WORK, code=302), "council": 403, "coach": 403},
        before=_proven, args=lambda world: [world.obstacle.pk], method="post", body=lambda world: {"on": ""},
    ),
    # The council and process support read the words and see no photos.
    "proof_photo": Row(seen_by(*WORK), before=_proven, args=lambda world: [world.proof.pk]),
    # The organisation whose photo it is takes it back, and a coordinator.
    "proof_remove": Row(
        {**seen_by("security_lead", "coordinator", code=302), "police": 403},
        before=_proven, args=lambda world: [world.proof.pk], method="post", body=lambda world: {},
    ),
    "api-progress-list": Row(everybody(), is_outside=True, is_api=True, before=_proven),
    "api-progress-list POST": Row(
        {**seen_by(*WORK, code=201), "council": 403, "coach": 403},
        is_outside=True, is_api=True, before=_measure, method="post",
        body=lambda world: {
            "measure": world.measure.pk, "course": "done", "client_uuid": str(uuid.uuid4()), "part": None, "text": "",
            "hours": None, "cost_sek": None, "obstacle": None, "since": None,
        },
    ),
}  # fmt: skip
