from django.urls import path

from followup.progress import views

urlpatterns = [
    path("measures/<int:pk>/progress/", views.progress_tell, name="progress_tell"),
    path("commitments/<int:number>/progress/", views.progress_tell_part, name="progress_tell_part"),
]
