from django.urls import path

from followup.evaluations import document_views, views

urlpatterns = [
    path("evaluations/", views.evaluation_list, name="evaluation_list"),
    path("evaluations/tried/", views.headline_tried, name="headline_tried"),
    path("evaluations/<int:number>/", views.evaluation, name="evaluation"),
    path("evaluations/<int:number>/utvardering.pdf", document_views.evaluation_pdf, name="evaluation_pdf"),
    path("evaluations/<int:number>/utvardering.docx", document_views.evaluation_word, name="evaluation_word"),
    path("evaluations/<int:number>/utvardering.xlsx", document_views.evaluation_excel, name="evaluation_excel"),
    path("evaluations/<int:number>/judge/", views.evaluation_judge, name="evaluation_judge"),
    path("evaluations/<int:number>/lessons/", views.evaluation_lesson, name="evaluation_lesson"),
    path("evaluations/<int:number>/lessons/<int:pk>/remove/", views.lesson_remove, name="lesson_remove"),
    path("evaluations/<int:number>/adopt/", views.evaluation_adopt, name="evaluation_adopt"),
    path("evaluations/<int:number>/problem/<int:problem>/", views.evaluation_problem, name="evaluation_problem"),
    path("measures/<int:pk>/evaluate/", views.measure_evaluate, name="measure_evaluate"),
]
