"""A picture as a document of one or two pages: what its page says, in the order of a situational picture's sections.

Everything comes from the stored picture as the reader may see it, so the document of a published picture never changes.
What has been reported since then stands on the picture's page and not here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from django.core.cache import cache
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analysis.hexagons import cell_polygons
from analysis.periods import parse
from documents import model, pdf, word
from partners.looks import as_written, notice_words, row_of
from partners.models import Look
from situational_picture import presenters, selecting
from situational_picture.coverage import presenters as coverage_presenters
from situational_picture.coverage.figures import MISSING, NOTHING, REPORTED
from situational_picture.models import Picture
from situational_picture.outlines import outlines
from situational_picture.period_names import period_name, period_short_name
from situational_picture.protecting import PROTECTED
from ui.numbers import number_words

# Part of what a kept file is found by. Raise it when the document says or draws something else.
LAYOUT = 3
PAGES = 2
PLACES_SHOWN = 8
CATEGORIES_SHOWN = 12
PERIODS_LISTED = 6
HOURS_TOGETHER = 3
FINGERPRINT_SHOWN = 16
# Low enough for the map to have room under the trend on the first page, where a text is of ordinary length.
MAP_MM = 62
# Published files never change, drafts are made again with each rebuild; both only to spare work.
KEPT_S = 24 * 3600

Blocks = Iterator[model.Block]


def picture_pdf(user: Any, picture: Picture, *, address: str) -> bytes:
    """The picture as PDF, as this user may see it. `address` is where the picture's page is."""
    return _kept(
        "pdf", user, picture, address, lambda document, look: pdf.write(document, wanted_pages=PAGES, look=look)
    )


def picture_word(user: Any, picture: Picture, *, address: str) -> bytes:
    """The same as a Word file, for whoever goes on writing: the same words and numbers."""
    return _kept("word", user, picture, address, lambda document, look: word.write(document, look=look))


def _kept(
    kind: str, user: Any, picture: Picture, address: str, write: Callable[[model.Document, model.Look | None], bytes]
) -> bytes:
    """The file that readers of one sort share, made by the first of them."""
    figures = selecting.figures_for(user, picture)
    # What is published keeps the look it was published in.
    look: Look | None = row_of(picture.collaboration_id, picture.published_at)
    said = (
        LAYOUT, picture.pk, picture.computed_at, picture.code_version, picture.text_version,
        picture.status, picture.collaboration.protect_counts_up_to, picture.collaboration.notice,
        selecting.viewer_of(user, picture), get_language(), address, look.pk if look else None,
    )  # fmt: skip
    key = f"picture-{kind}:" + hashlib.sha256(repr(said).encode()).hexdigest()
    file: bytes | None = cache.get(key)
    if file is None:
        file = write(picture_document(picture, figures, address=address), as_written(look) if look else None)
        cache.set(key, file, KEPT_S)
    return file


def picture_document(picture: Picture, figures: Mapping[str, Any], *, address: str) -> model.Document:
    """What the document says; `figures` are those its reader may see."""
    return model.Document(
        title=presenters.heading(figures, picture.area_name),
        language=get_language() or "sv",
        made_at=picture.published_at or picture.computed_at or timezone.now(),
        eyebrow=_eyebrow(picture),
        lead=presenters.lead(figures),
        author=f"EST {picture.collaboration_name}",
        notice=notice_words(picture.collaboration),
        footer=_footer(picture, figures),
        watermark="" if picture.version else _("Draft"),
        blocks=tuple(_blocks(picture, figures, address)),
    )


def _version_words(picture: Picture) -> str:
    if not picture.version or picture.published_at is None:
        return _("draft")
    day = date_format(timezone.localtime(picture.published_at), "j F Y")
    return _("version %(version)s, published %(day)s") % {"version": picture.version, "day": day}


def _eyebrow(picture: Picture) -> str:
    return " · ".join(
        [
            _("Joint situational picture"), picture.collaboration_name, period_name(picture.period),
            _version_words(picture),
        ]
    )  # fmt: skip


