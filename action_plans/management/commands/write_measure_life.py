from typing import Any

from django.core.management.base import BaseCommand

from action_plans.measures.life import PAGE, as_markdown


class Command(BaseCommand):
    help = "Draws docs/measure-life.md again, after a change of a measure's steps or of what deciding asks for."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and say where it is."""
        PAGE.write_text(as_markdown(), encoding="utf-8")
        self.stdout.write(str(PAGE))
