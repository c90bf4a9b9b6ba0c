"""The review queue: one report at a time, decided on once whoever else is at work, and many at once where asked."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common.errors import NotPossible
from incidents import actions, changes, rules
from incidents.merging import merge_incidents
from incidents.models import ImportBatch, Incident, Status
from incidents.reviewing import queries, unusual
from incidents.reviewing.actions import approve_import, approve_marked, carry_out_approval, pick_up_forgotten_approvals
from incidents.reviewing.presenters import row_mark
from incidents.reviewing.queries import Order
from tests import factories as make
from tests.at_once import at_once


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def url(name, *args):
    return reverse(name, args=["ekstad", *args])


def report(world, *, days=1, **values):
    """A report that waits, sent in two hours after it happened."""
    at = timezone.localtime() - dt.timedelta(days=days)
    return make.IncidentFactory(
        **{
            "organisation": world.housing,
            "reporter": world.people["reporter"],
            "area": world.west,
            "category": world.vandalism,
            "status": Status.SUBMITTED,
            "at": at,
            "submitted_at": at + dt.timedelta(hours=2),
            **values,
        }
    )


@pytest.fixture
def only_ours(world):
    """Nothing waits but what the test makes."""
    Incident.objects.filter(status=Status.SUBMITTED).update(status=Status.APPROVED)


@pytest.fixture
def coordinator(client, world):
    client.force_login(world.people["coordinator"])
    return client


def opened(page):
    return page.context["incident"]


def decide(client, incident, decision, **body):
    marks = [row_mark(row) for row in Incident.objects.filter(pk__in=body.get("merge-same", []))]
    body = {"decision": decision, "seen": rules.state_of(incident), "merge-seen": marks, **body}
    return client.post(url("review_decide", incident.pk), body)


# --- Who, and what is shown -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "council", "administrator", "coach"])
def test_only_a_coordinator_has_a_queue(client, world, who):
    client.force_login(world.people[who])
    assert client.get(url("review_queue")).status_code == 403
    assert decide(client, world.waiting, "approve").status_code == 403
    page = client.get(url("incident_list"))
    assert b'href="/ekstad/review/"' not in page.content
    world.waiting.refresh_from_db()
    assert world.waiting.status == Status.SUBMITTED


def test_the_menu_says_how_many_wait(coordinator, world, only_ours):
    page = coordinator.get(url("incident_list"))
    assert b'href="/ekstad/review/"' in page.content
    assert b"menu__count" not in page.content
    for _ in range(3):
        report(world)
    page = coordinator.get(url("incident_list"))
    assert b'class="menu__count">3<' in page.content


def test_beyond_what_anybody_counts_the_menu_says_so(world, only_ours, monkeypatch):
    monkeypatch.setattr(queries, "MENU_COUNTS_TO", 2)
    for _ in range(3):
        report(world)
    assert queries.number_in_menu(world.people["coordinator"], world.here) == "2+"
    assert queries.number_in_menu(world.people["security_lead"], world.here) == ""


def test_nothing_waits_says_what_to_do_next(coordinator, world, only_ours):
    page = coordinator.get(url("review_queue"))
    assert opened(page) is None
    assert b"Everything is decided" in page.content


def test_the_oldest_is_open_and_says_what_where_when_and_who(coordinator, world, only_ours):
    report(world, days=1)
    old = report(
        world, days=5, place=world.square, unit=world.unit, description="Anna Svensson krossade rutan.\nTvå rutor."
    )
    page = coordinator.get(url("review_queue"))
    assert opened(page) == old
    text = page.content.decode()
    for words in ("Vandalism", "Västers centrum, Väster", "reporter, Bostadsbolaget, Distrikt Väst", "1 of 2"):
        assert words in text
    assert "<mark>Anna Svensson<sup>" in text
    assert page.context["report"]["findings"]
    assert [row["has_findings"] for row in page.context["rows"]] == [True, False]


def test_the_text_is_escaped_where_it_is_marked(coordinator, world, only_ours):
    report(world, description="<b>Anna Svensson</b> & <script>alert(1)</script>")
    text = coordinator.get(url("review_queue")).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_reading_anothers_report_in_the_queue_is_logged(coordinator, world, only_ours):
    incident = report(world, description="Krossad ruta.")
    coordinator.get(url("review_queue"))
    assert Event.objects.filter(action="incident_read", subject_id=str(incident.pk)).count() == 1


def test_another_collaborations_reports_are_nowhere(coordinator, world, only_ours):
    foreign = report(world, organisation=world.foreign, reporter=None, area=world.far, category=world.foreign_category)
    assert opened(coordinator.get(url("review_queue") + f"?report={foreign.pk}")) is None
    assert decide(coordinator, foreign, "approve").status_code == 404
    response = coordinator.post(url("review_marked"), {"marked": [f"{foreign.pk} {rules.state_of(foreign)}"]})
    assert response.status_code == 302
    foreign.refresh_from_db()
    assert foreign.status == Status.SUBMITTED


@pytest.mark.parametrize("asked", ["999999999999999999", "0", "-1", "x", "²", "99999999999999999999999"])
def test_what_is_no_report_leads_to_the_first_that_waits(coordinator, world, only_ours, asked):
    first = report(world)
    assert opened(coordinator.get(url("review_queue"), {"report": asked, "sort": asked})) == first


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_after_each_decision_the_next_one_opens(coordinator, world, only_ours):
    first, second, third = report(world, days=9), report(world, days=8), report(world, days=7)
    page = coordinator.get(url("review_queue"))
    assert (page.context["before"], page.context["after"], page.context["at"]) == (None, second.pk, 1)
    response = decide(coordinator, first, "approve", next=second.pk)
    assert response.url == url("review_queue") + f"?report={second.pk}"
    response = decide(coordinator, second, "return", next=third.pk, **{"return-reason": "Vilken port?"})
    page = coordinator.get(response.url)
    assert opened(page) == third
    decide(coordinator, third, "reject", **{"reject-reason": "duplicate"})
    assert opened(coordinator.get(url("review_queue"))) is None
    statuses = [Incident.objects.get(pk=one.pk).status for one in (first, second, third)]
    assert statuses == [Status.APPROVED, Status.RETURNED, Status.REJECTED]


@pytest.mark.parametrize(
    ("decision", "body", "words"),
    [
        ("return", {"return-reason": " "}, b"Say what the reporter should change."),
        ("return", {"return-reason": "Ring 070-123 45 67"}, b"points at a person"),
        ("reject", {}, b"Choose why the report is rejected."),
        ("merge", {}, b"Choose which reports are about the same event."),
    ],
)
def test_a_decision_without_its_reason_is_asked_again_on_the_same_report(
    coordinator, world, only_ours, decision, body, words
):
    report(world, days=3)
    incident = report(world, days=2)
    response = decide(coordinator, incident, decision, **body)
    assert response.status_code == 422
    assert opened(response) == incident
    assert words in response.content
    incident.refresh_from_db()
    assert incident.status == Status.SUBMITTED


def test_what_was_decided_meanwhile_is_not_decided_again(coordinator, world, only_ours):
    incident = report(world)
    seen = rules.state_of(incident)
    world._person("second", "coordinator", world.municipality)
    actions.approve_incident(incident=incident, by=world.people["second"])
    for decision, body in (("approve", {}), ("return", {"return-reason": "Vilken port?"})):
        response = coordinator.post(
            url("review_decide", incident.pk), {"decision": decision, "seen": seen, **body}, follow=True
        )
        assert b"Somebody else was quicker" in response.content
    incident.refresh_from_db()
    assert incident.status == Status.APPROVED


def test_the_same_press_sent_twice_says_the_same_twice(coordinator, world, only_ours):
    for decision, body in (("approve", {}), ("return", {"return-reason": "Vilken port?"})):
        incident = report(world)
        body = {"decision": decision, "seen": rules.state_of(incident), **body}
        first, second = (coordinator.post(url("review_decide", incident.pk), body, follow=True) for _ in range(2))
        said = [[str(message) for message in answer.context["messages"]] for answer in (first, second)]
        assert said[0] == said[1]
        assert incident.ref in said[0][0]
        assert Event.objects.filter(subject_id=str(incident.pk), action__startswith="incident_").count() == 1


def test_who_asks_for_a_report_that_waits_no_more_is_told_that_it_is_another(coordinator, world, only_ours):
    """A bookmark, the back button, or a colleague who merged it while the list was open."""
    gone, waits = report(world, days=3), report(world, days=2)
    kept = report(world, days=9, lon=16.139)
    merge_incidents(keep=kept, others=[gone], by=world.people["coordinator"])
    page = coordinator.get(url("review_queue"), {"report": gone.pk})
    assert opened(page) in {kept, waits}
    assert [str(m) for m in page.context["messages"]] == [
        f"{gone.ref} does not wait any more: it is {Status.MERGED.label}. You see the next one."
    ]
    # Whoever has just decided something is led on without a word about what a colleague did to the next one.
    page = coordinator.post(
        url("review_decide", waits.pk),
        {"decision": "approve", "seen": rules.state_of(waits), "next": gone.pk},
        follow=True,
    )
    assert opened(page) == kept
    assert [str(m) for m in page.context["messages"]] == [f"{waits.ref} is approved and counted."]


def test_what_another_collaboration_decided_is_not_told(coordinator, world, only_ours):
    report(world)
    page = coordinator.get(url("review_queue"), {"report": world.abroad.pk})
    assert not list(page.context["messages"])


def test_what_was_corrected_meanwhile_is_read_again_first(coordinator, world, only_ours):
    incident = report(world)
    seen = rules.state_of(incident)
    Incident.objects.filter(pk=incident.pk).update(submitted_at=timezone.now(), description="En annan text.")
    response = coordinator.post(url("review_decide", incident.pk), {"decision": "approve", "seen": seen}, follow=True)
    assert b"has been corrected since you opened it" in response.content
    incident.refresh_from_db()
    assert incident.status == Status.SUBMITTED


@pytest.mark.parametrize("body", [{"decision": "approve"}, {"decision": "approve", "seen": ""}, {"decision": "x"}, {}])
def test_a_press_that_shows_nothing_of_the_report_decides_nothing(coordinator, world, only_ours, body):
    incident = report(world)
    assert coordinator.post(url("review_decide", incident.pk), body).status_code == 302
    incident.refresh_from_db()
    assert incident.status == Status.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_decide_a_report_once(transactional_db):
    from tests.world import World

    world = World()
    world._person("second", "coordinator", world.municipality)
    one, other = world.people["coordinator"], world.people["second"]
    decisions = [
        lambda incident, by, seen: actions.approve_incident(incident=incident, by=by, as_seen=seen),
        lambda incident, by, seen: actions.return_incident(incident=incident, by=by, reason="Vad?", as_seen=seen),
        lambda incident, by, seen: actions.reject_incident(
            incident=incident, by=by, reason=rules.RejectReason.DUPLICATE, as_seen=seen
        ),
    ]
    for first in decisions:
        for second in decisions:
            incident = report(world)
            seen = rules.state_of(incident)
            answers = at_once(
                lambda first=first, incident=incident, seen=seen: first(incident, one, seen),
                lambda second=second, incident=incident, seen=seen: second(incident, other, seen),
            )
            assert sum(isinstance(answer, NotPossible) for answer in answers) == 1
            events = Event.objects.filter(subject_id=str(incident.pk), action__startswith="incident_")
            assert events.count() == 1


# --- The same event ---------------------------------------------------------------------------------------------------


def test_reports_of_the_same_event_are_offered_and_counted_as_one(coordinator, world, only_ours):
    known = report(world, days=1.5, status=Status.APPROVED, organisation=world.other_housing, reporter=None)
    Incident.objects.exclude(pk=known.pk).update(lon=16.10, lat=58.571)
    incident = report(world, days=1)
    page = coordinator.get(url("review_queue"))
    assert [row["incident"] for row in page.context["alike"]] == [known]
    assert b"may be about the same event" in page.content
    counted = Incident.objects.counted().count()
    response = decide(coordinator, incident, "merge", **{"merge-same": [known.pk]})
    assert response.status_code == 302
    incident.refresh_from_db()
    assert (incident.status, incident.merged_into) == (Status.MERGED, known)
    assert Incident.objects.counted().count() == counted
    page = coordinator.get(url("incident_detail", known.pk))
    assert page.context["counted_with"] == [incident]
    coordinator.post(url("incident_unmerge", incident.pk))
    incident.refresh_from_db()
    assert (incident.status, incident.merged_into) == (Status.SUBMITTED, None)


def test_merged_into_one_that_waits_that_one_comes_next(coordinator, world, only_ours):
    first, second = report(world, days=1.2), report(world, days=1)
    response = decide(coordinator, second, "merge", next="1", **{"merge-same": [first.pk], "merge-keep": first.pk})
    assert response.url.endswith(f"?report={first.pk}")
    assert Incident.objects.get(pk=second.pk).merged_into == first


def test_what_counts_must_be_among_the_chosen(coordinator, world, only_ours):
    one, two, incident = report(world, days=1.2), report(world, days=1.1), report(world, days=1)
    response = decide(coordinator, incident, "merge", **{"merge-same": [one.pk], "merge-keep": two.pk})
    assert response.status_code == 422
    far = report(world, lon=16.13)
    assert decide(coordinator, incident, "merge", **{"merge-same": [far.pk]}).status_code == 422
    assert not Incident.objects.filter(status=Status.MERGED).exists()


def test_a_report_that_was_corrected_beside_the_open_one_is_read_again_first(coordinator, world, only_ours):
    first, second = report(world, days=1.2), report(world, days=1)
    page = coordinator.get(url("review_queue"), {"report": second.pk}).content.decode()
    marks = re.findall(r'name="merge-seen" value="([^"]*)"', page)
    assert row_mark(first) in marks
    Incident.objects.filter(pk=first.pk).update(submitted_at=timezone.now(), description="En annan text.")
    body = {"merge-same": [first.pk], "merge-keep": second.pk, "merge-seen": marks}
    answer = decide(coordinator, second, "merge", **body)
    assert answer.url == url("review_queue") + f"?report={second.pk}"
    page = coordinator.get(answer.url)
    sentence = f"{first.ref} has been changed since you opened it. Read it again."
    assert [str(message) for message in page.context["messages"]] == [sentence]
    assert opened(page) == second
    # Neither is what the page said nothing about.
    decide(coordinator, second, "merge", **{**body, "merge-seen": []})
    assert not Incident.objects.filter(status=Status.MERGED).exists()
    marks = re.findall(r'name="merge-seen" value="([^"]*)"', page.content.decode())
    assert decide(coordinator, second, "merge", **{**body, "merge-seen": marks}).status_code == 302
    assert Incident.objects.get(pk=first.pk).merged_into == second


def test_whoever_reported_sees_that_it_is_counted_and_nothing_of_the_other(client, world, only_ours):
    from incidents.merging import merge_incidents

    others = report(world, organisation=world.other_housing, reporter=world.people["other_housing"])
    mine = report(world, description="Krossad ruta.")
    merge_incidents(keep=others, others=[mine], by=world.people["coordinator"])
    for who in ("reporter", "security_lead"):
        client.force_login(world.people[who])
        page = client.get(url("incident_detail", mine.pk))
        main = page.content.decode().split("<main")[1].split("</main>")[0]
        assert "Counted together with another report" in main
        assert "Krossad ruta." in main
        for secret in (others.ref, "Hemvärden", f"/{others.pk}/", "Take them apart"):
            assert secret not in main


@pytest.mark.parametrize("within", [None, 400])
def test_a_category_may_say_how_near_is_the_same(world, only_ours, within):
    world.vandalism.same_event_m = within
    world.vandalism.save()
    Incident.objects.update(lon=16.10, lat=58.571)
    incident = report(world)
    away = report(world, lon=16.12 + 300 / 58_000)
    alike, around = queries.near(world.people["coordinator"], Incident.objects.get(pk=incident.pk))
    assert [one.incident.pk for one in alike] == ([away.pk] if within else [])
    assert around == []


def test_what_lies_near_is_bounded_and_only_what_is_shown_is_fetched_whole(
    world, only_ours, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(queries, "LOOKED_AT", 15)
    for _ in range(20):
        report(world)
    incident = Incident.objects.select_related(*queries.WITH_ROW).get(pk=report(world).pk)
    by = world.people["coordinator"]
    by.active_memberships  # noqa: B018  asked for once a request
    fetched = []
    from_db = Incident.from_db.__func__
    monkeypatch.setattr(Incident, "from_db", classmethod(lambda cls, *row: fetched.append(1) or from_db(cls, *row)))
    # The limits of the kin, the points nearby, and the few that are shown.
    with django_assert_num_queries(3):
        alike, around = queries.near(by, incident)
    assert len(fetched) == len(alike) + len(around) == queries.SUGGESTED


# --- What is unusual --------------------------------------------------------------------------------------------------


def test_what_is_unusual_comes_first(coordinator, world, only_ours):
    Incident.objects.all().delete()
    today = timezone.localdate()
    noon = timezone.localtime().replace(hour=12)
    for week in range(1, 13):
        for _ in range(4):
            monday = today - dt.timedelta(days=today.weekday() + 7 * week)
            make.IncidentFactory(
                organisation=world.housing, area=world.west, category=world.vandalism,
                at=noon - dt.timedelta(days=(today - monday).days),
            )  # fmt: skip
    usual = report(world, days=0, at=noon - dt.timedelta(days=today.weekday(), hours=3))
    rare = report(world, days=0, at=noon - dt.timedelta(hours=2), category=world.drugs)
    without_area = report(world, area=None, location="none", lon=None, lat=None, cell=None)
    page = coordinator.get(url("review_queue") + "?sort=unusual")
    shown = [row["incident"] for row in page.context["rows"]]
    assert shown == [rare, usual, without_area]
    assert "1 in the area that week, usually 0.0" in page.content.decode()
    assert "1 in the area that week, usually 4.0" in page.content.decode()


def test_a_running_week_is_compared_with_as_many_days_of_the_weeks_before():
    wednesday = dt.date(2026, 11, 18)
    monday = unusual.monday_of(wednesday)
    # Every week four reports by its third day and ten in all; this week has had four, and last week ten.
    per_week = {(1, 2, monday - dt.timedelta(days=7 * back)): (10, 4) for back in range(1, 30)}
    per_week[1, 2, monday] = (4, 4)
    last_week = monday - dt.timedelta(days=7)
    found = unusual.standings([(1, 2, monday), (1, 2, last_week), (1, 3, monday)], per_week, today=wednesday)
    assert (found[1, 2, monday].count, found[1, 2, monday].usual) == (4, 4.0)
    assert (found[1, 2, last_week].count, found[1, 2, last_week].usual) == (10, 10.0)
    assert (found[1, 3, monday].count, found[1, 3, monday].usual) == (0, 0.0)


def slow_standing(key, per_week, today):
    """The count of the week and the mean of the twelve before, each looked up by itself."""
    area, category, monday = key
    which = 1 if monday == unusual.monday_of(today) else 0
    before = [(area, category, monday - dt.timedelta(days=7 * back)) for back in range(1, 13)]
    return per_week.get(key, (0, 0))[which], sum(per_week.get(week, (0, 0))[which] for week in before) / 12


WEEKS = st.integers(0, 45).map(lambda back: dt.date(2026, 11, 16) - dt.timedelta(days=7 * back))
KEYS = st.tuples(st.integers(1, 2), st.integers(1, 3), WEEKS)


@given(
    asked=st.lists(KEYS, max_size=8),
    per_week=st.dictionaries(KEYS, st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=60),
)
def test_standings_agree_with_looking_up_week_by_week(asked, per_week):
    today = dt.date(2026, 11, 18)
    found = unusual.standings(asked, per_week, today=today)
    assert set(found) == set(asked)
    for key in asked:
        assert (found[key].count, pytest.approx(found[key].usual)) == slow_standing(key, per_week, today)


def test_the_database_and_the_calendar_agree_on_weeks(world, only_ours):
    """Around the turn of years of 52 and 53 weeks, and on both sides of a change of the clock."""
    days = [dt.date(2026, 12, 24), dt.date(2021, 1, 1), dt.date(2020, 12, 28), dt.date(2026, 3, 23)]
    days = [day + dt.timedelta(days=number) for day in days for number in range(9)]
    midnight = dt.time(0, 5, tzinfo=timezone.get_current_timezone())
    rows = [make.IncidentFactory.build(at=dt.datetime.combine(day, midnight)) for day in days]
    here = {
        "collaboration": world.here, "organisation": world.housing, "category": world.vandalism, "area": world.west,
    }  # fmt: skip
    for row in rows:
        for name, value in here.items():
            setattr(row, name, value)
    Incident.objects.bulk_create(rows)
    found = Incident.objects.filter(pk__in=[row.pk for row in rows]).annotate(monday=queries.WEEK)
    weeks = list(found.values_list("occurred_on", "monday"))
    assert sorted(day for day, _monday in weeks) == sorted(days)
    assert all(monday == unusual.monday_of(day) for day, monday in weeks)


def test_the_database_counts_a_running_week_so_far(world, only_ours):
    """A week ago there was one report by this day of the week, and whatever came later in that week."""
    today = timezone.localdate()
    monday = unusual.monday_of(today)
    Incident.objects.all().delete()
    noon = timezone.localtime().replace(hour=12)
    for day in range(7):
        report(world, status=Status.APPROVED, at=noon - dt.timedelta(days=(today - monday).days + 7 - day))
    this = report(world, days=0)
    found = queries.standing_of(this, today=today)
    assert (found.count, found.usual) == (1, pytest.approx((today.weekday() + 1) / 12))


def test_how_many_wait_does_not_change_how_much_is_asked(world, only_ours, django_assert_max_num_queries):
    by = world.people["coordinator"]
    by.active_memberships  # noqa: B018
    for _ in range(12):
        report(world)
    for order in Order:
        with django_assert_max_num_queries(4):
            queue = queries.queue_of(by, world.here, order, today=timezone.localdate())
        assert (len(queue.rows), queue.count) == (12, 12)


# --- What is asked for, and the pages of it ---------------------------------------------------------------------------


def many(world, number, *, first=1, over=150, **values):
    """So many, stored at once: one a day from the first day back in time, and over again."""
    now = timezone.localtime()
    fixed = {
        "collaboration": world.here, "organisation": world.housing, "area": world.west, "category": world.vandalism,
        "status": Status.SUBMITTED, "submitted_at": now, **values,
    }  # fmt: skip
    days = (now - dt.timedelta(days=first + n % over) for n in range(number))
    return Incident.objects.bulk_create([make.IncidentFactory.build(at=at, **fixed) for at in days])


def shown(page):
    return [row["incident"].pk for row in page.context["rows"]]


def in_order():
    """What waits, the oldest first, put in order without the database."""
    rows = Incident.objects.filter(status=Status.SUBMITTED).values_list("occurred_on", "pk")
    return [pk for _day, pk in sorted(rows)]


@pytest.mark.parametrize(("number", "pages"), [(0, [0]), (3, [3]), (60, [50, 10])])
def test_every_report_that_waits_is_on_one_page_and_the_number_is_said_first(
    coordinator, world, only_ours, number, pages
):
    many(world, number)
    found = []
    for at, rows in enumerate(pages, start=1):
        page = coordinator.get(url("review_queue"), {"page": at})
        text = page.content.decode()
        if number:
            assert f"{number} wait, {rows} shown" in text
            assert page.context["at"] == len(found) + 1
            found += shown(page)
            assert len(shown(page)) == rows
            assert ("Page 2" in text) == (len(pages) > 1)
        else:
            assert b"Everything is decided" in page.content
    assert found == in_order()


@pytest.mark.parametrize("sort", ["oldest", "unusual"])
def test_three_thousand_are_gone_through_page_by_page_and_none_is_missing(coordinator, world, only_ours, sort):
    many(world, 2_980)
    # What cannot be compared: without an area, and known to the month only.
    many(world, 10, area=None)
    Incident.objects.filter(pk__in=in_order()[:10]).update(time_precision=Incident.TimePrecision.MONTH)
    by, today = world.people["coordinator"], timezone.localdate()
    whole = []
    for page in range(1, 61):
        queue = queries.queue_of(by, world.here, Order(sort), today=today, page=page)
        whole += [row.pk for row in queue.rows]
    assert queue.count == 2_990
    assert sorted(whole) == sorted(in_order())
    assert queue.page.number == 60
    # Every report finds its own page and its own neighbours, also over the edge of a page.
    for at in (0, 1, 49, 50, 99, 1_500, 2_979, 2_980, 2_989):
        opened = Incident.objects.get(pk=whole[at])
        queue = queries.queue_of(by, world.here, Order(sort), today=today, opened=opened)
        assert queue.page.number == at // 50 + 1
        before, after = whole[at - 1] if at else None, whole[at + 1] if at + 1 < len(whole) else None
        assert queue.beside(opened.pk) == (before, after, at + 1)


def test_what_is_unusual_is_judged_among_all_that_waits_and_not_among_the_latest(coordinator, world, only_ours):
    """A rare report among six hundred newer ones of a kind that comes every day."""
    Incident.objects.all().delete()
    many(world, 600)
    many(world, 600, first=151, status=Status.APPROVED)
    rare = report(world, days=160, category=world.drugs, area=world.east)
    page = coordinator.get(url("review_queue"), {"sort": "unusual"})
    assert shown(page)[0] == rare.pk
    found = page.context["rows"]
    assert len(found) == 50
    # No page holds anything more unusual than the page before it.
    by, today = world.people["coordinator"], timezone.localdate()
    chances = []
    for number in range(1, 14):
        queue = queries.queue_of(by, world.here, Order.UNUSUAL, today=today, page=number)
        for row in queue.rows:
            chances.append(queue.standings[row.pk].chance)
    assert len(chances) == 601
    assert chances == sorted(chances)


@pytest.mark.parametrize("number", [0, 3, 60])
def test_what_cannot_be_judged_is_shown_all_the_same(coordinator, world, only_ours, number):
    many(world, number, time_precision=Incident.TimePrecision.MONTH)
    found = [pk for at in (1, 2) for pk in shown(coordinator.get(url("review_queue"), {"sort": "unusual", "page": at}))]
    assert sorted(set(found)) == sorted(in_order())


@pytest.mark.parametrize("asked", ["0", "-1", "x", "999", "²", ""])
def test_a_page_that_is_none_leads_to_one_that_is(coordinator, world, only_ours, asked):
    many(world, 60)
    page = coordinator.get(url("review_queue"), {"page": asked})
    assert page.status_code == 200
    assert len(shown(page)) in {50, 10}


@pytest.mark.parametrize("sort", ["oldest", "unusual"])
def test_how_many_wait_and_what_is_chosen_does_not_change_how_much_the_page_asks(
    coordinator, world, only_ours, sort, django_assert_max_num_queries
):
    def asks(**query):
        with django_assert_max_num_queries(28) as asked:
            coordinator.get(url("review_queue"), {"sort": sort, **query})
        return len(asked)

    many(world, 3)
    asks()
    few, chosen = asks(), asks(area=world.west.slug, organisation=world.housing.pk)
    many(world, 300)
    assert asks() <= few
    assert asks(area=world.west.slug, organisation=world.housing.pk) <= chosen
    assert asks(page=3) <= few + 1


def test_the_queue_is_narrowed_to_an_area_with_what_lies_in_it_and_to_an_organisation(coordinator, world, only_ours):
    west, east = report(world, days=3), report(world, days=2, area=world.east, lon=16.16)
    theirs = report(world, days=1, organisation=world.other_housing, reporter=None)
    nowhere = report(world, days=4, area=None, location="none", lon=None, lat=None, cell=None)

    def asked(**query):
        return set(shown(coordinator.get(url("review_queue"), query)))

    assert asked() == {west.pk, east.pk, theirs.pk, nowhere.pk}
    assert asked(area=world.west.slug) == {west.pk, theirs.pk}
    assert asked(area=world.town.slug) == {west.pk, east.pk, theirs.pk}
    assert asked(area="-") == {nowhere.pk}
    assert asked(organisation=world.other_housing.pk) == {theirs.pk}
    assert asked(area=world.east.slug, organisation=world.housing.pk, sort="unusual") == {east.pk}
    page = coordinator.get(url("review_queue"), {"area": world.west.slug})
    text = page.content.decode()
    assert "2 reports wait in Väster" in text
    assert "4 wait in all." in text
    assert "1 of 2" in text
    # Only where something waits is offered, and how much.
    words = [str(label) for _value, label in page.context["form"].fields["area"].choices]
    assert words == ["All areas", "Ekstads kommun (3)", "Väster (2)", "Öster (1)", "Without an area (1)"]
    words = [str(label) for _value, label in page.context["form"].fields["organisation"].choices]
    assert words == ["All organisations", "Bostadsbolaget (3)", "Hemvärden (1)"]


@pytest.mark.parametrize("asked", [{"area": "annanstad-centrum"}, {"area": "x"}, {"organisation": "x"}])
def test_what_is_no_choice_is_said_and_never_widens_the_queue(coordinator, world, only_ours, asked):
    report(world)
    page = coordinator.get(url("review_queue"), asked)
    assert page.status_code == 200
    assert opened(page) is None
    text = page.content.decode()
    assert "Choose one from the list." in text
    # It does not say that nothing waits where nobody has looked.
    assert "No reports match" in text
    assert "Nothing waits" not in text
    assert "1 waits in all." in text


def test_another_collaborations_areas_and_organisations_are_not_offered(coordinator, world, only_ours):
    report(world)
    text = coordinator.get(url("review_queue")).content.decode()
    assert "Annanstad" not in text
    assert "Bostaden" not in text
    for asked in ({"area": world.far.slug}, {"organisation": world.foreign.pk}):
        assert opened(coordinator.get(url("review_queue"), asked)) is None


def test_nothing_in_the_choice_says_that_others_wait(coordinator, world, only_ours):
    report(world)
    page = coordinator.get(url("review_queue"), {"area": world.east.slug})
    text = page.content.decode()
    assert "Nothing waits in Öster" in text
    assert "1 waits in all." in text
    assert f'href="{url("review_queue")}"' in text
    assert f'value="{world.east.slug}" selected' in text


def kept(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def hidden(page):
    """What the page's own forms send besides what somebody writes."""
    return set(re.findall(r'<input type="hidden" name="(sort|area|organisation|page)" value="([^"]*)">', page))


