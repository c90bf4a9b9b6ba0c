"""What the pages of promises show: the partners' own, and what anybody reads of a publication in one language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from action_plans.models import Dialogue, MeasureState, Promise, PromiseState, Publication, Verdict
from action_plans.promises.rules import ENDED

SYMBOLS = {Verdict.YES: "dot", Verdict.PARTLY: "triangle", Verdict.NO: "square", Verdict.TOO_EARLY: "ring"}
TONES = {
    PromiseState.DRAFT: ("neutral", "ring"),
    PromiseState.DECIDED: ("info", "half"),
    PromiseState.PUBLISHED: ("accent", "dot"),
    PromiseState.FOLLOWED_UP: ("accent", "dot"),
    PromiseState.KEPT: ("success", "check"),
    PromiseState.PARTLY_KEPT: ("warning", "triangle"),
    PromiseState.NOT_KEPT: ("danger", "square"),
}
# How far a promise has come, said to those who live there.
PUBLIC_STATES = {
    PromiseState.KEPT: (gettext_lazy("We kept the promise"), "yes"),
    PromiseState.PARTLY_KEPT: (gettext_lazy("We kept part of the promise"), "partly"),
    PromiseState.NOT_KEPT: (gettext_lazy("We did not keep the promise"), "no"),
}
GOING_ON = (gettext_lazy("In force"), "going_on")
AHEAD = (gettext_lazy("Not in force yet"), "going_on")
BEHIND = (gettext_lazy("Its time is over, and we have not yet told how it went"), "too_early")
# The two questions of a follow-up, each answer with the colour's symbol and a word.
CARRIED_OUT = {
    Verdict.YES: gettext_lazy("Done as promised"),
    Verdict.PARTLY: gettext_lazy("Partly done"),
    Verdict.NO: gettext_lazy("Not done"),
    Verdict.TOO_EARLY: gettext_lazy("Too early to say whether it is done"),
}
GOOD_RESULT = {
    Verdict.YES: gettext_lazy("It has become better"),
    Verdict.PARTLY: gettext_lazy("It has become partly better"),
    Verdict.NO: gettext_lazy("It has not become better"),
    Verdict.TOO_EARLY: gettext_lazy("Too early to say whether it has become better"),
}
MEASURE_STATES = {
    MeasureState.DECIDED: pgettext_lazy("what residents read of a measure", "Decided"),
    MeasureState.ONGOING: pgettext_lazy("what residents read of a measure", "Going on"),
    MeasureState.PAUSED: pgettext_lazy("what residents read of a measure", "Paused"),
    MeasureState.CARRIED_OUT: pgettext_lazy("what residents read of a measure", "Done"),
    MeasureState.EVALUATED: pgettext_lazy("what residents read of a measure", "Done and evaluated"),
}
DIALOGUES = {
    Dialogue.Kind.STAFF: gettext_lazy("We asked those who work here"),
    Dialogue.Kind.CITIZEN: gettext_lazy("We talked with those who live here"),
    Dialogue.Kind.WALK: gettext_lazy("We went on a safety walk"),
    Dialogue.Kind.SURVEY: gettext_lazy("We asked in a survey"),
}


def tag_of(promise: Promise) -> dict[str, Any]:
    """The state as a tag: words, tone and symbol."""
    tone, symbol = TONES[PromiseState(promise.state)]
    return {"text": promise.get_state_display().capitalize(), "tone": tone, "symbol": symbol}


def url_of(promise: Promise) -> str:
    return reverse("promise", args=[promise.collaboration.slug, promise.number])


def follow_up_rows(promise: Promise) -> list[dict[str, Any]]:
    """The follow-ups written so far, published or not, the newest first."""
    return [
        {
            "one": one,
            "carried_out": {
                "words": CARRIED_OUT[Verdict(one.carried_out)],
                "symbol": SYMBOLS[Verdict(one.carried_out)],
            },
            "good_result": {
                "words": GOOD_RESULT[Verdict(one.good_result)],
                "symbol": SYMBOLS[Verdict(one.good_result)],
            },
        }
        for one in promise.follow_ups.order_by("-on", "-pk")
    ]


# --- What anybody reads -----------------------------------------------------------------------------------------------


def suffix_of(language: str) -> str:
    """What stands after an address in this language; Swedish addresses are the plain ones."""
    return "?lang=en" if language == "en" else ""


def public_url(publication: Publication, language: str, *, version: bool = False) -> str:
    """Where a publication is read: its promise's page, or the page of that very version."""
    promise = publication.promise
    there = [publication.collaboration.slug, promise.area.slug, promise.public_number]
    if version:
        return reverse("public_promise_version", args=[*there, publication.number]) + suffix_of(language)
    return reverse("public_promise", args=there) + suffix_of(language)


