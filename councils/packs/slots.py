"""Packs on pages of the rooms below: a decided plan freezes into one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from action_plans.models import PlanVersion
from councils.models import Meeting, Pack
from councils.packs import presenters, queries
from councils.packs.forms import new_form
from councils.packs.permissions import may_freeze, may_read_packs
from councils.packs.rules import takes_packs
from partners.models import Level

TEMPLATE = "councils/packs/_of_version.html"


def packs_of_versions(user: Any, versions: Sequence[PlanVersion]) -> dict[int, list[dict[str, Any]]]:
    """The newest pack of each decided version, and the press that freezes another."""
    seen = PlanVersion.objects.visible_to(user).filter(pk__in=[one.pk for one in versions])
    shown = list(seen.select_related("plan__collaboration").defer("content"))
    packs = Pack.objects.visible_to(user).without_content().filter(plan_version__in=shown).order_by("number")
    newest = {one.plan_version_id: one for one in packs}
    rows = {}
    for one in shown:
        slug = one.plan.collaboration.slug
        pack = newest.get(one.pk)
        can_freeze = may_freeze(user, one.collaboration_id)
        if pack or can_freeze:
            rows[one.pk] = [
                {
                    "template": TEMPLATE,
                    "url": reverse("pack", args=[slug, pack.number]) if pack else "",
                    "freeze_url": reverse("plan_pack_freeze", args=[slug, one.plan.number, one.number]),
                    "freeze_form": new_form() if can_freeze else None,
                }
            ]
    return rows


def packs_of_meeting(user: Any, meeting: Meeting) -> dict[str, Any]:
    """What a meeting's page needs: the packs that were frozen for it, and the press where one can be frozen."""
    if meeting.group.level != Level.STRATEGIC or not may_read_packs(user, meeting.collaboration_id):
        return {}
    packs = queries.packs_for(user, meeting.collaboration).filter(meeting=meeting)
    can_freeze = takes_packs(meeting) and may_freeze(user, meeting.collaboration_id)
    return {
        "packs": [presenters.pack_row(one) for one in packs],
        "freeze_form": new_form(meeting.number) if can_freeze else None,
    }
