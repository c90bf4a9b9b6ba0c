"""Worlds that stand while tests come and go: built once beneath tests that follow each other, copied for each of them.

A module whose tests all begin in the same world writes

    @standing
    def world():
        world = World()
        …
        return world

in place of a fixture that asks for `db`. The world is built in a transaction around those of the tests. Each test gets
a copy of it, takes back what it did to the rows, and has a cache of its own, so that nothing of it reaches the next. A
test that needs the database bare, empties it, or sees it from several threads finds no world standing.
"""

from __future__ import annotations

import datetime as dt
import itertools
import pickle
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

# What a world tells the hour of must not be long ago.
STANDS_S = 300
PLACES = itertools.count()


class Stage:
    """What stands, if anything does."""

    def __init__(self) -> None:
        self.build: Callable[[], Any] | None = None
        self.kept = b""
        self.around: Any = None
        self.ends_s = 0.0
        self.day: dt.date | None = None

    def set_up(self, build: Callable[[], Any] | None) -> None:
        """Let this world stand, or none, whatever stood before."""
        stands = time.monotonic() < self.ends_s and timezone.localdate() == self.day
        if build is self.build and (build is None or stands):
            return
        self.clear()
        if build is None:
            return
        self.around = transaction.atomic()
        self.around.__enter__()
        try:
            self.kept = pickle.dumps(build())
            connection.check_constraints()
        except BaseException:
            self.clear()
            raise
        self.build, self.ends_s, self.day = build, time.monotonic() + STANDS_S, timezone.localdate()

    def clear(self) -> None:
        self.build = None
        if self.around is not None:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)
            self.around = None

    def copy(self) -> Any:
        """The world that stands, as it was built, and an empty cache for what happens in it."""
        cache.key_prefix = f"{cache.key_prefix.partition('@')[0]}@{next(PLACES)}"
        return pickle.loads(self.kept)  # our own, of a moment ago


STAGE = Stage()


def standing(build: Callable[[], Any]) -> Any:
    """The fixture that gives each test a copy of what `build` builds."""

    def world(db: None) -> Any:
        return STAGE.copy() if STAGE.build is build else build()

    world.build = build  # type: ignore[attr-defined]
    world.__doc__ = build.__doc__
    return pytest.fixture(world)


def asked_for(request: pytest.FixtureRequest) -> Callable[[], Any] | None:
    """How the world is built in which this test begins; None if it builds its own."""
    for name in request.fixturenames:
        # The nearest fixture of a name hides the others, unless it asks for them itself.
        for found in reversed(request.node._fixtureinfo.name2fixturedefs.get(name, ())):
            if build := getattr(found.func, "build", None):
                return build
            if name not in found.argnames:
                break
    return None
