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


class WithoutRows(logging.Formatter):
    """Leave out what a row held that the database refused."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return _ROW.sub(r"\1…)", line) if "Failing row contains" in line else line
