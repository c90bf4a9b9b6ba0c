"""A named cast: one collaboration with two areas, its partners, a stranger from another, and some reports.

West (16.10–16.14) is the security lead's and the police's area, East (16.14–16.18) the other housing company's.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from areas.models import Area, AreaKind, AreaScope
from incidents.models import Incident, Status
from partners.models import Membership, Organisation, User
from partners.roles import Role
from tests import factories as make

PEOPLE = [
    "reporter",
    "security_lead",
    "police",
    "other_housing",
    "stranger",
    "coordinator",
    "council",
    "coach",
    "data_protection",
    "administrator",
]


class World:
    """Build the cast once for a test; everything is reachable by name.

    Thousands of tests begin here: what there are many of is written in one go.
    """

    def __init__(self) -> None:
        kind = Organisation.Kind
        self.here = make.CollaborationFactory(slug="ekstad", name="Ekstad")
        self.elsewhere = make.CollaborationFactory(slug="annanstad", name="Annanstad")
        self.municipality = make.OrganisationFactory(collaboration=self.here, name="Kommunen", kind=kind.MUNICIPALITY)
        self.police_authority = make.OrganisationFactory(collaboration=self.here, name="Polisen", kind=kind.POLICE)
        self.housing = make.OrganisationFactory(collaboration=self.here, name="Bostadsbolaget", kind=kind.HOUSING)
        self.other_housing = make.OrganisationFactory(collaboration=self.here, name="Hemvärden", kind=kind.HOUSING)
        self.university = make.OrganisationFactory(collaboration=self.here, name="Högskolan", kind=kind.UNIVERSITY)
        self.foreign = make.OrganisationFactory(collaboration=self.elsewhere, name="Bostaden", kind=kind.HOUSING)
        self.unit = make.UnitFactory(organisation=self.housing, name="Distrikt Väst")

        self.town = make.AreaFactory(collaboration=self.here, name="Ekstads kommun", kind=AreaKind.MUNICIPALITY)
        self.west = make.AreaFactory(collaboration=self.here, name="Väster", parent=self.town)
        self.east = make.AreaFactory(collaboration=self.here, name="Öster", parent=self.town)
        self.far = make.AreaFactory(collaboration=self.elsewhere, name="Annanstad centrum")
        make.BoundaryFactory(area=self.town, west=16.0, south=58.5, east=16.3, north=58.7)
        make.BoundaryFactory(area=self.west, west=16.10, south=58.57, east=16.14, north=58.60)
        make.BoundaryFactory(area=self.east, west=16.14, south=58.57, east=16.18, north=58.60)
        make.BoundaryFactory(area=self.far, west=12.0, south=57.0, east=12.1, north=57.1)

        self.square = make.PlaceFactory(collaboration=self.here, name="Västers centrum", area=self.west)
        self.garage = make.PlaceFactory(collaboration=self.here, name="Östers garage", area=self.east, lon=16.16)

        self.vandalism = make.CategoryFactory(
            collaboration=self.here, code="SKA", name_sv="Skadegörelse", name_en="Vandalism"
        )
        self.drugs = make.CategoryFactory(
            collaboration=self.here,
            code="NAR",
            name_sv="Öppen droghandel",
            name_en="Open drug dealing",
            is_sensitive=True,
        )
        self.foreign_category = make.CategoryFactory(collaboration=self.elsewhere, code="SKA", name_sv="Skadegörelse")

        self.people: dict[str, User] = {}
        self.password = make_password(make.PASSWORD)
        self._cast(
            ("reporter", Role.REPORTER, self.housing),
            ("security_lead", Role.SECURITY_LEAD, self.housing, self.west),
            ("police", Role.COMMUNITY_OFFICER, self.police_authority, self.west),
            ("other_housing", Role.SECURITY_LEAD, self.other_housing, self.east),
            ("stranger", Role.SECURITY_LEAD, self.foreign, self.far),
            ("coordinator", Role.COORDINATOR, self.municipality),
            ("council", Role.COUNCIL, self.municipality),
            ("coach", Role.COACH, self.university),
            ("data_protection", Role.DATA_PROTECTION, self.municipality),
            ("administrator", Role.ADMINISTRATOR, self.municipality),
        )

        # At noon, so that which hours of the week have reports does not depend on when the tests run.
        now = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
        west = {"area": self.west, "category": self.vandalism, "at": now - dt.timedelta(days=3)}
        east = {"area": self.east, "category": self.vandalism, "at": now - dt.timedelta(days=4), "lon": 16.16}
        self.by_reporter = make.IncidentFactory.build(
            organisation=self.housing,
            reporter=self.people["reporter"],
            description="Krossad ruta.",
            place=self.square,
            **west,
        )
        self.by_colleague = make.IncidentFactory.build(organisation=self.housing, **west)
        self.by_other_housing = make.IncidentFactory.build(
            organisation=self.other_housing, reporter=self.people["other_housing"], place=self.garage, **east
        )
        self.other_housing_in_west = make.IncidentFactory.build(
            organisation=self.other_housing, description="Klotter.", **west
        )
        self.sensitive = make.IncidentFactory.build(
            organisation=self.police_authority, **{**west, "category": self.drugs}
        )
        self.counts_only = make.IncidentFactory.build(
            organisation=self.other_housing, sharing=Organisation.Sharing.COUNTS, **west
        )
        self.waiting = make.IncidentFactory.build(
            organisation=self.housing, reporter=self.people["reporter"], status=Status.SUBMITTED, **west
        )
        self.draft = make.IncidentFactory.build(
            organisation=self.housing, reporter=self.people["reporter"], status=Status.DRAFT, **west
        )
        self.abroad = make.IncidentFactory.build(
            organisation=self.foreign, area=self.far, category=self.foreign_category, lon=12.05, lat=57.05
        )
        reports = [value for value in vars(self).values() if isinstance(value, Incident)]
        Incident.objects.bulk_create(reports)

    def _person(self, name: str, role: Role, organisation: Organisation, *areas: Area) -> None:
        self._cast((name, role, organisation, *areas))

    def _cast(self, *parts: tuple[Any, ...]) -> None:
        """Give each of them (name, role, organisation, areas …) an account and a seat."""
        seats, scopes = [], []
        for name, role, organisation, *areas in parts:
            function = name.replace("_", " ")
            user = make.UserFactory.build(email=f"{name}@example.org", function=function, password=self.password)
            seats.append(make.MembershipFactory.build(user=user, organisation=organisation, role=role))
            scopes += [make.AreaScopeFactory.build(membership=seats[-1], area=area) for area in areas]
            self.people[name] = user
        User.objects.bulk_create([seat.user for seat in seats])
        Membership.objects.bulk_create(seats)
        AreaScope.objects.bulk_create(scopes)
