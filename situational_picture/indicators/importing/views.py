"""The pages of an import of indicators: choose the file, see what would happen, do it; and what came in before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from areas import uploads
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, tried
from situational_picture.indicators.importing import storing
from situational_picture.indicators.importing.forms import IndicatorConfirmForm, IndicatorUploadForm
from situational_picture.indicators.importing.tables import COLUMNS
from situational_picture.indicators.permissions import check_may_keep_indicators
from situational_picture.models import IndicatorBatch

# Where the session remembers whose file a token is.
UPLOADS = "indicator_uploads"
MOST_BATCHES = 50


@never_cache
@get_or_post
def indicator_import(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Choose a file and see what it would change; the second step does it."""
    check_may_keep_indicators(request.user, collaboration)
    if request.method == "POST" and "token" in request.POST:
        return _confirmed(request, collaboration)
    posted = request.method == "POST"
    begin = {"layout": IndicatorBatch.Layout.TABLE, "dated_on": timezone.localdate()}
    form = IndicatorUploadForm(request.POST if posted else None, request.FILES if posted else None, initial=begin)
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        token = uploads.keep(upload)
        report = _import(request, collaboration, form, token, upload.name, dry_run=True)
        if report is not None:
            request.session[UPLOADS] = {token: upload.name[:200]}
            confirm = IndicatorConfirmForm(initial={**form.options(), "token": token})
            return _preview(request, confirm, report, upload.name)
        uploads.forget(token)
    batches = IndicatorBatch.objects.visible_to(request.user).filter(collaboration=collaboration)
    context = {
        "form": form,
        "batches": batches.select_related("created_by")[:MOST_BATCHES],
        "columns": [words[0] for words in COLUMNS.values()],
        "list_url": reverse("indicator_list", args=[collaboration.slug]),
    }
    page = "situational_picture/indicators/indicator_import.html"
    return render(request, page, context, status=422 if posted else 200)


def _preview(request: PartnerRequest, form: IndicatorConfirmForm, report: storing.Report, name: str) -> HttpResponse:
    context = {
        "form": form,
        "report": report,
        "lines": report.sentences(),
        "series": storing.told_series(report),
        "refusals": storing.told_refusals(report),
        "file_name": name,
        "is_workbook": form.initial["layout"] == IndicatorBatch.Layout.WORKBOOK,
    }
    return render(request, "situational_picture/indicators/indicator_import_preview.html", context)


def _confirmed(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    form = IndicatorConfirmForm(request.POST)
    token = request.POST.get("token", "")
    name = request.session.get(UPLOADS, {}).get(token)
    if name is None or uploads.path_of(token) is None or not form.is_valid():
        messages.error(request, _("The file is no longer here. Choose it again."))
        return redirect("indicator_import", collaboration.slug)
    if "cancel" in request.POST:
        _forget(request, token)
        return redirect("indicator_import", collaboration.slug)
    report = _import(request, collaboration, form, token, name, dry_run=False)
    _forget(request, token)
    if report is None:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("indicator_import", collaboration.slug)
    for line in report.sentences():
        messages.success(request, line)
    return redirect("indicator_list", collaboration.slug)


def _forget(request: PartnerRequest, token: str) -> None:
    uploads.forget(token)
    request.session.pop(UPLOADS, None)


def _import(
    request: PartnerRequest, collaboration: Collaboration, form: Any, token: str, name: str, *, dry_run: bool
) -> storing.Report | None:
    """The report of the import, or None with the reason on the form."""
    path = uploads.path_of(token)
    assert path is not None
    try:
        return storing.import_file(
            by=request.user, collaboration=collaboration, path=path, file_name=name, dry_run=dry_run, **form.options()
        )
    except NotPossible as no:
        if hasattr(no, "error_dict"):
            for field, sentences in no.message_dict.items():
                form.add_error(field if field in form.fields else None, sentences)
        else:
            form.add_error("file" if "file" in form.fields else None, no.messages)
        return None


@require_POST
def indicator_batch_undo(request: PartnerRequest, collaboration: Collaboration, batch: int) -> HttpResponse:
    """Take an import back."""
    check_may_keep_indicators(request.user, collaboration)
    row = get_object_or_404(
        IndicatorBatch.objects.visible_to(request.user).filter(collaboration=collaboration), pk=batch
    )
    tried(
        request,
        lambda: storing.undo_import(by=request.user, batch=row),
        _("The import is undone. What it corrected stands again."),
    )
    return redirect("indicator_import", collaboration.slug)
