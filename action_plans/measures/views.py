"""The pages of measures: each view fetches, asks and shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.evaluating import pages as evaluating
from action_plans.evaluating.helping import source_for
from action_plans.evaluating.presenters import few_words, kept_words
from action_plans.evaluating.starting import helped_start
from action_plans.evaluating.zones import LONGEST_RING_M, zones_of
from action_plans.goals.presenters import new_url as new_goal_url
from action_plans.library.presenters import card_row
from action_plans.library.queries import card_named
from action_plans.library.slots import suggested_rows
from action_plans.measures import actions, presenters, queries
from action_plans.measures.facts import missing_of, standing
from action_plans.measures.forms import (
    CausesForm,
    EvaluationForm,
    FollowUpForm,
    GoalsForm,
    MeasureDecideForm,
    MeasureForm,
    MeasureStepForm,
    NewMeasureForm,
    PartForm,
    PlacesForm,
    ProblemChoiceForm,
)
from action_plans.models import CommitmentState, EvaluationPlan, Measure, MeasureState
from action_plans.permissions import (
    check_may_change_fixed,
    check_may_decide_measures,
    check_may_make_plans,
    check_may_read_measures,
    check_may_work_on_plan,
    may_change_fixed,
    may_decide_measures,
    may_make_plans,
    may_override,
    may_run_measure,
    may_work_on_plan,
    organisations_spoken_for,
)
from action_plans.rules import NEVER_OVERRIDDEN, STILL_WRITTEN, NotDecidable, is_measure_overdue
from areas.access import descendants, is_in_circle
from areas.inspections.checklists import items_of
from areas.models import Area, InspectionItem, Place
from cause_analysis.models import Cause, Problem
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration, Organisation
from partners.requests import PartnerRequest, get_or_post, person, tried, word_in
from ui import slots

PAGE_SIZE = 50
FORM = "action_plans/measures/form.html"


def _measure(request: PartnerRequest, pk: int) -> Measure:
    """The measure of the address, for whoever reads it."""
    return get_object_or_404(queries.measures_for(request.user, request.collaboration), pk=pk)


def _to_write(request: PartnerRequest, pk: int) -> Measure:
    """The measure of the address, for whoever writes its plan."""
    measure = _measure(request, pk)
    check_may_work_on_plan(request.user, measure.plan)
    return measure


# --- The list ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def measure_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The measures the user reads, plan by plan: how far each has come, who leads it, what is late."""
    check_may_read_measures(request.user, collaboration)
    today = timezone.localdate()
    rows = queries.measures_for(request.user, collaboration)
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration).order_by("name")
    area = areas.filter(slug=word_in(request, "area")).first()
    if area is not None:
        rows = rows.filter(plan__area_id__in=descendants(collaboration.pk, [area.pk]))
    organisations = Organisation.objects.filter(collaboration=collaboration, is_active=True).order_by("name")
    organisation = organisations.filter(pk=number_in(request.GET.get("organisation")) or 0).first()
    if organisation is not None:
        rows = queries.done_by(rows, organisation.pk)
    state = request.GET.get("state", "")
    state = state if state in MeasureState.values else ""
    if state:
        rows = rows.filter(state=state)
    late = queries.late(rows, today).count()
    is_late = request.GET.get("late") == "yes"
    if is_late:
        rows = queries.late(rows, today)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    overrides = queries.overrides(request.user, collaboration)
    context = {
        "page": page,
        "rows": presenters.rows_of(request.user, page.object_list, today=today),
        "count": page.paginator.count,
        "late": late,
        "area": area,
        "areas": areas,
        "organisation": organisation,
        "organisations": organisations,
        "state": state,
        "states": MeasureState.choices,
        "is_late": is_late,
        "is_filtered": bool(area or organisation or state or is_late),
        "chosen": sum(map(bool, (area, organisation, state, is_late))),
        "overridden": overrides.count(),
        "decided": queries.decisions(request.user, collaboration).count(),
        "overrides": presenters.override_rows(overrides[:10], collaboration.slug),
        "may_make": may_make_plans(request.user, collaboration),
    }
    return render(request, "action_plans/measures/list.html", context)


