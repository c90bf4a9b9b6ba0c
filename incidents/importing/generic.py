"""The profile `generic`: any CSV or Excel file of incidents, its columns mapped once and the mapping saved.

A row meets the form's rules and sentences (`incidents.rules`), asked a column at a time.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Place
from incidents import rules
from incidents.importing import coordinates
from incidents.importing.coordinates import System, read_numbers
from incidents.importing.frames import refuse, together
from incidents.importing.keys import content_keys, six_decimals
from incidents.importing.personal_data import points_at_somebody
from incidents.importing.profiles import Profile, Setting, register
from incidents.importing.reading import Chunk, UnreadableFile, quoted
from incidents.importing.times import Moments, is_day_first, read_moments
from incidents.models import Category, Incident
from incidents.queries import allowed_words, group_ids
from privacy import guard


class WrongMapping(UnreadableFile):
    """The file can be read, but not with these columns or options: whoever sent it can choose others."""


@dataclass(frozen=True)
class Target:
    """Something a column can mean."""

    name: str
    label: Promise | str
    # Headings (folded) that people give such a column, for the first guess.
    guesses: tuple[str, ...] = ()


TARGETS = [
    Target("occurred_from", gettext_lazy("When it happened, or began"), (
        "datum", "date", "nar", "tidpunkt", "handelsedatum", "intraffade", "fran", "fran datum", "startdatum", "from",
        "occurred from", "occurred", "datum fran", "skapad", "incident date", "datum och tid",
    )),
    Target("time_from", gettext_lazy("Time of day, when in a column of its own"), (
        "tid", "time", "klockslag", "tid fran", "starttid",
    )),
    Target("occurred_to", gettext_lazy("At the latest"), (
        "till", "till datum", "slutdatum", "to", "occurred to", "datum till", "senast",
    )),
    Target("time_to", gettext_lazy("Latest time of day, when in a column of its own"), ("tid till", "sluttid",)),
    Target("category", gettext_lazy("What happened"), (
        "kategori", "category", "typ", "type", "handelse", "handelsetyp", "arendetyp", "vad", "what",
    )),
    Target("lon", gettext_lazy("Longitude, or metres east (E, X)"), (
        "lon", "lng", "long", "longitude", "longitud", "x", "e", "ost", "easting", "east", "x koordinat", "ostlig",
    )),
    Target("lat", gettext_lazy("Latitude, or metres north (N, Y)"), (
        "lat", "latitude", "latitud", "y", "n", "nord", "northing", "north", "y koordinat", "nordlig",
    )),
    Target("place", gettext_lazy("Named place"), ("plats", "place", "platsnamn", "objekt", "fastighet", "var")),
    Target("place_type", gettext_lazy("Kind of place"), ("platstyp", "place type", "typ av plats")),
    Target("description", gettext_lazy("Description"), (
        "beskrivning", "description", "text", "fritext", "kommentar", "anteckning", "comment",
    )),
    Target("source_id", gettext_lazy("The row's own number in your system"), (
        "id", "arendenummer", "arendenr", "arende id", "nummer", "nr", "case id", "referens", "ref",
    )),
    Target("certainty", gettext_lazy("How certain"), ("sakerhet", "certainty")),
    Target("unsafety", gettext_lazy("How unsafe (1–5)"), ("otrygghet", "unsafety")),
    Target("persons", gettext_lazy("How many people"), ("antal personer", "antal", "persons")),
    Target("severity", gettext_lazy("Severity (1–4)"), ("allvar", "allvarlighet", "severity")),
    Target("cost_sek", gettext_lazy("Cost, SEK"), ("kostnad", "kostnad sek", "cost", "kostnad kr")),
]  # fmt: skip
NAMES = [target.name for target in TARGETS]
# The answer to what becomes of a row whose place is not known: it is stored without one.
KEEP = "keep"
REQUIRED = ("occurred_from", "category")


def fold(text: str) -> str:
    """Casefolded, without accents, and with anything but letters and digits as one space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain.casefold()).split())


