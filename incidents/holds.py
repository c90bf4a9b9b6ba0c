"""Which reports somebody holds back from being purged: nothing of them is destroyed, by night or by hand."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from areas.access import descendants
from partners import retention
from partners.models import LegalHold


def held_by(hold: LegalHold) -> Q:
    """The reports a hold keeps."""
    if hold.scope not in ("report", "area", retention.DAYS):
        return Q(pk__in=[])
    kept = Q(pk__isnull=False)
    if hold.scope == "report":
        kept &= Q(pk=int(hold.subject_id))
    elif hold.scope == "area":
        kept &= Q(area_id__in=descendants(hold.collaboration_id, [int(hold.subject_id)]))
    if hold.first_day:
        kept &= Q(occurred_on__gte=hold.first_day)
    if hold.last_day:
        kept &= Q(occurred_on__lte=hold.last_day)
    return kept


def is_held(collaboration_id: int) -> Q:
    """The reports any hold keeps today."""
    held = Q(pk__in=[])
    for hold in LegalHold.objects.in_force(timezone.localdate()).filter(collaboration_id=collaboration_id):
        held |= held_by(hold)
    return held
