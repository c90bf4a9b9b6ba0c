"""The picture's page on paper: A4, everything drawn, tables open, and the notice on every sheet."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests.promises.access_table import ACCESS
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A4_POINTS = (595, 842)


def printed(page):
    """What the browser's own “Print to PDF” makes of the page."""
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))


@pytest.fixture
def picture(transactional_db, live_server, page, sign_in):
    world = World()
    world.here.notice = "invented"
    world.here.save()
    ACCESS["picture"].before(world)
    sign_in(world.people["coordinator"])
    # A browser without a head has no dialog to answer.
    page.add_init_script("window.timesPrinted = 0; window.print = () => { window.timesPrinted += 1; };")
    page.goto(live_server.url + reverse("picture", args=[world.here.slug, world.west.slug]))
    return page


def wait_until_printed(page):
    for _time in range(600):
        if page.evaluate("window.timesPrinted"):
            return
        page.wait_for_timeout(100)
    pytest.fail("The button did not get as far as printing.")


def test_the_button_draws_everything_and_then_prints(picture):
    picture.get_by_role("button", name="Skriv ut").dispatch_event("click")
    wait_until_printed(picture)
    states = picture.evaluate("[...document.querySelectorAll('est-chart, area-map')].map((one) => one.dataset.state)")
    assert states
    assert set(states) == {"drawn"}
    paper = printed(picture)
    assert 1 < len(paper.pages) <= 8
    for sheet in paper.pages:
        assert [round(float(side)) for side in sheet.mediabox[2:]] == pytest.approx(A4_POINTS, abs=1)
        assert "Exempeldata" in sheet.extract_text()
    text = " ".join(sheet.extract_text() for sheet in paper.pages)
    # The places' table and the charts' twins are open; menu, buttons and the way to other periods are gone.
    assert "Västers centrum" in text
    assert "Veckodag" in text
    for gone in ("Skriv ut", "Meny", "Välj en annan period", "Visa som tabell"):
        assert gone not in text
    # The map is a picture of what the screen showed.
    assert any(sheet.images for sheet in paper.pages)


def test_the_browsers_own_command_opens_the_tables_and_closes_them_again(picture):
    before = picture.locator("main details[open]").count()
    picture.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert picture.locator("main details:not([open])").count() == 0
    picture.evaluate("dispatchEvent(new Event('afterprint'))")
    assert picture.locator("main details[open]").count() == before
    assert picture.locator(".map__print").count() == 0
