"""What belongs to a person and not to a collaboration. It stands before allauth's own addresses."""

from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount.views import login_error
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from partners import account_views, sign_on, work_letter_views

urlpatterns = [
    path("mine/", account_views.account, name="account"),
    path("letters/sent/", work_letter_views.mails_sent, name="mails_sent"),
    path("letters/", work_letter_views.work_letters_choose, name="work_letters_choose"),
    # allauth's page for changing e-mail addresses is closed: the address is who an administrator invited.
    path("email/", account_views.email_is_fixed, name="account_email"),
    path("sessions/<int:session_id>/end/", account_views.end_session, name="account_end_session"),
    # Two of allauth's pages forget that whoever needs them has not signed in.
    path("2fa/webauthn/login/", login_not_required(login_webauthn), name="mfa_login_webauthn"),
    path("3rdparty/login/error/", login_not_required(login_error), name="socialaccount_login_error"),
    path("oidc/<str:provider_id>/login/", sign_on.leave, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", sign_on.come_back, name="openid_connect_callback"),
]
