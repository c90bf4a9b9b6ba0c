"""Every change of a report: lock, check, change, remember, tell."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from analysis.hexagons import cells_of
from areas.locating import area_of, index_of
from audit.actions import record
from common.errors import NotPossible
from incidents import merging, permissions, queries, rules
from incidents.changes import announce
from incidents.models import Category, Incident, Photo, Status
from incidents.photos.actions import remove_photos_of
from incidents.rules import RejectReason, Report
from partners.models import Collaboration, Organisation, User
from partners.rules import keeps_no_persons
from privacy import guard

# What may change in a category once reports may have it.
CHANGEABLE = {
    "name_sv",
    "name_en",
    "parent",
    "kind",
    "severity",
    "is_sensitive",
    "takes_photos",
    "common_code",
    "valid_from",
    "position",
    "same_event_m",
    "same_event_hours",
}


class Submission(NamedTuple):
    """A report that was sent in, and whether it was stored now or had been stored before."""

    incident: Incident
    is_new: bool


@transaction.atomic
def submit_incident(
    *,
    by: User,
    organisation: Organisation,
    report: Report,
    client_uuid: uuid.UUID | None = None,
    now: dt.datetime | None = None,
) -> Submission:
    """Send a report in for review. The same report under the same `client_uuid` is stored once, however often it comes.

    Everybody's reports wait for a coordinator, a coordinator's own as well: approving it is one more press, and the
    log then always says who let a report in.
    """
    permissions.check_may_report(by, organisation)
    body_hash = _hash_of(report, organisation)
    if client_uuid is not None:
        known = _sent_before(organisation, client_uuid, body_hash, by)
        if known is not None:
            return Submission(known, is_new=False)
    now = now or timezone.now()
    check_report(report, organisation, now=now)
    incident = Incident(
        collaboration=organisation.collaboration,
        organisation=organisation,
        unit=report.unit or _unit_of(by, organisation),
        reporter=by,
        status=Status.SUBMITTED,
        sharing=organisation.sharing,
        submitted_at=now,
        client_uuid=client_uuid,
        client_body_hash=body_hash if client_uuid is not None else "",
    )
    _write_report(incident, report)
    try:
        with transaction.atomic():
            incident.save(force_insert=True)
    except IntegrityError:
        # Somebody was quicker with the same number; the insert waited until that one was safe.
        known = _sent_before(organisation, client_uuid, body_hash, by) if client_uuid is not None else None
        if known is None:
            raise
        return Submission(known, is_new=False)
    record("incident_submitted", subject=incident, by=by, category=incident.category.code, **_confirmed_rules(report))
    announce(incident.collaboration_id, {incident.area_id})
    return Submission(incident, is_new=True)


@transaction.atomic
def change_incident(*, incident: Incident, by: User, report: Report, now: dt.datetime | None = None) -> Incident:
    """Correct a draft or a returned report and send it in."""
    # The boundaries are held first and the report second: in the order in which a re-cut takes them.
    index_of(incident.collaboration)
    incident = _locked(incident)
    permissions.check_may_change(by, incident)
    rules.check_editable(incident)
    rules.check_move(incident, Status.SUBMITTED)
    now = now or timezone.now()
    check_report(report, incident.organisation, now=now)
    area_before = incident.area_id
    is_same_point = (report.lon, report.lat) == (incident.lon, incident.lat)
    keeps_block = incident.precision == Incident.Precision.BLOCK and is_same_point
    held = incident.area, incident.location, incident.precision
    before = {field.attname: getattr(incident, field.attname) for field in Incident._meta.concrete_fields}
    _write_report(incident, report)
    if keeps_block:
        # The form gave back the middle of the block. The area is still the one of the true point, which is not kept.
        incident.area, incident.location, incident.precision = held
    if report.unit is not None:
        incident.unit = report.unit
    if report.description:
        incident.is_text_removed = False
    changed = sorted(name for name, value in before.items() if getattr(incident, name) != value)
    incident.status, incident.submitted_at, incident.review_reason = Status.SUBMITTED, now, ""
    incident.save()
    if not incident.category.takes_photos:
        remove_photos_of(incident, Photo.Removal.CATEGORY, by=by)
    record("incident_changed", subject=incident, by=by, fields=changed, **_confirmed_rules(report))
    announce(incident.collaboration_id, {area_before, incident.area_id})
    return incident


@transaction.atomic
def approve_incident(*, incident: Incident, by: User, as_seen: str = "") -> Incident:
    """Let a submitted report into the picture. With `as_seen` only if it is still as the page showed it."""
    return _review(incident, by, Status.APPROVED, "incident_approved", as_seen=as_seen)


@transaction.atomic
def return_incident(*, incident: Incident, by: User, reason: str, as_seen: str = "") -> Incident:
    """Send a report back to its reporter, who is told what to change."""
    reason = reason.strip()
    if not reason:
        raise NotPossible(_("Say what the reporter should change."), code="no_reason")
    if len(reason) > 300:
        raise NotPossible(_("The reason is longer than 300 characters. Shorten it."), code="reason_too_long")
    # The reason is read by the organisation it goes to, and stays with its report: what it may not keep is not written.
    is_strict = keeps_no_persons(incident.organisation)
    hits = guard.verdict(reason, allowed=queries.allowed_words(incident.collaboration_id), strict=is_strict).strong
    if hits:
        is_sure = not is_strict or any(guard.is_strong(hit.rule) for hit in hits)
        refusal = rules.PERSONAL_DATA_STRONG if is_sure else rules.PERSONS_NEVER_KEPT
        raise NotPossible(refusal.say(), code=refusal.code)
    return _review(incident, by, Status.RETURNED, "incident_returned", reason=reason, as_seen=as_seen)


@transaction.atomic
def reject_incident(*, incident: Incident, by: User, reason: str, as_seen: str = "") -> Incident:
    """Keep a report out for one of the listed reasons. When it points at a person its text goes at once."""
    if reason not in RejectReason.values:
        raise NotPossible(_("Choose why the report is rejected."), code="no_reason")
    return _review(incident, by, Status.REJECTED, "incident_rejected", reason=reason, as_seen=as_seen)


def check_report(report: Report, organisation: Organisation, *, now: dt.datetime) -> None:
    """Refuse a report that breaks a rule, each sentence under its field. Form and API ask first; nothing gets past."""
    around = queries.surroundings(organisation.collaboration, now=now, organisation=organisation)
    faults = rules.report_faults(report, around)
    if report.unit is not None and report.unit.organisation_id != organisation.pk:
        raise ValidationError({"unit": _("The unit belongs to another organisation.")})
    if faults:
        errors: dict[str, list[ValidationError]] = {}
        for sentence in faults:
            errors.setdefault(sentence.field, []).append(sentence.error())
        raise ValidationError(errors)


def place_incident(incident: Incident, *, accuracy_m: float | None = None) -> None:
    """Give a report its point, precision, cell and area: the one place where that happens for single reports.

    A private dwelling keeps only its block: the exact point is not stored anywhere.
    """
    if incident.lon is None or incident.lat is None:
        if incident.place is not None:
            incident.lon, incident.lat = incident.place.lon, incident.place.lat
            incident.precision = Incident.Precision.PLACE
        else:
            incident.location, incident.cell, incident.area = Incident.Location.NONE, None, None
            incident.precision = Incident.Precision.AREA
            return
    else:
        incident.precision = rules.point_precision(accuracy_m)
    # The area is the one of the true point: a block on a boundary lies in both.
    incident.area = area_of(incident.collaboration, incident.lon, incident.lat)
    incident.location = Incident.Location.PLACED if incident.area is not None else Incident.Location.OUTSIDE
    if rules.is_kept_at_block(incident.place_type):
        incident.lon, incident.lat = rules.coarsen(incident.lon, incident.lat)
        incident.precision = Incident.Precision.BLOCK
    incident.cell = int(cells_of([incident.lon], [incident.lat], rules.CELL_RESOLUTION)[0])


def _write_report(incident: Incident, report: Report) -> None:
    assert report.category is not None  # check_report has refused that
    incident.category = report.category
    incident.occurred_from, incident.occurred_to, incident.time_precision = rules.stored_times(report)
    incident.occurred_on = timezone.localdate(incident.occurred_from)
    incident.place = report.place
    incident.place_type = report.place_type or rules.place_type_for(report.category, report.place)
    incident.lon, incident.lat = report.lon, report.lat
    incident.source_kind = report.source_kind
    incident.certainty = report.certainty
    incident.unsafety = report.unsafety
    incident.persons = report.persons
    incident.severity = report.category.severity
    incident.cost_sek = report.cost_sek
    incident.description = report.description
    place_incident(incident, accuracy_m=report.accuracy_m)


def _review(
    incident: Incident, by: User, wanted: Status, action: str, *, reason: str = "", as_seen: str = ""
) -> Incident:
    incident = _locked(incident)
    permissions.check_may_review(by, incident)
    rules.check_decision(incident, wanted, as_seen=as_seen)
    if wanted in (Status.RETURNED, Status.REJECTED):
        merging.check_counts_alone(incident)
    was = incident.status
    incident.status, incident.review_reason = wanted, reason
    incident.reviewed_at, incident.reviewed_by = timezone.now(), by
    fields = ["status", "review_reason", "reviewed_at", "reviewed_by"]
    details: dict[str, Any] = {"was": was}
    if wanted == Status.REJECTED:
        details["reason"] = reason
        if reason == RejectReason.PERSONAL_DATA:
            incident.description, incident.is_text_removed = "", True
            fields += ["description", "is_text_removed"]
    incident.save(update_fields=fields)
    if wanted == Status.REJECTED:
        # Whatever the reason: nobody will look at them again.
        remove_photos_of(incident, Photo.Removal.REJECTED, by=by)
    record(action, subject=incident, by=by, **details)
    announce(incident.collaboration_id, {incident.area_id})
    return incident


def _locked(incident: Incident) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",))
    found = rows.select_related("collaboration", "organisation", "category", "place").filter(pk=incident.pk).first()
    if found is None:
        # Somebody has undone its import since the page was opened.
        raise NotPossible(_("%(ref)s no longer exists.") % {"ref": incident.ref}, code="gone")
    return found


def _sent_before(organisation: Organisation, client_uuid: uuid.UUID, body_hash: str, by: User) -> Incident | None:
    known = Incident.objects.filter(collaboration_id=organisation.collaboration_id, client_uuid=client_uuid).first()
    if known is None:
        return None
    is_same = known.client_body_hash == body_hash and known.reporter_id == by.pk
    if not is_same:
        raise NotPossible(
            _("Another report has already been sent under this number. Start a new report."), code="uuid_taken"
        )
    return known


def _hash_of(report: Report, organisation: Organisation) -> str:
    body: dict[str, Any] = {
        "organisation": organisation.pk,
        "category": report.category.pk if report.category else None,
        "from": report.occurred_from.astimezone(dt.UTC).isoformat() if report.occurred_from else None,
        "to": report.occurred_to.astimezone(dt.UTC).isoformat() if report.occurred_to else None,
        "day_only": report.is_day_only,
        "point": [report.lon, report.lat],
        "place": report.place.pk if report.place else None,
        "place_type": report.place_type,
        "unit": report.unit.pk if report.unit else None,
        "source_kind": report.source_kind,
        "details": [report.certainty, report.unsafety, report.persons, report.cost_sek],
        "description": report.description,
    }
    if report.accuracy_m is not None:
        # Only where there is one: what arrived before phones sent it keeps its hash.
        body["accuracy_m"] = report.accuracy_m
    value = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return salted_hmac("incidents.client_body", value, algorithm="sha256").hexdigest()


def _unit_of(user: User, organisation: Organisation) -> Any:
    memberships = permissions.reporting_memberships(user, organisation.collaboration_id)
    return next((m.unit for m in memberships if m.organisation_id == organisation.pk), None)


def _confirmed_rules(report: Report) -> dict[str, Any]:
    """Which of the guard's rules the writer answered for; the log holds the rule, never the text."""
    if not (report.is_text_confirmed and report.description):
        return {}
    words = queries.allowed_words(report.category.collaboration_id) if report.category else frozenset()
    confirmed = sorted({hit.rule for hit in guard.verdict(report.description, allowed=words).weak})
    return {"confirmed": confirmed} if confirmed else {}


