"""Reports of the same event count once, are kept as they are, and come apart as if nothing had been."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents import changes, rules
from incidents.actions import approve_incident, reject_incident, return_incident
from incidents.importing.actions import undo_import
from incidents.merging import merge_incidents, unmerge_incident
from incidents.models import ImportBatch, Incident, Status
from tests import factories as make
from tests.at_once import at_once


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def report(world, status=Status.SUBMITTED, **values):
    return make.IncidentFactory(
        **{
            "organisation": world.housing,
            "area": world.west,
            "category": world.vandalism,
            "status": status,
            "submitted_at": timezone.now(),
            **values,
        }
    )


def every_field(*pks):
    """The rows as the database holds them, every column of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM incidents_incident WHERE id = ANY(%s) ORDER BY id", [list(pks)])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def announced(monkeypatch):
    heard = []
    monkeypatch.setattr(changes, "listeners", [lambda collaboration, areas: heard.append((collaboration, areas))])
    return heard


def test_two_reports_count_once_and_both_are_kept(world, announced):
    keep, other = report(world, Status.APPROVED), report(world, Status.APPROVED, area=world.east)
    counted = Incident.objects.counted().count()
    merge_incidents(keep=keep, others=[other], by=world.people["coordinator"])
    other.refresh_from_db()
    assert (other.status, other.merged_into, other.merged_was) == (Status.MERGED, keep, Status.APPROVED)
    assert Incident.objects.counted().count() == counted - 1
    assert announced == [(world.here.pk, {world.east.pk})]
    event = Event.objects.get(action="incident_merged")
    assert (event.subject_id, event.details) == (str(other.pk), {"into": keep.pk, "was": "approved"})


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_merging_and_taking_apart_gives_back_every_row(world, data):
    with transaction.atomic():
        rows = [
            report(
                world,
                data.draw(st.sampled_from([Status.SUBMITTED, Status.APPROVED])),
                organisation=data.draw(st.sampled_from([world.housing, world.other_housing, world.police_authority])),
                category=data.draw(st.sampled_from([world.vandalism, world.drugs])),
                description=data.draw(st.sampled_from(["", "Krossad ruta.", "Två rutor\nkrossade."])),
                review_reason=data.draw(st.sampled_from(["", "Vilken port?"])),
                reviewed_at=data.draw(st.sampled_from([None, timezone.localtime() - dt.timedelta(days=1)])),
                reviewed_by=data.draw(st.sampled_from([None, world.people["coordinator"]])),
            )
            for _ in range(data.draw(st.integers(2, 5)))
        ]
        by = world.people["coordinator"]
        before = every_field(*[row.pk for row in rows])
        counted = Incident.objects.counted().count()
        is_approved = [row.status == Status.APPROVED for row in rows]
        keep = rows[is_approved.index(True)] if any(is_approved) else rows[0]
        others = [row for row in rows if row.pk != keep.pk]
        merge_incidents(keep=keep, others=others, by=by)
        left = sum(row.status == Status.APPROVED for row in others)
        assert Incident.objects.counted().count() == counted - left
        for other in data.draw(st.permutations(others)):
            unmerge_incident(incident=other, by=by)
        assert every_field(*[row.pk for row in rows]) == before
        assert Incident.objects.counted().count() == counted
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "administrator", "council"])
def test_only_a_coordinator_merges_and_takes_apart(world, who):
    keep, other = report(world), report(world)
    with pytest.raises(NotAllowed):
        merge_incidents(keep=keep, others=[other], by=world.people[who])
    merge_incidents(keep=keep, others=[other], by=world.people["coordinator"])
    with pytest.raises(NotAllowed):
        unmerge_incident(incident=other, by=world.people[who])
    assert unmerge_incident(incident=other, by=world.people["coordinator"]).status == Status.SUBMITTED


