"""How allauth behaves here: nobody signs up on their own; an administrator invites."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from partners.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Municipal single sign-on connects to the person an administrator has already entered, by e-mail."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person by the address their employer vouches for, the first time; later by the employer's own key.

        Only a verified address counts: whoever may write any address into an unverified field would else become
        anybody. An unknown person is told whom to ask, and nothing is created.
        """
        if sociallogin.is_existing:
            return
        person = None
        for address in _verified_addresses(self, sociallogin):
            person = User.objects.filter(email__iexact=address, is_service=False).first()
            if person is not None:
                break
        if person is None:
            messages.error(
                request,
                _(
                    "Your employer's sign-in worked, but you have no account here with that e-mail address. "
                    "Ask your administrator to invite you."
                ),
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, person)


def _verified_addresses(adapter: SocialAccountAdapter, sociallogin: Any) -> list[str]:
    # Some providers send the claim as a text, and "false" is true for Python.
    provider = sociallogin.provider
    return [
        address.email
        for address in sociallogin.email_addresses
        if str(address.verified).lower() == "true" or adapter.is_email_verified(provider, address.email)
    ]
