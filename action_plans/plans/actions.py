"""Every change of a plan itself; deciding a version of it is in `deciding.py`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.measures.actions import order_measures
from action_plans.models import Agreement, Measure, Plan
from action_plans.permissions import check_may_plan_in, check_may_work_on_plan
from areas.models import Area
from audit.actions import record
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from partners.models import Collaboration

TEXTS = {"title": 120, "purpose": 2000, "registry_number": 40}
WRITTEN = {*TEXTS, "first_day", "last_day", "hours_available", "money_available", "agreement"}


@transaction.atomic
def make_plan(
    *, by: Any, area: Area, title: str, first_day: dt.date, last_day: dt.date, is_confirmed: bool = False, **values: Any
) -> Plan:
    """An empty plan of an area for a period."""
    check_may_plan_in(by, area)
    # One at a time, so that no two plans get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=area.collaboration_id)
    last = Plan.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    plan = Plan(collaboration=collaboration, area=area, number=(last or 0) + 1, created_by=by)
    _write(by, plan, {"title": title, "first_day": first_day, "last_day": last_day, **values}, is_confirmed)
    same = {name: getattr(plan, name) for name in ("area", "title", "first_day", "last_day")}
    if there := Plan.objects.filter(**same).first():
        # A form sent twice makes one; what another has begun is not taken for one's own.
        if any(getattr(there, name) != getattr(plan, name) for name in WRITTEN):
            raise NotPossible(
                {"title": _("The area has a plan of this name for these days already: %(plan)s.") % {"plan": there}}
            )
        return there
    plan.save()
    record("plan_made", by=by, subject=plan)
    return plan


def _write(by: Any, plan: Plan, values: dict[str, Any], is_confirmed: bool) -> None:
    if unknown := set(values) - WRITTEN:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    texts = {name: str(values[name]).replace("\r\n", "\n").strip() for name in TEXTS if name in values}
    if "title" in texts and not texts["title"]:
        raise NotPossible({"title": _("Give the plan a name that everybody understands.")})
    for name, text in texts.items():
        if text != getattr(plan, name):
            check_texts(by, plan.collaboration_id, {name: text}, is_confirmed=is_confirmed, longest=TEXTS[name])
    agreement: Agreement | None = values.get("agreement")
    if agreement is not None and agreement.collaboration_id != plan.collaboration_id:
        raise NotPossible({"agreement": _("The agreement belongs to another collaboration.")})
    for name, value in {**values, **texts}.items():
        setattr(plan, name, value)
    check_row(plan, without=["collaboration", "area", "agreement", "created_by"])


@transaction.atomic
def change_plan(*, by: Any, plan: Plan, row_version: int, is_confirmed: bool = False, **values: Any) -> Plan:
    """Write in the plan itself, unless somebody else has since `row_version`."""
    plan = locked(plan)
    check_may_work_on_plan(by, plan)
    check_version(plan, row_version)
    _write(by, plan, values, is_confirmed)
    plan.row_version += 1
    plan.save()
    record("plan_changed", by=by, subject=plan, fields=sorted(values))
    return plan


@transaction.atomic
def move_before(*, by: Any, plan: Plan, number: int, before: int) -> None:
    """Put a measure right before another in the agreed order. Pressed twice it stands where it stood after once."""
    plan = locked(plan)
    check_may_work_on_plan(by, plan)
    rows = Measure.objects.kept().filter(plan=plan).order_by("position", "number")
    numbers = list(rows.values_list("number", flat=True))
    if unknown := [one for one in (number, before) if one not in numbers]:
        raise NotPossible(_("There is no measure %(number)s in the plan.") % {"number": unknown[0]})
    if number == before:
        return
    numbers.remove(number)
    numbers.insert(numbers.index(before), number)
    order_measures(by=by, plan=plan, numbers=numbers)


def locked(plan: Plan) -> Plan:
    """The plan as it is now, and nobody else's until the transaction ends."""
    return Plan.objects.select_for_update(of=("self",), no_key=True).select_related("area").get(pk=plan.pk)
