from django.urls import path

from incidents.own_places import views

urlpatterns = [
    path("own-places/", views.own_places, name="own_places"),
]
