"""A caretaker who inspects with a phone without network: nothing that was filled in is lost, and once is once."""

from __future__ import annotations

import re
import time

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from areas.inspections.actions import begin_inspection
from areas.inspections.checklists import current_version
from areas.inspections.photo_files import FOLDER
from areas.inspections.rules import Answers
from areas.models import ChecklistKind, PhotoMark, SafetyInspection
from tests import factories as make
from tests.browser.wire import Wire
from tests.factories import drawn_photo
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOUND = re.compile(r"/inspections/\d+/$")
NEW = reverse("inspection_new", args=["ekstad"])
IS_KEPT = "async (page) => Boolean(await (await caches.open('est-entry-1')).match(page))"


@pytest.fixture
def world(transactional_db):
    world = World()
    current_version(world.here, ChecklistKind.INSPECTION)
    return world


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


@pytest.fixture
def page(page, console_errors):
    page.set_viewport_size({"width": 390, "height": 844})
    yield page
    # What the page still asks for is asked before the wire is gone; without network the browser complains of that.
    page.close()
    console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]


@pytest.fixture
def on_the_spot(page, wire, world, sign_in):
    """The page on a caretaker's phone, kept for where there is no network."""
    sign_in(world.people["security_lead"])
    open_page(page, wire)
    ends = time.monotonic() + 15
    while not page.evaluate(IS_KEPT, NEW):
        assert time.monotonic() < ends, "The page was not kept on the phone."
        page.wait_for_timeout(100)
    return page


def open_page(page: Page, wire: Wire) -> None:
    page.goto(wire.url + NEW)
    expect(page.locator("inspection-entry")).to_have_attribute("data-state", "open")


def choose(page: Page, key: str, state: str) -> None:
    page.locator(f"#item-{key} input[value={state}]").click()


def fill(page: Page, world: World) -> None:
    page.locator("select[name=place]").select_option(str(world.square.pk))
    page.locator("#id_participants").fill("fastighetsskötare, områdespolis")
    choose(page, "ljus-entre", "ok")
    choose(page, "skrap", "defect")
    page.locator("#id_note-skrap").fill("Två soffor vid soprummet.")
    choose(page, "brand", "urgent")


def photograph(page: Page, key: str, tmp_path) -> None:
    path = tmp_path / f"{key}.jpg"
    path.write_bytes(drawn_photo(900, 600))
    page.locator(f"#item-{key} input[type=file]").set_input_files(str(path))
    expect(page.locator(f"#item-{key} .chosen__photo")).to_have_count(1)


def test_filled_in_without_network_reloaded_and_sent_once(on_the_spot, wire, world, tmp_path):
    page = on_the_spot
    wire.cut()
    fill(page, world)
    photograph(page, "skrap", tmp_path)
    expect(page.locator("[data-progress]")).to_contain_text("3 av 18")
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("inspection-entry")).to_have_attribute("data-state", "open")
    expect(page.locator("#id_note-skrap")).to_have_value("Två soffor vid soprummet.")
    expect(page.locator("#item-brand input[value=urgent]")).to_be_checked()
    expect(page.locator("#item-skrap .chosen__photo")).to_have_count(1)
    expect(page.locator("select[name=place]")).to_have_value(str(world.square.pk))

    page.locator("button[name=finish]").click()
    expect(page.locator("[data-outbox-list] [data-state=waiting]")).to_have_count(1)
    expect(page.locator("[data-said]")).to_contain_text("när du har nät")
    assert not SafetyInspection.objects.exists()

    wire.mend()
    page.locator("[data-send-now]").click()
    page.wait_for_url(FOUND)
    inspection = SafetyInspection.objects.get()
    assert inspection.finished_at is not None
    assert inspection.items.get(key="skrap").note == "Två soffor vid soprummet."
    assert inspection.photos.get().item.key == "skrap"
    expect(page.locator("h1")).to_contain_text("1 akut brist och 1 brist")
    expect(page.locator(".found").first).to_contain_text("brännbart")


