"""What an evaluation's numbers say in words, to the circle and to others.

Others read changes in steps of five percent and counts as “at least 40”, and that only where no count is small.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from action_plans.evaluating.warnings import FEWEST_IN_RING
from action_plans.goals.telling import TENS
from analysis.evaluation import Rule
from followup.evaluations.computing import AFTER, BEFORE, BETWEEN, EARLIER, PROCESS
from followup.evaluations.estimate_words import RESULTS
from followup.evaluations.headline_words import NEEDS, RULES, rule_tag, wanted
from followup.models import Headline
from situational_picture.period_names import days_name
from situational_picture.protecting import PROTECTED, cell
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words

STEP_PERCENT = 5
# A month has so many days, on average, when rates are told.
DAYS_IN_A_MONTH = 365.25 / 12


def percent_words(percent: float, *, exact: bool) -> str:
    """A percentage as this reader may see it."""
    if not exact:
        percent = STEP_PERCENT * round(percent / STEP_PERCENT)
    return number_words(round(percent))


class Telling:
    """An evaluation's figures as one kind of reader may see them."""

    def __init__(self, figures: Mapping[str, Any], viewer: str) -> None:
        self.figures, self.exact = figures, viewer == CIRCLE
        self.results: Mapping[str, Any] = figures.get("results") or {}
        self.counts: Mapping[str, Any] = figures.get("counts") or {}

    @property
    def is_counted(self) -> bool:
        """Whether an effect was to be counted at all, and could be."""
        return bool(self.counts)

    @property
    def is_process(self) -> bool:
        """Whether only what was done is evaluated: no effect was to be counted."""
        return self.figures.get("design") == PROCESS

    @property
    def is_hidden(self) -> bool:
        """Whether this reader is told no estimate of the change: a count it rests on is small."""
        return self._rests_on_small("treated", "compared")

    def _rests_on_small(self, *zones: str) -> bool:
        if self.exact:
            return False
        rows = [self.counts[zone] for zone in zones if zone in self.counts]
        return any(row[part]["count"] < TENS for row in rows for part in (BEFORE, AFTER))

    # --- The headline -------------------------------------------------------------------------------------------------

    def heading(self, headline: str, subject: str) -> str:
        """The finding as a title."""
        if self.is_process:
            return _("What came of it: %(subject)s") % {"subject": subject}
        what = self.figures.get("indicator") or subject
        sentence = {
            Headline.DECREASED: _("It has decreased: %(what)s"),
            Headline.UNCHANGED: _("It has not changed: %(what)s"),
            Headline.INCREASED: _("It has increased: %(what)s"),
            Headline.NOT_ASSESSABLE: _("It cannot be told whether this changed: %(what)s"),
        }[Headline(headline)]
        return sentence % {"what": what}

    def sentences(self) -> str:
        """The two sentences under the headline."""
        if self.is_process:
            return _("No effect is counted. Here stands what was done, and what the group makes of it.")
        if not self.is_counted:
            return _("The sources lack the days before or the days after.")
        verdict = self.figures["headline"]["verdict"]
        if verdict == Headline.NOT_ASSESSABLE:
            against = {row["code"]: row for row in self.figures["headline"]["rules"]}
            first = next((against[code] for code in self.figures["headline"]["reasons"] if code in against), None)
            # The numbers stand in the sentence before, and in the table.
            words = self._rule_words({**first, "numbers": wanted(first)}) if first else ""
            return " ".join(part for part in (self.change_words(), words) if part)
        tail = {
            Headline.DECREASED: _("Every rule for a decrease is met."),
            Headline.INCREASED: _("Every rule for an increase is met."),
            Headline.UNCHANGED: _("A change large enough to matter can be ruled out."),
        }[Headline(verdict)]
        return f"{self.change_words()} {tail}"

    def change_words(self) -> str:
        """How much fewer or more than expected, with the interval."""
        change = self.results.get("change")
        if not change or change["estimate"] is None or self.is_hidden:
            return ""
        observed, expected = self.results.get("observed_after"), self.results.get("expected_after")
        words = _change_in_words(change, exact=self.exact)
        if self.exact and expected is not None:
            return _("%(observed)s events where %(expected)s were to be expected: %(change)s.") % {
                "observed": number_words(observed or 0),
                "expected": number_words(round(expected)),
                "change": words,
            }
        return _("Beside what was to be expected: %(change)s.") % {"change": words}

    def moved(self) -> str:
        """Whether the problem moved: what happened in the ring, beside what the comparison led one to expect there."""
        if not self.is_counted or self._rests_on_small("ring", "compared"):
            return ""
        ring, beside = self.counts.get("ring"), self.results.get("ring")
        if ring is None:
            return _("Cannot be told: no ring around the place was counted.")
        if not self.figures.get("compared"):
            return _("Cannot be told: nothing was compared with.")
        if not beside or ring[BEFORE]["count"] < FEWEST_IN_RING:
            return _("Cannot be told: too little happened in the ring.")
        told = {"change": _change_in_words(beside, exact=self.exact)}
        if beside["ci_low"] > 1:
            return _("Perhaps. In the ring around, beside what was to be expected: %(change)s.") % told
        return _("Nothing points to it. In the ring around, beside what was to be expected: %(change)s.") % told

    def reporting(self) -> str:
        """Who reported before and after, under the picture."""
        shares = self._asked(Rule.SAME_REPORTING).get("numbers", {})
        if shares.get("before") is None or shares.get("after") is None:
            return _("Reporting: nobody kept track of who reported in both periods.")
        return _("Reporting: %(before)s %% of the expected answers came before, %(after)s %% after.") % {
            part: number_words(round(100 * shares[part])) for part in (BEFORE, AFTER)
        }

    def _asked(self, code: str) -> Mapping[str, Any]:
        """A row of the table of rules; empty where it could not be asked."""
        return next((row for row in self.figures["headline"]["rules"] if row["code"] == code), {})

    # --- The table of rules -------------------------------------------------------------------------------------------

    def rule_rows(self) -> list[dict[str, Any]]:
        """Each rule of the table, whether it was met, and by what."""
        rows = self.figures["headline"]["rules"]
        if self.figures["headline"]["verdict"] in {Headline.DECREASED, Headline.INCREASED}:
            # What is asked to tell unchanged from unknown.
            rows = [row for row in rows if row["code"] != Rule.RULES_OUT]
        return [{"tag": rule_tag(row), "text": self._rule_words(row)} for row in rows]

    def _rule_words(self, row: Mapping[str, Any]) -> str:
        numbers = row["numbers"]
        met, unmet = RULES[row["code"]]
        words = str(met if row["holds"] else unmet)
        if row["code"] == Rule.RULES_OUT:
            return words % {"share": percent_words(100 * numbers["meaningful_change"], exact=True)}
        if not self.exact or not numbers:
            return words
        if row["code"] == Rule.ENOUGH_EVENTS:
            expected = number_words(round(numbers["expected"], 1))
            return f"{words} " + _("(%(number)s expected)") % {"number": expected}
        if numbers.get("ci_low") is not None:
            return f"{words} {_interval(numbers)}"
        return words

    def needed(self) -> list[str]:
        """What would be needed for an answer; nothing where there is one."""
        if self.figures["headline"]["verdict"] != Headline.NOT_ASSESSABLE or self.is_process:
            return []
        said = [str(NEEDS[need]) for need in self.figures["headline"]["needs"]]
        times = self.results.get("times_as_many")
        if times and times > 1 and self.exact:
            words = _("About %(number)s times as many events could be enough for an answer.")
            said.insert(0, words % {"number": number_words(max(2, math.ceil(times)))})
        if "covered" in self.figures["headline"]["reasons"]:
            said.append(_("Reports from the days before and after: import what is missing."))
        if {Rule.ENOUGH_EVENTS, Rule.SHOWABLE} & set(self.figures["headline"]["reasons"]):
            said.append(
                _("Or ask whether it was done, and what those who use the place say, instead of counting events.")
            )
        if not said:
            # Counts and areas enough, and still no answer: what is left is how far areas drift apart by themselves.
            said.append(
                _("More events would not be enough: areas like these differ as much by themselves from year to year.")
            )
        return said

    # --- The numbers --------------------------------------------------------------------------------------------------

    def days(self) -> str:
        """Which days are compared."""
        days = self.figures.get("days")
        if not days:
            return ""
        named = {part: days_name(*map(dt.date.fromisoformat, days[part])) for part in (BEFORE, AFTER)}
        return _("%(before)s beside %(after)s") % named

    def count_rows(self) -> list[dict[str, Any]]:
        """Counts before and after: whole, or in tens."""
        names = {"treated": _("Where it was done"), "ring": _("In the ring around"), "compared": _("Compared with")}
        rows = []
        for zone, row in ((zone, self.counts[zone]) for zone in names if zone in self.counts):
            rates = [
                row[part]["count"] / row[part]["days"] * DAYS_IN_A_MONTH if row[part]["days"] else None
                for part in (BEFORE, AFTER)
            ]
            rows.append(
                {
                    "zone": zone,
                    "name": names[zone],
                    "where": self._where(zone),
                    "before": self._count(row[BEFORE]),
                    "after": self._count(row[AFTER]),
                    "rates": " → ".join("–" if rate is None else number_words(rate, 1) for rate in rates),
                    "change": _change_in_words(row["change"], exact=True) if row["change"] else "–",
                    "index": self._index(row),
                }
            )
        return rows

    def _where(self, zone: str) -> str:
        """Which place, how wide a ring, what it is compared with: names, as they were on the day."""
        if zone == "ring":
            return _("%(number)s metres") % {"number": number_words(self.figures["ring_m"])}
        if zone == "compared":
            return ", ".join(row["name"] for row in self.figures["compared"])
        return ", ".join(self.figures["treated"]) or self.figures["area"]

    def _index(self, row: Mapping[str, Any]) -> int | None:
        """The rate after where the one before is 100, in steps of five; None where a count is small."""
        if min(row[part]["count"] for part in (BEFORE, AFTER)) < TENS or not row["change"]:
            return None
        return STEP_PERCENT * round(100 * row["change"]["estimate"] / STEP_PERCENT)

    def _count(self, row: Mapping[str, Any]) -> dict[str, Any]:
        count = row["count"]
        if self.exact:
            return cell(count)
        if count == 0:
            # That nothing happened is no small count, but beside a total it could tell one.
            return cell(PROTECTED)
        least = count // TENS * TENS
        if not least:
            return cell(PROTECTED)
        return {**cell(least), "words": _("at least %(number)s") % {"number": number_words(least)}}

    def month_rows(self) -> list[dict[str, Any]]:
        """The months, for the circle."""
        parts = {EARLIER: _("earlier"), BEFORE: _("before"), BETWEEN: _("between"), AFTER: _("after")}
        return [
            {
                "month": _month_name(dt.date.fromisoformat(row["first"]), row["days"]),
                "treated": cell(row["treated"]),
                "expected": None if row["expected"] is None else number_words(row["expected"], 1),
                "compared": cell(row["compared"]),
                "ring": cell(row["ring"]),
                "part": parts[row["part"]],
                "reported": ""
                if row["covered"] is None
                else _("%(percent)s %% had reported") % {"percent": number_words(round(100 * row["covered"]))},
            }
            for row in self.figures.get("months", [])
        ]

    def result_rows(self) -> list[dict[str, str]]:
        """The estimates with their intervals and what they mean, for the circle."""
        if not self.exact:
            return []
        rows = []
        for name, build in RESULTS.items():
            found = self.results.get(name)
            if found and found.get("estimate") is not None:
                rows.append(build(found))
        return rows

    def survey_rows(self) -> list[dict[str, str]]:
        """What surveys before and after say, with the interval of the difference: shares, which are no small counts."""
        rows = []
        for row in self.figures.get("surveys", []):
            low, high = row["low"], row["high"]
            if low <= 0 <= high:
                words = _("no difference can be shown")
            else:
                words = _("a larger share") if low > 0 else _("a smaller share")
            rows.append(
                {
                    "name": ", ".join(part for part in (row["name"], row["where"]) if part),
                    "before": self._survey(row["before"]),
                    "after": self._survey(row["after"]),
                    "words": _("%(words)s (%(estimate)s percentage points, between %(low)s and %(high)s)")
                    % {"words": words, **{name: _points(row[name]) for name in ("estimate", "low", "high")}},
                }
            )
        return rows

    @staticmethod
    def _survey(row: Mapping[str, Any]) -> str:
        return _("%(percent)s %% of %(n)s") % {
            "percent": number_words(round(100 * row["share"])),
            "n": number_words(row["n"]),
        }

    def cost_sentence(self) -> str:
        """Kronor for each prevented event, only where a decrease is shown."""
        cost = (self.figures.get("cost") or {}).get("sek")
        observed, expected = self.results.get("observed_after"), self.results.get("expected_after")
        if (
            self.figures["headline"]["verdict"] != Headline.DECREASED
            or not cost
            or expected is None
            or observed is None
            or expected <= observed
        ):
            return _("Cost for each prevented event: cannot be worked out.")
        if self.is_hidden or not self.exact:
            return _("Cost for each prevented event: told to the circle of the area.")
        change = self.results["change"]
        prevented = [
            expected * (1 - ratio) if ratio is not None else None for ratio in (change["ci_high"], change["ci_low"])
        ]
        low, high = prevented
        if low is None or high is None or low <= 0:
            return _("Cost for each prevented event: cannot be worked out.")
        words = _("Cost for each prevented event: %(cost)s kronor (between %(low)s and %(high)s).") % {
            "cost": number_words(_rounded(cost / (expected - observed))),
            "low": number_words(_rounded(cost / high)),
            "high": number_words(_rounded(cost / low)),
        }
        if self.figures["cost"].get("is_planned"):
            words += " " + _("Reckoned on what it was planned to cost.")
        return words

    def cautions(self) -> list[str]:
        """What it cannot tell: what holds for every evaluation, and what was warned of when this one was planned."""
        if self.is_process:
            return [_("Whether anything changed: nothing was counted.")]
        said = [_("Why it changed. Only the group can say whether the measure had a part in it.")]
        is_joint = len(self.figures.get("measures", [])) > 1
        if is_joint:
            said.insert(0, _("Which of the measures did it: several at once cannot be told apart."))
        said += self._warned_of(is_joint=is_joint)
        if self.is_counted and not self._asked(Rule.SAME_REPORTING):
            said.append(_("Whether as many reported before as after: nobody kept track of it."))
        if not self.figures.get("compared"):
            said.append(_("What would have happened anyway: nothing was compared with."))
        if self.figures["headline"]["verdict"] in {Headline.UNCHANGED, Headline.NOT_ASSESSABLE}:
            said.append(_("That no change can be shown does not mean that nothing changed."))
        return said

    def _warned_of(self, *, is_joint: bool) -> list[str]:
        """What was warned of when it was planned and takes something from what it says."""
        said = []
        for one in self.figures.get("warnings", []):
            if one["code"] == "peak":
                words = _("How much would have come by itself: the place was chosen after a bad time.")
                if self.exact:
                    words += " " + _("(%(count)s events, where %(expected)s were usual)") % {
                        "count": number_words(one["count"]),
                        "expected": number_words(round(one["expected"])),
                    }
                said.append(words)
            elif one["code"] == "season":
                said.append(_("What the season did: the periods are not the same months of the year."))
            elif one["code"] == "other_measures" and not is_joint:
                said.append(_("Whether other measures at work there at the same time had a part in it."))
        return said


