"""What the law asks for: the register, a duty's page with its decisions, and the year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.clashes import clashes
from action_plans.permissions import may_keep_agreements
from audit.actions import record
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from councils.law import actions, handover, presenters, queries
from councils.law.forms import DecisionForm, DueForm, DutyForm, PapersForm, StrikeForm, YearEntryForm
from councils.law.papers import FORMATS, PAPERS, WRITERS, Asked, whole_pictures, whole_versions
from councils.law.papers import paper as write_paper
from councils.law.permissions import check_may_keep_law, check_may_read_law, may_keep_law
from councils.law.queries import Line
from councils.law.rules import Standing
from councils.models import StatutoryDecision, YearEntry
from documents.answers import file_answer
from partners.looks import look_of
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, person, tried

_FORM = "action_plans/plans/guarded_form.html"


@never_cache
@require_GET
def law(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Each duty of the Act: how it stands, who decided what, and when it is due again."""
    check_may_read_law(request.user, collaboration)
    today = timezone.localdate()
    lines = queries.lines_for(request.user, collaboration, today=today)
    agreements = queries.held_agreements(request.user, [collaboration], today=today)[collaboration.pk]
    context = {
        "heading": presenters.headline(lines),
        "rows": [presenters.line_row(collaboration, line) for line in lines],
        "agreements": [presenters.held_row(collaboration, held) for held in agreements],
        "writes_agreements": may_keep_agreements(request.user, collaboration),
        "unchecked": sum(not line.is_checked for line in lines),
        "keeps": may_keep_law(request.user, collaboration),
    }
    return render(request, "councils/law/register.html", context)


def _line(request: PartnerRequest, paragraph: int) -> Line:
    check_may_read_law(request.user, request.collaboration)
    lines = queries.lines_for(request.user, request.collaboration, today=timezone.localdate())
    found = next((line for line in lines if line.paragraph == paragraph), None)
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
def duty(request: PartnerRequest, collaboration: Collaboration, paragraph: int) -> HttpResponse:
    """What a duty requires, the decision that holds, and those before it."""
    line = _line(request, paragraph)
    context = {
        **presenters.line_row(collaboration, line),
        "paragraph": paragraph,
        "item": line.item,
        "has_begun": bool(line.item and line.item.begun_on),
        "is_missing": line.standing in {Standing.MISSING, Standing.IN_PROGRESS},
        "history": [presenters.decision_row(one) for one in line.history],
        "keeps": may_keep_law(request.user, collaboration),
    }
    return render(request, "councils/law/duty.html", context)


def _form_page(request: PartnerRequest, form: Any, *, status: int | None = None, **page: Any) -> HttpResponse:
    if status is None:
        status = 422 if form.is_bound else 200
    return render(request, _FORM, {"form": form, "theirs": [], "lead": "", **page}, status=status)


def _back(request: PartnerRequest, line: Line) -> dict[str, Any]:
    return {
        "back_url": presenters.duty_url(request.collaboration, line.paragraph),
        "back_text": f"{presenters.code_of(line)} {line.duty.title}",
    }


@never_cache
@get_or_post
def duty_decide(request: PartnerRequest, collaboration: Collaboration, paragraph: int) -> HttpResponse:
    """Write down a decision on a duty."""
    line = _line(request, paragraph)
    check_may_keep_law(request.user, collaboration)
    form = DecisionForm(request.POST or None, user=request.user, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_duty(by=person(request), collaboration=collaboration, paragraph=paragraph, **form.said())
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The decision is written down."))
            return redirect("duty", collaboration.slug, paragraph)
    return _form_page(
        request,
        form,
        heading=_("A new decision") if line.decision else _("A decision"),
        lead=_("It is due again after 24 months. Former decisions stay in the register."),
        **_back(request, line),
    )


@never_cache
@get_or_post
def duty_change(request: PartnerRequest, collaboration: Collaboration, paragraph: int) -> HttpResponse:
    """Word what a duty requires, and say that it has been compared with the law."""
    line = _line(request, paragraph)
    check_may_keep_law(request.user, collaboration)
    item = line.item
    start = {
        "row_version": item.row_version if item else 0,
        "requires": line.requires,
        "is_checked": bool(item and item.checked_on),
        "checked_against": item.checked_against if item else "",
    }
    form = DutyForm(request.POST or None, initial=start)
    status: int | None = None
    theirs: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "row_version": form.cleaned_data["row_version"] or 0}
        try:
            actions.write_duty(by=person(request), collaboration=collaboration, paragraph=paragraph, **said)
        except Conflict as conflict:
            form.add_refusal(conflict)
            form.meet(conflict.row)
            status, theirs = 409, clashes(form, {"requires": conflict.row.requires})
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect("duty", collaboration.slug, paragraph)
    return _form_page(
        request, form, status=status, theirs=theirs, heading=_("What the duty requires"), **_back(request, line)
    )


