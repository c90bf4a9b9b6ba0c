"""The page of an analysis, what is new on it, and every change as a plain form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import CharField
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cause_analysis.causes import actions, presence, presenters, queries
from cause_analysis.causes.forms import (
    AdoptForm,
    CauseForm,
    ChooseForm,
    EvidenceForm,
    JudgementForm,
    MethodForm,
    MoveForm,
    NewCauseForm,
    RemoveForm,
    StateForm,
)
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.causes.rules import METHOD
from cause_analysis.comments.queries import comments_in_brief
from cause_analysis.knowing.presenters import gaps_in
from cause_analysis.models import Cause, CauseAnalysis, CauseState, Evidence
from cause_analysis.permissions import may_work_on
from cause_analysis.problems.definition import definition_as_it_stands
from cause_analysis.problems.presenters import lead
from cause_analysis.problems.protecting import figures_for, viewer_of
from cause_analysis.problems.queries import selection_of
from cause_analysis.requests import problem_of, problem_to_work_on, running
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest


def _cause(request: PartnerRequest, number: int, pk: int) -> Cause:
    """A cause of the problem, for whoever may write; of one that can no longer be written in the action tells."""
    problem = problem_to_work_on(request, number)
    causes = Cause.objects.filter(analysis__problem=problem)
    return get_object_or_404(causes.select_related("analysis__problem__area", "analysis__collaboration"), pk=pk)


def _evidence(request: PartnerRequest, number: int, pk: int) -> Evidence:
    problem = problem_to_work_on(request, number)
    rows = Evidence.objects.filter(cause__analysis__problem=problem)
    return get_object_or_404(
        rows.select_related("cause__analysis__problem__area", "cause__analysis__collaboration"), pk=pk
    )


# --- Reading ----------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def analysis(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Why a problem happens: the list of causes, and beside it the one that is chosen with its evidence."""
    problem = problem_of(request, number)
    asked = request.GET.get("version")
    version = number_in(asked)
    shown = queries.shown_analysis(request.user, problem, version)
    if shown is None:
        if asked:
            raise Http404
        context = {"problem": problem, "may_work": may_work_on(request.user, problem)}
        return render(request, "cause_analysis/analysis_none.html", context)
    return _show(request, shown, version=version)


