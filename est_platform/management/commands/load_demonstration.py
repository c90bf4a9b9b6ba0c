"""`manage.py load_demonstration`: load the two demonstration collaborations, once.

Its lines are in English, as those of `script/server` between which they stand.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import NotPossible
from est_platform.demonstration import loading


class Command(BaseCommand):
    help = "Load the demonstration (norrkoping: invented, blackpool: open data). A second time nothing changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=loading.SEED, help="the same seed gives the same past")
        parser.add_argument(
            "--until", type=dt.date.fromisoformat, default=None, metavar="YYYY-MM-DD", help="the last day (today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        today = timezone.localdate()
        until = options["until"] or today
        if not dt.date(2016, 1, 1) <= until <= today:
            raise CommandError("The last day must lie between 2016-01-01 and today.")
        if options["seed"] < 0:
            raise CommandError("The seed is zero or more.")

        def say(text: str) -> None:
            self.stdout.write(f"  demonstration {time.monotonic() - started:5.1f} s  {text}")
            self.stdout.flush()

        try:
            is_new = loading.load(seed=options["seed"], until=until, say=say)
        except NotPossible as no:
            raise CommandError(" ".join(no.messages)) from None
        if not is_new:
            self.stdout.write("  The demonstration is there already; nothing was changed.")
