"""Evaluations: computed when their day comes, judged, adopted and then frozen, and computed again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from action_plans.models import Measure
from cause_analysis.models import Problem
from common.errors import NotAllowed, NotPossible
from followup.evaluations import actions, my_work, presenters
from followup.evaluations.keeping import keep_all
from followup.models import EvaluatedMeasure, Evaluation, EvaluationCheck, Lesson
from incidents.models import Incident
from tests import factories as make
from tests.followup.evaluated import JUDGED, TODAY, EvaluatedWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return EvaluatedWorld()


def judged(world, evaluation, **values):
    said = {**JUDGED, **values}
    return actions.judge(by=world.officer, evaluation=evaluation, row_version=evaluation.row_version, **said)


def adopted(world, evaluation, **values):
    evaluation = judged(world, evaluation, **values)
    return actions.adopt(
        by=world.coordinator, evaluation=evaluation, group=world.group, row_version=evaluation.row_version,
        seen=evaluation.headline, today=TODAY,
    )  # fmt: skip


# --- Computed ---------------------------------------------------------------------------------------------------------


def test_its_counts_are_those_counted_by_hand(world):
    world.halved()
    evaluation = world.begun()
    counts = evaluation.figures["counts"]
    assert (counts["treated"]["before"]["count"], counts["treated"]["after"]["count"]) == (120, 48)
    assert (counts["compared"]["before"]["count"], counts["compared"]["after"]["count"]) == (120, 120)
    assert counts["treated"]["before"]["days"] == 366
    assert evaluation.headline == "decreased"
    months = evaluation.figures["months"]
    assert sum(row["treated"] for row in months if row["part"] == "after") == 48
    assert sum(row["expected"] for row in months if row["part"] == "after") == pytest.approx(120)


def test_nothing_is_computed_before_its_day(world):
    world.halved()
    assert keep_all(today=dt.date(2025, 12, 31)) == 0
    with pytest.raises(NotPossible):
        actions.begin_planned(world.done.evaluation_plan, today=dt.date(2025, 12, 31))
    assert not Evaluation.objects.exists()
    assert keep_all(today=TODAY) == 1
    assert Evaluation.objects.get().headline == "decreased"


def test_it_is_begun_once_however_often_it_is_asked(world):
    world.halved()
    keep_all(today=TODAY)
    keep_all(today=TODAY)
    assert actions.begin_planned(world.done.evaluation_plan, today=TODAY) is None
    assert Evaluation.objects.count() == EvaluatedMeasure.objects.count() == 1


def test_an_undecided_measure_is_not_evaluated(world):
    world.halved()
    plan = world.done.evaluation_plan
    plan.fixed_at = None
    plan.save()
    assert keep_all(today=TODAY) == 0


def test_it_is_kept_up_to_date_until_it_is_adopted(world):
    world.halved()
    evaluation = world.begun()
    world.reports(2025, [7] * 12)
    keep_all(today=TODAY)
    evaluation.refresh_from_db()
    assert evaluation.figures["counts"]["treated"]["after"]["count"] == 48 + 84
    assert evaluation.headline != "decreased"


def test_too_few_events_are_no_verdict_and_the_page_says_what_would_be_needed(world):
    world.reports(2024, [1, 0] * 6)
    for year in (2024, 2025):
        world.reports(year, [0, 1] * 6, elsewhere=True)
    evaluation = world.begun()
    assert evaluation.figures["results"]["detectable_half"] is None
    assert evaluation.headline == "not_assessable"
    told = presenters.told_to(evaluation, world.coordinator)
    assert told.needed()
    assert "För få händelser" in told.sentences()


def test_months_the_sources_lack_are_missing_and_not_zero(world):
    world.reports(2024, [10] * 12)
    world.reports(2024, [10] * 12, elsewhere=True)
    evaluation = world.begun()
    # Nothing is known after the last report: that is no decrease.
    assert evaluation.headline == "not_assessable"
    assert [rule["code"] for rule in evaluation.figures["headline"]["rules"]] == ["covered"]
    assert presenters.told_to(evaluation, world.coordinator).needed()


def test_several_measures_at_one_place_stand_in_one_evaluation(world):
    world.halved()
    other = world.planned("Beskär häcken")
    elsewhere = world.planned("Väktare i garaget")
    elsewhere.evaluation_plan.treated_places.all().delete()
    elsewhere.measure_places.all().delete()
    make.EvaluationPlaceFactory(
        evaluation_plan=elsewhere.evaluation_plan, place=make.PlaceFactory(collaboration=world.here, area=world.west)
    )
    assert keep_all(today=TODAY) == 2
    together = EvaluatedMeasure.objects.get(measure=world.done).evaluation
    assert set(together.evaluated_measures.values_list("measure", flat=True)) == {world.done.pk, other.pk}
    assert EvaluatedMeasure.objects.get(measure=elsewhere).evaluation != together


# --- Judged and adopted -----------------------------------------------------------------------------------------------


def test_what_the_group_says_does_not_contradict_itself(world):
    world.halved()
    evaluation = world.begun()
    with pytest.raises(NotPossible) as no:
        judged(world, evaluation, done_as_planned="no")
    assert "outcome" in no.value.message_dict
    with pytest.raises(NotPossible) as no:
        judged(world, evaluation, outcome="never_carried_out")
    assert "outcome" in no.value.message_dict
    with pytest.raises(NotPossible) as no:
        judged(world, evaluation, outcome="did_not")
    assert "reason" in no.value.message_dict
    said = judged(world, evaluation, outcome="did_not", reason="Ett bygge stängde torget hela året.")
    assert said.outcome == "did_not"


def test_of_two_who_judge_one_is_told(world):
    world.halved()
    evaluation = world.begun()
    judged(world, evaluation)
    with pytest.raises(NotPossible) as no:
        actions.judge(by=world.coordinator, evaluation=evaluation, row_version=0, **{**JUDGED, "outcome": "partly"})
    assert no.value.code == "conflict"


def test_only_the_circle_judges_and_only_for_a_group_is_it_adopted(world):
    world.halved()
    evaluation = world.begun()
    for who in ("council", "coach", "other_housing"):
        with pytest.raises(NotAllowed):
            actions.judge(by=world.people[who], evaluation=evaluation, row_version=0, **JUDGED)
    evaluation = judged(world, evaluation)
    with pytest.raises(NotAllowed):
        actions.adopt(
            by=world.security_lead, evaluation=evaluation, group=world.group, row_version=1, seen="decreased",
            today=TODAY,
        )  # fmt: skip


def test_what_is_not_answered_is_said_all_at_once(world):
    world.halved()
    evaluation = world.begun()
    with pytest.raises(NotPossible) as no:
        actions.adopt(
            by=world.coordinator, evaluation=evaluation, group=world.group, row_version=0, seen="decreased", today=TODAY
        )
    assert set(no.value.message_dict) == {"done_as_planned", "mechanism_shown", "outcome", "what_next"}


def test_it_waits_since_its_day_and_is_offered_to_be_adopted_once_it_is_judged(world, client):
    world.halved()
    evaluation = world.begun()
    client.force_login(world.coordinator)
    assert client.get(presenters.url_of(evaluation)).context["adopt_form"] is None
    (item,) = my_work.items(world.coordinator, [world.here])[world.here.pk]
    # Nobody has set a last day: it is not late on the day it can first be done.
    assert item.get("due_on") is None
    assert item["since"] == evaluation.due_on
    judged(world, evaluation)
    assert client.get(presenters.url_of(evaluation)).context["adopt_form"] is not None


def test_who_adopts_has_read_the_numbers_of_the_day(world):
    world.halved()
    evaluation = judged(world, world.begun())
    world.reports(2025, [6] * 12)
    with pytest.raises(NotPossible):
        actions.adopt(
            by=world.coordinator, evaluation=evaluation, group=world.group, row_version=evaluation.row_version,
            seen="decreased", today=TODAY,
        )  # fmt: skip
    evaluation.refresh_from_db()
    # What is read again is what stands now.
    assert evaluation.headline != "decreased"
    assert evaluation.adopted_at is None


def test_adopting_marks_the_measure_and_follows_the_problem_up(world):
    world.halved()
    Problem.objects.filter(pk=world.problem.pk).update(state="under_way")
    adopted(world, world.begun())
    assert Measure.objects.get(pk=world.done.pk).state == "evaluated"
    assert Problem.objects.get(pk=world.problem.pk).state == "followed_up"


def test_an_adopted_evaluation_is_unchanged_after_reports_are_added_withdrawn_and_purged(world):
    world.halved()
    evaluation = adopted(world, world.begun())
    lesson_words = list(Lesson.objects.values_list("text", flat=True))
    before = Evaluation.objects.filter(pk=evaluation.pk).values().get()
    world.reports(2025, [10] * 12)
    keep_all(today=TODAY)
    Incident.objects.filter(occurred_on__year=2024).update(status="rejected")
    keep_all(today=TODAY)
    Incident.objects.all().delete()
    keep_all(today=TODAY)
    assert Evaluation.objects.filter(pk=evaluation.pk).values().get() == before
    assert list(Lesson.objects.values_list("text", flat=True)) == lesson_words


@pytest.mark.parametrize(
    "change", [{"headline": "increased"}, {"outcome": "did_not"}, {"figures": {}}, {"reason": "x"}]
)
def test_the_database_refuses_to_change_an_adopted_one(world, change):
    world.halved()
    evaluation = adopted(world, world.begun())
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        EvaluatedMeasure.objects.filter(evaluation=evaluation).delete()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        make.LessonFactory(evaluation=evaluation)


def test_what_was_never_carried_out_is_evaluated_without_numbers(world):
    given_up = world.measure(title="Kamera på taket", state="aborted")
    evaluation = actions.begin_of_process(by=world.officer, measure=given_up, today=TODAY)
    assert actions.begin_of_process(by=world.officer, measure=given_up, today=TODAY) == evaluation
    assert evaluation.headline == "not_assessable"
    evaluation = adopted(
        world, evaluation, done_as_planned="no", mechanism_shown="unknown", outcome="never_carried_out"
    )
    assert Measure.objects.get(pk=given_up.pk).state == "aborted"
    with pytest.raises(NotPossible):
        actions.begin_of_process(by=world.officer, measure=world.measure(state="ongoing"), today=TODAY)


# --- Learnt -----------------------------------------------------------------------------------------------------------


def test_a_lesson_says_what_it_is_about(world):
    evaluation = world.begun()
    with pytest.raises(NotPossible):
        actions.add_lesson(by=world.officer, evaluation=evaluation, about="place", text="Lampan tänds för sent")
    lesson = actions.add_lesson(
        by=world.officer, evaluation=evaluation, about="place", text="Lampan tänds för sent", place=world.square
    )
    again = actions.add_lesson(
        by=world.officer, evaluation=evaluation, about="place", text="Lampan tänds för sent", place=world.square
    )
    assert again == lesson
    with pytest.raises(NotPossible):
        actions.add_lesson(by=world.officer, evaluation=evaluation, about="method", text="Ring 070-123 45 67")


# --- Again ------------------------------------------------------------------------------------------------------------


def test_it_is_computed_again_each_half_year_and_says_whether_it_holds(world):
    world.halved()
    evaluation = adopted(world, world.begun())
    assert actions.check_again(evaluation, today=dt.date(2026, 6, 30)) is None
    world.reports(2026, [4] * 6)
    world.reports(2026, [9, 11] * 3, elsewhere=True)
    check = actions.check_again(evaluation, today=dt.date(2026, 7, 1))
    assert check is not None
    assert (check.until, check.standing) == (dt.date(2026, 6, 30), "holds")
    assert actions.check_again(evaluation, today=dt.date(2026, 7, 1)) is None
    world.reports(2026, [4] * 6 + [16] * 6)
    for half in ([9, 11] * 6,):
        world.reports(2026, half, elsewhere=True)
    keep_all(today=dt.date(2027, 1, 2))
    assert next(check.standing for check in EvaluationCheck.objects.order_by("number")) == "holds"
    assert EvaluationCheck.objects.count() == 2
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        EvaluationCheck.objects.update(standing="turns")


# --- Beside the counts ------------------------------------------------------------------------------------------------


def test_a_measure_in_what_is_compared_with_takes_the_verdict_away(world):
    world.halved()
    evaluation = world.begun()
    assert evaluation.headline == "decreased"
    make.MeasureFactory(
        plan=make.PlanFactory(collaboration=world.here, area=world.east), state="ongoing",
        start_on=dt.date(2025, 3, 1), due_on=dt.date(2025, 9, 1),
    )  # fmt: skip
    evaluation = actions.compute(evaluation, today=TODAY)
    assert evaluation.headline == "not_assessable"
    assert "comparison_untouched" in evaluation.figures["headline"]["reasons"]


def test_fewer_who_report_is_told_instead_of_a_decrease(world):
    world.halved()
    make.ReportingRhythmFactory(collaboration=world.here, every="month")
    units = [
        make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.housing), valid_from=dt.date(2024, 1, 1))
        for _ in range(4)
    ]
    # All four answer each month before; one of them afterwards.
    for unit, until in zip(units, (2025, 2024, 2024, 2024), strict=True):
        make.NothingToReportFactory(
            reporting_unit=unit, period_start=dt.date(2024, 1, 1), period_end=dt.date(until + 1, 1, 1)
        )
    evaluation = world.begun()
    months = evaluation.figures["months"]
    assert {row["covered"] for row in months if row["part"] == "before"} == {1.0}
    assert {row["covered"] for row in months if row["part"] == "after"} == {0.25}
    assert evaluation.headline == "not_assessable"
    assert evaluation.figures["headline"]["reasons"] == ["same_reporting"]


def test_a_survey_before_and_after_stands_beside_the_counts(world):
    world.halved()
    survey = make.IndicatorFactory(area=world.west)
    for year, said in ((2023, 240), (2024, 200), (2026, 120)):
        make.IndicatorValueFactory(
            indicator=survey, period_from=dt.date(year, 1, 1), period_to=dt.date(year, 3, 31), value=said / 400, n=400,
            successes=said, design_effect=1.5,
        )  # fmt: skip
    evaluation = world.begun()
    (row,) = evaluation.figures["surveys"]
    assert (row["before"]["share"], row["after"]["share"]) == (0.5, 0.3)
    assert row["estimate"] == pytest.approx(-0.2)
    assert row["low"] < row["estimate"] < row["high"] < 0


def test_cost_for_each_prevented_event_is_told_only_where_a_decrease_is_shown(world):
    Measure.objects.filter(pk=world.done.pk).update(cost_sek=144_000)
    world.halved()
    evaluation = world.begun()
    assert evaluation.figures["cost"]["sek"] == 144_000
    # 72 of 120 were prevented: 2,000 each.
    assert "2 000" in presenters.told_to(evaluation, world.coordinator).cost_sentence().replace("\xa0", " ")
    assert "2 000" not in presenters.told_to(evaluation, world.people["council"]).cost_sentence().replace("\xa0", " ")
    world.reports(2025, [6] * 12)
    evaluation = actions.compute(evaluation, today=TODAY)
    assert "kan inte beräknas" in presenters.told_to(evaluation, world.coordinator).cost_sentence()


def test_others_than_the_circle_read_no_small_count_and_no_estimate(world):
    world.reports(2024, [2] * 12)
    world.reports(2025, [0, 1] * 2 + [0] * 8)
    for year in (2024, 2025):
        world.reports(year, [9, 11] * 6, elsewhere=True)
    evaluation = world.begun()
    council = presenters.page_of(evaluation, world.people["council"])
    assert council["chart"] is None
    assert council["months"] == council["results"] == []
    assert [row["after"]["status"] for row in council["counts"]] == ["protected", "shown"]
    assert council["is_hidden"]
    circle = presenters.page_of(evaluation, world.coordinator)
    assert [row["after"]["value"] for row in circle["counts"]] == [2, 120]
    assert circle["chart"] is not None
    assert len(circle["months"]) == 24


def test_a_long_list_and_a_page_with_many_measures_ask_as_many_questions_as_short_ones(world, client):
    client.force_login(world.coordinator)
    address = reverse("evaluation_list", args=[world.here.slug])

    def questions(path):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    first = make.EvaluationFactory(plan=world.plan, number=1)
    make.EvaluatedMeasureFactory(evaluation=first)
    listed, shown = questions(address), questions(presenters.url_of(first))
    for number in range(2, 8):
        one = make.EvaluationFactory(plan=world.plan, number=number)
        make.EvaluatedMeasureFactory(evaluation=one)
        make.EvaluationCheckFactory(evaluation=one)
    for _ in range(5):
        make.EvaluatedMeasureFactory(evaluation=first)
    assert questions(address) <= listed + 1
    assert questions(presenters.url_of(first)) <= shown + 1
