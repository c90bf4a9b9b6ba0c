"""The pages of an import: all of them, a new one, one of them step by step, undoing it, and its report as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.actions import record
from common.errors import NotAllowed, NotPossible
from incidents.importing import actions, presenters, watching
from incidents.importing.forms import ColumnsForm, ImportForm, WordsForm
from incidents.importing.permissions import (
    check_may_import,
    check_may_import_in,
    check_may_undo,
    may_import,
    may_import_in,
)
from incidents.importing.profiles import PROFILES
from incidents.models import ImportBatch
from incidents.permissions import may_review_in
from incidents.presenters import safe_cell
from partners.models import Collaboration
from partners.requests import get_or_post
from partners.roles import SEE_OWN_ORGANISATION

BATCHES_ON_A_PAGE = 30
REFUSALS_ON_A_PAGE = 100
KINDS_OF_REFUSAL_SHOWN = 30

Status = ImportBatch.Status


@never_cache
@require_GET
def import_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The imports of the own organisation, or for whoever reviews of all, latest first."""
    if not request.user.has_role(collaboration, SEE_OWN_ORGANISATION):  # type: ignore[union-attr]
        raise NotAllowed(_("Only those who answer for an organisation's reports see its imports."))
    rows = (
        ImportBatch.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .select_related("organisation", "started_by")
    )
    page = Paginator(rows, BATCHES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [presenters.list_row(batch) for batch in page],
        "may_import": may_import_in(request.user, collaboration),
    }
    return render(request, "incidents/import_list.html", context)


@never_cache
@get_or_post
def import_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Choose a file; what it would do is shown before anything is stored."""
    check_may_import_in(request.user, collaboration)
    form = ImportForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        user=request.user,
        collaboration=collaboration,
    )
    if form.is_bound and form.is_valid():
        try:
            batch = actions.start_import(
                by=request.user,  # type: ignore[arg-type]
                profile=form.chosen_profile,
                organisation=form.organisation_or_sources_own(),
                upload=form.cleaned_data["file"],
                mapping=form.cleaned_data.get("mapping"),
            )
        except ValidationError as no:
            form.add_error("file", no)
        else:
            return redirect("import_detail", collaboration.slug, batch.pk)
    return render(request, "incidents/import_new.html", {"form": form}, status=422 if form.is_bound else 200)


def _visible(request: HttpRequest, collaboration: Collaboration, pk: int) -> ImportBatch:
    rows = ImportBatch.objects.visible_to(request.user).filter(collaboration=collaboration)
    return get_object_or_404(rows.select_related("organisation", "collaboration", "started_by"), pk=pk)


@never_cache
@get_or_post
def import_detail(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """One import, wherever it is: its columns, what it would do, how far it has come, or what it did."""
    batch = _visible(request, collaboration, pk)
    if request.method == "POST":
        check_may_import(request.user, batch.organisation)
        return _answer(request, batch)
    if request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted"):
        response = render(request, "incidents/_import_progress.html", _progress(batch))
        if batch.status not in actions.AT_WORK:
            response["HX-Refresh"] = "true"
        return response
    return _page(request, batch)


def _answer(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Carry out what a button on the page asks for."""
    asked = request.POST.get("action", "")
    forms: dict[str, Any] = {}
    try:
        if asked == "columns":
            forms["columns_form"] = form = ColumnsForm(request.POST, batch=batch)
            if not form.is_valid():
                return _page(request, batch, status=422, **forms)
            actions.choose_columns(
                batch=batch,
                by=request.user,  # type: ignore[arg-type]
                columns=form.columns,
                options=form.options,
                save_as=form.cleaned_data["save_as"].strip(),
            )
        elif asked == "words":
            forms["words_form"] = words = WordsForm(request.POST, batch=batch)
            if not words.is_valid():
                return _page(request, batch, status=422, **forms)
            actions.choose_words(batch=batch, by=request.user, words=words.meanings)  # type: ignore[arg-type]
        elif asked == "back":
            actions.ask_again(batch=batch, by=request.user)  # type: ignore[arg-type]
        elif asked == "confirm":
            actions.confirm_import(batch=batch, by=request.user)  # type: ignore[arg-type]
        elif asked == "discard":
            actions.discard_import(batch=batch, by=request.user)  # type: ignore[arg-type]
            messages.success(request, _("The file was thrown away. Nothing was stored."))
            return redirect("import_list", batch.collaboration.slug)
        else:
            raise NotPossible(_("Choose one of the buttons on the page."))
    except ValidationError as no:
        batch.refresh_from_db()
        if "columns_form" in forms and batch.status == Status.UPLOADED:
            forms["columns_form"].add_error(None, no)
            return _page(request, batch, status=422, **forms)
        for message in no.messages:
            messages.error(request, message)
    return redirect("import_detail", batch.collaboration.slug, batch.pk)


