"""Charts and maps as SVG, drawn by matplotlib from the document's own figures.

The same drawing always gives the same bytes: no dates, fixed names inside the file, letters as outlines of the font
that matplotlib brings. Matplotlib takes half a second and 40 MB, so it is imported by the first drawing and not before.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache, singledispatch
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from documents import trees
from documents.model import (
    MOST_BARS,
    PROTECTED,
    BarChart,
    LineChart,
    MapDrawing,
    Mark,
    Point,
    Ring,
    Shares,
    Span,
    TimePlan,
    Value,
)
from documents.texts import printable
from ui.days import month_in_short
from ui.numbers import number_words

# The house's colours in light (static/css/est.css). Each step of the scale is darker than the one before, so it also
# holds on a printer without colours.
INK, TEXT, GRID, EDGE = "#1f2224", "#4c4f52", "#dfe0e2", "#75777a"
OBSERVED, BAND, MISSING, GROUND = "#0062ba", "#dde9f4", "#efeff0", "#f4f6f5"
SCALE = ("#f7eeee", "#ecd2d4", "#dfaeb4", "#cd7f8a", "#b74d5e", "#8f1f38")
_INCH_MM = 25.4
# The text block of an A4 page, and half of it beside something else.
WHOLE_MM, HALF_MM = trees.WHOLE_MM, 84.0
# On paper at arm's length nobody sees more.
DOTS_PER_INCH = 200
_FONT_PT = 7.5
# What is above and below a line chart's axes, the strip under the time axis, and the names of what is in the strip.
_ABOVE_MM, _BELOW_MM, _STRIP_MM, _GAP_MM, _NAMES_MM = 6.6, 5.7, 3.6, 1.2, 4.5
# Matplotlib keeps fonts and settings of the process; two threads of a web server drawing at once would share them.
_LOCK = threading.Lock()

Drawn = LineChart | BarChart | MapDrawing | TimePlan | trees.Part
# The edge of a tree's boxes by group: place, who does it, who it is done to, who is responsible, in the caller's order.
GROUP_COLORS = ("#9a3a00", "#5b3aa0", "#0062ba", "#0b6e4f")


@lru_cache(maxsize=1)
def _matplotlib() -> Any:
    """Matplotlib with settings under which equal drawings are equal files."""
    import matplotlib

    matplotlib.rcParams.update(
        {
            "svg.hashsalt": "est",
            "svg.fonttype": "path",
            "font.family": ["DejaVu Sans"],
            "font.size": _FONT_PT,
            "text.color": TEXT,
            "text.parse_math": False,
            "axes.labelcolor": TEXT,
            "axes.unicode_minus": True,
            "xtick.color": TEXT,
            "ytick.color": TEXT,
            "path.simplify": False,
        }
    )
    return matplotlib


def _figure(width_mm: float, height_mm: float) -> Any:
    _matplotlib()
    # Not pyplot, which keeps every figure it has made.
    from matplotlib.figure import Figure

    # Without a ground of its own, so that “Draft” across the page is seen through it.
    return Figure(figsize=(width_mm / _INCH_MM, height_mm / _INCH_MM), facecolor="none")


def _as_svg(figure: Any) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    file = io.StringIO()
    FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return file.getvalue()


def draw(drawing: Drawn, width_mm: float = WHOLE_MM) -> str:
    """The drawing as SVG, `width_mm` wide."""
    with _LOCK:
        return _as_svg(_drawn(drawing, width_mm))


def draw_png(drawing: Drawn, width_mm: float = WHOLE_MM) -> bytes:
    """The drawing as PNG, `width_mm` wide, for what cannot show SVG: sharp on paper, and on white."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    file = io.BytesIO()
    with _LOCK:
        figure = _drawn(drawing, width_mm)
        figure.set_dpi(DOTS_PER_INCH)
        figure.set_facecolor("white")
        FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
    return file.getvalue()


@singledispatch
def _drawn(drawing: Any, width_mm: float) -> Any:
    raise TypeError(f"There is no drawing for {type(drawing).__name__}.")


