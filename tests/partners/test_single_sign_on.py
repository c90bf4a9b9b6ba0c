"""The municipality's own sign-in: it lets in the person an administrator has entered, by an address it vouches for."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from partners.models import User

PROVIDER = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "municipality",
                "name": "Kommunens inloggning",
                "client_id": "est",
                "secret": "prov",
                "settings": {"server_url": "https://login.example.org"},
            }
        ]
    }
}
ADDRESSES = {
    "issuer": "https://login.example.org",
    "authorization_endpoint": "https://login.example.org/authorize",
    "token_endpoint": "https://login.example.org/token",
    "userinfo_endpoint": "https://login.example.org/userinfo",
    "jwks_uri": "https://login.example.org/keys",
}


class Answer:
    """What the provider sends back."""

    def __init__(self, data):
        self.data, self.status_code, self.headers = data, 200, {"content-type": "application/json"}
        self.text = str(data)

    def json(self):
        return self.data

    def raise_for_status(self):
        pass


@pytest.fixture
def sign_on(client, settings, monkeypatch, world):
    """Go the whole way through the provider, which says these things about the person."""
    settings.SOCIALACCOUNT_PROVIDERS = PROVIDER

    def through(**claims):
        def request(self, method, url, **kwargs):
            if url.endswith("/.well-known/openid-configuration"):
                return Answer(ADDRESSES)
            if url == ADDRESSES["token_endpoint"]:
                return Answer({"access_token": "prov", "token_type": "Bearer"})
            assert url == ADDRESSES["userinfo_endpoint"]
            return Answer(claims)

        monkeypatch.setattr("requests.Session.request", request)
        leave = client.post(reverse("openid_connect_login", args=["municipality"]))
        state = parse_qs(urlsplit(leave.headers["Location"]).query)["state"][0]
        callback = reverse("openid_connect_callback", args=["municipality"])
        return client.get(callback, {"code": "prov", "state": state}, headers={"accept-language": "en"})

    return through


def is_signed_in_as(client):
    return client.session.get("_auth_user_id")


def test_a_person_who_has_been_invited_comes_in(client, world, sign_on):
    person = world.people["coordinator"]
    assert sign_on(sub="a1", email="Coordinator@example.org", email_verified=True).status_code == 302
    assert is_signed_in_as(client) == str(person.pk)
    assert SocialAccount.objects.get(user=person).uid == "a1"
    assert User.objects.get(pk=person.pk).has_usable_password()


def test_the_next_time_the_employers_own_key_is_enough(client, world, sign_on):
    sign_on(sub="a1", email="coordinator@example.org", email_verified=True)
    client.logout()
    sign_on(sub="a1", email="nytt.namn@example.org", email_verified=False)
    assert is_signed_in_as(client) == str(world.people["coordinator"].pk)


@pytest.mark.parametrize("verified", [False, "false", None])
def test_an_address_nobody_vouches_for_opens_nothing(client, world, sign_on, verified):
    before = User.objects.count()
    answer = sign_on(sub="a1", email="coordinator@example.org", email_verified=verified)
    assert answer.headers["Location"] == reverse("account_login")
    assert is_signed_in_as(client) is None
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_an_unknown_person_is_told_whom_to_ask_and_gets_no_account(client, world, sign_on):
    before = User.objects.count()
    answer = sign_on(sub="a2", email="okand@example.org", email_verified=True)
    assert answer.headers["Location"] == reverse("account_login")
    assert is_signed_in_as(client) is None
    assert User.objects.count() == before
    page = client.get(reverse("account_login"), headers={"accept-language": "en"}).content.decode()
    assert "Ask your administrator to invite you." in page


def test_a_deactivated_person_stays_out(client, world, sign_on):
    User.objects.filter(email="coordinator@example.org").update(is_active=False)
    sign_on(sub="a1", email="coordinator@example.org", email_verified=True)
    assert is_signed_in_as(client) is None


def test_a_system_cannot_come_in_this_way(client, world, sign_on):
    User.objects.create_user("system@example.org", function="system", is_service=True)
    sign_on(sub="a3", email="system@example.org", email_verified=True)
    assert is_signed_in_as(client) is None
