"""A document as the answer to somebody who asked for the file."""

from __future__ import annotations

from django.http import HttpResponse

from documents import excel, slides, word

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": word.CONTENT_TYPE,
    "xlsx": excel.CONTENT_TYPE,
    "pptx": slides.CONTENT_TYPE,
}


def file_answer(file: bytes, name: str) -> HttpResponse:
    """The file under its name, whose ending says what it is. No cache between keeps what only its reader may see.

    A PDF is opened in the browser, which can print it; the others are saved.
    """
    kind = name.rpartition(".")[2]
    response = HttpResponse(file, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'{"inline" if kind == "pdf" else "attachment"}; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
