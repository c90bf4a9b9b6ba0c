"""What people have written, as any file can hold it: one kind of line break, and no characters that are no letters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

# Stands for a character that cannot be shown.
UNKNOWN = "□"
_SPACES = str.maketrans({"\t": " ", "\v": " ", "\f": "\n", "\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})
# Half characters, and the two that no XML may hold.
_NO_LETTERS = frozenset({"\ufffe", "\uffff"})


def plain(text: str) -> str:
    """The text without control characters, also without those that turn or hide what stands beside them."""
    return "".join(
        UNKNOWN if unicodedata.category(character) == "Cs" or character in _NO_LETTERS else character
        for character in text.replace("\r\n", "\n").translate(_SPACES)
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf"}
    )


def one_line(text: str) -> str:
    """The text on one line, and never nothing: a title or heading has to have a word in it."""
    return " ".join(plain(text).split()) or UNKNOWN


def paragraphs(text: str) -> list[str]:
    """The text's lines that have something in them."""
    return [line.strip() for line in plain(text).split("\n") if line.strip()]


@lru_cache(maxsize=1)
def font_folder() -> Path:
    """The fonts that are the same on every machine: matplotlib's own."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@lru_cache(maxsize=1)
def _known_characters() -> frozenset[int]:
    """Every character of the font that drawings are lettered with, and that stands in where a page's own has none."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(font_folder() / "DejaVuSans.ttf")).get_charmap())


def printable(text: str) -> str:
    """The text as it can be set or drawn, with □ for what our fonts lack."""
    known = _known_characters()
    return "".join(character if character == "\n" or ord(character) in known else UNKNOWN for character in plain(text))
