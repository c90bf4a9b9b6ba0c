"""Every address. The platform's own words come first; what is left is a collaboration's short name."""

from django.urls import path

from est_platform import views

urlpatterns = [
    path("", views.start, name="start"),
    path("health/", views.health, name="health"),
    path("ready/", views.ready, name="ready"),
]
