"""Read slides back: their titles, texts, tables, charts, notes and alternative texts, and where everything stands."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pptx

FEET = {"FOOTER", "SLIDE_NUMBER"}


def opened(file: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(file))


def titles(file: bytes) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in opened(file).slides]


def shapes(file: bytes) -> list[list[Any]]:
    """What stands on each slide, in the order it is read."""
    return [list(slide.shapes) for slide in opened(file).slides]


def is_foot(shape: Any) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type.name in FEET


def description(shape: Any) -> str | None:
    """The alternative text."""
    said: str | None = shape._element.xpath(".//p:cNvPr")[0].get("descr")
    return said


def texts(file: bytes) -> list[str]:
    """Every paragraph outside tables and feet, titles among them."""
    return [
        paragraph.text.replace("\v", "\n")
        for slide in shapes(file)
        for shape in slide
        if shape.has_text_frame and not is_foot(shape)
        for paragraph in shape.text_frame.paragraphs
    ]


def words(file: bytes) -> str:
    """All text of all slides, tables among it, with each stretch of white space as one space."""
    said = texts(file) + [cell for table in tables(file) for row in table for cell in row]
    return " ".join(" ".join(said).split())


def tables(file: bytes) -> list[list[list[str]]]:
    """Each table of each slide, header first."""
    return [
        [[cell.text.replace("\v", "\n") for cell in row.cells] for row in shape.table.rows]
        for slide in shapes(file)
        for shape in slide
        if shape.has_table
    ]


def charts(file: bytes) -> list[Any]:
    return [shape.chart for slide in shapes(file) for shape in slide if shape.has_chart]


def chart_numbers(chart: Any) -> dict[str, list[float | None]]:
    """Each series with its numbers."""
    return {series.name: list(series.values) for plot in chart.plots for series in plot.series}


def alternatives(file: bytes) -> list[str]:
    """The texts that stand for what is drawn."""
    return [
        description(shape) or ""
        for slide in shapes(file)
        for shape in slide
        if shape.has_chart or shape.shape_type.name == "PICTURE"
    ]


def notes(file: bytes) -> list[str]:
    """The notes of each slide, and nothing where it has none."""
    return [slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "" for slide in opened(file).slides]


def feet(file: bytes) -> list[str]:
    """What the foot of each slide says."""
    return [" ".join(shape.text_frame.text for shape in slide if is_foot(shape)) for slide in shapes(file)]


def parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}
