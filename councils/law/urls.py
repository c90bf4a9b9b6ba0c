from django.urls import path

from councils.law import views

urlpatterns = [
    path("law/", views.law, name="law"),
    path("hand-over/", views.hand_over, name="hand_over"),
    path("law/papers/", views.law_papers, name="law_papers"),
    path("law/papers/<slug:paper>.<slug:kind>", views.law_paper_export, name="law_paper_export"),
    path("law/year/", views.year_wheel, name="year_wheel"),
    path("law/year/new/", views.year_entry_new, name="year_entry_new"),
    path("law/year/<slug:key>/", views.year_entry, name="year_entry"),
    path("law/year/<slug:key>/remove/", views.year_entry_remove, name="year_entry_remove"),
    path("law/<int:paragraph>/", views.duty, name="duty"),
    path("law/<int:paragraph>/decide/", views.duty_decide, name="duty_decide"),
    path("law/<int:paragraph>/change/", views.duty_change, name="duty_change"),
    path("law/<int:paragraph>/begin/", views.duty_begin, name="duty_begin"),
    path("law/<int:paragraph>/decisions/<int:pk>/due/", views.duty_due, name="duty_due"),
    path("law/<int:paragraph>/decisions/<int:pk>/strike/", views.duty_strike, name="duty_strike"),
]
