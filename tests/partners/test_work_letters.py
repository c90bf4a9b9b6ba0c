"""Letters of what waits: when they leave, what they say, to whom they never go, and that nobody gets two."""

from __future__ import annotations

import datetime as dt
import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident, Status
from partners import mailing, tasks, work, work_letters
from partners.models import Membership, User, WorkLetter, WorkLetterChoice, WorkLetterRule
from partners.notifications.choices import choosable
from tests import factories as make
from tests.at_once import at_once

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY = dt.datetime(2026, 11, 23, 7, 5, tzinfo=STOCKHOLM)


def at(now):
    return time_machine.travel(now, tick=False)


@pytest.fixture
def waiting(monkeypatch):
    """What waits, by role: asked of the same slot as the page asks."""
    rows = {
        "police": [
            {
                "title": "Väster: 3 gap",
                "mail_title": "Tre frågor",
                "url": "/ekstad/hemligt/",
                "due_on": dt.date(2026, 11, 25),
            },
            {"title": "Hemlig plats", "url": "/ekstad/annat/", "text": "En text"},
        ],
        "coordinator": [{"title": "Granska", "mail_title": "Två rapporter", "url": "/ekstad/granska/"}],
    }

    def fill(name, user, things):
        if name != "my_work.items":
            return {thing.pk: [] for thing in things}
        found = next((found for who, found in rows.items() if user.email.startswith(who)), [])
        return {thing.pk: list(found) for thing in things}

    monkeypatch.setattr(work.slots, "fill", fill)
    return rows


@pytest.fixture
def cast(world, waiting):
    for who, person in world.people.items():
        User.objects.filter(pk=person.pk).update(email=f"{who}@ekstad.org")
    return world


def letters():
    return {letter.to[0].split("@")[0]: letter for letter in mail.outbox}


def choose(world, who, how_often, language="sv"):
    return make.WorkLetterChoiceFactory(person=world.people[who], how_often=how_often, language=language)


# --- What a letter says -----------------------------------------------------------------------------------------------


def test_whoever_has_something_to_do_gets_a_letter_that_names_it_in_neutral_words(cast):
    assert work_letters.send_letters(cast.here, MONDAY) == 2
    assert set(letters()) == {"police", "coordinator"}
    letter = letters()["police"]
    html = letter.alternatives[0][0]
    assert letter.subject == "2 saker väntar på dig i Ekstad"
    for text in (letter.body, html):
        assert "Tre frågor" in text
        assert "Den här veckan" in text
        assert "25 november 2026" in text
        for inside in ("Väster", "Hemlig plats", "En text", "hemligt", "annat"):
            assert inside not in text
    task_id = work.tasks_of(User.objects.get(email="police@ekstad.org"), cast.here, today=MONDAY.date())[0]["id"]
    assert f"/ekstad/my-work/tasks/{task_id}/" in letter.body
    assert "1 sak till väntar på dig" in letter.body
    assert html.count("Öppna") == 1
    # It is noted how many went, and not to whom.
    (line,) = Event.objects.filter(action="work_letters_sent")
    assert (line.details, line.actor_id) == ({"people": 2}, None)


def test_a_letter_without_a_title_that_may_leave_says_how_much_waits(cast, waiting):
    waiting["police"] = [{"title": "Hemlig plats", "url": "/ekstad/annat/"}]
    work_letters.send_letters(cast.here, MONDAY)
    assert "1 sak väntar på dig. " in letters()["police"].body
    assert "Hemlig" not in letters()["police"].body


def test_a_letter_is_in_its_readers_language(cast):
    choose(cast, "police", "weekly", "en")
    work_letters.send_letters(cast.here, MONDAY)
    assert letters()["police"].subject == "2 tasks wait for you in Ekstad"
    assert "This week" in letters()["police"].body
    assert letters()["coordinator"].subject == "1 sak väntar på dig i Ekstad"


def test_the_demonstration_says_that_nothing_has_happened(cast):
    cast.here.notice = "invented"
    cast.here.save()
    work_letters.send_letters(cast.here, MONDAY)
    for text in (letters()["police"].body, letters()["police"].alternatives[0][0]):
        assert "Exempeldata: inget här har hänt." in text


def test_a_letter_shows_what_its_reader_sees_and_nothing_of_other_collaborations(world):
    """With the rooms' own rows: the letter is the page."""
    Incident.objects.filter(pk=world.by_reporter.pk).update(status=Status.RETURNED, reviewed_at=timezone.now())
    with at(MONDAY):
        work_letters.send_letters(world.here, MONDAY)
    got = {letter.to[0]: letter for letter in mail.outbox}
    assert world.people["stranger"].email not in got
    for who, person in world.people.items():
        if who == "stranger":
            continue
        person = User.objects.get(pk=person.pk)
        with at(MONDAY):
            found = work.tasks_of(person, world.here, today=MONDAY.date())
        assert (person.email in got) == bool(found), who
        for task in found:
            assert task["mail_title"] in got[person.email].body
    assert "kom tillbaka" in got[world.people["reporter"].email].body


