"""The pages of goals: all of a plan, one of them, and writing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.clashes import clashes
from action_plans.goals import actions, presenters, queries
from action_plans.goals.counting import selection_of_problem, suggested_period
from action_plans.goals.forms import AgreeForm, GoalForm, initial_of
from action_plans.goals.telling import viewer_of
from action_plans.models import Goal, Plan
from action_plans.permissions import check_may_plan_in, check_may_work_on_plan, may_work_on_plan
from cause_analysis.models import Problem
from cause_analysis.problems.queries import problems_for
from cause_analysis.requests import problem_of
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from incidents.models import Category
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, tried


def _plan_of(request: PartnerRequest, number: int) -> Plan:
    """The plan of the address, for whoever reads it."""
    return get_object_or_404(queries.plans_for(request.user, request.collaboration), number=number)


def _goal_of(request: PartnerRequest, number: int, goal: int) -> Goal:
    plan = _plan_of(request, number)
    return get_object_or_404(queries.goals_for(request.user).filter(plan=plan), number=goal)


@never_cache
@require_GET
def goal_list(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The goals of a plan, each in its sentence."""
    plan = _plan_of(request, number)
    return render(
        request, "action_plans/goals/goal_list.html", {"plan": plan, "goals": presenters.goals_of(plan, request.user)}
    )


@never_cache
@require_GET
def goal(request: PartnerRequest, collaboration: Collaboration, number: int, goal: int) -> HttpResponse:
    """One goal: its sentence, its parts, what it lacks, and who has agreed on it."""
    return _page(request, _goal_of(request, number, goal))


def _page(request: PartnerRequest, shown: Goal, *, form: AgreeForm | None = None, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request.user, shown.plan)
    works = may_work_on_plan(request.user, shown.plan)
    agree_form = form or (AgreeForm(user=request.user, goal=shown) if works and shown.agreed_at is None else None)
    context = {
        "goal": shown,
        "plan": shown.plan,
        "row": presenters.row_of(shown, viewer),
        "facts": presenters.facts_of(shown, viewer),
        "help": presenters.help_of(shown, viewer),
        "list_url": presenters.list_url(shown.plan),
        "works": works,
        "agree_form": agree_form,
    }
    return render(request, "action_plans/goals/goal.html", context, status=status)


# --- Writing one ------------------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def goal_new(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write a goal of the plan; `problem` in the address is the one it is for."""
    plan = _plan_of(request, number)
    check_may_work_on_plan(request.user, plan)
    problem = _problem_asked(request, plan)
    form = GoalForm(request.POST or None, plan=plan, problem=problem, initial=_beginning(plan, problem))
    return _form(request, form, plan, problem)


def _problem_asked(request: PartnerRequest, plan: Plan) -> Problem | None:
    asked = number_in(request.GET.get("problem"))
    if not asked:
        return None
    rows = problems_for(request.user, request.collaboration).filter(area=plan.area)
    return get_object_or_404(rows, number=asked)


def _beginning(plan: Plan, problem: Problem | None) -> dict[str, Any]:
    """What the form begins with: the problem's own selection, the plan's last day and the days to count before."""
    first, last = suggested_period(plan, plan.last_day, today=timezone.localdate())
    selection = selection_of_problem(problem) if problem is not None else None
    codes = selection.category if selection else ()
    names = Category.objects.filter(collaboration=plan.collaboration_id, code__in=codes).order_by("position", "code")
    named = ", ".join(str(one).lower() for one in names)
    return {
        "row_version": 0,
        "kind": Goal.Kind.EFFECT,
        "direction": Goal.Direction.REDUCE,
        "measured": Goal.Measured.REPORTS,
        "counts": "problem",
        "indicator": _("reports of %(categories)s") % {"categories": named} if named else "",
        "category": list(codes),
        "place": list(selection.place) if selection else [],
        "baseline_from": first,
        "baseline_to": last,
        "target_on": plan.last_day,
    }


@never_cache
@get_or_post
def goal_change(request: PartnerRequest, collaboration: Collaboration, number: int, goal: int) -> HttpResponse:
    """Write in a goal."""
    shown = _goal_of(request, number, goal)
    check_may_work_on_plan(request.user, shown.plan)
    form = GoalForm(request.POST or None, plan=shown.plan, problem=shown.problem, initial=initial_of(shown))
    return _form(request, form, shown.plan, shown.problem, goal=shown)


