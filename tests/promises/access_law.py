"""The access table's rows of what the law asks for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests import factories as make
from tests.promises.access_rows import Row, everybody, only
from tests.world import World

READ = ("security_lead", "other_housing", "coordinator", "council")


def _decided(world: World) -> None:
    item = make.StatutoryItemFactory(collaboration=world.here, paragraph=4)
    world.decision = make.StatutoryDecisionFactory(item=item)


def _own_entry(world: World) -> None:
    world.entry = make.YearEntryFactory(collaboration=world.here)


def _decision(world: World) -> dict[str, Any]:
    return {
        "decided_on": f"{timezone.localdate():%Y-%m-%d}",
        "decided_by_body": "executive_board",
        "registry_number": "KS 2026/4",
    }


def _paragraph(world: World) -> list[Any]:
    return [4]


def _its_decision(world: World) -> list[Any]:
    return [4, world.decision.pk]


def _its_entry(world: World) -> list[Any]:
    return [f"own-{world.entry.pk}"]


_ENTRY = {"row_version": "0", "title": "Trygghetsmätning", "month": "10", "day": ""}

LAW: dict[str, Row] = {
    "law": Row(only(*READ)),
    "duty": Row(only(*READ), _paragraph),
    "duty_decide": Row(only("coordinator"), _paragraph),
    "duty_decide POST": Row(only("coordinator", code=302), _paragraph, method="post", body=_decision),
    "duty_change": Row(only("coordinator"), _paragraph),
    "duty_change POST": Row(
        only("coordinator", code=302),
        _paragraph,
        method="post",
        body=lambda world: {"row_version": "0", "requires": "En lägesbild tas fram."},
    ),
    "duty_begin": Row(only("coordinator", code=302), _paragraph, method="post", body=lambda world: {"begun": "yes"}),
    "duty_due": Row(only("coordinator"), _its_decision, before=_decided),
    "duty_due POST": Row(
        only("coordinator", code=302),
        _its_decision,
        method="post",
        body=lambda world: {"row_version": "0", "next_due_on": "", "due_reason": "Gäller tills vidare."},
        before=_decided,
    ),
    "duty_strike": Row(only("coordinator"), _its_decision, before=_decided),
    "duty_strike POST": Row(
        only("coordinator", code=302),
        _its_decision,
        method="post",
        body=lambda world: {"reason": "Fel dag."},
        before=_decided,
    ),
    "hand_over": Row(only(*READ)),
    "law_papers": Row(only(*READ)),
    "law_paper_export": Row(only(*READ), lambda world: ["bra-enkat", "xlsx"]),
    "year_wheel": Row(only(*READ)),
    "year_entry_new": Row(only("coordinator")),
    "year_entry_new POST": Row(only("coordinator", code=302), method="post", body=lambda world: _ENTRY),
    "year_entry": Row(only("coordinator"), _its_entry, before=_own_entry),
    "year_entry POST": Row(
        only("coordinator", code=302), _its_entry, method="post", body=lambda world: _ENTRY, before=_own_entry
    ),
    "year_entry_remove": Row(only("coordinator", code=302), _its_entry, method="post", before=_own_entry),
    "api-statutory-item-list": Row(everybody(), is_outside=True, is_api=True),
    "api-agreement-list": Row(everybody(), is_outside=True, is_api=True),
    "api-agreement-list POST": Row(
        only("coordinator", code=201),
        is_outside=True,
        is_api=True,
        method="post",
        body=lambda world: {
            "collaboration": world.here.slug,
            "title": "Samverkansöverenskommelse 2026–2029",
            "first_day": "2026-01-01",
            "last_day": "2029-12-31",
        },
    ),
    "api-statutory-decisions": Row(
        only("coordinator", code=201),
        is_outside=True,
        is_api=True,
        method="post",
        body=lambda world: {
            "collaboration": world.here.slug,
            "paragraph": 4,
            "decided_on": f"{timezone.localdate():%Y-%m-%d}",
            "decided_by": "executive_board",
            "registry_number": "KS 2026/4",
        },
    ),
}
