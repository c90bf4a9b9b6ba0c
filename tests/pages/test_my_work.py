"""What waits for somebody, from all rooms on one page: theirs and nobody else's, the most urgent first."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cause_analysis.models import State
from incidents.models import Incident, NothingToReport, Status
from partners import work
from tests import factories as make


def membership(world, who):
    return world.people[who].memberships.get()


@pytest.fixture
def titles(client, world):
    """What stands on somebody's page."""

    def ask(who):
        client.force_login(world.people[who])
        page = client.get(reverse("my_work", args=["ekstad"]))
        assert page.status_code == 200
        return [task["title"] for task in page.context["tasks"]]

    return ask


def test_reports_to_review_are_the_coordinators(world, titles):
    waiting = Incident.objects.filter(collaboration=world.here, status=Status.SUBMITTED).count()
    assert waiting
    assert any(title == f"{waiting} rapporter att granska" for title in titles("coordinator")) or waiting == 1
    for who in ("reporter", "police", "council", "administrator", "other_housing"):
        assert not any("att granska" in title for title in titles(who)), who


def test_a_returned_report_waits_for_whoever_wrote_it(world, titles):
    Incident.objects.filter(pk=world.by_reporter.pk).update(status=Status.RETURNED, reviewed_at=timezone.now())
    assert any(f"H-{world.by_reporter.pk} " in title for title in titles("reporter"))
    for who in ("colleague", "security_lead", "coordinator", "other_housing"):
        if who in world.people:
            assert not any(f"H-{world.by_reporter.pk} " in title for title in titles(who)), who


def test_a_problem_to_score_waits_for_the_seat_until_it_is_scored(world, titles):
    group = make.GroupFactory(collaboration=world.here)
    seat = make.GroupMemberFactory(group=group, membership=membership(world, "police"))
    round_ = make.PrioritisationRoundFactory(group=group)
    row = make.RoundProblemFactory(
        round=round_, problem=make.ProblemFactory(area=world.west, number=1, state=State.DESCRIBED)
    )
    assert titles("police").count("1 problem att poängsätta") == 1
    for who in ("security_lead", "other_housing", "coordinator", "coach"):
        assert "1 problem att poängsätta" not in titles(who), who
    make.ScoreFactory(round_problem=row, seat=seat, scored_by=world.people["police"])
    assert "1 problem att poängsätta" not in titles("police")
    # Shown, it waits to be decided on: for the seat, and for whoever writes it down.
    round_.status, round_.shown_at = "shown", timezone.now()
    round_.save()
    for who, waits in (("police", True), ("coordinator", True), ("security_lead", False), ("council", False)):
        assert ("1 problem att besluta om" in titles(who)) is waits, who


def test_an_inspection_one_has_begun_waits_for_oneself(world, titles):
    make.SafetyInspectionFactory(
        place=world.square, organisation=world.police_authority, created_by=world.people["police"]
    )
    assert any("Västers centrum" in title for title in titles("police"))
    for who in ("security_lead", "coordinator", "other_housing"):
        assert not any("Västers centrum" in title for title in titles(who)), who


def test_a_picture_under_review_waits_for_somebody_else_than_its_author(world, titles):
    analyst = make.MembershipFactory(organisation=world.municipality, role="analyst")
    make.PictureFactory(
        area=world.west, status="review", sent_for_review_at=timezone.now(), sent_for_review_by=analyst.user
    )
    world.people["analyst"] = analyst.user
    assert any("lägesbilden" in title for title in titles("coordinator"))
    for who in ("analyst", "police", "council"):
        assert not any("lägesbilden" in title for title in titles(who)), who


def test_what_is_late_comes_first_then_by_day_and_what_has_none_last(monkeypatch):
    today = dt.date(2026, 11, 23)
    rows = [
        {"title": "no day", "url": "/1"},
        {"title": "next week", "url": "/2", "due_on": today + dt.timedelta(days=7)},
        {"title": "since long", "url": "/3", "since": today - dt.timedelta(days=400)},
        {"title": "late", "url": "/4", "due_on": today - dt.timedelta(days=1)},
        {"title": "today", "url": "/5", "due_on": today},
    ]
    collaboration = make.CollaborationFactory.build(pk=1)
    monkeypatch.setattr(work.slots, "fill", lambda name, user, things: {1: rows})
    shown = work.tasks_of(None, collaboration, today=today)
    assert [row["title"] for row in shown] == ["late", "today", "next week", "since long", "no day"]
    assert [(group["title"], len(group["tasks"])) for group in work.grouped(shown)] == [
        ("Försenat", 1),
        ("Den här veckan", 1),
        ("Senare", 1),
        ("Utan dag", 2),
    ]
    assert [row["title"] for row in shown if row.get("tag")] == ["late"]
    assert shown[0]["day"] == "senast 22 november 2026"


