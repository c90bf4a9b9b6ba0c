"""The page components as template tags: a Python signature and one template each.

They are loaded everywhere. A misspelt argument is an error when the template loads, a value outside the listed ones
when the page renders, and `/ui/` shows every component in every variant.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NoReturn
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from ui import menu, slots
from ui.numbers import number_words
from ui.scheme import scheme_of

register = template.Library()

# A tone's colour in Designsystemet and the symbol that says the same without colour.
TONES = {
    "neutral": ("neutral", "ring"),
    "accent": ("accent", "dot"),
    "info": ("info", "info"),
    "success": ("success", "dot"),
    "warning": ("warning", "triangle"),
    "danger": ("danger", "square"),
}
NOTICE_TONES = ("info", "success", "warning", "danger")
ICONS = {
    "arrow-down", "arrow-left", "arrow-right", "arrow-up", "calendar", "check", "chevron-left", "chevron-right",
    "close", "dash", "diamond", "dot", "download", "equal", "info", "lock", "map", "menu", "minus", "person", "phone",
    "pin", "plus", "question", "ring", "search", "sign-out", "square", "table", "triangle", "upload", "clock", "half",
}  # fmt: skip
STATUSES = ("shown", "protected", "missing")
STEPS: dict[str, Any] = {
    "mapping": gettext_lazy("Mapping"),
    "cause_analysis": gettext_lazy("Cause analysis"),
    "measures": pgettext_lazy("step of the process", "Measures"),
    "follow_up": gettext_lazy("Follow-up"),
    "feedback": pgettext_lazy("step of the process", "Feedback"),
}
STEP_STATES = ("current", "done", "open")


def _refuse(component: str, argument: str, value: Any, allowed: Iterable[object]) -> NoReturn:
    raise template.TemplateSyntaxError(
        f"{component}: {argument}={value!r} is not one of {', '.join(sorted(str(word) for word in allowed))}."
    )


def _check(component: str, argument: str, value: Any, allowed: Collection[object]) -> None:
    if value not in allowed:
        _refuse(component, argument, value, allowed)


def _format(value: Any, decimals: int | None = None) -> str:
    """Numbers as people write them in the chosen language; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return number_words(value, decimals)


# Small parts


@register.simple_tag
def icon(name: str, *, label: str = "") -> SafeString:
    """A symbol drawn in the text's colour. Without `label` it is decoration and hidden from screen readers."""
    _check("icon", "name", name, ICONS)
    return render_to_string("ui/icon.html", {"name": name, "label": label}) if label else _decoration(name)


@cache
def _decoration(name: str) -> SafeString:
    # The same in every language and scheme, and a page has a hundred of them.
    return render_to_string("ui/icon.html", {"name": name, "label": ""})


@register.simple_tag
def tag(text: Any, *, tone: str = "neutral", symbol: str | None = None) -> SafeString:
    """A short judgement: colour, symbol and words say the same thing, so that none of them is needed alone."""
    _check("tag", "tone", tone, TONES)
    color, default_symbol = TONES[tone]
    if symbol is not None:
        _check("tag", "symbol", symbol, ICONS)
    return render_to_string("ui/tag.html", {"text": text, "color": color, "symbol": symbol or default_symbol})


@register.simple_tag
def status_value(
    value: Any = None, *, status: str = "shown", unit: str = "", decimals: int | None = None
) -> SafeString:
    """A number, or why there is none: zero, “protected” and “missing” look different everywhere.

    `value` may also be what disclosure control gives: a mapping with `value` and `status`.
    """
    if isinstance(value, Mapping):
        value, status = value.get("value"), value.get("status", "shown")
    status = str(status)
    _check("status_value", "status", status, STATUSES)
    if status == "shown" and value is None:
        status = "missing"
    return _status_value(status, _format(value, decimals), str(unit), value == 0, get_language())


# A page has hundreds of small numbers, and most of them often. `typed`, since what is safe is not what equals it.
@lru_cache(maxsize=10_000, typed=True)
def _status_value(status: str, text: str, unit: str, is_zero: bool, language: str | None) -> SafeString:
    context = {"status": status, "text": text, "unit": unit, "is_zero": is_zero}
    return render_to_string("ui/status_value.html", context)


@register.simple_tag
def definition(text: Any, *, term: Any = "") -> SafeString:
    """What a figure means, one click away and readable without JavaScript."""
    return render_to_string("ui/definition.html", {"text": text, "term": term})


