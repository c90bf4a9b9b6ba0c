"""What meetings say on other pages: what has been decided there, and the way to taking it up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.meetings import presenters
from councils.meetings.permissions import may_plan_meetings
from councils.models import Decision, DecisionPart, Meeting
from partners.models import Collaboration

NAMED = 5
Filler = Callable[[Any, Sequence[Any]], dict[int, list[dict[str, Any]]]]


def _slugs(things: Sequence[Any]) -> dict[int, str]:
    wanted = {thing.collaboration_id for thing in things}
    return dict(Collaboration.objects.filter(pk__in=wanted).values_list("pk", "slug"))


def way_from(kind: str) -> Filler:
    """The way from a thing to a group's list, for who brings matters to one."""

    def found(user: Any, things: Sequence[Any]) -> dict[int, list[dict[str, Any]]]:
        slugs = _slugs(things)
        brings = {pk for pk in slugs if may_plan_meetings(user, pk)}
        return {
            thing.pk: [
                {
                    "template": "councils/meetings/_way.html",
                    "title": _("Take it up at a meeting"),
                    "url": reverse("matter_new", args=[slugs[thing.collaboration_id]]) + f"?about={kind}&id={thing.pk}",
                    "is_quiet": True,
                }
            ]
            for thing in things
            if thing.collaboration_id in brings
        }

    return found


def decided_about(kind: str) -> Filler:
    """What meetings the user reads have decided about things, the latest first."""

    def found(user: Any, things: Sequence[Any]) -> dict[int, list[dict[str, Any]]]:
        ids = [thing.pk for thing in things]
        seen = Decision.objects.visible_to(user)
        rows = [(one, one.about_id or 0) for one in _rows(seen.filter(about_kind=kind, about_id__in=ids))]
        if kind == "commitment":
            # A request that came of a decision was decided there.
            parts: dict[int, list[int]] = {}
            for part in DecisionPart.objects.filter(commitment__in=ids):
                parts.setdefault(part.decision_id, []).append(part.commitment_id)
            rows += [(one, pk) for one in _rows(seen.filter(pk__in=parts)) for pk in parts[one.pk]]
        about: dict[int, dict[int, Decision]] = {}
        for one, pk in rows:
            about.setdefault(pk, {})[one.pk] = one
        if not about:
            return {}
        meetings = {one.meeting_id for listed in about.values() for one in listed.values()}
        readable = set(Meeting.objects.visible_to(user).filter(pk__in=meetings).values_list("pk", flat=True))
        return {pk: [_card(listed, readable)] for pk, listed in about.items()}

    return found


def _rows(decisions: Any) -> Any:
    return decisions.select_related("meeting__group", "meeting__collaboration").defer("meeting__content")


def _card(listed: dict[int, Decision], readable: set[int]) -> dict[str, Any]:
    latest = sorted(listed.values(), key=lambda one: -one.number)[:NAMED]
    return {
        "template": "councils/meetings/_decided.html",
        "title": _("Decided at meetings"),
        "rows": [
            {
                "number": presenters.name_of(one),
                "text": one.text,
                "group": one.meeting.group.name,
                "day": timezone.localdate(one.made_at),
                "url": presenters.url_of(one.meeting) if one.meeting_id in readable else "",
                "tag": presenters.outcome_tag(one.outcome),
            }
            for one in latest
        ],
    }


def register() -> None:
    """Fill the slots of the pages whose things a meeting can be about."""
    from ui import slots

    for kind in ("problem", "measure", "commitment", "plan", "evaluation"):
        if kind not in _FILLERS:
            _FILLERS[kind] = (way_from(kind), decided_about(kind))
        way, decided = _FILLERS[kind]
        slots.register(f"{kind}.actions", way, order=95)
        slots.register(f"{kind}.sections", decided, order=55)


_FILLERS: dict[str, tuple[Filler, Filler]] = {}