# --- Making one -------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def measure_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Begin a measure: from a plan, a problem, a chosen cause, or a defect somebody has found at a place."""
    check_may_make_plans(request.user, collaboration)
    cause, defect = _asked_cause(request), _asked_defect(request)
    problem = cause.analysis.problem if cause is not None else _asked_problem(request)
    area_id = problem.area_id if problem is not None else (defect.inspection.place.area_id if defect else None)
    plans = queries.plans_to_write_in(request.user, collaboration, area_id=area_id)
    if defect is not None and not plans.exists():
        # A place's own area may have no plan, and the one above it has.
        plans = queries.plans_to_write_in(request.user, collaboration)
    plan = plans.filter(number=number_in(request.GET.get("plan")) or 0).first()
    asked = {item.key: item.text for item in items_of(defect.inspection.checklist_version)} if defect else {}
    start: dict[str, Any] = {"plan": plan.pk if plan else None}
    card = card_named(collaboration, word_in(request, "method"))
    if defect is not None:
        start["title"] = asked.get(defect.key, "")[:120]
    elif card is not None:
        start["title"] = card.title
    form = NewMeasureForm(request.POST or None, plans=plans, initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.begin_measure(
                by=person(request), problem=problem, cause=cause, defect=defect, card=card, **said
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The measure is written down as a draft. Its page says what is missing."))
            return redirect(presenters.url_of(made))
    context = {
        "form": form,
        "problem": problem,
        "cause": cause,
        "card": card_row(collaboration, card) if card is not None else None,
        "suggested": suggested_rows(cause) if cause is not None and card is None else [],
        "defect": asked.get(defect.key, defect.key) if defect else "",
        "place": defect.inspection.place if defect else None,
        "has_plan": plans.exists(),
        "area": problem.area if problem else None,
    }
    return render(request, "action_plans/measures/new.html", context, status=422 if form.is_bound else 200)


def _asked_problem(request: PartnerRequest) -> Problem | None:
    if "problem" not in request.GET:
        return None
    rows = Problem.objects.visible_to(request.user).filter(collaboration=request.collaboration).select_related("area")
    return get_object_or_404(rows.defer("figures"), number=number_in(request.GET["problem"]) or 0)


def _asked_cause(request: PartnerRequest) -> Cause | None:
    if "cause" not in request.GET:
        return None
    readable = Problem.objects.visible_to(request.user).filter(collaboration=request.collaboration)
    rows = Cause.objects.kept().filter(analysis__problem__in=readable.values("pk"))
    return get_object_or_404(rows.select_related("analysis__problem__area"), pk=number_in(request.GET["cause"]) or 0)


def _asked_defect(request: PartnerRequest) -> InspectionItem | None:
    if "defect" not in request.GET:
        return None
    rows = InspectionItem.objects.visible_to(request.user).defects().filter(collaboration=request.collaboration)
    return get_object_or_404(
        rows.select_related("inspection__place__area", "inspection__checklist_version"),
        pk=number_in(request.GET["defect"]) or 0,
    )


# --- One measure ------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def measure_detail(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Where the measure stands, what is missing, who does what, and what came of it."""
    return _page(request, _measure(request, pk))


def _page(
    request: PartnerRequest,
    shown: Measure,
    *,
    step_form: MeasureStepForm | None = None,
    decide_form: MeasureDecideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    works, runs = may_work_on_plan(user, shown.plan), may_run_measure(user, shown)
    is_waiting = shown.state in {MeasureState.DRAFT, MeasureState.PROPOSED}
    gaps = missing_of(shown)
    parts = list(shown.parts.all())
    lead = presenters.lead_of(shown)
    moves = list(shown.moves.select_related("by", "group").order_by("-at", "-pk"))
    decided = next((move for move in moves if move.to_state == MeasureState.DECIDED), None)
    causes = [
        link.cause
        for link in shown.measure_causes.filter(cause__removed_at=None).select_related(
            "cause__analysis__problem", "cause__analysis__collaboration"
        )
    ]
    reads_problem = (
        shown.problem_id is not None and Problem.objects.visible_to(user).filter(pk=shown.problem_id).exists()
    )
    decides = shown.state == MeasureState.PROPOSED and may_decide_measures(user, shown.collaboration_id)
    blocking = [gap.sentence for gap in gaps if gap.code in NEVER_OVERRIDDEN]
    # Where the lead has not accepted no reason helps, and so no form asks for one.
    overrides = decides and bool(gaps) and not blocking and may_override(user, shown)
    plan = _evaluation(shown)
    kept = kept_words(plan.facts, is_in_circle=is_in_circle(user, shown.plan.area)) if plan else []
    # By the button that decides, and not once more below.
    few = few_words(plan.facts) if plan and decides else ""
    goals = presenters.goal_rows(user, shown)
    context = {
        "measure": shown,
        "tag": presenters.tag_of(shown),
        "late_tag": presenters.late_tag() if is_measure_overdue(shown, today) else None,
        "lead_words": presenters.lead_words(shown, gaps, decided, today),
        "is_waiting": is_waiting,
        "gaps": presenters.gap_rows(shown, gaps, lead),
        "passed": presenters.gap_sentences(decided.overridden) if decided else [],
        "decided": decided,
        "row": presenters.rows_of(user, [shown], today=today)[0],
        "facts": presenters.facts(shown),
        "goals": goals,
        "indicator": presenters.indicator_words(shown, goals),
        "baseline": presenters.baseline_words(shown),
        "problem_url": presenters.problem_url(shown.problem, request.collaboration.slug)
        if shown.problem is not None and reads_problem
        else "",
        "causes": presenters.cause_rows(causes, standing(causes), reads_problem),
        "places": [link.place for link in shown.measure_places.select_related("place")],
        "evaluation": presenters.evaluation_facts(plan) if plan else [],
        "evaluation_kept": [words for words in kept if words != few],
        "evaluation_few": few,
        "evaluation_fixed": presenters.fixed_words(plan, decided) if plan else "",
        "evaluation_changes": presenters.change_rows(plan) if plan else [],
        "plans_evaluation": works
        and shown.state in STILL_WRITTEN
        and (plan is None or plan.fixed_at is None or may_change_fixed(user, shown)),
        "notes": presenters.line_of_time(
            shown.follow_up_notes.select_related("organisation"),
            slots.fill("measure.timeline", user, [shown])[shown.pk],
        ),
        "ways": slots.fill("measure.actions", user, [shown])[shown.pk],
        "history": presenters.history(moves),
        "steps": presenters.steps(shown, works=works, runs=runs),
        "step_form": step_form or MeasureStepForm(),
        "step_to": step_form.data.get("to", "") if step_form is not None else "",
        "decides": decides,
        "decide_form": decide_form
        or (MeasureDecideForm(user=user, measure=shown, may_override=overrides) if decides else None),
        "overrides": overrides,
        "never_passed": blocking if decides else [],
        "works": works,
        "writes": works and shown.state in STILL_WRITTEN,
        "asks": works and shown.state in STILL_WRITTEN and bool(organisations_spoken_for(user, shown.collaboration_id)),
        "follows_up": works and not is_waiting and bool(organisations_spoken_for(user, shown.collaboration_id)),
        "may_remove": works and shown.state == MeasureState.DRAFT,
        "has_declined": any(part.state == CommitmentState.DECLINED for part in parts),
    }
    return render(request, "action_plans/measures/detail.html", context, status=status)


def _evaluation(shown: Measure) -> EvaluationPlan | None:
    rows = EvaluationPlan.objects.filter(measure=shown)
    return rows.prefetch_related(
        "treated_places__place", "comparison_areas__area", "comparison_places__place", "changes__by"
    ).first()


# --- Writing in it ----------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def measure_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write in a measure. Where somebody else has written since, both texts are shown and nothing is lost."""
    shown = _to_write(request, pk)
    form = MeasureForm(request.POST or None, measure=shown)
    theirs: list[dict[str, str]] = []
    by, status = "", 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_measure(
                by=person(request),
                measure=shown,
                row_version=form.cleaned_data["row_version"],
                is_confirmed=form.cleaned_data["is_confirmed"],
                **form.values(),
            )
            messages.success(request, _("Saved."))
            return redirect(presenters.url_of(shown))
        except Conflict as conflict:
            theirs, status = form.clashes(conflict.row), 409
            by = str(conflict.row.changed_by or "")
            form.add_refusal(conflict)
            form.meet(conflict.row)
        except NotPossible as no:
            form.add_refusal(no)
    context = {"measure": shown, "form": form, "theirs": theirs, "their_name": by, "back_url": presenters.url_of(shown)}
    return render(request, "action_plans/measures/change.html", context, status=status)


def _choosing(kind: str) -> tuple[Any, Any, str, str]:
    """The form, the action, the action's argument and the heading of a kind of choice."""
    known: dict[str, tuple[Any, Any, str, str]] = {
        "problem": (ProblemChoiceForm, actions.choose_problem, "problem", _("Which problem is it about?")),
        "causes": (CausesForm, actions.choose_causes, "causes", _("Which causes is it to affect?")),
        "goals": (GoalsForm, actions.choose_goals, "goals", _("Which goals does it serve?")),
        "places": (PlacesForm, actions.choose_places, "places", _("Where is it carried out?")),
    }
    if kind not in known:
        raise Http404
    return known[kind]


@never_cache
@get_or_post
def measure_choose(request: PartnerRequest, collaboration: Collaboration, pk: int, kind: str) -> HttpResponse:
    """Choose the problem, the causes, the goals or the places of a measure."""
    shown = _to_write(request, pk)
    of, action, name, heading = _choosing(kind)
    form = of(request.POST if request.method == "POST" else None, user=request.user, measure=shown)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen: Any = said["problem"] if kind == "problem" else list(said["chosen"])
        more = {} if kind == "problem" else {"seen": said["seen"]}
        try:
            action(by=person(request), measure=shown, **{name: chosen}, **more)
        except NotPossible as no:
            form.add_error(None, " ".join(no.messages))
        else:
            messages.success(request, _("Saved."))
            return redirect(presenters.url_of(shown))
    choices = None if kind == "problem" else form.fields["chosen"].queryset
    context = {
        "form": form,
        "heading": heading,
        "lead": _choosing_lead(shown, kind),
        "nothing": "" if choices is None or choices.exists() else _nothing_to_choose(shown, kind),
        "write_url": _goal_url(shown) if kind == "goals" else "",
        **_back(shown),
    }
    return render(request, FORM, context, status=422 if form.is_bound else 200)


def _choosing_lead(shown: Measure, kind: str) -> str:
    if kind == "problem":
        return _("Causes of another problem fall away when you choose a new one.")
    if kind == "causes":
        return _("You can choose among the causes a group has decided to act on.")
    if kind == "places":
        return _("A measure tied to a place needs an evaluation plan before it is decided.")
    return ""


def _nothing_to_choose(shown: Measure, kind: str) -> str:
    if kind == "causes":
        return (
            _("No group has chosen a cause in the problem's analysis yet.")
            if shown.problem_id
            else _("Choose the problem first.")
        )
    if kind == "goals":
        return _("The plan has no goals yet.")
    return _("The area has no named places yet.")


def _goal_url(shown: Measure) -> str:
    """Where a goal of the plan is written, for the measure's problem where it has one."""
    is_here = shown.problem is not None and shown.problem.area_id == shown.plan.area_id
    return new_goal_url(shown.plan, shown.problem if is_here else None)


def _back(shown: Measure) -> dict[str, str]:
    return {"back_url": presenters.url_of(shown), "back_text": shown.title}


@never_cache
@get_or_post
def measure_evaluation(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say beforehand how it will be known whether the measure worked."""
    shown = _to_write(request, pk)
    plan, now = _evaluation(shown), timezone.now()
    is_fixed = plan is not None and plan.fixed_at is not None
    if is_fixed:
        check_may_change_fixed(request.user, shown)
    source = source_for(shown.plan.area, today=timezone.localdate(now))
    initial = EvaluationForm.initial_of(plan) if plan is not None else helped_start(shown, source, now=now)
    is_sent = request.method == "POST"
    form = EvaluationForm(request.POST if is_sent else None, measure=shown, initial=initial, is_fixed=is_fixed)
    theirs: list[dict[str, str]] = []
    status = 422 if form.is_bound else 200
    if is_sent and "show" in request.POST:
        form, status = form.shown_anew(shown), 200
    elif is_sent and form.is_valid():
        try:
            actions.write_evaluation_plan(by=person(request), measure=shown, now=now, **form.values())
        except Conflict as conflict:
            theirs, status = form.clashes(conflict.row), 409
            form.add_refusal(conflict)
            form.meet(conflict.row)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The evaluation is planned."))
            return redirect(presenters.url_of(shown) + "#evaluation")
    draft = form.draft(shown)
    context = {
        "measure": shown,
        "form": form,
        "is_fixed": is_fixed,
        "plan": plan,
        "theirs": theirs,
        "counted_words": evaluating.counted_words_of(form),
        **(evaluating.page(request.user, draft, form, source=source, now=now) if draft is not None else {}),
        **_back(shown),
    }
    return render(request, "action_plans/measures/evaluation.html", context, status=status)


@never_cache
@require_GET
def measure_evaluation_map(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """What is treated and the ring around it, as GeoJSON: of the places and the metres of the address."""
    shown = _to_write(request, pk)
    asked = [number_in(value) for value in request.GET.getlist("place")]
    places = Place.objects.filter(collaboration=collaboration, pk__in=[one for one in asked if one])
    ring_m = min(number_in(request.GET.get("ring")) or 0, LONGEST_RING_M)
    body = evaluating.map_of(zones_of(shown.plan.area, list(places), ring_m), list(places))
    return JsonResponse(body, content_type="application/geo+json")


@never_cache
@get_or_post
def measure_part(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write down what an organisation is to do, and whether it leads. The organisation answers for itself."""
    shown = _to_write(request, pk)
    has_lead = presenters.lead_of(shown) is not None
    form = PartForm(
        request.POST if request.method == "POST" else None, user=request.user, measure=shown, has_lead=has_lead
    )
    if request.method == "POST" and form.is_valid():
        try:
            part = actions.write_part(by=person(request), measure=shown, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            is_asked = part.state == CommitmentState.ASKED
            messages.success(
                request,
                _("The part is written down, and the organisation is asked.")
                if is_asked
                else _("The part is written down. It is asked when the measure is proposed."),
            )
            return redirect(presenters.url_of(shown) + "#parts")
    context = {
        "form": form,
        "heading": _("Who does what?"),
        "lead": _(
            "Nobody commits another: the organisation accepts, offers something else, or declines with a reason."
        ),
        "submit": _("Add the organisation"),
        **_back(shown),
    }
    return render(request, FORM, context, status=422 if form.is_bound else 200)


# --- Its life ---------------------------------------------------------------------------------------------------------


@require_POST
def measure_decide(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write down that a group has decided the measure, or show everything it lacks."""
    shown = _measure(request, pk)
    check_may_decide_measures(request.user, collaboration)
    overrides = may_override(request.user, shown)
    form = MeasureDecideForm(request.POST, user=request.user, measure=shown, may_override=overrides)
    if not form.is_valid():
        return _page(request, shown, decide_form=form, status=422)
    said = form.cleaned_data
    try:
        actions.decide(
            by=person(request),
            measure=shown,
            group=said["group"],
            override_reason=said.get("override_reason", ""),
            is_confirmed=said["is_confirmed"],
        )
    except NotDecidable:
        form.add_error(None, _("It cannot be decided yet. What is missing stands in the list."))
        return _page(request, _measure(request, pk), decide_form=form, status=422)
    except NotPossible as no:
        if hasattr(no, "error_dict"):
            form.add_refusal(no)
            return _page(request, _measure(request, pk), decide_form=form, status=422)
        messages.error(request, " ".join(no.messages))
    else:
        messages.success(request, _("The decision is written down."))
    return redirect(presenters.url_of(shown))


@require_POST
def measure_step(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Propose, take back, start, let rest, carry out or abort."""
    shown = _measure(request, pk)
    form = MeasureStepForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, step_form=form, status=422)
    said = form.cleaned_data
    try:
        actions.move(
            by=person(request),
            measure=shown,
            to=MeasureState(said["to"]),
            reason=said["reason"],
            is_confirmed=said["is_confirmed"],
        )
    except NotPossible as no:
        if hasattr(no, "error_dict"):
            form.add_refusal(no)
            return _page(request, _measure(request, pk), step_form=form, status=422)
        messages.error(request, " ".join(no.messages))
    else:
        messages.success(request, _("Done: the history tells of the step."))
    return redirect(presenters.url_of(shown))


@never_cache
@get_or_post
def measure_follow_up(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Note on a day whether it was carried out, and whether the result is good."""
    shown = _to_write(request, pk)
    form = FollowUpForm(request.POST if request.method == "POST" else None, user=request.user, measure=shown)
    if request.method == "POST" and form.is_valid():
        try:
            actions.follow_up(by=person(request), measure=shown, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Noted. A note is never changed: write a new one when you know more."))
            return redirect(presenters.url_of(shown) + "#follow-up")
    context = {
        "form": form,
        "heading": _("How did it go?"),
        "lead": _("Two questions: that something was done does not say that it helped."),
        "submit": _("Note it"),
        **_back(shown),
    }
    return render(request, FORM, context, status=422 if form.is_bound else 200)


@require_POST
def measure_remove(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Take a draft away."""
    shown = _to_write(request, pk)
    tried(request, lambda: actions.remove_measure(by=person(request), measure=shown), _("The draft is taken away."))
    return redirect(reverse("measure_list", args=[collaboration.slug]))
