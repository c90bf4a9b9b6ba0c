"""Every address. The platform's own words come first; what is left is a collaboration's short name."""

from django.urls import include, path

from est_platform import installing, views

urlpatterns = [
    path("", views.start, name="start"),
    path("health/", views.health, name="health"),
    path("ready/", views.ready, name="ready"),
    path("app.webmanifest", installing.manifest, name="manifest"),
    path("service-worker.js", installing.service_worker, name="service_worker"),
    path("offline/", installing.offline, name="offline"),
    path("accounts/", include("partners.account_urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("partners.key_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ui/", include("ui.urls")),
    path("api/", include("est_platform.api_urls")),
    path("public/", include("action_plans.promises.public_urls")),
    path("<slug:collaboration>/", include("councils.urls")),
    path("<slug:collaboration>/", include("followup.urls")),
    path("<slug:collaboration>/", include("action_plans.urls")),
    path("<slug:collaboration>/", include("cause_analysis.urls")),
    path("<slug:collaboration>/", include("situational_picture.urls")),
    path("<slug:collaboration>/", include("incidents.urls")),
    path("<slug:collaboration>/", include("areas.urls")),
    path("<slug:collaboration>/", include("areas.scope_urls")),
    path("<slug:collaboration>/", include("partners.urls")),
]

# An apology with a reference number, nothing technical.
handler500 = "ui.views.server_error"
