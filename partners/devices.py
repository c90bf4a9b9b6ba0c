"""What a device's outbox asks of whichever room it sends to: whose session this is, and how its body is read."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from partners.models import Collaboration


def owner_of(user: Any, collaboration: Collaboration, *, of: str) -> str:
    """Whose things wait on a device: one word for a person in a collaboration, which tells nobody who it is."""
    return salted_hmac(of, f"{user.pk}:{collaboration.pk}", algorithm="sha256").hexdigest()[:32]


def body_of(request: HttpRequest) -> dict[str, Any] | None:
    """The body of what an outbox sends; its fields are texts, as a form's are. None when it cannot be read."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    fields = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        return None
    # JSON can hold half a character, which no database keeps: a text with one would be asked for again and again.
    body["fields"] = {name: _whole(value) for name, value in fields.items() if isinstance(value, str)}
    return body


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
