"""What the queue was asked for: every link, form and decision of its page carries it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from partners.models import Collaboration

KEPT = ("sort", "area", "organisation")
# No short name of an area is longer; a longer text in an address is nobody's choice.
LONGEST = 60


def asked_for(data: Mapping[str, Any]) -> dict[str, str]:
    """The order and the choice in an address or in a form that was sent. The usual order needs no saying."""
    found = {name: str(data.get(name) or "")[:LONGEST] for name in KEPT}
    if found["sort"] != "unusual":
        found["sort"] = ""
    return {name: value for name, value in found.items() if value}


def queue_address(collaboration: Collaboration, asked: Mapping[str, str], **more: Any) -> str:
    """The address of the queue as it was asked for; what is nothing is left out."""
    pairs = {**asked, **{name: value for name, value in more.items() if value is not None}}
    address = reverse("review_queue", args=[collaboration.slug])
    return f"{address}?{urlencode(pairs)}" if pairs else address
