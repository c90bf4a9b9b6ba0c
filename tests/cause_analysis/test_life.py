"""A problem's steps: one table, gates that cannot be talked past, a history in words."""

from __future__ import annotations

import itertools

import pytest
from django.urls import reverse

from cause_analysis import facts, rules
from cause_analysis.life import PAGE, as_markdown
from cause_analysis.models import Problem, ProblemMove, State
from cause_analysis.problems.actions import move_by_hand, move_problem, write_answer
from cause_analysis.problems.definition import QUESTIONS
from common.errors import NotAllowed, NotPossible
from tests import factories as make

# Something for each fact, so that only the step itself can be what is refused.
ALL_FACTS = {name: 1 for gate in rules.GATES.values() for name in gate.facts} | {"outcome": "solved"}


def test_every_state_has_its_steps_and_its_gate():
    assert set(rules.NEXT) == set(State) == set(rules.GATES)
    assert {"chosen", "vald"}.isdisjoint(State.values)


def test_the_page_is_drawn_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "run manage.py write_problem_life"


@pytest.mark.parametrize(("at", "to"), list(itertools.product(State, State)))
def test_a_step_is_possible_when_the_table_says_so_and_nothing_is_missing(at, to):
    problem = Problem(state=at)
    allowed = to in rules.NEXT[at]
    if allowed:
        rules.check_move(problem, to, facts=ALL_FACTS, reason="Därför.")
    else:
        with pytest.raises(NotPossible):
            rules.check_move(problem, to, facts=ALL_FACTS, reason="Därför.")


@pytest.mark.parametrize(
    ("at", "to", "fact"),
    [(at, to, name) for at in State for to in sorted(rules.NEXT[at]) for name in rules.facts_asked(at, to)],
)
def test_each_fact_that_is_missing_is_said(at, to, fact):
    with pytest.raises(NotPossible) as no:
        rules.check_move(Problem(state=at), to, facts={**ALL_FACTS, fact: 0}, reason="Därför.")
    assert no.value.messages == [str(rules.GATES[to].facts[fact])]


@pytest.mark.parametrize(("at", "to"), sorted(rules.BACK))
def test_coming_back_says_why(at, to):
    with pytest.raises(NotPossible):
        rules.check_move(Problem(state=at), to, facts=ALL_FACTS, reason=" ")


@pytest.fixture
def problem(world):
    return make.ProblemFactory(area=world.west, number=3)


def describe(problem, by):
    for name in QUESTIONS:
        write_answer(by=by, problem=problem, name=name, text="Sagt.", row_version=0)


class TestWhatIsKnownHere:
    @pytest.mark.parametrize(
        ("at", "to"),
        [
            (at, to)
            for at in State
            for to in sorted(rules.NEXT[at])
            if set(rules.facts_asked(at, to)) & set(facts.KNOWN_HERE)
        ],
    )
    def test_is_never_taken_on_trust(self, world, problem, at, to):
        """Whoever passes on a fact that this room knows is not believed."""
        Problem.objects.filter(pk=problem.pk).update(state=at)
        passed = dict.fromkeys(rules.GATES[to].facts, 1)
        with pytest.raises(NotPossible):
            move_problem(problem=problem, to=to, by=world.people["coordinator"], facts=passed, reason="Därför.")
        assert not ProblemMove.objects.exists()

    def test_a_fact_no_step_asks_for_is_a_mistake(self, world, problem):
        with pytest.raises(ValueError, match="not on"):
            move_problem(problem=problem, to=State.DESCRIBED, by=world.people["coordinator"], facts={"goals": 1})

    def test_described_once_every_question_is_answered(self, world, problem):
        police = world.people["police"]
        with pytest.raises(NotPossible):
            move_by_hand(by=police, problem=problem, to="described")
        describe(problem, police)
        assert move_by_hand(by=police, problem=problem, to="described").state == State.DESCRIBED
        write_answer(by=police, problem=problem, name="harmed", text="", row_version=1)
        assert Problem.objects.get().state == State.DESCRIBED


class TestStepsOfRoomsAbove:
    def test_are_taken_with_their_facts_and_end_in_an_outcome(self, world, problem):
        by = world.people["coordinator"]
        Problem.objects.filter(pk=problem.pk).update(state=State.ANALYSED)
        move_problem(problem=problem, to=State.GOALS_SET, by=by, facts={"goals": [1, 2]})
        Problem.objects.filter(pk=problem.pk).update(state=State.FOLLOWED_UP)
        with pytest.raises(ValueError, match="outcome"):
            move_problem(problem=problem, to=State.CLOSED, by=by, facts={"evaluation": 4, "outcome": "fine"})
        closed = move_problem(problem=problem, to=State.CLOSED, by=by, facts={"evaluation": 4, "outcome": "reduced"})
        assert closed.outcome == "reduced"
        watched = move_problem(problem=problem, to=State.AFTER_WATCH, by=by, facts={"watch_until": "2027-06-01"})
        assert watched.outcome == "reduced"
        back = move_by_hand(by=by, problem=problem, to="described", reason="Bränderna är tillbaka.")
        assert (back.state, back.outcome) == (State.DESCRIBED, "")
        steps = list(ProblemMove.objects.order_by("pk").values_list("to_state", "facts"))
        assert steps == [
            ("goals_set", {"goals": [1, 2]}),
            ("closed", {"evaluation": 4, "outcome": "reduced"}),
            ("after_watch", {"watch_until": "2027-06-01"}),
            ("described", {}),
        ]

    @pytest.mark.parametrize("to", sorted(set(State) - rules.BY_HAND))
    def test_are_out_of_reach_of_the_page(self, client, world, problem, to):
        for at in State:
            Problem.objects.filter(pk=problem.pk).update(
                state=at, outcome="solved" if at in ("closed", "after_watch") else ""
            )
            client.force_login(world.people["coordinator"])
            answer = client.post(
                reverse("problem_step", args=["ekstad", problem.number]), {"to": to, "reason": "Vi vill.", **ALL_FACTS}
            )
            assert answer.status_code == 422
            assert Problem.objects.get().state == at


class TestByHand:
    def test_laid_to_rest_and_taken_up_by_who_leads_with_a_reason(self, world, problem):
        Problem.objects.filter(pk=problem.pk).update(state=State.DESCRIBED)
        with pytest.raises(NotAllowed):
            move_by_hand(by=world.people["police"], problem=problem, to="dormant", reason="Annat först.")
        by = world.people["coordinator"]
        with pytest.raises(NotPossible):
            move_by_hand(by=by, problem=problem, to="dormant")
        with pytest.raises(NotPossible, match=r"811218|person"):
            move_by_hand(by=by, problem=problem, to="dormant", reason="811218-9876 har flyttat.")
        assert move_by_hand(by=by, problem=problem, to="dormant", reason="Annat först.").state == State.DORMANT
        assert move_by_hand(by=by, problem=problem, to="described", reason="Nu igen.").state == State.DESCRIBED

    def test_the_page_tells_the_history_in_words(self, client, world, problem):
        Problem.objects.filter(pk=problem.pk).update(state=State.DESCRIBED)
        move_by_hand(by=world.people["coordinator"], problem=problem, to="dormant", reason="Annat först.")
        client.force_login(world.people["council"])
        text = client.get(reverse("problem", args=["ekstad", problem.number])).content.decode()
        assert "Från ”beskrivet” till ”vilande”" in text
        assert "Annat först." in text
