from django.urls import path

from action_plans.papers import template_views, views

_PLAN = "plans/<int:number>/"

urlpatterns = [
    path("plans/word-template/", template_views.word_template, name="word_template"),
    path("plans/word-template/remove/", template_views.word_template_remove, name="word_template_remove"),
    path("plans/word-template/preview.docx", template_views.word_template_preview, name="word_template_preview"),
    path(f"{_PLAN}handlingsplan.pdf", views.plan_pdf, name="plan_pdf"),
    path(f"{_PLAN}handlingsplan.docx", views.plan_word, name="plan_word"),
    path(f"{_PLAN}handlingsplan.xlsx", views.plan_excel, name="plan_excel"),
]
