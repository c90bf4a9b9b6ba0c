"""Questions between the levels in words: where each stands, whose step it is, and what there is to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from action_plans.commitments.presenters import day, said, who
from action_plans.commitments.presenters import name_of as commitment_name
from action_plans.models import Commitment
from councils.escalations import subjects
from councils.models import Answer, Escalation

_ANSWER_TONES = {
    Answer.YES: ("success", "check"),
    Answer.NO: ("neutral", "close"),
    Answer.SENT_BACK: ("warning", "arrow-left"),
}


def name_of(one: Escalation) -> str:
    """What people call it."""
    if one.is_upwards:
        return _("Escalation %(number)s") % {"number": one.number}
    return _("Assignment %(number)s") % {"number": one.number}


def url_of(one: Escalation) -> str:
    """Where it stands."""
    return reverse("escalation", args=[one.collaboration.slug, one.number])


def tag_of(one: Escalation, today: dt.date) -> dict[str, str]:
    """Where it stands, as a tag: in colour, shape and word."""
    if one.taken_back_at is not None:
        return {"text": pgettext("escalation", "taken back"), "tone": "neutral", "symbol": "dash"}
    if one.answered_at is not None:
        tone, symbol = _ANSWER_TONES[Answer(one.answer)]
        words = {Answer.YES: _("answered yes"), Answer.NO: _("answered no"), Answer.SENT_BACK: _("sent back")}
        return {"text": words[Answer(one.answer)], "tone": tone, "symbol": symbol}
    if one.is_late(today):
        return {"text": _("late"), "tone": "danger", "symbol": "square"}
    return {"text": _("waits for an answer"), "tone": "info", "symbol": "clock"}


def heading(one: Escalation, today: dt.date) -> str:
    """What a reader wants to know first: whose step it is, or what was answered."""
    words = {"to": one.to_group.name, "from": one.from_group.name, "day": day(one.answer_by)}
    if one.taken_back_at is not None:
        return _("%(from)s has taken the question back") % words
    match one.answer:
        case Answer.YES:
            return _("%(to)s answered yes") % words
        case Answer.NO:
            return _("%(to)s answered no") % words
        case Answer.SENT_BACK:
            return _("%(to)s sent the question back") % words
    if one.is_late(today):
        return _("%(to)s should have answered by %(day)s") % words
    return _("%(to)s answers by %(day)s") % words


def row(one: Escalation, today: dt.date) -> dict[str, Any]:
    """One line of a list."""
    return {
        "name": name_of(one),
        "url": url_of(one),
        "question": said(one.question),
        "from": one.from_group.name,
        "to": one.to_group.name,
        "area": one.area.name if one.area else "",
        "day": day(one.answer_by),
        "tag": tag_of(one, today),
    }


def asked_again(one: Escalation) -> dict[str, Any]:
    """What the form of a question begins with that was sent back; the day is a new one."""
    values = {name: getattr(one, name) for name in ("question", "recommended_decision", "decision_kind")}
    ids = ("from_group_id", "to_group_id", "recipient_id", "area_id")
    return {**values, **{name.removesuffix("_id"): getattr(one, name) for name in ids}}


def rows(found: Iterable[Escalation], today: dt.date) -> list[dict[str, Any]]:
    """The lines of a list."""
    return [row(one, today) for one in found]


def facts(one: Escalation, subject: subjects.Found | None) -> list[dict[str, str]]:
    """What is known of the question beside its words."""
    listed = [
        (_("Asks"), one.from_group.name, ""),
        (_("Is asked"), one.to_group.name, ""),
        (_("Who answers"), who(one.recipient), ""),
        (_("What is to be decided"), capfirst(one.get_decision_kind_display()), ""),
        (_("Area"), one.area.name if one.area else "", ""),
        (_("About"), subject.name if subject else "", subject.url if subject else ""),
        (_("Asked on"), day(one.created_at), ""),
        (_("Answer by"), day(one.answer_by), ""),
    ]
    return [{"label": label, "text": text, "url": url} for label, text, url in listed if text]


def _commitment_link(user: Any, one: Commitment | None, slug: str) -> dict[str, str] | None:
    """The request or promise, for who may read it."""
    if one is None or not Commitment.objects.visible_to(user).filter(pk=one.pk).exists():
        return None
    return {
        "text": commitment_name(one),
        "url": reverse("commitment_detail", args=[slug, one.number]),
    }


def page_of(user: Any, one: Escalation, today: dt.date) -> dict[str, Any]:
    """All that one question's page reads out."""
    slug = one.collaboration.slug
    return {
        "one": one,
        "name": name_of(one),
        "heading": heading(one, today),
        "tag": tag_of(one, today),
        "question": said(one.question),
        "recommended": said(one.recommended_decision),
        "facts": facts(one, subjects.subject_of(user, one)),
        "answer": capfirst(one.get_answer_display()) if one.answer else "",
        "answer_text": said(one.answer_text),
        "answered": day(one.answered_at),
        "ends": ends_words(one),
        "agreed": _commitment_link(user, one.agreed_commitment, slug),
        "taken_back_reason": said(one.taken_back_reason),
        "noted": day(one.returned_seen_at),
    }


def ends_words(one: Escalation) -> str:
    """What became of a no that was taken further; nothing where it is not about one, or waits."""
    if not one.ends or one.commitment is None:
        return ""
    words = {
        "agreed_otherwise": _("%(owner)s has promised something else instead."),
        "stands": _("The no of %(owner)s stands with its reason."),
        "taken_back": _("%(owner)s has taken its no back."),
    }
    return words[one.ends] % {"owner": one.commitment.asked_of.name}
