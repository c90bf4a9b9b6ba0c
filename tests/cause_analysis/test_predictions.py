"""Predictions: stated, tested against the reports, kept as evidence, and tested again when the reports change."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cause_analysis import tasks
from cause_analysis.causes.actions import adopt_analysis, begin_analysis, change_evidence, remove_evidence
from cause_analysis.models import CauseState, Evidence
from cause_analysis.models.predictions import Claim, Prediction, PredictionTest, SchoolDates, Template, Verdict
from cause_analysis.predictions import actions, presenters, queries, rules, slots
from cause_analysis.predictions.forms import FIELDS, PredictionForm
from common.errors import NotAllowed, NotPossible
from incidents.actions import approve_incident
from incidents.models import Category, Incident, Status
from incidents.selections import Selection
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld

pytestmark = pytest.mark.django_db

SINCE = dt.date(2024, 1, 1)
UNTIL = dt.date(2025, 12, 31)
STOCKHOLM = timezone.get_default_timezone


def prepared():
    """The cast with a problem that counts vandalism of two years, and none of it yet."""
    found = AnalysisWorld()
    Incident.objects.all().update(status=Status.REJECTED)
    found.problem.selection = Selection(
        area=found.west.slug, category=(found.vandalism.code,), since=SINCE, until=UNTIL
    ).query
    found.problem.save()
    found.other = make.CategoryFactory(collaboration=found.here, code="STO", name_sv="Störning", name_en="Nuisance")
    return found


@pytest.fixture
def world(db):
    return prepared()


def some_reports(world, number, *, category, hours=range(24), seed=1, spread_m=900, place=None, **values):
    """Reports spread over two years, at the hours given and round the square."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(number):
        day = SINCE + dt.timedelta(days=int(rng.integers(0, (UNTIL - SINCE).days)))
        at = dt.datetime.combine(day, dt.time(int(rng.choice(list(hours))), 30), tzinfo=STOCKHOLM())
        away = rng.uniform(-spread_m, spread_m, 2)
        rows.append(
            make.IncidentFactory.build(
                organisation=world.housing, collaboration=world.here, area=world.west, category=category, place=place,
                at=at, lon=16.12 + away[0] / 58_000, lat=58.585 + away[1] / 111_320, **values,
            )
        )  # fmt: skip
    return Incident.objects.bulk_create(rows)


@pytest.fixture
def evenings(world):
    """Vandalism after seven in the evening, other events at any hour."""
    some_reports(world, 60, category=world.vandalism, hours=range(19, 24))
    some_reports(world, 20, category=world.vandalism, seed=2)
    some_reports(world, 200, category=world.other, seed=3)
    return world


EVENING = {"from_h": 19, "to_h": 24, "compared_with": "others"}


def stated(world, cause, template=Template.HOURS, parameters=EVENING, claim=Claim.MORE, **values):
    return actions.state_prediction(
        by=world.police,
        cause=cause,
        template=template,
        claim=claim,
        parameters=parameters,
        organisation=world.police_authority,
        **values,
    )


# --- Stated and tested ------------------------------------------------------------------------------------------------


def test_a_prediction_that_holds_is_evidence_for_its_cause(evenings):
    cause = evenings.cause()
    found = stated(evenings, cause, text="Kiosken stänger klockan 19.")
    assert found.verdict == Verdict.SUPPORTED
    assert found.result["of"] == 80
    assert found.result["observed"] == sum(
        timezone.localtime(one.occurred_from).hour >= 19
        for one in Incident.objects.filter(category=evenings.vandalism, status=Status.APPROVED)
    )
    assert found.evidence.direction == Evidence.Direction.FOR
    assert found.evidence.kind == Evidence.Kind.PREDICTION_TEST
    assert found.evidence.figures == found.result
    assert found.tests.count() == 1
    words = presenters.result_in_words(found)
    assert words.startswith(f"{found.result['observed']} av 80 händelser skedde mellan kl. 19 och 24. ")
    assert "Utan samband hade vi väntat" in words
    # Its text says what was asked and not what came out: outside the circle the numbers are protected.
    assert found.evidence.text == "Fler händelser än väntat sker mellan kl. 19 och 24. Kiosken stänger klockan 19."


