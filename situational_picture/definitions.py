"""What the words of a published picture meant on the day it was published, as its page says it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from incidents.models import Category
from situational_picture.models import Picture


def definition_rows(picture: Picture) -> list[dict[str, Any]]:
    """The categories that were counted and those that were not, kind by kind; nothing for a draft, which has none."""
    frozen = (picture.definitions or {}).get("categories", [])
    labels = {
        Category.Kind.EVENT: _("Counted as events"),
        Category.Kind.CONDITION: _("Told as conditions, not counted"),
        Category.Kind.FORECAST: _("Told as forecasts, not counted"),
        Category.Kind.POSITIVE: _("Told as positive, not counted"),
    }
    rows = []
    for kind, label in labels.items():
        names = [_name(row) for row in frozen if row["kind"] == kind]
        if names:
            rows.append({"label": label, "names": ", ".join(sorted(names, key=str.casefold))})
    return rows


def _name(row: dict[str, Any]) -> str:
    return (get_language() == "en" and row.get("name_en")) or row["name_sv"]
