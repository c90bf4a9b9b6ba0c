"""Who has reported stays what it was: when reports are purged, for what is only expected, and when a word is undone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analysis.periods import Period, PeriodKind, containing, parse
from areas.models import Area
from incidents import tasks
from incidents.coverage import actions as coverage_actions
from incidents.coverage import answers, deadlines
from incidents.coverage.answers import State
from incidents.coverage.forms import ReportingUnitForm
from incidents.models import Category, Incident, NothingToReport, ReportedWeek, ReportingRhythm, Status
from incidents.rules import RejectReason
from partners import retention
from situational_picture import building
from situational_picture.coverage import queries as coverage_queries
from tests import factories as make
from tests.world import World

NOON = dt.time(12)


def moment(day):
    return timezone.make_aware(dt.datetime.combine(day, NOON))


def states(unit, first_day, now=None):
    found = answers.coverage(unit.collaboration, first_day=first_day, now=now or timezone.now())
    return {found.periods[number].code: state for (_unit, number), state in found.states.items()}


def report(world, day, **values):
    row = make.IncidentFactory(
        **{
            "organisation": world.housing, "unit": world.unit, "area": world.west, "category": world.vandalism,
            "at": moment(day), **values,
        }
    )  # fmt: skip
    Incident.objects.filter(pk=row.pk).update(created_at=values.get("at", moment(day)) + dt.timedelta(hours=3))
    return row


def test_a_report_that_was_rejected_and_removed_after_a_week_was_an_answer_all_the_same(world):
    Incident.objects.all().delete()
    unit = make.ReportingUnitFactory(unit=world.unit)
    day = timezone.localdate() - dt.timedelta(days=30)
    row = report(
        world,
        day,
        status=Status.REJECTED,
        review_reason=RejectReason.PERSONAL_DATA,
        reviewed_at=moment(day + dt.timedelta(days=1)),
    )
    before = states(unit, day)
    assert before[containing(day, "week").code] == State.REPORTED
    retention.purge_collaboration(world.here, today=timezone.localdate())
    assert Incident.objects.get(pk=row.pk).status == Status.PURGED
    assert states(unit, day) == before


@pytest.mark.parametrize("fortnights_from", [dt.date(2024, 1, 1), dt.date(2021, 1, 11)])
@pytest.mark.parametrize("sent_days_before", [3, 9, 20])
@pytest.mark.parametrize("names_unit", [True, False])
def test_a_fortnight_answered_for_in_its_first_week_stays_answered_when_purged(
    world, fortnights_from, sent_days_before, names_unit
):
    """What is expected in the second week may be sent in the first; what was sent before both is no answer."""
    Incident.objects.all().delete()
    make.ReportingRhythmFactory(collaboration=world.here, every="fortnight", fortnights_from=fortnights_from)
    unit = make.ReportingUnitFactory(unit=world.unit, valid_from=dt.date(2022, 1, 3))
    day = deadlines.period_of(deadlines.rhythm_of(world.here), dt.date(2023, 2, 1)).start + dt.timedelta(days=10)
    row = make.IncidentFactory(
        organisation=world.housing,
        unit=world.unit if names_unit else None,
        area=world.west,
        category=world.vandalism,
        at=moment(day),
    )
    Incident.objects.filter(pk=row.pk).update(created_at=moment(day) - dt.timedelta(days=sent_days_before))
    before = states(unit, day)
    assert (State.REPORTED in before.values()) is (sent_days_before < 11)
    retention.purge_collaboration(world.here, today=timezone.localdate())
    assert Incident.objects.get(pk=row.pk).status == Status.PURGED
    assert states(unit, day) == before


def test_a_month_is_answered_for_before_and_after_purging_alike_where_no_unit_is_named(world):
    """Expected at the month's end, sent at its beginning: the same answer with a unit and without, before and after."""
    Incident.objects.all().delete()
    make.ReportingRhythmFactory(collaboration=world.here, every="month")
    unit = make.ReportingUnitFactory(unit=world.unit, valid_from=dt.date(2022, 1, 3))
    row = make.IncidentFactory(
        organisation=world.housing, area=world.west, category=world.vandalism, at=moment(dt.date(2023, 2, 20))
    )
    Incident.objects.filter(pk=row.pk).update(created_at=moment(dt.date(2023, 2, 3)))
    before = states(unit, dt.date(2023, 2, 1))
    retention.purge_collaboration(world.here, today=timezone.localdate())
    assert states(unit, dt.date(2023, 2, 1)) == before