def test_the_opposite_is_evidence_against_it(evenings):
    found = stated(evenings, evenings.cause(), claim=Claim.FEWER)
    assert found.verdict == Verdict.CONTRADICTED
    assert found.evidence.direction == Evidence.Direction.AGAINST


def test_chance_and_too_little_are_no_evidence(evenings):
    cause = evenings.cause()
    morning = stated(evenings, cause, parameters={"weekdays": [1]}, template=Template.WEEKDAYS)
    assert (morning.verdict, morning.evidence) == (Verdict.NOT_SUPPORTED, None)
    Incident.objects.filter(category=evenings.vandalism).update(status=Status.REJECTED)
    nothing = stated(evenings, cause)
    assert (nothing.verdict, nothing.evidence) == (Verdict.TOO_FEW, None)
    assert "händelser fanns att pröva mot" in presenters.result_in_words(nothing)


EVERY = {
    Template.NEAR: lambda world: {"place": world.square.pk, "distance_m": 150, "from_h": 19, "to_h": 24},
    Template.HOURS: lambda world: EVENING,
    Template.WEEKDAYS: lambda world: {"weekdays": [4, 5], "compared_with": "time"},
    Template.SEASON: lambda world: {"months": [6, 7, 8]},
    Template.SCHOOL: lambda world: {"kind": "holiday"},
    Template.SINCE: lambda world: {"day": "2025-01-01"},
    Template.FEATURE: lambda world: {"feature": "light", "states": ["defect", "urgent"]},
    Template.AGAIN: lambda world: {"within_days": 14},
    Template.AFTER: lambda world: {"category": "STO", "within_days": 7, "at_same_place": False},
}


@pytest.mark.parametrize("template", list(Template))
def test_every_template_is_tested_and_said_in_words(evenings, template):
    world = evenings
    make.SchoolDatesFactory(collaboration=world.here, first_on=dt.date(2024, 6, 12), last_on=dt.date(2024, 8, 18))
    make.SchoolDatesFactory(collaboration=world.here, first_on=dt.date(2025, 6, 12), last_on=dt.date(2025, 8, 18))
    places = [make.PlaceFactory(collaboration=world.here, area=world.west) for _ in range(10)]
    for number, place in enumerate(places):
        make.PlaceFeatureFactory(place=place, organisation=world.housing, state="defect" if number < 4 else "good")
        some_reports(world, 3, category=world.vandalism, place=place, seed=number)
        some_reports(world, 2, category=world.other, place=place, seed=100 + number)
    some_reports(world, 40, category=world.vandalism, place=places[0], seed=20)
    found = stated(world, world.cause(), template, EVERY[template](world))
    assert found.verdict in Verdict
    assert found.result["of"] > 0
    (row,) = presenters.rows([found], world.analysis, with_numbers=True)
    for part in ("asked", "result", "conclusion", "comparison"):
        assert row[part]
        assert "%(" not in row[part]
    if template != Template.NEAR:
        assert found.verdict != Verdict.TOO_FEW


def test_the_events_are_those_the_problem_counts_and_the_rest_of_its_area(evenings):
    world = evenings
    some_reports(world, 7, category=world.vandalism, seed=8, status=Status.SUBMITTED)
    forecast = make.CategoryFactory(collaboration=world.here, code="PRO", kind=Category.Kind.FORECAST)
    some_reports(world, 7, category=forecast, seed=9)
    found = queries.around(world.problem, dt.date(2026, 11, 22))
    assert (len(found.events), len(found.others)) == (80, 200)
    # No further than there are reports of.
    assert (
        SINCE
        <= found.first
        < found.last
        == max(found.events["occurred_from"].max(), found.others["occurred_from"].max()).date()
    )
    assert not set(found.events["id"]) & set(found.others["id"])


