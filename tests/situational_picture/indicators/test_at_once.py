"""Two at the same moment: one number of a period, one count of an hour, one import of a file."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from common.errors import NotPossible
from situational_picture.indicators import actions
from situational_picture.indicators.importing.storing import import_file
from situational_picture.indicators.place_counts.actions import count_people
from situational_picture.indicators.rules import share_figures
from situational_picture.models import Indicator, IndicatorBatch, IndicatorValue, PlaceCount
from tests import factories as make
from tests.at_once import at_once
from tests.situational_picture.indicators.workbooks import bra_workbook
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_sent_at_the_same_moment_is_stored_once(transactional_db, tmp_path):
    world = World()
    by = world.people["coordinator"]

    series = make.IndicatorFactory(collaboration=world.here, area=world.west)
    days = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))

    def enter(number):
        return actions.enter_value(by=by, indicator=series, figures=share_figures(*days, n=200, successes=number))

    answers = at_once(lambda: enter(60), lambda: enter(70))
    assert sorted(type(one).__name__ for one in answers) == ["AlreadyThere", "IndicatorValue"]
    assert IndicatorValue.objects.count() == 1

    count = {
        "by": by, "place": world.square, "counted_on": timezone.localdate() - dt.timedelta(days=1), "hour": 17,
        "minutes": 15, "people": 12,
    }  # fmt: skip
    same = uuid.uuid4()
    sent = at_once(*[lambda: count_people(**count, client_uuid=same)] * 3)
    assert len(set(sent)) == 1
    other = at_once(
        *[lambda hour=hour: count_people(**{**count, "hour": 3}, client_uuid=uuid.uuid4()) for hour in "ab"]
    )
    assert sorted(isinstance(one, NotPossible) for one in other) == [False, True]
    assert PlaceCount.objects.count() == 2

    path = bra_workbook(tmp_path / "bra.xlsx")
    said = {"by": by, "collaboration": world.here, "path": path, "file_name": "bra.xlsx", "layout": "workbook"}
    reports = at_once(*[lambda: import_file(**said, dated_on=dt.date(2026, 3, 1), dry_run=False)] * 2)
    assert sorted(one.changes_anything for one in reports) == [False, True]
    assert IndicatorBatch.objects.count() == 1
    assert Indicator.objects.exclude(import_key="").count() == len(
        set(Indicator.objects.exclude(import_key="").values_list("import_key", flat=True))
    )