def _number(value: Value) -> float:
    return math.nan if value is None or value == PROTECTED else float(value)


def _numbers(values: Iterable[Value]) -> list[float]:
    return [_number(value) for value in values]


def _plain_axes(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, labelsize=_FONT_PT)
    axes.set_axisbelow(True)


@_drawn.register
def _line_chart(chart: LineChart, width_mm: float) -> Any:
    from matplotlib.dates import AutoDateLocator, date2num
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    below_mm = _BELOW_MM + (_NAMES_MM + _STRIP_MM + _GAP_MM if chart.strip else 0)
    height_mm = chart.height_mm + below_mm - _BELOW_MM
    figure = _figure(width_mm, height_mm)
    axes = figure.add_axes(
        (0.055, below_mm / height_mm, 0.935, (height_mm - below_mm - _ABOVE_MM) / height_mm), facecolor="none"
    )
    days = [float(date2num(day)) for day in chart.days]
    _shade_missing(axes, days, chart.observed)
    if chart.range_name:
        axes.fill_between(
            days, _numbers(chart.lower), _numbers(chart.upper), color=BAND, linewidth=0, label=chart.range_name
        )
    observed = _numbers(chart.observed)
    ring = observed[-1] if chart.last_is_running and observed else math.nan
    line = [*observed[:-1], math.nan] if not math.isnan(ring) else observed
    axes.plot(
        days, line, color=OBSERVED, linewidth=1.1, marker="o", markersize=1.8, label=chart.observed_name, clip_on=False
    )
    if not math.isnan(ring):
        axes.plot(
            days[-1:], [ring], color=OBSERVED, marker="o", markersize=4.5, markerfacecolor="white", linewidth=0,
            label=_("So far"), clip_on=False,
        )  # fmt: skip
    for one in chart.lines:
        axes.plot(days, _numbers(one.values), label=one.name, clip_on=False, **_LINE_LOOKS[one.look])
    hidden = [day for day, value in zip(days, chart.observed, strict=True) if value == PROTECTED]
    if hidden:
        axes.plot(hidden, [0] * len(hidden), "x", color=TEXT, markersize=3.2, label=_("Protected"), clip_on=False)
    _plain_axes(axes)
    axes.set_ylim(bottom=0)
    if days:
        axes.set_xlim(days[0], days[-1] if len(days) > 1 else days[0] + 1)
    # Words stand above all lines: first those of the spans, and under them those of the marks.
    rows = bool(chart.spans) + min(len(chart.marks), _MARK_ROWS)
    axes.set_ylim(top=axes.get_ylim()[1] / (1 - _MARK_ROW * rows))
    _spans(axes, chart.spans)
    _marks(axes, chart.marks, below=bool(chart.spans))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: number_words(round(value))))
    axes.yaxis.grid(True, color=GRID, linewidth=0.5)
    if chart.strip:
        axes.xaxis.set_ticks([])
        bottom = (_BELOW_MM + _NAMES_MM) / height_mm
        dated = figure.add_axes((0.055, bottom, 0.935, _STRIP_MM / height_mm), facecolor="none", sharex=axes)
        _strip(dated, chart.strip, days)
        _plain_axes(dated)
    else:
        dated = axes
    dated.xaxis.set_major_locator(AutoDateLocator(minticks=4, maxticks=9))
    dated.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: _month(value)))
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, frameon=False, borderaxespad=0.2, handlelength=1.4,
        fontsize=_FONT_PT,
    )  # fmt: skip
    return figure


_LINE_LOOKS: dict[str, dict[str, Any]] = {
    "dashed": {"color": INK, "linewidth": 1.2, "linestyle": (0, (4, 2))},
    "thin": {"color": EDGE, "linewidth": 0.8, "marker": "s", "markersize": 1.4},
}


# How high the words of a mark are, as a part of the chart, and how many lie under each other before they begin anew.
_MARK_ROW, _MARK_ROWS = 0.1, 4


