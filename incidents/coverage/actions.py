"""Every change of who reports and how often, the word that there was nothing, and the reminders."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.periods import Period
from areas.models import Area
from audit.actions import record
from common.errors import NotPossible
from incidents import tasks
from incidents.changes import announce
from incidents.coverage import answers, deadlines, permissions
from incidents.coverage.answers import State
from incidents.models import NothingToReport, ReportingRhythm, ReportingUnit, ReportReminder
from partners.models import Collaboration, Unit, User

# Reminders go out this long before the deadline, and at most this long after it.
REMIND_BEFORE = dt.timedelta(hours=4)
REMIND_AFTER = dt.timedelta(hours=24)
# How long it is remembered which states the pictures have been told of.
_TOLD_S = 14 * 24 * 3600


def _lock(collaboration_id: int) -> Collaboration:
    return Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration_id)


def _announce(collaboration_id: int, units: Iterable[ReportingUnit]) -> None:
    """Tell the pictures of the areas the units report about; a unit without areas reports about all of them."""
    areas: set[int | None] = set()
    for unit in units:
        chosen = {area.pk for area in unit.areas.all()}
        if not chosen:
            areas = set(Area.objects.filter(collaboration_id=collaboration_id).values_list("pk", flat=True))
            break
        areas |= chosen
    announce(collaboration_id, areas)


# --- Who reports, and how often ---------------------------------------------------------------------------------------


@transaction.atomic
def set_rhythm(
    *,
    collaboration: Collaboration,
    by: User,
    every: str,
    fortnights_from: dt.date,
    deadline_weekday: int,
    deadline_time: dt.time,
    reminds: bool,
) -> ReportingRhythm:
    """Choose how often the units report, by when, and whether they are reminded."""
    _lock(collaboration.pk)
    permissions.check_may_keep_rhythm(by, collaboration)
    rhythm = deadlines.rhythm_of(collaboration)
    values = {
        "every": every,
        "fortnights_from": fortnights_from,
        "deadline_weekday": deadline_weekday,
        "deadline_time": deadline_time,
        "reminds": reminds,
    }
    changed = {name: value for name, value in values.items() if getattr(rhythm, name) != value}
    for name, value in changed.items():
        setattr(rhythm, name, value)
    rhythm.full_clean()
    if changed or rhythm.pk is None:
        rhythm.save()
        told = {name: str(value) for name, value in changed.items()}
        record("reporting_rhythm_changed", by=by, subject=rhythm, changed=told)
        _announce(collaboration.pk, answers.reporting_units(collaboration.pk))
    return rhythm


@transaction.atomic
def add_reporting_unit(
    *,
    unit: Unit,
    by: User,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    areas: Sequence[Area] = (),
) -> ReportingUnit:
    """Expect reports of a unit from a day on."""
    _lock(unit.collaboration_id)
    permissions.check_may_keep_rhythm(by, unit.collaboration_id)
    _check_areas(unit.collaboration_id, areas)
    if not unit.is_active:
        raise NotPossible(_("The unit is closed. Open it again before reports are expected of it."))
    reporting = ReportingUnit(
        collaboration_id=unit.collaboration_id, unit=unit, valid_from=valid_from, valid_to=valid_to
    )
    reporting.full_clean()
    reporting.save(force_insert=True)
    reporting.areas.set(areas)
    record("reporting_unit_added", by=by, subject=reporting, **_told(reporting, areas))
    _announce(unit.collaboration_id, [reporting])
    return reporting


@transaction.atomic
def change_reporting_unit(
    *,
    reporting_unit: ReportingUnit,
    by: User,
    valid_from: dt.date,
    valid_to: dt.date | None,
    areas: Sequence[Area],
) -> ReportingUnit:
    """Change from when, until when and about which areas a unit reports. What it has reported stays."""
    _lock(reporting_unit.collaboration_id)
    permissions.check_may_keep_rhythm(by, reporting_unit.collaboration_id)
    _check_areas(reporting_unit.collaboration_id, areas)
    reporting = ReportingUnit.objects.select_for_update(no_key=True).get(pk=reporting_unit.pk)
    _announce(reporting.collaboration_id, [reporting])
    reporting.valid_from, reporting.valid_to = valid_from, valid_to
    reporting.full_clean()
    reporting.save(update_fields=["valid_from", "valid_to"])
    reporting.areas.set(areas)
    record("reporting_unit_changed", by=by, subject=reporting, **_told(reporting, areas))
    _announce(reporting.collaboration_id, [reporting])
    return reporting


def _check_areas(collaboration_id: int, areas: Sequence[Area]) -> None:
    if any(area.collaboration_id != collaboration_id for area in areas):
        raise NotPossible(_("The area belongs to another collaboration."))


def _told(reporting: ReportingUnit, areas: Sequence[Area]) -> dict[str, Any]:
    return {
        "valid_from": reporting.valid_from.isoformat(),
        "valid_to": reporting.valid_to.isoformat() if reporting.valid_to else None,
        "areas": sorted(area.slug for area in areas),
    }


# --- Nothing to report ------------------------------------------------------------------------------------------------


@transaction.atomic
def say_nothing(
    *, reporting_unit: ReportingUnit, period: Period, by: User, now: dt.datetime | None = None
) -> NothingToReport:
    """Say that a unit has nothing to report for a period. Saying it twice is saying it once."""
    now = now or timezone.now()
    reporting = _locked(reporting_unit)
    permissions.check_may_speak_for(by, reporting)
    _check_period(reporting, period, now)
    found = answers.coverage(reporting.collaboration_id, first_day=period.start, now=now, units=[reporting])
    if found.state(reporting, 0) == State.REPORTED:
        raise NotPossible(
            _("%(unit)s has already reported for this period, so there is something to count.")
            % {"unit": reporting.unit.name}
        )
    said, is_new = NothingToReport.objects.get_or_create(
        reporting_unit=reporting,
        period_start=period.start,
        period_end=period.end,
        defaults={"collaboration_id": reporting.collaboration_id, "said_by": by},
    )
    if is_new:
        record("nothing_to_report_said", by=by, subject=reporting, period=period.code)
        _announce(reporting.collaboration_id, [reporting])
    return said


@transaction.atomic
def take_back_nothing(
    *, reporting_unit: ReportingUnit, period: Period, by: User, now: dt.datetime | None = None
) -> None:
    """Take back that there was nothing to report. Taking back what was never said changes nothing.

    Where the rhythm was another when it was said, the word goes on holding for the rest of the days it was said for.
    """
    reporting = _locked(reporting_unit)
    permissions.check_may_speak_for(by, reporting)
    _check_period(reporting, period, now or timezone.now())
    said = NothingToReport.objects.filter(
        reporting_unit=reporting, period_start__lt=period.end, period_end__gt=period.start
    )
    for one in said:
        for start, end in ((one.period_start, period.start), (period.end, one.period_end)):
            if start < end:
                rest = {"collaboration_id": reporting.collaboration_id, "said_by_id": one.said_by_id}
                NothingToReport.objects.get_or_create(
                    reporting_unit=reporting, period_start=start, period_end=end, defaults=rest
                )
        one.delete()
    if said:
        record("nothing_to_report_taken_back", by=by, subject=reporting, period=period.code)
        _announce(reporting.collaboration_id, [reporting])


def _locked(reporting_unit: ReportingUnit) -> ReportingUnit:
    locked = ReportingUnit.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("unit__organisation").get(pk=reporting_unit.pk)


def _check_period(reporting: ReportingUnit, period: Period, now: dt.datetime) -> None:
    rhythm = deadlines.rhythm_of(reporting.collaboration_id)
    if period not in deadlines.last_periods(rhythm, now, deadlines.PERIODS_LISTED):
        raise NotPossible(_("This is not one of the periods that can be reported for now. Open the page again."))
    if not answers.is_expected(reporting, period):
        raise NotPossible(_("%(unit)s does not report for this period.") % {"unit": reporting.unit.name})


# --- Reminders --------------------------------------------------------------------------------------------------------


def remind_by_hand(
    *, collaboration: Collaboration, units: Sequence[ReportingUnit], by: User, now: dt.datetime | None = None
) -> int:
    """Remind units of the period whose deadline passed last; return how many were. Each at most once by hand."""
    permissions.check_may_remind(by, collaboration)
    now = now or timezone.now()
    period = deadlines.closed_period(deadlines.rhythm_of(collaboration), now)
    found = answers.coverage(collaboration, first_day=period.start, now=now, units=units)
    missing = [unit for unit in found.missing(0) if unit.is_open and unit.collaboration_id == collaboration.pk]
    claimed = _claim(missing, period, ReportReminder.Occasion.BY_HAND)
    for reminder in claimed:
        record("report_reminder_sent", by=by, subject=reminder.reporting_unit, period=period.code)
    return len(claimed)


def remind_of_deadlines(now: dt.datetime) -> int:
    """Remind who has not reported, shortly before and shortly after each deadline; return how many units were.

    Safe to run twice, and twice at once: the unique row is the claim.
    """
    reminded = 0
    with_units = ReportingUnit.objects.expected_on(timezone.localdate(now)).values("collaboration")
    for collaboration in Collaboration.objects.filter(pk__in=with_units):
        rhythm = deadlines.rhythm_of(collaboration)
        _tell_pictures(collaboration, rhythm, now)
        if not rhythm.reminds:
            continue
        due, closed = deadlines.due_period(rhythm, now), deadlines.closed_period(rhythm, now)
        occasions = []
        if deadlines.deadline_of(rhythm, due) - now <= REMIND_BEFORE:
            occasions.append((due, ReportReminder.Occasion.BEFORE))
        if now - deadlines.deadline_of(rhythm, closed) <= REMIND_AFTER:
            occasions.append((closed, ReportReminder.Occasion.AFTER))
        for period, occasion in occasions:
            found = answers.coverage(collaboration, first_day=period.start, now=now)
            missing = [unit for unit in found.missing(0) if unit.is_open]
            claimed = _claim(missing, period, occasion)
            for reminder in claimed:
                record("report_reminder_sent", subject=reminder.reporting_unit, period=period.code, occasion=occasion)
            reminded += len(claimed)
    return reminded


@transaction.atomic
def _claim(units: Sequence[ReportingUnit], period: Period, occasion: ReportReminder.Occasion) -> list[ReportReminder]:
    """The reminders that are ours to send. Units stand in one order, so that two at once do not lock each other out."""
    claimed = []
    for unit in sorted(units, key=lambda unit: unit.pk):
        reminder, is_ours = ReportReminder.objects.get_or_create(
            reporting_unit=unit,
            period_start=period.start,
            period_end=period.end,
            occasion=occasion,
            defaults={"collaboration_id": unit.collaboration_id},
        )
        if is_ours:
            claimed.append(reminder)
            transaction.on_commit(partial(tasks.send_report_reminder.delay, reminder.pk))
    return claimed


def _tell_pictures(collaboration: Collaboration, rhythm: ReportingRhythm, now: dt.datetime) -> None:
    """Have the pictures rebuilt whose units have changed state: a report came in, or a deadline passed.

    What the pictures know is remembered in the cache; where it is forgotten they are rebuilt once too often. Older
    periods than these are taken in by the nightly rebuild.
    """
    period = deadlines.closed_period(rhythm, now).previous()
    found = answers.coverage(collaboration, first_day=period.start, now=now)
    for unit in found.units:
        states = ",".join(str(found.state(unit, number) or "") for number in range(len(found.periods)))
        content = f"{rhythm.every}:{period.code}:{states}"
        key = f"coverage-told:{unit.pk}"
        told = hashlib.sha256(content.encode()).hexdigest()
        if cache.get(key) != told:
            with transaction.atomic():
                _announce(collaboration.pk, [unit])
            cache.set(key, told, _TOLD_S)
