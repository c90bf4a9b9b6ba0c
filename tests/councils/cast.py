"""The cast of the rooms that lead: three groups on three levels, with seats and a deputy."""

from __future__ import annotations

from partners.models import GroupKind, Level
from partners.roles import Role
from tests import factories as make
from tests.world import World


class LeadingWorld(World):
    """The named cast, in a local group, a preparatory group and the management council."""

    def __init__(self) -> None:
        super().__init__()
        self._person("deputy", Role.COUNCIL, self.municipality)
        self.deputy = self.people.pop("deputy")
        self.local, self.preparing, self.council_group = (
            make.GroupFactory(collaboration=self.here, name=name, level=level, kind=kind)
            for name, level, kind in (
                ("EST-gruppen Väster", Level.TACTICAL, GroupKind.EST_GROUP),
                ("Beredningsgruppen", Level.OPERATIVE, GroupKind.PREPARATORY_GROUP),
                ("Chefsamrådet", Level.STRATEGIC, GroupKind.MANAGEMENT_COUNCIL),
            )
        )
        make.GroupMemberFactory(group=self.local, membership=self.people["police"].memberships.get())
        make.GroupMemberFactory(group=self.preparing, membership=self.people["coordinator"].memberships.get())
        make.GroupMemberFactory(
            group=self.council_group,
            membership=self.people["council"].memberships.get(),
            deputy=self.deputy.memberships.get(),
        )
