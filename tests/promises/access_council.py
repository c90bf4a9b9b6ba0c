"""Who gets what at the council's page and the lists behind its numbers."""

from __future__ import annotations

from django.utils import timezone

from tests import factories as make
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

READ = ("security_lead", "police", "other_housing", "coordinator", "council")


def _published(world: World) -> None:
    """A published picture of the west."""
    world.picture = make.PictureFactory(
        area=world.west, status="published", version=1, figures={}, published_at=timezone.now(),
        published_by=world.people["coordinator"],
    )  # fmt: skip


# Whoever reads published pictures and the council's page; a reporter reads the picture and is told that it ends there.
COMMENT = {**seen_by(*READ), "reporter": 403}

COUNCIL: dict[str, Row] = {
    "council_page": Row(only(*READ)),
    "council_pdf": Row(only(*READ)),
    "council_list": Row(only(*READ), args=lambda world: ["decisions"]),
    "figure_comment": Row(COMMENT, args=lambda world: [world.picture.pk, "trend"], before=_published),
    "figure_comment POST": Row(
        {**seen_by(*READ, code=302), "reporter": 403},
        args=lambda world: [world.picture.pk, "trend"],
        method="post",
        body=lambda world: {"text": "Byggarbetet på torget började i maj."},
        before=_published,
    ),
    "api-figure-comment-list": Row(everybody(), is_outside=True, is_api=True),
}
