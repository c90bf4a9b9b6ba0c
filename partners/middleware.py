"""The collaboration an address speaks of, found once for each request and only for those who take part in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from partners.models import Collaboration


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
        collaboration = Collaboration.objects.visible_to(request.user).filter(slug=slug).first()
        if collaboration is None:
            raise Http404
        kwargs["collaboration"] = request.collaboration = collaboration  # type: ignore[attr-defined]
