from django.urls import path

from action_plans.commitments import views

_STEP = "commitments/<int:number>"

urlpatterns = [
    path("commitments/", views.commitment_list, name="commitment_list"),
    path("commitments/new/", views.commitment_new, name="commitment_new"),
    path("commitments/ledger/", views.commitment_ledger, name="commitment_ledger"),
    path("commitments/ledger.csv", views.commitment_ledger_export, name="commitment_ledger_export"),
    path("commitments/rules/", views.commitment_rules, name="commitment_rules"),
    path(f"{_STEP}/", views.commitment_detail, name="commitment_detail"),
    path(f"{_STEP}/ask/", views.commitment_step, {"name": "ask"}, name="commitment_ask"),
    path(f"{_STEP}/accept/", views.commitment_step, {"name": "accept"}, name="commitment_accept"),
    path(f"{_STEP}/counter/", views.commitment_step, {"name": "counter"}, name="commitment_counter"),
    path(f"{_STEP}/decline/", views.commitment_step, {"name": "decline"}, name="commitment_decline"),
    path(f"{_STEP}/take-offer/", views.commitment_step, {"name": "take_offer"}, name="commitment_take_offer"),
    path(f"{_STEP}/kept/", views.commitment_step, {"name": "kept"}, name="commitment_kept"),
    path(f"{_STEP}/not-kept/", views.commitment_step, {"name": "not_kept"}, name="commitment_not_kept"),
    path(f"{_STEP}/agree/", views.commitment_step, {"name": "agree"}, name="commitment_agree"),
    path(f"{_STEP}/differ/", views.commitment_step, {"name": "differ"}, name="commitment_differ"),
    path(f"{_STEP}/change/", views.commitment_step, {"name": "change"}, name="commitment_change"),
    path(f"{_STEP}/hand-over/", views.commitment_step, {"name": "hand_over"}, name="commitment_hand_over"),
    path(f"{_STEP}/withdraw/", views.commitment_step, {"name": "withdraw"}, name="commitment_withdraw"),
    path("absences/", views.absence_list, name="absence_list"),
    path("absences/<int:pk>/remove/", views.absence_remove, name="absence_remove"),
]
