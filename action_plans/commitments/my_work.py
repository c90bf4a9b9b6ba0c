"""What somebody has promised, is asked, or is to say something about: with its day, and answered by one press."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.commitments import presenters, queries
from action_plans.commitments.absences import stood_in_for
from action_plans.models import Commitment, CommitmentState
from action_plans.permissions import organisations_spoken_for
from action_plans.rules import last_moment_day
from partners.models import Collaboration

State = CommitmentState
# So many are named one by one; the list has them all.
NAMED = 30


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """To answer, to report, to take or confirm, and to hand over, in each collaboration."""
    mine = {m.pk for one in collaborations for m in user.memberships_in(one)}
    if not mine or user.is_service:
        return {}
    away = stood_in_for([m for one in collaborations for m in user.memberships_in(one)])
    spoken_for = {one.pk for here in collaborations for one in organisations_spoken_for(user, here)}
    found: dict[int, list[dict[str, Any]]] = {}
    for here in collaborations:
        waiting = queries.steps_left(user, here, answers_for=mine | set(away), spoken_for=spoken_for)
        rows = found[here.pk] = []
        for one in waiting[:NAMED]:
            row = _row(one)
            if one.responsible_id in away and one.responsible_id not in mine:
                row["text"] += " · " + _("you stand in for %(who)s") % {"who": away[one.responsible_id].user.function}
            rows.append(row)
        if len(rows) == NAMED and (left := waiting.count() - NAMED) > 0:
            title = ngettext("%(number)s more request or commitment", "%(number)s more requests and commitments", left)
            title %= {"number": left}
            rows.append({"title": title, "mail_title": title, "url": reverse("commitment_list", args=[here.slug])})
    for row_of, collaboration in _to_hand_over(spoken_for, collaborations):
        found.setdefault(collaboration.pk, []).append(row_of)
    return found


def _row(one: Commitment) -> dict[str, Any]:
    """The row of one commitment, whose next step is the user's."""
    words = {"asker": one.asked_by.name, "owner": one.asked_of.name, "text": one.text}
    match one.state:
        case State.ASKED:
            title = _("%(asker)s asks: %(text)s") % words
            row = _shown(one, title, ("accept", _("Accept")), _("Somebody asks something of you"), day=one.due_on)
            return {**row, "asked_by": one.asked_by.name}
        case State.ACCEPTED:
            title = _("You have promised: %(text)s") % words
            return _shown(one, title, ("kept", _("It is done")), _("Something you have promised"), day=_last(one))
        case State.COUNTER_OFFERED:
            title = _("%(owner)s offers: %(text)s") % {**words, "text": one.answer}
            answer = ("take_offer", _("Take the offer"))
            row = _shown(one, title, answer, _("An offer instead of what you asked"), day=one.due_on)
            told = [row["text"], _("you asked: %(text)s") % {"text": presenters.said(one.text)}]
            if one.offered_due_on is not None:
                told.append(_("offered by %(day)s") % {"day": presenters.day(one.offered_due_on)})
            return {**row, "asked_by": one.asked_of.name, "text": " · ".join(told)}
        case State.KEPT:
            title = _("%(owner)s has reported as done: %(text)s") % words
            return _shown(one, title, ("agree", _("Confirm")), _("Something you asked has been reported"))
        case _:
            title = _("%(owner)s has reported as not done: %(text)s") % words
            answer = ("agree", _("We see it the same way"))
            row = _shown(one, title, answer, _("Something you asked has been reported"))
            reason = _("the reason: %(text)s") % {"text": presenters.said(one.owner_says)}
            return {**row, "text": f"{row['text']} · {reason}"} if one.owner_says else row


def _last(one: Commitment) -> dt.date | None:
    """The last day in time: a day when nobody works moves to the next."""
    return last_moment_day(one.due_on) if one.due_on is not None else None


def _shown(
    one: Commitment, title: str, answer: tuple[str, str], mail_title: str, *, day: dt.date | None = None
) -> dict[str, Any]:
    step, label = answer
    return {
        "key": f"commitment {one.pk} {step}",
        "title": title,
        # Says neither what nor between whom.
        "mail_title": mail_title,
        "url": presenters.url_of(one),
        "text": presenters.name_of(one),
        "due_on": day,
        "answers": [
            {
                "label": label,
                "url": reverse(f"commitment_{step}", args=[one.collaboration.slug, one.number]),
                # What is answered is what was read here.
                "fields": {"row_version": one.row_version},
            }
        ],
    }


def _to_hand_over(
    spoken_for: set[int], collaborations: Sequence[Collaboration]
) -> list[tuple[dict[str, Any], Collaboration]]:
    """What was promised by somebody who has left, for those who speak for the organisation."""
    counted: dict[int, int] = {}
    rows = queries.answers_for_nobody(collaborations).filter(asked_of__in=spoken_for)
    for pk in rows.order_by().values_list("collaboration_id", flat=True):
        counted[pk] = counted.get(pk, 0) + 1
    found = []
    for one in collaborations:
        if number := counted.get(one.pk):
            title = ngettext(
                "%(number)s commitment of yours has nobody who answers for it",
                "%(number)s commitments of yours have nobody who answers for them",
                number,
            )
            url = reverse("commitment_list", args=[one.slug]) + "#nobody"
            found.append(({"title": title % {"number": number}, "url": url}, one))
    return found
