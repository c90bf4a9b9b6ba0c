"""What a prediction asks, in words: “More events than to be expected happen within 80 metres of Kiosken.”"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from areas.models import Place
from areas.models.place_file import PlaceFeature
from cause_analysis.models import Prediction, SchoolDates, Template
from incidents.models import Category
from ui.days import weekday_names
from ui.numbers import number_words

Names = Mapping[str, Mapping[Any, str]]


def names_of(predictions: Iterable[Prediction]) -> dict[str, dict[Any, str]]:
    """What places and categories are called. Two questions, however many predictions."""
    predictions = list(predictions)
    places = {one.parameters.get("place") for one in predictions} - {None}
    codes = {one.parameters.get("category") for one in predictions} - {None}
    here = {one.collaboration_id for one in predictions}
    return {
        "places": dict(Place.objects.filter(pk__in=places).values_list("pk", "name")) if places else {},
        "categories": {one.code: str(one) for one in Category.objects.filter(collaboration_id__in=here, code__in=codes)}
        if codes
        else {},
    }


def what_in_words(one: Prediction, names: Names) -> str:
    """Where or when, as it stands after “happened”: “within 80 metres of Kiosken between 19 and 2”."""
    said = one.parameters
    template = Template(one.template)
    if template == Template.NEAR:
        words = {"metres": number_words(said["distance_m"]), "place": names["places"].get(said["place"], "–")}
        near = _("within %(metres)s metres of %(place)s") % words
        return f"{near} {_hours(said)}" if said.get("from_h") is not None else near
    if template == Template.HOURS:
        days = said.get("weekdays")
        return f"{_weekdays(days)} {_hours(said)}" if days else _hours(said)
    if template == Template.WEEKDAYS:
        return _weekdays(said["weekdays"])
    if template == Template.SEASON:
        return _("in %(months)s") % {"months": _listed([_small(str(MONTHS[month])) for month in said["months"]])}
    if template == Template.SCHOOL:
        return _("in the school holidays") if said["kind"] == SchoolDates.Kind.HOLIDAY else _("in school terms")
    if template == Template.SINCE:
        day = dt.date.fromisoformat(said["day"])
        return _("from %(day)s on") % {"day": date_format(day, "j F Y")}
    if template == Template.FEATURE:
        return _("at places where %(feature)s is: %(states)s") % {
            "feature": str(PlaceFeature.Kind(said["feature"]).label),
            "states": _listed([str(PlaceFeature.State(state).label) for state in said["states"]]),
        }
    if template == Template.AGAIN:
        return _within(said, _("within %(days)s day of an earlier one at the same place"),
                       _("within %(days)s days of an earlier one at the same place"))  # fmt: skip
    name = names["categories"].get(said["category"], said["category"])
    if said.get("at_same_place"):
        return _within(said, _("within %(days)s day after “%(category)s” at the same place"),
                       _("within %(days)s days after “%(category)s” at the same place"), category=name)  # fmt: skip
    return _within(said, _("within %(days)s day after “%(category)s” in the area"),
                   _("within %(days)s days after “%(category)s” in the area"), category=name)  # fmt: skip


def asked_in_words(one: Prediction, names: Names) -> str:
    """What is claimed: “More events than to be expected happen within 80 metres of Kiosken.”"""
    words = {"what": what_in_words(one, names)}
    if one.claim == "more":
        return _("More events than to be expected happen %(what)s.") % words
    return _("Fewer events than to be expected happen %(what)s.") % words


def _within(said: Mapping[str, Any], single: str, several: str, **more: str) -> str:
    days = said["within_days"]
    return (single if days == 1 else several) % {"days": number_words(days), **more}


def _hours(said: Mapping[str, Any]) -> str:
    return _("between %(from)s and %(to)s o'clock") % {"from": said["from_h"], "to": said["to_h"]}


def _weekdays(days: list[int]) -> str:
    names = weekday_names()
    return _("on %(weekdays)s") % {"weekdays": _listed([_small(names[day]) for day in days])}


def _small(name: str) -> str:
    return name if get_language() == "en" else name.lower()


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
