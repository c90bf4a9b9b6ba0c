"""Who is told of a published picture, what each letter holds, and that nobody is told twice."""

import datetime as dt
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.actions import approve_incident
from incidents.merging import merge_incidents, unmerge_incident
from incidents.models import Status
from partners.models import Notification
from partners.notifications import sending
from partners.roles import Role
from situational_picture import actions, building, distribution, tasks
from situational_picture.models import Delivery, Picture
from situational_picture.receipts import pictures_that_counted
from situational_picture.writing import Written
from tests import factories as make
from tests.at_once import at_once


def publish(world, **more):
    building.rebuild_area(world.west, today=timezone.localdate())
    drafts = Picture.objects.filter(area=world.west, period_kind="month", version=0)
    draft = drafts.filter(figures__total__count__gt=0).latest("period_end")
    return actions.publish_picture(by=world.people["coordinator"], picture=draft, **more)


def seat(world, who, area, **more):
    """Somebody's place in a group that works with the area."""
    group = make.GroupFactory(collaboration=world.here)
    make.GroupAreaFactory(group=group, area=area)
    membership = world.people[who].memberships.get()
    return make.GroupMemberFactory(group=group, membership=membership, **more)


@pytest.fixture
def groups(world):
    """The area's own group, a group of the whole town, and one of the other area."""
    seat(world, "security_lead", world.west)
    seat(world, "council", world.town)
    seat(world, "other_housing", world.east)
    seat(world, "coach", world.west)
    return world


@pytest.fixture
def published(groups):
    return publish(groups)


def letters():
    return {letter.to[0].split("@")[0]: letter for letter in mail.outbox}


def test_publishing_sends_to_the_groups_of_the_area_and_of_what_it_is_a_part_of(
    groups, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(tasks.send_out_picture, "delay", tasks.send_out_picture)
    with django_capture_on_commit_callbacks(execute=True):
        picture = publish(groups)
    told = set(Delivery.objects.filter(picture=picture, reason="group").values_list("person__email", flat=True))
    # The coach sits in the group and reads no pictures; the other area's group is not concerned.
    assert told == {"security_lead@example.org", "council@example.org"}
    assert Event.objects.get(action="picture_sent_out").details["people"] == len(mail.outbox)


def test_each_letter_is_computed_as_its_reader_and_the_subject_tells_nothing(groups, published):
    tasks.send_out_picture(published.pk)
    count = str(published.figures["total"]["count"])
    inside, outside = letters()["security_lead"], letters()["council"]
    assert f"{count} händelse" in inside.body
    assert count not in outside.body.replace(published.period.code, "").replace(str(published.period.start.year), "")
    for letter in mail.outbox:
        assert published.area.name not in letter.subject
        assert not any(character.isdigit() for character in letter.subject)
        assert f"/ekstad/picture/vaster/?period={published.period.code}&version=1" in letter.body


def test_the_letter_begins_with_what_people_have_judged(groups):
    building.rebuild_area(groups.west, today=timezone.localdate())
    draft = Picture.objects.filter(area=groups.west, period_kind="month", version=0).latest("period_end")
    written = Written(assessed_state="worrying", assessed_motive="Tredje veckan i rad.")
    draft = actions.write_picture(by=groups.people["coordinator"], picture=draft, written=written, text_version=0)
    draft = actions.send_for_review(by=groups.people["coordinator"], picture=draft)
    distribution.send_out(actions.publish_picture(by=groups.people["coordinator"], picture=draft))
    body = letters()["council"].body
    assert "Bedömt läge: oroande" in body
    assert "Tredje veckan" not in body


def test_the_address_in_the_letter_opens_the_version_it_tells_of(client, groups, published):
    tasks.send_out_picture(published.pk)
    path = letters()["council"].body.split("http://localhost:8000")[1].split()[0]
    client.force_login(groups.people["council"])
    assert client.get(path).context["picture"] == published


def test_running_again_sends_nothing_more(groups, published):
    first = tasks.send_out_picture(published.pk)
    assert first == len(mail.outbox) > 0
    assert tasks.send_out_picture(published.pk) == 0
    assert len(mail.outbox) == first


@pytest.fixture
def begun(groups, published):
    """A worker has begun the council's letter an hour ago, and was killed before the mail server had answered."""
    long_ago = timezone.now() - dt.timedelta(hours=1)
    return make.DeliveryFactory(picture=published, person=groups.people["council"], claimed_at=long_ago)


def test_what_a_killed_worker_left_is_sent_and_what_it_had_begun_is_not(groups, published, begun):
    tasks.send_out_picture(published.pk)
    assert "council" not in letters()
    assert "security_lead" in letters()
    told = distribution.told_of(groups.people["coordinator"], published)
    assert [row["sent_at"] is None for row in told["rows"] if row["who"] == "council"] == [True]
    assert (told["uncertain"], told["waiting"]) == (1, 0)


def test_a_coordinator_has_what_is_uncertain_sent_again(client, groups, published, begun, monkeypatch):
    monkeypatch.setattr(tasks.send_out_picture, "delay", tasks.send_out_picture)
    tasks.send_out_picture(published.pk)
    mail.outbox.clear()
    client.force_login(groups.people["coordinator"])
    address = reverse("picture", args=["ekstad", "vaster"]) + f"?period={published.period.code}&version=1"
    send_again = reverse("picture_send_again", args=["ekstad", "vaster"])
    assert send_again in client.get(address).content.decode()
    client.post(send_again, {"period": published.period.code, "version": "1"})
    distribution.send_out(published)
    assert set(letters()) == {"council"}
    assert send_again not in client.get(address).content.decode()
    assert Event.objects.get(action="picture_sent_again").details["people"] == 1


def test_what_is_being_sent_this_moment_or_has_been_is_not_sent_again(groups, published):
    make.DeliveryFactory(picture=published, person=groups.people["council"], claimed_at=timezone.now())
    tasks.send_out_picture(published.pk)
    with pytest.raises(NotPossible):
        distribution.let_send_again(by=groups.people["coordinator"], picture=published)
    with pytest.raises(NotAllowed):
        distribution.let_send_again(by=groups.people["security_lead"], picture=published)
    assert "council" not in letters()


def test_forgotten_pictures_are_picked_up_and_those_not_to_be_sent_are_not(groups, published, monkeypatch):
    quiet = publish_another(groups)
    sent = []
    monkeypatch.setattr(tasks.send_out_picture, "delay", sent.append)
    assert tasks.send_out_forgotten_pictures() == 1
    assert sent == [published.pk]
    assert tasks.send_out_picture(quiet.pk) == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("days", "minute", "is_picked_up"), [(3, 5, True), (3, 25, False), (6, 5, True), (8, 5, False), (0, 25, True)]
)
def test_a_letter_that_waits_over_a_weekend_is_sent_when_the_mail_server_is_back(
    groups, published, monkeypatch, days, minute, is_picked_up
):
    make.DeliveryFactory(picture=published, person=groups.people["council"])
    assert pictures_picked_up(published, monkeypatch, days, minute) == ([published.pk] if is_picked_up else [])


