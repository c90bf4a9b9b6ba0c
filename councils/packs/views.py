"""The list of packs, each as a page and as its files, and the press that freezes one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.models import PlanVersion
from action_plans.papers.documents import page_of
from audit.actions import record
from common.errors import NotPossible
from councils.meetings.queries import meetings_for
from councils.models import FileKind, Pack
from councils.packs import actions, files, presenters, queries
from councils.packs.forms import FreezeForm, new_form
from councils.packs.permissions import check_may_freeze, check_may_read_packs, may_freeze
from documents import plain, web
from documents.answers import file_answer
from partners.models import Collaboration
from partners.requests import PartnerRequest, person

ROWS_ON_A_PAGE = 50


def _found(request: PartnerRequest, number: int) -> Pack:
    check_may_read_packs(request.user, request.collaboration)
    rows = queries.packs_for(request.user, request.collaboration)
    found: Pack = get_object_or_404(rows, number=number)
    return found


@never_cache
@require_GET
def pack_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What has been frozen, the latest first."""
    check_may_read_packs(request.user, collaboration)
    rows = queries.packs_for(request.user, collaboration)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [presenters.pack_row(one) for one in page],
        "freeze_form": new_form() if may_freeze(request.user, collaboration) else None,
    }
    return render(request, "councils/packs/list.html", context)


@never_cache
@require_GET
def pack(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The document as it was frozen, and its files."""
    shown = _found(request, number)
    document = plain.from_data(shown.content)
    context = {
        "pack": shown,
        "document": document,
        "sections": web.sections(document),
        "files": presenters.file_links(shown),
        "is_whole": plain.digest(shown.content) == shown.sha256,
    }
    return render(request, "councils/packs/pack.html", context)


@require_GET
def pack_file(request: PartnerRequest, collaboration: Collaboration, number: int, kind: str) -> HttpResponse:
    """One of the files, as the bytes it was made into that day. Every download is logged as an export."""
    shown = _found(request, number)
    if kind not in FileKind.values:
        raise Http404
    row = get_object_or_404(shown.files, kind=kind)
    try:
        data = files.read_whole(row)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect(presenters.url_of(shown))
    record("pack_downloaded", by=request.user, subject=shown, number=shown.number, kind=kind)
    return file_answer(data, f"underlag-{shown.number}-{timezone.localdate(shown.made_at)}.{kind}")


@require_POST
def pack_freeze(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Freeze the council's page, for a meeting or on its own."""
    check_may_freeze(request.user, collaboration)
    form = FreezeForm(request.POST)
    meeting = None
    if form.is_valid() and form.cleaned_data["meeting"]:
        meetings = meetings_for(request.user, collaboration)
        meeting = get_object_or_404(meetings, number=form.cleaned_data["meeting"])

    def freeze(press: uuid.UUID) -> Pack:
        return actions.freeze_council_pack(
            by=person(request), collaboration=collaboration, meeting=meeting, form_id=press
        )

    return _frozen(request, form, freeze)


@require_POST
def plan_pack_freeze(request: PartnerRequest, collaboration: Collaboration, plan: int, number: int) -> HttpResponse:
    """Freeze a decided version of a plan."""
    check_may_freeze(request.user, collaboration)
    versions = PlanVersion.objects.visible_to(request.user).filter(collaboration=collaboration)
    version = get_object_or_404(
        versions.select_related("plan__area", "plan__collaboration", "decided_by_group").distinct(),
        plan__number=plan,
        number=number,
    )
    address = request.build_absolute_uri(page_of(version.plan, version))

    def freeze(press: uuid.UUID) -> Pack:
        return actions.freeze_plan_pack(by=person(request), version=version, address=address, form_id=press)

    return _frozen(request, FreezeForm(request.POST), freeze)


def _frozen(request: PartnerRequest, form: FreezeForm, freeze: Callable[[uuid.UUID], Pack]) -> HttpResponse:
    """Freeze, and lead to the pack; where it cannot be done, lead to the list and say why."""
    try:
        if not form.is_valid():
            raise NotPossible(_("The page is too old. Open it again and press once more."))
        made = freeze(form.cleaned_data["form_id"])
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("pack_list", request.collaboration.slug)
    messages.success(request, _("The pack is frozen. Its page and its files stay as they are."))
    return redirect(presenters.url_of(made))
