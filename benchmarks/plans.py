"""A large action plan to be measured: 300 measures with 1,000 parts, 10,000 commitments between six partners, somebody
with 200 tasks, and a published promise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

MEASURES, PARTS, COMMITMENTS, TASKS = 300, 1_000, 10_000, 200
TITLE = "Handlingsplan för centrum"
PARTNERS = (
    ("Bostadsbolaget", "housing"), ("Polisen", "police"), ("Räddningstjänsten", "rescue"), ("Skolan", "school"),
)  # fmt: skip
# Somebody's page names thirty commitments one by one and says how many more there are; the rest are measures.
LED = TASKS - 31
# Of a hundred requests, how each has ended. What is open is what was asked last.
ENDS = 50 * ["kept"] + 12 * ["not_kept"] + 20 * ["accepted"] + 8 * ["declined"] + 5 * ["withdrawn"]
ENDS += 2 * ["counter_offered"] + 3 * ["asked"]
# From the draft to each end.
WAYS = {
    "asked": ("asked",), "counter_offered": ("asked", "counter_offered"), "declined": ("asked", "declined"),
    "withdrawn": ("asked", "withdrawn"), "accepted": ("asked", "accepted"), "kept": ("asked", "accepted", "kept"),
    "not_kept": ("asked", "accepted", "not_kept"),
}  # fmt: skip


def make(slug: str, area: Any, analysis: Any, email: str) -> tuple[Any, Any]:
    """The plan and the promise, made once. `email` is the person with the tasks."""
    from action_plans.models import Plan, Promise
    from partners.models import Collaboration, Membership, Organisation

    collaboration = Collaboration.objects.get(slug=slug)
    plan = Plan.objects.filter(collaboration=collaboration, title=TITLE).first()
    if plan is not None:
        return plan, Promise.objects.get(collaboration=collaboration, area=area)
    for name, kind in PARTNERS:
        Organisation.objects.get_or_create(collaboration=collaboration, name=name, defaults={"kind": kind})
    organisations = list(Organisation.objects.filter(collaboration=collaboration).order_by("name"))
    people = {one.pk: _somebody(one) for one in organisations}
    busy = Membership.objects.get(collaboration=collaboration, user__email=email)
    plan = _plan(collaboration, area)
    measures = _measures(plan, analysis)
    _commitments(plan, measures, organisations, people, busy)
    promise = _promise(collaboration, area, measures, organisations)
    _analyse("action_plans_measure", "action_plans_commitment", "action_plans_commitmentmove")
    return plan, promise


def _plan(collaboration: Any, area: Any) -> Any:
    from action_plans.models import Plan

    today = _today()
    return Plan.objects.create(
        collaboration=collaboration,
        area=area,
        number=1,
        title=TITLE,
        first_day=today - dt.timedelta(days=300),
        last_day=today + dt.timedelta(days=300),
        purpose="Färre ska utsättas, och fler ska använda platserna på kvällen.",
        hours_available=20_000,
        money_available=4_000_000,
    )


def _measures(plan: Any, analysis: Any) -> list[Any]:
    """Measures of the analysis' causes: two in three are going on and late, so that they are somebody's to do."""
    from action_plans.models import FollowUpNote, Goal, Measure, MeasureCause, MeasureGoal, MeasurePlace, MeasureState
    from areas.models import Place

    here = {"collaboration": plan.collaboration}
    today = _today()
    goals = Goal.objects.bulk_create(
        Goal(
            **here, plan=plan, problem=analysis.problem, number=number, kind="effect", measured="entered",
            text=f"Mål {number}: färre skadade entréer än året före", indicator="skadade entréer", baseline=40 + number,
            target=20 + number, target_on=plan.last_day,
        )
        for number in range(1, 13)
    )  # fmt: skip
    others = cycle([MeasureState.DECIDED, MeasureState.PROPOSED, MeasureState.CARRIED_OUT, MeasureState.DRAFT])
    measures = Measure.objects.bulk_create(
        Measure(
            **here, plan=plan, problem=analysis.problem, number=number, position=number - 1,
            state=MeasureState.ONGOING if number <= LED else next(others),
            title=f"Åtgärd {number}: laga och förstärka belysningen vid entrén",
            description="Armaturer byts, växter beskärs och platsen ses över varje månad av den som ansvarar för den.",
            mechanism="Den som är på platsen syns från gatan och blir sedd av dem som går förbi.",
            indicator="skadade entréer i månaden", baseline=12.0, baseline_from=today - dt.timedelta(days=400),
            baseline_to=today - dt.timedelta(days=35), technique="lighting", level="tactical", operation="one_off",
            start_on=today - dt.timedelta(days=200),
            due_on=today - dt.timedelta(days=10) if number <= LED else today + dt.timedelta(days=40 + number % 90),
            follow_up_on=today + dt.timedelta(days=90), cost_sek=10_000 + 100 * number, hours=40 + number,
        )
        for number in range(1, MEASURES + 1)
    )  # fmt: skip
    causes = list(analysis.causes.order_by("position"))
    places = list(Place.objects.filter(**here, area=plan.area).order_by("pk")[:40])
    MeasureCause.objects.bulk_create(
        MeasureCause(**here, measure=measure, cause=causes[(measure.number + further * 7) % len(causes)])
        for measure in measures
        for further in range(1 + measure.number % 2)
    )
    MeasureGoal.objects.bulk_create(
        MeasureGoal(**here, measure=measure, goal=goals[measure.number % len(goals)]) for measure in measures
    )
    MeasurePlace.objects.bulk_create(
        MeasurePlace(**here, measure=measure, place=places[measure.number % len(places)])
        for measure in measures
        if places
    )
    FollowUpNote.objects.bulk_create(
        FollowUpNote(
            **here, measure=measure, on=today - dt.timedelta(days=30), carried_out="partly", good_result="too_early",
            text="Hälften av armaturerna är bytta.", organisation=_first(measure),
        )
        for measure in measures[::2]
    )  # fmt: skip
    return measures


def _first(measure: Any) -> Any:
    from partners.models import Organisation

    return Organisation.objects.filter(collaboration=measure.collaboration).order_by("pk")[0]


def _somebody(organisation: Any) -> Any:
    """Who answers for what an organisation is asked."""
    from partners.models import Membership, User
    from partners.roles import Role

    return Membership.objects.create(
        user=User.objects.create(email=f"ansvarig-{organisation.pk}@bench.example", function="ansvarig"),
        organisation=organisation,
        collaboration=organisation.collaboration,
        role=Role.SECURITY_LEAD,
        valid_from=_today() - dt.timedelta(days=1),
    )


def _commitments(plan: Any, measures: list[Any], organisations: list[Any], people: Any, busy: Any) -> None:
    """The measures' parts and requests that stand alone, each with every step it has taken."""
    from action_plans.commitments.actions import LINE
    from action_plans.models import Commitment, CommitmentMove

    def parts() -> Iterator[tuple[Any, bool]]:
        yield from ((measure, True) for measure in measures)
        yield from ((measures[number % len(measures)], False) for number in range(PARTS - len(measures)))
        yield from ((None, False) for _ in range(COMMITMENTS - PARTS))

    rows, moves = [], []
    for number, (measure, is_lead) in enumerate(parts(), start=1):
        is_busy = is_lead and measure.number <= LED
        owner = busy.organisation if is_busy else organisations[number % len(organisations)]
        asker = organisations[(number // len(organisations) + number) % len(organisations)]
        row = Commitment(
            collaboration=plan.collaboration,
            area=plan.area,
            measure=measure,
            is_lead=is_lead,
            number=number,
            asked_by=asker,
            asked_of=owner,
            responsible=busy if is_busy else people[owner.pk],
            text=f"Åtagande {number}: se över platsen en gång i veckan och berätta vad som syns",
        )
        for kind, was, at in _steps(row, "accepted" if is_lead else ENDS[number * 37 % len(ENDS)], number):
            line = {name: getattr(row, name) for name in LINE}
            move = CommitmentMove(
                collaboration=plan.collaboration, commitment=row, kind=kind, from_state=was, to_state=row.state,
                at=at, for_organisation=asker if row.state in {"asked", "withdrawn"} else owner, line=line,
            )  # fmt: skip
            moves.append(move)
        rows.append(row)
    Commitment.objects.bulk_create(rows, batch_size=2_000)
    CommitmentMove.objects.bulk_create(moves, batch_size=2_000)


def _steps(row: Any, end: str, number: int) -> Iterator[tuple[str, str, dt.datetime]]:
    """Take the request from its draft to its end, three years back or less, and stop at each step."""
    from django.utils import timezone

    # What waits for an answer or a deed is new, or late by little.
    days_ago = 5 + number % 60 if end in {"asked", "counter_offered", "accepted"} else 100 + number % 1000
    asked_at = timezone.now() - dt.timedelta(days=days_ago)
    row.due_on = timezone.localdate(asked_at) + dt.timedelta(days=45)
    at = asked_at
    for state in WAYS[end]:
        was, row.state = row.state, state
        if state == "asked":
            row.asked_at = asked_at
        elif state in {"accepted", "declined", "counter_offered"}:
            at = row.answered_at = asked_at + dt.timedelta(days=number % 4)
            row.answer = "" if state == "accepted" else f"Vi har inte folk till det i år, men till våren ({number})."
        elif state in {"kept", "not_kept"}:
            at = row.reported_at = asked_at + dt.timedelta(days=20 + number % 50)
            row.owner_says_kept = state == "kept"
            row.owner_says = "" if state == "kept" else f"Upphandlingen överklagades ({number})."
        yield ("owner_said" if state in {"kept", "not_kept"} else "state"), was, at


def _promise(collaboration: Any, area: Any, measures: list[Any], organisations: list[Any]) -> Any:
    from django.utils import timezone

    from action_plans.models import (
        Promise,
        PromiseFollowUp,
        PromiseItem,
        PromiseItemMeasure,
        PromiseState,
        Publication,
    )
    from action_plans.promises.content import write_content
    from partners.models import Group

    here = {"collaboration": collaboration}
    today = _today()
    group = Group.objects.create(**here, name="Styrgruppen", level="strategic")
    promise = Promise.objects.create(
        **here, area=area, number=1, public_number=1, state=PromiseState.PUBLISHED, title_sv="Ett tryggare centrum",
        title_en="A safer centre", first_day=today, last_day=today + dt.timedelta(days=365),
        problem_sv="Många undviker centrum på kvällen.", problem_en="Many avoid the centre in the evening.",
        decided_on=today, decided_by_group=group,
    )  # fmt: skip
    for number in range(1, 11):
        item = PromiseItem.objects.create(
            **here, promise=promise, organisation=organisations[number % len(organisations)],
            text_sv=f"Vi ser över belysningen ({number}).", text_en=f"We look after the lighting ({number}).",
            due_on=today + dt.timedelta(days=30 * number),
        )  # fmt: skip
        for measure in measures[2 * number : 2 * number + 2]:
            PromiseItemMeasure.objects.create(
                **here, item=item, measure=measure, done_sv="Hälften av lamporna är bytta.",
                done_en="Half of the lamps are changed.",
            )  # fmt: skip
    for month in range(6):
        PromiseFollowUp.objects.create(
            **here, promise=promise, on=today - dt.timedelta(days=30 * month), text_sv="Arbetet går framåt.",
            text_en="The work goes on.", carried_out="partly", good_result="too_early",
        )  # fmt: skip
    Publication.objects.create(
        **here, promise=promise, number=1, content=write_content(promise), published_at=timezone.now()
    )
    return promise


def _today() -> dt.date:
    from django.utils import timezone

    today: Callable[[], dt.date] = timezone.localdate
    return today()


def _analyse(*tables: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
