from django.urls import include, path

urlpatterns = [
    path("", include("cause_analysis.problems.urls")),
]
