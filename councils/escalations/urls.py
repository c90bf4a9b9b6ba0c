from django.urls import path

from councils.escalations import views

_ONE = "escalations/<int:number>"

urlpatterns = [
    path("escalations/", views.escalation_list, name="escalation_list"),
    path("escalations/new/", views.escalation_new, name="escalation_new"),
    path(f"{_ONE}/", views.escalation, name="escalation"),
    path(f"{_ONE}/answer/", views.escalation_answer, name="escalation_answer"),
    path(f"{_ONE}/take-back/", views.escalation_take_back, name="escalation_take_back"),
    path(f"{_ONE}/note/", views.escalation_note, name="escalation_note"),
    path(f"{_ONE}/yes-after-all/", views.escalation_yes_after_all, name="escalation_yes_after_all"),
]
