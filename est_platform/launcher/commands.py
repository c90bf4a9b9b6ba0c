"""The three commands, and what is common to them: signals, failures, exit codes."""

from __future__ import annotations

import os
import signal
import sys

from .checks import test
from .report import Failure, fail
from .server import server
from .setup import setup

COMMANDS = {"setup": setup, "server": server, "test": test}


def main(arguments: list[str]) -> int:
    """Run the command the script named; failures say what happened and what to do."""
    # A script started in the background inherits an ignored Ctrl-C; a closed terminal and a plain kill stop it alike.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    if os.geteuid() == 0:
        os.umask(0o022)  # PostgreSQL runs as another user and must be able to read its own program
    command, *rest = arguments
    try:
        return COMMANDS[command](rest)
    except Failure as failure:
        fail(failure)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
