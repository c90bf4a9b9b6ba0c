"""The picture as a file to print, keep, go on writing in and take to a meeting."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from audit.actions import record
from documents.answers import file_answer
from partners.models import Collaboration
from partners.requests import PartnerRequest
from situational_picture import documents, selecting
from situational_picture.views import _area, _asked_or_404, _url, this_name


@require_GET
def picture_pdf(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """The picture as PDF, with the same numbers protected as on the page. Every download is logged as an export."""
    selecting.check_may_see_pictures(request.user, collaboration)
    shown = _asked_or_404(request, _area(request, area))
    file = documents.picture_pdf(request.user, shown, address=request.build_absolute_uri(_url(shown)))
    record("picture_document_downloaded", by=request.user, subject=shown, version=shown.version)
    return file_answer(file, f"{this_name(shown)}.pdf")


@require_GET
def picture_word(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """The picture as a Word file, for the same readers, protected and logged as the PDF is."""
    selecting.check_may_see_pictures(request.user, collaboration)
    shown = _asked_or_404(request, _area(request, area))
    file = documents.picture_word(request.user, shown, address=request.build_absolute_uri(_url(shown)))
    record("picture_word_downloaded", by=request.user, subject=shown, version=shown.version)
    return file_answer(file, f"{this_name(shown)}.docx")
