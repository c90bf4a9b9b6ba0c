"""The pattern for permissions: a check that gives its reason, and the same check as a question."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from common.errors import NotAllowed, NotPossible

P = ParamSpec("P")


def as_question(check: Callable[P, object]) -> Callable[P, bool]:
    """Turn `check_may_x` (which raises with its reason) into `may_x` (which answers yes or no)."""

    @wraps(check)
    def answer(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except (NotAllowed, NotPossible):
            return False
        return True

    return answer
