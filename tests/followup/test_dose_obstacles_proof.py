"""How much was done, what hinders, and photos of what is carried out."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from action_plans.retention import GONE
from common.errors import NotAllowed, NotPossible
from followup.models import Course, DoseDone, DoseKind, DosePlan, Obstacle, ObstacleCode, ProgressNote, ProofPhoto
from followup.progress.actions import plan_doses, resolve_obstacle
from followup.progress.photos import add_proof
from followup.progress.presenters import bar, bars
from followup.progress.queries import doses_of, open_obstacles, spent_on
from followup.progress.retention import KINDS
from partners.retention import kind_named
from tests import factories as make
from tests.followup.cast import ProgressWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return ProgressWorld()


def at(name, *args):
    return reverse(name, args=["ekstad", *args])


# --- Dose, time and money ---------------------------------------------------------------------------------------------


def planned(world, **kinds):
    changed = {(DoseKind(kind), ""): number for kind, number in kinds.items()}
    plan_doses(by=world.officer, measure=world.ongoing, changed=changed)
    return {dose.kind: dose for dose in world.ongoing.doses.all()}


def test_what_is_done_is_summed_against_what_was_planned(world):
    doses = planned(world, patrols=40, lamps=9)
    world.told(doses={doses["patrols"].pk: 12}, hours=20, cost_sek=30_000)
    world.told(doses={doses["patrols"].pk: 5, doses["lamps"].pk: 0}, hours=4)
    found = {dose.kind: (dose.number_done, dose.planned) for dose in doses_of([world.ongoing])[world.ongoing.pk]}
    assert found == {"patrols": (17, 40), "lamps": (0, 9)}
    assert spent_on([world.ongoing]) == {world.ongoing.pk: (24, 30_000)}
    assert DoseDone.objects.count() == 2


def test_a_bar_says_its_number_and_never_leaves_its_box():
    assert (bar("patruller", 17, 40)["percent"], bar("patruller", 50, 40)["percent"]) == (42, 100)
    assert bar("patruller", 50, 40)["is_more"]
    assert bar("arbetstimmar", 5, None)["percent"] is None


def test_of_what_is_over_the_untold_is_not_said_to_be_nothing(world):
    planned(world, patrols=40, lamps=9)
    measure = world.ongoing

    def said():
        return [row["text"] for row in bars(measure, doses_of([measure])[measure.pk], (24, 0))]

    assert said() == ["0 av 40", "0 av 9", "24 av 60", "0 av 100 000 kronor"]
    measure.state = "carried_out"
    assert said() == [
        "40 planerat, inget rapporterat", "9 planerat, inget rapporterat", "24 av 60",
        "100 000 kronor planerat, inget rapporterat",
    ]  # fmt: skip


def test_what_was_counted_keeps_its_plan(world):
    doses = planned(world, patrols=40, lamps=9)
    world.told(doses={doses["patrols"].pk: 1})
    with pytest.raises(NotPossible):
        planned(world, patrols=None)
    assert set(planned(world, lamps=None)) == {"patrols"}
    with pytest.raises(NotPossible):
        world.told(doses={doses["lamps"].pk: 1})
    elsewhere = make.DosePlanFactory(measure=world.measure(state="ongoing"))
    with pytest.raises(NotPossible):
        world.told(doses={elsewhere.pk: 1})


def test_the_form_writes_what_was_changed_and_nothing_else(world, client):
    client.force_login(world.officer)
    planned(world, patrols=40)
    form = client.get(at("dose_plan", world.ongoing.pk)).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "is_confirmed"}
    # Meanwhile somebody else says forty-five.
    planned(world, patrols=45)
    sent |= {"lamps": "9", "word": "Uppställda bänkar", "own": "4"}
    assert client.post(at("dose_plan", world.ongoing.pk), sent).status_code == 302
    found = set(DosePlan.objects.values_list("kind", "word", "planned"))
    assert found == {("patrols", "", 45), ("lamps", "", 9), ("own", "uppställda bänkar", 4)}
    refused = client.post(at("dose_plan", world.ongoing.pk), {"word": "0701234567", "own": "4"})
    assert refused.status_code == 422
    with pytest.raises(NotAllowed):
        plan_doses(by=world.people["council"], measure=world.ongoing, changed={(DoseKind.VISITS, ""): 1})


# --- Obstacles --------------------------------------------------------------------------------------------------------


def test_what_hinders_is_said_by_its_code_until_it_is_out_of_the_way(world, client):
    with pytest.raises(NotPossible) as no:
        world.told(course=Course.HINDERED)
    assert "obstacle" in no.value.message_dict
    with pytest.raises(NotPossible):
        world.told(course=Course.HINDERED, obstacle=ObstacleCode.OTHER)
    since = timezone.localdate() - dt.timedelta(days=9)
    world.told(course=Course.HINDERED, obstacle=ObstacleCode.PERMIT, since=since)
    (obstacle,) = open_obstacles(world.officer, [world.ongoing])[world.ongoing.pk]
    assert (obstacle.code, obstacle.since) == ("permit", since)

    client.force_login(world.officer)
    page = client.get(at("measure_detail", world.ongoing.pk)).content.decode()
    assert "Väntar på tillstånd" in page
    with pytest.raises(NotAllowed):
        resolve_obstacle(by=world.people["council"], obstacle=obstacle)
    with pytest.raises(NotPossible):
        resolve_obstacle(by=world.officer, obstacle=obstacle, on=since - dt.timedelta(days=1))
    assert client.post(at("obstacle_resolve", obstacle.pk)).status_code == 302
    obstacle.refresh_from_db()
    assert (obstacle.resolved_on, obstacle.resolved_by) == (timezone.localdate(), world.officer)
    assert resolve_obstacle(by=world.security_lead, obstacle=obstacle).resolved_by == world.officer
    assert open_obstacles(world.officer, [world.ongoing])[world.ongoing.pk] == []


def test_a_form_without_javascript_forgets_what_hinders_when_another_answer_is_pressed(world, client):
    client.force_login(world.officer)
    address = at("progress_tell", world.ongoing.pk)
    sent = {
        "course": "as_planned", "obstacle": "money", "on": timezone.localdate(), "client_uuid": uuid.uuid4(),
        "organisation": world.municipality.pk,
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert client.post(address, {**sent, "course": "hindered", "client_uuid": uuid.uuid4()}).status_code == 302
    assert [one.code for one in Obstacle.objects.all()] == ["money"]


# --- Photos -----------------------------------------------------------------------------------------------------------


def test_a_photo_is_made_anew_and_seen_by_the_circle_alone(world, client):
    client.force_login(world.officer)
    data = make.drawn_photo(exif=_with_position())
    sent = {
        "course": "done", "on": timezone.localdate(), "client_uuid": uuid.uuid4(),
        "organisation": world.municipality.pk, "photos": SimpleUploadedFile("a.jpg", data),
    }  # fmt: skip
    address = at("progress_tell", world.ongoing.pk)
    for _press in range(2):
        sent["photos"] = SimpleUploadedFile("a.jpg", data)
        assert client.post(address, sent).status_code == 302
    photo = ProofPhoto.objects.get()
    shown = client.get(at("proof_photo", photo.pk))
    assert not Image.open(io.BytesIO(shown.content)).getexif()
    assert at("proof_photo", photo.pk) in client.get(at("measure_detail", world.ongoing.pk)).content.decode()
    client.force_login(world.people["council"])
    assert client.get(at("proof_photo", photo.pk)).status_code == 404
    assert at("proof_photo", photo.pk) not in client.get(at("measure_detail", world.ongoing.pk)).content.decode()
    client.force_login(world.officer)
    assert client.post(at("proof_remove", photo.pk)).status_code == 302
    photo.refresh_from_db()
    assert (str(photo.file), photo.removal) == ("", "taken_back")
    assert client.get(at("proof_photo", photo.pk)).status_code == 404


def _with_position():
    exif = Image.Exif()
    exif[0x010E] = "Kameran"
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes()


def test_a_note_has_room_for_three_photos_of_its_writer(world):
    note = world.told().note
    for colour in ("red", "green", "blue"):
        add_proof(note=note, by=world.officer, data=make.drawn_photo(colour=colour))
    with pytest.raises(NotPossible):
        add_proof(note=note, by=world.officer, data=make.drawn_photo(colour="black"))
    with pytest.raises(NotAllowed):
        add_proof(note=note, by=world.coordinator, data=make.drawn_photo(colour="white"))
    with pytest.raises(NotPossible):
        add_proof(note=world.told().note, by=world.officer, data=b"not a picture")
    assert ProofPhoto.objects.count() == 3


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_words_go_when_the_plan_has_ended_and_photos_after_three_years(world):
    world.told(course=Course.HINDERED, obstacle=ObstacleCode.STAFF, text="Vi saknar en montör.")
    note = ProgressNote.objects.get()
    photo = make.ProofPhotoFactory(note=note)
    old = dt.date(2019, 5, 1)
    before = dt.date(2024, 1, 1)
    texts, photos = (kind_named(one.code) for one in KINDS)
    ProgressNote.objects.update(on=old, written_at=dt.datetime(2019, 5, 1, tzinfo=dt.UTC))
    ProofPhoto.objects.update(created_at=dt.datetime(2019, 5, 1, tzinfo=dt.UTC))
    assert not texts.due(world.here, before).exists()
    type(world.plan).objects.filter(pk=world.plan.pk).update(first_day=old, last_day=dt.date(2019, 12, 31))
    for kind in (texts, photos):
        rows = list(kind.due(world.here, before).values_list("pk", flat=True))
        assert len(rows) == 1
        kind.purge(world.here, rows)
        assert not kind.due(world.here, before).exists()
    note.refresh_from_db()
    photo.refresh_from_db()
    assert (note.text, note.obstacle.code, photo.removal) == (GONE, "staff", "time")


# --- The API, and how much is asked -----------------------------------------------------------------------------------


def _send(client, body):
    return client.post("/api/v1/progress/", json.dumps(body), content_type="application/json")


def test_the_api_tells_once_and_reads_what_the_page_reads(world, client):
    client.force_login(world.officer)
    body = {
        "measure": world.ongoing.pk, "course": "hindered", "obstacle": "season", "hours": 3,
        "client_uuid": str(uuid.uuid4()),
    }  # fmt: skip
    first, again = _send(client, body), _send(client, body)
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    (row,) = client.get(f"/api/v1/progress/?measure={world.ongoing.pk}").json()["results"]
    assert (row["course"], row["obstacle"]["code"], row["hours"]) == ("hindered", "season", 3)
    # How many photos there still are is told, and never the photos.
    note = ProgressNote.objects.get()
    make.ProofPhotoFactory(note=note)
    make.ProofPhotoFactory(note=note, file="", sha256="", removal=ProofPhoto.Removal.TAKEN_BACK)
    (row,) = client.get(f"/api/v1/progress/?measure={world.ongoing.pk}").json()["results"]
    assert row["photos"] == 1
    assert _send(client, {**body, "obstacle": None, "client_uuid": str(uuid.uuid4())}).status_code == 409
    client.force_login(world.people["other_housing"])
    assert client.get("/api/v1/progress/").json() == {"results": []}
    assert _send(client, {**body, "client_uuid": str(uuid.uuid4())}).status_code == 404


def test_the_api_tells_how_much_was_done_of_what_is_planned(world, client):
    planned(world, lamps=24)
    client.force_login(world.officer)
    sent = {"measure": world.ongoing.pk, "course": "as_planned", "client_uuid": str(uuid.uuid4())}

    def send(*doses, **others):
        return client.post("/api/v1/progress/", {**sent, "doses": doses, **others}, content_type="application/json")

    lamps = {"kind": "lamps", "amount": 5}
    for refused in ([{"kind": "patrols", "amount": 1}], [lamps, lamps]):
        assert send(*refused).status_code == 409
    assert not ProgressNote.objects.exists()
    assert [send(lamps).status_code for _time in range(2)] == [201, 200]
    assert DoseDone.objects.get().amount == 5
    assert ProgressNote.objects.count() == 1


def test_ten_notes_cost_the_page_no_more_questions_than_two(world, client):
    dose = planned(world, patrols=40)["patrols"]

    def tell_more(number):
        for _note in range(number):
            note = world.told(course=Course.HINDERED, obstacle=ObstacleCode.STAFF, doses={dose.pk: 1}).note
            make.ProofPhotoFactory(note=note)

    def asked():
        with CaptureQueriesContext(connection) as at_page:
            assert client.get(at("measure_detail", world.ongoing.pk)).status_code == 200
        return len(at_page)

    client.force_login(world.officer)
    tell_more(2)
    # One lamp, or one patrol, reads right too.
    assert "patruller: 1" in client.get(at("measure_detail", world.ongoing.pk)).content.decode()
    asked()
    few = asked()
    tell_more(8)
    assert asked() <= few + 2
