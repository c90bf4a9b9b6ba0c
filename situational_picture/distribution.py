"""Who is told of a published picture: the members of the area's groups, and those whose reports are in it."""

from __future__ import annotations

import logging
from collections import Counter
from functools import partial
from itertools import product
from smtplib import SMTPException
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Area
from audit.actions import record
from common.errors import NotPossible
from incidents.models import Incident, Status
from partners import notifications
from partners.mailing import NOT_TAKEN
from partners.models import GroupMember, Membership, User
from partners.roles import MAY_COMPILE
from situational_picture import emails, news, tasks
from situational_picture.models import Delivery, Picture
from situational_picture.permissions import check_may_publish_pictures
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
        GroupMember.objects.in_force(today)
        .filter(group__is_active=True, group__group_areas__area_id__in=area_with_parents(picture.area))
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
    counted = (
        Incident.objects.counted()
        .filter(
            area_id__in=covered_area_ids(picture.area),
            occurred_on__gte=picture.period_start,
            occurred_on__lt=picture.period_end,
        )
        # What was approved after the figures were frozen is in the next version, not in this one.
        .exclude(reviewed_at__gt=picture.published_at)
        .exclude(created_at__gt=picture.published_at)
    )
    # A report that is counted together with another one is in it as well: the same event, seen by somebody else.
    rows = Incident.objects.filter(
        Q(pk__in=counted.values("pk")) | Q(status=Status.MERGED, merged_into__in=counted.values("pk")),
        reporter__isnull=False,
        import_batch=None,
        created_at__lte=picture.published_at,
    ).values_list("reporter_id", flat=True)
    return Counter(pk for pk in rows if pk is not None)


def send_out(picture: Picture) -> int:
    """Tell everybody who should know, and say how many letters were sent. Safe to run again, and twice at once.

    Each letter is sent at most once by itself: whoever claims the row sends it, and a row that has been claimed is not
    touched again, since its letter may have left before the worker died. What is certain not to have left waits for
    the next run; what is uncertain is shown, and sent again when a person says so (`let_send_again`).
    """
    reports = own_reports(picture)
    receivers = _receivers(picture, set(reports))
    now_reached = notifications.written_to_now(receivers, news.TOPIC, timezone.now())
    # All of them first: whoever is not reached because a worker dies is seen to wait.
    Delivery.objects.bulk_create(
        [
            Delivery(picture=picture, person=person, reason=reason, by_news=pk not in now_reached)
            for pk, (person, reason) in receivers.items()
        ],
        ignore_conflicts=True,
    )
    # As it stands since the first run: whoever chooses anew meanwhile is not told twice.
    by_news = dict(Delivery.objects.filter(picture=picture).values_list("person_id", "by_news"))
    for reason, mailed in product(Delivery.Reason, (True, False)):
        told = [person for pk, (person, why) in receivers.items() if why == reason and by_news.get(pk) != mailed]
        news.tell_published(picture, told, are_reporters=reason == Delivery.Reason.REPORTER, are_mailed=mailed)
    sent = 0
    for delivery in Delivery.objects.filter(picture=picture, person__in=receivers).waiting().select_related("person"):
        if delivery.person_id not in now_reached:
            # Tried again when their quiet hours have ended.
            continue
        if not Delivery.objects.filter(pk=delivery.pk).waiting().update(claimed_at=timezone.now()):
            continue
        try:
            emails.send_picture(
                picture,
                delivery.person,
                own_reports=reports[delivery.person_id],
                is_reporter=delivery.reason == Delivery.Reason.REPORTER,
            )
        except (OSError, SMTPException) as problem:
            # The others get theirs, and the coordinator sees who did not; the log of the machine names nobody.
            logger.warning("A letter about picture %s could not be sent.", picture.pk)
            if isinstance(problem, NOT_TAKEN):
                Delivery.objects.filter(pk=delivery.pk).update(claimed_at=None)
            continue
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
        sent += 1
    if sent:
        record("picture_sent_out", subject=picture, people=sent)
    return sent


def _receivers(picture: Picture, reporters: set[int]) -> dict[int, tuple[User, Delivery.Reason]]:
    """Who is to be told and why, by id: the groups, and those whose reports are in the picture."""
    receivers = {pk: (person, Delivery.Reason.GROUP) for pk, person in group_receivers(picture).items()}
    people = User.objects.filter(pk__in=reporters, is_active=True, is_service=False).exclude(pk__in=receivers)
    # A corrected version goes to the groups again; a reporter is told of an area's period once.
    told = set(
        Delivery.objects.filter(picture__in=Picture.objects.filter(area=picture.area).for_period(picture.period))
        .exclude(picture=picture)
        .values_list("person_id", flat=True)
    )
    for person in people:
        if person.pk not in told and _may_open(person, picture):
            receivers[person.pk] = (person, Delivery.Reason.REPORTER)
    return receivers


@transaction.atomic
def let_send_again(*, by: Any, picture: Picture) -> int:
    """Let the letters that may never have left be sent once more; a person decides, since some may arrive twice."""
    check_may_publish_pictures(by, picture.collaboration_id)
    uncertain = Delivery.objects.filter(picture=picture).uncertain(timezone.now())
    people = uncertain.update(claimed_at=None)
    if not people:
        raise NotPossible(_("Every letter that was begun has been sent, or is being sent right now."))
    record("picture_sent_again", by=by, subject=picture, people=people)
    transaction.on_commit(partial(tasks.send_out_picture.delay, picture.pk))
    return people


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
    now = timezone.now()
    # A reporter's function and organisation, as everywhere for whoever reviews.
    rows = [
        {
            "who": d.function,
            "organisation": organisations.get(d.person_id, ""),
            "why": d.get_reason_display(),
            "sent_at": d.sent_at,
            "opened_at": d.opened_at,
            "is_waiting": d.sent_at is None and d.claimed_at is None and not d.by_news,
            "by_news": d.by_news,
        }
        for d in deliveries
    ]
    return {
        "rows": rows,
        "sent": sum(d.sent_at is not None for d in deliveries),
        "opened": sum(d.opened_at is not None for d in deliveries),
        "waiting": sum(row["is_waiting"] for row in rows),
        "uncertain": sum(d.is_uncertain(now) for d in deliveries),
    }
