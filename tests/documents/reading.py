"""Read a PDF back: its text, its tags and what it says of itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject


def reader(file: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(file))


def words(file: bytes) -> str:
    """All text of all pages, with each stretch of white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in reader(file).pages).split())


def bare(text: str) -> str:
    """The text without white space: where lines are broken is the page's matter."""
    return "".join(text.split())


def elements(file: bytes) -> Iterator[DictionaryObject]:
    """Every element of the structure that a screen reader follows."""
    waiting: list[Any] = [reader(file).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, DictionaryObject):
            if "/S" in one:
                yield one
            inside = one.get("/K", [])
            waiting += inside if isinstance(inside, list) else [inside]


def tags(file: bytes) -> list[str]:
    """The kinds of the structure's elements: /H1, /P, /Table, /TH, /Figure …"""
    return [str(one["/S"]) for one in elements(file)]


def alternatives(file: bytes) -> list[str]:
    """The texts that stand for what is drawn."""
    return [str(one["/Alt"]) for one in elements(file) if "/Alt" in one]
