"""The demonstration's plan from 2018: what the partners asked of each other, promised and did about one square.

Everything goes through the actions people use, so that their gates hold. The days are those of the plan; that the rows
were written today is what the log says, and it says so of everything in the demonstration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.goals.actions import add_goal, agree_on_goal
from action_plans.measures import actions as measures
from action_plans.models import Agreement, Commitment, CommitmentMove, Goal, Measure, MeasureMove, MeasureState, Plan
from action_plans.plans.actions import make_plan
from action_plans.plans.agreements import add_party, make_agreement
from action_plans.plans.deciding import Signature, decide_plan
from areas.models import Area, Place
from cause_analysis.models import Cause, CauseAnalysis, Problem
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.causes import ANALYSES
from est_platform.demonstration.evaluation_plans import fixed_on, plan_evaluation
from est_platform.demonstration.problems import CENTRE, CENTRE_BEFORE, GARAGE
from partners.models import Collaboration, Group, Membership, Organisation, User

# The causes by their keys in `causes.py`, in the words they have there.
CAUSES = {why.key: why.text for one in ANALYSES if one.problem == CENTRE_BEFORE for why in one.causes}
CENTRE_PLACE, BEFORE_FROM, BEFORE_TO = "Klockaretorpets centrum", dt.date(2017, 1, 1), dt.date(2017, 12, 31)
DAY = dt.date
# When the two versions of the plan were decided.
FIRST_DECIDED, SECOND_DECIDED = DAY(2018, 2, 15), DAY(2018, 9, 20)
_COORDINATOR, _POLICE, _HOUSING, _PARKS, _SCHOOL = (
    "samordnare", "kommunpolis", "sakerhetsansvarig", "atgardsansvarig", "skolledning",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A part of a measure, or a request that stands alone: of whom, what, by when, and what came of it."""

    of: str
    who: str
    text: str
    by: dt.date | None = None
    # accepted, declined, counter_offered or asked; then kept, or not kept with the reason.
    answer: str = "accepted"
    why: str = ""
    kept: bool | None = None
    says: str = ""


@dataclass(frozen=True)
class Done:
    """A measure: about which cause, how it works, when, who leads it, and how far it has come."""

    title: str
    description: str
    causes: tuple[str, ...]
    mechanism: str
    technique: str
    operation: str
    start: dt.date
    due: dt.date
    lead: Asked
    parts: tuple[Asked, ...] = ()
    recurrence: str = ""
    # The card of the measures library it follows.
    method: str = ""
    level: str = "tactical"
    cost_sek: int | None = None
    hours: int | None = None
    at_the_square: bool = True
    # carried out or ongoing; and what was seen when it was followed up.
    reached: str = "carried_out"
    seen: tuple[tuple[dt.date, str, str, str], ...] = field(default=())


