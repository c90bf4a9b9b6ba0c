"""The way in, and what a load balancer asks."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from incidents.permissions import may_report_in
from partners import roles
from partners.models import Collaboration
from partners.roles import Role


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Straight to the only collaboration or the one asked for, or a choice between several."""
    user: Any = request.user
    mine = list(Collaboration.objects.visible_to(user))
    chosen = [one for one in mine if one.slug == request.GET.get("collaboration")] or mine
    if len(chosen) == 1:
        if request.GET.get("from") == "app" and may_report_in(user, chosen[0]):
            # Whoever opens the installed app is outdoors with something to report.
            return redirect("incident_new", chosen[0].slug)
        return redirect(home_of(user, chosen[0]))
    cards = [{"collaboration": one, "memberships": user.memberships_in(one), "url": home_of(user, one)} for one in mine]
    return render(request, "est_platform/start.html", {"cards": cards})


def home_of(user: Any, collaboration: Collaboration) -> str:
    """The first page in a collaboration: whoever works with the areas meets the pictures, others their own task.

    A security lead meets the own places and the Monday import, a reporter what became of the own reports.
    """
    homes = (
        (roles.SEE_PUBLISHED_PICTURES - {Role.SECURITY_LEAD, Role.REPORTER}, "picture_list"),
        ({Role.SECURITY_LEAD}, "own_places"),
        ({Role.REPORTER}, "incident_list"),
        (roles.MAY_ADMINISTER, "people"),
        (roles.MAY_READ_LOG, "log"),
    )
    name = next((name for allowed, name in homes if user.has_role(collaboration, allowed)), "my_access")
    return reverse(name, args=[collaboration.slug])


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """The process can do its work: database and Redis answer."""
    problems = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        problems.append("database")
    try:
        cache.set("ready", 1, 5)
    except Exception:
        problems.append("redis")
    return JsonResponse(
        {"status": "not ready" if problems else "ok", "problems": problems}, status=503 if problems else 200
    )
