"""A workbook as Brå's “Indikatorer för kommuners lägesbild” is described, written by the tests; and hostile ones."""

from __future__ import annotations

import zipfile
from pathlib import Path

from openpyxl import Workbook

REGIONS = ("Ekstad", "Östergötlands län", "Riket")


def bra_workbook(path: Path) -> Path:
    """Sheets 1–3 and the survey's, in the long and in the wide form: row 1 is a title, column 1 the region."""
    book = Workbook()
    book.active.title = "1 Om tabellerna"
    book.active.append(["Indikatorer för kommuners lägesbild"])
    book.active.append(["Läs mer på webbplatsen"])
    crimes = book.create_sheet("2 Skadegörelse")
    crimes.append(["Anmälda brott om skadegörelse"])
    crimes.append(["Region", "År", "Antal", "Antal per 100 000"])
    for region, numbers in zip(REGIONS, ((1240, 860.5), (5210, 1102.3), (182_300, 1733.1)), strict=True):
        crimes.append([region, 2024, *numbers])
        crimes.append([region, 2025, numbers[0] + 10, numbers[1] + 1])
    robberies = book.create_sheet("11 Personrån unga")
    robberies.append(["Anmälda personrån mot unga"])
    robberies.append(["", "Antal", None, "Antal per 100 000", None])
    robberies.append(["Region", 2024, 2025, 2024, 2025])
    robberies.append(["Ekstad", "..", "-", "..", "-"])
    robberies.append(["Riket", 3100, "2 950,0", 29.5, 28.0])
    unsafe = book.create_sheet("Otrygghet_oro".replace("_", " "))
    unsafe.append(["NTU"])
    unsafe.append(["Region", "Period", "Otrygghet utomhus", "Oro för bostadsinbrott"])
    for region, first, second in (("Ekstad", 24.5, 31.2), ("Riket", 22.0, 0.281)):
        unsafe.append([region, "2017/2018", first, second])
        unsafe.append([region, "2019/2020", "..", second])
    for row in (5, 6):
        unsafe.cell(row, 4).number_format = "0.0%"
    for row in (3, 4):
        unsafe.cell(row, 4).number_format = "0.0"
    book.save(path)
    return path


def with_part(path: Path, name: str, data: bytes) -> Path:
    """The workbook with another part in it."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, data)
    return path
