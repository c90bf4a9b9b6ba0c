"""A table of survey shares, costs or statistics, one number a row, as CSV or Excel (docs/how-to/indicator-files.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from django.utils.translation import gettext as _

from areas.models import Area, Place
from common.errors import NotPossible
from incidents.importing.reading import UnreadableFile, open_table, quoted
from partners.models import Collaboration
from situational_picture.indicators.importing.hostile import check_no_macros
from situational_picture.indicators.importing.series import (
    SUPPRESSED,
    ReadFile,
    ReadValue,
    Series,
    Unread,
    number_in,
    period_in,
    suppressed,
    whole_in,
)
from situational_picture.indicators.rules import Figures, plain_figures, share_figures
from situational_picture.models import Indicator

MOST_ROWS = 10_000
# What each column may be called. The first is what docs and refusals say.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("indikator", "indicator", "namn", "name"),
    "kind": ("slag", "kind"),
    "source": ("källa", "source"),
    "level": ("nivå", "level"),
    "where": ("var", "where", "område", "plats", "region"),
    "period": ("period",),
    "from": ("från", "from"),
    "to": ("till", "to"),
    "value": ("värde", "value"),
    "percent": ("andel", "procent", "percent", "share"),
    "successes": ("antal ja", "antal som svarat så", "successes"),
    "n": ("n", "antal svar", "antal svarande"),
    "design_effect": ("designeffekt", "design effect", "design_effect"),
    "ci_low": ("undre gräns", "ci_low", "lower"),
    "ci_high": ("övre gräns", "ci_high", "upper"),
    "unit": ("enhet", "unit"),
    "better": ("bättre", "better"),
    "note": ("anmärkning", "note"),
}
_REQUIRED = ("name", "kind", "source", "level")
_KINDS = {
    "enkät": Indicator.Kind.SURVEY, "survey": Indicator.Kind.SURVEY,
    "kostnad": Indicator.Kind.COST, "cost": Indicator.Kind.COST,
    "statistik": Indicator.Kind.IMPORTED, "imported": Indicator.Kind.IMPORTED, "statistics": Indicator.Kind.IMPORTED,
}  # fmt: skip
_LEVELS = {
    "plats": Indicator.Level.PLACE, "place": Indicator.Level.PLACE,
    "område": Indicator.Level.AREA, "area": Indicator.Level.AREA,
    "kommun": Indicator.Level.MUNICIPALITY, "municipality": Indicator.Level.MUNICIPALITY,
    "län": Indicator.Level.COUNTY, "county": Indicator.Level.COUNTY,
    "riket": Indicator.Level.COUNTRY, "country": Indicator.Level.COUNTRY,
}  # fmt: skip
_BETTER = {
    "lägre": Indicator.Better.LOWER, "lower": Indicator.Better.LOWER, "högre": Indicator.Better.HIGHER,
    "higher": Indicator.Better.HIGHER, "": Indicator.Better.NEITHER,
}  # fmt: skip


def read_table(path: Path, collaboration: Collaboration) -> ReadFile:
    """Every row as a number of its series, or as a refusal with its line."""
    check_no_macros(path)
    with closing(open_table(path, kinds=("csv", "xlsx"))) as table:
        columns = _columns_of(table.columns)
        found = ReadFile(notes=list(table.notes))
        grounds = _Grounds(collaboration)
        rows = 0
        for chunk in table.chunks:
            for line, sentence in chunk.refused:
                found.refuse(_line(line), sentence)
            cells = {name: chunk.frame[heading].tolist() for name, heading in columns.items()}
            for place, line in enumerate(chunk.lines.tolist()):
                rows += 1
                if rows > MOST_ROWS:
                    raise UnreadableFile(
                        _("The file has more than %(limit)s rows. Divide it, for example by year.")
                        % {"limit": MOST_ROWS}
                    )
                _read_row(found, _line(line), {name: str(of[place]).strip() for name, of in cells.items()}, grounds)
    return found


def _line(line: int) -> str:
    return _("row %(line)s") % {"line": line}


def _columns_of(headings: list[str]) -> dict[str, str]:
    """Which heading each column has; a file without what every row needs is refused as a whole."""
    by_word = {" ".join(heading.replace("_", " ").split()).casefold(): heading for heading in reversed(headings)}
    found = {
        name: by_word[word.replace("_", " ")]
        for name, words in COLUMNS.items()
        for word in reversed(words)
        if word.replace("_", " ") in by_word
    }
    missing = [COLUMNS[name][0] for name in _REQUIRED if name not in found]
    if "period" not in found and not {"from", "to"} <= set(found):
        missing.append("period")
    if not {"value", "percent", "successes"} & set(found):
        missing.append("värde")
    if missing:
        raise UnreadableFile(
            _("The file lacks these columns: %(columns)s. The first row names the columns.")
            % {"columns": ", ".join(missing)}
        )
    return found


class _Grounds:
    """The collaboration's areas and places by what they are called."""

    def __init__(self, collaboration: Collaboration) -> None:
        self.areas: dict[str, list[Area]] = {}
        self.places: dict[str, list[Place]] = {}
        for area in Area.objects.filter(collaboration=collaboration):
            for word in {area.name.casefold(), area.slug, (area.code or "").casefold()} - {""}:
                self.areas.setdefault(word, []).append(area)
        for place in Place.objects.filter(collaboration=collaboration, is_active=True).select_related("area"):
            self.places.setdefault(place.name.casefold(), []).append(place)

    def area(self, word: str) -> Area:
        return self._one(self.areas, word)  # type: ignore[return-value]

    def place(self, word: str) -> Place:
        return self._one(self.places, word)  # type: ignore[return-value]

    def _one(self, known: Mapping[str, list[Area]] | Mapping[str, list[Place]], word: str) -> Area | Place:
        found = known.get(word.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise Unread(_("%(name)s names several here.") % {"name": quoted(word[:60])})
        raise Unread(
            _("Nothing here is called %(name)s. Write the name as it stands on the page of areas or places.")
            % {"name": quoted(word[:60])}
        )


def _read_row(found: ReadFile, where: str, cells: Mapping[str, str], grounds: _Grounds) -> None:
    try:
        series = _series_of(cells, grounds)
        figures = _figures_of(cells, series)
    except Unread as no:
        found.refuse(where, str(no))
    except NotPossible as no:
        found.refuse(where, " ".join(no.messages))
    else:
        found.values.append(ReadValue(where, series, figures, cells.get("note", "")))


def _word(cells: Mapping[str, str], name: str, known: Mapping[str, str]) -> str:
    said = cells.get(name, "").casefold()
    if any(cells.get(one, "").startswith("=") for one in cells):
        raise Unread(_("The row holds a formula. Save the table with values alone."))
    if said not in known:
        raise Unread(
            _("%(word)s is not known in the column %(column)s. Write one of: %(words)s.")
            % {
                "word": quoted(cells.get(name, "")[:40]),
                "column": quoted(COLUMNS[name][0]),
                # One word of each, in the language of the columns: the others are for files from elsewhere.
                "words": ", ".join(_first_words(known)),
            }
        )
    return known[said]


def _first_words(known: Mapping[str, str]) -> list[str]:
    """The first word of each meaning, in the order of the table."""
    first = {meaning: word for word, meaning in reversed(list(known.items())) if word}
    return list(reversed(first.values()))


def _series_of(cells: Mapping[str, str], grounds: _Grounds) -> Series:
    kind = _word(cells, "kind", _KINDS)
    level = _word(cells, "level", _LEVELS)
    better = _word({**cells, "better": cells.get("better", "")}, "better", _BETTER)
    where = cells.get("where", "")
    if level in {Indicator.Level.AREA, Indicator.Level.PLACE} and not where:
        raise Unread(_("The row does not say which area or place it is about."))
    for name in ("name", "source"):
        if not cells.get(name):
            raise Unread(_("The row lacks %(column)s.") % {"column": quoted(COLUMNS[name][0])})
    area = grounds.area(where) if level == Indicator.Level.AREA else None
    place = grounds.place(where) if level == Indicator.Level.PLACE else None
    return Series(
        name=cells["name"], kind=kind, source=cells["source"], level=level, unit=cells.get("unit", ""),
        region="" if area or place else where, better=better, area=area, place=place,
    )  # fmt: skip


def _figures_of(cells: Mapping[str, str], series: Series) -> Figures:
    first, last = _period_of(cells)
    if SUPPRESSED & {cells.get(name, "") for name in ("value", "percent", "successes")}:
        return suppressed(first, last)
    if series.kind == Indicator.Kind.SURVEY:
        effect = number_in(cells.get("design_effect", ""))
        percent = number_in(cells.get("percent", "") or cells.get("value", ""))
        return share_figures(
            first, last, n=whole_in(cells.get("n", "")), successes=whole_in(cells.get("successes", "")),
            percent=percent, design_effect=1.0 if effect is None else effect,
        )  # fmt: skip
    limits = {name: number_in(cells.get(name, "")) for name in ("ci_low", "ci_high")}
    value = number_in(cells.get("value", "") or cells.get("percent", ""))
    return plain_figures(first, last, value=value, n=whole_in(cells.get("n", "")), **limits)


def _period_of(cells: Mapping[str, str]) -> tuple[dt.date, dt.date]:
    said = cells.get("period", "")
    if said:
        period = period_in(said)
        if period is None:
            raise Unread(
                _("%(text)s is no period. Write 2025, 2025-11, 2025 kv 3 or 2017/2018.") % {"text": quoted(said[:40])}
            )
        return period
    try:
        return dt.date.fromisoformat(cells.get("from", "")[:10]), dt.date.fromisoformat(cells.get("to", "")[:10])
    except ValueError:
        raise Unread(_("The row lacks its period. Write the days as 2026-11-22.")) from None
