"""What belongs to a person and not to a collaboration. It stands before allauth's own addresses."""

from django.urls import path

from partners import views

urlpatterns = [
    path("mine/", views.account, name="account"),
    # allauth's page for changing e-mail addresses is closed: the address is who an administrator invited.
    path("email/", views.email_is_fixed, name="account_email"),
]
