"""The review queue: one report at a time, decided on with what the page showed; many at once where that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from areas.models import Area
from common.errors import NotPossible
from incidents.actions import approve_incident, reject_incident, return_incident
from incidents.forms import RejectForm, ReturnForm
from incidents.merging import merge_incidents, unmerge_incident
from incidents.models import ImportBatch, Incident, Status
from incidents.permissions import check_may_review_in
from incidents.photos.presenters import first_waiting, photo_rows
from incidents.photos.queries import left_behind, photos_with
from incidents.queries import WITH_ROW, allowed_words
from incidents.reading import note_reading
from incidents.reviewing import presenters, queries
from incidents.reviewing.actions import approve_import, approve_marked
from incidents.reviewing.asked import asked_for, queue_address
from incidents.reviewing.forms import MergeForm, QueueForm
from incidents.reviewing.from_page import merge_form
from incidents.reviewing.marks import marks_in, number_in
from incidents.reviewing.queries import Order
from incidents.views import bounds_around, page_of_report, place_nearby
from partners.models import Collaboration, Organisation
from partners.requests import person

# A box whose report somebody took out of sight is left aside; more boxes than the page has are nobody's press.
MOST_MARKED = queries.LISTED


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the queue was asked for: in the address, or in the form that was sent from it."""
    return asked_for(request.POST if request.method == "POST" else request.GET)


def _order(asked: Mapping[str, str]) -> Order:
    return Order.UNUSUAL if asked.get("sort") == Order.UNUSUAL else Order.OLDEST