def _footer(picture: Picture, figures: Mapping[str, Any]) -> str:
    readers = (
        _("Small counts are protected.")
        if figures["is_protected"]
        else _("For the partners who work in the area: small counts are shown. Do not pass it on.")
    )
    return f"{picture.area_name}, {picture.period.code}, {_version_words(picture)}. {readers}"


def _blocks(picture: Picture, figures: Mapping[str, Any], address: str) -> Blocks:
    yield from _state(picture)
    cards = [_fact(card) for card in presenters.cards(figures, None)]
    yield model.Facts(tuple(cards))
    yield from _changes(figures)
    yield model.Heading(_("Is it more than usual?"))
    yield _trend(figures)
    notes = [
        _(
            "The band shows what the area's own earlier periods gave reason to expect. Shaded: the source has nothing, "
            "which is not the same as nothing having happened."
        )
    ]
    if figures.get("coverage"):
        notes.append(
            _(
                "Under the time axis: how large a part of the units reported, had nothing to report, or are missing. "
                "Where every unit had nothing to report, zero is a true zero."
            )
        )
    yield model.Text(" ".join(notes), "small")
    yield model.Columns(
        left=(model.Heading(_("Where it happened")), *_where(picture, figures)),
        right=(model.Heading(_("Places")), *_section(picture, "places"), _places(figures)),
        left_share=0.52,
    )
    yield model.Columns(
        left=(model.Heading(_("What happened")), *_section(picture, "events"), *_categories(figures)),
        right=(
            model.Heading(_("When it happened")),
            *_section(picture, "times"),
            *_when(figures),
            *_latest(figures),
        ),
        left_share=0.52,
    )
    yield from _parts(figures)
    yield from _two_sources(picture, figures)
    yield from _ahead(picture)
    yield from _others(figures)
    yield from _about(picture, figures, address)


# What people have written


_STATE_TONES: Mapping[str, model.Tone] = {"stable": "success", "worrying": "warning", "serious": "danger"}


def _state(picture: Picture) -> Blocks:
    """The state as people have assessed it, with the motive, and their joint assessment."""
    if picture.assessed_state:
        yield model.Notice(
            picture.assessed_motive,
            _STATE_TONES[picture.assessed_state],
            _("Assessed state: %(state)s") % {"state": picture.get_assessed_state_display()},
        )
    if picture.assessment:
        yield model.Heading(_("Joint assessment"))
        yield model.Text(picture.assessment)


def _section(picture: Picture, key: str) -> Blocks:
    text = picture.sections.get(key, {}).get("text", "")
    if text:
        yield model.Text(text)


def _two_sources(picture: Picture, figures: Mapping[str, Any]) -> Blocks:
    """The police's figures and the partners' observations, each with its owner and what to keep in mind."""
    layers = presenters.layer_rows(figures)
    if layers:
        columns = (
            model.Column(_("Whose")),
            model.Column(_("Events"), True),
            model.Column(_("Keep in mind")),
        )
        rows = tuple(
            (
                model.Cell(f"{row['name']}: {row['owners']}" if row["owners"] else str(row["name"])),
                model.counted_of(row["count"]),
                model.Cell(str(row["note"])),
            )
            for row in layers
        )
        yield model.Heading(_("Whose reports"))
        yield model.Table("", columns, rows)
    for key, title in (("police", _("The police's picture")), ("partners", _("The partners' observations"))):
        text = tuple(_section(picture, key))
        if text:
            yield model.Heading(title)
            yield from text