# In the first version of the plan; the others came with the second.
FIRST = (
    Done(
        "Bättre ljus på torget och gångvägen",
        "Byt armaturer vid entrén och längs gångvägen, och laga det som är släckt inom tre dagar.",
        ("unseen",),
        "Den som syns från gatan står inte kvar. Boende som ser varandra väljer torget igen.",
        "SP07",
        "one_off",
        DAY(2018, 3, 5),
        DAY(2018, 5, 31),
        Asked("Kommunen", _PARKS, "Byta armaturerna längs gångvägen.", DAY(2018, 5, 31), kept=True),
        (Asked("Bostadsbolaget", _HOUSING, "Byta armaturerna på fasaden vid entrén.", DAY(2018, 5, 31), kept=True),),
        cost_sek=180_000,
        hours=60,
        seen=((DAY(2018, 6, 14), "yes", "too_early", "Alla lampor lyser. Siktlinjen från gatan är fri."),),
        method="street-lighting",
    ),
    Done(
        "Beskär häcken vid gångvägen",
        "Ner till en meter, och sedan två gånger om året.",
        ("unseen",),
        "Utan skydd av häcken syns den som står där från gatan och från husen.",
        "SP07",
        "ordinary",
        DAY(2018, 3, 12),
        DAY(2018, 4, 30),
        Asked("Kommunen", _PARKS, "Beskära häcken ner till en meter.", DAY(2018, 4, 30), kept=True),
        hours=30,
        recurrence="yearly",
        seen=((DAY(2018, 6, 14), "yes", "too_early", "Klart i april."),),
        method="open-sight-lines",
    ),
    Done(
        "Stäng av det öppna nätet på natten",
        "Nätet vid centrum stängs av mellan 21 och 7.",
        ("wifi",),
        "Blir det mindre bekvämt att vänta stannar färre kvar.",
        "SP15",
        "ordinary",
        DAY(2018, 3, 1),
        DAY(2018, 3, 15),
        Asked("Bostadsbolaget", _HOUSING, "Stänga av nätet mellan 21 och 7.", DAY(2018, 3, 15), kept=True),
        hours=2,
        seen=((DAY(2018, 6, 14), "yes", "too_early", "Avstängt varje natt sedan mars."),),
        method="wifi-off-at-night",
    ),
    Done(
        "Följ upp lokalernas hyresavtal",
        "Gå igenom avtalen för nio lokaler, besök dem och säg upp det som hyrs ut i andra hand utan lov.",
        ("lets",),
        "När hyresvärden vet vem som är i lokalerna finns det någon att tala med, och färre skäl att stanna där.",
        "SP09",
        "one_off",
        DAY(2018, 3, 1),
        DAY(2018, 12, 31),
        Asked(
            "Bostadsbolaget", _HOUSING, "Gå igenom alla nio avtalen och besöka lokalerna.", DAY(2018, 12, 31), kept=True
        ),
        hours=120,
        seen=((DAY(2019, 1, 17), "yes", "partly", "Två avtal är uppsagda. En lokal står tom."),),
        method="landlord-follow-up",
    ),
    Done(
        "Öppna ett fritidens hus på kvällarna",
        "Lokaler i skolan är öppna för unga till 21 fyra kvällar i veckan, med vuxna på plats.",
        ("nowhere", "evenings"),
        "Den som har någonstans att vara står inte på torget, och vuxna på väg dit och hem syns.",
        "SO03",
        "ordinary",
        DAY(2018, 8, 20),
        DAY(2018, 10, 31),
        Asked("Kommunen", _PARKS, "Bemanna huset fyra kvällar i veckan.", DAY(2018, 10, 31), kept=True),
        (
            Asked(
                "Skolan",
                _SCHOOL,
                "Öppna gymnastiksalen två kvällar i veckan.",
                DAY(2018, 10, 31),
                kept=False,
                says="Det fanns ingen vaktmästare på kvällstid under hösten.",
            ),
        ),
        recurrence="weekly",
        cost_sek=640_000,
        hours=900,
        level="operative",
        at_the_square=False,
        reached="ongoing",
        seen=((DAY(2019, 1, 17), "partly", "too_early", "Huset är öppet. Gymnastiksalen öppnades inte under hösten."),),
        method="after-school-activities",
    ),
    Done(
        "Poliser till fots på torget på kvällarna",
        "Torsdag till lördag mellan 18 och 22, utan bestämd tid.",
        ("evenings",),
        "När det inte går att veta om någon kommer blir det svårare att sälja öppet.",
        "SP10",
        "ordinary",
        DAY(2018, 3, 1),
        DAY(2019, 12, 31),
        Asked("Polisen", _POLICE, "Gå till fots på torget minst två kvällar i veckan.", DAY(2019, 12, 31), kept=True),
        recurrence="weekly",
        hours=400,
        seen=((DAY(2019, 1, 17), "yes", "partly", "Två till tre kvällar i veckan. Färre klagomål från butiken."),),
        method="hot-spots-policing",
    ),
)
SECOND = (
    Done(
        "Väktare lägger ronden när butikerna stänger",
        "Två ronder mellan 19 och 22 i stället för efter midnatt.",
        ("evenings",),
        "Någon som ansvarar är på plats den timme då torget annars lämnas ensamt.",
        "SP06",
        "ordinary",
        DAY(2018, 10, 1),
        DAY(2018, 10, 15),
        Asked("Bostadsbolaget", _HOUSING, "Lägga om väktarnas tider i avtalet.", DAY(2018, 10, 15), kept=True),
        recurrence="daily",
        seen=((DAY(2019, 1, 17), "yes", "partly", "Ronderna går som de ska."),),
        method="guards-on-patrol",
    ),
)
DECLINED = Asked(
    "Polisen",
    _POLICE,
    "Ha en patrull på torget varje kväll hela året.",
    answer="declined",
    why="Vi kan inte binda personal varje kväll. Vi går till fots minst två kvällar i veckan i stället.",
)
# Asked in these weeks, about other problems: so many days from the last day of the reports.
NOW = (
    (
        "kommunpolis",
        35,
        -6,
        Asked("Bostadsbolaget", _HOUSING, "Byta koden till gångdörren i P-huset Norra.", answer="accepted"),
    ),
    (
        _COORDINATOR,
        9,
        19,
        Asked("Bostadsbolaget", _HOUSING, "Byta motorn till grinden i P-huset Norra.", answer="accepted"),
    ),
    (
        "kommunpolis",
        5,
        12,
        Asked("Kommunen", _PARKS, "Laga belysningen i gångtunneln vid centrum.", answer="asked"),
    ),
    (
        _HOUSING,
        4,
        26,
        Asked(
            "Polisen",
            _POLICE,
            "Gå igenom P-huset Norra varje natt fram till jul.",
            answer="counter_offered",
            why="Vi går igenom huset två nätter i veckan, torsdag till lördag.",
        ),
    ),
    # The reasons of 2018 are purged five years after their plan: of these the ledger still tells why.
    (
        "kommunpolis",
        40,
        -12,
        Asked(
            "Kommunen",
            _PARKS,
            "Sätta upp lampor längs gångvägen bakom P-huset Norra.",
            kept=False,
            says="Kabeln måste grävas om först. Det är beställt till mars.",
        ),
    ),
    (
        _COORDINATOR,
        20,
        30,
        Asked(
            "Skolan",
            _SCHOOL,
            "Låsa skolgården efter klockan 20.",
            answer="declined",
            why="Föreningar tränar där till klockan 22. Vi kan låsa grinden mot centrum i stället.",
        ),
    ),
)
FUNCTIONS = (("kommundirektör", "Kommunen"), ("lokalpolisområdeschef", "Polisen"), ("vd", "Bostadsbolaget"))


