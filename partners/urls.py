from django.urls import path

from partners import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/", views.person_detail, name="person_detail"),
    path("people/<int:pk>/change/", views.person_change, name="person_change"),
    path("people/<int:pk>/deactivate/", views.person_deactivate, name="person_deactivate"),
    path("people/<int:pk>/reactivate/", views.person_reactivate, name="person_reactivate"),
    path("people/<int:pk>/roles/new/", views.role_new, name="role_new"),
    path("roles/<int:pk>/", views.role_change, name="role_change"),
    path("roles/<int:pk>/end/", views.role_end, name="role_end"),
    path("roles/<int:pk>/invitation/", views.invitation_send, name="invitation_send"),
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/new/", views.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/", views.organisation_change, name="organisation_change"),
    path("organisations/<int:pk>/sharing/", views.organisation_sharing, name="organisation_sharing"),
    path("organisations/<int:pk>/trust/", views.organisation_trust, name="organisation_trust"),
    path("organisations/<int:pk>/units/new/", views.unit_new, name="unit_new"),
    path("units/<int:pk>/", views.unit_change, name="unit_change"),
    path("groups/", views.group_list, name="group_list"),
    path("groups/new/", views.group_new, name="group_new"),
    path("groups/<int:pk>/", views.group_detail, name="group_detail"),
    path("groups/<int:pk>/change/", views.group_change, name="group_change"),
    path("groups/<int:pk>/seats/new/", views.seat_new, name="seat_new"),
    path("seats/<int:pk>/end/", views.seat_end, name="seat_end"),
    path("tokens/", views.token_list, name="token_list"),
    path("tokens/new/", views.token_new, name="token_new"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
    path("log/", views.log, name="log"),
    path("my-access/", views.my_access, name="my_access"),
]
