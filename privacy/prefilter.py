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
def patterns() -> dict[str, str]:
    """For each group of finders an RE2 pattern that matches every plainly written text in which it finds anything."""
    stems = "|".join(stem.replace("$", "") for group in words.STEMS.values() for stem in group)
    certain = "|".join(sorted(names.names_never_words()))
    capitalised = "|".join(f"{name[0].upper()}(?i:{name[1:]})" for name in sorted(names.names_also_words()))
    return {
        "identity_numbers": "[0-9](?:[ \\t._/+-]{0,3}[0-9]){9}",
        "birth_dates": "(?i:född|födel|f\\.)[^0-9]{0,40}[0-9]|[0-9][ +-]{1,3}[xX*#]{4}",
        "plates": f"{_NO_WORD}{_LETTER}(?:{_LETTER}{{2}}|[ .\\-]{_LETTER}[ .\\-]{_LETTER})"
        "[ \\t.\\-]{0,3}[0-9][ .\\-]?[0-9][ .\\-]?[0-9A-Za-z]",
        "police_cases": "[Kk][ /-]{0,2}[0-9]{4,7}[ /-]",
        "phones": "(?:\\+|00) ?[1-9]|07|0[ .-]7|0[1-9][0-9]{0,2}[) /-]{0,3}[1-9][0-9]{1,2}[ -]?[0-9]{2}",
        "addresses": f"@|(?i:[(\\[{{<] ?(?:at|a|snabel-?a) ?[)\\]}}>]|snabel|\\.(?:com|me|tv)/"
        f"|(?:^|[^\\pL\\pN_])(?:{_SERVICES})[\\s:=])",
        "apartments": f"(?i:{words.APARTMENT}|{words.DOOR_CODE})",
        "descriptions": f"(?i:{stems})|[Bb]or\\s{{1,3}}(?:på|i|hos)\\s{{1,3}}[A-ZÅÄÖ0-9]",
        "names": f"(?:^|\\PL)(?:(?i:{certain})|{capitalised})(?i:s?)(?:\\PL|$)|{names.CUE_BEFORE_CAPITAL}",
    }


def suspected(texts: pd.Series) -> pd.DataFrame:
    """For each text (by position) and group of finders, whether the finders have to read it. False is certain.

    Texts with unusual characters are read by all, missing texts by none.
    """
    try:
        column = pa.array(texts, type=pa.large_string(), from_pandas=True)
    except (UnicodeEncodeError, pa.ArrowInvalid, pa.ArrowTypeError):
        present = texts.notna().to_numpy(dtype=bool)  # numbers or broken characters among the texts
        return pd.DataFrame(dict.fromkeys(patterns(), present))

    # The finders read a number over the end of a line, and no pattern here asks where a line ends.
    column = pc.replace_substring(column, "\n", " ")

    def matching(pattern: str) -> np.ndarray:
        return pc.match_substring_regex(column, pattern).fill_null(False).to_numpy(zero_copy_only=False).astype(bool)

    unusual = matching(f"[^{PLAIN_CHARACTERS}]")
    return pd.DataFrame({group: unusual | matching(pattern) for group, pattern in patterns().items()})
