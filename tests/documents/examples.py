"""One document with every kind of block in it."""

from __future__ import annotations

import datetime as dt

from documents import model

MADE_AT = dt.datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=dt.UTC)
WEEKS = tuple(dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(12))
SQUARE = ((16.10, 58.57), (16.14, 58.57), (16.14, 58.60), (16.10, 58.60), (16.10, 58.57))


def hexagon(lon: float, lat: float) -> model.Ring:
    corners = ((0.001, 0), (0.0005, 0.0006), (-0.0005, 0.0006), (-0.001, 0), (-0.0005, -0.0006), (0.0005, -0.0006))
    ring = tuple((lon + east, lat + north) for east, north in corners)
    return (*ring, ring[0])


LINE = model.LineChart(
    alt="Events by week.",
    days=WEEKS,
    observed=(5, 7, None, None, 8, model.PROTECTED, 9, 12, 6, 7, 0, 4),
    lower=(3,) * 12,
    upper=(11,) * 12,
    observed_name="Events",
    range_name="Expected range",
    last_is_running=True,
)
COMPARED = model.LineChart(
    alt="Events beside what was to be expected.",
    days=WEEKS,
    observed=(5, 7, None, 6, 8, 7, 9, 4, 3, 2, 3, 1),
    lower=(None,) * 12,
    upper=(None,) * 12,
    observed_name="Events",
    range_name="",
    lines=(
        model.Line("Expected", (None,) * 6 + (8.0,) * 6, "dashed"),
        model.Line("Compared", (6.0,) * 6 + (None,) * 6),
    ),
    marks=(model.Mark(WEEKS[6], "It starts"), model.Mark(WEEKS[10], "It is over"), model.Mark(MADE_AT.date(), "Later")),
    spans=(model.Span(WEEKS[0], WEEKS[5], "Before"), model.Span(WEEKS[7], WEEKS[11], "After")),
)
BARS = model.BarChart(
    alt="Before and after.",
    names=("The square", "The garage"),
    series=(("Before", (100.0, 100.0)), ("After", (45.0, None))),
    unit="before = 100",
)
GRID = model.GridChart(
    caption="When",
    corner="Weekday",
    columns=("00–12", "12–24"),
    rows=("Monday", "Tuesday"),
    values=((3, 17), (model.PROTECTED, 0)),
)
MAP = model.MapDrawing(
    alt="Map of the west.",
    outline=(SQUARE,),
    parts=(SQUARE,),
    cells=((hexagon(16.12, 58.58), 9), (hexagon(16.125, 58.585), model.PROTECTED)),
    unit="events",
)
TABLE = model.Table(
    "Places",
    (model.Column("Place"), model.Column("Events", True)),
    (
        (model.Cell("The square"), model.counted(0)),
        (model.Cell("The garage"), model.counted(None, "protected")),
        (model.Cell("The school"), model.counted(None)),
        (model.Cell("The library"), model.counted(1234)),
    ),
)
TREE = model.TreeDrawing(
    alt="Three causes.",
    root="142 events in 12 months",
    root_note="Expected 61",
    nodes=(
        model.TreeNode("1", "The place gives shelter and customers", group="place", state="Confirmed", note="4 for"),
        model.TreeNode("2", "Free wifi day and night", "1", "place", "Supported", "2 for", is_chosen=True),
        model.TreeNode("3", "Nobody is responsible after seven", group="control", state="Hypothesis"),
    ),
    groups=(model.TreeGroup("place", "Place"), model.TreeGroup("control", "Control and responsibility")),
    chosen="Chosen to act on",
)
TIME_PLAN = model.TimePlan(
    alt="Two measures from March to October.",
    first_day=dt.date(2026, 1, 1),
    last_day=dt.date(2026, 12, 31),
    bars=(
        model.Bar("1. Better light in the square", dt.date(2026, 3, 2), dt.date(2026, 9, 30), dt.date(2026, 10, 14)),
        model.Bar("2. Prune the bushes along the path to the school", None, dt.date(2026, 5, 1), is_open=True),
        model.Bar("3. No day yet"),
    ),
    bar_name="From start to done",
    mark_name="Followed up",
    open_name="Not decided yet",
)
NESTED = model.NestedList(
    (
        model.ListItem(
            "The place gives shelter", "Confirmed", (model.ListItem("Free wifi", "Supported"), model.ListItem("Bushes"))
        ),
        model.ListItem("Nobody is responsible"),
    )
)
EVERYTHING = (
    model.Notice("Because of the fires.", "warning", "Assessed state: worrying"),
    model.Facts((model.Fact("All events", model.counted(31), "More than expected", "Expected 12–25", "danger"),)),
    model.Heading("What has changed"),
    model.Points(("Fires: 9.", "Vandalism: 12.")),
    model.Heading("Details", 3),
    model.Text("One.\nTwo."),
    LINE,
    model.Columns((model.Heading("Where"), MAP), (model.Heading("Places"), TABLE)),
    GRID,
    TREE,
    NESTED,
)


def document(*blocks: model.Block, **said: str) -> model.Document:
    return model.Document(**{"title": "The west, week 47", "language": "sv", "made_at": MADE_AT, **said}, blocks=blocks)
