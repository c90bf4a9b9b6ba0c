"""Counts of people as a place's page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.presence import PeopleRate, mean_per_hour
from situational_picture.indicators.presenters import rounded_words
from situational_picture.models import PlaceCount
from ui import charts


def finding(counts: pd.DataFrame) -> str:
    """How many people use the place in an hour, in a sentence."""
    found = mean_per_hour(counts)
    if found is None:
        return ""
    counts_words = ngettext("%(number)s count", "%(number)s counts", found.hours) % {"number": found.hours}
    numbers = {"mean": rounded_words(found.mean, 0), "counts": counts_words}
    if found.ci_low is None or found.ci_high is None:
        return _("%(mean)s people an hour by %(counts)s: too few to say how sure that is.") % numbers
    return _("%(mean)s people an hour (95 %% interval %(low)s–%(high)s) by %(counts)s.") % {
        **numbers,
        "low": rounded_words(found.ci_low, 0),
        "high": rounded_words(found.ci_high, 0),
    }


def rate_words(rate: PeopleRate | None) -> str:
    """Events for every 1,000 people, with interval and what it rests on."""
    if rate is None:
        return ""
    if not rate.events:
        return _(
            "No event in the hours of the week in which people were counted: at most %(high)s for every 1,000 people"
            " (95 %% interval)."
        ) % {"high": rounded_words(rate.ci_high, 1)}
    events = ngettext("%(count)s event", "%(count)s events", rate.events) % {"count": rate.events}
    return _(
        "%(rate)s events for every 1,000 people (95 %% interval %(low)s–%(high)s): %(events)s in the hours of the week"
        " in which people were counted."
    ) % {
        "rate": rounded_words(rate.rate, 1),
        "low": rounded_words(rate.ci_low, 1),
        "high": rounded_words(rate.ci_high, 1),
        "events": events,
    }


def by_hour(counts: pd.DataFrame) -> dict[str, Any] | None:
    """People an hour on average, hour by hour of the day: a chart and its table; None with nothing counted."""
    if counts.empty:
        return None
    rows = []
    for hour in sorted(set(counts["hour"])):
        found = mean_per_hour(counts[counts["hour"] == hour])
        if found is not None:
            rows.append((int(hour), found))
    names = [f"{hour:02d}–{hour + 1:02d}" for hour, _found in rows]
    figure = charts.figure_json(
        [charts.bars(names, [round(found.mean, 1) for _hour, found in rows], name=_("people an hour"))],
        {"xaxis": {"type": "category"}, "hovermode": "closest"},
    )
    return {
        "figure": figure if len(rows) > 1 else None,
        "columns": [
            _("Hour"), {"label": _("People"), "number": True}, {"label": _("95 % interval"), "number": True},
            {"label": _("Counts"), "number": True},
        ],
        "rows": [
            [
                name, rounded_words(found.mean, 0),
                "–" if found.ci_low is None or found.ci_high is None
                else f"{rounded_words(found.ci_low, 0)}–{rounded_words(found.ci_high, 0)}",
                found.hours,
            ]
            for name, (_hour, found) in zip(names, rows, strict=True)
        ],
    }  # fmt: skip


def count_rows(counts: Sequence[PlaceCount], *, may_take_back: Any) -> list[dict[str, Any]]:
    """Each count in a line; which organisation counted, never which person."""
    return [
        {
            "count": one,
            "when": _("%(day)s, %(from)s–%(to)s") % {
                "day": date_format(one.counted_on, "l j F Y"), "from": f"{one.hour:02d}", "to": f"{one.hour + 1:02d}",
            },
            "people": ngettext("%(count)s person", "%(count)s people", one.people) % {"count": one.people},
            "minutes": one.get_minutes_display(),
            "organisation": one.organisation.name,
            "may_take_back": may_take_back(one),
        }
        for one in counts
    ]  # fmt: skip
