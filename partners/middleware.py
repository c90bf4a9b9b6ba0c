"""Who is at work and where: the session's last sign of life, and the collaboration an address speaks of."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

# How long the list of sessions may lag behind.
SEEN_EVERY_S = 60


class SessionSeenMiddleware(UserSessionsMiddleware):
    """Note where and when a session was last seen, once a minute: at each request it was a fourth of all queries."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated and _is_noted(request):
            return self.get_response(request)
        return super().__call__(request)


def _is_noted(request: HttpRequest) -> bool:
    """Whether the session was seen just now; one that moves to another network or browser counts as another."""
    seen = (
        request.session.session_key,
        get_adapter().get_client_ip(request),
        request.META.get("HTTP_USER_AGENT", ""),
    )
    # Hashed, since the session's key opens the session.
    return not cache.add(f"seen:{sha256(repr(seen).encode()).hexdigest()}", True, SEEN_EVERY_S)


class NotKeptMiddleware:
    """Ask browsers to keep no page of somebody signed in: after signing out, "back" shows it to nobody.

    What says for itself how long it may be kept is left alone; files under static/ never come this far.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class CollaborationMiddleware:
    """Turn the `collaboration` slug of an address into the collaboration; 404 where the user holds no role."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        slug = kwargs.get("collaboration")
        if slug is None or not request.user.is_authenticated:
            return
        # A role was fetched with its collaboration: the database need not be asked for it on every page.
        found = (m.collaboration for m in request.user.active_memberships if m.collaboration.slug == slug)
        collaboration = next(found, None)
        if collaboration is None:
            raise Http404
        kwargs["collaboration"] = request.collaboration = collaboration  # type: ignore[attr-defined]
