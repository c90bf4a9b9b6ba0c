"""What an evaluation leads to: its problem closed and watched, and what was learnt met again where it belongs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from action_plans.library.presenters import MethodHere
from action_plans.models import Commitment
from action_plans.retention import GONE
from cause_analysis.models import Problem
from common.errors import NotAllowed, NotPossible
from followup.evaluations import actions, presenters
from followup.evaluations.retention import KIND
from followup.lessons import closing, slots
from followup.models import ProblemWatch
from tests import factories as make
from tests.followup.evaluated import JUDGED, TODAY, EvaluatedWorld

pytestmark = pytest.mark.django_db
NEVER = {"done_as_planned": "no", "mechanism_shown": "unknown", "outcome": "never_carried_out"}


@pytest.fixture
def world(db):
    world = EvaluatedWorld()
    world.halved()
    Problem.objects.filter(pk=world.problem.pk).update(state="under_way", selection="category=LAM")
    world.problem.refresh_from_db()
    return world


def adopted(world, **values):
    evaluation = world.begun()
    return adopt(world, evaluation, **values)


def adopt(world, evaluation, **values):
    evaluation = actions.judge(
        by=world.officer, evaluation=evaluation, row_version=evaluation.row_version, **{**JUDGED, **values}
    )
    return actions.adopt(
        by=world.coordinator, evaluation=evaluation, group=world.group, row_version=evaluation.row_version,
        seen=evaluation.headline, today=TODAY,
    )  # fmt: skip


def state(world):
    return Problem.objects.get(pk=world.problem.pk).state


# --- The problem ------------------------------------------------------------------------------------------------------


def test_a_problem_is_closed_on_an_adopted_evaluation_and_never_before(world):
    with pytest.raises(NotPossible):
        closing.close_problem(by=world.coordinator, problem=world.problem, outcome="reduced")
    adopted(world)
    assert state(world) == "followed_up"
    with pytest.raises(NotAllowed):
        closing.close_problem(by=world.security_lead, problem=world.problem, outcome="reduced")
    with pytest.raises(NotPossible):
        closing.close_problem(by=world.coordinator, problem=world.problem, outcome="gone")
    closed = closing.close_problem(by=world.coordinator, problem=world.problem, outcome="reduced")
    assert (closed.state, closed.outcome) == ("closed", "reduced")


def test_a_problem_can_be_gone_on_with(world):
    adopted(world)
    with pytest.raises(NotPossible):
        closing.go_on(by=world.coordinator, problem=world.problem, reason="")
    closing.go_on(by=world.coordinator, problem=world.problem, reason="Det händer fortfarande på helgerna.")
    assert state(world) == "under_way"


def watched(world, level=8):
    evaluation = adopted(world)
    closing.close_problem(by=world.coordinator, problem=world.problem, outcome="reduced")
    return closing.watch_problem(
        by=world.coordinator, problem=world.problem, evaluation=evaluation, last_day=dt.date(2026, 12, 31),
        level=level, today=dt.date(2026, 2, 10),
    )  # fmt: skip


def test_the_level_suggested_is_of_the_problems_own_events_whatever_was_evaluated(world):
    evaluation = world.begun()
    # Four a month afterwards: nine or more come by chance in two months of a hundred, ten in one.
    assert closing.suggested_level(world.problem, evaluation) == 10
    other = make.CategoryFactory(collaboration=world.here, code="BRAND")
    Problem.objects.filter(pk=world.problem.pk).update(selection=f"category={other.code}")
    world.problem.refresh_from_db()
    assert closing.suggested_level(world.problem, evaluation) == 1


def test_a_watched_problem_is_taken_up_again_by_the_month_that_reaches_the_level(world):
    watched(world)
    world.reports(2026, [0, 0, 7])
    assert closing.look_after_all(today=dt.date(2026, 4, 1)) == 0
    assert state(world) == "after_watch"
    world.reports(2026, [0, 0, 0, 8])
    # A month that runs says nothing yet.
    assert closing.look_after_all(today=dt.date(2026, 4, 30)) == 0
    assert closing.look_after_all(today=dt.date(2026, 5, 1)) == 1
    assert closing.look_after_all(today=dt.date(2026, 5, 1)) == 0
    watch = ProblemWatch.objects.get()
    assert (state(world), watch.reached_on) == ("described", dt.date(2026, 4, 1))
    move = world.problem.moves.order_by("-at", "-pk").first()
    # The level that somebody has decided, and no count.
    assert "8 händelser" in move.reason
    assert move.by is None


def test_a_watch_that_runs_out_leaves_the_problem_closed(world):
    watched(world)
    assert closing.look_after_all(today=dt.date(2027, 1, 2)) == 0
    watch = ProblemWatch.objects.get()
    assert watch.ended_at is not None
    assert watch.reached_on is None
    assert state(world) == "after_watch"


def test_a_watch_needs_a_day_ahead_and_a_level(world):
    evaluation = adopted(world)
    closing.close_problem(by=world.coordinator, problem=world.problem, outcome="reduced")
    for values in ({"last_day": dt.date(2026, 2, 10)}, {"last_day": dt.date(2040, 1, 1)}, {"level": 0}):
        with pytest.raises(NotPossible):
            closing.watch_problem(
                by=world.coordinator, problem=world.problem, evaluation=evaluation, today=dt.date(2026, 2, 10),
                **{"last_day": dt.date(2026, 12, 31), "level": 8, **values},
            )  # fmt: skip
    assert state(world) == "closed"


# --- Met again --------------------------------------------------------------------------------------------------------


def experience(world, who="coordinator"):
    found = slots.experience_with_methods(world.people[who], [MethodHere("lighting", world.here)])
    return found.get("lighting", [{"words": []}])[0]["words"]


def test_the_library_counts_what_was_evaluated_alone_and_together_apart(world):
    assert experience(world) == []
    adopted(world)
    assert experience(world) == ["Hos oss utvärderad 1 gång: 1 fungerade."]
    # Another two at one place at the same time.
    pair = [world.planned("Byt armaturerna i gången"), world.planned("Lys upp trappan")]
    place = make.PlaceFactory(collaboration=world.here, area=world.west)
    for measure in pair:
        measure.evaluation_plan.treated_places.update(place=place)
        measure.measure_places.update(place=place)
    together = actions.begin_planned(pair[0].evaluation_plan, today=TODAY)
    assert together.evaluated_measures.count() == 2
    assert together.headline == "not_assessable"
    adopt(world, together, outcome="unclear")
    assert experience(world) == ["Hos oss utvärderad 1 gång: 1 fungerade.", "Ingick 1 gång i en samlad insats: oklart."]


def test_what_was_never_carried_out_is_no_experience_of_the_method(world):
    given_up = world.measure(title="Lampor i parken", state="aborted", method="lighting")
    evaluation = actions.begin_of_process(by=world.officer, measure=given_up, today=TODAY)
    adopt(world, evaluation, done_as_planned="no", mechanism_shown="unknown", outcome="never_carried_out")
    assert experience(world) == ["1 gång beslutades den utan att genomföras, vilket inte säger något om metoden."]


def test_what_was_given_up_need_not_wait_for_the_days_that_were_to_be_counted(world, client):
    measure, plan = world.done, world.done.evaluation_plan

    def offered():
        rows = slots.evaluation_of_measures(world.officer, [measure]).get(measure.pk, [])
        return [row for row in rows if row["begin_url"]]

    # It is over, and its counting begins by itself.
    assert not offered()
    for day in (plan.after_to, TODAY):
        with pytest.raises(NotPossible):
            actions.begin_of_process(by=world.officer, measure=measure, today=day)
    measure.state = "aborted"
    measure.save(update_fields=["state"])
    plan.after_to = timezone.localdate() + dt.timedelta(days=30)
    plan.save(update_fields=["after_to"])
    assert offered()
    begun = actions.begin_of_process(by=world.officer, measure=measure, today=timezone.localdate())
    assert begun.evaluation_plan is None
    assert not offered()
    # Its page tells what was done, and says nothing of numbers there are none of.
    client.force_login(world.officer)
    page = client.get(presenters.url_of(begun)).content.decode()
    assert 'id="done"' in page
    assert not any(f'id="{part}"' in page for part in ("picture", "said", "method"))


def test_an_evaluation_nobody_has_adopted_is_no_experience(world):
    world.begun()
    assert experience(world) == []
    assert experience(world, "stranger") == []


def test_place_problem_and_measure_tell_what_came_of_it(world, client):
    evaluation = world.begun()
    actions.add_lesson(
        by=world.officer, evaluation=evaluation, about="place", text="Lampan tänds för sent", place=world.square
    )
    adopt(world, evaluation)
    client.force_login(world.coordinator)
    slug = world.here.slug
    for address in (
        reverse("place_detail", args=[slug, world.square.pk]),
        reverse("problem", args=[slug, world.problem.number]),
        reverse("measure_detail", args=[slug, world.done.pk]),
    ):
        page = client.get(address).content.decode()
        assert reverse("evaluation", args=[slug, evaluation.number]) in page
        assert "Minskat" in page
    assert "Lampan tänds för sent" in client.get(reverse("place_detail", args=[slug, world.square.pk])).content.decode()


def test_a_reporter_reads_in_the_receipt_that_something_was_done_and_whether_it_helped(world):
    reporter = world.people["reporter"]
    report = make.IncidentFactory(
        at=dt.datetime(2025, 12, 1, 12, tzinfo=dt.UTC), lon=None, lat=None, category=world.category, area=world.west,
        place=world.square, organisation=reporter.memberships.get().organisation, reporter=reporter,
    )  # fmt: skip
    evaluation = adopted(world)
    assert slots.evaluations_in_receipts(reporter, [report]) == {}
    # Once the plan is decided, reporters read it: and that it led to something.
    make.PlanVersionFactory(plan=world.plan, number=1)
    (row,) = slots.evaluations_in_receipts(reporter, [report])[report.pk]
    assert "det har minskat" in row["title"]
    assert "url" not in row
    (row,) = slots.evaluations_in_receipts(world.coordinator, [report])[report.pk]
    assert row["url"].endswith(f"/evaluations/{evaluation.number}/")


def test_many_places_and_methods_ask_as_many_questions_as_one(world, django_assert_max_num_queries):
    adopted(world)
    places = [world.square, *make.PlaceFactory.create_batch(5, collaboration=world.here, area=world.west)]
    with django_assert_max_num_queries(14):
        slots.evaluations_at_places(world.coordinator, places)
    with django_assert_max_num_queries(10):
        slots.experience_with_methods(
            world.coordinator, [MethodHere(method, world.here) for method in ("lighting", "cctv", "guards", "locks")]
        )


# --- Kept for a time --------------------------------------------------------------------------------------------------


def test_what_was_written_goes_with_the_plan_and_an_adopted_evaluation_stays(world):
    open_one, whole = world.begun(), None
    given_up = world.measure(title="Lampor i parken", state="aborted")
    whole = actions.begin_of_process(by=world.officer, measure=given_up, today=TODAY)
    for evaluation in (open_one, whole):
        actions.judge(
            by=world.officer,
            evaluation=evaluation,
            row_version=0,
            **{**JUDGED, **NEVER, "reason": "Ett bygge kom i vägen."},
        )
        actions.add_lesson(by=world.officer, evaluation=evaluation, about="work", text="Fråga ägaren först")
    whole.refresh_from_db()
    actions.adopt(
        by=world.coordinator, evaluation=whole, group=world.group, row_version=whole.row_version, seen=whole.headline,
        today=TODAY,
    )  # fmt: skip
    later = timezone.localdate() + dt.timedelta(days=8 * 366)
    due = KIND.due(world.here, later)
    assert list(due) == [open_one]
    KIND.purge(world.here, [open_one.pk, whole.pk])
    open_one.refresh_from_db()
    whole.refresh_from_db()
    assert (open_one.reason, open_one.lessons.get().text) == (GONE, GONE)
    assert (whole.reason, whole.lessons.get().text) == ("Ett bygge kom i vägen.", "Fråga ägaren först")
    assert not KIND.due(world.here, later).exists()


# --- The list of commitments ------------------------------------------------------------------------------------------


def promised(world, text):
    """A part of the measure that the housing company has accepted."""
    measure = world.decidable(title=text)
    part = Commitment.objects.get(measure=measure)
    Commitment.objects.filter(pk=part.pk).update(measure=world.done)
    part.refresh_from_db()
    return part


def test_the_list_of_commitments_says_what_came_of_the_measure_once_it_is_adopted(client, world):
    part = promised(world, "Byt lamporna")
    evaluation = world.begun()
    url = reverse("commitment_list", args=["ekstad"])
    client.force_login(world.officer)
    assert "Åtgärden: " not in client.get(url).content.decode()
    adopt(world, evaluation)
    page = client.get(url).content.decode()
    address = reverse("evaluation", args=["ekstad", evaluation.number])
    assert f'href="{address}">Åtgärden: fungerade</a>' in page
    # Whoever does not read the plan is told nothing.
    assert slots.outcomes_of_commitments(world.people["stranger"], [part]) == {}


def test_of_several_measures_together_the_list_says_what_the_numbers_did_and_asks_once(world):
    parts = [world.part(world.done, world.housing)]
    user = world.coordinator
    assert slots.outcomes_of_commitments(user, parts) == {}
    with CaptureQueriesContext(connection) as one:
        slots.outcomes_of_commitments(user, parts)
    for number in range(4):
        parts.append(world.part(world.planned(f"Beskär häcken {number}"), world.housing))
    adopt(world, world.begun())
    with CaptureQueriesContext(connection) as many:
        said = slots.outcomes_of_commitments(user, parts)
    assert [rows[0]["text"] for rows in said.values()] == ["Flera åtgärder tillsammans: minskat"] * 5
    assert len(many) == len(one)
