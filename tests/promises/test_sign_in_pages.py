"""The pages of the sign-in package: open to whoever needs them before signing in, and the same for everybody after."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.promises.access_table import PUBLIC, SIGN_IN_PREFIXES
from tests.promises.test_access import SIGN_IN, route_names
from tests.world import PEOPLE

ROUTES = sorted(name for name in route_names() if name.startswith(SIGN_IN_PREFIXES) and name != "account_email")
ARGUMENTS = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "prov"},
    "account_confirm_email": {"key": "prov"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
    "account_end_session": {"session_id": 1},
    "openid_connect_login": {"provider_id": "municipality"},
    "openid_connect_callback": {"provider_id": "municipality"},
}
# Before they show or change how somebody signs in, they ask for the password once more.
ASKS_AGAIN = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
# Nobody here has an app to take away, and the error page of an employer's sign-in says what it is.
NOTHING_THERE = {"mfa_deactivate_totp": 404, "socialaccount_login_error": 401, "account_end_session": 405}
# Without an employer's sign-in in the settings there is nothing to go to.
NOT_SET_UP = {"openid_connect_login", "openid_connect_callback"}


def address(route):
    return reverse(route, kwargs=ARGUMENTS.get(route))


def test_the_lists_here_speak_of_routes_that_exist():
    assert set(ROUTES) >= set(ARGUMENTS) | ASKS_AGAIN | NOT_SET_UP | set(NOTHING_THERE)


@pytest.mark.parametrize("route", ROUTES)
def test_whoever_is_not_signed_in_is_sent_to_sign_in_unless_the_page_is_listed_as_public(world, route):
    answer = Client().get(address(route))
    leads_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)
    if route not in PUBLIC:
        assert leads_to_sign_in
    elif leads_to_sign_in:
        # Its own doing, not the door's: the door remembers what was asked for.
        assert "next=" not in answer.headers["Location"]
    elif route in NOT_SET_UP:
        assert answer.status_code == 404
    else:
        assert answer.status_code in {200, 302} or answer.status_code == NOTHING_THERE.get(route)


@pytest.mark.parametrize("route", ROUTES)
def test_every_persona_gets_the_same(world, route):
    answers = set()
    for who in PEOPLE:
        client = Client()
        client.force_login(world.people[who])
        answer = client.get(address(route))
        answers.add((answer.status_code, answer.headers.get("Location")))
    assert len(answers) == 1
    status, location = answers.pop()
    if route in ASKS_AGAIN:
        assert status in {302, 404}
        assert location is None or "reauthenticate" in location or location.startswith("/accounts/2fa/")
    elif route in NOT_SET_UP:
        assert status == 404
    else:
        assert status in {200, 302} or status == NOTHING_THERE.get(route)
