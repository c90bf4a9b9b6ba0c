"""Every text of the code beside its translations: what is missing, doubtful or has lost a placeholder.

Built on Babel and on Django's own reading of templates, so that it runs without GNU gettext.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGE = "sv"

# What xgettext calls keywords: which argument is the text, the plural (a number) and the context ("c").
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
_NOT_OURS = {"tests", "benchmarks", "script", "node_modules", "migrations", "docs", "locale", "static"}


@dataclass(frozen=True)
class Text:
    """A text of the code: its context, its English, its English plural, and the file it stands in."""

    context: str | None
    english: str
    plural: str | None
    file: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with one text's translation."""

    what: str
    english: str
    file: str


def texts_in_python(source: bytes, file: str) -> Iterator[Text]:
    """The texts marked for translation in a Python module."""
    for _line, words, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        if isinstance(words, str):
            yield Text(context, words, None, file)
        else:
            yield Text(context, words[0], words[1], file)


def texts_in_template(source: str, file: str) -> Iterator[Text]:
    """The texts in a template's translate and blocktranslate tags and `_("…")` arguments."""
    # Django turns the template into lines a Python reader can take, except that they are indented like the template.
    lines = templatize(source, origin=file).splitlines()
    yield from texts_in_python("\n".join(line.strip() for line in lines).encode(), file)


def texts_in(root: Path) -> list[Text]:
    """Every text of the platform's own code and templates."""
    texts: list[Text] = []
    for file in sorted([*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.txt")]):
        name = file.relative_to(root)
        if any(part in _NOT_OURS or part.startswith(".") for part in name.parts[:-1]):
            continue
        if file.suffix == ".py":
            texts += texts_in_python(file.read_bytes(), name.as_posix())
        elif "templates" in name.parts:
            texts += texts_in_template(file.read_text(), name.as_posix())
    return texts


def as_catalog(texts: Iterable[Text]) -> Catalog:
    """The texts as a catalogue without translations."""
    catalog = Catalog(locale=LANGUAGE, fuzzy=False)
    for text in texts:
        message = (text.english, text.plural) if text.plural else text.english
        catalog.add(message, locations=[(text.file, 1)], context=text.context, flags=_flags(text))
    return catalog


def _flags(text: Text) -> list[str]:
    return ["python-format"] if re.search(r"%\(\w+\)[a-z]|%[sd]", text.english + (text.plural or "")) else []


def read(file: Path) -> Catalog:
    """A catalogue from a file; an empty one when there is none."""
    if not file.exists():
        return Catalog(locale=LANGUAGE, fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE, abort_invalid=True)


def problems(wanted: Catalog, translated: Catalog) -> list[Problem]:
    """What is missing, empty, doubtful, no longer used, or has other placeholders than the English."""
    found = []
    for message in _messages(wanted):
        translation = translated.get(_key(message), message.context)
        what = _problem(message, translation)
        if what:
            found.append(Problem(what, _key(message), message.locations[0][0]))
    for message in _messages(translated):
        if wanted.get(_key(message), message.context) is None:
            found.append(Problem("no longer in the code", _key(message), "the translations"))
    return found


def _problem(message: Message, translation: Message | None) -> str:
    if translation is None:
        return "missing"
    if translation.fuzzy:
        return "doubtful (fuzzy)"
    if _has_plural(message) != _has_plural(translation):
        return "plural in one place and not in the other"
    if not _is_translated(translation):
        return "empty"
    if isinstance(message.id, tuple | list):
        one, *_, many = _strings(translation)
        wanted = placeholders(message.id[1])
        # In the singular the number may be left out (“a report”), but nothing may be added.
        if placeholders(many) != wanted or placeholders(one) - wanted:
            return "other placeholders than the English"
        return ""
    same = placeholders(_strings(translation)[0]) == placeholders(_key(message))
    return "" if same else "other placeholders than the English"


def placeholders(text: str) -> set[str]:
    """The placeholders of a text; a doubled percent sign is none."""
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def merged(wanted: Catalog, *translations: Catalog) -> Catalog:
    """The texts of the code with what the catalogues say; the first that has a translation wins."""
    catalog = Catalog(locale=LANGUAGE, fuzzy=False)
    for message in _messages(wanted):
        known = [other.get(_key(message), message.context) for other in translations]
        best = next((one for one in known if one is not None and _fits(message, one)), None)
        files = sorted({(file, 1) for file, _line in message.locations})
        flags = message.flags - {"fuzzy"}
        string = best.string if best is not None else None
        catalog.add(message.id, string=string, locations=files, context=message.context, flags=flags)
    return catalog


def _fits(message: Message, translation: Message) -> bool:
    same_kind = _has_plural(message) == _has_plural(translation)
    return same_kind and _is_translated(translation) and not translation.fuzzy


def written(catalog: Catalog) -> bytes:
    """The catalogue as a file whose lines change only when a text does: sorted, without dates and line numbers."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=0, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True)
    header = (
        "# The platform's Swedish. Written by manage.py check_translations --write; edit only msgstr lines by hand.\n"
        'msgid ""\nmsgstr ""\n'
        '"Project-Id-Version: EST platform\\n"\n'
        f'"Language: {LANGUAGE}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return header.encode() + stream.getvalue()


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def _has_plural(message: Message) -> bool:
    return isinstance(message.id, tuple | list)


def _is_translated(message: Message) -> bool:
    return all(_strings(message))


def _strings(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return [string or "" for string in strings] or [""]
