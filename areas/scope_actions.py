"""Choose which areas a role covers and a group works with: lock, check, change, remember."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area, AreaScope, GroupArea
from audit.actions import record
from common.errors import NotPossible
from partners.models import Group, Membership, User
from partners.permissions import check_may_administer, check_may_keep_groups
from partners.roles import SEE_OWN_AREAS


@transaction.atomic
def choose_areas_of_role(*, membership: Membership, by: User, areas: Iterable[Area]) -> Membership:
    """Let a role see other organisations' rows in exactly these areas, and in what lies within them."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    check_may_administer(by, membership.collaboration_id)
    if membership.role not in SEE_OWN_AREAS:
        raise NotPossible(_("This role does not go by areas, so there is nothing to choose."))
    wanted = _ids_of(areas, membership.collaboration_id)
    held = AreaScope.objects.filter(membership=membership)
    before = set(held.values_list("area_id", flat=True))
    held.exclude(area_id__in=wanted).delete()
    AreaScope.objects.bulk_create(
        AreaScope(collaboration_id=membership.collaboration_id, membership=membership, area_id=area_id)
        for area_id in sorted(wanted - before)
    )
    if wanted != before:
        record("role_areas_chosen", by=by, subject=membership, before=sorted(before), after=sorted(wanted))
    return membership


def forget_areas_of_role(membership: Membership, by: User | None) -> None:
    """A role that is given again covers no area until somebody chooses: it may be for another part of the town."""
    held = AreaScope.objects.filter(membership=membership)
    before = sorted(held.values_list("area_id", flat=True))
    if before:
        held.delete()
        record("role_areas_chosen", by=by, subject=membership, before=before, after=[])


@transaction.atomic
def choose_areas_of_group(*, group: Group, by: User, areas: Iterable[Area]) -> Group:
    """Say which areas a group works with."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    check_may_keep_groups(by, group.collaboration_id)
    wanted = _ids_of(areas, group.collaboration_id)
    held = GroupArea.objects.filter(group=group)
    before = set(held.values_list("area_id", flat=True))
    held.exclude(area_id__in=wanted).delete()
    GroupArea.objects.bulk_create(
        GroupArea(collaboration_id=group.collaboration_id, group=group, area_id=area_id)
        for area_id in sorted(wanted - before)
    )
    if wanted != before:
        record("group_areas_chosen", by=by, subject=group, before=sorted(before), after=sorted(wanted))
    return group


def _ids_of(areas: Iterable[Area], collaboration_id: int) -> set[int]:
    chosen = list(areas)
    if any(area.collaboration_id != collaboration_id for area in chosen):
        raise NotPossible(_("Choose areas of this collaboration."))
    return {area.pk for area in chosen}
