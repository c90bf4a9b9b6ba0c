"""The security lead's numbers as sentences and rows: what has changed is said in words, and what cannot be said too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.change import compare_counts
from areas.models import Place, PlaceKind
from incidents import presenters
from incidents.models import ImportMapping, Status
from incidents.own_places.queries import REPEATED_FROM, REPEATED_SHOWN, Missing, Week, Window
from partners.models import Collaboration
from ui.numbers import number_words

# Words, tone and symbol of each verdict of `rank_places`.
_VERDICTS = {
    "more": ("warning", "arrow-up"),
    "fewer": ("success", "arrow-down"),
    "no_clear_change": ("neutral", "equal"),
    "too_few_to_say": ("neutral", "dash"),
    "missing": ("neutral", "question"),
}
# Below this many events in both periods together nothing is said of a change (as in `rank_places`).
FEWEST_TOGETHER = 10
_ORDER = [Status.APPROVED, Status.SUBMITTED, Status.RETURNED, Status.REJECTED, Status.MERGED]


def verdict_words(verdict: str) -> dict[str, str]:
    """A change in words, with the tone and symbol that say the same."""
    words = {
        "more": _("clearly more"),
        "fewer": _("clearly fewer"),
        "no_clear_change": _("no clear change"),
        "too_few_to_say": _("too few to say"),
        "missing": _("nothing to compare with"),
    }[verdict]
    tone, symbol = _VERDICTS[verdict]
    return {"text": words, "tone": tone, "symbol": symbol}


def total_change(counts: pd.DataFrame, window: Window, first: dt.date | None) -> dict[str, Any]:
    """This year so far beside the same days of last year, for all places and what has none."""
    before, after = int(counts["before"].sum()), int(counts["after"].sum())
    verdict = "missing"
    if first is not None and first <= window.last_year[0]:
        days_before, days_after = window.days
        change = compare_counts(before, after, days_before=days_before, days_after=days_after)
        verdict = "no_clear_change"
        if before + after < FEWEST_TOGETHER:
            verdict = "too_few_to_say"
        elif change.p_value < 0.05:
            verdict = "more" if change.difference > 0 else "fewer"
    return {
        "before": before,
        "before_words": number_words(before),
        "after": after,
        "verdict": verdict,
        **verdict_words(verdict),
    }


def heading(change: Mapping[str, Any]) -> str:
    """The page's finding, or its question where there is none."""
    sentences = {
        "more": _("You have reported more than at this time last year"),
        "fewer": _("You have reported less than at this time last year"),
        "no_clear_change": _("You have reported about as much as at this time last year"),
    }
    return sentences.get(change["verdict"], _("What has happened at your places?"))


def compared_days(window: Window) -> str:
    """The days that are compared, in words."""
    return _("1 January to %(day)s, %(this)s and %(last)s") % {
        "day": date_format(window.today, "j F"),
        "this": window.today.year,
        "last": window.today.year - 1,
    }


def _bars(years: Sequence[int | None]) -> list[dict[str, Any]]:
    """A bar for each year, in a box of 11 units a bar and 24 high; a missing year has none, and zero is a line."""
    highest = max((count for count in years if count is not None), default=0) or 1
    bars = []
    for number, count in enumerate(years):
        if count is not None:
            height = max(1, round(22 * count / highest))
            # As one text: a page draws five hundred, and each number of its own would be written for people to read.
            outline = f"M{11 * number + 1} {23 - height}h9v{height}h-9z"
            bars.append({"outline": outline, "is_last": number == len(years) - 1})
    return bars


def place_rows(
    named: pd.DataFrame,
    places: Mapping[int, Place],
    window: Window,
    first: dt.date | None,
    collaboration: Collaboration,
    *,
    shown: int,
) -> list[dict[str, Any]]:
    """A row for each place: its years as numbers and bars, the change in words, and the cost with what lacks one."""
    rows = []
    for row in named.head(shown).to_dict("records"):
        place = places[int(row["place"])]
        years = [_year_or_missing(row, year, first) for year in window.years]
        rows.append(
            {
                "place": place,
                "url": reverse("place_detail", args=[collaboration.slug, place.pk]),
                "years": [{"year": str(year), "count": count} for year, count in zip(window.years, years, strict=True)],
                "bars": _bars(years),
                "width": 11 * len(years) + 1,
                "before": None if pd.isna(row["before"]) else int(row["before"]),
                "after": int(row["after"]),
                "change": verdict_words(row["verdict"]),
                "cost": cost_words(int(row["cost"]), int(row["with_cost"]), int(row["after"])),
            }
        )
    return rows


def _year_or_missing(row: Mapping[Any, Any], year: int, first: dt.date | None) -> int | None:
    """A year before the first report is missing, not zero."""
    return None if first is None or year < first.year else int(row[str(year)])


