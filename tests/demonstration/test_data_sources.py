"""Every data file in the repository stands in docs/data-sources.md, with its true number of rows."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "data-sources.md"
FOLDERS = (ROOT / "est_platform" / "demonstration" / "data", ROOT / "tests" / "data")


def test_every_data_file_is_in_the_document():
    text = DOCUMENT.read_text()
    files = [f for folder in FOLDERS for f in folder.rglob("*") if f.is_file() and f.suffix != ".md"]
    assert len(files) > 15
    assert [str(f.relative_to(ROOT)) for f in files if f.name not in text] == []


def test_the_numbers_of_rows_are_true():
    rows = {}
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[1].replace(",", "").isdigit():
            rows[cells[0].split("`")[1]] = int(cells[1].replace(",", ""))
    counted = {}
    for name in rows:
        file = ROOT / name
        if file.suffix == ".parquet":
            counted[name] = pq.read_metadata(file).num_rows
        elif file.suffix == ".csv":
            counted[name] = len(file.read_text().splitlines()) - 1
        elif file.suffix in {".geojson", ".json"}:
            content = json.loads(file.read_text())
            counted[name] = len(content["features"] if isinstance(content, dict) else content)
    assert len(counted) > 8
    assert counted == {name: rows[name] for name in counted}
