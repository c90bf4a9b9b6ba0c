"""Commitments out of the database: which, in what order, and what is left without anybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from action_plans.commitments.absences import working_here
from action_plans.commitments.lines import Line, as_it_is, lines_for, rules_of, shown_until, with_shown_line
from action_plans.commitments.seen import SeenLines
from action_plans.models import Absence, Commitment, CommitmentQuerySet, CommitmentState
from action_plans.permissions import MAY_OVERRIDE, organisations_spoken_for
from action_plans.rules import PROMISED
from areas.access import descendants
from areas.models import Area
from partners.models import Collaboration, Organisation

State = CommitmentState
LIVE = {State.ASKED, State.ACCEPTED, State.COUNTER_OFFERED}


def commitments_for(user: Any, collaboration: Collaboration) -> CommitmentQuerySet:
    """The commitments of one collaboration the user reads, each with its line as others see it."""
    until = shown_until(rules_of(collaboration), timezone.now())
    rows = with_shown_line(Commitment.objects.visible_to(user).filter(collaboration=collaboration), until=until)
    return rows.select_related(
        "area",
        "measure__plan",
        "asked_by",
        "asked_of",
        "responsible__user",
        "responsible__organisation",
        "collaboration",
    )


def _is_gone() -> Q:
    return Q(responsible__isnull=False) & ~Q(responsible__in=working_here())


def answers_for_nobody(collaborations: Iterable[Collaboration | int]) -> CommitmentQuerySet:
    """What was promised or is to be answered by somebody who has left, and what was promised without a person."""
    rows = Commitment.objects.filter(collaboration__in=list(collaborations))
    return rows.filter(Q(state__in=LIVE) & _is_gone() | Q(state__in=PROMISED, responsible=None)).order_by(
        "due_on", "number"
    )


def without_person(user: Any, collaboration: Collaboration) -> list[Line]:
    """What somebody has to hand over: the own organisation's; a coordinator sees everybody's, as others may see it."""
    spoken_for = [one.pk for one in organisations_spoken_for(user, collaboration)]
    own = answers_for_nobody([collaboration]).filter(asked_of__in=spoken_for)
    own = own.filter(pk__in=Commitment.objects.visible_to(user).values("pk"))
    today = timezone.localdate()
    found = [as_it_is(one, on=today) for one in own.select_related("asked_of", "asked_by", "collaboration")]
    if not user.is_service and user.has_role(collaboration, MAY_OVERRIDE):
        # Not by what it is now: that it is missing here would tell others what happened today.
        where = (_is_gone() | Q(responsible=None)) & ~Q(asked_of__in=spoken_for)
        found += [
            line
            for line in lines_for(user, collaboration, now=timezone.now(), where=where)
            if line.state in (PROMISED if line.commitment.responsible_id is None else LIVE)
        ]
    return sorted(found, key=lambda line: (line.due_on or dt.date.max, line.commitment.number))


def absences_for(user: Any, collaboration: Collaboration, *, today: dt.date) -> list[Absence]:
    """Who is away or will be, of oneself and the own organisations."""
    rows = Absence.objects.visible_to(user).filter(collaboration=collaboration, back_on__gt=today)
    return list(
        rows.select_related("membership__user", "membership__organisation", "deputy__user", "deputy__organisation")
    )


# --- The list ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What a list is asked for."""

    area: Area | None = None
    partner: Organisation | None = None
    state: str = ""
    is_late: bool = False
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def number_chosen(self) -> int:
        """How many of them narrow the list."""
        return sum(bool(one) for one in (self.area, self.partner, self.state, self.is_late, self.since, self.until))

    @property
    def where(self) -> Q:
        """What the database can tell by itself: what never changes once a line is asked."""
        found = Q()
        if self.area is not None:
            found &= Q(area__in=descendants(self.area.collaboration_id, [self.area.pk]))
        if self.partner is not None:
            found &= Q(asked_by=self.partner) | Q(asked_of=self.partner)
        return found


def seen_lines(user: Any, collaboration: Collaboration, asked: Asked, *, now: dt.datetime) -> SeenLines:
    """The lines that match, to be counted and put in order by the database."""
    return SeenLines(
        user, collaboration, now=now, where=asked.where, state=asked.state, is_late=asked.is_late, since=asked.since,
        until=asked.until,
    )  # fmt: skip


def these(user: Any, collaboration: Collaboration, ids: Sequence[int], *, now: dt.datetime) -> list[Line]:
    """Some lines, in the order given."""
    found = {line.commitment.pk: line for line in lines_for(user, collaboration, now=now, where=Q(pk__in=ids))}
    return [found[pk] for pk in ids if pk in found]


WAITS, OURS, PROMISED_BY_US, OTHERS = "waits", "ours", "promised", "others"


# Whether the own organisation has the next step: to answer, to report what is late, or to confirm.
_IN_ORDER = """,
    parted AS (
        SELECT *, CASE
            WHEN of_us AND (state = 'asked' OR is_late)
                 OR we_asked AND state = 'counter_offered'
                 OR we_asked AND state IN ('kept', 'not_kept') AND is_unsaid
                THEN 'waits'
            WHEN we_asked THEN 'ours' WHEN of_us THEN 'promised' ELSE 'others' END AS part
        FROM found
    )
    SELECT id, part FROM parted
    ORDER BY array_position(ARRAY['waits', 'ours', 'promised', 'others'], part),
             state NOT IN ('asked', 'accepted', 'counter_offered'), due_on NULLS LAST, number DESC
"""


def in_order(lines: SeenLines) -> list[tuple[int, str]]:
    """The commitments by number in the database, each with the heading it stands under.

    What waits for the own organisation comes first, then what it asks of others, what it has promised, and the rest. In
    each part what is live comes before what is settled, and the nearest day first.
    """
    return [(pk, part) for pk, part in lines.ask(_IN_ORDER)]


# --- For “My work” ----------------------------------------------------------------------------------------------------


def steps_left(
    user: Any, collaboration: Collaboration, *, answers_for: Iterable[int], spoken_for: Iterable[int]
) -> CommitmentQuerySet:
    """The commitments the user reads whose next step is theirs, the nearest day first.

    `answers_for` are the roles they hold or stand in for, `spoken_for` the organisations they speak for. What is meant
    for somebody is theirs to answer; what is meant for nobody is for all who speak for the organisation.
    """
    given = Q(responsible__in=list(answers_for))
    to_answer = Q(state=State.ASKED, asked_of__in=list(spoken_for)) & (Q(responsible=None) | given)
    # Who said otherwise of an earlier report is asked about this one.
    of_earlier = ~Q(asker_says_kept=F("owner_says_kept")) & Q(confirmed_at__lt=F("reported_at"))
    unsaid = Q(state__in=[State.KEPT, State.NOT_KEPT]) & (Q(asker_says_kept=None) | of_earlier)
    to_say = Q(state=State.COUNTER_OFFERED) | unsaid
    rows = Commitment.objects.visible_to(user).filter(
        to_answer | Q(state=State.ACCEPTED) & given | Q(asked_by__in=list(spoken_for)) & to_say,
        collaboration=collaboration,
    )
    rows = rows.select_related("asked_by", "asked_of", "collaboration", "responsible__user")
    return rows.order_by(F("due_on").asc(nulls_last=True), "number")
