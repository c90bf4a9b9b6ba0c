"""A real worker is killed while it sends letters of what waits through a real mail server: nobody gets two."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from partners import tasks
from partners.models import User, WorkLetter
from tests import factories as make
from tests.servers.smtp import running_mail_server
from tests.servers.workers import running_workers

# Two starts of Django and Celery each time.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PEOPLE = 5


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
    with running_workers(tmp_path) as workers:
        yield workers


@pytest.fixture
def people(transactional_db):
    """Each has an inspection to finish; the letters are due now, at whatever hour and weekday it is."""
    place = make.PlaceFactory()
    now = timezone.localtime()
    make.WorkLetterRuleFactory(collaboration=place.collaboration, weekday=now.weekday(), hour=now.hour)
    organisation = make.OrganisationFactory(collaboration=place.collaboration)
    members = [make.MembershipFactory(organisation=organisation, role="coordinator").user for _ in range(PEOPLE)]
    for person in members:
        make.SafetyInspectionFactory(place=place, organisation=organisation, created_by=person)
    return members


@pytest.mark.parametrize("when", ["before the mail server had taken it", "when it was taken and not answered"])
def test_killed_while_letters_are_sent(people, workers, mails, when):
    held: User = people[PEOPLE // 2]
    is_taken = when.startswith("when")
    mails.hold(held.email, when_taken=is_taken)
    worker = workers.start()
    workers.send(tasks.send_work_letters.name)
    workers.wait_until(mails.is_holding.is_set, "the worker waits for the mail server's answer")
    before = mails.letters()
    assert sum(before.values()) < PEOPLE, "Somebody's letter must still be left."
    workers.kill(worker)
    mails.let_go()

    # Everybody's letter is a row, and the one nobody knows of is neither waiting nor sent.
    rows = WorkLetter.objects.all()
    assert rows.count() == PEOPLE
    (begun,) = rows.filter(sent_at=None).exclude(claimed_at=None)
    assert begun.person == held

    # The next worker goes on where it was left, as often as it is asked, and nobody gets a second letter.
    workers.start()
    for _time in range(3):
        workers.send(tasks.send_work_letters.name)
    workers.wait_until(lambda: rows.exclude(sent_at=None).count() == PEOPLE - 1, "the others have got theirs")
    expected = Counter({person.email: 1 for person in people})
    if not is_taken:
        del expected[held.email]
    assert mails.letters() == expected
