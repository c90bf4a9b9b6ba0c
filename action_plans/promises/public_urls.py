"""The addresses under public/: GET only, for anybody."""

from django.urls import path

from action_plans.promises import public_views as views

_AREA = "<slug:town>/<slug:area>/promises/"

urlpatterns = [
    path("", views.public_start, name="public_start"),
    path("<slug:town>/", views.public_areas, name="public_areas"),
    path(_AREA, views.public_promises, name="public_promises"),
    path(f"{_AREA}feed/", views.public_promise_feed, name="public_promise_feed"),
    path(f"{_AREA}print/", views.public_promise_print, name="public_promise_print"),
    path(f"{_AREA}<int:number>/", views.public_promise, name="public_promise"),
    path(f"{_AREA}<int:number>/versions/<int:version>/", views.public_promise_version, name="public_promise_version"),
]
