from typing import Any

from django.core.management.base import BaseCommand

from cause_analysis.life import PAGE, as_markdown


class Command(BaseCommand):
    help = "Draws docs/problem-life.md again, after a change of a problem's steps."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and say where it is."""
        PAGE.write_text(as_markdown(), encoding="utf-8")
        self.stdout.write(str(PAGE))
