"""A document as a Word file: the second writer, for whoever goes on working with what the PDF says.

Everything is real Word: styles for title, headings, lists and captions, tables whose header row is repeated, page
numbers, alternative texts. What stands in columns beside each other in the PDF comes one after the other here, left
first, as a file that is written in and read aloud has one order. Strings are set as text and nothing else.

A municipality's own template (`word_templates`) gives the page, its header and footer, and the looks of styles by
Word's own names; what stands in its body goes. Styles it lacks are ours. python-docx does this alone: a template holds
no places to fill in, since a template language in an uploaded file would be somebody else's code on our server.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from itertools import count
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from documents import drawing, model, trees
from documents.defining import with_definitions
from documents.texts import one_line, paragraphs, plain
from ui.numbers import number_words

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FONT = "Calibri"
LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
# What the properties of a file may hold.
LONGEST_PROPERTY = 255
_LEVEL_MM = 6.0
_TABLE_STYLE = "EST Table"
TONES = {
    "neutral": ("F1F2F3", "75777A"),
    "info": ("EAF2FA", "0062BA"),
    "success": ("E9F4EC", "1D7A3A"),
    "warning": ("FDF3DF", "9A6200"),
    "danger": ("FBECEE", "A3273F"),
}
_ACCENT, _SUBTLE, _RULE, _INK = "0062BA", "54575A", "CFD1D3", "1F2224"
# The first day a zip file knows: files are found by their content, not by when they were packed.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write(document: model.Document, *, template: bytes | None = None, look: model.Look | None = None) -> bytes:
    """The document as a .docx file, in the looks of `template`, or else a municipality's own `look`.

    Equal documents give equal bytes.
    """
    document = with_definitions(document)
    page = _Page(document, template, None if template else look)
    if document.eyebrow:
        page.text(document.eyebrow, "EST Eyebrow")
    page.text(one_line(document.title), "Title")
    if document.lead:
        page.text(document.lead, "Subtitle")
    if document.notice:
        _write(model.Notice(document.notice), page)
    for block in document.blocks:
        _write(block, page)
    return page.file()


# The page and its parts


class _Page:
    """A Word file that is being written, from the top down."""

    def __init__(self, document: model.Document, template: bytes | None, look: model.Look | None) -> None:
        # Some 20 MB with the XML library beneath it: only those who make documents pay for it.
        import docx

        self.word: WordDocument = docx.Document(io.BytesIO(template)) if template else docx.Document()
        if template:
            _empty(self.word)
        self._drawn = count(_highest_drawing(self.word) + 1)
        accent = look.accent.lstrip("#").upper() if look and look.accent else _ACCENT
        _set_up_styles(self.word, document.language, is_template=bool(template), accent=accent)
        self._list = _bullets(self.word, accent)
        _set_up_page(self.word, document, is_template=bool(template), look=look)
        _set_properties(self.word, document)
        self.width_mm = _text_width(self.word)

    def text(self, text: str, style: str) -> Any:
        """A paragraph in a style; its line breaks are line breaks."""
        # Two tables that touch become one, and a text under a table needs some air.
        after_table = self._ends_in_table()
        paragraph = self.word.add_paragraph(style=style)
        if after_table:
            paragraph.paragraph_format.space_before = _points(6)
        _add_text(paragraph, text)
        return paragraph

    def texts(self, text: str, style: str) -> None:
        for paragraph in paragraphs(text):
            self.text(paragraph, style)

    def item(self, text: str, level: int, *, note: str = "", is_small: bool = False) -> None:
        """An item of a list, `level` levels in."""
        paragraph = self.text(text, "List Bullet")
        numbers = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        numbers.get_or_add_ilvl().val = level
        numbers.get_or_add_numId().val = self._list
        if note:
            run = paragraph.add_run()
            run.add_break()
            run = _add_text(paragraph, note)
            run.font.size, run.font.color.rgb = _points(9), _colour(_SUBTLE)
        if is_small:
            for run in paragraph.runs:
                run.font.size = _points(9)

    def table(
        self,
        columns: Sequence[model.Column],
        rows: Iterable[Sequence[_Look]],
        *,
        title: str,
        widths: Sequence[float],
    ) -> None:
        if self._ends_in_table():
            self.word.add_paragraph(style="EST Gap")
        body = self.word.element.body
        share = self.width_mm / drawing.WHOLE_MM
        widths = [width * share for width in widths]
        body.insert(list(body).index(body.sectPr), _table_element(columns, rows, title, widths))

    def picture(self, png: bytes, alt: str, width_mm: float) -> None:
        paragraph = self.text("", "EST Drawing")
        width_mm = min(width_mm, self.width_mm)
        inline = paragraph.add_run().add_picture(io.BytesIO(png), width=_millimetres(width_mm))._inline
        number = next(self._drawn)
        inline.docPr.set("id", str(number))
        inline.docPr.set("name", _("Drawing %(number)s") % {"number": number})
        inline.docPr.set("descr", plain(alt))

    def _ends_in_table(self) -> bool:
        from docx.oxml.ns import qn

        body = self.word.element.body
        before = body.sectPr.getprevious()
        return before is not None and before.tag == qn("w:tbl")

    def file(self) -> bytes:
        """The file, with nothing in it of when it was packed."""
        raw, file = io.BytesIO(), io.BytesIO()
        self.word.save(raw)
        with zipfile.ZipFile(raw) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
            for name in before.namelist():
                info = zipfile.ZipInfo(name, ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                after.writestr(info, before.read(name))
        return file.getvalue()


def _add_text(paragraph: Any, text: str) -> Any:
    run = paragraph.add_run()
    for place, line in enumerate(plain(text).split("\n")):
        if place:
            run.add_break()
        run.add_text(line)
    return run


def _points(points: float) -> Any:
    from docx.shared import Pt

    return Pt(points)


def _millimetres(millimetres: float) -> Any:
    from docx.shared import Mm

    return Mm(millimetres)


def _colour(code: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(code)


def _element(tag: str, *inside: Any, **attributes: Any) -> Any:
    """An element of Word's XML with its attributes, all of Word's own namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(inside)
    return element


