"""The cache and the queue of tasks share one Redis: emptying the former leaves the latter, and other caches, alone."""

from __future__ import annotations

import uuid

import pytest
import redis
from django.conf import settings
from django.core.cache import cache

from common.cache import OwnKeysRedisCache

LOCATION = settings.CACHES["default"]["LOCATION"]


def named(prefix: str) -> OwnKeysRedisCache:
    return OwnKeysRedisCache(LOCATION, {"KEY_PREFIX": prefix})


@pytest.fixture
def prefix():
    return f"est-cache-{uuid.uuid4().hex[:8]}"


def test_it_is_the_cache_in_use():
    assert isinstance(cache._connections[cache._alias], OwnKeysRedisCache)


def test_emptying_takes_away_all_of_its_own_and_nothing_of_others(prefix):
    own, longer, queue = named(prefix), named(f"{prefix}1"), f"{prefix}celery"
    own.set_many({str(number): number for number in range(1201)})
    own.set("of_another_version", 1, version=7)
    longer.set("a", 1)
    with redis.Redis.from_url(LOCATION) as client:
        client.lpush(queue, "a task")
        try:
            own.clear()
            left = {key.decode() for key in client.scan_iter(f"{prefix}*")}
            assert left == {f"{prefix}1:1:a", queue}
        finally:
            client.delete(queue)
            longer.clear()


@pytest.mark.parametrize("sign", ["*", "?", "[ab]", "\\"])
def test_a_prefix_is_no_pattern(prefix, sign):
    odd, other = named(f"{prefix}{sign}"), named(f"{prefix}a")
    odd.set("a", 1)
    other.set("a", 1)
    odd.clear()
    assert (odd.get("a"), other.get("a")) == (None, 1)
    other.clear()
    assert other.get("a") is None
