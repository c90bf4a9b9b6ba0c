"""The municipality's own sign-in: it lets in the person an administrator has entered, by an address it vouches for.

The provider is a real one on this machine (`tests/servers/oidc.py`); nothing of allauth or of ours is replaced.
"""

from __future__ import annotations

import logging
import re
from html import unescape

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from est_platform import settings as platform_settings
from partners.models import User
from tests.servers.oidc import running_provider, settings_for

ME = {"sub": "a1", "email": "coordinator@example.org", "name": "Någon"}


@pytest.fixture
def provider(settings):
    with running_provider() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = settings_for(provider)
        yield provider


@pytest.fixture
def leave(client, world):
    """Press the button; where the page that comes leads."""

    def press():
        page = client.post(reverse("openid_connect_login", args=["municipality"]), headers={"accept-language": "sv"})
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.content.decode())
        return page, unescape(found[1]) if found else None

    return press


@pytest.fixture
def sign_on(client, provider, leave):
    """Go the whole way through the provider, which says these things about the person."""

    def through(how="yes", **claims):
        provider.claims = claims
        _, address = leave()
        asked = re.search(r'name="asked" value="([^"]+)"', requests.get(address, timeout=5).text)[1]
        answer = requests.post(f"{provider.url}/answer", {"asked": asked, "how": how}, timeout=5, allow_redirects=False)
        return client.get(answer.headers["Location"], headers={"accept-language": "sv"})

    return through


def is_signed_in_as(client):
    return client.session.get("_auth_user_id")


def said_at_sign_in(client):
    return unescape(client.get(reverse("account_login"), headers={"accept-language": "sv"}).content.decode())


def test_a_person_who_has_been_invited_comes_in_and_lands_on_the_collaboration(client, world, sign_on):
    person = world.people["coordinator"]
    answer = sign_on(**{**ME, "email": "Coordinator@example.org", "email_verified": True})
    assert answer.status_code == 302
    assert is_signed_in_as(client) == str(person.pk)
    assert SocialAccount.objects.get(user=person).uid == "a1"
    assert User.objects.get(pk=person.pk).has_usable_password()
    page = client.get(answer.headers["Location"], follow=True)
    assert page.request["PATH_INFO"].startswith("/ekstad/")


def test_a_person_without_a_password_comes_in_too(client, world, sign_on):
    person = world.people["coordinator"]
    person.set_unusable_password()
    person.save()
    sign_on(**ME, email_verified=True)
    assert is_signed_in_as(client) == str(person.pk)


def test_the_next_time_the_employers_own_key_is_enough(client, world, sign_on):
    sign_on(**ME, email_verified=True)
    client.logout()
    sign_on(sub="a1", email="nytt.namn@example.org", email_verified=False)
    assert is_signed_in_as(client) == str(world.people["coordinator"].pk)


@pytest.mark.parametrize("verified", [False, "false", None, "nothing said"])
def test_an_address_nobody_vouches_for_opens_nothing(client, world, sign_on, verified):
    before = User.objects.count()
    claims = ME if verified == "nothing said" else {**ME, "email_verified": verified}
    answer = sign_on(**claims)
    assert answer.headers["Location"] == reverse("account_login")
    assert is_signed_in_as(client) is None
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert "intygar inte din e-postadress" in said_at_sign_in(client)


def test_a_domain_the_settings_trust_needs_no_claim(client, world, settings, provider, sign_on):
    settings.SOCIALACCOUNT_PROVIDERS = settings_for(provider, trusted=["EXAMPLE.org"])
    sign_on(**ME)
    assert is_signed_in_as(client) == str(world.people["coordinator"].pk)


@pytest.mark.parametrize(
    ("trusted", "claims"),
    [
        (["example.org"], {"email_verified": False}),
        (["example.org"], {"email_verified": "false"}),
        (["example.com"], {}),
        (["ample.org"], {}),
        (["example.org"], {"email": "coordinator@example.org@elsewhere.example"}),
    ],
)
def test_trusting_a_domain_never_overrules_a_no_and_reaches_no_further(
    client, world, settings, provider, sign_on, trusted, claims
):
    settings.SOCIALACCOUNT_PROVIDERS = settings_for(provider, trusted=trusted)
    sign_on(**{**ME, **claims})
    assert is_signed_in_as(client) is None
    assert not SocialAccount.objects.exists()


