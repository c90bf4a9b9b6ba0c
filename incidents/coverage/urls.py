from django.urls import path

from incidents.coverage import views

urlpatterns = [
    path("coverage/", views.coverage_page, name="coverage"),
    path("coverage/remind/", views.coverage_remind, name="coverage_remind"),
    path("coverage/settings/", views.coverage_settings, name="coverage_settings"),
    path("coverage/units/new/", views.reporting_unit_new, name="reporting_unit_new"),
    path("coverage/units/<int:pk>/", views.reporting_unit_change, name="reporting_unit_change"),
    path("reporting/", views.reporting, name="reporting"),
    path("reporting/<int:pk>/nothing/", views.reporting_nothing, name="reporting_nothing"),
    path("reporting/<int:pk>/nothing/take-back/", views.reporting_take_back, name="reporting_take_back"),
]
