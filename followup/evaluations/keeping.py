"""What is done with evaluations by themselves: begun on their day, kept up to date, computed again."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import Any

from followup.evaluations import actions, queries

logger = logging.getLogger(__name__)


def keep_all(*, today: dt.date) -> int:
    """Do what is left to do, each evaluation by itself; return how many changed or began."""
    begun = _each(queries.plans_due(today), lambda plan: actions.begin_planned(plan, today=today))
    _each(queries.open_evaluations(), lambda one: actions.compute(one, today=today))
    again = _each(queries.adopted_with_plan(), lambda one: _checked(one, today))
    return begun + again


def _checked(evaluation: Any, today: dt.date) -> Any:
    made = None
    # As many half years as have ended since it was last computed.
    while (check := actions.check_again(evaluation, today=today)) is not None:
        made = check
    return made


def _each(rows: Iterable[Any], change: Callable[[Any], Any]) -> int:
    done = 0
    for row in rows:
        try:
            done += change(row) is not None
        except Exception:
            # One that cannot be computed must not keep the others from it.
            logger.exception("%s %s stopped", type(row).__name__, row.pk)
    return done
