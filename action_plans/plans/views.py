"""The pages of plans: each view fetches, asks and shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.clashes import clashes
from action_plans.goals.presenters import goals_of
from action_plans.measures import actions as measure_actions
from action_plans.models import Measure, MeasureState, Plan, PlanVersion
from action_plans.permissions import (
    check_may_make_plans,
    check_may_read_plans,
    check_may_work_on_plan,
    may_make_plans,
    may_work_on_plan,
)
from action_plans.plans import actions, changes, presenters, queries
from action_plans.plans.content import Content, content_of, now_of, working_content
from action_plans.plans.deciding import Signature, decide_plan, lacks, last_version, mark_of, sign_version
from action_plans.plans.diff import differences
from action_plans.plans.forms import PlanDecideForm, PlanForm, SignatureForm
from action_plans.plans.protecting import content_for, version_for
from action_plans.rules import MEASURE_NEXT
from areas.access import descendants
from areas.models import Area
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried, word_in

PLANS_ON_A_PAGE = 50
# A page of the table stays within what a phone on a slow line reads.
ROWS_ON_A_PAGE = 40


def _views(shown: Plan) -> list[dict[str, str]]:
    names = {
        "table": pgettext("way to show a plan", "Table"),
        "board": pgettext("way to show a plan", "Board"),
        "time": pgettext("way to show a plan", "Timeline"),
        "places": pgettext("way to show a plan", "Places"),
        "organisations": pgettext("way to show a plan", "By organisation"),
        "mine": pgettext("way to show a plan", "Mine"),
        "order": pgettext("way to show a plan", "Order"),
    }
    url = presenters.url_of(shown)
    return [
        {"name": name, "text": text, "url": url if name == "table" else f"{url}?view={name}"}
        for name, text in names.items()
    ]


def _plan(request: PartnerRequest, number: int) -> Plan:
    return get_object_or_404(queries.plans_for(request.user, request.collaboration), number=number)


# --- The list ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def plan_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The plans the user works on, and those that are decided for whoever reads no more."""
    user = request.user
    check_may_read_plans(user, collaboration)
    rows = queries.with_numbers(queries.plans_for(user, collaboration))
    areas = Area.objects.visible_to(user).filter(collaboration=collaboration)
    area = areas.filter(slug=word_in(request, "area")).first()
    if area is not None:
        rows = rows.filter(area_id__in=descendants(collaboration.pk, [area.pk]))
    page = Paginator(rows, PLANS_ON_A_PAGE).get_page(request.GET.get("page"))
    own = {row.pk for row in queries.plans_for(user, collaboration)}
    decided = [version for version in queries.in_force_for(user, collaboration) if version.plan_id not in own]
    context = {
        "page": page,
        "rows": page.object_list,
        "today": timezone.localdate(),
        "decided": [{"version": version, "url": presenters.version_url(version)} for version in decided],
        "area": area,
        "chosen": int(area is not None),
        "areas": areas.order_by("name"),
        "may_make": may_make_plans(user, collaboration),
    }
    return render(request, "action_plans/plans/plan_list.html", context)


