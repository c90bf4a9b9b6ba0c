"""Two reports of the same event are counted as one from either's own page, by the same action and the same people."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident, Status
from incidents.reviewing.marks import row_mark
from incidents.rules import state_of
from tests import factories as make


def report(world, status=Status.APPROVED, **values):
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


@pytest.fixture
def client(world):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(world.people["coordinator"])
    return client


def page(client, incident):
    return client.get(reverse("incident_detail", args=["ekstad", incident.pk]))


def merge(client, incident, **asked):
    asked.setdefault("seen", [row_mark(row) for row in Incident.objects.all()])
    body = {f"merge-{name}": value for name, value in asked.items()}
    url = reverse("incident_merge", args=["ekstad", incident.pk])
    return client.post(url, {"seen": state_of(incident), **body})


def marks_in(answer):
    return re.findall(r'name="merge-seen" value="([^"]*)"', answer.content.decode())


def test_what_may_be_the_same_is_offered_on_the_page_and_merged_there(world, client):
    first, second = report(world), report(world)
    assert f'value="{second.pk}"' in page(client, first).content.decode()
    assert row_mark(second) in marks_in(page(client, first))
    answer = merge(client, first, same=[second.pk], keep=first.pk, seen=[row_mark(second)])
    assert answer.headers["Location"] == reverse("incident_detail", args=["ekstad", first.pk])
    second.refresh_from_db()
    assert (second.status, second.merged_into_id) == (Status.MERGED, first.pk)
    shown = page(client, first).content.decode()
    assert "Counted together with this one" in shown
    answer = client.post(reverse("incident_unmerge", args=["ekstad", second.pk]))
    second.refresh_from_db()
    assert (second.status, second.merged_into_id) == (Status.APPROVED, None)


@pytest.mark.parametrize("written", ["H-{}", "h {}", "H{}"])
def test_a_report_far_away_is_merged_by_its_number(world, client, written):
    first = report(world)
    far = report(world, area=world.east, lon=16.17, category=world.drugs)
    assert f'value="{far.pk}"' not in page(client, first).content.decode()
    assert merge(client, first, number=written.format(far.pk), keep="number").status_code == 302
    first.refresh_from_db()
    assert first.merged_into_id == far.pk


def test_a_report_that_is_written_is_shown_before_it_is_merged(world, client):
    first = report(world)
    far = report(world, area=world.east, lon=16.17, category=world.drugs)
    assert row_mark(far) not in marks_in(page(client, first))
    answer = merge(client, first, number=far.ref, keep="number", seen=marks_in(page(client, first)))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert f"{far.ref} is: Open drug dealing, " in text
    assert "Öster (Bostadsbolaget), approved. Press once more if it is the right one." in text
    assert f'value="{far.ref}"' in text
    assert not Incident.objects.filter(status=Status.MERGED).exists()
    # What was shown is what is merged: corrected once more, it is shown again.
    marks = marks_in(answer)
    Incident.objects.filter(pk=far.pk).update(submitted_at=timezone.now() + dt.timedelta(seconds=1))
    refused = merge(client, first, number=far.ref, keep="number", seen=marks)
    assert f"{far.ref} has been changed since you opened it. Read it again." in refused.content.decode()
    assert not Incident.objects.filter(status=Status.MERGED).exists()
    assert merge(client, first, number=far.ref, keep="number", seen=marks_in(refused)).status_code == 302
    first.refresh_from_db()
    assert first.merged_into_id == far.pk


def test_without_a_choice_the_approved_one_counts(world, client):
    waiting, approved = report(world, Status.SUBMITTED), report(world, lon=16.139)
    merge(client, waiting, number=approved.ref)
    waiting.refresh_from_db()
    assert waiting.merged_into_id == approved.pk


def test_the_same_report_chosen_and_written_is_one(world, client):
    first, second = report(world), report(world)
    assert merge(client, first, same=[second.pk], number=second.ref).status_code == 302
    assert Incident.objects.filter(status=Status.MERGED).count() == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Choose which reports are about the same event."),
        ({"number": "nonsens"}, "There is no such report here."),
        ({"number": "H-{abroad}"}, "There is no such report here."),
        ({"number": "H-{self}"}, "That is this report."),
        ({"number": "H-{draft}"}, "There is no such report here."),
        ({"keep": "number"}, "Write the number of the report that counts."),
        ({"number": "H-{rejected}"}, "rejected"),
    ],
)
def test_what_cannot_be_merged_is_said_on_the_page(world, client, asked, sentence):
    first = report(world)
    rejected = report(world, Status.REJECTED)
    ids = {"abroad": world.abroad.pk, "self": first.pk, "draft": world.draft.pk, "rejected": rejected.pk}
    answer = merge(client, first, **{name: value.format(**ids) for name, value in asked.items()})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Incident.objects.filter(status=Status.MERGED).exists()


def test_what_changed_since_the_page_was_opened_is_not_merged(world, client):
    first, second = report(world, Status.SUBMITTED), report(world, Status.SUBMITTED)
    url = reverse("incident_merge", args=["ekstad", first.pk])
    body = {"merge-same": [second.pk], "merge-seen": [row_mark(second)]}
    answer = client.post(url, {"seen": "another", **body})
    assert "has been changed since you opened it" in answer.content.decode()
    assert client.post(url, body).status_code == 422
    for seen in ([], [f"{second.pk} another"], [f"{second.pk} "], ["x"]):
        answer = merge(client, first, same=[second.pk], seen=seen)
        assert f"{second.ref} has been changed since you opened it" in answer.content.decode()
    assert not Incident.objects.filter(status=Status.MERGED).exists()


@pytest.mark.parametrize("who", ["security_lead", "police", "reporter"])
def test_others_are_offered_nothing_and_refused(world, who):
    first, second = report(world), report(world, reporter=world.people["reporter"])
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(world.people[who])
    shown = page(client, second)
    assert shown.status_code == 200
    assert "merge-number" not in shown.content.decode()
    assert merge(client, second, same=[first.pk]).status_code == 403


@pytest.mark.parametrize("status", [Status.RETURNED, Status.REJECTED])
def test_a_report_that_cannot_count_is_offered_nothing(world, client, status):
    assert "merge-number" not in page(client, report(world, status)).content.decode()
