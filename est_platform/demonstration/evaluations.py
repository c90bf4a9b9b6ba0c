"""The demonstration's evaluations: computed as the night would, two of them judged and adopted by the council.

The one of the square says what the invented reports of it say, and its problem is closed and watched for two years. The
one of the whole area cannot be assessed, and the council says so. Of real data nothing is judged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from action_plans.models import MeasureMove, MeasureState
from areas.models import Place
from cause_analysis.models import Problem, ProblemMove, State
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.causes import CENTRE_PLACE
from est_platform.demonstration.evaluation_plans import at
from followup.evaluations.actions import add_lesson, adopt, judge
from followup.evaluations.keeping import keep_all
from followup.lessons.closing import close_problem, look_after_all, watch_problem
from followup.models import Done, Evaluation, Headline, Lesson, Outcome, ProblemWatch, Shown, WhatNext
from partners.models import Collaboration, Group, User

DAY = dt.date
MET = DAY(2020, 2, 20)
# What the numbers say decides what the group of the demonstration makes of them.
OUTCOMES = {Headline.DECREASED: Outcome.PARTLY, Headline.INCREASED: Outcome.DID_NOT}
# How long its problem is watched, and how many events in a month take it up again.
WATCHED_UNTIL, WATCH_LEVEL = DAY(2022, 2, 28), 6


@dataclass(frozen=True)
class Said:
    """What the council makes of an evaluation."""

    done: Done
    shown: Shown
    what_else: str
    side_effects: str
    reason: str
    lessons: tuple[tuple[Lesson.About, str, str], ...]


SQUARE = Said(
    Done.PARTLY,
    Shown.PARTLY,
    "En butik på torget stängde våren 2019.",
    "Fler använder gångvägen på kvällen.",
    "Det mesta blev gjort, men inte allt. Vi kan inte säga vilken del som gjorde mest.",
    (
        (
            Lesson.About.METHOD,
            "",
            "Ljus och fri sikt behövde göras samtidigt: lamporna syntes inte förrän häcken var klippt.",
        ),
        (Lesson.About.PLACE, CENTRE_PLACE, "Entrén på baksidan blir mörk först i november. Kontrollera den då."),
        (
            Lesson.About.WORK,
            "",
            "Att parterna såg samma siffror varje månad gjorde att väktarnas tider kunde ändras i tid.",
        ),
    ),
)
WHOLE_AREA = Said(
    Done.PARTLY,
    Shown.UNKNOWN,
    "Samtidigt gjordes sex andra saker vid torget, i samma område.",
    "",
    "Huset har varit öppet, men gymnastiksalen öppnades inte. Siffrorna räcker inte för att säga mer.",
    (
        (
            Lesson.About.WORK,
            "",
            "Räkna det som huset kan påverka. Hela områdets rapporter säger för lite om ett hus.",
        ),
    ),
)


def load_evaluations(norrkoping: Collaboration, people: dict[str, User], *, today: dt.date) -> int:
    """Compute every evaluation whose day has come; let the council adopt its two; how many there are."""
    keep_all(today=today)
    evaluations = list(Evaluation.objects.filter(collaboration=norrkoping, due_on__lt=MET).order_by("number"))
    coordinator = people[f"samordnare@{NORRKOPING}.example"]
    joint = max(evaluations, key=lambda one: one.evaluated_measures.count(), default=None)
    for evaluation in evaluations:
        _adopted(evaluation, SQUARE if evaluation == joint else WHOLE_AREA, coordinator, today)
    if joint is not None:
        _closed(joint, coordinator)
        keep_all(today=today)
        look_after_all(today=today)
    return Evaluation.objects.count()


def _adopted(evaluation: Evaluation, said: Said, coordinator: User, today: dt.date) -> None:
    for about, name, text in said.lessons:
        place = Place.objects.filter(collaboration=evaluation.collaboration_id, name=name).first()
        if name and place is None:
            continue
        add_lesson(by=coordinator, evaluation=evaluation, about=about, text=text, place=place, is_confirmed=True)
    evaluation = judge(
        by=coordinator,
        evaluation=evaluation,
        row_version=evaluation.row_version,
        done_as_planned=said.done,
        mechanism_shown=said.shown,
        what_else=said.what_else,
        side_effects=said.side_effects,
        outcome=OUTCOMES.get(Headline(evaluation.headline), Outcome.UNCLEAR),
        reason=said.reason,
        what_next=WhatNext.CONTINUE,
        is_confirmed=True,
    )
    group = Group.objects.get(collaboration=evaluation.collaboration_id, name="Chefsamrådet")
    adopt(
        by=coordinator,
        evaluation=evaluation,
        group=group,
        row_version=evaluation.row_version,
        seen=evaluation.headline,
        today=today,
        at=at(MET),
    )
    MeasureMove.objects.filter(measure__evaluated_in__evaluation=evaluation, to_state=MeasureState.EVALUATED).update(
        at=at(MET)
    )


def _closed(evaluation: Evaluation, by: User) -> None:
    """Close its problem where the numbers say that it has become smaller, and watch it for two years."""
    problem = Problem.objects.filter(measures__evaluated_in__evaluation=evaluation).first()
    if problem is None or evaluation.headline != Headline.DECREASED:
        return
    problem = close_problem(by=by, problem=problem, outcome=Problem.Outcome.REDUCED)
    watch = watch_problem(
        by=by, problem=problem, evaluation=evaluation, last_day=WATCHED_UNTIL, level=WATCH_LEVEL, today=MET
    )
    ProblemWatch.objects.filter(pk=watch.pk).update(made_at=at(MET))
    steps = {State.CLOSED, State.AFTER_WATCH}
    ProblemMove.objects.filter(problem=problem, to_state__in=steps).update(at=at(MET))
