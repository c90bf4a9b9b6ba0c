"""Read the structure of a PDF as a screen reader follows it: each element with its tag, its words and what is in it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_HEX = rb"<([0-9A-Fa-f]+)>"


@dataclass
class Element:
    tag: str
    alt: str = ""
    # What /A says, such as the scope of a header.
    attributes: dict[str, str] = field(default_factory=dict)
    own: str = ""
    inside: list[Element] = field(default_factory=list)

    def text(self) -> str:
        """All words in it, with each stretch of white space as one space."""
        said = " ".join([self.own, *(one.text() for one in self.inside)])
        return " ".join(said.split())

    def all(self, *tags: str) -> Iterator[Element]:
        """Each element with one of these tags in it, from the top."""
        for one in self.inside:
            if one.tag in tags:
                yield one
            yield from one.all(*tags)


def structure(file: bytes) -> Element:
    """The whole document."""
    with pikepdf.open(io.BytesIO(file)) as pdf:
        words = {page.objgen: _words_of(page) for page in pdf.pages}
        return _element(pdf.Root.StructTreeRoot, words, None)


def _element(node: Any, words: dict[Any, dict[int, str]], page: Any) -> Element:
    page = node.Pg.objgen if "/Pg" in node else page
    made = Element(str(node.get("/S", "/Root")).lstrip("/"), str(node.get("/Alt", "")))
    for one in _several(node.get("/A")):
        made.attributes |= {key.lstrip("/"): str(value).lstrip("/") for key, value in one.items()}
    for one in _several(node.get("/K")):
        if isinstance(one, int):
            made.inside.append(Element("", own=words[page].get(int(one), "")))
        elif "/MCID" in one:
            here = one.Pg.objgen if "/Pg" in one else page
            made.inside.append(Element("", own=words[here].get(int(one.MCID), "")))
        elif "/S" in one:
            made.inside.append(_element(one, words, page))
    return made


def _several(one: Any) -> list[Any]:
    """None, one or many as a list."""
    if one is None:
        return []
    return list(one) if isinstance(one, pikepdf.Array) else [one]


def _words_of(page: Any) -> dict[int, str]:
    """What each marked stretch of a page says. A new line in it is a space."""
    said: dict[int, list[str]] = {}
    marks: list[tuple[int | None, bool]] = []
    letters: dict[int, str] = {}
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    line: float | None = None
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            number, is_told = marks[-1] if marks else (None, False)
            about = operands[1] if name == "BDC" else {}
            if isinstance(about, pikepdf.Name):
                about = page.resources.Properties[about]
            number = int(about["/MCID"]) if "/MCID" in about else number
            if "/ActualText" in about and number is not None:
                said.setdefault(number, []).append(str(about["/ActualText"]))
                is_told = True
            marks.append((number, is_told))
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            letters = fonts[str(operands[0])]
        elif name in {"Tm", "Td", "TD", "T*"}:
            here = float(operands[5]) if name == "Tm" else None
            if marks and marks[-1][0] is not None and (here is None or here != line):
                said.setdefault(marks[-1][0], []).append(" ")
            line = here
        elif name in {"Tj", "TJ"}:
            number, is_told = marks[-1] if marks else (None, False)
            if number is None or is_told:
                continue
            for piece in operands[0] if name == "TJ" else [operands[0]]:
                if isinstance(piece, pikepdf.String):
                    raw = bytes(piece)
                    codes = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
                    said.setdefault(number, []).append("".join(letters[code] for code in codes))
    return {number: "".join(pieces) for number, pieces in said.items()}


def _letters(font: Any) -> dict[int, str]:
    """Which letters the codes of a font stand for."""
    said = font.ToUnicode.read_bytes()
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", said, re.DOTALL):
        for code, letters in re.findall(_HEX + rb"\s*" + _HEX, block):
            found[int(code, 16)] = _text(letters)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", said, re.DOTALL):
        for first, last, letters in re.findall(_HEX + rb"\s*" + _HEX + rb"\s*" + _HEX, block):
            begin = _text(letters)
            for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[code] = begin[:-1] + chr(ord(begin[-1]) + place)
    return found


def _text(letters: bytes) -> str:
    return bytes.fromhex(letters.decode()).decode("utf-16-be")
