"""The access table's rows of the measures library."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

READ_METHODS = ("reporter", "security_lead", "police", "other_housing", "coordinator", "council", "coach")


def _own_card(world: World) -> None:
    world.method = make.MethodCardFactory(collaboration=world.here, number=1)


def _filled(world: World) -> dict[str, Any]:
    return {
        "row_version": "0",
        "title": "Värdar på torget",
        "what": "Värdar rör sig på torget på kvällarna.",
        "sides": ["place"],
        "controllers": ["guardian"],
        "effect": "not_evaluated",
        "strength": "0",
    }


LIBRARY: dict[str, Row] = {
    "method_list": Row(only(*READ_METHODS)),
    "method": Row(only(*READ_METHODS), args=lambda world: ["street-lighting"]),
    "method_new": Row(only("coordinator")),
    "method_new POST": Row(only("coordinator", code=302), method="post", body=_filled),
    "method_change": Row(only("coordinator"), before=_own_card, args=lambda world: ["own-1"]),
    "method_change POST": Row(
        only("coordinator", code=302), before=_own_card, args=lambda world: ["own-1"], method="post", body=_filled
    ),
    "method_remove": Row(
        only("coordinator", code=302),
        before=_own_card,
        args=lambda world: ["own-1"],
        method="post",
        body=lambda world: {"yes": "yes"},
    ),
    "api-method-list": Row(everybody(), is_outside=True, is_api=True),
    "api-method": Row(
        seen_by(*READ_METHODS, "stranger"), is_outside=True, is_api=True, args=lambda world: ["street-lighting"]
    ),
}