@register.simple_tag
def breadcrumbs(*parts: Any) -> SafeString:
    """The way here: text and address in turns, and last the page's own name without an address."""
    if len(parts) % 2 == 0:
        raise template.TemplateSyntaxError("breadcrumbs: give text and address in turns, and the page's name last.")
    links = [{"text": parts[i], "url": parts[i + 1]} for i in range(0, len(parts) - 1, 2)]
    return render_to_string("ui/breadcrumbs.html", {"links": links, "here": parts[-1]})


# Blocks


@register.simple_block_tag
def card(
    content: str,
    title: Any = "",
    *,
    tone: str = "plain",
    level: int = 2,
    lead: Any = "",
    id: str = "",
    url: str = "",
    link: Any = "",
) -> SafeString:
    """A framed part of a page. `tone` is plain, tinted, warning or done; `url` and `link` stand beside the title."""
    _check("card", "tone", tone, ("plain", "tinted", "warning", "done"))
    _check("card", "level", level, (2, 3, 4))
    context = {
        "content": content, "title": title, "tone": tone, "level": level, "lead": lead, "id": id, "url": url,
        "link": link,
    }  # fmt: skip
    return render_to_string("ui/card.html", context)


@register.simple_block_tag
def notice(content: str, *, tone: str = "info", title: Any = "", level: int = 3) -> SafeString:
    """Something to know before reading on. `tone` is info, success, warning or danger."""
    _check("notice", "tone", tone, NOTICE_TONES)
    _check("notice", "level", level, (2, 3, 4))
    return render_to_string("ui/notice.html", {"content": content, "tone": tone, "title": title, "level": level})


@register.simple_block_tag
def filter_fold(content: str, *, number: int = 0) -> SafeString:
    """What a list can be narrowed by, folded where it would fill the first screen. `number` of them are chosen."""
    return render_to_string("ui/filter_fold.html", {"content": content, "number": number})


@register.simple_block_tag
def data_table(
    content: str, *, label: Any, caption: bool = False, dense: bool = False, stacked: bool = False
) -> SafeString:
    """A table in a region that scrolls sideways by keyboard too; the block holds thead and tbody.

    Give columns of numbers `class="number"`. `caption` shows the label above the table. A `stacked` table has a few
    lines for each row on a phone: `data-label` on a cell is written before it there, `data-empty` leaves it out. A row
    `class="group-row"` heads those below it. A page of many columns stacks below a width of its own: block
    `stacked_below`.
    """
    return render_to_string(
        "ui/data_table.html",
        {"content": content, "label": label, "caption": caption, "dense": dense, "stacked": stacked},
    )


@register.simple_tag
def plain_table(
    columns: Sequence[Any], rows: Sequence[Sequence[Any]], *, label: Any, caption: bool = False, dense: bool = True
) -> SafeString:
    """A table from data. A column is a text, or `{"label": …, "number": True}`; the first one heads its row.

    A cell is a text, a number, `{"value": …, "status": …}` as disclosure control gives it, `{"text": …, "url": …}`, or
    `{"text": …, "tone": …, "symbol": …}` for a judgement.
    """
    heads = [
        {"label": column["label"], "number": bool(column.get("number"))}
        if isinstance(column, Mapping)
        else {"label": column, "number": False}
        for column in columns
    ]
    # Rows are put together here: in a template, the tables of one picture took longer than everything else on its page.
    wrong = next((row for row in rows if len(row) != len(heads)), None)
    if wrong is not None:
        raise template.TemplateSyntaxError(f"plain_table: a row of {len(wrong)} cells under {len(heads)} columns.")
    cells = [_ROW_HEAD, *(_NUMBER_CELL if head["number"] else _TEXT_CELL for head in heads[1:])]
    body = format_html_join("\n", "<tr>" + "".join(cells) + "</tr>", ([_cell(value) for value in row] for row in rows))
    context = {"columns": heads, "body": body, "label": label, "caption": caption, "dense": dense}
    return render_to_string("ui/plain_table.html", context)


_ROW_HEAD = '<th scope="row">{}</th>'
_NUMBER_CELL = '<td class="number">{}</td>'
_TEXT_CELL = "<td>{}</td>"


