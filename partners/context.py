"""What every page's shell needs: the collaboration, the user's roles in it, and the notice on example data."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The collaboration of the address and the user's roles in it, as a set of role codes."""
    collaboration = getattr(request, "collaboration", None)
    user = getattr(request, "user", None)
    # A page inside another one of ours, beside a meeting's agenda, goes without menu and footer.
    is_framed = request.headers.get("Sec-Fetch-Dest") == "iframe"
    if user is None or not user.is_authenticated:
        return {"collaboration": None, "my_roles": set(), "my_collaborations": [], "is_framed": is_framed}
    return {
        "collaboration": collaboration,
        "my_roles": {m.role for m in user.memberships_in(collaboration)} if collaboration else set(),
        "my_collaborations": sorted({m.collaboration for m in user.active_memberships}, key=lambda c: c.name),
        "is_framed": is_framed,
    }
