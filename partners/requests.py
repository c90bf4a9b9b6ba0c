"""What views inside a collaboration share: what they know of their request, and how a change is tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from common.errors import NotPossible
from partners.models import Collaboration, User


class PartnerRequest(HttpRequest):
    """A request from somebody signed in, in a collaboration where they hold a role (see `partners.middleware`)."""

    user: User
    collaboration: Collaboration


get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def person(request: HttpRequest) -> User:
    """Who asks. Nobody comes this far without having signed in."""
    return cast(User, request.user)


def word_in(request: HttpRequest, name: str, *, longest: int = 60) -> str:
    """A word of the address. PostgreSQL refuses the sign NUL."""
    return request.GET.get(name, "")[:longest].replace("\x00", "\ufffd")


def tried(request: HttpRequest, change: Callable[[], Any], success: str) -> None:
    """Make a change that has no form of its own; the next page says that it is made, or why it could not be."""
    try:
        change()
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    else:
        messages.success(request, success)


def form_page(request: HttpRequest, form: Any, template: str = "form_page.html", **page: Any) -> HttpResponse:
    """A page that is a form; 422 once it has come back with errors, for that is not the page that was asked for.

    `page` is heading, lead, back_url, back_text and submit, or what the template asks for instead.
    """
    return render(request, template, {"form": form, **page}, status=422 if form.is_bound else 200)