# Styles, page and properties


# What each of Word's own styles, and each of ours, looks like where a template has not said it.
_SMALL: dict[str, Any] = {"size": 9, "colour": _SUBTLE}
_BUILT_IN: dict[str, dict[str, Any]] = {
    "Normal": {"size": 10.5, "colour": _INK, "after": 6},
    "Title": {"size": 22, "colour": _INK, "is_bold": True, "after": 6},
    "Subtitle": {"size": 12.5, "colour": _INK, "after": 8},
    "Heading 1": {"size": 14, "colour": _ACCENT, "is_bold": True, "before": 16, "after": 5},
    "Heading 2": {"size": 12, "colour": _INK, "is_bold": True, "before": 11, "after": 4},
    "Heading 3": {"size": 11, "colour": _INK, "is_bold": True, "before": 9, "after": 3},
    "Caption": {**_SMALL, "before": 6, "after": 3},
    "List Bullet": {"size": 10.5, "colour": _INK, "after": 3},
    "Header": {**_SMALL, "after": 0},
    "Footer": {"size": 8, "colour": _SUBTLE, "after": 0},
}
_OUR_OWN: dict[str, dict[str, Any]] = {
    "EST Eyebrow": {**_SMALL, "after": 3},
    "EST Small": {**_SMALL, "after": 6},
    "EST Gap": {"size": 4, "colour": _INK, "after": 0},
    "EST Drawing": {"size": 10.5, "colour": _INK, "before": 4, "after": 6},
    "EST Notice": {"size": 10.5, "colour": _INK, "after": 0},
}


