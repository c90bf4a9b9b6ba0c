"""Letters of what is new: each computed as its reader, in the way and at the hours they have chosen, and once."""

from __future__ import annotations

import datetime as dt
import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from areas.models import AreaScope
from audit.models import Event
from common.errors import NotPossible
from partners import notifications, tasks, work, work_letters
from partners.models import Membership, Notification, TopicChoice, User, WorkLetter, WorkLetterChoice
from partners.notifications import choices, quiet, sending
from tests import factories as make
from tests.at_once import at_once

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY = dt.datetime(2026, 11, 23, 7, 5, tzinfo=STOCKHOLM)


def told(world):
    """A measure in West and one in East, told to everybody on the Sunday before."""
    world.in_west = make.MeasureFactory(plan=make.PlanFactory(area=world.west), title="Belys torget")
    world.in_east = make.MeasureFactory(plan=make.PlanFactory(area=world.east), title="Stäng garaget")
    for measure in (world.in_west, world.in_east):
        tell(world, measure)
    return world


def tell(world, measure, *who, at=MONDAY - dt.timedelta(days=1), **more):
    people = [world.people[one] for one in who or world.people]
    notifications.tell("measures", people, subject=measure, what="decided", at=at, **more)


@pytest.fixture
def cast(world, monkeypatch):
    """Nothing waits: what is new is alone in the letters."""
    monkeypatch.setattr(work.slots, "fill", lambda name, user, things: {thing.pk: [] for thing in things})
    for who, person in world.people.items():
        User.objects.filter(pk=person.pk).update(email=f"{who}@ekstad.org")
    Membership.objects.update(valid_from=dt.date(2026, 1, 1))
    with time_machine.travel(MONDAY, tick=False):
        yield told(world)


def letters():
    return {letter.to[0].split("@")[0]: letter for letter in mail.outbox}


def rows_in(letter):
    return {int(pk) for pk in re.findall(r"/ekstad/news/(\d+)/", letter.body)}


def rows_on_page(client, person):
    client.force_login(User.objects.get(pk=person.pk))
    page = client.get(reverse("news", args=["ekstad"])).content.decode()
    return {int(pk) for pk in re.findall(r'data-news="(\d+)"', page)}


def choose(world, who, how, topic="measures", at=MONDAY - dt.timedelta(days=9)):
    return make.TopicChoiceFactory(person=world.people[who], topic=topic, how=how, chosen_at=at)


# --- The gathered letter ----------------------------------------------------------------------------------------------


def test_two_with_different_scope_get_different_letters_each_exactly_what_their_own_page_shows(client, cast):
    sent = work_letters.send_letters(cast.here, MONDAY)
    got = letters()
    for who, person in cast.people.items():
        shown = rows_on_page(client, person)
        assert (who in got) == bool(shown), who
        if shown:
            assert rows_in(got[who]) == shown
    assert sent == len(got)
    west, east, both = (rows_in(got[who]) for who in ("police", "other_housing", "coordinator"))
    assert (len(west), len(east), len(both)) == (1, 1, 2)
    assert {Notification.objects.get(pk=pk).subject_id for pk in west} == {cast.in_west.pk}
    assert {Notification.objects.get(pk=pk).subject_id for pk in east} == {cast.in_east.pk}
    for letter in got.values():
        for text in (letter.body, letter.alternatives[0][0]):
            assert "En åtgärd är beslutad" in text
            for inside in ("Belys", "garaget", "Väster", "Öster"):
                assert inside not in text
    assert got["police"].subject == "1 sak är ny för dig i Ekstad"
    # Told once.
    assert work_letters.send_letters(cast.here, MONDAY + dt.timedelta(days=7)) == 0
    assert WorkLetter.objects.get(person=cast.people["coordinator"], tasks=0, news=2).sent_at is not None


