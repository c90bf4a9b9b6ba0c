"""A key for a row of a source that has none of its own: what the row says, and its number among equal rows.

Equal rows are not errors, so they stay separate; the running number is given when all rows are in
(`storing.number_equal_rows`), since equal rows may lie far apart in a file.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Stands between the cells. It is taken out of the cells themselves, so that no two different rows become one text.
_BETWEEN = "\x1f"


def content_keys(frame: pd.DataFrame) -> pd.Series:
    """32 hexadecimal signs for each row, equal where and only where all cells are equal. Missing equals empty."""
    cells = [_as_text(frame[name]) for name in frame.columns]
    between = pa.scalar(_BETWEEN, pa.large_string())
    joined = pc.binary_join_element_wise(*cells, between, null_handling="replace", null_replacement="")
    keys = [blake2b(row.encode(), digest_size=16).hexdigest() for row in joined.to_pylist()]
    return pd.Series(keys, index=frame.index, dtype="str")


def _as_text(cells: pd.Series) -> pa.Array:
    column = pa.array(cells, type=pa.large_string(), from_pandas=True)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return pc.replace_substring(column, _BETWEEN, "")


def six_decimals(numbers: pd.Series) -> pd.Series:
    """Degrees as text to six decimals (0.1 m), so that a number says the same whichever format it came in."""
    values = numbers.to_numpy(dtype=np.float64)
    # Adding zero turns -0.0 into 0.0.
    texts = ["" if value != value else f"{value:.6f}" for value in (np.round(values, 6) + 0.0).tolist()]
    return pd.Series(texts, index=numbers.index, dtype="str")
