"""What happens around the demonstration's pictures: who has opened one, what came too late, what is under review."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from areas.models import Place
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.pictures import text_under_review
from incidents.actions import approve_incident, submit_incident
from incidents.models import Category, Incident
from incidents.rules import Report
from partners.models import Collaboration, User
from situational_picture.actions import send_for_review, write_picture
from situational_picture.models import Delivery, Picture

# The area whose last week is published with a text, and the one whose running week somebody has just written about.
PUBLISHED_IN, WRITTEN_IN = "hageby", "navestad"
# Who has opened the published picture already. The others get their letters when everything is loaded.
HAVE_OPENED = ("omradespolis", "sakerhetsansvarig", "kommunpolis")


@dataclass(frozen=True)
class Late:
    """A report of the published week that comes in when it is published: by whom, what, how far into the week."""

    who: str
    category: str
    after: dt.timedelta


LATE_REPORTS = (
    Late("vaktare", "SAM", dt.timedelta(days=4, hours=21, minutes=40)),
    Late("vaktare", "BUS", dt.timedelta(days=5, hours=22, minutes=15)),
    Late("rapportor", "SKA", dt.timedelta(days=3, hours=13, minutes=5)),
)


def go_round(collaboration: Collaboration, people: dict[str, User], until: dt.date) -> int:
    """Open the published week, report what came too late for it, and write the next; return how many came too late."""
    published = (
        Picture.objects.filter(collaboration=collaboration, area__slug=PUBLISHED_IN, period_kind="week", version=1)
        .select_related("area", "collaboration")
        .first()
    )
    late = 0
    if published is not None:
        _open(published, people)
        late = _report_too_late(published, people, until)
    _write_the_next(collaboration, people)
    return late


def _open(picture: Picture, people: dict[str, User]) -> None:
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            picture=picture,
            person=people[f"{who}@{NORRKOPING}.example"],
            reason=Delivery.Reason.GROUP,
            claimed_at=now,
            sent_at=now,
            opened_at=now,
        )
        for who in HAVE_OPENED
    )


def _report_too_late(picture: Picture, people: dict[str, User], until: dt.date) -> int:
    """Through the same actions as everybody's. The published picture does not change; its page says what came."""
    coordinator = people[f"samordnare@{NORRKOPING}.example"]
    places = list(Place.objects.in_use().filter(area=picture.area).order_by("name"))
    categories = {c.code: c for c in Category.objects.filter(collaboration=picture.collaboration)}
    monday = timezone.make_aware(dt.datetime.combine(picture.period_start, dt.time.min))
    sent = []
    for number, late in enumerate(late for late in LATE_REPORTS if (monday + late.after).date() <= until):
        person = people[f"{late.who}@{NORRKOPING}.example"]
        (membership,) = person.active_memberships
        report = Report(
            category=categories[late.category],
            occurred_from=monday + late.after,
            place=places[number % len(places)],
            unit=membership.unit,
        )
        incident = submit_incident(by=person, organisation=membership.organisation, report=report).incident
        sent.append(approve_incident(incident=incident, by=coordinator).pk)
    if until < timezone.localdate():
        # Where the demonstration ends earlier than today, so do its reports.
        known = timezone.make_aware(dt.datetime.combine(until, dt.time(12)))
        Incident.objects.filter(pk__in=sent).update(created_at=known, submitted_at=known, reviewed_at=known)
    return len(sent)


def _write_the_next(collaboration: Collaboration, people: dict[str, User]) -> None:
    """Somebody has written about the running week, and the coordinator is to read it."""
    draft = (
        Picture.objects.filter(
            collaboration=collaboration,
            area__slug=WRITTEN_IN,
            period_kind="week",
            version=0,
            figures__isnull=False,
        )
        .select_related("area", "collaboration")
        .order_by("-period_end")
        .first()
    )
    if draft is not None:
        analyst = people[f"analytiker@{NORRKOPING}.example"]
        draft = write_picture(
            by=analyst, picture=draft, written=text_under_review(draft), text_version=draft.text_version
        )
        send_for_review(by=analyst, picture=draft)
