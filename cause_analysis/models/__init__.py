"""Problems, which of them come first, and why they happen: one module a subject, all of them named here."""

from cause_analysis.models.problems import (
    CoachInvitation,
    PartnerView,
    Problem,
    ProblemMove,
    ProblemPlace,
    ProblemQuerySet,
    State,
)

__all__ = [
    "CoachInvitation",
    "PartnerView",
    "Problem",
    "ProblemMove",
    "ProblemPlace",
    "ProblemQuerySet",
    "State",
]
