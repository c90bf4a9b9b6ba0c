"""A selection of reports: what a list is narrowed to, kept as one query and asked of the database or of one report.

The list, the map, the file and the API ask for it in their address; what somebody has written about it keeps the same
query. `Selection` is the question, `Selected` the same question where the ids of a collaboration are known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import BigIntegerField, Case, F, Func, Q, Value, When
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from areas.models import Area, Place
from incidents.models import Category, Incident, IncidentQuerySet
from partners.models import Collaboration

MINUTES_IN_DAY = 24 * 60
# Days are counted from Thursday 1 January 1970.
_THURSDAY = 3
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  wall-clock time
_MINUTE = dt.timedelta(minutes=1)
# More of a kind in one address is nobody's question.
MOST_OF_A_KIND = 100


class NotASelection(ValueError):
    """An address that says something no list of reports understands."""


@dataclass(frozen=True)
class Selection:
    """What is asked about, in the words of an address. Empty means: not asked.

    Several categories, places or weekdays mean any of them. Weekdays go from 1, Monday, to 7; hours from `hour_from` up
    to `hour_to`, over midnight where the second is the smaller. What is only known to lie between two moments is asked
    about by both, and what has no known time belongs to no hour; what is known to the month, to no weekday either.
    """

    area: str = ""
    place: tuple[int, ...] = ()
    category: tuple[str, ...] = ()
    organisation: int | None = None
    status: str = ""
    location: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    weekday: tuple[int, ...] = ()
    hour_from: int | None = None
    hour_to: int | None = None

    def __post_init__(self) -> None:
        for name in SEVERAL:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    def __bool__(self) -> bool:
        return self != Selection()

    @classmethod
    def parse(cls, query: str) -> Selection:
        """The selection of a query. Of what is asked once the last value holds; an empty value is none."""
        said: dict[str, list[str]] = {}
        for name, value in parse_qsl(query):
            if name not in NAMES:
                raise NotASelection(name)
            said.setdefault(name, []).append(value)
        try:
            return cls(**{name: _READ[name](values) for name, values in said.items()})
        except ValueError as problem:
            raise NotASelection(query) from problem

    @property
    def query(self) -> str:
        """The selection as an address says it: equal selections have equal queries."""
        return urlencode([(name, _written(one)) for name in NAMES for one in _each(getattr(self, name))])

    @property
    def asks_for_hours(self) -> bool:
        return self.hour_from is not None or self.hour_to is not None

    def moved_to(self, since: dt.date, until: dt.date) -> Selection:
        """The same asked of other days."""
        return replace(self, since=since, until=until)

    def within(self, collaborations: Iterable[int], *, trees: Trees | None = None) -> Selected:
        """The same where the ids are known; `trees` spares the questions where many selections are looked at."""
        known = list(collaborations)
        trees = trees or Trees.of(known, areas=bool(self.area), categories=bool(self.category))
        return Selected(
            selection=self,
            area_ids=trees.areas_called([self.area]) if self.area else None,
            category_ids=trees.categories_called(self.category) if self.category else None,
        )


@dataclass(frozen=True)
class AskedFor:
    """What a page of reports shows, as the thing of its slot `reports.actions`."""

    collaboration: Collaboration
    selection: Selection

    @property
    def pk(self) -> str:
        return self.selection.query


def _each(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return () if value in (None, "") else (value,)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _whole(text: str, first: int, last: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and first <= int(text) <= last):
        raise ValueError(text)
    return int(text)


def _last(values: list[str]) -> str:
    return values[-1]


# How each name is read.
_READ: Mapping[str, Any] = {
    "area": _last,
    "place": lambda values: tuple(_whole(value, 1, 2**63 - 1) for value in values),
    "category": tuple,
    "organisation": lambda values: _whole(_last(values), 1, 2**63 - 1),
    "status": _last,
    "location": _last,
    "since": lambda values: dt.date.fromisoformat(_last(values)),
    "until": lambda values: dt.date.fromisoformat(_last(values)),
    "weekday": lambda values: tuple(_whole(value, 1, 7) for value in values),
    "hour_from": lambda values: _whole(_last(values), 0, 23),
    "hour_to": lambda values: _whole(_last(values), 1, 24),
}
NAMES = tuple(field.name for field in fields(Selection))
# What may be asked about several times over.
SEVERAL = frozenset({"place", "category", "weekday"})


def canonical(query: str) -> str:
    """The filters of an address in the one order they are written in; the rest is left out, the values are not read."""
    said = [(name, value) for name, value in parse_qsl(query) if name in NAMES]
    once = dict(said)
    kept = [
        (name, value)
        for name in NAMES
        for value in (_in_order(name, {v for n, v in said if n == name}) if name in SEVERAL else [once.get(name, "")])
        if value
    ]
    return urlencode(kept)


def _in_order(name: str, values: Iterable[str]) -> list[str]:
    """As `Selection` has them: codes by the letter, numbers by size, which their length tells before their digits."""
    return sorted(values) if name == "category" else sorted(values, key=lambda value: (len(value), value))


@dataclass(frozen=True)
class Trees:
    """Which areas and categories lie below which, by id, and what they are called."""

    area_parents: Mapping[int, int | None]
    area_ids: Mapping[str, frozenset[int]]
    category_parents: Mapping[int, int | None]
    category_ids: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, collaborations: Collection[int], *, areas: bool = True, categories: bool = True) -> Trees:
        """One question to the database for each of the two that is asked for."""
        here = {"collaboration_id__in": list(collaborations)}
        area_rows = list(Area.objects.filter(**here).values_list("pk", "parent_id", "slug")) if areas else []
        kinds = list(Category.objects.filter(**here).values_list("pk", "parent_id", "code")) if categories else []
        return cls(
            area_parents={pk: parent for pk, parent, _slug in area_rows},
            area_ids=_by_name((slug, pk) for pk, _parent, slug in area_rows),
            category_parents={pk: parent for pk, parent, _code in kinds},
            category_ids=_by_name((code, pk) for pk, _parent, code in kinds),
        )

    def areas_called(self, slugs: Iterable[str]) -> frozenset[int]:
        return _with_below(self.area_parents, [pk for slug in slugs for pk in self.area_ids.get(slug, ())])

    def categories_called(self, codes: Iterable[str]) -> frozenset[int]:
        return _with_below(self.category_parents, [pk for code in codes for pk in self.category_ids.get(code, ())])


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for name, pk in pairs:
        found.setdefault(name, set()).add(pk)
    return {name: frozenset(pks) for name, pks in found.items()}


def _with_below(parents: Mapping[int, int | None], roots: Iterable[int]) -> frozenset[int]:
    children: dict[int | None, list[int]] = {}
    for pk, parent in parents.items():
        children.setdefault(parent, []).append(pk)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, []))
    return frozenset(found)


@dataclass(frozen=True)
class Selected:
    """A selection with its ids: which rows of a queryset, and whether one report is among them. Both say the same."""

    selection: Selection
    area_ids: frozenset[int] | None = None
    category_ids: frozenset[int] | None = None

    def rows(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        """Those of the rows that are asked about."""
        asked = self.selection
        # Ids that are looked up first: asked through a join, the database could not use its index.
        if self.area_ids is not None:
            rows = rows.filter(area_id__in=self.area_ids)
        if self.category_ids is not None:
            rows = rows.filter(category_id__in=self.category_ids)
        if asked.place:
            rows = rows.filter(place_id__in=asked.place)
        if asked.organisation is not None:
            rows = rows.filter(organisation_id=asked.organisation)
        if asked.status:
            rows = rows.filter(status=asked.status)
        if asked.location:
            rows = rows.filter(location=asked.location)
        if asked.since is not None:
            rows = rows.filter(occurred_on__gte=asked.since)
        if asked.until is not None:
            rows = rows.filter(occurred_on__lte=asked.until)
        if asked.weekday or asked.asks_for_hours:
            rows = rows.alias(_begins=_minutes_of("occurred_from"), _lasts=_LASTS)
        if asked.weekday:
            rows = self._on_weekdays(rows)
        if asked.asks_for_hours:
            rows = self._in_hours(rows)
        return rows

    def _on_weekdays(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        last = F("_begins") + Case(When(_lasts__gt=0, then=F("_lasts") - 1), default=Value(0))
        return rows.alias(_first_day=_weekday(F("_begins")), _last_day=_weekday(last)).filter(
            Q(time_precision__in=[Incident.TimePrecision.EXACT, Incident.TimePrecision.DAY])
            | Q(time_precision=Incident.TimePrecision.INTERVAL, _lasts__lte=MINUTES_IN_DAY),
            _first_day__in=self.selection.weekday,
            _last_day__in=self.selection.weekday,
        )

    def _in_hours(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        first, length = self._window
        return rows.alias(_into=_mod(F("_begins") - first, MINUTES_IN_DAY)).filter(
            Q(time_precision=Incident.TimePrecision.EXACT)
            | Q(time_precision=Incident.TimePrecision.INTERVAL, _into__lte=length - F("_lasts")),
            _into__lt=length,
        )

    @property
    def _window(self) -> tuple[int, int]:
        """The minute of the day at which the hours begin, and how many minutes they last: up to a whole day."""
        first = (self.selection.hour_from or 0) * 60
        last = (24 if self.selection.hour_to is None else self.selection.hour_to) * 60
        return first, (last - first) % MINUTES_IN_DAY or MINUTES_IN_DAY

    def matches(self, incident: Incident) -> bool:
        """Whether the report is one of those that `rows` gives."""
        asked = self.selection
        return (
            (self.area_ids is None or incident.area_id in self.area_ids)
            and (self.category_ids is None or incident.category_id in self.category_ids)
            and (not asked.place or incident.place_id in asked.place)
            and asked.organisation in (None, incident.organisation_id)
            and asked.status in ("", incident.status)
            and asked.location in ("", incident.location)
            and (asked.since is None or incident.occurred_on >= asked.since)
            and (asked.until is None or incident.occurred_on <= asked.until)
            and (not asked.weekday or self._is_on_weekdays(incident))
            and (not asked.asks_for_hours or self._is_in_hours(incident))
        )

    def _is_on_weekdays(self, incident: Incident) -> bool:
        if incident.time_precision == Incident.TimePrecision.MONTH:
            return False
        begins, lasts = _local_minutes(incident.occurred_from), _minutes_lasted(incident)
        if lasts > MINUTES_IN_DAY:
            return False
        days = {begins // MINUTES_IN_DAY, (begins + max(0, lasts - 1)) // MINUTES_IN_DAY}
        return all((day + _THURSDAY) % 7 + 1 in self.selection.weekday for day in days)

    def _is_in_hours(self, incident: Incident) -> bool:
        if incident.time_precision not in (Incident.TimePrecision.EXACT, Incident.TimePrecision.INTERVAL):
            return False
        first, length = self._window
        into = (_local_minutes(incident.occurred_from) - first) % MINUTES_IN_DAY
        return into < length and into + _minutes_lasted(incident) <= length


# --- Minutes by the clock on the wall, the same in the database and here ----------------------------------------------


def _local_minutes(moment: dt.datetime) -> int:
    return int((timezone.localtime(moment, timezone.get_default_timezone()).replace(tzinfo=None) - _EPOCH) // _MINUTE)


def _minutes_lasted(incident: Incident) -> int:
    """Between the two moments of an interval; what is not one lasts no time."""
    if incident.time_precision != Incident.TimePrecision.INTERVAL or incident.occurred_to is None:
        return 0
    return max(0, _local_minutes(incident.occurred_to) - _local_minutes(incident.occurred_from))


def _minutes_of(field: str) -> Func:
    return Func(
        F(field),
        Value(timezone.get_default_timezone_name()),
        template="floor(extract(epoch FROM (%(expressions)s)) / 60)::bigint",
        arg_joiner=" AT TIME ZONE ",
        output_field=BigIntegerField(),
    )


def _mod(expression: Any, divisor: int) -> Func:
    """The remainder as Python has it: never negative."""
    inner = Func(expression, Value(divisor), function="mod", output_field=BigIntegerField())
    return Func(inner + divisor, Value(divisor), function="mod", output_field=BigIntegerField())


def _weekday(minutes: Any) -> Any:
    day = f"floor((%(expressions)s)::numeric / {MINUTES_IN_DAY})::bigint"
    return _mod(Func(minutes, template=day, output_field=BigIntegerField()) + _THURSDAY, 7) + 1


_LASTS = Case(
    When(
        time_precision=Incident.TimePrecision.INTERVAL,
        occurred_to__isnull=False,
        then=Func(
            _minutes_of("occurred_to") - _minutes_of("occurred_from"),
            Value(0),
            function="greatest",
            output_field=BigIntegerField(),
        ),
    ),
    default=Value(0),
    output_field=BigIntegerField(),
)


# --- In words ---------------------------------------------------------------------------------------------------------


def hours_in_words(hour_from: int | None, hour_to: int | None) -> str:
    """“18–02”: from when up to when by the clock."""
    return f"{hour_from or 0:02}–{24 if hour_to is None else hour_to:02}"


def weekday_in_words(number: int) -> str:
    """The weekday's name; 1 is Monday."""
    return str(WEEKDAYS[number - 1])


