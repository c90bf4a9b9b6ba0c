from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("councils.comments.urls")),
    path("", include("councils.dashboard.urls")),
    path("", include("councils.escalations.urls")),
    path("", include("councils.law.urls")),
    path("", include("councils.meetings.urls")),
    path("", include("councils.packs.urls")),
]
