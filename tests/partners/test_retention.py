"""How long things are kept: rules within the law, holds, runs in batches with their proofs, and the pages on them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from audit.actions import broken_seals, record, seal_days_before
from audit.models import DaySeal, Event
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident, Status
from partners import actions, retention, retention_actions, tasks
from partners.models import LegalHold, Purge, RetentionRule, User
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once
from tests.world import World

NOON = dt.time(12)


def days_ago(days):
    return timezone.localtime() - dt.timedelta(days=days)


def old_reports(world, count, *, days=400, text="Krossad ruta.", **values):
    """Approved reports of long ago, with a text, that also came in long ago."""
    rows = make.IncidentFactory.create_batch(
        count,
        organisation=world.housing,
        area=world.west,
        category=world.vandalism,
        description=text,
        at=days_ago(days),
        **values,
    )
    Incident.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=days_ago(days))
    return rows


def run(world, **kwargs):
    return retention.purge_collaboration(world.here, today=timezone.localdate(), **kwargs)


def proofs(kind):
    return list(Purge.objects.filter(kind=kind).order_by("at", "pk"))


def texts():
    return Incident.objects.exclude(description="").filter(
        occurred_on__lt=timezone.localdate() - dt.timedelta(days=365)
    )


# --- A run ------------------------------------------------------------------------------------------------------------


def test_what_the_dry_run_says_is_what_the_run_does(world):
    rows = old_reports(world, 3)
    told = {due.kind.code: due for due in retention.look(world.here, timezone.localdate())}
    assert (told["texts"].number, told["texts"].first_day) == (3, rows[0].occurred_on)
    assert texts().count() == 3, "looking changes nothing"
    run(world)
    assert texts().count() == 0
    assert [proof.number for proof in proofs("texts")] == [3]
    assert sum(due.number for due in retention.look(world.here, timezone.localdate())) == 0


def test_what_is_young_stays(world):
    old_reports(world, 1, days=364)
    run(world)
    assert Incident.objects.filter(description="Krossad ruta.").count() == 2
    assert proofs("texts") == []


def test_the_proof_says_how_many_from_when_and_for_which_rows(world, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    rows = old_reports(world, 3)
    number = run(world)
    first, second = proofs("texts")
    ids = [row.pk for row in rows]
    assert (first.number, second.number, first.run) == (2, 1, number)
    assert second.hash == retention.hash_of("texts", [ids[:2], ids[2:]])
    assert second.hash != retention.hash_of("texts", [ids[:2], [ids[2] + 1]])
    assert (first.first_day, first.last_day) == (rows[0].occurred_on, rows[0].occurred_on)
    assert first.before == timezone.localdate() - dt.timedelta(days=365)
    event = Event.objects.get(action="purged")
    assert (event.details["number"], event.details["hash"]) == (3, second.hash)
    assert "Krossad" not in str(Event.objects.values())


@pytest.mark.parametrize("statement", ["UPDATE partners_purge SET number = 0", "DELETE FROM partners_purge"])
def test_nobody_changes_a_proof(db, statement):
    make.PurgeFactory()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Purge.objects.get().number == 3


def test_a_second_run_finds_nothing(world):
    old_reports(world, 3)
    run(world)
    again = run(world)
    assert not Purge.objects.filter(run=again).exclude(kind="").exists()
    assert Purge.objects.get(run=again, kind="").number == 0


def test_a_run_that_is_cut_off_keeps_what_it_did_and_the_next_goes_on(world, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    old_reports(world, 5)
    kind = retention.kind_named("texts")
    done = []

    def dies_in_the_second(collaboration, ids):
        kind.purge(collaboration, ids)
        done.append(ids)
        if len(done) == 2:
            raise KeyboardInterrupt

    monkeypatch.setitem(retention._kinds, "texts", replace(kind, purge=dies_in_the_second))
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert texts().count() == 3, "the batch that was under way is as it was"
    assert [proof.number for proof in proofs("texts")] == [2]
    monkeypatch.setitem(retention._kinds, "texts", kind)
    run(world)
    assert texts().count() == 0
    assert sum(proof.number for proof in proofs("texts")) == 5


def test_one_kind_that_cannot_does_not_keep_the_others(world, monkeypatch):
    old_reports(world, 1)
    make.IncidentFactory(organisation=world.housing, status=Status.DRAFT)
    Incident.objects.filter(status=Status.DRAFT).update(created_at=days_ago(40))

    def cannot(collaboration, ids):
        raise ValueError("no")

    kind = retention.kind_named("drafts")
    monkeypatch.setitem(retention._kinds, "drafts", replace(kind, purge=cannot))
    with pytest.raises(ValueError, match="no"):
        run(world)
    assert texts().count() == 0
    assert Incident.objects.filter(status=Status.DRAFT).exists()
    assert not Purge.objects.filter(kind="").exists(), "the run shows as cut off"
    assert tasks.purge_what_is_due() == 2, "the task goes on to the next collaboration"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_take_every_row_once(monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 3)
    world = World()
    old_reports(world, 20)
    answers = at_once(lambda: run(world), lambda: run(world), lambda: run(world))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert texts().count() == 0
    assert sum(proof.number for proof in proofs("texts")) == 20
    assert Purge.objects.filter(kind="").count() == 3


def test_another_collaborations_things_stay(world):
    old_reports(world, 1)
    make.IncidentFactory(
        organisation=world.foreign,
        category=world.foreign_category,
        area=world.far,
        description="Där.",
        at=days_ago(400),
    )
    Incident.objects.filter(description="Där.").update(created_at=days_ago(400))
    run(world)
    assert [row.description for row in texts()] == ["Där."]


# --- Rules ------------------------------------------------------------------------------------------------------------


def test_a_rule_holds_instead_of_what_is_proposed_and_its_change_is_logged(world):
    rows = old_reports(world, 1, days=200)
    kind = retention.kind_named("texts")
    retention_actions.change_rule(
        collaboration=world.here, kind=kind, days=100, reason="Beslut KS 2026/11", by=world.people["data_protection"]
    )
    event = Event.objects.get(action="retention_rule_changed")
    assert (event.details["was"], event.details["days"], event.details["reason"]) == (365, 100, "Beslut KS 2026/11")
    run(world)
    assert Incident.objects.get(pk=rows[0].pk).description == ""


@pytest.mark.parametrize(
    ("code", "days", "reason"),
    [
        ("persons", 8, "Beslut"),
        ("log", 700, "Beslut"),
        ("texts", 0, "Beslut"),
        ("texts", 100, " "),
        ("texts", 100, "Enligt 850709-9805"),
        ("texts", 100, "x" * 301),
    ],
)
def test_a_rule_outside_the_law_or_without_a_reason_is_refused(world, code, days, reason):
    kind = retention.kind_named(code)
    with pytest.raises(NotPossible):
        retention_actions.change_rule(
            collaboration=world.here, kind=kind, days=days, reason=reason, by=world.people["administrator"]
        )
    assert not RetentionRule.objects.exists()


@pytest.mark.parametrize("who", ["coordinator", "security_lead", "council", "stranger"])
def test_who_does_not_decide_how_long_things_are_kept(world, who):
    with pytest.raises(NotAllowed):
        retention_actions.change_rule(
            collaboration=world.here,
            kind=retention.kind_named("texts"),
            days=100,
            reason="Beslut",
            by=world.people[who],
        )
    with pytest.raises(NotAllowed):
        hold(world, by=world.people[who])
    with pytest.raises(NotAllowed):
        retention_actions.order_run(collaboration=world.here, by=world.people[who])


def test_every_kind_has_words_and_bounds_that_hold_its_own_proposal(db):
    codes = {kind.code for kind in retention.kinds()}
    expected = {"persons", "drafts", "import_files", "texts", "points", "accounts", "log", "picture_drafts"}
    assert codes >= expected
    for kind in retention.kinds():
        assert kind.least_days <= kind.default_days <= kind.most_days
        assert str(kind.label)
        assert str(kind.what_happens)


# --- Holds ------------------------------------------------------------------------------------------------------------


def hold(world, *, scope="report", subject="", by=None, **values):
    found = next((one for one in retention.scopes() if one.code == scope), None)
    values = {"reason": "Ärende 47/2026", "ends_on": timezone.localdate() + dt.timedelta(days=30), **values}
    return retention_actions.place_hold(
        collaboration=world.here,
        scope=found,
        subject=subject,
        by=by or world.people["data_protection"],
        **values,
    )


@pytest.mark.parametrize("about", ["report", "area", "town", "days"])
def test_what_is_held_is_skipped_and_said_so(world, about):
    (held,) = old_reports(world, 1)
    if about == "days":
        hold(world, scope="days", first_day=held.occurred_on, last_day=held.occurred_on)
    else:
        area = {"area": world.west, "town": world.town}.get(about)
        hold(world, scope="area" if area else "report", subject=str(area.pk) if area else held.ref)
    (told,) = [due for due in retention.look(world.here, timezone.localdate()) if due.kind.code == "texts"]
    assert (told.number, told.held) == (0, 1)
    number = run(world)
    assert texts().count() == 1
    assert Purge.objects.get(run=number, kind="").held == 1
    retention_actions.lift_hold(hold=LegalHold.objects.get(), by=world.people["administrator"])
    run(world)
    assert texts().count() == 0


def test_a_hold_keeps_nothing_but_what_it_is_about(world):
    held, other = old_reports(world, 2)
    hold(world, subject=held.ref)
    elsewhere = old_reports(world, 1)[0]
    Incident.objects.filter(pk=elsewhere.pk).update(area=world.east)
    hold(world, scope="days", first_day=timezone.localdate())
    run(world)
    assert set(texts().values_list("pk", flat=True)) == {held.pk}
    assert other.pk != held.pk


def test_a_hold_that_has_ended_holds_nothing(world):
    (row,) = old_reports(world, 1)
    hold(world, subject=row.ref, ends_on=timezone.localdate())
    with time_machine.travel(timezone.localtime() + dt.timedelta(days=1), tick=False):
        run(world)
    assert texts().count() == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"subject": "H-999999999"},
        {"subject": "nonsens"},
        {"subject": "H-{abroad}"},
        {"scope": "area", "subject": "{far}"},
        {"scope": "days"},
        {"scope": "days", "first_day": dt.date(2026, 2, 1), "last_day": dt.date(2026, 1, 1)},
        {"subject": "H-{own}", "reason": ""},
        {"subject": "H-{own}", "ends_on": dt.date(2020, 1, 1)},
        {"subject": "H-{own}", "ends_on": dt.date(2099, 1, 1)},
    ],
)
def test_a_hold_on_nothing_or_for_ever_is_refused(world, asked):
    asked = dict(asked)
    ids = {"abroad": world.abroad.pk, "far": world.far.pk, "own": world.by_reporter.pk}
    asked["subject"] = asked.get("subject", "").format(**ids)
    with pytest.raises(NotPossible):
        hold(world, **asked)
    assert not LegalHold.objects.exists()


# --- Accounts ---------------------------------------------------------------------------------------------------------


def leave(world, who="reporter"):
    person = world.people[who]
    person.name = "Kim Exempelsson"
    person.save()
    actions.deactivate_person(person=person, by=world.people["administrator"])
    return person


def test_a_closed_account_loses_its_name_after_a_year_and_its_reports_stay(world):
    person = leave(world)
    with time_machine.travel(timezone.localtime() + dt.timedelta(days=364), tick=False):
        run(world)
        assert User.objects.get(pk=person.pk).name == "Kim Exempelsson"
    with time_machine.travel(timezone.localtime() + dt.timedelta(days=367), tick=False):
        run(world)
        run(world)
    after = User.objects.get(pk=person.pk)
    assert (after.name, after.email) == ("", f"closed-{person.pk}@closed.invalid")
    assert "reporter" not in after.function
    assert Incident.objects.get(pk=world.by_reporter.pk).reporter_id == person.pk
    assert sum(proof.number for proof in proofs("accounts")) == 1
    with pytest.raises(NotPossible):
        actions.reactivate_person(person=after, by=world.people["administrator"])


def test_an_account_that_is_open_again_starts_from_the_beginning(world):
    person = leave(world)
    actions.reactivate_person(person=User.objects.get(pk=person.pk), by=world.people["administrator"])
    with time_machine.travel(timezone.localtime() + dt.timedelta(days=800), tick=False):
        run(world)
    assert User.objects.get(pk=person.pk).name == "Kim Exempelsson"


def test_an_account_is_kept_as_long_as_any_of_its_collaborations_keeps_it(world):
    person = world.people["reporter"]
    make.MembershipFactory(user=person, organisation=world.foreign, role=Role.REPORTER)
    User.objects.filter(pk=person.pk).update(is_active=False, deactivated_at=days_ago(400), name="Kim")
    rule = make.RetentionRuleFactory(collaboration=world.elsewhere, kind="accounts", days=700)
    run(world)
    assert User.objects.get(pk=person.pk).name == "Kim"
    rule.days = 300
    rule.save()
    run(world)
    assert User.objects.get(pk=person.pk).name == ""


# --- The log ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def old_log(world):
    """Two sealed days of six years ago, one of last week, and the seals of them all."""
    for day in (dt.date(2020, 3, 2), dt.date(2020, 3, 3), dt.date(2026, 3, 2)):
        with time_machine.travel(dt.datetime.combine(day, NOON, tzinfo=dt.UTC), tick=False):
            record("prov", collaboration_id=world.here.pk, number=day.day)
    with time_machine.travel(dt.datetime(2020, 3, 5, 1, tzinfo=dt.UTC), tick=False):
        seal_days_before(dt.date(2020, 3, 5))
    return world


def test_old_lines_go_and_the_chain_of_seals_stays_whole(old_log):
    assert broken_seals() == []
    run(old_log)
    assert Event.objects.filter(action="prov").count() == 1
    assert DaySeal.objects.count() >= 3
    assert broken_seals() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_dayseal DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_dayseal SET hash = 'x' WHERE day = '2020-03-02'")
    assert broken_seals(), "the seals of purged days still have to hang together"


def test_a_day_stays_as_long_as_any_collaboration_keeps_the_log(old_log):
    make.RetentionRuleFactory(collaboration=old_log.elsewhere, kind="log", days=3650)
    run(old_log)
    assert Event.objects.filter(action="prov").count() == 3
    assert broken_seals() == []


@pytest.mark.parametrize("before", ["", "2999-01-01T00:00:00+00:00"])
def test_the_database_lets_no_line_go_that_is_younger_than_two_years(world, before):
    event = make.EventFactory(collaboration_id=world.here.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('audit.purge_before', %s, true)", [before])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [event.pk])
    assert Event.objects.filter(pk=event.pk).exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(world):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(world.people["data_protection"])
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "1 dag"), (30, "30 dagar"), (364, "364 dagar"), (365, "1 år"), (366, "1 år"), (367, "367 dagar"),
     (730, "2 år"), (1095, "3 år"), (1826, "5 år"), (4018, "11 år"), (4000, "4000 dagar")],
)  # fmt: skip
def test_how_long_is_told_in_years_where_they_are_whole(days, words):
    with override("sv"):
        assert retention.in_words(days) == words


def test_the_page_says_what_the_night_would_do_and_what_it_did(world, officer):
    rows = old_reports(world, 3)
    looked = officer.get("/ekstad/retention/?look")
    assert "The night's run would take away 3 things" in text_of(looked).replace("&#x27;", "'")
    run(world)
    page = officer.get("/ekstad/retention/")
    (shown,) = page.context["runs"]
    assert (shown["total"], shown["is_cut_off"]) == (3, False)
    assert shown["kinds"][0]["hash"] == retention.hash_of("texts", [[row.pk for row in rows]])
    assert shown["kinds"][0]["hash"] in page.content.decode()


def test_a_run_without_its_end_shows_as_cut_off(world, officer):
    make.PurgeFactory(collaboration=world.here)
    page = officer.get("/ekstad/retention/")
    assert page.context["runs"][0]["is_cut_off"]
    assert "cut off" in text_of(page)


def test_a_rule_is_changed_on_its_page(world, officer):
    answer = officer.post("/ekstad/retention/rules/log/", {"days": 10, "reason": "Beslut"})
    assert answer.status_code == 422
    assert "between 731 and" in text_of(answer)
    assert officer.post("/ekstad/retention/rules/log/", {"days": 800, "reason": "Beslut"}).status_code == 302
    assert RetentionRule.objects.get().days == 800
    assert officer.get("/ekstad/retention/rules/nonsens/").status_code == 404


def test_a_hold_is_placed_and_lifted_on_the_pages(world, officer):
    body = {
        "about": "report",
        "reference": world.by_reporter.ref,
        "reason": "Begäran 47/2026",
        "ends_on": f"{timezone.localdate():%Y-%m-%d}",
    }
    assert officer.post("/ekstad/retention/holds/new/", {**body, "reference": "H-0"}).status_code == 422
    assert officer.post("/ekstad/retention/holds/new/", body).status_code == 302
    placed = LegalHold.objects.get()
    assert (placed.scope, placed.subject_label) == ("report", world.by_reporter.ref)
    assert world.by_reporter.ref in text_of(officer.get("/ekstad/retention/"))
    assert officer.post(f"/ekstad/retention/holds/{placed.pk}/lift/").status_code == 302
    assert world.by_reporter.ref not in text_of(officer.get("/ekstad/retention/"))
    assert Event.objects.filter(action__in=["hold_placed", "hold_lifted"]).count() == 2


def test_a_run_that_somebody_orders_says_who(world, officer, monkeypatch, django_capture_on_commit_callbacks):
    old_reports(world, 1)
    monkeypatch.setattr(tasks.purge_collaboration, "delay", tasks.purge_collaboration)
    with django_capture_on_commit_callbacks(execute=True):
        assert officer.post("/ekstad/retention/run/").status_code == 302
    assert proofs("texts")[0].ordered_by == "data protection"
    assert proofs("texts")[0].ordered_by_id == world.people["data_protection"].pk
