"""Factories of what the law asks for."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from councils.law.rules import due_after
from councils.models import StatutoryDecision, StatutoryItem, YearEntry
from tests import factories as make


class StatutoryItemFactory(DjangoModelFactory):
    class Meta:
        model = StatutoryItem
        django_get_or_create = ("collaboration", "paragraph")

    collaboration = factory.SubFactory(make.CollaborationFactory)
    paragraph = 4


class StatutoryDecisionFactory(DjangoModelFactory):
    class Meta:
        model = StatutoryDecision

    item = factory.SubFactory(StatutoryItemFactory)
    collaboration = factory.SelfAttribute("item.collaboration")
    decided_on = dt.date(2025, 5, 12)
    decided_by_body = StatutoryDecision.Body.BOARD
    registry_number = "KS 2025/17"
    next_due_on = factory.LazyAttribute(lambda decision: due_after(decision.decided_on))


class YearEntryFactory(DjangoModelFactory):
    class Meta:
        model = YearEntry

    collaboration = factory.SubFactory(make.CollaborationFactory)
    title = "Trygghetsmätning"
    month = 10
