"""From stored figures to what a page says: words, rows and titles. No database, no charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from analysis.hexagons import cell_centres, cell_polygons
from analysis.periods import Period, parse
from incidents.presenters import safe_cell
from situational_picture.coverage import presenters as coverage_presenters
from situational_picture.nearest import NamedPoint, nearest_place
from situational_picture.period_names import days_name, period_name, period_short_name
from situational_picture.presenting import LAYER_NOTES, LAYERS
from situational_picture.protecting import PROTECTED, cell
from ui.days import weekday_names
from ui.numbers import number_words

TONES = {"more": "danger", "fewer": "success", "as_expected": "neutral", "too_few_to_say": "neutral"}
SYMBOLS = {"more": "arrow-up", "fewer": "arrow-down", "as_expected": "equal", "too_few_to_say": "question"}
JUDGEMENTS = {
    "more": gettext_lazy("More than expected"),
    "fewer": gettext_lazy("Fewer than expected"),
    "as_expected": gettext_lazy("As expected"),
    "too_few_to_say": gettext_lazy("Too few to say"),
}
# What is not clear is not put into words, for then the same words stand in every row.
VERDICTS = {"more": gettext_lazy("More than before"), "fewer": gettext_lazy("Fewer than before")}
REASONS = {
    "short_history": gettext_lazy("Less than a year of history: the season is not known."),
    "too_short": gettext_lazy("Too little history for an expected range."),
    "no_recent": gettext_lazy("Nothing was reported during the last year, so there is no expected range."),
    "just_begun": gettext_lazy("The period has just begun; it is compared when its first day is over."),
    "no_range": gettext_lazy("A free period has no history of its own, so there is no expected range."),
    "protected": gettext_lazy("The count is protected."),
}
# Cards and titles name at most this many things.
FEW = 5
# A longer list than this says less than the map it stands for.
HEXAGONS_LISTED = 12


def judgement_words(judgement: str) -> str:
    """The judgement in plain words."""
    return str(JUDGEMENTS[judgement])


def reason_words(reason: str) -> str:
    """Why there is no expected range, or a weak one."""
    return str(REASONS.get(reason, ""))


def category_name(row: Mapping[str, Any]) -> str:
    """The category's name in the reader's language."""
    return str(row["name_en"] if get_language() == "en" else row["name_sv"])


def _expected(row: Mapping[str, Any]) -> str:
    if row["lower"] is None or row["upper"] is None:
        return ""
    return f"{number_words(row['lower'])}–{number_words(row['upper'])}"


def figure(row: Mapping[str, Any]) -> dict[str, Any]:
    """A count with its range and judgement, ready for a row or a card."""
    return {
        "count": cell(row["count"]),
        "previous": cell(row.get("previous")),
        "expected": _expected(row),
        "judgement": judgement_words(row["judgement"]),
        "tone": TONES[row["judgement"]],
        "symbol": SYMBOLS[row["judgement"]],
        "reason": reason_words(row["reason"]),
        "is_judged": row["judgement"] != "too_few_to_say",
    }


def heading(figures: Mapping[str, Any], area: str) -> str:
    """The finding as a title: what the numbers say about the area and the period."""
    period = parse(figures["period"])
    words = {"area": area, "period": period_short_name(period)}
    if (figures.get("coverage") or {}).get("is_silent") and figures["total"]["count"] is None:
        return _("%(area)s, %(period)s: nobody has reported") % words
    if figures["source"]["lacks_period"] and figures["total"]["count"] is None:
        return _("%(area)s, %(period)s: the source has no data") % words
    if figures["total"]["count"] == PROTECTED:
        return _("%(area)s, %(period)s: few events") % words
    sentence = {
        "more": _("%(area)s, %(period)s: more events than expected"),
        "fewer": _("%(area)s, %(period)s: fewer events than expected"),
        "as_expected": _("%(area)s, %(period)s: as many events as expected"),
        "too_few_to_say": _("%(area)s, %(period)s: too few events to say whether anything has changed"),
    }[figures["total"]["judgement"]]
    if figures["total"]["reason"] == "no_range":
        sentence = _("%(area)s, %(period)s: what happened")
    return sentence % words


def lead(figures: Mapping[str, Any]) -> str:
    """One sentence under the title: the count, what was expected, and what stands out."""
    total, period = figures["total"], parse(figures["period"])
    if total["count"] is None and (figures.get("coverage") or {}).get("is_silent"):
        return _("Every unit that should have reported is missing. That is not the same as nothing having happened.")
    if total["count"] is None:
        return _("Choose another period. The list of what the source lacks is at the bottom of the page.")
    if total["count"] == PROTECTED:
        return _("Numbers this small are protected and shown only to the partners who work in the area.")
    words = {key: number_words(total[key]) for key in ("count", "compared", "lower", "upper") if total[key] is not None}
    if total["lower"] is None:
        return " ".join(
            filter(
                None,
                [
                    ngettext("%(count)s event.", "%(count)s events.", total["count"]) % words,
                    reason_words(total["reason"]),
                ],
            )
        )
    if figures["is_running"]:
        last_day = period.start + dt.timedelta(days=figures["elapsed_days"] - 1)
        sentence = ngettext(
            "%(count)s event so far. To the end of %(day)s there were %(compared)s; between %(lower)s and %(upper)s "
            "were to be expected.",
            "%(count)s events so far. To the end of %(day)s there were %(compared)s; between %(lower)s and %(upper)s "
            "were to be expected.",
            total["count"],
        )
        return sentence % {**words, "day": date_format(last_day, "j F")}
    sentence = ngettext(
        "%(count)s event; between %(lower)s and %(upper)s were to be expected.",
        "%(count)s events; between %(lower)s and %(upper)s were to be expected.",
        total["count"],
    )
    return sentence % words


def cards(figures: Mapping[str, Any], waiting: int | None) -> list[dict[str, Any]]:
    """A few large numbers, each with a judgement in words."""
    period = parse(figures["period"])
    found = [
        {
            "label": _("Events, %(period)s") % {"period": period_short_name(period)},
            **_card(figures["total"]),
            "definition": _(
                "Approved reports of events that began in the period. Conditions, forecasts and positive observations "
                "are counted apart. The expected range comes from the area's own history: 95 of 100 periods without "
                "anything unusual fall inside it."
            ),
        }
    ]
    judged = [row for row in figures["categories"] if row["judgement"] in {"more", "fewer"}]
    judged.sort(key=lambda row: (row["judgement"] != "more", -abs((row["count"] or 0) - (row["expected"] or 0))))
    found += [{"label": category_name(row), **_card(row), "definition": ""} for row in judged[:2]]
    concentration = _concentration(figures)
    if concentration:
        found.append(concentration)
    if waiting:
        found.append(
            {
                "label": _("Not reviewed"),
                "value": waiting,
                "status": "shown",
                "judgement": _("Waiting beside the counts"),
                "tone": "info",
                "symbol": "clock",
                "definition": _("Reports sent in that nobody has reviewed yet. They are not part of the counts."),
            }
        )
    return found


def _card(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = figure(row)
    note = _("Expected %(range)s") % {"range": shown["expected"]} if shown["expected"] else shown["reason"]
    return {
        "value": shown["count"]["value"],
        "status": shown["count"]["status"],
        "judgement": shown["judgement"] if shown["count"]["status"] == "shown" else "",
        "tone": shown["tone"],
        "symbol": shown["symbol"],
        "note": note,
    }


def _concentration(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """How much of what happened at named places happened at the few most burdened ones."""
    counts = [row["count"] for row in figures["places"]]
    if len(counts) <= FEW or PROTECTED in counts or figures["map"]["drawn"] == PROTECTED:
        return None
    drawn = figures["map"]["drawn"] + figures["map"]["without_point"]
    if drawn < 20:
        return None
    return {
        "label": _("At the five most burdened places"),
        "value": sum(counts[:FEW]),
        "status": "shown",
        "judgement": _("of %(count)s events") % {"count": number_words(drawn)},
        "tone": "neutral",
        "symbol": "pin",
        "note": window_words(figures),
        "definition": _("Events at the five named places with most events, of all events in the same days."),
    }


def window_words(figures: Mapping[str, Any]) -> str:
    """Which days map, clock and places show."""
    start, end = (dt.date.fromisoformat(figures["window"][side]) for side in ("start", "end"))
    return days_name(start, end - dt.timedelta(days=1))


def category_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each category with events now or during the last two years; those without any now come last."""
    rows = [
        {"name": category_name(row), "code": row["code"], "is_sensitive": row["is_sensitive"], **figure(row)}
        for row in figures["categories"]
    ]
    for row in rows:
        # Nothing happened, and nothing is to be said about that: named in a sentence below the table.
        row["is_quiet"] = row["count"]["value"] == 0 and row["tone"] == "neutral"
    return sorted(rows, key=lambda row: row["count"]["value"] == 0)


