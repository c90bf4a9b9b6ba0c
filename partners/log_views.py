"""The log's pages: who has read and done what, and the log as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.paginator import InvalidPage
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.actions import broken_seals, record
from audit.models import DaySeal
from partners import log as lines
from partners import log_samples, presenters
from partners.forms import LogFilterForm
from partners.models import Collaboration, Organisation
from partners.permissions import check_may_read_log
from partners.purposes import export_page
from partners.requests import PartnerRequest, get_or_post


def _filter_form(request: PartnerRequest, collaboration: Collaboration) -> LogFilterForm:
    actions: list[Any] = []
    for kind in lines.Kind:
        codes = [(code, presenters.action_in_words(code)) for code in lines.codes_of(kind)]
        codes.sort(key=lambda pair: pair[1].lower())
        whole = _("All of %(group)s") % {"group": kind.label}
        actions.append((str(kind.label), [(kind.value, whole), *codes]))
    return LogFilterForm(
        request.GET or None,
        actions=actions,
        people=lines.people_of(collaboration),
        organisations=list(
            Organisation.objects.visible_to(request.user)
            .filter(collaboration=collaboration)
            .values_list("pk", "name")
            .order_by("name")
        ),
        is_reference=lambda text: lines.reference(text) is not None,
    )


def _wanted(form: LogFilterForm) -> dict[str, Any] | None:
    """What the form asks for; None when it cannot be understood, and then nothing is shown rather than everything."""
    if not form.is_bound:
        return {}
    return form.cleaned_data if form.is_valid() else None


@require_GET
def log(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Who has read and done what, newest first, and whether the seals still hold."""
    check_may_read_log(request.user, collaboration)
    form = _filter_form(request, collaboration)
    wanted = _wanted(form)
    events = lines.events_of(request.user, collaboration, wanted or {})
    try:
        page = lines.page_of(events if wanted is not None else events.none(), request.GET.get("cursor", ""))
    except InvalidPage:
        raise Http404 from None
    is_checked = "check" in request.GET
    query = request.GET.copy()
    for name in ("cursor", "check"):
        query.pop(name, None)
    asked = {name for name, value in (wanted or {}).items() if value}
    context = {
        "form": form,
        "page": page,
        "days": lines.by_day(page.events, timezone.localdate()),
        "is_filtered": bool(asked),
        "chosen": _chosen(form, wanted or {}, query),
        "query": query.urlencode(),
        "shortcuts": _shortcuts(query.dict()),
        "subject": (wanted or {}).get("subject", ""),
        "exports_query": "action=exports",
        "latest_seal": DaySeal.objects.visible_to(request.user).first(),
        "is_checked": is_checked,
        "broken": broken_seals() if is_checked else [],
        "months_waiting": len(log_samples.not_gone_through(collaboration, timezone.localdate())),
    }
    # Which filters, never what was typed in them: a name may have been.
    record("log_read", by=request.user, collaboration_id=collaboration.pk, filters=sorted(asked))
    return render(request, "partners/log.html", context)


def _shortcuts(query: dict[str, Any]) -> list[dict[str, Any]]:
    current = {name: value for name, value in query.items() if value}
    asked: list[tuple[str, dict[str, str]]] = [(_("Everything"), {})]
    asked += [(str(label), {"action": kind}) for kind, label in lines.Kind.choices if kind != lines.Kind.CHANGES]
    return [
        {
            "text": text[:1].upper() + text[1:],
            "query": f"action={asks['action']}" if asks else "",
            "is_current": asks == current,
        }
        for text, asks in asked
    ]


def _chosen(form: LogFilterForm, wanted: dict[str, Any], query: QueryDict) -> list[dict[str, str]]:
    """What the lines are narrowed to, in words, each with the query that lets go of it."""
    chosen = []
    for bound in form:
        value = wanted.get(bound.name)
        if not value or (bound.name == "action" and value in lines.Kind.values):
            # A whole kind of lines is one of the shortcuts, and marked there.
            continue
        rest = query.copy()
        rest.pop(bound.name, None)
        label = str(bound.label)
        if isinstance(value, dt.date):
            text = f"{label.lower()} {value:%Y-%m-%d}"
        else:
            text = str(dict(flatten_choices(getattr(bound.field, "choices", ()))).get(value, value))
        chosen.append({"label": label, "text": text, "query": rest.urlencode()})
    return chosen


@get_or_post
def log_export(request: PartnerRequest, collaboration: Collaboration) -> HttpResponseBase:
    """The lines the page shows as a file, all pages of them. That it was taken out is logged, and what for."""
    check_may_read_log(request.user, collaboration)
    form = _filter_form(request, collaboration)
    wanted = _wanted(form)
    back = f"{reverse('log', args=[collaboration.slug])}?{request.GET.urlencode()}"
    if wanted is None:
        return redirect(back)
    events = lines.events_of(request.user, collaboration, wanted)

    def make(purpose: dict[str, Any]) -> HttpResponseBase:
        asked = sorted(name for name, value in wanted.items() if value)
        record("log_exported", by=request.user, collaboration_id=collaboration.pk, filters=asked, **purpose)
        response = StreamingHttpResponse(lines.export_lines(events), content_type="text/csv; charset=utf-8")
        name = f"{collaboration.slug}-log-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return export_page(
        request,
        make,
        heading=_("Download the log"),
        lead=_("The lines that your filter shows, all pages of them."),
        back_url=back,
        back_text=_("Log"),
    )
