"""Makes different ways of writing the same characters equal, so that each detector needs one pattern."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Texts with only these characters are already folded. The column scan relies on the same set.
PLAIN_CHARACTERS = "\\t\\n -~À-ÖØ-Þà-öø-ÿ"  # not ß, which casefolds to two letters
_PLAIN = re.compile(f"[{PLAIN_CHARACTERS}]*")
_PLAIN_CHARACTER = re.compile(f"[{PLAIN_CHARACTERS}]")

_NEW_LINES = frozenset("\r\x0b\x0c\x85\u2028\u2029")
_DOTS = frozenset("·‧•∙⋅․")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs that are drawn as nothing
# Cyrillic and Greek letters that look like Latin ones: a plate can be typed with them and still be read.
_LOOKALIKES = str.maketrans(
    "АВЕЅЈКМНОРСТХУаеорсухѕјΑΒΕΖΗΚΜΝΟΡΤΥΧο",
    "ABESJKMHOPCTXYaeopcyxsjABEZHKMNOPTYXo",
)


def lookalikes() -> dict[str, str]:
    """Letters of other scripts that look like Latin ones, for the browser's reading."""
    return {chr(other): chr(latin) for other, latin in _LOOKALIKES.items()}


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that knows where each of its characters stood in the text as it was written."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Positions in the text as it was written, for positions in the folded text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Full-width and foreign digits, odd spaces and dashes, invisible characters and look-alike letters made plain."""
    if _PLAIN.fullmatch(text):
        return Folded(text)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for position, character in enumerate(text):
        if character == "\r" and text.startswith("\n", position + 1):
            continue  # one line break, not two
        if unicodedata.category(character) in ("Mn", "Me"):
            if characters:
                characters[-1] = _with_mark(characters[-1], character)
                ends[-1] = position + 1
            continue
        for folded in _fold_character(character):
            characters.append(folded)
            starts.append(position)
            ends.append(position + 1)
    return Folded("".join(characters), starts, ends)


@lru_cache(maxsize=4096)
def _with_mark(base: str, mark: str) -> str:
    together = unicodedata.normalize("NFC", base + mark)
    return together if len(together) == 1 else base


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if _PLAIN_CHARACTER.fullmatch(character):
        return character
    if character in _NEW_LINES:
        return "\n"
    if character in _DOTS:
        return "."
    if character in _BLANK_LETTERS:
        return ""
    category = unicodedata.category(character)
    if category in ("Cf", "Cc", "Mn", "Me"):
        return ""
    if category == "Zs":
        return " "
    if category == "Pd" or character == "−":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    similar = character.translate(_LOOKALIKES)
    if similar != character:
        return similar
    plainer = unicodedata.normalize("NFKC", character)
    if plainer == character or len(plainer) > 4:  # a few signs stand for whole phrases; no number hides in them
        return character
    return "".join(_fold_character(part) for part in plainer if part != character)


def word_set(words: str) -> frozenset[str]:
    """The words of a list written as running text, so that long lists stay readable."""
    return frozenset(words.split())