def other_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Conditions, forecasts and positive observations."""
    kinds = {"condition": _("condition"), "forecast": _("forecast"), "positive": _("positive")}
    return [
        {"name": category_name(row), "kind": kinds[row["kind"]], "count": cell(row["count"])}
        for row in figures["others"]
    ]


def place_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Named places, most burdened first, each with its change in words."""
    rows = []
    for row in figures["places"]:
        count, previous = row["count"], row["previous"]
        change = None if PROTECTED in (count, previous) or previous is None else count - previous
        rows.append(
            {
                "place": row["place"],
                "name": row["name"],
                "count": cell(count),
                "previous": cell(previous),
                "change": "" if change is None else f"{change:+d}".replace("-", "−").replace("+0", "±0"),
                "tone": TONES.get(row["verdict"], "neutral"),
                "symbol": SYMBOLS.get(row["verdict"], "equal"),
                "words": "" if change is None else str(VERDICTS.get(row["verdict"], "")),
            }
        )
    return rows


def subarea_rows(figures: Mapping[str, Any], slugs: Mapping[int, str]) -> list[dict[str, Any]]:
    """The area's parts, each with count, range and judgement, by name: areas are not ranked."""
    return [{"slug": slugs.get(row["area"], ""), "name": row["name"], **figure(row)} for row in figures["subareas"]]


