"""A named cast: one collaboration with two areas, its partners, a stranger from another, and some reports.

West (16.10–16.14) is the security lead's and the police's area, East (16.14–16.18) the other housing company's.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from areas.models import AreaKind
from incidents.models import Status
from partners.models import Organisation, User
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
    """Build the cast once for a test; everything is reachable by name."""

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
        self._person("reporter", Role.REPORTER, self.housing)
        self._person("security_lead", Role.SECURITY_LEAD, self.housing, self.west)
        self._person("police", Role.COMMUNITY_OFFICER, self.police_authority, self.west)
        self._person("other_housing", Role.SECURITY_LEAD, self.other_housing, self.east)
        self._person("stranger", Role.SECURITY_LEAD, self.foreign, self.far)
        self._person("coordinator", Role.COORDINATOR, self.municipality)
        self._person("council", Role.COUNCIL, self.municipality)
        self._person("coach", Role.COACH, self.university)
        self._person("data_protection", Role.DATA_PROTECTION, self.municipality)
        self._person("administrator", Role.ADMINISTRATOR, self.municipality)

        now = timezone.localtime()
        west = {"area": self.west, "category": self.vandalism, "at": now - dt.timedelta(days=3)}
        east = {"area": self.east, "category": self.vandalism, "at": now - dt.timedelta(days=4), "lon": 16.16}
        self.by_reporter = make.IncidentFactory(
            organisation=self.housing,
            reporter=self.people["reporter"],
            description="Krossad ruta.",
            place=self.square,
            **west,
        )
        self.by_colleague = make.IncidentFactory(organisation=self.housing, **west)
        self.by_other_housing = make.IncidentFactory(
            organisation=self.other_housing, reporter=self.people["other_housing"], place=self.garage, **east
        )
        self.other_housing_in_west = make.IncidentFactory(
            organisation=self.other_housing, description="Klotter.", **west
        )
        self.sensitive = make.IncidentFactory(organisation=self.police_authority, **{**west, "category": self.drugs})
        self.counts_only = make.IncidentFactory(
            organisation=self.other_housing, sharing=Organisation.Sharing.COUNTS, **west
        )
        self.waiting = make.IncidentFactory(
            organisation=self.housing, reporter=self.people["reporter"], status=Status.SUBMITTED, **west
        )
        self.draft = make.IncidentFactory(
            organisation=self.housing, reporter=self.people["reporter"], status=Status.DRAFT, **west
        )
        self.abroad = make.IncidentFactory(
            organisation=self.foreign, area=self.far, category=self.foreign_category, lon=12.05, lat=57.05
        )

    def _person(self, name: str, role: Role, organisation: Organisation, *areas: object) -> None:
        function = name.replace("_", " ")
        user = make.UserFactory(email=f"{name}@example.org", function=function, password=self.password)
        membership = make.MembershipFactory(user=user, organisation=organisation, role=role)
        for area in areas:
            make.AreaScopeFactory(membership=membership, area=area)
        self.people[name] = user