def _cell(value: Any) -> str:
    """What a table's cell shows, escaped where it is put into its row."""
    if isinstance(value, Mapping) and "status" in value:
        status = str(value["status"])
        _check("plain_table", "status", status, STATUSES)
        value = value.get("value") if status == "shown" else None
        if value is None:
            return status_value(status="missing" if status == "shown" else status)
    if value is None:
        return status_value(status="missing")
    if isinstance(value, Mapping):
        text = _format(value.get("text", ""))
        if value.get("url"):
            return format_html('<a class="ds-link" href="{}">{}</a>', value["url"], text)
        return tag(text, tone=value["tone"], symbol=value.get("symbol")) if value.get("tone") else text
    if value == 0 and not isinstance(value, str):
        return format_html('<span class="status-value" data-status="zero">{}</span>', _format(value))
    return value if isinstance(value, str) else _format(value)


# Whole components


@register.simple_tag
def figure_card(
    label: Any,
    value: Any = None,
    *,
    status: str = "shown",
    unit: str = "",
    decimals: int | None = None,
    judgement: Any = "",
    tone: str = "neutral",
    symbol: str | None = None,
    note: Any = "",
    definition: Any = "",
    url: str = "",
    level: int = 2,
) -> SafeString:
    """One large number with a judgement in plain words; `definition` says what the number means."""
    _check("figure_card", "tone", tone, TONES)
    _check("figure_card", "level", level, (2, 3, 4))
    context = {
        "label": label, "value": value, "status": status, "unit": unit, "decimals": decimals, "judgement": judgement,
        "tone": tone, "symbol": symbol, "note": note, "definition": definition, "url": url, "level": level,
    }  # fmt: skip
    return render_to_string("ui/figure_card.html", context)


@register.simple_tag
def empty_state(title: Any, *, text: Any = "", url: str = "", action: Any = "", level: int = 2) -> SafeString:
    """Nothing here yet, and what to do about it."""
    _check("empty_state", "level", level, (2, 3, 4))
    return render_to_string(
        "ui/empty_state.html", {"title": title, "text": text, "url": url, "action": action, "level": level}
    )


@register.simple_tag
def process_bar(steps: Iterable[Mapping[str, Any]], *, label: Any = "") -> SafeString:
    """Where the area stands in the process. A step is `{"step": …, "state": …, "text": …, "url": …}`.

    `step` is mapping, cause_analysis, measures, follow_up or feedback, `state` is current, done or open. Steps nobody
    has given are not shown.
    """
    order = list(STEPS)
    shown = []
    for row in steps:
        _check("process_bar", "step", row["step"], STEPS)
        state = row.get("state", "open")
        _check("process_bar", "state", state, STEP_STATES)
        number = order.index(row["step"])
        shown.append({**row, "state": state, "number": number + 1, "name": STEPS[row["step"]]})
    shown.sort(key=lambda row: row["number"])
    return render_to_string("ui/process_bar.html", {"steps": shown, "label": label or _("The process")})


@register.simple_tag(takes_context=True)
def pagination(
    context: Context, page: Page[Any], *, parameter: str = "page", label: Any = "", to: str = ""
) -> SafeString:
    """Links to the other pages of a list; the rest of the address's query is kept.

    `to` is the list's address with its own query, for a page that is an answer to a form and not the list itself.
    """

    def address(number: int) -> str:
        if to:
            return f"{to}{'&' if '?' in to else '?'}{parameter}={number}"
        return _with_query(context, **{parameter: number})

    numbers = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        if isinstance(number, int):
            numbers.append({"number": number, "url": address(number)})
        else:
            numbers.append({"number": None, "url": ""})
    data = {
        "page": page,
        "numbers": numbers,
        "label": label or _("Pages"),
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }
    return render_to_string("ui/pagination.html", data)


@register.simple_tag(takes_context=True)
def cursor_pagination(
    context: Context, *, previous: Any = "", next: Any = "", parameter: str = "cursor", label: Any = ""
) -> SafeString:
    """Backwards and forwards in a list that is too long to number; the rest of the query is kept."""
    data = {
        "label": label or _("Pages"),
        "previous_url": _with_query(context, **{parameter: previous}) if previous else "",
        "next_url": _with_query(context, **{parameter: next}) if next else "",
    }
    return render_to_string("ui/cursor_pagination.html", data)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The page's own query with some values changed (or left out, when empty), for links that keep a filter."""
    return _with_query(context, **changes)