def test_the_choice_is_kept_by_every_decision_link_and_form(coordinator, world, only_ours):
    choice = {"sort": "unusual", "area": world.west.slug, "organisation": str(world.housing.pk)}
    rows = many(world, 120)
    report(world, days=300, area=world.east)
    page = coordinator.get(url("review_queue"), choice)
    text = page.content.decode()
    assert set(choice.items()) <= hidden(text)
    for link in ("before", "after"):
        if page.context[link]:
            assert all(f"{name}={value}" in page.context[f"{link}_url"] for name, value in choice.items())
    for address in (row["url"] for row in page.context["rows"]):
        assert choice.items() <= kept(address).items()
    for address in (one["url"] for one in page.context["orders"]):
        assert kept(address)["area"] == world.west.slug
    assert page.context["page"].paginator.count == 120

    # One by one: the next one opens, and the list is still the chosen one.
    first, second = shown(page)[:2]
    body = {**choice, "next": second}
    answer = decide(coordinator, Incident.objects.get(pk=first), "approve", **body)
    assert kept(answer.url) == {**choice, "report": str(second)}
    # Without its reason it is asked again, and every link of that page leads back to the queue.
    answer = decide(coordinator, Incident.objects.get(pk=second), "return", **choice, **{"return-reason": " "})
    assert answer.status_code == 422
    assert len(shown(answer)) == 50
    assert set(choice.items()) <= hidden(answer.content.decode())
    main = answer.content.decode().split("<main")[1]
    assert 'href="?' not in main
    # Many at once, from the last page: the choice is kept, and the page that is left is shown.
    page = coordinator.get(url("review_queue"), {**choice, "page": 3})
    assert len(shown(page)) == 19
    marks = [row["mark"] for row in page.context["rows"]]
    answer = coordinator.post(url("review_marked"), {**choice, "page": "3", "report": shown(page)[0], "marked": marks})
    assert kept(answer.url) == {**choice, "page": "3"}
    page = coordinator.get(answer.url)
    assert (page.context["page"].number, page.context["page"].paginator.count) == (2, 100)
    assert len(rows) == 120