@pytest.mark.parametrize("changed", ["keep", "first", "second"])
def test_every_report_of_the_set_has_to_be_as_it_was_seen(world, changed):
    by = world.people["coordinator"]
    rows = {name: report(world) for name in ("keep", "first", "second")}
    seen = {row.pk: rules.state_of(row) for row in rows.values()}
    now = timezone.now() + dt.timedelta(seconds=1)
    Incident.objects.filter(pk=rows[changed].pk).update(submitted_at=now, description="En annan text.")
    set_of = {"keep": rows["keep"], "others": [rows["first"], rows["second"]], "by": by}
    with pytest.raises(NotPossible) as no:
        merge_incidents(**set_of, as_seen=seen)
    assert no.value.messages == [f"{rows[changed].ref} has been changed since you opened it. Read it again."]
    # What was not seen at all is not merged either.
    now_seen = {row.pk: rules.state_of(Incident.objects.get(pk=row.pk)) for row in rows.values()}
    with pytest.raises(NotPossible, match="changed since you opened it"):
        merge_incidents(**set_of, as_seen={pk: state for pk, state in now_seen.items() if pk != rows[changed].pk})
    assert not Incident.objects.filter(status=Status.MERGED).exists()
    assert not Event.objects.filter(action="incident_merged").exists()
    merge_incidents(**set_of, as_seen=now_seen)
    assert Incident.objects.filter(merged_into=rows["keep"]).count() == 2


def test_all_that_have_changed_are_named(world):
    rows = [report(world) for _ in range(3)]
    seen = {row.pk: "submitted" for row in rows}
    with pytest.raises(NotPossible) as no:
        merge_incidents(keep=rows[0], others=rows[1:], by=world.people["coordinator"], as_seen=seen)
    refs = ", ".join(row.ref for row in rows)
    assert no.value.messages == [f"{refs} have been changed since you opened them. Read them again."]


def test_an_approved_report_is_not_merged_into_one_that_waits(world):
    waiting, approved = report(world), report(world, Status.APPROVED)
    by = world.people["coordinator"]
    with pytest.raises(NotPossible, match="approved already"):
        merge_incidents(keep=waiting, others=[approved], by=by)
    merge_incidents(keep=approved, others=[waiting], by=by)
    assert every_field(waiting.pk)[0]["status"] == Status.MERGED


def test_merged_reports_do_not_hang_in_chains(world):
    by = world.people["coordinator"]
    first, second, third = report(world), report(world), report(world)
    merge_incidents(keep=second, others=[first], by=by)
    with pytest.raises(NotPossible, match="counted together"):
        merge_incidents(keep=third, others=[second], by=by)
    with pytest.raises(NotPossible, match="cannot count for the others"):
        merge_incidents(keep=first, others=[third], by=by)
    with pytest.raises(NotPossible, match="Take them apart first"):
        merge_incidents(keep=third, others=[first], by=by)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETURNED, Status.REJECTED])
def test_what_is_not_in_the_figures_or_on_its_way_is_not_merged(world, status):
    one, other = report(world, status), report(world)
    with pytest.raises(NotPossible):
        merge_incidents(keep=one, others=[other], by=world.people["coordinator"])
    with pytest.raises(NotPossible):
        merge_incidents(keep=other, others=[one], by=world.people["coordinator"])


def test_a_report_is_not_merged_with_itself_or_with_nothing(world):
    one = report(world)
    for others in ([], [one]):
        with pytest.raises(NotPossible, match="about the same event"):
            merge_incidents(keep=one, others=others, by=world.people["coordinator"])


def test_another_collaborations_report_is_not_merged(world):
    with pytest.raises(NotPossible, match="different collaborations"):
        merge_incidents(keep=report(world), others=[world.abroad], by=world.people["coordinator"])


def test_what_counts_for_others_is_not_taken_away_before_they_are_apart(world):
    by = world.people["coordinator"]
    keep, other = report(world, Status.APPROVED), report(world)
    merge_incidents(keep=keep, others=[other], by=by)
    with pytest.raises(NotPossible, match="Take them apart first"):
        return_incident(incident=keep, by=by, reason="Vilken port?")
    unmerge_incident(incident=other, by=by)
    assert return_incident(incident=keep, by=by, reason="Vilken port?").status == Status.RETURNED


def test_what_waits_and_counts_for_others_is_approved_but_not_rejected(world):
    by = world.people["coordinator"]
    keep, other = report(world), report(world)
    merge_incidents(keep=keep, others=[other], by=by)
    with pytest.raises(NotPossible, match="Take them apart first"):
        reject_incident(incident=keep, by=by, reason=rules.RejectReason.DUPLICATE)
    assert approve_incident(incident=keep, by=by).status == Status.APPROVED


