"""`manage.py check_log`: say whether the log still agrees with its seals."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.actions import broken_seals
from audit.models import DaySeal


class Command(BaseCommand):
    help = "Check every sealed day of the log, and print the days whose rows no longer agree with their seal."

    def handle(self, *args: Any, **options: Any) -> None:
        sealed = DaySeal.objects.count()
        broken = broken_seals()
        if broken:
            for day in broken:
                self.stdout.write(day.isoformat())
            raise CommandError(
                ngettext(
                    "The chain is broken: %(count)d day no longer agrees with its seal.",
                    "The chain is broken: %(count)d days no longer agree with their seals.",
                    len(broken),
                )
                % {"count": len(broken)}
            )
        if sealed:
            latest = DaySeal.objects.latest("day").day
            self.stdout.write(
                ngettext(
                    "The chain is whole: %(count)d sealed day, the latest %(day)s.",
                    "The chain is whole: %(count)d sealed days, the latest %(day)s.",
                    sealed,
                )
                % {"count": sealed, "day": latest.isoformat()}
            )
        else:
            self.stdout.write(_("No day is sealed yet. The first seal is made in the night."))
