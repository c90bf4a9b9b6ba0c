"""How long action plans keep what was written on the way. What was decided, signed or published is preserved (ADR 17).

What goes is what no decision holds: `plans/content.py` writes the same of a plan before and after.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection, models
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from action_plans import rules
from action_plans.models import (
    Commitment,
    CommitmentMove,
    CommitmentState,
    Dialogue,
    EvaluationChange,
    EvaluationPlan,
    FollowUpNote,
    Goal,
    Measure,
    MeasureMove,
    MethodCard,
    Plan,
    PlanVersion,
    Promise,
    PromiseFollowUp,
    PromiseItem,
    PromiseItemMeasure,
    Publication,
)
from action_plans.rules import DECIDED_ONCE
from areas.holding import kept_by
from partners import retention
from partners.log import midnight
from partners.models import Collaboration, LegalHold

GONE = rules.GONE


@dataclass(frozen=True)
class Texts:
    """Texts that go: of which model, how its rows hang on what they go with, which fields, and of which rows only."""

    model: type[models.Model]
    path: str
    fields: tuple[str, ...]
    only: Q = field(default_factory=Q)

    def left(self) -> QuerySet:
        """The rows that still have something to let go of."""
        written = Q()
        for name in self.fields:
            written |= ~Q(**{f"{name}__in": ["", GONE]})
        return self.model._default_manager.filter(self.only, written).order_by()

    def blank(self, ids: list[int]) -> None:
        """Put the sign of what is gone in their place."""
        rows = self.model._default_manager.filter(self.only, **{f"{self.path}__in": ids})
        for name in self.fields:
            rows.exclude(**{f"{name}__in": ["", GONE]}).update(**{name: GONE})


# What a version would not hold: see `plans/content.py`.
_NO_DECIDED_MEASURE = ~Q(state__in=DECIDED_ONCE)
_OF_NO_DECIDED_MEASURE = ~Q(measure__state__in=DECIDED_ONCE)

OF_PLANS = (
    Texts(Plan, "pk", ("purpose",), Q(versions=None)),
    Texts(Measure, "plan", ("description", "mechanism", "indicator", "funding"), _NO_DECIDED_MEASURE),
    Texts(Goal, "plan", ("text", "indicator", "unit", "source"), Q(agreed_at=None) | Q(removed_at__isnull=False)),
    Texts(EvaluationPlan, "measure__plan", ("indicator", "decision_rule"), _OF_NO_DECIDED_MEASURE),
    Texts(EvaluationChange, "evaluation_plan__measure__plan", ("reason",)),
    Texts(MeasureMove, "measure__plan", ("reason",)),
    Texts(FollowUpNote, "measure__plan", ("text",)),
)
OF_COMMITMENTS = (
    Texts(
        Commitment,
        "pk",
        ("text",),
        Q(measure=None) | _OF_NO_DECIDED_MEASURE | Q(state=CommitmentState.WITHDRAWN),
    ),
    Texts(Commitment, "pk", ("answer", "owner_says", "asker_says")),
)
# Beside the words that are blanked with the row; those of what was asked only where they differ from what still stands.
_SAID_IN_LINES = ("answer", "owner_says", "asker_says")
OF_PROMISES = (
    Texts(Promise, "pk", ("problem_sv", "problem_en")),
    Texts(PromiseItem, "promise", ("text_sv", "text_en", "amount_sv", "amount_en")),
    Texts(PromiseItemMeasure, "item__promise", ("done_sv", "done_en")),
    Texts(PromiseFollowUp, "promise", ("text_sv", "text_en")),
)
OF_METHODS = (Texts(MethodCard, "pk", ("what", "evidence", "mechanism", "moderators", "implementation", "economy")),)
OF_DIALOGUES = (Texts(Dialogue, "pk", ("protocol",)),)
WRITTEN = (*OF_PLANS, *OF_COMMITMENTS, *OF_PROMISES, *OF_METHODS, *OF_DIALOGUES)


def _has_left(written: tuple[Texts, ...]) -> Q:
    found = Q()
    for texts in written:
        found |= Q(Exists(texts.left().filter(**{texts.path: OuterRef("pk")})))
    return found


def _latest(model: type[models.Model], path: str, field: str) -> Subquery:
    rows = model._default_manager.filter(**{path: OuterRef("pk")}).order_by().values(path)
    return Subquery(rows.annotate(latest=Max(field)).values("latest"))


def _blanked(written: tuple[Texts, ...], ids: list[int]) -> None:
    for texts in written:
        texts.blank(ids)


# --- Plans ------------------------------------------------------------------------------------------------------------

# When somebody last did something with a plan, beside the plan's own day.
_DONE: tuple[tuple[type[models.Model], str, str], ...] = (
    (Measure, "plan", "created_at"),
    (Measure, "plan", "removed_at"),
    (MeasureMove, "measure__plan", "at"),
    (FollowUpNote, "measure__plan", "written_at"),
    (EvaluationPlan, "measure__plan", "changed_at"),
    (EvaluationChange, "evaluation_plan__measure__plan", "at"),
    (Goal, "plan", "created_at"),
    (Goal, "plan", "agreed_at"),
    (Goal, "plan", "removed_at"),
    (PlanVersion, "plan", "decided_at"),
)


def _blank_plans(ids: list[int]) -> None:
    _blanked(OF_PLANS, ids)
    # What an evaluation plan said before it was changed goes with what it says.
    changed = EvaluationChange.objects.filter(evaluation_plan__measure__plan__in=ids)
    changed.exclude(evaluation_plan__measure__state__in=DECIDED_ONCE).update(before={})


def _due_plans(collaboration: Collaboration, before: dt.date) -> QuerySet[Plan]:
    rows = Plan.objects.filter(collaboration=collaboration, last_day__lt=before)
    rows = rows.annotate(at_rest_since=Greatest(F("created_at"), *(_latest(*one) for one in _DONE)))
    return rows.filter(_has_left(OF_PLANS), at_rest_since__lt=midnight(before))


def _plans_held_by(hold: LegalHold) -> Q:
    if hold.scope == "problem":
        about = Measure.objects.filter(problem=int(hold.subject_id)).values("plan")
        return Q(pk__in=about) | Q(pk__in=Goal.objects.filter(problem=int(hold.subject_id)).values("plan"))
    return kept_by(hold, area="area_id", first="at_rest_since__date__gte", last="created_at__date__lte")


# --- Commitments ------------------------------------------------------------------------------------------------------


def _lines_left() -> QuerySet[CommitmentMove]:
    rows = CommitmentMove.objects.annotate(asked=KT("line__text")).order_by()
    written = ~Q(asked=F("commitment__text")) & ~Q(asked__in=["", GONE])
    for name in _SAID_IN_LINES:
        written |= ~Q(**{f"line__{name}__in": ["", GONE]})
    return rows.filter(written)


def _due_commitments(collaboration: Collaboration, before: dt.date) -> QuerySet[Commitment]:
    """Parts of a plan when the plan has ended, requests that stand alone when their day has passed."""
    rows = Commitment.objects.filter(
        Q(measure=None) | Q(measure__plan__last_day__lt=before),
        Q(due_on=None) | Q(due_on__lt=before),
        collaboration=collaboration,
    )
    last_move = _latest(CommitmentMove, "commitment", "at")
    rows = rows.annotate(at_rest_since=Greatest(F("created_at"), last_move))
    left = _has_left(OF_COMMITMENTS) | Q(Exists(_lines_left().filter(commitment=OuterRef("pk"))))
    return rows.filter(left, at_rest_since__lt=midnight(before))


_BLANK_LINES = """
UPDATE action_plans_commitmentmove AS m SET line = m.line || (
    SELECT coalesce(jsonb_object_agg(said.key, %(gone)s::text), '{}') FROM jsonb_each_text(m.line) AS said
    WHERE coalesce(said.value, '') <> ''
        AND (said.key = ANY(%(names)s) OR said.key = 'text' AND said.value <> c.text)
)
FROM action_plans_commitment AS c WHERE c.id = m.commitment_id AND c.id = ANY(%(ids)s)
"""


def _blank_commitments(collaboration: Collaboration, ids: list[int]) -> None:
    _blanked(OF_COMMITMENTS, ids)
    with connection.cursor() as cursor:
        cursor.execute(_BLANK_LINES, {"ids": ids, "gone": GONE, "names": list(_SAID_IN_LINES)})


def _commitments_held_by(hold: LegalHold) -> Q:
    if hold.scope == "problem":
        return Q(measure__problem=int(hold.subject_id))
    return kept_by(hold, area="area_id", first="at_rest_since__date__gte", last="created_at__date__lte")


# --- Promises, dialogues, methods -------------------------------------------------------------------------------------


def _due_promises(collaboration: Collaboration, before: dt.date) -> QuerySet[Promise]:
    """Those residents have never read. What was published is preserved with what was written for it."""
    rows = Promise.objects.filter(collaboration=collaboration, last_day__lt=before)
    rows = rows.exclude(pk__in=Publication.objects.filter(collaboration=collaboration).values("promise"))
    written = _latest(PromiseFollowUp, "promise", "written_at")
    rows = rows.annotate(at_rest_since=Greatest(F("created_at"), written))
    return rows.filter(_has_left(OF_PROMISES), at_rest_since__lt=midnight(before))


def _promises_held_by(hold: LegalHold) -> Q:
    if hold.scope == "problem":
        return Q(problem=int(hold.subject_id))
    return kept_by(hold, area="area_id", first="at_rest_since__date__gte", last="created_at__date__lte")


def _due_dialogues(collaboration: Collaboration, before: dt.date) -> QuerySet[Dialogue]:
    rows = Dialogue.objects.filter(collaboration=collaboration, held_on__lt=before, created_at__lt=midnight(before))
    return rows.filter(_has_left(OF_DIALOGUES))


def _dialogues_held_by(hold: LegalHold) -> Q:
    return kept_by(hold, area="area_id", first="held_on__gte", last="held_on__lte")


def _due_methods(collaboration: Collaboration, before: dt.date) -> QuerySet[MethodCard]:
    """Cards somebody has taken away. One that is used is kept."""
    rows = MethodCard.objects.filter(collaboration=collaboration, removed_at__lt=midnight(before))
    return rows.filter(_has_left(OF_METHODS))


def _methods_held_by(hold: LegalHold) -> Q:
    # A card belongs to no area.
    if hold.scope != retention.DAYS:
        return Q(pk__in=[])
    return kept_by(hold, area="", first="removed_at__date__gte", last="created_at__date__lte")


KINDS = [
    retention.Kind(
        code="plan_texts",
        label=_("What was written in plans and never decided"),
        what_happens=_(
            "“[…]” stands in place of drafts, reasons and what was seen at follow-ups. Decided versions, names,"
            " numbers, states and days stay."
        ),
        default_days=1826,
        least_days=365,
        law=_(
            "The archive authority decides. Decided plans and agreements are preserved; five years after the plan has"
            " ended are proposed for the rest."
        ),
        due=_due_plans,
        dated_by="at_rest_since",
        purge=lambda collaboration, ids: _blank_plans(ids),
        held_by=_plans_held_by,
    ),
    retention.Kind(
        code="commitment_texts",
        label=_("What was said about requests and commitments"),
        what_happens=_(
            "“[…]” stands in place of reasons and answers, and of requests no decided measure holds. Who asked whom,"
            " the answer, the days and what came of it stay."
        ),
        default_days=1826,
        least_days=365,
        law=_("They follow the rule for plans."),
        due=_due_commitments,
        dated_by="at_rest_since",
        purge=_blank_commitments,
        held_by=_commitments_held_by,
        follows="plan_texts",
    ),
    retention.Kind(
        code="promise_texts",
        label=_("Citizen promises that were never published"),
        what_happens=_("“[…]” stands in place of what was written. Published promises are preserved."),
        default_days=1826,
        least_days=365,
        law=_("They follow the rule for plans."),
        due=_due_promises,
        dated_by="at_rest_since",
        purge=lambda collaboration, ids: _blanked(OF_PROMISES, ids),
        held_by=_promises_held_by,
        follows="plan_texts",
    ),
    retention.Kind(
        code="method_texts",
        label=_("Own cards that were taken out of the measures library"),
        what_happens=_("“[…]” stands in place of what was written. The name and the sources stay."),
        default_days=1826,
        least_days=365,
        law=_("They follow the rule for plans."),
        due=_due_methods,
        dated_by="removed_at",
        purge=lambda collaboration, ids: _blanked(OF_METHODS, ids),
        held_by=_methods_held_by,
        follows="plan_texts",
    ),
    retention.Kind(
        code="dialogue_texts",
        label=_("What was said in dialogues"),
        what_happens=_("“[…]” stands in its place. The day, how many took part, who was asked and the themes stay."),
        default_days=1095,
        least_days=365,
        law=_("The archive authority decides; three years are proposed, as for notes of inspections."),
        due=_due_dialogues,
        dated_by="held_on",
        purge=lambda collaboration, ids: _blanked(OF_DIALOGUES, ids),
        held_by=_dialogues_held_by,
    ),
]


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    for kind in KINDS:
        retention.register(kind)
