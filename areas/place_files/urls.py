from django.urls import path

from areas.place_files import views

urlpatterns = [
    path("places/<int:pk>/history/", views.place_history, name="place_history"),
    path("places/<int:pk>/features/new/", views.place_feature_new, name="place_feature_new"),
    path(
        "places/<int:pk>/features/<int:feature>/take-back/",
        views.place_feature_take_back,
        name="place_feature_take_back",
    ),
    path("places/<int:pk>/managers/new/", views.place_manager_new, name="place_manager_new"),
    path("places/<int:pk>/managers/<int:manager>/end/", views.place_manager_end, name="place_manager_end"),
]
