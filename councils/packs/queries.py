"""Packs, out of the database."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from councils.models import Pack
from partners.models import Collaboration


def packs_for(user: Any, collaboration: Collaboration) -> QuerySet[Pack]:
    """The packs one reads, the latest first, each with its files and without its document."""
    rows = Pack.objects.visible_to(user).filter(collaboration=collaboration).without_content()
    related = rows.select_related("collaboration", "meeting__group", "meeting__series", "plan_version__plan")
    return related.prefetch_related("files").order_by("-number")
