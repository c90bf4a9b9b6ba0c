"""`manage.py create_collaboration SLUG --name NAME [--extent=W,S,E,N]`: start an empty one, with its categories."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import NotPossible
from incidents.categories import create_default_categories
from partners.actions import add_first_administrator, create_collaboration
from partners.emails import password_path
from partners.rules import parse_extent


class Command(BaseCommand):
    help = "Start an empty collaboration with the default category tree, and say what to do next."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "slug", metavar="SLUG", help="the short name that stands first in its addresses: a–z, 0–9, -"
        )
        parser.add_argument("--name", required=True, help="the name people see")
        parser.add_argument(
            "--extent",
            metavar="W,S,E,N",
            help="the box in degrees (WGS 84) outside which an imported point is refused; write it with the equals "
            "sign, since west may be negative: --extent=-3.06,53.77,-2.98,53.88",
        )
        parser.add_argument(
            "--administrator", metavar="EMAIL", help="a first administrator, who invites everybody else"
        )
        parser.add_argument(
            "--organisation", metavar="NAME", help="the first administrator's organisation", default="Kommunen"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, email = options["slug"], options["administrator"]
        try:
            if email:
                validate_email(email)
        except ValidationError:
            raise CommandError(_("“%(email)s” is not an e-mail address.") % {"email": email}) from None
        try:
            with transaction.atomic():
                extent = parse_extent(options["extent"]) if options["extent"] is not None else None
                collaboration = create_collaboration(slug=slug, name=options["name"], extent=extent)
                create_default_categories(collaboration)
                administrator = email and add_first_administrator(
                    collaboration=collaboration,
                    email=email,
                    organisation_name=options["organisation"],
                    function=_("administrator"),
                )
        except NotPossible as error:
            raise CommandError(" ".join(error.messages)) from None

        say = self.stdout.write
        say(
            _("%(name)s now exists at /%(slug)s/, with %(count)d categories and nothing else.")
            % {"name": collaboration.name, "slug": slug, "count": collaboration.categories.count()}
        )
        say(_("What to do next:"))
        say("  " + _("1. Areas:") + f"     python manage.py import_areas FILE --collaboration {slug}")
        say(
            "  "
            + _("2. Incidents:")
            + f" python manage.py import_incidents FILE --profile PROFILE --collaboration {slug} --dry-run"
        )
        if administrator:
            person = administrator.user
            say("  " + _("3. People: %(email)s signs in and invites them on the page “People”.") % {"email": email})
            if not person.has_usable_password():
                say(
                    "     "
                    + _("A password is chosen here, once and within three days, after the server's address:")
                    + f" {password_path(person)}"
                )
        else:
            say("  " + _("3. People:") + f"    python manage.py add_administrator {slug} EMAIL")
