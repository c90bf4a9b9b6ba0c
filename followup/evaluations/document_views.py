"""An evaluation as files to print, keep and go on counting in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from audit.actions import record
from documents import excel, word
from followup.evaluations import documents, queries
from followup.evaluations.presenters import url_of
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _answer(
    request: PartnerRequest,
    number: int,
    make: Callable[..., bytes],
    *,
    kind: str,
    content_type: str,
    action: str,
    disposition: str = "attachment",
) -> HttpResponse:
    """A file of the evaluation, for whoever reads it. Every download is logged as an export."""
    shown = get_object_or_404(queries.evaluations_for(request.user, request.collaboration), number=number)
    file = make(request.user, shown, address=request.build_absolute_uri(url_of(shown)))
    record(action, by=request.user, subject=shown)
    draft = "" if shown.adopted_at else "-utkast"
    response = HttpResponse(file, content_type=content_type)
    response["Content-Disposition"] = f'{disposition}; filename="utvardering-{str(shown).lower()}{draft}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def evaluation_pdf(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The evaluation as PDF, with the same numbers protected as on the page."""
    return _answer(
        request,
        number,
        documents.evaluation_pdf,
        kind="pdf",
        content_type="application/pdf",
        action="evaluation_document_downloaded",
        # Opened in the browser, which can print it.
        disposition="inline",
    )


@require_GET
def evaluation_word(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same as a Word file."""
    return _answer(
        request,
        number,
        documents.evaluation_word,
        kind="docx",
        content_type=word.CONTENT_TYPE,
        action="evaluation_word_downloaded",
    )


@require_GET
def evaluation_excel(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same as an Excel workbook, each table on a sheet of its own."""
    return _answer(
        request,
        number,
        documents.evaluation_excel,
        kind="xlsx",
        content_type=excel.CONTENT_TYPE,
        action="evaluation_excel_downloaded",
    )
