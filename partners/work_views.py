"""What waits for somebody, on one page; and one task of it, where a letter or a calendar leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from partners import work, work_letters
from partners.models import Collaboration
from partners.permissions import may_keep_work_letters
from partners.requests import PartnerRequest

# The field an answer carries, with the id of the task that is to be read next.
ANSWERED = "answered_from_my_work"
_TASK_ID = re.compile(r"[0-9a-f]{16}")


@never_cache
@require_GET
def my_work(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """One's tasks here from all rooms, the most urgent first."""
    tasks = work.tasks_of(request.user, collaboration, today=timezone.localdate())
    for task, following in pairwise([*tasks, None]):
        # Where somebody reads on once this one is answered and gone.
        assert task is not None  # only the last of a pair can be
        task["next_id"] = following["id"] if following else ""
    context = {
        "tasks": tasks,
        "groups": work.grouped(tasks),
        "asked_by_others": sum(bool(task["asked_by"]) for task in tasks),
        "letters_leave": work_letters.rule_in_words(work_letters.rule_of(collaboration)),
        "may_keep_letters": may_keep_work_letters(request.user, collaboration),
    }
    return render(request, "partners/my_work.html", context)


@never_cache
@require_GET
def my_task(request: PartnerRequest, collaboration: Collaboration, task_id: str) -> HttpResponse:
    """One task, to be answered here; where it is done on a page of its own, that page. Reading changes nothing."""
    tasks = work.tasks_of(request.user, collaboration, today=timezone.localdate())
    task = work.task_with(tasks, task_id)
    if task is not None and not task["answers"]:
        return redirect(task["url"])
    return render(request, "partners/my_task.html", {"task": task})


class BackToMyWorkMiddleware:
    """Whoever answered on the page of what waits comes back to it, wherever the room that was answered leads.

    The room's own view, its checks and its sentence stay as they are; only the address after a change is another.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        collaboration = getattr(request, "collaboration", None)
        # What was refused (403, 409, 422) or leads to signing in is shown as it is.
        if request.method != "POST" or collaboration is None or not isinstance(response, HttpResponseRedirect):
            return response
        task_id = request.POST.get(ANSWERED)
        if task_id is None:
            return response
        if not getattr(messages.get_messages(request), "added_new", True):
            messages.success(request, _("Your answer is saved."))
        here = reverse("my_work", args=[collaboration.slug])
        response.headers["Location"] = f"{here}#task-{task_id}" if _TASK_ID.fullmatch(task_id) else f"{here}#main"
        return response
