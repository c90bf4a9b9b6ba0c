"""How long problems and analyses keep what was written: texts go, also adopted ones, and everything else stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cause_analysis import retention
from cause_analysis.causes import actions
from cause_analysis.models import Cause, CauseAnalysis, Evidence, Problem, RoundProblem, Score, State
from cause_analysis.problems.actions import write_answer
from partners import retention as keeping
from partners.models import LegalHold, Purge
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld
from tests.world import PEOPLE

SAID = "Trasdocka"
# Long after everything below has been written.
LATER = timezone.localdate() + dt.timedelta(days=2000)

# Free texts that stay, and why.
STAYS = {
    "Problem.title": "the heading in lists, decisions and the log of the problem's life",
    "Problem.selection": "the filters of a list, in its own spelling",
    "Evidence.selection": "the filters of a list, in its own spelling",
    "GuidedAnswer.question": "a question's code",
    "KnowledgeGap.question": "a question's code",
}


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr(keeping, "_kinds", {"problem_texts": retention.KINDS[0]})
    return everything_written(AnalysisWorld())


def everything_written(world):
    """A problem with a text wherever one can stand, one version of its analysis adopted and one worked on."""
    Problem.objects.filter(pk=world.problem.pk).update(**dict.fromkeys(retention.QUESTIONS, SAID))
    world.problem.refresh_from_db()
    make.PartnerViewFactory(problem=world.problem, organisation=world.police_authority, text=SAID)
    make.ProblemMoveFactory(problem=world.problem, reason=SAID)
    round_ = make.PrioritisationRoundFactory(
        group=world.group, status="decided", shown_at=timezone.now(), collaboration=world.here
    )
    world.row = make.RoundProblemFactory(
        round=round_, problem=world.problem, decision="first", reason=SAID, decided_at=timezone.now()
    )
    make.ScoreFactory(round_problem=world.row, seat=world.seat, value=3, reason=SAID)
    world.top = world.cause(SAID, chosen_at=timezone.now(), chosen_by_group=world.group, chosen_reason=SAID)
    make.CauseMoveFactory(cause=world.top, reason=SAID)
    world.proof = world.evidence(world.top, text=SAID, seen={"feature": "x", "kind": "lighting", "state": "good",
                                 "note": SAID, "day": "2026-11-01"})  # fmt: skip
    world.evidence(world.top, text=SAID, removed_at=timezone.now(), removed_reason=SAID)
    make.PredictionFactory(cause=world.top, organisation=world.police_authority, text=SAID)
    make.GuidedAnswerFactory(analysis=world.analysis, text=SAID)
    make.KnowledgeGapFactory(analysis=world.analysis, text=SAID, answer=SAID)
    make.EventChainLinkFactory(analysis=world.analysis, text=SAID)
    make.CoachCommentFactory(
        analysis=world.analysis, text=SAID, outcome="answered", answer=SAID, settled_at=timezone.now()
    )
    for name in retention.METHOD:
        setattr(world.analysis, name, SAID)
    world.analysis.save()
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    world.problem.refresh_from_db()
    actions.begin_analysis(by=world.police, problem=world.problem)
    return world


def run(world, today=LATER):
    return keeping.purge_collaboration(world.here, today=today)


def number_said():
    """In how many columns of the room's tables the text stands."""
    found = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'cause_analysis_%'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} AS t WHERE t::text LIKE %s", [f"%{SAID}%"])
            found += sum(str(value).count(SAID) for (row,) in cursor.fetchall() for value in [row])
    return found


def test_every_free_text_goes_or_is_listed_with_why_it_stays():
    going = {f"{model.__name__}.{name}" for model, _path, names in retention.WRITTEN for name in names}
    models_here = [model for model in Problem._meta.apps.get_models() if model._meta.app_label == "cause_analysis"]
    written = {
        f"{model.__name__}.{field.name}"
        for model in models_here
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }
    assert going | set(STAYS) == written
    assert not going & set(STAYS)