@require_POST
def duty_begin(request: PartnerRequest, collaboration: Collaboration, paragraph: int) -> HttpResponse:
    """Say that work on a decision has begun, or has not after all."""
    _line(request, paragraph)
    is_begun = request.POST.get("begun") != "no"
    tried(
        request,
        lambda: actions.begin_duty(
            by=person(request), collaboration=collaboration, paragraph=paragraph, is_begun=is_begun
        ),
        _("Saved."),
    )
    return redirect("duty", collaboration.slug, paragraph)


def _decision(request: PartnerRequest, paragraph: int, pk: int) -> tuple[Line, StatutoryDecision]:
    line = _line(request, paragraph)
    check_may_keep_law(request.user, request.collaboration)
    rows = queries.decisions_for(request.user).filter(collaboration=request.collaboration, struck_at=None)
    return line, get_object_or_404(rows, pk=pk, item__paragraph=paragraph)


@never_cache
@get_or_post
def duty_due(request: PartnerRequest, collaboration: Collaboration, paragraph: int, pk: int) -> HttpResponse:
    """Say that a decision is due on another day, and why."""
    line, decision = _decision(request, paragraph, pk)
    start = {name: getattr(decision, name) for name in ("row_version", "next_due_on", "due_reason")}
    form = DueForm(request.POST or None, initial=start)
    status: int | None = None
    theirs: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "row_version": form.cleaned_data["row_version"] or 0}
        try:
            actions.change_due(by=person(request), decision=decision, **said)
        except Conflict as conflict:
            form.add_refusal(conflict)
            form.meet(conflict.row)
            now = {name: getattr(conflict.row, name) for name in ("next_due_on", "due_reason")}
            status, theirs = 409, clashes(form, now)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect("duty", collaboration.slug, paragraph)
    return _form_page(
        request, form, status=status, theirs=theirs, heading=_("When is it to be renewed?"), **_back(request, line)
    )