def _set_up_styles(word: WordDocument, language: str, *, is_template: bool, accent: str) -> None:
    """Every style the writer uses, by its name. Those of a template stay as they are."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn

    styles = word.styles
    for defaults in styles.element.iter(qn("w:lang")):
        for kind in ("val", "eastAsia"):
            defaults.set(qn(f"w:{kind}"), LANGUAGES.get(language, language))
    for language_of_fonts in word.settings.element.iter(qn("w:themeFontLang")):
        language_of_fonts.set(qn("w:val"), LANGUAGES.get(language, language))

    there = {style.name for style in styles if style.type == WD_STYLE_TYPE.PARAGRAPH}
    for name, ours in _BUILT_IN.items():
        looks = {**ours, "colour": accent} if ours["colour"] == _ACCENT else ours
        if name in there and is_template:
            continue
        made = styles[name] if name in there else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        if name not in there and name.startswith("Heading"):
            # Without a level it would be a heading to the eye alone.
            layout = made.element.get_or_add_pPr()
            layout.append(_element("outlineLvl", val=int(name[-1]) - 1))
        _style(made, **looks, is_of_template=is_template)
        if name in {"Title", "Heading 1", "Heading 2", "Heading 3", "Caption"}:
            made.paragraph_format.keep_with_next = True
    for name, looks in _OUR_OWN.items():
        if name in there:
            continue
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = styles["Normal"]
        _style(made, **looks, is_of_template=is_template)
    if not is_template:
        # The line under the title in Word's own template is another house's.
        for borders in list(styles["Title"].element.iter(qn("w:pBdr"))):
            borders.getparent().remove(borders)
    if _TABLE_STYLE not in {style.name for style in styles}:
        if "TableNormal" not in {style.style_id for style in styles}:
            styles.element.append(
                _element("style", _element("name", val="Normal Table"), type="table", default=1, styleId="TableNormal")
            )
        styles.element.append(_table_style())


def _style(
    style: Any,
    *,
    size: float,
    colour: str,
    is_bold: bool = False,
    before: float = 0,
    after: float = 0,
    is_of_template: bool = False,
) -> None:
    from docx.oxml.ns import qn

    style.font.size, style.font.color.rgb = _points(size), _colour(colour)
    style.font.bold, style.font.italic = is_bold, False
    style.paragraph_format.space_before, style.paragraph_format.space_after = _points(before), _points(after)
    if is_of_template:
        # The letters are the municipality's: those its own text is set in.
        return
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # A font of the template's theme would go before ours.
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), _FONT)
    for spacing in list(style.element.rPr.iter(qn("w:spacing"), qn("w:kern"))):
        style.element.rPr.remove(spacing)


def _table_style() -> Any:
    """Thin lines between the rows and a heavier one under the header, as in the PDF."""
    rule = {"val": "single", "space": 0}
    inner = _element("insideH", **rule, sz=4, color=_RULE)
    bottom = _element("bottom", **rule, sz=4, color=_RULE)
    header = _element(
        "tblStylePr",
        _element("rPr", _element("b"), _element("color", val=_SUBTLE)),
        _element("tcPr", _element("tcBorders", _element("bottom", **rule, sz=8, color=_SUBTLE))),
        type="firstRow",
    )
    margins = [_element("left", w=70, type="dxa"), _element("right", w=70, type="dxa")]
    return _element(
        "style",
        _element("name", val=_TABLE_STYLE),
        _element("basedOn", val="TableNormal"),
        _element("uiPriority", val=99),
        _element("pPr", _element("spacing", before=30, after=30)),
        _element("rPr", _element("sz", val=19)),
        _element(
            "tblPr",
            _element("tblBorders", bottom, inner),
            _element("tblCellMar", *margins),
        ),
        header,
        type="table",
        customStyle=1,
        styleId=_TABLE_STYLE.replace(" ", ""),
    )


def _bullets(word: WordDocument, accent: str) -> int:
    """The number of a list of nine levels, each set in further than the one before."""

    numbering = _numbering(word)
    kinds = [
        int(kind.get(f"{{{numbering.nsmap['w']}}}abstractNumId")) for kind in numbering if "abstractNum" in kind.tag
    ]
    kind = max(kinds, default=0) + 1
    levels = []
    for level in range(model.DEEPEST_LEVELS):
        edge = round((level + 1) * _LEVEL_MM * _TWIPS_MM)
        levels.append(
            _element(
                "lvl",
                _element("start", val=1),
                _element("numFmt", val="bullet"),
                _element("lvlText", val="•" if level % 2 == 0 else "–"),
                _element("lvlJc", val="left"),
                _element("pPr", _element("ind", left=edge, hanging=round(4 * _TWIPS_MM))),
                _element("rPr", _element("rFonts", ascii=_FONT, hAnsi=_FONT), _element("color", val=accent)),
                ilvl=level,
            )
        )
    described = _element("abstractNum", _element("multiLevelType", val="hybridMultilevel"), *levels, abstractNumId=kind)
    # All kinds of lists stand before the first list.
    numbering.insert(
        next((at for at, one in enumerate(numbering) if one.tag.endswith("}num")), len(numbering)), described
    )
    made: int = numbering.add_num(kind).numId
    return made


_TWIPS_MM = 1440 / 25.4
# How high a logotype is, and how wide at most.
LOGO_MM, LOGO_WIDEST_MM = 9.0, 70.0


def _numbering(word: WordDocument) -> Any:
    """The lists the file knows; a template without any gets its first."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.parts.numbering import NumberingPart

    if not any(one.reltype == RELATIONSHIP_TYPE.NUMBERING for one in word.part.rels.values()):
        name = PackURI("/word/numbering.xml")
        part = NumberingPart(name, CONTENT_TYPE.WML_NUMBERING, _element("numbering"), word.part.package)
        word.part.relate_to(part, RELATIONSHIP_TYPE.NUMBERING)
    return word.part.numbering_part.element


