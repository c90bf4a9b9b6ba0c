"""Read a document back from the page it is shown on, as `reading.Said`."""

from __future__ import annotations

from typing import Any

import lxml.html

from tests.documents.reading import Said


def said_on(page: str) -> Said:
    """What the part of the page says that is the document. Tables behind a chart are its numbers, not tables."""
    whole = lxml.html.fromstring(page)
    (shown,) = whole.xpath("//*[contains(concat(' ', @class, ' '), ' document ')]")
    said = Said()
    for folded in shown.xpath(".//details"):
        folded.getparent().remove(folded)
    for one in shown.iter():
        if one.tag in {"h2", "h3"} and one.get("class") not in {"figure-card__label", "notice__title"}:
            said.headings.append(_text(one))
        elif one.tag == "img":
            said.alternatives.append(str(one.get("alt")))
        elif one.tag == "table":
            said.tables.append([[_text(cell) for cell in row.xpath("./th|./td")] for row in one.xpath(".//tr")])
        elif one.tag in {"p", "li", "h3"}:
            said.texts.append(_text(one))
    return said


def _text(one: Any) -> str:
    return " ".join(str(one.text_content()).split())
