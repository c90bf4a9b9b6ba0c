from django.urls import include, path

from incidents import entry_views, views

urlpatterns = [
    path("", include("incidents.importing.urls")),
    path("", include("incidents.guard_urls")),
    path("", include("incidents.own_places.urls")),
    path("", include("incidents.coverage.urls")),
    path("incidents/", views.incident_list, name="incident_list"),
    path("incidents/new/", views.incident_new, name="incident_new"),
    path("incidents/send/", entry_views.incident_send, name="incident_send"),
    path("incidents/where/", entry_views.incident_where, name="incident_where"),
    path("incidents/incidents.csv", views.incident_export, name="incident_export"),
    path("incidents/incidents.geojson", views.incident_map, name="incident_map"),
    path("incidents/<int:pk>/", views.incident_detail, name="incident_detail"),
    path("incidents/<int:pk>/point.geojson", views.incident_point, name="incident_point"),
    path("incidents/<int:pk>/change/", views.incident_change, name="incident_change"),
    path("incidents/<int:pk>/receipt/", views.incident_receipt, name="incident_receipt"),
    path("incidents/<int:pk>/review/", views.incident_review, name="incident_review"),
    path("", include("incidents.photos.urls")),
    path("", include("incidents.reviewing.urls")),
    path("categories/", views.category_list, name="category_list"),
    path("categories/new/", views.category_new, name="category_new"),
    path("categories/<int:pk>/", views.category_edit, name="category_edit"),
    path("categories/<int:pk>/close/", views.category_close, name="category_close"),
    path("categories/<int:pk>/reopen/", views.category_reopen, name="category_reopen"),
    path("categories/<int:pk>/delete/", views.category_delete, name="category_delete"),
]
