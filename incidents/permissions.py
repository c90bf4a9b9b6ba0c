"""Who may do what with reports and categories, and which fields of a report somebody sees."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from incidents.models import Incident, Status
from partners.models import Collaboration, Membership, Organisation
from partners.roles import MAY_REPORT, MAY_REVIEW, SEE_EVERYTHING, SEE_OWN_ORGANISATION, Role

MAY_CHANGE_CATEGORIES = {Role.COORDINATOR, Role.ADMINISTRATOR}

# What everybody sees of a row they see at all: category, place and time.
WHAT_WHERE_WHEN = frozenset(
    {
        "id", "ref", "category", "kind", "status", "occurred_from", "occurred_to", "occurred_on", "time_precision",
        "location", "lon", "lat", "precision", "place", "place_type", "area",
    }
)  # fmt: skip
# What the own organisation and whoever reviews see besides.
EVERYTHING_ELSE = frozenset(
    {
        "organisation", "unit", "source_kind", "certainty", "unsafety", "persons", "severity", "cost_sek",
        "description", "is_text_removed", "sharing", "source", "created_at", "submitted_at", "reviewed_at",
        "review_reason", "photos",
    }
)  # fmt: skip


@cache
def _fields(sees_all: bool, sees_function: bool, sees_name: bool) -> frozenset[str]:
    fields = WHAT_WHERE_WHEN
    if sees_all:
        fields |= EVERYTHING_ELSE
    if sees_function:
        fields |= {"reporter_function"}
    if sees_name:
        fields |= {"reporter_name"}
    return fields


def fields_visible_to(user: Any, incident: Incident) -> frozenset[str]:
    """The fields of a visible report that this person sees: DESIGN's role table, for list, page, file and API alike."""
    is_own = incident.reporter_id is not None and incident.reporter_id == user.pk
    sees_all = sees_function = sees_name = is_own
    for membership in user.memberships_in(incident.collaboration_id):
        if membership.role in SEE_EVERYTHING:
            sees_all = sees_function = True
        elif membership.role in SEE_OWN_ORGANISATION and membership.organisation_id == incident.organisation_id:
            sees_all = sees_function = sees_name = True
    return _fields(sees_all, sees_function, sees_name)


def sees_everything(user: Any, collaboration: Collaboration | int) -> bool:
    """Whether the user sees all fields of every organisation's reports, for review."""
    return user.has_role(collaboration, SEE_EVERYTHING)


def sees_others(user: Any, collaboration: Collaboration | int) -> bool:
    """Whether the user sees reports that somebody else has written."""
    return user.has_role(collaboration, SEE_OWN_ORGANISATION)


def is_of_another_organisation(user: Any, incident: Incident) -> bool:
    """Whether reading the report is reading what another organisation owns."""
    mine = {membership.organisation_id for membership in user.memberships_in(incident.collaboration_id)}
    return incident.organisation_id not in mine


def reporting_memberships(user: Any, collaboration: Collaboration | int) -> list[Membership]:
    """The roles in which the user may report, the first one for each organisation."""
    found: dict[int, Membership] = {}
    for membership in user.memberships_in(collaboration):
        if membership.role in MAY_REPORT:
            found.setdefault(membership.organisation_id, membership)
    return list(found.values())


def check_may_read_reports(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role reads no reports at all is told so, instead of being shown an empty list."""
    if not user.has_role(collaboration, MAY_REPORT):
        raise NotAllowed(
            _("Your role does not read single reports. The situational pictures show what they add up to.")
        )


may_read_reports = as_question(check_may_read_reports)


def check_may_report(user: Any, organisation: Organisation) -> None:
    """Only those who report for the organisation may report in its name."""
    memberships = reporting_memberships(user, organisation.collaboration_id)
    if organisation.pk not in {membership.organisation_id for membership in memberships}:
        raise NotAllowed(
            _("You do not report for %(organisation)s. Ask your administrator for the role reporter.")
            % {"organisation": organisation.name}
        )


may_report = as_question(check_may_report)


def check_may_report_in(user: Any, collaboration: Collaboration | int) -> None:
    """Somebody has to report for one of the organisations to report here at all."""
    if not reporting_memberships(user, collaboration):
        raise NotAllowed(_("You have no role that reports here. Ask your administrator for the role reporter."))


may_report_in = as_question(check_may_report_in)


def check_may_change(user: Any, incident: Incident) -> None:
    """The reporter changes what was returned; so do those who answer for the organisation's reports, but no drafts."""
    for membership in user.memberships_in(incident.collaboration_id):
        if membership.role not in MAY_REPORT:
            continue
        if incident.reporter_id == user.pk:
            return
        is_own_organisation = membership.organisation_id == incident.organisation_id
        if is_own_organisation and membership.role in SEE_OWN_ORGANISATION and incident.status != Status.DRAFT:
            return
    raise NotAllowed(_("Only the reporter and those who answer for the organisation's reports can change this report."))


may_change = as_question(check_may_change)


def check_may_review(user: Any, incident: Incident) -> None:
    """Coordinators approve, return and reject."""
    if not user.has_role(incident.collaboration_id, MAY_REVIEW):
        raise NotAllowed(_("Only a coordinator can review reports."))


may_review = as_question(check_may_review)


def check_may_review_in(user: Any, collaboration: Collaboration | int) -> None:
    """The queue is for those who decide on reports."""
    if not user.has_role(collaboration, MAY_REVIEW):
        raise NotAllowed(_("Only a coordinator can review reports."))


may_review_in = as_question(check_may_review_in)


def check_may_change_categories(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and administrators look after the list of categories."""
    if not user.has_role(collaboration, MAY_CHANGE_CATEGORIES):
        raise NotAllowed(_("Only a coordinator or an administrator can change the categories."))


may_change_categories = as_question(check_may_change_categories)
