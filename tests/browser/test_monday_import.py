"""Monday morning: the security lead imports the week's forty cases with the columns saved last time."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from incidents import tasks
from incidents.models import ImportMapping, Incident
from tests.browser.conftest import SCHEMES, scroll_through, settle
from tests.browser.presses import Presses
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLUMNS = {
    "source_id": "Ärendenummer",
    "occurred_from": "Datum",
    "time_from": "Klockslag",
    "category": "Ärendetyp",
    "place": "Objekt",
    "description": "Beskrivning",
}
# A press takes this long, and so does finding the file on the computer.
SECONDS_A_PRESS, SECONDS_FOR_THE_FILE = 1, 15


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def a_worker(monkeypatch):
    """The worker's work, done where it was asked for."""
    for task in (tasks.check_import, tasks.run_import):
        monkeypatch.setattr(task, "delay_on_commit", lambda pk, task=task: transaction.on_commit(lambda: task(pk)))


@pytest.fixture
def file(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    path = tmp_path / "storningsjouren_v47.csv"
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, delimiter=";")
        writer.writerow(COLUMNS.values())
        for number in range(40):
            day = timezone.localdate() - dt.timedelta(days=1 + number % 6)
            text = "Anna Andersson i porten slog sönder rutan" if number == 7 else "Krossad ruta i porten"
            place = "Västers centrum" if number % 3 else "Östers garage"
            writer.writerow([f"SJ-{1000 + number}", day.isoformat(), f"{number % 24:02}:15", "SKA", place, text])
    return path


def test_forty_cases_are_in_within_two_minutes(page, live_server, world, sign_in, file, a_worker, assert_accessible):
    ImportMapping.objects.create(
        collaboration=world.here, organisation=world.housing, name="Störningsjouren", columns=COLUMNS
    )
    before = Incident.objects.filter(organisation=world.housing).count()
    sign_in(world.people["security_lead"])
    mouse = Presses(page, seconds_each=SECONDS_A_PRESS)
    page.goto(live_server.url + reverse("own_places", args=["ekstad"]))
    with page.expect_file_chooser() as chooser:
        mouse.press(page.locator("#monday_file"))
    chooser.value.set_files(file)
    mouse.press(page.locator(".monday button[type=submit]"))
    confirm = page.locator("button[value=confirm]")
    expect(confirm).to_be_visible(timeout=30_000)
    assert_accessible(page)
    mouse.press(confirm)
    expect(page.locator("main")).to_contain_text("40", timeout=30_000)
    settle(page)
    taken = mouse.seconds + SECONDS_FOR_THE_FILE
    print(f"{mouse.number} presses, {taken:.0f} s")
    stored = Incident.objects.filter(organisation=world.housing, import_batch__isnull=False)
    assert stored.count() == 40
    assert Incident.objects.filter(organisation=world.housing).count() == before + 40
    # The guard has read every text: the one with a name is stored without it.
    assert stored.filter(is_text_removed=True, description="").count() == 1
    assert not stored.filter(description__contains="Andersson").exists()
    assert mouse.number == 3
    assert taken < 120


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_accessible_and_fits(page, live_server, world, sign_in, assert_seen, width):
    page.emulate_media(color_scheme=SCHEMES[0])
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(world.people["security_lead"])
    page.goto(live_server.url + reverse("own_places", args=["ekstad"]))
    scroll_through(page)
    assert_seen(page, SCHEMES)
