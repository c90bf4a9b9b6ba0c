"""What is overdue by the law, decided anew in the browser."""

from __future__ import annotations

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from councils.law.actions import decide_duty
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_picture_that_is_overdue_is_decided_anew_and_turns_green(live_server, page, sign_in):
    world = World()
    today = timezone.localdate()
    decide_duty(
        by=world.people["coordinator"],
        collaboration=world.here,
        paragraph=4,
        decided_on=today - relativedelta(months=25),
        decided_by_body="executive_board",
        registry_number="KS 2024/8",
    )
    sign_in(world.people["coordinator"])
    page.goto(live_server.url + reverse("my_work", args=[world.here.slug]))
    page.get_by_role("link", name="Förbered ett nytt beslut om § 4").click()
    expect(page.get_by_text("försenad").first).to_be_visible()
    page.get_by_role("link", name="Skriv in ett nytt beslut").click()
    page.get_by_label("Beslutat", exact=False).first.fill(today.isoformat())
    page.get_by_label("Beslutat av").select_option(label="Kommunfullmäktige")
    page.get_by_label("Diarienummer").fill("KF 2026/31")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Beslutet är antecknat.")).to_be_visible()
    expect(page.get_by_text("KS 2024/8")).to_be_visible()
    page.goto(live_server.url + reverse("law", args=[world.here.slug]))
    row = page.get_by_role("row").filter(has_text="§ 4")
    expect(row.locator(".tag")).to_have_text("beslutad")
    expect(row.locator(".tag")).to_have_attribute("data-color", "success")
    expect(row).to_contain_text("KF 2026/31")
