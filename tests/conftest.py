"""What every test stands on: a real database, no network, plain static files."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis_settings

from tests.emptying import empty

# How long an example takes says more about the machine than about the code.
hypothesis_settings.register_profile("est", deadline=None)
hypothesis_settings.load_profile("est")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked slow comes first among its like, so that no process is left with a long test when others are done.

    Then pytest-django puts tests in a transaction before those that empty the tables, and keeps our order within each.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Everything there is by now stays until the end: the collector of garbage need not walk through it again.

    With ten thousand tests and all libraries loaded, once through takes it half a second.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, where a transactional test may empty the log; `test_append_only` puts the lock back."""
    with django_db_blocker.unblock():
        connection = connections["default"]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate")
            cursor.execute("ALTER TABLE audit_dayseal DISABLE TRIGGER audit_dayseal_no_truncate")
            # Nobody needs this database after a power cut: a commit does not wait for the disk.
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty(connections["default"]))
        yield
    # A thread of the live server keeps its connection as long as a browser kept the line open, and a database with a
    # session is not dropped. Whoever is in the middle of something is left alone, and makes the run red.
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"
        )


@pytest.fixture(scope="session", autouse=True)
def plain_settings() -> Iterator[None]:
    """Static files without a manifest, and a cache and cookies for tests.

    Once for all tests: a server in a thread may still answer the last one's page while the next one begins, and would
    find the settings half changed.
    """
    # Tests that run beside each other share one Redis and must not share what they keep in it.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    # WhiteNoise warns of a folder that is not there, and a warning is an error here.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with override_settings(
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        CACHES={"default": {**settings.CACHES["default"], "KEY_PREFIX": f"est-test-{worker}"}},
        # Argon2 is slow on purpose, and the cast signs in ten times a test; `test_sign_in` asks for the real one.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS],
        # Whether letters leave must not depend on when the tests run; `test_quiet_hours` asks for the real ones.
        QUIET_HOURS=(0, 0),
        QUIET_ON_DAYS_OFF=False,
        SECURE_SSL_REDIRECT=False,
        SESSION_COOKIE_SECURE=False,
        CSRF_COOKIE_SECURE=False,
    ):
        yield


@pytest.fixture
def world(db):
    """The named cast."""
    from tests.world import World

    return World()