def _spans(axes: Any, spans: Sequence[Span]) -> None:
    """A shade over the days of each, with its words in its upper corner."""
    from matplotlib.dates import date2num

    begins, ends = axes.get_xlim()
    for span in spans:
        first, last = max(begins, float(date2num(span.first))), min(ends, float(date2num(span.last)) + 1)
        if first >= last:
            continue
        axes.axvspan(first, last, color=BAND, alpha=0.6, linewidth=0, zorder=0)
        axes.annotate(
            printable(span.text), (first, 1), xycoords=("data", "axes fraction"), xytext=(2.5, -1.5),
            textcoords="offset points", ha="left", va="top", color=INK, fontsize=_FONT_PT, fontweight="bold",
        )  # fmt: skip


def _marks(axes: Any, marks: Sequence[Mark], *, below: bool) -> None:
    """A line across the chart for each day, with its words: each a row lower than the one before, so both are read."""
    from matplotlib.dates import date2num

    first, last = axes.get_xlim()
    for number, mark in enumerate(marks):
        day = float(date2num(mark.day))
        if not first <= day <= last:
            continue
        axes.axvline(day, color=INK, linewidth=0.7, linestyle=(0, (1, 1.5)))
        # Words stand on the side where there is more room.
        is_late = day > (first + last) / 2
        row = below + number % _MARK_ROWS
        axes.annotate(
            printable(mark.text), (day, 1 - _MARK_ROW * row), xycoords=("data", "axes fraction"),
            xytext=(-2.5 if is_late else 2.5, -1), textcoords="offset points", ha="right" if is_late else "left",
            va="top", color=INK, fontsize=_FONT_PT,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
        )  # fmt: skip


_LOOKS: dict[str, dict[str, Any]] = {
    "full": {"facecolor": OBSERVED, "edgecolor": "none"},
    "light": {"facecolor": BAND, "edgecolor": OBSERVED, "linewidth": 0.4},
    "hatched": {"facecolor": "white", "edgecolor": EDGE, "linewidth": 0.3, "hatch": "////////"},
}


def _strip(axes: Any, strip: Sequence[Shares], days: Sequence[float]) -> None:
    """A bar for each period, from the bottom to the top, and under the dates what its parts are."""
    width = [0.9 * (after - day) for day, after in pairwise(days)]
    width = [*width, width[-1]] if width else [6.0]
    filled = [0.0] * len(days)
    for shares in strip:
        heights = [value or 0.0 for value in shares.values]
        axes.bar(days, heights, width[: len(days)], bottom=filled, label=shares.name, **_LOOKS[shares.look])
        filled = [below + height for below, height in zip(filled, heights, strict=True)]
    axes.set_ylim(0, 1)
    axes.yaxis.set_ticks([])
    # Below the dates, whose room is the lowest but one of the drawing.
    drop = -(_BELOW_MM + 0.6) / _STRIP_MM
    axes.legend(
        loc="upper left", bbox_to_anchor=(0, drop + 0.2), ncols=len(strip), frameon=False, borderaxespad=0,
        borderpad=0, handlelength=1.4, fontsize=_FONT_PT,
    )  # fmt: skip


def _month(value: float) -> str:
    from matplotlib.dates import num2date

    return month_in_short(num2date(value).date())


def _shade_missing(axes: Any, days: Sequence[float], observed: Sequence[Value]) -> None:
    """What the source lacks is shaded and named, never drawn as zero."""
    if len(days) < 2:
        return
    half = (days[1] - days[0]) / 2
    is_named = False
    for day, value in zip(days, observed, strict=True):
        if value is None:
            name = None if is_named else _("missing")
            axes.axvspan(day - half, day + half, color=MISSING, linewidth=0, label=name)
            is_named = True


_BARS: tuple[dict[str, Any], ...] = (
    {"facecolor": BAND, "edgecolor": OBSERVED, "linewidth": 0.5},
    {"facecolor": OBSERVED, "edgecolor": "none"},
)