def test_a_whole_import_is_approved_and_the_choice_kept(coordinator, world, only_ours):
    batch = an_import(world, 2)
    choice = {"area": world.west.slug, "sort": "unusual"}
    answer = coordinator.post(url("review_import", batch.pk), choice)
    assert kept(answer.url) == choice


# --- Many at once -----------------------------------------------------------------------------------------------------


def test_marked_reports_are_approved_each_by_itself_and_the_rest_goes_on(coordinator, world, only_ours):
    rows = [report(world) for _ in range(4)]
    marks = [f"{row.pk} {rules.state_of(row)}" for row in rows[:3]]
    actions.reject_incident(incident=rows[1], by=world.people["coordinator"], reason="duplicate")
    page = coordinator.post(
        url("review_marked"), {"marked": [*marks, "x y", "99999 submitted", "", "12"], "sort": "unusual"}, follow=True
    )
    statuses = [Incident.objects.get(pk=row.pk).status for row in rows]
    assert statuses == [Status.APPROVED, Status.REJECTED, Status.APPROVED, Status.SUBMITTED]
    assert b"2 reports are approved." in page.content
    assert f"Somebody else was quicker: {rows[1].ref} is rejected." in page.content.decode()
    assert Event.objects.filter(action="incident_approved").count() == 2
    assert page.context["kept"] == {"sort": "unusual"}


