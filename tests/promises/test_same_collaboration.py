"""The tenant boundary is held by the database: no row points at what another collaboration owns."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from areas.models import Area, Place
from common.same_collaboration import FEW
from incidents.models import Category, Incident
from partners.models import Membership, Organisation
from tests import factories as make
from tests.promises.house import our_models

# Held by a trigger of its own, which asks for more than the same collaboration.
HELD_ELSEWHERE = {("incidents_incident", "merged_into_id"): "incident_check_merged"}


def _of_collaboration(model):
    return any(field.name == "collaboration" for field in model._meta.fields)


def _pairs():
    """Each column of a table with a collaboration that points at another such table."""
    for model in our_models():
        if not _of_collaboration(model):
            continue
        for field in model._meta.fields:
            if field.is_relation and field.name != "collaboration" and _of_collaboration(field.related_model):
                yield model._meta.db_table, field.column, field.related_model._meta.db_table


def _triggers(table):
    """The triggers of a table by name, each with its arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgargs FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
        )
        return {name: bytes(arguments).decode().split("\0") for name, arguments in cursor.fetchall()}


@pytest.mark.parametrize(("table", "column", "parent"), sorted(_pairs()), ids=lambda value: value)
def test_every_relation_stays_within_its_collaboration(db, table, column, parent):
    triggers = _triggers(table)
    own = HELD_ELSEWHERE.get((table, column))
    if own:
        assert own in triggers
        return
    for name in (f"{table}_arrives", f"{table}_moves"):
        arguments = triggers.get(name, [])
        assert (column, parent) in list(zip(arguments[::2], arguments[1::2], strict=False)), (
            f"hold {column} in a migration, see common.same_collaboration"
        )


@pytest.mark.parametrize("table", sorted({parent for _table, _column, parent in _pairs()}))
def test_whatever_others_point_at_stays_in_its_collaboration(db, table):
    assert f"{table}_stays" in _triggers(table)


def copy(row):
    """Another report like this one, not yet stored."""
    values = {field.attname: getattr(row, field.attname) for field in Incident._meta.concrete_fields}
    return Incident(**{**values, "id": None, "client_uuid": None, "source_key": ""})


def refused(change):
    with pytest.raises(IntegrityError, match="collaboration"), transaction.atomic():
        change()


@pytest.mark.parametrize("number", [3, FEW + 20])
def test_a_report_never_points_at_what_another_collaboration_owns(world, number):
    row = world.by_colleague
    strangers = {
        "organisation": world.foreign,
        "category": world.foreign_category,
        "area": world.far,
        "place": make.PlaceFactory(collaboration=world.elsewhere, name="Där", area=world.far),
    }
    for name, thing in strangers.items():
        refused(lambda name=name, thing=thing: Incident.objects.filter(pk=row.pk).update(**{name: thing}))
        # Many at once, as an import brings them.
        copies = [copy(row) for _ in range(number)]
        setattr(copies[1], name, thing)
        refused(lambda copies=copies: Incident.objects.bulk_create(copies))
    refused(lambda: Incident.objects.filter(pk=row.pk).update(collaboration=world.elsewhere))
    assert Incident.objects.filter(pk=row.pk).update(category=world.drugs) == 1
    assert len(Incident.objects.bulk_create([copy(row) for _ in range(number)])) == number


def test_neither_does_anything_else(world):
    member = world.people["reporter"].memberships.get()
    refused(lambda: Membership.objects.filter(pk=member.pk).update(organisation=world.foreign))
    refused(lambda: Area.objects.filter(pk=world.west.pk).update(parent=world.far))
    refused(lambda: Place.objects.filter(pk=world.square.pk).update(owner=world.foreign))
    refused(lambda: Category.objects.filter(pk=world.drugs.pk).update(parent=world.foreign_category))
    refused(lambda: Organisation.objects.filter(pk=world.housing.pk).update(collaboration=world.elsewhere))
    refused(lambda: make.PictureFactory(area=world.far, collaboration=world.here))
