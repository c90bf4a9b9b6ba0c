from django.urls import include, path

urlpatterns = [
    path("", include("followup.progress.urls")),
    path("", include("followup.evaluations.urls")),
]
