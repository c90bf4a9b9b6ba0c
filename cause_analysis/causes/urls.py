from django.urls import path

from cause_analysis.causes import views

_HERE = "problems/<int:number>/analysis/"

urlpatterns = [
    path(_HERE, views.analysis, name="analysis"),
    path(f"{_HERE}begin/", views.analysis_begin, name="analysis_begin"),
    path(f"{_HERE}changes/", views.analysis_changes, name="analysis_changes"),
    path(f"{_HERE}method/", views.analysis_method, name="analysis_method"),
    path(f"{_HERE}adopt/", views.analysis_adopt, name="analysis_adopt"),
    path(f"{_HERE}causes/", views.cause_add, name="cause_add"),
    path(f"{_HERE}causes/<int:pk>/", views.cause_change, name="cause_change"),
    path(f"{_HERE}causes/<int:pk>/move/", views.cause_move, name="cause_move"),
    path(f"{_HERE}causes/<int:pk>/remove/", views.cause_remove, name="cause_remove"),
    path(f"{_HERE}causes/<int:pk>/state/", views.cause_state, name="cause_state"),
    path(f"{_HERE}causes/<int:pk>/choose/", views.cause_choose, name="cause_choose"),
    path(f"{_HERE}causes/<int:pk>/evidence/", views.evidence_add, name="evidence_add"),
    path(f"{_HERE}evidence/<int:pk>/", views.evidence_change, name="evidence_change"),
    path(f"{_HERE}evidence/<int:pk>/remove/", views.evidence_remove, name="evidence_remove"),
]