def test_the_same_marks_sent_twice_say_the_same_twice(coordinator, world, only_ours):
    rows = [report(world, days=days) for days in (3, 2)]
    body = {"marked": [row_mark(row) for row in rows]}
    first, second = (coordinator.post(url("review_marked"), body, follow=True) for _ in range(2))
    said = [[str(message) for message in answer.context["messages"]] for answer in (first, second)]
    assert said == [["2 reports are approved."]] * 2
    assert Event.objects.filter(action="incident_approved").count() == 2


def test_without_a_mark_nothing_is_approved(coordinator, world, only_ours):
    incident = report(world)
    page = coordinator.post(url("review_marked"), {}, follow=True)
    assert b"Mark the reports you want to approve." in page.content
    incident.refresh_from_db()
    assert incident.status == Status.SUBMITTED


def test_marked_rows_need_the_right_to_review(world, only_ours):
    incident = report(world)
    result = approve_marked(marked=[(incident, rules.state_of(incident))], by=world.people["police"])
    assert (result.approved, len(result.refused)) == ([], 1)


def an_import(world, rows, **values):
    batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE, stored=rows)
    for _ in range(rows):
        report(world, import_batch=batch, reporter=None, **values)
    return batch


def test_a_whole_import_is_approved_by_one_press_but_for_rows_without_their_text(coordinator, world, only_ours):
    batch = an_import(world, 3)
    removed = report(world, import_batch=batch, is_text_removed=True)
    other = report(world)
    page = coordinator.get(url("review_queue"))
    assert [(one.batch, one.together, one.alone) for one in page.context["batches"]] == [(batch, 3, 1)]
    page = coordinator.post(url("review_import", batch.pk), follow=True)
    assert b"3 rows are approved." in page.content
    assert set(Incident.objects.filter(status=Status.SUBMITTED)) == {removed, other}
    event = Event.objects.get(action="import_approved")
    assert (event.subject_id, event.details) == (str(batch.pk), {"rows": 3})
    assert (
        b"Nothing of this import waits any more."
        in coordinator.post(url("review_import", batch.pk), follow=True).content
    )