def test_points_known_to_the_block_or_area_are_left_out_and_counted(evenings):
    world = evenings
    vague = list(Incident.objects.filter(category=world.vandalism, status=Status.APPROVED)[:12])
    Incident.objects.filter(pk__in=[one.pk for one in vague[:8]]).update(precision="block")
    Incident.objects.filter(pk__in=[one.pk for one in vague[8:]]).update(precision="area")
    found = stated(world, world.cause(), Template.NEAR, {"place": world.square.pk, "distance_m": 150})
    assert found.result["left_out"] == {"point": 12}
    assert found.result["of"] == 68
    (row,) = presenters.rows([found], world.analysis, with_numbers=True)
    assert row["left_out"] == "Inte med: 12 utan exakt punkt."


# --- What may be asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "parameters"),
    [
        (Template.NEAR, {"place": 10**6, "distance_m": 100}),
        (Template.NEAR, {"distance_m": 5}),
        (Template.HOURS, {"from_h": 5, "to_h": 5}),
        (Template.HOURS, {"from_h": 0, "to_h": 24}),
        (Template.HOURS, {"from_h": "19", "to_h": 24}),
        (Template.WEEKDAYS, {"weekdays": []}),
        (Template.WEEKDAYS, {"weekdays": list(range(7))}),
        (Template.SEASON, {"months": [13]}),
        (Template.SCHOOL, {"kind": "holiday"}),
        (Template.SINCE, {"day": "igår"}),
        (Template.FEATURE, {"feature": "light", "states": []}),
        (Template.AGAIN, {"within_days": 0}),
        (Template.AFTER, {"category": "INGEN", "within_days": 7}),
        ("nothing", {}),
    ],
)
def test_what_the_reports_cannot_be_asked_is_refused_in_words(world, template, parameters):
    with pytest.raises(NotPossible) as no:
        stated(world, world.cause(), template, parameters)
    assert all(sentence.endswith(".") for sentence in no.value.messages)
    assert not Prediction.objects.exists()


def test_what_the_selection_has_decided_is_not_tested(world):
    world.problem.selection = Selection(area=world.west.slug, hour_from=18, hour_to=24, weekday=(5,)).query
    world.problem.save()
    for template, parameters in ((Template.HOURS, EVENING), (Template.WEEKDAYS, {"weekdays": [4]})):
        with pytest.raises(NotPossible, match="bevisa sig själv"):
            stated(world, world.cause(), template, parameters)
    rules.check_parameters(world.problem, Template.AGAIN, {"within_days": 7})


@pytest.mark.parametrize("who", ["reporter", "other_housing", "council", "coach", "stranger"])
def test_only_the_circle_states_predictions(evenings, who):
    with pytest.raises(NotAllowed):
        actions.state_prediction(
            by=evenings.people[who], cause=evenings.cause(), template=Template.HOURS, claim=Claim.MORE,
            parameters=EVENING, organisation=evenings.police_authority,
        )  # fmt: skip


def test_nobody_states_for_another_organisation(evenings):
    with pytest.raises(NotAllowed):
        actions.state_prediction(
            by=evenings.police, cause=evenings.cause(), template=Template.HOURS, claim=Claim.MORE,
            parameters=EVENING, organisation=evenings.other_housing,
        )  # fmt: skip


def test_the_text_points_at_nobody(evenings):
    with pytest.raises(NotPossible):
        stated(evenings, evenings.cause(), text="Ring 070-123 45 67 om det.")


# --- Tested again -----------------------------------------------------------------------------------------------------


