"""Pages on people, organisations, groups, tokens and one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import NotAllowed, NotPossible
from partners import actions, presenters
from partners.forms import (
    ChangeRoleForm,
    GroupForm,
    InvitationForm,
    NewGroupForm,
    NewOrganisationForm,
    NewUnitForm,
    OrganisationForm,
    PersonForm,
    RoleForm,
    SeatForm,
    SharingForm,
    TokenForm,
    TrustForm,
    UnitForm,
    person_initial,
)
from partners.models import (
    ApiToken,
    Collaboration,
    Group,
    GroupMember,
    Membership,
    Organisation,
    Unit,
    User,
)
from partners.permissions import (
    check_may_administer,
    check_may_change_person,
    check_may_keep_groups,
    check_may_set_sharing,
    check_may_set_trust,
    may_administer,
    may_change_person,
    may_keep_groups,
    may_set_sharing,
    may_set_trust,
)
from partners.requests import PartnerRequest, form_page, get_or_post, tried
from ui import slots


def _done(form: Any, change: Callable[[], Any]) -> Any:
    """What the change gives, or None with the reason on the form."""
    if not form.is_valid():
        return None
    try:
        return change()
    except NotPossible as error:
        form.add_error(None, error.messages)
        return None


# Where a form's page leads back to, and what that page is called.
BACK_TO = {
    "people": gettext_lazy("People"),
    "organisation_list": gettext_lazy("Organisations"),
    "group_list": gettext_lazy("Groups"),
    "token_list": gettext_lazy("Keys for systems"),
}


def _form_page(request: PartnerRequest, form: Any, *, back: str, **page: Any) -> HttpResponse:
    back_url = reverse(back, args=[request.collaboration.slug])
    return form_page(request, form, back_url=back_url, back_text=BACK_TO[back], **page)


def _form_view(
    request: PartnerRequest,
    form: Any,
    change: Callable[[], Any],
    *,
    success: str,
    leads_to: str | Callable[[Any], str],
    **page: Any,
) -> HttpResponse:
    """Show a form; once it is sent, do what it asks for and lead on (from what the change gave, if need be)."""
    if request.method == "POST":
        made = _done(form, change)
        if made is not None:
            messages.success(request, success)
            return redirect(leads_to(made) if callable(leads_to) else leads_to)
    return _form_page(request, form, **page)


# People


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


def _person(request: PartnerRequest, collaboration: Collaboration, pk: int) -> User:
    memberships = Membership.objects.filter(collaboration=collaboration, user__is_service=False)
    visible = User.objects.visible_to(request.user).filter(pk__in=memberships.values("user_id"))
    return get_object_or_404(visible, pk=pk)


def _membership(request: PartnerRequest, collaboration: Collaboration, pk: int) -> Membership:
    visible = Membership.objects.visible_to(request.user).filter(collaboration=collaboration, user__is_service=False)
    return get_object_or_404(visible.select_related("user", "organisation", "unit"), pk=pk)


@require_GET
def person_detail(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """A person's roles here, and for an administrator what can be done about them."""
    person = _person(request, collaboration, pk)
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
        membership = _done(
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
    return _form_page(
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
    person = _person(request, collaboration, pk)
    check_may_change_person(request.user, person)
    form = PersonForm(request.POST or None, initial=person_initial(person))
    return _form_view(
        request,
        form,
        lambda: actions.change_person(person=person, by=request.user, **form.cleaned_data),
        success=_("Saved."),
        leads_to=reverse("person_detail", args=[collaboration.slug, person.pk]),
        back="people",
        heading=_("Change %(person)s") % {"person": person},
    )


@require_POST
def person_deactivate(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Close an account and sign the person out everywhere."""
    person = _person(request, collaboration, pk)
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
    person = _person(request, collaboration, pk)
    check_may_change_person(request.user, person)
    tried(
        request,
        lambda: actions.reactivate_person(person=person, by=request.user),
        _("The account is open again."),
    )
    return redirect("person_detail", collaboration.slug, person.pk)


@get_or_post
def role_new(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Give a person one more role."""
    person = _person(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    form = RoleForm(request.POST or None, collaboration=collaboration)
    return _form_view(
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
    return _form_view(
        request,
        form,
        lambda: actions.change_role(membership=membership, by=request.user, **form.cleaned_data),
        success=_("Saved."),
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


# Organisations and units


@require_GET
def organisation_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The partners, what they are and how they share."""
    organisations = list(
        Organisation.objects.visible_to(request.user).filter(collaboration=collaboration).prefetch_related("units")
    )
    rows = [
        {
            "organisation": organisation,
            "may_set_sharing": may_set_sharing(request.user, organisation),
            "may_set_trust": may_set_trust(request.user, organisation),
        }
        for organisation in organisations
    ]
    context = {"rows": rows, "may_administer": may_administer(request.user, collaboration)}
    return render(request, "partners/organisation_list.html", context)


def _organisation(request: PartnerRequest, collaboration: Collaboration, pk: int) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)


@get_or_post
def organisation_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Enter a partner."""
    check_may_administer(request.user, collaboration)
    form = NewOrganisationForm(request.POST or None)
    return _form_view(
        request,
        form,
        lambda: actions.create_organisation(
            collaboration=collaboration,
            by=request.user,
            **form.cleaned_data,
        ),
        success=_("The organisation is entered. Now invite its people."),
        leads_to=reverse("organisation_list", args=[collaboration.slug]),
        back="organisation_list",
        heading=_("Which organisation joins?"),
        submit=_("Enter the organisation"),
    )


@get_or_post
def organisation_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a partner's name or kind, or close it."""
    organisation = _organisation(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    initial = {"name": organisation.name, "kind": organisation.kind, "is_active": organisation.is_active}
    form = OrganisationForm(request.POST or None, initial=initial)
    return _form_view(
        request,
        form,
        lambda: actions.change_organisation(organisation=organisation, by=request.user, **form.cleaned_data),
        success=_("Saved."),
        leads_to=reverse("organisation_list", args=[collaboration.slug]),
        back="organisation_list",
        heading=_("Change %(organisation)s") % {"organisation": organisation},
    )


@get_or_post
def organisation_sharing(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """The organisation itself says who sees its reports."""
    organisation = _organisation(request, collaboration, pk)
    check_may_set_sharing(request.user, organisation)
    form = SharingForm(request.POST or None, initial={"sharing": organisation.sharing})
    return _form_view(
        request,
        form,
        lambda: actions.set_sharing(organisation=organisation, by=request.user, **form.cleaned_data),
        success=_("Saved."),
        leads_to=reverse("organisation_list", args=[collaboration.slug]),
        back="organisation_list",
        heading=_("Who sees the reports of %(organisation)s?") % {"organisation": organisation},
        lead=_("Only your own organisation decides this."),
    )


@get_or_post
def organisation_trust(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say whether the organisation's imported rows are approved at once."""
    organisation = _organisation(request, collaboration, pk)
    check_may_set_trust(request.user, organisation)
    # A form whose only box is not ticked is sent empty, so what is asked is the method.
    sent = request.POST if request.method == "POST" else None
    form = TrustForm(sent, initial={"is_trusted": organisation.is_trusted_for_import})
    return _form_view(
        request,
        form,
        lambda: actions.set_trust(organisation=organisation, by=request.user, **form.cleaned_data),
        success=_("Saved."),
        leads_to=reverse("organisation_list", args=[collaboration.slug]),
        back="organisation_list",
        heading=_("Are the imports of %(organisation)s trusted?") % {"organisation": organisation},
        lead=_("Trusted rows are counted as soon as they are stored. Others wait in the review queue."),
    )


@get_or_post
def unit_new(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Enter a unit of an organisation."""
    organisation = _organisation(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    form = NewUnitForm(request.POST or None)
    return _form_view(
        request,
        form,
        lambda: actions.create_unit(organisation=organisation, by=request.user, **form.cleaned_data),
        success=_("The unit is entered."),
        leads_to=reverse("organisation_list", args=[collaboration.slug]),
        back="organisation_list",
        heading=_("Who reports within %(organisation)s?") % {"organisation": organisation},
        lead=_("A district office, a team or a school."),
        submit=_("Enter the unit"),
    )


@get_or_post
def unit_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a unit's name, or close it."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    check_may_administer(request.user, collaboration)
    form = UnitForm(request.POST or None, initial={"name": unit.name, "is_active": unit.is_active})
    return _form_view(
        request,
        form,
        lambda: actions.change_unit(unit=unit, by=request.user, **form.cleaned_data),
        success=_("Saved."),
        leads_to=reverse("organisation_list", args=[collaboration.slug]),
        back="organisation_list",
        heading=_("Change %(unit)s") % {"unit": unit},
    )


# Groups


def _group(request: PartnerRequest, collaboration: Collaboration, pk: int) -> Group:
    return get_object_or_404(Group.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)


@require_GET
def group_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The groups that meet, by level."""
    today = timezone.localdate()
    now = Q(members__valid_from__lte=today) & (Q(members__valid_to__isnull=True) | Q(members__valid_to__gt=today))
    groups = (
        Group.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .annotate(seats=Count("members", filter=now))
        .order_by("-is_active", "level", "name")
    )
    context = {"groups": list(groups), "may_keep_groups": may_keep_groups(request.user, collaboration)}
    return render(request, "partners/group_list.html", context)


@require_GET
def group_detail(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Who sits in a group, by function, with deputies and terms."""
    group = _group(request, collaboration, pk)
    today = timezone.localdate()
    seats = (
        GroupMember.objects.visible_to(request.user)
        .filter(group=group)
        .select_related("membership__user", "membership__organisation", "deputy__user", "deputy__organisation")
        .order_by("membership__organisation__name", "membership__user__function")
    )
    context = {
        "group": group,
        "current": [seat for seat in seats if seat.valid_to is None or seat.valid_to > today],
        "earlier": [seat for seat in seats if seat.valid_to is not None and seat.valid_to <= today],
        "may_keep_groups": may_keep_groups(request.user, collaboration),
    }
    return render(request, "partners/group_detail.html", context)


@get_or_post
def group_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Enter a group."""
    check_may_keep_groups(request.user, collaboration)
    form = NewGroupForm(request.POST or None)
    return _form_view(
        request,
        form,
        lambda: actions.create_group(collaboration=collaboration, by=request.user, **form.cleaned_data),
        success=_("The group is entered. Now say who sits in it."),
        leads_to=lambda group: reverse("group_detail", args=[collaboration.slug, group.pk]),
        back="group_list",
        heading=_("Which group meets?"),
        submit=_("Enter the group"),
    )


@get_or_post
def group_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a group's name or level, or close it."""
    group = _group(request, collaboration, pk)
    check_may_keep_groups(request.user, collaboration)
    initial = {"name": group.name, "level": group.level, "is_active": group.is_active}
    form = GroupForm(request.POST or None, initial=initial)
    return _form_view(
        request,
        form,
        lambda: actions.change_group(group=group, by=request.user, **form.cleaned_data),
        success=_("Saved."),
        leads_to=reverse("group_detail", args=[collaboration.slug, group.pk]),
        back="group_list",
        heading=_("Change %(group)s") % {"group": group},
    )


@get_or_post
def seat_new(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Give a function a seat in a group."""
    group = _group(request, collaboration, pk)
    check_may_keep_groups(request.user, collaboration)
    form = SeatForm(request.POST or None, group=group)
    return _form_view(
        request,
        form,
        lambda: actions.add_to_group(group=group, by=request.user, **form.cleaned_data),
        success=_("The seat is given."),
        leads_to=reverse("group_detail", args=[collaboration.slug, group.pk]),
        back="group_list",
        heading=_("Who shall sit in %(group)s?") % {"group": group},
        submit=_("Give the seat"),
    )


@require_POST
def seat_end(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """End a seat in a group."""
    seat = get_object_or_404(GroupMember.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    check_may_keep_groups(request.user, collaboration)
    tried(
        request,
        lambda: actions.end_seat(seat=seat, by=request.user),
        _("The seat has ended."),
    )
    return redirect("group_detail", collaboration.slug, seat.group_id)


# Tokens


@require_GET
def token_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The keys that systems use, and how long they are valid."""
    check_may_administer(request.user, collaboration)
    tokens = list(
        ApiToken.objects.visible_to(request.user)
        .filter(membership__collaboration=collaboration)
        .select_related("membership__organisation")
    )
    context = {
        "tokens": tokens,
        "rows": slots.fill("membership.sections", request.user, [token.membership for token in tokens]),
        "today": timezone.localdate(),
    }
    return render(request, "partners/token_list.html", context)


@never_cache
@get_or_post
def token_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Make a key, and show it this once."""
    check_may_administer(request.user, collaboration)
    form = TokenForm(request.POST or None, collaboration=collaboration)
    if request.method == "POST":
        made = _done(form, lambda: actions.create_token(by=request.user, **form.cleaned_data))
        if made is not None:
            token, key = made
            return render(request, "partners/token_made.html", {"token": token, "key": key})
    return _form_page(
        request,
        form,
        heading=_("Which system needs a key?"),
        lead=_("The key is shown once. A system that loses it needs a new one."),
        submit=_("Make the key"),
        back="token_list",
    )


@require_POST
def token_revoke(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Stop a key at once."""
    check_may_administer(request.user, collaboration)
    token = get_object_or_404(
        ApiToken.objects.visible_to(request.user).filter(membership__collaboration=collaboration), pk=pk
    )
    tried(
        request,
        lambda: actions.revoke_token(token=token, by=request.user),
        _("The key no longer works."),
    )
    return redirect("token_list", collaboration.slug)


# Oneself


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
    context = {"memberships": memberships, "rows": slots.fill("membership.sections", user, memberships)}
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
