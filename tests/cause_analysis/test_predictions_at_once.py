"""Predictions while reports change, workers die and people write: the answer is that of the latest reports."""

from __future__ import annotations

import pytest
from django.db import transaction

from cause_analysis import tasks
from cause_analysis.causes.actions import adopt_analysis, remove_cause
from cause_analysis.models import Cause, Evidence, Prediction, Template, Verdict
from cause_analysis.predictions import actions, testing
from common.errors import NotPossible
from incidents.models import Incident
from tests.at_once import at_once
from tests.cause_analysis.test_predictions import EVENING, prepared, some_reports, stated

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    found = prepared()
    some_reports(found, 60, category=found.vandalism, hours=range(19, 24))
    some_reports(found, 120, category=found.other, seed=3)
    return found


def in_the_morning(world) -> None:
    """All of it turns out to have happened at nine."""
    with transaction.atomic():
        for one in Incident.objects.filter(category=world.vandalism):
            one.occurred_from = one.occurred_from.replace(hour=8)
            one.save(update_fields=["occurred_from"])
        actions.want_tests(world.here.pk, [world.west.pk])


def test_reports_that_change_while_they_are_tested_are_asked_once_more(world, monkeypatch):
    found = stated(world, world.cause())
    assert found.verdict == Verdict.SUPPORTED
    asked = testing.test_now
    rounds = []

    def changed_meanwhile(prediction, problem, *, today):
        answer = asked(prediction, problem, today=today)
        rounds.append(answer["verdict"])
        if len(rounds) == 1:
            in_the_morning(world)
        return answer

    monkeypatch.setattr(actions, "test_now", changed_meanwhile)
    actions.want_tests(world.here.pk, [world.west.pk])
    assert tasks.ask_again(found.pk) == Verdict.CONTRADICTED
    assert rounds == [Verdict.SUPPORTED, Verdict.CONTRADICTED]
    found.refresh_from_db()
    assert (found.verdict, found.tested) == (Verdict.CONTRADICTED, found.wanted)


def test_a_worker_killed_in_the_middle_leaves_the_test_waiting(world, monkeypatch):
    found = stated(world, world.cause())
    in_the_morning(world)

    def killed(*_args, **_said):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(actions, "_evidence", killed)
        with pytest.raises(SystemExit):
            tasks.ask_again(found.pk)
    found.refresh_from_db()
    assert found.verdict == Verdict.SUPPORTED
    assert Prediction.objects.waiting().get() == found
    assert tasks.ask_again(found.pk) == Verdict.CONTRADICTED


def test_tested_by_four_workers_at_once_there_is_one_answer(world):
    found = stated(world, world.cause())
    in_the_morning(world)
    answers = at_once(*[lambda: tasks.ask_again(found.pk)] * 4)
    assert {answer for answer in answers if answer} == {Verdict.CONTRADICTED}
    found.refresh_from_db()
    assert (found.tests.count(), found.tested) == (2, found.wanted)
    assert Evidence.objects.kept().get() == found.evidence


def test_a_report_saved_while_a_prediction_is_stated_is_taken_in_afterwards(world, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.ask_again, "apply_async", lambda args, said, **_more: sent.append((args, said)))
    found = stated(world, world.cause())
    # Saved by somebody who did not see the prediction: nothing says that it waits.
    Incident.objects.filter(category=world.vandalism).delete()
    assert not Prediction.objects.waiting().exists()
    assert sent == [((found.pk,), {"anyway": True})]
    assert tasks.ask_again(found.pk, anyway=True) == Verdict.TOO_FEW


def test_changes_in_two_orders_at_once_do_not_lock_each_other_out(world):
    cause = world.cause()
    for _ in range(6):
        stated(world, cause)
    answers = at_once(*[lambda: actions.want_tests(world.here.pk, [world.west.pk])] * 6)
    assert answers == [None] * 6
    assert set(Prediction.objects.values_list("wanted", flat=True)) == {7}


def test_a_test_and_an_adoption_at_once_end_in_an_analysis_that_no_longer_changes(world):
    found = stated(world, world.cause())
    in_the_morning(world)
    world.answer_method()
    answers = at_once(
        lambda: adopt_analysis(by=world.police, analysis=world.analysis, group=world.group),
        lambda: tasks.ask_again(found.pk),
    )
    world.analysis.refresh_from_db()
    assert world.analysis.is_adopted
    found.refresh_from_db()
    # Either the test came first, or it left the adopted version as it was.
    assert answers[1] in {Verdict.CONTRADICTED, Verdict.SUPPORTED, ""}
    assert found.verdict == (Verdict.CONTRADICTED if found.tests.count() == 2 else Verdict.SUPPORTED)
    assert found.evidence.direction == ("against" if found.tests.count() == 2 else "for")


def test_stated_while_its_cause_is_taken_away_it_is_refused_or_goes_with_it(world):
    cause = world.cause()
    answers = at_once(
        lambda: stated(world, cause, Template.HOURS, EVENING),
        lambda: remove_cause(by=world.police, cause=cause),
    )
    assert isinstance(answers[1], Cause)
    assert isinstance(answers[0], Prediction | NotPossible)
    assert not Prediction.objects.worked_on().exists()