# --- Making and changing one ------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def plan_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Begin the plan of an area for a period."""
    check_may_make_plans(request.user, collaboration)
    form = PlanForm(request.POST or None, user=request.user, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_plan(by=person(request), **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The plan is begun. Write its goals and measures."))
            return redirect(presenters.url_of(made))
    return form_page(
        request,
        form,
        "action_plans/plans/guarded_form.html",
        heading=_("A new action plan"),
        lead=_(
            "It gathers goals and measures for an area and a period. Everything can be changed until it is decided."
        ),
        back_url=reverse("plan_list", args=[collaboration.slug]),
        back_text=_("Action plans"),
        submit=_("Begin the plan"),
    )


@never_cache
@get_or_post
def plan_change(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Change what the plan is called, its period and what there is to share out."""
    shown = _plan(request, number)
    check_may_work_on_plan(request.user, shown)
    form = PlanForm(
        request.POST or None,
        user=request.user,
        collaboration=collaboration,
        plan=shown,
        initial=PlanForm.start(shown),
    )
    status, theirs = 422 if form.is_bound else 200, []
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "row_version": form.cleaned_data["row_version"] or 0}
        try:
            actions.change_plan(by=person(request), plan=shown, **said)
        except Conflict as conflict:
            # The next press of the button is a decision: it is made from what stands there now.
            form.add_refusal(conflict)
            form.meet(conflict.row)
            status, theirs = 409, clashes(form, PlanForm.start(conflict.row))
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect(presenters.url_of(shown))
    context = {
        "form": form,
        "theirs": theirs,
        "heading": _("Change the plan"),
        "lead": "",
        "back_url": presenters.url_of(shown),
        "back_text": shown.title,
    }
    return render(request, "action_plans/plans/guarded_form.html", context, status=status)


# --- One plan ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def plan(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """What is agreed, what is not yet and what is late; then goals and measures in the view that is asked for."""
    return _page(request, _plan(request, number), view=word_in(request, "view"))


def _page(request: PartnerRequest, shown: Plan, *, view: str) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    tabs = _views(shown)
    if view not in {tab["name"] for tab in tabs}:
        view = "table"
    content = content_for(user, shown, working_content(shown))
    now = now_of(shown, today=today)
    last = last_version(shown)
    found = (
        differences(version_for(user, last), content_for(user, shown, content_of(shown))) if last is not None else []
    )
    works = may_work_on_plan(user, shown)
    context: dict[str, Any] = {
        "plan": shown,
        "content": content,
        "standing": presenters.standing_of(shown, content, now, last, len(found), queries.gone_since_decided(shown)),
        "changes_words": changes.count_words(found) if last and found else "",
        "last": last,
        "tabs": tabs,
        "view": view,
        "works": works,
        "may_decide": groups_to_decide_for(user, shown.collaboration_id).exists(),
        "versions": PlanVersion.objects.filter(plan=shown).select_related("decided_by_group").defer("content"),
        "days": presenters.days_words(content["plan"]["first_day"], content["plan"]["last_day"]),
        "period_over": shown.last_day < today,
    }
    context |= _VIEWS[view](request, shown, content, now)
    return render(request, f"action_plans/plans/plan_{view}.html", context)


def _table(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    live = {row["number"] for row in content["measures"] if row["state"] != MeasureState.ABORTED}
    rows = presenters.only_measures(content, live)["measures"]
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    on_page = {**content, "measures": page.object_list}
    return {
        "page": page,
        "rows": presenters.table_rows(on_page, now, shown),
        "goals": goals_of(shown, request.user),
        "aborted": [row for row in content["measures"] if row["state"] == MeasureState.ABORTED],
    }


def _mine(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    own, organisations = queries.numbers_of_mine(request.user, shown)
    numbers = [
        row["number"]
        for mine in (own, organisations - own)
        for row in presenters.only_measures(content, mine)["measures"]
    ]
    page = Paginator(numbers, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    on_page = set(page.object_list)
    return {
        "page": page,
        "own": presenters.table_rows(presenters.only_measures(content, on_page & own), now, shown),
        "theirs": presenters.table_rows(presenters.only_measures(content, on_page - own), now, shown),
    }


def _board(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    works = may_work_on_plan(request.user, shown)
    runs = queries.numbers_run_by(request.user, shown)
    return {"columns": presenters.board(shown, content, now, works=works, runs=runs)}


def _time(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    page = Paginator(content["measures"], 2 * ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    on_page = {**content, "measures": page.object_list}
    return {"page": page, "timeline": presenters.timeline(on_page, now, timezone.localdate())}


def _places(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    slug = shown.collaboration.slug
    return {
        "places": presenters.place_rows(shown, content),
        "places_url": reverse("plan_places", args=[slug, shown.number]),
        "shapes_url": f"{reverse('area_shapes', args=[slug])}?area={shown.area.slug}",
    }


def _organisations(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    parts = presenters.organisation_parts(shown, content, now)
    page = Paginator(parts, 2 * ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "organisations": presenters.by_organisation(page.object_list)}


def _order(request: PartnerRequest, shown: Plan, content: Content, now: Any) -> dict[str, Any]:
    return {"ordered": presenters.ordered(shown, content)}


_VIEWS = {
    "table": _table,
    "board": _board,
    "time": _time,
    "places": _places,
    "organisations": _organisations,
    "mine": _mine,
    "order": _order,
}


@never_cache
@require_GET
def plan_places(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The places of the plan as GeoJSON."""
    shown = _plan(request, number)
    rows = presenters.place_rows(shown, working_content(shown))
    url = f"{presenters.url_of(shown)}?view=places"
    body = {"type": "FeatureCollection", "features": presenters.features(rows, url)}
    return JsonResponse(body, content_type="application/geo+json")


@require_POST
def plan_order(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Put a measure right before another in the agreed order."""
    shown = _plan(request, number)
    check_may_work_on_plan(request.user, shown)
    moved, _sign, before = request.POST.get("move", "").partition(":")
    if not before:
        moved, before = request.POST.get("measure", ""), request.POST.get("before", "")
    first, second = number_in(moved), number_in(before)
    if first is None or second is None:
        messages.error(request, _("Choose which measure to move, and before which."))
    else:
        tried(
            request,
            lambda: actions.move_before(by=person(request), plan=shown, number=first, before=second),
            _("Measure %(number)s has a new place in the order.") % {"number": first},
        )
    return redirect(f"{presenters.url_of(shown)}?view=order#measure-{first or ''}")


@require_POST
def plan_step(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Take a step with a measure on the board: one that a press is enough for. A card can be dropped anywhere."""
    shown = _plan(request, number)
    asked, _sign, to = request.POST.get("step", "").partition(":")
    measure = get_object_or_404(Measure.objects.kept().filter(plan=shown), number=number_in(asked) or 0)
    by = person(request)
    steps: dict[str, Any] = {
        MeasureState.PROPOSED: lambda: measure_actions.propose(by=by, measure=measure),
        MeasureState.DRAFT: lambda: measure_actions.take_back(by=by, measure=measure),
        MeasureState.ONGOING: lambda: measure_actions.run(by=by, measure=measure, to=MeasureState.ONGOING),
        MeasureState.CARRIED_OUT: lambda: measure_actions.run(by=by, measure=measure, to=MeasureState.CARRIED_OUT),
    }
    if to not in MeasureState.values:
        raise Http404
    at, wanted = MeasureState(measure.state), MeasureState(to)
    board = f"{presenters.url_of(shown)}?view=board"
    if wanted not in MEASURE_NEXT[at] and request.POST.get("at") == at:
        # The top of the page says it; a card that has not moved needs no looking for.
        words = _(
            "A measure does not go from “%(from)s” straight to “%(to)s”. Measure %(number)s stands where it stood."
        )
        messages.error(request, words % {"from": at.label, "to": wanted.label, "number": measure.number})
        return redirect(f"{board}#main")
    if wanted not in steps:
        words = _("A press is not enough for “%(state)s”. Here it is said who has decided it, or why.")
        messages.info(request, words % {"state": wanted.label})
        return redirect(presenters.measure_url(shown, {"pk": measure.pk}))
    tried(request, steps[wanted], _("The measure is now “%(state)s”.") % {"state": wanted.label})
    return redirect(f"{board}#measure-{measure.number}")


# --- Versions ---------------------------------------------------------------------------------------------------------


def _version(request: PartnerRequest, number: int, version: int) -> PlanVersion:
    rows = queries.versions_for(request.user, request.collaboration)
    return get_object_or_404(rows, plan__number=number, number=version)


@never_cache
@require_GET
def plan_version(request: PartnerRequest, collaboration: Collaboration, number: int, version: int) -> HttpResponse:
    """The plan as it was decided: these words stay, whatever is renamed or taken away later."""
    return _version_page(request, _version(request, number, version))


def _version_page(request: PartnerRequest, shown: PlanVersion, *, form: SignatureForm | None = None) -> HttpResponse:
    user = request.user
    content = version_for(user, shown)
    reads_plan = queries.plans_for(user, request.collaboration).filter(pk=shown.plan_id).exists()
    blank = SignatureForm(user=user, collaboration=request.collaboration, initial={"signed_on": shown.decided_on})
    others = queries.versions_for(user, request.collaboration).filter(plan=shown.plan).defer("content")
    page = Paginator(presenters.table_rows(content), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "version": shown,
        "plan": shown.plan,
        "content": content,
        "words": presenters.version_words(shown),
        "days": presenters.days_words(content["plan"]["first_day"], content["plan"]["last_day"]),
        "page": page,
        "rows": page.object_list,
        "goals": presenters.goal_rows(content),
        "causes": presenters.cause_rows(content),
        "signatures": shown.signatures.select_related("organisation"),
        "others": [other for other in others.order_by("-number") if other.pk != shown.pk],
        "reads_plan": reads_plan,
        "form": form or (blank if blank.fields["organisation"].queryset.exists() else None),  # type: ignore[attr-defined]
    }
    return render(request, "action_plans/plans/plan_version.html", context, status=422 if form is not None else 200)


@require_POST
def plan_sign(request: PartnerRequest, collaboration: Collaboration, number: int, version: int) -> HttpResponse:
    """Note who has signed a version."""
    shown = _version(request, number, version)
    if not queries.plans_for(request.user, collaboration).filter(pk=shown.plan_id).exists():
        raise NotAllowed(_("Only the partners who read the whole plan note who has signed it."))
    form = SignatureForm(request.POST, user=request.user, collaboration=collaboration)
    if not form.is_valid():
        return _version_page(request, shown, form=form)
    said = dict(form.cleaned_data)
    is_confirmed = said.pop("is_confirmed")
    try:
        sign_version(by=person(request), version=shown, signature=Signature(**said), is_confirmed=is_confirmed)
    except NotPossible as no:
        form.add_refusal(no)
        return _version_page(request, shown, form=form)
    messages.success(request, _("The signature is noted."))
    return redirect(f"{presenters.version_url(shown)}#signatures")


@never_cache
@require_GET
def plan_changes(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """What differs between two versions, or between the last one and what is agreed now."""
    shown = _plan(request, number)
    versions = {one.number: one for one in PlanVersion.objects.filter(plan=shown).order_by("number")}
    if not versions:
        raise Http404
    newest = max(versions)
    earlier = versions.get(number_in(request.GET.get("from")) or newest) or versions[newest]
    later = versions.get(number_in(request.GET.get("to")) or 0)
    before = content_for(request.user, shown, earlier.content)
    after = content_for(request.user, shown, later.content if later else content_of(shown))
    found = differences(before, after)
    context = {
        "plan": shown,
        "earlier": earlier,
        "later": later,
        "versions": list(versions.values()),
        "count": changes.count_words(found),
        "groups": changes.groups(found, before, after),
    }
    return render(request, "action_plans/plans/plan_changes.html", context)


@never_cache
@get_or_post
def plan_decide(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write down that a group has decided the plan: what it holds, what is left out, and what is missing."""
    shown = _plan(request, number)
    if not groups_to_decide_for(request.user, collaboration).exists():
        raise NotAllowed(_("Only those who sit in a group, a coordinator or an analyst can say what it has decided."))
    last, content = last_version(shown), content_of(shown)
    today: dt.date = timezone.localdate()
    form = PlanDecideForm(
        request.POST or None,
        user=request.user,
        plan=shown,
        is_first=last is None,
        mark=mark_of(content),
        initial={"decided_on": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            version = decide_plan(by=person(request), plan=shown, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(
                request, _("Version %(number)s is decided. Now it is signed.") % {"number": version.number}
            )
            return redirect(f"{presenters.version_url(version)}#signatures")
    whole = working_content(shown)
    left_out = set(content["left_out"]["measures"])
    found = differences(last.content, content) if last else []
    context = {
        "plan": shown,
        "form": form,
        "last": last,
        "next_number": last.number + 1 if last else 1,
        "lacks": lacks(content, last),
        "back_url": presenters.url_of(shown),
        "measures": len(content["measures"]),
        "goals": len(content["goals"]),
        "left_out": [row for row in whole["measures"] if row["number"] in left_out],
        "gone": presenters.gone_rows(shown, whole, queries.gone_since_decided(shown)),
        "left_out_goals": [goal for goal in whole["goals"] if not goal["is_agreed"]],
        "changes_words": changes.count_words(found) if last and found else "",
    }
    return render(request, "action_plans/plans/plan_decide.html", context, status=422 if form.is_bound else 200)
