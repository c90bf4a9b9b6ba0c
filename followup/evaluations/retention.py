"""How long evaluations keep what was written in them. An adopted one is preserved whole, as decided plans are."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from action_plans.retention import GONE
from areas.holding import kept_by
from common.days import midnight
from followup.models import Evaluation, Lesson
from partners import retention
from partners.models import Collaboration, LegalHold

TEXTS = ("what_else", "side_effects", "reason")


def _due(collaboration: Collaboration, before: dt.date) -> QuerySet[Evaluation]:
    """Those nobody has adopted, of plans that have ended."""
    written = Q(Exists(Lesson.objects.filter(evaluation=OuterRef("pk")).exclude(text=GONE)))
    for name in TEXTS:
        written |= ~Q(**{f"{name}__in": ["", GONE]})
    return Evaluation.objects.filter(
        written,
        collaboration=collaboration,
        adopted_at=None,
        plan__last_day__lt=before,
        created_at__lt=midnight(before),
    )


def _blank(collaboration: Collaboration, ids: list[int]) -> None:
    rows = Evaluation.objects.filter(pk__in=ids, adopted_at=None)
    for name in TEXTS:
        rows.exclude(**{f"{name}__in": ["", GONE]}).update(**{name: GONE})
    Lesson.objects.filter(evaluation__in=rows).update(text=GONE)


def _held_by(hold: LegalHold) -> Q:
    if hold.scope == "problem":
        return Q(evaluated_measures__measure__problem=int(hold.subject_id))
    return kept_by(hold, area="plan__area_id", first="created_at__date__gte", last="created_at__date__lte")


KIND = retention.Kind(
    code="evaluation_texts",
    label=_("What was written of evaluations that nobody has adopted"),
    what_happens=_("“[…]” stands in its place. The numbers and an adopted evaluation stay."),
    default_days=1826,
    least_days=365,
    law=_("They follow the rule for plans."),
    due=_due,
    dated_by="created_at",
    purge=_blank,
    held_by=_held_by,
    follows="plan_texts",
)


def register_kind() -> None:
    """Tell `partners.retention` of this kind."""
    retention.register(KIND)
