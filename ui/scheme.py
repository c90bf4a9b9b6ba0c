"""Light, dark, or what the device prefers: kept in a cookie, so that the server draws the page right at once."""

from typing import Any

COOKIE = "color_scheme"
SCHEMES = ("auto", "light", "dark")


def scheme_of(request: Any) -> str:
    """The scheme the user has chosen; auto when none, or when the cookie holds something else."""
    chosen = request.COOKIES.get(COOKIE, "auto") if request is not None else "auto"
    return chosen if chosen in SCHEMES else "auto"
