"""What a plan agrees to: written whole, frozen, and compared."""

from __future__ import annotations

import copy
import datetime as dt
import json
import time

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from action_plans.commitments import actions as commitments
from action_plans.measures import actions as measures
from action_plans.models import Goal, Measure, PlanSignature, PlanVersion
from action_plans.plans.changes import groups
from action_plans.plans.content import content_of, now_of, working_content
from action_plans.plans.deciding import Signature, decide_plan, sign_version
from action_plans.plans.diff import applied, differences, items_of, marked
from action_plans.plans.protecting import content_for, version_for
from common.errors import NotAllowed, NotPossible
from situational_picture.protecting import PROTECTED
from tests import factories as make
from tests.action_plans.cast import PlanWorld

pytestmark = pytest.mark.django_db

DAY = dt.date(2025, 3, 3)


@pytest.fixture
def world(db):
    return DecidableWorld()


class DecidableWorld(PlanWorld):
    """A plan with a goal that is agreed on and a decided measure with a place and a hole."""

    def __init__(self) -> None:
        super().__init__()
        self.goal = make.GoalFactory(
            plan=self.plan, problem=self.problem, organisation=self.municipality, agreed_at="2026-02-02T10:00Z"
        )
        self.decided = self.decidable(title="Bättre ljus på torget", cost_sek=90_000, hours=40)
        measures.choose_goals(by=self.officer, measure=self.decided, goals=[self.goal])
        measures.choose_places(by=self.officer, measure=self.decided, places=[self.square])
        make.EvaluationPlaceFactory(evaluation_plan__measure=self.decided, place=self.square)
        self.hole = self.part(self.decided, self.police_authority, text="Vara på torget på kvällarna.")
        commitments.ask(by=self.officer, commitment=self.hole)
        measures.decide(by=self.police, measure=self.decided, group=self.group)

    def decide(self, **values):
        values = {"by": self.police, "plan": self.plan, "group": self.group, "decided_on": DAY, **values}
        return decide_plan(**values)


def test_everything_agreed_is_written_as_plain_json(world):
    content = content_of(world.plan)
    assert json.loads(json.dumps(content, cls=DjangoJSONEncoder)) == content
    (measure,) = content["measures"]
    assert (measure["number"], measure["title"], measure["cost_sek"]) == (
        world.decided.number, "Bättre ljus på torget", 90_000,
    )  # fmt: skip
    assert content["causes"] == [
        {"number": 1, "key": world.chosen.pk, "text": world.chosen.text, "problem": str(world.problem)}
    ]
    assert (measure["causes"], measure["goals"]) == ([1], [world.goal.number])
    assert [place["name"] for place in measure["places"]] == [world.square.name]
    assert [(part["is_lead"], part["organisation"], part["answer"]["code"]) for part in measure["parts"]] == [
        (True, world.housing.name, "accepted"),
        (False, world.police_authority.name, "asked"),
    ]
    assert measure["parts"][0]["function"] == world.security_lead.function
    assert content["plan"]["area"] == world.west.name


def test_no_name_of_a_person_is_written(world):
    world.security_lead.full_name = "Någon Namnsson"
    world.security_lead.save()
    assert "Namnsson" not in json.dumps(content_of(world.plan), ensure_ascii=False)


def test_drafts_and_proposals_are_left_out_and_named(world):
    draft = world.measure(title="Ett utkast")
    proposed = world.measure(title="Ett förslag")
    measures.propose(by=world.officer, measure=proposed)
    loose = make.GoalFactory(plan=world.plan)
    content = content_of(world.plan)
    assert [row["number"] for row in content["measures"]] == [world.decided.number]
    assert content["left_out"] == {"measures": sorted([draft.number, proposed.number]), "goals": [loose.number]}
    whole = working_content(world.plan)
    assert {row["title"]: row["state"] for row in whole["measures"]} == {
        "Bättre ljus på torget": "decided", "Ett utkast": "draft", "Ett förslag": "proposed",
    }  # fmt: skip
    assert {row["number"]: row["is_agreed"] for row in whole["goals"]} == {world.goal.number: True, loose.number: False}


def test_a_cause_keeps_its_key_in_a_later_analysis(world):
    before = content_of(world.plan)["causes"]
    later = make.CauseAnalysisFactory(problem=world.problem, version=2)
    copied = make.CauseFactory(analysis=later, text=world.chosen.text, copied_from=world.chosen)
    world.decided.measure_causes.update(cause=copied)
    assert content_of(world.plan)["causes"] == before


