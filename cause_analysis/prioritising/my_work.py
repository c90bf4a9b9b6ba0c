"""What of a group's rounds waits for somebody: to score, to show, to decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cause_analysis.models.prioritising import PrioritisationRound, RoundProblem
from cause_analysis.prioritising import presenters, queries
from cause_analysis.prioritising.permissions import may_decide, may_read_priorities, may_show
from partners.models import Collaboration

Status = PrioritisationRound.Status


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """The rounds that wait for the user in each collaboration."""
    return {
        one.pk: [*_to_score(user, one), *_to_show(user, one), *_to_decide(user, one)]
        for one in collaborations
        if may_read_priorities(user, one)
    }


def _row(round_: PrioritisationRound, collaboration: Collaboration, title: str, since: Any) -> dict[str, Any]:
    return {
        "title": title,
        "mail_title": title,
        "text": round_.group.name,
        "url": presenters.url_of(round_, collaboration.slug),
        "since": timezone.localdate(since),
    }


def _to_score(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    left = queries.left_to_score(user, collaboration)
    rounds = queries.rounds_for(user, collaboration).in_bulk(list(left)) if left else {}
    rows = []
    for pk, number in left.items():
        if pk in rounds:
            text = ngettext("%(number)s problem to score", "%(number)s problems to score", number)
            row = _row(rounds[pk], collaboration, text % {"number": number}, rounds[pk].started_at)
            # Nobody sees what the group thinks before everybody has scored.
            rows.append({**row, "text": "", "asked_by": rounds[pk].group.name})
    return rows


def _to_show(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """Rounds in which every seat has scored, for whoever prepares the meeting."""
    rows = []
    for round_ in queries.rounds_for(user, collaboration).filter(status=Status.SCORING):
        if may_show(user, round_):
            done, seats = queries.seats_done(round_)
            if seats and done == seats:
                text = _("Everybody has scored: show the group what it thinks")
                rows.append(_row(round_, collaboration, text, round_.started_at))
    return rows


def _to_decide(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    rows = []
    for round_ in queries.rounds_for(user, collaboration).filter(status=Status.SHOWN):
        if not may_decide(user, round_):
            continue
        number = RoundProblem.objects.visible_to(user).filter(round=round_, decision="").count()
        if number:
            text = ngettext("%(number)s problem to decide on", "%(number)s problems to decide on", number)
            rows.append(_row(round_, collaboration, text % {"number": number}, round_.shown_at))
    return rows
