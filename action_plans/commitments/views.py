"""The pages of commitments: the list, one of them with its steps, a new request, who is away, the ledger."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.commitments import actions, away, ledger, presenters, queries
from action_plans.commitments.forms import AbsenceForm, FilterForm, RequestForm, RulesForm, StepForm
from action_plans.commitments.lines import (
    Line,
    parts_shown,
    rules_of,
    seen_by,
    seen_in_plan,
    shown_until,
)
from action_plans.commitments.steps import AT_ONCE, STEPS, open_steps
from action_plans.models import Absence, Commitment, CommitmentMove, CommitmentState, Measure
from action_plans.permissions import (
    check_may_keep_rules,
    check_may_make_plans,
    check_may_read_ledger,
    check_may_read_plans,
    may_keep_rules,
    may_make_plans,
    may_read_ledger,
    organisations_spoken_for,
)
from areas.models import Area
from audit.actions import record
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from partners.models import Collaboration, Organisation
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried
from ui import slots

State = CommitmentState
ROWS_ON_A_PAGE = 50
REASONS_SHOWN = 50


# --- The list ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def commitment_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What waits for the own organisation first, then what it has asked of others, and the rest."""
    check_may_read_plans(request.user, collaboration)
    user, now = request.user, timezone.now()
    asked = FilterForm(request.GET, user=user, collaboration=collaboration).asked()
    found = queries.in_order(queries.seen_lines(user, collaboration, asked, now=now))
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    part_of = dict(page.object_list)
    lines = queries.these(user, collaboration, list(part_of), now=now)
    rows = [(part_of[line.commitment.pk], line) for line in lines]
    rules = rules_of(collaboration)
    beside = slots.fill("commitment.row", user, [line.commitment for line in lines])
    context = {
        "asked": asked,
        "is_filtered": asked.number_chosen > 0,
        "number_chosen": asked.number_chosen,
        "rows": presenters.list_rows(rows, slug=collaboration.slug, titles=_titles(request, rows), beside=beside),
        "page": page,
        "count": len(found),
        "waits": sum(part == queries.WAITS for _pk, part in found),
        "nobody": presenters.nobody_rows(queries.without_person(user, collaboration)),
        "rules": rules,
        **_choices(request),
        "may_ask": _may_ask(request),
        "may_read_ledger": may_read_ledger(user, collaboration),
        "may_keep_rules": may_keep_rules(user, collaboration),
    }
    return render(request, "action_plans/commitments/list.html", context)


def _titles(request: PartnerRequest, rows: list[tuple[str, Line]]) -> dict[int, str]:
    """What the measures are called that the reader reads: whoever is asked for a part may read no more than it."""
    wanted = {line.commitment.measure_id for _group, line in rows}
    return dict(Measure.objects.visible_to(request.user).filter(pk__in=wanted - {None}).values_list("pk", "title"))


def _choices(request: PartnerRequest) -> dict[str, Any]:
    """What the filters can be set to."""
    here = {"collaboration": request.collaboration}
    partners = Organisation.objects.visible_to(request.user).filter(**here, is_active=True)
    return {
        "areas": Area.objects.visible_to(request.user).filter(**here).order_by("name"),
        "partners": partners.exclude(kind=Organisation.Kind.OPEN_DATA).order_by("name"),
        "states": [(value, label) for value, label in State.choices if value != State.DRAFT],
    }


def _may_ask(request: PartnerRequest) -> bool:
    """Whether somebody can ask at all: for an organisation, in an area."""
    user, here = request.user, request.collaboration
    return bool(organisations_spoken_for(user, here)) and may_make_plans(user, here)


