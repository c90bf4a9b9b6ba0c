from django.urls import path

from action_plans.goals import views

_HERE = "plans/<int:number>/goals/"

urlpatterns = [
    path(_HERE, views.goal_list, name="goal_list"),
    path(f"{_HERE}new/", views.goal_new, name="goal_new"),
    path(f"{_HERE}<int:goal>/", views.goal, name="goal"),
    path(f"{_HERE}<int:goal>/change/", views.goal_change, name="goal_change"),
    path(f"{_HERE}<int:goal>/agree/", views.goal_agree, name="goal_agree"),
    path(f"{_HERE}<int:goal>/remove/", views.goal_remove, name="goal_remove"),
    path("problems/<int:number>/goals/new/", views.problem_goal_new, name="problem_goal_new"),
]