def test_many_measures_take_as_many_questions_as_one(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as few:
        content_of(world.plan)
    for _n in range(30):
        row = make.MeasureFactory(plan=world.plan, problem=world.problem, state="decided")
        make.MeasureCauseFactory(measure=row, cause=world.chosen)
        make.MeasurePlaceFactory(measure=row, place=world.square)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(content_of(world.plan)["measures"]) == 31


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_an_empty_plan_says_all_it_lacks(world):
    empty = make.PlanFactory(collaboration=world.here, area=world.west)
    with pytest.raises(NotPossible) as refused:
        world.decide(plan=empty, decided_on=dt.date(2999, 1, 1))
    assert len(refused.value.messages) == 3
    assert not PlanVersion.objects.exists()


def test_a_version_holds_what_was_agreed_and_who_signed(world):
    version = world.decide(
        signatures=[Signature("polisområdeschef", world.police_authority, DAY)],
    )
    assert (version.number, version.content) == (1, content_of(world.plan))
    signed = version.signatures.get()
    assert (signed.function, signed.organisation) == ("polisområdeschef", world.police_authority)


def test_only_whoever_decides_for_the_group_decides(world):
    with pytest.raises(NotAllowed):
        world.decide(by=world.security_lead)
    elsewhere = make.GroupFactory()
    with pytest.raises(NotPossible):
        world.decide(group=elsewhere)
    assert not PlanVersion.objects.exists()


def test_what_is_unchanged_is_not_decided_again_and_a_change_says_why(world):
    world.decide()
    with pytest.raises(NotPossible) as refused:
        world.decide(reason="Igen.")
    assert len(refused.value.messages) == 1
    world.decided.refresh_from_db()
    measures.change_measure(by=world.officer, measure=world.decided, row_version=world.decided.row_version, hours=80)
    with pytest.raises(NotPossible) as refused:
        world.decide()
    assert "reason" in refused.value.message_dict
    assert world.decide(reason="Det tar längre tid.").number == 2


def test_where_a_measure_stands_and_what_was_seen_make_no_draft(world):
    version = world.decide()
    measures.run(by=world.security_lead, measure=world.decided, to="ongoing")
    make.FollowUpNoteFactory(measure=world.decided, organisation=world.housing)
    measures.run(by=world.security_lead, measure=world.decided, to="carried_out")
    lead = world.decided.parts.get(is_lead=True)
    commitments.report(by=world.security_lead, commitment=lead, is_kept=True)
    assert differences(version.content, content_of(world.plan)) == []
    now = now_of(world.plan)[world.decided.number]
    assert (now["state"], now["carried_out"]) == ("carried_out", "partly")


def test_an_accepted_hole_is_a_change(world):
    version = world.decide()
    commitments.accept(by=world.police, commitment=world.hole)
    changes = differences(version.content, content_of(world.plan))
    assert {(change.kind, change.field) for change in changes} == {("part", "answer"), ("part", "function")}


def test_a_version_stands_when_everything_is_renamed_or_gone(world):
    version = world.decide()
    kept = copy.deepcopy(version.content)
    for row in (world.square, world.housing, world.municipality, world.west, world.here, world.police_authority):
        type(row).objects.filter(pk=row.pk).update(name=f"Annat {row.pk}")
    type(world.problem).objects.filter(pk=world.problem.pk).update(title="Ett annat namn")
    world.decided.measure_causes.all().delete()
    world.decided.measure_places.all().delete()
    Goal.objects.filter(pk=world.goal.pk).update(text="Ett annat mål")
    Measure.objects.filter(pk=world.decided.pk).update(title="Annat", mechanism="Annat")
    world.security_lead.function = "något annat"
    world.security_lead.save()
    assert PlanVersion.objects.get(pk=version.pk).content == kept


@pytest.mark.parametrize(
    "change", [{"content": {}}, {"number": 9}, {"reason": "Annat"}, {"decided_on": dt.date(2025, 4, 1)}]
)
def test_the_database_refuses_to_change_a_version(world, change):
    version = world.decide()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).delete()


def test_a_signature_comes_later_too_and_only_once(world):
    version = world.decide()
    signature = Signature("förbundschef", world.housing, DAY)
    with pytest.raises(NotAllowed):
        sign_version(by=world.police, version=version, signature=signature)
    sign_version(by=world.security_lead, version=version, signature=signature)
    with pytest.raises(NotPossible):
        sign_version(by=world.security_lead, version=version, signature=signature)
    assert PlanSignature.objects.filter(version=version).count() == 1
    with pytest.raises(NotPossible):
        sign_version(
            by=world.security_lead, version=version, signature=Signature("vd", world.housing, dt.date(2025, 1, 1))
        )


# --- Differences ------------------------------------------------------------------------------------------------------

