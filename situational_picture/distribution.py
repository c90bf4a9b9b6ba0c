"""Who is told of a published picture: the members of the area's groups, and those whose reports are in it."""

from __future__ import annotations

import logging
from collections import Counter
from smtplib import SMTPException
from typing import Any

from django.db.models import F
from django.utils import timezone

from areas.models import Area
from audit.actions import record
from incidents.models import Incident
from partners.models import GroupMember, Membership, User
from partners.roles import MAY_COMPILE
from situational_picture import emails
from situational_picture.models import Delivery, Picture
from situational_picture.queries import covered_area_ids

logger = logging.getLogger(__name__)


def area_with_parents(area: Area) -> list[int]:
    """The area and everything it is a part of."""
    parents = dict(Area.objects.filter(collaboration_id=area.collaboration_id).values_list("pk", "parent_id"))
    found: list[int] = []
    current: int | None = area.pk
    while current is not None and current not in found:
        found.append(current)
        current = parents.get(current)
    return found


def group_receivers(picture: Picture) -> dict[int, User]:
    """Those who sit today in a group of the area, or of what it is a part of, by id.

    Where a member no longer holds the role, the deputy gets it. Whoever may not open the picture is left out.
    """
    today = timezone.localdate()
    seats = (
        GroupMember.objects.filter(
            group__is_active=True,
            group__group_areas__area_id__in=area_with_parents(picture.area),
            valid_from__lte=today,
        )
        .exclude(valid_to__lte=today)
        .values_list("membership_id", "deputy_id")
        .distinct()
    )
    wanted = list(seats)
    active = set(
        Membership.objects.active(today)
        .filter(pk__in={pk for pair in wanted for pk in pair if pk}, user__is_active=True, user__is_service=False)
        .values_list("pk", flat=True)
    )
    chosen = {member if member in active else deputy for member, deputy in wanted} & active
    people = {m.user_id: m.user for m in Membership.objects.filter(pk__in=chosen).select_related("user")}
    return {pk: person for pk, person in people.items() if _may_open(person, picture)}


def _may_open(person: User, picture: Picture) -> bool:
    return Picture.objects.visible_to(person).filter(pk=picture.pk).exists()


def own_reports(picture: Picture) -> Counter[int]:
    """How many of each reporter's reports the picture has counted, by the reporter's id."""
    rows = (
        Incident.objects.counted()
        .filter(
            area_id__in=covered_area_ids(picture.area),
            occurred_on__gte=picture.period_start,
            occurred_on__lt=picture.period_end,
            reporter__isnull=False,
            import_batch=None,
        )
        # What was approved after the figures were frozen is in the next version, not in this one.
        .exclude(reviewed_at__gt=picture.published_at)
        .exclude(created_at__gt=picture.published_at)
        .values_list("reporter_id", flat=True)
    )
    return Counter(pk for pk in rows if pk is not None)


def send_out(picture: Picture) -> int:
    """Tell everybody who should know, each at most once, and say how many mails were sent.

    The row is the claim: of two who do this at once one sends each mail, and nobody sends it again after a crash.
    """
    reports = own_reports(picture)
    receivers = {pk: (person, Delivery.Reason.GROUP) for pk, person in group_receivers(picture).items()}
    reporters = User.objects.filter(pk__in=reports, is_active=True, is_service=False).exclude(pk__in=receivers)
    # A corrected version goes to the groups again; a reporter is told of an area's period once.
    told = set(
        Delivery.objects.filter(picture__in=Picture.objects.filter(area=picture.area).for_period(picture.period))
        .exclude(picture=picture)
        .values_list("person_id", flat=True)
    )
    for person in reporters:
        if person.pk not in told and _may_open(person, picture):
            receivers[person.pk] = (person, Delivery.Reason.REPORTER)
    sent = 0
    for person, reason in receivers.values():
        delivery, is_ours = Delivery.objects.get_or_create(picture=picture, person=person, defaults={"reason": reason})
        if not is_ours:
            continue
        try:
            emails.send_picture(picture, person, own_reports=reports[person.pk], is_reporter=reason == "reporter")
        except (OSError, SMTPException):
            # The others get theirs, and the coordinator sees who did not; the log of the machine names nobody.
            logger.warning("A letter about picture %s could not be sent.", picture.pk)
            continue
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
        sent += 1
    if sent:
        record("picture_sent_out", subject=picture, people=sent)
    return sent


def told_of(user: Any, picture: Picture) -> dict[str, Any] | None:
    """For whoever compiles: whom the picture was sent to, and who has opened it. Functions, never names."""
    if not picture.version or not user.has_role(picture.collaboration_id, MAY_COMPILE):
        return None
    deliveries = list(
        Delivery.objects.visible_to(user)
        .filter(picture=picture)
        .annotate(function=F("person__function"))
        .order_by("pk")
    )
    if not deliveries:
        return None
    organisations = dict(
        Membership.objects.filter(
            collaboration_id=picture.collaboration_id, user_id__in=[d.person_id for d in deliveries]
        ).values_list("user_id", "organisation__name")
    )
    # A reporter's function and organisation, as everywhere for whoever reviews.
    rows = [
        {
            "who": d.function,
            "organisation": organisations.get(d.person_id, ""),
            "why": d.get_reason_display(),
            "sent_at": d.sent_at,
            "opened_at": d.opened_at,
        }
        for d in deliveries
    ]
    return {
        "rows": rows,
        "sent": sum(d.sent_at is not None for d in deliveries),
        "opened": sum(d.opened_at is not None for d in deliveries),
    }