@_drawn.register
def _bar_chart(chart: BarChart, width_mm: float) -> Any:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    figure = _figure(width_mm, chart.height_mm)
    axes = figure.add_axes(
        (0.055, _BELOW_MM / chart.height_mm, 0.935, (chart.height_mm - _BELOW_MM - _ABOVE_MM) / chart.height_mm),
        facecolor="none",
    )
    width = 0.6 / max(1, len(chart.series))
    for number, (name, values) in enumerate(chart.series):
        at = [place + (number - (len(chart.series) - 1) / 2) * width for place in range(len(chart.names))]
        heights = _numbers(values)
        axes.bar(at, heights, width * 0.9, label=name, **_BARS[number % len(_BARS)])
        for place, height in zip(at, heights, strict=True):
            if not math.isnan(height):
                axes.annotate(
                    number_words(height), (place, height), xytext=(0, 1.5), textcoords="offset points", ha="center",
                    va="bottom", color=INK, fontsize=_FONT_PT,
                )  # fmt: skip
    _plain_axes(axes)
    axes.margins(y=0.14)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_ticks(range(len(chart.names)), [printable(name) for name in chart.names])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: number_words(round(value))))
    axes.yaxis.grid(True, color=GRID, linewidth=0.5)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, frameon=False, borderaxespad=0.2, handlelength=1.4,
        fontsize=_FONT_PT,
    )  # fmt: skip
    if chart.unit:
        axes.annotate(
            printable(chart.unit), (1, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points",
            ha="right", va="bottom", fontsize=_FONT_PT,
        )  # fmt: skip
    return figure


def shade(value: float, largest: float) -> str:
    """The colour of a number: nothing is nearly white, the largest is the darkest."""
    if value <= 0 or largest <= 0:
        return SCALE[0]
    return SCALE[min(len(SCALE) - 1, max(1, math.ceil(value / largest * (len(SCALE) - 1))))]


def is_dark(value: float, largest: float) -> bool:
    """Whether letters on the shade of this number have to be white."""
    return value > 0.55 * largest


@_drawn.register
def _map(drawing: MapDrawing, width_mm: float) -> Any:
    from matplotlib.collections import PolyCollection

    figure = _figure(width_mm, drawing.height_mm)
    axes = figure.add_axes((0.0, 0.085, 1.0, 0.91))
    axes.set_axis_off()
    # A municipality is far larger than the parts of it that anybody follows: they fill the drawing, not it.
    rings = [*(drawing.parts or drawing.outline), *(ring for ring, _value in drawing.cells)]
    if not rings:
        return figure
    flat = _Flat(rings)
    largest = max((_number(value) for _ring, value in drawing.cells if value not in (None, PROTECTED)), default=0.0)
    if drawing.outline:
        shapes = [flat.ring(ring) for ring in drawing.outline]
        axes.add_collection(PolyCollection(shapes, facecolors=GROUND, edgecolors="none"))
    shown = [(ring, _number(value)) for ring, value in drawing.cells if value not in (None, PROTECTED)]
    hidden = [ring for ring, value in drawing.cells if value == PROTECTED]
    axes.add_collection(
        PolyCollection(
            [flat.ring(ring) for ring, _value in shown],
            facecolors=[shade(value, largest) for _ring, value in shown] or "none",
            edgecolors="white", linewidths=0.2,
        )
    )  # fmt: skip
    # Protected is not zero and not missing: a hexagon of its own kind, hatched.
    axes.add_collection(
        PolyCollection(
            [flat.ring(ring) for ring in hidden], facecolors="white", edgecolors=EDGE, linewidths=0.3, hatch="//////"
        )
    )
    for lines, width, color in ((drawing.parts, 0.5, EDGE), (drawing.outline, 0.9, INK)):
        if lines:
            shapes = [flat.ring(ring) for ring in lines]
            axes.add_collection(PolyCollection(shapes, facecolors="none", edgecolors=color, linewidths=width))
    west, south, east, north = flat.bounds
    margin = 0.03 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal")
    _legend(figure, drawing, largest, bool(hidden))
    _scale_bar(axes, east - west)
    return figure


class _Flat:
    """Degrees to metres, true to shape over an area the size of a municipality."""

    def __init__(self, rings: Sequence[Ring]) -> None:
        longitudes = [lon for ring in rings for lon, _lat in ring]
        latitudes = [lat for ring in rings for _lon, lat in ring]
        self.lon, self.lat = min(longitudes), min(latitudes)
        self.east_m = 111_320 * math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
        self.bounds = (0.0, 0.0, *self.point((max(longitudes), max(latitudes))))

    def point(self, point: Point) -> Point:
        return (point[0] - self.lon) * self.east_m, (point[1] - self.lat) * 111_320

    def ring(self, ring: Ring) -> list[Point]:
        return [self.point(point) for point in ring]


def _legend(figure: Any, drawing: MapDrawing, largest: float, has_hidden: bool) -> None:
    from matplotlib.patches import Patch

    handles = []
    for low, high, color in steps(largest):
        label = number_words(low) if low == high else f"{number_words(low)}–{number_words(high)}"
        handles.append(Patch(facecolor=color, edgecolor="none", label=label))
    if handles and drawing.unit:
        handles[-1].set_label(f"{handles[-1].get_label()} {drawing.unit}")
    if has_hidden:
        handles.append(Patch(facecolor="white", edgecolor=EDGE, hatch="//////", linewidth=0.3, label=_("Protected")))
    if handles:
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 0), ncols=len(handles), frameon=False,
            borderaxespad=0, borderpad=0, handlelength=1.2, columnspacing=0.8, handletextpad=0.35,
            fontsize=_FONT_PT - 0.5,
        )  # fmt: skip


