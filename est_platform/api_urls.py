"""The addresses of the API, version 1."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from action_plans.commitments.api import CommitmentListView, LedgerView
from action_plans.goals.api import GoalListView
from action_plans.library.api import MethodListView, MethodView
from action_plans.measures.api import (
    MeasureDecideView,
    MeasureEvaluationHelpView,
    MeasureListView,
    MeasureMoveView,
    MeasureView,
)
from action_plans.plans.api import PlanListView, PlanVersionListView, PlanVersionView, PlanView
from action_plans.promises.api import PromiseListView
from areas.api import AreaListView, PlaceListView
from areas.inspections.api import InspectionListView
from areas.place_files.api import PlaceFeatureListView, PlaceManagerListView
from cause_analysis.api import AnalysisListView, AnalysisView, ProblemListView, ProblemView
from cause_analysis.prioritising.api import RoundListView, RoundView
from councils.comments.api import FigureCommentListView
from councils.escalations.api import EscalationAnswerView, EscalationListView, EscalationView
from councils.law.api import AgreementListView, StatutoryDecisionView, StatutoryItemListView
from councils.meetings.api import DecisionListView, MatterListView, MeetingListView, MeetingView
from councils.packs.api import PackFileView, PackListView, PackView
from est_platform.api import Nothing, SchemaView, router
from followup.evaluations.api import EvaluationListView, EvaluationView
from followup.progress.api import ProgressListView
from situational_picture.api import PictureListView, PictureView
from situational_picture.indicators.api import IndicatorListView, IndicatorView, PlaceCountListView

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("v1/", include(router.urls)),
    path("v1/areas/", AreaListView.as_view(), name="api-area-list"),
    path("v1/places/", PlaceListView.as_view(), name="api-place-list"),
    path("v1/place-features/", PlaceFeatureListView.as_view(), name="api-place-feature-list"),
    path("v1/place-managers/", PlaceManagerListView.as_view(), name="api-place-manager-list"),
    path("v1/inspections/", InspectionListView.as_view(), name="api-inspection-list"),
    path("v1/pictures/", PictureListView.as_view(), name="api-picture-list"),
    path("v1/pictures/<int:pk>/", PictureView.as_view(), name="api-picture"),
    path("v1/indicators/", IndicatorListView.as_view(), name="api-indicator-list"),
    path("v1/indicators/<int:pk>/", IndicatorView.as_view(), name="api-indicator"),
    path("v1/place-counts/", PlaceCountListView.as_view(), name="api-place-count-list"),
    path("v1/problems/", ProblemListView.as_view(), name="api-problem-list"),
    path("v1/problems/<int:pk>/", ProblemView.as_view(), name="api-problem"),
    path("v1/analyses/", AnalysisListView.as_view(), name="api-analysis-list"),
    path("v1/analyses/<int:pk>/", AnalysisView.as_view(), name="api-analysis"),
    path("v1/prioritisations/", RoundListView.as_view(), name="api-prioritisation-list"),
    path("v1/prioritisations/<int:pk>/", RoundView.as_view(), name="api-prioritisation"),
    path("v1/methods/", MethodListView.as_view(), name="api-method-list"),
    path("v1/methods/<slug:key>/", MethodView.as_view(), name="api-method"),
    path("v1/measures/", MeasureListView.as_view(), name="api-measure-list"),
    path("v1/measures/<int:pk>/", MeasureView.as_view(), name="api-measure"),
    path("v1/measures/<int:pk>/decide/", MeasureDecideView.as_view(), name="api-measure-decide"),
    path("v1/measures/<int:pk>/evaluation/", MeasureEvaluationHelpView.as_view(), name="api-measure-evaluation"),
    path("v1/measures/<int:pk>/move/", MeasureMoveView.as_view(), name="api-measure-move"),
    path("v1/progress/", ProgressListView.as_view(), name="api-progress-list"),
    path("v1/figure-comments/", FigureCommentListView.as_view(), name="api-figure-comment-list"),
    path("v1/evaluations/", EvaluationListView.as_view(), name="api-evaluation-list"),
    path("v1/evaluations/<int:pk>/", EvaluationView.as_view(), name="api-evaluation"),
    path("v1/escalations/", EscalationListView.as_view(), name="api-escalation-list"),
    path("v1/escalations/<int:pk>/", EscalationView.as_view(), name="api-escalation"),
    path("v1/escalations/<int:pk>/answer/", EscalationAnswerView.as_view(), name="api-escalation-answer"),
    path("v1/goals/", GoalListView.as_view(), name="api-goal-list"),
    path("v1/plans/", PlanListView.as_view(), name="api-plan-list"),
    path("v1/plans/<int:pk>/", PlanView.as_view(), name="api-plan"),
    path("v1/plan-versions/", PlanVersionListView.as_view(), name="api-plan-version-list"),
    path("v1/plan-versions/<int:pk>/", PlanVersionView.as_view(), name="api-plan-version"),
    path("v1/commitments/", CommitmentListView.as_view(), name="api-commitment-list"),
    path("v1/ledger/", LedgerView.as_view(), name="api-ledger"),
    path("v1/promises/", PromiseListView.as_view(), name="api-promise-list"),
    path("v1/meetings/", MeetingListView.as_view(), name="api-meeting-list"),
    path("v1/meetings/<int:pk>/", MeetingView.as_view(), name="api-meeting"),
    path("v1/decisions/", DecisionListView.as_view(), name="api-decision-list"),
    path("v1/matters/", MatterListView.as_view(), name="api-matter-list"),
    path("v1/agreements/", AgreementListView.as_view(), name="api-agreement-list"),
    path("v1/statutory-items/", StatutoryItemListView.as_view(), name="api-statutory-item-list"),
    path("v1/statutory-decisions/", StatutoryDecisionView.as_view(), name="api-statutory-decisions"),
    path("v1/packs/", PackListView.as_view(), name="api-pack-list"),
    path("v1/packs/<int:pk>/", PackView.as_view(), name="api-pack"),
    path("v1/packs/<int:pk>/files/<slug:kind>/", PackFileView.as_view(), name="api-pack-file"),
    path("", Nothing.as_view(), name="api-root"),
    # A line break in an address is as strange as any other: `<path:…>` would leave it to the pages.
    re_path(r"^(?P<rest>[\s\S]+)\Z", Nothing.as_view(), name="api-nothing"),
]