@pytest.mark.parametrize("has_rows", [False, True])
def test_a_picture_no_worker_has_begun_with_is_picked_up_for_a_week_and_one_that_is_sent_is_not(
    groups, published, monkeypatch, has_rows
):
    if has_rows:
        sent = published.published_at
        make.DeliveryFactory(picture=published, person=groups.people["council"], claimed_at=sent, sent_at=sent)
    assert pictures_picked_up(published, monkeypatch, 3, 5) == ([] if has_rows else [published.pk])


def pictures_picked_up(published, monkeypatch, days, minute):
    """Which pictures the beat goes on with so many days after publishing, in that minute of the hour."""
    found = []
    monkeypatch.setattr(tasks.send_out_picture, "delay", found.append)
    later = (published.published_at + dt.timedelta(days=days)).replace(minute=minute)
    with time_machine.travel(max(later, published.published_at), tick=False):
        tasks.send_out_forgotten_pictures()
    return found


def publish_another(world):
    drafts = Picture.objects.filter(area=world.west, period_kind="tertial", version=0)
    draft = drafts.filter(figures__isnull=False).latest("period_end")
    return actions.publish_picture(by=world.people["coordinator"], picture=draft, is_sent_out=False)


@pytest.mark.parametrize(
    ("problem", "is_certain"),
    [
        (ConnectionRefusedError(), True),
        (SMTPRecipientsRefused({}), True),
        (SMTPDataError(451, b"not now"), True),
        (TimeoutError(), False),
        (SMTPServerDisconnected(), False),
    ],
)
def test_a_letter_that_was_not_taken_is_tried_again_and_one_nobody_knows_of_is_not(
    groups, published, monkeypatch, problem, is_certain
):
    send = distribution.emails.send_picture

    def refuse(picture, person, **more):
        if person == groups.people["council"]:
            raise problem
        send(picture, person, **more)

    with monkeypatch.context() as broken:
        broken.setattr(distribution.emails, "send_picture", refuse)
        tasks.send_out_picture(published.pk)
    assert "security_lead" in letters()
    unsent = Delivery.objects.get(picture=published, person=groups.people["council"])
    assert unsent.sent_at is None
    assert (unsent.claimed_at is None) == is_certain
    mail.outbox.clear()
    tasks.send_out_picture(published.pk)
    assert set(letters()) == ({"council"} if is_certain else set())