def guess_columns(columns: list[str]) -> dict[str, str]:
    """A first guess at what the columns mean, by their headings; each column means at most one thing."""
    folded = {fold(column): column for column in reversed(columns)}
    guessed: dict[str, str] = {}
    for target in TARGETS:
        free = {name: column for name, column in folded.items() if column not in guessed.values()}
        for guess in (fold(target.name), *target.guesses):
            if guess in free:
                guessed[target.name] = free[guess]
                break
    # What is left may say more than the word: “X (SWEREF 99 TM)”, “Datum för händelsen”.
    for target in TARGETS:
        free = {name: column for name, column in folded.items() if column not in guessed.values()}
        if target.name not in guessed:
            found = [c for name, c in free.items() if any(name.startswith(f"{guess} ") for guess in target.guesses)]
            if len(found) == 1:
                guessed[target.name] = found[0]
    return guessed


def check_headings(columns: list[str]) -> None:
    """Refuse a file without headings: its first row would be taken for them, and be lost.

    Headings are shown on pages and kept in saved choices of columns, so none of them may point at a person.
    """
    for number, column in enumerate(columns, start=1):
        if guard.verdict(column).strong:
            raise UnreadableFile(
                _("Heading number %(number)s points at a person. Write over each column what stands in it.")
                % {"number": number}
            )
    days = read_moments(pd.Series(columns, dtype="str"))
    is_day = days.at.notna() & ~pd.Series(columns, dtype="str").str.fullmatch(r"[\d.,]+")
    if is_day.any():
        raise UnreadableFile(
            _("The first row holds a date, %(cell)s, where headings should stand. Write a heading over each column.")
            % {"cell": quoted(columns[int(is_day.to_numpy().argmax())])}
        )


def check_mapping(mapping: dict[str, Any], columns: list[str]) -> None:
    """Refuse a mapping that lacks what every row needs, or that speaks of columns the file does not have."""
    chosen: dict[str, str] = mapping.get("columns", {})
    labels = {target.name: str(target.label) for target in TARGETS}
    unknown = [name for name in chosen if name not in labels]
    if unknown:
        raise WrongMapping(_("The mapping speaks of %(names)s, which no row has.") % {"names": ", ".join(unknown)})
    has_default = bool(mapping.get("options", {}).get("default_category"))
    missing = [labels[name] for name in REQUIRED if not chosen.get(name) and not (name == "category" and has_default)]
    if missing:
        raise WrongMapping(_("Choose the column for: %(columns)s.") % {"columns": ", ".join(missing)})
    if bool(chosen.get("lon")) != bool(chosen.get("lat")):
        raise WrongMapping(_("Choose a column for both coordinates, or for neither."))
    gone = [column for column in chosen.values() if column and column not in columns]
    if gone:
        raise WrongMapping(
            _("The file has no column %(columns)s. Choose another mapping, or mend the headings.")
            % {"columns": ", ".join(map(quoted, gone))}
        )


