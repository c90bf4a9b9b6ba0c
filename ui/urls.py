"""The component gallery, and the two choices every page offers: language and colours."""

from django.urls import path

from ui import views

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("figure/", views.gallery_figure, name="gallery_figure"),
    path("map/<slug:layer>/", views.gallery_map, name="gallery_map"),
    path("progress/", views.gallery_progress, name="gallery_progress"),
    path("language/", views.choose_language, name="choose_language"),
    path("colours/", views.choose_color_scheme, name="choose_color_scheme"),
]
