from django.urls import include, path

from situational_picture import views, writing_views
from situational_picture.distribution_views import picture_send_again
from situational_picture.document_views import picture_pdf, picture_word
from situational_picture.priority_views import priority_places

urlpatterns = [
    path("", include("situational_picture.indicators.urls")),
    path("", views.picture_list, name="picture_list"),
    path("priorities/", priority_places, name="priority_places"),
    path("picture/<slug:area>/", views.picture, name="picture"),
    path("picture/<slug:area>/hexagons.geojson", views.picture_hexagons, name="picture_hexagons"),
    path("picture/<slug:area>/figures.csv", views.picture_export, name="picture_export"),
    path("picture/<slug:area>/lagesbild.pdf", picture_pdf, name="picture_pdf"),
    path("picture/<slug:area>/lagesbild.docx", picture_word, name="picture_word"),
    path("picture/<slug:area>/progress/", views.picture_progress, name="picture_progress"),
    path("picture/<slug:area>/request/", views.picture_request, name="picture_request"),
    path("picture/<slug:area>/publish/", views.picture_publish, name="picture_publish"),
    path("picture/<slug:area>/write/", writing_views.picture_write, name="picture_write"),
    path("picture/<slug:area>/review/", writing_views.picture_review, name="picture_review"),
    path("picture/<slug:area>/send-again/", picture_send_again, name="picture_send_again"),
]