@dataclass
class _Cast:
    """Who acts and for whom, by the names the texts above use."""

    here: Collaboration
    someone: dict[str, User]
    group: Group

    def organisation(self, name: str) -> Organisation:
        return Organisation.objects.get(collaboration=self.here, name=name)

    @property
    def coordinator(self) -> User:
        return self.someone[_COORDINATOR]


def load_plan(here: Collaboration, people: dict[str, User], problems: dict[str, Problem], *, until: dt.date) -> int:
    """The plan in two versions, with what was asked, promised, declined and not kept; how many measures it has.

    Of few reports the problem is not analysed, and then nothing is planned.
    """
    problem = problems.get(CENTRE_BEFORE)
    if problem is None or not CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False).exists():
        return 0
    slug = f"@{NORRKOPING}.example"
    cast = _Cast(
        here,
        {name.removesuffix(slug): person for name, person in people.items() if name.endswith(slug)},
        Group.objects.get(collaboration=here, name="Chefsamrådet"),
    )
    area = Area.objects.get(pk=problem.area_id)
    agreed = _agree(cast, DAY(2018, 1, 1), DAY(2021, 12, 31), "EXEMPEL 2017/9", [problem])
    # The one in force: the fourth year after the first lies ahead on whatever day it is loaded.
    begins = DAY(until.year - 1, 1, 1)
    now = [problems[key] for key in (CENTRE, GARAGE) if key in problems]
    _agree(cast, begins, DAY(begins.year + 3, 12, 31), f"EXEMPEL {begins.year - 1}/4", now)
    plan = make_plan(
        by=cast.coordinator,
        area=area,
        agreement=agreed,
        title="Handlingsplan för centrum 2018–2019",
        first_day=DAY(2018, 1, 1),
        last_day=DAY(2019, 12, 31),
        purpose="Torget ska vara en plats som boende använder igen, också på kvällen.",
        registry_number="EXEMPEL 2018/1",
        hours_available=1400,
        money_available=900_000,
        is_confirmed=True,
    )
    _goals(cast, plan, problem)
    _request(cast, area, DECLINED, by=cast.coordinator, on=DAY(2018, 1, 22), due=DAY(2018, 12, 31))
    first = [_measure(cast, plan, problem, done) for done in FIRST]
    _decide(cast, plan, FIRST_DECIDED, "")
    second = [_measure(cast, plan, problem, done) for done in SECOND]
    _decide(cast, plan, SECOND_DECIDED, "Väktarnas tider läggs om efter sommarens uppföljning.")
    for measure, done in zip(first + second, FIRST + SECOND, strict=True):
        _carry_out(cast, measure, done)
    _as_then(
        plan, {measure.pk: FIRST_DECIDED for measure in first} | {measure.pk: SECOND_DECIDED for measure in second}
    )
    for who, days_ago, due_in, asked in NOW:
        on, due = until - dt.timedelta(days=days_ago), until + dt.timedelta(days=due_in)
        request = _request(cast, area, asked, by=cast.someone[who], on=on, due=due)
        _on_its_days(request, _at(on), _at(on + dt.timedelta(days=2)), _at(due))
    return len(first) + len(second)


