"""A Word file somebody wants as template: taken in only when nothing in it runs, fetches or hides anything.

A .docx is a zip of XML. It is read part by part before any library for Word sees it: how large it would become, whether
a part is a program or another file, whether anything in it lies outside it, and whether each part is plain XML. Every
refusal says what to change in Word.
"""

from __future__ import annotations

import datetime as dt
import io
import lzma
import re
import struct
import zipfile
import zlib
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import NotPossible

MOST_BYTES = 5 * 1024 * 1024
# A template with a logotype unpacks to a few megabytes. A bomb is a small file that does not.
MOST_UNPACKED_BYTES, MOST_PARTS = 40 * 1024 * 1024, 400
_LARGEST_XML_BYTES = 10 * 1024 * 1024
_PLAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES, _MAIN = "[Content_Types].xml", "word/document.xml"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Parts that run, or that are files of another kind inside the file.
_PROGRAMS = re.compile(r"vba|macro|activex|\.bin$|\.exe$|\.dll$|customui|userCustomization", re.IGNORECASE)
_INSIDE = re.compile(r"embeddings/|oleobject|webextension|afchunk", re.IGNORECASE)
_PICTURES = re.compile(r"\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)$", re.IGNORECASE)
_OTHER_KINDS = re.compile(r"\.(xml|rels|odttf|ttf|fntdata)$", re.IGNORECASE)
# Fields that fetch from elsewhere, ask whoever opens the file, or run something.
_FETCHING_FIELDS = re.compile(
    r"\b(DDE|DDEAUTO|LINK|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|DATABASE|MACROBUTTON|EMBED|CONTROL|RD|ASK|FILLIN|"
    r"AUTOTEXT|AUTOTEXTLIST|GOTOBUTTON|PRINT|ADDIN|HTMLACTIVEX)\b"
)
_KINDS = {
    "hyperlink": gettext_lazy("a link"),
    "attachedTemplate": gettext_lazy("another template it is tied to"),
    "image": gettext_lazy("a picture that lies elsewhere"),
}


