"""What makes a goal one that can be followed, and which words say nothing. No people, no saving."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from action_plans.models import Goal

# Words with which nothing is promised that can be measured; written as they are said to the writer.
_EMPTY = {
    "verka för": r"\bverka[rt]?\s+för\b",
    "arbeta med": r"\barbeta[rt]?\s+med\b",
    "jobba med": r"\bjobba[rt]?\s+med\b",
    "främja": r"\bfrämja(?:r|s|t|nde)?\b",
    "work with": r"\bwork(?:s|ing)?\s+(?:with|on|towards?)\b",
    "promote": r"\bpromot(?:e|es|ing)\b",
}
EMPTY_WORDS = {word: re.compile(pattern, re.IGNORECASE) for word, pattern in _EMPTY.items()}

_MONTHS = (
    "jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:s|ch)?|apr(?:il)?|maj|may|jun[ie]?|jul[iy]?|aug(?:usti|ust)?"
    "|sep(?:tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAYS = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}(?:\s*[–-]\s*\d{{1,2}})?\s+(?:{_MONTHS})\b|\b(?:19|20)\d{{2}}\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[\s\u00a0\u202f.,]\d{3})*(?![\d])")


@dataclass(frozen=True)
class Gap:
    """Something a goal lacks: the field it is mended in, and the sentence."""

    field: str
    sentence: str


def gaps_of(goal: Goal) -> list[Gap]:
    """Everything a goal lacks before a group can agree on it, in the order a form asks for it."""
    is_counted = goal.measured == Goal.Measured.REPORTS
    found = []
    if not goal.indicator.strip():
        found.append(Gap("indicator", _("Say what is to change, so that it can be counted or measured.")))
    if goal.baseline_from is None or goal.baseline_to is None:
        found.append(Gap("baseline_from", _("Say which days the baseline is from.")))
    if goal.baseline is None:
        sentence = _("Count the baseline.") if is_counted else _("Give the baseline: what it is like before.")
        found.append(Gap("baseline_from" if is_counted else "baseline", sentence))
    if not is_counted and not goal.source.strip():
        found.append(Gap("source", _("Say what it is measured with.")))
    if goal.target is None:
        found.append(Gap("target", _("Give the target as a number.")))
    elif goal.baseline is not None and not _is_a_change(goal):
        is_fewer = goal.direction == Goal.Direction.REDUCE
        found.append(
            Gap("target", _("The target is not lower than the baseline.") if is_fewer
                else _("The target is not higher than the baseline."))
        )  # fmt: skip
    if goal.target_on is None:
        found.append(Gap("target_on", _("Say by which day it is to be reached.")))
    elif goal.baseline_to is not None and goal.target_on <= goal.baseline_to:
        found.append(Gap("target_on", _("The target's day comes after the baseline's days.")))
    if goal.organisation_id is None:
        found.append(Gap("organisation", _("Say which organisation owns the goal.")))
    if goal.owner_id is None:
        found.append(Gap("owner", _("Say who answers for it there.")))
    return found


def _is_a_change(goal: Goal) -> bool:
    if goal.baseline is None or goal.target is None:
        return False
    return goal.target < goal.baseline if goal.direction == Goal.Direction.REDUCE else goal.target > goal.baseline


def empty_words_in(*texts: str) -> list[str]:
    """The words of the texts that say nothing that can be measured, as they are said to the writer."""
    return [word for word, pattern in EMPTY_WORDS.items() if any(pattern.search(text) for text in texts)]


def tells_count(text: str, count: float, *, target: float | None) -> bool:
    """Whether the text says the whole count. Days and years are no counts, and the target is told anyway."""
    if count == target:
        return False
    numbers = {re.sub(r"\D", "", found) for found in _NUMBER.findall(_DAYS.sub(" ", text))}
    return str(int(count)) in numbers
