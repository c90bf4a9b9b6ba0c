"""`manage.py import_incidents FILE --profile PROFILE --collaboration SLUG`: load a file of incidents."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from incidents.importing.actions import import_file, profile_named
from incidents.importing.pipeline import Outcome
from incidents.importing.profiles import PROFILES
from partners.models import Collaboration


class Command(BaseCommand):
    help = "Load a file of incidents into a collaboration. Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file: CSV, Excel or Parquet, as the profile says")
        parser.add_argument("--profile", required=True, choices=sorted(PROFILES), help="what kind of file it is")
        parser.add_argument("--collaboration", required=True, metavar="SLUG", help="where the incidents land")
        parser.add_argument("--organisation", default="", metavar="NAME", help="whose the incidents become")
        parser.add_argument(
            "--mapping", default="", metavar="NAME_OR_FILE", help="a saved mapping, or a JSON file with one"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        collaboration = Collaboration.objects.filter(slug=options["collaboration"]).first()
        if collaboration is None:
            slugs = ", ".join(Collaboration.objects.values_list("slug", flat=True)) or "–"
            raise CommandError(
                _("There is no collaboration “%(slug)s”. Choose one of: %(slugs)s.")
                % {"slug": options["collaboration"], "slugs": slugs}
            )
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": path})
        try:
            _batch, outcome = import_file(
                path,
                profile=profile_named(options["profile"]),
                collaboration=collaboration,
                organisation_name=options["organisation"],
                mapping=options["mapping"],
                dry_run=options["dry_run"],
            )
        except ValidationError as no:
            raise CommandError(" ".join(no.messages)) from None
        outcome.seconds = round(time.monotonic() - started, 3)
        self.tell(outcome, dry_run=options["dry_run"])
        if options["json"]:
            numbers = {name: getattr(outcome, name) for name in ("rows", "stored", "refused", "unchanged", "seconds")}
            self.stdout.write(json.dumps(numbers))

    def tell(self, outcome: Outcome, *, dry_run: bool) -> None:
        """What happened, in words."""
        say = {
            True: _(
                "%(rows)s rows were checked: %(stored)s would be stored, %(refused)s refused, %(unchanged)s unchanged."
            ),
            False: _("%(rows)s rows were read: %(stored)s stored, %(refused)s refused, %(unchanged)s unchanged."),
        }[dry_run]
        counts = ("rows", "stored", "refused", "unchanged", "without_place", "outside_areas", "texts_removed")
        numbers = {name: number_format(getattr(outcome, name), force_grouping=True) for name in counts}
        self.stdout.write(say % numbers)
        for note in outcome.notes:
            self.stdout.write(note)
        self.stdout.write(
            _(
                "Of those stored: %(without_place)s without a place, %(outside_areas)s outside the areas, "
                "%(texts_removed)s without their text."
            )
            % numbers
        )
        for (column, sentence), count in outcome.kinds_of_refusal.most_common(20):
            self.stdout.write(f"  {count} × {column + ': ' if column else ''}{sentence}")