def _agree(cast: _Cast, first: dt.date, last: dt.date, number: str, problems: list[Problem]) -> Agreement:
    """The agreement the partners work by, signed by functions a week before it begins."""
    agreement = make_agreement(
        by=cast.coordinator,
        collaboration=cast.here,
        problems=problems,
        title=f"Överenskommelse om samverkan för trygghet {first.year}–{last.year}",
        registry_number=number,
        first_day=first,
        last_day=last,
        documented_how="I handlingsplanen, som chefsamrådet beslutar. Var och en rapporterar i samma system.",
        followed_up_how="Chefsamrådet följer upp i maj och i november, och berättar för dem som bor i området.",
        is_confirmed=True,
    )
    for function, name in FUNCTIONS:
        add_party(
            by=cast.coordinator,
            agreement=agreement,
            organisation=cast.organisation(name),
            function=function,
            signed_on=first - dt.timedelta(days=7),
            is_confirmed=True,
        )
    return agreement


def _goals(cast: _Cast, plan: Plan, problem: Problem) -> None:
    kommunen = cast.organisation("Kommunen")
    wanted = (
        {
            "kind": Goal.Kind.EFFECT,
            "direction": Goal.Direction.REDUCE,
            "measured": Goal.Measured.REPORTS,
            "selection": problem.selection,
            "indicator": "rapporter om öppen narkotikahandel och hot på torget",
            "baseline_from": BEFORE_FROM,
            "baseline_to": BEFORE_TO,
            "target": 70,
        },
        {
            "kind": Goal.Kind.OUTPUT,
            "direction": Goal.Direction.INCREASE,
            "measured": Goal.Measured.ENTERED,
            "indicator": "kvällar i veckan som fritidens hus är öppet",
            "unit": "kvällar",
            "source": "husets öppettider",
            "baseline": 0,
            "baseline_from": BEFORE_FROM,
            "baseline_to": BEFORE_TO,
            "target": 4,
        },
    )
    for values in wanted:
        goal = add_goal(
            by=cast.coordinator,
            plan=plan,
            problem=problem,
            organisation=kommunen,
            owner=_membership(cast.coordinator),
            target_on=DAY(2019, 12, 31),
            is_confirmed=True,
            **values,
        )
        agree_on_goal(by=cast.coordinator, goal=goal, group=cast.group, row_version=goal.row_version)


def _membership(person: User) -> Membership:
    (membership,) = person.active_memberships
    return membership


