"""The pages of reports and categories: fetch, ask, show."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from areas.models import Place
from common.errors import NotPossible
from incidents import actions, entry, permissions, presenters, queries, rules
from incidents.coverage import presenters as coverage_presenters
from incidents.forms import CategoryForm, CloseCategoryForm, IncidentForm, RejectForm, ReturnForm
from incidents.models import Category, Incident, Status
from incidents.photos.presenters import photo_rows
from incidents.photos.queries import photos_with
from incidents.photos.views import store_sent
from incidents.reading import note_export, note_reading
from incidents.reviewing.from_page import merge_form_or_none
from incidents.selections import SEVERAL, AskedFor, Selection
from partners.models import Collaboration
from partners.purposes import export_page
from partners.requests import get_or_post, person, tried
from ui.numbers import number_words

# --- Reports in a list, a file and on a map ---------------------------------------------------------------------------


@never_cache
@require_GET
def incident_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The reports the user may see, latest first, with filters."""
    permissions.check_may_read_reports(request.user, collaboration)
    chosen = queries.filter_for(request.user, collaboration, request.GET)
    rows = chosen.qs if chosen.is_valid() else Incident.objects.none()
    try:
        page = queries.page_of(rows, request.GET.get("cursor", ""))
    except queries.BadCursor:
        raise Http404 from None
    count, has_more = queries.count_up_to(rows)
    query = request.GET.copy()
    query.pop("cursor", None)
    is_map = query.get("view") == "map"
    query.pop("view", None)
    shown = presenters.list_rows(request.user, page.rows)
    form = queries.shown_form(chosen)
    today = timezone.localdate()
    waiting = queries.waiting_for(request.user, collaboration)
    # Whoever sees their own reports alone is not told apart from others, row after row.
    sees_others = permissions.sees_others(request.user, collaboration)
    waiting["has_own"] &= sees_others
    organisations = {row["who"] for row in shown if row["who"]}
    context = {
        "form": form,
        "rows": shown,
        "days": presenters.by_day(shown, today),
        "waiting": waiting,
        "shortcuts": presenters.shortcuts(query, today=today, **waiting),
        "chosen": presenters.chosen_filters(form, query),
        # What rooms above can do with what is asked for.
        "asked": AskedFor(collaboration, chosen.selection if chosen.is_valid() else Selection()),
        "is_map": is_map,
        "page": page,
        "count": count,
        "has_more": has_more,
        "is_filtered": any(query.get(name) for name in chosen.filters),
        "query": query.urlencode(),
        "map_limit": queries.MAP_LIMIT,
        "may_report": permissions.may_report_in(request.user, collaboration),
        "shows_organisation": len(organisations) > 1 or (sees_others and bool(organisations)),
        "is_own": not sees_others,
        "is_limited": sees_others and not permissions.sees_everything(request.user, collaboration),
        **coverage_presenters.reporting_due(request.user, collaboration, now=timezone.now()),
    }
    return render(request, "incidents/incident_list.html", context)


@never_cache
@get_or_post
def incident_export(request: HttpRequest, collaboration: Collaboration) -> HttpResponseBase:
    """The same rows as a file, with what this person sees of each. Who took it out, how much and what for is logged."""
    permissions.check_may_read_reports(request.user, collaboration)
    back = f"{reverse('incident_list', args=[collaboration.slug])}?{request.GET.urlencode()}"
    try:
        rows = queries.incidents_for(request.user, collaboration, request.GET)
    except ValidationError:
        # A filter that cannot be understood never becomes a file with everything in it.
        return redirect(back)
    # The values that were checked and used; any other under the same name may be somebody's own words.
    chosen = {
        name: ",".join(values) if name in SEVERAL else values[-1]
        for name, values in request.GET.lists()
        if name in queries.IncidentFilter.base_filters
    }
    number, has_more = queries.count_up_to(rows)

    def make(purpose: dict[str, Any]) -> StreamingHttpResponse:
        note_export(person(request), collaboration, rows, filters=chosen, **purpose)
        ordered = queries.with_photos(rows).select_related(*queries.WITH_ROW).order_by("-occurred_on", "-pk")
        response = StreamingHttpResponse(
            presenters.export_lines(request.user, ordered.iterator(chunk_size=2000)),
            content_type="text/csv; charset=utf-8",
        )
        name = f"{collaboration.slug}-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    words = number_words(number)
    count = _("More than %(number)s") % {"number": words} if has_more else words
    return export_page(
        request,
        make,
        heading=_("Download reports"),
        lead=_("%(count)s reports, with what your role sees of each.") % {"count": count},
        back_url=back,
        back_text=_("Reports"),
    )


