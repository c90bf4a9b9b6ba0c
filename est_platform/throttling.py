"""How often a token may ask."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import SimpleRateThrottle


class TokenThrottle(SimpleRateThrottle):
    """So many requests a minute for each token; people in the browser are not counted."""

    scope = "token"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        # `request.auth` is the token, and nothing for those who signed in.
        if request.auth is None:
            return None
        return self.cache_format % {"scope": self.scope, "ident": request.auth.pk}
