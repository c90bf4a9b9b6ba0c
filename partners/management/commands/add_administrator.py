"""`manage.py add_administrator SLUG EMAIL`: a first administrator, or a way back in when nobody can sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from common.errors import NotPossible
from partners.actions import add_first_administrator
from partners.emails import password_path
from partners.models import Collaboration


class Command(BaseCommand):
    help = "Give a person the administrator's role in a collaboration, and print where they choose a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the collaboration's short name")
        parser.add_argument("email", metavar="EMAIL", help="the person's e-mail address")
        parser.add_argument("--organisation", metavar="NAME", default="Kommunen", help="the person's organisation")
        parser.add_argument("--function", default="", help="what others see, for example “EST coordinator”")

    def handle(self, *args: Any, **options: Any) -> None:
        collaboration = Collaboration.objects.filter(slug=options["slug"]).first()
        if collaboration is None:
            raise CommandError(
                _("There is no collaboration with the short name “%(slug)s”.") % {"slug": options["slug"]}
            )
        try:
            validate_email(options["email"])
            membership = add_first_administrator(
                collaboration=collaboration,
                email=options["email"],
                organisation_name=options["organisation"],
                function=options["function"] or _("administrator"),
            )
        except NotPossible as error:
            raise CommandError(" ".join(error.messages)) from None
        except ValidationError:
            raise CommandError(_("“%(email)s” is not an e-mail address.") % {"email": options["email"]}) from None
        self.stdout.write(
            _("%(email)s is now administrator of %(name)s.")
            % {"email": membership.user.email, "name": collaboration.name}
        )
        if not membership.user.has_usable_password():
            self.stdout.write(
                _("A password is chosen here, once and within three days, after the server's address:")
                + f" {password_path(membership.user)}"
            )
