"""The way out to the employer's sign-in and back, around allauth's own two views."""

from __future__ import annotations

from collections.abc import Callable

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

# The provider is down, or its answer lacks what the standard says it holds.
BROKEN_ANSWERS = (requests.RequestException, KeyError, TypeError, ValueError)


@login_not_required
@never_cache
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person on to the employer's sign-in, by a page of our own.

    A browser refuses to follow a form to another site than our policy's `form-action` names, and an employer's
    sign-in leads over addresses nobody can list beforehand. A page that goes on by itself is no form.
    """
    answer = _or_say_what_went_wrong(openid_connect.login, request, provider_id)
    if answer.status_code != 302:
        return answer
    context = {"address": answer.headers["Location"], "provider": get_adapter().get_provider(request, provider_id)}
    return render(request, "socialaccount/leaving.html", context)


@login_not_required
@never_cache
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Let in whoever the employer has recognised, or say what went wrong."""
    return _or_say_what_went_wrong(openid_connect.callback, request, provider_id)


def _or_say_what_went_wrong(
    view: Callable[[HttpRequest, str], HttpResponse], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        return view(request, provider_id)
    except BROKEN_ANSWERS as problem:
        provider = get_adapter().get_provider(request, provider_id)
        return render_authentication_error(request, provider, exception=problem)
