"""Anybody reads what is published, and not one word more: visits without an account, a sentinel in all the rest."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from action_plans.models import Measure, Promise, PromiseItem, PromiseItemMeasure, PromiseState, Publication
from action_plans.promises import actions
from action_plans.promises.public_views import PromiseFeed
from cause_analysis.models import Problem
from partners.models import Collaboration
from tests import factories as make
from tests.action_plans.promises_cast import PromiseWorld

pytestmark = pytest.mark.django_db

# Stands in every word that is not published; letters only, so that no field refuses it.
SENTINEL = "Hemligtord"
START = "/public/"


@pytest.fixture
def world(db):
    return PromiseWorld()


def area_url(world, rest="", lang=""):
    return f"/public/ekstad/{world.west.slug}/promises/{rest}{'?lang=en' if lang == 'en' else ''}"


def every_public_address(world):
    rests = ["", "feed/", "print/", "1/", "1/versions/1/"]
    there = [START, "/public/ekstad/", *(area_url(world, rest) for rest in rests)]
    return there + [f"{address}?lang=en" for address in there]


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href")
        if href and tag in {"a", "link"}:
            self.found.append(href)


def crawl(extra=()):
    """Every page somebody without an account comes to from the start, by links: address → text."""
    client, pages = Client(), {}
    waiting = [START, "/public/?lang=en", *extra]
    while waiting:
        address = waiting.pop()
        if address in pages or not address.startswith("/public/"):
            continue
        answer = client.get(address)
        assert answer.status_code in {200, 404}, address
        assert not answer.cookies
        text = answer.content.decode()
        pages[address] = text
        if "xml" in answer["Content-Type"]:
            links = re.findall(r"<link>([^<]+)</link>", text)
        else:
            parser = Links()
            parser.feed(text)
            links = parser.found
        waiting += [unescape(link).replace("http://testserver", "").split("#")[0] for link in links]
    return pages


def hide_words_everywhere(world):
    """A sentinel in every text of every row that is not published."""
    for model, names in (
        (Measure, ("title", "description", "mechanism", "indicator", "funding")),
        (Problem, ("title",)),
    ):
        model.objects.update(**dict.fromkeys(names, SENTINEL))
    make.CauseFactory(analysis__problem__area=world.west, analysis__problem__collaboration=world.here, text=SENTINEL)
    everywhere = {"sv": SENTINEL, "en": SENTINEL}
    words = {f"{name}_{tongue}": SENTINEL for name in ("title", "problem") for tongue in everywhere}
    drafts = [
        world.new_draft(world.west, **words, registry_number=SENTINEL),
        world.new_draft(world.east, **words, registry_number=SENTINEL),
        world.new_draft(world.far, **words, registry_number=SENTINEL),
    ]
    PromiseItem.objects.filter(promise__in=drafts).update(
        text_sv=SENTINEL, text_en=SENTINEL, amount_sv=SENTINEL, amount_en=SENTINEL
    )
    make.PromiseSignatoryFactory(promise=drafts[0], function=SENTINEL)
    make.PromiseFollowUpFactory(promise=drafts[0], text_sv=SENTINEL, text_en=SENTINEL)
    # Decided, and still nobody's to read.
    other = world.new_draft(world.west, **words)
    world.decide(other)
    # Published once, and taken away.
    withdrawn = world.new_draft(world.west, **words)
    world.published(withdrawn)
    actions.unpublish_promise(by=world.coordinator, promise=withdrawn)
    # Another collaboration's, published and taken away.
    foreign = world.new_draft(world.far, **words)
    make.PublicationFactory(promise=foreign, content={"title": everywhere}, unpublished_at=timezone.now())
    Promise.objects.filter(pk=foreign.pk).update(public_number=1)
    return withdrawn


def next_version_with_sentinels(world):
    """What is written after publishing: the draft of the next version, and a follow-up nobody has published."""
    world.follow_up(text_sv=SENTINEL, text_en=SENTINEL)
    actions.reopen_promise(by=world.officer, promise=world.promise)
    Promise.objects.filter(pk=world.promise.pk).update(
        title_sv=SENTINEL, title_en=SENTINEL, problem_sv=SENTINEL, problem_en=SENTINEL, registry_number=SENTINEL
    )
    PromiseItem.objects.filter(promise=world.promise).update(
        text_sv=SENTINEL, text_en=SENTINEL, amount_sv=SENTINEL, amount_en=SENTINEL
    )
    PromiseItemMeasure.objects.filter(item__promise=world.promise).update(done_sv=SENTINEL, done_en=SENTINEL)
    make.PromiseSignatoryFactory(promise=world.promise, organisation=world.housing, function=SENTINEL)


@pytest.fixture
def full(world):
    """A promise that is published whole, and a sentinel in everything else."""
    # Internal words, and no dialogue's theme or protocol, go out with it.
    Measure.objects.update(title=SENTINEL, description=SENTINEL, mechanism=SENTINEL, indicator=SENTINEL)
    dialogue = make.DialogueFactory(area=world.west, themes=SENTINEL, protocol=SENTINEL, target_group=SENTINEL)
    make.PromiseDialogueFactory(promise=world.promise, dialogue=dialogue)
    few = make.DialogueFactory(area=world.west, participants=3, themes=SENTINEL, protocol=SENTINEL)
    make.PromiseDialogueFactory(promise=world.promise, dialogue=few)
    make.PromiseSignatoryFactory(promise=world.promise, organisation=world.municipality)
    actions.tie_measure(
        by=world.officer, item=world.item, measure=world.ongoing, done_sv="Tio lampor bytta.", done_en="Ten lamps."
    )
    draft = make.MeasureFactory(plan=world.plan, title=SENTINEL)
    actions.tie_measure(by=world.officer, item=world.item, measure=draft, done_sv=SENTINEL, done_en=SENTINEL)
    world.published()
    world.withdrawn = hide_words_everywhere(world)
    return world


def test_a_visitor_reads_what_is_published_in_both_languages(full):
    pages = crawl()
    assert set(every_public_address(full)) <= set(pages)
    swedish, english = pages[area_url(full, "1/")], pages[area_url(full, "1/", "en")]
    for word in ("Torget ska vara ljust", "Vi byter alla lampor", "Tio lampor bytta.", "Pågår", "24 deltog"):
        assert word in swedish
    for word in ("The square will be light", "We change all lamps", "Ten lamps.", "Going on", "24 took part"):
        assert word in english
    assert '<html lang="sv">' in swedish
    assert '<html lang="en">' in english


def test_no_unpublished_word_is_ever_on_a_public_page(full):
    next_version_with_sentinels(full)
    pages = crawl(every_public_address(full))
    assert len(pages) >= 14
    assert [address for address, text in pages.items() if SENTINEL in text] == []
    # The sentinel can be found: once it is published, it is.
    full.decide()
    full.publish()
    assert any(SENTINEL in text for text in crawl().values())


def test_taking_away_empties_every_address_at_once(full):
    addresses = every_public_address(full)
    assert {Client().get(address).status_code for address in addresses} == {200}
    actions.unpublish_promise(by=full.coordinator, promise=full.promise)
    client = Client()
    for address in addresses:
        answer = client.get(address)
        text = answer.content.decode()
        assert "Torget ska" not in text
        assert "The square" not in text
        assert "Ekstad" not in text
        assert answer.status_code == (200 if address.startswith(("/public/?",)) or address == START else 404)
    # The version that was taken away never comes back, the new one is there.
    full.publish()
    assert client.get(area_url(full, "1/versions/1/")).status_code == 404
    assert client.get(area_url(full, "1/versions/2/")).status_code == 200


def test_earlier_versions_are_history_as_long_as_the_promise_is_public(full):
    full.follow_up()
    full.publish()
    client = Client()
    old = client.get(area_url(full, "1/versions/1/")).content.decode()
    assert "Hälften av lamporna" not in old
    assert "Det finns en nyare" in old
    assert "Hälften av lamporna" in client.get(area_url(full, "1/")).content.decode()
    assert client.get(area_url(full, "1/versions/3/")).status_code == 404


def test_a_page_that_was_kept_is_asked_for_again_and_is_gone(full):
    client = Client()
    for address in every_public_address(full):
        answer = client.get(address)
        assert answer["Cache-Control"] == "no-cache"
        assert not answer.has_header("Last-Modified")
        mark = {"HTTP_IF_NONE_MATCH": answer["ETag"]}
        assert client.get(address, **mark).status_code == 304
    address = area_url(full, "1/")
    mark = {"HTTP_IF_NONE_MATCH": client.get(address)["ETag"]}
    full.follow_up()
    assert client.get(address, **mark).status_code == 304, "a follow-up nobody has published changes nothing outside"
    full.publish()
    assert client.get(address, **mark).status_code == 200
    actions.unpublish_promise(by=full.coordinator, promise=full.promise)
    since = {"HTTP_IF_MODIFIED_SINCE": "Mon, 01 Jan 2099 00:00:00 GMT"}
    for headers in ({}, mark, since):
        gone = client.get(address, **headers)
        assert (gone.status_code, gone["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_is_sent_to_a_public_address(full, method):
    for address in every_public_address(full):
        assert getattr(Client(), method)(address).status_code == 405, address
    assert Publication.objects.open().count() == 1


def test_head_says_no_more_than_get(full):
    for address in every_public_address(full):
        head, got = Client().head(address), Client().get(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head["ETag"] == got["ETag"]
    assert Client().head(area_url(full, "2/")).status_code == 404


def test_guessed_addresses_all_look_the_same(full):
    """What is unpublished, what is withdrawn and what never was cannot be told apart."""
    withdrawn = Promise.objects.get(pk=full.withdrawn.pk).public_number
    guesses = [
        *(area_url(full, f"{number}/") for number in (0, 2, 3, withdrawn, 4, 99, 10**30)),
        *(area_url(full, f"{number}/versions/1/") for number in (withdrawn, 77)),
        area_url(full, "1/versions/0/"),
        f"/public/ekstad/{full.east.slug}/promises/",
        f"/public/ekstad/{full.east.slug}/promises/feed/",
        f"/public/ekstad/{full.town.slug}/promises/print/",
        "/public/ekstad/nowhere/promises/",
        f"/public/annanstad/{full.far.slug}/promises/",
        f"/public/annanstad/{full.far.slug}/promises/1/",
        f"/public/annanstad/{full.west.slug}/promises/1/",
        "/public/annanstad/",
        "/public/nowhere/",
    ]
    answers = {(Client().get(address).status_code, Client().get(address).content) for address in guesses}
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_queries_change_nothing_but_the_language(full):
    plain = Client().get(area_url(full, "1/")).content
    for query in ("?lang=xx", "?lang=sv", "?version=2", "?preview=1&draft=true", f"?q={SENTINEL}", "?lang=%00"):
        assert Client().get(area_url(full, "1/") + query).content == plain
    for header in ({"HTTP_ACCEPT_LANGUAGE": "en"}, {"HTTP_COOKIE": "django_language=en"}):
        assert Client().get(area_url(full, "1/"), **header).content == plain


def test_whoever_is_signed_in_reads_the_same(full):
    for who in ("coordinator", "stranger"):
        client = Client()
        client.force_login(full.people[who])
        for address in every_public_address(full):
            assert client.get(address).content == Client().get(address).content


def test_the_feed_is_rss_with_one_entry_for_each_promise(full):
    for lang, title in (("sv", "Torget ska vara ljust på kvällen"), ("en", "The square will be light in the evening")):
        answer = Client().get(area_url(full, "feed/", lang))
        assert answer["Content-Type"].startswith("application/rss+xml")
        channel = ET.fromstring(answer.content)[0]
        assert channel.findtext("language") == lang
        assert [one.findtext("title") for one in channel.findall("item")] == [title]
        link = channel.find("item").findtext("link").replace("http://testserver", "")
        assert Client().get(link).status_code == 200
    first = ET.fromstring(Client().get(area_url(full, "feed/")).content).findtext("channel/item/guid")
    full.follow_up()
    full.publish()
    assert ET.fromstring(Client().get(area_url(full, "feed/")).content).findtext("channel/item/guid") != first


def test_characters_that_are_no_letters_break_no_feed(world):
    """Some arrive by copying from a PDF; no XML can hold them, and no reader sees them."""
    Promise.objects.filter(pk=world.promise.pk).update(
        title_sv="Lju\x08s på torget", problem_sv="Det är\x1f mörkt.\x0bPå kvällen.", problem_en="It is\x01 dark."
    )
    world.published()
    # As one that was published before: its content is never changed.
    old = {**Publication.objects.get().content, "title": {"sv": "Lju\x08s", "en": "Li\x01ght"}}
    for lang in ("sv", "en"):
        channel = ET.fromstring(Client().get(area_url(world, "feed/", lang)).content)[0]
        assert channel.find("item").findtext("title")
    assert "Ljus på torget" in Client().get(area_url(world, "1/")).content.decode()
    feed = PromiseFeed("sv")
    assert feed.item_title(Publication(content=old)) == "Ljus"


def test_small_numbers_of_people_are_not_told(full):
    pages = crawl()
    assert not any("3 deltog" in text or "3 took part" in text for text in pages.values())


@pytest.mark.parametrize("notice", [Collaboration.Notice.INVENTED, Collaboration.Notice.OPEN_DATA])
def test_example_data_says_so_and_is_not_indexed(full, notice):
    Collaboration.objects.filter(pk=full.here.pk).update(notice=notice)
    words = {"invented": "Exempeldata", "open_data": "påhittade"}[notice]
    for address, text in crawl().items():
        answer = Client().get(address)
        assert "noindex" in answer["X-Robots-Tag"]
        if "lang=en" not in address and address != START:
            assert words in text, address


def test_real_promises_may_be_found_by_those_who_search(full):
    for address in every_public_address(full):
        answer = Client().get(address)
        assert not answer.has_header("X-Robots-Tag")
        assert b"noindex" not in answer.content


def test_public_pages_are_small_and_need_no_script(full):
    css = (settings.BASE_DIR / "static" / "css" / "public.css").stat().st_size
    for address, text in crawl().items():
        assert "<script" not in text
        assert "<form" not in text
        assert len(text.encode()) + css < 150_000, address


def test_what_is_in_force_comes_first_and_what_has_ended_stands_shortly_on_the_sheet(full):
    full.follow_up()
    actions.end_promise(by=full.officer, promise=full.promise, result=PromiseState.PARTLY_KEPT)
    full.publish()
    today = timezone.localdate()
    newer = full.new_draft(
        full.west, title_sv="Nya häckar", first_day=today.replace(day=1), last_day=today + dt.timedelta(days=300)
    )
    full.published(newer)
    page = Client().get(area_url(full)).content.decode()
    assert page.index("Nya häckar") < page.index("Torget ska vara ljust")
    sheet = Client().get(area_url(full, "print/")).content.decode()
    assert sheet.index("Nya häckar") < sheet.index("Så gick det") < sheet.index("Torget ska vara ljust")
    assert "Vi höll en del av löftet" in sheet
    # The undertakings of the one in force alone.
    assert sheet.count("Vi byter alla lampor") == 1


@pytest.mark.parametrize(
    ("begins", "ends", "words"), [(1, 9, "Gäller inte än"), (-9, 0, "Gäller nu"), (-9, -1, "slut")]
)
def test_whether_it_is_in_force_is_told_by_its_days(world, begins, ends, words):
    today = timezone.localdate()
    days = {"first_day": today + dt.timedelta(days=begins), "last_day": today + dt.timedelta(days=ends)}
    promise = world.new_draft(world.west, **days)
    world.published(promise)
    state = re.search(r'class="public-state"[^>]*>([^<]+)<', Client().get(area_url(world, "1/")).content.decode())
    assert words in state.group(1)


def test_a_late_follow_up_is_said(full):
    content = Publication.objects.open().get().content
    assert content["follow_up_on"] == "2026-05-15"
    page = Client().get(area_url(full, "1/", "en")).content.decode()
    late = timezone.localdate() > dt.date(2026, 5, 15)
    assert ("has not been published yet" in page) is late


def test_how_it_went_is_told_with_words_and_not_with_colour_alone(full):
    full.follow_up(carried_out="yes", good_result="no")
    actions.end_promise(by=full.officer, promise=full.promise, result=PromiseState.NOT_KEPT)
    full.publish()
    page = Client().get(area_url(full, "1/")).content.decode()
    for words in ("Vi höll inte löftet", "Gjort som vi lovade", "Det har inte blivit bättre"):
        assert words in page


def test_the_preview_is_what_residents_then_read(full):
    actions.unpublish_promise(by=full.coordinator, promise=full.promise)
    client = Client()
    client.force_login(full.coordinator)
    preview = client.get(reverse("promise_publish", args=["ekstad", full.promise.number])).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{32})"', preview).group(1)
    assert SENTINEL not in preview
    sent = client.post(reverse("promise_publish", args=["ekstad", full.promise.number]), {"seen": seen})
    assert sent.status_code == 302
    page = Client().get(area_url(full, "1/")).content.decode()
    part = re.compile(r'<section class="public-part">.*?</section>', re.DOTALL)
    assert part.findall(page)[:4] == part.findall(preview)[:4]
