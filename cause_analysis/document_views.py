"""An analysis drawn on a page of its own, and as files to print, keep and go on writing in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.actions import record
from cause_analysis import documents, drawings
from cause_analysis.causes import presenters, queries
from cause_analysis.models import CauseAnalysis
from cause_analysis.problems.presenters import lead
from cause_analysis.problems.protecting import figures_for
from cause_analysis.problems.queries import selection_of
from cause_analysis.requests import problem_of
from documents.answers import file_answer
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _asked(request: PartnerRequest, number: int) -> tuple[CauseAnalysis, int | None]:
    """The analysis and the version the address asks for, if it does."""
    problem = problem_of(request, number)
    asked = request.GET.get("version")
    version = number_in(asked)
    shown = queries.shown_analysis(request.user, problem, version)
    if shown is None or (asked and version is None):
        raise Http404
    return shown, version


@require_GET
def analysis_tree(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The causes drawn as a tree."""
    return _drawn(request, number, "tree")


@require_GET
def analysis_fishbone(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same causes drawn as a fishbone."""
    return _drawn(request, number, "fishbone")


def _drawn(request: PartnerRequest, number: int, shape: drawings.Shape) -> HttpResponse:
    shown, version = _asked(request, number)
    nodes = queries.tree_of(shown, with_evidence=True)
    note = lead(figures_for(request.user, shown.problem), selection_of(shown.problem))
    context: dict[str, Any] = {
        "analysis": shown,
        "problem": shown.problem,
        "area": shown.problem.area,
        "shape": shape,
        "version": version,
        "page_url": presenters.page_url(shown, version=version),
        "tree": drawings.tree_of_causes(shown, nodes, shape=shape, root_note=note) if nodes else None,
        "items": drawings.nested_rows(drawings.list_of_causes(nodes)),
        "links": {str(node.cause.pk): _cause_url(shown, node.cause.pk, version) for node in nodes},
    }
    return render(request, "cause_analysis/analysis_drawing.html", context)


def _cause_url(shown: CauseAnalysis, pk: int, version: int | None) -> str:
    return presenters.page_url(shown, version=version, cause=pk) + f"#cause-{pk}"


@require_GET
def analysis_pdf(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The analysis as PDF, with the same numbers protected as on the page. Every download is logged as an export."""
    shown, version = _asked(request, number)
    address = request.build_absolute_uri(presenters.page_url(shown, version=version))
    file = documents.analysis_pdf(request.user, shown, address=address)
    record("analysis_document_downloaded", by=request.user, subject=shown, version=shown.version)
    return file_answer(file, f"{_file_name(shown)}.pdf")


@require_GET
def analysis_word(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The analysis as a Word file, for the same readers, protected and logged as the PDF is."""
    shown, version = _asked(request, number)
    address = request.build_absolute_uri(presenters.page_url(shown, version=version))
    file = documents.analysis_word(request.user, shown, address=address)
    record("analysis_word_downloaded", by=request.user, subject=shown, version=shown.version)
    return file_answer(file, f"{_file_name(shown)}.docx")


def _file_name(shown: CauseAnalysis) -> str:
    """The analysis's name in a file system."""
    draft = "" if shown.is_adopted else "-utkast"
    return f"orsaksanalys-{str(shown.problem).lower()}-v{shown.version}{draft}"
