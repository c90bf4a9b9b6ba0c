"""A count of people: sent once however often it arrives, and taken back where it was wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.inspections.permissions import inspecting_memberships
from areas.models import Place
from audit.actions import record
from common.errors import NotPossible
from situational_picture.indicators.actions import check_row
from situational_picture.indicators.place_counts.permissions import check_may_count, check_may_take_back
from situational_picture.models import PlaceCount

# What was counted longer ago is entered by nobody who remembers it.
OLDEST_D = 366


@transaction.atomic
def count_people(
    *, by: Any, place: Place, counted_on: dt.date, hour: int, minutes: int, people: int, client_uuid: uuid.UUID
) -> PlaceCount:
    """Write down how many people used a place in an hour. The same count sent again is the same count."""
    check_may_count(by, place)
    # Two phones that count the same hour come one after the other.
    Place.objects.select_for_update(no_key=True).get(pk=place.pk)
    sent = PlaceCount.objects.filter(collaboration_id=place.collaboration_id, client_uuid=client_uuid).first()
    if sent is not None:
        same = (sent.place_id, sent.counted_on, sent.hour, sent.minutes, sent.people, sent.counted_by_id)
        if same != (place.pk, counted_on, hour, minutes, people, by.pk):
            raise NotPossible(_("This count has been sent before, with another number. Open the page anew."))
        return sent
    _check_moment(counted_on, hour)
    standing = PlaceCount.objects.standing().filter(place=place, counted_on=counted_on, hour=hour).first()
    if standing is not None:
        raise NotPossible(
            {
                "hour": [
                    _("The hour is counted already: %(people)s people. Take that count back first, if it is wrong.")
                    % {"people": standing.people}
                ]
            }
        )
    row = PlaceCount(
        collaboration_id=place.collaboration_id, place=place,
        organisation=inspecting_memberships(by, place)[0].organisation, counted_on=counted_on, hour=hour,
        minutes=minutes, people=people, client_uuid=client_uuid, counted_by=by,
    )  # fmt: skip
    check_row(row, without=["collaboration", "organisation", "place", "counted_by"])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # The same press arrived twice at once, for two places.
        raise NotPossible(_("This count has been sent before, with another number. Open the page anew.")) from None
    record("people_counted", by=by, subject=row)
    return row


def _check_moment(day: dt.date, hour: int) -> None:
    now = timezone.localtime()
    if not 0 <= hour <= 23:
        raise NotPossible({"hour": [_("Choose the hour that was counted.")]})
    if (day, hour) > (now.date(), now.hour):
        raise NotPossible({"hour": [_("The hour has not come yet.")]})
    if (now.date() - day).days > OLDEST_D:
        raise NotPossible({"counted_on": [_("The day is too long ago. Look at the year.")]})


@transaction.atomic
def take_back_count(*, by: Any, count: PlaceCount) -> None:
    """Say that a count was wrong. It is in no mean and no rate any more."""
    row = PlaceCount.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=count.pk)
    check_may_take_back(by, row)
    if row.taken_back_at is None:
        row.taken_back_at, row.taken_back_by = timezone.now(), by
        row.save(update_fields=["taken_back_at", "taken_back_by"])
        record("people_count_taken_back", by=by, subject=row)
