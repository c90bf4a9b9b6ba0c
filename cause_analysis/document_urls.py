from django.urls import path

from cause_analysis import document_views as views

_HERE = "problems/<int:number>/analysis/"

urlpatterns = [
    path(f"{_HERE}tree/", views.analysis_tree, name="analysis_tree"),
    path(f"{_HERE}fishbone/", views.analysis_fishbone, name="analysis_fishbone"),
    path(f"{_HERE}orsaksanalys.pdf", views.analysis_pdf, name="analysis_pdf"),
    path(f"{_HERE}orsaksanalys.docx", views.analysis_word, name="analysis_word"),
]