def test_a_hostile_name_breaks_neither_the_head_nor_the_page(cast, waiting):
    cast.here.name = "Ek\nBcc: x@example.org <script>"
    cast.here.save()
    waiting["police"] = [{"title": "x", "mail_title": "<script>alert(1)</script>", "url": "/x/"}]
    work_letters.send_letters(cast.here, MONDAY)
    letter = letters()["police"]
    assert letter.message()["Bcc"] is None
    assert "\n" not in letter.subject
    assert "<script>" not in letter.alternatives[0][0]


# --- Who gets none ----------------------------------------------------------------------------------------------------


def test_nobody_without_tasks_is_written_to_also_not_later_that_day(cast, waiting):
    waiting["reporter"] = []
    work_letters.send_letters(cast.here, MONDAY)
    waiting["reporter"] = [{"title": "x", "mail_title": "En sak", "url": "/x/"}]
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(hours=3))
    assert "reporter" not in letters()
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(days=7))
    assert "reporter" in letters()


@pytest.mark.parametrize("why", ["closed", "ended", "begins later", "service", "organisation closed", "never", "left"])
def test_whoever_has_left_or_wants_none_gets_none(cast, why):
    police = cast.people["police"]
    membership = Membership.objects.filter(user=police)
    today = MONDAY.date()
    if why == "closed":
        User.objects.filter(pk=police.pk).update(is_active=False)
    elif why == "ended":
        membership.update(valid_from=today - dt.timedelta(days=9), valid_to=today)
    elif why == "begins later":
        membership.update(valid_from=today + dt.timedelta(days=1))
    elif why == "service":
        User.objects.filter(pk=police.pk).update(is_service=True)
    elif why == "organisation closed":
        type(cast.housing).objects.filter(pk=cast.police_authority.pk).update(is_active=False)
    elif why == "never":
        choose(cast, "police", "never")
    else:
        membership.delete()
    with at(MONDAY):
        assert work_letters.send_letters(cast.here, MONDAY) == 1
    assert set(letters()) == {"coordinator"}


def test_whoever_says_no_while_letters_are_being_sent_gets_none(cast, monkeypatch):
    """Between the rows and the letter the choice is asked for again."""
    send = work_letters.emails.send_letter

    def send_and_stop(person, *args, **more):
        send(person, *args, **more)
        for other in ("police", "coordinator"):
            if not person.email.startswith(other):
                work_letters.stop_letters(cast.people[other])

    monkeypatch.setattr(work_letters.emails, "send_letter", send_and_stop)
    assert work_letters.send_letters(cast.here, MONDAY) == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("address", "reaches"),
    [
        ("police@norrkoping.example", False),
        ("police@x.INVALID", False),
        ("police@x.test", False),
        ("police@example.se", True),
    ],
)
def test_no_mail_server_is_asked_for_addresses_that_lead_nowhere(cast, address, reaches):
    User.objects.filter(pk=cast.people["police"].pk).update(email=address)
    work_letters.send_letters(cast.here, MONDAY)
    assert ("police" in letters()) == reaches


def test_where_mail_stays_on_the_machine_the_demonstrations_letters_can_be_read(settings):
    settings.EMAIL_BACKEND = "est_platform.mail.LocalBackend"
    assert not mailing.leads_nowhere("samordnare@norrkoping.example")


# --- When -------------------------------------------------------------------------------------------------------------


