from django.urls import path

from action_plans.plans import agreement_views, views

urlpatterns = [
    path("plans/", views.plan_list, name="plan_list"),
    path("plans/new/", views.plan_new, name="plan_new"),
    path("plans/<int:number>/", views.plan, name="plan"),
    path("plans/<int:number>/change/", views.plan_change, name="plan_change"),
    path("plans/<int:number>/order/", views.plan_order, name="plan_order"),
    path("plans/<int:number>/board/step/", views.plan_step, name="plan_step"),
    path("plans/<int:number>/places/", views.plan_places, name="plan_places"),
    path("plans/<int:number>/changes/", views.plan_changes, name="plan_changes"),
    path("plans/<int:number>/decide/", views.plan_decide, name="plan_decide"),
    path("plans/<int:number>/versions/<int:version>/", views.plan_version, name="plan_version"),
    path("plans/<int:number>/versions/<int:version>/sign/", views.plan_sign, name="plan_sign"),
    path("agreements/", agreement_views.agreement_list, name="agreement_list"),
    path("agreements/new/", agreement_views.agreement_new, name="agreement_new"),
    path("agreements/<int:pk>/", agreement_views.agreement, name="agreement"),
    path("agreements/<int:pk>/change/", agreement_views.agreement_change, name="agreement_change"),
    path("agreements/<int:pk>/parties/", agreement_views.agreement_party, name="agreement_party"),
    path(
        "agreements/<int:pk>/parties/<int:party>/remove/",
        agreement_views.agreement_party_remove,
        name="agreement_party_remove",
    ),
]