def test_one_collaboration_says_nothing_of_another(client, world):
    client.force_login(world.people["stranger"])
    assert client.get(reverse("my_work", args=["ekstad"])).status_code == 404


def test_whoever_has_nothing_to_do_is_told_so(client, world):
    client.force_login(world.people["administrator"])
    text = client.get(reverse("my_work", args=["ekstad"])).content.decode()
    assert "Inget väntar på dig" in text
    assert "Du är klar för stunden" in text


def test_a_unit_is_asked_for_the_period_that_is_due_and_late_for_the_one_before(client, world):
    # On a Wednesday: last week's deadline has passed, this week's has not.
    with time_machine.travel(dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)):
        school = make.OrganisationFactory(collaboration=world.here)
        member = make.MembershipFactory(organisation=school, role="reporter")
        unit = make.UnitFactory(organisation=school)
        make.ReportingUnitFactory(unit=unit)
        asked = {}
        for who, user in (("school", member.user), ("police", world.people["police"])):
            client.force_login(user)
            tasks = client.get(reverse("my_work", args=["ekstad"])).context["tasks"]
            asked[who] = [bool(task.get("tag")) for task in tasks if unit.name in task["title"]]
        assert asked == {"school": [True, False], "police": []}
        # Whoever reminds is told how many are missing, and not of each.
        client.force_login(world.people["coordinator"])
        tasks = client.get(reverse("my_work", args=["ekstad"])).context["tasks"]
        assert [task["title"] for task in tasks if "saknas för" in task["title"]] == ["1 enhet saknas för vecka 47"]


@pytest.mark.parametrize("who", ["coordinator", "police"])
def test_much_that_waits_costs_no_more_questions(client, world, who):
    client.force_login(world.people[who])
    page = reverse("my_work", args=["ekstad"])
    group = make.GroupFactory(collaboration=world.here)
    make.GroupMemberFactory(group=group, membership=membership(world, who))
    round_ = make.PrioritisationRoundFactory(group=group)

    def add(first):
        for number in range(first, first + 6):
            problem = make.ProblemFactory(area=world.west, number=number, state=State.DESCRIBED)
            make.RoundProblemFactory(round=round_, problem=problem)
            make.SafetyInspectionFactory(
                place=world.square, organisation=world.police_authority, created_by=world.people[who]
            )
            make.IncidentFactory(
                organisation=world.housing, area=world.west, category=world.vandalism, status=Status.SUBMITTED
            )

    add(1)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    add(20)
    with CaptureQueriesContext(connection) as many:
        assert client.get(page).context["tasks"]
    assert len(many) <= len(few) <= 60


# --- Answering in one press -------------------------------------------------------------------------------------------


WEDNESDAY = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)


@pytest.fixture
def asked(world):
    """A school's reporter, who is asked for two periods, and what their page shows."""
    with time_machine.travel(WEDNESDAY):
        school = make.OrganisationFactory(collaboration=world.here)
        world.people["school"] = make.MembershipFactory(organisation=school, role="reporter").user
        world.reporting_unit = make.ReportingUnitFactory(unit=make.UnitFactory(organisation=school))
        yield world


def forms_of(client, page):
    """The answers' forms of a page, each as its address and its fields."""
    found = []
    for text in page.split('<form method="post" action="')[1:]:
        form = text.split("</form>")[0]
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        if "answered_from_my_work" in fields:
            found.append((form.split('"')[0], fields))
    return found


def test_an_answer_is_one_press_and_comes_back_to_the_page_with_the_rooms_sentence(client, asked):
    client.force_login(asked.people["school"])
    address = reverse("my_work", args=["ekstad"])
    first, second = forms_of(client, client.get(address).content.decode())
    # Where one goes on: the task that stood next.
    tasks = client.get(address).context["tasks"]
    assert first[1]["answered_from_my_work"] == tasks[1]["id"]
    answer = client.post(first[0], first[1])
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address}#task-{tasks[1]['id']}")
    page = client.get(address)
    assert "har inget att rapportera för vecka 47" in page.content.decode()
    assert [task["id"] for task in page.context["tasks"]] == [tasks[1]["id"]]
    # Pressed twice: nothing more happens, and one is back all the same.
    said = NothingToReport.objects.count()
    assert client.post(first[0], first[1]).headers["Location"].startswith(address)
    assert NothingToReport.objects.count() == said == 1
    # The last one leads to the top.
    last = client.post(second[0], second[1])
    assert last.headers["Location"] == f"{address}#main"
    assert client.get(address).context["tasks"] == []


