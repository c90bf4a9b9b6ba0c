"""How a commitment is seen: by the two organisations it is between as it is, by others as it stood some days ago."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from action_plans.models import (
    Commitment,
    CommitmentMove,
    CommitmentQuerySet,
    CommitmentRules,
    CommitmentState,
)
from action_plans.rules import PROMISED, is_overdue, last_moment_day
from common.days import is_working_day
from partners.models import Collaboration

State = CommitmentState
# What a plan shows at once of a part, also to others.
_SEEN_IN_PLAN = {State.DRAFT, State.ASKED, State.ACCEPTED, State.COUNTER_OFFERED, State.DECLINED, State.WITHDRAWN}
_DAYS, _MOMENTS = ("due_on", "offered_due_on"), ("asked_at", "answered_at", "reported_at", "confirmed_at")


@dataclass(frozen=True)
class Line:
    """A commitment as somebody sees it, and as of when."""

    commitment: Commitment
    # Whether the reader's organisation asked or was asked.
    is_own: bool
    # The day it is seen as of: today, or some days ago.
    on: dt.date
    # Whether the ledger has no line for others yet: what is asked and answered is told as it is now, as in the plan.
    is_as_in_plan: bool
    state: str
    text: str
    due_on: dt.date | None
    asked_at: dt.datetime | None
    answered_at: dt.datetime | None
    answer: str
    offered_due_on: dt.date | None
    owner_says_kept: bool | None
    owner_says: str
    reported_at: dt.datetime | None
    asker_says_kept: bool | None
    asker_says: str
    confirmed_at: dt.datetime | None

    @property
    def is_late(self) -> bool:
        """Promised, its day passed, and its owner had not said how it went."""
        return self.state in PROMISED and is_overdue(self.due_on, self.on)

    @property
    def working_days_late(self) -> int:
        """So many working days since the last day in time."""
        if not self.is_late or self.due_on is None:
            return 0
        last = last_moment_day(self.due_on)
        days = (last + dt.timedelta(days=number) for number in range(1, (self.on - last).days + 1))
        return sum(is_working_day(day) for day in days)

    @property
    def is_after_its_day(self) -> bool:
        """Reported as kept, and that after its day."""
        return (
            self.state == State.KEPT
            and self.reported_at is not None
            and is_overdue(self.due_on, timezone.localdate(self.reported_at))
        )

    @property
    def differ(self) -> bool:
        """Whether owner and asker say different things of how it went."""
        return None not in (self.owner_says_kept, self.asker_says_kept) and self.owner_says_kept != self.asker_says_kept

    @property
    def days_to_answer(self) -> int | None:
        """From the day it was asked, for the last time, to the day of the answer."""
        if self.asked_at is None or self.answered_at is None:
            return None
        return (timezone.localdate(self.answered_at) - timezone.localdate(self.asked_at)).days


_WRITTEN = (
    "state", "text", "due_on", "asked_at", "answered_at", "answer", "offered_due_on", "owner_says_kept", "owner_says",
    "reported_at", "asker_says_kept", "asker_says", "confirmed_at",
)  # fmt: skip


def rules_of(collaboration: Collaboration | int) -> CommitmentRules:
    """What the collaboration has decided on its ledger; what is proposed where nothing has been."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    return CommitmentRules.objects.filter(collaboration_id=pk).first() or CommitmentRules(collaboration_id=pk)


def shown_until(rules: CommitmentRules, now: dt.datetime) -> dt.datetime:
    """What happened after this moment is not shown to others yet."""
    return now - dt.timedelta(days=rules.shown_after_days)


def as_it_is(commitment: Commitment, *, on: dt.date) -> Line:
    """The line as it is now, for those it is between."""
    return Line(commitment, True, on, False, **{name: getattr(commitment, name) for name in _WRITTEN})


def as_it_stood(commitment: Commitment, line: Mapping[str, Any], *, on: dt.date) -> Line:
    """The line as a move has kept it."""
    values = {name: line[name] for name in _WRITTEN}
    for name in _DAYS:
        values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
    for name in _MOMENTS:
        values[name] = dt.datetime.fromisoformat(values[name]) if values[name] else None
    return Line(commitment, False, on, False, **values)


def own_organisations(user: Any, collaboration: Collaboration | int) -> set[int]:
    """The organisations the user belongs to."""
    return {m.organisation_id for m in user.memberships_in(collaboration)}


