from django.urls import path

from action_plans.measures import views

urlpatterns = [
    path("measures/", views.measure_list, name="measure_list"),
    path("measures/new/", views.measure_new, name="measure_new"),
    path("measures/<int:pk>/", views.measure_detail, name="measure_detail"),
    path("measures/<int:pk>/change/", views.measure_change, name="measure_change"),
    path("measures/<int:pk>/choose/<slug:kind>/", views.measure_choose, name="measure_choose"),
    path("measures/<int:pk>/evaluation/", views.measure_evaluation, name="measure_evaluation"),
    path("measures/<int:pk>/evaluation/map/", views.measure_evaluation_map, name="measure_evaluation_map"),
    path("measures/<int:pk>/parts/", views.measure_part, name="measure_part"),
    path("measures/<int:pk>/decide/", views.measure_decide, name="measure_decide"),
    path("measures/<int:pk>/step/", views.measure_step, name="measure_step"),
    path("measures/<int:pk>/follow-up/", views.measure_follow_up, name="measure_follow_up"),
    path("measures/<int:pk>/remove/", views.measure_remove, name="measure_remove"),
]