@never_cache
@get_or_post
def duty_strike(request: PartnerRequest, collaboration: Collaboration, paragraph: int, pk: int) -> HttpResponse:
    """Strike out a decision that was written down by mistake."""
    line, decision = _decision(request, paragraph, pk)
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.strike_decision(by=person(request), decision=decision, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The decision is struck out. It can still be read among the former ones."))
            return redirect("duty", collaboration.slug, paragraph)
    return _form_page(
        request,
        form,
        heading=_("Strike out the decision"),
        lead=_("For what was written down by mistake. What has been decided anew is written as a new decision."),
        submit=_("Strike out"),
        **_back(request, line),
    )


# --- Papers -----------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def law_papers(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The papers the law and those who follow it up ask for, and what goes into them."""
    check_may_read_law(request.user, collaboration)
    form = PapersForm(request.GET, user=request.user, collaboration=collaboration)
    form.is_valid()
    papers = [
        {
            "title": title,
            "files": [
                {"kind": label, "url": reverse("law_paper_export", args=[collaboration.slug, name, kind])}
                for kind, label in FORMATS.items()
            ],
        }
        for name, title in PAPERS.items()
    ]
    context = {"form": form, "papers": papers, "query": request.GET.urlencode()}
    return render(request, "councils/law/papers.html", context)


@require_GET
def law_paper_export(request: PartnerRequest, collaboration: Collaboration, paper: str, kind: str) -> HttpResponse:
    """One of the papers as a file, made of the pictures and plans the address names. Each is logged as an export."""
    check_may_read_law(request.user, collaboration)
    if paper not in PAPERS or kind not in WRITERS:
        raise Http404
    form = PapersForm(request.GET, user=request.user, collaboration=collaboration)
    pictures, versions = form.chosen()
    asked = Asked(
        user=request.user,
        collaboration=collaboration,
        pictures=whole_pictures(pictures),
        versions=whole_versions(versions),
        today=timezone.localdate(),
        site=request.build_absolute_uri("/").rstrip("/"),
    )
    file = WRITERS[kind](write_paper(paper, asked), look=look_of(collaboration))
    record(
        "law_paper_taken",
        by=request.user,
        subject=collaboration,
        paper=paper,
        pictures=[one.pk for one in pictures],
        versions=[one.pk for one in versions],
    )
    return file_answer(file, f"{paper}-{collaboration.slug}.{kind}")


# --- Handing over -----------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def hand_over(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What somebody new in the coordinator's role needs to know, on one page."""
    check_may_read_law(request.user, collaboration)
    now, today = timezone.now(), timezone.localdate()
    parts = handover.sections(request.user, collaboration, now=now, today=today)
    context = {
        "parts": parts,
        "due": len(parts[0]["rows"]),
        "keepers": handover.keeper_rows(collaboration, today=today),
        "groups": handover.group_rows(request.user, collaboration, today=today),
    }
    return render(request, "councils/law/handover.html", context)


# --- The year ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def year_wheel(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The twelve months from now, and what falls in each."""
    check_may_read_law(request.user, collaboration)
    today = timezone.localdate()
    context = presenters.year_rows(
        collaboration,
        lines=queries.lines_for(request.user, collaboration, today=today),
        agreements=queries.held_agreements(request.user, [collaboration], today=today)[collaboration.pk],
        entries=queries.entries_for(request.user, collaboration),
        today=today,
    )
    context["keeps"] = may_keep_law(request.user, collaboration)
    return render(request, "councils/law/year.html", context)


def _year_page(request: PartnerRequest, form: YearEntryForm, **page: Any) -> HttpResponse:
    return _form_page(
        request,
        form,
        back_url=reverse("year_wheel", args=[request.collaboration.slug]),
        back_text=_("Year wheel"),
        **page,
    )


@never_cache
@get_or_post
def year_entry_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Put something of the municipality's own in the wheel."""
    check_may_keep_law(request.user, collaboration)
    form = YearEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "row_version"}
        try:
            actions.add_year_entry(by=person(request), collaboration=collaboration, **said)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("It stands in the year wheel."))
            return redirect("year_wheel", collaboration.slug)
    return _year_page(request, form, heading=_("What comes back each year?"))


def _entry(request: PartnerRequest, key: str) -> YearEntry:
    check_may_keep_law(request.user, request.collaboration)
    entries = queries.entries_for(request.user, request.collaboration)
    found = next((entry for entry in entries if presenters.entry_key(entry) == key), None)
    if found is None:
        raise Http404
    return found


_OF_ENTRY = ("title", "month", "day", "source", "is_checked")


@never_cache
@get_or_post
def year_entry(request: PartnerRequest, collaboration: Collaboration, key: str) -> HttpResponse:
    """Change something in the wheel, or take it out."""
    entry = _entry(request, key)
    form = YearEntryForm(
        request.POST or None, initial={name: getattr(entry, name) for name in ("row_version", *_OF_ENTRY)}
    )
    status: int | None = None
    theirs: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "row_version": form.cleaned_data["row_version"] or 0}
        try:
            actions.change_year_entry(by=person(request), collaboration=collaboration, entry=entry, **said)
        except Conflict as conflict:
            form.add_refusal(conflict)
            form.meet(conflict.row)
            status = 409
            theirs = clashes(form, {name: getattr(conflict.row, name) for name in _OF_ENTRY})
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect("year_wheel", collaboration.slug)
    return _year_page(request, form, status=status, theirs=theirs, heading=entry.title)


@require_POST
def year_entry_remove(request: PartnerRequest, collaboration: Collaboration, key: str) -> HttpResponse:
    """Take something out of the wheel."""
    entry = _entry(request, key)
    tried(
        request,
        lambda: actions.remove_year_entry(by=person(request), collaboration=collaboration, entry=entry),
        _("It is taken out of the year wheel."),
    )
    return redirect("year_wheel", collaboration.slug)