def _progress(batch: ImportBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "collaboration": batch.collaboration,
        "is_at_work": batch.status in actions.AT_WORK,
        "percent": watching.percent_of(batch.pk),
        "progress_text": presenters.progress_text(batch),
    }


def _page(request: HttpRequest, batch: ImportBatch, *, status: int = 200, **forms: Any) -> HttpResponse:
    may_act = may_import(request.user, batch.organisation)
    waiting = presenters.waiting_of(batch) if batch.status == Status.DONE else 0
    kinds = batch.refusals.values("column", "sentence").annotate(rows=Count("line", distinct=True))
    refusals = Paginator(batch.refusals.all(), REFUSALS_ON_A_PAGE)
    needs_mapping = PROFILES[batch.profile].needs_mapping if batch.profile in PROFILES else False
    context = {
        **_progress(batch),
        "may_act": may_act,
        "heading": presenters.heading(batch),
        "facts": presenters.facts(batch),
        "counts": presenters.counts(batch, waiting=waiting),
        "waiting": waiting,
        "may_review": may_review_in(request.user, batch.collaboration),
        "kinds": list(kinds.order_by("-rows", "column", "sentence")[:KINDS_OF_REFUSAL_SHOWN]),
        "refusals": refusals.get_page(request.GET.get("page")),
        "preview": presenters.preview_rows(batch),
        "needs_mapping": needs_mapping,
        **forms,
    }
    if may_act and needs_mapping and batch.status == Status.UPLOADED:
        context.setdefault("columns_form", ColumnsForm(batch=batch))
    if may_act and needs_mapping and batch.status == Status.CHECKED:
        words_form = context.setdefault("words_form", WordsForm(batch=batch))
        context["has_words"] = bool(words_form.words)
    return render(request, "incidents/import_detail.html", context, status=status)


@never_cache
@get_or_post
def import_undo(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Ask once more, then take back every incident the import stored."""
    batch = _visible(request, collaboration, pk)
    check_may_undo(request.user, batch)
    if request.method == "POST":
        try:
            removed = actions.undo_import(batch=batch, by=request.user)  # type: ignore[arg-type]
        except NotPossible as no:
            for message in no.messages:
                messages.error(request, message)
        else:
            messages.success(
                request,
                ngettext(
                    "The import was undone: %(count)s incident was removed.",
                    "The import was undone: %(count)s incidents were removed.",
                    removed,
                )
                % {"count": presenters.number(removed)},
            )
        return redirect("import_detail", collaboration.slug, batch.pk)
    if batch.status != Status.DONE:
        return redirect("import_detail", collaboration.slug, batch.pk)
    return render(request, "incidents/import_undo.html", _to_undo(batch))


def _to_undo(batch: ImportBatch) -> dict[str, Any]:
    rows = batch.incidents.count()
    return {"batch": batch, "rows": rows, "number": presenters.number(rows)}


class _Echo:
    """Hands each written line straight on."""

    def write(self, line: str) -> str:
        return line


@never_cache
@require_GET
def import_report(request: HttpRequest, collaboration: Collaboration, pk: int) -> StreamingHttpResponse:
    """Every refused row with its line, column and sentence, as a file that a Swedish spreadsheet opens."""
    batch = _visible(request, collaboration, pk)
    record("import_report_read", by=request.user, subject=batch, refused=batch.refused)

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo(), delimiter=";")
        yield "\ufeff" + str(writer.writerow([_("Line"), _("Column"), _("What to do")]))
        for refusal in batch.refusals.all().iterator(chunk_size=2000):
            yield str(writer.writerow([refusal.line, safe_cell(refusal.column), safe_cell(refusal.sentence)]))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{batch.pk}.csv"'
    return response
