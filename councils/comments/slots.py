"""Comments in the page of a picture, each at its figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from action_plans.commitments.presenters import said
from councils.comments.actions import may_comment_figure
from councils.dashboard.permissions import may_read_council_page
from councils.models import Figure, FigureComment
from situational_picture.models import Picture

TEMPLATE = "councils/comments/_at_figure.html"


def comments_on_pictures(user: Any, pictures: Sequence[Picture]) -> dict[int, list[dict[str, Any]]]:
    """For each published picture a row for each figure: what has been said of it, and where to say more."""
    shown = [
        one
        for one in pictures
        if one.status == Picture.Status.PUBLISHED and may_read_council_page(user, one.collaboration_id)
    ]
    if not shown:
        return {}
    rows = FigureComment.objects.visible_to(user).filter(picture__in=shown).select_related("organisation")
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in rows.order_by("written_at", "pk"):
        told = {
            "text": said(row.text), "function": row.function, "organisation": row.organisation.name,
            "at": row.written_at,
        }  # fmt: skip
        found.setdefault((row.picture_id, row.figure), []).append(told)
    return {
        one.pk: [
            {
                "template": TEMPLATE,
                "figure": figure.value,
                "label": figure.label,
                "comments": found.get((one.pk, figure), []),
                "url": reverse("figure_comment", args=[one.collaboration.slug, one.pk, figure.value])
                if may_comment_figure(user, one.collaboration_id)
                else "",
            }
            for figure in Figure
        ]
        for one in shown
    }