def _measure(cast: _Cast, plan: Plan, problem: Problem, done: Done) -> Measure:
    by = cast.coordinator
    measure = measures.add_measure(
        by=by,
        plan=plan,
        problem=problem,
        title=done.title,
        description=done.description,
        mechanism=done.mechanism,
        technique=done.technique,
        method=done.method,
        operation=done.operation,
        level=done.level,
        recurrence=done.recurrence,
        start_on=done.start,
        due_on=done.due,
        follow_up_on=DAY(2018, 6, 14) if done.due < DAY(2018, 6, 1) else DAY(2019, 1, 17),
        cost_sek=done.cost_sek,
        hours=done.hours,
        is_confirmed=True,
    )
    adopted = CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False).latest("version")
    texts = {CAUSES[key] for key in done.causes}
    measures.choose_causes(
        by=by, measure=measure, causes=list(Cause.objects.kept().filter(analysis=adopted, text__in=texts))
    )
    goals = Goal.objects.kept().filter(plan=plan, kind=Goal.Kind.EFFECT if done.at_the_square else Goal.Kind.OUTPUT)
    measures.choose_goals(by=by, measure=measure, goals=list(goals))
    if done.at_the_square:
        place = Place.objects.get(collaboration=cast.here, name=CENTRE_PLACE)
        measures.choose_places(by=by, measure=measure, places=[place])
    plan_evaluation(
        measure,
        by=by,
        indicator="rapporter om öppen narkotikahandel och hot",
        before=(BEFORE_FROM, BEFORE_TO),
        after=(DAY(2019, 1, 1), DAY(2019, 12, 31)),
        ring_m=300 if done.at_the_square else 200,
        decision_rule="Har antalet inte minskat med en tredjedel mer än i jämförelsen prövas andra åtgärder.",
    )
    lead = _part(cast, measure, done.lead, is_lead=True)
    parts = [(lead, done.lead), *((_part(cast, measure, one), one) for one in done.parts)]
    measures.propose(by=by, measure=measure)
    for part, asked in parts:
        commitments.accept(by=cast.someone[asked.who], commitment=part)
    return measures.decide(by=by, measure=measure, group=cast.group)


def _part(cast: _Cast, measure: Measure, asked: Asked, *, is_lead: bool = False) -> Commitment:
    return commitments.draft_part(
        by=cast.coordinator,
        measure=measure,
        asked_by=cast.organisation("Kommunen"),
        asked_of=cast.organisation(asked.of),
        text=asked.text,
        due_on=asked.by,
        is_lead=is_lead,
        is_confirmed=True,
    )


def _request(cast: _Cast, area: Area, asked: Asked, *, by: User, on: dt.date, due: dt.date) -> Commitment:
    """A request that stands alone, the answer it got, and what came of it."""
    request = commitments.make_request(
        by=by,
        area=area,
        asked_by=_membership(by).organisation,
        asked_of=cast.organisation(asked.of),
        text=asked.text,
        due_on=due,
        today=on,
        is_confirmed=True,
    )
    answering = cast.someone[asked.who]
    if asked.answer == "declined":
        commitments.decline(by=answering, commitment=request, reason=asked.why, is_confirmed=True)
    elif asked.answer == "counter_offered":
        commitments.counter_offer(by=answering, commitment=request, offer=asked.why, is_confirmed=True)
    elif asked.answer == "accepted":
        commitments.accept(by=answering, commitment=request)
    if asked.kept is not None:
        commitments.report(by=answering, commitment=request, is_kept=asked.kept, text=asked.says, is_confirmed=True)
        commitments.confirm(by=by, commitment=request, is_kept=asked.kept)
    return request


def _decide(cast: _Cast, plan: Plan, day: dt.date, reason: str) -> None:
    signatures = [Signature(function, cast.organisation(name), day) for function, name in FUNCTIONS]
    decide_plan(
        by=cast.coordinator,
        plan=plan,
        group=cast.group,
        decided_on=day,
        reason=reason,
        signatures=signatures,
        is_confirmed=True,
    )