def in_words(selection: Selection, collaboration_id: int) -> list[dict[str, str]]:
    """What is asked about, label and text, for whoever may know that the question is asked."""
    here = {"collaboration_id": collaboration_id}
    rows: list[tuple[str, str]] = []
    if selection.area:
        area = Area.objects.filter(slug=selection.area, **here).first()
        rows.append((_("Area"), area.name if area else selection.area))
    if selection.category:
        found = {one.code: str(one) for one in Category.objects.filter(code__in=selection.category, **here)}
        names = sorted(found.get(code, code) for code in selection.category)
        rows.append((_("Categories") if len(names) > 1 else _("Category"), ", ".join(names)))
    if selection.place:
        known = dict(Place.objects.filter(pk__in=selection.place, **here).values_list("pk", "name"))
        names = sorted(known.get(pk, str(pk)) for pk in selection.place)
        rows.append((_("Places") if len(names) > 1 else _("Place"), ", ".join(names)))
    if selection.since and selection.until:
        rows.append((_("Days"), f"{selection.since:%Y-%m-%d} – {selection.until:%Y-%m-%d}"))
    elif selection.since:
        rows.append((_("From"), f"{selection.since:%Y-%m-%d}"))
    elif selection.until:
        rows.append((_("To and including"), f"{selection.until:%Y-%m-%d}"))
    if selection.weekday:
        rows.append((_("Weekdays"), capfirst(", ".join(weekday_in_words(number) for number in selection.weekday))))
    if selection.asks_for_hours:
        hours = hours_in_words(selection.hour_from, selection.hour_to)
        rows.append((_("Time of day"), _("between %(hours)s") % {"hours": hours}))
    return [{"label": str(label), "text": str(text)} for label, text in rows]
