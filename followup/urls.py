from django.urls import include, path

urlpatterns = [
    path("", include("followup.progress.urls")),
]