def test_changed_reports_are_asked_again_and_the_evidence_follows(evenings):
    world = evenings
    cause = world.cause()
    found = stated(world, cause)
    cause.refresh_from_db()
    cause.state = CauseState.SUPPORTED
    cause.save()
    evidence = found.evidence
    # Most of it turns out to have happened in the morning.
    for one in Incident.objects.filter(category=world.vandalism, status=Status.APPROVED):
        one.occurred_from = timezone.localtime(one.occurred_from).replace(hour=9)
        one.save(update_fields=["occurred_from"])
    assert actions.carry_out_test(found.pk) == ""
    actions.want_tests(world.here.pk, [world.west.pk])
    assert Prediction.objects.waiting().get() == found
    assert tasks.ask_again(found.pk) == Verdict.CONTRADICTED
    found.refresh_from_db()
    assert (found.tested, found.wanted) == (2, 2)
    assert found.tests.count() == 2
    evidence.refresh_from_db()
    assert evidence.removed_at is not None
    assert found.evidence.direction == Evidence.Direction.AGAINST
    # What rested on it alone is a hypothesis again, and its history says so.
    cause.refresh_from_db()
    assert cause.state == CauseState.HYPOTHESIS
    assert cause.moves.get().is_automatic


def test_the_same_answer_again_leaves_the_evidence_and_the_history_alone(evenings):
    found = stated(evenings, evenings.cause())
    actions.want_tests(evenings.here.pk, [evenings.west.pk])
    assert actions.carry_out_test(found.pk) == Verdict.SUPPORTED
    again = Prediction.objects.get(pk=found.pk)
    assert (again.evidence_id, again.tests.count(), again.tested) == (found.evidence_id, 1, 2)


def test_a_report_that_is_approved_asks_again(evenings, django_capture_on_commit_callbacks):
    found = stated(evenings, evenings.cause())
    report = make.IncidentFactory(
        collaboration=evenings.here, organisation=evenings.housing, area=evenings.west,
        category=evenings.vandalism, status=Status.SUBMITTED,
    )  # fmt: skip
    with django_capture_on_commit_callbacks():
        approve_incident(incident=report, by=evenings.people["coordinator"])
    assert list(Prediction.objects.waiting()) == [found]


def test_a_place_two_people_saw_after_the_last_report_is_known_by_the_first_look(evenings):
    place = make.PlaceFactory(collaboration=evenings.here, area=evenings.west)
    seen = {"place": place, "organisation": evenings.housing}
    make.PlaceFeatureFactory(**seen, state="defect", observed_on=dt.date(2026, 2, 1))
    make.PlaceFeatureFactory(**seen, state="good", observed_on=dt.date(2026, 6, 1))
    first = queries.places_with(evenings.problem, "light", ["defect"], dt.date(2025, 12, 31))
    assert first.to_dict()["has_feature"] == {place.pk: True}
    later = queries.places_with(evenings.problem, "light", ["defect"], dt.date(2026, 7, 1))
    assert later.to_dict()["has_feature"] == {place.pk: False}


def test_reports_elsewhere_do_not_ask_again(evenings):
    found = stated(evenings, evenings.cause())
    actions.want_tests(evenings.here.pk, [evenings.east.pk, None])
    actions.want_tests(evenings.elsewhere.pk, [evenings.far.pk])
    assert not Prediction.objects.waiting().filter(pk=found.pk).exists()


def test_a_change_in_a_smaller_area_asks_again_for_the_larger(evenings):
    inside = make.AreaFactory(collaboration=evenings.here, parent=evenings.west)
    found = stated(evenings, evenings.cause())
    actions.want_tests(evenings.here.pk, [inside.pk])
    assert Prediction.objects.waiting().get() == found


def test_an_adopted_analysis_is_not_tested_again(evenings):
    found = stated(evenings, evenings.cause())
    evenings.analysis.adopted_at, evenings.analysis.adopted_by_group = timezone.now(), evenings.group
    evenings.analysis.save()
    actions.want_tests(evenings.here.pk, [evenings.west.pk])
    assert not Prediction.objects.waiting().exists()
    assert actions.carry_out_test(found.pk) == ""


