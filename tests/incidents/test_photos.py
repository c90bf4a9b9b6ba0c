"""Photos with reports: who sends them, who sees them and when, and that files and rows never part."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents import entry
from incidents.actions import approve_incident, change_category, change_incident, reject_incident
from incidents.merging import merge_incidents
from incidents.models import Incident, Photo, Status
from incidents.photos import files
from incidents.photos.actions import MOST_PHOTOS, add_photo, approve_photo, cover_photo, remove_photo
from incidents.photos.queries import left_behind
from incidents.presenters import export_lines
from incidents.queries import WITH_ROW
from incidents.queries import with_photos as with_photos_counted
from incidents.reviewing.queries import number_in_menu
from incidents.rules import RejectReason, Report
from partners import retention
from privacy import images
from tests import factories as make
from tests.at_once import at_once
from tests.factories import drawn_photo
from tests.world import PEOPLE, World

EKSTAD = "ekstad"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def world(db):
    return with_photos(World())


def with_photos(world):
    world.vandalism.takes_photos = True
    world.vandalism.save()
    world.waiting.submitted_at = timezone.now()
    world.waiting.save()
    return world


def lying(media: Path) -> set[str]:
    """The files that lie there, as rows name them."""
    return {f"photos/{path.name}" for path in (media / "photos").glob("*")}


def send(world, incident=None, data=None, number=None, by=None):
    return add_photo(
        incident=incident or world.waiting,
        by=by or world.people["reporter"],
        data=data or drawn_photo(400, 300),
        client_uuid=number or uuid.uuid4(),
    )


def address(name, *args):
    return reverse(name, args=[EKSTAD, *args])


def named() -> set[str]:
    return set(Photo.objects.exclude(file="").values_list("file", flat=True))


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_a_photo_is_stored_under_a_name_that_says_nothing_and_waits(world, media):
    photo, is_new = send(world)
    assert is_new
    assert (photo.status, photo.width, photo.height) == (Photo.Status.WAITING, 400, 300)
    assert lying(media) == {photo.file.name}
    assert len(Path(photo.file.name).stem) == 32
    assert default_storage.size(photo.file.name) == photo.size_bytes
    assert Event.objects.get(action="photo_added").details == {"photo": photo.pk}


def test_the_same_photo_under_the_same_number_is_stored_once(world, media):
    number, data = uuid.uuid4(), drawn_photo(300, 300)
    first, again = send(world, data=data, number=number), send(world, data=data, number=number)
    assert (first.photo, again.is_new) == (again.photo, False)
    assert lying(media) == named() == {first.photo.file.name}
    with pytest.raises(NotPossible, match="Another photo"):
        send(world, data=drawn_photo(301, 300), number=number)
    # A removed photo does not come back because its phone never heard the answer.
    remove_photo(photo=first.photo, by=world.people["coordinator"])
    assert send(world, data=data, number=number).photo.status == Photo.Status.REMOVED


def test_the_same_number_with_another_report_is_another_photo(world):
    number = uuid.uuid4()
    assert send(world, number=number).photo != send(world, incident=world.by_reporter, number=number).photo


def test_at_most_three_and_a_removed_one_leaves_its_room(world):
    sent = [send(world).photo for _ in range(MOST_PHOTOS)]
    with pytest.raises(NotPossible, match="room for 3 photos"):
        send(world)
    remove_photo(photo=sent[0], by=world.people["reporter"])
    assert send(world).is_new


def test_only_where_the_category_takes_photos(world, media):
    world.vandalism.takes_photos = False
    world.vandalism.save()
    with pytest.raises(NotPossible, match="takes no photos"):
        send(world)
    assert not lying(media)


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "reporter"])
def test_only_the_reporter_sends_photos(world, who):
    with pytest.raises(NotAllowed):
        send(world, by=world.people[who])


@pytest.mark.parametrize(
    ("status", "takes"),
    [
        (Status.SUBMITTED, True),
        (Status.APPROVED, True),
        (Status.RETURNED, True),
        (Status.DRAFT, True),
        (Status.REJECTED, False),
    ],
)
def test_a_photo_follows_its_report_however_far_that_has_come(world, status, takes):
    Incident.objects.filter(pk=world.waiting.pk).update(status=status)
    world.waiting.refresh_from_db()
    if takes:
        assert send(world).is_new
    else:
        with pytest.raises(NotPossible, match="takes no more photos"):
            send(world)


def test_an_imported_row_takes_none(world):
    batch = make.ImportBatchFactory(organisation=world.housing)
    Incident.objects.filter(pk=world.waiting.pk).update(import_batch=batch)
    world.waiting.refresh_from_db()
    with pytest.raises(NotPossible, match="takes no more photos"):
        send(world)


def test_a_row_that_cannot_be_stored_leaves_no_file(world, media, monkeypatch):
    def fail(*args, **values):
        raise DatabaseError("no room")

    monkeypatch.setattr(Photo.objects, "create", fail)
    monkeypatch.setattr("incidents.photos.actions.Photo.objects.create", fail)
    with pytest.raises(DatabaseError):
        send(world)
    assert not lying(media)
    assert not Photo.objects.exists()


@pytest.mark.django_db
def test_the_database_holds_that_a_photo_has_a_file_or_is_removed(world):
    photo = send(world).photo
    for values in ({"file": ""}, {"status": "removed"}, {"removal": "review"}, {"status": "approved"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Photo.objects.filter(pk=photo.pk).update(**values)


# --- At the same moment -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_twice_at_once_is_stored_once(media):
    world = with_photos(World())
    number, data = uuid.uuid4(), drawn_photo(800, 600)
    answers = at_once(*[lambda: send(world, data=data, number=number)] * 4)
    assert sorted(answer.is_new for answer in answers) == [False, False, False, True]
    assert {answer.photo.pk for answer in answers} == {Photo.objects.get().pk}
    assert lying(media) == named()


@pytest.mark.django_db(transaction=True)
def test_four_photos_at_once_end_as_three(media):
    world = with_photos(World())
    pictures = [drawn_photo(800 + n, 600) for n in range(5)]
    answers = at_once(*[lambda data=data: send(world, data=data) for data in pictures])
    refused = [answer for answer in answers if isinstance(answer, NotPossible)]
    assert [no.code for no in refused] == ["too_many_photos"] * 2
    assert Photo.objects.count() == MOST_PHOTOS
    assert lying(media) == named()


@pytest.mark.django_db(transaction=True)
def test_approved_and_removed_at_once_ends_with_one_of_the_two(media):
    world = with_photos(World())
    photo = send(world).photo
    coordinator, reporter = world.people["coordinator"], world.people["reporter"]
    answers = at_once(
        lambda: approve_photo(photo=photo, by=coordinator),
        lambda: remove_photo(photo=photo, by=reporter),
    )
    photo.refresh_from_db()
    if photo.status == Photo.Status.APPROVED:
        assert isinstance(answers[1], NotAllowed)
        assert lying(media) == {photo.file.name}
    else:
        # Approved first and then taken back by a reporter who may no longer do so would be the one wrong end.
        assert isinstance(answers[0], NotPossible)
        assert not lying(media)


@pytest.mark.django_db(transaction=True)
def test_a_report_rejected_while_its_photo_arrives_has_none_in_the_end(media):
    world = with_photos(World())
    data = drawn_photo(900, 700)
    at_once(
        lambda: send(world, data=data),
        lambda: reject_incident(
            incident=world.waiting, by=world.people["coordinator"], reason=RejectReason.OUT_OF_SCOPE
        ),
    )
    assert not Photo.objects.kept().exists()
    assert not lying(media)


# --- Review -----------------------------------------------------------------------------------------------------------


def test_approving_a_report_approves_no_photo_and_the_photo_is_found_afterwards(world):
    photo = send(world).photo
    coordinator = world.people["coordinator"]
    assert not left_behind(coordinator, world.here).exists()
    before = number_in_menu(coordinator, world.here)
    approve_incident(incident=world.waiting, by=coordinator)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WAITING
    assert list(left_behind(coordinator, world.here)) == [photo]
    # The report waited and was decided on; what waits now is its photo.
    assert number_in_menu(coordinator, world.here) == before == "1"
    approve_photo(photo=photo, by=coordinator)
    assert number_in_menu(coordinator, world.here) == ""
    assert [e.details["photo"] for e in Event.objects.filter(action="photo_approved")] == [photo.pk]


def test_photos_of_a_returned_report_come_back_with_it(world):
    send(world)
    Incident.objects.filter(pk=world.waiting.pk).update(status=Status.RETURNED)
    assert not left_behind(world.people["coordinator"], world.here).exists()
    Incident.objects.filter(pk=world.waiting.pk).update(
        status=Status.MERGED, merged_into=world.by_reporter, merged_was=Status.SUBMITTED
    )
    assert left_behind(world.people["coordinator"], world.here).exists()


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "coordinator"])
def test_only_whoever_reviews_approves_and_covers(world, who):
    photo = send(world).photo
    with pytest.raises(NotAllowed):
        approve_photo(photo=photo, by=world.people[who])
    with pytest.raises(NotAllowed):
        cover_photo(photo=photo, by=world.people[who], boxes=[(0, 0, 1, 1)])


@pytest.mark.django_db(transaction=True)
def test_a_removed_photo_is_gone_from_the_disk_and_stays_as_a_word(media):
    world = with_photos(World())
    photo = send(world).photo
    remove_photo(photo=photo, by=world.people["coordinator"])
    photo.refresh_from_db()
    assert (photo.status, photo.removal, photo.file.name, photo.sha256) == ("removed", "review", "", "")
    assert not lying(media)
    with pytest.raises(NotPossible, match="Somebody else was quicker"):
        approve_photo(photo=photo, by=world.people["coordinator"])


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_taken_back_leaves_the_file(media):
    world = with_photos(World())
    photo = send(world).photo
    with transaction.atomic():
        remove_photo(photo=photo, by=world.people["coordinator"])
        transaction.set_rollback(True)
    assert lying(media) == named() == {photo.file.name}


@pytest.mark.django_db(transaction=True)
def test_what_is_blacked_out_is_burned_in_and_the_old_bytes_are_gone(media):
    world = with_photos(World())
    photo = send(world, data=drawn_photo(400, 300, colour="yellow")).photo
    before = photo.file.name
    covered = cover_photo(photo=photo, by=world.people["coordinator"], boxes=[(0, 0, 0.5, 0.5)])
    assert covered.status == Photo.Status.WAITING
    assert covered.is_covered
    assert lying(media) == {covered.file.name} != {before}
    stored = (media / covered.file.name).read_bytes()
    assert covered.sha256 == images.Made(stored, 0, 0).sha256
    from PIL import Image

    with Image.open(media / covered.file.name) as image:
        assert max(image.getpixel((50, 50))) < 30
        assert image.getpixel((390, 10))[0] > 200


def test_the_reporter_takes_a_photo_back_until_it_is_approved(world):
    reporter = world.people["reporter"]
    first, second = send(world).photo, send(world).photo
    remove_photo(photo=first, by=reporter)
    assert Photo.objects.get(pk=first.pk).removal == Photo.Removal.REPORTER
    approve_photo(photo=second, by=world.people["coordinator"])
    with pytest.raises(NotAllowed):
        remove_photo(photo=second, by=reporter)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reason", RejectReason.values)
def test_a_rejected_report_loses_its_photos_whatever_the_reason(media, reason):
    world = with_photos(World())
    approved, waiting = send(world).photo, send(world).photo
    approve_photo(photo=approved, by=world.people["coordinator"])
    reject_incident(incident=world.waiting, by=world.people["coordinator"], reason=reason)
    assert set(Photo.objects.values_list("removal", flat=True)) == {"rejected"}
    assert not lying(media)
    assert waiting.pk != approved.pk


def test_a_report_corrected_to_a_category_without_photos_loses_them(world):
    send(world)
    Incident.objects.filter(pk=world.waiting.pk).update(status=Status.RETURNED)
    when = timezone.localtime() - dt.timedelta(days=1)
    report = Report(category=world.drugs, occurred_from=when, place=world.square)
    change_incident(incident=world.waiting, by=world.people["reporter"], report=report)
    assert Photo.objects.get().removal == Photo.Removal.CATEGORY


def test_whether_a_category_takes_photos_is_logged(world):
    change_category(category=world.drugs, by=world.people["coordinator"], takes_photos=True)
    assert Event.objects.get(action="category_changed").details["changed"] == {"takes_photos": ["False", "True"]}


# --- Who sees ---------------------------------------------------------------------------------------------------------

SEES_WAITING = {"reporter", "coordinator"}
# The reporter's own, whoever reviews or compiles, and those who answer for the organisation's reports.
SEES_APPROVED = SEES_WAITING | {"security_lead"}


@pytest.mark.parametrize("who", PEOPLE)
def test_until_it_is_approved_only_the_reporter_and_the_coordinator_see_it(client, world, who):
    photo = send(world, incident=world.by_reporter).photo
    client.force_login(world.people[who])
    slug = "annanstad" if who == "stranger" else EKSTAD
    at = reverse("photo", args=[slug, world.by_reporter.pk, photo.pk])
    page_at = reverse("incident_detail", args=[slug, world.by_reporter.pk])

    def sees():
        page = client.get(page_at)
        shown = f'src="{at}"' in page.content.decode()
        assert (client.get(at).status_code == 200) == shown
        assert Photo.objects.visible_to(world.people[who]).filter(pk=photo.pk).exists() == shown
        return shown

    assert sees() == (who in SEES_WAITING)
    approve_photo(photo=photo, by=world.people["coordinator"])
    assert sees() == (who in SEES_APPROVED)
    Incident.objects.filter(pk=world.by_reporter.pk).update(sharing="counts")
    assert sees() == (who in SEES_APPROVED)
    remove_photo(photo=photo, by=world.people["coordinator"])
    assert client.get(at).status_code == 404


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "coordinator"])
def test_file_and_api_say_how_many_are_approved_to_those_who_see_them(client, world, who):
    approved, removed, _waiting = (send(world, incident=world.by_reporter).photo for _ in range(3))
    for photo in (approved, removed):
        approve_photo(photo=photo, by=world.people["coordinator"])
    remove_photo(photo=removed, by=world.people["coordinator"])
    client.force_login(world.people[who])
    rows = client.get("/api/v1/incidents/").json()["results"]
    row = next(row for row in rows if row["id"] == world.by_reporter.pk)
    assert client.get(f"/api/v1/incidents/{world.by_reporter.pk}/").json() == row
    sees = who in SEES_APPROVED
    assert row.get("photos") == (1 if sees else None)
    assert {row["photos"] for row in rows if "photos" in row and row["id"] != world.by_reporter.pk} <= {0}
    for other in rows:
        assert ("photos" in other) == ("description" in other)
    assert approved.file.name not in str(rows)
    listed = with_photos_counted(Incident.objects.filter(pk=world.by_reporter.pk)).select_related(*WITH_ROW)
    with translation.override("en"):
        head, line = "".join(export_lines(world.people[who], listed)).lstrip("\ufeff").splitlines()
    assert dict(zip(head.split(";"), line.split(";"), strict=True))["Approved photos"] == (
        "1" if sees else "(not shared)"
    )


def test_an_analyst_sees_it_once_it_is_approved(world):
    analyst = make.MembershipFactory(organisation=world.municipality, role="analyst").user
    photo = send(world).photo
    assert not Photo.objects.visible_to(analyst).exists()
    approve_photo(photo=photo, by=world.people["coordinator"])
    assert Photo.objects.visible_to(analyst).get() == photo


def test_the_answer_is_a_picture_and_nothing_else(client, world):
    photo = send(world).photo
    client.force_login(world.people["coordinator"])
    answer = client.get(address("photo", world.waiting.pk, photo.pk))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.content[:3] == b"\xff\xd8\xff"
    # Under another report's number it does not exist.
    assert client.get(address("photo", world.by_reporter.pk, photo.pk)).status_code == 404


def test_looking_at_a_photo_is_logged_but_not_at_ones_own(client, world):
    photo = send(world).photo
    at = address("photo", world.waiting.pk, photo.pk)
    client.force_login(world.people["reporter"])
    client.get(at)
    assert not Event.objects.filter(action="photo_read").exists()
    client.force_login(world.people["coordinator"])
    client.get(at)
    line = Event.objects.get(action="photo_read")
    assert (line.subject_id, line.details, line.actor_id) == (
        str(world.waiting.pk),
        {"photo": photo.pk},
        world.people["coordinator"].pk,
    )


def test_whoever_reviews_sees_the_photos_of_the_reports_counted_with_one(client, world):
    other = make.IncidentFactory(
        organisation=world.housing, reporter=world.people["reporter"], status=Status.SUBMITTED,
        area=world.west, category=world.vandalism, submitted_at=timezone.now(),
    )  # fmt: skip
    photo = send(world, incident=other).photo
    merge_incidents(keep=world.waiting, others=[other], by=world.people["coordinator"])
    client.force_login(world.people["coordinator"])
    at = f'src="{address("photo", other.pk, photo.pk)}"'
    assert at in client.get(address("incident_detail", world.waiting.pk)).content.decode()
    client.force_login(world.people["reporter"])
    assert at not in client.get(address("incident_detail", world.waiting.pk)).content.decode()
    assert at in client.get(address("incident_detail", other.pk)).content.decode()


# --- From a phone -----------------------------------------------------------------------------------------------------


def post(client, world, incident=None, data=None, number=None, owner=None):
    return client.post(
        address("photo_add", (incident or world.waiting).pk),
        drawn_photo(300, 200) if data is None else data,
        content_type="image/jpeg",
        headers={
            "X-Photo-Number": str(number or uuid.uuid4()),
            "X-Outbox-Owner": owner or entry.owner_of(world.people["reporter"], world.here),
        },
    )


def test_an_outbox_sends_a_photo_and_sends_it_again(client, world):
    client.force_login(world.people["reporter"])
    number = uuid.uuid4()
    first, again = post(client, world, number=number), post(client, world, number=number)
    assert (first.status_code, first.json()["is_new"]) == (201, True)
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "is_new": False})


def test_an_outbox_is_told_why_a_photo_is_not_taken_in(client, world):
    client.force_login(world.people["reporter"])
    answer = post(client, world, data=b"<svg/>")
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_kind")
    answer = post(client, world, data=b"\xff" * (6 * 1024 * 1024))
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_too_large")
    assert "5 MB" in answer.json()["message"]
    answer = post(client, world, owner="somebody else")
    assert (answer.status_code, answer.json()["code"]) == (409, "other_person")
    answer = client.post(address("photo_add", world.waiting.pk), b"x", content_type="image/jpeg")
    assert answer.status_code == 400
    assert not Photo.objects.exists()


def form(world, **values):
    return {
        "category": world.vandalism.pk,
        "place": world.square.pk,
        "when": "now",
        "source_kind": "own",
        "client_uuid": str(uuid.uuid4()),
        **values,
    }


def upload(name="x.jpg", data=None):
    return SimpleUploadedFile(name, data or drawn_photo(500, 400), content_type="image/jpeg")


def test_a_form_without_scripts_carries_its_photos_and_pressed_twice_stores_them_once(client, world, media):
    client.force_login(world.people["reporter"])
    pictures = [drawn_photo(500, 400), drawn_photo(400, 500)]
    fields = form(world)
    for _press in range(2):
        sent = {**fields, "photos": [upload(f"Kalle {n}.jpg", data) for n, data in enumerate(pictures)]}
        answer = client.post(address("incident_new"), sent)
        assert answer.status_code == 302
    incident = Incident.objects.get(client_uuid=fields["client_uuid"])
    assert incident.photos.count() == 2
    receipt = client.get(answer.headers["Location"])
    assert receipt.content.decode().count('class="photo__image"') == 2
    assert not any("Kalle" in name for name in lying(media))


@pytest.mark.parametrize(
    ("photos", "says"),
    [
        ([b"<svg/>"], "This is no photo in JPEG, PNG or WebP"),
        ([None, b"x"], "Photo 2: This is no photo"),
        ([None] * 4, "room for 3 photos"),
    ],
)
def test_a_form_with_a_photo_that_cannot_be_used_comes_back_and_nothing_is_stored(client, world, photos, says):
    client.force_login(world.people["reporter"])
    number = Incident.objects.count()
    with translation.override("en"):
        sent = form(world, photos=[upload(data=data) for data in photos])
        page = client.post(address("incident_new"), sent, headers={"Accept-Language": "en"})
    assert says in page.context["form"].errors.as_text()
    assert Incident.objects.count() == number
    assert not Photo.objects.exists()


def test_a_form_for_a_category_without_photos_says_so(client, world):
    client.force_login(world.people["reporter"])
    page = client.post(address("incident_new"), form(world, category=world.drugs.pk, photos=[upload()]))
    assert "photos" in page.context["form"].errors


def test_the_field_is_there_only_where_some_category_takes_photos(client, world):
    client.force_login(world.people["reporter"])
    page = client.get(address("incident_new")).content.decode()
    assert 'type="file"' in page
    assert page.count("data-takes-photos") == 1
    world.vandalism.takes_photos = False
    world.vandalism.save()
    assert 'type="file"' not in client.get(address("incident_new")).content.decode()


def test_a_returned_report_gets_another_photo_by_its_form(client, world):
    send(world)
    Incident.objects.filter(pk=world.waiting.pk).update(status=Status.RETURNED)
    client.force_login(world.people["reporter"])
    answer = client.post(address("incident_change", world.waiting.pk), form(world, photos=[upload()]))
    assert answer.status_code == 302
    assert world.waiting.photos.count() == 2
    Incident.objects.filter(pk=world.waiting.pk).update(status=Status.RETURNED)
    page = client.post(address("incident_change", world.waiting.pk), form(world, photos=[upload(), upload()]))
    assert "photos" in page.context["form"].errors
    # Whoever else corrects the report is not asked for photos.
    client.force_login(world.people["security_lead"])
    assert 'type="file"' not in client.get(address("incident_change", world.waiting.pk)).content.decode()


# --- The pages of whoever reviews -------------------------------------------------------------------------------------


def test_the_queue_shows_the_photos_and_leads_back_to_the_same_report(client, world):
    photo = send(world).photo
    client.force_login(world.people["coordinator"])
    at = address("review_queue")
    page = client.get(f"{at}?report={world.waiting.pk}").content.decode()
    assert address("photo", world.waiting.pk, photo.pk) in page
    assert 'data-key="p"' in page
    decide = address("photo_decide", world.waiting.pk, photo.pk)
    body = {"decision": "approve", "from": "review", "report": world.waiting.pk, "seen": photo.sha256}
    answer = client.post(decide, body)
    assert answer.headers["Location"] == f"{at}?report={world.waiting.pk}#photos"
    assert 'data-key="p"' not in client.get(f"{at}?report={world.waiting.pk}").content.decode()


CHANGED = "The photo has been changed since you opened the page. Look at it as it is now before you approve it."


@pytest.mark.parametrize(("came_from", "leads_to"), [("review", "review_queue"), ("photos", "photo_queue"), ("", "")])
def test_a_photo_that_is_another_picture_than_the_one_seen_is_not_approved(client, world, came_from, leads_to):
    photo = send(world).photo
    coordinator = world.people["coordinator"]
    if came_from != "review":
        approve_incident(incident=world.waiting, by=coordinator)
    client.force_login(coordinator)
    seen_on = address(leads_to) if leads_to else address("incident_detail", world.waiting.pk)
    before = client.get(seen_on).content.decode()
    assert f'name="seen" value="{photo.sha256}"' in before
    now = cover_photo(photo=photo, by=coordinator, boxes=[(0, 0, 0.5, 0.5)])
    decide = address("photo_decide", world.waiting.pk, photo.pk)
    body = {"decision": "approve", "from": came_from, "report": world.waiting.pk, "seen": photo.sha256}
    page = client.post(decide, body, follow=True, headers={"Accept-Language": "en"})
    assert [str(message) for message in page.context["messages"]] == [CHANGED]
    # The picture as it is now stands there, and it is that one the next press speaks of.
    text = page.content.decode()
    assert address("photo", world.waiting.pk, photo.pk) in text
    assert f'name="seen" value="{now.sha256}"' in text
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WAITING
    assert not Event.objects.filter(action="photo_approved").exists()
    client.post(decide, {**body, "seen": now.sha256})
    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "-"}])
def test_a_press_that_shows_nothing_of_the_photo_approves_nothing(client, world, seen):
    photo = send(world).photo
    client.force_login(world.people["coordinator"])
    client.post(address("photo_decide", world.waiting.pk, photo.pk), {"decision": "approve", **seen})
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WAITING


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_is_being_blacked_out_is_not_approved_as_it_was(media):
    world = with_photos(World())
    photo = send(world).photo
    by = world.people["coordinator"]
    second = make.MembershipFactory(organisation=world.municipality, role="coordinator").user
    is_covered = threading.Event()

    def cover():
        with transaction.atomic():
            cover_photo(photo=photo, by=by, boxes=[(0, 0, 0.5, 0.5)])
            is_covered.set()
            # The other one asks for the row meanwhile, and gets it when this is stored.
            time.sleep(0.5)

    def approve():
        assert is_covered.wait(timeout=20)
        approve_photo(photo=photo, by=second, as_seen=photo.sha256)

    answers = at_once(cover, approve)
    assert answers[0] is None
    assert isinstance(answers[1], NotPossible)
    assert answers[1].code == "changed"
    photo.refresh_from_db()
    assert (photo.status, photo.is_covered) == (Photo.Status.WAITING, True)


@pytest.mark.django_db(transaction=True)
def test_approved_and_blacked_out_at_once_is_approved_only_as_it_was_seen(media):
    world = with_photos(World())
    by = world.people["coordinator"]
    for _ in range(4):
        photo = make.PhotoFactory(incident=world.waiting)
        seen = photo.sha256
        answers = at_once(
            lambda photo=photo, seen=seen: approve_photo(photo=photo, by=by, as_seen=seen),
            lambda photo=photo: cover_photo(photo=photo, by=by, boxes=[(0, 0, 0.5, 0.5)]),
        )
        photo.refresh_from_db()
        assert photo.is_covered
        assert photo.sha256 != seen
        # Either it was approved while it was still what was seen, or not at all.
        assert isinstance(answers[0], NotPossible) == (photo.status == Photo.Status.WAITING)


def test_photos_left_behind_have_a_page_of_their_own(client, world):
    photo = send(world).photo
    coordinator = world.people["coordinator"]
    approve_incident(incident=world.waiting, by=coordinator)
    client.force_login(coordinator)
    assert address("photo_queue") in client.get(address("review_queue")).content.decode()
    page = client.get(address("photo_queue")).content.decode()
    assert address("photo", world.waiting.pk, photo.pk) in page
    answer = client.post(address("photo_decide", world.waiting.pk, photo.pk), {"decision": "remove", "from": "photos"})
    assert answer.headers["Location"] == address("photo_queue")
    page = client.get(address("photo_queue")).content.decode()
    assert address("photo", world.waiting.pk, photo.pk) not in page


# --- Time -------------------------------------------------------------------------------------------------------------

LONG = dt.timedelta(days=400)
LONGER = dt.timedelta(days=1200)


def old_report(world, age, status=Status.APPROVED, **values):
    row = make.IncidentFactory(
        organisation=world.housing, area=world.west, category=world.vandalism, at=timezone.localtime() - age,
        reporter=world.people["reporter"], status=status, **values,
    )  # fmt: skip
    Incident.objects.filter(pk=row.pk).update(created_at=timezone.localtime() - age)
    return row


def run(world):
    return retention.purge_collaboration(world.here, today=timezone.localdate())


def due(world):
    return {one.kind.code: (one.number, one.held) for one in retention.look(world.here, timezone.localdate())}


@pytest.mark.django_db(transaction=True)
def test_photos_go_when_the_texts_go_and_are_told_in_the_dry_run(media):
    world = with_photos(World())
    old, young = old_report(world, LONG), old_report(world, dt.timedelta(days=300))
    gone, kept = make.PhotoFactory(incident=old), make.PhotoFactory(incident=young)
    assert due(world)["photos"] == (1, 0)
    run_number = run(world)
    gone.refresh_from_db()
    assert (gone.status, gone.removal) == (Photo.Status.REMOVED, Photo.Removal.TIME)
    assert lying(media) == {kept.file.name}
    proof = retention.Purge.objects.get(run=run_number, kind="photos")
    assert proof.number == 1
    # They follow the rule for texts, whatever that says.
    make.RetentionRuleFactory(collaboration=world.here, kind="texts", days=200)
    assert due(world)["photos"] == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_hold_keeps_photo_and_file(media):
    world = with_photos(World())
    old = old_report(world, LONG)
    photo = make.PhotoFactory(incident=old)
    make.LegalHoldFactory(
        collaboration=world.here, scope="report", subject_id=str(old.pk), first_day=None, last_day=None
    )
    assert due(world)["photos"] == (0, 1)
    run(world)
    assert lying(media) == {photo.file.name}


@pytest.mark.django_db(transaction=True)
def test_purged_to_statistics_leaves_no_photo_at_all(media):
    world = with_photos(World())
    make.PhotoFactory(incident=old_report(world, LONGER), status=Photo.Status.APPROVED)
    make.PhotoFactory(incident=old_report(world, dt.timedelta(days=40), Status.DRAFT))
    run(world)
    assert not Photo.objects.exists()
    assert not lying(media)


@pytest.mark.django_db(transaction=True)
def test_a_purge_that_is_cut_off_loses_no_file(media, monkeypatch):
    world = with_photos(World())
    photo = make.PhotoFactory(incident=old_report(world, LONG))

    def fail(*args, **values):
        raise DatabaseError("cut off")

    monkeypatch.setattr(retention.Purge.objects, "create", fail)
    monkeypatch.setattr("partners.retention.Purge.objects.create", fail)
    with pytest.raises(DatabaseError):
        run(world)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WAITING
    assert lying(media) == {photo.file.name}


def test_the_night_takes_files_without_a_row_and_leaves_young_ones(world, media, caplog):
    photo = send(world).photo
    cut_off, just_now = files.store(b"x"), files.store(b"y")
    before = (timezone.now() - files.LEFT_ALONE_FOR * 2).timestamp()
    os.utime(media / cut_off, (before, before))
    os.utime(media / photo.file.name, (before, before))
    assert files.sweep(timezone.now()) == 1
    assert lying(media) == {photo.file.name, just_now}
    assert not caplog.records
    (media / photo.file.name).unlink()
    assert files.sweep(timezone.now()) == 0
    assert f"photo {photo.pk} has lost its file" in caplog.text


def test_a_report_is_not_deleted_under_its_photos(world):
    send(world)
    Incident.objects.filter(pk=world.waiting.pk).delete()
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
