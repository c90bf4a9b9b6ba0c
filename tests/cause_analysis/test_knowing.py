"""What a group knows and what it does not: guided questions place by place, and gaps with a person and a day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from cause_analysis.causes.actions import adopt_analysis, begin_analysis
from cause_analysis.knowing import actions, queries
from cause_analysis.knowing.questions import ABOUT, QUESTIONS
from cause_analysis.models import Controller, GuidedAnswer, KnowledgeGap, Side
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld


@pytest.fixture
def world(db):
    world = AnalysisWorld()
    make.ProblemPlaceFactory(problem=world.problem, place=world.square)
    world.lead = world.security_lead.memberships.get()
    return world


@pytest.fixture
def ask(client, world):
    def do(who, name="analysis", *args, query="", **body):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, world.problem.number, *args]) + query
        return client.post(address, body) if body else client.get(address)

    return do


def answer(world, text, *, by=None, row_version=0, question="place_calm", place=None, **said):
    return actions.answer_question(
        by=by or world.police,
        analysis=world.analysis,
        question=question,
        place=place or world.square,
        text=text,
        row_version=row_version,
        **said,
    )


def gap(world, **values):
    return actions.add_gap(by=world.police, analysis=world.analysis, **values)


def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


# --- The questions ----------------------------------------------------------------------------------------------------


def test_the_questions_cover_every_side_and_every_controller():
    asked = {question.about for question in QUESTIONS.values()}
    assert asked == set(ABOUT) == {*Side.values, *Controller.values} - {Controller.NONE}
    assert all(key == question.key for key, question in QUESTIONS.items())


def test_an_answer_belongs_to_one_place(world):
    other = make.PlaceFactory(collaboration=world.here, area=world.west, name="Parken")
    make.ProblemPlaceFactory(problem=world.problem, place=other)
    answer(world, "På morgonen.")
    answer(world, "Aldrig.", place=other)
    kept = {key: row.text for key, row in queries.answers_of(world.analysis).items()}
    assert kept == {(world.square.pk, "place_calm"): "På morgonen.", (other.pk, "place_calm"): "Aldrig."}
    assert queries.answered_at(world.analysis, [world.square.pk, other.pk]) == 2
    assert queries.answered_at(world.analysis, [other.pk]) == 1


def test_of_two_who_answer_the_same_one_is_told(world):
    answer(world, "På morgonen.")
    with pytest.raises(Conflict) as conflict:
        answer(world, "Aldrig.", by=world.security_lead)
    assert conflict.value.row.text == "På morgonen."
    answer(world, "På morgonen och mitt på dagen.", by=world.security_lead, row_version=1)
    assert GuidedAnswer.objects.get().text == "På morgonen och mitt på dagen."
    # Saving what stands there already is no conflict.
    answer(world, "På morgonen och mitt på dagen.")


def test_only_what_is_asked_is_answered(world):
    with pytest.raises(NotPossible):
        answer(world, "Ja.", question="no_such_question")
    with pytest.raises(NotPossible):
        answer(world, "Ja.", place=world.garage)
    assert not GuidedAnswer.objects.exists()


@pytest.mark.parametrize("who", ["other_housing", "council", "coach", "reporter"])
def test_only_the_circle_writes(world, who):
    found = gap(world, text="Vem låser?")
    for change in (
        lambda: answer(world, "Ja.", by=world.people[who]),
        lambda: actions.add_gap(by=world.people[who], analysis=world.analysis, text="Vem låser?"),
        lambda: actions.close_gap(by=world.people[who], gap=found, answer="Ingen."),
        lambda: actions.change_gap(by=world.people[who], gap=found, row_version=0, membership=None, due_on=tomorrow()),
    ):
        with pytest.raises(NotAllowed), transaction.atomic():
            change()
    found.refresh_from_db()
    assert found.closed_at is None


def test_no_answer_points_at_a_person(world):
    with pytest.raises(NotPossible):
        answer(world, "811218-9876 står där.")
    with pytest.raises(NotPossible):
        gap(world, text="Vem är 070-123 45 67?")
    found = gap(world, text="Vem låser?")
    with pytest.raises(NotPossible):
        actions.close_gap(by=world.police, gap=found, answer="811218-9876")


# --- The gaps ---------------------------------------------------------------------------------------------------------


def test_a_question_nobody_can_answer_is_a_gap_until_somebody_answers_it(world):
    gap(world, question="place_calm", place=world.square, membership=world.lead, due_on=tomorrow())
    with pytest.raises(NotPossible):
        gap(world, question="place_calm", place=world.square)
    (found,) = queries.open_gaps(world.analysis)
    answer(world, "På morgonen.", by=world.security_lead)
    assert queries.open_gaps(world.analysis) == []
    found.refresh_from_db()
    assert found.closed_by == world.security_lead
    assert Event.objects.filter(action="gap_closed").count() == 1
    with pytest.raises(NotPossible):
        gap(world, question="place_calm", place=world.square)


def test_a_gap_is_given_to_somebody_of_the_circle_for_a_day_to_come(world):
    outside = world.people["other_housing"].memberships.get()
    for refused in ({"membership": outside}, {"due_on": timezone.localdate() - dt.timedelta(days=1)}):
        with pytest.raises(NotPossible):
            gap(world, text="Vem låser?", **refused)
    with pytest.raises(NotPossible):
        gap(world, text="  ")
    found = gap(world, text="Vem låser?", membership=world.lead, due_on=timezone.localdate())
    given = {"gap": found, "membership": world.lead, "due_on": tomorrow()}
    actions.change_gap(by=world.police, row_version=0, **given)
    with pytest.raises(Conflict):
        actions.change_gap(by=world.police, row_version=0, **{**given, "membership": None})
    found.refresh_from_db()
    assert (found.membership, found.due_on) == (world.lead, tomorrow())


def test_a_gap_is_closed_once_with_what_was_found_out(world):
    found = gap(world, text="Vem låser passagen?")
    with pytest.raises(NotPossible):
        actions.close_gap(by=world.police, gap=found, answer=" ")
    actions.close_gap(by=world.security_lead, gap=found, answer="Vaktmästaren, klockan 22.")
    with pytest.raises(NotPossible):
        actions.close_gap(by=world.police, gap=found, answer="Ingen.")
    (closed,) = queries.closed_gaps(world.analysis)
    assert closed.answer == "Vaktmästaren, klockan 22."


def test_whoever_has_a_gap_finds_it_under_my_work_and_nobody_else_does(world, client):
    late = gap(world, text="Vem låser passagen?", membership=world.lead)
    KnowledgeGap.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - dt.timedelta(days=2))
    gap(world, question="place_changed", place=world.square, membership=world.lead, due_on=tomorrow())
    client.force_login(world.security_lead)
    page = client.get(reverse("my_work", args=["ekstad"])).content.decode()
    assert "2 uppgifter väntar på dig" in page
    assert page.index("Vem låser passagen?") < page.index("Vad har förändrats här på sistone?")
    # What is late stands under a heading of its own, before the other.
    at = page.index("Vem låser passagen?")
    assert page.index('id="group-late"') < at < page.index("<h2", at) < page.index("Vad har förändrats här på sistone?")
    assert page.count('id="group-late"') == 1
    client.force_login(world.police)
    assert "Inget väntar på dig" in client.get(reverse("my_work", args=["ekstad"])).content.decode()


# --- Versions ---------------------------------------------------------------------------------------------------------


def test_an_adopted_version_keeps_its_answers_and_what_was_not_known_then(world):
    world.cause()
    world.answer_method()
    answer(world, "På morgonen.")
    found, given = gap(world, text="Vem låser?"), gap(world, text="Vem äger lokalen?")
    actions.close_gap(by=world.police, gap=given, answer="Bostadsbolaget.")
    adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    world.analysis.refresh_from_db()
    with pytest.raises(NotPossible):
        answer(world, "Aldrig.", row_version=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        GuidedAnswer.objects.update(text="Aldrig.")

    # A gap outlives the version: it is closed afterwards, and the version still says that it was open.
    actions.close_gap(by=world.security_lead, gap=found, answer="Vaktmästaren.")
    assert [one.text for one in queries.open_gaps(world.analysis)] == ["Vem låser?"]
    assert [one.text for one in queries.closed_gaps(world.analysis)] == ["Vem äger lokalen?"]
    after = begin_analysis(by=world.police, problem=world.problem)
    assert queries.open_gaps(after) == []
    assert {one.text for one in queries.closed_gaps(after)} == {"Vem låser?", "Vem äger lokalen?"}
    assert queries.answers_of(after)[world.square.pk, "place_calm"].text == "På morgonen."


# --- The pages --------------------------------------------------------------------------------------------------------


def text_of(page):
    return " ".join(page.content.decode().split())


def test_questions_are_answered_and_handed_over_by_plain_forms(world, ask):
    page = text_of(ask("police", "analysis_questions"))
    assert f"0 av {len(QUESTIONS)} frågor är besvarade" in page
    at = {"place": str(world.square.pk)}
    said = {"question": "place_calm", "answer-text": "På morgonen.", **at}
    assert ask("police", "analysis_answer", **said).status_code == 302
    given = {"question": "place_changed", "gap": "yes", "gap-membership": str(world.lead.pk), **at}
    assert ask("police", "analysis_answer", **given, **{"gap-due_on": str(tomorrow())}).status_code == 302
    page = text_of(ask("police", "analysis_questions"))
    assert "På morgonen." in page
    assert f"1 av {len(QUESTIONS)} frågor är besvarade" in page
    page = text_of(ask("security_lead"))
    assert "1 kunskapslucka" in page
    assert f"1 av {len(QUESTIONS)} besvarade" in page
    found = KnowledgeGap.objects.get()
    assert (found.membership, found.due_on, found.place) == (world.lead, tomorrow(), world.square)


def test_whoever_meets_another_is_shown_both_answers(world, ask):
    answer(world, "På morgonen.")
    said = {"question": "place_calm", "place": str(world.square.pk), "answer-row_version": "0"}
    page = ask("security_lead", "analysis_answer", **said, **{"answer-text": "Aldrig."})
    assert page.status_code == 409
    assert "På morgonen." in text_of(page)
    assert "Aldrig." in text_of(page)
    assert GuidedAnswer.objects.get().text == "På morgonen."
    again = {**said, "answer-row_version": page.context["form"]["row_version"].value(), "answer-text": "Aldrig."}
    assert ask("security_lead", "analysis_answer", **again).status_code == 302
    assert GuidedAnswer.objects.get().text == "Aldrig."


def test_an_answer_about_a_place_the_problem_has_let_go_of_is_still_there_to_copy(world, ask):
    other = make.PlaceFactory(collaboration=world.here, area=world.west, name="Parken")
    make.ProblemPlaceFactory(problem=world.problem, place=other)
    world.problem.problem_places.filter(place=world.square).delete()
    said = {"question": "place_calm", "place": str(world.square.pk), "answer-text": "När butiken är öppen."}
    page = ask("police", "analysis_answer", **said)
    assert page.status_code == 422
    assert "Det här sparades inte" in text_of(page)
    assert "När butiken är öppen." in text_of(page)
    # The same words are not offered as an answer about another place.
    assert not [row for group in page.context["groups"] for row in group["rows"] if row["is_open"]]
    assert not GuidedAnswer.objects.exists()


def test_readers_see_what_is_known_and_find_nothing_to_press(world, ask):
    answer(world, "På morgonen.")
    gap(world, text="Vem låser passagen?")
    page = text_of(ask("council", "analysis_questions", query="?question=place_calm"))
    assert "På morgonen." in page
    assert "answer-text" not in page
    page = text_of(ask("council"))
    assert "Vem låser passagen?" in page
    assert "gaps/" not in page


def test_many_gaps_ask_the_database_no_more_than_a_few(world, ask):
    def asked():
        with CaptureQueriesContext(connection) as made:
            ask("police")
        return len(made)

    gap(world, text="Lucka 0", membership=world.lead)
    ask("police")
    few = asked()
    for number in range(1, 30):
        gap(world, text=f"Lucka {number}", membership=world.lead, due_on=tomorrow())
    assert asked() == few
