"""My work on a phone: one press answers, a letter's button opens a page that asks first, and a calendar's address."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from action_plans.models import Commitment
from partners import work_letters
from partners.models import CalendarKey, User
from tests import factories as make
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def world(transactional_db):
    """Two things the municipality asks of the police in West."""
    world = World()
    world.police = world.people["police"]
    for text in ("Vara på torget på kvällarna.", "Prata med butikerna."):
        make.CommitmentFactory(
            area=world.west, asked_by=world.municipality, asked_of=world.police_authority, text=text,
            due_on=timezone.localdate() + dt.timedelta(days=30),
        )  # fmt: skip
    return world


def states():
    return list(Commitment.objects.order_by("pk").values_list("state", flat=True))


def test_one_press_answers_and_one_reads_on_at_the_next(world, open_as, assert_accessible, assert_fits):
    page = open_as(world.police, reverse("my_work", args=["ekstad"]), **PHONE)
    accept = page.get_by_role("button", name=re.compile("Acceptera"))
    expect(accept).to_have_count(2)
    assert accept.first.bounding_box()["height"] >= 24
    assert_accessible(page)
    assert_fits(page)
    accept.first.tap()
    expect(page.locator(".messages")).to_contain_text("Det är lovat.")
    expect(accept).to_have_count(1)
    # What was pressed has become a promise, with an answer of its own.
    expect(page.get_by_role("button", name=re.compile("Det är gjort"))).to_have_count(1)
    assert sorted(states()) == ["accepted", "asked"]


def test_a_letters_button_opens_a_page_that_asks_first(world, open_as, assert_accessible, assert_fits):
    User.objects.filter(pk=world.police.pk).update(email="police@ekstad.org")
    Commitment.objects.exclude(pk=Commitment.objects.earliest("pk").pk).delete()
    # This week's Monday, when letters leave, whenever the test is run.
    today = timezone.localdate()
    monday = work_letters.due_at(work_letters.rule_of(world.here), today - dt.timedelta(days=today.weekday()))
    assert work_letters.send_letters(world.here, monday) >= 1
    (letter,) = [one for one in mail.outbox if one.to == ["police@ekstad.org"]]
    assert "torget" not in letter.body
    (address,) = re.findall(r"/ekstad/my-work/tasks/\w+/", letter.body)

    page = open_as(world.police, address, **PHONE)
    expect(page.locator("main")).to_contain_text("Vara på torget på kvällarna.")
    page.reload()
    assert states() == ["asked"]
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name=re.compile("Acceptera")).tap()
    expect(page.locator(".messages")).to_contain_text("Det är lovat.")
    assert states() == ["accepted"]

    # The browser's way back, and the letter pressed once more, change nothing.
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Det väntar inte längre på dig")
    assert states() == ["accepted"]
    assert Commitment.objects.get().moves.filter(to_state="accepted").count() == 1
    page.get_by_role("link", name="Det som väntar på dig nu").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("väntar på dig")


def test_the_same_answer_in_two_windows_is_given_once(world, open_as):
    here = reverse("my_work", args=["ekstad"])
    first, second = open_as(world.police, here, **PHONE), open_as(world.police, here, **PHONE)
    for page in (first, second):
        page.get_by_role("button", name=re.compile("Acceptera.*torget")).tap()
        expect(page.locator(".messages")).to_be_visible()
    expect(second.locator(".messages")).to_contain_text("Någon annan kan ha hunnit före dig.")
    assert Commitment.objects.earliest("pk").moves.filter(to_state="accepted").count() == 1


def test_a_calendars_address_is_shown_once_read_without_signing_in_and_revoked(
    world, open_as, live_server, assert_accessible, assert_fits
):
    Commitment.objects.update(state="accepted", responsible=world.police.memberships.get())
    page = open_as(world.police, reverse("my_calendar", args=["ekstad"]), **PHONE)
    page.get_by_role("button", name="Skapa en adress").tap()
    address = page.get_by_label("Adress").input_value()
    assert_accessible(page)
    assert_fits(page)
    feed = address.removeprefix(live_server.url)
    answer = Client().get(feed)
    assert answer.content.count(b"BEGIN:VEVENT") == 2
    assert "torget" not in answer.content.decode()
    page.get_by_role("link", name="Jag har kopierat adressen").tap()
    expect(page.locator("main")).not_to_contain_text(feed)
    page.get_by_role("button", name="Spärra adressen").tap()
    expect(page.get_by_role("button", name="Skapa en adress")).to_be_visible()
    assert Client().get(feed).status_code == 404
    assert not CalendarKey.objects.filter(revoked_at=None).exists()


def test_a_request_and_an_answer_outlive_a_lost_network_and_a_lost_session(world, open_as, assert_fits):
    """Also after a refusal, when the address is the step's own, which only takes forms."""
    one = Commitment.objects.earliest("pk")
    page = open_as(world.police, reverse("commitment_detail", args=["ekstad", one.number]), **PHONE)
    page.locator("summary", has_text="Avböj").tap()
    step = page.locator("details", has=page.locator("summary", has_text="Avböj"))
    reason, press = step.get_by_role("textbox"), step.get_by_role("button", name="Avböj")
    with page.expect_navigation():
        press.tap()
    assert page.url.endswith("/decline/#next")
    reason.fill("Vi har ingen på plats då.")
    page.context.set_offline(True)
    press.tap()
    expect(step).to_contain_text("Det finns inget nät just nu.")
    assert_fits(page)
    page.context.set_offline(False)
    page.context.clear_cookies()
    press.tap()
    expect(step).to_contain_text("Du har loggats ut.")
    expect(reason).to_have_value("Vi har ingen på plats då.")
    other = page.context.new_page()
    other.goto(page.url.removesuffix("decline/#next"))
    other.locator("#id_login").fill(world.police.email)
    other.locator("#id_password").fill(make.PASSWORD)
    other.locator("#id_password").press("Enter")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    with page.expect_navigation():
        press.tap()
    expect(page.locator(".messages")).to_be_visible()
    one.refresh_from_db()
    assert (one.state, one.answer) == ("declined", "Vi har ingen på plats då.")
    # Away from the network the browser says so of every address; so does a refused form.
    assert all("Failed to load resource" in line for line in page.complaints)
    page.complaints.clear()