def _ahead(picture: Picture) -> Blocks:
    """What is coming, and where to begin."""
    text, events = tuple(_section(picture, "coming")), picture.coming_events
    if text or events:
        yield model.Heading(_("Coming events"))
        yield from text
    if events:
        # A column that nobody has filled in says less than its absence.
        has_places = any(row["place"] for row in events)
        columns = (_("When"), _("What"), *((_("Where"),) if has_places else ()))
        rows = tuple(
            (
                model.Cell(date_format(dt.date.fromisoformat(row["day"]), "l j F")),
                model.Cell(row["what"]),
                *((model.Cell(row["place"]),) if has_places else ()),
            )
            for row in events
        )
        yield model.Table("", tuple(map(model.Column, columns)), rows)
    text, places = tuple(_section(picture, "priorities")), picture.priority_places
    if text or places:
        yield model.Heading(_("Priority places"))
        yield from text
    if places:
        reasons = tuple((model.Cell(row["name"]), model.Cell(row["why"])) for row in places)
        yield model.Table("", (model.Column(_("Place")), model.Column(_("Why"))), reasons)


# What the figures say


def _fact(card: Mapping[str, Any]) -> model.Fact:
    return model.Fact(
        label=str(card["label"]),
        value=model.counted(card["value"], card["status"]),
        judgement=str(card["judgement"]),
        note=str(card.get("note", "")),
        tone=card["tone"],
    )


def _changes(figures: Mapping[str, Any]) -> Blocks:
    yield model.Heading(_("What has changed"))
    sentences = presenters.change_sentences(figures)
    if sentences:
        yield model.Points(tuple(row["text"] for row in sentences))
    elif figures["is_protected"]:
        yield model.Text(_("Nothing that can be shown outside the circle of the area stands out."))
    else:
        yield model.Text(
            _(
                "Nothing stands out. Every category and place that is large enough to judge lies inside its expected "
                "range."
            )
        )


def _trend(figures: Mapping[str, Any]) -> model.LineChart:
    data = figures["trend"]
    return model.LineChart(
        alt=_trend_words(figures),
        days=tuple(parse(code).start for code in data["periods"]),
        observed=tuple(data["observed"]),
        lower=tuple(data["lower"]),
        upper=tuple(data["upper"]),
        observed_name=_("Events"),
        range_name=_("Expected range"),
        last_is_running=data["last_is_running"],
        strip=_strip(figures),
    )


_LOOKS: Mapping[str, Literal["full", "light", "hatched"]] = {REPORTED: "full", NOTHING: "light", MISSING: "hatched"}


def _strip(figures: Mapping[str, Any]) -> tuple[model.Shares, ...]:
    """How complete each period is, as under the chart of the picture's page."""
    coverage = figures.get("coverage")
    if not coverage:
        return ()
    shares = [coverage_presenters.shares(coverage, place) for place in range(len(figures["trend"]["periods"]))]
    return tuple(
        model.Shares(str(name), tuple(one[state] for one in shares), _LOOKS[state])
        for state, name in coverage_presenters.STRIP.items()
    )


def _latest(figures: Mapping[str, Any]) -> Blocks:
    """The end of the trend in numbers: its table twin, as far as a page has room for it."""
    rows = presenters.trend_table(figures, last=PERIODS_LISTED, name=period_short_name)["rows"]
    coverage = figures.get("coverage")
    columns = [model.Column(_("Period")), model.Column(_("Events"), True), model.Column(_("Expected"), True)]
    if coverage:
        columns.append(model.Column(coverage_presenters.column_name(coverage)))
    lines = tuple(
        (model.Cell(period), model.counted_of(count), model.Cell(expected), *map(model.Cell, answers))
        for period, count, expected, *answers in rows
    )
    yield model.Heading(_("The latest periods"), 3)
    yield model.Table("", tuple(columns), lines)


