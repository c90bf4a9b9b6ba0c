"""How long plans keep what was written on the way: texts go, what was decided or published stands as it stood."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone

from action_plans import retention
from action_plans.commitments import actions as commitments
from action_plans.measures.facts import missing_of
from action_plans.models import (
    Commitment,
    CommitmentMove,
    Dialogue,
    Goal,
    Measure,
    MethodCard,
    Plan,
    PlanVersion,
    Publication,
)
from action_plans.plans.content import content_of
from partners import retention as keeping
from partners.models import Purge
from tests import factories as make
from tests.action_plans.promises_cast import PromiseWorld

SAID = "Trasdocka"
# Long after everything below has been written and has ended.
LATER = timezone.localdate() + dt.timedelta(days=3000)
# Free texts that stay, and why.
_PRESERVED = "decided by a group and preserved: Archives Act (1990:782), section 3"
_HEADING = "the heading in lists, decisions and the log of its life"
_CODE = "a code of the platform's own"
_FUNCTION = "a function that has signed, never a name"
STAYS = {
    "Plan.title": _HEADING,
    "Plan.registry_number": "how it is found in the diary",
    "PlanVersion.content": _PRESERVED,
    "PlanVersion.reason": _PRESERVED,
    "PlanSignature.function": _FUNCTION,
    "Agreement.title": _PRESERVED,
    "Agreement.registry_number": "how it is found in the diary",
    "Agreement.outside_parties": "names of organisations",
    "Agreement.address": "where it is read",
    "Agreement.probable_causes": _PRESERVED,
    "Agreement.goals_agreed": _PRESERVED,
    "Agreement.documented_how": _PRESERVED,
    "Agreement.followed_up_how": _PRESERVED,
    "AgreementParty.function": _FUNCTION,
    "EvaluationPlan.selection": "the filters of a list, in its own spelling",
    "EvaluationPlan.facts": "numbers, names of areas and places, and codes of warnings",
    "Goal.selection": "the filters of a list, in its own spelling",
    "Measure.title": _HEADING,
    "Measure.technique": _CODE,
    "Measure.method": _CODE,
    "MeasureMove.overridden": "codes of gaps",
    "MethodCard.title": _HEADING,
    "MethodCard.technique": _CODE,
    "MethodCard.sides": _CODE,
    "MethodCard.controllers": _CODE,
    "MethodCard.sources": "published works, by title and address",
    "Dialogue.target_group": "who was asked, as a group",
    "Dialogue.themes": "what promises rest on, in a few words",
    "Promise.title_sv": _HEADING,
    "Promise.title_en": _HEADING,
    "Promise.registry_number": "how it is found in the diary",
    "PromiseSignatory.function": _FUNCTION,
    "Publication.content": "read by residents, and preserved",
}
# What holds copies of texts, and is blanked with them.
COPIES = {"CommitmentMove.line", "EvaluationChange.before"}


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr(keeping, "_kinds", {kind.code: kind for kind in retention.KINDS})
    return everything_written(PromiseWorld())


def everything_written(world):
    """A text wherever one can stand, one measure decided in a version, one promise published and one not."""
    world.decided = world.decidable(title="Byt armaturerna", description="Alla tolv.", mechanism="Det syns.")
    Measure.objects.filter(pk=world.decided.pk).update(state="ongoing")
    make.EvaluationPlanFactory(measure=world.decided)
    world.goal = make.GoalFactory(plan=world.plan, text="Minska antalet", agreed_at=timezone.now())
    make.PlanVersionFactory(plan=world.plan, number=1, content=content_of(world.plan), decided_by_group=world.group)
    world.draft = world.measure(title="Utkast", description=SAID, mechanism=SAID, indicator=SAID, funding=SAID)
    planned = make.EvaluationPlanFactory(measure=world.draft, indicator=SAID, decision_rule=SAID)
    make.EvaluationChangeFactory(evaluation_plan=planned, reason=SAID, before={"indicator": SAID})
    make.GoalFactory(plan=world.plan, text=SAID, indicator=SAID, unit=SAID, source=SAID)
    for measure in (world.decided, world.draft):
        make.MeasureMoveFactory(measure=measure, reason=SAID)
        make.FollowUpNoteFactory(measure=measure, text=SAID)
    world.undecided_plan = make.PlanFactory(collaboration=world.here, area=world.west, purpose=SAID)
    # A part of a decided measure, once asked in other words; a request that stands alone, declined.
    world.lead = Commitment.objects.get(measure=world.decided)
    Commitment.objects.filter(pk=world.lead.pk).update(owner_says=SAID, asker_says=SAID)
    line = {"state": "asked", "text": SAID, "answer": "", "due_on": None, "owner_says": SAID, "asker_says": ""}
    make.CommitmentMoveFactory(commitment=world.lead, line=line)
    world.alone = commitments.make_request(
        by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing, text=SAID,
        due_on=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    commitments.decline(by=world.security_lead, commitment=world.alone, reason=SAID)
    make.DialogueFactory(area=world.west, protocol=SAID, themes="Belysning")
    make.MethodCardFactory(
        collaboration=world.here, removed_at=timezone.now(),
        **dict.fromkeys(("what", "evidence", "mechanism", "moderators", "implementation", "economy"), SAID),
    )  # fmt: skip
    make.MethodCardFactory(collaboration=world.here, what="Används än.")
    unpublished = world.new_draft(world.west, problem_sv=SAID, problem_en=SAID)
    unpublished.items.update(text_sv=SAID, text_en=SAID, amount_sv=SAID, amount_en=SAID)
    make.PromiseItemMeasureFactory(item=unpublished.items.get(), measure=world.ongoing, done_sv=SAID, done_en=SAID)
    make.PromiseFollowUpFactory(promise=unpublished, text_sv=SAID, text_en=SAID)
    world.published()
    return world


def run(world, today=LATER):
    return keeping.purge_collaboration(world.here, today=today)


def number_said():
    """In how many columns of the room's tables the text stands."""
    found = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'action_plans_%'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} AS t WHERE t::text LIKE %s", [f"%{SAID}%"])
            found += sum(str(row).count(SAID) for row in cursor.fetchall())
    return found