def test_a_merged_report_is_decided_on_only_when_it_stands_alone(world):
    by = world.people["coordinator"]
    keep, other = report(world), report(world)
    merge_incidents(keep=keep, others=[other], by=by)
    with pytest.raises(NotPossible, match="Take them apart first"):
        approve_incident(incident=other, by=by)
    unmerge_incident(incident=other, by=by)
    assert approve_incident(incident=other, by=by).status == Status.APPROVED


def test_what_is_not_merged_is_not_taken_apart(world):
    with pytest.raises(NotPossible, match="not counted together"):
        unmerge_incident(incident=report(world), by=world.people["coordinator"])


# --- What the database holds ------------------------------------------------------------------------------------------


def put(incident, **values):
    with transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**values)


def into(other, was=Status.SUBMITTED):
    return {"status": Status.MERGED, "merged_into": other, "merged_was": was}


def test_the_database_holds_that_merging_is_whole(world):
    one, other = report(world), report(world)
    for broken in (
        {"status": Status.MERGED},
        {"merged_into": other},
        {"merged_was": Status.SUBMITTED},
        {**into(other), "merged_was": ""},
        {**into(other), "status": Status.APPROVED},
        into(one),
        into(other, was=Status.RETURNED),
    ):
        with pytest.raises(IntegrityError):
            put(one, **broken)
    put(one, **into(other))


def test_the_database_holds_that_what_counts_is_not_merged_itself(world):
    first, second, third = report(world), report(world), report(world)
    put(first, **into(second))
    with pytest.raises(IntegrityError, match="not merged itself"):
        put(second, **into(third))
    with pytest.raises(IntegrityError, match="not merged itself"):
        put(third, **into(first))
    put(third, **into(second))


def test_the_database_holds_that_both_are_of_one_collaboration(world):
    one, other = report(world), report(world)
    with pytest.raises(IntegrityError, match="same collaboration"):
        put(one, **into(world.abroad))
    put(one, **into(other))
    with pytest.raises(IntegrityError, match="stays in its collaboration"):
        put(other, collaboration=world.elsewhere)


def test_an_import_that_others_are_counted_with_is_not_undone(world):
    batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE, stored=2)
    keep, inside = (report(world, Status.APPROVED, import_batch=batch) for _ in range(2))
    outside = report(world)
    by = world.people["coordinator"]
    merge_incidents(keep=keep, others=[outside, inside], by=by)
    with pytest.raises(NotPossible, match="Take them apart first"):
        undo_import(batch=batch, by=by)
    unmerge_incident(incident=outside, by=by)
    assert undo_import(batch=batch, by=by) == 2
    connection.check_constraints()


# --- At the same moment -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_in_opposite_directions_end_with_one_report_that_counts(transactional_db):
    from tests.world import World

    world = World()
    by = world.people["coordinator"]
    for _ in range(4):
        one, other = report(world), report(world)
        answers = at_once(
            lambda one=one, other=other: merge_incidents(keep=one, others=[other], by=by),
            lambda one=one, other=other: merge_incidents(keep=other, others=[one], by=by),
        )
        assert sorted(isinstance(answer, NotPossible) for answer in answers) == [False, True]
        statuses = sorted(Incident.objects.filter(pk__in=[one.pk, other.pk]).values_list("status", flat=True))
        assert statuses == [Status.MERGED, Status.SUBMITTED]


@pytest.mark.django_db(transaction=True)
def test_the_database_alone_stops_two_merges_in_opposite_directions(transactional_db):
    from tests.world import World

    world = World()
    one, other = report(world), report(world)
    answers = at_once(lambda: put(one, **into(other)), lambda: put(other, **into(one)))
    assert any(isinstance(answer, Exception) for answer in answers)
    assert Incident.objects.filter(pk__in=[one.pk, other.pk], status=Status.MERGED).count() <= 1


@pytest.mark.django_db(transaction=True)
def test_merged_and_approved_at_once_is_one_of_the_two(transactional_db):
    from tests.world import World

    world = World()
    by = world.people["coordinator"]
    for _ in range(4):
        keep, other = report(world), report(world)
        seen = rules.state_of(other)
        as_seen = {keep.pk: rules.state_of(keep), other.pk: seen}
        answers = at_once(
            lambda keep=keep, other=other, as_seen=as_seen: merge_incidents(
                keep=keep, others=[other], by=by, as_seen=as_seen
            ),
            lambda other=other, seen=seen: approve_incident(incident=other, by=by, as_seen=seen),
        )
        assert sum(isinstance(answer, NotPossible) for answer in answers) == 1
