"""The table of rules behind a headline in words: each row met and not met, and what an answer would take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.evaluation import Need, Rule

# Each row of the table: what it says where it is met, and where it is not.
RULES: dict[str, tuple[Any, Any]] = {
    "planned": (
        gettext_lazy("An effect was planned to be counted."),
        gettext_lazy("No effect was planned to be counted."),
    ),
    "covered": (
        gettext_lazy("The sources cover the days before and after."),
        gettext_lazy("The sources lack the days before or the days after."),
    ),
    Rule.ENOUGH_EVENTS: (
        gettext_lazy("At least ten events before, and at least ten to be expected afterwards."),
        gettext_lazy("Too few events: fewer than ten before, or to be expected afterwards."),
    ),
    Rule.SHOWABLE: (
        gettext_lazy("There are enough events that a decrease could be shown at all."),
        gettext_lazy("There are too few events: not even none left would be shown."),
    ),
    Rule.COMPARISON_OR_HISTORY: (
        gettext_lazy("There is something to compare with, or two years of the place's own past."),
        gettext_lazy("There is nothing to compare with, and less than two years of the place's own past."),
    ),
    Rule.SAME_REPORTING: (
        gettext_lazy("As many reported before as after."),
        gettext_lazy("Not as many reported before as after: a change may be theirs."),
    ),
    Rule.COMPARISON_UNTOUCHED: (
        gettext_lazy("What it is compared with was touched by no measure."),
        gettext_lazy("What it is compared with was touched by a measure too."),
    ),
    Rule.ALIKE_BEFORE: (
        gettext_lazy("Before the measure it went the same way as what it is compared with."),
        gettext_lazy("What it is compared with had already gone another way before the measure."),
    ),
    Rule.RATIO: (
        gettext_lazy("It differs from what was expected by more than chance and natural variation give."),
        gettext_lazy("Chance and natural variation are enough to explain the difference."),
    ),
    Rule.SERIES: (
        gettext_lazy("Month by month the place went another way than expected."),
        gettext_lazy("Month by month the place did not clearly go another way than expected."),
    ),
    Rule.DIFFERENCE: (
        gettext_lazy("The weighted difference in number of events points somewhere."),
        gettext_lazy("The weighted difference in number of events is zero."),
    ),
    Rule.NET_OF_RING: (
        gettext_lazy("With the ring around counted in, something is left."),
        gettext_lazy("What happened in the ring around eats it up."),
    ),
    Rule.RULES_OUT: (
        gettext_lazy("A change of more than %(share)s percent can be ruled out."),
        gettext_lazy("A change of more than %(share)s percent cannot be ruled out."),
    ),
}
# The rules that say which way it went.
DIRECTED = {Rule.RATIO, Rule.SERIES, Rule.DIFFERENCE, Rule.NET_OF_RING}
NEEDS: dict[str, Any] = {
    Need.LONGER_PERIOD: gettext_lazy(
        "A longer period: twice as many months before and after hold about twice as many events."
    ),
    Need.WIDER_CATEGORY: gettext_lazy(
        "A wider question: more categories or a larger place, if the measure could have affected them."
    ),
    Need.COMPARISON: gettext_lazy("Something to compare with, like the place before the measure and without it after."),
    Need.MORE_COMPARISONS: gettext_lazy("More places or areas to compare with: three at least."),
    Need.OTHER_COMPARISON: gettext_lazy("Something else to compare with, that went the same way before."),
    Need.SAME_UNITS_REPORTING: gettext_lazy(
        "The same ones reporting before and after, or only the reports of those who did."
    ),
}


def wanted(row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a rule's numbers the one its sentence cannot do without."""
    return {name: number for name, number in row["numbers"].items() if name == "meaningful_change"}


def rule_tag(row: Mapping[str, Any]) -> dict[str, str]:
    """Whether a rule is met; of those that have a direction, which."""
    if not row["holds"]:
        if row["code"] in DIRECTED and not row.get("points"):
            return {"text": _("neither way"), "tone": "neutral", "symbol": "minus"}
        return {"text": _("not met"), "tone": "warning", "symbol": "close"}
    if row.get("points") and row["code"] in DIRECTED:
        fewer = row["points"] < 0
        return {
            "text": _("fewer") if fewer else _("more"),
            "tone": "success" if fewer else "danger",
            "symbol": "arrow-down" if fewer else "arrow-up",
        }
    return {"text": _("met"), "tone": "success", "symbol": "check"}
