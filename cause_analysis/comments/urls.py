from django.urls import path

from cause_analysis.comments import views

_HERE = "problems/<int:number>/analysis/comments/"

urlpatterns = [
    path(_HERE, views.analysis_comments, name="analysis_comments"),
    path(f"{_HERE}write/", views.comment_write, name="comment_write"),
    path(f"{_HERE}<int:pk>/settle/", views.comment_settle, name="comment_settle"),
]