@never_cache
@require_GET
def review_queue(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The report that is asked for, or the first that waits, beside the list."""
    check_may_review_in(request.user, collaboration)
    asked, opened = _asked(request), None
    pk = number_in(request.GET.get("report"))
    if pk is not None:
        opened = queries.waiting(request.user, collaboration).select_related(*WITH_ROW).filter(pk=pk).first()
        if opened is None:
            _say_what_became(request, collaboration, pk)
    return _page(request, collaboration, asked, opened, page=request.GET.get("page"))


def _say_what_became(request: HttpRequest, collaboration: Collaboration, pk: int) -> None:
    """Another report is about to be shown than the one that was asked for: say so, and why."""
    gone = Incident.objects.visible_to(request.user).filter(collaboration=collaboration, pk=pk).first()
    if gone is not None:
        messages.info(
            request,
            _("%(ref)s does not wait any more: it is %(status)s. You see the next one.")
            % {"ref": gone.ref, "status": gone.get_status_display()},
        )


def queue_form(user: Any, collaboration: Collaboration, asked: Mapping[str, str]) -> QueueForm:
    """The choice as it was asked for, among the areas and organisations this person sees here."""
    return QueueForm(
        asked,
        areas=list(Area.objects.visible_to(user).filter(collaboration=collaboration)),
        organisations=list(Organisation.objects.visible_to(user).filter(collaboration=collaboration)),
        numbers=queries.numbers_waiting(user, collaboration),
    )


def _page(
    request: HttpRequest,
    collaboration: Collaboration,
    asked: Mapping[str, str],
    opened: Incident | None,
    *,
    page: str | None = None,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """The queue as it was asked for, with the open report or the first one on the page."""
    words = allowed_words(collaboration.pk)
    order = _order(asked)
    form = queue_form(request.user, collaboration, asked)
    queue = queries.queue_of(
        request.user,
        collaboration,
        order,
        today=timezone.localdate(),
        choice=form.choice(),
        page=page,
        opened=opened,
    )
    if opened is None and queue.rows:
        opened = queue.rows[0]

    def address(report: int | None = None) -> str:
        return queue_address(collaboration, asked, report=report)

    def in_order(wanted: Order) -> str:
        return queue_address(collaboration, asked_for({**asked, "sort": wanted.value}))

    context: dict[str, Any] = {
        "heading": presenters.heading(queue.count, form),
        "total": form.total,
        "count": queue.count,
        "page": queue.page,
        "form": form,
        "chosen": presenters.chosen_in_queue(form, collaboration, asked),
        "kept": {**asked, **({"page": str(queue.page.number)} if queue.page.number > 1 else {})},
        "queue_url": address(),
        "whole_url": queue_address(collaboration, {}),
        "orders": [
            {"text": _("Oldest first"), "url": in_order(Order.OLDEST), "is_current": order == Order.OLDEST},
            {"text": _("What is unusual"), "url": in_order(Order.UNUSUAL), "is_current": order == Order.UNUSUAL},
        ],
        "rows": presenters.queue_rows(queue, words, opened=opened.pk if opened else None, address=address),
        "batches": queries.waiting_batches(request.user, collaboration),
        "incident": opened,
        "photos_left": left_behind(request.user, collaboration).count(),
    }
    if opened is not None:
        opened.collaboration = collaboration
        note_reading(request.user, opened, where="review")
        before, after, at = queue.beside(opened.pk)
        photos = photo_rows(request.user, photos_with(request.user, opened), collaboration, main=opened)
        alike, around = queries.near(request.user, opened)
        standing = queue.standings.get(opened.pk) or queries.standing_of(opened, today=timezone.localdate())
        found = [one.incident for one in alike]
        context |= {
            "before": before,
            "after": after,
            "before_url": address(before) if before else "",
            "after_url": address(after) if after else "",
            "at": at,
            "report": presenters.report(request.user, opened, words, near_place=place_nearby(opened)),
            "photos": photos,
            "keyed": first_waiting(photos),
            "standing": presenters.standing_in_words(standing),
            "waited": presenters.days_waiting(opened, timezone.now()),
            "alike": presenters.near_rows(alike),
            "around": presenters.near_rows(around),
            "bounds": bounds_around(opened),
            "is_drawn": opened.location == Incident.Location.PLACED,
            "return_form": forms.get("return_form") or ReturnForm(prefix="return"),
            "reject_form": forms.get("reject_form") or RejectForm(prefix="reject"),
            "merge_form": forms.get("merge_form") or MergeForm(prefix="merge", incident=opened, found=found),
        }
    return render(request, "incidents/review_queue.html", context, status=status)


def _on(request: HttpRequest, collaboration: Collaboration, report: int | None) -> HttpResponseRedirect:
    """Back to the queue as it was asked for, on the report that comes next; where that is gone, on the same page."""
    asked = _asked(request)
    if report is not None and queries.waiting(request.user, collaboration).filter(pk=report).exists():
        return redirect(queue_address(collaboration, asked, report=report))
    return redirect(queue_address(collaboration, asked, page=number_in(request.POST.get("page"))))


_DONE = {
    "approve": gettext_lazy("%(ref)s is approved and counted."),
    "return": gettext_lazy("%(ref)s is returned to its reporter."),
    "reject": gettext_lazy("%(ref)s is rejected."),
}
_OUTCOMES = {"approve": Status.APPROVED, "return": Status.RETURNED, "reject": Status.REJECTED}


def _is_own_decision(request: HttpRequest, incident: Incident, decision: str) -> bool:
    """Whether this person has already decided just that about the report."""
    by = Incident.objects.filter(pk=incident.pk, status=_OUTCOMES.get(decision, ""), reviewed_by=person(request))
    return by.exists()


@require_POST
def review_decide(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Approve, return, reject or merge the open report, and go on to the next one that waits."""
    check_may_review_in(request.user, collaboration)
    visible = Incident.objects.visible_to(request.user).filter(collaboration=collaboration)
    incident = get_object_or_404(visible.select_related(*WITH_ROW), pk=pk)
    decision = request.POST.get("decision", "")
    # Without the state it showed, a page cannot have been read: nothing is decided then.
    decided: dict[str, Any] = {"incident": incident, "by": person(request), "as_seen": request.POST.get("seen") or "-"}
    leads_to = number_in(request.POST.get("next"))
    form: Any = None
    try:
        if decision == "approve":
            approve_incident(**decided)
            messages.success(request, _DONE[decision] % {"ref": incident.ref})
        elif decision == "return":
            form = ReturnForm(request.POST, prefix="return")
            if form.is_valid():
                return_incident(**decided, reason=form.cleaned_data["reason"])
                messages.success(request, _DONE[decision] % {"ref": incident.ref})
        elif decision == "reject":
            form = RejectForm(request.POST, prefix="reject")
            if form.is_valid():
                reject_incident(**decided, reason=form.cleaned_data["reason"])
                messages.success(request, _DONE[decision] % {"ref": incident.ref})
        elif decision == "merge":
            found = [one.incident for one in queries.near(request.user, incident)[0]]
            form = MergeForm(request.POST, prefix="merge", incident=incident, found=found)
            if form.is_valid():
                leads_to = _merged(request, form, incident, leads_to)
        else:
            messages.error(request, _("Choose whether to approve, return, reject or merge the report."))
            leads_to = incident.pk
    except NotPossible as refusal:
        if refusal.code == "already_decided" and _is_own_decision(request, incident, decision):
            # Pressed twice, or sent again by the browser: it is done.
            messages.success(request, _DONE[decision] % {"ref": incident.ref})
            return _on(request, collaboration, leads_to)
        if form is None or incident.status != Status.SUBMITTED or refusal.code == "already_decided":
            messages.error(request, " ".join(refusal.messages))
            # Whatever of the reports has been changed is read again where they stand together.
            return _on(request, collaboration, incident.pk if decision == "merge" else leads_to)
        form.add_error(None, refusal.messages)
    if form is not None and not form.is_valid():
        return _page(request, collaboration, _asked(request), incident, status=422, **{f"{decision}_form": form})
    return _on(request, collaboration, leads_to)


def _all_seen(request: HttpRequest, form: MergeForm, incident: Incident) -> dict[int, str]:
    return {**form.seen, incident.pk: request.POST.get("seen") or "-"}


def _merged(request: HttpRequest, form: MergeForm, incident: Incident, leads_to: int | None) -> int | None:
    keep, others = form.chosen()
    merge_incidents(keep=keep, others=others, by=person(request), as_seen=_all_seen(request, form, incident))
    refs = ", ".join(one.ref for one in others)
    if keep.status == Status.SUBMITTED:
        text = _("%(refs)s is counted together with %(keep)s, which waits for your decision.")
    else:
        text = _("%(refs)s is counted together with %(keep)s.")
    messages.success(request, text % {"refs": refs, "keep": keep.ref})
    # What is to count is the next to be decided; a report that was merged away is not.
    gone = {one.pk for one in others}
    return keep.pk if keep.status == Status.SUBMITTED else (None if leads_to in gone else leads_to)


@require_POST
def review_marked(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Approve the marked rows, each by itself; the rest goes on if one cannot be."""
    check_may_review_in(request.user, collaboration)
    marks = marks_in(request.POST.getlist("marked")[:MOST_MARKED])
    rows = Incident.objects.visible_to(request.user).filter(collaboration=collaboration).in_bulk(list(marks))
    if not rows:
        messages.error(request, _("Mark the reports you want to approve."))
        return _on(request, collaboration, number_in(request.POST.get("report")))
    result = approve_marked(marked=[(rows[pk], seen) for pk, seen in marks.items() if pk in rows], by=person(request))
    number = len(result.approved)
    if number:
        text = ngettext("%(number)s report is approved.", "%(number)s reports are approved.", number)
        messages.success(request, text % {"number": number})
    for sentence in dict.fromkeys(result.refused):
        messages.error(request, sentence)
    return _on(request, collaboration, number_in(request.POST.get("report")))


@require_POST
def review_import(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Approve what waits of a whole import."""
    check_may_review_in(request.user, collaboration)
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    try:
        number = approve_import(batch=batch, by=person(request))
    except NotPossible as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if number is None:
            messages.info(request, _("The rows are being approved. You can leave the page; it takes a minute at most."))
        else:
            text = ngettext("%(number)s row is approved.", "%(number)s rows are approved.", number)
            messages.success(request, text % {"number": number})
    return _on(request, collaboration, None)


@require_POST
def incident_merge(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Count a report together with others of the same event, from its own page."""
    check_may_review_in(request.user, collaboration)
    visible = Incident.objects.visible_to(request.user).filter(collaboration=collaboration)
    incident = get_object_or_404(visible.select_related(*WITH_ROW, "collaboration", "reviewed_by"), pk=pk)
    form = merge_form(request.user, incident, request.POST)
    if form.is_valid():
        keep, others = form.chosen()
        try:
            seen = _all_seen(request, form, incident)
            merge_incidents(keep=keep, others=others, by=person(request), as_seen=seen)
        except NotPossible as refusal:
            form.add_error(None, refusal.messages)
        else:
            refs = ", ".join(one.ref for one in others)
            text = _("%(refs)s is counted together with %(keep)s.") % {"refs": refs, "keep": keep.ref}
            messages.success(request, text)
            return redirect("incident_detail", collaboration.slug, keep.pk)
    return page_of_report(request, incident, merge_form=form)


@require_POST
def incident_unmerge(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take a report apart from the one it is counted with."""
    check_may_review_in(request.user, collaboration)
    visible = Incident.objects.visible_to(request.user).filter(collaboration=collaboration)
    incident = get_object_or_404(visible, pk=pk)
    try:
        incident = unmerge_incident(incident=incident, by=person(request))
    except NotPossible as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request,
            _("%(ref)s is a report of its own again: %(status)s.")
            % {"ref": incident.ref, "status": incident.get_status_display()},
        )
    return redirect("incident_detail", collaboration.slug, incident.pk)
