"""Reports as pages, files and the API show them. Every field passes `permissions.fields_visible_to`."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from analysis.hexagons import cell_polygons, parent_cells
from areas.models import Place
from areas.names import with_area
from incidents import rules
from incidents.models import Category, Incident, Photo, Status
from incidents.permissions import fields_visible_to
from incidents.rules import RejectReason
from incidents.selections import SEVERAL, hours_in_words
from partners.models import Organisation
from privacy import guard
from ui import slots
from ui.days import day_words

STATUS_TONES = {
    Status.DRAFT: ("neutral", "ring"),
    Status.SUBMITTED: ("warning", "clock"),
    Status.APPROVED: ("success", "check"),
    Status.RETURNED: ("warning", "arrow-left"),
    Status.REJECTED: ("danger", "close"),
    Status.MERGED: ("neutral", "dot"),
    Status.PURGED: ("neutral", "dot"),
}


# --- One report, field by field ---------------------------------------------------------------------------------------


def values_shown_to(user: Any, incident: Incident) -> dict[str, Any]:
    """The report's fields that this person sees, as plain values. What is not theirs is not there at all."""
    everything = _values(incident)
    return {name: everything[name] for name in everything if name in fields_visible_to(user, incident)}


def _values(incident: Incident) -> dict[str, Any]:
    # A home is known by its block: whoever gets two numbers draws a point.
    is_home = rules.is_kept_at_block(incident.place_type)
    reporter = incident.reporter
    return {
        "id": incident.pk,
        "ref": incident.ref,
        "status": incident.status,
        "category": incident.category.code,
        "kind": incident.category.kind,
        "occurred_from": incident.occurred_from,
        "occurred_to": incident.occurred_to,
        "occurred_on": incident.occurred_on,
        "time_precision": incident.time_precision,
        "location": incident.location,
        "lon": None if is_home else incident.lon,
        "lat": None if is_home else incident.lat,
        "precision": incident.precision,
        "place_type": incident.place_type,
        "place": incident.place_id,
        "area": incident.area.slug if incident.area else None,
        "organisation": incident.organisation_id,
        "unit": incident.unit_id,
        "source_kind": incident.source_kind,
        "certainty": incident.certainty,
        "unsafety": incident.unsafety,
        "persons": incident.persons,
        "severity": incident.severity,
        "cost_sek": incident.cost_sek,
        "description": incident.description,
        "is_text_removed": incident.is_text_removed,
        "sharing": incident.sharing,
        "source": incident.source,
        "created_at": incident.created_at,
        "submitted_at": incident.submitted_at,
        "reviewed_at": incident.reviewed_at,
        "review_reason": incident.review_reason,
        "photos": number_of_photos(incident),
        "reporter_function": reporter.function if reporter else "",
        "reporter_name": reporter.name if reporter else "",
    }


def number_of_photos(incident: Incident) -> int:
    """How many approved photos it has, counted with the row (`queries.with_photos`) or now."""
    counted: int | None = getattr(incident, "approved_photos", None)
    return incident.photos.filter(status=Photo.Status.APPROVED).count() if counted is None else counted


# --- In words ---------------------------------------------------------------------------------------------------------


def when_in_words(incident: Incident) -> str:
    """The time as exactly as it is known, and no more."""
    begins = timezone.localtime(incident.occurred_from)
    precision = incident.time_precision
    if precision == Incident.TimePrecision.MONTH:
        return date_format(begins, "YEAR_MONTH_FORMAT")
    if precision == Incident.TimePrecision.DAY or incident.occurred_to is None:
        day = date_format(begins, "DATE_FORMAT")
        if precision == Incident.TimePrecision.DAY:
            return _("%(day)s, time not known") % {"day": day}
        return f"{day} {date_format(begins, 'H:i')}"
    ends = timezone.localtime(incident.occurred_to)
    first = f"{date_format(begins, 'DATE_FORMAT')} {date_format(begins, 'H:i')}"
    is_same_day = begins.date() == ends.date()
    last = date_format(ends, "H:i") if is_same_day else f"{date_format(ends, 'DATE_FORMAT')} {date_format(ends, 'H:i')}"
    return _("between %(first)s and %(last)s") % {"first": first, "last": last}