@pytest.mark.parametrize("where", ["https://example.org/", '"><script>', "//example.org", "0123456789abcdeg"])
def test_where_an_answer_leads_is_never_taken_from_the_form(client, asked, where):
    client.force_login(asked.people["school"])
    address = reverse("my_work", args=["ekstad"])
    (url, fields), *_rest = forms_of(client, client.get(address).content.decode())
    answer = client.post(url, {**fields, "answered_from_my_work": where})
    assert answer.headers["Location"] == f"{address}#main"


def test_what_is_refused_is_shown_as_it_is(client, asked):
    client.force_login(asked.people["school"])
    (url, fields), *_rest = forms_of(client, client.get(reverse("my_work", args=["ekstad"])).content.decode())
    assert client.post(url, {**fields, "period": "not a period"}).status_code == 404
    client.force_login(asked.people["stranger"])
    assert client.post(url, fields).status_code == 404
    client.logout()
    assert client.post(url, fields).headers["Location"].startswith("/accounts/login/")


def test_a_letter_leads_to_a_page_that_asks_before_anything_changes(client, asked):
    client.force_login(asked.people["school"])
    task = client.get(reverse("my_work", args=["ekstad"])).context["tasks"][0]
    address = reverse("my_task", args=["ekstad", task["id"]])
    page = client.get(address)
    ((url, fields),) = forms_of(client, page.content.decode())
    assert task["title"] in page.content.decode()
    assert not NothingToReport.objects.exists()
    assert client.post(address).status_code == 405
    client.post(url, fields)
    assert NothingToReport.objects.count() == 1
    assert "Det väntar inte längre på dig" in client.get(address).content.decode()
    # The same address says nothing to anybody else.
    client.force_login(asked.people["police"])
    assert "Det väntar inte längre på dig" in client.get(address).content.decode()
    client.force_login(asked.people["stranger"])
    assert client.get(address).status_code == 404


def test_a_task_without_answers_leads_to_its_own_page(client, world):
    inspection = make.SafetyInspectionFactory(
        place=world.square, organisation=world.police_authority, created_by=world.people["police"]
    )
    client.force_login(world.people["police"])
    (task,) = client.get(reverse("my_work", args=["ekstad"])).context["tasks"]
    answer = client.get(reverse("my_task", args=["ekstad", task["id"]]))
    assert answer.headers["Location"] == reverse("inspection_fill", args=["ekstad", inspection.pk])


def test_a_task_keeps_its_name_when_its_day_and_language_change(monkeypatch):
    rows = [{"title": "A", "url": "/a"}, {"title": "B", "url": "/a"}, {"title": "C", "url": "/a", "key": "c"}]
    collaboration = make.CollaborationFactory.build(pk=1)
    monkeypatch.setattr(work.slots, "fill", lambda name, user, things: {1: rows})
    today = dt.date(2026, 11, 23)
    before = [task["id"] for task in work.tasks_of(None, collaboration, today=today)]
    assert len(set(before)) == 3
    for row in rows:
        row.update(title=row["title"] * 2, due_on=today + dt.timedelta(days=1))
    assert [task["id"] for task in work.tasks_of(None, collaboration, today=today)] == before


def test_everything_that_waits_can_be_named_in_a_letter(client, world):
    """Every room's rows, as each of the cast sees them: none is left to “something”, none names what lies inside."""
    Incident.objects.filter(pk=world.by_reporter.pk).update(status=Status.RETURNED, reviewed_at=timezone.now())
    make.SafetyInspectionFactory(place=world.square, created_by=world.people["police"], organisation=world.housing)
    make.SafetyWalkFactory(area=world.west, created_by=world.people["coordinator"], organisation=world.municipality)
    make.ReportingUnitFactory(unit=world.unit)
    analyst = make.MembershipFactory(organisation=world.municipality, role="analyst").user
    now = timezone.now()
    make.PictureFactory(area=world.west, status="review", sent_for_review_at=now, sent_for_review_by=analyst)
    seen = 0
    for who, person in world.people.items():
        if who == "stranger":
            continue
        for task in work.tasks_of(person, world.here, today=timezone.localdate()):
            seen += 1
            assert task["mail_title"], (who, task["title"])
            for inside in ("Väster", "Västers centrum", "Distrikt Väst", "Bostadsbolaget", "Skadegörelse", "H-"):
                assert inside not in task["mail_title"], (who, task["mail_title"])
    assert seen > 6
