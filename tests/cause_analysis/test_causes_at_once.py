"""Several people at the same moment in one analysis: nothing is lost, and the tree stays a tree."""

from __future__ import annotations

import pytest

from audit.models import Event
from cause_analysis.causes import actions, queries
from cause_analysis.chain.actions import add_link, shift_link
from cause_analysis.chain.queries import links_of
from cause_analysis.knowing.actions import add_gap, answer_question, close_gap
from cause_analysis.models import Cause, CauseState, GuidedAnswer
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from tests import factories as make
from tests.at_once import at_once
from tests.cause_analysis.causes_cast import AnalysisWorld

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return AnalysisWorld()


def test_six_causes_added_at_once_are_six(world):
    answers = at_once(
        *[
            lambda number=number: actions.add_cause(
                by=world.police, analysis=world.analysis, text=f"Orsak nummer {number}", side="place"
            )
            for number in range(6)
        ]
    )
    assert all(isinstance(answer, Cause) for answer in answers)
    assert sorted(Cause.objects.values_list("position", flat=True)) == list(range(6))
    world.analysis.refresh_from_db()
    assert world.analysis.change == 6


def test_of_two_who_write_in_one_cause_one_is_told_and_both_texts_are_there(world):
    cause = world.cause()
    said = {"cause": cause, "row_version": 0, "side": "place"}
    answers = at_once(
        lambda: actions.change_cause(by=world.police, text="Mörkt i passagen", **said),
        lambda: actions.change_cause(by=world.security_lead, text="Ingen städar", **said),
    )
    (conflict,) = [answer for answer in answers if isinstance(answer, Conflict)]
    (saved,) = [answer for answer in answers if isinstance(answer, Cause)]
    assert conflict.row.text == saved.text == Cause.objects.get().text


def test_two_moved_under_each_other_at_once_do_not_both_move(world):
    first, second = world.cause("A"), world.cause("B")
    answers = at_once(
        lambda: actions.move_cause(by=world.police, cause=first, under=second),
        lambda: actions.move_cause(by=world.security_lead, cause=second, under=first),
    )
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 1
    assert len(queries.tree_of(world.analysis)) == 2


def test_many_moves_at_once_leave_every_cause_in_the_tree_once(world):
    causes = [world.cause(str(number), position=number) for number in range(6)]
    moves = [
        lambda cause=cause, number=number: actions.move_cause(
            by=world.police, cause=cause, under=causes[(number + 2) % 6] if number % 2 else None, before=causes[0]
        )
        for number, cause in enumerate(causes)
    ]
    answers = at_once(*moves)
    assert all(isinstance(answer, Cause | NotPossible) for answer in answers)
    nodes = queries.tree_of(world.analysis)
    assert sorted(node.cause.pk for node in nodes) == sorted(cause.pk for cause in causes)
    siblings: dict = {}
    for node in nodes:
        siblings.setdefault(node.cause.parent_id, []).append(node.cause.position)
    assert all(len(set(places)) == len(places) for places in siblings.values())


def test_nobody_writes_while_it_is_adopted(world):
    cause = world.cause()
    world.answer_method()
    answers = at_once(
        lambda: actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group),
        lambda: actions.change_cause(
            by=world.security_lead, cause=cause, row_version=0, text="Skrivet samtidigt", side="place"
        ),
    )
    world.analysis.refresh_from_db()
    assert world.analysis.is_adopted
    written = Cause.objects.get().text == "Skrivet samtidigt"
    # Either it came first and is part of what was adopted, or its writer was told.
    assert written == isinstance(answers[1], Cause)


def test_confirming_while_the_last_evidence_is_taken_away_ends_as_a_hypothesis(world):
    cause = world.cause(state=CauseState.SUPPORTED)
    evidence = world.evidence(cause)
    at_once(
        lambda: actions.set_state(by=world.police, cause=cause, to=CauseState.CONFIRMED, seen=CauseState.SUPPORTED),
        lambda: actions.remove_evidence(by=world.security_lead, evidence=evidence, reason="Fel plats"),
    )
    cause.refresh_from_db()
    assert cause.state == CauseState.HYPOTHESIS


def test_a_new_version_begun_twice_at_once_is_one(world):
    world.cause()
    world.answer_method()
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    answers = at_once(*[lambda: actions.begin_analysis(by=world.police, problem=world.problem)] * 3)
    assert {answer.version for answer in answers} == {2}
    assert Cause.objects.count() == 2


def test_of_two_first_answers_at_once_one_is_told(world):
    make.ProblemPlaceFactory(problem=world.problem, place=world.square)
    said = {"analysis": world.analysis, "question": "place_calm", "place": world.square, "row_version": 0}
    answers = at_once(
        lambda: answer_question(by=world.police, text="På morgonen.", **said),
        lambda: answer_question(by=world.security_lead, text="Aldrig.", **said),
    )
    (conflict,) = [answer for answer in answers if isinstance(answer, Conflict)]
    assert conflict.row.text == GuidedAnswer.objects.get().text


def test_a_gap_closed_while_its_question_is_answered_is_closed_once(world):
    make.ProblemPlaceFactory(problem=world.problem, place=world.square)
    gap = add_gap(by=world.police, analysis=world.analysis, question="place_calm", place=world.square)
    said = {"analysis": world.analysis, "question": "place_calm", "place": world.square, "row_version": 0}
    answers = at_once(
        lambda: answer_question(by=world.police, text="På morgonen.", **said),
        lambda: close_gap(by=world.security_lead, gap=gap, answer="Aldrig."),
    )
    assert sum(isinstance(answer, NotPossible) for answer in answers) <= 1
    assert Event.objects.filter(action="gap_closed").count() == 1
    gap.refresh_from_db()
    assert gap.closed_at is not None


def test_links_moved_and_added_at_once_are_each_there_once(world):
    links = [make.EventChainLinkFactory(analysis=world.analysis, position=number) for number in range(4)]
    at_once(
        *[lambda link=link: shift_link(by=world.police, link=link, direction="down") for link in links[:3]],
        lambda: add_link(by=world.security_lead, analysis=world.analysis, text="Sist"),
    )
    after = links_of(world.analysis)
    assert {link.pk for link in links} < {link.pk for link in after}
    assert [link.position for link in after] == list(range(5))
