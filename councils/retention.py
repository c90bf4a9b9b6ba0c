"""How long questions between the levels keep their words. An answer yes or no is a decision, and is preserved."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from action_plans.retention import GONE
from areas.holding import kept_by
from common.days import midnight
from councils.models import Answer, Escalation, Subject
from partners import retention
from partners.models import Collaboration, LegalHold

# Decided: see docs/adr/0017-what-was-decided-is-preserved.md.
STAYS = [Answer.YES, Answer.NO]
TEXTS = ("question", "recommended_decision", "answer_text", "taken_back_reason")


def _held_by(hold: LegalHold) -> Q:
    if hold.scope == "problem":
        return Q(subject_kind=Subject.PROBLEM, subject_id=int(hold.subject_id))
    return kept_by(hold, area="area_id", first="created_at__date__gte", last="created_at__date__lte")


def _due(collaboration: Collaboration, before: dt.date) -> QuerySet[Escalation]:
    """Those that were taken back or sent back so long ago; an open question is read however old it is."""
    ended = Escalation.objects.annotate(ended_at=Coalesce("answered_at", "taken_back_at"))
    written = Q()
    for name in TEXTS:
        written |= ~Q(**{f"{name}__in": ["", GONE]})
    return ended.filter(written, collaboration=collaboration, ended_at__lt=midnight(before)).exclude(answer__in=STAYS)


def _blank(collaboration: Collaboration, ids: list[int]) -> None:
    rows = Escalation.objects.filter(pk__in=ids)
    for name in TEXTS:
        rows.exclude(**{f"{name}__in": ["", GONE]}).update(**{name: GONE})


KINDS = [
    retention.Kind(
        code="escalation_texts",
        label=_("Questions between the levels that came to no decision"),
        what_happens=_(
            "“[…]” stands in place of the words. Who asked whom, when, and that it was sent or taken back stay."
        ),
        default_days=1826,
        least_days=365,
        law=_("They follow the rule for plans."),
        due=_due,
        dated_by="created_at",
        purge=_blank,
        held_by=_held_by,
        follows="plan_texts",
    )
]


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    for kind in KINDS:
        retention.register(kind)