# --- Categories -------------------------------------------------------------------------------------------------------


def _lock_tree(collaboration_id: int) -> None:
    """Headings and codes change one at a time: two requests at once cannot both find a code free."""
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration_id)


@transaction.atomic
def create_category(*, category: Category, by: User) -> Category:
    """Add a category to the collaboration's tree; reports from its first day on can use it."""
    _lock_tree(category.collaboration_id)
    permissions.check_may_change_categories(by, category.collaboration_id)
    rules.check_heading(category, has_children=False)
    category.full_clean()
    category.save(force_insert=True)
    record("category_created", subject=category, by=by, code=category.code, name=category.name_sv)
    return category


@transaction.atomic
def change_category(*, category: Category, by: User, **values: Any) -> Category:
    """Rename, move or re-judge a category. Reports keep it, so what it means should stay the same."""
    _lock_tree(category.collaboration_id)
    category = Category.objects.select_for_update().get(pk=category.pk)
    permissions.check_may_change_categories(by, category.collaboration_id)
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise NotPossible(_("The code of a category never changes: files and other systems use it."), code="fixed")
    changed = {name: [getattr(category, name), value] for name, value in values.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_old, value) in changed.items():
        setattr(category, name, value)
    if "parent" in changed:
        rules.check_heading(category, has_children=category.children.exists())
    category.full_clean()
    if not changed:
        return category
    category.save(update_fields=list(changed))
    told = {name: [str(value) for value in pair] for name, pair in changed.items()}
    record("category_changed", subject=category, by=by, changed=told)
    if {"kind", "is_sensitive"} & set(changed):
        # Only events make the counts: what is one has changed for every report that has the category.
        rows = Incident.objects.filter(category=category).order_by()
        announce(category.collaboration_id, set(rows.values_list("area_id", flat=True).distinct()))
    return category