def when_in_short(incident: Incident) -> str:
    """The beginning alone, for a list: day, and the time where it is known."""
    begins = timezone.localtime(incident.occurred_from)
    if incident.time_precision == Incident.TimePrecision.MONTH:
        return date_format(begins, "YEAR_MONTH_FORMAT")
    day = f"{begins:%Y-%m-%d}"
    if incident.time_precision == Incident.TimePrecision.EXACT:
        return f"{day} {begins:%H:%M}"
    return day if incident.time_precision == Incident.TimePrecision.DAY else _("%(day)s, uncertain") % {"day": day}


def where_in_words(incident: Incident, *, near: tuple[Place, float] | None = None) -> str:
    """The place as people say it. `near` is the nearest named place and how many metres away it lies."""
    area = incident.area.name if incident.area else ""
    if incident.location == Incident.Location.NONE:
        return _("Place not known")
    if rules.is_kept_at_block(incident.place_type):
        where = _("In or at somebody's home, kept by block")
    elif incident.place is not None:
        where = incident.place.name
    elif near is not None:
        place, distance_m = near
        where = _("About %(distance)s m from %(place)s") % {
            "distance": max(10, 10 * round(distance_m / 10)),
            "place": place.name,
        }
    else:
        where = _("A point on the map")
    if incident.location == Incident.Location.OUTSIDE:
        return _("%(where)s, outside the areas") % {"where": where}
    return with_area(where, area)


def where_in_short(incident: Incident) -> str:
    """The place in a list: the named place and its area, or the area alone."""
    area = incident.area.name if incident.area else ""
    if incident.location == Incident.Location.NONE:
        return _("Place not known")
    if rules.is_kept_at_block(incident.place_type):
        where = pgettext("place of a report", "A home")
    elif incident.place is not None:
        where = incident.place.name
    else:
        where = ""
    if incident.location == Incident.Location.OUTSIDE:
        return _("%(where)s, outside the areas") % {"where": where} if where else _("Outside the areas")
    return with_area(where, area) or _("A point on the map")


def tag_of(incident: Incident) -> dict[str, str]:
    """The status as a tag: word, tone and symbol."""
    tone, symbol = STATUS_TONES[Status(incident.status)]
    return {"text": incident.get_status_display(), "tone": tone, "symbol": symbol}


def review_reason_in_words(incident: Incident) -> str:
    """Why a report was returned or rejected; the reasons for rejection are codes."""
    if incident.status == Status.REJECTED and incident.review_reason in RejectReason.values:
        return str(RejectReason(incident.review_reason).label)
    return incident.review_reason


# --- The list ---------------------------------------------------------------------------------------------------------


def time_in_list(incident: Incident) -> str:
    """The time of a row that stands under its day; nothing where only the day is known."""
    begins = timezone.localtime(incident.occurred_from)
    precision = incident.time_precision
    if precision in (Incident.TimePrecision.DAY, Incident.TimePrecision.MONTH):
        return ""
    if begins.date() != incident.occurred_on:
        return when_in_short(incident)
    return f"{begins:%H:%M}" if precision == Incident.TimePrecision.EXACT else _("time uncertain")


def day_in_list(incident: Incident, today: dt.date) -> str:
    """The heading a row stands under: its day as people say it, or its month when no more is known."""
    day = incident.occurred_on
    if incident.time_precision == Incident.TimePrecision.MONTH:
        return capfirst(date_format(day, "YEAR_MONTH_FORMAT"))
    return day_words(day, today)