@never_cache
@get_or_post
def commitment_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Ask something of a partner."""
    check_may_make_plans(request.user, collaboration)
    if not organisations_spoken_for(request.user, collaboration):
        raise NotAllowed(_("Only those who speak for an organisation ask something of a partner."))
    area = FilterForm(request.GET, user=request.user, collaboration=collaboration).asked().area
    initial = {"area": area.pk} if area is not None else {}
    form = RequestForm(request.POST or None, initial=initial, user=request.user, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.make_request(
                by=person(request),
                area=said["area"],
                asked_by=form.asker,
                asked_of=said["asked_of"],
                text=said["text"],
                due_on=said["due_on"],
                is_confirmed=said["is_confirmed"],
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The request is sent."))
            return redirect("commitment_detail", collaboration.slug, made.number)
    return form_page(
        request,
        form,
        "action_plans/commitments/new.html",
        heading=_("What do you ask of a partner?"),
        lead=_("The partner accepts, offers something else or declines with a reason. Nobody commits another."),
        back_url=reverse("commitment_list", args=[collaboration.slug]),
        back_text=_("Requests and commitments"),
        submit=_("Send the request"),
    )


# --- One commitment ---------------------------------------------------------------------------------------------------


def _commitment(request: PartnerRequest, number: int) -> Commitment:
    """The commitment of the address, for whoever sees a line of it."""
    one = get_object_or_404(queries.commitments_for(request.user, request.collaboration), number=number)
    _line(request, one)
    return one


def _line(request: PartnerRequest, one: Commitment) -> Line:
    """The line as the reader sees it. What others do not see yet does not exist, but for what a plan shows at once."""
    now = timezone.now()
    until = shown_until(rules_of(request.collaboration), now)
    line = seen_by(request.user, one, until=until, now=now)
    if line is not None:
        return line
    if one.measure_id is None:
        raise Http404
    return seen_in_plan(one, on=timezone.localdate(until))


@never_cache
@require_GET
def commitment_detail(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Who asked whom for what, what was answered, what both sides say in the end, and one's own next steps."""
    return _page(request, _commitment(request, number))


