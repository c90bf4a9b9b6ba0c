"""Several reports of the same event: one counts, the others are kept as they are and counted together with it.

What counts is left untouched. A merged report changes in three fields and no more: its status, which report it is
counted with, and what it was before, so that taking the reports apart gives back every field of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.actions import record
from common.errors import NotPossible
from incidents import permissions, rules
from incidents.changes import announce
from incidents.models import Category, Incident, Status
from partners.models import User

FIELDS = ["status", "merged_into", "merged_was"]


@transaction.atomic
def merge_incidents(
    *, keep: Incident, others: Sequence[Incident], by: User, as_seen: Mapping[int, str] | None = None
) -> Incident:
    """Count `others` together with `keep` from now on.

    With `as_seen`, the state of each report as the page showed it, only if every one of them is still so.
    """
    locked = _locked([keep, *others])
    gone = next((one for one in (keep, *others) if one.pk not in locked), None)
    if gone is not None:
        raise NotPossible(_("%(ref)s no longer exists.") % {"ref": gone.ref}, code="gone")
    wanted = {incident.pk for incident in others} - {keep.pk}
    keep, merged = locked[keep.pk], [locked[pk] for pk in sorted(wanted)]
    permissions.check_may_review(by, keep)
    if not merged:
        raise NotPossible(_("Choose which reports are about the same event."), code="nothing_chosen")
    if as_seen is not None:
        _check_are_as_seen([keep, *merged], as_seen)
    for incident in merged:
        _check_may_be_merged(incident, keep)
    _check_counts(keep, merged)
    for incident in merged:
        was = incident.status
        incident.status, incident.merged_into, incident.merged_was = Status.MERGED, keep, was
        incident.save(update_fields=FIELDS)
        record("incident_merged", subject=incident, by=by, into=keep.pk, was=was)
    announce(keep.collaboration_id, {incident.area_id for incident in merged})
    return keep


@transaction.atomic
def unmerge_incident(*, incident: Incident, by: User) -> Incident:
    """Take a report apart from the one it is counted with. It is again what it was, in every field."""
    locked = _locked([incident])
    if incident.pk not in locked:
        raise NotPossible(_("%(ref)s no longer exists.") % {"ref": incident.ref}, code="gone")
    incident = locked[incident.pk]
    permissions.check_may_review(by, incident)
    if incident.status != Status.MERGED:
        raise NotPossible(
            _("%(ref)s is not counted together with another report.") % {"ref": incident.ref}, code="not_merged"
        )
    was, kept = Status(incident.merged_was), incident.merged_into_id
    rules.check_move(incident, was)
    incident.status, incident.merged_into, incident.merged_was = was, None, ""
    incident.save(update_fields=FIELDS)
    record("incident_unmerged", subject=incident, by=by, was_in=kept, now=was.value)
    announce(incident.collaboration_id, {incident.area_id})
    return incident


def check_counts_alone(incident: Incident) -> None:
    """Refuse to take away a report that others are counted with: the event would be lost from the figures."""
    if Incident.objects.filter(merged_into=incident).exists():
        raise NotPossible(
            _("Other reports are counted together with %(ref)s. Take them apart first.") % {"ref": incident.ref},
            code="others_merged",
        )


def _check_are_as_seen(incidents: Sequence[Incident], as_seen: Mapping[int, str]) -> None:
    changed = [incident.ref for incident in incidents if as_seen.get(incident.pk) != rules.state_of(incident)]
    if changed:
        raise NotPossible(changed_since(changed), code="already_decided")


def changed_since(refs: Sequence[str]) -> str:
    """That reports are not what was seen of them."""
    return ngettext(
        "%(refs)s has been changed since you opened it. Read it again.",
        "%(refs)s have been changed since you opened them. Read them again.",
        len(refs),
    ) % {"refs": ", ".join(refs)}


def _check_counts(keep: Incident, merged: Sequence[Incident]) -> None:
    if keep.status not in {Status.SUBMITTED, Status.APPROVED}:
        raise NotPossible(
            _("%(ref)s is %(now)s and cannot count for the others. Choose another report.")
            % {"ref": keep.ref, "now": Status(keep.status).label},
            code="does_not_count",
        )
    if keep.status != Status.APPROVED and any(incident.status == Status.APPROVED for incident in merged):
        raise NotPossible(
            _("One of the reports is approved already. Let that one count, so that the event stays in the figures."),
            code="approved_counts",
        )
    is_event = keep.category.kind == Category.Kind.EVENT
    if not is_event and any(incident.category.kind == Category.Kind.EVENT for incident in merged):
        raise NotPossible(
            _("%(ref)s is no event and makes no count. Let the event count, so that it stays in the figures.")
            % {"ref": keep.ref},
            code="event_counts",
        )


def _check_may_be_merged(incident: Incident, keep: Incident) -> None:
    if incident.collaboration_id != keep.collaboration_id:
        raise NotPossible(_("The reports belong to different collaborations."), code="other_collaboration")
    if incident.status == Status.MERGED:
        raise NotPossible(
            _("%(ref)s is counted together with another report. Take them apart first.") % {"ref": incident.ref},
            code="is_merged",
        )
    rules.check_move(incident, Status.MERGED)
    check_counts_alone(incident)


def _locked(incidents: Sequence[Incident]) -> dict[int, Incident]:
    """The rows, held in one order whoever asks, so that two people merging never wait for each other."""
    rows = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("collaboration", "organisation", "category")
        .filter(pk__in={incident.pk for incident in incidents})
        .order_by("pk")
    )
    return {incident.pk: incident for incident in rows}