def _trend_words(figures: Mapping[str, Any]) -> str:
    """What the trend shows, for whoever cannot see it."""
    data = figures["trend"]
    names = {"week": _("week"), "month": _("month"), "tertial": _("tertial")}
    first, last = parse(data["periods"][0]), parse(data["periods"][-1])
    words = [
        _("Line chart of events by %(kind)s with the expected range, from %(first)s to %(last)s.")
        % {
            "kind": names[data["kind"]],
            "first": period_name(first),
            "last": period_name(last),
        }
    ]
    shown = [
        (count, parse(code))
        for code, count in zip(data["periods"], data["observed"], strict=True)
        if count not in (None, PROTECTED)
    ]
    if shown:
        most = max(shown, key=lambda row: row[0])
        words.append(
            _("Most: %(count)s in %(period)s.") % {"count": number_words(most[0]), "period": period_name(most[1])}
        )
    words += coverage_presenters.strip_words(figures)
    words.append(_("The latest periods stand in a table below."))
    return " ".join(words)


def _where(picture: Picture, figures: Mapping[str, Any]) -> Blocks:
    cells = figures["map"]["cells"]
    on = timezone.localdate(picture.published_at or picture.computed_at)
    keys = sorted(cells)
    rings = cell_polygons([int(key, 16) for key in keys])
    outline = outlines([picture.area], on)
    if not outline and not keys:
        yield model.Text(_("No event with a place that may be drawn."))
        return
    yield model.MapDrawing(
        alt=_map_words(picture, figures),
        outline=outline,
        parts=outlines(picture.area.children.all(), on),
        cells=tuple((tuple(ring), cells[key]) for ring, key in zip(rings, keys, strict=True)),
        unit=_("events"),
        height_mm=MAP_MM,
    )
    yield model.Text(
        _("Events by hexagon of about 1.5 hectares") + ", " + presenters.window_words(figures) + ".", "small"
    )


def _map_words(picture: Picture, figures: Mapping[str, Any]) -> str:
    values = list(figures["map"]["cells"].values())
    shown = [value for value in values if value != PROTECTED]
    hidden = len(values) - len(shown)
    words = [
        ngettext(
            "Map of %(area)s with %(count)s hexagon in which events happened.",
            "Map of %(area)s with %(count)s hexagons in which events happened.",
            len(values),
        )
        % {"area": picture.area_name, "count": number_words(len(values))}
    ]
    if shown:
        words.append(_("The most in one of them is %(count)s.") % {"count": number_words(max(shown))})
    if hidden:
        words.append(
            ngettext("%(count)s of them is protected.", "%(count)s of them are protected.", hidden)
            % {"count": number_words(hidden)}
        )
    words.append(_("The table of places beside it tells where."))
    return " ".join(words)


def _places(figures: Mapping[str, Any]) -> model.Table | model.Text:
    rows = presenters.place_rows(figures)
    if not rows:
        return model.Text(_("No event at a named place."))
    columns = [model.Column(_("Place")), model.Column(_("Events"), True)]
    # Outside the circle there is nothing to compare with; a column of “missing” would say something else.
    has_previous = any(row["previous"]["status"] == "shown" for row in rows[:PLACES_SHOWN])
    if has_previous:
        columns.append(model.Column(_("Before"), True))
    lines = []
    for row in rows[:PLACES_SHOWN]:
        line = [model.Cell(row["name"]), model.counted_of(row["count"])]
        lines.append((*line, model.counted_of(row["previous"])) if has_previous else tuple(line))
    left_out = len(rows) - len(lines)
    note = (
        ngettext("And %(count)s more place.", "And %(count)s more places.", left_out) % {"count": left_out}
        if left_out
        else ""
    )
    return model.Table(presenters.window_words(figures), tuple(columns), tuple(lines), note)


def _judged_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[model.Cell, ...], ...]:
    return tuple(
        (
            model.Cell(str(row["name"])),
            model.counted_of(row["count"]),
            model.Cell(row["expected"] or "–"),
            model.Cell(row["judgement"] if row["is_judged"] else "–"),
        )
        for row in rows
    )


def _judged_columns(first: str) -> tuple[model.Column, ...]:
    return (
        model.Column(first),
        model.Column(_("Events"), True),
        model.Column(_("Expected"), True),
        model.Column(_("Judgement")),
    )


