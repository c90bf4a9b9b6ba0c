"""What is left to do before the period's pictures can go out: for whoever compiles them, on a Monday morning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.coverage import answers, deadlines
from incidents.coverage import presenters as coverage_presenters
from incidents.coverage.answers import State
from incidents.queries import count_up_to
from incidents.reviewing.queries import waiting
from partners.models import Collaboration
from partners.roles import MAY_COMPILE, MAY_REVIEW
from situational_picture.models import Picture

# Beyond this nobody needs to know how many.
COUNTED_TO = 999


@dataclass(frozen=True)
class Stage:
    """How far the picture of an area's period has come: a word, a tone, a symbol, and where to go on."""

    text: str
    tone: str
    symbol: str
    url: str
    is_published: bool = False


def remaining(user: Any, collaboration: Collaboration, stages: Iterable[Stage | None]) -> list[dict[str, Any]]:
    """What waits before the period's pictures are out, each with its page; nothing for those who do not compile."""
    if not user.has_role(collaboration, MAY_COMPILE):
        return []
    rows = (_to_review(user, collaboration), _missing(collaboration), _to_publish([s for s in stages if s]))
    return [row for row in rows if row]


def _to_review(user: Any, collaboration: Collaboration) -> dict[str, Any] | None:
    if not user.has_role(collaboration, MAY_REVIEW):
        return None
    number, has_more = count_up_to(waiting(user, collaboration), COUNTED_TO)
    if not number:
        return {"text": _("Every report is reviewed"), "is_done": True, "url": ""}
    shown = f"{number}+" if has_more else str(number)
    text = ngettext("%(shown)s report waits for review", "%(shown)s reports wait for review", number)
    return {
        "text": text % {"shown": shown},
        "is_done": False,
        "url": reverse("review_queue", args=[collaboration.slug]),
    }


def _missing(collaboration: Collaboration) -> dict[str, Any] | None:
    now = timezone.now()
    rhythm = deadlines.rhythm_of(collaboration)
    period = deadlines.closed_period(rhythm, now)
    found = answers.coverage(collaboration, first_day=period.start, now=now)
    if period not in found.periods:
        return None
    number = found.periods.index(period)
    counts = answers.counted_by_state(found.state(unit, number) for unit in found.units)
    if not sum(counts.values()):
        return None
    return {
        "text": coverage_presenters.coverage_heading(found, number),
        "is_done": not counts[State.MISSING],
        "url": reverse("coverage", args=[collaboration.slug]),
    }


def _to_publish(known: list[Stage]) -> dict[str, Any] | None:
    if not known:
        return None
    published = sum(stage.is_published for stage in known)
    text = ngettext(
        "%(published)s of %(all)s area is published", "%(published)s of %(all)s areas are published", len(known)
    )
    return {"text": text % {"published": published, "all": len(known)}, "is_done": published == len(known), "url": ""}


def stages(user: Any, collaboration: Collaboration, pictures: Iterable[Picture]) -> dict[int, Stage]:
    """By area id, how far each of these pictures' area and period has come; nothing for those who do not compile."""
    shown = {(p.area_id, p.period_kind, p.period_start, p.period_end) for p in pictures}
    if not shown or not user.has_role(collaboration, MAY_COMPILE):
        return {}
    rows = (
        Picture.objects.visible_to(user)
        .filter(area_id__in={area_id for area_id, *_period in shown})
        .filter(period_start__in={start for _area, _kind, start, _end in shown}, figures__isnull=False)
        .without_figures()
        .defer("figures", "definitions")
        .order_by("version")
    )
    drafts: dict[int, Picture] = {}
    published: dict[int, Picture] = {}
    for row in rows:
        if (row.area_id, row.period_kind, row.period_start, row.period_end) in shown:
            (published if row.version else drafts)[row.area_id] = row
    return {pk: _stage(collaboration, draft, published.get(pk)) for pk, draft in drafts.items()}


def _stage(collaboration: Collaboration, draft: Picture, latest: Picture | None) -> Stage:
    where = f"?period={draft.period.code}"
    page = reverse("picture", args=[collaboration.slug, draft.area.slug]) + where
    desk = reverse("picture_write", args=[collaboration.slug, draft.area.slug]) + where
    if draft.status == Picture.Status.REVIEW:
        return Stage(_("Under review"), "info", "clock", page)
    if latest is not None:
        # What has been written since then is the next version's.
        is_newer = draft.text_version > latest.text_version
        if not is_newer:
            return Stage(_("Published"), "success", "check", f"{page}&version={latest.version}", is_published=True)
    if draft.has_text:
        return Stage(_("Begun, not sent for review"), "warning", "triangle", desk)
    return Stage(_("Not written"), "neutral", "ring", desk)
