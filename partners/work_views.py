"""What waits for somebody, on one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from partners import work
from partners.models import Collaboration
from partners.requests import PartnerRequest


@never_cache
@require_GET
def my_work(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """One's tasks here from all rooms, the most urgent first."""
    tasks = work.tasks_of(request.user, collaboration, today=timezone.localdate())
    return render(request, "partners/my_work.html", {"tasks": tasks})
