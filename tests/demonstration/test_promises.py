"""The demonstration's citizen promises: what stands in them, and on which days they are followed up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from action_plans.models import Dialogue
from est_platform.demonstration import plans, promises
from privacy.guard import verdict
from tests.demonstration.test_loading import NAMED_THERE

BOTH = (promises.EARLIER, promises.NOW)


def texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple | list):
        for one in thing:
            yield from texts(one)
    elif dataclasses.is_dataclass(thing):
        for one in dataclasses.fields(thing):
            yield from texts(getattr(thing, one.name))


def test_they_rest_on_every_kind_of_dialogue_with_themes():
    asked = [one for promised in BOTH for one in promised.dialogues]
    assert {one.kind for one in asked} == set(Dialogue.Kind)
    assert all(one.themes and one.participants > 10 for one in asked)


def test_every_undertaking_is_carried_by_a_measure_of_the_plan_and_its_organisation_may_carry_it():
    measures = {done.title: {done.lead.of, *(part.of for part in done.parts)} for done in plans.FIRST + plans.SECOND}
    for promised in BOTH:
        assert 2 <= len(promised.items) <= 4
        for item in promised.items:
            assert item.told
            assert all(item.organisation in measures[one.measure] for one in item.told), item


def test_everything_that_goes_out_stands_in_both_languages():
    for promised in BOTH:
        pairs = [promised.title, promised.problem, *(one.text for one in promised.seen)]
        pairs += [pair for item in promised.items for pair in (item.text, item.amount, *(t.done for t in item.told))]
        for swedish, english in pairs:
            assert bool(swedish) == bool(english)
            assert not swedish or swedish != english


def test_nobody_is_named():
    written = list(texts((*BOTH, promises.NEXT, promises.AFTERWARDS, promises.SIGNED_BY)))
    assert len(written) > 80
    assert [text for text in written if not verdict(text).is_clean] == []
    words = {word.lower() for text in written for word in re.findall(r"\w+", text)}
    assert not {hashlib.sha256(word.encode()).hexdigest() for word in words} & NAMED_THERE


@pytest.mark.parametrize("until", [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(0, 800, 7)])
def test_it_is_followed_up_in_may_and_november_within_its_period(until):
    *behind, ahead = promises._days_around(until)
    assert [day.month for day in (*behind, ahead)] in ([5, 11, 5], [11, 5, 11])
    assert max(behind) <= until < ahead
    assert all(day.isoweekday() <= 5 for day in (*behind, ahead))
    assert ahead <= dt.date(behind[0].year + 1, 12, 31)