def _set_up_page(
    word: WordDocument, document: model.Document, *, is_template: bool, look: model.Look | None = None
) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT

    if is_template:
        _say_on_every_page(word, document)
        return
    section = word.sections[0]
    section.page_width, section.page_height = _millimetres(210), _millimetres(297)
    section.left_margin = section.right_margin = _millimetres((210 - drawing.WHOLE_MM) / 2)
    section.top_margin, section.bottom_margin = _millimetres(18), _millimetres(20)
    section.header_distance = section.footer_distance = _millimetres(9)
    section.footer.is_linked_to_previous = False
    lines = [section.footer.paragraphs[0]]
    if document.notice:
        _add_text(lines[0], document.notice).bold = True
        lines.append(section.footer.add_paragraph(style="Footer"))
    last = lines[-1]
    _clear_tabs(last)
    last.paragraph_format.tab_stops.add_tab_stop(_millimetres(drawing.WHOLE_MM), WD_TAB_ALIGNMENT.RIGHT)
    _add_text(last, document.footer)
    last.add_run().add_tab()
    _add_field(last, "PAGE")
    _add_text(last, " (")
    _add_field(last, "NUMPAGES")
    _add_text(last, ")")
    if look and (look.header or look.logo):
        _set_head(section, look)
    if document.watermark:
        section.header.is_linked_to_previous = False
        first = section.header.paragraphs[0]
        if look and (look.header or look.logo):
            first = section.header.add_paragraph(style="Header")
        _clear_tabs(first)
        # Said as well as drawn: not every reader of Word files draws what lies across the page.
        _add_text(first, document.watermark).bold = True
        first.add_run()._r.append(_watermark(plain(document.watermark)))


def _set_head(section: Any, look: model.Look) -> None:
    """Above each page: the municipality's line at the left, its logotype at the right."""
    from docx.enum.text import WD_TAB_ALIGNMENT

    section.header.is_linked_to_previous = False
    section.top_margin = _millimetres(29)
    line = section.header.paragraphs[0]
    _clear_tabs(line)
    line.paragraph_format.tab_stops.add_tab_stop(_millimetres(drawing.WHOLE_MM), WD_TAB_ALIGNMENT.RIGHT)
    _add_text(line, look.header)
    if look.logo:
        line.add_run().add_tab()
        shown = line.add_run().add_picture(io.BytesIO(look.logo), height=_millimetres(LOGO_MM))
        if shown.width > _millimetres(LOGO_WIDEST_MM):
            shown.width, shown.height = (
                _millimetres(LOGO_WIDEST_MM),
                round(shown.height * _millimetres(LOGO_WIDEST_MM) / shown.width),
            )
        shown._inline.docPr.set("id", "10000")
        shown._inline.docPr.set("descr", plain(look.header) or _("Logotype"))


