"""Whoever reported reads what is done about it; at the place stands what was told, for those who read the measure."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from action_plans.models import Measure, MeasureState
from action_plans.plans.content import content_of
from cause_analysis.problems.queries import problems_with
from followup.models import Course
from followup.progress.receipts import done_about_reports
from incidents.models import Incident
from tests import factories as make
from tests.followup.cast import ProgressWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return ProgressWorld()


def reported(world):
    """A report of the reporter's that is part of the problem."""
    reporter = world.people["reporter"]
    rows = list(Incident.objects.filter(reporter=reporter, status="approved"))
    found = problems_with(world.officer, rows)
    (incident,) = [one for one in rows if world.problem in found[one.pk]]
    return incident


def decided(world, state=MeasureState.ONGOING):
    Measure.objects.filter(pk=world.ongoing.pk).update(state=state)
    return make.PlanVersionFactory(
        plan=world.plan, number=1, content=content_of(world.plan), decided_by_group=world.group
    )


def test_a_reporter_reads_what_was_decided_and_how_far_it_has_come(world, client):
    incident, reporter = reported(world), world.people["reporter"]
    # Not decided in a plan yet: nobody who reads only that is told.
    assert done_about_reports(reporter, [incident]) == {}
    decided(world)
    world.told(course=Course.HINDERED, obstacle="staff", text="Vi saknar en montör.")
    was = world.ongoing.title
    Measure.objects.filter(pk=world.ongoing.pk).update(title="Ett namn som inte är beslutat")
    client.force_login(reporter)
    page = client.get(reverse("incident_detail", args=["ekstad", incident.pk])).content.decode()
    assert f"Det här görs åt det: {was}" in page
    assert reverse("plan_version", args=["ekstad", world.plan.number, 1]) in page
    for secret in ("Ett namn som inte är beslutat", "Vi saknar en montör."):
        assert secret not in page
    make.MeasureMoveFactory(measure=world.ongoing, to_state=MeasureState.CARRIED_OUT)
    Measure.objects.filter(pk=world.ongoing.pk).update(state=MeasureState.CARRIED_OUT)
    (row,) = done_about_reports(reporter, [incident])[incident.pk]
    assert row["text"].startswith("genomförd ")


def test_a_list_of_reports_asks_no_more_than_one_report(world):
    incident, reporter = reported(world), world.people["reporter"]
    decided(world)

    def asked(reports):
        with CaptureQueriesContext(connection) as at:
            done_about_reports(reporter, reports)
        return len(at)

    one = asked([incident])
    for number in range(2, 6):
        measure = world.measure(number=number + 10, state=MeasureState.ONGOING)
        make.MeasureMoveFactory(measure=measure, to_state=MeasureState.ONGOING)
    assert asked(list(Incident.objects.filter(reporter=reporter))) <= one


def test_a_place_tells_what_was_done_there_to_those_who_read_the_measure(world, client):
    make.MeasurePlaceFactory(measure=world.ongoing, place=world.square)
    world.told(text="Tre armaturer är bytta på torget.")
    address = reverse("place_detail", args=["ekstad", world.square.pk])
    for who, reads in (("coordinator", True), ("police", True), ("council", True), ("other_housing", False)):
        client.force_login(world.people[who])
        page = client.get(address)
        if page.status_code == 200:
            assert ("Tre armaturer är bytta på torget." in page.content.decode()) is reads, who
        else:
            assert not reads
