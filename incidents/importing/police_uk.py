"""The profile `police_uk`: street-level files of data.police.uk, CSV or Parquet, with or without Crime ID.

Every row with a month and a type is stored. The Crime ID is never the key: it repeats, and many files have none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.importing.frames import refuse, together
from incidents.importing.keys import content_keys, six_decimals
from incidents.importing.profiles import Profile, Setting, register
from incidents.importing.reading import Chunk, UnreadableFile
from incidents.models import Category, Incident
from incidents.rules import COORDINATES_OUT_OF_RANGE, EARLIEST_DAY, HALF_A_POINT, IN_THE_FUTURE, TOO_EARLY

SOURCE = "police_uk"
MONTH, TYPE, LON, LAT = "Month", "Crime type", "Longitude", "Latitude"
# The ten columns all formats share, in the order of the key. Changing any of this changes every key.
KEY_COLUMNS = [
    MONTH,
    "Reported by",
    "Falls within",
    LON,
    LAT,
    "Location",
    "LSOA code",
    "LSOA name",
    TYPE,
    "Last outcome category",
]
# A file with more types than this that nobody has heard of is some other file.
MOST_NEW_TYPES = 20


@dataclass(frozen=True)
class CrimeType:
    """A type of crime as the source names it, and the category it becomes."""

    name: str
    code: str
    name_sv: str
    common_code: str
    severity: int


GROUP_CODE, GROUP_NAME = "UK", "data.police.uk"
CRIME_TYPES = [
    CrimeType("Anti-social behaviour", "UK-ASB", "Ordningsstörning", "OVR", 2),
    CrimeType("Bicycle theft", "UK-BIC", "Cykelstöld", "", 1),
    CrimeType("Burglary", "UK-BUR", "Inbrott", "INB", 3),
    CrimeType("Criminal damage and arson", "UK-CDA", "Skadegörelse och anlagd brand", "SKA", 2),
    CrimeType("Drugs", "UK-DRU", "Narkotikabrott", "NAR", 2),
    CrimeType("Other crime", "UK-OCR", "Övriga brott", "", 2),
    CrimeType("Other theft", "UK-OTH", "Övrig stöld", "", 1),
    CrimeType("Possession of weapons", "UK-WEA", "Vapeninnehav", "VAP", 3),
    CrimeType("Public order", "UK-PUB", "Brott mot allmän ordning", "HOT", 2),
    CrimeType("Robbery", "UK-ROB", "Rån", "", 4),
    CrimeType("Shoplifting", "UK-SHO", "Butiksstöld", "", 1),
    CrimeType("Theft from the person", "UK-TFP", "Fickstöld och ryckning", "", 2),
    CrimeType("Vehicle crime", "UK-VEH", "Fordonsbrott", "", 2),
    CrimeType("Violence and sexual offences", "UK-VIO", "Våld och sexualbrott", "VAL", 3),
]


def make_categories(collaboration_id: int) -> dict[str, Category]:
    """The source's own categories by type, made where they are missing and left alone where somebody changed them."""
    group, _made = Category.objects.get_or_create(
        collaboration_id=collaboration_id,
        code=GROUP_CODE,
        defaults={"name_sv": GROUP_NAME, "name_en": GROUP_NAME, "position": 900},
    )
    categories = {}
    for position, crime_type in enumerate(CRIME_TYPES, start=901):
        category, _made = Category.objects.get_or_create(
            collaboration_id=collaboration_id,
            code=crime_type.code,
            defaults={
                "parent": group,
                "name_sv": crime_type.name_sv,
                "name_en": crime_type.name,
                "severity": crime_type.severity,
                "common_code": crime_type.common_code,
                "position": position,
            },
        )
        categories[crime_type.name] = category
    return categories


