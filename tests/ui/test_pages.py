"""The gallery, the shell's two choices, the account pages and the pages for when something is not as it should."""

import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client, RequestFactory
from django.urls import reverse

from common.errors import NotAllowed
from tests.factories import PASSWORD
from ui import views

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, world):
    client.force_login(world.people["coordinator"])
    return client


def test_the_gallery_shows_every_component(signed_in):
    html = signed_in.get("/ui/").content.decode()
    for sign in ("process-bar", "figure-card", "est-chart", "area-map", "point-picker", "ds-table", "empty-state",
                 "period-picker", "ds-error-summary", "pages", "progress", "definition", "ds-alert"):  # fmt: skip
        assert sign in html, sign


def test_the_gallery_asks_for_sign_in(client):
    assert client.get("/ui/").status_code == 302


def test_a_page_has_no_inline_style_or_script(signed_in):
    html = signed_in.get("/ui/").content.decode()
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert "application/json" in attributes or not body.strip()


def test_the_page_says_its_language_and_is_not_indexed(signed_in):
    html = signed_in.get("/ui/").content.decode()
    assert '<html lang="sv"' in html
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert html.count("<h1>") == 1


def test_the_style_for_charts_carries_the_nonce_of_the_policy(signed_in):
    response = signed_in.get("/ui/")
    nonce = re.search(r'id="plotly.js-style-global" nonce="([^"]+)"', response.content.decode()).group(1)
    assert f"'nonce-{nonce}'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("notice", "words"), [("invented", "Exempeldata"), ("open_data", "data.police.uk"), ("none", None)]
)
def test_every_page_says_what_the_data_are(signed_in, world, notice, words):
    world.here.notice = notice
    world.here.save()
    html = signed_in.get("/ui/").content.decode()
    assert ('class="banner"' in html) == (words is not None)


@pytest.mark.parametrize("scheme", ["light", "dark", "auto"])
def test_colours_are_remembered(client, scheme):
    response = client.post(reverse("choose_color_scheme"), {"scheme": scheme, "next": "/accounts/login/"})
    assert response.headers["Location"] == "/accounts/login/"
    assert f'data-color-scheme="{scheme}"' in client.get("/accounts/login/").content.decode()


def test_colours_that_do_not_exist_change_nothing(client):
    client.post(reverse("choose_color_scheme"), {"scheme": "pink"})
    assert "color_scheme" not in client.cookies
    client.cookies["color_scheme"] = '"><script>'
    assert 'data-color-scheme="auto"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("route", ["choose_color_scheme", "choose_language"])
def test_a_choice_never_leads_to_another_site(client, route):
    response = client.post(reverse(route), {"scheme": "dark", "language": "en", "next": "https://evil.example/"})
    assert response.status_code == 302
    assert not response.headers["Location"].startswith("http")


def test_a_choice_is_made_by_post_only(client):
    assert client.get(reverse("choose_color_scheme")).status_code == 405
    assert client.get(reverse("choose_language")).status_code == 405


def test_language_can_be_chosen_before_signing_in(client):
    client.post(reverse("choose_language"), {"language": "en", "next": "/accounts/login/"})
    assert '<html lang="en"' in client.get("/accounts/login/").content.decode()


def test_the_gallery_map_has_its_three_layers(signed_in):
    for layer in ("areas", "hexagons", "points"):
        shapes = signed_in.get(reverse("gallery_map", args=[layer])).json()
        assert shapes["features"]
    assert signed_in.get(reverse("gallery_map", args=["other"])).status_code == 404


def test_hexagons_never_carry_the_number_they_protect(signed_in):
    shapes = signed_in.get(reverse("gallery_map", args=["hexagons"])).json()["features"]
    protected = [f["properties"] for f in shapes if f["properties"].get("status") == "protected"]
    assert protected
    assert all("value" not in properties for properties in protected)


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "mfa_index",
        "usersessions_list",
        "account_logout",
        "account_reauthenticate",
        "socialaccount_connections",
    ],
)
def test_account_pages_wear_the_shell(signed_in, name):
    html = signed_in.get(reverse(name)).content.decode()
    assert 'id="main"' in html
    assert html.count("<h1>") == 1


def test_a_link_to_choose_a_password_leads_to_a_form_once_and_then_says_what_to_do(client, world):
    person = world.people["coordinator"]
    key = default_token_generator.make_token(person)
    link = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    form = client.get(link, follow=True)
    assert form.status_code == 200
    assert {"password1", "password2"} <= set(form.context["form"].fields)
    chosen = {"password1": "tre-gula-lyktor-vid-torget", "password2": "tre-gula-lyktor-vid-torget"}
    assert client.post(form.request["PATH_INFO"], chosen).status_code == 302
    again = client.get(link, follow=True).content.decode()
    assert reverse("account_reset_password") in again
    assert "password1" not in again


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_entrance_pages_show_no_menu(client, name):
    html = client.get(reverse(name)).content.decode()
    assert "entrance__card" in html
    assert 'id="menu"' not in html
    assert html.count("<h1>") == 1


def test_a_wrong_password_is_said_on_top_and_the_address_is_kept(client):
    html = client.post(reverse("account_login"), {"login": "a@example.org", "password": "wrong"}).content.decode()
    assert "ds-error-summary" in html
    assert 'value="a@example.org"' in html


def test_authenticator_app_is_set_up_with_a_code_to_scan_or_write(signed_in):
    signed_in.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    html = signed_in.get(reverse("mfa_activate_totp")).content.decode()
    assert 'class="qr"' in html
    assert 'id="authenticator_secret"' in html
    assert "data:image/svg+xml" in html


def test_refusal_says_its_sentence(rf, world):
    from django.views.defaults import permission_denied

    request = rf.get("/")
    request.user = world.people["reporter"]
    response = permission_denied(request, NotAllowed("Only a coordinator can publish."))
    assert response.status_code == 403
    assert "Only a coordinator can publish." in response.content.decode()


def test_a_page_that_does_not_exist_wears_the_shell(signed_in):
    response = signed_in.get("/ui/map/other/")
    assert response.status_code == 404
    assert 'id="main"' in response.content.decode()


def test_a_form_without_its_token_is_explained():
    response = Client(enforce_csrf_checks=True).post(reverse("choose_color_scheme"), {"scheme": "dark"})
    assert response.status_code == 403
    assert "entrance__card" in response.content.decode()


def test_a_broken_page_says_sorry_and_a_number_that_stands_in_the_log(caplog):
    response = views.server_error(RequestFactory().get("/secret-path/"))
    assert response.status_code == 500
    html = response.content.decode()
    reference = re.search(r"<strong>([0-9a-f]{8})</strong>", html).group(1)
    assert reference in caplog.text
    assert "secret-path" not in html


def test_what_does_not_exist_shows_no_empty_menu_to_whoever_is_not_signed_in(signed_in):
    outside, inside = Client().get("/finns/inte/alls/"), signed_in.get("/finns/inte/alls/")
    assert outside.status_code == inside.status_code == 404
    assert 'id="menu"' not in outside.content.decode()
    assert 'id="menu"' in inside.content.decode()
    assert reverse("start") in outside.content.decode()
