"""Numbers as people write them: 2 610 and 3,5 in Swedish, 2,610 and 3.5 in English."""

from __future__ import annotations

import math
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language


def number_words(value: float, decimals: int | None = None) -> str:
    """The number in the reader's language, thousands apart, with a real minus sign.

    Without `decimals` a whole number has none and any other has one.
    """
    if decimals is None:
        decimals = 0 if value == int(value) else 1
    return _number_words(value, decimals, get_language())


def percent_up_words(share: float) -> str:
    """The share from 0 to 1 as the whole percent that is not below it: where less would promise too much."""
    # What a binary fraction adds in its last digit is no percent more.
    return number_words(math.ceil(round(share * 100, 6)))


@lru_cache(maxsize=8192)
def _number_words(value: float, decimals: int, language: str | None) -> str:
    # Tables repeat the same few hundred numbers, and the rules of a language take 20 µs to apply.
    return number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True).replace("-", "−")
