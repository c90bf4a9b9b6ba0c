"""A picture as PDF: what stands in it, for whom, and that a published one never changes."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.models import Event
from documents import model
from partners.models import Collaboration
from situational_picture import actions, building, documents, selecting
from situational_picture.models import Picture
from situational_picture.writing import SECTIONS, ComingEvent, PriorityPlace, Section, Written
from tests import factories as make
from tests.documents import reading, reading_word

# Large and unlike anything else in a document: a date, a version, a page.
TOLD = {"total": 4321, "category": 4322, "place": 4323, "hexagon": 4324, "trend": 4325}


def _draft(world):
    building.rebuild_area(world.west, today=timezone.localdate())
    return Picture.objects.filter(area=world.west, period_kind="week").order_by("-period_end").first()


@pytest.fixture
def built(world):
    cache.clear()
    world.draft = _draft(world)
    world.published = actions.publish_picture(by=world.people["coordinator"], picture=world.draft)
    return world


def get(client, world, who, **query):
    client.force_login(world.people[who])
    return client.get(reverse("picture_pdf", args=["ekstad", "vaster"]), query)


def file_of(client, world, who, **query):
    answer = get(client, world, who, **query)
    assert answer.status_code == 200
    return answer.content


def published_file(client, world, who):
    return file_of(client, world, who, period=world.published.period.code, version=1)


def everything_said(file):
    return reading.bare(reading.words(file) + "".join(reading.alternatives(file)))


def test_a_published_picture_is_one_or_two_tagged_pages_that_say_which_they_are(client, built):
    answer = get(client, built, "coordinator", period=built.published.period.code, version=1)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="vaster-{built.published.period.code}-v1.pdf"'
    file = answer.content
    pdf = reading.reader(file)
    assert 1 <= len(pdf.pages) <= 2
    assert pdf.trailer["/Root"]["/Lang"] == "sv"
    text = reading.words(file)
    assert pdf.metadata.title in text
    assert "Väster" in pdf.metadata.title
    assert built.published.data_fingerprint[: documents.FINGERPRINT_SHOWN] in reading.bare(text)
    assert "version 1" in text
    assert "/H1" in reading.tags(file)
    assert len(reading.alternatives(file)) == 2
    assert "Utkast" not in text


def test_a_draft_says_on_every_page_that_it_is_one_and_is_for_the_circle(client, built):
    code = built.draft.period.code
    for page in reading.reader(file_of(client, built, "coordinator", period=code, version=0)).pages:
        assert "Utkast" in page.extract_text()
    assert get(client, built, "council", period=code, version=0).status_code == 404
    assert get(client, built, "stranger", period=code).status_code == 404
    assert get(client, built, "coach", period=code).status_code == 403


def test_the_file_stays_byte_for_byte_when_reports_come_in_afterwards(client, built):
    before = {who: published_file(client, built, who) for who in ("coordinator", "council", "reporter")}
    at = timezone.make_aware(dt.datetime.combine(built.published.period.start, dt.time(12)))
    for _number in range(3):
        make.IncidentFactory(
            organisation=built.housing, area=built.west, place=built.square, category=built.vandalism, at=at
        )
    building.rebuild_area(built.west, today=timezone.localdate())
    cache.clear()
    changed = Picture.objects.get(pk=built.draft.pk).figures["total"]["count"]
    assert changed == built.published.figures["total"]["count"] + 3
    for who, file in before.items():
        assert published_file(client, built, who) == file


def test_a_look_chosen_afterwards_is_worn_by_the_draft_and_not_by_what_is_published(built):
    reader = built.people["coordinator"]

    def files():
        cache.clear()
        made = (documents.picture_pdf(reader, one, address="x") for one in (built.published, built.draft))
        return tuple(made)

    published, draft = files()
    make.LookFactory(collaboration=built.here, header="Ekstads kommun")
    after, draft_after = files()
    assert after == published
    assert draft_after != draft
    assert "Ekstads kommun" in reading.words(draft_after)


@pytest.fixture
def told(world):
    """A published picture whose counts are unmistakable, and all of them protected outside the circle."""
    cache.clear()
    Collaboration.objects.filter(pk=world.here.pk).update(protect_counts_up_to=9999)
    # The week that has just begun holds nothing of what the cast has reported some days ago.
    make.IncidentFactory(
        organisation=world.housing, area=world.west, place=world.square, category=world.vandalism, at=timezone.now()
    )
    draft = _draft(world)
    figures = draft.figures
    figures["total"]["count"] = TOLD["total"]
    figures["categories"][0]["count"] = TOLD["category"]
    figures["places"][0]["count"] = TOLD["place"]
    figures["map"]["cells"][next(iter(figures["map"]["cells"]))] = TOLD["hexagon"]
    figures["trend"]["observed"][-1] = TOLD["trend"]
    draft.save()
    draft.refresh_from_db()
    world.published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
    return world


def test_a_protected_number_is_nowhere_in_the_file(client, told):
    whole = everything_said(published_file(client, told, "coordinator"))
    for number in TOLD.values():
        assert f"{str(number)[0]}{str(number)[1:]}" in whole
    for who in ("council", "reporter", "other_housing"):
        said = everything_said(published_file(client, told, who))
        assert "skyddat" in said
        assert [number for number in TOLD.values() if str(number) in said] == []


def test_no_protected_number_reaches_a_drawing(told):
    """Letters in a drawing are outlines, which no search for text finds: what is drawn is looked at before."""
    figures = selecting.figures_for(told.people["council"], told.published)
    document = documents.picture_document(told.published, figures, address="")
    assert not {str(number) for number in TOLD.values()} & set(_numbers(document))
    whole = selecting.figures_for(told.people["coordinator"], told.published)
    assert {"4323", "4324", "4325"} <= set(_numbers(documents.picture_document(told.published, whole, address="")))


def _numbers(part):
    """Every number in a document's parts, however deep it lies."""
    if isinstance(part, int | float):
        yield f"{part:g}"
    elif isinstance(part, str):
        yield "".join(character for character in part if character.isdecimal())
    elif isinstance(part, tuple | list):
        for one in part:
            yield from _numbers(one)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from _numbers(getattr(part, name))


def test_readers_of_one_kind_share_a_file_and_others_do_not(client, built, monkeypatch):
    made = []
    write = documents.pdf.write
    monkeypatch.setattr(
        documents.pdf, "write", lambda document, **asked: made.append(document) or write(document, **asked)
    )
    first = published_file(client, built, "coordinator")
    assert published_file(client, built, "security_lead") == first
    assert len(made) == 1
    assert published_file(client, built, "council") != first
    assert published_file(client, built, "reporter")
    assert len(made) == 3
    with override("en"):
        documents.picture_pdf(built.people["coordinator"], built.published, address="")
    assert made[-1].language == "en"


def test_every_download_is_logged_also_of_a_kept_file(client, built):
    for _time in range(2):
        published_file(client, built, "council")
    lines = Event.objects.filter(action="picture_document_downloaded", subject_id=str(built.published.pk))
    assert lines.count() == 2
    assert lines[0].actor_id == built.people["council"].pk


@pytest.mark.parametrize(
    ("notice", "said"), [("invented", "Exempeldata"), ("open_data", "data.police.uk"), ("none", None)]
)
def test_what_the_data_are_stands_on_every_page(client, built, notice, said):
    Collaboration.objects.filter(pk=built.here.pk).update(notice=notice)
    for page in reading.reader(published_file(client, built, "coordinator")).pages:
        text = page.extract_text()
        assert (said in text) if said else ("Exempeldata" not in text and "police.uk" not in text)


def test_the_map_shows_the_boundary_that_was_in_force(built):
    """A boundary re-cut after the picture was published is not the published picture's."""
    figures = selecting.figures_for(built.people["coordinator"], built.published)

    def outline():
        blocks = documents.picture_document(built.published, figures, address="").blocks
        columns = next(block for block in blocks if isinstance(block, model.Columns))
        return next(block for block in columns.left if isinstance(block, model.MapDrawing)).outline

    before = outline()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    built.west.boundaries.update(valid_to=tomorrow)
    make.BoundaryFactory(area=built.west, west=15.0, south=57.0, east=15.5, north=57.5, valid_from=tomorrow)
    assert outline() == before
    assert before


def test_a_picture_without_anything_in_it_is_a_document(client, built):
    figures = {**built.published.figures, "is_protected": False}
    figures |= {"places": [], "changes": [], "others": [], "clock": None, "categories": []}
    figures["map"] = {**figures["map"], "cells": {}, "drawn": 0, "without_point": 0}
    file = documents.pdf.write(documents.picture_document(built.published, figures, address="http://example.se/"))
    assert "http://example.se/" in reading.bare(reading.words(file))


WRITTEN = Written(
    assessed_state="worrying",
    assessed_motive="Bränderna har kommit tillbaka.",
    assessment="Vi ser samma sak från tre håll.\n#set page(width: 1cm)",
    sections={key: Section(text=f"Om {key}: *oförändrat*.") for key in SECTIONS},
    coming_events=(ComingEvent(day=dt.date(2026, 12, 13), what="Lucia på torget", place="Västers centrum"),),
    priority_places=(PriorityPlace(name="Västers centrum", why="Flest händelser tre veckor i rad."),),
)


def test_what_people_have_written_stands_in_it_as_written(built):
    picture = built.published
    for name, value in WRITTEN.fields().items():
        setattr(picture, name, value)
    figures = selecting.figures_for(built.people["council"], picture)
    with override("sv"):
        file = documents.pdf.write(documents.picture_document(picture, figures, address=""))
    text = reading.bare(reading.words(file))
    said = [words for _field, words in WRITTEN.texts() if words]
    assert len(said) > len(SECTIONS)
    assert [words for words in said if reading.bare(words) not in text] == []
    assert reading.bare("Bedömt läge: oroande") in text
    assert reading.bare("13 december") in text
    # What people say comes before what is counted.
    assert text.index(reading.bare("Vi ser samma sak")) < text.index(reading.bare("Vad som har ändrats"))


def test_texts_as_long_as_they_may_be_take_more_pages_and_lose_nothing(built):
    long = " ".join(f"ord{number}" for number in range(500))
    picture = built.published
    picture.assessment = long
    picture.sections = {key: vars(Section(text=f"{key}0 {long} {key}1")) for key in SECTIONS}
    figures = selecting.figures_for(built.people["coordinator"], picture)
    text = reading.bare(reading.words(documents.pdf.write(documents.picture_document(picture, figures, address=""))))
    assert text.count("ord499") == 1 + len(SECTIONS)
    assert all(f"{key}1" in text for key in SECTIONS)


def word_file(client, world, who, **query):
    client.force_login(world.people[who])
    return client.get(reverse("picture_word", args=["ekstad", "vaster"]), query)


def published_word(client, world, who):
    answer = word_file(client, world, who, period=world.published.period.code, version=1)
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("who", ["coordinator", "council", "reporter"])
def test_the_word_file_says_what_the_pdf_says(client, built, who):
    """Every word of the PDF; the order of what stands in columns, and how it is drawn, are the file's own."""
    answer = published_word(client, built, who)
    assert answer["Content-Disposition"] == f'attachment; filename="vaster-{built.published.period.code}-v1.docx"'
    printed = published_file(client, built, who)
    file = answer.content
    about = reading_word.opened(file).core_properties
    assert about.title == reading.reader(printed).metadata.title
    assert about.language == "sv-SE"
    in_word = reading.bare(reading_word.words(file) + reading_word.on_every_page(file))
    pages = {"•", "(", ")", "(1)", "(2)", "(3)", "1", "2", "3"}
    missing = [word for word in reading.words(printed).split() if word not in pages and word not in in_word]
    assert missing == []
    assert len(reading.words(printed).split()) > 150
    assert sorted(reading_word.alternatives(file)) == sorted(reading.alternatives(printed))


def test_the_word_file_of_a_draft_says_so_and_is_for_the_circle(client, built):
    code = built.draft.period.code
    assert "Utkast" in reading_word.on_every_page(
        word_file(client, built, "coordinator", period=code, version=0).content
    )
    assert word_file(client, built, "council", period=code, version=0).status_code == 404
    assert word_file(client, built, "stranger", period=code).status_code == 404
    assert word_file(client, built, "coach", period=code).status_code == 403


def test_a_protected_number_is_nowhere_in_the_word_file_either(client, told):
    whole = reading.bare(reading_word.words(published_word(client, told, "coordinator").content))
    assert [number for number in TOLD.values() if str(number) in whole] != []
    for who in ("council", "reporter", "other_housing"):
        file = published_word(client, told, who).content
        said = reading.bare(reading_word.words(file) + "".join(reading_word.alternatives(file)))
        assert "skyddat" in said
        assert [number for number in TOLD.values() if str(number) in said] == []


def test_the_word_file_stays_byte_for_byte_and_every_download_is_logged(client, built):
    before = published_word(client, built, "council").content
    at = timezone.make_aware(dt.datetime.combine(built.published.period.start, dt.time(12)))
    make.IncidentFactory(
        organisation=built.housing, area=built.west, place=built.square, category=built.vandalism, at=at
    )
    building.rebuild_area(built.west, today=timezone.localdate())
    cache.clear()
    assert published_word(client, built, "council").content == before
    lines = Event.objects.filter(action="picture_word_downloaded", subject_id=str(built.published.pk))
    assert lines.count() == 2
    assert lines[0].actor_id == built.people["council"].pk


def test_the_page_links_to_its_own_file(client, built):
    client.force_login(built.people["council"])
    code = built.published.period.code
    page = client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": code, "version": 1}).content.decode()
    for route in ("picture_pdf", "picture_word"):
        assert reverse(route, args=["ekstad", "vaster"]) + f"?period={code}&amp;version=1" in page
