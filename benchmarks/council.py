"""What the council page reads, in every area: a published year with a judgement, problems with causes, a plan with
measures, a survey and adopted evaluations; and somebody in the council, who sees small counts protected."""

from __future__ import annotations

from typing import Any

COUNCIL = "chefsamrad@bench.example"
MEASURES, PROBLEMS, EVALUATIONS, QUESTIONS = 12, 3, 3, 2
TITLE = "Handlingsplan"


def make(slug: str) -> str:
    """All of it, made once; the address of the one who reads it."""
    from areas.models import Area
    from partners.models import Collaboration, Group, Level, Membership, Organisation, User
    from partners.roles import Role

    collaboration = Collaboration.objects.get(slug=slug)
    if User.objects.filter(email=COUNCIL).exists():
        return COUNCIL
    organisation = Organisation.objects.filter(collaboration=collaboration).order_by("pk")[0]
    person = User.objects.create(email=COUNCIL, function="kommundirektör")
    Membership.objects.create(
        user=person, organisation=organisation, collaboration=collaboration, role=Role.COUNCIL, valid_from=_today()
    )
    here = {"collaboration": collaboration}
    council = Group.objects.create(**here, name="Chefsamrådet", level=Level.STRATEGIC)
    asking = Group.objects.create(**here, name="EST-gruppen", level=Level.TACTICAL)
    areas = Area.objects.filter(**here, kind=collaboration.reporting_kind).order_by("pk")
    for number, area in enumerate(areas, start=1):
        _published(area, person)
        _work(area, number, council, asking)
        _survey(area, number)
    return COUNCIL


def _published(area: Any, person: Any) -> None:
    """The area's running month as it stands, published with a judgement, and the month before with another."""
    from django.utils import timezone

    from situational_picture.models import Picture

    drafts = Picture.objects.filter(area=area, version=0, period_kind="month", figures__isnull=False)
    for draft, state in zip(drafts.order_by("-period_end")[:2], ("worrying", "stable"), strict=False):
        Picture.objects.create(
            collaboration=area.collaboration, area=area, period_kind=draft.period_kind, version=1,
            period_start=draft.period_start, period_end=draft.period_end, status="published", figures=draft.figures,
            computed_at=draft.computed_at, published_at=timezone.now(), published_by=person, assessed_state=state,
            assessed_motive="Samma platser kommer tillbaka i rapporterna vecka efter vecka.",
        )  # fmt: skip


def _work(area: Any, number: int, council: Any, asking: Any) -> None:
    import datetime as dt

    from django.utils import timezone

    from action_plans.models import Measure, MeasureState, Plan
    from cause_analysis.models import Cause, CauseAnalysis, Problem, State
    from councils.models import Escalation
    from followup.models import EvaluatedMeasure, Evaluation

    here, today = {"collaboration": area.collaboration}, _today()
    plan = Plan.objects.create(
        **here, area=area, number=1_000 + number, title=f"{TITLE} {area.name}", first_day=today,
        last_day=today + dt.timedelta(days=60),
    )  # fmt: skip
    states = [MeasureState.ONGOING, MeasureState.DECIDED, MeasureState.CARRIED_OUT]
    measures = Measure.objects.bulk_create(
        Measure(
            **here, plan=plan, number=place, position=place, title=f"Åtgärd {place} i {area.name}",
            state=states[place % len(states)], due_on=today + dt.timedelta(days=10 * (place - 3)),
        )
        for place in range(1, MEASURES + 1)
    )  # fmt: skip
    for place in range(PROBLEMS):
        problem = Problem.objects.create(
            **here, area=area, number=10_000 + number * PROBLEMS + place, title=f"Problem {place} i {area.name}",
            state=State.PRIORITISED,
        )  # fmt: skip
        analysis = CauseAnalysis.objects.create(**here, problem=problem, version=1)
        Cause.objects.create(
            **here, analysis=analysis, text="Ingen ser platsen på kvällen", chosen_at=timezone.now(),
            chosen_by_group=council,
        )  # fmt: skip
        CauseAnalysis.objects.filter(pk=analysis.pk).update(adopted_at=timezone.now(), adopted_by_group=council)
    for place, outcome in enumerate(("worked", "partly", "unclear")):
        one = Evaluation.objects.create(
            **here, plan=plan, number=1_000 + number * EVALUATIONS + place, due_on=today, done_as_planned="yes",
            mechanism_shown="yes", what_next="end", outcome=outcome,
        )  # fmt: skip
        EvaluatedMeasure.objects.create(**here, evaluation=one, measure=measures[place])
        Evaluation.objects.filter(pk=one.pk).update(adopted_at=timezone.now(), adopted_by_group=council)
    for place in range(QUESTIONS):
        Escalation.objects.create(
            **here, number=number * QUESTIONS + place, from_group=asking, to_group=council, area=area,
            question=f"Vem betalar belysningen i {area.name}?", answer_by=today + dt.timedelta(days=7 - 10 * place),
        )  # fmt: skip


def _survey(area: Any, number: int) -> None:
    import datetime as dt

    from situational_picture.models import Indicator, IndicatorValue

    indicator = Indicator.objects.create(
        collaboration=area.collaboration, number=10_000 + number, name="Otrygg ute sent", kind="survey", level="area",
        area=area, source="Trygghetsmätningen",
    )  # fmt: skip
    IndicatorValue.objects.create(
        collaboration=area.collaboration, indicator=indicator, period_from=dt.date(2025, 1, 1),
        period_to=dt.date(2025, 12, 31), value=0.38, n=180, successes=68, ci_low=0.31, ci_high=0.45,
    )  # fmt: skip


def _today() -> Any:
    from django.utils import timezone

    return timezone.localdate()