def by_day(rows: Iterable[dict[str, Any]], today: dt.date) -> list[dict[str, Any]]:
    """The rows of a list under their days, each day's latest first; those without a time of day come last in it."""

    def latest_first(row: dict[str, Any]) -> tuple[bool, dt.datetime]:
        return bool(row["time"]), row["incident"].occurred_from

    days = groupby(rows, lambda row: day_in_list(row["incident"], today))
    return [{"day": day, "rows": sorted(found, key=latest_first, reverse=True)} for day, found in days]


def shortcuts(
    query: QueryDict, *, today: dt.date, to_review: int | None, to_answer: int, has_own: bool
) -> list[dict[str, Any]]:
    """The questions a list of reports is asked most, one press each. `query` is the page's own, without its place."""
    week = (today - dt.timedelta(days=6)).isoformat()
    asked: list[tuple[str, int | None, str]] = []
    if to_review is not None:
        asked.append((_("To review"), to_review, "status=submitted"))
    if to_answer:
        asked.append((_("Waiting for your answer"), to_answer, "mine=true&status=returned"))
    asked.append((_("All reports"), None, ""))
    asked.append((_("Last seven days"), None, f"since={week}"))
    if has_own:
        asked.append((_("My own"), None, "mine=true"))
    current = {name: value for name, value in query.dict().items() if value and name != "view"}
    return [
        {"text": text, "count": count, "query": asks, "is_current": QueryDict(asks).dict() == current}
        for text, count, asks in asked
    ]


def chosen_filters(form: Form, query: QueryDict) -> list[dict[str, str]]:
    """What the list is narrowed to, in words, each with the query that lets go of it."""
    chosen: list[dict[str, str]] = []
    if not form.is_valid():
        return chosen
    for bound in form:
        value = form.cleaned_data.get(bound.name)
        if value in (None, "") or bound.name in ("hour_from", "hour_to"):
            continue
        label = str(bound.label)
        if bound.name in SEVERAL:
            names = _names_of(bound.field)
            for one in query.getlist(bound.name):
                rest = query.copy()
                rest.setlist(bound.name, [other for other in query.getlist(bound.name) if other != one])
                if one:
                    chosen.append({"label": label, "text": names.get(one, one), "query": rest.urlencode()})
            continue
        rest = query.copy()
        rest.pop(bound.name, None)
        if isinstance(value, dt.date):
            text = f"{label.lower()} {value:%Y-%m-%d}"
        else:
            text = str(dict(getattr(bound.field, "choices", ())).get(value, value))
        chosen.append({"label": label, "text": text, "query": rest.urlencode()})
    return [*chosen, *_hours_chosen(form, query)]


def _names_of(field: Any) -> dict[str, str]:
    """What each choice is called, also those that stand under a heading."""
    names: dict[str, str] = {}
    for value, label in field.widget.choices:
        rows = label if isinstance(label, list | tuple) else [(value, label)]
        names |= {str(one): str(name) for one, name in rows}
    return names


def _hours_chosen(form: Form, query: QueryDict) -> list[dict[str, str]]:
    """The hours as one: half of them means little."""
    asked = [form.cleaned_data.get(name) for name in ("hour_from", "hour_to")]
    first, last = (None if hour in (None, "") else int(hour) for hour in asked)
    if first is None and last is None:
        return []
    rest = query.copy()
    for name in ("hour_from", "hour_to"):
        rest.pop(name, None)
    text = _("between %(hours)s") % {"hours": hours_in_words(first, last)}
    return [{"label": _("Time of day"), "text": text, "query": rest.urlencode()}]


def list_rows(user: Any, incidents: Iterable[Incident]) -> list[dict[str, Any]]:
    """The rows of the list: what, when, where, for those who see it who reported, and what became of one's own."""
    listed = list(incidents)
    became = slots.fill("report.receipt", user, [incident for incident in listed if incident.reporter_id == user.pk])
    rows = []
    for incident in listed:
        fields = fields_visible_to(user, incident)
        rows.append(
            {
                "incident": incident,
                "what": str(incident.category),
                "time": time_in_list(incident),
                "where": where_in_short(incident),
                "who": incident.organisation.name if "organisation" in fields else "",
                "tag": tag_of(incident),
                "is_event": incident.category.kind == Category.Kind.EVENT,
                "kind": incident.category.get_kind_display(),
                "receipt": became.get(incident.pk, []),
            }
        )
    return rows


