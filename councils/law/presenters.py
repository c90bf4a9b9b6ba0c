"""The register and the year wheel as pages show them."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.plans.presenters import version_url
from councils.law import year
from councils.law.queries import Held, Line
from councils.law.rules import WORST_FIRST, Standing
from councils.models import StatutoryDecision, YearEntry
from partners.models import Collaboration
from situational_picture.emails import picture_path
from situational_picture.models import Picture
from situational_picture.period_names import period_name

_TAGS = {
    Standing.OVERDUE: ("danger", "square"),
    Standing.MISSING: ("danger", "close"),
    Standing.DUE: ("warning", "clock"),
    Standing.IN_PROGRESS: ("info", "half"),
    Standing.DECIDED: ("success", "check"),
}


def standing_tag(standing: Standing) -> dict[str, str]:
    """The standing as words, colour and shape."""
    tone, symbol = _TAGS[standing]
    return {"text": str(standing.label), "tone": tone, "symbol": symbol}


def code_of(line: Line) -> str:
    """“§ 4”."""
    return f"§ {line.paragraph}"


def duty_url(collaboration: Collaboration, paragraph: int) -> str:
    """The page of a duty."""
    return reverse("duty", args=[collaboration.slug, paragraph])


def headline(lines: Sequence[Line]) -> str:
    """What the register says in a sentence: the worst first."""
    counts = Counter(line.standing for line in lines)
    worst = next(standing for standing in WORST_FIRST if counts[standing])
    number = counts[worst]
    if worst == Standing.DECIDED:
        return _("Everything the law asks for is decided")
    if worst == Standing.OVERDUE:
        return ngettext(
            "One thing the law asks for is overdue", "%(number)s things the law asks for are overdue", number
        ) % {"number": number}
    if worst == Standing.MISSING:
        return ngettext(
            "One thing the law asks for is missing", "%(number)s things the law asks for are missing", number
        ) % {"number": number}
    if worst == Standing.DUE:
        return ngettext(
            "One thing the law asks for is due within 90 days",
            "%(number)s things the law asks for are due within 90 days",
            number,
        ) % {"number": number}
    return ngettext("One thing the law asks for is in progress", "%(number)s things are in progress", number) % {
        "number": number
    }


def line_row(collaboration: Collaboration, line: Line) -> dict[str, Any]:
    """A duty as the register shows it."""
    return {
        "code": code_of(line),
        "title": line.duty.title,
        "url": duty_url(collaboration, line.paragraph),
        "requires": line.requires,
        "is_checked": line.is_checked,
        "standing": standing_tag(line.standing),
        "is_renewing": bool(line.decision and line.item and line.item.begun_on),
        "decision": decision_row(line.decision) if line.decision else None,
        "due_on": line.due_on,
    }


def decision_row(decision: StatutoryDecision) -> dict[str, Any]:
    """A decision, and where the document it rests on can be read."""
    return {
        "pk": decision.pk,
        "decided_on": decision.decided_on,
        "body": decision.get_decided_by_body_display(),
        "registry_number": decision.registry_number,
        "document": document_of(decision),
        "due_on": decision.next_due_on,
        "due_reason": decision.due_reason,
        "struck_reason": decision.struck_reason,
        "is_struck": decision.struck_at is not None,
    }


def document_of(decision: StatutoryDecision) -> dict[str, str]:
    """What the document is called and its address: the page here, or the one that was given."""
    title, url = "", decision.address
    if decision.picture is not None:
        title, url = picture_title(decision.picture), picture_path(decision.picture)
    elif decision.plan_version is not None:
        title, url = version_title(decision.plan_version), version_url(decision.plan_version)
    elif decision.agreement is not None:
        title = decision.agreement.title
        url = reverse("agreement", args=[decision.collaboration.slug, decision.agreement_id])
    return {"title": decision.document or title or (decision.address and _("the document")) or "", "url": url}


def picture_title(picture: Picture) -> str:
    """“Väster, september–december 2026, version 2”."""
    return _("Situational picture of %(area)s, %(period)s, version %(version)s") % {
        "area": picture.area_name,
        "period": period_name(picture.period),
        "version": picture.version,
    }


def version_title(version: Any) -> str:
    """“H-3 Trygga torget, version 2”."""
    return _("%(plan)s, version %(version)s") % {
        "plan": f"{version.plan} {version.plan.title}",
        "version": version.number,
    }


# --- The year ---------------------------------------------------------------------------------------------------------


def entry_key(entry: YearEntry) -> str:
    """How an entry stands in addresses: what the platform begins with by its name, own ones by their number."""
    return entry.key or f"own-{entry.pk}"


def year_rows(
    collaboration: Collaboration,
    *,
    lines: Sequence[Line],
    agreements: Sequence[Held],
    entries: Sequence[YearEntry],
    today: dt.date,
) -> dict[str, Any]:
    """The year from this month on: what is late, each month with what falls in it, and what has no day."""
    rows = [*_duty_rows(collaboration, lines), *_agreement_rows(collaboration, agreements)]
    undated: list[dict[str, Any]] = []
    for entry in entries:
        row = _entry_row(collaboration, entry, today)
        (rows if row["on"] else undated).append(row)
    rows.sort(key=lambda row: (row["on"], row["title"]))
    months = [
        {
            "first": first,
            "name": capfirst(date_format(first, "F Y")),
            "short": date_format(first, "b"),
            "rows": [
                row
                for row in rows
                if row["on"] >= today and (row["on"].year, row["on"].month) == (first.year, first.month)
            ],
        }
        for first in year.months_from(today)
    ]
    return {
        "late": [row for row in rows if row["on"] < today],
        "months": months,
        "undated": undated,
        "wheel": wheel(months),
    }


def _duty_rows(collaboration: Collaboration, lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "on": line.due_on,
            "title": _("%(paragraph)s %(duty)s: a new decision")
            % {"paragraph": code_of(line), "duty": line.duty.title},
            "url": duty_url(collaboration, line.paragraph),
            "tag": standing_tag(line.standing) if line.standing != Standing.DECIDED else None,
            "is_checked": True,
            "has_day": True,
        }
        for line in lines
        if line.due_on is not None
    ]


def _agreement_rows(collaboration: Collaboration, agreements: Sequence[Held]) -> list[dict[str, Any]]:
    return [
        {
            "on": held.due_on,
            "title": held_title(held),
            "url": reverse("agreement", args=[collaboration.slug, held.agreement.pk]),
            "tag": standing_tag(held.standing) if held.standing != Standing.DECIDED else None,
            "is_checked": True,
            "has_day": True,
        }
        for held in agreements
        if not held.is_followed
    ]


def held_title(held: Held) -> str:
    """What is due of an agreement, in a sentence."""
    said = (
        _("The agreement “%(title)s” ends") if held.is_ending else _("Look the agreement “%(title)s” over")
    )  # fmt: skip
    return said % {"title": held.agreement.title}


def held_row(collaboration: Collaboration, held: Held) -> dict[str, Any]:
    """An agreement as the register shows it."""
    agreement = held.agreement
    names = sorted({party.organisation.name for party in agreement.parties.all()})
    signed = [party for party in agreement.parties.all() if party.signed_on is not None]
    standing = standing_tag(held.standing)
    if held.is_followed:
        standing = {"text": _("followed by another"), "tone": "neutral", "symbol": "arrow-right"}
    elif held.standing == Standing.DECIDED:
        standing = {"text": _("in force"), "tone": "success", "symbol": "check"}
    return {
        "title": agreement.title,
        "url": reverse("agreement", args=[collaboration.slug, agreement.pk]),
        "kind": agreement.get_kind_display(),
        "parties": ", ".join([*names, *agreement.outside_names]),
        "functions": ", ".join(sorted({party.function for party in signed if party.function})),
        "first_day": agreement.first_day,
        "last_day": agreement.last_day,
        "registry_number": agreement.registry_number,
        "due_on": held.due_on,
        "standing": standing,
    }


def _entry_row(collaboration: Collaboration, entry: YearEntry, today: dt.date) -> dict[str, Any]:
    on = year.next_time(entry.month, entry.day, today=today) if entry.month else None
    return {
        "on": on,
        "title": entry.title,
        "url": "",
        "edit_url": reverse("year_entry", args=[collaboration.slug, entry_key(entry)]),
        "tag": None,
        "is_checked": entry.is_checked or not entry.key,
        "has_day": entry.day is not None,
        "source": entry.source,
    }


_CENTRE, _INNER, _OUTER = 110, 62, 104


def wheel(months: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The twelve months as wedges of a ring, clockwise from the top. An ornament: the list says the same and more."""
    wedges = []
    for number, month in enumerate(months):
        start, end = (math.tau * (step / 12) - math.pi / 2 for step in (number, number + 1))
        middle = (start + end) / 2
        large, small = _on_ring(_OUTER, start), _on_ring(_OUTER, end)
        path = (
            f"M{_on_ring(_INNER, start)} L{large} A{_OUTER} {_OUTER} 0 0 1 {small}"
            f" L{_on_ring(_INNER, end)} A{_INNER} {_INNER} 0 0 0 {_on_ring(_INNER, start)} Z"
        )
        label_x, label_y = _on_ring((_INNER + _OUTER) / 2 + 8, middle).split(" ")
        count_x, count_y = _on_ring((_INNER + _OUTER) / 2 - 9, middle).split(" ")
        wedges.append(
            {
                "path": path,
                "short": month["short"],
                "x": label_x,
                "y": label_y,
                "count": len(month["rows"]),
                "count_x": count_x,
                "count_y": count_y,
            }
        )
    return wedges


def _on_ring(radius: float, angle: float) -> str:
    return f"{_CENTRE + radius * math.cos(angle):.1f} {_CENTRE + radius * math.sin(angle):.1f}"