def told(content: dict[str, Any], language: str, *, today: dt.date) -> dict[str, Any]:
    """One version in one language. Only the publication is read: what is no part of it cannot come out."""
    state = PromiseState(content["state"])
    words, mark = PUBLIC_STATES.get(state) or _in_force(content, today)
    return {
        "title": content["title"][language],
        "problem": content["problem"][language],
        "first_day": _day(content["first_day"]),
        "last_day": _day(content["last_day"]),
        "has_ended": state in ENDED,
        "state": words,
        "state_mark": mark,
        "registry_number": content["registry_number"],
        "decided_on": _day(content["decided_on"]),
        "follow_up_on": _day(content["follow_up_on"]),
        "is_follow_up_late": _is_past(content["follow_up_on"], today),
        "counted": _counted(content["counted"]),
        "signatories": content["signatories"],
        "dialogues": [
            {**one, "words": DIALOGUES[Dialogue.Kind(one["kind"])], "held_on": _day(one["held_on"])}
            for one in content["dialogues"]
        ],
        "items": [_item(item, language) for item in content["items"]],
        "follow_ups": [_follow_up(one, language) for one in reversed(content["follow_ups"])],
    }


def _in_force(content: dict[str, Any], today: dt.date) -> tuple[Any, str]:
    if today < dt.date.fromisoformat(content["first_day"]):
        return AHEAD
    return BEHIND if _is_past(content["last_day"], today) else GOING_ON


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _is_past(text: str | None, today: dt.date) -> bool:
    day = _day(text)
    return day is not None and day < today


def _counted(counted: dict[str, Any] | None) -> dict[str, Any] | None:
    if counted is None:
        return None
    return {"value": counted["value"], "since": _day(counted["since"]), "until": _day(counted["until"])}


def _item(item: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "organisation": item["organisation"],
        "text": item["text"][language],
        "amount": item["amount"][language],
        "due_on": _day(item["due_on"]),
        "done": [
            {"text": one["text"][language], "state": MEASURE_STATES[MeasureState(one["state"])]} for one in item["done"]
        ],
    }


def _follow_up(one: dict[str, Any], language: str) -> dict[str, Any]:
    done, good = Verdict(one["carried_out"]), Verdict(one["good_result"])
    return {
        "on": _day(one["on"]),
        "text": one["text"][language],
        "verdicts": [
            {"mark": done, "symbol": SYMBOLS[done], "words": CARRIED_OUT[done]},
            {"mark": good, "symbol": SYMBOLS[good], "words": GOOD_RESULT[good]},
        ],
    }


def small_numbers(promise: Promise, content: dict[str, Any]) -> list[str]:
    """Numbers from 1 to the protected limit that stand alone in the texts: to be looked at before publishing."""
    largest = promise.collaboration.protect_counts_up_to
    small = {str(number) for number in range(1, largest + 1)}
    texts = [content["problem"], *(one["text"] for one in content["follow_ups"])]
    texts += [done["text"] for item in content["items"] for done in item["done"]]
    words = {word.strip(".,:;()!?") for text in texts for both in text.values() for word in both.split()}
    return sorted(words & small)
