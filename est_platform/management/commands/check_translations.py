"""`manage.py check_translations`: is every text there in Swedish?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.pofile import PoFileError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from est_platform import translations


class Command(BaseCommand):
    help = "Compare the texts of the code with the Swedish translations; fail when one is missing, doubtful or broken."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="put new texts into the file and take unused ones out")
        parser.add_argument(
            "--merge", nargs="+", type=Path, default=[], metavar="FILE", help="fill in from these files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        file = root / "locale" / translations.LANGUAGE / "LC_MESSAGES" / "django.po"
        wanted = translations.as_catalog(translations.texts_in(root))
        try:
            catalogs = [translations.read(one) for one in (file, *options["merge"])]
        except PoFileError as error:
            raise CommandError(f"A translation file cannot be read: {error}") from error
        for name in options["merge"]:
            if not name.exists():
                raise CommandError(f"There is no file {name}.")
        if options["write"] or options["merge"]:
            catalog = translations.merged(wanted, *catalogs)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(translations.written(catalog))
            self._tell_unused(wanted, dict(zip(options["merge"], catalogs[1:], strict=True)))
        else:
            catalog = catalogs[0]
        found = translations.problems(wanted, catalog)
        for problem in found:
            self.stdout.write(f"{problem.file}: {problem.what}: {problem.english}")
        if found:
            raise CommandError(
                f"{len(found)} of {len(wanted)} texts are not right in Swedish. manage.py check_translations --write "
                f"puts the new ones into {file.relative_to(root)}; translate them there."
            )
        self.stdout.write(f"All {len(wanted)} texts are there in Swedish.")

    def _tell_unused(self, wanted: Any, merged: dict[Path, Any]) -> None:
        for name, catalog in merged.items():
            for problem in translations.problems(wanted, catalog):
                if problem.what == "no longer in the code":
                    self.stdout.write(f"{name.name}: not used, not in the code: {problem.english}")