def test_weekly_letters_leave_on_the_collaborations_day_and_hour_and_daily_ones_on_weekdays(cast):
    choose(cast, "coordinator", "daily")
    make.WorkLetterRuleFactory(collaboration=cast.here, weekday=3, hour=15)
    got = []
    for hours in range(24 * 8):
        now = dt.datetime(2026, 11, 23, 0, 5, tzinfo=STOCKHOLM) + dt.timedelta(hours=hours)
        mail.outbox.clear()
        with at(now):
            work_letters.send_letters(cast.here, now)
        got += [(f"{now:%a %H}", letter.to[0].split("@")[0]) for letter in mail.outbox]
    daily = [(f"{day} 15", "coordinator") for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Mon")]
    assert sorted(got) == sorted([*daily, ("Thu 15", "police")])


@pytest.mark.parametrize("night", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
@pytest.mark.parametrize("hour", range(5))
def test_on_nights_when_clocks_change_each_gets_one_letter(cast, night, hour):
    """02:00 is missing in March and comes twice in October."""
    Membership.objects.update(valid_from=dt.date(2026, 1, 1))
    make.WorkLetterRuleFactory(collaboration=cast.here, weekday=6, hour=hour)
    began = dt.datetime.combine(night, dt.time(0), tzinfo=STOCKHOLM).astimezone(dt.UTC)
    left = []
    for tens in range(6 * 26):
        now = began + dt.timedelta(minutes=10 * tens)
        with at(now):
            if work_letters.send_letters(cast.here, now):
                left.append(now.astimezone(STOCKHOLM))
    # The hour that clocks show, and in March the one they jump to.
    assert [moment.hour for moment in left] == [3 if (hour, night.month) == (2, 3) else hour]
    assert sorted(letter.to[0] for letter in mail.outbox) == ["coordinator@ekstad.org", "police@ekstad.org"]


def test_fifty_three_weeks_have_fifty_three_letters(cast, waiting):
    del waiting["coordinator"]
    Membership.objects.update(valid_from=dt.date(2026, 1, 1), valid_to=None)
    weeks = [MONDAY + dt.timedelta(weeks=number) for number in range(53)]
    for now in weeks:
        with at(now):
            work_letters.send_letters(cast.here, now)
    assert len(mail.outbox) == 53
    assert "2026-W53" in set(WorkLetter.objects.values_list("occasion", flat=True))


def test_a_weekday_changed_after_the_letters_left_brings_no_second_one_that_week(cast):
    work_letters.send_letters(cast.here, MONDAY)
    make.WorkLetterRuleFactory(collaboration=cast.here, weekday=2, hour=7)
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(days=2))
    assert len(mail.outbox) == 2
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(days=9))
    assert len(mail.outbox) == 4


def test_whoever_goes_over_to_daily_letters_gets_one_that_day(cast):
    work_letters.send_letters(cast.here, MONDAY)
    work_letters.choose_letters(by=cast.people["police"], how_often="daily", language="sv")
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(hours=1))
    assert len(mail.outbox) == 2
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(days=1))
    assert [letter.to[0] for letter in mail.outbox[2:]] == ["police@ekstad.org"]


@pytest.mark.parametrize(("late", "sent"), [(dt.timedelta(hours=11), 2), (dt.timedelta(hours=12), 0)])
def test_a_worker_that_was_away_sends_what_is_still_news(cast, late, sent):
    assert work_letters.send_letters(cast.here, MONDAY + late) == sent


# --- At most once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [ConnectionRefusedError(), SMTPRecipientsRefused({})])
def test_what_the_mail_server_did_not_take_is_sent_by_the_next_run(cast, monkeypatch, problem):
    send = work_letters.emails.send_letter
    broken = [True]

    def send_or_not(*args, **more):
        if broken and broken.pop():
            raise problem
        return send(*args, **more)

    monkeypatch.setattr(work_letters.emails, "send_letter", send_or_not)
    assert work_letters.send_letters(cast.here, MONDAY) == 1
    assert work_letters.send_letters(cast.here, MONDAY) == 1
    assert len(mail.outbox) == 2


def test_what_may_have_left_is_not_sent_again(cast, monkeypatch):
    def silent(*args, **more):
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(work_letters.emails, "send_letter", silent)
        assert work_letters.send_letters(cast.here, MONDAY) == 0
    assert work_letters.send_letters(cast.here, MONDAY) == 0
    assert mail.outbox == []


def test_one_persons_broken_tasks_keep_nobody_elses_letter(cast, waiting, monkeypatch):
    fill = work.slots.fill

    def broken(name, user, things):
        if user.email.startswith("coordinator"):
            raise RuntimeError
        return fill(name, user, things)

    monkeypatch.setattr(work.slots, "fill", broken)
    assert work_letters.send_letters(cast.here, MONDAY) == 1
    assert set(letters()) == {"police"}


def test_one_collaborations_trouble_keeps_nobody_elses_letters(cast, monkeypatch):
    send = work_letters.send_letters

    def broken(collaboration, now):
        if collaboration == cast.elsewhere:
            raise RuntimeError
        return send(collaboration, now)

    monkeypatch.setattr(work_letters, "send_letters", broken)
    with at(MONDAY):
        assert tasks.send_work_letters() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_letter_once(transactional_db, monkeypatch):
    from tests.world import World

    world = World()
    sent = []
    monkeypatch.setattr(work_letters.emails, "send_letter", lambda person, *args, **more: sent.append(person.pk))
    monkeypatch.setattr(
        work.slots, "fill", lambda name, user, things: {one.pk: [{"title": "x", "url": "/x/"}] for one in things}
    )
    answers = at_once(*[lambda: work_letters.send_letters(world.here, MONDAY)] * 6)
    assert sum(answers) == len(sent) == len(set(sent)) == 9