@never_cache
@require_GET
def incident_map(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """The same rows as GeoJSON: points, and blocks for what happened in somebody's home.

    `layer=points` or `layer=blocks` gives one of them. `is_limited` says when only the latest are drawn.
    """
    permissions.check_may_read_reports(request.user, collaboration)
    try:
        rows = queries.incidents_for(request.user, collaboration, request.GET)
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=400)
    incidents, is_limited = queries.drawn(rows)
    # Found once: the address of each of two thousand reports took a sixth of the time.
    url = reverse("incident_detail", args=[collaboration.slug, 0]).removesuffix("0/") + "{pk}/"
    body = {
        "type": "FeatureCollection",
        "features": presenters.map_features(incidents, url, request.GET.get("layer", "")),
        "is_limited": is_limited,
        "limit": queries.MAP_LIMIT,
    }
    return JsonResponse(body, content_type="application/geo+json")


# --- One report -------------------------------------------------------------------------------------------------------


def _visible(request: HttpRequest, collaboration: Collaboration, pk: int) -> Incident:
    rows = Incident.objects.visible_to(request.user).filter(collaboration=collaboration)
    return get_object_or_404(rows.select_related(*queries.WITH_ROW, "collaboration", "reviewed_by"), pk=pk)


def page_of_report(request: HttpRequest, incident: Incident, **forms: Any) -> HttpResponse:
    user, fields = request.user, permissions.fields_visible_to(request.user, incident)
    may_review = permissions.may_review(user, incident)
    words = queries.allowed_words(incident.collaboration_id) if may_review else frozenset()
    context = {
        "incident": incident,
        "facts": presenters.facts_of(user, incident),
        "tag": presenters.tag_of(incident),
        "when": presenters.when_in_words(incident),
        "where": presenters.where_in_words(incident, near=place_nearby(incident)),
        "next_to_review": queries.next_to_review(user, incident) if may_review else None,
        # Whoever wrote it asks first what became of it.
        "is_own": incident.reporter_id == user.pk,
        "is_limited": "description" not in fields,
        "reason": presenters.review_reason_in_words(incident) if "review_reason" in fields else "",
        "may_approve": may_review and rules.may_be_decided(incident, Status.APPROVED),
        "may_return": may_review and rules.may_be_decided(incident, Status.RETURNED),
        "may_reject": may_review and rules.may_be_decided(incident, Status.REJECTED),
        "seen": rules.state_of(incident),
        # Of the other report only whoever reviews is told anything.
        "may_review": may_review,
        "counted_with": queries.counted_with(user, incident) if may_review else [],
        "may_change": permissions.may_change(user, incident) and incident.status in rules.EDITABLE,
        "findings": presenters.guard_findings(incident.description, words) if may_review else [],
        "return_form": forms.get("return_form") or ReturnForm(prefix="return"),
        "reject_form": forms.get("reject_form") or RejectForm(prefix="reject"),
        "photos": photo_rows(user, photos_with(user, incident), incident.collaboration, main=incident),
        "merge_form": forms.get("merge_form") or merge_form_or_none(user, incident),
        "is_drawn": incident.location == Incident.Location.PLACED,
        "bounds": bounds_around(incident),
    }
    status = 422 if "merge_form" in forms else 200
    return render(request, "incidents/incident_detail.html", context, status=status)


def place_nearby(incident: Incident) -> tuple[Place, float] | None:
    """The named place to read a point back by. A home is told by its block alone."""
    if incident.place is not None or rules.is_kept_at_block(incident.place_type):
        return None
    return queries.nearest_place(incident.collaboration, incident.lon, incident.lat)