@transaction.atomic
def close_category(*, category: Category, by: User, on: dt.date) -> Category:
    """Take a category out of use from a day on. Reports from before keep it, and figures still show them."""
    category = Category.objects.select_for_update().get(pk=category.pk)
    permissions.check_may_change_categories(by, category.collaboration_id)
    if category.valid_to is not None:
        raise NotPossible(_("The category is closed already."), code="closed")
    if on < category.valid_from:
        raise NotPossible(_("The category cannot close before its first day."), code="too_early")
    still_open = category.children.filter(valid_to__isnull=True)
    if still_open.exists():
        raise NotPossible(_("Categories stand under this heading. Close or move them first."), code="has_children")
    if Incident.objects.filter(category=category, occurred_on__gte=on).exists():
        raise NotPossible(_("There are reports from that day or later. Choose a later day."), code="used_later")
    category.valid_to = on
    category.save(update_fields=["valid_to"])
    record("category_closed", subject=category, by=by, on=on.isoformat())
    return category


@transaction.atomic
def reopen_category(*, category: Category, by: User) -> Category:
    """Take a closed category into use again."""
    category = Category.objects.select_for_update().get(pk=category.pk)
    permissions.check_may_change_categories(by, category.collaboration_id)
    if category.valid_to is None:
        raise NotPossible(_("The category is in use already."), code="open")
    category.valid_to = None
    category.save(update_fields=["valid_to"])
    record("category_reopened", subject=category, by=by)
    return category


@transaction.atomic
def delete_category(*, category: Category, by: User) -> None:
    """Remove a category that was never used. One that was is closed instead, so that its reports keep their name."""
    category = Category.objects.select_for_update().get(pk=category.pk)
    permissions.check_may_change_categories(by, category.collaboration_id)
    if category.children.exists():
        raise NotPossible(_("Categories stand under this heading. Close or move them first."), code="has_children")
    if Incident.objects.filter(category=category).exists():
        raise NotPossible(_("The category has been used and cannot be deleted. Close it instead."), code="used")
    record("category_deleted", subject=category, by=by, code=category.code, name=category.name_sv)
    category.delete()
