"""Factories of what comes after a measure is decided."""

from __future__ import annotations

import datetime as dt
import uuid

import factory
from factory.django import DjangoModelFactory

from followup.models import DoseDone, DosePlan, Obstacle, ProgressNote, ProofPhoto
from followup.progress.photo_files import FOLDER
from tests import factories as make
from tests.factories.plans import MeasureFactory


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