def test_what_waits_and_what_is_new_stand_in_one_letter_and_tasks_can_be_left_out(cast, monkeypatch):
    row = {"title": "Granska", "mail_title": "Två rapporter", "url": "/ekstad/granska/"}
    monkeypatch.setattr(work.slots, "fill", lambda name, user, things: {thing.pk: [row] for thing in things})
    choose(cast, "police", "page", topic="work")
    work_letters.send_letters(cast.here, MONDAY)
    assert letters()["coordinator"].subject == "1 sak väntar på dig i Ekstad, och 2 saker är nya"
    assert "Två rapporter" in letters()["coordinator"].body
    assert letters()["police"].subject == "1 sak är ny för dig i Ekstad"
    assert "Två rapporter" not in letters()["police"].body


@pytest.mark.parametrize("why", ["only on the page", "no letters", "read", "left", "scope lost", "closed"])
def test_who_does_not_want_it_or_may_not_see_it_gets_no_letter(cast, why):
    police = cast.people["police"]
    if why == "only on the page":
        choose(cast, "police", "page")
    elif why == "no letters":
        make.WorkLetterChoiceFactory(person=police, how_often="never")
    elif why == "read":
        Notification.objects.filter(person=police).update(read_at=MONDAY)
    elif why == "left":
        Membership.objects.filter(user=police).update(valid_to=MONDAY.date())
    elif why == "scope lost":
        AreaScope.objects.filter(membership__user=police).delete()
    else:
        User.objects.filter(pk=police.pk).update(is_active=False)
    work_letters.send_letters(cast.here, MONDAY)
    assert "police" not in letters()
    assert "security_lead" in letters()


def test_the_preview_is_the_letter_and_looking_at_it_changes_nothing(client, cast):
    client.force_login(cast.people["police"])
    page = client.get(reverse("letter_preview", args=["ekstad"])).content.decode()
    work_letters.send_letters(cast.here, MONDAY)
    letter = letters()["police"]
    assert letter.body in page.replace("&#x27;", "'")
    assert letter.subject in page
    assert "ingenting att skriva" in client.get(reverse("letter_preview", args=["ekstad"])).content.decode()


@pytest.mark.parametrize("problem", [ConnectionRefusedError(), SMTPServerDisconnected()])
def test_what_the_server_did_not_take_is_told_by_the_next_run_and_what_may_have_left_is_not(cast, monkeypatch, problem):
    def broken(*args, **more):
        raise problem

    with monkeypatch.context() as patch:
        patch.setattr(work_letters.emails, "send_letter", broken)
        assert work_letters.send_letters(cast.here, MONDAY) == 0
    work_letters.send_letters(cast.here, MONDAY)
    assert ("police" in letters()) == isinstance(problem, ConnectionRefusedError)


# --- At once ----------------------------------------------------------------------------------------------------------


def test_what_is_wanted_at_once_leaves_gathered_in_one_letter_and_is_in_no_other(cast):
    choose(cast, "police", "at_once")
    tell(cast, cast.in_west, "police", at=MONDAY, key="another")
    assert sending.send_at_once(MONDAY) == 1
    (letter,) = mail.outbox
    assert letter.to == ["police@ekstad.org"]
    assert letter.subject == "2 saker är nya för dig i Ekstad"
    assert len(rows_in(letter)) == 2
    assert "List-Unsubscribe" in letter.message()
    assert Event.objects.get(action="news_sent").details == {"people": 1}
    assert sending.send_at_once(MONDAY) == 0
    work_letters.send_letters(cast.here, MONDAY)
    assert [letter.to[0] for letter in mail.outbox].count("police@ekstad.org") == 1


def test_what_had_happened_before_somebody_chose_is_not_mailed_at_once(cast):
    choose(cast, "police", "at_once", at=MONDAY)
    assert sending.send_at_once(MONDAY) == 0
    tell(cast, cast.in_west, "police", at=MONDAY + dt.timedelta(minutes=1), key="later")
    assert sending.send_at_once(MONDAY + dt.timedelta(minutes=2)) == 1
    assert len(rows_in(letters()["police"])) == 1


