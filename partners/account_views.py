"""The pages on oneself: what one's roles give, and one's own account."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common.errors import NotAllowed
from partners import presenters, work_letters
from partners.models import Collaboration
from partners.requests import PartnerRequest
from ui import slots


@require_GET
def my_access(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Why somebody does not see something: what their roles give here, in words."""
    user: Any = request.user
    memberships = user.memberships_in(collaboration)
    rows = slots.fill("membership.sections", user, memberships)
    context = {
        "roles": [
            {
                "membership": membership,
                "access": presenters.access_rows(membership.role),
                "covers": bool(rows[membership.pk]),
            }
            for membership in memberships
        ],
        "rows": rows,
        "reasons": presenters.reasons_not_to_see(user, collaboration),
    }
    return render(request, "partners/my_access.html", context)


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Oneself: roles in every collaboration, language, and how the account is protected."""
    user: Any = request.user
    memberships = user.active_memberships
    context = {
        "memberships": memberships,
        "rows": slots.fill("membership.sections", user, memberships),
        "letters": work_letters.choice_of(user).get_how_often_display(),
    }
    return render(request, "partners/account.html", context)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign oneself out at one other place."""
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    session.end()
    messages.success(request, _("That place is signed out."))
    return redirect("usersessions_list")


def email_is_fixed(request: HttpRequest) -> HttpResponse:
    """An e-mail address is who somebody is here, so an administrator enters it."""
    raise NotAllowed(
        _("Your e-mail address is entered by an administrator. Ask yours to invite your new address instead.")
    )
