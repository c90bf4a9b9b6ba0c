"""Word templates as municipalities have them, and as somebody who means harm would make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx
from docx.shared import Mm, Pt, RGBColor
from PIL import Image


def municipal() -> bytes:
    """A4 with wide margins, a logotype in the header, an address in the footer, its own headings, text and comments."""
    word = docx.Document()
    for section in word.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(35)
    heading = word.styles["Heading 1"]
    heading.font.size, heading.font.name, heading.font.color.rgb = Pt(17), "Georgia", RGBColor(0x12, 0x34, 0x56)
    logotype = io.BytesIO()
    Image.new("RGB", (40, 40), "#123456").save(logotype, "PNG")
    header, footer = word.sections[0].header, word.sections[0].footer
    header.paragraphs[0].add_run("Ekstads kommun").add_picture(io.BytesIO(logotype.getvalue()), width=Mm(12))
    footer.paragraphs[0].text = "Stora torget 1, Ekstad"
    word.add_heading("Skriv rubriken här", 1)
    word.add_paragraph("Sida att fylla i av Handläggare Handläggarsson")
    word.add_picture(io.BytesIO(logotype.getvalue()))
    word.core_properties.author = "Handläggare Handläggarsson"
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def bare() -> bytes:
    """A file with hardly a style and no lists, as another program than Word may save."""
    without = {"word/numbering.xml", "word/stylesWithEffects.xml", "docProps/thumbnail.jpeg"}
    before = parts(municipal())
    kept = {name: content for name, content in before.items() if name not in without}
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kept["word/styles.xml"] = (
        f'<w:styles xmlns:w="{w}"><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style></w:styles>'
    ).encode()
    for name in ("word/_rels/document.xml.rels", "_rels/.rels", "[Content_Types].xml"):
        lines = kept[name].decode().replace("><", ">\n<").split("\n")
        kept[name] = "".join(
            line for line in lines if not any(gone.rsplit("/", 1)[-1] in line for gone in without)
        ).encode()
    return packed(kept)


def parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(content: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, part in content.items():
            opened.writestr(name, part)
    return file.getvalue()


def changed(file: bytes, name: str, before: str, after: str) -> bytes:
    """The file with something else in one of its parts."""
    content = parts(file)
    text = content[name].decode()
    assert before in text
    content[name] = text.replace(before, after, 1).encode()
    return packed(content)


def added(file: bytes, name: str, part: bytes) -> bytes:
    """The file with one more part."""
    return packed({**parts(file), name: part})


def with_relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> bytes:
    """A template that points at something."""
    relation = (
        f'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        f'Target="{target}"{mode}/></Relationships>'
    )
    return changed(municipal(), "word/_rels/document.xml.rels", "</Relationships>", relation)


def with_field(*pieces: str) -> bytes:
    """A template with a field in its header, whose words are written in so many pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    name = next(name for name in parts(municipal()) if name.startswith("word/header"))
    return changed(municipal(), name, "</w:p>", f"{runs}</w:p>")
