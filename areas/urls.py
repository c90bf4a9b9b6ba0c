from django.urls import include, path

from areas import views

urlpatterns = [
    path("areas/", views.area_list, name="area_list"),
    path("areas/import/", views.area_import, name="area_import"),
    path("areas/moves/", views.area_moves, name="area_moves"),
    path("areas/shapes/", views.area_shapes, name="area_shapes"),
    path("areas/<slug:area>/", views.area_detail, name="area_detail"),
    path("areas/<slug:area>/police-list/", views.police_list_status, name="police_list_status"),
    path("places/", views.place_list, name="place_list"),
    path("places/search/", views.place_search, name="place_search"),
    path("places/points/", views.place_points, name="place_points"),
    path("places/new/", views.place_new, name="place_new"),
    path("places/<int:pk>/", views.place_detail, name="place_detail"),
    path("places/<int:pk>/change/", views.place_change, name="place_change"),
    path("", include("areas.place_files.urls")),
    path("", include("areas.inspections.urls")),
]