def test_a_large_import_is_approved_in_the_background_once(
    world, only_ours, monkeypatch, django_capture_on_commit_callbacks
):
    heard = []
    monkeypatch.setattr(changes, "listeners", [lambda collaboration, areas: heard.append(areas)])
    monkeypatch.setattr("incidents.reviewing.actions.AT_ONCE_UP_TO", 2)
    sent = []
    monkeypatch.setattr("incidents.tasks.approve_rows_of_import.delay_on_commit", sent.append)
    monkeypatch.setattr("incidents.tasks.approve_rows_of_import.delay", sent.append)
    batch = an_import(world, 4)
    by = world.people["coordinator"]
    assert approve_import(batch=batch, by=by) is None
    assert approve_import(batch=batch, by=by) is None
    assert sent == [batch.pk]
    assert Incident.objects.filter(import_batch=batch, status=Status.SUBMITTED).count() == 4
    # A worker that dies before it begins leaves the wish behind.
    assert pick_up_forgotten_approvals(timezone.now() + dt.timedelta(minutes=2)) == [batch.pk]
    assert carry_out_approval(batch.pk) == 4
    assert carry_out_approval(batch.pk) == 0
    assert pick_up_forgotten_approvals(timezone.now() + dt.timedelta(minutes=2)) == []
    rows = Incident.objects.filter(import_batch=batch)
    assert {(row.status, row.reviewed_by) for row in rows} == {(Status.APPROVED, by)}
    assert heard == [{world.west.pk}]


@pytest.mark.django_db(transaction=True)
def test_an_import_approved_by_two_at_once_is_approved_once(transactional_db):
    from tests.world import World

    world = World()
    batch = an_import(world, 5)
    by = world.people["coordinator"]
    answers = at_once(lambda: approve_import(batch=batch, by=by), lambda: approve_import(batch=batch, by=by))
    assert sorted(str(answer) for answer in answers)[0] == "5"
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 1
    assert Event.objects.filter(action="import_approved").count() == 1
