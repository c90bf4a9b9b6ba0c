"""The lists behind the page's numbers: each has exactly as many rows as its number says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.models import Measure, MeasureState
from councils.dashboard import presenters, work
from councils.dashboard.facts import AreaFacts, CouncilFacts, Thing
from partners.models import Collaboration


def _area_things(areas: Iterable[AreaFacts]) -> list[Thing]:
    """Areas as rows."""
    return [
        Thing(
            kind="area", number=0, name="", title=area.name, area=area.name, area_id=area.pk,
            note=presenters.deviation_words(area.trend) if area.trend is not None and area.trend.is_deviating
            else presenters.trend_words(area.trend) if area.trend is not None else _("No published picture"),
            url=area.trend.url if area.trend is not None else area.url,
        )
        for area in areas
    ]  # fmt: skip


def _problems(keep: Callable[[Any], bool]) -> Callable[[CouncilFacts], list[Thing]]:
    return lambda facts: [one.thing for one in facts.problems if keep(one)]


def _measures(keep: Callable[[Any], bool]) -> Callable[[CouncilFacts], list[Thing]]:
    return lambda facts: [one.thing for one in facts.measures if keep(one)]


def _evaluations(keep: Callable[[Any], bool]) -> Callable[[CouncilFacts], list[Thing]]:
    return lambda facts: [one.thing for one in facts.evaluations if keep(one)]


# By the word of the address: what the list is called, and its rows.
FROM_FACTS: Mapping[str, tuple[str | Promise, Callable[[CouncilFacts], list[Thing]]]] = {
    "deviations": (gettext_lazy("Areas that deviate"), lambda facts: _area_things(facts.deviating)),
    "unknown": (
        gettext_lazy("Areas of which too little is known"),
        lambda facts: _area_things(area for area in facts.areas if area not in facts.judged),
    ),
    "problems": (gettext_lazy("Open problems"), _problems(lambda one: True)),
    "chosen": (gettext_lazy("Chosen problems"), _problems(lambda one: one.is_chosen)),
    "understood": (
        gettext_lazy("Chosen problems whose causes are adopted"),
        _problems(lambda one: one.is_chosen and one.has_causes),
    ),
    "not-understood": (
        gettext_lazy("Chosen problems without adopted causes"),
        _problems(lambda one: one.is_chosen and not one.has_causes),
    ),
    "measures": (gettext_lazy("Decided measures"), _measures(lambda one: True)),
    "with-cause": (gettext_lazy("Decided measures with a stated cause"), _measures(lambda one: one.has_cause)),
    "late-measures": (gettext_lazy("Late measures"), _measures(lambda one: one.is_late)),
    "worked": (gettext_lazy("What has worked"), _evaluations(lambda one: one.has_worked)),
    "not-worked": (
        gettext_lazy("Adopted evaluations that do not say that it worked"), _evaluations(lambda one: not one.has_worked)
    ),
    "decisions": (gettext_lazy("What waits for a decision"), lambda facts: [one.thing for one in facts.decisions]),
    "late-decisions": (
        gettext_lazy("What should have been decided"),
        lambda facts: [one.thing for one in facts.decisions if one.days_late],
    ),
    "overrides": (
        gettext_lazy("Decided although something was missing"), lambda facts: [one.thing for one in facts.overrides]
    ),
}  # fmt: skip
OF_PROMISES: Mapping[str, str | Promise] = {
    "due": gettext_lazy("Promises that have fallen due"),
    "kept": gettext_lazy("Promises that were kept"),
    "broken": gettext_lazy("Promises that were not kept"),
    "late": gettext_lazy("Promises that are late"),
    "open": gettext_lazy("Open requests and promises"),
    "declined": gettext_lazy("Requests that were declined"),
}
NOT_EVALUATED = "not-evaluated"
ALL = (*FROM_FACTS, *OF_PROMISES, NOT_EVALUATED)


@dataclass(frozen=True)
class Listed:
    """A list: what it is called, whose, and its rows or the ids they are fetched by."""

    title: str
    count: int
    things: list[Thing]
    ids: list[int]


def not_evaluated(user: Any, collaboration: Collaboration) -> list[Thing]:
    """Measures that were carried out and stand in no evaluation."""
    rows = Measure.objects.visible_to(user).kept().filter(collaboration=collaboration, evaluated_in=None)
    rows = rows.filter(state=MeasureState.CARRIED_OUT).order_by("plan__area__name", "number")
    return [
        Thing(
            kind="measure", number=number, name=str(number), title=title, area=area, area_id=area_id,
            note=_("Not evaluated"), url=reverse("measure_detail", args=[collaboration.slug, pk]),
            about=f"measure-{pk}",
        )
        for pk, number, title, area_id, area in rows.values_list(
            "pk", "number", "title", "plan__area_id", "plan__area__name"
        )
    ]  # fmt: skip


def listed(
    user: Any,
    collaboration: Collaboration,
    facts: CouncilFacts,
    now: Any,
    *,
    which: str,
    area: AreaFacts | None = None,
    organisation: int | None = None,
) -> Listed:
    """The rows of a list, narrowed to an area or an organisation."""
    if which in OF_PROMISES:
        ids = work.promises_listed(
            user, collaboration, now, which=which, area_id=area.pk if area else None, organisation_id=organisation
        )
        return Listed(str(OF_PROMISES[which]), len(ids), [], ids)
    if which == NOT_EVALUATED:
        title, things = _("Carried out and not evaluated"), not_evaluated(user, collaboration)
    else:
        label, rows = FROM_FACTS[which]
        title, things = str(label), rows(facts)
    if area is not None:
        things = [one for one in things if one.area_id == area.pk]
    return Listed(title, len(things), things, [])
