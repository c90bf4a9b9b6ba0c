"""Lets what happened before happen at its own time.

Minutes are frozen when a meeting is closed, so that nothing of it can be put on its day afterwards. While the clock is
turned the platform reads it wherever it asks Django what time it is; the log tells it too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    def forward(self, minutes: int) -> None:
        self.moment += dt.timedelta(minutes=minutes)


@contextmanager
def turned_to(moment: dt.datetime) -> Iterator[Clock]:
    """It is this moment, until the block ends. For a load that nothing else runs beside, in one thread."""
    clock = Clock(moment)

    class AnyDatetime(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, dt.datetime)

    class Turned(dt.datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return clock.moment.astimezone(tz)

    # `timezone.now` itself stays: models hold it as the default of their fields.
    names = vars(timezone)
    before = names["datetime"]
    names["datetime"] = Turned
    try:
        yield clock
    finally:
        names["datetime"] = before


def at_ten(day: dt.date) -> dt.datetime:
    """Ten in the morning of a day."""
    return dt.datetime.combine(day, dt.time(10), tzinfo=timezone.get_default_timezone())
