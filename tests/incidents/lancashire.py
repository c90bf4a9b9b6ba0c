"""The real files of the import tests, and Lancashire's districts."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data"
DATA = _DATA / "incidents"
DISTRICTS = _DATA / "geo" / "uk_lancashire_districts.geojson"
PARQUET = DATA / "uk_lancashire_street_2019-12_2022-10.parquet"
EXPECTED = DATA / "expected_lancashire.json"


def unpacked_month(folder: Path) -> Path:
    """The raw month file as it was downloaded."""
    path = folder / "2022-07-lancashire-street.csv"
    with gzip.open(DATA / "uk_2022-07-lancashire-street.csv.gz") as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return path
