"""How far an import has come, told outside its transaction so that a page can show it before the rows are there."""

from __future__ import annotations

from django.core.cache import cache
from redis.exceptions import RedisError

_KEEP_S = 3600


def _key(batch_id: int) -> str:
    return f"import-progress:{batch_id}"


class Watched:
    """Passes on the percentage when it has changed. That nobody can be told never stops an import."""

    def __init__(self, batch_id: int) -> None:
        self.batch_id, self.latest = batch_id, -1

    def __call__(self, percent: int) -> None:
        if percent != self.latest:
            self.latest = percent
            try:
                cache.set(_key(self.batch_id), percent, _KEEP_S)
            except RedisError:
                return


def percent_of(batch_id: int) -> int:
    """How far the import has come; 0 when nobody knows."""
    try:
        return int(cache.get(_key(batch_id)) or 0)
    except RedisError:
        return 0


def forget(batch_id: int) -> None:
    """The import has ended, or begins anew."""
    try:
        cache.delete(_key(batch_id))
    except RedisError:
        return
