"""An evaluation as files to print, keep and go on counting in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from audit.actions import record
from documents.answers import file_answer
from followup.evaluations import documents, queries
from followup.evaluations.presenters import url_of
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _answer(
    request: PartnerRequest, number: int, make: Callable[..., bytes], *, kind: str, action: str
) -> HttpResponse:
    """A file of the evaluation, for whoever reads it. Every download is logged as an export."""
    shown = get_object_or_404(queries.evaluations_for(request.user, request.collaboration), number=number)
    file = make(request.user, shown, address=request.build_absolute_uri(url_of(shown)))
    record(action, by=request.user, subject=shown)
    draft = "" if shown.adopted_at else "-utkast"
    return file_answer(file, f"utvardering-{str(shown).lower()}{draft}.{kind}")


@require_GET
def evaluation_pdf(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The evaluation as PDF, with the same numbers protected as on the page."""
    return _answer(request, number, documents.evaluation_pdf, kind="pdf", action="evaluation_document_downloaded")


@require_GET
def evaluation_word(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same as a Word file."""
    return _answer(request, number, documents.evaluation_word, kind="docx", action="evaluation_word_downloaded")


@require_GET
def evaluation_excel(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same as an Excel workbook, each table on a sheet of its own."""
    return _answer(request, number, documents.evaluation_excel, kind="xlsx", action="evaluation_excel_downloaded")