def checked(data: bytes) -> bytes:
    """The same bytes, if they are a template we can use; otherwise the sentence that says why not."""
    if len(data) > MOST_BYTES:
        raise NotPossible(
            _("The file is larger than %(size)s MB. Make the pictures in its header and footer smaller.")
            % {"size": MOST_BYTES // 1024 // 1024}
        )
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise NotPossible(_("The file is an old .doc, or has a password. Save it in Word as .docx without a password."))
    parts = _parts(data)
    _check_kind(parts)
    for name, content in parts.items():
        _check_part(name, content)
    _try(data)
    return data


def _no_word_file() -> NotPossible:
    return NotPossible(_("This is no Word file, or it is damaged. Open it in Word and save it as .docx."))


def _parts(data: bytes) -> dict[str, bytes]:
    """Every part of the file, unpacked no further than a template can need."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            names = [entry.filename for entry in entries]
            if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
                raise _too_much()
            if len({name.casefold() for name in names}) != len(names) or any(map(_is_elsewhere, names)):
                raise _no_word_file()
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise NotPossible(_("The file has a password. Save it without one."))
            found, room = {}, MOST_UNPACKED_BYTES
            for entry in entries:
                # What a file says of its own size may be a lie: no more is unpacked than there is room for.
                with packed.open(entry) as part:
                    content = part.read(room + 1)
                room -= len(content)
                if room < 0:
                    raise _too_much()
                found[entry.filename] = content
            return found
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, EOFError,
        OSError, ValueError,
    ):  # fmt: skip
        raise _no_word_file() from None


def _too_much() -> NotPossible:
    return NotPossible(_("The file becomes too large when it is unpacked. Make a new template with less in it."))


def _is_elsewhere(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name or "\x00" in name


def _check_kind(parts: dict[str, bytes]) -> None:
    if _TYPES not in parts or _MAIN not in parts:
        raise _no_word_file()
    for name in parts:
        if _PROGRAMS.search(name):
            raise _has_macros()
        if _INSIDE.search(name):
            raise NotPossible(
                _("The file has another file or object inside it. Take it out in Word, and save the template again.")
            )
        if not _OTHER_KINDS.search(name) and not _PICTURES.search(name):
            raise NotPossible(_("The file has a part that no template needs: %(part)s.") % {"part": name[:80]})
    types = parts[_TYPES].decode("utf-8", "replace")
    if "macroEnabled" in types or "vbaProject" in types:
        raise _has_macros()
    if "wordprocessingml.template" in types:
        raise NotPossible(_("The file is a .dotx. Open it in Word and save it as a document, .docx."))
    if _PLAIN not in types:
        raise _no_word_file()


def _has_macros() -> NotPossible:
    return NotPossible(_("The file holds macros or other programs. Save it in Word as .docx, without macros."))


def _check_part(name: str, content: bytes) -> None:
    if not name.lower().endswith((".xml", ".rels")):
        return
    tree = _tree(content)
    for one in tree.iter():
        if not isinstance(one.tag, str):
            continue
        if one.tag == _RELATION:
            _check_relation(one)
        elif one.tag in {f"{_W}altChunk", f"{_W}object", f"{_W}control"}:
            raise NotPossible(
                _("The file has another file or object inside it. Take it out in Word, and save the template again.")
            )
    # A field may be written letter by letter, in many pieces.
    asked = "".join(one.text or "" for one in tree.iter(f"{_W}instrText"))
    asked += " ".join(one.get(f"{_W}instr", "") for one in tree.iter(f"{_W}fldSimple"))
    if "://" in asked:
        raise _lies_outside("hyperlink")
    if found := _FETCHING_FIELDS.search(asked.upper()):
        raise NotPossible(
            _("The template has a field that fetches or asks for something: %(field)s. Take it out in Word.")
            % {"field": found.group()}
        )


def _check_relation(one: Any) -> None:
    kind = str(one.get("Type", "")).rsplit("/", 1)[-1]
    if _PROGRAMS.search(kind):
        raise _has_macros()
    target = str(one.get("Target", ""))
    if one.get("TargetMode", "").casefold() == "external" or "://" in target or target.startswith(("\\\\", "//")):
        raise _lies_outside(kind)


def _lies_outside(kind: str) -> NotPossible:
    return NotPossible(
        _("The template holds something that lies outside it: %(what)s. Take it out in Word and write it as text.")
        % {"what": _KINDS.get(kind, kind)}
    )


def _tree(content: bytes) -> Any:
    """The part as XML. One with a document type of its own can grow without end, or read other files."""
    from lxml import etree

    if len(content) > _LARGEST_XML_BYTES:
        raise _too_much()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _no_word_file() from None
    if tree.getroottree().docinfo.doctype:
        raise _no_word_file()
    return tree


def example_document(**said: str) -> Any:
    """A page with every kind of block a plan has, to try a template with and to show what it looks like."""
    from documents import model

    columns = tuple(map(model.Column, (_("Cause"), _("Measure"), _("When"))))
    row = (model.Cell("1"), model.Cell(_("Better lighting in the square")), model.Cell("2026-09-30"))
    return model.Document(
        **{
            "title": _("This is what the title looks like"),
            "language": "sv",
            "made_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            "eyebrow": _("An example with your template"),
            "lead": _("This is the sentence under the title."),
            "footer": _("What the document is called"),
            **said,
        },  # type: ignore[arg-type]
        blocks=(
            model.Heading(_("A section")),
            model.Text(_("This is what the text looks like. Header and footer come from your template.")),
            model.Heading(_("A part of it"), 3),
            model.Points((_("One point."), _("Another."))),
            model.Notice(_("What the reader must know before the rest."), title=_("A notice")),
            model.Table(_("A table"), columns, (row,)),
        ),
    )


def _try(data: bytes) -> None:
    """Make a file with it: what Word's library cannot open or write in is of no use."""
    from documents import word

    try:
        word.write(example_document(), template=data)
    except Exception:  # The library raises whatever its parser met.
        raise NotPossible(
            _("We cannot write with this template. Open it in Word, save it as .docx and try again.")
        ) from None
