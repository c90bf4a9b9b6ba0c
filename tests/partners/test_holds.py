"""A hold keeps lines of the log, accounts, files and pictures too, and nothing but what it is about."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from areas.models import Area
from audit.actions import broken_seals, record, seal_days_before
from audit.models import Event, KeptFrom
from common.errors import NotPossible
from incidents.actions import reject_incident
from incidents.models import ImportBatch, Incident, Photo
from incidents.photos import files as files_of_photos
from incidents.photos.actions import cover_photo, remove_photo, remove_photos_of
from partners import actions, retention, retention_actions
from partners.models import LegalHold, Purge, User
from situational_picture.models import Delivery, Picture
from tests import factories as make

MONDAY, TUESDAY, WEDNESDAY = dt.date(2020, 3, 2), dt.date(2020, 3, 3), dt.date(2020, 3, 4)


def hold(world, scope, subject="", **values):
    found = next((one for one in retention.scopes() if one.code == scope), None)
    return retention_actions.place_hold(
        collaboration=world.here,
        scope=found,
        subject=subject,
        by=world.people["data_protection"],
        **{"reason": "Ärende 47/2026", "ends_on": timezone.localdate() + dt.timedelta(days=30), **values},
    )


def lift(world):
    for one in LegalHold.objects.filter(lifted_at=None):
        retention_actions.lift_hold(hold=one, by=world.people["data_protection"])


def run(world, collaboration=None):
    return retention.purge_collaboration(collaboration or world.here, today=timezone.localdate())


def told(world, code):
    (due,) = [one for one in retention.look(world.here, timezone.localdate()) if one.kind.code == code]
    return due.number, due.held


# --- The log ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def old_log(world):
    """Three sealed days of six years ago, with lines of two collaborations on each."""
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        with time_machine.travel(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), tick=False):
            record("prov", collaboration_id=world.here.pk)
            record("prov", collaboration_id=world.elsewhere.pk)
    with time_machine.travel(dt.datetime(2020, 3, 6, 1, tzinfo=dt.UTC), tick=False):
        seal_days_before(dt.date(2020, 3, 6))
    return world


def days_left():
    return sorted({timezone.localdate(at) for at in Event.objects.filter(action="prov").values_list("at", flat=True)})


@pytest.mark.parametrize("scope", ["log", "days"])
def test_held_days_of_the_log_stay_whole_and_agree_with_their_seals(old_log, scope):
    hold(old_log, scope, first_day=TUESDAY, last_day=TUESDAY)
    assert told(old_log, "log") == (2, 1)
    run(old_log)
    run(old_log, old_log.elsewhere)
    assert days_left() == [TUESDAY]
    assert Event.objects.filter(action="prov").count() == 2, "the other collaboration's line is part of the day's seal"
    assert broken_seals() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET action = 'annat' WHERE at < '2020-03-05'")
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
    assert broken_seals() == [TUESDAY], "what is held is still checked"


def test_when_the_hold_is_lifted_the_days_go_and_no_seal_breaks(old_log):
    hold(old_log, "log", first_day=TUESDAY)
    run(old_log)
    assert days_left() == [MONDAY, TUESDAY, WEDNESDAY], "the other collaboration's lines of the first day"
    run(old_log, old_log.elsewhere)
    assert days_left() == [TUESDAY, WEDNESDAY]
    lift(old_log)
    run(old_log)
    run(old_log, old_log.elsewhere)
    assert days_left() == []
    assert broken_seals() == []
    assert KeptFrom.objects.first().held == []


def test_days_that_were_purged_before_somebody_held_them_are_not_called_broken(old_log):
    run(old_log)
    run(old_log, old_log.elsewhere)
    hold(old_log, "log")
    with time_machine.travel(timezone.localtime() + dt.timedelta(days=2), tick=False):
        run(old_log)
    assert broken_seals() == []


def test_a_hold_placed_elsewhere_in_the_middle_of_a_purge_breaks_no_seal(old_log, monkeypatch):
    """A day's seal covers every collaboration's lines, and another one's holds come without waiting for this purge."""
    log = retention.kind_named("log")

    def begin(collaboration, before):
        make.LegalHoldFactory(collaboration=old_log.elsewhere, scope="log", first_day=TUESDAY, last_day=TUESDAY)
        log.begin(collaboration, before)

    monkeypatch.setitem(retention._kinds, "log", dataclasses.replace(log, begin=begin))
    run(old_log)
    assert broken_seals() == []
    assert Event.objects.filter(action="prov", collaboration_id=old_log.here.pk).count() == 1, "the day that is held"