def _carry_out(cast: _Cast, measure: Measure, done: Done) -> None:
    lead = cast.someone[done.lead.who]
    measures.run(by=lead, measure=measure, to=MeasureState.ONGOING)
    asked = [done.lead, *done.parts]
    for part, one in zip(measure.parts.order_by("pk"), asked, strict=True):
        if one.kept is not None:
            commitments.report(
                by=cast.someone[one.who], commitment=part, is_kept=one.kept, text=one.says, is_confirmed=True
            )
            commitments.confirm(
                by=cast.coordinator, commitment=part, is_kept=one.kept, text=one.says, is_confirmed=True
            )
    for day, carried_out, good_result, text in done.seen:
        measures.follow_up(
            by=lead,
            measure=measure,
            organisation=cast.organisation(done.lead.of),
            on=day,
            carried_out=carried_out,
            good_result=good_result,
            text=text,
            is_confirmed=True,
        )
    if done.reached == "carried_out":
        measures.run(by=lead, measure=measure, to=MeasureState.CARRIED_OUT)


def _as_then(plan: Plan, decided: dict[int, dt.date]) -> None:
    """Put what was written on the days of the plan: asked two weeks before it was decided, answered within days,
    reported when due. `decided` is the day of each measure by its key."""
    written = _at(DAY(2018, 1, 15))
    Plan.objects.filter(pk=plan.pk).update(created_at=written)
    goals = Goal.objects.filter(plan=plan)
    goals.update(created_at=written, agreed_at=_at(FIRST_DECIDED))
    goals.filter(counted_at__isnull=False).update(counted_at=written)
    # What the council's meetings have asked stands on its days already.
    of_the_plan = Q(measure__plan=plan) | Q(measure=None, area=plan.area, decided_in=None)
    for commitment in Commitment.objects.filter(of_the_plan, collaboration=plan.collaboration_id):
        day = decided[commitment.measure_id] if commitment.measure_id else DAY(2018, 2, 5)
        asked = _at(day - dt.timedelta(days=14))
        answered = asked + dt.timedelta(days=3 + commitment.number % 6)
        reported = _at(commitment.due_on or BEFORE_TO)
        _on_its_days(commitment, asked, answered, reported)
    for measure in Measure.objects.filter(plan=plan):
        day, start, due = decided[measure.pk], measure.start_on or BEFORE_TO, measure.due_on or BEFORE_TO
        Measure.objects.filter(pk=measure.pk).update(created_at=_at(day - dt.timedelta(days=21)))
        fixed_on([measure], day)
        on = {"proposed": day - dt.timedelta(days=14), "decided": day, "ongoing": max(start, day)}
        for step in MeasureMove.objects.filter(measure=measure):
            MeasureMove.objects.filter(pk=step.pk).update(at=_at(on.get(step.to_state, due)))


def _on_its_days(commitment: Commitment, asked: dt.datetime, answered: dt.datetime, reported: dt.datetime) -> None:
    """Put a commitment and what happened to it on these days; whoever asked says how they see it five days later."""
    commitment.refresh_from_db()
    Commitment.objects.filter(pk=commitment.pk).update(
        created_at=asked,
        asked_at=asked,
        answered_at=answered if commitment.answered_at else None,
        reported_at=reported if commitment.reported_at else None,
        confirmed_at=reported + dt.timedelta(days=5) if commitment.confirmed_at else None,
    )
    commitment.refresh_from_db()
    for move in commitment.moves.all():
        at = {
            CommitmentMove.Kind.OWNER_SAID: commitment.reported_at,
            CommitmentMove.Kind.ASKER_SAID: commitment.confirmed_at,
        }.get(CommitmentMove.Kind(move.kind), asked if move.to_state == "asked" else answered)
        days = {
            name: getattr(commitment, name).isoformat()
            for name in ("asked_at", "answered_at", "reported_at", "confirmed_at")
            if move.line.get(name)
        }
        CommitmentMove.objects.filter(pk=move.pk).update(at=at, line={**move.line, **days})


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), tzinfo=timezone.get_default_timezone())
