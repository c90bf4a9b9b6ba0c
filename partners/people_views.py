"""The pages on people: who takes part, one of them, and their accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners import actions, presenters
from partners.form_views import done, form_page_of, form_view
from partners.forms import InvitationForm, PersonForm, person_initial
from partners.models import Collaboration, Membership, Organisation, User
from partners.permissions import check_may_administer, check_may_change_person, may_administer, may_change_person
from partners.requests import PartnerRequest, get_or_post, tried
from ui import slots


@require_GET
def people(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Who takes part: one's own organisation, or for an administrator everybody, by organisation."""
    today = timezone.localdate()
    memberships = list(
        Membership.objects.visible_to(request.user)
        .filter(collaboration=collaboration, user__is_service=False)
        .select_related("user", "organisation", "unit")
        .order_by("organisation__name", "user__function", "pk")
    )
    rows = slots.fill("membership.sections", request.user, memberships)
    organisations: dict[Organisation, list[dict[str, Any]]] = {}
    ended = []
    for membership in memberships:
        if membership.valid_to is not None and membership.valid_to <= today:
            ended.append(membership)
        else:
            line = {"membership": membership, "covers": bool(rows[membership.pk])}
            organisations.setdefault(membership.organisation, []).append(line)
    context = {
        "organisations": organisations,
        "ended": ended,
        "rows": rows,
        "may_administer": may_administer(request.user, collaboration),
        "today": today,
    }
    return render(request, "partners/people.html", context)


def person_seen_by(request: PartnerRequest, collaboration: Collaboration, pk: int) -> User:
    """Somebody of the collaboration whom the reader may see; systems are no persons."""
    memberships = Membership.objects.filter(collaboration=collaboration, user__is_service=False)
    visible = User.objects.visible_to(request.user).filter(pk__in=memberships.values("user_id"))
    return get_object_or_404(visible, pk=pk)


@require_GET
def person_detail(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """A person's roles here, and for an administrator what can be done about them."""
    person = person_seen_by(request, collaboration, pk)
    memberships = list(
        Membership.objects.visible_to(request.user)
        .filter(collaboration=collaboration, user=person)
        .select_related("organisation", "unit", "user")
    )
    today = timezone.localdate()
    rows = slots.fill("membership.sections", request.user, memberships)
    roles = [
        {
            "membership": membership,
            "has_ended": membership.valid_to is not None and membership.valid_to <= today,
            "access": presenters.access_rows(membership.role),
            "covers": bool(rows[membership.pk]),
        }
        for membership in memberships
    ]
    context = {
        "person": person,
        "roles": roles,
        "rows": rows,
        "may_administer": may_administer(request.user, collaboration),
        "may_change_person": may_change_person(request.user, person),
        "has_password": person.has_usable_password(),
    }
    return render(request, "partners/person_detail.html", context)


@get_or_post
def person_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Invite somebody: an account if they have none, a role, and a letter."""
    check_may_administer(request.user, collaboration)
    form = InvitationForm(request.POST or None, collaboration=collaboration)
    if request.method == "POST":
        membership = done(
            form,
            lambda: actions.invite_person(
                by=request.user,
                site=request.build_absolute_uri("/"),
                **form.cleaned_data,
            ),
        )
        if membership is not None:
            messages.success(
                request,
                _("A letter is on its way to %(email)s. Now choose what the role covers.")
                % {"email": membership.user.email},
            )
            return redirect("person_detail", collaboration.slug, membership.user_id)
    return form_page_of(
        request,
        form,
        heading=_("Who shall take part?"),
        lead=_("The person gets a letter with a link to choose a password."),
        submit=_("Invite"),
        back="people",
    )


@get_or_post
def person_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a person's name and function."""
    person = person_seen_by(request, collaboration, pk)
    check_may_change_person(request.user, person)
    form = PersonForm(request.POST or None, initial=person_initial(person))
    return form_view(
        request,
        form,
        lambda: actions.change_person(person=person, by=request.user, **form.cleaned_data),
        leads_to=reverse("person_detail", args=[collaboration.slug, person.pk]),
        back="people",
        heading=_("Change %(person)s") % {"person": person},
    )


@require_POST
def person_deactivate(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Close an account and sign the person out everywhere."""
    person = person_seen_by(request, collaboration, pk)
    check_may_change_person(request.user, person)
    tried(
        request,
        lambda: actions.deactivate_person(person=person, by=request.user),
        _("The account is closed, and the person is signed out everywhere."),
    )
    return redirect("person_detail", collaboration.slug, person.pk)


@require_POST
def person_reactivate(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Open a closed account again."""
    person = person_seen_by(request, collaboration, pk)
    check_may_change_person(request.user, person)
    tried(
        request,
        lambda: actions.reactivate_person(person=person, by=request.user),
        _("The account is open again."),
    )
    return redirect("person_detail", collaboration.slug, person.pk)
