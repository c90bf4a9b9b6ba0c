from django.urls import path

from councils.comments import views

urlpatterns = [
    path("council/pictures/<int:picture>/<slug:figure>/comment/", views.figure_comment, name="figure_comment"),
]