def _make_unknown(collaboration_id: int, name: str) -> Category:
    """A category for a type the source has invented since this was written. It has no common code until given one."""
    code = "UK-" + re.sub(r"[^A-Z]", "", name.upper())[:8]
    number, wanted = 1, code
    for category in Category.objects.filter(collaboration_id=collaboration_id, parent__code=GROUP_CODE):
        if category.name_en == name[:80]:
            return category
    while Category.objects.filter(collaboration_id=collaboration_id, code=wanted).exists():
        number += 1
        wanted = f"{code}-{number}"
    return Category.objects.create(
        collaboration_id=collaboration_id,
        parent=Category.objects.get(collaboration_id=collaboration_id, code=GROUP_CODE),
        code=wanted,
        name_sv=name[:80],
        name_en=name[:80],
        position=950,
    )


class PoliceUkCleaner:
    """Cleans one street file, chunk by chunk."""

    source = SOURCE
    has_own_keys = False
    key_column = ""

    def __init__(self, setting: Setting) -> None:
        missing = [name for name in KEY_COLUMNS if name not in setting.columns]
        if missing:
            raise UnreadableFile(
                _("The file is not a street file from data.police.uk: it has no column %(columns)s.")
                % {"columns": ", ".join(missing)}
            )
        self.setting = setting
        self.category_names: dict[int, str] = {}
        self.unknown_words: Counter[str] = Counter()
        self._ids: dict[str, int] = {}
        self._severities: dict[int, int] = {}
        self._new_types = 0
        self._moments: dict[str, tuple[dt.datetime, dt.datetime, dt.date]] = {}
        if setting.dry_run:
            self._remember_known()
        else:
            for name, category in make_categories(setting.collaboration.pk).items():
                self._remember(name, category)

    def _remember_known(self) -> None:
        """In a dry run a category that would be made gets a number below zero."""
        known = {c.code: c for c in Category.objects.filter(collaboration=self.setting.collaboration)}
        for crime_type in CRIME_TYPES:
            if crime_type.code in known:
                self._remember(crime_type.name, known[crime_type.code])
            else:
                self._remember_not_made(crime_type.name, crime_type.severity)
        for category in known.values():
            if category.parent_id and category.name_en not in self._ids and category.code.startswith("UK-"):
                self._remember(category.name_en, category)

    def _remember(self, name: str, category: Category) -> None:
        self._ids[name] = category.pk
        self._severities[category.pk] = category.severity
        self.category_names[category.pk] = str(category)

    def _remember_not_made(self, name: str, severity: int) -> None:
        pk = -1 - len(self._ids)
        self._ids[name], self._severities[pk], self.category_names[pk] = pk, severity, name

    def clean(self, chunk: Chunk) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows ready to be stored, and refusals; every row is in exactly one of them."""
        frame = pd.DataFrame({"line": chunk.lines})
        for name in KEY_COLUMNS:
            frame[name] = _tidy(chunk.frame[name])
        lon, is_lon = _degrees(frame[LON])
        lat, is_lat = _degrees(frame[LAT])
        first_days = frame[MONTH].map({m: self._first_day(m) for m in frame[MONTH].unique()}).astype("datetime64[s]")
        this_month = pd.Timestamp(timezone.localdate(self.setting.now).replace(day=1))
        has_month = first_days.notna()
        out_of_range = (lon.abs() > 180) | (lat.abs() > 90)
        refusals = together(
            [
                refuse(frame, ~has_month, MONTH, _("The month cannot be read. It is written as 2022-07.")),
                refuse(frame, has_month & (first_days < pd.Timestamp(EARLIEST_DAY)), MONTH, TOO_EARLY.say()),
                refuse(frame, has_month & (first_days > this_month), MONTH, IN_THE_FUTURE.say()),
                refuse(frame, frame[TYPE] == "", TYPE, _("The row has no crime type.")),
                refuse(
                    frame,
                    frame[TYPE].str.contains(r"[\x00-\x1f]|.{81}", regex=True),
                    TYPE,
                    _("The crime type cannot be read."),
                ),
                refuse(frame, ~is_lon, LON, _("The longitude is not a number.")),
                refuse(frame, ~is_lat, LAT, _("The latitude is not a number.")),
                refuse(frame, is_lon & is_lat & (lon.isna() != lat.isna()), LON, HALF_A_POINT.say()),
                refuse(frame, is_lon & is_lat & out_of_range, LON, COORDINATES_OUT_OF_RANGE.say()),
            ]
        )
        good = frame.assign(lon=lon, lat=lat, first_day=first_days)
        if len(refusals):
            good = good[~good["line"].isin(refusals["line"])].reset_index(drop=True)
        return self._ready(good), refusals

    def _ready(self, good: pd.DataFrame) -> pd.DataFrame:
        keys = content_keys(
            good[KEY_COLUMNS].assign(**{LON: six_decimals(good["lon"]), LAT: six_decimals(good["lat"])})
        )
        self._know_types(good[TYPE].unique())
        category = good[TYPE].map(self._ids).astype("int64")
        starts, ends = self._months_in_utc(good["first_day"])
        return pd.DataFrame(
            {
                "line": good["line"],
                "source_key": keys,
                "category_id": category,
                "occurred_from": starts,
                "occurred_to": ends,
                "occurred_on": good["first_day"],
                "time_precision": Incident.TimePrecision.MONTH.value,
                "lon": good["lon"],
                "lat": good["lat"],
                # The source moves every point to a street anchor shared by at least eight addresses, so the kind of
                # place is not known and a home cannot be told from the point.
                "precision": Incident.Precision.BLOCK.value,
                "severity": category.map(self._severities),
            }
        )

    def _first_day(self, month: str) -> dt.date | None:
        return dt.date(int(month[:4]), int(month[5:]), 1) if re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", month) else None

    def _months_in_utc(self, first_days: pd.Series) -> tuple[pd.Series, pd.Series]:
        """From the month's first midnight to the next month's, in the platform's own time zone."""
        zone = str(timezone.get_default_timezone())
        months = pd.Series(first_days.unique(), dtype="datetime64[s]")
        starts = months.dt.tz_localize(zone).dt.tz_convert("UTC")
        ends = (months + pd.offsets.MonthBegin(1)).dt.tz_localize(zone).dt.tz_convert("UTC")
        return (
            first_days.map(dict(zip(months, starts, strict=True))).astype("datetime64[us, UTC]"),
            first_days.map(dict(zip(months, ends, strict=True))).astype("datetime64[us, UTC]"),
        )

    def _know_types(self, names: np.ndarray) -> None:
        for name in names:
            if name in self._ids:
                continue
            self._new_types += 1
            if self._new_types > MOST_NEW_TYPES:
                raise UnreadableFile(
                    _("The file has more than %(limit)s unknown crime types. Is it a street file from data.police.uk?")
                    % {"limit": MOST_NEW_TYPES}
                )
            if self.setting.dry_run:
                self._remember_not_made(name, 2)
            else:
                self._remember(name, _make_unknown(self.setting.collaboration.pk, name))


def _tidy(cells: pd.Series) -> pd.Series:
    """Text without spaces around it, missing as empty. Numbers stay numbers, missing as NaN."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.astype("float64")
    if isinstance(cells.dtype, pd.CategoricalDtype):
        # Few different texts: tidy each of them once.
        tidied = cells.cat.categories.astype("str").str.strip().to_numpy(dtype=object)
        return pd.Series(np.append(tidied, "")[cells.cat.codes.to_numpy()], index=cells.index, dtype="str")
    return cells.astype("str").fillna("").str.strip()


def _degrees(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Numbers (NaN where there is none), and for each cell whether it was empty or a number."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.where(np.isfinite(cells)), cells.isna() | np.isfinite(cells)
    numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    return numbers, (cells == "") | numbers.notna()


PROFILE = register(
    Profile(
        name="police_uk",
        label="data.police.uk",
        help=gettext_lazy(
            "Street-level files from data.police.uk, as CSV or Parquet. They know the month, not the day."
        ),
        kinds=("csv", "parquet"),
        needs_mapping=False,
        make_cleaner=PoliceUkCleaner,
        organisation_name="data.police.uk",
    )
)
