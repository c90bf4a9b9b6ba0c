"""A real worker is killed while it sends letters through a real mail server.

Promised: nobody gets a letter twice by itself (at most once). Whoever has got none is told by the next run, or seen as
“not sent” by the coordinator, who lets it be sent again (at least once, from then on).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.models import User
from situational_picture import actions, building, tasks
from situational_picture.models import Delivery, Picture
from tests import factories as make
from tests.servers.smtp import running_mail_server
from tests.servers.workers import running_workers

# Two starts of Django and Celery each time.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PEOPLE = 6


@pytest.fixture
def mails():
    with running_mail_server() as mails:
        yield mails


@pytest.fixture
def workers(transactional_db, tmp_path, mails, monkeypatch):
    # What the worker's own settings read.
    for name, value in {"BACKEND": "", "HOST": "127.0.0.1", "PORT": str(mails.port), "USE_TLS": "no"}.items():
        monkeypatch.setenv(f"EMAIL_{name}", value)
    monkeypatch.setenv("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    # At whatever hour and on whatever day this runs, nobody is too quiet to be written to.
    monkeypatch.setenv("QUIET_HOURS", "0-0")
    monkeypatch.setenv("QUIET_ON_DAYS_OFF", "no")
    with running_workers(tmp_path) as workers:
        yield workers


@pytest.fixture
def published(transactional_db):
    from tests.world import World

    world = World()
    group = make.GroupFactory(collaboration=world.here)
    make.GroupAreaFactory(group=group, area=world.west)
    for who in ("security_lead", "police", "council"):
        make.GroupMemberFactory(group=group, membership=world.people[who].memberships.get())
    for _number in range(PEOPLE - 4):
        make.GroupMemberFactory(group=group, membership=make.MembershipFactory(organisation=world.municipality))
    building.rebuild_area(world.west, today=timezone.localdate())
    drafts = Picture.objects.filter(area=world.west, period_kind="month", version=0)
    draft = drafts.filter(figures__total__count__gt=0).latest("period_end")
    picture = actions.publish_picture(by=world.people["coordinator"], picture=draft, is_sent_out=True)
    picture.world = world
    return picture


def the_middle_one(published) -> User:
    """Somebody with letters before and after."""
    return published.world.people["police"]


@pytest.mark.parametrize("when", ["before the mail server had taken it", "when it was taken and not answered"])
def test_killed_while_letters_are_sent(published, workers, mails, when):
    held = the_middle_one(published)
    is_taken = when.startswith("when")
    mails.hold(held.email, when_taken=is_taken)
    worker = workers.start()
    workers.send(tasks.send_out_picture.name, published.pk)
    workers.wait_until(mails.is_holding.is_set, "the worker waits for the mail server's answer")
    before = mails.letters()
    assert sum(before.values()) < PEOPLE, "Somebody's letter must still be left."
    workers.kill(worker)
    mails.let_go()

    # Everybody who should be told is seen, those sent to apart from those that wait, and the one nobody knows of.
    rows = Delivery.objects.filter(picture=published)
    assert rows.count() == PEOPLE
    sent = sum(before.values()) - is_taken
    assert rows.exclude(sent_at=None).count() == sent
    assert rows.waiting().count() == PEOPLE - sent - 1
    (begun,) = rows.filter(sent_at=None).exclude(claimed_at=None)
    assert begun.person == held

    # The next worker goes on where it was left, as often as it is asked, and nobody gets a second letter.
    workers.start()
    for _time in range(2):
        workers.send(tasks.send_out_forgotten_pictures.name)
        workers.send(tasks.send_out_picture.name, published.pk)
    workers.wait_until(lambda: not rows.waiting().exists(), "the others have got theirs")
    workers.wait_until(lambda: rows.exclude(sent_at=None).count() == PEOPLE - 1, "it is written down")
    everybody = set(rows.values_list("person__email", flat=True))
    expected = Counter(dict.fromkeys(everybody, 1))
    if not is_taken:
        del expected[held.email]
    assert mails.letters() == expected

    # The coordinator sees whose letter is uncertain; some minutes later nobody can be sending it any more.
    rows.filter(pk=begun.pk).update(claimed_at=timezone.now() - dt.timedelta(minutes=6))
    client = Client()
    client.force_login(published.world.people["coordinator"])
    query = {"period": published.period.code, "version": "1"}
    address = reverse("picture", args=["ekstad", "vaster"])
    told = client.get(address, query).context["deliveries"]
    assert (told["sent"], told["uncertain"]) == (PEOPLE - 1, 1)
    assert [row["who"] for row in told["rows"] if row["sent_at"] is None] == [held.function]
    send_again = tasks.send_out_picture.delay
    try:
        tasks.send_out_picture.delay = lambda pk: workers.send(tasks.send_out_picture.name, pk)
        client.post(reverse("picture_send_again", args=["ekstad", "vaster"]), query)
    finally:
        tasks.send_out_picture.delay = send_again
    workers.wait_until(lambda: not rows.filter(sent_at=None).exists(), "the uncertain letter is sent again")
    # Now it is: once where it had not left, and a second time only because a person has said so.
    assert mails.letters() == Counter(dict.fromkeys(everybody, 1)) + Counter({held.email: int(is_taken)})
