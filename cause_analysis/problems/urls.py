from django.urls import path

from cause_analysis.problems import views

urlpatterns = [
    path("problems/", views.problem_list, name="problem_list"),
    path("problems/new/", views.problem_new, name="problem_new"),
    path("problems/<int:number>/", views.problem, name="problem"),
    path("problems/<int:number>/define/", views.problem_define, name="problem_define"),
    path("problems/<int:number>/places/", views.problem_places, name="problem_places"),
    path("problems/<int:number>/step/", views.problem_step, name="problem_step"),
    path("problems/<int:number>/coaches/", views.coach_invite, name="coach_invite"),
    path("problems/<int:number>/coaches/<int:pk>/end/", views.coach_end, name="coach_end"),
]