@pytest.mark.parametrize("why", ["no letters", "left", "scope lost", "too old"])
def test_nothing_leaves_at_once_to_whoever_does_not_want_it_or_may_not_see_it(cast, why):
    choose(cast, "police", "at_once")
    now = MONDAY
    if why == "no letters":
        make.WorkLetterChoiceFactory(person=cast.people["police"], how_often="never")
    elif why == "left":
        Membership.objects.filter(user=cast.people["police"]).update(valid_to=MONDAY.date())
    elif why == "scope lost":
        AreaScope.objects.filter(membership__user=cast.people["police"]).delete()
    else:
        now = MONDAY + dt.timedelta(days=7)
    assert sending.send_at_once(now) == 0
    assert mail.outbox == []


def test_at_once_at_most_once_whatever_the_mail_server_says_and_whoever_dies(cast, monkeypatch):
    choose(cast, "police", "at_once")
    for problem, again in ((SMTPRecipientsRefused({}), True), (SystemExit(), False)):

        def broken(*args, problem=problem, **more):
            raise problem

        with monkeypatch.context() as patch:
            patch.setattr(sending.emails, "send_letter", broken)
            if isinstance(problem, SystemExit):
                with pytest.raises(SystemExit):
                    sending.send_at_once(MONDAY)
            else:
                assert sending.send_at_once(MONDAY) == 0
        waits = Notification.objects.filter(person=cast.people["police"], subject_id=cast.in_west.pk)
        assert waits.filter(mail_claimed_at=None).exists() == again
    assert tasks.send_news_at_once() == 0


@pytest.mark.django_db(transaction=True)
def test_six_senders_at_once_send_one_letter_each(transactional_db, monkeypatch):
    from tests.world import World

    world = told(World())
    User.objects.update(is_active=True)
    for who in ("police", "coordinator", "other_housing"):
        choose(world, who, "at_once")
    sent = []
    monkeypatch.setattr(sending, "leads_nowhere", lambda address: False)
    monkeypatch.setattr(
        sending.emails, "send_letter", lambda person, *args, **more: sent.append((person.pk, len(args[2])))
    )
    with time_machine.travel(MONDAY, tick=False):
        Membership.objects.update(valid_from=dt.date(2026, 1, 1))
    now = MONDAY + dt.timedelta(minutes=1)
    assert sum(at_once(*[lambda: sending.send_at_once(now)] * 6)) == 3
    expected = {world.people["police"].pk: 1, world.people["other_housing"].pk: 1, world.people["coordinator"].pk: 2}
    assert sorted(sent) == sorted(expected.items())


# --- Quiet hours ------------------------------------------------------------------------------------------------------


def general(**values):
    return WorkLetterChoice(**{"quiet_from": 19, "quiet_until": 7, "is_quiet_on_days_off": True, **values})


@pytest.mark.parametrize(
    ("moment", "is_quiet"),
    [
        ("2026-11-23 18:59", False),
        ("2026-11-23 19:00", True),
        ("2026-11-24 06:59", True),
        ("2026-11-24 07:00", False),
        ("2026-11-28 12:00", True),  # a Saturday
        ("2026-01-06 12:00", True),  # Epiphany, a Tuesday
        ("2026-06-19 12:00", True),  # midsummer's eve
        ("2026-06-18 12:00", False),
    ],
)
def test_letters_wait_at_night_and_on_days_off(moment, is_quiet):
    now = dt.datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=STOCKHOLM)
    assert quiet.is_quiet(general(), now) == is_quiet
    assert not quiet.is_quiet(general(quiet_from=0, quiet_until=0, is_quiet_on_days_off=False), now)