def test_a_seat_that_has_ended_is_no_seat_and_a_deputy_takes_over_a_role_that_has(world):
    seat(world, "council", world.west, valid_to=dt.date(2021, 1, 1))
    member = seat(world, "police", world.west, deputy=world.people["security_lead"].memberships.get())
    member.membership.valid_to = dt.date(2021, 1, 1)
    member.membership.save()
    picture = publish(world)
    assert set(distribution.group_receivers(picture)) == {world.people["security_lead"].pk}


def test_opening_is_noted_once_and_only_for_who_was_sent_it(client, groups, published):
    tasks.send_out_picture(published.pk)
    address = reverse("picture", args=["ekstad", "vaster"]) + f"?period={published.period.code}&version=1"
    for who in ("council", "coordinator", "council"):
        client.force_login(groups.people[who])
        client.get(address)
        if who == "council":
            opened = Delivery.objects.get(picture=published, person=groups.people[who]).opened_at
    assert opened is not None
    assert Delivery.objects.get(picture=published, person=groups.people["council"]).opened_at <= opened
    client.force_login(groups.people["coordinator"])
    page = client.get(address)
    rows = {row["who"]: row for row in page.context["deliveries"]["rows"]}
    assert rows["council"]["opened_at"] is not None
    assert rows["security lead"]["opened_at"] is None
    assert page.context["deliveries"]["opened"] == 1


@pytest.mark.parametrize("who", ["security_lead", "police", "council", "reporter"])
def test_who_has_got_it_is_for_whoever_compiles(client, groups, published, who):
    tasks.send_out_picture(published.pk)
    client.force_login(groups.people[who])
    address = reverse("picture", args=["ekstad", "vaster"])
    assert client.get(address, {"period": published.period.code, "version": 1}).context["deliveries"] is None


class TestReporters:
    def test_who_has_reported_learns_how_many_of_their_own_are_in_it(self, world):
        picture = publish(world)
        tasks.send_out_picture(picture.pk)
        letter = letters()["reporter"]
        assert "En rapport av dig" in letter.body
        assert "krossad ruta" not in letter.body.casefold()
        # The reporter's other report waits for review and is not counted; the neighbours' are not theirs.
        assert distribution.own_reports(picture)[world.people["reporter"].pk] == 1

    def test_who_also_sits_in_the_group_gets_one_letter(self, world):
        seat(world, "reporter", world.west)
        tasks.send_out_picture(publish(world).pk)
        assert [letter.to for letter in mail.outbox].count(["reporter@example.org"]) == 1
        assert "En av dina egna rapporter är med." in letters()["reporter"].body

    def test_a_corrected_version_goes_to_the_groups_again_and_not_to_the_reporters(self, world):
        seat(world, "council", world.west)
        tasks.send_out_picture(publish(world).pk)
        mail.outbox.clear()
        tasks.send_out_picture(publish(world).pk)
        assert set(letters()) == {"council"}

    def test_the_receipt_tells_which_picture_counted_the_report(self, client, world):
        reporter = world.people["reporter"]
        assert pictures_that_counted(reporter, [world.by_reporter]) == {world.by_reporter.pk: []}
        picture = publish(world)
        rows = pictures_that_counted(reporter, [world.by_reporter, world.waiting, world.by_colleague])
        # What still waits was not counted, and a colleague's report is none of the reporter's.
        assert set(rows) == {world.by_reporter.pk}
        assert len(rows[world.by_reporter.pk]) == 1
        client.force_login(reporter)
        page = client.get(reverse("incident_receipt", args=["ekstad", world.by_reporter.pk]))
        assert rows[world.by_reporter.pk][0]["title"] in page.content.decode()
        assert client.get(rows[world.by_reporter.pk][0]["url"]).context["picture"] == picture
        # The same on the report's own page and, once for each of one's own, in the list.
        title = rows[world.by_reporter.pk][0]["title"]
        report = client.get(reverse("incident_detail", args=["ekstad", world.by_reporter.pk])).content.decode()
        assert "Mottagen" in report
        assert title in report
        assert client.get(reverse("incident_list", args=["ekstad"])).content.decode().count(title) == 1
        client.force_login(world.people["security_lead"])
        assert title not in client.get(reverse("incident_list", args=["ekstad"])).content.decode()

    def test_a_report_counted_together_with_another_is_part_of_it_as_well(self, world):
        guard = make.MembershipFactory(organisation=world.other_housing, role=Role.REPORTER).user
        same = make.IncidentFactory(
            organisation=world.other_housing, reporter=guard, status=Status.SUBMITTED, area=world.west,
            category=world.vandalism,
        )  # fmt: skip
        merge_incidents(keep=world.by_reporter, others=[same], by=world.people["coordinator"])
        picture = publish(world)
        assert len(pictures_that_counted(guard, [same])[same.pk]) == 1
        tasks.send_out_picture(picture.pk)
        assert "En rapport av dig" in letters()[guard.email.split("@")[0]].body
        # It is counted once all the same.
        total = picture.figures["total"]["count"]
        unmerge_incident(incident=same, by=world.people["coordinator"])
        approve_incident(incident=same, by=world.people["coordinator"])
        building.rebuild_area(world.west, today=timezone.localdate())
        draft = Picture.objects.filter(area=world.west, version=0).for_period(picture.period).get()
        assert draft.figures["total"]["count"] == total + 1

    def test_what_is_merged_into_a_report_that_came_later_was_not_in_it(self, world):
        picture = publish(world)
        later = make.IncidentFactory(
            organisation=world.housing, area=world.west, category=world.vandalism,
            reviewed_at=picture.published_at + dt.timedelta(minutes=1),
        )  # fmt: skip
        merge_incidents(keep=later, others=[world.waiting], by=world.people["coordinator"])
        reporter = world.people["reporter"]
        assert pictures_that_counted(reporter, [world.waiting]) == {world.waiting.pk: []}
        assert distribution.own_reports(picture)[reporter.pk] == 1

    def test_what_was_approved_after_publishing_was_not_in_it(self, world):
        picture = publish(world)
        world.by_reporter.reviewed_at = picture.published_at + dt.timedelta(minutes=1)
        world.by_reporter.save()
        assert pictures_that_counted(world.people["reporter"], [world.by_reporter]) == {world.by_reporter.pk: []}
        assert not distribution.own_reports(picture)[world.people["reporter"].pk]


