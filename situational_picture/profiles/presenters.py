"""From a profile to sentences: one a finding, with its numbers in the circle and without them outside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.dates import MONTHS
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analysis.profile import (
    FEWEST_COMPARABLE,
    FEWEST_EVENTS,
    HOURS_IN_PART,
    PARTS_OF_DAY,
    SEASONS,
    Dimension,
    Profile,
    Unusual,
)
from incidents.models import Category
from situational_picture.period_names import days_name
from situational_picture.presenters import weekday_names
from ui.numbers import number_words


def sentences(profile: Profile, categories: Mapping[int, Category], *, is_area: bool, with_numbers: bool) -> list[str]:
    """What is unusual, the most certain first. Nothing found, and too little to say, are sentences too."""
    if profile.too_few == "events":
        words = {"count": number_words(profile.events), "fewest": number_words(FEWEST_EVENTS)}
        if with_numbers:
            return [_("Too few events to say: %(count)s, where at least %(fewest)s are needed.") % words]
        return [_("Too few events to say: at least %(fewest)s are needed.") % words]
    if profile.too_few == "comparable":
        words = {"fewest": number_words(FEWEST_COMPARABLE)}
        if is_area:
            return [_("Too few comparable areas to say: at least %(fewest)s with enough events are needed.") % words]
        return [_("Too few comparable places to say: at least %(fewest)s with enough events are needed.") % words]
    if not profile.found:
        return [_("Nothing stands out beside what it is like %(beside)s.") % {"beside": _beside(is_area)}]
    sentence = _with_numbers if with_numbers else _without_numbers
    return [sentence(one, categories, is_area=is_area) for one in profile.found]


def _beside(is_area: bool) -> str:
    return _("in comparable areas") if is_area else _("at comparable places")


def _with_numbers(one: Unusual, categories: Mapping[int, Category], *, is_area: bool) -> str:
    words = {
        "what": what(one, categories),
        "beside": _beside(is_area),
        "observed": number_words(one.observed),
        "of": number_words(one.of),
        "expected": number_words(round(one.expected)),
        "lower": number_words(one.lower),
        "upper": number_words(one.upper),
    }
    would = _("with the same share as %(beside)s it would have been %(expected)s (95 %%: %(lower)s–%(upper)s).") % words
    if one.dimension == Dimension.AGAIN:
        would = _("with as much coming back as %(beside)s it would have been %(expected)s "
                  "(95 %%: %(lower)s–%(upper)s).") % words  # fmt: skip
        words["days"] = str(one.subject)
        claim = _("%(observed)s of %(of)s events came within %(days)s days of an earlier one at the same place; ")
    elif one.dimension == Dimension.CATEGORY:
        claim = _("%(observed)s of %(of)s events are “%(what)s”; ")
    else:
        claim = _("%(observed)s of %(of)s events happened %(what)s; ")
    return claim % words + would


def _without_numbers(one: Unusual, categories: Mapping[int, Category], *, is_area: bool) -> str:
    words = {"what": what(one, categories), "beside": _beside(is_area), "days": str(one.subject)}
    is_more = one.direction == "more"
    if one.dimension == Dimension.AGAIN:
        if is_more:
            return _("More than %(beside)s comes back to the same place within %(days)s days.") % words
        return _("Less than %(beside)s comes back to the same place within %(days)s days.") % words
    if one.dimension == Dimension.CATEGORY:
        if is_more:
            return _("A larger share than %(beside)s is “%(what)s”.") % words
        return _("A smaller share than %(beside)s is “%(what)s”.") % words
    if is_more:
        return _("A larger share than %(beside)s happens %(what)s.") % words
    return _("A smaller share than %(beside)s happens %(what)s.") % words


def what(one: Unusual, categories: Mapping[int, Category]) -> str:
    """What a finding is about, as it stands in its sentence."""
    if one.dimension == Dimension.CATEGORY:
        return str(categories[one.subject])  # type: ignore[index]
    subject = int(one.subject)  # type: ignore[call-overload]
    if one.dimension == Dimension.WEEKDAY_PART:
        day, part = divmod(subject, PARTS_OF_DAY)
        return _("on a %(weekday)s at %(hours)s") % {"weekday": _weekday(day), "hours": _hours(part)}
    if one.dimension == Dimension.WEEKDAY:
        return _("on a %(weekday)s") % {"weekday": _weekday(subject)}
    if one.dimension == Dimension.PART:
        return _("at %(hours)s") % {"hours": _hours(subject)}
    if one.dimension == Dimension.MONTH:
        return _("in %(month)s") % {"month": _month(subject)}
    if one.dimension == Dimension.SEASON:
        first, _middle, last = SEASONS[subject]
        return _("in %(month)s") % {"month": f"{_month(first)}–{_month(last)}"}
    return ""


def _weekday(day: int) -> str:
    name = weekday_names()[day]
    return name if get_language() == "en" else name.lower()


def _month(month: int) -> str:
    name = str(MONTHS[month])
    return name if get_language() == "en" else name.lower()


def _hours(part: int) -> str:
    return f"{part * HOURS_IN_PART}–{(part + 1) * HOURS_IN_PART}"


def notes(profile: Profile, days: tuple[dt.date, dt.date], *, is_area: bool, with_numbers: bool) -> list[str]:
    """What the sentences rest on: which days, beside what, how much was looked at, and what could not be placed."""
    words = {
        "days": days_name(days[0], days[1] - dt.timedelta(days=1)),
        "count": number_words(profile.comparable),
        "tests": number_words(profile.tests),
    }
    if profile.too_few:
        return [_("Events of %(days)s.") % words]
    beside = (
        ngettext("%(count)s comparable area", "%(count)s comparable areas", profile.comparable)
        if is_area
        else ngettext("%(count)s comparable place", "%(count)s comparable places", profile.comparable)
    )
    words["beside"] = beside % words
    found = [
        _(
            "Events of %(days)s, held against %(beside)s. %(tests)s things were looked at; that one of so many can "
            "stand out by chance is allowed for."
        )
        % words
    ]
    hourless = profile.left_out.get(Dimension.PART, 0)
    if hourless and with_numbers:
        found.append(
            ngettext(
                "%(count)s event has no time known closely enough to say anything about the hour.",
                "%(count)s events have no time known closely enough to say anything about the hour.",
                hourless,
            )
            % {"count": number_words(hourless)}
        )
    if not with_numbers:
        found.append(_("The numbers are shown only to the partners who work in the area."))
    return found
