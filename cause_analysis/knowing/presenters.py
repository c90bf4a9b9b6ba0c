"""Questions, answers and gaps as a page needs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from areas.models import Place
from cause_analysis.knowing import queries
from cause_analysis.knowing.questions import ABOUT, QUESTIONS
from cause_analysis.models import CauseAnalysis, GuidedAnswer, KnowledgeGap


def questions_url(analysis: CauseAnalysis, *, place: int | None = None, question: str = "") -> str:
    """The page of the guided questions, at one place (0: the area as a whole), perhaps with a question opened."""
    path = reverse("analysis_questions", args=[analysis.collaboration.slug, analysis.problem.number])
    version = analysis.version if analysis.is_adopted else None
    asked = {"place": place, "question": question, "version": version}
    asked = {name: value for name, value in asked.items() if value not in (None, "")}
    return path + (f"?{urlencode(asked)}" if asked else "") + (f"#{question}" if question else "")


def question_groups(
    analysis: CauseAnalysis,
    place: int | None,
    answers: Mapping[tuple[int | None, str], GuidedAnswer],
    gaps: Iterable[KnowledgeGap],
    *,
    opened: str,
) -> list[dict[str, Any]]:
    """The questions under what they are about, each with its answer at the place, or that it is a gap."""
    waiting = {gap.question: gap for gap in gaps if gap.question and gap.place_id == place}
    groups = []
    for about, heading in ABOUT.items():
        rows = []
        for question in QUESTIONS.values():
            if question.about != about:
                continue
            answer = answers.get((place, question.key))
            rows.append(
                {
                    "key": question.key,
                    "text": str(question.text),
                    "answer": answer.text if answer else "",
                    "by": str(answer.changed_by) if answer and answer.changed_by else "",
                    "gap": waiting.get(question.key),
                    "is_open": question.key == opened,
                    "url": questions_url(analysis, place=place or 0, question=question.key),
                }
            )
        groups.append({"heading": str(heading), "rows": rows, "left": sum(not row["answer"] for row in rows)})
    return groups


def place_rows(
    analysis: CauseAnalysis,
    places: Iterable[Place | None],
    here: Place | None,
    answers: Mapping[tuple[int | None, str], GuidedAnswer],
) -> list[dict[str, Any]]:
    """The places to choose from, with how many questions are answered at each; None is the area as a whole."""
    return [
        {
            "name": one.name if one else _("The area as a whole"),
            "url": questions_url(analysis, place=one.pk if one else 0),
            "is_here": one == here,
            "answered": sum(
                1 for (pk, _key), answer in answers.items() if pk == (one.pk if one else None) and answer.text
            ),
        }
        for one in places
    ]


def gap_url(gap: KnowledgeGap) -> str:
    """The page of a gap."""
    problem = gap.analysis.problem
    return reverse("gap_detail", args=[problem.collaboration.slug, problem.number, gap.pk])


def gap_words(gap: KnowledgeGap) -> str:
    """What nobody knows: the group's own words, or the question nobody can answer."""
    if gap.text:
        return gap.text
    question = QUESTIONS.get(gap.question)
    return str(question.text) if question else ""


def gap_rows(gaps: Iterable[KnowledgeGap], today: dt.date, *, may_work: bool = False) -> list[dict[str, Any]]:
    """The open gaps: what, where, who and until when; with the way to change them for who may."""
    return [
        {
            "pk": gap.pk,
            "gap": gap,
            "url": gap_url(gap) if may_work else "",
            "is_closed": gap.closed_at is not None,
            "text": gap_words(gap),
            "place": gap.place.name if gap.place else "",
            "who": f"{gap.membership.user.function}, {gap.membership.organisation}" if gap.membership else "",
            "due": date_format(gap.due_on, "j F Y") if gap.due_on else "",
            "is_late": gap.closed_at is None and gap.due_on is not None and gap.due_on < today,
        }
        for gap in gaps
    ]


def gaps_in(analysis: CauseAnalysis, *, may_work: bool) -> dict[str, Any]:
    """What the page of the analysis says of what is known and what is not."""
    places = queries.places_of(analysis.problem)
    asked: list[int | None] = [place.pk for place in places]
    asked = asked or [None]
    answered = queries.answered_at(analysis, asked)
    return {
        "gaps": gap_rows(queries.open_gaps(analysis), timezone.localdate(), may_work=may_work),
        "closed_gaps": closed_rows(queries.closed_gaps(analysis)),
        "answered": answered,
        "asked": len(QUESTIONS) * len(asked),
        "questions_url": questions_url(analysis),
    }


def closed_rows(gaps: Iterable[KnowledgeGap]) -> list[dict[str, str]]:
    """What has been found out."""
    return [
        {
            "text": gap_words(gap),
            "answer": gap.answer or _("Answered among the guided questions."),
            "when": date_format(localtime(gap.closed_at), "j F Y") if gap.closed_at else "",
            "by": str(gap.closed_by) if gap.closed_by else "",
        }
        for gap in gaps
    ]
