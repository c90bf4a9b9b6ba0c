"""Factories of how the collaboration is led."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from councils.models import (
    Adjustment,
    AgendaItem,
    Attendance,
    CalledIn,
    Decision,
    DecisionPart,
    Matter,
    Meeting,
    MeetingInvitation,
    MeetingSeries,
    Objection,
)
from tests import factories as make
from tests.factories.plans import CommitmentFactory

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class MeetingSeriesFactory(DjangoModelFactory):
    class Meta:
        model = MeetingSeries

    group = factory.SubFactory(make.GroupFactory)
    collaboration = factory.SelfAttribute("group.collaboration")
    name = factory.Sequence(lambda n: f"EST-möte {n}")
    cadence = "weekly"
    first_on = dt.date(2026, 1, 13)
    starts_at = dt.time(9)


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    group = factory.SubFactory(make.GroupFactory)
    collaboration = factory.SelfAttribute("group.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    starts_at = dt.datetime(2026, 11, 24, 9, tzinfo=STOCKHOLM)


class MeetingInvitationFactory(DjangoModelFactory):
    class Meta:
        model = MeetingInvitation

    meeting = factory.SubFactory(MeetingFactory)
    collaboration = factory.SelfAttribute("meeting.collaboration")
    person = factory.SubFactory(make.UserFactory)
    sequence = 0


class MatterFactory(DjangoModelFactory):
    class Meta:
        model = Matter

    group = factory.SubFactory(make.GroupFactory)
    collaboration = factory.SelfAttribute("group.collaboration")
    section = "measures"
    title = factory.Sequence(lambda n: f"Belysningen vid gången {n}")


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(
        MeetingFactory, state="ongoing", opened_at=dt.datetime(2026, 11, 24, 9, tzinfo=STOCKHOLM)
    )
    collaboration = factory.SelfAttribute("meeting.collaboration")
    matter = factory.SubFactory(MatterFactory, group=factory.SelfAttribute("..meeting.group"))
    section = "measures"
    title = factory.SelfAttribute("matter.title")
    position = factory.Sequence(lambda n: n + 1)


class CalledInFactory(DjangoModelFactory):
    class Meta:
        model = CalledIn

    item = factory.SubFactory(AgendaItemFactory)
    collaboration = factory.SelfAttribute("item.collaboration")
    membership = factory.SubFactory(
        make.MembershipFactory,
        organisation=factory.SubFactory(
            make.OrganisationFactory, collaboration=factory.SelfAttribute("...item.collaboration")
        ),
    )


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory)
    collaboration = factory.SelfAttribute("meeting.collaboration")
    membership = factory.SubFactory(
        make.MembershipFactory,
        organisation=factory.SubFactory(
            make.OrganisationFactory, collaboration=factory.SelfAttribute("...meeting.collaboration")
        ),
    )
    presence = "present"


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = Decision

    item = factory.SubFactory(AgendaItemFactory)
    meeting = factory.SelfAttribute("item.meeting")
    collaboration = factory.SelfAttribute("item.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    outcome = "decision"
    kind = "focus"
    text = "Gruppen börjar vid gångvägen."
    form_id = factory.LazyFunction(uuid.uuid4)


class DecisionPartFactory(DjangoModelFactory):
    class Meta:
        model = DecisionPart

    decision = factory.SubFactory(DecisionFactory)
    collaboration = factory.SelfAttribute("decision.collaboration")
    commitment = factory.SubFactory(
        CommitmentFactory,
        area=factory.SubFactory(make.AreaFactory, collaboration=factory.SelfAttribute("...collaboration")),
    )


class ObjectionFactory(DjangoModelFactory):
    class Meta:
        model = Objection

    decision = factory.SubFactory(DecisionFactory)
    collaboration = factory.SelfAttribute("decision.collaboration")
    organisation = factory.SubFactory(
        make.OrganisationFactory, collaboration=factory.SelfAttribute("..decision.collaboration")
    )
    text = "Vi har inte råd i år."


class AdjustmentFactory(DjangoModelFactory):
    class Meta:
        model = Adjustment

    meeting = factory.SubFactory(MeetingFactory)
    collaboration = factory.SelfAttribute("meeting.collaboration")
    organisation = factory.SubFactory(
        make.OrganisationFactory, collaboration=factory.SelfAttribute("..meeting.collaboration")
    )
    text = "Det var bostadsbolaget som frågade."
