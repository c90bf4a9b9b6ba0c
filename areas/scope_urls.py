"""Which areas a role covers and a group works with."""

from django.urls import path

from areas import scope_views

urlpatterns = [
    path("roles/<int:pk>/areas/", scope_views.role_areas, name="role_areas"),
    path("groups/<int:pk>/areas/", scope_views.group_areas, name="group_areas"),
]
