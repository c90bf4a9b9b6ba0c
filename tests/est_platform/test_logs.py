"""What the machine's log says of a broken constraint: which one, and nothing of what stood in the row."""

from __future__ import annotations

import logging
import runpy
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from est_platform.logs import WithoutRows, without_keys
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


SECRETS = [
    "/calendar/MfmWmXDb_0-x.ics",
    "/letters/stop/MTM:1xVNd2:MxCHwjz_fQ3-Ses/",
    "/accounts/password/reset/key/3-csxj71-0f8a/",
]


@pytest.mark.parametrize("address", SECRETS)
def test_the_secret_of_an_address_is_not_written_down(address):
    secret = address.rstrip("/").rsplit("/", 1)[1].removesuffix(".ics")
    for written in (
        line("Not Found: %s", address),
        line("Reference 0815: GET %s broke.", f"http://x{address}?a=b"),
        without_keys(f"GET {address} 200"),
    ):
        assert secret not in written
        assert "/…" in written
    others = "/ekstad/my-work/letters/ 200 /calendar/ /ekstad/my-work/calendar/make/ /accounts/password/reset/"
    assert without_keys(others) == others


@pytest.mark.parametrize("address", SECRETS)
def test_nor_does_the_web_servers_log_of_requests(address):
    told = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    logger = told["logger_class"].__new__(told["logger_class"])
    answer = SimpleNamespace(status="200 OK", sent=1, response_length=1, headers=[])
    asked = SimpleNamespace(headers=[])
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": address, "RAW_URI": address, "SERVER_PROTOCOL": "HTTP/1.1"}
    atoms = logger.atoms(answer, asked, environ, SimpleNamespace(seconds=0, microseconds=1))
    written = told["access_log_format"] % {**dict.fromkeys("MmsB", ""), **atoms}
    assert address.rstrip("/").rsplit("/", 1)[1].removesuffix(".ics") not in written
    assert written.startswith("GET /")
