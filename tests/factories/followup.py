"""Factories of what comes after a measure is decided."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from followup.models import ProgressNote
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
