from django.urls import path

from incidents import guarding

urlpatterns = [
    path("incidents/guard/", guarding.guard_check, name="guard_check"),
]