def _show(
    request: PartnerRequest,
    shown: CauseAnalysis,
    *,
    version: int | None = None,
    cause_pk: int | None = None,
    forms: dict[str, Any] | None = None,
    conflict: str = "",
    theirs: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; `forms` are those that came back with something to mend.

    `theirs` is what another has written in the row of the form named by `conflict`.
    """
    user = request.user
    given = forms or {}
    may_work = not shown.is_adopted and may_work_on(user, shown.problem)
    nodes = queries.tree_of(shown, with_evidence=True)
    asked = cause_pk if cause_pk is not None else number_in(request.GET.get("cause"))
    named = next((node.cause for node in nodes if node.cause.pk == asked), None)
    # A desk has room for a cause beside the list: the one a group would talk about opens when none is asked for.
    chosen = queries.first_to_open(nodes) if asked is None and not given else named
    context: dict[str, Any] = {
        "analysis": shown,
        "problem": shown.problem,
        "area": shown.problem.area,
        "may_work": may_work,
        "rows": presenters.cause_rows(nodes, shown, chosen, version=version),
        "root_note": lead(figures_for(user, shown.problem), selection_of(shown.problem)),
        "legend": presenters.legend(),
        "versions": [
            {
                "version": one.version,
                "url": presenters.page_url(shown, version=one.version),
                "is_adopted": one.is_adopted,
            }
            for one in queries.versions_of(user, shown.problem)
        ],
        "chosen": chosen,
        "named": named,
        "here": presence.here_now(user, shown, may_work=may_work),
        "method": [{"label": MethodForm.base_fields[name].label, "text": getattr(shown, name)} for name in METHOD],
        "method_left": sum(not getattr(shown, name).strip() for name in METHOD),
        "definition": presenters.definition_rows(shown),
        "is_described_anew": shown.is_adopted and shown.definition != definition_as_it_stands(shown.problem),
        **gaps_in(shown, may_work=may_work_on(user, shown.problem)),
        "conflict": conflict,
        "theirs": theirs,
        "version": version,
        "comments": comments_in_brief(user, shown.problem),
        "page_url": presenters.page_url(shown, version=version),
        "may_begin": shown.is_adopted
        and may_work_on(user, shown.problem)
        and not CauseAnalysis.objects.running().filter(problem=shown.problem).exists(),
    }
    if chosen is not None:
        context |= _beside(request, shown, chosen)
    has_row = given.get("evidence_pk") in {None, *(row["pk"] for row in context.get("evidence", []))}
    is_shown = may_work and has_row and (chosen is not None or cause_pk is None)
    context["unsaved"] = _unsaved(given, is_shown=is_shown)
    if may_work:
        context["new_form"] = given.get("new") or NewCauseForm(nodes=nodes, chosen=named)
        context["method_form"] = given.get("method") or MethodForm.of(shown)
        context["has_groups"] = groups_to_decide_for(user, shown.collaboration).exists()
        context["adopt_form"] = given.get("adopt") or AdoptForm(user=user, analysis=shown)
        if chosen is not None:
            context["cause_form"] = given.get("cause") or CauseForm.of(chosen)
            context["move_form"] = MoveForm(nodes=nodes, cause=chosen)
            context["state_form"] = given.get("state") or StateForm(cause=chosen)
            context["choose_form"] = given.get("choose") or ChooseForm(user=user, analysis=shown)
            context["evidence_form"] = given.get("evidence") or EvidenceForm(user=user, analysis=shown)
            _open_evidence(request, context, given)
    return render(request, "cause_analysis/analysis.html", context, status=status)


def _unsaved(given: dict[str, Any], *, is_shown: bool) -> list[dict[str, Any]]:
    """What somebody wrote in a form that has no place on the page any more, so that it can be copied from there."""
    if is_shown:
        return []
    fields = [field for form in given.values() if hasattr(form, "fields") for field in form]
    return [
        {"label": field.label, "text": field.value()}
        for field in fields
        if not field.is_hidden and type(field.field) is CharField and field.value()
    ] + [{"label": "", "text": text} for form in given.values() if hasattr(form, "errors") for text in _said(form)]


def _said(form: Any) -> list[str]:
    return [str(sentence) for sentence in form.non_field_errors()]


def _beside(request: PartnerRequest, shown: CauseAnalysis, chosen: Cause) -> dict[str, Any]:
    """What stands beside the list: the chosen cause, its evidence and its history."""
    user, viewer = request.user, viewer_of(request.user, shown.problem)
    evidence = presenters.evidence_rows(user, shown, queries.evidence_of(chosen), viewer)
    # Also a cause that rests on talks and judgement alone is about the problem's events.
    has_own = any(row["incidents_url"] for row in evidence)
    return {
        "tag": presenters.state_tag(chosen.state),
        "kind": presenters.kind_words(chosen),
        "is_bare": chosen.is_chosen and not getattr(chosen, "weigh_for", 0),
        "evidence": evidence,
        "reports_url": "" if has_own else presenters.problem_reports_url(user, shown),
        "removed": presenters.evidence_rows(user, shown, queries.removed_evidence_of(chosen), viewer),
        "moves": presenters.move_rows(queries.history_of(chosen)),
    }


def _open_evidence(request: PartnerRequest, context: dict[str, Any], given: dict[str, Any]) -> None:
    """One piece of evidence at a time is opened to be changed or taken away."""
    asked = given.get("evidence_pk") or number_in(request.GET.get("evidence"))
    opened = next((row for row in context["evidence"] if row["pk"] == asked), None)
    if opened is not None:
        opened["form"] = given.get("judgement") or JudgementForm.of(opened["row"])
        opened["remove_form"] = given.get("remove") or RemoveForm(evidence=opened["row"])


@never_cache
@require_GET
def analysis_changes(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """What is new for a page that has seen up to `seen`: who is here, and the lists when anything has changed."""
    shown = running(request, number)
    presence.note_here(request.user, shown)
    context: dict[str, Any] = {"analysis": shown, "here": presence.others_here(request.user, shown)}
    # `brief` is asked by pages that show another part of the analysis and only tell that something has changed.
    if request.GET.get("seen") != str(shown.change) and "brief" not in request.GET:
        nodes = queries.tree_of(shown, with_evidence=True)
        asked = number_in(request.GET.get("cause"))
        chosen = next((node.cause for node in nodes if node.cause.pk == asked), None)
        context |= {
            "is_new": True,
            "may_work": not shown.is_adopted,
            "problem": shown.problem,
            "rows": presenters.cause_rows(nodes, shown, chosen, version=None),
            "chosen": chosen,
            "page_url": presenters.page_url(shown),
            **gaps_in(shown, may_work=True),
        }
        if chosen is not None:
            context |= _beside(request, shown, chosen)
            if context["may_work"]:
                context["cause_form"] = CauseForm.of(chosen)
                context["move_form"] = MoveForm(nodes=nodes, cause=chosen)
    return render(request, "cause_analysis/_changes.html", context)


# --- Changing ---------------------------------------------------------------------------------------------------------


def _back(shown: CauseAnalysis, cause: Cause | int | None = None, part: str = "") -> HttpResponseBase:
    pk = cause.pk if isinstance(cause, Cause) else cause
    anchor = part or (f"cause-{pk}" if pk is not None else "")
    return redirect(presenters.page_url(shown, cause=pk) + (f"#{anchor}" if anchor else ""))


def _answer(
    request: PartnerRequest,
    shown: CauseAnalysis,
    name: str,
    form: Any,
    change: Callable[[], Any],
    *,
    cause: Cause | None = None,
    then: Callable[[Any], HttpResponseBase] | None = None,
    **given: Any,
) -> HttpResponseBase:
    """Make the change of a form, and show the page again: mended, or with what is wrong and nothing lost."""
    pk = cause.pk if cause is not None else None
    theirs = None
    try:
        if form.is_valid():
            made = change()
            return then(made) if then else _back(shown, pk)
    except NotPossible as no:
        _add_refusal(form, no)
        if isinstance(no, Conflict):
            theirs = no.row
            form.meet(theirs)
    shown.refresh_from_db()
    return _show(
        request,
        shown,
        cause_pk=pk,
        forms={name: form, **given},
        version=shown.version if shown.is_adopted else None,
        conflict=name if theirs is not None else "",
        theirs=theirs,
        status=409 if theirs is not None else 422,
    )


def _add_refusal(form: Any, no: NotPossible) -> None:
    if hasattr(form, "add_refusal"):
        form.add_refusal(no)
    else:
        form.add_error(None, no)


@require_POST
def analysis_begin(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Begin to look for causes, or a new version from what was adopted."""
    problem = problem_to_work_on(request, number)
    try:
        begun = actions.begin_analysis(by=request.user, problem=problem)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return redirect("analysis", collaboration.slug, number)
    return redirect(presenters.page_url(begun))


@require_POST
def analysis_method(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Answer the four questions on method and limits."""
    shown = running(request, number)
    form = MethodForm.of(shown, request.POST)

    def change() -> Any:
        return actions.write_method(
            by=request.user,
            analysis=shown,
            answers={name: form.cleaned_data[name] for name in METHOD},
            row_version=form.cleaned_data["row_version"],
            is_confirmed=form.cleaned_data["is_confirmed"],
        )

    def then(made: Any) -> HttpResponseBase:
        messages.success(request, _("Saved."))
        return _back(shown, part="method")

    return _answer(request, shown, "method", form, change, then=then)


@require_POST
def analysis_adopt(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Freeze the analysis by a group's decision."""
    shown = running(request, number)
    form = AdoptForm(request.POST, user=request.user, analysis=shown)

    def change() -> Any:
        return actions.adopt_analysis(
            by=request.user, analysis=shown, group=form.cleaned_data["group"], seen=form.what_was_seen()
        )

    def then(made: Any) -> HttpResponseBase:
        messages.success(request, _("The analysis is adopted. It never changes from now on."))
        return _back(shown)

    return _answer(request, shown, "adopt", form, change, then=then)


@require_POST
def cause_add(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponseBase:
    """Write down a cause."""
    shown = running(request, number)
    form = NewCauseForm(request.POST, nodes=queries.tree_of(shown))

    def change() -> Any:
        parent = number_in(form.cleaned_data["parent"])
        return actions.add_cause(
            by=request.user,
            analysis=shown,
            parent=_cause(request, number, parent) if parent is not None else None,
            **form.values(),
        )

    return _answer(request, shown, "new", form, change, then=lambda made: _back(shown, made))


@require_POST
def cause_change(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Write a cause in other words."""
    cause = _cause(request, number, pk)
    shown = cause.analysis
    form = CauseForm.of(cause, request.POST)

    def change() -> Any:
        row_version = form.cleaned_data["row_version"] or 0
        return actions.change_cause(by=request.user, cause=cause, row_version=row_version, **form.values())

    return _answer(request, shown, "cause", form, change, cause=cause)


@require_POST
def cause_move(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Move a cause: a step (`direction`), or under another cause and perhaps before one of those there."""
    cause = _cause(request, number, pk)
    shown = cause.analysis
    is_live = "live" in request.POST
    try:
        if "direction" in request.POST:
            actions.shift_cause(by=request.user, cause=cause, direction=request.POST["direction"])
        else:
            under, before = _under(request), number_in(request.POST.get("before"))
            actions.move_cause(
                by=request.user,
                cause=cause,
                under=_cause(request, number, under) if under is not None else None,
                before=_cause(request, number, before) if before is not None else None,
            )
    except NotPossible as no:
        sentence = " ".join(no.messages)
        if is_live:
            return JsonResponse({"message": sentence}, status=409)
        messages.error(request, sentence)
        return _back(shown, cause)
    if is_live:
        return JsonResponse({"message": _standing(shown, cause)})
    return _back(shown, cause)


def _under(request: PartnerRequest) -> int | None:
    """The cause it shall stand under; None directly under the problem. What says neither moves nothing."""
    said = request.POST.get("move-parent")
    under = number_in(said)
    if under is None and said != "":
        raise NotPossible(_("Choose what the cause shall stand under."))
    return under


def _standing(shown: CauseAnalysis, cause: Cause) -> str:
    """Where a cause stands now, for those who do not see it move."""
    nodes = {node.cause.pk: node for node in queries.tree_of(shown)}
    node = nodes[cause.pk]
    values = {"cause": node.cause.text, "number": node.number, "beside": node.beside}
    if node.cause.parent_id is None:
        return _("“%(cause)s” now stands directly under the problem, %(number)s of %(beside)s.") % values
    return _("“%(cause)s” now stands under “%(parent)s”, %(number)s of %(beside)s.") % {
        **values,
        "parent": nodes[node.cause.parent_id].cause.text,
    }


@require_POST
def cause_remove(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Take a cause out of the tree."""
    cause = _cause(request, number, pk)
    shown = cause.analysis
    try:
        actions.remove_cause(by=request.user, cause=cause)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
        return _back(shown, cause)
    messages.success(request, _("The cause is taken away. It is kept in the history."))
    return _back(shown, cause.parent_id)


@require_POST
def cause_state(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Say what is known about a cause now."""
    cause = _cause(request, number, pk)
    shown = cause.analysis
    # What was chosen among is what the page knew; the action tells when that has changed.
    form = StateForm(request.POST, cause=cause, at=request.POST.get("state-seen", ""))

    def change() -> Any:
        said = form.cleaned_data
        return actions.set_state(
            by=request.user,
            cause=cause,
            to=CauseState(said["to"]),
            seen=CauseState(said["seen"]),
            reason=said["reason"],
            is_confirmed=said["is_confirmed"],
        )

    return _answer(request, shown, "state", form, change, cause=cause)


@require_POST
def cause_choose(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Note that a group has chosen to act on a cause, or no longer does."""
    cause = _cause(request, number, pk)
    shown = cause.analysis
    form = ChooseForm(request.POST, user=request.user, analysis=shown)
    if "leave" in request.POST:
        try:
            actions.leave_cause(by=request.user, cause=cause)
        except NotPossible as no:
            messages.error(request, " ".join(no.messages))
        return _back(shown, cause)

    def change() -> Any:
        said = form.cleaned_data
        return actions.choose_cause(
            by=request.user,
            cause=cause,
            group=said["group"],
            reason=said["reason"],
            is_confirmed=said["is_confirmed"],
        )

    return _answer(request, shown, "choose", form, change, cause=cause)


@require_POST
def evidence_add(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Bring something that speaks for or against a cause."""
    cause = _cause(request, number, pk)
    shown = cause.analysis
    form = EvidenceForm(request.POST, user=request.user, analysis=shown)

    def change() -> Any:
        names = (
            "kind", "direction", "strength", "organisation", "text", "address", "place", "feature", "mark",
            "is_confirmed",
        )  # fmt: skip
        return actions.add_evidence(by=request.user, cause=cause, **{name: form.cleaned_data[name] for name in names})

    return _answer(request, shown, "evidence", form, change, cause=cause)


@require_POST
def evidence_change(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Judge a piece of evidence anew."""
    evidence = _evidence(request, number, pk)
    shown = evidence.cause.analysis
    form = JudgementForm.of(evidence, request.POST)

    def change() -> Any:
        names = ("direction", "strength", "text", "is_confirmed")
        return actions.change_evidence(
            by=request.user,
            evidence=evidence,
            row_version=form.cleaned_data["row_version"] or 0,
            **{name: form.cleaned_data[name] for name in names},
        )

    return _answer(request, shown, "judgement", form, change, cause=evidence.cause, evidence_pk=evidence.pk)


@require_POST
def evidence_remove(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponseBase:
    """Take a piece of evidence away, and say why."""
    evidence = _evidence(request, number, pk)
    shown = evidence.cause.analysis
    form = RemoveForm(request.POST, evidence=evidence)

    def change() -> Any:
        return actions.remove_evidence(
            by=request.user,
            evidence=evidence,
            reason=form.cleaned_data["reason"],
            is_confirmed=form.cleaned_data["is_confirmed"],
        )

    return _answer(request, shown, "remove", form, change, cause=evidence.cause, evidence_pk=evidence.pk)