def test_texts_go_from_every_version_and_the_rest_stays(world):
    tables = (Cause, Evidence, CauseAnalysis, Score, RoundProblem)
    before = {model: list(model.objects.order_by("pk").values()) for model in tables}
    assert number_said() > 40
    run(world)
    assert number_said() == 0
    world.top.refresh_from_db()
    world.proof.refresh_from_db()
    assert (world.top.text, world.top.chosen_reason, world.proof.text) == (retention.GONE,) * 3
    assert world.proof.seen == {"feature": "x", "kind": "lighting", "state": "good", "note": retention.GONE,
                                "day": "2026-11-01"}  # fmt: skip
    going = {(model, name) for model, _path, names in retention.WRITTEN for name in names}
    going |= {(Evidence, "seen"), (CauseAnalysis, "definition")}
    for model, rows in before.items():
        left = list(model.objects.order_by("pk").values())
        for was, is_now in zip(rows, left, strict=True):
            assert {name for name in was if was[name] != is_now[name]} <= {name for of, name in going if of is model}
    definition = CauseAnalysis.objects.get(pk=world.analysis.pk).definition
    assert definition["title"] == world.problem.title
    assert set(definition["answers"].values()) == {retention.GONE}
    assert [view["text"] for view in definition["views"]] == [retention.GONE]
    assert Purge.objects.get(kind="problem_texts").number == 1


def test_what_was_worked_with_lately_stays_also_when_it_was_made_long_ago(world):
    old = timezone.now() - dt.timedelta(days=4000)
    Problem.objects.filter(pk=world.problem.pk).update(written_at=old, created_at=old)
    before = number_said()
    run(world, today=timezone.localdate() + dt.timedelta(days=1800))
    assert number_said() == before


def test_a_second_run_finds_nothing_and_what_is_written_afterwards_waits_for_its_own_time(world):
    run(world)
    again = run(world)
    assert Purge.objects.get(run=again, kind="").number == 0
    # The purge is years ahead of the clock in this test: as if it had been done yesterday.
    Problem.objects.update(texts_purged_at=timezone.now() - dt.timedelta(days=1))
    world.problem.refresh_from_db()
    write_answer(by=world.police, problem=world.problem, name="harmed", text="Boende", row_version=0)
    assert run(world, today=timezone.localdate() + dt.timedelta(days=1800))
    assert Problem.objects.get().harmed == "Boende"
    run(world)
    assert Problem.objects.get().harmed == retention.GONE


