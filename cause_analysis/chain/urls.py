from django.urls import path

from cause_analysis.chain import views

_HERE = "problems/<int:number>/analysis/chain/"

urlpatterns = [
    path(_HERE, views.analysis_chain, name="analysis_chain"),
    path(f"{_HERE}add/", views.chain_add, name="chain_add"),
    path(f"{_HERE}<int:pk>/", views.chain_change, name="chain_change"),
    path(f"{_HERE}<int:pk>/move/", views.chain_move, name="chain_move"),
]
