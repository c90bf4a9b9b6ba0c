"""The pages on groups and who sits in them."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners import actions
from partners.form_views import form_view
from partners.forms import GroupForm, NewGroupForm, SeatForm
from partners.levels import sentence_on_level
from partners.models import Collaboration, Group, GroupMember
from partners.permissions import check_may_keep_groups, may_keep_groups
from partners.requests import PartnerRequest, get_or_post, tried


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
        "decides": sentence_on_level(group.level),
    }
    return render(request, "partners/group_detail.html", context)


@get_or_post
def group_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Enter a group."""
    check_may_keep_groups(request.user, collaboration)
    form = NewGroupForm(request.POST or None)
    return form_view(
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
    """Change what a group is, or close it."""
    group = _group(request, collaboration, pk)
    check_may_keep_groups(request.user, collaboration)
    initial = {
        "name": group.name,
        "kind": group.kind,
        "level": group.level,
        "communication_rules": group.communication_rules,
        "is_active": group.is_active,
    }
    form = GroupForm(request.POST or None, initial=initial)
    return form_view(
        request,
        form,
        lambda: actions.change_group(group=group, by=request.user, **form.cleaned_data),
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
    return form_view(
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
