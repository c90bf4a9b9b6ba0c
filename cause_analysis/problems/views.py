"""The pages of problems: each view fetches, asks and shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
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

from areas.access import circle_area_ids, descendants
from areas.models import Area
from cause_analysis.models import CoachInvitation, PartnerView, Problem, State
from cause_analysis.permissions import (
    check_may_make_problems,
    check_may_read_problems,
    check_may_work_on,
    may_lead,
    may_make_problems,
    may_work_on,
    organisations_of,
)
from cause_analysis.problems import actions, counting, definition, presenters, protecting, queries
from cause_analysis.problems.definition import QUESTIONS, WRITTEN, Answer
from cause_analysis.problems.forms import AnswerForm, CoachForm, PlacesForm, ProblemForm, StepForm
from cause_analysis.requests import problem_of
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from incidents.models import Status
from incidents.selections import Selection, canonical, in_words
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, person, tried
from situational_picture import charts

PAGE_SIZE = 50


# --- The list ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def problem_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The problems the user reads: which there are, and how far each has come."""
    check_may_read_problems(request.user, collaboration)
    rows = queries.problems_for(request.user, collaboration).order_by("-number")
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration)
    area = areas.filter(slug=request.GET.get("area", "")).first()
    if area is not None:
        rows = rows.filter(area_id__in=descendants(collaboration.pk, [area.pk]))
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {problem.pk: protecting.figures_for(request.user, problem) for problem in page.object_list}
    context = {
        "page": page,
        "rows": presenters.list_rows(page.object_list, shown),
        "count": page.paginator.count,
        "area": area,
        "state": state if state in State.values else "",
        "states": State.choices,
        "areas": areas.order_by("name"),
        "may_make": may_make_problems(request.user, collaboration),
    }
    return render(request, "cause_analysis/problem_list.html", context)


