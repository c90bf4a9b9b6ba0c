"""What makes the platform an app on a phone: its manifest, its service worker, and the page for no network."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

WORKER = Path(settings.BASE_DIR) / "static" / "js" / "service-worker.js"
ICONS = (("img/icon-192.png", 192, "any"), ("img/icon-512.png", 512, "any"), ("img/icon-mask-512.png", 512, "maskable"))


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """How a phone installs the platform. It opens where one reports."""
    icons = [
        {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    body = {
        "id": "/",
        "name": _("EST – report and see the joint picture"),
        "short_name": "EST",
        "lang": get_language(),
        "start_url": f"{reverse('start')}?from=app",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0062ba",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


@login_not_required
@never_cache
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker at the root, since it may only look after what lies below its own address."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows instead of a page it cannot fetch. It is the same for everybody and says nothing of anyone."""
    return render(request, "est_platform/offline.html")
