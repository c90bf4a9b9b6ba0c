"""What a publication holds: everything its public page says, in both languages, and nothing else of the partners'."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from action_plans.models import Dialogue, MeasureState, Promise, PromiseItem, PromiseItemMeasure, Publication
from action_plans.rules import DECIDED_ONCE
from cause_analysis.problems.protecting import NO_SENSITIVE, protected
from cause_analysis.problems.queries import selection_of
from documents.texts import plain

SCHEMA = 1


def write_content(promise: Promise) -> dict[str, Any]:
    """The promise as it would be published now, as plain data."""
    largest = promise.collaboration.protect_counts_up_to
    items = promise.items.select_related("organisation").prefetch_related("item_measures__measure")
    content = {
        "schema": SCHEMA,
        "state": promise.state,
        "title": _both(promise, "title"),
        "problem": _both(promise, "problem"),
        "first_day": promise.first_day,
        "last_day": promise.last_day,
        "registry_number": promise.registry_number,
        "decided_on": promise.decided_on,
        "follow_up_on": promise.follow_up_on,
        "counted": _counted(promise, largest),
        "signatories": [
            {"function": one.function, "organisation": one.organisation.name}
            for one in promise.signatories.select_related("organisation")
        ],
        "dialogues": [
            _dialogue(link.dialogue, largest)
            for link in promise.promise_dialogues.select_related("dialogue").order_by("dialogue__held_on", "pk")
        ],
        "items": [_item(item) for item in items],
        "follow_ups": [
            {
                "on": one.on,
                "text": _both(one, "text"),
                "carried_out": one.carried_out,
                "good_result": one.good_result,
            }
            for one in promise.follow_ups.all()
        ],
    }
    # As it will be read from the database again: days are texts.
    plain: dict[str, Any] = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return plain


def mark_of(content: dict[str, Any]) -> str:
    """A short mark of what a content says: whoever publishes sends back the mark of what they have read."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _both(row: Any, name: str) -> dict[str, str]:
    return {language: plain(getattr(row, f"{name}_{language}")) for language in ("sv", "en")}


def _item(item: PromiseItem) -> dict[str, Any]:
    return {
        "organisation": item.organisation.name,
        "text": _both(item, "text"),
        "amount": _both(item, "amount"),
        "due_on": item.due_on,
        "done": [_done(link) for link in item.item_measures.all() if is_told(link)],
    }


def is_told(link: PromiseItemMeasure) -> bool:
    """Whether residents are told of the measure: it has been decided, and there are words written for them."""
    is_there = link.measure.removed_at is None and MeasureState(link.measure.state) in DECIDED_ONCE
    return is_there and bool(link.done_sv.strip() and link.done_en.strip())


def _done(link: PromiseItemMeasure) -> dict[str, Any]:
    # How far the measure has come, and the words for residents: never its title or any other text of it.
    return {"text": _both(link, "done"), "state": link.measure.state}


def _dialogue(dialogue: Dialogue, largest: int) -> dict[str, Any]:
    many = dialogue.participants is not None and dialogue.participants > largest
    return {
        "kind": dialogue.kind,
        "held_on": dialogue.held_on,
        "participants": dialogue.participants if many else None,
    }


def _counted(promise: Promise, largest: int) -> dict[str, Any] | None:
    """How many events the promise's problem counts, if it is to be told and may be; small counts never are.

    Nor is one that differs from a count told before by so little: whoever takes one from the other reads a small count.
    """
    if promise.problem is None or not promise.shows_count:
        return None
    total = protected(promise.problem.figures, largest=largest, viewer=NO_SENSITIVE)["total"]
    if not isinstance(total, int) or 1 <= total <= largest:
        return None
    if any(1 <= abs(total - told) <= largest for told in _told_before(promise)):
        return None
    selection = selection_of(promise.problem)
    return {"value": total, "since": selection.since, "until": selection.until}


def _told_before(promise: Promise) -> list[int]:
    """The counts of the same problem that residents have read, also where they have been taken away since."""
    counts = Publication.objects.filter(promise__problem=promise.problem_id).values_list("content__counted__value")
    return [count for (count,) in counts if count is not None]
