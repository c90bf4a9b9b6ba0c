"""Indicators, their values, the files they came in, and counts of people."""

from __future__ import annotations

import datetime as dt
import uuid

import factory
from factory.django import DjangoModelFactory

from situational_picture.models import Indicator, IndicatorBatch, IndicatorValue, PlaceCount
from tests.factories import AreaFactory, CollaborationFactory, OrganisationFactory, PlaceFactory

__all__ = ["IndicatorBatchFactory", "IndicatorFactory", "IndicatorValueFactory", "PlaceCountFactory"]


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = Indicator

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    name = "Känner sig trygga i området på kvällen"
    kind = Indicator.Kind.SURVEY
    source = "Kommunens enkät"
    level = Indicator.Level.AREA
    better = Indicator.Better.HIGHER


class IndicatorBatchFactory(DjangoModelFactory):
    class Meta:
        model = IndicatorBatch

    collaboration = factory.SubFactory(CollaborationFactory)
    layout = IndicatorBatch.Layout.TABLE
    file_name = "enkat.csv"
    fingerprint = "0" * 64
    dated_on = dt.date(2026, 3, 1)


class IndicatorValueFactory(DjangoModelFactory):
    class Meta:
        model = IndicatorValue

    indicator = factory.SubFactory(IndicatorFactory)
    collaboration = factory.SelfAttribute("indicator.collaboration")
    period_from = dt.date(2025, 1, 1)
    period_to = dt.date(2025, 12, 31)
    value = 0.5
    n = 200
    successes = 100


class PlaceCountFactory(DjangoModelFactory):
    class Meta:
        model = PlaceCount

    place = factory.SubFactory(PlaceFactory)
    collaboration = factory.SelfAttribute("place.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    counted_on = dt.date(2026, 10, 5)
    hour = 17
    minutes = PlaceCount.Minutes.WHOLE
    people = 120
    client_uuid = factory.LazyFunction(uuid.uuid4)
