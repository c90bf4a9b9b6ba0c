"""Who has reported, who had nothing and who is missing; the word that there was nothing; reminders, once each."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from analysis.periods import parse
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents import tasks
from incidents.coverage import actions as coverage_actions
from incidents.coverage import answers, deadlines
from incidents.coverage.answers import State
from incidents.models import Incident, NothingToReport, ReportingRhythm, ReportReminder, Status
from partners.models import Notification, User
from partners.notifications.queries import shown as news_shown
from partners.notifications.sending import send_at_once
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEEK_46 = parse("2026-W46")
WEEK_47 = parse("2026-W47")


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


# A Tuesday in week 47: the deadline of week 46 was yesterday at noon.
TUESDAY = at("2026-11-17T09:00")


def rhythm(**values):
    return ReportingRhythm(**values)


# --- Periods and deadlines


@pytest.mark.parametrize(
    ("every", "day", "start", "days"),
    [
        ("week", dt.date(2026, 11, 18), dt.date(2026, 11, 16), 7),
        ("fortnight", dt.date(2026, 11, 11), dt.date(2026, 11, 2), 14),
        ("fortnight", dt.date(2023, 12, 31), dt.date(2023, 12, 18), 14),
        ("month", dt.date(2026, 11, 18), dt.date(2026, 11, 1), 30),
    ],
)
def test_the_period_a_day_belongs_to(every, day, start, days):
    period = deadlines.period_of(rhythm(every=every), day)
    assert (period.start, period.days) == (start, days)


def test_fortnights_follow_each_other_over_a_year_with_53_weeks():
    every = rhythm(every="fortnight")
    periods = deadlines.periods_until(every, dt.date(2026, 12, 1), dt.date(2027, 2, 1))
    assert all(one.end == after.start for one, after in pairwise(periods))
    assert {period.days for period in periods} == {14}


@pytest.mark.parametrize(
    ("period", "weekday", "deadline"),
    [
        ("2026-W46", 0, "2026-11-16T12:00"),
        ("2026-W46", 2, "2026-11-18T12:00"),
        # Easter Monday, and Christmas Eve on a Thursday followed by two public holidays and a weekend.
        ("2026-W14", 0, "2026-04-07T12:00"),
        ("2026-W51", 3, "2026-12-28T12:00"),
        ("2026-11", 0, "2026-12-07T12:00"),
    ],
)
def test_the_deadline_moves_past_public_holidays(period, weekday, deadline):
    assert deadlines.deadline_of(rhythm(deadline_weekday=weekday), parse(period)) == at(deadline)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("2026-11-16T11:59", "2026-W46"),
        ("2026-11-16T12:00", "2026-W47"),
        ("2026-11-22T23:00", "2026-W47"),
        ("2026-04-06T15:00", "2026-W14"),
    ],
)
def test_people_report_for_the_earliest_period_that_is_still_open(now, code):
    assert deadlines.due_period(rhythm(), at(now)).code == code


# --- States


def state(unit, period=WEEK_46, now=TUESDAY):
    return answers.coverage(unit.collaboration, first_day=period.start, now=now).state(unit, 0)


@pytest.fixture
def unit(world):
    return make.ReportingUnitFactory(unit=world.unit)


def report(world, reporting, when="2026-11-11T10:00", **values):
    given = {"organisation": world.housing, "unit": reporting.unit, "area": world.west, "category": world.vandalism}
    return make.IncidentFactory(at=at(when), **{**given, **values})


def test_a_silent_unit_is_awaited_until_the_deadline_and_missing_after_it(unit):
    assert state(unit, now=at("2026-11-16T11:59")) == State.WAITING
    assert state(unit, now=at("2026-11-16T12:00")) == State.MISSING


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.DRAFT, Status.MERGED, Status.PURGED}])
def test_any_report_that_was_sent_in_counts_whatever_became_of_it(world, unit, status):
    report(world, unit, status=status)
    assert state(unit) == State.REPORTED


def test_a_draft_and_a_report_of_another_week_are_no_report(world, unit):
    report(world, unit, status=Status.DRAFT)
    report(world, unit, when="2026-11-08T23:00")
    report(world, unit, when="2026-11-16T00:30")
    assert state(unit) == State.MISSING


def test_a_report_without_a_unit_is_of_the_organisations_units_about_that_area(world, unit):
    other = make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.housing, name="Öst"), areas=[world.east])
    strange = make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.other_housing, name="Annan"))
    report(world, unit, unit=None)
    assert [state(one) for one in (unit, other, strange)] == [State.REPORTED, State.MISSING, State.MISSING]


def test_each_unit_has_the_reports_that_name_it_and_those_of_its_areas_that_name_none(world, unit):
    """The same as counting report by report, for units with areas and without, of several organisations."""
    reporting = [
        make.ReportingUnitFactory(unit=make.UnitFactory(organisation=organisation), areas=areas)
        for organisation in (world.housing, world.other_housing)
        for areas in ([], [world.west], [world.east], [world.west, world.east])
    ]
    periods = [parse(f"2026-W{number}") for number in range(40, 48)]
    rng = random.Random(1)
    for _ in range(60):
        one = rng.choice(reporting)
        make.IncidentFactory(
            organisation=one.unit.organisation,
            unit=rng.choice([None, one.unit]),
            area=rng.choice([None, world.west, world.east]),
            category=world.vandalism,
            status=rng.choice(["approved", "submitted", "draft", "rejected"]),
            at=at("2026-09-28T12:00") + dt.timedelta(days=rng.randrange(56)),
        )
    found = answers.coverage(world.here, first_day=periods[0].start, now=TUESDAY, units=reporting)
    states = {(one, n): found.state(one, n) == State.REPORTED for one in reporting for n in range(len(periods))}
    by_hand = dict.fromkeys(states, False)
    chosen = {one: set(one.areas.values_list("pk", flat=True)) for one in reporting}
    for report in Incident.objects.exclude(status="draft"):
        for one, n in by_hand:
            areas = chosen[one]
            is_theirs = report.unit_id == one.unit_id or (
                report.unit_id is None
                and report.organisation_id == one.unit.organisation_id
                and (not areas or report.area_id is None or report.area_id in areas)
            )
            by_hand[one, n] |= is_theirs and report.occurred_on in periods[n]
    assert states == by_hand
    assert 0 < sum(states.values()) < len(states)


def test_what_is_known_to_the_month_is_no_report_of_a_week(world, unit):
    report(world, unit, when="2026-11-09T00:00", time_precision="month")
    assert state(unit) == State.MISSING


def test_a_unit_is_expected_from_its_first_day_and_until_its_last(world):
    late = make.ReportingUnitFactory(unit=world.unit, valid_from=dt.date(2026, 11, 16))
    gone = make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.housing), valid_to=dt.date(2026, 11, 12))
    assert [state(one) for one in (late, gone)] == [None, None]
    assert state(late, WEEK_47, now=TUESDAY) is not None


def test_two_weeks_of_nothing_are_a_fortnight_of_nothing(world, unit):
    make.ReportingRhythmFactory(collaboration=world.here, every="fortnight")
    fortnight = deadlines.period_of(deadlines.rhythm_of(world.here), dt.date(2026, 11, 10))
    make.NothingToReportFactory(
        reporting_unit=unit, period_start=dt.date(2026, 11, 9), period_end=dt.date(2026, 11, 16)
    )
    late = at("2026-11-24T09:00")
    assert state(unit, fortnight, late) == State.MISSING
    make.NothingToReportFactory(reporting_unit=unit, period_start=dt.date(2026, 11, 2), period_end=dt.date(2026, 11, 9))
    assert state(unit, fortnight, late) == State.NOTHING


# --- Nothing to report


def say(unit, who, period=WEEK_46, now=TUESDAY):
    return coverage_actions.say_nothing(reporting_unit=unit, period=period, by=who, now=now)


def test_nothing_is_said_once_however_often_it_is_tapped(world, unit):
    say(unit, world.people["reporter"])
    say(unit, world.people["security_lead"])
    assert state(unit) == State.NOTHING
    assert NothingToReport.objects.count() == 1
    assert Event.objects.filter(action="nothing_to_report_said").count() == 1


def test_a_report_goes_before_the_word_that_there_was_nothing(world, unit):
    say(unit, world.people["reporter"])
    report(world, unit)
    assert state(unit) == State.REPORTED


@pytest.mark.usefixtures("in_english")
def test_nobody_says_nothing_where_something_was_reported(world, unit):
    report(world, unit)
    with pytest.raises(NotPossible, match="already reported"):
        say(unit, world.people["reporter"])


def test_taking_it_back_leaves_a_silent_unit(world, unit):
    say(unit, world.people["reporter"])
    coverage_actions.take_back_nothing(reporting_unit=unit, period=WEEK_46, by=world.people["reporter"])
    assert state(unit) == State.MISSING
    assert Event.objects.filter(action="nothing_to_report_taken_back").count() == 1


@pytest.mark.parametrize("who", ["police", "other_housing", "coordinator", "administrator", "council"])
def test_nobody_speaks_for_a_unit_of_another_organisation(world, unit, who):
    with pytest.raises(NotAllowed):
        say(unit, world.people[who])


def test_a_reporter_of_one_unit_does_not_speak_for_another(world, unit):
    elsewhere = make.UnitFactory(organisation=world.housing, name="Öst")
    person = make.MembershipFactory(organisation=world.housing, unit=elsewhere, role=Role.REPORTER).user
    with pytest.raises(NotAllowed):
        say(unit, person)


@pytest.mark.parametrize("code", ["2026-W48", "2026-W38", "2026-11", "2026-11-10--2026-11-16"])
def test_nothing_is_said_only_of_periods_that_are_reported_for_now(world, unit, code):
    with pytest.raises(NotPossible):
        say(unit, world.people["reporter"], parse(code))


@pytest.mark.usefixtures("in_english")
def test_nothing_is_not_said_of_a_period_in_which_the_unit_does_not_report(world):
    late = make.ReportingUnitFactory(unit=world.unit, valid_from=dt.date(2026, 11, 16))
    with pytest.raises(NotPossible, match="does not report"):
        say(late, world.people["reporter"])


# --- Who reports, and how often


def test_a_unit_reports_once_at_a_time(world, unit):
    with pytest.raises(ValidationError):
        coverage_actions.add_reporting_unit(
            unit=world.unit, by=world.people["coordinator"], valid_from=dt.date(2026, 1, 1)
        )


def test_an_area_of_another_collaboration_is_refused(world):
    with pytest.raises(NotPossible):
        coverage_actions.add_reporting_unit(
            unit=world.unit, by=world.people["coordinator"], valid_from=dt.date(2026, 1, 1), areas=[world.far]
        )


def test_the_rhythm_is_changed_and_logged_and_the_same_again_changes_nothing(world, unit):
    values = {
        "every": "month",
        "fortnights_from": dt.date(2024, 1, 1),
        "deadline_weekday": 4,
        "deadline_time": dt.time(9),
        "reminds": False,
    }
    for _ in range(2):
        coverage_actions.set_rhythm(collaboration=world.here, by=world.people["coordinator"], **values)
    assert deadlines.rhythm_of(world.here).every == "month"
    assert Event.objects.filter(action="reporting_rhythm_changed").count() == 1


def test_a_security_lead_does_not_decide_who_reports(world):
    with pytest.raises(NotAllowed):
        coverage_actions.add_reporting_unit(
            unit=world.unit, by=world.people["security_lead"], valid_from=dt.date(2026, 1, 1)
        )


# --- Reminders


@pytest.fixture
def sent(monkeypatch):
    """The reminders handed to the worker."""
    found = []
    monkeypatch.setattr(tasks.send_report_reminder, "delay", found.append)
    return found


def occasions():
    return sorted(ReportReminder.objects.values_list("occasion", flat=True))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-16T07:50", []),
        ("2026-11-16T08:10", ["before"]),
        ("2026-11-16T12:10", ["after"]),
        ("2026-11-17T13:00", []),
    ],
)
def test_reminders_go_out_shortly_before_and_shortly_after_the_deadline(
    unit, sent, django_capture_on_commit_callbacks, now, expected
):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            coverage_actions.remind_of_deadlines(at(now))
    assert occasions() == expected
    assert len(sent) == len(expected)


def test_who_has_answered_is_not_reminded(world, unit, sent):
    say(unit, world.people["reporter"], now=at("2026-11-16T08:00"))
    assert coverage_actions.remind_of_deadlines(at("2026-11-16T08:10")) == 0


def test_nobody_is_reminded_where_the_collaboration_wants_no_mail(world, unit, sent):
    make.ReportingRhythmFactory(collaboration=world.here, reminds=False)
    assert coverage_actions.remind_of_deadlines(at("2026-11-16T08:10")) == 0


def test_by_hand_each_unit_is_reminded_once_of_a_period(world, unit, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        counts = [
            coverage_actions.remind_by_hand(
                collaboration=world.here, units=[unit], by=world.people["coordinator"], now=TUESDAY
            )
            for _ in range(2)
        ]
    assert counts == [1, 0]
    assert len(sent) == 1


def test_where_nobody_can_report_any_longer_nobody_is_said_to_be_reminded(world, unit, sent):
    """The organisation has left, and its unit stands among those that report until somebody ends that."""
    world.housing.is_active = False
    world.housing.save()
    assert coverage_actions.remind_of_deadlines(at("2026-11-16T08:10")) == 0
    answer = coverage_actions.remind_by_hand(
        collaboration=world.here, units=[unit], by=world.people["coordinator"], now=TUESDAY
    )
    assert answer == 0
    assert not Event.objects.filter(action="report_reminder_sent").exists()


def test_only_a_coordinator_reminds(world, unit):
    with pytest.raises(NotAllowed):
        coverage_actions.remind_by_hand(collaboration=world.here, units=[unit], by=world.people["police"], now=TUESDAY)


@time_machine.travel(TUESDAY, tick=False)
@pytest.mark.parametrize(("chosen", "mailed_later"), [("page", 0), ("at_once", 1)])
def test_whoever_wants_no_reminder_by_mail_or_is_quiet_finds_it_on_the_page(world, unit, chosen, mailed_later):
    reporter = world.people["reporter"]
    User.objects.exclude(pk=reporter.pk).update(is_active=False)
    make.TopicChoiceFactory(person=reporter, topic="reporting", how=chosen, chosen_at=TUESDAY)
    quiet = make.WorkLetterChoiceFactory(person=reporter, quiet_from=1, quiet_until=0)
    assert tasks.send_report_reminder(make.ReportReminderFactory(reporting_unit=unit).pk) == 0
    assert mail.outbox == []
    (row,) = news_shown(reporter, list(Notification.objects.filter(person=reporter)))
    assert row.words.title == "Rapportera eller säg ”inget att rapportera”: Distrikt Väst"
    quiet.quiet_until = 1
    quiet.save()
    User.objects.filter(pk=reporter.pk).update(email="reporter@ekstad.org")
    assert send_at_once(TUESDAY) == mailed_later
    assert len(mail.outbox) == mailed_later


@time_machine.travel(TUESDAY, tick=False)
def test_the_letter_goes_to_who_reports_for_the_unit_and_leads_to_the_page_of_one_tap(world, unit):
    person = make.MembershipFactory(organisation=world.housing, unit=world.unit, role=Role.REPORTER).user
    reminder = make.ReportReminderFactory(reporting_unit=unit)
    assert tasks.send_report_reminder(reminder.pk) == 1
    assert [letter.to for letter in mail.outbox] == [[person.email]]
    assert reverse("reporting", args=["ekstad"]) in mail.outbox[0].body
    assert "Distrikt Väst" in mail.outbox[0].subject


@time_machine.travel(TUESDAY, tick=False)
def test_where_nobody_reports_for_the_unit_its_organisation_is_reminded_and_no_other(world, unit):
    tasks.send_report_reminder(make.ReportReminderFactory(reporting_unit=unit).pk)
    assert {letter.to[0] for letter in mail.outbox} == {"reporter@example.org", "security_lead@example.org"}


@time_machine.travel(TUESDAY, tick=False)
def test_a_letter_is_not_sent_when_the_report_came_in_the_meantime(world, unit):
    reminder = make.ReportReminderFactory(reporting_unit=unit)
    report(world, unit)
    assert tasks.send_report_reminder(reminder.pk) == 0
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_remind_each_unit_once(sent):
    units = [make.ReportingUnitFactory(unit=make.UnitFactory(organisation=organisation)) for organisation in _three()]
    answers = at_once(*[lambda: coverage_actions.remind_of_deadlines(at("2026-11-16T08:10"))] * 2)
    assert sum(answers) == len(units)
    assert len(sent) == len(set(sent)) == len(units)


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_say_nothing_once():
    unit = make.ReportingUnitFactory()
    person = make.MembershipFactory(organisation=unit.unit.organisation, unit=unit.unit, role=Role.REPORTER).user
    at_once(*[lambda: say(unit, person)] * 2)
    assert NothingToReport.objects.count() == 1
    assert Event.objects.filter(action="nothing_to_report_said").count() == 1


def _three():
    organisation = make.OrganisationFactory()
    return [organisation] * 3


# --- Pages


@time_machine.travel(TUESDAY, tick=False)
def test_reading_the_page_a_reminder_leads_to_says_nothing(client, world, unit):
    client.force_login(world.people["reporter"])
    page = client.get(reverse("reporting", args=["ekstad"]))
    assert "Distrikt Väst" in page.content.decode()
    assert client.get(reverse("reporting_nothing", args=["ekstad", unit.pk])).status_code == 405
    assert NothingToReport.objects.count() == 0


@time_machine.travel(TUESDAY, tick=False)
def test_one_tap_on_the_list_of_reports_answers_and_leads_back_there(client, world, unit):
    client.force_login(world.people["reporter"])
    here = reverse("incident_list", args=["ekstad"])
    assert reverse("reporting_nothing", args=["ekstad", unit.pk]) in client.get(here).content.decode()
    answer = client.post(reverse("reporting_nothing", args=["ekstad", unit.pk]), {"period": "2026-W46", "next": here})
    assert (answer.status_code, answer.url) == (302, here)
    assert state(unit) == State.NOTHING


@time_machine.travel(TUESDAY, tick=False)
def test_a_tap_never_leads_to_another_site(client, world, unit):
    client.force_login(world.people["reporter"])
    answer = client.post(
        reverse("reporting_nothing", args=["ekstad", unit.pk]), {"period": "2026-W46", "next": "https://ond.example/"}
    )
    assert answer.url == reverse("reporting", args=["ekstad"])


@time_machine.travel(TUESDAY, tick=False)
def test_the_coordinator_reads_who_is_missing_and_reminds_them(
    client, world, unit, sent, django_capture_on_commit_callbacks
):
    other = make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.other_housing, name="Torget"))
    report(world, other, organisation=world.other_housing)
    client.force_login(world.people["coordinator"])
    page = client.get(reverse("coverage", args=["ekstad"]))
    assert [row["unit"] for row in page.context["can_be_reminded"]] == [unit]
    assert page.context["totals"]["closed"] == {"covered": 1, "of": 2}
    assert page.context["missing"] == [unit.unit], "who is missing stands above the table, not only in it"
    assert f"{unit.unit.name} ({unit.unit.organisation.name})" in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("coverage_remind", args=["ekstad"]))
    assert len(sent) == 1
    assert not client.get(reverse("coverage", args=["ekstad"])).context["can_be_reminded"]


@time_machine.travel(TUESDAY, tick=False)
def test_no_page_of_coverage_names_who_reported(client, world, unit):
    person = world.people["reporter"]
    person.name = "Hemlig Rapportör"
    person.save()
    report(world, unit, reporter=person)
    say(make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.housing, name="Öst")), person)
    client.force_login(world.people["coordinator"])
    for name in ("coverage", "coverage_settings", "reporting"):
        text = client.get(reverse(name, args=["ekstad"])).content.decode()
        assert "Hemlig" not in text
        assert person.email not in text


@time_machine.travel(TUESDAY, tick=False)
def test_more_units_ask_the_database_no_more(client, world, unit, django_assert_max_num_queries):
    client.force_login(world.people["coordinator"])
    address = reverse("coverage", args=["ekstad"])
    make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.housing), areas=[world.west])
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    for _ in range(8):
        make.ReportingUnitFactory(unit=make.UnitFactory(organisation=world.housing), areas=[world.west])
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)


def test_settings_that_cannot_be_come_back_with_a_sentence(client, world):
    client.force_login(world.people["coordinator"])
    answer = client.post(reverse("coverage_settings", args=["ekstad"]), {"every": "", "deadline_time": "tolv"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() >= {"every", "deadline_time"}