# --- A template of the municipality -----------------------------------------------------------------------------------

# What a text rests on without naming it. All else the document itself names, or it goes with what stood in the body.
_ALWAYS_KEPT = {"styles", "numbering", "settings", "theme", "fontTable", "webSettings", "footnotes", "endnotes"}
# Settings that would lock the file, follow who changes what, or fetch something.
_NO_SETTINGS = (
    "documentProtection", "writeProtection", "trackRevisions", "mailMerge", "attachedTemplate", "linkStyles",
    "saveThroughXslt", "attachedSchema",
)  # fmt: skip


def _empty(word: WordDocument) -> None:
    """Take out everything but page, header, footer and styles: texts, pictures, comments, and who wrote them."""
    from docx.oxml.ns import qn

    body = word.element.body
    # A section that has no header of its own has the one of the section before.
    inherited: dict[tuple[str, str], Any] = {}
    sections = [one for one in body.iter(qn("w:sectPr")) if one.getparent().tag != qn("w:sectPrChange")]
    for section in sections:
        for reference in section.findall(qn("w:headerReference")) + section.findall(qn("w:footerReference")):
            inherited[(reference.tag, reference.get(qn("w:type"), "default"))] = reference
    last = body.sectPr if body.sectPr is not None else body.get_or_add_sectPr()
    for reference in list(last):
        if reference.tag in {qn("w:headerReference"), qn("w:footerReference"), qn("w:sectPrChange")}:
            last.remove(reference)
    for place, reference in enumerate(inherited.values()):
        last.insert(place, reference)
    # Columns beside each other are for another text than ours.
    for columns in last.findall(qn("w:cols")):
        columns.attrib.pop(qn("w:num"), None)
        for column in list(columns):
            columns.remove(column)
    for one in list(body):
        if one is not last:
            body.remove(one)
    for background in word.element.findall(qn("w:background")):
        word.element.remove(background)
    for name in _NO_SETTINGS:
        for one in word.settings.element.findall(qn(f"w:{name}")):
            word.settings.element.remove(one)
    named = {value for one in word.element.iter() for name, value in one.attrib.items() if "/relationships}" in name}
    for key, relation in list(word.part.rels.items()):
        if key not in named and relation.reltype.rsplit("/", 1)[-1] not in _ALWAYS_KEPT:
            del word.part.rels[key]
    package = word.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.rsplit("/", 1)[-1] in {"custom-properties", "extended-properties"}:
            del package.rels[key]


def _highest_drawing(word: WordDocument) -> int:
    """Drawings are numbered through the file, those of its header among them."""
    from docx.oxml.ns import qn

    parts = [section.header._element for section in word.sections if not section.header.is_linked_to_previous]
    parts += [section.footer._element for section in word.sections if not section.footer.is_linked_to_previous]
    numbers = [one.get("id", "0") for part in parts for one in part.iter(qn("wp:docPr"))]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def _text_width(word: WordDocument) -> float:
    """How wide the text is, in millimetres."""
    section = word.sections[-1]
    if not (section.page_width and section.left_margin is not None and section.right_margin is not None):
        return drawing.WHOLE_MM
    width = (section.page_width - section.left_margin - section.right_margin) / 36_000
    return float(width) if width > 60 else drawing.WHOLE_MM


