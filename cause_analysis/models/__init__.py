"""Problems, which of them come first, and why they happen: one module a subject, all of them named here."""

from cause_analysis.models.causes import (
    Cause,
    CauseAnalysis,
    CauseMove,
    CauseState,
    Controller,
    EventChainLink,
    Evidence,
    GuidedAnswer,
    KnowledgeGap,
    Side,
)
from cause_analysis.models.comments import CoachComment, CommentQuerySet
from cause_analysis.models.predictions import (
    Claim,
    Prediction,
    PredictionTest,
    SchoolDates,
    Template,
    Verdict,
)
from cause_analysis.models.prioritising import Criterion, PrioritisationRound, RoundProblem, Score
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
    "Cause",
    "CauseAnalysis",
    "CauseMove",
    "CauseState",
    "Claim",
    "CoachComment",
    "CoachInvitation",
    "CommentQuerySet",
    "Controller",
    "Criterion",
    "EventChainLink",
    "Evidence",
    "GuidedAnswer",
    "KnowledgeGap",
    "PartnerView",
    "Prediction",
    "PredictionTest",
    "PrioritisationRound",
    "Problem",
    "ProblemMove",
    "ProblemPlace",
    "ProblemQuerySet",
    "RoundProblem",
    "SchoolDates",
    "Score",
    "Side",
    "State",
    "Template",
    "Verdict",
]