def steps(largest: float) -> list[tuple[int, int, str]]:
    """Which whole numbers each shade of the scale stands for: from, to and colour, as the map draws them."""
    found: dict[str, list[int]] = {}
    for number in range(1, int(largest) + 1):
        found.setdefault(shade(number, largest), []).append(number)
    return [(numbers[0], numbers[-1], color) for color, numbers in found.items()]


def _scale_bar(axes: Any, width_m: float) -> None:
    """A line as long as a round number of metres, about a quarter of the map."""
    if width_m <= 0:
        return
    magnitude = 10 ** math.floor(math.log10(width_m / 4))
    length = next(step * magnitude for step in (5, 2, 1) if step * magnitude <= width_m / 4)
    words = f"{number_words(length / 1000)} km" if length >= 1000 else f"{number_words(length)} m"
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    axes.plot([right - length, right], [bottom, bottom], color=INK, linewidth=1.4, solid_capstyle="butt", clip_on=False)
    axes.annotate(
        words, (right, bottom), xytext=(0, 2.5), textcoords="offset points", ha="right", va="bottom", color=INK
    )


# The height of a bar's row; what stands above the bars (months) and below (what they are); the share for their names.
_ROW_MM, _MONTHS_MM, _KEY_MM, _NAMES_SHARE = 5.6, 6.0, 7.0, 0.36
# A month and its year, with air around.
_MONTH_MM = 16.0


