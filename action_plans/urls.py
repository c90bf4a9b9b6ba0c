from django.urls import include, path

urlpatterns = [
    path("", include("action_plans.library.urls")),
    path("", include("action_plans.measures.urls")),
    path("", include("action_plans.goals.urls")),
    path("", include("action_plans.plans.urls")),
    path("", include("action_plans.commitments.urls")),
    path("", include("action_plans.promises.urls")),
    path("", include("action_plans.papers.urls")),
]