# --- Making one -------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def problem_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Make a selection of reports a problem: its name, its area and its days, with its numbers beside."""
    check_may_make_problems(request.user, collaboration)
    asked = queries.selection_or_none(canonical(request.GET.urlencode()))
    if asked is None:
        raise Http404
    today = timezone.localdate()
    form = ProblemForm(
        request.POST or None, user=request.user, collaboration=collaboration, initial=_start(request, asked, today)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.make_problem(
                by=person(request),
                area=said["area"],
                title=said["title"],
                selection=replace(asked, since=said["since"], until=said["until"]),
                is_confirmed=said["is_confirmed"],
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The problem is made, with its numbers as they are today. Now describe it."))
            return redirect("problem_define", collaboration.slug, made.number)
    context = {
        "form": form,
        "selection": in_words(replace(asked, area="", since=None, until=None), collaboration.pk),
        "preview": _preview(request, collaboration, form, asked),
        "left_out": _left_out(asked),
        "list_url": f"{reverse('incident_list', args=[collaboration.slug])}?{asked.query}",
    }
    return render(request, "cause_analysis/problem_new.html", context, status=422 if form.is_bound else 200)


def _start(request: PartnerRequest, asked: Selection, today: dt.date) -> dict[str, Any]:
    """What the form begins with: the selection's own area and days, or the last twelve months."""
    until = asked.until or today
    since = asked.since or _year_before(until)
    areas = Area.objects.visible_to(request.user).filter(collaboration=request.collaboration)
    area_ids = circle_area_ids(request.user, request.collaboration)
    if area_ids is not None:
        areas = areas.filter(pk__in=area_ids)
    area = areas.filter(slug=asked.area).first() if asked.area else None
    if area is None and asked.place:
        area = areas.filter(places__pk__in=asked.place).first()
    return {"since": since, "until": until, "area": area}


def _year_before(until: dt.date) -> dt.date:
    # 29 February has no day in the year before, and the first year has none before it.
    if until.year == dt.MINYEAR:
        return dt.date.min
    return until.replace(year=until.year - 1, day=min(until.day, 28)) + dt.timedelta(days=1)


def _preview(
    request: PartnerRequest, collaboration: Collaboration, form: ProblemForm, asked: Selection
) -> dict[str, Any] | None:
    """How many events it would count, and whether that is one problem; None until an area is chosen."""
    said = form.cleaned_data if form.is_bound and form.is_valid() else form.initial
    area, since, until = (said.get(name) for name in ("area", "since", "until"))
    if area is None or since is None or until is None:
        return None
    selection = replace(actions.problems_own(asked), area=area.slug, since=since, until=until)
    figures = counting.figures_of(collaboration, selection, today=timezone.localdate())
    size = definition.judge_size(figures)
    return {"total": figures["total"], "size": size, "narrower": _narrower(collaboration, selection, size)}


def _narrower(collaboration: Collaboration, selection: Selection, size: definition.Judgement) -> list[dict[str, str]]:
    address = reverse("problem_new", args=[collaboration.slug])
    return [
        {"text": text, "url": f"{address}?{replace(selection, **changes).query}"} for text, changes in size.narrower
    ]


def _left_out(asked: Selection) -> bool:
    """Whether the selection asked for something a problem does not keep. Approved is what it counts anyway."""
    asked = replace(asked, status="") if asked.status == Status.APPROVED else asked
    return asked != actions.problems_own(asked)


# --- One problem ------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def problem(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """What the problem is, what it counts, how far it has come and what comes next."""
    return _page(request, problem_of(request, number))


def _page(request: PartnerRequest, shown: Problem, *, step_form: StepForm | None = None) -> HttpResponse:
    user = request.user
    figures = protecting.figures_for(user, shown)
    selection = queries.selection_of(shown)
    in_circle = not figures["is_protected"]
    works, leads = may_work_on(user, shown), may_lead(user, shown)
    today = timezone.localdate()
    size = definition.judge_size(shown.figures) if in_circle else None
    context = {
        "problem": shown,
        "tag": presenters.tag_of(shown),
        "lead": presenters.lead(figures, selection),
        "figures": figures,
        "compared": presenters.compared(figures),
        "before_words": presenters.before_words(figures),
        "selection": presenters.selection_rows(shown, selection),
        "readable": presenters.readable_words(user, shown, selection, total=figures["total"]),
        "today": presenters.today_words(shown, selection, today=today) if in_circle else [],
        "size": size,
        "narrower": _narrower(shown.collaboration, selection, size) if size and works else [],
        "tables": presenters.tables(figures),
        "month_chart": presenters.month_chart(figures),
        "clock_chart": charts.clock(figures),
        "unknown": presenters.unknown_words(figures),
        "answers": presenters.answers(shown),
        "views": presenters.view_rows(_views(shown), {one.pk for one in organisations_of(user, shown)}),
        "places": [link.place for link in shown.problem_places.select_related("place")],
        "way": presenters.way_of(shown),
        "history": presenters.history(shown.moves.select_related("by").order_by("-at", "-pk")),
        "steps": presenters.steps_by_hand(shown, works=works, leads=leads),
        "next": presenters.next_words(shown),
        "step_form": step_form or StepForm(),
        "works": works,
        "leads": leads,
        "coaches": shown.coach_invitations.select_related("membership__user", "membership__organisation"),
        "coach_form": CoachForm(problem=shown, today=today) if leads else None,
        "places_form": PlacesForm(problem=shown) if works else None,
        "limit": shown.collaboration.protect_counts_up_to,
    }
    return render(request, "cause_analysis/problem.html", context, status=422 if step_form is not None else 200)


def _views(shown: Problem) -> Any:
    return PartnerView.objects.filter(problem=shown).select_related("organisation").order_by("organisation__name")


# --- The definition, answer by answer ---------------------------------------------------------------------------------


@never_cache
@get_or_post
def problem_define(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Describe the problem question by question; each answer is saved by itself."""
    shown = problem_of(request, number)
    check_may_work_on(request.user, shown)
    if request.method == "POST":
        return _write(request, shown)
    return _define(request, shown)


def _forms(request: PartnerRequest, shown: Problem) -> dict[str, AnswerForm]:
    """A form for the title, for each question and for what each of the user's own partners sees, by name."""
    labels = {"title": _("What the problem is called"), **QUESTIONS}
    found = {}
    for name in WRITTEN:
        answer = Answer.of(shown, name)
        found[name] = AnswerForm(name=name, label=labels[name], text=answer.text, row_version=answer.row_version)
    written = {view.organisation_id: view for view in _views(shown)}
    for organisation in organisations_of(request.user, shown):
        view = written.get(organisation.pk)
        found[f"view-{organisation.pk}"] = AnswerForm(
            name=f"view-{organisation.pk}",
            label=_("What %(organisation)s sees") % {"organisation": organisation.name},
            text=view.text if view else "",
            row_version=view.row_version if view else 0,
        )
    return found


def _write(request: PartnerRequest, shown: Problem) -> HttpResponse:
    forms = _forms(request, shown)
    name = request.POST.get("answer", "")
    if name not in forms:
        raise Http404
    kept = forms[name]
    data = request.POST.copy()
    if "take" in data:
        # A suggestion that is taken over stands in the field; nothing is saved before somebody has read it there.
        taken = _suggested(request, shown).get(name, [])
        asked = str(data["take"])
        place = int(asked) if asked.isdecimal() and len(asked) < 4 else len(taken)
        if place < len(taken):
            data["text"] = f"{data.get('text', '').rstrip()}\n{taken[place]}".strip()
        forms[name] = _again(kept, name, data)
        return _define(request, shown, forms=forms, opened=name)
    form = forms[name] = _again(kept, name, data)
    if not form.is_valid():
        return _define(request, shown, forms=forms, opened=name, status=422)
    said = {key: form.cleaned_data[key] for key in ("text", "row_version", "is_confirmed")}
    try:
        if name in WRITTEN:
            actions.write_answer(by=person(request), problem=shown, name=name, **said)
        else:
            own = {f"view-{one.pk}": one for one in organisations_of(request.user, shown)}
            actions.write_view(by=person(request), problem=shown, organisation=own[name], **said)
    except Conflict as conflict:
        # The next press of the button is a decision: it is made from what stands there now.
        data["row_version"] = str(conflict.row.row_version)
        forms[name] = _again(kept, name, data)
        theirs = {"name": name, "text": conflict.row.text, "sentence": " ".join(conflict.messages)}
        return _define(request, shown, forms=forms, opened=name, theirs=theirs, status=409)
    except NotPossible as no:
        form.add_refusal(no)
        return _define(request, shown, forms=forms, opened=name, status=422)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('problem_define', args=[shown.collaboration.slug, shown.number])}#answer-{name}")


def _again(kept: AnswerForm, name: str, data: Any) -> AnswerForm:
    return AnswerForm(
        data,
        name=name,
        label=kept.fields["text"].label,
        text=kept.initial["text"],
        row_version=kept.initial["row_version"],
    )


def _suggested(request: PartnerRequest, shown: Problem) -> dict[str, list[str]]:
    selection = queries.selection_of(shown)
    # A definition is read outside the circle too: what is suggested is what may be told there.
    figures = protecting.protected(shown.figures, largest=shown.collaboration.protect_counts_up_to)
    return definition.suggestions(figures, since=selection.since, until=selection.until)


def _define(
    request: PartnerRequest,
    shown: Problem,
    *,
    forms: dict[str, AnswerForm] | None = None,
    opened: str = "",
    theirs: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    forms = forms or _forms(request, shown)
    figures = protecting.figures_for(request.user, shown)
    suggested = _suggested(request, shown)
    own = {one.pk for one in organisations_of(request.user, shown)}
    rows = [
        {
            "name": name,
            "form": form,
            "help": definition.HELP.get(name, ""),
            "answer": form.initial["text"],
            "is_open": name == opened or not form.initial["text"],
            "suggestions": suggested.get(name, []),
            "theirs": theirs if theirs and theirs["name"] == name else None,
        }
        for name, form in forms.items()
    ]
    answered = sum(bool(getattr(shown, name).strip()) for name in QUESTIONS)
    size = definition.judge_size(shown.figures)
    context = {
        "problem": shown,
        "tag": presenters.tag_of(shown),
        "title_row": rows[0],
        "rows": [row for row in rows[1:] if row["name"] in QUESTIONS],
        "own_views": [row for row in rows if row["name"].startswith("view-")],
        "other_views": [row for row in presenters.view_rows(_views(shown), own) if not row["is_own"]],
        "answered": answered,
        "questions": len(QUESTIONS),
        "is_complete": answered == len(QUESTIONS),
        "may_be_described": shown.state == State.IDENTIFIED,
        "figures": figures,
        "lead": presenters.lead(figures, queries.selection_of(shown)),
        "tables": presenters.tables(figures),
        "unknown": presenters.unknown_words(figures),
        "size": size,
        "narrower": _narrower(shown.collaboration, queries.selection_of(shown), size),
        "limit": shown.collaboration.protect_counts_up_to,
    }
    return render(request, "cause_analysis/problem_define.html", context, status=status)


# --- Steps, places, coaches -------------------------------------------------------------------------------------------


@require_POST
def problem_step(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Take a step that pages take: described, laid to rest, taken up again."""
    shown = problem_of(request, number)
    check_may_work_on(request.user, shown)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, step_form=form)
    said = form.cleaned_data
    try:
        actions.move_by_hand(
            by=person(request),
            problem=shown,
            to=said["to"],
            reason=said["reason"],
            is_confirmed=said["is_confirmed"],
        )
    except NotPossible as no:
        form.add_refusal(no)
        return _page(request, shown, step_form=form)
    messages.success(request, _("Done: the history tells of the step."))
    return redirect("problem", collaboration.slug, number)


@require_POST
def problem_places(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Say which named places the problem is about."""
    shown = problem_of(request, number)
    check_may_work_on(request.user, shown)
    form = PlacesForm(request.POST, problem=shown)
    if form.is_valid():
        tried(
            request,
            lambda: actions.choose_places(by=person(request), problem=shown, places=list(form.cleaned_data["places"])),
            _("Saved."),
        )
    else:
        messages.error(request, _("Choose among the places of the area."))
    return redirect("problem", collaboration.slug, number)


@require_POST
def coach_invite(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Invite somebody in process support to read the problem."""
    shown = problem_of(request, number)
    check_may_work_on(request.user, shown)
    form = CoachForm(request.POST, problem=shown, today=timezone.localdate())
    if form.is_valid():
        membership = form.cleaned_data["membership"]
        tried(
            request,
            lambda: actions.invite_coach(by=person(request), problem=shown, membership=membership),
            _("The invitation is made: the problem can be read now."),
        )
    else:
        messages.error(request, _("Choose whom to invite."))
    return redirect("problem", collaboration.slug, number)


@require_POST
def coach_end(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """End an invitation."""
    shown = problem_of(request, number)
    invitation = get_object_or_404(
        CoachInvitation.objects.visible_to(request.user).filter(problem=shown).select_related("problem"), pk=pk
    )
    tried(
        request,
        lambda: actions.end_invitation(by=person(request), invitation=invitation),
        _("The invitation is ended."),
    )
    return redirect("problem", collaboration.slug, number)