def test_a_hold_on_a_report_keeps_no_log_and_no_account(old_log):
    hold(old_log, "report", f"H-{old_log.by_reporter.pk}")
    assert told(old_log, "log") == (3, 0)
    assert told(old_log, "accounts") == (0, 0)


# --- Accounts ---------------------------------------------------------------------------------------------------------


def test_a_held_account_keeps_its_name(world):
    person, other = world.people["reporter"], world.people["security_lead"]
    hold(world, "account", str(person.pk))
    for one in (person, other):
        actions.deactivate_person(person=one, by=world.people["administrator"])
    User.objects.filter(pk__in=[person.pk, other.pk]).update(
        deactivated_at=timezone.localtime() - dt.timedelta(days=400)
    )
    assert told(world, "accounts") == (1, 1)
    run(world)
    assert User.objects.get(pk=person.pk).email == "reporter@example.org"
    assert User.objects.get(pk=other.pk).email.endswith("@closed.invalid")
    lift(world)
    run(world)
    assert User.objects.get(pk=person.pk).email.endswith("@closed.invalid")
    assert "reporter" not in str(LegalHold.objects.values("subject_label")), "the hold names the account by its number"


def test_an_account_of_another_collaboration_cannot_be_held(world):
    with pytest.raises(NotPossible):
        hold(world, "account", str(world.people["stranger"].pk))


# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(world, settings, tmp_path):
    """Two imports of two months ago, with their files, the first with a report."""
    settings.MEDIA_ROOT = tmp_path
    batches = []
    for name in ("v38.csv", "v39.csv"):
        batch = make.ImportBatchFactory(organisation=world.housing, file_name=name)
        batch.file.save(name, ContentFile(b"dag;plats"))
        batches.append(batch)
    ImportBatch.objects.update(finished_at=timezone.localtime() - dt.timedelta(days=60), status=ImportBatch.Status.DONE)
    Incident.objects.filter(pk=world.by_colleague.pk).update(import_batch=batches[0])
    return batches


