"""The demonstration's evaluations: computed as the night would, and the one of the square judged and adopted."""

from __future__ import annotations

import datetime as dt

from action_plans.models import MeasureMove, MeasureState
from areas.models import Place
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.causes import CENTRE_PLACE
from est_platform.demonstration.evaluation_plans import at
from followup.evaluations.actions import add_lesson, adopt, judge
from followup.evaluations.keeping import keep_all
from followup.models import Done, Evaluation, Headline, Lesson, Outcome, Shown, WhatNext
from partners.models import Collaboration, Group, User

DAY = dt.date
MET = DAY(2020, 2, 20)
# What the numbers say decides what the group of the demonstration makes of them.
OUTCOMES = {Headline.DECREASED: Outcome.PARTLY, Headline.INCREASED: Outcome.DID_NOT}
LESSONS = (
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
)


def load_evaluations(norrkoping: Collaboration, people: dict[str, User], *, today: dt.date) -> int:
    """Compute every evaluation whose day has come; let the council adopt the largest; how many there are."""
    keep_all(today=today)
    evaluations = Evaluation.objects.filter(collaboration=norrkoping, due_on__lt=MET).order_by("number")
    joint = max(evaluations, key=lambda one: one.evaluated_measures.count(), default=None)
    if joint is not None:
        _adopted(joint, people[f"samordnare@{NORRKOPING}.example"], today)
        keep_all(today=today)
    return Evaluation.objects.count()


def _adopted(evaluation: Evaluation, coordinator: User, today: dt.date) -> None:
    for about, name, text in LESSONS:
        place = Place.objects.filter(collaboration=evaluation.collaboration_id, name=name).first()
        if name and place is None:
            continue
        add_lesson(by=coordinator, evaluation=evaluation, about=about, text=text, place=place, is_confirmed=True)
    evaluation = judge(
        by=coordinator,
        evaluation=evaluation,
        row_version=evaluation.row_version,
        done_as_planned=Done.PARTLY,
        mechanism_shown=Shown.PARTLY,
        what_else="En butik på torget stängde våren 2019.",
        side_effects="Fler använder gångvägen på kvällen.",
        outcome=OUTCOMES.get(Headline(evaluation.headline), Outcome.UNCLEAR),
        reason="Det mesta blev gjort, men inte allt. Vi kan inte säga vilken del som gjorde mest.",
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