# --- What people choose -----------------------------------------------------------------------------------------------


def test_people_choose_for_themselves(client, cast):
    client.force_login(cast.people["reporter"])
    page = client.get(reverse("work_letters_choose")).content.decode()
    assert re.search(r'value="weekly"[^>]*checked', page)
    topics = {f"topic_{topic.key}": topic.default.value for topic in choosable()}
    rest = {"quiet_from": "0", "quiet_until": "0", **topics}
    sent = {"how_often": "daily", "language": "en", **rest}
    assert client.post(reverse("work_letters_choose"), sent).status_code == 302
    choice = WorkLetterChoice.objects.get()
    assert (choice.person, choice.how_often, choice.language) == (cast.people["reporter"], "daily", "en")
    assert Event.objects.filter(action="work_letters_chosen", actor_id=choice.person_id).count() == 1
    for wrong in ({"how_often": "hourly", "language": "sv"}, {"how_often": "daily", "language": "xx"}, {}):
        assert client.post(reverse("work_letters_choose"), {**rest, **wrong}).status_code == 422
    with pytest.raises(NotPossible):
        work_letters.choose_letters(by=cast.people["reporter"], how_often="hourly", language="sv")
    assert "varje vardag" in client.get(reverse("account")).content.decode()


def test_the_coordinator_chooses_weekday_and_hour(client, cast):
    client.force_login(cast.people["coordinator"])
    assert client.post(reverse("work_letter_rule", args=["ekstad"]), {"weekday": "4", "hour": "15"}).status_code == 302
    rule = WorkLetterRule.objects.get()
    assert (rule.collaboration, rule.weekday, rule.hour) == (cast.here, 4, 15)
    assert "på fredagar klockan 15:00" in client.get(reverse("my_work", args=["ekstad"])).content.decode()
    for wrong in ({"weekday": "7", "hour": "15"}, {"weekday": "1", "hour": "24"}, {"weekday": "x"}):
        assert client.post(reverse("work_letter_rule", args=["ekstad"]), wrong).status_code == 422
    with pytest.raises(NotAllowed):
        work_letters.change_rule(by=cast.people["police"], collaboration=cast.here, weekday=1, hour=1)


def stop_address(letter):
    address = letter.message()["List-Unsubscribe"].strip("<>")
    return "/" + address.split("/", 3)[3]


def test_a_letter_can_be_its_readers_last_without_signing_in(cast):
    work_letters.send_letters(cast.here, MONDAY)
    letter = letters()["police"]
    assert letter.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = stop_address(letter)
    assert address in letter.body
    stranger = Client(enforce_csrf_checks=True)
    # Opening it, as programs do that look at links before their reader does, changes nothing.
    for _time in range(2):
        assert "Stäng av breven" in stranger.get(address).content.decode()
    assert not WorkLetterChoice.objects.exists()
    # RFC 8058: pressed by the mail program, with no cookie.
    for _time in range(2):
        assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    choice = WorkLetterChoice.objects.get()
    assert (choice.person, choice.how_often) == (cast.people["police"], "never")
    assert Event.objects.filter(action="work_letters_stopped").count() == 1
    work_letters.send_letters(cast.here, MONDAY + dt.timedelta(days=7))
    assert [letter.to[0].split("@")[0] for letter in mail.outbox[2:]] == ["coordinator"]
    # It opens nothing else.
    assert stranger.get(reverse("my_work", args=["ekstad"])).status_code == 302
    assert stranger.get(reverse("work_letters_choose")).status_code == 302


def test_a_token_that_is_not_ours_does_not_exist(client, cast):
    police = cast.people["police"]
    good = mailing.stop_token(police)
    others = [
        good[:-1],
        good + "x",
        "x",
        str(police.pk),
        signing.dumps(police.pk),
        signing.dumps(police.pk, salt="partners.work_letters"),
        signing.dumps(True, salt="partners.work_letters.stop")[:-2],
        signing.dumps("1 OR 1=1", salt="partners.work_letters.stop"),
        signing.dumps(10**30, salt="partners.work_letters.stop"),
        signing.dumps(-1, salt="partners.work_letters.stop"),
        "..%2f..",
        "é" * 50,
        "a:" * 4000,
    ]
    for token in others:
        for ask in (client.get, client.post):
            assert ask(reverse("letters_stop", args=[token])).status_code == 404, token
    User.objects.filter(pk=police.pk).update(is_active=False)
    assert client.post(reverse("letters_stop", args=[good])).status_code == 404
    assert not WorkLetterChoice.objects.exists()
