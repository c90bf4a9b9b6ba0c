"""The demonstration's plan of this autumn for one garage: what was planned, what has been done, and what hinders.

One measure goes as planned, one was hindered and goes on, one is hindered now, and of one nobody has told anything.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.evaluating.drafting import add_months, first_of_next
from action_plans.goals.actions import add_goal, agree_on_goal
from action_plans.measures import actions as measures
from action_plans.models import (
    Agreement,
    Commitment,
    CommitmentMove,
    EvaluationPlan,
    Goal,
    Measure,
    MeasureMove,
    MeasureState,
    Plan,
)
from action_plans.plans.actions import make_plan
from action_plans.plans.deciding import decide_plan
from areas.models import Area, Place
from cause_analysis.models import Cause, CauseAnalysis, Problem
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.causes import GARAGE_PLACE
from est_platform.demonstration.evaluation_plans import plan_evaluation
from est_platform.demonstration.photos import drawn
from followup.models import Course, DoseKind, DosePlan, Obstacle, ObstacleCode, ProgressNote
from followup.progress.actions import plan_doses, resolve_obstacle, tell
from followup.progress.photos import add_proof
from partners.models import Collaboration, Group, Organisation, User

_HOUSING, _POLICE, _PARKS = "sakerhetsansvarig", "kommunpolis", "atgardsansvarig"
GROUP = "EST-gruppen Klockaretorpet"
# So many days before the last day of the reports the group decided, and the measures began.
DECIDED, BEGAN = 75, 68


@dataclass(frozen=True)
class Said:
    """News: so many days before the last day, how it went, and what was done since last time."""

    days_ago: int
    course: Course
    text: str
    done: int = 0
    hours: int | None = None
    cost_sek: int | None = None
    obstacle: ObstacleCode | None = None
    # So many days before the last day it was out of the way.
    resolved: int | None = None
    with_photo: bool = False


@dataclass(frozen=True)
class Current:
    """A measure under way: about which cause, who leads it, how much is planned, and what has been told."""

    title: str
    cause: str
    mechanism: str
    technique: str
    of: str
    who: str
    part: str
    kind: DoseKind | None = None
    word: str = ""
    planned: int = 0
    hours: int | None = None
    cost_sek: int | None = None
    told: tuple[Said, ...] = ()


_GATE, _DARK = "Grinden står öppen på natten", "Längst in på nedre planet är det mörkt, och ingen ser dit"
_GOES, _HINDERED, _DONE = Course.AS_PLANNED, Course.HINDERED, Course.DONE
CURRENT = (
    Current(
        "Byt motorn till grinden i P-huset Norra",
        _GATE,
        "Den som inte har en plats i huset kommer inte in på natten.",
        "SP02",
        "Bostadsbolaget",
        _HOUSING,
        "Byta motorn och se att grinden går igen varje kväll.",
        hours=24,
        cost_sek=85_000,
        told=(
            Said(45, _GOES, "Motorn är beställd. Grinden stängs för hand varje kväll.", hours=9),
            Said(
                12, _HINDERED, "Elbolaget ska dra ny ledning fram till grinden först.",
                hours=3, cost_sek=31_000, obstacle=ObstacleCode.PARTNER,
            ),
        ),
    ),
    Current(
        "Byt armaturerna på de två nedre planen",
        _DARK,
        "Den som syns från infarten tänder inte där.",
        "SP07",
        "Bostadsbolaget",
        _HOUSING,
        "Byta armaturerna på plan ett och två.",
        kind=DoseKind.LAMPS,
        planned=24,
        hours=40,
        cost_sek=60_000,
        told=(
            Said(
                50, _HINDERED, "Montören är sjukskriven.", done=3, hours=6, cost_sek=9_000,
                obstacle=ObstacleCode.STAFF, resolved=36,
            ),
            Said(30, _GOES, "Plan ett är klart.", done=9, hours=14, cost_sek=22_000),
            Said(6, _GOES, "Halva plan två lyser.", done=5, hours=8, cost_sek=12_000, with_photo=True),
        ),
    ),
    Current(
        "Poliser går igenom P-huset på natten",
        _DARK,
        "När det inte går att veta om någon kommer är det inte längre ostört.",
        "SP10",
        "Polisen",
        _POLICE,
        "Gå igenom huset två nätter i veckan, torsdag till lördag.",
        kind=DoseKind.PATROLS,
        planned=36,
        hours=54,
        told=(
            Said(55, _GOES, "Två nätter i veckan sedan starten.", done=4, hours=6),
            Said(34, _GOES, "", done=6, hours=9),
            Said(13, _GOES, "Ingen i huset någon av nätterna.", done=6, hours=9),
            Said(2, _GOES, "", done=3, hours=5),
        ),
    ),
    Current(
        "Töm de nedre planen på däck och möbler",
        _DARK,
        "Utan något som brinner lätt slocknar det som tänds.",
        "SP14",
        "Kommunen",
        _PARKS,
        "Hämta det som står längs väggarna varannan vecka.",
        kind=DoseKind.OWN,
        word="hämtningar",
        planned=12,
        hours=36,
        # Nobody has told anything since: it is taken up at the next meeting.
        told=(Said(47, _GOES, "Första hämtningen blev fyra lass.", done=1, hours=6),),
    ),
)  # fmt: skip


def load_progress(here: Collaboration, people: dict[str, User], problem: Problem | None, *, until: dt.date) -> int:
    """The plan and what has been told of it; how many notes there are. Where nobody has analysed there are none."""
    analysed = CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False)
    if problem is None or not analysed.exists():
        return 0
    problem.refresh_from_db()
    someone = {
        name.removesuffix(f"@{NORRKOPING}.example"): person
        for name, person in people.items()
        if name.endswith(f"@{NORRKOPING}.example")
    }
    coordinator = someone["samordnare"]
    began = until - dt.timedelta(days=DECIDED)
    plan = make_plan(
        by=coordinator,
        area=Area.objects.get(pk=problem.area_id),
        agreement=Agreement.objects.filter(collaboration=here, last_day__gte=until).first(),
        title="Handlingsplan för P-huset Norra",
        first_day=began.replace(day=1),
        last_day=began.replace(day=1, year=began.year + 1),
        purpose="Ingen ska behöva vara orolig för bilen, eller för röken.",
        hours_available=200,
        money_available=160_000,
        is_confirmed=True,
    )
    group = Group.objects.get(collaboration=here, name=GROUP)
    goal = _goal(plan, problem, coordinator, group, until)
    notes = 0
    for current in CURRENT:
        measure = _measure(current, plan, problem, goal, coordinator, group, someone, until)
        for number, said in enumerate(current.told):
            _tell(measure, current, said, someone[current.who], number, until)
            notes += 1
    decide_plan(by=coordinator, plan=plan, group=group, decided_on=began, reason="", signatures=[], is_confirmed=True)
    return notes


def _organisation(here: int, name: str) -> Organisation:
    return Organisation.objects.get(collaboration=here, name=name)


def _measure(
    current: Current,
    plan: Plan,
    problem: Problem,
    goal: Goal,
    by: User,
    group: Group,
    someone: dict[str, User],
    until: dt.date,
) -> Measure:
    start, due = until - dt.timedelta(days=BEGAN), until + dt.timedelta(days=40)
    place = Place.objects.get(collaboration=plan.collaboration_id, name=GARAGE_PLACE)
    measure = measures.add_measure(
        by=by,
        plan=plan,
        problem=problem,
        title=current.title,
        description="",
        mechanism=current.mechanism,
        technique=current.technique,
        operation="one_off",
        level="tactical",
        start_on=start,
        due_on=due,
        follow_up_on=due + dt.timedelta(days=14),
        hours=current.hours,
        cost_sek=current.cost_sek,
        is_confirmed=True,
    )
    adopted = CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False).latest("version")
    causes = list(Cause.objects.kept().filter(analysis=adopted, text=current.cause))
    measures.choose_causes(by=by, measure=measure, causes=causes)
    measures.choose_goals(by=by, measure=measure, goals=[goal])
    measures.choose_places(by=by, measure=measure, places=[place])
    _plan_the_evaluation(measure, by, start, due)
    lead = commitments.draft_part(
        by=by,
        measure=measure,
        asked_by=_organisation(plan.collaboration_id, "Kommunen"),
        asked_of=_organisation(plan.collaboration_id, current.of),
        text=current.part,
        due_on=due,
        is_lead=True,
        is_confirmed=True,
    )
    measures.propose(by=by, measure=measure)
    commitments.accept(by=someone[current.who], commitment=lead)
    measure = measures.decide(by=by, measure=measure, group=group)
    measure = measures.run(by=someone[current.who], measure=measure, to=MeasureState.ONGOING)
    if current.kind is not None:
        changed = {(current.kind, current.word): current.planned}
        plan_doses(by=by, measure=measure, changed=changed, is_confirmed=True)
    _on_its_days(measure, until)
    return measure


def _goal(plan: Plan, problem: Problem, by: User, group: Group, until: dt.date) -> Goal:
    """At most two fires a year, agreed on by the group that decided."""
    goal = add_goal(
        by=by,
        plan=plan,
        problem=problem,
        organisation=_organisation(plan.collaboration_id, "Kommunen"),
        owner=by.active_memberships[0],
        kind=Goal.Kind.EFFECT,
        direction=Goal.Direction.REDUCE,
        measured=Goal.Measured.REPORTS,
        selection=problem.selection,
        indicator="rapporter om bränder i huset",
        baseline_from=until - dt.timedelta(days=DECIDED + 365),
        baseline_to=until - dt.timedelta(days=DECIDED + 1),
        target=2,
        target_on=plan.last_day,
        is_confirmed=True,
    )
    agree_on_goal(by=by, goal=goal, group=group, row_version=goal.row_version)
    return goal


def _plan_the_evaluation(measure: Measure, by: User, start: dt.date, due: dt.date) -> None:
    """The fires of the goal in the twelve whole months before and after, against the areas most alike."""
    began, first = start.replace(day=1), first_of_next(due + dt.timedelta(days=1))
    plan_evaluation(
        measure,
        by=by,
        indicator="rapporter om bränder i huset",
        before=(add_months(began, -12), began - dt.timedelta(days=1)),
        after=(first, add_months(first, 12) - dt.timedelta(days=1)),
        ring_m=200,
        decision_rule="Brinner det lika ofta som i jämförelsen prövar vi passerkort för dem som har plats.",
    )


def _tell(measure: Measure, current: Current, said: Said, by: User, number: int, until: dt.date) -> None:
    """Tell it as the form does, and put it on its day."""
    dose = DosePlan.objects.filter(measure=measure).first()
    day = until - dt.timedelta(days=said.days_ago)
    told = tell(
        by=by,
        measure=measure,
        organisation=_organisation(measure.collaboration_id, current.of),
        course=said.course,
        on=day,
        text=said.text,
        hours=said.hours,
        cost_sek=said.cost_sek,
        doses={dose.pk: said.done} if dose is not None and said.done else None,
        obstacle=said.obstacle,
        client_uuid=uuid.uuid5(uuid.NAMESPACE_OID, f"demonstration progress {measure.pk} {number}"),
        is_confirmed=True,
    )
    if said.with_photo:
        add_proof(note=told.note, by=by, data=drawn("FYS", seed=41))
    ProgressNote.objects.filter(pk=told.note.pk).update(written_at=_at(day))
    if said.resolved is not None:
        resolved = until - dt.timedelta(days=said.resolved)
        obstacle = resolve_obstacle(by=by, obstacle=told.note.obstacle, on=resolved)
        Obstacle.objects.filter(pk=obstacle.pk).update(resolved_at=_at(resolved))


def _on_its_days(measure: Measure, until: dt.date) -> None:
    """What happened before the news happened when the group decided."""
    decided = until - dt.timedelta(days=DECIDED)
    began = until - dt.timedelta(days=BEGAN)
    asked, answered = decided - dt.timedelta(days=14), decided - dt.timedelta(days=9)
    Measure.objects.filter(pk=measure.pk).update(created_at=_at(decided - dt.timedelta(days=21)))
    days = {"proposed": asked, "decided": decided, "ongoing": began}
    for state, day in days.items():
        MeasureMove.objects.filter(measure=measure, to_state=state).update(at=_at(day))
    EvaluationPlan.objects.filter(measure=measure).update(fixed_at=_at(decided))
    for part in Commitment.objects.filter(measure=measure):
        Commitment.objects.filter(pk=part.pk).update(
            created_at=_at(asked), asked_at=_at(asked), answered_at=_at(answered)
        )
        for move in part.moves.all():
            at = _at(asked if move.to_state == "asked" else answered)
            stands = {"asked_at": _at(asked).isoformat(), "answered_at": _at(answered).isoformat()}
            line = {**move.line, **{name: day for name, day in stands.items() if move.line.get(name)}}
            CommitmentMove.objects.filter(pk=move.pk).update(at=at, line=line)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), tzinfo=timezone.get_default_timezone())
