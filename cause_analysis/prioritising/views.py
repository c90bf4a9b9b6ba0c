"""The pages of a round: the list, its beginning, a score sheet, what everybody thought, decisions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cause_analysis.models.prioritising import PrioritisationRound, RoundProblem
from cause_analysis.prioritising import actions, presenters, queries
from cause_analysis.prioritising.forms import DecisionForm, RoundForm, ScoreForm
from cause_analysis.prioritising.permissions import (
    check_may_read_priorities,
    check_may_start_round,
    may_decide,
    may_show,
    may_start_round,
    seat_of,
)
from cause_analysis.problems import presenters as problem_presenters
from cause_analysis.problems.protecting import figures_for
from cause_analysis.problems.queries import selection_of
from common.errors import NotAllowed, NotPossible
from partners.models import Collaboration, GroupMember
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried

Status = PrioritisationRound.Status


def _round(request: PartnerRequest, collaboration: Collaboration, pk: int) -> PrioritisationRound:
    return get_object_or_404(queries.rounds_for(request.user, collaboration), pk=pk)


def _row(request: PartnerRequest, round_: PrioritisationRound, number: int) -> RoundProblem:
    return get_object_or_404(queries.problems_of(request.user, round_), problem__number=number)


@never_cache
@require_GET
def prioritisation_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What comes first today and why; the rounds, latest first, with what waits for one's own scores."""
    check_may_read_priorities(request.user, collaboration)
    context = {
        "first": presenters.first_rows(queries.first_now(request.user, collaboration)),
        "rows": presenters.round_rows(
            queries.rounds_for(request.user, collaboration),
            left=queries.left_to_score(request.user, collaboration),
            slug=collaboration.slug,
        ),
        "may_start": may_start_round(request.user, collaboration),
    }
    return render(request, "cause_analysis/prioritisation_list.html", context)


@never_cache
@get_or_post
def prioritisation_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Choose a group and the described problems it goes through."""
    check_may_start_round(request.user, collaboration)
    form = RoundForm(request.POST or None, user=request.user, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start_round(
                by=person(request),
                group=form.cleaned_data["group"],
                problems=list(form.cleaned_data["problems"]),
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The round has begun. Each member now scores in silence."))
            return redirect(presenters.url_of(made, collaboration.slug))
    return form_page(
        request,
        form,
        heading=_("Which problems does the group go through?"),
        lead=_("Only described problems can be chosen. Each member scores by themselves before anything is shown."),
        back_url=reverse("prioritisation_list", args=[collaboration.slug]),
        back_text=_("Prioritisation"),
        submit=_("Begin the round"),
    )


@never_cache
@require_GET
def prioritisation(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """A round: while it is scored what is one's own to do; afterwards what everybody thought and what is decided."""
    return _page(request, _round(request, collaboration, pk))


def _page(
    request: PartnerRequest, shown: PrioritisationRound, *, refused: tuple[int, DecisionForm] | None = None
) -> HttpResponse:
    user, slug = request.user, request.collaboration.slug
    rows = list(queries.problems_of(user, shown))
    seat = seat_of(user, shown)
    context: dict[str, Any] = {
        "round": shown,
        "tag": presenters.tag_of(shown),
        "seat": seat,
        "may_show": shown.status == Status.SCORING and may_show(user, shown),
    }
    done, seats = queries.seats_done(shown)
    context |= {"done": done, "seats": seats}
    if shown.status == Status.SCORING:
        scored = queries.scored_for(seat, shown) if seat else {}
        context["rows"] = presenters.problem_rows(rows, scored=scored, user=user, slug=slug, round_=shown)
        return render(request, "cause_analysis/prioritisation.html", context)
    context["matrix"] = presenters.matrix(rows, queries.scores_of(user, shown))
    if shown.status == Status.SHOWN and may_decide(user, shown):
        for row in context["matrix"]["rows"]:
            number = row["problem"].number
            is_refused = refused is not None and refused[0] == number
            row["form"] = refused[1] if refused and is_refused else DecisionForm(number=number)
    return render(
        request, "cause_analysis/prioritisation_shown.html", context, status=422 if refused is not None else 200
    )


@never_cache
@get_or_post
def prioritisation_score(request: PartnerRequest, collaboration: Collaboration, pk: int, number: int) -> HttpResponse:
    """The score sheet of one problem: one's own alone, with what the data know filled in."""
    round_ = _round(request, collaboration, pk)
    row = _row(request, round_, number)
    seat = seat_of(request.user, round_)
    if seat is None:
        raise NotAllowed(_("Only those who sit in the group score its problems."))
    if round_.status != Status.SCORING:
        return redirect(presenters.url_of(round_, collaboration.slug))
    own = {
        score.criterion: (score.value, score.reason)
        for score in queries.scores_of(request.user, round_).filter(round_problem=row, scored_by=request.user)
    }
    form = ScoreForm(request.POST or None, row=row, own=own)
    if request.method == "POST" and form.is_valid():
        try:
            actions.score_problem(
                by=person(request),
                round_problem=row,
                scores=form.scores,
                is_confirmed=form.cleaned_data["is_confirmed"],
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Your scores are kept. Nobody sees them before they are shown to all."))
            return redirect(_next(request, round_, row, seat))
    figures = figures_for(request.user, row.problem)
    context = {
        "round": round_,
        "row": row,
        "problem": row.problem,
        "form": form,
        "url": presenters.url_of(round_, collaboration.slug),
        "lead": problem_presenters.lead(figures, selection_of(row.problem)),
        "answers": [one for one in problem_presenters.answers(row.problem) if one["is_answered"]],
        "problem_url": problem_presenters.url_of(row.problem),
    }
    return render(request, "cause_analysis/prioritisation_score.html", context, status=422 if form.is_bound else 200)


def _next(request: PartnerRequest, round_: PrioritisationRound, row: RoundProblem, seat: GroupMember) -> str:
    """The next problem the seat has not scored yet, or the round's page when there is none."""
    slug = request.collaboration.slug
    scored = queries.scored_for(seat, round_)
    left = [one for one in queries.problems_of(request.user, round_) if one.pk != row.pk and one.pk not in scored]
    if left:
        return reverse("prioritisation_score", args=[slug, round_.pk, left[0].problem.number])
    return presenters.url_of(round_, slug)


@require_POST
def prioritisation_show(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Show everybody's scores to everybody at once."""
    round_ = _round(request, collaboration, pk)
    tried(
        request,
        lambda: actions.show_scores(by=person(request), round_=round_),
        _("The scores are shown. Talk about where you differ, then decide."),
    )
    return redirect(presenters.url_of(round_, collaboration.slug))


@require_POST
def prioritisation_decide(request: PartnerRequest, collaboration: Collaboration, pk: int, number: int) -> HttpResponse:
    """Write down what the group decides on a problem, and why."""
    round_ = _round(request, collaboration, pk)
    row = _row(request, round_, number)
    form = DecisionForm(request.POST, number=number)
    if not form.is_valid():
        return _page(request, round_, refused=(number, form))
    said = form.cleaned_data
    try:
        actions.decide(by=person(request), round_problem=row, **said)
    except NotPossible as no:
        if hasattr(no, "error_dict"):
            form.add_refusal(no)
            return _page(request, round_, refused=(number, form))
        messages.error(request, " ".join(no.messages))
    else:
        messages.success(request, _("The decision is written down, with its reason."))
    return redirect(presenters.url_of(round_, collaboration.slug))
