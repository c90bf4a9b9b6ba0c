"""What waits for somebody: the tasks that rooms above have given to one of their roles."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from partners.models import Collaboration
from partners.requests import PartnerRequest
from ui import slots


@never_cache
@require_GET
def my_work(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """One's tasks here, the nearest day first within each kind."""
    user: Any = request.user
    filled = slots.fill("membership.tasks", user, user.memberships_in(collaboration))
    tasks = [task for rows in filled.values() for task in rows]
    return render(request, "partners/my_work.html", {"tasks": tasks})
