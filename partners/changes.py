"""Tell whoever listens that a role begins anew; rooms above register themselves at start."""

from __future__ import annotations

from collections.abc import Callable

from partners.models import Membership, User

# Called inside the transaction, with the role and who gave it (None: the command line).
Listener = Callable[[Membership, User | None], None]
listeners: list[Listener] = []


def announce_new_beginning(membership: Membership, by: User | None) -> None:
    """Say that a role that had ended is given again, so that nothing it opened before is open by itself."""
    for listener in listeners:
        listener(membership, by)
