"""The register and the year, as this user may read them. A few queries, however many decisions there are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from action_plans.models import Agreement, PlanVersion
from councils.law.duties import DUTIES, Duty
from councils.law.rules import Standing, standing_of, standing_of_day
from councils.law.year import DEFAULTS
from councils.models import READ_LAW, StatutoryDecision, StatutoryItem, YearEntry
from partners.models import Collaboration
from situational_picture.models import Picture

MOST_DOCUMENTS = 60


@dataclass(frozen=True)
class Line:
    """One duty as it stands today: its words, the decision that holds, and the former ones."""

    duty: Duty
    item: StatutoryItem | None
    decision: StatutoryDecision | None
    standing: Standing
    history: list[StatutoryDecision] = field(default_factory=list)

    @property
    def paragraph(self) -> int:
        return self.duty.paragraph

    @property
    def requires(self) -> str:
        """What it requires, in the municipality's words where there are any."""
        return (self.item.requires if self.item else "") or str(self.duty.requires)

    @property
    def is_checked(self) -> bool:
        """Whether the words can be relied on: read by us, or compared with the law by the municipality."""
        if self.item is not None and self.item.requires:
            return self.item.checked_on is not None
        return self.duty.is_read

    @property
    def due_on(self) -> dt.date | None:
        return self.decision.next_due_on if self.decision else None


def decisions_for(user: Any) -> QuerySet[StatutoryDecision]:
    """The decisions the user reads, with what a page says of the documents they rest on."""
    rows: QuerySet[StatutoryDecision] = StatutoryDecision.objects.visible_to(user)
    return rows.select_related(
        "item", "collaboration", "picture__area", "picture__collaboration", "plan_version__plan__collaboration",
        "agreement",
    ).defer("picture__figures", "plan_version__content").order_by("-decided_on", "-pk")  # fmt: skip


def register_of(user: Any, collaborations: Sequence[Collaboration], *, today: dt.date) -> dict[int, list[Line]]:
    """Each duty of each collaboration in which the user reads them, in the order of the law."""
    readable = [one for one in collaborations if user.has_role(one, READ_LAW)]
    items = {
        (item.collaboration_id, item.paragraph): item
        for item in StatutoryItem.objects.visible_to(user).filter(collaboration__in=readable)
    }
    decisions = defaultdict(list)
    for decision in decisions_for(user).filter(collaboration__in=readable) if items else ():
        decisions[decision.item_id].append(decision)
    found: dict[int, list[Line]] = {}
    for collaboration in readable:
        found[collaboration.pk] = [
            _line(duty, item, decisions[item.pk] if item else [], today)
            for duty in DUTIES.values()
            for item in [items.get((collaboration.pk, duty.paragraph))]
        ]
    return found


def _line(duty: Duty, item: StatutoryItem | None, decisions: list[StatutoryDecision], today: dt.date) -> Line:
    standing_now = next((one for one in decisions if one.struck_at is None), None)
    standing = standing_of(
        is_decided=standing_now is not None,
        next_due_on=standing_now.next_due_on if standing_now else None,
        begun_on=item.begun_on if item else None,
        today=today,
    )
    history = [one for one in decisions if one is not standing_now]
    return Line(duty=duty, item=item, decision=standing_now, standing=standing, history=history)


def lines_for(user: Any, collaboration: Collaboration, *, today: dt.date) -> list[Line]:
    """The duties of one collaboration."""
    return register_of(user, [collaboration], today=today).get(collaboration.pk, [])


# --- Documents --------------------------------------------------------------------------------------------------------


def pictures_for(user: Any, collaboration: Collaboration) -> list[Picture]:
    """Published pictures a decision can rest on: of months, tertials and other periods, the latest first."""
    rows = Picture.objects.visible_to(user).without_figures().filter(collaboration=collaboration)
    rows = rows.filter(status=Picture.Status.PUBLISHED).exclude(period_kind=Picture.PeriodKind.WEEK)
    return list(rows.order_by("-period_end", "area_id", "-version")[:MOST_DOCUMENTS])


def plan_versions_for(user: Any, collaboration: Collaboration) -> list[PlanVersion]:
    """Decided plans a decision can rest on, the latest first."""
    rows = PlanVersion.objects.visible_to(user).filter(collaboration=collaboration).distinct()
    rows = rows.select_related("plan__area", "plan__collaboration").defer("content")
    return list(rows.order_by("-decided_on", "-pk")[:MOST_DOCUMENTS])


def agreements_for(user: Any, collaboration: Collaboration) -> list[Agreement]:
    """Agreements a decision can rest on, the latest first."""
    return list(Agreement.objects.visible_to(user).filter(collaboration=collaboration)[:MOST_DOCUMENTS])


# --- The year ---------------------------------------------------------------------------------------------------------


def entries_for(user: Any, collaboration: Collaboration) -> list[YearEntry]:
    """What comes back each year: the municipality's own, and what the platform begins with where nobody changed it."""
    rows = list(YearEntry.objects.visible_to(user).filter(collaboration=collaboration).select_related("collaboration"))
    written = {row.key for row in rows if row.key}
    begun_with = [
        YearEntry(
            collaboration=collaboration, key=key, title=str(one.title), month=one.month, day=one.day, source=one.source
        )
        for key, one in DEFAULTS.items()
        if key not in written
    ]
    return [row for row in rows if not row.is_hidden] + begun_with


# --- Agreements -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """An agreement as it stands today, by the day it is to be looked over or ends, whichever comes first."""

    agreement: Agreement
    standing: Standing
    due_on: dt.date
    # Whether that day is the one it ends on, and whether another of its kind holds after it.
    is_ending: bool
    is_followed: bool


def held_agreements(user: Any, collaborations: Sequence[Collaboration], *, today: dt.date) -> dict[int, list[Held]]:
    """The agreements of each collaboration in which the user reads what the law asks for, the latest first."""
    readable = [one for one in collaborations if user.has_role(one, READ_LAW)]
    found: dict[int, list[Agreement]] = {one.pk: [] for one in readable}
    rows = Agreement.objects.visible_to(user).filter(collaboration__in=readable).select_related("collaboration")
    for agreement in rows.prefetch_related("parties__organisation"):
        found[agreement.collaboration_id].append(agreement)
    return {pk: [_held(one, listed, today) for one in listed] for pk, listed in found.items()}


def _held(agreement: Agreement, others: Sequence[Agreement], today: dt.date) -> Held:
    review = agreement.next_review_on
    due_on = min(agreement.last_day, review) if review else agreement.last_day
    return Held(
        agreement=agreement,
        standing=standing_of_day(due_on, today=today),
        due_on=due_on,
        is_ending=due_on == agreement.last_day,
        is_followed=any(
            other.kind == agreement.kind and other.last_day > agreement.last_day and other.first_day <= today
            for other in others
        ),
    )