def test_a_token_that_says_no_is_heard_when_userinfo_says_nothing(client, world, settings, provider, sign_on):
    settings.SOCIALACCOUNT_PROVIDERS = settings_for(provider, trusted=["example.org"])
    provider.token_claims = {"email_verified": False}
    sign_on(**ME)
    assert is_signed_in_as(client) is None


def test_an_unknown_person_is_told_whom_to_ask_and_gets_no_account(client, world, sign_on):
    before = User.objects.count()
    answer = sign_on(sub="a2", email="okand@example.org", email_verified=True)
    assert answer.headers["Location"] == reverse("account_login")
    assert is_signed_in_as(client) is None
    assert User.objects.count() == before
    assert "Be din administratör bjuda in dig." in said_at_sign_in(client)


def test_a_deactivated_person_stays_out_and_reads_why(client, world, sign_on):
    User.objects.filter(email="coordinator@example.org").update(is_active=False)
    answer = sign_on(**ME, email_verified=True)
    assert is_signed_in_as(client) is None
    page = client.get(answer.headers["Location"], headers={"accept-language": "sv"}).content.decode()
    assert "Ditt konto är stängt" in page


def test_a_system_cannot_come_in_this_way(client, world, sign_on):
    User.objects.create_user("system@example.org", function="system", is_service=True)
    sign_on(sub="a3", email="system@example.org", email_verified=True)
    assert is_signed_in_as(client) is None


def test_nobody_is_let_in_by_what_is_said_of_somebody_else(client, world, provider, sign_on):
    provider.token_claims = {"sub": "another"}
    answer = sign_on(**ME, email_verified=True)
    assert answer.status_code == 401
    assert is_signed_in_as(client) is None


@pytest.mark.parametrize("claims", [{"aud": "another-service"}, {"iss": "https://elsewhere.example"}, {"exp": 1}])
def test_a_token_that_is_not_for_us_or_too_old_opens_nothing(client, world, provider, sign_on, claims):
    provider.token_claims = claims
    answer = sign_on(**ME, email_verified=True)
    assert answer.status_code == 401
    assert is_signed_in_as(client) is None


def test_cancelling_leads_to_a_page_that_can_be_read(client, world, sign_on):
    answer = sign_on(how="no", **ME)
    page = client.get(answer.headers["Location"], headers={"accept-language": "sv"})
    assert page.status_code == 200
    assert "Du avbröt inloggningen" in page.content.decode()
    assert is_signed_in_as(client) is None


@pytest.mark.parametrize("breaks", ["is_down", "refuses_secret"])
def test_a_provider_that_fails_on_the_way_back_is_explained(client, world, provider, leave, breaks, caplog):
    provider.claims = {**ME, "email_verified": True}
    _, address = leave()
    asked = re.search(r'name="asked" value="([^"]+)"', requests.get(address, timeout=5).text)[1]
    back = requests.post(f"{provider.url}/answer", {"asked": asked, "how": "yes"}, timeout=5, allow_redirects=False)
    setattr(provider, breaks, True)
    with caplog.at_level(logging.WARNING, logger="partners"):
        page = client.get(back.headers["Location"], headers={"accept-language": "sv"})
    assert page.status_code == 401
    assert "Du är inte inloggad" in page.content.decode()
    assert is_signed_in_as(client) is None
    assert "municipality" in caplog.text
    assert "coordinator" not in caplog.text


def test_a_provider_that_is_down_from_the_start_is_explained(world, provider, leave):
    provider.is_down = True
    page, address = leave()
    assert (page.status_code, address) == (401, None)
    assert "”Kommunens inloggning” svarade inte som den ska." in page.content.decode()


def test_an_answer_nobody_asked_for_is_refused(client, world, provider):
    address = reverse("openid_connect_callback", args=["municipality"])
    page = client.get(address, {"code": "stulen", "state": "gissad"}, headers={"accept-language": "sv"})
    assert page.status_code == 401
    assert "Försök en gång till." in page.content.decode()
    assert "/token" not in provider.asked


def test_the_error_page_can_be_read_by_whoever_is_not_signed_in(client, db):
    page = client.get(reverse("socialaccount_login_error"), headers={"accept-language": "sv"})
    assert page.status_code == 401
    assert "Du är inte inloggad" in page.content.decode()


def test_allauth_itself_matches_nobody_by_address():
    assert platform_settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION is False
