"""Who gets what at frozen packs. They hold what the council may see, so the council and whoever compiles read them."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

from councils.packs import files
from documents import plain
from tests import factories as make
from tests.documents.test_pack_formats import RICH
from tests.promises.access_plans import _version
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

READ = ("coordinator", "council")
DATA = b"%PDF-1.7 as it was that day"


@cache
def _content() -> dict[str, Any]:
    """A document with every kind of block there is."""
    return plain.as_data(RICH)


def _frozen(world: World) -> None:
    world.pack = make.PackFactory(
        collaboration=world.here, number=1, title=RICH.title, content=_content(), sha256=plain.digest(_content())
    )
    name = files.store({"pdf": DATA})["pdf"]
    make.PackFileFactory(pack=world.pack, file=name, sha256=files.sha256_of(DATA), size_bytes=len(DATA))


def _press(world: World) -> dict[str, Any]:
    return {"form_id": str(uuid.uuid4())}


PACKS: dict[str, Row] = {
    "pack_list": Row(only(*READ), before=_frozen),
    "pack": Row(only(*READ), lambda world: [1], before=_frozen),
    "pack_file": Row(only(*READ), lambda world: [1, "pdf"], before=_frozen),
    "pack_freeze POST": Row(only("coordinator", code=302), method="post", body=_press),
    "plan_pack_freeze POST": Row(
        only("coordinator", code=302), lambda world: [world.plan.number, 1], "post", _press, before=_version
    ),
    "api-pack-list": Row(everybody(), is_outside=True, is_api=True),
    "api-pack": Row(seen_by(*READ), lambda world: [world.pack.pk], is_outside=True, is_api=True, before=_frozen),
    "api-pack-file": Row(
        seen_by(*READ), lambda world: [world.pack.pk, "pdf"], is_outside=True, is_api=True, before=_frozen
    ),
}
