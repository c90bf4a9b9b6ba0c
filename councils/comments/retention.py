"""How long comments on figures keep their words. They go with a weekly picture when that is purged."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from action_plans.retention import GONE
from areas.holding import kept_by
from common.days import midnight
from councils.models import FigureComment
from partners import retention
from partners.models import Collaboration, LegalHold


def _due(collaboration: Collaboration, before: dt.date) -> QuerySet[FigureComment]:
    rows = FigureComment.objects.filter(collaboration=collaboration, written_at__lt=midnight(before))
    return rows.exclude(text=GONE)


def _blank(collaboration: Collaboration, ids: list[int]) -> None:
    FigureComment.objects.filter(pk__in=ids).update(text=GONE)


def _held_by(hold: LegalHold) -> Q:
    return kept_by(hold, area="picture__area_id", first="picture__period_end__gt", last="picture__period_start__lte")


KIND = retention.Kind(
    code="figure_comments",
    label=_("Comments on the figures of pictures"),
    what_happens=_("“[…]” stands in its place, with who wrote it and when. The picture stays as it is."),
    default_days=1826,
    least_days=365,
    law=_("What was said of a picture is needed as long as the plan that rests on it is followed up."),
    due=_due,
    dated_by="written_at",
    purge=_blank,
    held_by=_held_by,
)


def register_kind() -> None:
    """Tell `partners.retention` of this kind."""
    retention.register(KIND)
