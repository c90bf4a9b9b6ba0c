"""Letters about accounts and roles, in the platform's default language."""

from __future__ import annotations

from urllib.parse import quote

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from partners.models import Membership, User


def password_path(person: User) -> str:
    """The path where this person, and nobody else, may choose a password; it works once and for three days."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return path.replace("UID-KEY", quote(key))


def send_invitation(membership: Membership, site: str) -> None:
    """Tell somebody of their role, with a link to choose a password when they have none."""
    person = membership.user
    site = site.rstrip("/")
    with override(settings.LANGUAGE_CODE):
        context = {
            "membership": membership,
            "notice": membership.collaboration.notice,
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
            "password_url": "" if person.has_usable_password() else site + password_path(person),
            "sign_in_url": site + reverse("account_login"),
            "forgotten_url": site + reverse("account_reset_password"),
        }
        words = {"collaboration": " ".join(membership.collaboration.name.split())}
        subject = _("You now take part in %(collaboration)s") % words
        text = render_to_string("partners/email/invitation.txt", context)
    send_mail(subject, text, None, [person.email])
