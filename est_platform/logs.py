"""How a line of the machine's log is written: with what went wrong and where, and never with a row of the database."""

from __future__ import annotations

import logging
import re

# PostgreSQL says of a broken constraint which row broke it, every column of it: a report's text as well. The row may
# hold anything, so it ends where the next part of the traceback begins, or with the line of a message in quotes.
_ROW = re.compile(
    r"(Failing row contains \().*?\)\.?"
    r"(?=\s*\Z|\n\nThe above exception|\n\nDuring handling|\nCONTEXT:|['\"]\)(?:\n|\Z))",
    re.DOTALL,
)


# Addresses that open something to whoever knows them: a calendar, the end of letters, a new password.
_KEYS = re.compile(r"(/calendar/)[^/\s]+(?=\.ics)|(/letters/stop/|/password/reset/key/)[^/\s\"'?]+")


def without_keys(text: str) -> str:
    """The same with … for the secret in an address: whoever reads the log must not be able to open it."""
    return _KEYS.sub(r"\1\2…", text)


class WithoutRows(logging.Formatter):
    """Leave out what a row held that the database refused, and the secrets of addresses."""

    def format(self, record: logging.LogRecord) -> str:
        line = without_keys(super().format(record))
        return _ROW.sub(r"\1…)", line) if "Failing row contains" in line else line