# --- The page of one report -------------------------------------------------------------------------------------------


def facts_of(user: Any, incident: Incident) -> list[dict[str, Any]]:
    """What the page of a report tells this person besides what, where and when, which head it; the text comes first.

    What was never filled in is left out.
    """
    fields = fields_visible_to(user, incident)
    facts: list[dict[str, Any]] = []

    def add(field: str, label: str, value: Any) -> None:
        if field in fields and value not in ("", None):
            facts.append({"label": label, "value": value})

    add("description", _("Text"), incident.description)
    if "is_text_removed" in fields and incident.is_text_removed:
        facts.append({"label": _("Text"), "value": _("The text has been removed because it pointed at a person.")})
    elif "is_text_removed" in fields and incident.text_purged_at:
        facts.append({"label": _("Text"), "value": _("The text has been deleted: its time was over.")})
    if incident.category.kind != Category.Kind.EVENT:
        add("kind", _("Kind"), incident.category.get_kind_display())
    add("place_type", _("Kind of place"), incident.get_place_type_display())
    add("precision", _("How exact is the place"), incident.get_precision_display())
    add("source_kind", _("How it is known"), incident.get_source_kind_display())
    add("certainty", _("How certain"), incident.get_certainty_display())
    add("unsafety", _("How unsafe it made people feel (1–5)"), incident.unsafety)
    add("persons", _("How many people"), incident.get_persons_display())
    add("severity", _("Severity (1–4)"), incident.severity)
    add("cost_sek", _("Estimated cost, SEK"), incident.cost_sek)
    add("organisation", _("Organisation"), incident.organisation.name)
    add("unit", _("Unit"), str(incident.unit) if incident.unit else "")
    if incident.reporter is not None:
        add("reporter_name", _("Reported by"), incident.reporter.name)
        add("reporter_function", _("Reporter's function"), incident.reporter.function)
    add("source", _("Comes from"), incident.source)
    if incident.submitted_at:
        add("submitted_at", _("Sent in"), date_format(timezone.localtime(incident.submitted_at), "DATETIME_FORMAT"))
    if incident.reviewed_at:
        add("reviewed_at", _("Reviewed"), date_format(timezone.localtime(incident.reviewed_at), "DATETIME_FORMAT"))
    add("sharing", _("Who else sees it"), _shared_with(incident))
    return facts


def _shared_with(incident: Incident) -> str:
    if Organisation.Sharing.COUNTS in {incident.sharing, incident.organisation.sharing}:
        return _("Others see counts only.")
    if incident.category.is_sensitive:
        return _("Police, coordinators and analysts in the area see category, place and time. No text.")
    return _("Those who work with the area see category, place and time. No text.")


def guard_findings(text: str, words: frozenset[str]) -> list[str]:
    """What a reviewer should look at in a text, in sentences."""
    hits = guard.find_personal_data(text, allowed=words) if text else []
    return list(dict.fromkeys(str(guard.sentence_for(hit.rule)) for hit in hits))


# --- The file ---------------------------------------------------------------------------------------------------------

