"""How long problems and their analyses keep what was written in them. Numbers, states and the tree's shape stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.holding import kept_by
from cause_analysis.causes.rules import METHOD
from cause_analysis.models import (
    Cause,
    CauseAnalysis,
    CauseMove,
    CoachComment,
    EventChainLink,
    Evidence,
    GuidedAnswer,
    KnowledgeGap,
    PartnerView,
    Prediction,
    Problem,
    ProblemMove,
    RoundProblem,
    Score,
)
from cause_analysis.problems.definition import QUESTIONS
from common.days import midnight
from partners import retention
from partners.log import prefixed
from partners.models import Collaboration, LegalHold

# Stands where something was written. The database knows it: see the migration that lets adopted texts go.
GONE = "[…]"

# Everything that people have written, by how it hangs on its problem. A problem's title is its heading in every list
# and decision, and stays.
WRITTEN: tuple[tuple[type[models.Model], str, tuple[str, ...]], ...] = (
    (Problem, "pk", tuple(QUESTIONS)),
    (PartnerView, "problem", ("text",)),
    (ProblemMove, "problem", ("reason",)),
    (RoundProblem, "problem", ("reason",)),
    (Score, "round_problem__problem", ("reason",)),
    (CauseAnalysis, "problem", tuple(METHOD)),
    (Cause, "analysis__problem", ("text", "chosen_reason")),
    (CauseMove, "cause__analysis__problem", ("reason",)),
    (Evidence, "cause__analysis__problem", ("text", "removed_reason")),
    (Prediction, "cause__analysis__problem", ("text",)),
    (GuidedAnswer, "analysis__problem", ("text",)),
    (KnowledgeGap, "analysis__problem", ("text", "answer")),
    (EventChainLink, "analysis__problem", ("text",)),
    (CoachComment, "analysis__problem", ("text", "answer")),
)

# When somebody last did something with a problem, beside the problem's own day.
_DONE: tuple[tuple[type[models.Model], str, str], ...] = (
    (PartnerView, "problem", "written_at"),
    (ProblemMove, "problem", "at"),
    (RoundProblem, "problem", "decided_at"),
    (Score, "round_problem__problem", "scored_at"),
    (CauseAnalysis, "problem", "changed_at"),
    (CauseAnalysis, "problem", "adopted_at"),
    # Both outlive the version that is worked on, whose day says nothing of them.
    (KnowledgeGap, "analysis__problem", "closed_at"),
    (CoachComment, "analysis__problem", "written_at"),
    (CoachComment, "analysis__problem", "settled_at"),
)


def _latest(model: type[models.Model], path: str, field: str) -> Subquery:
    rows = model._default_manager.filter(**{path: OuterRef("pk")}).order_by().values(path)
    return Subquery(rows.annotate(latest=Max(field)).values("latest"))


def _due_texts(collaboration: Collaboration, before: dt.date) -> QuerySet[Problem]:
    """Problems nobody has done anything with since then; what is written after a purge waits for the next one."""
    rows = Problem.objects.filter(collaboration=collaboration)
    # A day that is missing does not count.
    rows = rows.annotate(at_rest_since=Greatest(F("written_at"), *(_latest(*one) for one in _DONE)))
    return rows.filter(
        Q(texts_purged_at__isnull=True) | Q(texts_purged_at__lt=F("at_rest_since")), at_rest_since__lt=midnight(before)
    )


# Evidence and adopted analyses hold what was written elsewhere, as it stood on a day.
_BLANK_COPIES = """
UPDATE cause_analysis_evidence AS e SET seen = e.seen
    || CASE WHEN coalesce(e.seen->>'note', '') <> '' THEN jsonb_build_object('note', %(gone)s::text) ELSE '{}' END
    || CASE WHEN coalesce(e.seen->>'text', '') <> '' THEN jsonb_build_object('text', %(gone)s::text) ELSE '{}' END
FROM cause_analysis_cause AS c JOIN cause_analysis_causeanalysis AS a ON a.id = c.analysis_id
WHERE c.id = e.cause_id AND a.problem_id = ANY(%(ids)s) AND e.seen <> '{}';

UPDATE cause_analysis_causeanalysis AS a SET definition = a.definition
    || jsonb_build_object(
        'answers',
        (SELECT coalesce(jsonb_object_agg(key, CASE WHEN value = '' THEN '' ELSE %(gone)s::text END), '{}')
         FROM jsonb_each_text(a.definition->'answers')),
        'views',
        (SELECT coalesce(jsonb_agg(one || jsonb_build_object('text', %(gone)s::text)), '[]')
         FROM jsonb_array_elements(a.definition->'views') AS one))
WHERE a.problem_id = ANY(%(ids)s) AND a.definition <> '{}';
"""


def _blank_texts(collaboration: Collaboration, ids: list[int]) -> None:
    """Put the sign of what is gone in the place of every text; those of adopted analyses by the door kept for it."""
    # Whoever writes in an analysis locks it first.
    list(CauseAnalysis.objects.select_for_update(of=("self",)).filter(problem__in=ids).order_by("pk").values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cause_analysis.purging', 'on', true)")
        for model, path, fields in WRITTEN:
            rows = model._default_manager.filter(**{f"{path}__in": ids})
            for field in fields:
                rows.exclude(**{field: ""}).update(**{field: GONE})
        cursor.execute(_BLANK_COPIES, {"ids": ids, "gone": GONE})
        cursor.execute("SELECT set_config('cause_analysis.purging', '', true)")
    Problem.objects.filter(pk__in=ids).update(texts_purged_at=timezone.now())


def held_by(hold: LegalHold) -> Q:
    """The problems a hold keeps: one, those of an area, or those that somebody worked with on some days."""
    if hold.scope == "problem":
        return Q(pk=int(hold.subject_id))
    return kept_by(hold, area="area_id", first="at_rest_since__date__gte", last="created_at__date__lte")


KINDS = [
    retention.Kind(
        code="problem_texts",
        label=_("What is written in problems and their analyses"),
        what_happens=_(
            "“[…]” stands in its place. The problem's name, numbers, states and decisions stay, and the shape of the"
            " analysis."
        ),
        default_days=1826,
        least_days=365,
        law=_(
            "The archive authority decides; five years after somebody last worked with the problem are proposed, or"
            " that all is preserved."
        ),
        due=_due_texts,
        dated_by="at_rest_since",
        purge=_blank_texts,
        held_by=held_by,
    ),
]


def _find_problem(collaboration: Collaboration, text: str) -> tuple[str, str] | None:
    number = prefixed("P")(text)
    problem: Any = number and Problem.objects.filter(collaboration=collaboration, number=int(number)).first()
    return (str(problem.pk), str(problem)) if problem else None


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds, and of what can be held back."""
    for kind in KINDS:
        retention.register(kind)
    retention.register_scope(retention.Scope(code="problem", label=_("one problem"), find=_find_problem))
