"""What the machine's log says of a broken constraint: which one, and nothing of what stood in the row."""

from __future__ import annotations

import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from est_platform.logs import WithoutRows
from incidents.models import Incident

TEXT = "Kalle (på 3 tr).\nKrossade rutan\n\n'), och sprang."


@pytest.fixture
def broken(world):
    """A report the database refuses, and what was raised."""
    world.waiting.description = TEXT
    world.waiting.save()
    try:
        with transaction.atomic():
            Incident.objects.filter(pk=world.waiting.pk).update(merged_was="approved")
    except IntegrityError:
        return sys.exc_info()
    raise AssertionError("the database took it")


def line(message, *arguments, exc_info=None):
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, arguments, exc_info)
    return WithoutRows("{levelname} {message}", style="{").format(record)


def test_a_traceback_names_the_constraint_and_not_the_row(broken):
    assert "Krossade" in str(broken[1]), "PostgreSQL tells it"
    written = line("Internal Server Error: %s", "/ekstad/incidents/send/", exc_info=broken)
    assert "incident_merged_whole" in written
    assert "test_logs.py" in written
    for piece in ("Kalle", "Krossade", "sprang"):
        assert piece not in written


def test_nor_does_a_workers_line_that_quotes_the_error(broken):
    written = line("Task %s raised unexpected: %r", "incidents.tasks.run_import", broken[1], exc_info=broken)
    for piece in ("Kalle", "Krossade", "sprang"):
        assert piece not in written


def test_every_line_is_written_so(broken):
    assert settings.LOGGING["formatters"]["plain"]["()"] == "est_platform.logs.WithoutRows"
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "plain"
    assert settings.CELERY_WORKER_HIJACK_ROOT_LOGGER is False, "or a worker would put its own in its place"


def test_other_lines_stay_as_they_are():
    assert line("Listening on %s (and %s).", "a", "b") == "ERROR Listening on a (and b)."
