"""Factories of what comes after a measure is decided."""

from __future__ import annotations

import datetime as dt
import uuid

import factory
from factory.django import DjangoModelFactory

from followup.models import (
    DoseDone,
    DosePlan,
    EvaluatedMeasure,
    Evaluation,
    EvaluationCheck,
    Lesson,
    Obstacle,
    PlaceboRun,
    ProblemWatch,
    ProgressNote,
    ProofPhoto,
)
from followup.progress.photo_files import FOLDER
from tests import factories as make
from tests.factories.plans import MeasureFactory, PlanFactory


class ProgressNoteFactory(DjangoModelFactory):
    class Meta:
        model = ProgressNote

    measure = factory.SubFactory(MeasureFactory, state="ongoing")
    collaboration = factory.SelfAttribute("measure.collaboration")
    on = dt.date(2026, 9, 14)
    course = "as_planned"
    organisation = factory.SubFactory(
        make.OrganisationFactory, collaboration=factory.SelfAttribute("..measure.collaboration")
    )


class DosePlanFactory(DjangoModelFactory):
    class Meta:
        model = DosePlan

    measure = factory.SubFactory(MeasureFactory, state="ongoing")
    collaboration = factory.SelfAttribute("measure.collaboration")
    kind = "patrols"
    planned = 40


class DoseDoneFactory(DjangoModelFactory):
    class Meta:
        model = DoseDone

    note = factory.SubFactory(ProgressNoteFactory)
    collaboration = factory.SelfAttribute("note.collaboration")
    dose = factory.SubFactory(DosePlanFactory, measure=factory.SelfAttribute("..note.measure"))
    amount = 12


class ObstacleFactory(DjangoModelFactory):
    class Meta:
        model = Obstacle

    note = factory.SubFactory(ProgressNoteFactory, course="hindered")
    measure = factory.SelfAttribute("note.measure")
    collaboration = factory.SelfAttribute("note.collaboration")
    code = "staff"
    since = dt.date(2026, 9, 14)


class ProofPhotoFactory(DjangoModelFactory):
    """A photo with a file that is there."""

    class Meta:
        model = ProofPhoto

    note = factory.SubFactory(ProgressNoteFactory)
    collaboration = factory.SelfAttribute("note.collaboration")
    file = factory.LazyFunction(lambda: FOLDER.store(make.drawn_photo()))
    width = 64
    height = 48
    size_bytes = 1000
    sha256 = "0" * 64
    client_uuid = factory.LazyFunction(uuid.uuid4)


class EvaluationFactory(DjangoModelFactory):
    """One of what was done alone, computed."""

    class Meta:
        model = Evaluation

    plan = factory.SubFactory(PlanFactory)
    collaboration = factory.SelfAttribute("plan.collaboration")
    number = factory.Sequence(lambda number: number + 1)
    due_on = dt.date(2026, 9, 14)
    figures = factory.LazyFunction(
        lambda: {
            "schema": 1,
            "design": "process",
            "measures": [],
            "headline": {"verdict": "not_assessable", "rules": [{"code": "planned", "holds": False, "numbers": {}}]},
        }
    )
    computed_at = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)


class EvaluatedMeasureFactory(DjangoModelFactory):
    class Meta:
        model = EvaluatedMeasure

    evaluation = factory.SubFactory(EvaluationFactory)
    collaboration = factory.SelfAttribute("evaluation.collaboration")
    measure = factory.SubFactory(MeasureFactory, plan=factory.SelfAttribute("..evaluation.plan"), state="carried_out")


class EvaluationCheckFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationCheck

    evaluation = factory.SubFactory(EvaluationFactory)
    collaboration = factory.SelfAttribute("evaluation.collaboration")
    number = 1
    until = dt.date(2027, 3, 14)
    standing = "uncertain"
    headline = "not_assessable"
    figures = factory.SelfAttribute("evaluation.figures")


class LessonFactory(DjangoModelFactory):
    class Meta:
        model = Lesson

    evaluation = factory.SubFactory(EvaluationFactory)
    collaboration = factory.SelfAttribute("evaluation.collaboration")
    text = "Det tog längre tid än väntat att få tillstånd"


class ProblemWatchFactory(DjangoModelFactory):
    class Meta:
        model = ProblemWatch

    evaluation = factory.SubFactory(EvaluationFactory)
    collaboration = factory.SelfAttribute("evaluation.collaboration")
    problem = factory.SubFactory(
        make.ProblemFactory,
        area=factory.SelfAttribute("..evaluation.plan.area"),
        state="after_watch",
        outcome="reduced",
    )
    first_day = dt.date(2026, 9, 14)
    last_day = dt.date(2027, 9, 14)
    level = 10


class PlaceboRunFactory(DjangoModelFactory):
    class Meta:
        model = PlaceboRun

    collaboration = factory.SubFactory(make.CollaborationFactory)
    figures = factory.LazyFunction(lambda: {"schema": 1, "categories": []})
