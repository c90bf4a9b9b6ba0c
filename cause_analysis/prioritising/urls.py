from django.urls import path

from cause_analysis.prioritising import views

urlpatterns = [
    path("prioritisation/", views.prioritisation_list, name="prioritisation_list"),
    path("prioritisation/new/", views.prioritisation_new, name="prioritisation_new"),
    path("prioritisation/<int:pk>/", views.prioritisation, name="prioritisation"),
    path("prioritisation/<int:pk>/score/<int:number>/", views.prioritisation_score, name="prioritisation_score"),
    path("prioritisation/<int:pk>/show/", views.prioritisation_show, name="prioritisation_show"),
    path("prioritisation/<int:pk>/decide/<int:number>/", views.prioritisation_decide, name="prioritisation_decide"),
]