def test_what_was_forgotten_is_picked_up(evenings, monkeypatch):
    found = stated(evenings, evenings.cause())
    Prediction.objects.update(wanted=2, wanted_at=timezone.now() - dt.timedelta(minutes=11))
    sent = []
    monkeypatch.setattr(tasks.ask_again, "delay", sent.append)
    assert tasks.pick_up_forgotten_tests() == 1
    assert sent == [found.pk]


def test_taken_away_it_takes_its_evidence_with_it(evenings):
    found = stated(evenings, evenings.cause())
    actions.remove_prediction(by=evenings.police, prediction=found)
    assert Evidence.objects.get(pk=found.evidence_id).removed_at is not None
    assert not Prediction.objects.kept().exists()
    with pytest.raises(NotPossible):
        actions.remove_prediction(by=evenings.police, prediction=found)


def test_what_a_test_says_follows_the_reports_and_not_who_judges_it(evenings):
    found = stated(evenings, evenings.cause())
    evidence = found.evidence
    said = {"by": evenings.police, "evidence": evidence, "row_version": 0, "text": evidence.text}
    with pytest.raises(NotPossible, match="följer rapporterna"):
        change_evidence(**said, direction="against", strength=1)
    with pytest.raises(NotPossible, match="Ta bort förutsägelsen"):
        remove_evidence(by=evenings.police, evidence=evidence, reason="Fel")
    change_evidence(**said, direction="for", strength=3)
    actions.want_tests(evenings.here.pk, [evenings.west.pk])
    actions.carry_out_test(found.pk)
    evidence.refresh_from_db()
    assert (evidence.strength, evidence.removed_at) == (3, None)


def test_an_adopted_version_keeps_its_answer_and_the_next_one_goes_on_asking(
    evenings, django_capture_on_commit_callbacks
):
    world = evenings
    cause = world.cause()
    first = stated(world, cause)
    taken = stated(world, cause, parameters={**EVENING, "to_h": 23})
    actions.remove_prediction(by=world.police, prediction=taken)
    world.answer_method()
    adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    first.refresh_from_db()
    before = (first.result, first.tested, first.evidence_id)
    with django_capture_on_commit_callbacks() as sent:
        analysis = begin_analysis(by=world.police, problem=world.problem)
    (copy,) = Prediction.objects.filter(cause__analysis=analysis)
    assert (copy.copied_from, copy.verdict, copy.parameters) == (first, first.verdict, first.parameters)
    assert copy.evidence.cause == copy.cause
    assert copy.evidence_id != first.evidence_id
    assert copy.tests.count() == 1
    assert len(sent) == 1
    # The reports change: the next version hears of it, the adopted one keeps what it said.
    Incident.objects.filter(category=world.vandalism).update(occurred_from=dt.datetime(2025, 3, 3, 8, tzinfo=dt.UTC))
    actions.want_tests(world.here.pk, [world.west.pk])
    assert list(Prediction.objects.waiting()) == [copy]
    assert tasks.ask_again(copy.pk) != Verdict.SUPPORTED
    first.refresh_from_db()
    assert (first.result, first.tested, first.evidence_id) == before
    first.result = {"verdict": "contradicted"}
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        first.save(update_fields=["result"])


def test_years_without_dates_take_no_part(evenings):
    make.SchoolDatesFactory(collaboration=evenings.here, first_on=dt.date(2024, 6, 12), last_on=dt.date(2024, 8, 18))
    found = stated(evenings, evenings.cause(), Template.SCHOOL, {"kind": "holiday", "compared_with": "others"})
    later = Incident.objects.filter(category=evenings.vandalism, status=Status.APPROVED, occurred_on__year=2025).count()
    assert later
    assert found.result["left_out"]["dates"] == later
    assert found.result["of"] == 80 - later


