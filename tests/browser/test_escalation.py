"""A local group asks the council something, the council answers, and the asker finds the answer in their work."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from councils.models import Escalation
from tests import factories as make
from tests.councils.cast import LeadingWorld

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_question_goes_up_and_its_answer_comes_back(transactional_db, open_as, assert_accessible, assert_fits):
    world = LeadingWorld()
    make.ProblemFactory(area=world.west, number=1, title="Klotter vid torget")
    asker = open_as(world.people["police"], reverse("problem", args=["ekstad", 1]))
    with asker.expect_navigation():
        asker.get_by_role("link", name="Fråga en annan nivå").click()
    # Sits in one group: that one asks.
    expect(asker.get_by_label("Vilken grupp frågar?")).to_have_value(str(world.local.pk))
    asker.get_by_label("Vilken grupp får frågan?").select_option(label="Beredningsgruppen (operativ)")
    asker.get_by_label("Vad ska beslutas?").select_option(label="Resurser")
    asker.get_by_label("Vilken är frågan?").fill("Vem betalar saneringen?")
    asker.get_by_label("Vad föreslår ni att de beslutar?").fill("Kommunen betalar i år.")
    asker.get_by_label("Svar senast").fill((timezone.localdate() + dt.timedelta(days=9)).isoformat())
    assert_accessible(asker)
    assert_fits(asker)
    with asker.expect_navigation():
        asker.get_by_role("button", name="Skicka frågan").click()
    # That group does not decide resources, and the page says who does; nothing that was written is lost.
    expect(asker.get_by_text("Frågan kan eskaleras till Chefsamrådet").first).to_be_visible()
    expect(asker.get_by_label("Vilken är frågan?")).to_have_value("Vem betalar saneringen?")
    asker.complaints.clear()
    asker.get_by_label("Vilken grupp får frågan?").select_option(label="Chefsamrådet (strategisk)")
    with asker.expect_navigation():
        asker.get_by_role("button", name="Skicka frågan").click()
    expect(asker.get_by_role("heading", level=1)).to_contain_text("Chefsamrådet svarar senast")

    council = open_as(world.people["council"], reverse("my_work", args=["ekstad"]))
    with council.expect_navigation():
        council.get_by_role("link", name="EST-gruppen Väster frågar: Vem betalar saneringen?").click()
    expect(council.get_by_text("Klotter vid torget")).to_be_visible()
    council.get_by_label("Ja", exact=True).check()
    council.get_by_label("I ord").fill("Ur årets budget.")
    assert_accessible(council)
    assert_fits(council)
    with council.expect_navigation():
        council.get_by_role("button", name="Svara EST-gruppen Väster").click()
    expect(council.get_by_role("heading", level=1)).to_have_text("Chefsamrådet svarade ja")
    assert_accessible(council)

    asker.goto(asker.url.split("/ekstad/")[0] + reverse("my_work", args=["ekstad"]))
    expect(asker.get_by_role("link", name="Chefsamrådet svarade ja")).to_be_visible()
    with asker.expect_navigation():
        asker.get_by_role("button", name="Vi har tagit del av svaret").first.click()
    expect(asker.get_by_role("link", name="Chefsamrådet svarade ja")).to_have_count(0)
    assert Escalation.objects.get().returned_seen_by == world.people["police"]
