from typing import Any

from django.core.management.base import BaseCommand

from privacy.in_browser import write_rules_file


class Command(BaseCommand):
    help = "Writes the guard's patterns for the browser again, after a change of the rules."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the module and say where it is."""
        self.stdout.write(str(write_rules_file()))
