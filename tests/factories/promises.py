"""Factories of dialogues, citizen promises and their publications."""

from __future__ import annotations

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from action_plans.models import (
    Dialogue,
    Promise,
    PromiseDialogue,
    PromiseFollowUp,
    PromiseItem,
    PromiseItemMeasure,
    PromiseSignatory,
    Publication,
)
from tests import factories as make


class DialogueFactory(DjangoModelFactory):
    class Meta:
        model = Dialogue

    area = factory.SubFactory(make.AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    kind = Dialogue.Kind.CITIZEN
    held_on = dt.date(2026, 1, 20)
    participants = 24
    themes = "Belysning\nMötesplatser"


class PromiseFactory(DjangoModelFactory):
    """A draft with its words in both languages and a day of follow-up, without undertakings."""

    class Meta:
        model = Promise

    area = factory.SubFactory(make.AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    title_sv = "Torget ska vara ljust på kvällen"
    title_en = "The square will be light in the evening"
    problem_sv = "Många har sagt att det är mörkt på torget."
    problem_en = "Many have said that the square is dark."
    first_day = dt.date(2026, 1, 1)
    last_day = dt.date(2026, 12, 31)
    follow_up_on = dt.date(2026, 5, 15)


class PromiseDialogueFactory(DjangoModelFactory):
    class Meta:
        model = PromiseDialogue

    promise = factory.SubFactory(PromiseFactory)
    collaboration = factory.SelfAttribute("promise.collaboration")
    dialogue = factory.SubFactory(DialogueFactory, area=factory.SelfAttribute("..promise.area"))


class PromiseSignatoryFactory(DjangoModelFactory):
    class Meta:
        model = PromiseSignatory

    promise = factory.SubFactory(PromiseFactory)
    collaboration = factory.SelfAttribute("promise.collaboration")
    function = "kommundirektör"
    organisation = factory.SubFactory(make.OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))


class PromiseItemFactory(DjangoModelFactory):
    class Meta:
        model = PromiseItem

    promise = factory.SubFactory(PromiseFactory)
    collaboration = factory.SelfAttribute("promise.collaboration")
    organisation = factory.SubFactory(make.OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    text_sv = "Vi byter alla lampor på torget."
    text_en = "We change all lamps on the square."


class PromiseItemMeasureFactory(DjangoModelFactory):
    class Meta:
        model = PromiseItemMeasure

    item = factory.SubFactory(PromiseItemFactory)
    collaboration = factory.SelfAttribute("item.collaboration")
    measure = factory.SubFactory(make.MeasureFactory, plan__area=factory.SelfAttribute("...item.promise.area"))


class PromiseFollowUpFactory(DjangoModelFactory):
    class Meta:
        model = PromiseFollowUp

    promise = factory.SubFactory(PromiseFactory)
    collaboration = factory.SelfAttribute("promise.collaboration")
    on = dt.date(2026, 5, 15)
    text_sv = "Hälften av lamporna är bytta."
    text_en = "Half of the lamps have been changed."
    carried_out = "partly"
    good_result = "too_early"


class PublicationFactory(DjangoModelFactory):
    class Meta:
        model = Publication

    promise = factory.SubFactory(PromiseFactory)
    collaboration = factory.SelfAttribute("promise.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    content = factory.Dict({"schema": 1})
    published_at = factory.LazyFunction(timezone.now)
