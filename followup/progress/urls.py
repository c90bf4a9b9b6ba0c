from django.urls import path

from followup.progress import views

urlpatterns = [
    path("measures/<int:pk>/progress/", views.progress_tell, name="progress_tell"),
    path("commitments/<int:number>/progress/", views.progress_tell_part, name="progress_tell_part"),
    path("measures/<int:pk>/dose/", views.dose_plan, name="dose_plan"),
    path("obstacles/<int:pk>/resolve/", views.obstacle_resolve, name="obstacle_resolve"),
    path("proof/<int:pk>/", views.proof_photo, name="proof_photo"),
    path("proof/<int:pk>/remove/", views.proof_remove, name="proof_remove"),
]
