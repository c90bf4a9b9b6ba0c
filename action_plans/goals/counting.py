"""Where a goal starts from: what its selection counts in the plan's area, over which days, and how sure that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from action_plans.models import Goal, Plan
from analysis.change import count_interval
from analysis.evaluation import detectable_reduction
from analysis.periods import free
from cause_analysis.models import Problem
from cause_analysis.problems.counting import counted
from cause_analysis.problems.queries import selection_of
from common.errors import NotPossible
from incidents.selections import Selection
from situational_picture.figures import Source, source_of
from situational_picture.queries import months_by_source

LONGEST_PERIOD_D = 20 * 366
# Days by which two periods may differ and still be called the same time of the year: a leap day, a week's edge.
SAME_SEASON_D = 7
# The goal asks whether it would be seen: a coin toss, and what one plans for.
HALF, EIGHT_OF_TEN = 0.5, 0.8


@dataclass(frozen=True)
class Baseline:
    """A count with its exact interval; whole, for the circle."""

    count: int
    lower: float
    upper: float
    is_sensitive: bool
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Showable:
    """Which reductions would be shown half of the times and eight times in ten, and which one is wanted: shares."""

    half: float | None
    eight_of_ten: float | None
    wanted: float | None


def kept_selection(selection: Selection) -> Selection:
    """What a goal keeps of a selection: the area is the plan's, the days are the baseline's."""
    return replace(selection, area="", since=None, until=None, status="", organisation=None, location="")


def selection_of_problem(problem: Problem) -> Selection:
    """What the problem counts, without its days."""
    return kept_selection(selection_of(problem))


def count_baseline(plan: Plan, selection: Selection, first: dt.date, last: dt.date, *, today: dt.date) -> Baseline:
    """The events of the selection in the plan's area on these days. Refused where the sources do not cover them."""
    if last < first:
        raise NotPossible({"baseline_to": _("The last day comes before the first.")})
    if last > today:
        raise NotPossible({"baseline_to": _("The day lies ahead. A baseline is counted over days that have been.")})
    if (last - first).days > LONGEST_PERIOD_D:
        raise NotPossible({"baseline_from": _("The period is longer than twenty years. Choose a shorter one.")})
    source = source_of(months_by_source(plan.collaboration), today)
    if source.lacks(free(first, last)) or _reaches_beyond(source, first, last):
        raise NotPossible({"baseline_from": _lacking(source.first_day, source.last_day)})
    asked = replace(selection, area=plan.area.slug).moved_to(first, last)
    facts = counted(plan.collaboration, asked).aggregate(
        total=Count("pk"), sensitive=Count("pk", filter=Q(category__is_sensitive=True))
    )
    lower, upper = count_interval(facts["total"])
    return Baseline(facts["total"], float(lower), float(upper), bool(facts["sensitive"]), first, last)


def _reaches_beyond(source: Source, first: dt.date, last: dt.date) -> bool:
    """Whether the days begin in a month before the sources do, or end in one after them."""
    if source.first_day is None or source.last_day is None:
        return True
    return first < source.first_day.replace(day=1) or last.replace(day=1) > source.last_day


def _lacking(first: dt.date | None, last: dt.date | None) -> str:
    if first is None or last is None:
        return _("There are no reports to count yet. Enter the baseline by hand.")
    return _("The sources lack days of this period. They reach from %(first)s to %(last)s.") % {
        "first": date_format(first, "j F Y"),
        "last": date_format(last, "j F Y"),
    }


# --- Days -------------------------------------------------------------------------------------------------------------


def suggested_period(plan: Plan, target_on: dt.date | None, *, today: dt.date) -> tuple[dt.date, dt.date]:
    """The days to count before: the same days of an earlier year as those the target is counted over.

    Those are the plan's days up to the target's, a year at most. They are moved back by whole years until they lie
    before the plan and before today, so that seasons are alike and nothing of the plan is in the baseline.
    """
    last = target_on or plan.last_day
    first = max(min(plan.first_day, last), _years_back(last, 1) + dt.timedelta(days=1))
    before = min(plan.first_day, today)
    years = 0
    while _years_back(last, years) >= before and _years_back(last, years).year > dt.MINYEAR + 1:
        years += 1
    return _years_back(first, years), _years_back(last, years)


def _years_back(day: dt.date, years: int) -> dt.date:
    year = max(dt.MINYEAR, day.year - years)
    try:
        return day.replace(year=year)
    except ValueError:
        # 29 February has no day in most years.
        return day.replace(year=year, day=28)


def target_period(goal: Goal) -> tuple[dt.date, dt.date] | None:
    """The days the target is counted over: as many as the baseline's, and the last of them is the target's."""
    if goal.target_on is None or goal.baseline_from is None or goal.baseline_to is None:
        return None
    return goal.target_on - (goal.baseline_to - goal.baseline_from), goal.target_on


def is_same_season(goal: Goal) -> bool:
    """Whether baseline and target are about the same days of the year."""
    if goal.target_on is None or goal.baseline_to is None:
        return True
    apart = abs((goal.target_on - goal.baseline_to).days) % 365.25
    return min(apart, 365.25 - apart) <= SAME_SEASON_D


# --- Whether it could be shown ----------------------------------------------------------------------------------------


def showable(goal: Goal) -> Showable | None:
    """What a comparison with an area that has as many events would show; None where nothing counted is to be fewer."""
    if goal.measured != Goal.Measured.REPORTS or goal.direction != Goal.Direction.REDUCE or goal.baseline is None:
        return None
    wanted = None
    if goal.target is not None and 0 <= goal.target < goal.baseline:
        wanted = (goal.baseline - goal.target) / goal.baseline
    return Showable(
        half=detectable_reduction(goal.baseline, goal.baseline, power=HALF),
        eight_of_ten=detectable_reduction(goal.baseline, goal.baseline, power=EIGHT_OF_TEN),
        wanted=wanted,
    )
