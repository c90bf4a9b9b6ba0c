from django.urls import path

from incidents.photos import views

urlpatterns = [
    path("incidents/<int:pk>/photos/", views.photo_add, name="photo_add"),
    path("incidents/<int:pk>/photos/<int:photo>/", views.photo, name="photo"),
    path("incidents/<int:pk>/photos/<int:photo>/decide/", views.photo_decide, name="photo_decide"),
    path("review/photos/", views.photo_queue, name="photo_queue"),
]