class PurgingKeepsWhoHasAnswered(TestCase):
    """For any mix of reports, units, areas and rhythms."""

    def setUp(self):
        self.world = World()
        Incident.objects.all().delete()

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        rhythm=st.sampled_from(ReportingRhythm.Every.values),
        reports=st.lists(
            st.fixed_dictionaries(
                {
                    "day": st.dates(dt.date(2022, 12, 1), dt.date(2023, 4, 30)),
                    "unit": st.booleans(),
                    "area": st.sampled_from(["west", "east", None]),
                    "status": st.sampled_from([Status.APPROVED, Status.REJECTED, Status.SUBMITTED, Status.MERGED]),
                    "by_month": st.booleans(),
                    "sent_days_before": st.sampled_from([-2, 0, 0, 1, 5, 10, 40]),
                }
            ),
            max_size=8,
        ),
    )
    def test_no_state_changes(self, rhythm, reports):
        world = self.world
        Incident.objects.all().delete()
        ReportedWeek.objects.all().delete()
        make.ReportingRhythmFactory._meta.model.objects.update_or_create(
            collaboration=world.here, defaults={"every": rhythm}
        )
        units = answers.reporting_units(world.here.pk) or [
            make.ReportingUnitFactory(unit=world.unit, valid_from=dt.date(2022, 1, 3), areas=[world.west]),
            make.ReportingUnitFactory(
                unit=make.UnitFactory(organisation=world.housing), valid_from=dt.date(2022, 1, 3), areas=[world.east]
            ),
            make.ReportingUnitFactory(
                unit=make.UnitFactory(organisation=world.other_housing), valid_from=dt.date(2022, 1, 3)
            ),
        ]
        keep = make.IncidentFactory(organisation=world.municipality, category=world.vandalism, area=world.west)
        for one in reports:
            area = getattr(world, one["area"] or "", None)
            nowhere = {} if area else {"lon": None, "lat": None, "cell": None, "location": "none"}
            merged = one["status"] == Status.MERGED
            row = make.IncidentFactory(
                organisation=world.housing,
                unit=world.unit if one["unit"] else None,
                area=area,
                category=world.vandalism,
                status=one["status"],
                at=moment(one["day"].replace(day=1) if one["by_month"] else one["day"]),
                time_precision="month" if one["by_month"] else "exact",
                **({"merged_into": keep, "merged_was": Status.APPROVED} if merged else {}),
                **nowhere,
            )
            sent = moment(one["day"]) - dt.timedelta(days=one["sent_days_before"])
            Incident.objects.filter(pk=row.pk).update(created_at=sent)

        def found():
            now = moment(dt.date(2023, 6, 1))
            return answers.coverage(world.here, first_day=dt.date(2022, 10, 1), now=now, units=units).states

        before = found()
        retention.purge_collaboration(world.here, today=timezone.localdate())
        assert not Incident.objects.filter(organisation=world.housing).exclude(status=Status.PURGED).exists()
        assert found() == before


def test_which_week_a_unit_reported_in_is_kept_and_nothing_about_the_report(world):
    Incident.objects.all().delete()
    report(world, dt.date(2023, 2, 15))
    report(world, dt.date(2023, 2, 16))
    report(world, dt.date(2023, 2, 16), unit=None, organisation=world.other_housing)
    retention.purge_collaboration(world.here, today=timezone.localdate())
    kept = ReportedWeek.objects.order_by("organisation_id").values_list("organisation", "unit", "area", "week_start")
    monday = dt.date(2023, 2, 13)
    assert sorted(kept, key=str) == sorted(
        [
            (world.housing.pk, world.unit.pk, None, monday),
            (world.other_housing.pk, None, world.west.pk, monday),
        ],
        key=str,
    )


def test_the_constant_panel_counts_what_is_purged(world):
    Incident.objects.all().delete()
    unit = make.ReportingUnitFactory(unit=world.unit)
    day = dt.date(2023, 2, 15)
    report(world, day)

    def months():
        frame = coverage_queries.daily_counts_by_unit(world.west, [unit], dt.date(2023, 1, 1))
        return {(row["unit"], f"{row['day']:%Y-%m}"): row["count"] for row in frame.to_dict("records")}

    assert months() == {(unit.pk, "2023-02"): 1}
    retention.purge_collaboration(world.here, today=timezone.localdate())
    assert months() == {(unit.pk, "2023-02"): 1}


def test_what_is_expected_is_no_answer_for_the_week_it_lies_in(world):
    Incident.objects.all().delete()
    unit = make.ReportingUnitFactory(unit=world.unit)
    sent = timezone.localdate() - dt.timedelta(days=35)
    ahead = sent + dt.timedelta(days=21)
    festival = make.CategoryFactory(collaboration=world.here, kind=Category.Kind.FORECAST)
    row = report(world, ahead, category=festival)
    Incident.objects.filter(pk=row.pk).update(created_at=moment(sent))
    nowhere = report(world, ahead, category=festival, unit=None)
    Incident.objects.filter(pk=nowhere.pk).update(created_at=moment(sent))
    found = states(unit, sent)
    assert found[containing(ahead, "week").code] == State.MISSING, "silence is not calm because of a forecast"


# --- The word that there was nothing ----------------------------------------------------------------------------------

NOW = moment(dt.date(2026, 11, 18))
WEEK_46, WEEK_45 = parse("2026-W46"), parse("2026-W45")