# --- Words ------------------------------------------------------------------------------------------------------------


def _month_name(first: dt.date, days: int) -> str:
    """The month, or the days of it that are counted."""
    if days == calendar.monthrange(first.year, first.month)[1]:
        return date_format(first, "F Y")
    return days_name(first, first + dt.timedelta(days=days - 1))


def _change_in_words(effect: Mapping[str, Any], *, exact: bool) -> str:
    """“31 percent fewer (between 12 and 46)”, from a rate ratio; which way, where the limits point apart."""
    middle, low, high = effect["estimate"], effect["ci_low"], effect["ci_high"]
    words = _more_or_fewer(middle, exact=exact)
    if low is None or high is None:
        return words
    if (low < 1) == (high < 1) and (middle < 1) == (low < 1):
        ends = sorted((100 * abs(low - 1), 100 * abs(high - 1)))
        said = [percent_words(end, exact=exact) for end in ends]
    else:
        said = [_more_or_fewer(low, exact=exact), _more_or_fewer(high, exact=exact)]
    return _("%(change)s (between %(low)s and %(high)s)") % {"change": words, "low": said[0], "high": said[1]}


def _more_or_fewer(ratio: float, *, exact: bool) -> str:
    percent = 100 * abs(ratio - 1)
    said = percent_words(percent, exact=exact)
    if said == "0":
        return _("no change")
    if ratio > 1:
        return _("%(percent)s percent more") % {"percent": said}
    return _("%(percent)s percent fewer") % {"percent": said}


def _interval(numbers: Mapping[str, Any]) -> str:
    return _("(ratio %(estimate)s, between %(low)s and %(high)s)") % {
        said: "∞" if numbers[name] is None else number_words(round(numbers[name], 2), 2)
        for said, name in (("estimate", "estimate"), ("low", "ci_low"), ("high", "ci_high"))
    }


def _points(share: float) -> str:
    return number_words(round(100 * share, 1), 1)


def _rounded(value: float) -> float:
    """Two figures that say something."""
    if value <= 0:
        return 0
    step = 10 ** max(0, math.floor(math.log10(value)) - 1)
    return round(value / step) * step
