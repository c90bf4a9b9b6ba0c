from django.urls import path

from cause_analysis.knowing import views

_HERE = "problems/<int:number>/analysis/"

urlpatterns = [
    path(f"{_HERE}questions/", views.analysis_questions, name="analysis_questions"),
    path(f"{_HERE}questions/answer/", views.analysis_answer, name="analysis_answer"),
    path(f"{_HERE}gaps/new/", views.gap_new, name="gap_new"),
    path(f"{_HERE}gaps/<int:pk>/", views.gap_detail, name="gap_detail"),
]