def with_shown_line(rows: CommitmentQuerySet, *, until: dt.datetime) -> CommitmentQuerySet:
    """Each commitment with its line as others see it (`shown`), None where they see nothing yet."""
    moves = CommitmentMove.objects.filter(commitment=OuterRef("pk"), at__lte=until).order_by("-at", "-pk")
    return rows.annotate(shown=Subquery(moves.values("line")[:1]))


def seen_by(user: Any, commitment: Commitment, *, until: dt.datetime, now: dt.datetime) -> Line | None:
    """One commitment, from `with_shown_line`, as the user sees it; None: not shown to others yet."""
    own = own_organisations(user, commitment.collaboration_id)
    if {commitment.asked_by_id, commitment.asked_of_id} & own:
        return as_it_is(commitment, on=timezone.localdate(now))
    shown = getattr(commitment, "shown", None)
    return as_it_stood(commitment, shown, on=timezone.localdate(until)) if shown is not None else None


def seen_in_plan(commitment: Commitment, *, on: dt.date) -> Line:
    """A part of a measure that others see no line of yet: what the plan shows of it at once, and no outcome."""
    state = commitment.state if commitment.state in _SEEN_IN_PLAN else State.ACCEPTED
    nothing: dict[str, Any] = dict.fromkeys(_WRITTEN, None)
    nothing |= {"answer": "", "owner_says": "", "asker_says": ""}
    nothing |= {"state": state, "text": commitment.text, "due_on": commitment.due_on}
    return Line(commitment, False, on, True, **nothing)


@dataclass(frozen=True)
class Shown:
    """Where a part of a measure stands as somebody may see it; and its line where it says that the part is late."""

    state: str
    late: Line | None = None


def parts_shown(user: Any, parts: Sequence[Commitment], *, now: dt.datetime | None = None) -> dict[int, Shown]:
    """Where each part of a measure stands as this reader may see it, by the part's id.

    Asked, accepted and declined show at once (`seen_in_plan`); of an outcome others see what stood some days ago, and
    that a promise is late where the ledger tells them so. One question more for each collaboration, or none.
    """
    now = now or timezone.now()
    own = {membership.organisation_id for membership in user.active_memberships}
    shown: dict[int, Shown] = {}
    told: dict[int, list[int]] = {}
    for part in parts:
        line = as_it_is(part, on=timezone.localdate(now))
        if own & {part.asked_by_id, part.asked_of_id}:
            shown[part.pk] = _as_shown(part.state, line)
        else:
            shown[part.pk] = Shown(part.state)
            if part.state not in _SEEN_IN_PLAN or line.is_late:
                told.setdefault(part.collaboration_id, []).append(part.pk)
    for collaboration_id, pks in told.items():
        until = shown_until(rules_of(collaboration_id), now)
        for row in with_shown_line(Commitment.objects.filter(pk__in=pks), until=until):
            kept = getattr(row, "shown", None)
            stood = as_it_stood(row, kept, on=timezone.localdate(until)) if kept is not None else None
            state = stood.state if stood is not None and stood.state not in _SEEN_IN_PLAN else State.ACCEPTED
            shown[row.pk] = _as_shown(state, stood)
    return shown


def _as_shown(state: str, line: Line | None) -> Shown:
    return Shown(state, line if state in PROMISED and line is not None and line.is_late else None)


def states_shown(user: Any, parts: Sequence[Commitment], *, now: dt.datetime | None = None) -> dict[int, str]:
    """Where each part of a measure stands as this reader may see it (`parts_shown`), as its state alone."""
    return {pk: one.state for pk, one in parts_shown(user, parts, now=now).items()}


def lines_for(user: Any, collaboration: Collaboration, *, now: dt.datetime, where: Q | None = None) -> list[Line]:
    """All lines of the collaboration the user reads, as they may be seen, newest first. Two questions, however many."""
    until = shown_until(rules_of(collaboration), now)
    rows = Commitment.objects.visible_to(user).filter(collaboration=collaboration).asked()
    if where is not None:
        rows = rows.filter(where)
    rows = with_shown_line(rows, until=until).select_related("area", "measure", "asked_by", "asked_of", "collaboration")
    seen = (seen_by(user, row, until=until, now=now) for row in rows.order_by("-number"))
    return [line for line in seen if line is not None]
