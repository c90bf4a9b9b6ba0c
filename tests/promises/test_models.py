"""Promises about every model: who sees it, what it may point at, how it is made, and what comes next in its life."""

from __future__ import annotations

import importlib
import importlib.util
import inspect

import pytest
from django.db import models
from factory.django import DjangoModelFactory

from partners.models import User
from tests import factories
from tests.promises.house import floors, our_models, rooms

# Rows that belong to no collaboration and say nothing about anybody, so that everybody may read them.
GLOBAL = {
    "areas.PoliceListCategory": "the categories of the police's public list",
}
# Lives that are told in another way than a table `NEXT` in the room's rules.
LIVES_ELSEWHERE = {
    "incidents.ImportBatch": "the import is one job that moves its batch forward and can be undone; see importing",
}


def label(model):
    return model._meta.label


def test_there_are_models():
    assert len(our_models()) > 20


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_every_model_says_who_sees_it(model):
    if label(model) in GLOBAL:
        assert not hasattr(model.objects.all(), "visible_to")
        return
    assert hasattr(model.objects.all(), "visible_to"), "give its queryset visible_to(user), or list it as GLOBAL"


def test_the_lists_of_exceptions_speak_of_models_that_exist():
    known = {label(model) for model in our_models()}
    assert set(GLOBAL) | set(LIVES_ELSEWHERE) <= known


@pytest.mark.parametrize("model", [m for m in our_models() if label(m) not in GLOBAL], ids=label)
def test_somebody_without_a_role_sees_nothing_but_themselves(db, model):
    nobody = factories.UserFactory()
    FACTORIES[model]()
    seen = set(model.objects.visible_to(nobody).values_list("pk", flat=True))
    assert seen == ({nobody.pk} if model is User else set())


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_relations_point_to_the_same_room_or_a_floor_below(model):
    height = floors()
    here = model._meta.app_label
    upwards = []
    for field in model._meta.get_fields():
        target = field.related_model if field.is_relation and not field.auto_created else None
        if isinstance(target, type) and issubclass(target, models.Model) and target._meta.app_label in rooms():
            there = target._meta.app_label
            if there != here and height[there] >= height[here]:
                upwards.append(f"{field.name} → {label(target)}")
    assert upwards == []


def _factories():
    found = {}
    for _name, thing in inspect.getmembers(factories, inspect.isclass):
        if issubclass(thing, DjangoModelFactory) and thing._meta.model is not None:
            found[thing._meta.model] = thing
    return found


FACTORIES = _factories()


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_every_model_has_a_factory(model):
    assert model in FACTORIES, "add one to tests/factories"


def _with_status():
    for model in our_models():
        module = importlib.import_module(model.__module__)
        for field in model._meta.fields:
            if field.name == "status" and label(model) not in LIVES_ELSEWHERE:
                own = getattr(model, "Status", None) or getattr(module, "Status", None)
                assert own is not None, f"{label(model)} has a status that is no Status"
                yield model, own


@pytest.mark.parametrize(("model", "status"), [*_with_status()], ids=str)
def test_every_status_has_a_next_step(model, status):
    name = f"{model._meta.app_label}.rules"
    assert importlib.util.find_spec(name), f"{name} has the table NEXT"
    tables = [
        table
        for table in vars(importlib.import_module(name)).values()
        if isinstance(table, dict) and table and all(isinstance(key, status) for key in table)
    ]
    lives = [table for table in tables if all(isinstance(steps, set) for steps in table.values())]
    assert len(lives) == 1
    assert set(lives[0]) == set(status)
    assert all(step in set(status) for steps in lives[0].values() for step in steps)
