"""The numbers behind a selection of reports that somebody brings as evidence, as they are on the day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from areas.access import descendants
from cause_analysis.models import Problem
from common.errors import NotPossible
from incidents.models import Incident, Status
from incidents.queries import filter_for
from incidents.selections import Selection, canonical

Precision = Incident.Precision


def chosen_selection(by: Any, problem: Problem, address: str) -> Selection:
    """The selection in an address of the list of reports; refused when the list would not understand it."""
    said = urlsplit(address.strip()).query if "?" in address else address.strip()
    chosen = filter_for(by, problem.collaboration, QueryDict(canonical(said)))
    if not chosen.is_valid():
        raise NotPossible(
            {
                "address": _(
                    "The list of reports does not understand this address. Choose the filters there and copy it again."
                )
            }
        )
    # Approved reports are what is counted anyway; others nobody has looked at.
    if chosen.selection.status not in ("", Status.APPROVED):
        raise NotPossible({"address": _("Evidence rests on approved reports. Take the filter on status away.")})
    selection = replace(chosen.selection, status="")
    if not selection:
        raise NotPossible(
            {
                "address": _(
                    "The address has no filter of the list of reports. Choose a category or a place there first."
                )
            }
        )
    return selection


def counted(problem: Problem, selection: Selection) -> dict[str, Any]:
    """What the selection gives in the problem's area: all that count there, and how many lack an exact place.

    Within the area alone, since its circle is who reads the whole numbers.
    """
    area_ids = descendants(problem.collaboration_id, [problem.area_id])
    rows = Incident.objects.counted().filter(collaboration_id=problem.collaboration_id, area_id__in=area_ids)
    vague = Q(precision__in=[Precision.BLOCK, Precision.AREA])
    chosen = selection.within([problem.collaboration_id]).rows(rows)
    figures: dict[str, Any] = chosen.aggregate(
        incidents=Count("pk"),
        without_point=Count("pk", filter=vague),
        sensitive=Count("pk", filter=Q(category__is_sensitive=True)),
    )
    if not figures["incidents"]:
        raise NotPossible({"address": _("The selection has no approved reports in the problem's area.")})
    return figures
