"""An analysis and its causes: what can be done with them, when, and by whom."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audit.models import Event
from cause_analysis.causes import actions, queries
from cause_analysis.causes.rules import NEXT, RESTS, Weight, state_without
from cause_analysis.models import Cause, CauseAnalysis, CauseMove, CauseState, Evidence, State
from cause_analysis.problems.actions import write_answer
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.cause_analysis.causes_cast import METHOD, AnalysisWorld


@pytest.fixture
def world(db):
    return AnalysisWorld()


def outline(analysis):
    """The list as people see it: one line a cause, a dash for each level."""
    return ["-" * node.level + node.cause.text for node in queries.tree_of(analysis)]


def change(world, cause, **values):
    said = {"text": cause.text, "side": cause.side, "row_version": cause.row_version, **values}
    return actions.change_cause(by=world.police, cause=cause, **said)


# --- Beginning and adopting -------------------------------------------------------------------------------------------


def test_causes_are_looked_for_once_the_problem_comes_first(world):
    described = make.ProblemFactory(collaboration=world.here, area=world.west, state=State.DESCRIBED)
    with pytest.raises(NotPossible):
        actions.begin_analysis(by=world.police, problem=described)
    described.state = State.PRIORITISED
    described.save()
    begun = actions.begin_analysis(by=world.police, problem=described)
    assert begun.version == 1
    assert actions.begin_analysis(by=world.security_lead, problem=described) == begun


@pytest.mark.parametrize("who", ["other_housing", "council", "coach", "reporter", "administrator", "stranger"])
def test_only_the_circle_writes(world, who):
    by = world.people[who]
    with pytest.raises(NotAllowed):
        actions.begin_analysis(by=by, problem=world.problem)
    with pytest.raises(NotAllowed):
        actions.add_cause(by=by, analysis=world.analysis, text="Mörkt", side="place")
    assert not Cause.objects.exists()


def test_a_group_adopts_and_the_problem_is_analysed(world):
    world.cause()
    with pytest.raises(NotPossible) as refusal:
        actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    # All four questions are named at once.
    assert refusal.value.messages[0].count(";") == 3
    world.answer_method()
    with pytest.raises(NotAllowed):
        actions.adopt_analysis(by=world.security_lead, analysis=world.analysis, group=world.group)
    adopted = actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    assert adopted.is_adopted
    world.problem.refresh_from_db()
    assert world.problem.state == State.ANALYSED
    assert Event.objects.filter(action="analysis_adopted").count() == 1


@pytest.mark.parametrize("left_out", sorted(METHOD))
def test_each_of_the_four_questions_is_asked_for(world, left_out):
    world.cause()
    world.answer_method()
    setattr(world.analysis, left_out, "  ")
    world.analysis.save()
    with pytest.raises(NotPossible):
        actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)


def test_an_adopted_version_keeps_the_definition_it_was_made_on(world, client):
    world.cause()
    world.answer_method()
    make.ProblemPlaceFactory(problem=world.problem, place=world.square)
    write_answer(by=world.police, problem=world.problem, name="behaviour", text="Hot mot personal", row_version=0)
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    client.force_login(world.police)
    address = reverse("analysis", args=["ekstad", world.problem.number])
    assert "med andra ord sedan dess" not in client.get(address).content.decode()
    write_answer(by=world.police, problem=world.problem, name="behaviour", text="Köer till kiosken", row_version=1)
    world.analysis.refresh_from_db()
    assert world.analysis.definition["answers"]["behaviour"] == "Hot mot personal"
    assert world.analysis.definition["places"] == [world.square.name]
    page = client.get(address).content.decode()
    assert "Hot mot personal" in page
    assert "Köer till kiosken" not in page
    assert "med andra ord sedan dess" in page


def test_an_analysis_without_causes_is_not_adopted(world):
    world.answer_method()
    make.CauseFactory(analysis=world.analysis, removed_at=world.problem.counted_at)
    with pytest.raises(NotPossible):
        actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)


def test_an_adopted_analysis_never_changes(world):
    cause = world.cause()
    evidence = world.evidence(cause)
    world.answer_method()
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    by = world.police
    for refused in (
        lambda: actions.add_cause(by=by, analysis=world.analysis, text="Mörkt", side="place"),
        lambda: change(world, cause, text="Annat"),
        lambda: actions.remove_cause(by=by, cause=cause),
        lambda: actions.shift_cause(by=by, cause=cause, direction="up"),
        lambda: actions.set_state(by=by, cause=cause, to=CauseState.SUPPORTED, seen=CauseState.HYPOTHESIS),
        lambda: actions.remove_evidence(by=by, evidence=evidence, reason="Fel"),
        lambda: actions.write_method(by=by, analysis=world.analysis, answers={}, row_version=0),
        lambda: actions.adopt_analysis(by=by, analysis=world.analysis, group=world.group),
    ):
        with pytest.raises(NotPossible) as refusal:
            refused()
        assert refusal.value.code == "adopted"


@pytest.mark.parametrize(
    "change",
    [
        lambda world, cause, evidence: Cause.objects.filter(pk=cause.pk).update(text="Annat"),
        lambda world, cause, evidence: Evidence.objects.filter(pk=evidence.pk).update(strength=3),
        lambda world, cause, evidence: CauseAnalysis.objects.filter(pk=world.analysis.pk).update(sources="Annat"),
        lambda world, cause, evidence: world.cause("Ny"),
        lambda world, cause, evidence: world.evidence(cause),
    ],
    ids=["cause", "evidence", "method", "new cause", "new evidence"],
)
def test_the_database_itself_refuses_to_change_what_is_adopted(world, change):
    cause = world.cause()
    evidence = world.evidence(cause)
    world.answer_method()
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        change(world, cause, evidence)


def test_a_new_version_begins_from_what_was_adopted(world):
    top = world.cause("Platsen ger skydd", state=CauseState.SUPPORTED)
    under = world.cause("Buskage skymmer", parent=top)
    gone = world.cause("Borttagen", removed_at=world.problem.counted_at)
    world.evidence(top, strength=3)
    world.evidence(top, removed_at=world.problem.counted_at, removed_reason="Fel")
    world.evidence(gone)
    world.answer_method()
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    new = actions.begin_analysis(by=world.security_lead, problem=world.problem)
    assert new.version == 2
    assert new.sources == METHOD["sources"]
    assert outline(new) == outline(world.analysis) == ["-Platsen ger skydd", "--Buskage skymmer"]
    copies = {cause.copied_from_id: cause for cause in new.causes.all()}
    assert set(copies) == {top.pk, under.pk}
    assert copies[top.pk].state == CauseState.SUPPORTED
    assert [row.strength for row in copies[top.pk].evidence.all()] == [3]
    # The problem stays where it was when the new version is adopted too.
    actions.adopt_analysis(by=world.police, analysis=new, group=world.group)
    world.problem.refresh_from_db()
    assert world.problem.state == State.ANALYSED


# --- The tree ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(world):
    """A over B and C, C over D, and E beside A."""
    world.a = world.cause("A", position=0)
    world.b = world.cause("B", parent=world.a, position=0)
    world.c = world.cause("C", parent=world.a, position=1)
    world.d = world.cause("D", parent=world.c, position=0)
    world.e = world.cause("E", position=1)
    assert outline(world.analysis) == ["-A", "--B", "--C", "---D", "-E"]
    return world


def test_a_new_cause_stands_last_under_its_parent(tree):
    actions.add_cause(by=tree.police, analysis=tree.analysis, text=" F ", side="target", parent=tree.a)
    actions.add_cause(by=tree.police, analysis=tree.analysis, text="G", side="place")
    assert outline(tree.analysis) == ["-A", "--B", "--C", "---D", "--F", "-E", "-G"]


@pytest.mark.parametrize(
    ("name", "direction", "after"),
    [
        ("c", "up", ["-A", "--C", "---D", "--B", "-E"]),
        ("b", "down", ["-A", "--C", "---D", "--B", "-E"]),
        ("c", "in", ["-A", "--B", "---C", "----D", "-E"]),
        ("b", "out", ["-A", "--C", "---D", "-B", "-E"]),
        ("d", "out", ["-A", "--B", "--C", "--D", "-E"]),
        ("e", "in", ["-A", "--B", "--C", "---D", "--E"]),
    ],
)
def test_steps_in_the_list(tree, name, direction, after):
    actions.shift_cause(by=tree.police, cause=getattr(tree, name), direction=direction)
    assert outline(tree.analysis) == after


@pytest.mark.parametrize(("name", "direction"), [("a", "up"), ("e", "down"), ("b", "in"), ("a", "out"), ("a", "x")])
def test_a_step_there_is_no_room_for_is_refused_in_words(tree, name, direction):
    with pytest.raises(NotPossible):
        actions.shift_cause(by=tree.police, cause=getattr(tree, name), direction=direction)
    assert outline(tree.analysis) == ["-A", "--B", "--C", "---D", "-E"]


def test_moving_under_another_and_before_one_of_those_there(tree):
    actions.move_cause(by=tree.police, cause=tree.e, under=tree.a, before=tree.c)
    assert outline(tree.analysis) == ["-A", "--B", "--E", "--C", "---D"]
    actions.move_cause(by=tree.police, cause=tree.c, under=None)
    assert outline(tree.analysis) == ["-A", "--B", "--E", "-C", "--D"]


@pytest.mark.parametrize("under", ["c", "d"])
def test_nothing_stands_under_itself(tree, under):
    with pytest.raises(NotPossible, match=r"under itself|under sig själv"):
        actions.move_cause(by=tree.police, cause=tree.c, under=getattr(tree, under))


def test_nothing_stands_under_a_cause_of_another_analysis(tree):
    other = make.CauseFactory(analysis__problem__collaboration=tree.here, analysis__problem__area=tree.west)
    with pytest.raises(NotPossible):
        actions.move_cause(by=tree.police, cause=tree.c, under=other)
    with pytest.raises(NotPossible):
        actions.add_cause(by=tree.police, analysis=tree.analysis, text="F", side="place", parent=other)


def test_taken_away_is_kept_and_what_stands_under_it_first(tree):
    with pytest.raises(NotPossible):
        actions.remove_cause(by=tree.police, cause=tree.c)
    actions.remove_cause(by=tree.police, cause=tree.d)
    actions.remove_cause(by=tree.police, cause=tree.c)
    assert outline(tree.analysis) == ["-A", "--B", "-E"]
    tree.d.refresh_from_db()
    assert tree.d.removed_by == tree.police
    with pytest.raises(NotPossible) as refusal:
        change(tree, tree.d, text="Åter")
    assert refusal.value.code == "removed"


def test_a_row_that_has_moved_on_is_not_overwritten(world):
    cause = world.cause()
    change(world, cause, text="Ingen har ansvar på kvällen")
    with pytest.raises(Conflict) as conflict:
        change(world, cause, text="Kommunen stänger belysningen")
    assert conflict.value.row.text == "Ingen har ansvar på kvällen"
    cause.refresh_from_db()
    assert cause.text == "Ingen har ansvar på kvällen"
    # Saying the same as what stands there is no conflict, and nothing to save.
    cause.row_version = 0
    assert change(world, cause).row_version == 1


def test_moving_a_cause_does_not_stop_whoever_writes_in_it(tree):
    actions.move_cause(by=tree.security_lead, cause=tree.d, under=None)
    assert change(tree, tree.d, text="D igen").parent is None


@pytest.mark.parametrize("text", ["Pelle 811218-9876 säljer", "ABC 12D står där"])
def test_no_cause_points_at_a_person(world, text):
    with pytest.raises(NotPossible):
        actions.add_cause(by=world.police, analysis=world.analysis, text=text, side="place", is_confirmed=True)
    cause = world.cause()
    with pytest.raises(NotPossible):
        change(world, cause, text=text, is_confirmed=True)
    assert not Cause.objects.filter(text=text).exists()


def test_what_may_be_a_name_is_confirmed_by_an_authority_and_refused_from_a_private_body(world):
    said = {"analysis": world.analysis, "text": "Anna Andersson bor vid torget", "side": "place"}
    with pytest.raises(NotPossible):
        actions.add_cause(by=world.police, **said)
    assert actions.add_cause(by=world.police, is_confirmed=True, **said).pk
    with pytest.raises(NotPossible):
        actions.add_cause(by=world.security_lead, is_confirmed=True, **said)


def test_every_change_is_counted_for_those_who_watch(world):
    cause = actions.add_cause(by=world.police, analysis=world.analysis, text="Mörkt", side="place")
    change(world, cause, text="Mörkt i passagen")
    evidence = make_evidence(world, cause)
    actions.remove_evidence(by=world.police, evidence=evidence, reason="Fel plats")
    world.analysis.refresh_from_db()
    assert world.analysis.change == 4


# --- What is known, and on what it rests ------------------------------------------------------------------------------


def make_evidence(world, cause, **values):
    said = {"kind": "dialogue", "direction": "for", "strength": 2, "organisation": world.police_authority}
    return actions.add_evidence(by=world.police, cause=cause, text="Fältarna ser det.", **{**said, **values})


def known(world, cause, to, reason=""):
    seen = CauseState(Cause.objects.get(pk=cause.pk).state)
    return actions.set_state(by=world.police, cause=cause, to=to, seen=seen, reason=reason)


def test_the_tables_speak_of_every_state():
    assert set(NEXT) == set(RESTS) == set(CauseState)
    assert all(to in set(CauseState) for steps in NEXT.values() for to in steps)


@pytest.mark.parametrize("to", [CauseState.SUPPORTED, CauseState.CONTRADICTED, CauseState.CONFIRMED])
@pytest.mark.parametrize("evidence", [{}, {"strength": 0}], ids=["none", "an assumption"])
def test_nothing_is_known_without_evidence(world, to, evidence):
    state = CauseState.SUPPORTED if to == CauseState.CONFIRMED else CauseState.HYPOTHESIS
    cause = world.cause(state=state)
    if evidence:
        world.evidence(cause, **evidence)
        world.evidence(cause, direction="against", **evidence)
    with pytest.raises(NotPossible):
        known(world, cause, to)


def test_a_cause_is_confirmed_step_by_step_and_each_step_is_remembered(world):
    cause = world.cause()
    make_evidence(world, cause)
    with pytest.raises(NotPossible):
        known(world, cause, CauseState.CONFIRMED)
    known(world, cause, CauseState.SUPPORTED)
    known(world, cause, CauseState.CONFIRMED, reason="Alla fyra ser det")
    moves = [(move.from_state, move.to_state, move.reason) for move in CauseMove.objects.filter(cause=cause)]
    assert moves == [("hypothesis", "supported", ""), ("supported", "confirmed", "Alla fyra ser det")]


def test_dismissing_says_why(world):
    cause = world.cause()
    with pytest.raises(NotPossible):
        known(world, cause, CauseState.DISMISSED)
    assert known(world, cause, CauseState.DISMISSED, reason="Går inte att påverka").state == CauseState.DISMISSED


def test_taking_the_last_evidence_away_moves_the_cause_back_and_says_so(world):
    cause = world.cause()
    first, second = make_evidence(world, cause), make_evidence(world, cause, strength=1)
    against = make_evidence(world, cause, direction="against")
    known(world, cause, CauseState.SUPPORTED)
    known(world, cause, CauseState.CONFIRMED)
    actions.remove_evidence(by=world.police, evidence=first, reason="Gällde en annan plats")
    cause.refresh_from_db()
    assert cause.state == CauseState.CONFIRMED
    actions.remove_evidence(by=world.security_lead, evidence=second, reason="Dubblett")
    cause.refresh_from_db()
    assert cause.state == CauseState.HYPOTHESIS
    last = CauseMove.objects.filter(cause=cause).last()
    assert (last.is_automatic, last.by, last.from_state) == (True, world.security_lead, "confirmed")
    assert Event.objects.filter(action="cause_moved_back").count() == 1
    assert {row.pk for row in queries.removed_evidence_of(cause)} == {first.pk, second.pk}
    assert [row.pk for row in queries.evidence_of(cause)] == [against.pk]


@pytest.mark.parametrize("changed", [{"direction": "against"}, {"strength": 0}])
def test_judging_the_last_evidence_anew_moves_it_back_as_well(world, changed):
    cause = world.cause()
    evidence = make_evidence(world, cause)
    known(world, cause, CauseState.SUPPORTED)
    said = {"direction": "for", "strength": 2, "text": evidence.text, "row_version": 0, **changed}
    actions.change_evidence(by=world.police, evidence=evidence, **said)
    cause.refresh_from_db()
    assert cause.state == CauseState.HYPOTHESIS


@pytest.mark.parametrize("state", list(CauseState))
def test_a_state_keeps_only_on_what_it_rests(state):
    assert state_without(state, Weight(1, 1)) == state
    rests = RESTS[state].direction is not None
    assert state_without(state, Weight(0, 0)) == (CauseState.HYPOTHESIS if rests else state)


def test_two_who_say_different_things_are_told(world):
    cause = world.cause()
    make_evidence(world, cause)
    make_evidence(world, cause, direction="against")
    known(world, cause, CauseState.SUPPORTED)
    with pytest.raises(Conflict):
        actions.set_state(by=world.security_lead, cause=cause, to=CauseState.CONTRADICTED, seen=CauseState.HYPOTHESIS)
    cause.refresh_from_db()
    assert cause.state == CauseState.SUPPORTED


def test_a_group_chooses_only_with_evidence_and_the_choice_outlives_it_with_a_warning(world):
    cause = world.cause()
    chosen = {"by": world.police, "cause": cause, "group": world.group}
    with pytest.raises(NotPossible):
        actions.choose_cause(reason="Går att påverka", **chosen)
    evidence = make_evidence(world, cause)
    with pytest.raises(NotPossible):
        actions.choose_cause(reason=" ", **chosen)
    with pytest.raises(NotAllowed):
        actions.choose_cause(reason="Går att påverka", **{**chosen, "by": world.security_lead})
    actions.choose_cause(reason="Går att påverka", **chosen)
    actions.remove_evidence(by=world.police, evidence=evidence, reason="Gällde en annan plats")
    cause.refresh_from_db()
    assert cause.is_chosen
    (node,) = queries.tree_of(world.analysis, with_evidence=True)
    assert node.cause.weigh_for == 0
    assert not actions.leave_cause(by=world.police, cause=cause).is_chosen


# --- Selections -------------------------------------------------------------------------------------------------------


def test_a_selection_keeps_the_numbers_of_the_day(world):
    cause = world.cause()
    address = "https://est.example/ekstad/reports/?category=SKA&view=map"
    evidence = make_evidence(world, cause, kind="selection", address=address)
    # What counts in West, whoever's: also what a partner shows as counts only, and nothing that waits or is elsewhere.
    assert evidence.selection == "category=SKA"
    assert evidence.figures == {"incidents": 4, "without_point": 0, "sensitive": 0}
    make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism)
    evidence.refresh_from_db()
    assert evidence.figures["incidents"] == 4


@pytest.mark.parametrize(
    "address",
    ["", "/ekstad/reports/", "?category=FINNSINTE", "?status=submitted", "?category=SKA&status=submitted",
     "?area=oster&category=SKA", "?mine=true"],
)  # fmt: skip
def test_what_is_no_selection_of_counted_reports_here_is_refused(world, address):
    with pytest.raises(NotPossible):
        make_evidence(world, world.cause(), kind="selection", address=address)


def test_one_brings_evidence_for_the_own_organisation_and_the_coordinator_for_all(world):
    cause = world.cause()
    with pytest.raises(NotAllowed):
        make_evidence(world, cause, organisation=world.housing)
    by = world.people["coordinator"]
    said = {"kind": "expert", "direction": "for", "strength": 1, "text": "Vi ser det.", "cause": cause}
    assert actions.add_evidence(by=by, organisation=world.housing, **said).organisation == world.housing
    with pytest.raises(NotAllowed):
        actions.add_evidence(by=by, organisation=world.foreign, **said)


def test_evidence_that_has_moved_on_is_not_overwritten(world):
    evidence = make_evidence(world, world.cause())
    said = {"direction": "for", "strength": 3, "row_version": 0}
    actions.change_evidence(by=world.police, evidence=evidence, text="Fältarna såg det två gånger.", **said)
    with pytest.raises(Conflict) as conflict:
        actions.change_evidence(by=world.security_lead, evidence=evidence, text="Mitt.", **said)
    assert conflict.value.row.text == "Fältarna såg det två gånger."
