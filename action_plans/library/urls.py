from django.urls import path

from action_plans.library import views

urlpatterns = [
    path("methods/", views.method_list, name="method_list"),
    path("methods/new/", views.method_new, name="method_new"),
    path("methods/<slug:key>/", views.method_detail, name="method"),
    path("methods/<slug:key>/change/", views.method_change, name="method_change"),
    path("methods/<slug:key>/remove/", views.method_remove, name="method_remove"),
]