def cost_words(cost_sek: int, with_cost: int, events: int) -> dict[str, str]:
    """The damage cost, and of how many events it is known."""
    if not events:
        return {"sum": "–", "note": ""}
    if not with_cost:
        return {"sum": "–", "note": _("no event has a figure")}
    without = events - with_cost
    note = ngettext("%(count)s event without a figure", "%(count)s events without a figure", without) % {
        "count": number_words(without)
    }
    return {"sum": _("%(sum)s kr") % {"sum": number_words(cost_sek)}, "note": note if without else ""}


def repeated_rows(
    named: pd.DataFrame, places: Mapping[int, Place], kinds: Mapping[int, list[tuple[str, int]]], slug: str
) -> list[dict[str, Any]]:
    """Where things happen again: the places with most events lately, and what they were."""
    rows = []
    for row in repeated(named).to_dict("records"):
        pk = int(row["place"])
        listed = urlencode({"place": str(pk), "status": Status.APPROVED.value})
        rows.append(
            {
                "place": places[pk],
                "url": f"{reverse('incident_list', args=[slug])}?{listed}",
                "recent": int(row["recent"]),
                "latest": row["latest"],
                "kinds": [f"{name} {number}" for name, number in kinds.get(pk, [])[:3]],
            }
        )
    return rows


def repeated(named: pd.DataFrame) -> pd.DataFrame:
    """The places where enough has happened lately, most first."""
    if named.empty:
        return named
    often = named[named["recent"] >= REPEATED_FROM]
    return often.sort_values("recent", ascending=False, kind="stable").head(REPEATED_SHOWN)


def week_rows(found: Week) -> dict[str, Any]:
    """The latest seven days: states with their counts, and the latest reports with what became of each."""
    labels = {Status.APPROVED: _("counted"), Status.SUBMITTED: _("waiting for review")}
    states = [
        {"label": str(labels.get(state, state.label)), "count": found.by_status[state]}
        for state in _ORDER
        if found.by_status.get(state)
    ]
    rows = [
        {
            "incident": incident,
            "when": presenters.when_in_words(incident),
            "where": incident.place.name if incident.place else (incident.area.name if incident.area else "–"),
            "tag": presenters.tag_of(incident),
        }
        for incident in found.latest
    ]
    return {"states": states, "rows": rows, "total": sum(found.by_status.values())}


def missing_rows(found: Missing, collaboration: Collaboration) -> list[dict[str, str]]:
    """What waits for somebody in the organisation, each with where to do it. Nothing missing gives no rows."""
    slug, rows = collaboration.slug, []
    listed = reverse("incident_list", args=[slug])
    if found.returned:
        text = ngettext(
            "%(count)s report has been returned and waits for a correction",
            "%(count)s reports have been returned and wait for a correction",
            found.returned,
        )
        rows.append({"text": text % {"count": found.returned}, "url": f"{listed}?status={Status.RETURNED.value}"})
    rows += [
        {
            "text": _("The import of %(file)s has not been confirmed yet") % {"file": batch.file_name},
            "url": reverse("import_detail", args=[slug, batch.pk]),
        }
        for batch in found.unfinished
    ]
    for batch in found.refused:
        text = ngettext(
            "%(count)s row of %(file)s was refused", "%(count)s rows of %(file)s were refused", batch.refused
        )
        rows.append(
            {
                "text": text % {"count": number_words(batch.refused), "file": batch.file_name},
                "url": reverse("import_detail", args=[slug, batch.pk]),
            }
        )
    for place in found.places:
        no_owner, no_kind = place.owner_id is None, place.kind == PlaceKind.OTHER
        sentence = _("%(place)s has neither owner nor kind") if no_owner and no_kind else _("%(place)s has no owner")
        if no_kind and not no_owner:
            sentence = _("%(place)s has no kind")
        rows.append({"text": sentence % {"place": place.name}, "url": reverse("place_detail", args=[slug, place.pk])})
    return rows


def mapping_groups(mappings: Sequence[ImportMapping]) -> list[dict[str, Any]]:
    """The saved mappings under their organisations, the one used last first; without headings where there is one."""
    groups: dict[int, dict[str, Any]] = {}
    for mapping in mappings:
        group = groups.setdefault(mapping.organisation_id, {"name": mapping.organisation.name, "mappings": []})
        group["mappings"].append(mapping)
    return list(groups.values())


def waiting_words(found: Missing, today: dt.date) -> str:
    """What lies with the coordinator, so that nobody looks for it among their own tasks."""
    if not found.waiting or found.waiting_since is None:
        return ""
    days = (today - found.waiting_since.date()).days
    reports = ngettext("%(count)s report waits for review", "%(count)s reports wait for review", found.waiting)
    since = ngettext("the oldest since %(days)s day", "the oldest since %(days)s days", days) % {"days": days}
    return f"{reports % {'count': number_words(found.waiting)}}, {since}."
