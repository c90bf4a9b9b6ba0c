"""Several changes at the same moment, each with a connection and a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def at_once(*changes: Callable[[], Any]) -> list[Any]:
    """What each change gave, or the exception it ended with, in the order of the changes."""
    start = threading.Barrier(len(changes))
    answers: list[Any] = [None] * len(changes)

    def run(number: int) -> None:
        try:
            start.wait(timeout=20)
            answers[number] = changes[number]()
        except Exception as problem:
            answers[number] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(changes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers
