"""A municipality's own look of documents: chosen, refused in words, shown, kept by what was frozen meanwhile."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from documents import excel, model, pdf, slides, word
from partners import looks
from partners.models import Look
from tests import factories as make
from tests.documents import reading, reading_excel, reading_slides, reading_word
from tests.documents.examples import EVERYTHING, document
from tests.world import World

RED, PALE = "#8f1f38", "#ffd54f"


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return World()


def keep(world, *, who="coordinator", accent=RED, header="Ekstads kommun", logo=None, keeps_logo=True):
    return looks.keep_look(
        by=world.people[who], collaboration=world.here, accent=accent, header=header, logo=logo, keeps_logo=keeps_logo
    )


def lying():
    return default_storage.listdir("logotypes")[1] if default_storage.exists("logotypes") else []


def send(client, world, who="coordinator", **said):
    client.force_login(world.people[who])
    return client.post(reverse("look", args=["ekstad"]), said)


def test_a_look_is_chosen_shown_by_an_example_and_removed(client, world):
    logo = SimpleUploadedFile("vår logga.png", make.drawn_photo(300, 90, "PNG"))
    assert send(client, world, accent=RED.upper(), header=" Ekstads  kommun ", logo=logo).status_code == 302
    page = client.get(reverse("look", args=["ekstad"])).content.decode()
    assert RED in page
    assert "Ekstads kommun" in page
    assert reverse("look_logotype", args=["ekstad"]) in page
    picture = client.get(reverse("look_logotype", args=["ekstad"]))
    assert (picture["Content-Type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")
    example = client.get(reverse("look_preview", args=["ekstad"]))
    assert "Ekstads kommun" in reading.words(example.content)
    assert reading.faults_of_pdf(example.content) == []
    assert client.get(reverse("look_remove", args=["ekstad"])).status_code == 405
    client.post(reverse("look_remove", args=["ekstad"]))
    assert client.get(reverse("look_preview", args=["ekstad"])).status_code == 404
    assert looks.look_of(world.here) is None
    assert list(Event.objects.filter(action__startswith="look_").values_list("action", flat=True).order_by("pk")) == [
        "look_kept", "look_removed",
    ]  # fmt: skip


@pytest.mark.parametrize("accent", [PALE, "#777777", "red", "0062ba", "#0062b"])
def test_a_colour_that_cannot_be_read_is_refused_in_words_and_nothing_changes(client, world, accent):
    before = keep(world)
    answer = send(client, world, accent=accent)
    assert answer.status_code == 422
    with override("sv"), pytest.raises(NotPossible) as no:
        keep(world, accent=accent)
    assert no.value.messages[0] in answer.content.decode().replace("&quot;", '"')
    assert looks.row_of(world.here) == before


def test_a_colour_just_dark_enough_is_taken(world):
    assert keep(world, accent="#767676").accent == "#767676"


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\xff\xd8\xff" * 20])
def test_what_is_no_picture_is_refused_and_leaves_no_file(world, data):
    with pytest.raises(NotPossible):
        keep(world, logo=data)
    assert lying() == []
    assert not Look.objects.exists()
    keep(world, logo=make.drawn_photo(300, 90))
    assert len(lying()) == 1


def test_a_line_that_points_at_a_person_is_refused(client, world):
    assert send(client, world, header="811218-9876").status_code == 422
    assert send(client, world, header="Ekstads kommun").status_code == 302


def test_the_logotype_stays_when_only_the_colour_changes_and_goes_when_asked(world):
    first = keep(world, logo=make.drawn_photo(300, 90))
    second = keep(world, accent="#004d40")
    assert str(second.file) == str(first.file)
    assert looks.look_of(world.here).logo
    assert not keep(world, keeps_logo=False).file
    # The first look still has its picture.
    assert looks.sweep(timezone.now() + dt.timedelta(days=1)) == 0


def test_choosing_the_same_again_changes_nothing(world):
    first = keep(world)
    assert keep(world) == first
    assert Event.objects.filter(action="look_kept").count() == 1


def test_nothing_chosen_is_no_look(world):
    with pytest.raises(NotPossible):
        keep(world, accent="", header="")
    with pytest.raises(NotPossible):
        looks.remove_look(by=world.people["coordinator"], collaboration=world.here)


def test_only_coordinators_and_administrators_choose(world):
    for who in ("police", "council", "reporter", "data_protection"):
        with pytest.raises(NotAllowed):
            keep(world, who=who)
    keep(world, who="administrator")
    with pytest.raises(NotAllowed):
        looks.remove_look(by=world.people["police"], collaboration=world.here)


def test_there_is_one_look_at_a_time(world):
    keep(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.LookFactory(collaboration=world.here)
    make.LookFactory(collaboration=world.elsewhere)


def test_what_was_frozen_keeps_the_look_of_its_day(world, time_machine):
    days = [dt.datetime(2026, month, 1, 12, tzinfo=dt.UTC) for month in (3, 5, 7)]
    for day, accent in zip(days[:2], (RED, "#004d40"), strict=True):
        time_machine.move_to(day)
        keep(world, accent=accent)
    time_machine.move_to(days[2])
    looks.remove_look(by=world.people["coordinator"], collaboration=world.here)
    then = [looks.look_of(world.here, day + dt.timedelta(days=1)) for day in days]
    assert [look.accent if look else None for look in then] == [RED, "#004d40", None]
    assert looks.look_of(world.here, days[0] - dt.timedelta(days=1)) is None
    assert looks.look_of(world.here) is None


def test_a_lost_file_keeps_no_document_from_anybody(world, caplog):
    row = keep(world, logo=make.drawn_photo(300, 90))
    default_storage.delete(str(row.file))
    assert looks.look_of(world.here) == model.Look(accent=RED, header="Ekstads kommun")
    assert "has lost its logotype" in caplog.text


def test_the_night_sweeps_up_what_a_killed_process_left(world):
    keep(world, logo=make.drawn_photo(300, 90))
    left = looks.store(make.drawn_photo(100, 90))
    assert looks.sweep(timezone.now()) == 0
    assert looks.sweep(timezone.now() + dt.timedelta(hours=7)) == 1
    assert not default_storage.exists(left)


# In the files ---------------------------------------------------------------------------------------------------------

LOOK = model.Look(accent=RED, header="Ekstads kommun", logo=make.drawn_photo(300, 90))
WRITERS = {"pdf": pdf.write, "docx": word.write, "pptx": slides.write, "xlsx": excel.write}


@pytest.fixture(scope="module")
def files():
    with override("sv"):
        return {
            kind: (write(document(*EVERYTHING)), write(document(*EVERYTHING), look=LOOK))
            for kind, write in WRITERS.items()
        }


@pytest.mark.parametrize("kind", WRITERS)
def test_a_look_changes_how_a_file_looks_and_not_what_it_says(files, kind):
    plain, own = files[kind]
    assert plain != own
    assert reading.said_in(own, kind) == reading.said_in(plain, kind)
    with override("sv"):
        assert WRITERS[kind](document(*EVERYTHING), look=LOOK) == own
        assert WRITERS[kind](document(*EVERYTHING), look=None) == plain
        assert WRITERS[kind](document(*EVERYTHING), look=model.Look()) == plain


def test_each_file_has_the_line_the_colour_and_the_logotype(files):
    code = RED.lstrip("#").upper()
    assert "Ekstads kommun" in reading.words(files["pdf"][1])
    assert reading.faults_of_pdf(files["pdf"][1]) == []
    assert "Ekstads kommun" in reading_word.on_every_page(files["docx"][1])
    assert code in reading_word.part(files["docx"][1], "word/styles.xml")
    assert "Ekstads kommun" in reading_excel.on_every_page(files["xlsx"][1])
    show = reading_slides.opened(files["pptx"][1])
    for layout in show.slide_layouts:
        assert "Ekstads kommun" in [shape.text_frame.text for shape in layout.shapes if shape.has_text_frame]
        assert any(shape.shape_type is not None and shape.shape_type.name == "PICTURE" for shape in layout.shapes)
    assert any(
        code.encode() in content for name, content in reading_slides.parts(files["pptx"][1]).items() if "theme" in name
    )
    logo = hashlib.sha256(LOOK.logo).digest()
    for kind in ("docx", "pptx"):
        with zipfile.ZipFile(io.BytesIO(files[kind][1])) as packed:
            assert logo in [
                hashlib.sha256(packed.read(name)).digest() for name in packed.namelist() if "media/" in name
            ]


@pytest.mark.parametrize("shape", [(1600, 40), (60, 900)])
def test_a_long_or_high_logotype_stays_inside_the_slide_and_above_the_title(shape):
    look = model.Look(logo=make.drawn_photo(*shape), header="K" * 80)
    show = reading_slides.opened(slides.write(document(*EVERYTHING), look=look))
    for layout in show.slide_layouts:
        boxes = [s for s in layout.shapes if not s.is_placeholder]
        assert len(boxes) == 2
        for box in boxes:
            assert box.left >= 0
            assert box.left + box.width <= show.slide_width
            assert 0 <= box.top < box.top + box.height <= min(s.top for s in layout.placeholders)


def test_a_look_that_cannot_be_read_reaches_no_writer():
    with pytest.raises(ValueError, match="ffd54f"):
        model.Look(accent=PALE)
