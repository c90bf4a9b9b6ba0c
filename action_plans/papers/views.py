"""A plan as files to print, sign, keep and go on working in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from action_plans.models import Plan, PlanVersion
from action_plans.papers import documents, files
from action_plans.permissions import check_may_read_plans
from audit.actions import record
from documents.answers import file_answer
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _asked(request: PartnerRequest, number: int) -> tuple[Plan, PlanVersion | None]:
    """The plan, and the version the address asks for; without one the draft of the next."""
    check_may_read_plans(request.user, request.collaboration)
    asked = request.GET.get("version")
    if not asked:
        plans = Plan.objects.visible_to(request.user).filter(collaboration=request.collaboration)
        return get_object_or_404(plans.select_related("area", "collaboration"), number=number), None
    version_number = number_in(asked)
    if version_number is None:
        raise Http404
    versions = PlanVersion.objects.visible_to(request.user).filter(collaboration=request.collaboration)
    version = get_object_or_404(
        versions.select_related("plan__area", "plan__collaboration", "decided_by_group").distinct(),
        plan__number=number,
        number=version_number,
    )
    return version.plan, version


def _answer(
    request: PartnerRequest, number: int, make: Callable[..., bytes], *, kind: str, action: str
) -> HttpResponse:
    """A file of what the address asks for. Every download is logged as an export."""
    plan, version = _asked(request, number)
    address = request.build_absolute_uri(documents.page_of(plan, version))
    file = make(request.user, plan, version, address=address)
    record(action, by=request.user, subject=plan, version=version.number if version else 0)
    draft = f"-v{version.number}" if version else "-utkast"
    return file_answer(file, f"handlingsplan-{str(plan).lower()}{draft}.{kind}")


@require_GET
def plan_pdf(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """A version of the plan, or its draft, as PDF, with the same numbers protected as on the page."""
    return _answer(request, number, documents.plan_pdf, kind="pdf", action="plan_document_downloaded")


@require_GET
def plan_word(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same as a Word file, in the municipality's own template where there is one."""

    def make(*who: object, address: str) -> bytes:
        return documents.plan_word(*who, address=address, template=files.template_of(collaboration))  # type: ignore[arg-type]

    return _answer(request, number, make, kind="docx", action="plan_word_downloaded")


@require_GET
def plan_excel(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The same as an Excel workbook, each table on a sheet of its own."""
    return _answer(request, number, documents.plan_excel, kind="xlsx", action="plan_excel_downloaded")
