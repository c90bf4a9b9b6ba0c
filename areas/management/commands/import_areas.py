"""Read areas and their boundaries from a GeoJSON or GeoPackage file."""

from __future__ import annotations

import datetime as dt
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.actions import import_areas, read_file_for
from areas.models import Area, AreaKind
from common.errors import NotPossible
from partners.models import Collaboration


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class Command(BaseCommand):
    help = "Create areas and re-cut changed boundaries from a GeoJSON or GeoPackage file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a .geojson or .gpkg file, in any coordinate system")
        parser.add_argument("--collaboration", required=True, metavar="SLUG")
        parser.add_argument("--kind", default="", choices=AreaKind.values, help="guessed from the file if left out")
        parser.add_argument("--parent", default="", metavar="SLUG", help="the larger area that new areas lie in")
        parser.add_argument(
            "--valid-from", type=_day, metavar="YYYY-MM-DD", help="the day the boundaries begin to hold"
        )
        parser.add_argument("--source", default="", help="where the boundaries come from")
        parser.add_argument("--approximate", action="store_true", help="mark the boundaries as approximate")
        parser.add_argument("--name-property", default="", metavar="NAME")
        parser.add_argument("--code-property", default="", metavar="NAME")
        parser.add_argument("--crs", default="", metavar="EPSG:NNNN", help="when the file names none, or a wrong one")
        parser.add_argument("--layer", default="", metavar="NAME", help="for a GeoPackage with several layers")
        parser.add_argument("--report-by", action="store_true", help="count incidents by this kind of area from now on")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and save nothing")
        parser.add_argument("--json", action="store_true", help="end with the numbers as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.perf_counter()
        collaboration = Collaboration.objects.filter(slug=options["collaboration"]).first()
        if collaboration is None:
            raise CommandError(_("There is no collaboration “%(slug)s”.") % {"slug": options["collaboration"]})
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": path})
        try:
            file = read_file_for(
                collaboration,
                path,
                **{name: options[name] for name in ("name_property", "code_property", "crs", "layer")},
            )
            report = import_areas(
                collaboration=collaboration,
                file=file,
                by=None,
                today=timezone.localdate(),
                source=options["source"] or path.name,
                kind=options["kind"],
                parent=self._parent(collaboration, options["parent"]),
                valid_from=options["valid_from"],
                is_approximate=options["approximate"],
                report_by=options["report_by"],
                dry_run=options["dry_run"],
            )
        except NotPossible as problem:
            raise CommandError(" ".join(problem.messages)) from None
        for line in report.sentences():
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write(_("Nothing was saved: this was a trial run."))
        if options["json"]:
            seconds = round(time.perf_counter() - start, 3)
            self.stdout.write(json.dumps({**report.as_dict(), "seconds": seconds}))

    def _parent(self, collaboration: Collaboration, slug: str) -> Area | None:
        if not slug:
            return None
        parent = Area.objects.filter(collaboration=collaboration, slug=slug).first()
        if parent is None:
            raise CommandError(_("There is no area “%(slug)s” in the collaboration.") % {"slug": slug})
        return parent
