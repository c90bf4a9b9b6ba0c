"""Areas as something that can be held back from being purged: registered with `partners.retention` at start."""

from __future__ import annotations

from django.db.models import Q

from areas.access import descendants
from areas.models import Area
from partners import retention
from partners.models import Collaboration, LegalHold


def areas_of_collaboration(collaboration: Collaboration) -> list[tuple[str, str]]:
    """Every area, by name."""
    rows = Area.objects.filter(collaboration=collaboration).order_by("name")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def find_area(collaboration: Collaboration, pk: str) -> tuple[str, str] | None:
    """An area's number and name; None when the collaboration has no such area."""
    if not (pk.isascii() and pk.isdigit()):
        return None
    area = Area.objects.filter(collaboration=collaboration, pk=int(pk)).first()
    return (str(area.pk), area.name) if area else None


def kept_by(hold: LegalHold, *, area: str, first: str, last: str) -> Q:
    """What a hold on an area, on some days or on both keeps.

    `area` is the field that says where a row belongs; `first` and `last` are the conditions that the hold's first and
    last day are put to.
    """
    if hold.scope not in ("area", retention.DAYS):
        return Q(pk__in=[])
    kept = Q(pk__isnull=False)
    if hold.scope == "area":
        kept &= Q(**{f"{area}__in": descendants(hold.collaboration_id, [int(hold.subject_id)])})
    if hold.first_day:
        kept &= Q(**{first: hold.first_day})
    if hold.last_day:
        kept &= Q(**{last: hold.last_day})
    return kept