def _categories(figures: Mapping[str, Any]) -> Blocks:
    rows = [row for row in presenters.category_rows(figures) if row["count"]["value"] != 0]
    if not rows:
        yield model.Text(_("No events in the period."))
        return
    left_out = len(rows[CATEGORIES_SHOWN:])
    note = (
        ngettext("And %(count)s more category.", "And %(count)s more categories.", left_out) % {"count": left_out}
        if left_out
        else ""
    )
    name = period_name(parse(figures["period"]))
    yield model.Table(name, _judged_columns(_("Category")), _judged_rows(rows[:CATEGORIES_SHOWN]), note)


def _when(figures: Mapping[str, Any]) -> Blocks:
    clock = figures["clock"]
    if clock is None:
        yield model.Text(
            _("The source only knows the month, so there is nothing to say about weekdays and hours.")
            if figures["source"]["months_only"]
            else _("Numbers this small are protected and shown only to the partners who work in the area.")
            if figures["total"]["count"] == PROTECTED
            else _("No event with a known time in these days.")
        )
        return
    hours = clock.get("hours", 1)
    # A page has no room for 24 columns with numbers in them.
    together = HOURS_TOGETHER if hours == 1 else 1
    yield model.GridChart(
        caption=presenters.window_words(figures),
        corner=_("Weekday"),
        columns=tuple(presenters.hour_names(hours * together)),
        rows=tuple(presenters.weekday_names()),
        values=tuple(_summed(row, together) for row in clock["grid"]),
    )
    yield model.Text(
        _("An event whose time is uncertain is spread over the hours in which it may have happened."), "small"
    )


def _summed(row: Sequence[Any], together: int) -> tuple[model.Value, ...]:
    if together == 1:
        return tuple(row)
    return tuple(round(sum(row[at : at + together]), 1) for at in range(0, len(row), together))


def _parts(figures: Mapping[str, Any]) -> Blocks:
    rows = presenters.subarea_rows(figures, {})
    if rows:
        yield model.Heading(_("The parts of the area"))
        yield model.Table(period_name(parse(figures["period"])), _judged_columns(_("Area")), _judged_rows(rows))


def _others(figures: Mapping[str, Any]) -> Blocks:
    rows = presenters.other_rows(figures)
    if rows:
        listed = "; ".join(f"{row['name']} ({row['kind']}): {model.counted_of(row['count']).text}" for row in rows)
        yield model.Heading(_("Also reported"))
        yield model.Text(
            _("Conditions, forecasts and positive observations are told here and are never part of the counts.")
            + f" {listed}."
        )


def _about(picture: Picture, figures: Mapping[str, Any], address: str) -> Blocks:
    """Method, sources, limitations, definitions, and which picture this is."""
    yield model.Heading(_("About the figures"))
    computed = date_format(timezone.localtime(picture.computed_at), "j F Y H:i")
    sentences = [
        *presenters.source_words(figures),
        str(presenters.cards(figures, None)[0]["definition"]),
        _(
            "The expected range comes from the area's own earlier periods: the same season in up to five years, with "
            "the level of the last year."
        ),
        _("What has changed is corrected for how many categories and places were looked at."),
    ]
    if figures["is_protected"]:
        sentences.append(
            _("Counts from 1 to %(limit)s are protected, and so are others from which they could be worked out.")
            % {"limit": picture.collaboration.protect_counts_up_to}
        )
    sentences += [
        _("Computed %(time)s, by the rules of %(version)s.") % {"time": computed, "version": picture.code_version},
        _("Fingerprint of the data: %(fingerprint)s.") % {"fingerprint": picture.data_fingerprint[:FINGERPRINT_SHOWN]},
    ]
    if picture.version:
        sentences.append(
            _("This file does not change. What has been reported since then stands on the picture's page: %(address)s")
            % {"address": address}
        )
    else:
        sentences.append(
            _("A draft: its figures change as reports come in. The picture's page: %(address)s") % {"address": address}
        )
    yield model.Points(tuple(sentences), "small")