def _say_on_every_page(word: WordDocument, document: model.Document) -> None:
    """Under the template's own header and footer: what nobody may miss, which document it is, whether a draft."""
    section = word.sections[-1]
    footers, headers = [section.footer], [section.header]
    if section.different_first_page_header_footer:
        footers.append(section.first_page_footer)
        headers.append(section.first_page_header)
    if word.settings.odd_and_even_pages_header_footer:
        footers.append(section.even_page_footer)
        headers.append(section.even_page_header)
    has_numbers = any("PAGE" in _fields_of(footer._element) for footer in footers if not footer.is_linked_to_previous)
    for footer in footers:
        footer.is_linked_to_previous = False
        if document.notice:
            _add_text(_new_line(footer, "Footer"), document.notice).bold = True
        if document.footer or not has_numbers:
            line = _new_line(footer, "Footer")
            _add_text(line, document.footer)
            if not has_numbers:
                _add_text(line, " ")
                _add_field(line, "PAGE")
                _add_text(line, " (")
                _add_field(line, "NUMPAGES")
                _add_text(line, ")")
    for header in headers if document.watermark else []:
        header.is_linked_to_previous = False
        first = _new_line(header, "Header")
        _add_text(first, document.watermark).bold = True
        first.add_run()._r.append(_watermark(plain(document.watermark)))


def _new_line(part: Any, style: str) -> Any:
    """A paragraph at the end: in an empty part the one it has."""
    if len(part.paragraphs) == 1 and not part.tables and not len(part.paragraphs[0]._p):
        line = part.paragraphs[0]
        line.style = style
        return line
    return part.add_paragraph(style=style)


def _fields_of(element: Any) -> str:
    from docx.oxml.ns import qn

    asked = [one.get(qn("w:instr"), "") for one in element.iter(qn("w:fldSimple"))]
    return " ".join([*asked, *(one.text or "" for one in element.iter(qn("w:instrText")))])


def _clear_tabs(paragraph: Any) -> None:
    """Word's own header and footer have stops in the middle and at the right of another page."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Twips

    for stop in (4320, 8640):
        paragraph.paragraph_format.tab_stops.add_tab_stop(Twips(stop), WD_TAB_ALIGNMENT.CLEAR)


def _add_field(paragraph: Any, name: str) -> None:
    shown = _element("r", _element("t"))
    shown[0].text = "1"
    paragraph._p.append(_element("fldSimple", shown, instr=name))


_WATERMARK = """
<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
  xmlns:o="urn:schemas-microsoft-com:office:office">
  <v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
    <v:formulas>
      <v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
      <v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
      <v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/>
      <v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/>
    </v:formulas>
    <v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"
      o:connectangles="270,180,90,0"/>
    <v:textpath on="t" fitshape="t"/>
    <v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>
    <o:lock v:ext="edit" text="t" shapetype="t"/>
  </v:shapetype>
  <v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" o:allowincell="f"
    fillcolor="silver" stroked="f" style="position:absolute;margin-left:0;margin-top:0;width:430pt;height:145pt;\
rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;\
mso-position-vertical:center;mso-position-vertical-relative:margin">
    <v:fill opacity=".4"/>
    <v:textpath style="font-family:&quot;Calibri&quot;;font-size:1pt"/>
  </v:shape>
