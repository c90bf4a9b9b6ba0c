"""The addresses of the API, version 1."""

from django.urls import URLPattern, URLResolver, include, path

from areas.api import AreaListView, PlaceListView
from areas.inspections.api import InspectionListView
from areas.place_files.api import PlaceFeatureListView, PlaceManagerListView
from cause_analysis.api import AnalysisListView, AnalysisView, ProblemListView, ProblemView
from est_platform.api import Nothing, SchemaView, router
from situational_picture.api import PictureListView, PictureView

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
    path("v1/problems/", ProblemListView.as_view(), name="api-problem-list"),
    path("v1/problems/<int:pk>/", ProblemView.as_view(), name="api-problem"),
    path("v1/analyses/", AnalysisListView.as_view(), name="api-analysis-list"),
    path("v1/analyses/<int:pk>/", AnalysisView.as_view(), name="api-analysis"),
    path("", Nothing.as_view(), name="api-root"),
    path("<path:rest>", Nothing.as_view(), name="api-nothing"),
]