@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_send_each_letter_once(transactional_db):
    from tests.world import World

    world = World()
    for who in ("security_lead", "council", "police"):
        seat(world, who, world.west)
    picture = publish(world)
    mail.outbox = []
    answers = at_once(*[lambda: tasks.send_out_picture(picture.pk)] * 6)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    receivers = [letter.to[0] for letter in mail.outbox]
    assert len(receivers) == len(set(receivers)) == sum(answers)
    assert {"security_lead@example.org", "council@example.org", "police@example.org"} <= set(receivers)
    assert not Delivery.objects.filter(picture=picture, sent_at=None).exists()


def test_whoever_has_chosen_so_reads_of_a_picture_in_the_gathered_letter_and_others_when_it_is_no_longer_quiet(
    groups, published
):
    chosen = {"security_lead": "digest", "council": "at_once"}
    for who, how in chosen.items():
        make.TopicChoiceFactory(
            person=groups.people[who], topic="pictures", how=how, chosen_at=published.published_at - dt.timedelta(1)
        )
    quiet = timezone.localtime().hour
    choice = make.WorkLetterChoiceFactory(
        person=groups.people["council"], quiet_from=quiet, quiet_until=(quiet + 1) % 24
    )
    Delivery.objects.all().delete()
    for _time in range(2):
        tasks.send_out_picture(published.pk)
    assert not {"security_lead", "council"} & set(letters())
    by_news = Delivery.objects.filter(picture=published, by_news=True)
    assert set(by_news.values_list("person", flat=True)) == {groups.people[who].pk for who in chosen}
    assert Delivery.objects.uncertain(timezone.now() + dt.timedelta(days=1)).count() == 0
    told = distribution.told_of(groups.people["coordinator"], published)
    assert [row["by_news"] for row in told["rows"] if row["who"] in ("security lead", "council")] == [True, True]
    sent_before = len(mail.outbox)
    choice.quiet_from = choice.quiet_until = 0
    choice.save()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "leads_nowhere", lambda address: False)
        assert sending.send_at_once(timezone.now()) == 1
        tasks.send_out_picture(published.pk)
    (letter,) = mail.outbox[sent_before:]
    assert letter.to == ["council@example.org"]
    assert published.area.name not in letter.body
    rows = Notification.objects.filter(topic="pictures", subject_id=published.pk)
    assert set(rows.filter(mail_claimed_at=None).values_list("person", flat=True)) == {
        groups.people["security_lead"].pk
    }


def test_whoever_got_a_letter_of_a_picture_has_read_of_it_in_no_other_letter(groups, published):
    tasks.send_out_picture(published.pk)
    assert {"security_lead", "council"} <= set(letters())
    rows = Notification.objects.filter(topic="pictures", subject_id=published.pk)
    assert rows.count() == len(mail.outbox)
    assert not rows.filter(mail_claimed_at=None).exists()
    assert sending.send_at_once(timezone.now()) == 0
