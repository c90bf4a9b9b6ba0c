"""The week that the demonstration shows: who has answered, what waits, what is published and what came too late."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from est_platform.demonstration import cast, circle, generator, loading, reporting
from est_platform.demonstration import incidents as rows
from incidents.coverage import answers, deadlines
from incidents.coverage.answers import State
from incidents.models import Incident, NothingToReport, ReportingUnit, Status
from incidents.reviewing.queries import near
from partners.models import Collaboration, Organisation, User
from privacy.guard import verdict
from situational_picture.models import Delivery, Picture
from situational_picture.writing import Written
from tests.demonstration.conftest import SMALL_UNTIL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]
END = timezone.make_aware(dt.datetime.combine(SMALL_UNTIL, dt.time.max))


def person(name):
    return User.objects.get(email=f"{name}@norrkoping.example")


@pytest.fixture
def found():
    first = min(ReportingUnit.objects.values_list("valid_from", flat=True))
    return answers.coverage(Collaboration.objects.get(slug="norrkoping"), first_day=first, now=END)


class TestTheWeek:
    """All of it on one load."""

    def test_every_unit_reports_from_when_its_organisation_did(self, found):
        partners = {unit: partner for partner in cast.PARTNERS["norrkoping"] for unit in partner.units}
        there = {name for name, partner in partners.items() if cast.reports_from(name, partner) <= SMALL_UNTIL}
        assert {unit.unit.name for unit in found.units} == there
        assert len(found.units) == len(there)
        for unit in found.units:
            areas = {area.slug for area in unit.areas.all()}
            assert areas == set(cast.AREAS_OF_UNIT.get(unit.unit.name, ())), unit
        assert not ReportingUnit.objects.exclude(collaboration__slug="norrkoping").exists()

    def test_most_weeks_are_answered_and_some_honestly_are_not(self, found):
        states = list(found.states.values())
        share = {state: states.count(state) / len(states) for state in State}
        assert share[State.REPORTED] > 0.6
        assert share[State.NOTHING] > 0.02
        assert 0 < share[State.MISSING] < 0.15

    def test_somebody_is_missing_in_the_last_closed_week(self, found):
        rhythm = deadlines.rhythm_of(Collaboration.objects.get(slug="norrkoping"))
        number = found.periods.index(deadlines.closed_period(rhythm, END))
        assert cast.LATE_UNIT in {unit.unit.name for unit in found.missing(number)}
        assert found.missing(number - 1) != found.missing(number)

    def test_nobody_says_nothing_who_has_reported_or_was_silent_though_things_happened(self, found):
        names = {unit.pk: unit.unit.name for unit in found.units}
        silent = generator.silent_weeks(loading.SEED, found.periods[0].start, SMALL_UNTIL)
        said = NothingToReport.objects.values_list("reporting_unit", "period_start")
        assert not {(names[unit], start) for unit, start in said} & silent
        for number, period in enumerate(found.periods):
            for unit in found.units:
                if (unit.pk, period.start) in set(said):
                    assert found.state(unit, number) == State.NOTHING

    def test_nothing_is_said_before_the_deadline_and_by_who_speaks_for_the_unit(self):
        rhythm = deadlines.rhythm_of(Collaboration.objects.get(slug="norrkoping"))
        for said in NothingToReport.objects.select_related("reporting_unit__unit", "said_by"):
            period = deadlines.period_of(rhythm, said.period_start)
            assert (said.period_start, said.period_end) == (period.start, period.end)
            assert said.said_at < deadlines.deadline_of(rhythm, period) <= END
            if said.said_by is not None:
                (membership,) = said.said_by.active_memberships
                assert membership.unit_id == said.reporting_unit.unit_id

    def test_two_units_have_reported_the_same_event_and_the_queue_suggests_it(self):
        waiting = Incident.objects.filter(collaboration__slug="norrkoping", status=Status.SUBMITTED)
        (second,) = waiting.filter(unit__name=rows.SECOND_UNIT, description__in=rows.texts.SECOND_REPORTS.values())
        alike, _around = near(person("samordnare"), second)
        assert alike
        first = alike[0].incident
        assert first.status == Status.SUBMITTED
        assert first.category_id == second.category_id
        assert first.organisation_id != second.organisation_id
        assert first.created_at < second.created_at

    def test_one_report_waits_that_the_guard_asks_about(self):
        (report,) = Incident.objects.filter(description=rows.texts.WITH_A_WEAK_HIT)
        assert report.status == Status.SUBMITTED
        found = verdict(report.description, strict=True)
        assert [hit.rule for hit in found.weak] == ["apartment"]
        assert not found.strong

    def test_the_caretaker_has_a_report_to_correct(self, client):
        (own,) = Incident.objects.filter(reporter=person("rapportor"), status=Status.RETURNED)
        assert own.review_reason in rows.texts.REVIEW_REASONS
        client.force_login(person("rapportor"))
        page = client.get(reverse("incident_detail", args=["norrkoping", own.pk])).content.decode()
        assert own.review_reason in page

    def test_some_are_trusted_for_import_and_some_are_not(self):
        trusted = Organisation.objects.filter(collaboration__slug="norrkoping", is_trusted_for_import=True)
        assert {"Kommunen", "Polisen"} <= set(trusted.values_list("name", flat=True))
        assert not trusted.filter(name__in=["Väktarbolaget", "Bostadsbolaget"]).exists()

    def test_a_published_week_says_what_came_too_late_for_it(self, client):
        (published,) = Picture.objects.filter(area__slug=circle.PUBLISHED_IN, period_kind="week", version=1)
        written = Written.of(published)
        assert written.assessment
        assert written.assessed_state
        assert len(written.sections) >= 5
        assert len(written.coming_events) == 2
        assert written.priority_places
        late = [one for one in circle.LATE_REPORTS if published.period_start + one.after <= SMALL_UNTIL]
        client.force_login(person("samordnare"))
        address = reverse("picture", args=["norrkoping", circle.PUBLISHED_IN])
        page = client.get(address, {"period": published.period.code, "version": 1})
        assert page.context["changed_since"]
        assert sum(int(row["difference"]) for row in page.context["changed_since"]) == len(late) > 0

    def test_some_have_opened_it_and_the_others_get_their_letters(self):
        (published,) = Picture.objects.filter(area__slug=circle.PUBLISHED_IN, period_kind="week", version=1)
        assert published.is_sent_out
        opened = Delivery.objects.filter(picture=published)
        assert {d.person.email.split("@")[0] for d in opened} == set(circle.HAVE_OPENED)
        assert not opened.filter(opened_at=None).exists()

    def test_the_next_picture_waits_for_somebody_to_read_it(self, client):
        (review,) = Picture.objects.filter(status=Picture.Status.REVIEW)
        assert (review.area.slug, review.period_kind, review.version) == (circle.WRITTEN_IN, "week", 0)
        client.force_login(person("samordnare"))
        address = reverse("picture", args=["norrkoping", circle.WRITTEN_IN])
        page = client.get(address, {"period": review.period.code})
        assert page.context["is_in_review"]
        assert page.context["may_approve"]

    def test_every_text_of_a_picture_passes_the_guard(self):
        said = [text for picture in Picture.objects.exclude(text_version=0) for _n, text in Written.of(picture).texts()]
        assert len(said) > 20
        assert [text for text in said if not verdict(text).is_clean] == []

    def test_half_of_those_who_had_nothing_have_not_said_so(self):
        others = ReportingUnit.objects.exclude(unit__name=cast.LATE_UNIT)
        units = [ReportingUnit(unit=one.unit) for one in others.select_related("unit")]
        weeks = [dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(40)]
        forgotten = [reporting._forgets(unit, week) for unit in units for week in weeks]
        assert 0.4 < sum(forgotten) / len(forgotten) < 0.6
