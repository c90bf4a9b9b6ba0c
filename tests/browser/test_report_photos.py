"""A caretaker photographs a damage: chosen, scaled, kept on the phone, sent after the report, and judged by somebody.

Whatever happens to the network, report and photos are on the server exactly once in the end, or are seen to wait.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from areas.actions import save_place
from incidents.models import Incident, Photo, Status
from tests import factories as make
from tests.browser.test_report_offline import (
    Held,
    fill,
    of_reporter,
    open_entry,
    press_send,
    rows,
    said_here,
    wait_until,
)
from tests.browser.wire import Wire
from tests.factories import drawn_photo
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY = reverse("incident_new", args=["ekstad"])
# A photo's own address, whichever report it belongs to.
PHOTOS = "**/photos/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def world(transactional_db):
    world = World()
    save_place(place=world.square, by=None)
    world.vandalism.takes_photos = True
    world.vandalism.save()
    return world


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


@pytest.fixture
def phone(page, console_errors, wire, world, sign_in):
    """The entry page of the reporter, kept on the phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_default_timeout(20_000)
    sign_in(world.people["reporter"])
    open_entry(page, wire)
    is_kept = "async () => Boolean(await (await caches.open('est-entry-1')).match(location.pathname))"
    wait_until(page, lambda: page.evaluate(is_kept))
    yield page
    page.close()
    # Without network the browser complains of every address it does not reach: that is what these tests are about.
    console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]