def test_a_word_for_fourteen_days_is_taken_back_for_one_week_and_holds_for_the_other(world):
    unit, by = make.ReportingUnitFactory(unit=world.unit), world.people["reporter"]
    make.NothingToReportFactory(reporting_unit=unit, period_start=WEEK_45.start, period_end=WEEK_46.end, said_by=by)
    assert {states(unit, WEEK_45.start, NOW)[one.code] for one in (WEEK_45, WEEK_46)} == {State.NOTHING}
    coverage_actions.take_back_nothing(reporting_unit=unit, period=WEEK_46, by=by, now=NOW)
    found = states(unit, WEEK_45.start, NOW)
    assert (found["2026-W45"], found["2026-W46"]) == (State.NOTHING, State.MISSING)
    assert NothingToReport.objects.get().said_by == by


def test_a_word_for_each_week_is_taken_back_for_the_fourteen_days(world):
    unit, by = make.ReportingUnitFactory(unit=world.unit), world.people["reporter"]
    make.ReportingRhythmFactory(collaboration=world.here, every="fortnight")
    period = deadlines.period_of(deadlines.rhythm_of(world.here), dt.date(2026, 11, 10))
    for start in (period.start, period.start + dt.timedelta(days=7)):
        make.NothingToReportFactory(
            reporting_unit=unit, period_start=start, period_end=start + dt.timedelta(days=7), said_by=by
        )
    assert states(unit, period.start, NOW)[period.code] == State.NOTHING
    coverage_actions.take_back_nothing(reporting_unit=unit, period=period, by=by, now=NOW)
    assert states(unit, period.start, NOW)[period.code] in {State.MISSING, State.WAITING}


@pytest.mark.parametrize("code", ["2020-W10", "2030-W10"])
def test_a_word_for_another_time_is_not_taken_back_by_a_page_somebody_has_made(client, world, code):
    unit = make.ReportingUnitFactory(unit=world.unit)
    period = parse(code)
    said = make.NothingToReportFactory(
        reporting_unit=unit, period_start=period.start, period_end=period.end, said_by=world.people["reporter"]
    )
    client.force_login(world.people["reporter"])
    answer = client.post(reverse("reporting_take_back", args=["ekstad", unit.pk]), {"period": code})
    assert answer.status_code == 302
    assert NothingToReport.objects.filter(pk=said.pk).exists()


# --- Who reports, and reminders ---------------------------------------------------------------------------------------


def test_a_closed_area_does_not_make_a_unit_report_about_everything(world):
    Area.objects.filter(pk=world.west.pk).update(valid_to=timezone.localdate() - dt.timedelta(days=1))
    unit = make.ReportingUnitFactory(unit=world.unit, areas=[world.west])
    form = ReportingUnitForm(
        {"valid_from": "2020-01-06", "areas": [str(world.west.pk)]},
        collaboration=world.here,
        initial={"areas": list(unit.areas.all())},
    )
    assert form.is_valid(), form.errors
    assert list(form.cleaned_data["areas"]) == [world.west]
    assert world.west not in ReportingUnitForm(collaboration=world.here).fields["areas"].queryset


def test_a_line_break_in_a_name_does_not_keep_a_reminder_from_leaving(world):
    world.unit.name = "Distrikt\nBcc: alla@example.org"
    world.unit.save()
    unit = make.ReportingUnitFactory(unit=world.unit)
    period = containing(timezone.localdate(), PeriodKind.WEEK).previous().previous()
    reminder = make.ReportReminderFactory(reporting_unit=unit, period_start=period.start, period_end=period.end)
    Incident.objects.filter(unit=world.unit).delete()
    Incident.objects.filter(organisation=world.housing).delete()
    assert tasks.send_report_reminder(reminder.pk) > 0
    assert "\n" not in mail.outbox[0].subject
    assert not mail.outbox[0].bcc


def test_a_reminder_is_fetched_once_though_its_worker_dies():
    """Every other task runs again when its worker dies; a letter that has left would leave twice."""
    task = tasks.send_report_reminder
    assert (task.acks_late, task.reject_on_worker_lost) == (False, False)
    assert tasks.run_import.acks_late is not False


def test_periods_hold_their_mondays():
    """What `ReportedWeek` relies on: a week or fortnight that holds a day holds the Monday of its week."""
    for every in ("week", "fortnight"):
        rhythm = ReportingRhythm(every=every)
        for number in range(800):
            day = dt.date(2024, 12, 1) + dt.timedelta(days=number)
            period: Period = deadlines.period_of(rhythm, day)
            assert day - dt.timedelta(days=day.weekday()) in period


def test_a_picture_of_purged_months_says_who_had_answered(world):
    Incident.objects.all().delete()
    make.ReportingUnitFactory(unit=world.unit)
    day = dt.date(2023, 2, 15)
    report(world, day)
    today = timezone.localdate()
    # Weeks are known of since then.
    report(world, today - dt.timedelta(days=90), organisation=world.other_housing, unit=None)

    def answers():
        figures = building.AreaData(world.west, today).figures_for(containing(day, PeriodKind.WEEK))
        at = figures["trend"]["periods"].index("2023-W07")
        return [figures["coverage"][state][at] for state in ("reported", "missing")]

    assert answers() == [1, 0]
    retention.purge_collaboration(world.here, today=today)
    assert answers() == [1, 0]
