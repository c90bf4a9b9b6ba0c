"""Every address answers every persona as the access table says, and nobody gets in who is not signed in."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from partners.models import User
from tests.promises.access_table import ACCESS, PUBLIC, SIGN_IN_PREFIXES, Row
from tests.world import PEOPLE, World

SIGN_IN = "/accounts/login/"


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern


def route_names() -> set[str]:
    """The name of every address of the platform; one without a name (allauth's old redirects) by its pattern."""
    return {pattern.name or str(pattern.pattern) for pattern in _patterns(get_resolver())}


def route_of(row_name: str) -> str:
    return row_name.removesuffix(" POST")


def is_sign_in(route: str) -> bool:
    return route.startswith(SIGN_IN_PREFIXES)


# allauth's redirects from addresses of older versions lead only to its other pages.
OLD_REDIRECTS = {"social/login/cancelled/", "social/login/error/", "social/signup/", "social/connections/"}


def test_every_route_is_in_the_access_table():
    routes = {route for route in route_names() - OLD_REDIRECTS if not is_sign_in(route)}
    rows = {route_of(name) for name in ACCESS if not is_sign_in(name)}
    assert not routes - rows, f"Routes without a row in tests/promises/access_table.py: {sorted(routes - rows)}"
    assert not rows - routes, f"Rows without a route: {sorted(rows - routes)}"


def test_every_row_speaks_of_the_ten_personas():
    assert {name: set(row) ^ set(PEOPLE) for name, row in ACCESS.items() if set(row) != set(PEOPLE)} == {}


def test_only_listed_routes_are_public():
    assert route_names() >= PUBLIC


def ask(world: World, name: str, row: Row, client: Client) -> Any:
    """Ask the route as this client, and leave nothing behind."""
    args = list(row.args(world))
    if not row.is_outside:
        args = [world.here.slug, *args]
    address = reverse(route_of(name), args=args) + row.query
    how: dict[str, Any] = {}
    if row.body is not None:
        how["data"] = row.body(world)
        if row.is_api:
            how["content_type"] = "application/json"
    with transaction.atomic():
        answer = getattr(client, row.method)(address, **how)
        transaction.set_rollback(True)
    return answer


def seen_from_outside(answer: Any) -> str | int:
    """What an answer means to somebody without an account that is open."""
    leads_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)
    return "sign-in" if leads_to_sign_in else answer.status_code


@dataclass
class Cast:
    """The world, and who is signed in to it: whose cookie each of them has, by name."""

    world: World
    cookies: dict[str, str]

    def client(self, who: str) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return client


@pytest.fixture(scope="module")
def signed_in(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast signed in, once for all rows; each test works beneath it and takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        world, cookies = World(), {}
        for who in PEOPLE:
            client = Client()
            client.force_login(world.people[who])
            cookies[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
        yield Cast(world, cookies)
        transaction.set_rollback(True)


@pytest.fixture
def cast(signed_in: Cast, db: None) -> Cast:
    """A copy, so that nothing of it is known from another row."""
    return deepcopy(signed_in)


@pytest.mark.parametrize("name", ACCESS)
def test_access(cast, name):
    world, row = cast.world, ACCESS[name]
    if row.before is not None:
        row.before(world)
    given: dict[str, str | int] = {}
    for who in PEOPLE:
        given[who] = ask(world, name, row, cast.client(who)).status_code
    assert given == dict(row)

    deactivated = cast.client("administrator")
    User.objects.filter(pk=world.people["administrator"].pk).update(is_active=False)
    closed = 401 if row.is_api else "sign-in"
    for who, client in (("anonymous", Client()), ("deactivated", deactivated)):
        outside = seen_from_outside(ask(world, name, row, client))
        if route_of(name) in PUBLIC:
            assert outside in {200, 302}, who
        else:
            assert outside == closed, who
