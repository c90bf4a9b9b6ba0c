"""Giving, changing and ending a role, and inviting whoever has been given one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners import actions
from partners.form_views import form_view
from partners.forms import ChangeRoleForm, RoleForm
from partners.models import Collaboration, Membership, User
from partners.people_views import person_seen_by
from partners.permissions import check_may_administer, may_administer
from partners.requests import PartnerRequest, get_or_post, tried


def _membership(request: PartnerRequest, collaboration: Collaboration, pk: int) -> Membership:
    visible = Membership.objects.visible_to(request.user).filter(collaboration=collaboration, user__is_service=False)
    return get_object_or_404(visible.select_related("user", "organisation", "unit"), pk=pk)


@get_or_post
def role_new(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Give a person one more role."""
    person = person_seen_by(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    form = RoleForm(request.POST or None, collaboration=collaboration)
    return form_view(
        request,
        form,
        lambda: actions.give_role(person=person, by=request.user, **form.cleaned_data),
        success=_("The role is given. Now choose what it covers."),
        leads_to=reverse("person_detail", args=[collaboration.slug, person.pk]),
        back="people",
        heading=_("Which role shall %(person)s have?") % {"person": person},
        submit=_("Give the role"),
    )


@get_or_post
def role_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a role, its unit or its last day."""
    membership = _membership(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    initial = {"role": membership.role, "unit": membership.unit_id, "valid_to": membership.valid_to}
    form = ChangeRoleForm(request.POST or None, initial=initial, collaboration=collaboration, membership=membership)
    return form_view(
        request,
        form,
        lambda: actions.change_role(membership=membership, by=request.user, **form.cleaned_data),
        leads_to=reverse("person_detail", args=[collaboration.slug, membership.user_id]),
        back="people",
        heading=_("What shall %(person)s do for %(organisation)s?")
        % {"person": membership.user, "organisation": membership.organisation},
    )


@require_POST
def role_end(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """End a role today."""
    membership = _membership(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    tried(
        request,
        lambda: actions.end_membership(membership=membership, by=request.user),
        _("The role has ended."),
    )
    if may_administer(_again(request), collaboration):
        return redirect("person_detail", collaboration.slug, membership.user_id)
    return redirect("start")


def _again(request: HttpRequest) -> User:
    """The user with the roles as they are after the change: one may end a role of one's own."""
    return User.objects.get(pk=request.user.pk)


@require_POST
def invitation_send(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Send the letter again."""
    membership = _membership(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    tried(
        request,
        lambda: actions.send_invitation_again(
            membership=membership,
            by=request.user,
            site=request.build_absolute_uri("/"),
        ),
        _("A letter is on its way to %(email)s.") % {"email": membership.user.email},
    )
    return redirect("person_detail", collaboration.slug, membership.user_id)
