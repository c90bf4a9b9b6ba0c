"""The API does what its description says: schemathesis asks every operation, well-formed and malformed."""

from __future__ import annotations

import functools
import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from est_platform.throttling import TokenThrottle
from partners.models import ApiToken
from partners.roles import Role
from tests import factories as make

METHODS = {"get", "post", "put", "patch", "delete"}
DESCRIBED = SchemaGenerator().get_schema(request=None, public=True)["paths"]
# At length where CI is set; in every run the first of the same examples.
EXAMPLES = 40 if os.environ.get("CI") else 10
OPERATIONS = [(method, path) for path, operations in DESCRIBED.items() for method in METHODS & set(operations)]


@pytest.fixture
def key(world, monkeypatch):
    """A system's key with a role that reads and reports, asking more often than a system may."""
    monkeypatch.setattr(TokenThrottle, "get_cache_key", lambda *_: None)
    key = ApiToken.new_key()
    user = make.UserFactory(is_service=True)
    membership = make.MembershipFactory(organisation=world.municipality, role=Role.COORDINATOR, user=user)
    make.ApiTokenFactory(membership=membership, hash=ApiToken.hash_of(key))
    return key


@pytest.fixture
def kept_connection():
    """The web server lets go of the database after each request, and with it of the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@functools.cache
def described():
    """The description as the server gives it: equal for everybody, and costlier to make than what is asked by it."""
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@pytest.fixture
def api_schema(key, kept_connection):
    return described()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["well-formed", "malformed"])
@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_every_operation_keeps_its_promises(api_schema, key, method, path, mode):
    operation = api_schema[path][method]

    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        # Schemathesis reads what the server wrote without unpacking it.
        case.call_and_validate(headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"})

    ask()


def test_the_description_names_its_operations():
    assert {("get", "/api/v1/incidents/"), ("post", "/api/v1/incidents/"), ("get", "/api/v1/incidents/{id}/")} <= set(
        OPERATIONS
    )


def test_an_address_with_a_line_break_is_answered_as_data_too(client, db):
    answer = client.get("/api/v1/incidents/a%0Ab/")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
