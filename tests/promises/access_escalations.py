"""Who gets what at the addresses of questions between the levels."""

from __future__ import annotations

from typing import Any

from partners.models import Level
from tests import factories as make
from tests.factories import councils as leading
from tests.factories import plans as planned
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

READ = ("security_lead", "police", "coordinator", "council")


def _asked(world: World) -> None:
    """A question on the west, from the group where the police sits to the one where the council sits."""
    world.local = make.GroupFactory(collaboration=world.here, level=Level.TACTICAL)
    world.council_group = make.GroupFactory(collaboration=world.here, level=Level.STRATEGIC)
    make.GroupMemberFactory(group=world.local, membership=world.people["police"].memberships.get())
    make.GroupMemberFactory(group=world.council_group, membership=world.people["council"].memberships.get())
    world.escalation = leading.EscalationFactory(
        from_group=world.local, to_group=world.council_group, area=world.west, number=1
    )


def _answered(world: World) -> None:
    from django.utils import timezone

    _asked(world)
    world.escalation.answer, world.escalation.answered_at = "yes", timezone.now()
    world.escalation.save()


def _of_a_no(world: World) -> None:
    _asked(world)
    world.escalation.commitment = planned.CommitmentFactory(
        area=world.west, asked_by=world.police_authority, asked_of=world.housing, state="declined",
        answer="Vi har inte råd.", due_on="2099-05-01",
    )  # fmt: skip
    world.escalation.save()


def _at(*, before: Any = _asked, **values: Any) -> dict[str, Any]:
    return {"before": before, "args": lambda world: [world.escalation.number], **values}


def _question(world: World) -> dict[str, Any]:
    return {
        "from_group": world.local.pk,
        "to_group": world.council_group.pk,
        "decision_kind": "resource",
        "question": "Vem betalar lamporna?",
        "recommended_decision": "Kommunen betalar.",
        "answer_by": "2099-05-01",
        "client_uuid": "b3f2f1de-5a53-4d3c-8f0e-0d8a2c0d9e11",
    }


ESCALATIONS: dict[str, Row] = {
    "escalation_list": Row(only(*READ, "other_housing"), before=_asked),
    "escalation_new": Row(only("police", "coordinator", "council"), before=_asked),
    # The council's form offers its own group, not the local one.
    "escalation_new POST": Row(
        {**only("police", "coordinator", code=302), "council": 422}, before=_asked, method="post", body=_question
    ),
    "escalation": Row(seen_by(*READ), **_at()),
    "escalation_answer POST": Row(
        {**seen_by(*READ, code=403), "coordinator": 302, "council": 302},
        **_at(method="post", body=lambda world: {"row_version": 0, "answer": "yes"}),
    ),
    "escalation_take_back POST": Row(
        {**seen_by(*READ, code=403), "coordinator": 302, "police": 302},
        **_at(method="post", body=lambda world: {"reason": "Löst."}),
    ),
    "escalation_note POST": Row(
        {**seen_by(*READ, code=403), "coordinator": 302, "police": 302}, **_at(before=_answered, method="post")
    ),
    # The organisation that said no, and nobody for it.
    "escalation_yes_after_all POST": Row(
        {**seen_by(*READ, code=403), "security_lead": 302}, **_at(before=_of_a_no, method="post")
    ),
    "api-escalation-list": Row(everybody(), is_outside=True, is_api=True, before=_asked),
    "api-escalation-list POST": Row(
        {**only("police", "coordinator", code=201)},
        is_outside=True,
        is_api=True,
        before=_asked,
        method="post",
        body=lambda world: {**_question(world), "collaboration": world.here.slug},
    ),
    "api-escalation": Row(
        seen_by(*READ), is_outside=True, is_api=True, before=_asked, args=lambda world: [world.escalation.pk]
    ),
    "api-escalation-answer POST": Row(
        {**seen_by(*READ, code=403), "coordinator": 200, "council": 200},
        is_outside=True,
        is_api=True,
        before=_asked,
        args=lambda world: [world.escalation.pk],
        method="post",
        body=lambda world: {"row_version": 0, "answer": "yes"},
    ),
}
