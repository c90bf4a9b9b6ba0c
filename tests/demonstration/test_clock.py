"""The clock that is turned while the demonstration's meetings are held."""

import datetime as dt

import pytest
from django.utils import timezone

from action_plans.models import CommitmentMove
from est_platform.demonstration.clock import at_ten, turned_to

THEN = dt.datetime(2025, 3, 4, 9, tzinfo=dt.UTC)


def test_everything_that_asks_django_reads_the_turned_clock():
    default = CommitmentMove._meta.get_field("at").get_default
    with turned_to(THEN) as clock:
        assert timezone.now() == THEN
        assert timezone.localdate() == dt.date(2025, 3, 4)
        assert default() == THEN
        clock.forward(90)
        assert default() == timezone.now() == THEN + dt.timedelta(minutes=90)
        # A moment is still a moment to whoever asks what it is.
        assert timezone.template_localtime(dt.datetime.now(dt.UTC)).tzinfo is not dt.UTC
    assert timezone.now() > at_ten(dt.date(2026, 1, 1))
    assert default() > at_ten(dt.date(2026, 1, 1))


def test_it_is_turned_back_whatever_happens():
    with turned_to(THEN), turned_to(THEN + dt.timedelta(days=1)):
        assert timezone.localdate() == dt.date(2025, 3, 5)
    with pytest.raises(ZeroDivisionError), turned_to(THEN):
        1 / 0  # noqa: B018
    assert timezone.now() > at_ten(dt.date(2026, 1, 1))