words = st.text(alphabet="abc åäö\n", max_size=12)
days = st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)).map(str)
numbers = st.none() | st.integers(0, 9)
choices = st.none() | st.sampled_from([{"code": "a", "word": "A"}, {"code": "b", "word": "B"}])
parts = st.builds(
    lambda number, text, lead, due: {
        "number": number, "is_lead": lead, "organisation": "Bolaget", "function": "", "asked_by": "Kommunen",
        "text": text, "due_on": due, "answer": {"code": "asked", "word": "tillfrågad"},
    },
    st.integers(1, 4), words, st.booleans(), days,
)  # fmt: skip


def unique(rows):
    return list({row["number"]: row for row in rows}.values())


@st.composite
def contents(draw):
    causes = [
        {"number": number, "key": key, "text": draw(words), "problem": "P-1"}
        for number, key in enumerate(draw(st.lists(st.integers(1, 5), unique=True, max_size=3)), start=1)
    ]
    goals = [
        {"number": number, "text": draw(words), "baseline": {"value": draw(numbers), "from": draw(days)}}
        for number in draw(st.lists(st.integers(1, 4), unique=True, max_size=3))
    ]
    rows = [
        {
            "number": number, "title": draw(words), "due_on": draw(days), "level": draw(choices),
            "hours": draw(numbers),
            "causes": draw(st.lists(st.sampled_from([c["number"] for c in causes]), unique=True)) if causes else [],
            "parts": unique(draw(st.lists(parts, max_size=3))),
        }
        for number in draw(st.lists(st.integers(1, 6), unique=True, max_size=4))
    ]  # fmt: skip
    return {
        "schema": 1,
        "plan": {"title": draw(words), "hours_available": draw(numbers)},
        "agreement": draw(st.none() | st.just({"title": "Ö", "parties": []})),
        "problems": [{"code": "P-1", "title": draw(words)}],
        "causes": causes,
        "goals": goals,
        "measures": rows,
        "left_out": {"measures": [], "goals": []},
    }


@given(before=contents(), after=contents())
def test_applying_the_differences_gives_the_other(before, after):
    changes = differences(before, after)
    assert applied(items_of(before), changes) == items_of(after)
    assert (changes == []) == (items_of(before) == items_of(after))


@given(content=contents())
def test_equal_contents_do_not_differ(content):
    assert differences(content, copy.deepcopy(content)) == []


@given(before=words, after=words)
def test_marked_words_hold_both_texts(before, after):
    pieces = marked(before, after)
    assert "".join(text for how, text in pieces if how != "new") == before
    assert "".join(text for how, text in pieces if how != "gone") == after


def test_a_text_that_repeats_itself_is_compared_at_once():
    before, after = "a " * 1000, "b a " * 500
    began = time.process_time()
    assert [how for how, _words in marked(before, after)] == ["gone", "new", "same"]
    # Word for word it takes half a minute.
    assert time.process_time() - began < 2


# --- Numbers ----------------------------------------------------------------------------------------------------------


def test_counted_baselines_are_told_whole_to_the_circle_alone(world):
    Goal.objects.filter(pk=world.goal.pk).update(measured="reports", baseline=3, baseline_lower=1, baseline_upper=9)
    content = content_of(world.plan)
    (own,) = content_for(world.officer, world.plan, content)["goals"]
    assert own["baseline"]["value"] == 3
    (council,) = content_for(world.people["council"], world.plan, content)["goals"]
    assert council["baseline"]["value"] == PROTECTED
    assert council["baseline"]["lower"] is None
    version = world.decide()
    (reporter,) = version_for(world.people["reporter"], version)["goals"]
    assert reporter["baseline"]["value"] == PROTECTED
    Goal.objects.filter(pk=world.goal.pk).update(baseline=300)
    large = content_of(world.plan)
    told = content_for(world.people["council"], world.plan, large)["goals"][0]["baseline"]
    assert (told["value"], told["at_least"]) == (PROTECTED, 300)
    told = content_for(world.people["reporter"], world.plan, large)["goals"][0]["baseline"]
    assert (told["value"], told["at_least"]) == (PROTECTED, 0)


def test_a_baseline_that_has_become_a_protected_count_is_told_as_that_in_words(world):
    Goal.objects.filter(pk=world.goal.pk).update(measured="entered", baseline=41.5)
    before = content_of(world.plan)
    Goal.objects.filter(pk=world.goal.pk).update(measured="reports", baseline=3)
    after = content_for(world.people["council"], world.plan, content_of(world.plan))
    with translation.override("sv"):
        (group,) = groups(differences(before, after), before, after)
    (row,) = [row for row in group["rows"] if row["sentence"] == "Utgångsvärde"]
    assert (row["was"], row["now"]) == ("41,5", "skyddat")
