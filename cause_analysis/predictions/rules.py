"""What a prediction may ask about: the parameters each template needs, and what would prove itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from areas.models import Place
from areas.models.place_file import PlaceFeature
from cause_analysis.models import Problem
from cause_analysis.models.predictions import SchoolDates, Template
from cause_analysis.problems.queries import selection_of
from common.errors import NotPossible
from incidents.models import Category

NEAREST_M, FARTHEST_M = 20, 2000
LONGEST_DAYS = 90


def check_parameters(problem: Problem, template: str, said: Mapping[str, Any]) -> None:
    """Every part of a prediction says something the reports can be asked about, and nothing the selection decides."""
    faults = {name: sentence for name, sentence in _faults(problem, template, said) if sentence}
    if faults:
        raise NotPossible(faults)
    _check_not_decided(problem, template, said)


def _faults(problem: Problem, template: str, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    if template not in Template:
        return [("template", _("Choose what the reports are asked."))]
    return _LOOK[Template(template)](problem, said)


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _hours_fault(said: Mapping[str, Any]) -> str:
    from_h, to_h = said.get("from_h"), said.get("to_h")
    if not _is_number(from_h, 0, 23) or not _is_number(to_h, 1, 24):
        return _("Give both hours, from 0 to 24.")
    if from_h == to_h or (from_h, to_h) == (0, 24):
        return _("Choose a part of the day.")
    return ""


def _days_fault(said: Mapping[str, Any]) -> str:
    if not _is_number(said.get("within_days"), 1, LONGEST_DAYS):
        return _("Give a number of days from 1 to %(most)s.") % {"most": LONGEST_DAYS}
    return ""


def _near(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    is_known = Place.objects.filter(pk=said.get("place") or 0, collaboration_id=problem.collaboration_id).exists()
    has_hours = said.get("from_h") is not None or said.get("to_h") is not None
    return [
        ("place", "" if is_known else _("Choose the place.")),
        (
            "distance_m",
            ""
            if _is_number(said.get("distance_m"), NEAREST_M, FARTHEST_M)
            else _("Give a distance from %(least)s to %(most)s metres.") % {"least": NEAREST_M, "most": FARTHEST_M},
        ),
        ("from_h", _hours_fault(said) if has_hours else ""),
    ]


def _some_of(name: str, allowed: range, sentence: str, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    values = said.get(name) or []
    is_good = 0 < len(values) < len(allowed) and all(value in allowed for value in values)
    return [(name, "" if is_good else sentence)]


def _hours(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    days = said.get("weekdays") or []
    is_good = all(day in range(7) for day in days)
    return [("from_h", _hours_fault(said)), ("weekdays", "" if is_good else _("Choose weekdays."))]


def _weekdays(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return _some_of("weekdays", range(7), _("Choose some of the weekdays, not all."), said)


def _season(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return _some_of("months", range(1, 13), _("Choose some of the months, not all."), said)


def _school(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    dates = SchoolDates.objects.filter(collaboration_id=problem.collaboration_id, kind=said.get("kind") or "")
    return [("kind", "" if dates.exists() else _("No such dates are written down yet. Write them down first."))]


def _since(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    try:
        dt.date.fromisoformat(str(said.get("day")))
    except ValueError:
        return [("day", _("Give the day."))]
    return []


def _feature(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    states = said.get("states") or []
    is_good = bool(states) and all(state in PlaceFeature.State.values for state in states)
    return [
        ("feature", "" if said.get("feature") in PlaceFeature.Kind.values else _("Choose the feature.")),
        ("states", "" if is_good else _("Choose what the feature is like.")),
    ]


def _again(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("within_days", _days_fault(said))]


def _after(problem: Problem, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    known = Category.objects.filter(
        collaboration_id=problem.collaboration_id, code=said.get("category") or "", kind=Category.Kind.EVENT
    )
    return [
        ("category", "" if known.exists() else _("Choose the category.")),
        ("within_days", _days_fault(said)),
    ]


_LOOK = {
    Template.NEAR: _near,
    Template.HOURS: _hours,
    Template.WEEKDAYS: _weekdays,
    Template.SEASON: _season,
    Template.SCHOOL: _school,
    Template.SINCE: _since,
    Template.FEATURE: _feature,
    Template.AGAIN: _again,
    Template.AFTER: _after,
}


def _check_not_decided(problem: Problem, template: str, said: Mapping[str, Any]) -> None:
    """What the problem's own selection has decided cannot be tested on it: it would prove itself."""
    selection = selection_of(problem)
    asks_hours = template == Template.HOURS or (template == Template.NEAR and said.get("from_h") is not None)
    asks_days = template == Template.WEEKDAYS or (template == Template.HOURS and said.get("weekdays"))
    if (asks_hours and selection.asks_for_hours) or (asks_days and selection.weekday):
        raise NotPossible(
            _("The problem counts only some hours or weekdays, so they cannot be tested: the test would prove itself.")
        )
    if template in {Template.NEAR, Template.FEATURE} and selection.place:
        raise NotPossible(_("The problem counts only some places, so where cannot be tested: it would prove itself."))
    if template == Template.AGAIN and len(selection.place) == 1:
        raise NotPossible(
            _("The problem counts one single place, so whether events come back there has nothing to be held against.")
        )
