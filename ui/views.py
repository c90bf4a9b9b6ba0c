"""The choices every page offers, and the gallery that shows every component."""

from __future__ import annotations

import logging
import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from ui import examples, scheme

logger = logging.getLogger(__name__)


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Answer in the chosen language from now on; open to those who have not signed in."""
    return set_language(request)


@login_not_required
@require_POST
def choose_color_scheme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or as the device prefers, and go back to where the choice was made."""
    chosen, back = request.POST.get("scheme", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = reverse("start")
    response = HttpResponseRedirect(back)
    if chosen in scheme.SCHEMES:
        response.set_cookie(
            scheme.COOKIE,
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every variant, with invented figures."""
    return render(request, "ui/gallery.html", {**examples.everything(), "form": examples.bound_form()})


def gallery_figure(request: HttpRequest) -> JsonResponse:
    """A figure by itself, as a page's `data-src` fetches it."""
    return JsonResponse(examples.heat_figure())


def gallery_map(request: HttpRequest, layer: str) -> JsonResponse:
    """The invented areas, hexagons or points of the gallery's map."""
    layers = {"areas": examples.map_areas, "hexagons": examples.map_hexagons, "points": examples.map_points}
    if layer not in layers:
        raise Http404
    return JsonResponse(layers[layer](), content_type="application/geo+json")


def gallery_progress(request: HttpRequest) -> HttpResponse:
    """The piece of the gallery's progress bar that fetches itself anew; the work is always done by then."""
    return render(request, "ui/_gallery_progress.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke: an apology and a number that finds the entry in the log, nothing technical."""
    reference = secrets.token_hex(4)
    logger.error("Reference %s: %s %s broke.", reference, request.method, request.path)
    return HttpResponseServerError(render_to_string("500.html", {"reference": reference}))
