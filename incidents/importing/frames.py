"""The frames the steps of an import hand to each other."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from incidents.models import Incident

# What is known of a row when it is ready to be stored, beside `line`. What the whole file shares is told once.
STAGED = pa.schema(
    [
        ("line", pa.int64()),
        # The source's own key, or a content key that gets its running number last.
        ("source_key", pa.large_string()),
        ("category_id", pa.int64()),
        ("occurred_from", pa.timestamp("us", tz="UTC")),
        ("occurred_to", pa.timestamp("us", tz="UTC")),
        ("occurred_on", pa.date32()),
        ("time_precision", pa.large_string()),
        ("location", pa.large_string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("cell", pa.int64()),
        ("precision", pa.large_string()),
        ("place_id", pa.int64()),
        ("area_id", pa.int64()),
        ("place_type", pa.large_string()),
        ("certainty", pa.large_string()),
        ("unsafety", pa.int64()),
        ("persons", pa.large_string()),
        ("severity", pa.int64()),
        ("cost_sek", pa.int64()),
        ("description", pa.large_string()),
        ("is_text_removed", pa.bool_()),
    ]
)
# What a profile need not say.
DEFAULTS: dict[str, object] = {
    "occurred_to": None,
    "place_id": None,
    "place_type": Incident.PlaceType.PUBLIC.value,
    "certainty": "",
    "unsafety": None,
    "persons": "",
    "severity": 2,
    "cost_sek": None,
    "description": "",
    "is_text_removed": False,
}
REFUSAL_COLUMNS = ["line", "column", "sentence"]


def refusal_frame(refusals: Iterable[tuple[int, str, str]] = ()) -> pd.DataFrame:
    """Refusals as (line, column, sentence)."""
    return pd.DataFrame.from_records(list(refusals), columns=REFUSAL_COLUMNS)


def refuse(frame: pd.DataFrame, where: np.ndarray | pd.Series, column: str, sentence: str) -> pd.DataFrame:
    """A refusal with this sentence for every row of `frame` (with a column `line`) where it is true."""
    lines = frame["line"].to_numpy()[np.asarray(where, dtype=bool)]
    return pd.DataFrame({"line": lines, "column": column, "sentence": sentence}, columns=REFUSAL_COLUMNS)


def together(refusals: list[pd.DataFrame]) -> pd.DataFrame:
    """All refusals in one frame, by line."""
    some = [frame for frame in refusals if len(frame)]
    if not some:
        return refusal_frame()
    return pd.concat(some, ignore_index=True).sort_values("line", kind="stable", ignore_index=True)


def as_staged(frame: pd.DataFrame) -> pa.Table:
    """The frame as the table the database takes in, with what the profile did not say filled in."""
    columns = []
    for field in STAGED:
        if field.name in frame.columns:
            column = pa.array(frame[field.name], from_pandas=True)
            columns.append(column.cast(field.type))
        else:
            columns.append(pa.repeat(pa.scalar(DEFAULTS[field.name], field.type), len(frame)))
    return pa.Table.from_arrays(columns, schema=STAGED)