</w:pict>
"""


def _watermark(word: str) -> Any:
    """A word across every page, as Word makes its own: a shape in the header, behind the text."""
    from docx.oxml import parse_xml

    shape = parse_xml(_WATERMARK)
    vml = "{urn:schemas-microsoft-com:vml}"
    drawn = shape.find(f"{vml}shape")
    drawn.set("alt", word)
    drawn.find(f"{vml}textpath").set("string", word)
    return shape


def _set_properties(word: WordDocument, document: model.Document) -> None:
    made_at = document.made_at.replace(microsecond=0)
    if made_at.tzinfo is not None:
        made_at = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    about = word.core_properties
    about.title = one_line(document.title)[:LONGEST_PROPERTY]
    about.author = about.last_modified_by = plain(document.author)[:LONGEST_PROPERTY]
    about.language = LANGUAGES.get(document.language, document.language)
    about.subject = plain(document.eyebrow)[:LONGEST_PROPERTY]
    about.comments = about.keywords = about.category = ""
    about.created = about.modified = made_at
    about.revision = 1
    # The template's own thumbnail is a picture of something else.
    package = word.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]


# Tables


class _Look:
    """A cell as it stands: its text and how it is set."""

    def __init__(self, text: str, *, fill: str = "", is_light: bool = False, is_quiet: bool = False) -> None:
        self.text, self.fill, self.is_light, self.is_quiet = text, fill, is_light, is_quiet

    @classmethod
    def of(cls, cell: model.Cell) -> _Look:
        return cls(cell.text, is_quiet=cell.kind in {"protected", "missing"})


def _table_element(
    columns: Sequence[model.Column], rows: Iterable[Sequence[_Look]], title: str, widths: Sequence[float]
) -> Any:
    """A table whose header row is one and is repeated on every page, and whose rows are never torn apart."""
    twips = [round(width * _TWIPS_MM) for width in widths]
    properties = _element(
        "tblPr",
        _element("tblStyle", val=_TABLE_STYLE.replace(" ", "")),
        _element("tblW", w=sum(twips), type="dxa"),
        _element("tblLayout", type="fixed"),
        _element("tblLook", val="0420", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=0, noVBand=1),
    )
    if title:
        properties.append(_element("tblCaption", val=one_line(title)))
    table = _element("tbl", properties, _element("tblGrid", *(_element("gridCol", w=width) for width in twips)))
    whole = _element("trPr", _element("cantSplit"), _element("tblHeader"))
    heads = [_Look(column.label) for column in columns]
    table.append(_element("tr", whole, *_cells(heads, columns, twips)))
    for row in rows:
        table.append(_element("tr", _element("trPr", _element("cantSplit")), *_cells(row, columns, twips)))
    return table


def _cells(row: Sequence[_Look], columns: Sequence[model.Column], twips: Sequence[int]) -> Iterator[Any]:
    for look, column, width in zip(row, columns, twips, strict=True):
        properties = _element("tcPr", _element("tcW", w=width, type="dxa"))
        if look.fill:
            properties.append(_element("shd", val="clear", color="auto", fill=look.fill))
        yield _element("tc", properties, _cell_paragraph(look, is_number=column.is_number))


def _cell_paragraph(look: _Look, *, is_number: bool) -> Any:
    run = _element("r")
    if look.is_quiet or look.is_light:
        colour = _element("color", val="FFFFFF" if look.is_light else _SUBTLE)
        run.append(_element("rPr", *([_element("i")] if look.is_quiet else []), colour))
    for place, line in enumerate(plain(look.text).split("\n")):
        if place:
            run.append(_element("br"))
        words = _element("t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(words)
    layout = _element("pPr", _element("spacing", before=30, after=30))
    if is_number:
        layout.append(_element("jc", val="right"))
    return _element("p", layout, run)


def _widths(columns: Sequence[model.Column], rows: Sequence[Sequence[_Look]]) -> list[float]:
    """How the page's width is shared out: more to columns with longer texts, and to each at least its header."""
    wanted = []
    for place, column in enumerate(columns):
        longest = max((len(row[place].text) for row in rows), default=0)
        header = max(map(len, column.label.split()), default=0)
        wanted.append(float(max(6, min(longest, 48), min(header + 2, 18))))
    whole = sum(wanted)
    return [drawing.WHOLE_MM * share / whole for share in wanted]


def _add_table(page: _Page, columns: Sequence[model.Column], rows: Sequence[Sequence[_Look]], title: str) -> None:
    page.table(columns, rows, title=title, widths=_widths(columns, rows))


# Blocks


@singledispatch
def _write(block: Any, page: _Page) -> None:
    raise TypeError(f"A Word file has no place for {type(block).__name__}.")


@_write.register
def _heading(block: model.Heading, page: _Page) -> None:
    # The document's own title has a style of its own, so that its sections are the first headings.
    page.text(one_line(block.text), f"Heading {block.level - 1}")


@_write.register
def _text(block: model.Text, page: _Page) -> None:
    page.texts(block.text, {"body": "Normal", "lead": "Subtitle", "small": "EST Small"}[block.size])


@_write.register
def _points_of(block: model.Points, page: _Page) -> None:
    for point in block.points:
        page.item(point, 0, is_small=block.size == "small")


@_write.register
def _nested(block: model.NestedList, page: _Page) -> None:
    for level, text, note in block.lines():
        page.item(text, level, note=note)