def overview_heading(rows: Iterable[Mapping[str, Any]]) -> str:
    """The overview's finding: how many areas have more events than expected."""
    judged = [row for row in rows if row["figure"] is not None]
    if not judged:
        return _("The situational picture is not ready yet")
    more = [row for row in judged if row["verdict"] == "more"]
    if not more:
        return _("No area has more events than expected")
    if len(more) == 1:
        return _("%(area)s has more events than expected") % {"area": more[0]["area"].name}
    return _("%(count)s of %(all)s areas have more events than expected") % {"count": len(more), "all": len(judged)}


def computed_words(picture: Any) -> str:
    """When the figures were computed."""
    if picture.computed_at is None:
        return ""
    moment = timezone.localtime(picture.computed_at)
    if moment.date() == timezone.localdate():
        return _("Updated %(time)s") % {"time": date_format(moment, "H:i")}
    return _("Updated %(day)s") % {"day": date_format(moment, "j F Y H:i")}


def differences(frozen: Mapping[str, Any], now: Mapping[int, int], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Category by category, what has come or gone since the figures were frozen.

    `names` are those of all categories of today: what nobody had reported then has no row among the figures.
    """
    if frozen["total"]["count"] is None:
        # The source lacked the period then, so there is no number to compare with.
        return []
    was = {row["category"]: row for row in frozen["categories"]}
    found = [(category_name(row), now.get(pk, 0) - (row["count"] or 0)) for pk, row in was.items()]
    found += sorted((names[pk], count) for pk, count in now.items() if pk not in was and pk in names)
    return [{"name": name, "difference": f"{number:+d}".replace("-", "−")} for name, number in found if number]


def export_rows(figures: Mapping[str, Any]) -> list[list[Any]]:
    """The figures as lines of a file: what, which, count, expected range, and for the trend who had answered.

    “Protected” and “missing” are words.
    """
    lines: list[list[Any]] = [
        [
            _("table"), _("row"), _("count"), _("expected from"), _("expected to"),
            *coverage_presenters.file_columns(),
        ]
    ]  # fmt: skip

    def line(
        table: str,
        row: str,
        value: Any,
        source: Mapping[str, Any] | None = None,
        answered: Mapping[str, int] | None = None,
    ) -> None:
        lower, upper = (source["lower"], source["upper"]) if source else (None, None)
        expected = ["" if lower is None else lower, "" if upper is None else upper]
        lines.append([table, safe_cell(row), _in_file(value), *expected, *coverage_presenters.file_cells(answered)])

    line(_("all events"), figures["period"], figures["total"]["count"], figures["total"])
    for row in figures["categories"]:
        line(_("category"), category_name(row), row["count"], row)
    for row in figures["others"]:
        line(_("not an event"), category_name(row), row["count"])
    for row in figures["subareas"]:
        line(_("area"), row["name"], row["count"], row)
    for row in figures["places"]:
        line(_("place, %(days)s") % {"days": window_words(figures)}, row["name"], row["count"])
    for key, value in figures["map"]["cells"].items():
        line(_("hexagon, %(days)s") % {"days": window_words(figures)}, key, value)
    trend = figures["trend"]
    series = (trend[name] for name in ("periods", "observed", "lower", "upper"))
    for code, observed, lower, upper, answered in zip(
        *series, coverage_presenters.counted_answers(figures), strict=True
    ):
        line(_("trend"), code, observed, {"lower": lower, "upper": upper}, answered)
    return lines


def _in_file(value: Any) -> Any:
    if value == PROTECTED:
        return _("protected")
    return _("missing") if value is None else value


def trend_table(
    figures: Mapping[str, Any], *, last: int | None = None, name: Callable[[Period], str] = period_name
) -> dict[str, Any]:
    """The trend as columns and rows of a table, latest first; only the `last` periods when that is given.

    `name` says what a period is called, where there is no room for its days.
    """
    trend = figures["trend"]
    first = 0 if last is None else max(0, len(trend["periods"]) - last)
    coverage = figures.get("coverage")
    series = (trend[name][first:] for name in ("periods", "observed", "lower", "upper"))
    rows = [
        [
            name(parse(code)),
            cell(observed),
            "–" if lower is None or observed == PROTECTED else f"{number_words(lower)}–{number_words(upper)}",
            *([coverage_presenters.answer_words(coverage, place)] if coverage else []),
        ]
        for place, (code, observed, lower, upper) in enumerate(zip(*series, strict=True), start=first)
    ]
    columns = [_("Period"), {"label": _("Events"), "number": True}, {"label": _("Expected"), "number": True}]
    if coverage:
        columns.append(coverage_presenters.column_name(coverage))
    return {"columns": columns, "rows": rows[::-1]}


def hour_names(hours: int) -> list[str]:
    """The hours of the day in steps of `hours`: “00”, or “00–06”."""
    if hours == 1:
        return [f"{hour:02d}" for hour in range(24)]
    return [f"{hour:02d}–{hour + hours:02d}" for hour in range(0, 24, hours)]


def clock_table(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Weekday × hour as columns and rows of a table, and how many events have no known time."""
    clock = figures["clock"]
    if clock is None:
        return None
    hours = [{"label": name, "number": True} for name in hour_names(clock.get("hours", 1))]
    rows = [
        [day, *(cell(_rounded(value)) for value in values)]
        for day, values in zip(weekday_names(), clock["grid"], strict=True)
    ]
    return {"columns": [_("Weekday"), *hours], "rows": rows, "unknown": cell(clock["unknown"])}


def _rounded(value: Any) -> Any:
    return value if value == PROTECTED else round(value, 1)


def change_sentences(figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """What has changed, in sentences with numbers; empty when nothing stands out."""
    names = {("category", row["category"]): category_name(row) for row in figures["categories"]}
    names |= {("place", row["place"]): row["name"] for row in figures["places"]}
    sentences = []
    for change in figures["changes"]:
        words = {
            "name": names[change["kind"], change["subject"]],
            "count": number_words(change["observed"]),
            "expected": number_words(change["expected"]),
            "lower": number_words(change["lower"]),
            "upper": number_words(change["upper"]),
        }
        if change["kind"] == "category":
            text = _("%(name)s: %(count)s events, expected %(expected)s (95 %% between %(lower)s and %(upper)s).")
        else:
            text = _(
                "%(name)s: %(count)s events, expected %(expected)s from the days just before "
                "(95 %% between %(lower)s and %(upper)s)."
            )
        sentences.append({"text": text % words, "tone": "danger" if change["direction"] == "more" else "success"})
    return sentences


def hexagon_collection(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The hexagons as GeoJSON: `value`, or `status` protected."""
    cells = figures["map"]["cells"]
    numbers = [int(key, 16) for key in cells]
    features = []
    for ring, value in zip(cell_polygons(numbers), cells.values(), strict=True):
        properties = {"status": "protected"} if value == PROTECTED else {"value": value}
        geometry = {"type": "Polygon", "coordinates": [[[round(lon, 6), round(lat, 6)] for lon, lat in ring]]}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def hexagon_table(figures: Mapping[str, Any], centres_of_places: Iterable[NamedPoint]) -> dict[str, Any]:
    """The map's list twin: the hexagons with most events, each told by the named place nearest to it.

    `more` and `protected` say how many hexagons there are beside those in the rows.
    """
    cells = figures["map"]["cells"]
    numbers = [(key, value) for key, value in cells.items() if value != PROTECTED]
    shown = sorted(numbers, key=lambda item: (-item[1], item[0]))[:HEXAGONS_LISTED]
    places = list(centres_of_places)
    rows = [
        [_where(lon, lat, places), value]
        for (_key, value), (lon, lat) in zip(shown, cell_centres([int(key, 16) for key, _value in shown]), strict=True)
    ]
    return {
        "columns": [_("Where"), {"label": _("Events"), "number": True}],
        "rows": rows,
        "more": len(numbers) - len(shown),
        "protected": len(cells) - len(numbers),
    }


def _where(lon: float, lat: float, places: list[NamedPoint]) -> str:
    if not places:
        return f"{lat:.4f} N, {lon:.4f} E"
    metres, at = nearest_place(lon, lat, places)
    name = places[at][0]
    distance_m = round(metres, -1)
    if distance_m < 80:
        return _("At %(place)s") % {"place": name}
    return _("%(distance)s m from %(place)s") % {"distance": f"{distance_m:.0f}", "place": name}


def source_words(figures: Mapping[str, Any]) -> list[str]:
    """What the data behind the figures have and lack, in sentences."""
    source = figures["source"]
    sentences = []
    if source["months_only"]:
        sentences.append(_("The source only knows the month, so there are no weeks and no hours here."))
    if source.get("exact_from"):
        sentences.append(
            _(
                "Before %(day)s only the counts of whole months are kept. There are no weeks, no hours and no points "
                "on the map from that time."
            )
            % {"day": source["exact_from"]}
        )
    if source["missing_months"]:
        months = ", ".join(period_name(parse(code)) for code in source["missing_months"])
        sentences.append(_("Missing in the source, and shown as missing: %(months)s.") % {"months": months})
    if source["partly_missing"]:
        sentences.append(
            _("One of several sources lacks a month: %(parts)s.") % {"parts": "; ".join(source["partly_missing"])}
        )
    outside, nowhere = figures["not_drawn"]["outside"], figures["not_drawn"]["none"]
    if outside or nowhere:
        sentences.append(
            _("Counted but in no area and never drawn: %(outside)s outside the areas, %(nowhere)s without a place.")
            % {"outside": _shown(outside), "nowhere": _shown(nowhere)}
        )
    return sentences


def _shown(count: Any) -> str:
    return _("protected") if count == PROTECTED else number_words(count)


def missing_spans(figures: Mapping[str, Any]) -> list[tuple[dt.date, dt.date]]:
    """The stretches of the trend that the source lacks, as first day and last day."""
    trend = figures["trend"]
    spans: list[tuple[dt.date, dt.date]] = []
    for code, observed in zip(trend["periods"], trend["observed"], strict=True):
        if observed is None:
            period = parse(code)
            if spans and spans[-1][1] >= period.start - dt.timedelta(days=1):
                spans[-1] = (spans[-1][0], period.last_day)
            else:
                spans.append((period.start, period.last_day))
    return spans


def layer_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The police's figures and the partners' observations apart, each with its owner and what to keep in mind."""
    return [
        {
            "layer": row["layer"],
            "name": LAYERS[row["layer"]],
            "owners": ", ".join(row["organisations"]),
            "count": cell(row["count"]),
            "note": LAYER_NOTES[row["layer"]],
            "months_only": row["months_only"],
        }
        # Pictures stored before 2026.2 have no layers.
        for row in figures.get("layers", [])
    ]
