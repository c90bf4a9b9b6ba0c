"""How allauth behaves here: nobody signs up on their own; an administrator invites."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

from partners.mailing import deliver
from partners.models import User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send what allauth writes about an account, and note it with whose account it is."""
        request = allauth_context.request
        words = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        letter = self.render_mail(template_prefix, email, words)
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            letter.send()
        else:
            deliver(letter, person=person, topic="account", collaboration=None)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Municipal single sign-on connects to the person an administrator has already entered, by e-mail."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person by the address their employer vouches for, the first time; later by the employer's own key.

        Only an address somebody vouches for counts: whoever may write any address into an unverified field would else
        become anybody. An unknown person is told whom to ask, and nothing is created.
        """
        if not _speaks_of_one_person(sociallogin.account.extra_data):
            raise OAuth2Error("userinfo and id_token speak of different people")
        if sociallogin.is_existing:
            return
        addresses = _vouched_addresses(self, sociallogin)
        known = (User.objects.filter(email__iexact=address, is_service=False).first() for address in addresses)
        person = next((person for person in known if person is not None), None)
        if person is None:
            messages.error(request, _not_found(bool(addresses)))
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, person)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Tell whoever runs the site; the person reads a page. What the provider sent names people: not logged."""
        reason = str(exception) if isinstance(exception, RequestException) else type(exception).__name__
        logger.warning("Sign-in by %s did not work (%s): %s", provider.sub_id, error, reason)


def _not_found(is_vouched_for: bool) -> str:
    if is_vouched_for:
        return _(
            "Your employer's sign-in worked, but you have no account here with that e-mail address. "
            "Ask your administrator to invite you."
        )
    return _(
        "Your employer's sign-in worked, but it does not vouch for your e-mail address, so we cannot know which "
        "account is yours. Sign in another way, or tell your administrator."
    )


def _vouched_addresses(adapter: SocialAccountAdapter, sociallogin: Any) -> list[str]:
    """Addresses the provider calls verified, or says nothing of and the settings trust it for; never one it denies."""
    answer = sociallogin.account.extra_data
    claims = [answer.get(part) or {} for part in ("userinfo", "id_token")]
    # Some providers send the claim as a text, and "false" is true for Python.
    said = {str(claim["email_verified"]).lower() for claim in claims if claim.get("email_verified") is not None}
    if said == {"true"}:
        return [address.email for address in sociallogin.email_addresses]
    if not said:
        provider = sociallogin.provider
        return [one.email for one in sociallogin.email_addresses if adapter.is_email_verified(provider, one.email)]
    return []


def _speaks_of_one_person(answer: dict[str, Any]) -> bool:
    """OpenID Connect Core 5.3.2: what userinfo says counts only when it is about the person the token is about."""
    token, userinfo = answer.get("id_token") or {}, answer.get("userinfo") or {}
    return bool(token.get("sub")) and userinfo.get("sub", token["sub"]) == token["sub"]