def test_a_point_kept_to_its_block_is_at_no_place(evenings):
    place = make.PlaceFactory(collaboration=evenings.here, area=evenings.west)
    Incident.objects.filter(category=evenings.vandalism).update(precision="block", place=place)
    frame = queries.around(evenings.problem, dt.date(2026, 11, 22)).events
    assert set(frame["place"]) == set(frame["named"]) == {0}
    assert frame["lon"].isna().all()


def test_events_of_the_other_category_call_forth_nothing_of_their_own(evenings):
    evenings.problem.selection = Selection(area=evenings.west.slug, since=SINCE, until=UNTIL).query
    evenings.problem.save()
    found = stated(
        evenings, evenings.cause(), Template.AFTER, {"category": "STO", "within_days": 7, "at_same_place": False}
    )
    assert found.result["left_out"]["same_category"] == 200
    assert found.result["of"] <= 80


@pytest.mark.parametrize("template", [Template.HOURS, Template.WEEKDAYS, Template.SEASON, Template.SINCE,
                                      Template.FEATURE, Template.AGAIN, Template.AFTER, Template.NEAR])  # fmt: skip
def test_without_any_reports_there_is_too_little_to_say(world, template):
    found = stated(world, world.cause(), template, EVERY[template](world))
    assert found.verdict == Verdict.TOO_FEW
    assert found.evidence is None
    (row,) = presenters.rows([found], world.analysis, with_numbers=True)
    assert row["conclusion"] == "Det finns för lite i rapporterna för att säga något."


def test_of_many_predictions_it_is_said_that_some_hold_by_chance(evenings):
    cause = evenings.cause()
    stated(evenings, cause)
    actions.remove_prediction(
        by=evenings.police, prediction=stated(evenings, cause, Template.SINCE, {"day": "2025-01-01"})
    )
    tally = slots.predictions_of_causes(evenings.police, [cause])[cause.pk][0]["tally"]
    assert tally == (
        "2 förutsägelser har prövats för orsaken; 1 stöds. 1 av dem är borttagen. "
        "Av tjugo utan något samband stöds en av en slump."
    )


def test_many_predictions_take_no_more_questions_than_one(evenings):
    cause = evenings.cause()
    stated(evenings, cause)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            slots.predictions_of_causes(evenings.police, [cause])
        return len(asked)

    few = questions()
    first = Prediction.objects.get()
    for _ in range(20):
        make.PredictionFactory(
            cause=cause, organisation=evenings.police_authority, result=first.result, tested_at=first.tested_at
        )
    assert questions() == few


def test_predictions_of_another_collaboration_do_not_exist(client, evenings):
    found = stated(evenings, evenings.cause())
    problem = make.ProblemFactory(collaboration=evenings.elsewhere, area=evenings.far, number=evenings.problem.number)
    other = make.CauseFactory(analysis=make.CauseAnalysisFactory(problem=problem))
    client.force_login(evenings.police)
    here = [evenings.here.slug, evenings.problem.number]
    for address in (
        reverse("prediction_choose", args=[*here, other.pk]),
        reverse("prediction_new", args=[*here, other.pk, "hours"]),
        reverse("prediction_new", args=[evenings.elsewhere.slug, problem.number, other.pk, "hours"]),
    ):
        assert client.get(address).status_code == 404
    client.force_login(evenings.people["stranger"])
    address = reverse("prediction_remove", args=[*here, found.pk])
    assert client.post(address).status_code == 404
    assert Prediction.objects.kept().filter(pk=found.pk).exists()
    with pytest.raises(NotPossible):
        stated(evenings, found.cause, Template.NEAR, {
            "place": make.PlaceFactory(collaboration=evenings.elsewhere).pk, "distance_m": 100,
        })  # fmt: skip


# --- Who sees what ----------------------------------------------------------------------------------------------------


