"""Who gets what at the addresses of plans' files and of the Word template."""

from __future__ import annotations

from action_plans.papers.files import store
from tests import factories as make
from tests.documents.templates import municipal
from tests.promises.access_rows import Row, only, seen_by
from tests.world import World

IN_WEST = ("security_lead", "police", "coordinator", "council")
FILES = ("plan_pdf", "plan_word", "plan_excel")


def _plan(world: World) -> None:
    world.papers_plan = make.PlanFactory(collaboration=world.here, area=world.west)


def _template(world: World) -> None:
    make.WordTemplateFactory(collaboration=world.here, file=store(municipal()))


PAPERS: dict[str, Row] = {
    # Whose role reads no plans is told so; the circle of another area finds nothing.
    **{
        route: Row(
            {**seen_by(*IN_WEST), "data_protection": 403, "administrator": 403},
            before=_plan,
            args=lambda world: [world.papers_plan.number],
        )
        for route in FILES
    },
    "word_template": Row(only("coordinator")),
    # Without a file the form comes back.
    "word_template POST": Row(only("coordinator", code=422), method="post", body=lambda world: {}),
    "word_template_remove": Row(only("coordinator", code=302), before=_template, method="post", body=lambda world: {}),
    "word_template_preview": Row(only("coordinator"), before=_template),
}