def test_an_answer_that_is_lost_on_its_way_makes_one_inspection(on_the_spot, wire, world, tmp_path):
    page = on_the_spot
    fill(page, world)
    photograph(page, "skrap", tmp_path)
    held = wire.hold_answer("POST")
    page.locator("button[name=finish]").click()
    held.reached.wait(20)
    # The server has it, and the phone does not know.
    wire.cut()
    held.goes_on.set()
    expect(page.locator("[data-outbox-list] [data-state=waiting]")).to_have_count(1)
    wire.mend()
    page.locator("[data-send-now]").click()
    page.wait_for_url(FOUND)
    assert SafetyInspection.objects.count() == 1
    assert SafetyInspection.objects.get().photos.count() == 1


def test_what_the_server_refuses_stands_in_the_form_with_the_reason(on_the_spot, world):
    page = on_the_spot
    fill(page, world)
    page.locator("#id_note-skrap").fill("Ring 070-123 45 67.")
    page.locator("button[name=finish]").click()
    expect(page.locator("[data-faults]")).to_be_visible()
    expect(page.locator("#item-skrap [data-fault]")).to_contain_text("telefonnummer")
    # Names are known to the server alone.
    page.locator("#id_note-skrap").fill("Anmält av Anna Andersson.")
    page.locator("button[name=finish]").click()
    expect(page.locator("[data-outbox-list] [data-state=failed]")).to_have_count(1)
    expect(page.locator("#item-skrap [data-fault]")).to_have_count(1)
    page.locator("#id_note-skrap").fill("Två soffor.")
    page.locator("button[name=finish]").click()
    page.wait_for_url(FOUND)
    assert SafetyInspection.objects.get().items.get(key="skrap").note == "Två soffor."


def test_a_spot_is_marked_by_keyboard_and_by_a_press(page, live_server, world, sign_in, assert_accessible, assert_fits):
    by = world.people["security_lead"]
    sign_in(by)
    begun = begin_inspection(
        place=world.square, version=current_version(world.here, ChecklistKind.INSPECTION),
        answers=Answers(inspected_on=world.by_reporter.occurred_on, states={"skrap": "defect"}),
        client_uuid=make.SafetyInspectionFactory.build().client_uuid, by=by,
    )  # fmt: skip
    photo = make.InspectionPhotoFactory(
        inspection=begun.inspection,
        item=begun.inspection.items.get(key="skrap"),
        width=900,
        height=600,
        file=FOLDER.store(drawn_photo(900, 600)),
    )
    page.goto(live_server.url + reverse("inspection_marks", args=["ekstad", begun.inspection.pk, photo.pk]))
    page.locator(".spots__handle").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#id_x")).to_have_value("51")
    expect(page.locator("#id_y")).to_have_value("60")
    frame = page.locator("[data-frame]").bounding_box()
    photo_box = page.locator("[data-frame] img").bounding_box()
    assert all(abs(frame[side] - photo_box[side]) < 1 for side in frame), "a spot lies where it was pressed"
    page.mouse.click(frame["x"] + frame["width"] * 0.24, frame["y"] + frame["height"] * 0.5)
    expect(page.locator("#id_x")).to_have_value(re.compile(r"^2[34]"))
    page.locator("#id_text").fill("Trasig lampa")
    page.locator("#mark button[type=submit]").click()
    expect(page.locator(".spots__list")).to_contain_text("Trasig lampa")
    mark = PhotoMark.objects.get()
    assert (round(mark.x, 1), round(mark.y, 1)) == (0.2, 0.5)
    assert_accessible(page)
    assert_fits(page)


def test_the_page_is_for_thumbs(on_the_spot, world, assert_accessible, assert_fits):
    page = on_the_spot
    fill(page, world)
    assert_accessible(page)
    assert_fits(page)
    for choice in page.locator("#item-skrap .check__choice").all():
        box = choice.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44