def test_outside_the_circle_the_verdict_is_told_and_no_number(evenings):
    cause = evenings.cause()
    stated(evenings, cause)
    inside = slots.predictions_of_causes(evenings.police, [cause])[cause.pk][0]
    assert inside["may_work"]
    assert "av 80" in inside["predictions"][0]["result"]
    outside = slots.predictions_of_causes(evenings.people["council"], [cause])[cause.pk][0]
    assert not outside["may_work"]
    (row,) = outside["predictions"]
    assert (row["result"], row["left_out"], row["verdict"]) == ("", "", inside["predictions"][0]["verdict"])
    assert slots.predictions_of_causes(evenings.people["stranger"], [cause]) == {}
    assert not Prediction.objects.visible_to(evenings.people["stranger"]).exists()
    assert not PredictionTest.objects.visible_to(evenings.people["stranger"]).exists()
    assert PredictionTest.objects.visible_to(evenings.police).exists()


def test_the_pages_lead_from_a_cause_to_what_the_reports_showed(client, evenings):
    cause = evenings.cause()
    client.force_login(evenings.police)
    number = evenings.problem.number
    chosen = client.get(reverse("prediction_choose", args=[evenings.here.slug, number, cause.pk]))
    assert chosen.status_code == 200
    address = reverse("prediction_new", args=[evenings.here.slug, number, cause.pk, "hours"])
    assert client.get(address).status_code == 200
    sent = {"claim": "more", **EVENING, "organisation": evenings.police_authority.pk, "text": ""}
    assert client.post(address, {**sent, "to_h": 19}).status_code == 422
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200
    assert "Rapporterna visar det som orsaken förutsäger." in answer.content.decode()
    found = Prediction.objects.get()
    assert found.parameters == EVENING
    client.post(reverse("prediction_remove", args=[evenings.here.slug, number, found.pk]))
    assert not Prediction.objects.kept().exists()


@pytest.mark.parametrize("template", list(Template))
def test_every_template_has_a_form_whose_answers_are_what_the_rules_ask(evenings, template):
    cause = evenings.cause()
    make.SchoolDatesFactory(collaboration=evenings.here)
    said = EVERY[template](evenings)
    data = {"claim": "more", "organisation": evenings.police_authority.pk, "compared_with": "others", **said}
    form = PredictionForm(data, user=evenings.police, cause=cause, template=template)
    assert form.is_valid(), form.errors
    assert set(FIELDS[template]) >= set(form.parameters())
    rules.check_parameters(evenings.problem, template, form.parameters())


# --- The school's dates -----------------------------------------------------------------------------------------------


def test_the_school_dates_are_kept_by_coordinators(client, world):
    address = reverse("school_dates", args=[world.here.slug])
    sent = {"kind": "holiday", "first_on": "2025-06-12", "last_on": "2025-08-18"}
    client.force_login(world.police)
    assert client.get(address).status_code == 200
    assert client.post(address, sent).status_code == 403
    client.force_login(world.people["coordinator"])
    assert client.post(address, sent).status_code == 302
    dates = SchoolDates.objects.get()
    assert client.post(address, sent).status_code == 422
    assert client.post(address, {**sent, "last_on": "2025-06-01"}).status_code == 422
    client.force_login(world.people["stranger"])
    gone = reverse("school_dates_remove", args=[world.here.slug, dates.pk])
    assert client.post(gone).status_code in (403, 404)
    client.force_login(world.people["coordinator"])
    client.post(gone)
    assert not SchoolDates.objects.exists()


def test_new_school_dates_ask_again_what_was_asked_of_them(evenings):
    make.SchoolDatesFactory(collaboration=evenings.here)
    asked = stated(evenings, evenings.cause(), Template.SCHOOL, {"kind": "holiday"})
    other = stated(evenings, evenings.cause())
    actions.add_school_dates(
        by=evenings.people["coordinator"],
        collaboration=evenings.here,
        kind="holiday",
        first_on=dt.date(2024, 10, 28),
        last_on=dt.date(2024, 11, 3),
    )
    assert set(Prediction.objects.waiting()) == {asked}
    assert other.tested == 1
