"""What the helper shows, in words and tables, as the reader may see it.

Numbers of areas in whose circle the reader is not are told in tens or not at all, as baselines of goals are
(`goals/telling.py`); their months are not told, and no chart is drawn of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.evaluating.drafting import Draft, add_months
from action_plans.evaluating.helping import Help
from action_plans.evaluating.proposing import MEASURE, RING, TOO_FEW, TREATED, Candidate
from action_plans.evaluating.zones import Unit
from action_plans.models import Measure
from areas.access import circle_area_ids
from situational_picture.period_names import days_name
from ui import charts
from ui.numbers import number_words, percent_up_words

TENS = 10
# So many of each kind are offered before the others.
OFFERED = 5
# Warnings without a number of anybody's area.
TOLD_TO_ALL = {
    "no_comparison", "few_comparisons", "not_as_goal", "season", "other_measures", "lacks", "before_has_begun",
}  # fmt: skip
# Points of the chart are three months together: single months of a place are mostly chance.
BLOCK_MONTHS = 3


class Circle:
    """Whose numbers the reader may see whole."""

    def __init__(self, user: Any, collaboration_id: int, largest: int) -> None:
        self.area_ids = circle_area_ids(user, collaboration_id)
        self.largest = largest

    def has(self, area_ids: Iterable[int | None]) -> bool:
        """Whether the reader belongs to the circle of all these areas."""
        return self.area_ids is None or all(pk in self.area_ids for pk in area_ids)

    def words(self, count: int, area_ids: Iterable[int | None]) -> str:
        """The count, or the tens it is at least, or that it is protected."""
        if self.has(area_ids):
            return number_words(count)
        least = count // TENS * TENS
        if least > self.largest:
            return _("at least %(number)s") % {"number": number_words(least)}
        return _("protected")


def circle_of(user: Any, draft: Draft) -> Circle:
    """The circle as the reader of this plan stands to it."""
    collaboration = draft.area.collaboration
    return Circle(user, collaboration.pk, collaboration.protect_counts_up_to)


def areas_of_unit(unit: Unit, draft: Draft) -> list[int | None]:
    """The areas a compared thing lies in."""
    if not unit.is_place:
        return list(unit.area_ids)
    return [place.area_id for place in draft.compared_places if place.pk == unit.place_id]


# --- The answer first -------------------------------------------------------------------------------------------------


def headline(help_: Help) -> dict[str, str]:
    """Whether it could be shown at all: the finding, and what it rests on or what is needed."""
    shown = help_.showable
    if help_.control is None:
        return {
            "tone": "info",
            "title": _("Choose what to compare with to see what could be shown"),
            "text": _("Without a comparison nobody can tell the measure from what would have happened anyway."),
        }
    if shown.eight_of_ten is not None:
        return {
            "tone": "success",
            "title": _("A reduction of %(percent)s %% or more would be seen eight times in ten")
            % {"percent": percent_up_words(shown.eight_of_ten)},
            "text": _("Half of the times one of %(percent)s %% would be seen. A smaller one may be there all the same.")
            % {"percent": percent_up_words(shown.half or shown.eight_of_ten)},
        }
    if shown.half is not None:
        return {
            "tone": "warning",
            "title": _("Only a reduction of %(percent)s %% or more would be seen, and then half of the times")
            % {"percent": percent_up_words(shown.half)},
            "text": needed_words(help_),
        }
    return {
        "tone": "warning",
        "title": _("With so few events no reduction could be shown"),
        "text": needed_words(help_),
    }


def needed_words(help_: Help) -> str:
    """What would have to be otherwise for something to be shown."""
    months = help_.showable.months
    longer = (
        _("Counted over %(months)s months before and as many after, something would be seen.") % {"months": months}
        if months
        else _("Not even five years before and after would be enough.")
    )
    other = _("Or count wider: more categories or a larger place. Or follow a process goal: that it is done, and how.")
    return f"{longer} {other}"


# --- Warnings ---------------------------------------------------------------------------------------------------------


def warning_rows(user: Any, warnings: Sequence[Mapping[str, Any]], measure: Measure) -> list[dict[str, Any]]:
    """Each warning in plain words, the other measures by name where the reader reads them."""
    named = [pk for one in warnings for pk in one.get("measures", ())]
    readable = (
        Measure.objects.visible_to(user).kept().filter(pk__in=named).select_related("collaboration") if named else []
    )
    titles = {one.pk: one for one in readable}
    return [
        {"code": one["code"], "text": warning_words(one), "links": _links(one, titles)}
        for one in warnings
        if one["code"] not in {"no_comparison", "too_few", "coin_toss"}
    ]


def _links(one: Mapping[str, Any], titles: Mapping[int, Measure]) -> list[dict[str, str]]:
    return [
        {
            "text": titles[pk].title,
            "url": reverse("measure_detail", args=[titles[pk].collaboration.slug, pk]),
        }
        for pk in one.get("measures", ())
        if pk in titles
    ]


def warning_words(one: Mapping[str, Any]) -> str:
    """A warning in a sentence or two."""
    code = one["code"]
    if code == "lacks":
        months = [dt.date.fromisoformat(month) for month in one["months"]]
        return _(
            "The sources lack months of the period before: %(months)s. What is not reported looks like nothing."
        ) % {"months": month_names(months)}
    if code == "peak":
        return _(
            "The place had more events in the period before (%(count)s) than earlier years lead one to expect"
            " (%(expected)s). It may fall by %(percent)s %% by itself, back to what is usual."
        ) % {
            "count": number_words(one["count"]),
            "expected": number_words(round(one["expected"])),
            "percent": number_words(round(one["by_itself"] * 100)),
        }
    if code == "reporting_changed":
        return _(
            "Reporting in %(area)s changed within the period before: %(first)s %% of the expected answers came in its"
            " first half, %(second)s %% in its second. More reports may be more reporting."
        ) % {"area": one["name"], "first": one["first"], "second": one["second"]}
    if code == "reporting_differs":
        return _(
            "Reporting differs: %(own)s %% of the expected answers came in the treated area, %(theirs)s %% in %(area)s."
        ) % {"area": one["name"], "own": one["own"], "theirs": one["theirs"]}
    if code == "few_comparisons":
        return ngettext(
            "It is compared with one area or place only. Choose three or more if there are so many alike: one alone may"
            " go its own way, and then it looks as if the measure worked, or did harm.",
            "It is compared with %(number)s areas or places only. Choose three or more if there are so many alike: one"
            " may go its own way, and then it looks as if the measure worked, or did harm.",
            one["number"],
        ) % {"number": one["number"]}
    if code == "other_measures":
        number = len(one["measures"])
        return ngettext(
            "Another measure is at work there at the same time. The two can only be evaluated together.",
            "%(number)s other measures are at work there at the same time. They can only be evaluated together.",
            number,
        ) % {"number": number}
    if code == "before_runs":
        return _("The period before has not ended: it is counted anew when it has.")
    day = {"day": date_format(dt.date.fromisoformat(one["day"]), "j F Y")} if "day" in one else {}
    return {
        "not_as_goal": _(
            "The plan counts other reports than the goal of the measure. Then something else is evaluated than what was"
            " aimed at."
        ),
        "season": _("The periods are not the same months of the year. Seasons differ, whatever is done."),
        "not_whole_months": _(
            "The periods are not whole months. What is known only to its month is counted on the 1st."
        ),
        "before_has_begun": _("The measure starts on %(day)s, within the period before. Let that end earlier."),
        "after_begins_early": _("The period after begins before the measure does, on %(day)s."),
        "purged": _(
            "Reports of before %(day)s are purged to statistics: their area and named place are known, but not the"
            " point. At the place and in the ring they are too few."
        ),
        "no_history": _(
            "Whether the place was chosen in a bad year cannot be said: the sources do not reach back as long again."
        ),
        "ring_few": _("The ring held so few events before that it can hardly show what moved away."),
        "no_comparison": _("Nothing is chosen to compare with."),
        "too_few": _("There are too few events for any reduction to be shown."),
        "coin_toss": _("There are so few events that a reduction would be shown half of the times at most."),
    }[code] % day


def month_names(months: Sequence[dt.date]) -> str:
    """“January–March 2018, May 2018”."""
    spans: list[list[dt.date]] = []
    for month in months:
        if spans and add_months(spans[-1][1], 1) == month:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return ", ".join(_span(first, last) for first, last in spans)


def _span(first: dt.date, last: dt.date) -> str:
    if first == last:
        return date_format(first, "F Y")
    start = date_format(first, "F") if first.year == last.year else date_format(first, "F Y")
    return f"{start}–{date_format(last, 'F Y')}"


# --- What is like it --------------------------------------------------------------------------------------------------


def candidate_rows(help_: Help, circle: Circle, chosen: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """What is offered to compare with, what is offered after that, and what is refused, each with why."""
    ticked = set(chosen)
    rows = [_candidate(one, help_, circle, ticked) for one in help_.candidates]
    taken = [row for row in rows if not row["refused"] or row["is_chosen"]]
    # What is of the same size comes first: places where places are treated.
    kinds = ("place", "area") if help_.draft.places else ("area", "place")
    offered = [row for kind in kinds for row in [one for one in taken if one["kind"] == kind][:OFFERED]]
    offered += [row for row in taken if row["is_chosen"] and row not in offered]
    return {
        "offered": offered,
        "further": [row for row in taken if row not in offered],
        "refused": [row for row in rows if row["refused"] and not row["is_chosen"] and row["is_told"]],
    }


def _candidate(one: Candidate, help_: Help, circle: Circle, ticked: set[str]) -> dict[str, Any]:
    kind, _sign, pk = one.key.partition("-")
    thing: Any = one.thing
    areas = [thing.pk] if kind == "area" else [thing.area_id]
    return {
        "key": one.key,
        "kind": kind,
        "pk": pk,
        "name": one.name if kind == "area" or thing.area_id is None else f"{one.name}, {thing.area.name}",
        "field": "comparison_areas" if kind == "area" else "comparison_places",
        "is_chosen": one.key in ticked,
        "refused": refusal_words(one) if one.refused else "",
        # Of a place nobody has reported from there is nothing to say.
        "is_told": one.refused != TOO_FEW or kind == "area",
        "words": likeness_words(one, help_.treated, circle, areas),
    }


def refusal_words(one: Candidate) -> str:
    """Why something is not compared with."""
    return {
        TREATED: _("It holds what is treated, or is part of it."),
        RING: _("The ring reaches into it: what moves away from the place may land there."),
        MEASURE: _("Another measure is at work there during the periods."),
        TOO_FEW: _("Too few events to tell whether it is like."),
    }[one.refused]


def likeness_words(one: Candidate, treated: int, circle: Circle, areas: Sequence[int | None]) -> str:
    """“48 events before (here 52). Developed the same way. 91 % of the same kinds.”"""
    like = one.likeness
    if like is None or like.is_too_few:
        return ""
    is_whole = circle.has(areas)
    words = [
        _("%(count)s events before, here %(treated)s.")
        % {"count": circle.words(like.count, areas), "treated": number_words(treated)}
    ]
    percent = round(abs(like.trend - 1) * 100)
    if not like.trend_differs:
        words.append(_("No clear difference in how it developed."))
    elif not is_whole:
        words.append(_("It rose more.") if like.trend > 1 else _("It fell more."))
    elif like.trend > 1:
        words.append(_("It rose %(percent)s %% more.") % {"percent": percent})
    else:
        words.append(_("It fell %(percent)s %% more.") % {"percent": percent})
    share = round(like.mix * 100) if is_whole else round(like.mix * 10) * 10
    words.append(_("%(percent)s %% of the same kinds.") % {"percent": share})
    return " ".join(words)


# --- The period before ------------------------------------------------------------------------------------------------


def count_rows(help_: Help, circle: Circle) -> list[dict[str, str]]:
    """How many events there were before: the treated, each compared thing, and the ring."""
    draft = help_.draft
    days = days_name(*draft.before)
    rows = [{"label": where_words(draft), "text": circle.words(help_.treated, [draft.area.pk]), "note": days}]
    for unit in help_.design.units:
        areas = areas_of_unit(unit, draft)
        text = circle.words(int(help_.before[unit.key].sum()), areas)
        rows.append({"label": _("Compared: %(name)s") % {"name": unit.name}, "text": text, "note": ""})
    if help_.ring is not None:
        label = _("Ring of about %(metres)s m") % {"metres": number_words(draft.ring_m or 0)}
        rows.append({"label": label, "text": circle.words(help_.ring, [None]), "note": ""})
    return rows


def where_words(draft: Draft) -> str:
    """The treated places, or the whole area."""
    if draft.places:
        return ", ".join(place.name for place in draft.places)
    return _("All of %(area)s") % {"area": draft.area.name}


def shape(help_: Help, circle: Circle) -> dict[str, Any] | None:
    """The months before as lines that can be laid beside each other: each as percent of its own mean, with the table.

    None where there is too little to draw. Without the right to the compared areas' months only the treated is told.
    """
    counts = help_.counts
    blocks = len(counts) // BLOCK_MONTHS
    if blocks < 2 or not help_.treated:
        return None
    counts = counts.iloc[len(counts) - blocks * BLOCK_MONTHS :]
    starts = [counts.index[at * BLOCK_MONTHS] for at in range(blocks)]
    own = _blocks(counts["treated"], blocks)
    columns: list[Any] = [_("Months"), {"label": _("Treated, events"), "number": True}]
    lines = [charts.line(starts, _of_mean(own), name=_("Treated"))]
    table: list[list[Any]] = [
        [_span(start, add_months(start, BLOCK_MONTHS - 1)), count] for start, count in zip(starts, own, strict=True)
    ]
    areas = [pk for unit in help_.design.units for pk in areas_of_unit(unit, help_.draft)]
    is_told = bool(help_.keys) and circle.has(areas)
    if is_told and (theirs := _blocks(counts[help_.keys].sum(axis=1), blocks)) and sum(theirs):
        lines.append(charts.line(starts, _of_mean(theirs), name=_("Compared"), compared=True))
        columns.append({"label": _("Compared, events"), "number": True})
        for row, count in zip(table, theirs, strict=True):
            row.append(count)
    layout = {
        "yaxis": {"title": {"text": _("percent of its own mean")}},
        "xaxis": {"type": "date"},
        # Its words would lie on the legend: they stand under the chart.
        "shapes": charts.mark(help_.draft.before[0].isoformat(), text="")["shapes"],
    }
    return {
        "figure": charts.figure_json(lines, layout),
        "columns": columns,
        "rows": table,
        "is_hidden": bool(help_.keys) and not is_told,
    }


def _blocks(series: pd.Series, blocks: int) -> list[int]:
    return [int(n) for n in series.to_numpy().reshape(blocks, BLOCK_MONTHS).sum(axis=1)]


def _of_mean(values: Sequence[int]) -> list[float]:
    mean = sum(values) / len(values)
    return [round(100 * value / mean, 1) for value in values]


# --- On the measure's page --------------------------------------------------------------------------------------------


def kept_words(facts: Mapping[str, Any], *, is_in_circle: bool) -> list[str]:
    """What was shown and warned of when the plan was written, in sentences; numbers in the circle only."""
    if not facts:
        return []
    shown = facts["showable"]
    words = []
    if shown["eight_of_ten"] is not None:
        words.append(
            _("A reduction of %(percent)s %% or more would be seen eight times in ten.")
            % {"percent": percent_up_words(shown["eight_of_ten"])}
        )
    elif facts["control"] is not None:
        words.append(_("So few events that it can hardly be shown whether it worked."))
    for one in facts["warnings"]:
        if one["code"] in TOLD_TO_ALL:
            words.append(warning_words(one))
        elif one["code"] in {"reporting_changed", "reporting_differs"}:
            words.append(
                warning_words(one) if is_in_circle else _("Reporting was not the same everywhere in the period before.")
            )
        elif one["code"] == "peak":
            words.append(
                warning_words(one)
                if is_in_circle
                else _("The place was chosen in a bad year: a part of a later reduction comes by itself.")
            )
    return list(dict.fromkeys(words))


def few_words(facts: Mapping[str, Any]) -> str:
    """That a plan compares with too few, for whoever is about to decide the measure; nothing where it does not."""
    return next((warning_words(one) for one in facts.get("warnings", ()) if one["code"] == "few_comparisons"), "")