def _form(
    request: PartnerRequest, form: GoalForm, plan: Plan, problem: Problem | None, *, goal: Goal | None = None
) -> HttpResponse:
    """The form with what the helper says of it; one button counts and checks, the other saves."""
    is_tried = "try" in request.POST
    status, tried_goal, theirs = 200, None, None
    if form.is_bound:
        status = 200 if is_tried else 422
        if form.is_valid():
            try:
                if is_tried:
                    tried_goal = _tried(request, form, plan, problem, goal)
                else:
                    return _saved(request, form, plan, problem, goal)
            except NotPossible as no:
                form.add_refusal(no)
                status = 200 if is_tried else 422
                if isinstance(no, Conflict):
                    theirs, status = no.row, 409
                    form.meet(theirs)
    else:
        tried_goal = goal if goal is not None else _begun(request, plan, problem, form)
    viewer = viewer_of(request.user, plan)
    context = {
        "form": form,
        "plan": plan,
        "problem": problem,
        "goal": goal,
        "help": presenters.help_of(tried_goal, viewer) if tried_goal is not None else None,
        "theirs": clashes(form, initial_of(theirs)) if theirs is not None else [],
        "list_url": presenters.list_url(plan),
        "back_url": presenters.url_of(goal) if goal else presenters.list_url(plan),
    }
    if request.POST.get("try") == "part":
        # What is shown beside the form while it is written, with what cannot be counted yet.
        return render(request, "action_plans/goals/_help.html", {**context, "is_part": True})
    return render(request, "action_plans/goals/goal_form.html", context, status=status)


def _tried(request: PartnerRequest, form: GoalForm, plan: Plan, problem: Problem | None, goal: Goal | None) -> Goal:
    confirmed = form.cleaned_data["is_confirmed"]
    # A copy: the page shows the goal as it stands beside it.
    own = Goal.objects.select_related("plan__area", "plan__collaboration").get(pk=goal.pk) if goal else None
    return actions.tried_goal(
        by=request.user, plan=plan, problem=problem, goal=own, is_confirmed=confirmed, **form.values()
    )


def _begun(request: PartnerRequest, plan: Plan, problem: Problem | None, form: GoalForm) -> Goal | None:
    """The goal the empty form begins with; None where the sources do not reach so far."""
    said = form.initial
    names = ("kind", "direction", "measured", "indicator", "baseline_from", "baseline_to", "target_on")
    query = selection_of_problem(problem).query if problem is not None else ""
    try:
        return actions.tried_goal(
            by=request.user, plan=plan, problem=problem, selection=query, **{name: said[name] for name in names}
        )
    except NotPossible:
        return None


def _saved(
    request: PartnerRequest, form: GoalForm, plan: Plan, problem: Problem | None, goal: Goal | None
) -> HttpResponse:
    confirmed = form.cleaned_data["is_confirmed"]
    if goal is None:
        made = actions.add_goal(by=request.user, plan=plan, problem=problem, is_confirmed=confirmed, **form.values())
        messages.success(request, _("The goal is written."))
    else:
        seen = form.cleaned_data["row_version"] or 0
        made = actions.change_goal(
            by=request.user, goal=goal, row_version=seen, is_confirmed=confirmed, **form.values()
        )
        messages.success(request, _("Saved."))
    return redirect(presenters.url_of(made))


@require_POST
def goal_agree(request: PartnerRequest, collaboration: Collaboration, number: int, goal: int) -> HttpResponse:
    """Write down that a group has agreed on the goal."""
    shown = _goal_of(request, number, goal)
    check_may_work_on_plan(request.user, shown.plan)
    form = AgreeForm(request.POST, user=request.user, goal=shown)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    try:
        actions.agree_on_goal(
            by=request.user, goal=shown, group=form.cleaned_data["group"], row_version=form.cleaned_data["row_version"]
        )
    except Conflict as no:
        form.add_error(None, no)
        form.data = {**dict(form.data.items()), "row_version": str(no.row.row_version)}
        return _page(request, no.row, form=form, status=409)
    except NotPossible as no:
        form.add_error("group" if hasattr(no, "error_dict") else None, no.messages)
        return _page(request, shown, form=form, status=422)
    messages.success(request, _("The goal is agreed on. It belongs to the plan's next version."))
    return redirect(presenters.url_of(shown))


@require_POST
def goal_remove(request: PartnerRequest, collaboration: Collaboration, number: int, goal: int) -> HttpResponse:
    """Take a goal away."""
    shown = _goal_of(request, number, goal)
    check_may_work_on_plan(request.user, shown.plan)
    tried(request, lambda: actions.remove_goal(by=request.user, goal=shown), _("The goal is taken away."))
    return redirect(presenters.list_url(shown.plan))


@never_cache
@require_GET
def problem_goal_new(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """From a problem to a goal for it: in the one plan of its area that runs, or in the plan that is chosen here."""
    problem = problem_of(request, number)
    check_may_plan_in(request.user, problem.area)
    rows = queries.plans_for(request.user, collaboration).filter(area=problem.area)
    plans = list(rows.filter(last_day__gte=timezone.localdate()).order_by("-first_day", "-number"))
    if len(plans) == 1:
        return redirect(presenters.new_url(plans[0], problem))
    listed = [{"plan": plan, "url": presenters.new_url(plan, problem)} for plan in plans]
    return render(request, "action_plans/goals/goal_plans.html", {"problem": problem, "plans": listed})
