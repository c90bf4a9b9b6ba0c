"""What inspections say on the page of a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from areas.inspections import presenters, queries
from areas.inspections.permissions import may_inspect
from areas.models import Place
from partners.roles import MAY_INSPECT_OWN_PLACES, SEE_EVERYTHING


def inspections_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What has to be mended at each place, and the latest inspections; nothing for those who read none."""
    readers = MAY_INSPECT_OWN_PLACES | SEE_EVERYTHING
    asked = [place for place in places if user.has_role(place.collaboration_id, readers)]
    if not asked:
        return {}
    inspections = queries.of_places(user, asked)
    defects: dict[int, list[queries.Defect]] = {place.pk: [] for place in asked}
    for defect in queries.open_defects(user, places=asked):
        defects[defect.item.inspection.place_id].append(defect)
    sections: dict[int, list[dict[str, Any]]] = {}
    for place in asked:
        begins = place.is_active and may_inspect(user, place)
        if inspections[place.pk] or begins:
            section = presenters.section_of(place, inspections[place.pk], defects[place.pk], user, begins)
            sections[place.pk] = [section]
    return sections
