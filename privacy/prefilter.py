"""Sorts out, a column at a time, the texts that cannot hold personal data.

RE2 reads a column many times faster than Python reads its texts one by one. Each pattern here lets through at least
what the finder beside it can find; what is let through is then judged by the exact finders.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from privacy import names, words
from privacy.folding import PLAIN_CHARACTERS

_NO_WORD = "(?:^|[^0-9A-Za-zÀ-ÿ])"
_LETTER = "[A-HJ-PR-UW-Za-hj-pr-uw-z]"
_SERVICES = "snap|snapchat|insta|instagram|ig|tik ?tok|telegram|facebook|fb|messenger|discord|twitch|kik|whatsapp"


@lru_cache(maxsize=1)
def patterns() -> tuple[str, ...]:
    """RE2 patterns of which at least one matches every text with personal data."""
    stems = "|".join(stem.replace("$", "") for group in words.STEMS.values() for stem in group)
    capitals = sorted(names.names_also_words())
    written = "|".join(f"{name[0].upper()}(?i:{name[1:]})" for name in capitals)
    name = f"(?i:{'|'.join(sorted(names.names_never_words()))})|{written}"
    return (
        f"[^{PLAIN_CHARACTERS}]",
        "[0-9](?:[^0-9]*[0-9]){6}",  # identity numbers, phones, police cases
        f"{_NO_WORD}{_LETTER}(?:{_LETTER}{{2}}|[ .\\-]{_LETTER}[ .\\-]{_LETTER})"
        "[ \\t.\\-]{0,3}[0-9][ .\\-]?[0-9][ .\\-]?[0-9A-Za-z]",  # plates
        f"@|(?i:[(\\[{{<] ?(?:at|a|snabel-?a) ?[)\\]}}>]|snabel|\\.(?:com|me|tv)/)"
        f"|(?i:(?:^|[^\\pL\\pN_])(?:{_SERVICES})[\\s:=])",
        "(?i:född|födel|f\\.)[^0-9]{0,40}[0-9]|[0-9][ +-]{1,3}[xX*#]{4}",
        f"(?i:{words.APARTMENT}|{words.DOOR_CODE})|[Bb]or\\s{{1,3}}(?:på|i|hos)\\s{{1,3}}[A-ZÅÄÖ0-9]",
        f"(?i:{stems})",
        names.CUE_BEFORE_CAPITAL,
        f"(?:^|\\PL)(?:{name})(?i:s?)(?:\\PL|$)",
    )


def may_hold_personal_data(texts: pd.Series) -> np.ndarray:
    """For each text whether it has to be read closely. False is certain; missing texts are False."""
    suspects = np.zeros(len(texts), dtype=bool)
    try:
        column = pa.array(texts, type=pa.large_string(), from_pandas=True)
    except (UnicodeEncodeError, pa.ArrowInvalid, pa.ArrowTypeError):
        return texts.notna().to_numpy(dtype=bool)  # not clean text: read every row
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    remaining = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    for pattern in patterns():
        found = pc.match_substring_regex(column.take(pa.array(remaining)), pattern).to_numpy(zero_copy_only=False)
        found = found.astype(bool)
        suspects[remaining[found]] = True
        remaining = remaining[~found]
    return suspects
