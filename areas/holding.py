"""Areas as something that can be held back from being purged: registered with `partners.retention` at start."""

from __future__ import annotations

from areas.models import Area
from partners.models import Collaboration


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
