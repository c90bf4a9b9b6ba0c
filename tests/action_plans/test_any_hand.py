"""Every address of plans, evaluations and indicators answers in words whatever it is sent, whatever became of those it
speaks of."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from action_plans.models import Commitment, Goal, Measure, Plan
from areas.models import Area, AreaScope
from partners.models import Group, Membership, Organisation, User
from tests.promises.access_commitments import COMMITMENTS
from tests.promises.access_evaluations import EVALUATIONS
from tests.promises.access_goals import GOALS
from tests.promises.access_indicators import INDICATORS
from tests.promises.access_library import LIBRARY
from tests.promises.access_measures import MEASURES
from tests.promises.access_papers import PAPERS
from tests.promises.access_plans import PLANS
from tests.promises.access_progress import PROGRESS
from tests.promises.access_promises import PROMISES
from tests.promises.access_work import WORK
from tests.promises.test_access import cast, route_of, signed_in  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROWS = {
    **COMMITMENTS, **EVALUATIONS, **GOALS, **INDICATORS, **LIBRARY, **MEASURES, **PAPERS, **PLANS, **PROGRESS,
    **PROMISES, **WORK,
}  # fmt: skip
NONSENSE = [
    "", "\x00", "a\x00b", "-1", "0", str(10**20), str(2**31), str(2**63), "1e400", "nan", "0001-01-01", "9999-12-31",
    "10000-01-01", "2026-02-30", "'\"<script>", "å" * 5000, "١٢", "²", "1:2", "{{ x }} %s", "\u202e", "kept",
    "👩‍👩‍👧 🔥",
]  # fmt: skip
ASKED = (
    "page", "area", "organisation", "partner", "state", "since", "until", "late", "view", "from", "to", "plan",
    "problem", "cause", "defect", "method", "version", "lang", "collaboration", "overdue", "strength",
    "first", "second", "kind", "place", "purpose", "words", "format", "headline", "design_effect",
)  # fmt: skip
ALSO_SENT = (
    "row_version", "reason", "responsible", "due_on", "chosen", "seen", "step", "move", "measure", "before", "what",
    "level", "last_day", "place", "group", "value", "ci_low", "ci_high", "layout", "dated_on", "file", "text", "about",
)  # fmt: skip
PERSONAS = ("coordinator", "security_lead", "police", "council", "reporter")


def _partners_gone(world: Any) -> None:
    Organisation.objects.exclude(pk=world.municipality.pk).update(is_active=False)
    User.objects.exclude(pk=world.people["coordinator"].pk).update(is_active=False)


def _people_left(world: Any) -> None:
    Membership.objects.exclude(user=world.people["coordinator"]).update(valid_to=dt.date(2021, 1, 1))


def _areas_ended(world: Any) -> None:
    Area.objects.update(valid_to=dt.date(2020, 1, 1))
    AreaScope.objects.all().delete()
    Group.objects.update(is_active=False)


def _numbers_at_their_ends(world: Any) -> None:
    first, last, most = dt.date(1900, 1, 1), dt.date(2199, 12, 31), 2**31 - 1
    Measure.objects.update(
        cost_sek=most, hours=most, baseline=1.7e308, baseline_from=first, baseline_to=last, start_on=first, due_on=last,
        follow_up_on=first, technique="ZZ99", method="own-999999999", title="<b>&amp;%s{}" * 10,
    )  # fmt: skip
    Goal.objects.update(baseline=1.7e308, target=-1.7e308, target_on=first, text="%(x)s {{ y }}")
    Plan.objects.update(hours_available=0, money_available=0, first_day=first, last_day=last)
    Commitment.objects.exclude(due_on=None).update(due_on=dt.date(2000, 1, 1))


CHANGES = (_partners_gone, _people_left, _areas_ended, _numbers_at_their_ends)


def _asks(world: Any, name: str) -> tuple[Any, str, dict[str, Any]]:
    row = ROWS[name]
    if row.before is not None:
        row.before(world)
    args = list(row.args(world))
    address = reverse(route_of(name), args=args if row.is_outside else [world.here.slug, *args])
    return row, address, row.body(world) if row.body is not None else {}


def _answer(client: Any, row: Any, address: str, data: dict[str, Any]) -> int:
    """What it answers; a fault of ours is raised."""
    how: dict[str, Any] = {"data": data}
    if row.is_api and row.method != "get":
        how = {"data": json.dumps(data, default=str), "content_type": "application/json"}
    with transaction.atomic():
        code = getattr(client, row.method)(address, **how).status_code
        transaction.set_rollback(True)
    return int(code)


@pytest.mark.parametrize("name", ROWS)
def test_nonsense_is_answered_in_words(cast, name):  # noqa: F811
    row, address, body = _asks(cast.world, name)
    client = cast.client(next((who for who in PERSONAS if row[who] < 400), "coordinator"))
    for value in NONSENSE:
        names = ASKED if row.method == "get" else (*body, *ALSO_SENT)
        assert _answer(client, row, address, dict.fromkeys(names, value)) < 500, value
    # One field at a time, among others that are in order.
    for field in body if row.method != "get" else ():
        for value in NONSENSE:
            assert _answer(client, row, address, {**body, field: value}) < 500, (field, value)


@pytest.mark.parametrize("name", ROWS)
def test_pages_stand_whatever_has_become_of_those_they_speak_of(cast, name):  # noqa: F811
    row, address, body = _asks(cast.world, name)
    clients = {who: cast.client(who) for who in ("coordinator", "council", "reporter")}
    for change in CHANGES:
        with transaction.atomic():
            change(cast.world)
            for who, client in clients.items():
                assert _answer(client, row, address + row.query, body) < 500, (change.__name__, who)
            transaction.set_rollback(True)
