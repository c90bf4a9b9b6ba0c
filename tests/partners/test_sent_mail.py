"""The log of letters: every letter that is sent stands there once, with what came of it and nothing of what it said."""

from __future__ import annotations

import datetime as dt
import re
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from partners import mailing, retention, sent_mail
from partners.emails import send_invitation
from partners.models import SentMail, User
from partners.retention_kinds import SENT_MAILS
from tests import factories as make
from tests.promises.house import ROOT

pytestmark = pytest.mark.django_db
Outcome = SentMail.Outcome


def send(world, who="police"):
    person = world.people[who]
    mailing.send_text("Ämne", "Texten", person=person, topic="pictures", collaboration=world.here)


def test_a_letter_that_left_stands_in_the_log_without_its_words(world):
    send(world)
    (row,) = SentMail.objects.all()
    assert (row.person, row.topic, row.outcome, row.answer) == (world.people["police"], "pictures", Outcome.SENT, "")
    kept = " ".join(str(getattr(row, field.attname)) for field in SentMail._meta.concrete_fields)
    assert "Texten" not in kept
    assert "Ämne" not in kept
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("problem", "outcome", "answer"),
    [
        (ConnectionRefusedError("at 10.0.0.1"), Outcome.REFUSED, "ConnectionRefusedError"),
        (SMTPRecipientsRefused({"police@example.org": (550, b"no police@example.org")}), Outcome.REFUSED, "550"),
        (SMTPDataError(452, b"full: police@example.org"), Outcome.REFUSED, "452"),
        (SMTPServerDisconnected("while talking"), Outcome.UNKNOWN, "SMTPServerDisconnected"),
        (TimeoutError(), Outcome.UNKNOWN, "TimeoutError"),
    ],
)
def test_what_failed_is_raised_and_noted_by_code_and_never_by_the_servers_words(
    world, monkeypatch, problem, outcome, answer
):
    def broken(letter):
        raise problem

    monkeypatch.setattr(EmailMessage, "send", broken)
    with pytest.raises(type(problem)):
        send(world)
    (row,) = SentMail.objects.all()
    assert (row.outcome, row.answer) == (outcome, answer)


def test_a_letter_whose_worker_died_is_said_to_be_unknown_after_a_while(world, monkeypatch):
    def die(letter):
        raise SystemExit

    monkeypatch.setattr(EmailMessage, "send", die)
    with pytest.raises(SystemExit):
        send(world)
    coordinator, now = User.objects.get(pk=world.people["coordinator"].pk), timezone.now()
    assert not sent_mail.failed_in(coordinator, world.here, now).exists()
    assert sent_mail.failed_in(coordinator, world.here, now + dt.timedelta(minutes=11)).count() == 1


def test_invitations_and_forgotten_passwords_stand_in_the_log_too(client, world):
    send_invitation(world.people["police"].memberships.get(), "https://est.example.org")
    client.post(reverse("account_reset_password"), {"email": "POLICE@example.org"})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    rows = SentMail.objects.filter(person=world.people["police"], topic="account", outcome=Outcome.SENT)
    assert {row.collaboration for row in rows} == {world.here, None}
    assert SentMail.objects.count() == 2


def test_each_reads_what_was_sent_to_oneself_and_only_those_who_keep_the_letters_what_failed(client, world):
    send(world)
    make.SentMailFactory(
        person=world.people["police"], collaboration=world.here, topic="measures", outcome=Outcome.REFUSED, answer="550"
    )
    make.SentMailFactory(person=world.people["stranger"], collaboration=world.elsewhere, outcome=Outcome.REFUSED)
    for who, seen in (("police", True), ("security_lead", False), ("coordinator", False)):
        client.force_login(world.people[who])
        page = client.get(reverse("mails_sent")).content.decode()
        assert ("Publicerade lägesbilder" in page) == seen, who
    client.force_login(world.people["coordinator"])
    page = client.get(reverse("mail_failures", args=["ekstad"])).content.decode()
    assert "police, Polisen" in page
    assert "550" in page
    assert page.count("togs inte emot") == 1
    # No address, and nothing of another collaboration.
    assert "police@" not in page
    assert "stranger" not in page
    assert "1 brev har kanske inte kommit fram" in client.get(reverse("my_work", args=["ekstad"])).content.decode()
    for who, code in (("police", 403), ("stranger", 404)):
        client.force_login(world.people[who])
        assert client.get(reverse("mail_failures", args=["ekstad"])).status_code == code
    client.force_login(world.people["police"])
    assert "kanske inte kommit" not in client.get(reverse("my_work", args=["ekstad"])).content.decode()


def test_a_failure_a_week_old_is_no_task_any_more(world):
    old = timezone.now() - dt.timedelta(days=8)
    make.SentMailFactory(person=world.people["police"], collaboration=world.here, outcome=Outcome.REFUSED, at=old)
    coordinator = User.objects.get(pk=world.people["coordinator"].pk)
    assert sent_mail.my_work_items(coordinator, [world.here]) == {}
    assert len(sent_mail.failures(coordinator, world.here)) == 1


def test_the_log_of_letters_is_purged_with_those_about_accounts_and_nobody_elses(world):
    old = timezone.now() - dt.timedelta(days=91)
    police, stranger = world.people["police"], world.people["stranger"]
    gone = [make.SentMailFactory(person=police, collaboration=where, at=old).pk for where in (world.here, None)]
    kept = [
        make.SentMailFactory(person=police, collaboration=world.here).pk,
        make.SentMailFactory(person=stranger, collaboration=world.elsewhere, at=old).pk,
        make.SentMailFactory(person=stranger, collaboration=None, at=old).pk,
    ]
    today = timezone.localdate()
    due = SENT_MAILS.due(world.here, retention.before_for(world.here, SENT_MAILS, today))
    assert set(due.values_list("pk", flat=True)) == set(gone)
    retention.purge_collaboration(world.here, today=today)
    assert set(SentMail.objects.values_list("pk", flat=True)) == set(kept)


def test_no_room_sends_mail_past_the_log():
    files = [file for file in our_files() if file.name != "mailing.py"]
    assert len(files) > 300
    assert [file for file in files if re.search(r"import .*\bsend_mail\b|\bmail_admins\b", file.read_text())] == []


def our_files():
    left_out = {"tests", "node_modules", "benchmarks"}
    for file in ROOT.rglob("*.py"):
        parts = file.relative_to(ROOT).parts
        if not any(part in left_out or part.startswith(".") for part in parts):
            yield file
