"""The chain of events out of the database."""

from __future__ import annotations

from cause_analysis.models import CauseAnalysis, EventChainLink


def links_of(analysis: CauseAnalysis) -> list[EventChainLink]:
    """The links in their order, each with the cause it points at."""
    rows = EventChainLink.objects.kept().filter(analysis=analysis).select_related("cause")
    return list(rows.order_by("position", "pk"))
