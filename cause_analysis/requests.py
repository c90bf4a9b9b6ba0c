"""The problem or the analysis that an address names, for whoever may read it or write in it."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from cause_analysis.causes.queries import shown_analysis
from cause_analysis.models import CauseAnalysis, Problem
from cause_analysis.permissions import check_may_work_on
from cause_analysis.problems.queries import problems_for
from partners.requests import PartnerRequest


def problem_of(request: PartnerRequest, number: int) -> Problem:
    """The problem of the address, for whoever reads it."""
    return get_object_or_404(problems_for(request.user, request.collaboration), number=number)


def problem_to_work_on(request: PartnerRequest, number: int) -> Problem:
    """The problem of the address, for whoever may write in it."""
    problem = problem_of(request, number)
    check_may_work_on(request.user, problem)
    return problem


def running(request: PartnerRequest, number: int) -> CauseAnalysis:
    """The analysis that is worked on, for whoever may write in it."""
    analysis = shown_analysis(request.user, problem_to_work_on(request, number))
    if analysis is None:
        raise Http404
    return analysis
