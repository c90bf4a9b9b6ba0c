"""Nobody changes the log or its seals: the database itself refuses."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from audit.models import DaySeal, Event
from tests import factories as make


@pytest.fixture
def with_the_lock(db):
    """The lock against TRUNCATE, which the tests' own clean-up needs open, put back as migrations leave it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_no_truncate")
        cursor.execute("ALTER TABLE audit_dayseal ENABLE TRIGGER audit_dayseal_no_truncate")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'något annat'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "TRUNCATE audit_event CASCADE",
        "UPDATE audit_dayseal SET hash = ''",
        "DELETE FROM audit_dayseal",
        "TRUNCATE audit_dayseal",
    ],
)
def test_the_database_refuses(with_the_lock, statement):
    make.EventFactory()
    make.DaySealFactory()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().action == "prov"
    assert DaySeal.objects.get().hash


def test_django_cannot_either(db):
    event = make.EventFactory()
    for change in (event.delete, lambda: Event.objects.update(action="x"), lambda: Event.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    event.action = "x"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    assert Event.objects.get().action == "prov"