def bounds_around(incident: Incident) -> tuple[float, float, float, float] | None:
    if incident.lon is None or incident.lat is None:
        return None
    return incident.lon - 0.008, incident.lat - 0.004, incident.lon + 0.008, incident.lat + 0.004


@never_cache
@require_GET
def incident_detail(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """One report, with what this person sees of it and may do with it. Who reads another's text is logged."""
    incident = _visible(request, collaboration, pk)
    note_reading(request.user, incident, where="page")
    return page_of_report(request, incident)


@never_cache
@require_GET
def incident_point(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """One report as GeoJSON, for the map on its page."""
    incident = _visible(request, collaboration, pk)
    drawn = [incident] if incident.location == Incident.Location.PLACED else []
    features = presenters.map_features(drawn, "")
    geometry = {"points": "Point", "blocks": "Polygon"}.get(request.GET.get("layer", ""))
    shown = [f for f in features if geometry is None or f["geometry"]["type"] == geometry]
    return JsonResponse({"type": "FeatureCollection", "features": shown}, content_type="application/geo+json")


@require_POST
def incident_review(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Approve, return or reject a report."""
    incident = _visible(request, collaboration, pk)
    permissions.check_may_review(request.user, incident)
    decision, as_seen = request.POST.get("decision"), request.POST.get("seen", "")
    return_form = ReturnForm(request.POST if decision == "return" else None, prefix="return")
    reject_form = RejectForm(request.POST if decision == "reject" else None, prefix="reject")
    try:
        if decision == "approve":
            actions.approve_incident(incident=incident, by=person(request), as_seen=as_seen)
            messages.success(request, _("%(ref)s is approved and counted.") % {"ref": incident.ref})
        elif decision == "return" and return_form.is_valid():
            reason = return_form.cleaned_data["reason"]
            actions.return_incident(incident=incident, by=person(request), reason=reason, as_seen=as_seen)
            messages.success(request, _("%(ref)s is returned to its reporter.") % {"ref": incident.ref})
        elif decision == "reject" and reject_form.is_valid():
            reason = reject_form.cleaned_data["reason"]
            actions.reject_incident(incident=incident, by=person(request), reason=reason, as_seen=as_seen)
            messages.success(request, _("%(ref)s is rejected.") % {"ref": incident.ref})
        elif decision in ("return", "reject"):
            return page_of_report(request, incident, return_form=return_form, reject_form=reject_form)
        else:
            messages.error(request, _("Choose whether to approve, return or reject the report."))
    except NotPossible as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("incident_detail", collaboration.slug, incident.pk)


# --- Reporting --------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def incident_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """What, where, when: one page, one report, however often it is sent."""
    permissions.check_may_report_in(request.user, collaboration)
    initial = entry.start_from(request, collaboration)
    form = IncidentForm(
        request.POST or None,
        user=request.user,
        collaboration=collaboration,
        initial=initial,
        files=request.FILES or None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            incident, is_new = actions.submit_incident(
                by=person(request),
                organisation=form.reports_for,
                report=form.report,
                client_uuid=form.cleaned_data["client_uuid"],
                now=form.now,
            )
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            store_sent(request, incident, form.cleaned_data["photos"])
            if not is_new:
                messages.info(request, _("The report had already arrived. It is stored once."))
            if "again" in request.POST:
                arrived = _("%(ref)s has arrived. Place and time are still filled in: report the next.")
                messages.success(request, arrived % {"ref": incident.ref})
                return redirect(f"{reverse('incident_new', args=[collaboration.slug])}?again={incident.pk}")
            return redirect("incident_receipt", collaboration.slug, incident.pk)
    return _entry_page(request, collaboration, form)


@never_cache
@get_or_post
def incident_change(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Correct a draft or a returned report and send it in again."""
    incident = _visible(request, collaboration, pk)
    permissions.check_may_change(request.user, incident)
    try:
        rules.check_editable(incident)
    except NotPossible as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("incident_detail", collaboration.slug, incident.pk)
    form = IncidentForm(
        request.POST or None,
        user=request.user,
        collaboration=collaboration,
        incident=incident,
        files=request.FILES or None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_incident(incident=incident, by=person(request), report=form.report)
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            if form.is_own:
                store_sent(request, incident, form.cleaned_data["photos"])
            return redirect("incident_receipt", collaboration.slug, incident.pk)
    return _entry_page(request, collaboration, form, incident=incident)


def _entry_page(
    request: HttpRequest, collaboration: Collaboration, form: IncidentForm, *, incident: Incident | None = None
) -> HttpResponse:
    context = entry.page_context(request, collaboration, form, incident=incident)
    return render(request, "incidents/incident_form.html", context)


@never_cache
@require_GET
def incident_receipt(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """The report has arrived: what was understood, with the place read back in words, and what happens next."""
    incident = _visible(request, collaboration, pk)
    if incident.reporter_id != request.user.pk and not permissions.may_change(request.user, incident):
        raise Http404
    context = {
        "incident": incident,
        "when": presenters.when_in_words(incident),
        "where": presenters.where_in_words(incident, near=place_nearby(incident)),
        "tag": presenters.tag_of(incident),
        "bounds": bounds_around(incident),
        "is_drawn": incident.location == Incident.Location.PLACED,
        "photos": photo_rows(request.user, photos_with(request.user, incident), collaboration, main=incident),
    }
    return render(request, "incidents/incident_receipt.html", context)


# --- Categories -------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def category_list(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """What can be reported here and what each word means; those who look after it change it from here."""
    context = {
        "groups": queries.category_tree(collaboration, today=timezone.localdate()),
        "may_change": permissions.may_change_categories(request.user, collaboration),
    }
    return render(request, "incidents/category_list.html", context)


@never_cache
@get_or_post
def category_new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Add a category."""
    permissions.check_may_change_categories(request.user, collaboration)
    form = CategoryForm(request.POST or None, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        category = form.save(commit=False)
        try:
            actions.create_category(category=category, by=person(request))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("%(name)s can be reported now.") % {"name": category})
            return redirect("category_list", collaboration.slug)
    return _category_page(request, form, None)


@never_cache
@get_or_post
def category_edit(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Rename, move or re-judge a category."""
    category = get_object_or_404(Category.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    permissions.check_may_change_categories(request.user, collaboration)
    # The form writes into its own copy, so that the action can tell old from new.
    copy = Category.objects.get(pk=category.pk)
    form = CategoryForm(request.POST or None, collaboration=collaboration, instance=copy)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_category(category=category, by=person(request), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The category is changed. Reports that have it follow."))
            return redirect("category_list", collaboration.slug)
    return _category_page(request, form, category)


def _category_page(request: HttpRequest, form: CategoryForm, category: Category | None) -> HttpResponse:
    context = {
        "form": form,
        "category": category,
        "close_form": CloseCategoryForm(prefix="close"),
        "is_used": category is not None and queries.is_used(category),
    }
    return render(request, "incidents/category_form.html", context)


def _category(request: HttpRequest, collaboration: Collaboration, pk: int) -> Category:
    category = get_object_or_404(Category.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    permissions.check_may_change_categories(request.user, collaboration)
    return category


@require_POST
def category_close(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take a category out of use from a day on."""
    category = _category(request, collaboration, pk)
    form = CloseCategoryForm(request.POST, prefix="close")
    if not form.is_valid():
        messages.error(request, _("Give the day from which the category is no longer used."))
        return redirect("category_edit", collaboration.slug, category.pk)
    tried(
        request,
        lambda: actions.close_category(category=category, by=person(request), on=form.cleaned_data["on"]),
        _("%(name)s is closed. Its reports keep it.") % {"name": category},
    )
    return redirect("category_list", collaboration.slug)


@require_POST
def category_reopen(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take a closed category into use again."""
    category = _category(request, collaboration, pk)
    tried(
        request,
        lambda: actions.reopen_category(category=category, by=person(request)),
        _("%(name)s can be reported again.") % {"name": category},
    )
    return redirect("category_list", collaboration.slug)


@require_POST
def category_delete(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Remove a category that was never used."""
    category = _category(request, collaboration, pk)
    tried(
        request,
        lambda: actions.delete_category(category=category, by=person(request)),
        _("%(name)s is deleted.") % {"name": category},
    )
    return redirect("category_list", collaboration.slug)
