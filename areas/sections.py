"""What areas have to say on the pages of people and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from areas.models import AreaScope, GroupArea
from partners.models import Group, Membership
from partners.permissions import may_administer, may_keep_groups
from partners.roles import SEE_OWN_AREAS
from ui.slots import Row


def areas_of_memberships(user: Any, memberships: Sequence[Membership]) -> Mapping[Any, Sequence[Row]]:
    """The areas each role covers, for roles that go by areas; with a link for whoever may choose them."""
    scoped = [membership for membership in memberships if membership.role in SEE_OWN_AREAS]
    names: dict[int, list[str]] = {membership.pk: [] for membership in scoped}
    scopes = AreaScope.objects.visible_to(user).filter(membership__in=scoped).select_related("area")
    for scope in scopes.order_by("area__name"):
        names[scope.membership_id].append(scope.area.name)
    rows: dict[Any, list[Row]] = {}
    for membership in scoped:
        title = ", ".join(names[membership.pk]) or _("no areas")
        row: dict[str, Any] = {"title": title}
        if may_administer(user, membership.collaboration_id):
            row["url"] = reverse("role_areas", args=[membership.collaboration.slug, membership.pk])
        rows[membership.pk] = [row]
    return rows


def areas_of_groups(user: Any, groups: Sequence[Group]) -> Mapping[Any, Sequence[Row]]:
    """The areas each group works with; with a link for whoever may choose them."""
    names: dict[int, list[str]] = {group.pk: [] for group in groups}
    chosen = GroupArea.objects.visible_to(user).filter(group__in=groups).select_related("area")
    for row in chosen.order_by("area__name"):
        names[row.group_id].append(row.area.name)
    rows: dict[Any, list[Row]] = {}
    for group in groups:
        said: dict[str, Any] = {
            "title": _("Works with: %(areas)s") % {"areas": ", ".join(names[group.pk]) or _("no areas")}
        }
        if may_keep_groups(user, group.collaboration_id):
            said["url"] = reverse("group_areas", args=[group.collaboration.slug, group.pk])
        rows[group.pk] = [said]
    return rows