@_write.register
def _notice(block: model.Notice, page: _Page) -> None:
    fill, edge = TONES[block.tone]
    lines = [(line, False) for line in paragraphs(block.text)]
    if block.title:
        lines.insert(0, (block.title, True))
    for place, (line, is_title) in enumerate(lines):
        paragraph = page.text(line, "EST Notice")
        paragraph.runs[0].bold = is_title
        paragraph.paragraph_format.keep_together = True
        paragraph.paragraph_format.keep_with_next = place + 1 < len(lines)
        if place + 1 == len(lines):
            paragraph.paragraph_format.space_after = _points(8)
        properties = paragraph._p.get_or_add_pPr()
        framed = _element("pBdr", _element("left", val="single", sz=18, space=8, color=edge))
        shaded = _element("shd", val="clear", color="auto", fill=fill)
        _insert_in_order(properties, framed, shaded)


def _insert_in_order(properties: Any, framed: Any, shaded: Any) -> None:
    """Word refuses a paragraph's properties in another order than its own: these come before tabs and spacing."""
    from docx.oxml.ns import qn

    before = {
        qn(f"w:{name}") for name in ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr")
    }
    at = next((place for place, one in enumerate(properties) if one.tag not in before), len(properties))
    properties.insert(at, framed)
    properties.insert(at + 1, shaded)


@_write.register
def _facts(block: model.Facts, page: _Page) -> None:
    if not block.facts:
        return
    columns = [model.Column(_("What")), model.Column(_("Value"), True)]
    more = [("judgement", _("Judgement")), ("note", _("Remark"))]
    more = [(name, label) for name, label in more if any(getattr(fact, name) for fact in block.facts)]
    columns += [model.Column(label) for _name, label in more]
    rows = [
        [_Look(fact.label), _Look.of(fact.value), *(_Look(getattr(fact, name)) for name, _label in more)]
        for fact in block.facts
    ]
    _add_table(page, columns, rows, _("The most important figures"))


@_write.register
def _table(block: model.Table, page: _Page) -> None:
    if block.caption:
        page.text(block.caption, "Caption")
    _add_table(page, block.columns, [[_Look.of(cell) for cell in row] for row in block.rows], block.caption)
    if block.note:
        page.text(block.note, "EST Small")


@_write.register
def _grid(block: model.GridChart, page: _Page) -> None:
    numbers = [float(v) for row in block.values for v in row if v is not None and v != model.PROTECTED]
    largest = max(numbers, default=0.0)
    if block.caption:
        page.text(block.caption, "Caption")
    columns = [model.Column(block.corner), *(model.Column(column, True) for column in block.columns)]
    rows = [
        [_Look(label), *(_shaded(value, largest) for value in values)]
        for label, values in zip(block.rows, block.values, strict=True)
    ]
    first = 26.0 if len(columns) > 1 else drawing.WHOLE_MM
    others = (drawing.WHOLE_MM - first) / max(1, len(columns) - 1)
    page.table(columns, rows, title=block.caption, widths=[first] + [others] * (len(columns) - 1))


def _shaded(value: model.Value, largest: float) -> _Look:
    if value is None or value == model.PROTECTED:
        return _Look.of(model.counted(None, value or "missing"))
    number = float(value)
    is_dark = drawing.is_dark(number, largest)
    return _Look(number_words(number), fill=drawing.shade(number, largest).lstrip("#").upper(), is_light=is_dark)


@_write.register(model.LineChart)
@_write.register(model.BarChart)
@_write.register(model.MapDrawing)
@_write.register(model.TimePlan)
def _drawing(block: model.LineChart | model.BarChart | model.MapDrawing | model.TimePlan, page: _Page) -> None:
    page.picture(drawing.draw_png(block), block.alt, drawing.WHOLE_MM)


@_write.register
def _tree(block: model.TreeDrawing, page: _Page) -> None:
    for part, alt in trees.on_pages(block):
        page.picture(drawing.draw_png(part), alt, drawing.WHOLE_MM)


@_write.register
def _columns(block: model.Columns, page: _Page) -> None:
    for inner in (*block.left, *block.right):
        _write(inner, page)