@pytest.mark.parametrize(
    ("friday", "ends"),
    [
        # Clocks go forward the night before the Sunday, and back in October; both weekends end on Monday at seven.
        (dt.datetime(2026, 3, 27, 20, tzinfo=STOCKHOLM), dt.datetime(2026, 3, 30, 7, tzinfo=STOCKHOLM)),
        (dt.datetime(2026, 10, 23, 20, tzinfo=STOCKHOLM), dt.datetime(2026, 10, 26, 7, tzinfo=STOCKHOLM)),
        # Good Friday to Easter Monday.
        (dt.datetime(2026, 4, 2, 19, 30, tzinfo=STOCKHOLM), dt.datetime(2026, 4, 7, 7, tzinfo=STOCKHOLM)),
    ],
)
def test_what_waits_leaves_in_one_letter_when_the_quiet_hours_end(cast, settings, friday, ends):
    settings.QUIET_HOURS, settings.QUIET_ON_DAYS_OFF = (19, 7), True
    choose(cast, "police", "at_once", at=friday - dt.timedelta(days=30))
    Notification.objects.all().delete()
    for number in range(3):
        tell(cast, cast.in_west, "police", at=friday + dt.timedelta(minutes=number), key=f"{number}")
    left = []
    now = friday.astimezone(dt.UTC) + dt.timedelta(minutes=5)
    while now < ends + dt.timedelta(hours=3):
        with time_machine.travel(now, tick=False):
            if sending.send_at_once(now):
                left.append(now)
        now += dt.timedelta(minutes=30)
    assert [moment.astimezone(STOCKHOLM) - dt.timedelta(minutes=5) for moment in left] == [ends]
    assert len(rows_in(letters()["police"])) == 3
    assert quiet.quiet_ends(general(), friday) == ends


def test_the_hours_of_one_day_and_hours_that_are_always_quiet():
    noon = dt.datetime(2026, 11, 23, 12, 30, tzinfo=STOCKHOLM)
    assert quiet.is_quiet(general(quiet_from=12, quiet_until=13), noon)
    assert not quiet.is_quiet(general(quiet_from=13, quiet_until=12), dt.datetime(2026, 11, 23, 12, tzinfo=STOCKHOLM))
    assert quiet.quiet_ends(general(quiet_from=12, quiet_until=13), noon) == noon.replace(hour=13, minute=0)


# --- What people choose -----------------------------------------------------------------------------------------------


def form(**values):
    topics = {f"topic_{topic.key}": topic.default.value for topic in choices.choosable()}
    return {"how_often": "weekly", "language": "sv", "quiet_from": "19", "quiet_until": "7", **topics, **values}


def test_people_choose_topic_by_topic_and_what_stays_keeps_its_day(client, cast):
    client.force_login(cast.people["police"])
    address = reverse("work_letters_choose")
    page = client.get(address).content.decode()
    assert "Publicerade lägesbilder" in page
    # Letters about the account are nobody's to turn off.
    assert "topic_account" not in page
    sent = form(topic_measures="at_once", quiet_from="22", is_quiet_on_days_off="on")
    assert client.post(address, sent).status_code == 302
    (chosen,) = TopicChoice.objects.all()
    assert (chosen.topic, chosen.how, chosen.person) == ("measures", "at_once", cast.people["police"])
    kept = WorkLetterChoice.objects.get()
    assert (kept.quiet_from, kept.quiet_until, kept.is_quiet_on_days_off) == (22, 7, True)
    assert client.post(address, {**sent, "topic_pictures": "page"}).status_code == 302
    assert TopicChoice.objects.get(topic="measures").pk == chosen.pk
    assert choices.choices_for(cast.people["police"]).how("pictures") == notifications.How.PAGE
    assert Event.objects.filter(action="topics_chosen").count() == 2
    for wrong in ({"topic_measures": "by pigeon"}, {"topic_work": "at_once"}, {"quiet_from": "24"}):
        assert client.post(address, form(**wrong)).status_code == 422
    with pytest.raises(NotPossible):
        choices.choose_topics(by=cast.people["police"], wanted={"account": "page"})


def test_a_letter_about_the_account_is_never_turned_off(cast):
    make.WorkLetterChoiceFactory(person=cast.people["police"], how_often="never")
    make.TopicChoiceFactory(person=cast.people["police"], topic="account", how="page")
    assert choices.choices_for(cast.people["police"]).how("account") == notifications.How.AT_ONCE