@dataclass
class Vocabulary:
    """What the words in a file's cells can mean in this collaboration. A word that means two things means None."""

    categories: dict[str, Category | None] = field(default_factory=dict)
    group_ids: frozenset[int] = frozenset()
    places: dict[str, Place | None] = field(default_factory=dict)
    allowed_words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, collaboration_id: int, *, today: dt.date, value_map: dict[str, str]) -> Vocabulary:
        """Codes and names of categories in both languages and the mapping's own words; places by all their names."""
        groups = group_ids(collaboration_id)
        by_code: dict[str, Category] = {}
        by_name: dict[str, list[Category]] = {}
        for category in Category.objects.filter(collaboration_id=collaboration_id):
            by_code[category.code.casefold()] = category
            for name in {category.name_sv.casefold(), category.name_en.casefold()} - {""}:
                by_name.setdefault(name, []).append(category)

        def the_one(found: list[Category]) -> Category | None:
            # A category that can be reported goes before a group, and one in use before one that is not.
            for is_wanted in (
                lambda c: c.pk not in groups and c.valid_from <= today and (c.valid_to is None or c.valid_to > today),
                lambda c: c.pk not in groups,
                lambda c: True,
            ):
                some = [category for category in found if is_wanted(category)]
                if some:
                    return some[0] if len(some) == 1 else None
            return None

        categories: dict[str, Category | None] = {name: the_one(found) for name, found in by_name.items()}
        categories |= by_code
        for word, code in value_map.items():
            if code.casefold() in by_code:
                categories[word.strip().casefold()] = by_code[code.casefold()]
        places: dict[str, list[Place]] = {}
        for place in Place.objects.filter(collaboration_id=collaboration_id).in_use():
            for name in {n.strip().casefold() for n in (place.name, *place.other_names.split(","))} - {""}:
                places.setdefault(name, []).append(place)
        return cls(
            categories,
            groups,
            {name: found[0] if len(found) == 1 else None for name, found in places.items()},
            allowed_words(collaboration_id),
        )


def _choices(choices: type[Any]) -> dict[str, str]:
    """Codes and labels in both languages, casefolded, to the code."""
    words = {str(value).casefold(): str(value) for value in choices.values}
    for language in ("sv", "en"):
        with translation.override(language):
            words |= {str(label).casefold(): str(value) for value, label in choices.choices}
    return words


