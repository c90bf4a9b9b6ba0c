from django.urls import include, path

urlpatterns = [
    path("", include("cause_analysis.causes.urls")),
    path("", include("cause_analysis.document_urls")),
    path("", include("cause_analysis.chain.urls")),
    path("", include("cause_analysis.knowing.urls")),
    path("", include("cause_analysis.comments.urls")),
    path("", include("cause_analysis.predictions.urls")),
    path("", include("cause_analysis.problems.urls")),
    path("", include("cause_analysis.prioritising.urls")),
]