def _with_query(context: Context, **changes: Any) -> str:
    request = context.get("request")
    pairs = [] if request is None else [(k, v) for k, v in _pairs(request.GET) if k not in changes]
    pairs += [(name, str(value)) for name, value in changes.items() if value not in ("", None)]
    return "?" + urlencode(pairs)


def _pairs(query: Any) -> list[tuple[str, str]]:
    return [(key, value) for key, values in query.lists() for value in values]


@register.simple_tag
def progress(
    percent: int | float | None,
    *,
    text: Any,
    url: str = "",
    label: Any = "",
    interval_s: int = 2,
    is_done: bool = False,
) -> SafeString:
    """How far long work has come. With `url` it fetches itself anew; without JavaScript there is a link to do so.

    `percent` is None while nobody knows how much there is.
    """
    if percent is not None and not 0 <= percent <= 100:
        raise template.TemplateSyntaxError(f"progress: percent={percent!r} is not between 0 and 100.")
    context = {
        "percent": None if percent is None else round(percent), "text": text, "url": "" if is_done else url,
        "label": label or _("Progress"), "interval_s": interval_s, "is_done": is_done,
    }  # fmt: skip
    return render_to_string("ui/progress.html", context)


@register.simple_tag(takes_context=True)
def period_picker(
    context: Context,
    *,
    title: Any,
    kind: str,
    kinds: Iterable[tuple[str, Any]],
    code: str,
    previous: str = "",
    next: str = "",
    latest: str = "",
    parameter: str = "period",
    kind_parameter: str = "kind",
    help_text: Any = "",
) -> SafeString:
    """Which period the page shows: a step back or forward, another kind, or a code written by hand. A plain form."""
    choices = list(kinds)
    _check("period_picker", "kind", str(kind), [str(value) for value, _label in choices])
    request = context.get("request")
    own = {parameter, kind_parameter}
    data = {
        "title": title, "kind": str(kind), "kinds": choices, "code": code, "parameter": parameter,
        "kind_parameter": kind_parameter, "help_text": help_text,
        "kept": [] if request is None else [pair for pair in _pairs(request.GET) if pair[0] not in own],
    }  # fmt: skip
    for name, value in (("previous_url", previous), ("next_url", next), ("latest_url", latest)):
        data[name] = _with_query(context, **{parameter: value, kind_parameter: ""}) if value else ""
    return render_to_string("ui/period_picker.html", data)


# Forms


@register.simple_tag
def form_errors(form: BaseForm, *, title: Any = "") -> SafeString:
    """What has to be mended before the form can be sent, each line a link to its field.

    A form with smaller ones in it (`forms_within`, each with a `heading`) tells of theirs too, the heading first.
    """
    lines: list[dict[str, Any]] = []
    for one in (form, *getattr(form, "forms_within", ())):
        heading = getattr(one, "heading", "")
        lines += [{"text": error, "field": None} for error in one.non_field_errors()]
        lines += [
            {"text": error, "field": bound, "label": f"{heading}, {bound.label}" if heading else bound.label}
            for bound in one
            for error in bound.errors
        ]
    return render_to_string("ui/form_errors.html", {"form": form, "lines": lines, "title": title})


@register.simple_tag
def field_widget(field: BoundField) -> SafeString:
    """The field's widget in Designsystemet's dress; Django has tied it to its help and errors already."""
    widget = field.field.widget
    classes = str(widget.attrs.get("class", ""))
    if "ds-input" not in classes.split():
        classes = f"ds-input {classes}".strip()
    attrs: dict[str, Any] = {"class": classes}
    if _letters(widget.attrs.get("placeholder", "")) == _letters(field.label):
        attrs["placeholder"] = False  # it only repeats the label, and is gone when somebody writes
    return field.as_widget(attrs=attrs)


def _letters(text: Any) -> str:
    return "".join(sign for sign in str(text).casefold() if sign.isalnum())


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands after it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset


# Charts and maps


@register.simple_block_tag
def chart(
    content: str,
    *,
    label: Any,
    figure: Mapping[str, Any] | None = None,
    src: str = "",
    size: str = "medium",
    caption: Any = "",
) -> SafeString:
    """A figure from `ui.charts` above the table the block holds; without JavaScript people see the table.

    Give either `figure` or the address `src` that answers with one. `size` is small, medium, large or line.
    """
    _check("chart", "size", size, ("line", "small", "medium", "large"))
    if (figure is None) == (not src):
        raise template.TemplateSyntaxError("chart: give figure or src, one of them.")
    context = {
        "content": content, "label": label, "figure": None if figure is None else dict(figure), "src": src,
        "size": size, "caption": caption,
    }  # fmt: skip
    return render_to_string("ui/chart.html", context)