class GenericCleaner:
    """Cleans one mapped file, chunk by chunk."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        mapping = setting.mapping or {"columns": guess_columns(setting.columns)}
        check_headings(setting.columns)
        check_mapping(mapping, setting.columns)
        self.columns: dict[str, str] = {n: c for n, c in mapping["columns"].items() if c}
        self.options: dict[str, Any] = mapping.get("options", {})
        system = slugify(str(self.options.get("system", "")))[:16]
        self.source = f"generic:{setting.organisation.pk or 0}" + (f":{system}" if system else "")
        self.has_own_keys = "source_id" in self.columns
        self.key_column = self.columns.get("source_id", "")
        self.words = Vocabulary.of(
            setting.collaboration.pk,
            today=timezone.localdate(setting.now),
            value_map=self.options.get("categories", {}),
        )
        self.category_names = {c.pk: str(c) for c in self.words.categories.values() if c is not None}
        self.unknown_words: Counter[str] = Counter()
        self._system: System | None = None
        self._day_first: bool | None = {"dmy": True, "mdy": False}.get(str(self.options.get("date_order", "")))

    def clean(self, chunk: Chunk) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows ready to be stored, and refusals; every row is in exactly one of them."""
        cells = pd.DataFrame({"line": chunk.lines})
        for name in NAMES:
            column = self.columns.get(name)
            cells[name] = "" if column is None else chunk.frame[column].fillna("").str.strip().to_numpy()
            cells[name] = cells[name].astype("str")
        found = [self._formulas(cells)]
        category, refusals = self._category(cells)
        found.append(refusals)
        begins = self._moments(cells, "occurred_from", "time_from")
        ends = self._moments(cells, "occurred_to", "time_to")
        times, refusals = self._times(cells, begins, ends, category)
        found.append(refusals)
        point, refusals = self._point(cells)
        found.append(refusals)
        details, refusals = self._details(cells)
        found += [refusals, self._texts(cells)]
        if self.has_own_keys:
            found.append(
                refuse(cells, cells["source_id"] == "", self.key_column, _("The row has no number of its own here."))
            )
        refused = _formulas_alone(together(found).drop_duplicates(ignore_index=True), found[0])
        all_rows = pd.concat([cells[["line"]], category, times, point, details, cells[["description"]]], axis=1)
        keep = ~all_rows["line"].isin(refused["line"])
        return self._ready(all_rows[keep].reset_index(drop=True), cells.loc[keep, "source_id"]), refused

    def _column(self, name: str) -> str:
        """The file's own heading, for the report."""
        return self.columns.get(name, "")

    def _refuse(self, cells: pd.DataFrame, where: Any, sentence: rules.Sentence, name: str = "") -> pd.DataFrame:
        return refuse(cells, where, self._column(name or sentence.field), sentence.say())

    def _formulas(self, cells: pd.DataFrame) -> pd.DataFrame:
        sentence = _("The cell is a formula. Save the file with values instead of formulas.")
        names = [name for name in self.columns if name != "description"]
        return together([refuse(cells, cells[n].str.startswith("="), self._column(n), sentence) for n in names])

    # What

    def _category(self, cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        said = cells["category"].str.casefold()
        default = str(self.options.get("default_category", "")).casefold()
        if default:
            said = said.mask(said == "", default)
        known = {word: self.words.categories.get(word) for word in said.unique()}
        is_ambiguous = {w: w in self.words.categories and c is None for w, c in known.items()}
        ambiguous = said.map(is_ambiguous).astype(bool)
        is_known = said.map({w: c is not None for w, c in known.items()}).astype(bool)
        empty = said == ""
        frame = pd.DataFrame(
            {
                "category_id": said.map({w: c.pk if c else -1 for w, c in known.items()}).astype("int64"),
                "kind": said.map({w: str(c.kind) if c else "" for w, c in known.items()}),
                "category_code": said.map({w: c.code if c else "" for w, c in known.items()}),
                "severity": said.map({w: c.severity if c else 2 for w, c in known.items()}).astype("int64"),
                "place_type": said.map({w: str(rules.place_type_for(c)) if c else "" for w, c in known.items()}),
                "valid_from": said.map({w: c.valid_from if c else dt.date.min for w, c in known.items()}),
                "valid_to": said.map({w: (c.valid_to or dt.date.max) if c else dt.date.max for w, c in known.items()}),
                "is_group": said.map({w: bool(c and c.pk in self.words.group_ids) for w, c in known.items()}),
            }
        )
        unknown = ~is_known & ~empty
        # A category is seldom called anything long; what is long may be somebody's words.
        words = said[unknown & (said.str.len() <= 60)].value_counts().head(1000)
        self.unknown_words.update({str(word): int(count) for word, count in words.items()})
        several = _("Several categories are called this. Write the category's code.")
        return frame, together(
            [
                self._refuse(cells, empty, rules.NO_CATEGORY),
                refuse(cells, ambiguous & ~empty, self._column("category"), several),
                self._refuse(cells, ~is_known & ~ambiguous & ~empty, rules.UNKNOWN_CATEGORY),
            ]
        )

    # When

    def _moments(self, cells: pd.DataFrame, day: str, time: str) -> Moments:
        if self._day_first is None and (cells[day] != "").any():
            self._day_first = is_day_first(cells[day])
        return read_moments(
            cells[day],
            cells[time] if time in self.columns else None,
            day_first=self._day_first is not False,
            takes_later=day == "occurred_to",
            day_zero=self.setting.day_zero,
        )

    def _times(
        self, cells: pd.DataFrame, begins: Moments, ends: Moments, category: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """`rules.time_faults`, `rules.category_faults` and `rules.stored_times` for whole columns."""
        now = pd.Timestamp(self.setting.now)
        latest = now + rules.CLOCK_MAY_BE_AHEAD
        begin, end = begins.at, ends.at
        begin_day, end_day = _local_days(begin), _local_days(end)
        is_forecast = category["kind"] == Category.Kind.FORECAST.value
        is_event = category["kind"] == Category.Kind.EVENT.value

        too_early = begin_day < pd.Timestamp(rules.EARLIEST_DAY)
        too_far = is_forecast & (begin > now + rules.FORECAST_AT_MOST_AHEAD)
        future = ~is_forecast & (begin > latest)
        has_both = begin.notna() & end.notna()
        # The end of a day whose time is not known is the day's last moment.
        last_moment = end.where(ends.has_time, _midnights_after(end_day))
        backwards = has_both & (last_moment.where(begins.has_time, end) < begin)
        too_long = has_both & ~backwards & (end - begin > rules.LONGEST_INTERVAL)
        end_ahead = has_both & ~backwards & ~too_long & is_event & ~too_early & ~future & (end > latest)

        # What is expected is reported today, whatever day it is expected on.
        used_on = begin_day.where(~is_forecast, begin_day.clip(upper=_local_days(pd.Series([now]))[0]))
        asked = begin.notna() & (category["category_id"] >= 0)
        is_group = asked & category["is_group"]
        is_closed = (category["valid_from"] > used_on.dt.date) | (category["valid_to"] <= used_on.dt.date)
        unused = asked & ~is_group & is_closed
        unreadable_clock = _("The time of day cannot be read. Write it as 21:30, or leave the cell empty.")
        refusals = together(
            [
                self._refuse(cells, begins.is_empty, rules.NO_DATE),
                self._refuse(cells, begins.is_unreadable, rules.UNREADABLE_DATE),
                self._refuse(cells, ends.is_unreadable, rules.UNREADABLE_END),
                refuse(cells, begins.is_unreadable_clock, self._column("time_from"), unreadable_clock),
                refuse(cells, ends.is_unreadable_clock, self._column("time_to"), unreadable_clock),
                self._refuse(cells, too_early, rules.TOO_EARLY),
                self._refuse(cells, too_far, rules.TOO_FAR_AHEAD),
                self._refuse(cells, future, rules.IN_THE_FUTURE),
                self._refuse(cells, backwards, rules.END_BEFORE_BEGINNING),
                self._refuse(cells, too_long, rules.INTERVAL_TOO_LONG),
                self._refuse(cells, end_ahead, rules.END_IN_THE_FUTURE),
                self._refuse(cells, is_group, rules.CATEGORY_IS_A_GROUP),
                self._refuse(cells, unused, rules.CATEGORY_NOT_IN_USE),
            ]
        )
        whole_days = ~begins.has_time & ~ends.has_time
        is_one_day = whole_days & (end.isna() | (end_day == begin_day))
        ends_at = last_moment.where(~whole_days, _midnights_after(end_day.fillna(begin_day)))
        # A day without a time and an end with one: from the day's beginning.
        is_exact = ~whole_days & (end.isna() & begins.has_time | (ends_at == begin))
        ends_at = ends_at.mask(is_exact).fillna(_midnights_after(begin_day).mask(is_exact))
        precision = np.select(
            [is_exact, is_one_day],
            [Incident.TimePrecision.EXACT.value, Incident.TimePrecision.DAY.value],
            Incident.TimePrecision.INTERVAL.value,
        )
        frame = pd.DataFrame(
            {
                "occurred_from": begin,
                "occurred_to": ends_at,
                "occurred_on": begin_day,
                "time_precision": pd.Series(precision, index=cells.index, dtype="str"),
            }
        )
        return frame, refusals

    # Where

    def _point(self, cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """`rules.point_faults` for whole columns; a named place stands in where there is no point."""
        east, is_east = read_numbers(cells["lon"])
        north, is_north = read_numbers(cells["lat"])
        no_east, no_north = (cells["lon"] == "").to_numpy(), (cells["lat"] == "").to_numpy()
        has_point = is_east & is_north
        if self._system is None and has_point.any():
            self._system = self._recognised(east[has_point], north[has_point])
        lon, lat = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
        if has_point.any() and self._system is not None:
            first, second = (north, east) if self._system.is_swapped else (east, north)
            lon[has_point], lat[has_point] = coordinates.to_degrees(
                self._system.epsg, first[has_point], second[has_point]
            )
        with np.errstate(invalid="ignore"):
            on_earth = has_point & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
            far_away = np.zeros(len(cells), dtype=bool)
            if self.setting.areas.extent is not None:
                west, south, east_side, north_side = self.setting.areas.extent
                far_away = on_earth & ~((lon >= west) & (lon <= east_side) & (lat >= south) & (lat <= north_side))
        said = cells["place"].str.casefold()
        known = {word: self.words.places.get(word) for word in said.unique()}
        several = said.map({w: w in self.words.places and p is None for w, p in known.items()}).astype(bool)
        is_unknown = (said != "") & said.map({w: p is None for w, p in known.items()}).astype(bool) & ~several
        if self.options.get("unknown_places") == KEEP:
            is_unknown &= False
        refusals = together(
            [
                self._refuse(cells, ~is_east & ~no_east, rules.UNREADABLE_COORDINATE, "lon"),
                self._refuse(cells, ~is_north & ~no_north, rules.UNREADABLE_COORDINATE, "lat"),
                self._refuse(cells, (no_east & is_north) | (no_north & is_east), rules.HALF_A_POINT),
                self._refuse(cells, has_point & ~on_earth, rules.COORDINATES_OUT_OF_RANGE),
                self._refuse(cells, far_away, rules.OUTSIDE_THE_EXTENT),
                self._refuse(cells, is_unknown, rules.UNKNOWN_PLACE),
                refuse(
                    cells,
                    several,
                    self._column("place"),
                    _("Several places are called this. Give the coordinates, or another of the place's names."),
                ),
            ]
        )
        place_lon = said.map({w: p.lon if p else np.nan for w, p in known.items()}).astype("float64").to_numpy()
        place_lat = said.map({w: p.lat if p else np.nan for w, p in known.items()}).astype("float64").to_numpy()
        at_place = ~has_point & np.isfinite(place_lon)
        precision = np.select(
            [has_point, at_place], [Incident.Precision.EXACT.value, Incident.Precision.PLACE.value], "area"
        )
        frame = pd.DataFrame(
            {
                "lon": np.where(at_place, place_lon, lon),
                "lat": np.where(at_place, place_lat, lat),
                "precision": pd.Series(precision, index=cells.index, dtype="str"),
                "place_id": said.map({w: p.pk if p else None for w, p in known.items()}).astype("Int64"),
            }
        )
        return frame, refusals

    def _recognised(self, east: np.ndarray, north: np.ndarray) -> System:
        said = str(self.options.get("coordinates") or "auto")
        axis = str(self.options.get("axis") or "auto")
        system = coordinates.recognise(east, north, extent=self.setting.areas.extent, said=said, axis=axis)
        if system is None:
            raise WrongMapping(_("The coordinate system cannot be told from the numbers. Choose it, and try again."))
        return system

    # The rest

    def _details(self, cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        frame, refusals = pd.DataFrame(index=cells.index), []
        not_listed = _("This is not one of the answers the form has. Leave it empty, or use one of them.")
        for name, choices in (
            ("certainty", Incident.Certainty),
            ("persons", Incident.Persons),
            ("place_type", Incident.PlaceType),
        ):
            words = {"": "", **_choices(choices)}
            # Hyphen and dash look alike: 1-2 and 1–2 are the same answer.
            said = cells[name].str.casefold()
            known = {word: words.get(word) for word in said.unique()}
            refusals.append(
                refuse(cells, said.map({w: v is None for w, v in known.items()}), self._column(name), not_listed)
            )
            frame[f"said_{name}"] = said.map({w: v or "" for w, v in known.items()})
        for name, low, high, unreadable, out_of_range in (
            ("unsafety", 1, 5, rules.UNSAFETY_OUT_OF_RANGE, rules.UNSAFETY_OUT_OF_RANGE),
            ("severity", 1, 4, rules.SEVERITY_OUT_OF_RANGE, rules.SEVERITY_OUT_OF_RANGE),
            ("cost_sek", 0, rules.HIGHEST_COST_SEK, rules.UNREADABLE_NUMBER, rules.COST_OUT_OF_RANGE),
        ):
            numbers, is_number = read_numbers(cells[name])
            empty = (cells[name] == "").to_numpy()
            whole = is_number & (numbers == np.round(numbers))
            outside = whole & ((numbers < low) | (numbers > high))
            refusals.append(self._refuse(cells, ~whole & ~empty, unreadable, name))
            refusals.append(self._refuse(cells, outside, out_of_range, name))
            usable = whole & ~outside
            frame[f"said_{name}"] = pd.Series(np.where(usable, numbers, np.nan), index=cells.index).astype("Int64")
        return frame, together(refusals)

    def _texts(self, cells: pd.DataFrame) -> pd.DataFrame:
        text = cells["description"]
        return together(
            [
                self._refuse(cells, text.str.len() > rules.LONGEST_TEXT, rules.TEXT_TOO_LONG),
                self._refuse(cells, text.str.match(rules.FORMULA_PATTERN), rules.LOOKS_LIKE_A_FORMULA),
            ]
        )

    def _ready(self, good: pd.DataFrame, own_keys: pd.Series) -> pd.DataFrame:
        private = Incident.PlaceType.PRIVATE.value
        place_type = good["said_place_type"].where(good["said_place_type"] != "", good["place_type"])
        said_severity = good["said_severity"].astype("Int64")
        staged = pd.DataFrame(
            {
                "line": good["line"],
                "category_id": good["category_id"],
                "occurred_from": good["occurred_from"],
                "occurred_to": good["occurred_to"],
                "occurred_on": good["occurred_on"],
                "time_precision": good["time_precision"],
                "lon": good["lon"],
                "lat": good["lat"],
                "precision": good["precision"],
                "place_id": good["place_id"],
                "place_type": place_type,
                "certainty": good["said_certainty"],
                "unsafety": good["said_unsafety"],
                "persons": good["said_persons"],
                "severity": said_severity.fillna(good["severity"].astype("Int64")),
                "cost_sek": good["said_cost_sek"],
                "description": good["description"],
            }
        )
        if self.has_own_keys:
            staged["source_key"] = _hashed(own_keys)
        else:
            said = staged.drop(columns=["line", "category_id", "occurred_on"]).assign(
                category=good["category_code"], lon=six_decimals(good["lon"]), lat=six_decimals(good["lat"])
            )
            staged["source_key"] = content_keys(said.astype("str").fillna(""))
        removed = points_at_somebody(staged["description"], allowed=self.words.allowed_words)
        staged["description"] = staged["description"].mask(removed, "")
        staged["is_text_removed"] = removed
        staged["keep_at_block"] = place_type == private
        return staged


def _formulas_alone(refused: pd.DataFrame, formulas: pd.DataFrame) -> pd.DataFrame:
    """A cell that is a formula is refused as one, and not once more for what it would have been."""
    if not len(formulas):
        return refused
    cells = pd.MultiIndex.from_frame(refused[["line", "column"]])
    is_formula = cells.isin(pd.MultiIndex.from_frame(formulas[["line", "column"]]))
    return refused[~is_formula | (refused["sentence"] == formulas["sentence"].iloc[0])].reset_index(drop=True)


def _hashed(own_keys: pd.Series) -> pd.Series:
    """A source's number may point at a person (a case at the police), so only its hash is kept."""
    keys = [blake2b(key.encode(), digest_size=20, person=b"est-import").hexdigest() for key in own_keys]
    return pd.Series(keys, dtype="str")


def _local_days(moments: pd.Series) -> pd.Series:
    zone = str(timezone.get_default_timezone())
    return moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize().astype("datetime64[us]")


def _midnights_after(days: pd.Series) -> pd.Series:
    """The moment each local day ends, in UTC."""
    zone = str(timezone.get_default_timezone())
    return (days + pd.Timedelta(days=1)).dt.tz_localize(zone).dt.tz_convert("UTC")


PROFILE = register(
    Profile(
        name="generic",
        label=gettext_lazy("Own file (CSV or Excel)"),
        help=gettext_lazy("Any table with a row for each incident. You say once what the columns mean."),
        kinds=("csv", "xlsx"),
        needs_mapping=True,
        make_cleaner=GenericCleaner,
    )
)
