"""For whom a pack is computed: a member of the council who belongs to none of the partners.

Everybody who may open a pack reads the same numbers, whoever froze it: small counts are protected, nobody's own line
of the ledger runs ahead of the others', and what only a circle reads stands in none.
"""

from __future__ import annotations

from partners.models import Collaboration, Membership, Organisation, User
from partners.roles import Role

# No row has this key: nothing is this reader's own.
_NOBODY = 0


def council_reader(collaboration: Collaboration) -> User:
    """Somebody who is in no table, and reads the collaboration as the management council does."""
    user = User(pk=_NOBODY, email="", function="")
    user.__dict__["active_memberships"] = [
        Membership(
            pk=_NOBODY,
            user=user,
            collaboration=collaboration,
            organisation=Organisation(pk=_NOBODY, collaboration=collaboration),
            role=Role.COUNCIL,
        )
    ]
    return user