def test_every_free_text_goes_or_is_listed_with_why_it_stays():
    going = {f"{texts.model.__name__}.{name}" for texts in retention.WRITTEN for name in texts.fields}
    models_here = [one for one in Plan._meta.apps.get_models() if one._meta.app_label == "action_plans"]
    written = {
        f"{model.__name__}.{field.name}"
        for model in models_here
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
    }
    assert going | set(STAYS) | COPIES == written
    assert not (going | COPIES) & set(STAYS)


def test_what_was_written_on_the_way_goes_and_what_was_decided_or_published_stands(world):
    preserved = (PlanVersion, Publication)
    before = {model: list(model.objects.order_by("pk").values()) for model in preserved}
    content = content_of(world.plan)
    states = list(Commitment.objects.order_by("pk").values_list("state", "due_on", "answered_at"))
    for texts in retention.WRITTEN:
        for name in texts.fields:
            assert texts.left().filter(**{name: SAID}).exists(), f"{texts.model.__name__}.{name}"
    run(world)
    assert number_said() == 0
    assert content_of(world.plan) == content
    assert {model: list(model.objects.order_by("pk").values()) for model in preserved} == before
    assert list(Commitment.objects.order_by("pk").values_list("state", "due_on", "answered_at")) == states
    world.alone.refresh_from_db()
    world.lead.refresh_from_db()
    assert (world.alone.text, world.alone.answer) == (retention.GONE,) * 2
    assert (world.lead.text, world.lead.owner_says) == ("Byta armaturerna på torget.", retention.GONE)
    lines = [move.line for move in CommitmentMove.objects.filter(commitment=world.lead)]
    assert {line["text"] for line in lines} == {world.lead.text, retention.GONE}
    assert all(line["state"] for line in lines)
    assert Dialogue.objects.get().themes == "Belysning"
    assert MethodCard.objects.get(removed_at=None).what == "Används än."
    assert Goal.objects.get(pk=world.goal.pk).text == "Minska antalet"
    again = run(world)
    assert Purge.objects.get(run=again, kind="").number == 0


def test_the_pages_are_read_afterwards_and_say_nothing_of_it(world, client):
    run(world)
    client.force_login(world.officer)
    slug, plan = world.here.slug, world.plan.number
    for name, args in (
        ("plan", [plan]), ("plan_version", [plan, 1]), ("measure_detail", [world.draft.pk]),
        ("commitment_detail", [world.alone.number]), ("dialogue_list", []),
    ):  # fmt: skip
        answer = client.get(reverse(name, args=[slug, *args]))
        assert answer.status_code == 200, name
        assert SAID not in answer.content.decode(errors="ignore"), name


def test_nothing_is_decided_on_words_that_are_gone(world):
    measure = Measure.objects.get(pk=world.draft.pk)
    before = {gap.code for gap in missing_of(measure)}
    run(world)
    measure.refresh_from_db()
    assert (measure.mechanism, measure.indicator) == (retention.GONE, retention.GONE)
    assert {gap.code for gap in missing_of(measure)} == before | {"mechanism", "indicator"}


def test_what_somebody_worked_with_lately_waits_and_so_does_a_plan_that_runs(world):
    before = number_said()
    # All was written today, and the plan has ended by then.
    run(world, today=timezone.localdate() + dt.timedelta(days=1000))
    assert number_said() == before
    run(world, today=timezone.localdate() + dt.timedelta(days=1100))
    assert number_said() == before - 1, "the dialogue alone, after three years"
    # Nobody does anything any more, but the plan goes on.
    Plan.objects.filter(pk=world.plan.pk).update(last_day=LATER)
    run(world)
    world.draft.refresh_from_db()
    world.lead.refresh_from_db()
    assert (world.draft.description, world.lead.owner_says) == (SAID, SAID)


@pytest.mark.parametrize("scope", ["area", "problem", "days"])
def test_a_hold_keeps_it(world, scope):
    today = timezone.localdate()
    subject = {"problem": str(world.problem.pk), "area": str(world.town.pk), "days": ""}[scope]
    days = {"first_day": today - dt.timedelta(days=9000), "last_day": LATER} if scope == "days" else {}
    make.LegalHoldFactory(
        collaboration=world.here, scope=scope, subject_id=subject, ends_on=LATER + dt.timedelta(days=9),
        **{"first_day": None, "last_day": None, **days},
    )  # fmt: skip
    before = number_said()
    run(world)
    world.draft.refresh_from_db()
    world.lead.refresh_from_db()
    assert (world.draft.description, world.lead.owner_says) == (SAID, SAID)
    if scope == "days":
        assert number_said() == before
