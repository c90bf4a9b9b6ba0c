"""Which areas a role covers and a group works with: two small pages, and their lines on the pages of partners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Area, AreaScope, GroupArea
from areas.scope_actions import choose_areas_of_group, choose_areas_of_role
from common.errors import NotPossible
from partners.models import Collaboration, Group, Membership
from partners.permissions import check_may_administer, check_may_keep_groups, may_administer, may_keep_groups
from partners.requests import form_page, get_or_post
from partners.roles import SEE_EVERYTHING, SEE_OWN_AREAS


class AreasForm(forms.Form):
    """Boxes to tick, one for each area in use."""

    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(), label=gettext_lazy("Areas"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["areas"]
        field.queryset = Area.objects.filter(collaboration=collaboration).active(timezone.localdate())
        field.label_from_instance = lambda area: f"{area.name} ({area.get_kind_display()})"


@get_or_post
def role_areas(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Choose the areas in which a role sees other organisations' rows."""
    visible = Membership.objects.visible_to(request.user).filter(collaboration=collaboration)
    membership = get_object_or_404(visible.select_related("user", "organisation"), pk=pk)
    check_may_administer(request.user, collaboration)
    held = AreaScope.objects.visible_to(request.user).filter(membership=membership)
    form = AreasForm(
        request.POST if request.method == "POST" else None,
        collaboration=collaboration,
        initial={"areas": list(held.values_list("area_id", flat=True))},
    )
    if request.method == "POST" and form.is_valid():
        try:
            choose_areas_of_role(membership=membership, by=request.user, areas=form.cleaned_data["areas"])  # type: ignore[arg-type]
        except NotPossible as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Saved."))
            if membership.user.is_service:
                return redirect("token_list", collaboration.slug)
            return redirect("person_detail", collaboration.slug, membership.user_id)
    context = {
        "heading": _("In which areas does %(person)s see what others report?") % {"person": membership.user},
        "lead": _("Areas within a chosen area follow with it. Without any, the role sees its own organisation only."),
        "back_url": reverse("people", args=[collaboration.slug]),
        "back_text": _("People"),
    }
    return form_page(request, form, **context)


@get_or_post
def group_areas(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Choose the areas a group works with."""
    group = get_object_or_404(Group.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    check_may_keep_groups(request.user, collaboration)
    held = GroupArea.objects.visible_to(request.user).filter(group=group)
    form = AreasForm(
        request.POST if request.method == "POST" else None,
        collaboration=collaboration,
        initial={"areas": list(held.values_list("area_id", flat=True))},
    )
    if request.method == "POST" and form.is_valid():
        choose_areas_of_group(group=group, by=request.user, areas=form.cleaned_data["areas"])  # type: ignore[arg-type]
        messages.success(request, _("Saved."))
        return redirect("group_detail", collaboration.slug, group.pk)
    context = {
        "heading": _("Which areas does %(group)s work with?") % {"group": group},
        "back_url": reverse("group_list", args=[collaboration.slug]),
        "back_text": _("Groups"),
    }
    return form_page(request, form, **context)


# What the pages of partners show about areas


def areas_of_roles(user: Any, memberships: Sequence[Membership]) -> dict[int, list[dict[str, Any]]]:
    """For the slot `membership.sections`: the areas each role covers, with a way to choose them for who may."""
    names: dict[int, list[str]] = {}
    scopes = AreaScope.objects.visible_to(user).filter(membership__in=[m.pk for m in memberships])
    for membership_id, name in scopes.values_list("membership_id", "area__name").order_by("area__name"):
        names.setdefault(membership_id, []).append(name)
    slugs = dict(
        Collaboration.objects.filter(pk__in={m.collaboration_id for m in memberships}).values_list("pk", "slug")
    )
    rows: dict[int, list[dict[str, Any]]] = {}
    for membership in memberships:
        if membership.role in SEE_EVERYTHING:
            rows[membership.pk] = [{"title": _("All areas")}]
        elif membership.role in SEE_OWN_AREAS:
            chosen = names.get(membership.pk)
            row = (
                {"title": ", ".join(chosen)}
                if chosen
                else {"title": _("No areas chosen"), "tag": _("sees only its own")}
            )
            if may_administer(user, membership.collaboration_id):
                row["url"] = reverse("role_areas", args=[slugs[membership.collaboration_id], membership.pk])
            rows[membership.pk] = [row]
    return rows


def areas_of_groups(user: Any, groups: Sequence[Group]) -> dict[int, list[dict[str, Any]]]:
    """For the slot `group.sections`: the areas each group works with, with a way to choose them for who may."""
    names: dict[int, list[str]] = {}
    held = GroupArea.objects.visible_to(user).filter(group__in=[group.pk for group in groups])
    for group_id, name in held.values_list("group_id", "area__name").order_by("area__name"):
        names.setdefault(group_id, []).append(name)
    slugs = dict(Collaboration.objects.filter(pk__in={g.collaboration_id for g in groups}).values_list("pk", "slug"))
    rows: dict[int, list[dict[str, Any]]] = {}
    for group in groups:
        row: dict[str, Any] = {"title": ", ".join(names.get(group.pk, [])) or _("No areas chosen")}
        if may_keep_groups(user, group.collaboration_id):
            row["url"] = reverse("group_areas", args=[slugs[group.collaboration_id], group.pk])
        rows[group.pk] = [row]
    return rows