def test_a_run_that_is_cut_off_goes_on(world, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH_SIZE", 1)
    more = [
        make.ProblemFactory(collaboration=world.here, area=world.east, number=50 + n, harmed=SAID) for n in range(2)
    ]
    kind, done = retention.KINDS[0], []

    def dies_in_the_second(collaboration, ids):
        kind.purge(collaboration, ids)
        done.append(ids)
        if len(done) == 2:
            raise KeyboardInterrupt

    monkeypatch.setitem(keeping._kinds, "problem_texts", replace(kind, purge=dies_in_the_second))
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert number_said() == len(more), "the batch that was under way is as it was"
    monkeypatch.setitem(keeping._kinds, "problem_texts", kind)
    run(world)
    assert number_said() == 0
    assert [proof.number for proof in Purge.objects.filter(kind="problem_texts").order_by("at", "pk")] == [1, 1, 1]


@pytest.mark.parametrize("scope", ["problem", "area", "days"])
def test_a_hold_keeps_it(world, scope):
    today = timezone.localdate()
    subject = {"problem": str(world.problem.pk), "area": str(world.town.pk), "days": ""}[scope]
    days = {"first_day": today, "last_day": today} if scope == "days" else {"first_day": None, "last_day": None}
    hold = make.LegalHoldFactory(
        collaboration=world.here, scope=scope, subject_id=subject, ends_on=LATER + dt.timedelta(days=9), **days
    )
    before = number_said()
    run(world)
    assert number_said() == before
    assert Purge.objects.get(kind="").held == 1
    hold.delete()
    run(world)
    assert number_said() == 0


def test_a_problem_is_held_by_its_number(world):
    scope = next(one for one in keeping.scopes() if one.code == "problem")
    assert scope.find(world.here, f"p-{world.problem.number}") == (str(world.problem.pk), str(world.problem))
    assert scope.find(world.elsewhere, str(world.problem)) is None
    assert scope.find(world.here, f"H-{world.problem.number}") is None


def test_whoever_keeps_the_rules_holds_a_problem_on_the_page(world, client):
    client.force_login(world.people["data_protection"])
    ends_on = timezone.localdate() + dt.timedelta(days=90)
    said = {"about": "problem", "reference": "P-999", "reason": "Begäran 2026:14", "ends_on": ends_on.isoformat()}
    address = reverse("hold_new", args=[world.here.slug])
    assert "rapportens eller problemets sida" in client.post(address, said).content.decode()
    assert not LegalHold.objects.exists()
    answer = client.post(address, {**said, "reference": str(world.problem)}, follow=True)
    hold = LegalHold.objects.get()
    assert (hold.scope, hold.subject_id, hold.subject_label) == ("problem", str(world.problem.pk), str(world.problem))
    assert str(world.problem) in answer.content.decode()
    assert world.problem.title not in answer.content.decode()


def through_the_door(world, change):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('cause_analysis.purging', 'on', true)")
        change()


@pytest.mark.parametrize(
    "changes",
    [{"text": "Annat"}, {"text": retention.GONE, "state": "confirmed"}, {"removed_at": timezone.now()}],
    ids=["another text", "more than the text", "no text"],
)
def test_the_door_lets_nothing_but_gone_texts_through(world, changes):
    rows = Cause.objects.filter(pk=world.top.pk)
    with pytest.raises(DatabaseError, match="never changes"):
        through_the_door(world, lambda: rows.update(**changes))
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        rows.update(text=retention.GONE)
    through_the_door(world, lambda: rows.update(text=retention.GONE))
    with pytest.raises(DatabaseError, match="never changes"):
        through_the_door(
            world, lambda: CauseAnalysis.objects.filter(pk=world.analysis.pk).update(definition={"a": "b"})
        )


def pages_of(world):
    slug, number = world.here.slug, world.problem.number
    names = ("problem", "problem_define", "analysis", "analysis_tree", "analysis_fishbone", "analysis_questions",
             "analysis_chain", "analysis_comments")  # fmt: skip
    return [
        *(reverse(name, args=[slug, number]) for name in names),
        f"{reverse('analysis', args=[slug, number])}?version=1&cause={world.top.pk}",
        reverse("prioritisation", args=[slug, world.row.round_id]),
    ]


def test_ten_personas_see_nothing_of_it_afterwards(world):
    def seen_by(name):
        client = Client()
        client.force_login(world.people[name])
        answers = [client.get(address) for address in pages_of(world)]
        return [(answer.status_code, SAID in answer.content.decode()) for answer in answers]

    assert all(seen for _status, seen in seen_by("coordinator")), "before, every page says it"
    run(world)
    after = {name: seen_by(name) for name in PEOPLE}
    assert all(status == 200 for status, _seen in after["coordinator"])
    assert not any(seen for rows in after.values() for _status, seen in rows)
    client = Client()
    client.force_login(world.people["coordinator"])
    assert "Texterna gallrades" in client.get(pages_of(world)[0]).content.decode()
    assert "Texterna gallrades" in client.get(pages_of(world)[2]).content.decode()


def test_a_problem_whose_texts_are_gone_can_be_worked_with_again(world):
    run(world)
    world.problem.refresh_from_db()
    assert world.problem.state == State.ANALYSED
    running = CauseAnalysis.objects.running().get()
    cause = actions.add_cause(by=world.police, analysis=running, text="Ny orsak", side="place")
    assert cause.text == "Ny orsak"