def photographed(folder: Path, name: str, width: int = 3000, height: int = 2000, **written: object) -> str:
    """A file as a phone's camera leaves it, with place and time in it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (58.0, 35.0, 11.5), 3: "E", 4: (16.0, 11.0, 2.25)})
    path = folder / name
    path.write_bytes(drawn_photo(width, height, exif=exif.tobytes(), **written))
    return str(path)


def choose(page: Page, *paths: str) -> None:
    page.locator("report-photos input[type=file]").set_input_files(list(paths))


def chosen(page: Page):
    return page.locator(".chosen__photo")


def photos_of(world: World):
    return Photo.objects.filter(incident__in=of_reporter(world))


def lost_answers(page: Page, *, photos_only: bool = True) -> None:
    """What is sent reaches the server, the answer does not reach the page."""
    page.evaluate(
        """(part) => {
          const send = window.fetch;
          window.fetch = async (address, options) => {
            const answer = await send(address, options);
            if (options?.method === "POST" && String(address).includes(part)) throw new TypeError("lost");
            return answer;
          };
        }""",
        "/photos/" if photos_only else "/incidents/",
    )


@pytest.mark.parametrize("width", [320, 390])
def test_a_photo_is_chosen_scaled_looked_at_and_sent(phone, world, tmp_path, width, assert_accessible, assert_fits):
    phone.set_viewport_size({"width": width, "height": 800})
    take = phone.get_by_role("button", name="Ta eller välj en bild")
    expect(take).to_be_hidden()
    fill(phone, world)
    expect(take).to_be_visible()
    expect(phone.locator(".report__caution")).to_contain_text("aldrig människor eller bilskyltar")
    choose(phone, photographed(tmp_path, "a.jpg"), photographed(tmp_path, "b.jpg", 1000, 3000))
    expect(chosen(phone)).to_have_count(2)
    expect(phone.locator("report-photos .report__native")).to_be_hidden()
    assert_accessible(phone)
    assert_fits(phone)
    for target in phone.locator("report-photos button").all():
        assert target.bounding_box()["height"] >= 44
    chosen(phone).first.get_by_role("button").click()
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    phone.wait_for_url("**/receipt/")
    photo = photos_of(world).get()
    assert (photo.width, photo.height, photo.status) == (533, 1600, Photo.Status.WAITING)
    expect(phone.locator(".photo")).to_contain_text("väntar")
    assert phone.locator(".photo__image").evaluate("image => image.decode().then(() => image.naturalHeight)") == 1600
    assert_accessible(phone)
    assert_fits(phone)


def test_the_phone_itself_leaves_place_and_time_behind(phone, wire, world, tmp_path):
    sent: list[bytes] = []
    phone.on("request", lambda one: sent.append(one.post_data_buffer) if one.url.endswith("/photos/") else None)
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    phone.wait_for_url("**/receipt/")
    with Image.open(io.BytesIO(sent[0])) as image:
        assert max(image.size) == 1600
        assert not image.getexif()


def test_cut_off_between_report_and_photo_both_are_there_once_in_the_end(phone, wire, world, tmp_path):
    phone.route(PHOTOS, lambda route: route.abort())
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"), photographed(tmp_path, "b.jpg", 2000, 2000))
    expect(chosen(phone)).to_have_count(2)
    press_send(phone)
    expect(phone.locator("[data-said]")).to_contain_text("har kommit fram")
    stored = of_reporter(world).get()
    assert not photos_of(world).exists()
    # The phone is put away and taken up again, still without network.
    wire.cut()
    open_entry(phone, wire)
    expect(rows(phone)).to_have_attribute("data-state", "waiting")
    expect(rows(phone)).to_contain_text(f"{stored.ref} har kommit fram")
    expect(phone.locator("[data-outbox-badge]")).to_have_text("1 väntar")
    expect(rows(phone).get_by_role("button", name="Ändra")).to_have_count(0)
    phone.unroute(PHOTOS)
    wire.mend()
    phone.locator("[data-send-now]").click()
    expect(rows(phone)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).get() == stored
    assert photos_of(world).count() == 2
    assert phone.evaluate(COUNT_PHOTOS) == 0


COUNT_PHOTOS = """() => new Promise((resolve) => {
  const request = indexedDB.open("est-outbox");
  request.onsuccess = () => {
    const count = request.result.transaction("photos").objectStore("photos").count();
    count.onsuccess = () => { request.result.close(); resolve(count.result); };
  };
})"""


def test_a_photo_whose_answer_is_lost_is_there_once(phone, wire, world, tmp_path):
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    lost_answers(phone)
    press_send(phone)
    expect(phone.locator("[data-said]")).to_contain_text("har kommit fram")
    assert photos_of(world).count() == 1
    open_entry(phone, wire)
    expect(rows(phone)).to_have_attribute("data-state", "sent")
    assert (of_reporter(world).count(), photos_of(world).count()) == (1, 1)


def test_without_network_the_photo_waits_with_its_report_is_changed_and_sent_once(phone, wire, world, tmp_path):
    wire.cut()
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"), photographed(tmp_path, "b.jpg", 1200, 900))
    expect(chosen(phone)).to_have_count(2)
    press_send(phone)
    expect(phone.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(chosen(phone)).to_have_count(0)
    open_entry(phone, wire)
    expect(rows(phone)).to_contain_text("Med 2 bilder")
    rows(phone).get_by_role("button", name="Ändra").click()
    expect(chosen(phone)).to_have_count(2)
    chosen(phone).nth(0).get_by_role("button").click()
    press_send(phone)
    expect(rows(phone)).to_contain_text("Med 1 bild")
    # The press is over: whoever's press sends the report is led on to its receipt.
    expect(phone.locator("[data-said]")).to_contain_text("skickas när du har nät")
    wire.mend()
    phone.locator("[data-send-now]").click()
    expect(rows(phone)).to_have_attribute("data-state", "sent")
    photo = photos_of(world).get()
    assert (photo.width, photo.height) == (1200, 900)
    assert of_reporter(world).count() == 1


def test_a_report_that_is_deleted_takes_its_photos_from_the_phone(phone, wire, world, tmp_path):
    wire.cut()
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    expect(rows(phone)).to_have_count(1)
    assert phone.evaluate(COUNT_PHOTOS) == 1
    phone.once("dialog", lambda dialog: dialog.accept())
    rows(phone).get_by_role("button", name="Ta bort").click()
    expect(rows(phone)).to_have_count(0)
    assert phone.evaluate(COUNT_PHOTOS) == 0


def test_a_photo_that_is_refused_is_told_of_and_the_report_stays(phone, wire, world, tmp_path):
    phone.route(PHOTOS, lambda route: route.abort())
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    expect(phone.locator("[data-said]")).to_contain_text("har kommit fram")
    world.vandalism.takes_photos = False
    world.vandalism.save()
    phone.unroute(PHOTOS)
    phone.locator("[data-send-now]").click()
    expect(rows(phone)).to_have_attribute("data-state", "failed")
    expect(rows(phone)).to_contain_text("Bild 1: ”Skadegörelse” tar inte emot bilder")
    assert of_reporter(world).count() == 1
    questions: list[str] = []

    def accept(dialog):
        questions.append(dialog.message)
        dialog.accept()

    phone.once("dialog", accept)
    rows(phone).get_by_role("button", name="Ta bort").click()
    expect(rows(phone)).to_have_count(0)
    assert "Rapporten har kommit fram" in questions[0]
    assert of_reporter(world).count() == 1


def test_what_is_being_written_keeps_its_photos_when_the_phone_closes_the_page(phone, wire, world, tmp_path):
    phone.locator(f"#id_category_{world.vandalism.pk}").click()
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    wait_until(phone, lambda: phone.evaluate(COUNT_PHOTOS) == 1)
    open_entry(phone, wire)
    expect(chosen(phone)).to_have_count(1)
    phone.get_by_role("button", name="Börja om").click()
    expect(chosen(phone)).to_have_count(0)
    wait_until(phone, lambda: phone.evaluate(COUNT_PHOTOS) == 0)


def test_a_full_phone_keeps_the_photo_on_the_screen_and_sends_it_directly(phone, world, tmp_path):
    fill(phone, world)
    phone.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    expect(phone.locator("[data-said]")).to_contain_text("inget utrymme kvar")
    phone.get_by_role("button", name="Skicka direkt").click()
    phone.wait_for_url("**/receipt/")
    assert (of_reporter(world).count(), photos_of(world).get().width) == (1, 1600)


def test_a_photo_that_is_still_made_smaller_goes_with_its_report(phone, world, tmp_path):
    fill(phone, world)
    phone.evaluate(
        """() => {
          const toBlob = HTMLCanvasElement.prototype.toBlob;
          HTMLCanvasElement.prototype.toBlob = function (...how) { setTimeout(() => toBlob.apply(this, how), 1500); };
        }"""
    )
    choose(phone, photographed(tmp_path, "a.jpg"))
    press_send(phone)
    phone.wait_for_url("**/receipt/")
    assert photos_of(world).count() == 1


def test_a_photo_added_while_the_report_is_sent_stays_and_is_sent_with_the_next(phone, wire, world, tmp_path):
    held = Held(phone)
    fill(phone, world, "Glas krossat.")
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    held.wait()
    choose(phone, photographed(tmp_path, "b.jpg", 1200, 900))
    expect(chosen(phone)).to_have_count(2)
    held.let_go()
    expect(said_here(phone)).to_contain_text("utan det du har ändrat efteråt")
    # How far the photos have come stands in the outbox.
    expect(said_here(phone)).not_to_contain_text("Bilderna")
    expect(chosen(phone)).to_have_count(1)
    wait_until(phone, lambda: photos_of(world).count() == 1)
    assert photos_of(world).get().width == 1600
    open_entry(phone, wire)
    expect(chosen(phone)).to_have_count(1)
    press_send(phone)
    phone.wait_for_url("**/receipt/")
    assert sorted(photos_of(world).values_list("width", flat=True)) == [1200, 1600]
    assert of_reporter(world).count() == 2
    assert photos_of(world).values("incident").distinct().count() == 2
    assert phone.evaluate(COUNT_PHOTOS) == 0


def test_a_photo_still_made_smaller_when_the_answer_comes_stays(phone, wire, world, tmp_path):
    phone.evaluate(
        """() => {
          const toBlob = HTMLCanvasElement.prototype.toBlob;
          HTMLCanvasElement.prototype.toBlob = function (...how) {
            window.drawn = (window.drawn ?? 0) + 1;
            window.drawOn = () => toBlob.apply(this, how);
          };
        }"""
    )
    held = Held(phone)
    fill(phone, world, "Glas krossat.")
    press_send(phone)
    held.wait()
    choose(phone, photographed(tmp_path, "a.jpg"))
    wait_until(phone, lambda: phone.evaluate("() => window.drawn === 1"))
    held.let_go()
    expect(rows(phone)).to_have_attribute("data-state", "sent")
    phone.evaluate("() => window.drawOn()")
    expect(said_here(phone)).to_contain_text("utan det du har ändrat efteråt")
    expect(chosen(phone)).to_have_count(1)
    assert not photos_of(world).exists()


def test_a_photo_still_made_smaller_goes_to_no_other_report(phone, wire, world, tmp_path):
    wire.cut()
    fill(phone, world, "Första.")
    press_send(phone)
    expect(rows(phone)).to_have_count(1)
    expect(phone.locator("#id_description")).to_have_value("")
    phone.evaluate(
        """() => {
          const toBlob = HTMLCanvasElement.prototype.toBlob;
          HTMLCanvasElement.prototype.toBlob = function (...how) { window.drawOn = () => toBlob.apply(this, how); };
        }"""
    )
    fill(phone, world, "Andra.")
    choose(phone, photographed(tmp_path, "a.jpg"))
    wait_until(phone, lambda: phone.evaluate("() => Boolean(window.drawOn)"))
    phone.once("dialog", lambda dialog: dialog.accept())
    rows(phone).get_by_role("button", name="Ändra").click()
    expect(phone.locator("#id_description")).to_have_value("Första.")
    phone.evaluate("() => window.drawOn()")
    expect(phone.get_by_role("button", name="Ta eller välj en bild")).to_be_enabled()
    expect(chosen(phone)).to_have_count(0)


def test_correcting_a_report_scales_its_new_photo_too(phone, wire, world, tmp_path):
    incident = report_with_photos(world, 1, Status.RETURNED)
    phone.goto(wire.url + reverse("incident_change", args=["ekstad", incident.pk]))
    choose(phone, photographed(tmp_path, "a.jpg", 4000, 3000))
    press_send(phone)
    phone.wait_for_url("**/receipt/")
    assert sorted(incident.photos.values_list("width", flat=True)) == [1200, 1600]


def test_photos_chosen_for_another_kind_of_event_are_not_sent(phone, world, tmp_path):
    fill(phone, world)
    choose(phone, photographed(tmp_path, "a.jpg"))
    expect(chosen(phone)).to_have_count(1)
    more = phone.locator("[data-more-tiles]:not([open]) > summary")
    if more.count():
        more.click()
    phone.locator(f"#id_category_{world.drugs.pk}").click()
    expect(phone.locator(".report__photos")).to_be_hidden()
    press_send(phone)
    phone.wait_for_url("**/receipt/")
    assert (of_reporter(world).count(), photos_of(world).count()) == (1, 0)


def test_what_waited_before_phones_kept_photos_is_still_sent(page, wire, world, sign_in, console_errors):
    """A phone with the database of an earlier version: opening the page brings it up to date and loses nothing."""
    from incidents import entry

    sign_in(world.people["reporter"])
    page.goto(wire.url + "/offline/")
    owner = entry.owner_of(world.people["reporter"], world.here)
    fields = {"category": str(world.vandalism.pk), "place": str(world.square.pk), "when": "now", "source_kind": "own"}
    page.evaluate(
        """([owner, address, fields]) => new Promise((resolve, reject) => {
          const request = indexedDB.open("est-outbox", 1);
          request.onerror = () => reject(request.error);
          request.onupgradeneeded = () => {
            request.result.createObjectStore("reports", { keyPath: "uuid" }).createIndex("owner", "owner");
            request.result.createObjectStore("drafts", { keyPath: "owner" });
          };
          request.onsuccess = () => {
            const reports = request.result.transaction("reports", "readwrite").objectStore("reports");
            const rest = { fields, summary: ["Gammal"], writtenAt: 1, state: "waiting" };
            reports.put({ uuid: crypto.randomUUID(), owner, address, ...rest });
            reports.transaction.oncomplete = () => { request.result.close(); resolve(); };
          };
        })""",
        [owner, wire.url + reverse("incident_send", args=["ekstad"]), fields],
    )
    open_entry(page, wire)
    expect(rows(page)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).count() == 1
    page.close()


def test_without_scripts_an_ordinary_field_sends_the_photos(browser, live_server, world, tmp_path, context, sign_in):
    sign_in(world.people["reporter"])
    cookies = context.cookies()
    plain = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 390, "height": 844})
    plain.add_cookies(cookies)
    page = plain.new_page()
    page.goto(live_server.url + ENTRY)
    page.locator(f"#id_category_{world.vandalism.pk}").check(force=True)
    page.locator("#id_place").select_option(str(world.square.pk))
    page.locator("input[name=when][value=now]").check(force=True)
    expect(page.locator("input[type=file]")).to_be_visible()
    choose(page, photographed(tmp_path, "a.jpg"), photographed(tmp_path, "b.jpg", 2000, 1000))
    press_send(page)
    page.wait_for_url("**/receipt/")
    assert photos_of(world).count() == 2
    plain.close()


# --- Review -----------------------------------------------------------------------------------------------------------


def report_with_photos(world: World, number: int, status: Status = Status.SUBMITTED) -> Incident:
    incident = make.IncidentFactory(
        organisation=world.housing, reporter=world.people["reporter"], status=status, area=world.west,
        category=world.vandalism, place=world.square, submitted_at=timezone.now(),
    )  # fmt: skip
    for _ in range(number):
        make.PhotoFactory(
            incident=incident,
            file=default_storage.save("photos/x.jpg", io.BytesIO(drawn_photo(1200, 900))),
            width=1200,
            height=900,
        )
    return incident


def states(incident: Incident) -> list[str]:
    return list(incident.photos.order_by("pk").values_list("status", flat=True))


@pytest.fixture
def desk(page, world, sign_in) -> Page:
    sign_in(world.people["coordinator"])
    return page


def test_whoever_reviews_judges_photos_with_the_keys(desk, live_server, world, assert_accessible, assert_fits):
    incident = report_with_photos(world, 2)
    queue = live_server.url + reverse("review_queue", args=["ekstad"])
    desk.goto(f"{queue}?report={incident.pk}")
    images = desk.locator(".photo__image")
    expect(images).to_have_count(2)
    expect(desk.locator(".photo__question")).to_contain_text("Syns ansikten, skyltar")
    # Large enough to judge.
    assert images.first.bounding_box()["width"] > 500
    assert_accessible(desk)
    desk.keyboard.press("p")
    expect(desk.locator(".photo").first).to_contain_text("godkänd")
    assert states(incident) == ["approved", "waiting"]
    assert f"report={incident.pk}" in desk.url
    desk.keyboard.press("d")
    remove = desk.locator(".photo").nth(1).get_by_role("button", name="Radera bilden")
    expect(remove).to_be_visible()
    assert states(incident) == ["approved", "waiting"], "one key alone deletes nothing"
    remove.click()
    expect(desk.locator(".photo").nth(1)).to_contain_text("borttagen i granskningen")
    assert states(incident) == ["approved", "removed"]
    desk.set_viewport_size({"width": 320, "height": 800})
    assert_fits(desk)


def test_approving_the_report_leaves_its_photo_to_be_found(desk, live_server, world, assert_accessible):
    incident = report_with_photos(world, 1)
    queue = live_server.url + reverse("review_queue", args=["ekstad"])
    desk.goto(f"{queue}?report={incident.pk}")
    desk.keyboard.press("a")
    expect(desk.locator("main")).to_contain_text(f"{incident.ref} är godkänd")
    assert states(incident) == ["waiting"]
    desk.get_by_role("link", name="Titta på dem").click()
    expect(desk.locator("h1")).to_contain_text("1 bild")
    assert_accessible(desk)
    desk.keyboard.press("p")
    expect(desk.locator("h1")).to_contain_text("Ingen bild väntar")
    assert states(incident) == ["approved"]


def pixel(incident: Incident, x: float, y: float) -> tuple[int, int, int]:
    with default_storage.open(incident.photos.get().file.name) as stored, Image.open(stored) as image:
        return image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))


def test_what_is_dragged_over_is_burned_in_before_the_photo_is_approved(
    desk, live_server, world, media, assert_accessible
):
    incident = report_with_photos(world, 1)
    desk.goto(f"{live_server.url}{reverse('review_queue', args=['ekstad'])}?report={incident.pk}")
    before = pixel(incident, 0.15, 0.25)
    assert max(before) > 60
    desk.get_by_role("button", name="Svärta ner en del").click()
    burn = desk.get_by_role("button", name="Svärta ner för gott")
    expect(burn).to_be_disabled()
    frame = desk.locator("[data-frame]")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    desk.mouse.move(*at(0.1, 0.2))
    desk.mouse.down()
    desk.mouse.move(*at(0.2, 0.3))
    desk.mouse.up()
    # Two presses draw one as well.
    desk.mouse.click(*at(0.7, 0.1))
    desk.mouse.click(*at(0.8, 0.2))
    expect(desk.locator(".photo__black")).to_have_count(2)
    desk.get_by_role("button", name="Lägg till en ruta").click()
    desk.keyboard.press("Shift+ArrowRight")
    for _ in range(3):
        desk.keyboard.press("ArrowDown")
    assert_accessible(desk)
    burn.click()
    expect(desk.locator("main")).to_contain_text("nedsvärtat för gott")
    # In the first, the second and the third rectangle, and beside them.
    for x, y in ((0.15, 0.25), (0.75, 0.15), (0.6, 0.6)):
        assert max(pixel(incident, x, y)) < 40, (x, y)
    for x, y in ((0.25, 0.25), (0.65, 0.15), (0.15, 0.1), (0.5, 0.41)):
        assert max(pixel(incident, x, y)) > 60, (x, y)
    assert states(incident) == ["waiting"]
    assert len(list((media / "photos").iterdir())) == 1, "the file it was before is gone"
    desk.keyboard.press("p")
    expect(desk.locator(".photo")).to_contain_text("nedsvärtade")
