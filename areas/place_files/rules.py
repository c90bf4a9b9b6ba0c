"""What can be written in a place file: which words, which days, which hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.errors import NotPossible
from privacy import guard

# A camera's place is known longer than anybody remembers; before this a date is a slip of the hand.
EARLIEST = dt.date(1990, 1, 1)


@dataclass(frozen=True)
class TextFaults:
    """What the guard says of the texts of a form: sentences by field, and whether confirming would let them pass."""

    sentences: dict[str, list[str]]
    is_asked: bool


def text_faults(texts: Mapping[str, str], *, allowed: Set[str], is_confirmed: bool, is_strict: bool) -> TextFaults:
    """No text points at a person: sure hits are refused, weak ones pass when the writer has confirmed.

    For an organisation that keeps no persons (`is_strict`), a weak hit on one is as strong as any other.
    """
    sentences, is_sure, is_weak = {}, False, False
    for name, text in texts.items():
        verdict = guard.verdict(text, allowed=allowed, strict=is_strict) if text else guard.Verdict([], [])
        is_sure, is_weak = is_sure or bool(verdict.strong), is_weak or bool(verdict.weak)
        hits = verdict.strong or ([] if is_confirmed else verdict.weak)
        if hits:
            sentences[name] = list(dict.fromkeys(str(guard.sentence_for(hit.rule)) for hit in hits))
    return TextFaults(sentences, is_asked=is_weak and not is_sure)


def check_texts(texts: Mapping[str, str], *, allowed: Set[str], is_confirmed: bool, is_strict: bool) -> None:
    """The same as a refusal."""
    faults = text_faults(texts, allowed=allowed, is_confirmed=is_confirmed, is_strict=is_strict).sentences
    if faults:
        raise NotPossible(faults)


def check_day(day: dt.date, *, today: dt.date, field: str) -> None:
    """What was seen was seen by today, and not in another age."""
    if day > today:
        raise NotPossible({field: [_("The day has not come yet. Write the day it was seen.")]})
    if day < EARLIEST:
        raise NotPossible({field: [_("The day is too long ago. Look at the year.")]})


def check_hours(from_hour: int, to_hour: int) -> None:
    """From an hour until another; until 24 is to the end of the day, and past midnight is fine."""
    if from_hour == to_hour:
        raise NotPossible({"to_hour": [_("Choose from which hour until which. The whole day is 0 to 24.")]})