@_drawn.register
def _time_plan(plan: TimePlan, width_mm: float) -> Any:
    from matplotlib.dates import AutoDateLocator, date2num
    from matplotlib.patches import Patch
    from matplotlib.ticker import FuncFormatter

    bars = plan.bars[:MOST_BARS]
    rows = max(1, len(bars))
    height_mm = rows * _ROW_MM + _MONTHS_MM + _KEY_MM
    figure = _figure(width_mm, height_mm)
    axes = figure.add_axes(
        (_NAMES_SHARE, _KEY_MM / height_mm, 0.99 - _NAMES_SHARE, rows * _ROW_MM / height_mm), facecolor="none"
    )
    first, last = float(date2num(plan.first_day)), float(date2num(plan.last_day)) + 1
    room = _NAMES_SHARE * width_mm / (_FONT_PT / 72 * _INCH_MM)
    for row, bar in enumerate(bars):
        begins, ends, mark = (float(date2num(day)) if day else math.nan for day in (bar.first, bar.last, bar.mark))
        # A bar with one day is as wide as a week, so that it is seen.
        left = begins if not math.isnan(begins) else ends - 6
        right = ends + 1 if not math.isnan(ends) else begins + 6
        if not math.isnan(left):
            look = "hatched" if bar.is_open else "full"
            axes.barh(row, max(right - left, (last - first) / 200), 0.56, left=left, **_LOOKS[look])
        if not math.isnan(mark):
            axes.plot([mark + 0.5], [row], marker="D", markersize=3.6, color=INK, markerfacecolor="white", zorder=4)
        lines = trees.wrapped(bar.label, room * 0.98)
        name = lines[0] + (" …" if len(lines) > 1 else "") if lines else ""
        axes.text(
            -_NAMES_SHARE / (0.99 - _NAMES_SHARE), row, printable(name), ha="left", va="center", fontsize=_FONT_PT,
            color=INK, transform=axes.get_yaxis_transform(),
        )  # fmt: skip
    _plain_axes(axes)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(first, last)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.yaxis.set_ticks([])
    axes.xaxis.tick_top()
    months_mm = (0.99 - _NAMES_SHARE) * width_mm
    # No more months than can be read beside each other, and none that would be cut at the edge.
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=max(4, int(months_mm / _MONTH_MM))))
    last_named = last - (last - first) * _MONTH_MM / 2 / months_mm
    axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _place: _month(day) if day <= last_named else ""))
    axes.xaxis.grid(True, color=GRID, linewidth=0.5)
    handles: list[Any] = []
    if any(not bar.is_open for bar in bars):
        handles.append(Patch(label=plan.bar_name, **_LOOKS["full"]))
    if plan.open_name and any(bar.is_open for bar in bars):
        handles.append(Patch(label=plan.open_name, **_LOOKS["hatched"]))
    if any(bar.mark for bar in bars):
        (point,) = axes.plot(
            [], [], marker="D", markersize=3.6, color=INK, markerfacecolor="white", linewidth=0, label=plan.mark_name
        )
        handles.append(point)
    if handles:
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 0), ncols=len(handles), frameon=False,
            borderaxespad=0, borderpad=0.2, handlelength=1.4, fontsize=_FONT_PT,
        )  # fmt: skip
    return figure


@_drawn.register
def _tree(part: trees.Part, width_mm: float) -> Any:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    layout, height = part.layout, part.bottom - part.top
    figure = _figure(width_mm, height * width_mm / layout.width)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    # Half a line's width around, so that the outermost edges are drawn whole.
    margin = 0.1 * layout.font
    axes.set_xlim(-margin, layout.width + margin)
    axes.set_ylim(part.bottom + margin, part.top - margin)
    axes.add_collection(LineCollection(layout.lines, colors=EDGE, linewidths=0.7))
    points = layout.font * width_mm / layout.width / _INCH_MM * 72
    for box in layout.boxes:
        if box.y >= part.bottom or box.y + box.height <= part.top:
            continue
        color = GROUP_COLORS[box.group] if 0 <= box.group < len(GROUP_COLORS) else EDGE
        ground = "white" if box.kind == "node" else MISSING
        axes.add_patch(
            Rectangle(
                (box.x, box.y), box.width, box.height, facecolor=ground, edgecolor=INK if box.is_chosen else EDGE,
                linewidth=1.4 if box.is_chosen else 0.6,
            )
        )  # fmt: skip
        if box.kind != "root":
            axes.add_patch(
                Rectangle((box.x, box.y), trees.EDGE * layout.font, box.height, facecolor=color, edgecolor="none")
            )
        left = box.x + (trees.EDGE + trees.PAD_X) * layout.font
        for y, line, is_small in trees.baselines(box, layout.font):
            axes.text(
                left, y, printable(line), ha="left", va="baseline", fontsize=points * (trees.SMALL if is_small else 1),
                fontweight="bold" if box.is_strong and not is_small else "normal", color=TEXT if is_small else INK,
                clip_on=True,
            )  # fmt: skip
    return figure
