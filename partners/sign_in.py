"""Remember who signed in, and who tried to, in the log of each collaboration the person takes part in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from audit.actions import record
from partners.models import User


def remember_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """A person signed in."""
    for collaboration_id in _collaborations_of(user):
        record("signed_in", by=user, collaboration_id=collaboration_id)


def remember_sign_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    """A person signed out."""
    if user is not None:
        for collaboration_id in _collaborations_of(user):
            record("signed_out", by=user, collaboration_id=collaboration_id)


def remember_failed_sign_in(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Somebody tried with a wrong password. What was typed is not kept: it may be another password, or another name."""
    address = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=address, is_service=False).first()
    if user is not None:
        for collaboration_id in _collaborations_of(user):
            record("sign_in_failed", subject=user, collaboration_id=collaboration_id)


def _collaborations_of(user: User) -> list[int]:
    return sorted({membership.collaboration_id for membership in user.active_memberships})
