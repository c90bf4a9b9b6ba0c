"""What waits for the council, what was decided with gaps, and which days come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.commitments.presenters import said
from action_plans.measures.queries import decisions, overrides
from action_plans.models import Measure, MeasureState, Plan, PlanVersion
from action_plans.plans.queries import agreements_for
from action_plans.rules import latest_overdue_day
from areas.models import Area
from councils.dashboard.facts import DAYS_AHEAD, DAYS_BACK, Deadline, DecisionAsked, Override, Thing
from councils.models import Escalation
from followup.evaluations.queries import coming
from partners.levels import DecisionKind
from partners.models import Collaboration, Level


def decisions_of(user: Any, collaboration: Collaboration, today: dt.date) -> list[DecisionAsked]:
    """What waits for a decision above the areas' groups: what they have asked of the council, plans nobody has
    decided, and measures of the highest level.

    Those that are asked by a day come first.
    """
    found = [
        *_escalations(user, collaboration, today), *_plans(user, collaboration, today), *_measures(user, collaboration),
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.answer_by or dt.date.max, one.thing.area, one.thing.number))


def _escalations(user: Any, collaboration: Collaboration, today: dt.date) -> list[DecisionAsked]:
    """The questions to a group of the highest level that wait for their answer."""
    rows = (
        Escalation.objects.visible_to(user)
        .open()
        .filter(collaboration=collaboration, to_group__level=Level.STRATEGIC)
        .values_list(
            "number", "question", "recommended_decision", "decision_kind", "answer_by", "area_id", "area__name",
            "from_group__name",
        )
    )  # fmt: skip
    overdue = latest_overdue_day(today)
    return [
        DecisionAsked(
            Thing(
                kind="escalation", number=number, name=f"E{number}", title=said(question), area=area or "",
                area_id=area_id, note=str(DecisionKind(kind).label),
                url=reverse("escalation", args=[collaboration.slug, number]),
            ),
            asked_by=asked_by, recommended=said(recommended), answer_by=answer_by,
            days_late=(today - answer_by).days if answer_by <= overdue else 0,
        )
        for number, question, recommended, kind, answer_by, area_id, area, asked_by in rows
    ]  # fmt: skip


def _plans(user: Any, collaboration: Collaboration, today: dt.date) -> list[DecisionAsked]:
    """The plans whose period is not over and of which no version has been decided."""
    decided = PlanVersion.objects.filter(plan=OuterRef("pk"))
    rows = (
        Plan.objects.visible_to(user)
        .filter(~Exists(decided), collaboration=collaboration, last_day__gte=today)
        .values_list("pk", "number", "title", "area_id", "area__name")
    )
    return [
        DecisionAsked(
            Thing(
                kind="plan", number=number, name=f"H-{number}", title=title, area=area, area_id=area_id,
                note=_("A new action plan, not decided"), url=reverse("plan", args=[collaboration.slug, number]),
                about=f"plan-{pk}",
            ),
            asked_by="", recommended="", answer_by=None, days_late=0,
        )
        for pk, number, title, area_id, area in rows
    ]  # fmt: skip


def _measures(user: Any, collaboration: Collaboration) -> list[DecisionAsked]:
    """Measures on the strategic level that are proposed: no tactical group decides on them."""
    rows = (
        Measure.objects.visible_to(user)
        .kept()
        .filter(collaboration=collaboration, state=MeasureState.PROPOSED, level=Level.STRATEGIC)
        .values_list("pk", "number", "title", "plan__area_id", "plan__area__name")
    )
    return [
        DecisionAsked(
            Thing(
                kind="measure", number=number, name=str(number), title=title, area=area, area_id=area_id,
                note=_("A proposed measure on the strategic level"),
                url=reverse("measure_detail", args=[collaboration.slug, pk]), about=f"measure-{pk}",
            ),
            asked_by="", recommended="", answer_by=None, days_late=0,
        )
        for pk, number, title, area_id, area in rows
    ]  # fmt: skip


def overrides_of(user: Any, collaboration: Collaboration, today: dt.date) -> tuple[list[Override], int]:
    """The measures decided during the last year although something was missing, and how many were decided in all."""
    since = today - dt.timedelta(days=DAYS_BACK)
    rows = overrides(user, collaboration).filter(at__date__gte=since).select_related("measure__plan__area", "group")
    found = [
        Override(
            Thing(
                kind="measure", number=move.measure.number, name=str(move.measure.number), title=move.measure.title,
                area=move.measure.plan.area.name, area_id=move.measure.plan.area_id,
                note=move.group.name if move.group else "",
                url=reverse("measure_detail", args=[collaboration.slug, move.measure_id]),
                about=f"measure-{move.measure_id}",
            ),
            reason=move.reason, on=timezone.localdate(move.at),
        )
        for move in rows
    ]  # fmt: skip
    return found, decisions(user, collaboration).filter(at__date__gte=since).count()


def deadlines_of(
    user: Any, collaboration: Collaboration, areas: Sequence[Area], today: dt.date
) -> dict[int, list[Deadline]]:
    """For each area the days within reach: its plan and the agreement that end, and evaluations to come."""
    until = today + dt.timedelta(days=DAYS_AHEAD)
    found: dict[int, list[Deadline]] = {area.pk: [] for area in areas}
    newest: dict[int, tuple[int, str, dt.date]] = {}
    plans = Plan.objects.visible_to(user).filter(collaboration=collaboration, area__in=list(found))
    for number, title, area_id, last_day in plans.order_by("last_day", "number").values_list(
        "number", "title", "area_id", "last_day"
    ):
        newest[area_id] = (number, title, last_day)
    for area_id, (number, title, last_day) in newest.items():
        if last_day <= until:
            is_over = last_day < today
            text = _("%(plan)s has ended") if is_over else _("%(plan)s ends")
            url = reverse("plan", args=[collaboration.slug, number])
            found[area_id].append(Deadline(last_day, text % {"plan": title}, url, is_over))
    for plan in coming(user, collaboration, today).filter(after_to__lt=until):
        area_id = plan.measure.plan.area_id
        if area_id in found:
            text = _("%(measure)s is evaluated") % {"measure": plan.measure.title}
            url = reverse("measure_detail", args=[collaboration.slug, plan.measure_id])
            found[area_id].append(Deadline(plan.after_to + dt.timedelta(days=1), text, url, False))
    for agreement in agreements_for(user, collaboration).filter(last_day__lte=until, last_day__gte=today)[:1]:
        for rows in found.values():
            text = _("%(agreement)s ends") % {"agreement": agreement.title}
            rows.append(Deadline(agreement.last_day, text, reverse("agreement_list", args=[collaboration.slug]), False))
    for rows in found.values():
        rows.sort(key=lambda one: (one.day, one.text))
    return found
