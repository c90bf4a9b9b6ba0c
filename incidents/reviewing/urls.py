from django.urls import path

from incidents.reviewing import views

urlpatterns = [
    path("review/", views.review_queue, name="review_queue"),
    path("review/marked/", views.review_marked, name="review_marked"),
    path("review/imports/<int:pk>/", views.review_import, name="review_import"),
    path("review/<int:pk>/", views.review_decide, name="review_decide"),
    path("incidents/<int:pk>/merge/", views.incident_merge, name="incident_merge"),
    path("incidents/<int:pk>/unmerge/", views.incident_unmerge, name="incident_unmerge"),
]
