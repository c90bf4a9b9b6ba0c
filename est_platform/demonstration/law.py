"""What the demonstration's municipality has decided of what the law asks for: late, due, begun and missing things."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta

from action_plans.models import Agreement, PlanVersion
from councils.law import actions
from est_platform.demonstration.cast import NORRKOPING
from partners.models import Collaboration, User


@dataclass(frozen=True)
class Decided:
    """A decision: on which paragraph, how many months ago, by whom, and what it is called. Everything is invented."""

    paragraph: int
    months_ago: int
    body: str
    number: str
    document: str
    rests_on: Any = None
    until_further_notice: str = ""


DECISIONS = (
    Decided(4, 49, "executive_board", "EX 2022/11", "Lägesbild för hela kommunen, den första"),
    Decided(4, 25, "executive_board", "EX 2024/32", "Lägesbild för hela kommunen"),
    Decided(5, 22, "executive_board", "EX 2025/4", "Kommunens åtgärdsplan", PlanVersion),
    Decided(7, 10, "executive_board", "EX 2026/3", "", Agreement),
    Decided(9, 8, "official", "EX 2026/9", "Uppdrag till trygghetssamordnaren"),
    Decided(
        10,
        40,
        "municipal_assembly",
        "EX 2023/21",
        "Reglemente",
        until_further_notice="Gäller tills reglementet ändras.",
    ),
)
BEGUN = (4, 6)


def load_law(here: Collaboration, people: dict[str, User], *, today: dt.date) -> int:
    """Write down the decisions as the coordinator does; return how many."""
    coordinator = people[f"samordnare@{NORRKOPING}.example"]
    for one in DECISIONS:
        document = None
        if one.rests_on is not None:
            document = one.rests_on.objects.visible_to(coordinator).filter(collaboration=here).order_by("-pk").first()
        decision = actions.decide_duty(
            by=coordinator,
            collaboration=here,
            paragraph=one.paragraph,
            decided_on=today - relativedelta(months=one.months_ago),
            decided_by_body=one.body,
            document=one.document,
            registry_number=one.number,
            rests_on=document,
        )
        if one.until_further_notice:
            actions.change_due(
                by=coordinator, decision=decision, row_version=0, next_due_on=None, due_reason=one.until_further_notice
            )
    for paragraph in BEGUN:
        actions.begin_duty(by=coordinator, collaboration=here, paragraph=paragraph)
    actions.add_year_entry(by=coordinator, collaboration=here, title="Trygghetsmätning i alla områden", month=10)
    actions.add_year_entry(
        by=coordinator, collaboration=here, title="Nästa års budget för trygghetsarbetet lämnas in", month=5, day=15
    )
    return len(DECISIONS)