@pytest.mark.parametrize("about", ["import", "report", "days"])
def test_a_held_file_stays_and_the_others_go(world, files, about, django_capture_on_commit_callbacks):
    kept, gone = files
    if about == "days":
        ImportBatch.objects.filter(pk=gone.pk).update(finished_at=timezone.localtime() - dt.timedelta(days=70))
        day = timezone.localdate() - dt.timedelta(days=60)
        hold(world, "days", first_day=day, last_day=day)
    else:
        hold(world, about, str(kept.pk) if about == "import" else f"H-{world.by_colleague.pk}")
    assert told(world, "import_files") == (1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        run(world)
    kept, gone = ImportBatch.objects.get(pk=kept.pk), ImportBatch.objects.get(pk=gone.pk)
    with kept.file.open() as file:
        assert file.read() == b"dag;plats"
    assert not gone.file


def test_a_file_of_another_collaboration_cannot_be_held(world):
    foreign = make.ImportBatchFactory(organisation=world.foreign)
    ImportBatch.objects.update(finished_at=timezone.now(), file="imports/x.csv")
    with pytest.raises(NotPossible):
        hold(world, "import", str(foreign.pk))


# --- Photos -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def photo(world, settings, tmp_path):
    """An approved photo of a report that waits."""
    settings.MEDIA_ROOT = tmp_path
    world.vandalism.takes_photos = True
    world.vandalism.save()
    found = make.PhotoFactory(incident=world.waiting, status=Photo.Status.APPROVED)
    hold(world, "report", f"H-{world.waiting.pk}")
    return found


@pytest.mark.parametrize("way", ["remove", "cover", "reject", "category"])
def test_a_held_photo_is_not_destroyed_by_hand(world, photo, way, django_capture_on_commit_callbacks):
    by, before = world.people["coordinator"], files_of_photos.read(photo)
    ways = {
        "remove": lambda: remove_photo(photo=photo, by=by),
        "cover": lambda: cover_photo(photo=photo, by=by, boxes=[(0, 0, 0.5, 0.5)]),
        "reject": lambda: reject_incident(incident=world.waiting, by=by, reason="out_of_scope"),
        "category": lambda: remove_photos_of(world.waiting, Photo.Removal.CATEGORY, by=by),
    }
    with django_capture_on_commit_callbacks(execute=True):
        if way in ("remove", "cover"):
            with pytest.raises(NotPossible) as refusal:
                ways[way]()
            assert refusal.value.code == "held"
        else:
            ways[way]()
    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED
    assert files_of_photos.read(photo) == before
    lift(world)
    remove_photo(photo=photo, by=by)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.REMOVED


# --- Pictures ---------------------------------------------------------------------------------------------------------


def picture(world, area, start, kind=Picture.PeriodKind.WEEK, days=7):
    day = dt.datetime.combine(start + dt.timedelta(days=days), dt.time(12), tzinfo=dt.UTC)
    return make.PictureFactory(
        area=area,
        collaboration=world.here,
        period_kind=kind,
        period_start=start,
        period_end=start + dt.timedelta(days=days),
        status=Picture.Status.PUBLISHED,
        version=1,
        figures={},
        published_at=day,
        published_by=world.people["coordinator"],
    )


def test_weekly_pictures_go_after_five_years_and_the_others_are_preserved(world):
    week = picture(world, world.west, MONDAY)
    month = picture(world, world.west, dt.date(2020, 3, 1), Picture.PeriodKind.MONTH, 31)
    young = picture(world, world.west, dt.date(2026, 3, 2))
    assert told(world, "weekly_pictures") == (1, 0)
    run(world)
    assert set(Picture.objects.values_list("pk", flat=True)) == {month.pk, young.pk}
    assert sum(Purge.objects.filter(kind="weekly_pictures").values_list("number", flat=True)) == 1
    assert week.pk not in {month.pk, young.pk}


def test_a_collaboration_may_preserve_every_week(world):
    week = picture(world, world.west, MONDAY)
    kind = retention.kind_named("weekly_pictures")
    retention_actions.change_rule(
        collaboration=world.here, kind=kind, days=36_500, reason="Beslut 2026/11", by=world.people["data_protection"]
    )
    run(world)
    assert Picture.objects.filter(pk=week.pk).exists()


@pytest.mark.parametrize("about", ["area", "days"])
def test_held_pictures_stay(world, about):
    kept = picture(world, world.west, MONDAY)
    picture(world, world.east if about == "area" else world.west, dt.date(2020, 5, 4))
    if about == "area":
        hold(world, "area", str(Area.objects.get(pk=world.west.pk).pk))
    else:
        hold(world, "days", first_day=WEDNESDAY, last_day=WEDNESDAY)
    assert told(world, "weekly_pictures") == (1, 1)
    run(world)
    assert list(Picture.objects.values_list("pk", flat=True)) == [kept.pk]


def test_who_was_sent_a_picture_is_forgotten_after_a_year(world):
    old, young = picture(world, world.west, MONDAY), picture(world, world.west, dt.date(2026, 3, 2))
    for one in (old, young):
        make.DeliveryFactory(picture=one, person=world.people["council"], claimed_at=one.published_at)
    make.RetentionRuleFactory(collaboration=world.here, kind="weekly_pictures", days=36_500)
    run(world)
    assert list(Delivery.objects.values_list("picture", flat=True)) == [young.pk]


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_form_offers_log_accounts_and_files_and_shows_what_is_held(world, files):
    client = Client()
    client.force_login(world.people["data_protection"])
    url = reverse("hold_new", args=["ekstad"])
    with override("en"):
        page = client.get(url, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    for words in ("lines of the log", "v38.csv, Bostadsbolaget", "reporter, Bostadsbolaget"):
        assert words in page, words
    assert "stranger" not in page
    body = {"reason": "Ärende 47/2026", "ends_on": f"{timezone.localdate():%Y-%m-%d}"}
    for about in ("log", f"account:{world.people['reporter'].pk}", f"import:{files[0].pk}"):
        assert client.post(url, {**body, "about": about}).status_code == 302, about
    shown = client.get(reverse("retention", args=["ekstad"])).content.decode()
    assert "v38.csv" in shown
    assert set(LegalHold.objects.values_list("scope", flat=True)) == {"log", "account", "import"}