# The columns of the file, in order: the field and its heading.
EXPORT_COLUMNS = (
    ("ref", gettext_lazy("Number")),
    ("category", gettext_lazy("Category code")),
    ("category_name", gettext_lazy("Category")),
    ("kind", gettext_lazy("Kind")),
    ("occurred_from", gettext_lazy("From")),
    ("occurred_to", gettext_lazy("Until")),
    ("time_precision", gettext_lazy("How exact is the time")),
    ("area_name", gettext_lazy("Area")),
    ("place_name", gettext_lazy("Place")),
    ("lon", gettext_lazy("Longitude")),
    ("lat", gettext_lazy("Latitude")),
    ("precision", gettext_lazy("How exact is the point")),
    ("location", gettext_lazy("On the map")),
    ("place_type", gettext_lazy("Kind of place")),
    ("status", gettext_lazy("Status")),
    ("organisation_name", gettext_lazy("Organisation")),
    ("unit_name", gettext_lazy("Unit")),
    ("reporter_function", gettext_lazy("Reporter's function")),
    ("source_kind", gettext_lazy("How it is known")),
    ("certainty", gettext_lazy("How certain")),
    ("unsafety", gettext_lazy("Unsafety (1–5)")),
    ("persons", gettext_lazy("How many people")),
    ("severity", gettext_lazy("Severity (1–4)")),
    ("cost_sek", gettext_lazy("Estimated cost, SEK")),
    ("description", gettext_lazy("Text")),
    ("photos", gettext_lazy("Approved photos")),
)
# Which field decides whether a column of the file is shown.
_DECIDED_BY = {
    "category_name": "category",
    "area_name": "area",
    "place_name": "place",
    "organisation_name": "organisation",
    "unit_name": "unit",
}
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula. Numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_STARTS_FORMULA):
        return "'" + value
    return value


def export_lines(user: Any, incidents: Iterable[Incident]) -> Iterator[str]:
    """The file line by line: UTF-8 with a mark and semicolons, as a Swedish spreadsheet opens it."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow([str(heading) for _field, heading in EXPORT_COLUMNS])
    hidden = _("(not shared)")
    for incident in incidents:
        visible = fields_visible_to(user, incident)
        values = {**_values(incident), **_named(incident)}
        yield writer.writerow(
            [
                safe_cell(values[field]) if _DECIDED_BY.get(field, field) in visible else hidden
                for field, _heading in EXPORT_COLUMNS
            ]
        )


def _named(incident: Incident) -> dict[str, Any]:
    def clock(moment: Any) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""

    return {
        "category_name": str(incident.category),
        "kind": incident.category.get_kind_display(),
        "occurred_from": clock(incident.occurred_from),
        "occurred_to": clock(incident.occurred_to),
        "time_precision": incident.get_time_precision_display(),
        "area_name": incident.area.name if incident.area else "",
        "place_name": incident.place.name if incident.place else "",
        "precision": incident.get_precision_display(),
        "location": incident.get_location_display(),
        "place_type": incident.get_place_type_display(),
        "status": incident.get_status_display(),
        "organisation_name": incident.organisation.name,
        "unit_name": incident.unit.name if incident.unit else "",
        "source_kind": incident.get_source_kind_display(),
        "certainty": incident.get_certainty_display(),
        "persons": incident.get_persons_display(),
    }


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


# --- The map ----------------------------------------------------------------------------------------------------------


def map_features(incidents: Iterable[Incident], url: str, layer: str = "") -> list[dict[str, Any]]:
    """Points for what happened outdoors, and the whole block for what happened in somebody's home.

    `url` is the address of a report with `{pk}` in it; `layer` is points, blocks, or nothing for both.
    """
    features = []
    for incident in incidents:
        is_block = rules.is_kept_at_block(incident.place_type)
        if incident.cell is None or layer == ("points" if is_block else "blocks"):
            continue
        properties = {
            "id": incident.pk,
            # Without a name no label is drawn: hundreds of them would hide the map.
            "text": f"{incident.category}, {when_in_short(incident)}, {where_in_short(incident)}",
            "url": url.format(pk=incident.pk),
        }
        if is_block:
            block = parent_cells([incident.cell], rules.BLOCK_RESOLUTION)
            geometry: dict[str, Any] = {"type": "Polygon", "coordinates": cell_polygons(block)}
        else:
            geometry = {"type": "Point", "coordinates": [incident.lon, incident.lat]}
        features.append({"type": "Feature", "id": incident.pk, "geometry": geometry, "properties": properties})
    return features
