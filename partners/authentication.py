"""Tokens in the API: a system signs in as its organisation's member."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from partners.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer est_…`: the token's own user, with the one role the token was given."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Send the token as “Authorization: Bearer est_…”."))
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("membership__user")
            .filter(
                hash=ApiToken.hash_of(words[1].decode("latin-1")),
                revoked_at__isnull=True,
                expires_on__gte=timezone.localdate(),
            )
            .first()
        )
        if token is None or not token.membership.user.is_active:
            raise AuthenticationFailed(
                _("The token is not valid. It may have expired or been revoked; ask your administrator.")
            )
        # Once a minute is enough to show that a token is in use.
        ApiToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - dt.timedelta(minutes=1))
        ).update(last_used_at=now)
        return token.membership.user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'