def _page(
    request: PartnerRequest, one: Commitment, *, refused: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    user, rules = request.user, rules_of(request.collaboration)
    line, measure = _line(request, one), _measure(request, one)
    moves = CommitmentMove.objects.filter(commitment=one).select_related("for_organisation").order_by("-at", "-pk")
    if not line.is_own:
        moves = moves.filter(at__lte=shown_until(rules, timezone.now()))
    steps = []
    for name, step in open_steps(user, one).items():
        form = refused[1] if refused and refused[0] == name else step.form(commitment=one)
        steps.append(
            {
                "name": name,
                "label": step.label,
                "help": step.help,
                "is_main": step.is_main and not step.is_said(one),
                "is_at_once": name in AT_ONCE,
                "form": form,
                "is_open": refused is not None and refused[0] == name,
                "url": reverse(f"commitment_{name}", args=[request.collaboration.slug, one.number]),
            }
        )
    context = {
        "commitment": one,
        "line": line,
        "name": presenters.name_of(one),
        "heading": presenters.heading(line),
        "asked_text": presenters.said(line.text),
        "answer_text": presenters.said(line.answer),
        "withdrawn_text": presenters.said(line.asker_says),
        "tag": presenters.tag_of(line),
        "facts": presenters.facts(line, is_own=line.is_own),
        "outcome": presenters.outcome(line),
        "offered": presenters.day(line.offered_due_on),
        "answered": presenters.day(line.answered_at),
        "history": presenters.history(moves, line),
        "steps": steps,
        # A refused step has an address of its own, which only takes forms.
        "page_url": presenters.url_of(one),
        "rules": rules,
        "measure": measure,
        "in_plan": presenters.in_plan_words(line, parts_shown(user, [one])[one.pk].state) if measure else "",
        "is_of_itself": one.asked_by_id == one.asked_of_id,
        "is_waited_for": any(step["is_main"] for step in steps),
    }
    return render(request, "action_plans/commitments/detail.html", context, status=status)


def _measure(request: PartnerRequest, one: Commitment) -> Any:
    """The measure it is a part of, for those who read its plan."""
    if one.measure is None:
        return None
    return Measure.objects.visible_to(request.user).kept().filter(pk=one.measure_id).select_related("plan").first()


@require_POST
def commitment_step(request: PartnerRequest, collaboration: Collaboration, number: int, name: str) -> HttpResponse:
    """Take a step; one press is enough for those that need no words."""
    one, step = _commitment(request, number), STEPS[name]
    step.check(request.user, one)
    form = step.form(request.POST, commitment=one)
    if not form.is_valid():
        return _page(request, one, refused=(name, form), status=422)
    try:
        step.take(person(request), one, form.cleaned_data)
    except Conflict as conflict:
        form.meet(conflict.row)
        form.add_refusal(conflict)
        return _page(request, _commitment(request, number), refused=(name, form), status=409)
    except NotPossible as no:
        if name in open_steps(request.user, one) and hasattr(no, "error_dict"):
            form.add_refusal(no)
            return _page(request, one, refused=(name, form), status=422)
        messages.error(request, " ".join(no.messages))
        return redirect("commitment_detail", collaboration.slug, number)
    messages.success(request, str(step.done))
    return redirect("commitment_detail", collaboration.slug, number)


# --- Who is away ------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def absence_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Say who is away and who stands in; see who is."""
    check_may_read_plans(request.user, collaboration)
    user = request.user
    form = AbsenceForm(request.POST or None, user=user, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        try:
            away.say_away(by=person(request), **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved. Whoever stands in finds it under “My work” from that day."))
            return redirect("absence_list", collaboration.slug)
    mine = {m.pk for m in user.memberships_in(collaboration)}
    rows = queries.absences_for(user, collaboration, today=timezone.localdate())
    context = {"form": form, "rows": presenters.absence_rows(rows, mine=mine)}
    return render(request, "action_plans/commitments/absences.html", context, status=422 if form.is_bound else 200)


@require_POST
def absence_remove(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take an absence back."""
    found = get_object_or_404(Absence.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    tried(request, lambda: away.take_back(by=person(request), absence=found), _("Taken away."))
    return redirect("absence_list", collaboration.slug)


# --- The rules --------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def commitment_rules(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """After how many days others see a line, and how many days before its day somebody is reminded."""
    check_may_keep_rules(request.user, collaboration)
    form = RulesForm(request.POST or None, instance=rules_of(collaboration))
    if request.method == "POST" and form.is_valid():
        actions.change_rules(by=person(request), collaboration=collaboration, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("commitment_list", collaboration.slug)
    return form_page(
        request,
        form,
        heading=_("Rules of the ledger"),
        lead=_(
            "The two organisations a line is between always see it as it is. Write down here what you have agreed on."
        ),
        back_url=reverse("commitment_list", args=[collaboration.slug]),
        back_text=_("Requests and commitments"),
    )


# --- The ledger -------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def commitment_ledger(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What was asked, promised and kept: each organisation and each pair, by name."""
    check_may_read_ledger(request.user, collaboration)
    asked = FilterForm(request.GET, user=request.user, collaboration=collaboration).asked()
    now = timezone.now()
    found = ledger.counted(queries.seen_lines(request.user, collaboration, asked, now=now), reasons=REASONS_SHOWN)
    listed = reverse("commitment_list", args=[collaboration.slug])
    slug, heads = collaboration.slug, presenters.columns(found.whole)
    # Thousands of reasons are read by nobody: the latest are shown, and a choice above finds others.
    declined = queries.these(request.user, collaboration, found.declined, now=now)
    not_kept = queries.these(request.user, collaboration, found.not_kept, now=now)
    context = {
        "asked": asked,
        "is_filtered": asked.number_chosen > 0,
        "number_chosen": asked.number_chosen,
        "count": found.whole.asked,
        "may_ask": _may_ask(request),
        "columns": heads,
        "organisations": presenters.ledger_rows(found.organisations, heads, listed=listed),
        "pairs": presenters.ledger_rows(found.pairs, heads),
        "declined": presenters.reason_rows(declined, State.DECLINED, slug=slug),
        "number_declined": found.whole.declined,
        "not_kept": presenters.reason_rows(not_kept, State.NOT_KEPT, slug=slug),
        "number_not_kept": found.whole.not_kept,
        "summary": presenters.summary_words(found.whole),
        "definitions": presenters.definitions(found.whole),
        "rules": rules_of(collaboration),
        **_choices(request),
    }
    return render(request, "action_plans/commitments/ledger.html", context)


@never_cache
@require_GET
def commitment_ledger_export(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The same figures as a file for a spreadsheet."""
    check_may_read_ledger(request.user, collaboration)
    asked = FilterForm(request.GET, user=request.user, collaboration=collaboration).asked()
    found = ledger.counted(queries.seen_lines(request.user, collaboration, asked, now=timezone.now()))
    file = io.StringIO()
    rows = presenters.export_rows(found.organisations, found.pairs)
    csv.writer(file, delimiter=";").writerows(rows)
    record("ledger_downloaded", by=person(request), subject=collaboration, lines=found.whole.asked)
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{collaboration.slug}-{timezone.localdate():%Y-%m-%d}-krav-och-ataganden.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