@register.simple_block_tag
def area_map(
    content: str,
    *,
    label: Any,
    areas: str = "",
    hexagons: str = "",
    points: str = "",
    blocks: str = "",
    bounds: Sequence[float] | None = None,
    size: str = "medium",
    unit: Any = "",
    caption: Any = "",
) -> SafeString:
    """A map above the list the block holds; without JavaScript or WebGL people see the list.

    `areas`, `hexagons`, `points` and `blocks` are addresses of GeoJSON. Properties: `name`, `text` and `url` for what
    is pressed; hexagons also `value`, or `status` protected or missing; areas `is_current`. `blocks` are where
    something happened in a home: drawn whole, without a number. `bounds` is west, south, east, north.
    """
    _check("area_map", "size", size, ("small", "medium", "large"))
    context = {
        "content": content, "label": label, "areas": areas, "hexagons": hexagons, "points": points, "size": size,
        "blocks": blocks, "bounds": _bounds(bounds), "unit": unit, "caption": caption, **_basemap(),
    }  # fmt: skip
    return render_to_string("ui/area_map.html", context)


@register.simple_block_tag
def point_picker(
    content: str,
    *,
    label: Any,
    lon: BoundField,
    lat: BoundField,
    areas: str = "",
    bounds: Sequence[float] | None = None,
    is_quiet: bool = False,
) -> SafeString:
    """Choose a point on a map; the two inputs the block holds are what is sent, and all there is without JavaScript.

    A quiet picker leaves the phone's position, and saying what was chosen, to the page around it.
    """
    context = {
        "content": content, "label": label, "lon": lon.id_for_label, "lat": lat.id_for_label, "areas": areas,
        "bounds": _bounds(bounds), "is_quiet": is_quiet, **_basemap(),
    }  # fmt: skip
    return render_to_string("ui/point_picker.html", context)


def _bounds(bounds: Sequence[float] | None) -> str:
    if bounds is None:
        return ""
    if len(bounds) != 4:
        raise template.TemplateSyntaxError("bounds: give west, south, east and north.")
    return json.dumps([round(float(side), 6) for side in bounds])


def _basemap() -> dict[str, Any]:
    return {
        "basemap_style": settings.BASEMAP_STYLE_URL,
        "basemap_tiles": settings.BASEMAP_TILE_URL,
        "basemap_attribution": settings.BASEMAP_ATTRIBUTION,
        "basemap_max_zoom": settings.BASEMAP_MAX_ZOOM,
    }


# The shell


@register.simple_tag(takes_context=True)
def color_scheme(context: Context) -> str:
    """The user's choice: light, dark, or auto for what the device prefers."""
    return scheme_of(context.get("request"))


@register.simple_tag(takes_context=True)
def shell_menu(context: Context) -> dict[str, Any]:
    """The collaboration whose menu is shown, its groups, and what has to be said about its data.

    A page outside the collaborations shows the menu of the only one a user has.
    """
    collaboration = context.get("collaboration")
    roles = context.get("my_roles") or set()
    mine = context.get("my_collaborations") or []
    request = context.get("request")
    if collaboration is None and len(mine) == 1 and request is not None:
        collaboration = mine[0]
        roles = {membership.role for membership in request.user.memberships_in(collaboration)}
    if collaboration is None:
        return {"collaboration": None, "groups": [], "notices": {other.notice for other in mine}}
    match = getattr(request, "resolver_match", None)
    current = match.url_name if match is not None else None
    groups = menu.build(collaboration, roles, current, getattr(request, "user", None))
    return {"collaboration": collaboration, "groups": groups, "notices": {collaboration.notice}}


@register.simple_tag
def url_or_nothing(name: str, *args: Any) -> str:
    """The address of a page, or nothing while no room has made it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def slot(
    context: Context, name: str, *, thing: Any, rows: Mapping[Any, Sequence[slots.Row]] | None = None
) -> SafeString:
    """What rooms above have to say about `thing` here. A list page fills once and passes the result as `rows`."""
    request = context.get("request")
    user = context.get("user") or getattr(request, "user", None)
    found = slots.fill(name, user, [thing]) if rows is None else rows
    return render_to_string("ui/slot.html", {"rows": found.get(thing.pk, [])}, request=request)
