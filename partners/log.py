"""The log as a reader asks for it: what kind of line, by whom, about what, when; a page at a time."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import InvalidPage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.models import Event, EventQuerySet
from common.days import midnight
from partners import presenters
from partners.models import Collaboration, LogReview, Membership
from partners.roles import Role
from ui.days import day_words

PAGE_SIZE = 50


class Kind(models.TextChoices):
    """What a line of the log is about, as data protection asks for it."""

    READS = "reads", gettext_lazy("what was read")
    EXPORTS = "exports", gettext_lazy("what was taken out")
    CHANGES = "changes", gettext_lazy("what was changed")
    PERMISSIONS = "permissions", gettext_lazy("who may do what")
    SIGN_INS = "sign_ins", gettext_lazy("signing in")
    PURGES = "purges", gettext_lazy("what was purged")


_KINDS: dict[str, Kind] = {
    **dict.fromkeys(["log_read", "log_sample_read"], Kind.READS),
    **dict.fromkeys(["calendar_read"], Kind.EXPORTS),
    **dict.fromkeys(["log_exported"], Kind.EXPORTS),
    **dict.fromkeys(["signed_in", "signed_out", "sign_in_failed", "token_refused"], Kind.SIGN_INS),
    **dict.fromkeys(
        [
            "person_invited", "person_deactivated", "person_reactivated", "role_given", "role_changed", "role_ended",
            "role_areas_chosen", "group_areas_chosen", "group_seat_given", "group_seat_ended", "token_created",
            "token_revoked", "sharing_changed", "calendar_key_made", "calendar_key_revoked",
        ],
        Kind.PERMISSIONS,
    ),
    **dict.fromkeys(["purged", "hold_placed", "hold_lifted", "retention_rule_changed"], Kind.PURGES),
}  # fmt: skip


def sort_actions(kind: Kind, *codes: str) -> None:
    """Let a room above say what its codes are about; whatever nobody sorts is a change."""
    _KINDS.update(dict.fromkeys(codes, kind))


def kind_of(action: str) -> Kind:
    """What a code of the log is about."""
    return _KINDS.get(action, Kind.CHANGES)


def codes_of(kind: str) -> list[str]:
    """The codes of a kind, among those the log has words for."""
    return sorted(code for code in presenters.ACTION_WORDS if kind_of(code) == kind)


# --- Whose row a reference names --------------------------------------------------------------------------------------

# The type of the thing, and what finds its number in what people write ("H-123"): None when it is not such a reference.
_REFERENCES: list[tuple[str, Callable[[str], str | None]]] = []


def register_references(subject_type: str, find: Callable[[str], str | None]) -> None:
    """Let a room above have its things found in the log by the number people say to each other."""
    _REFERENCES[:] = [pair for pair in _REFERENCES if pair[0] != subject_type] + [(subject_type, find)]


def prefixed(prefix: str) -> Callable[[str], str | None]:
    """What finds the number in “H-123”, also when it is written h 123 or H123."""
    pattern = re.compile(rf"\s*{re.escape(prefix)}[-– ]?([0-9]{{1,18}})\s*", re.IGNORECASE)

    def find(text: str) -> str | None:
        found = pattern.fullmatch(text)
        return str(int(found[1])) if found else None

    return find


def reference(text: str) -> tuple[str, str] | None:
    """The type and id of the thing a reference names; None when it names nothing we know."""
    for subject_type, find in _REFERENCES:
        found = find(text)
        if found is not None:
            return subject_type, found
    return None


# --- Filters ----------------------------------------------------------------------------------------------------------


def events_of(user: Any, collaboration: Collaboration, wanted: dict[str, Any]) -> EventQuerySet:
    """The lines of one collaboration's log that the reader asks for.

    Each condition has an index beside the collaboration and the time, so that a page costs the same in a log of ten
    lines and of millions.
    """
    events = Event.objects.visible_to(user).filter(collaboration_id=collaboration.pk)
    what = wanted.get("action") or ""
    if what in Kind.values:
        events = events.filter(action__in=codes_of(what))
    elif what:
        events = events.filter(action=what)
    if wanted.get("person"):
        events = events.filter(actor_id=wanted["person"])
    if wanted.get("organisation"):
        events = events.filter(organisation_id=wanted["organisation"])
    if wanted.get("subject"):
        events = events.filter(about(wanted["subject"]))
    if wanted.get("first_day"):
        events = events.filter(at__gte=midnight(wanted["first_day"]))
    # The last day of the calendar is no limit, and has no day after it.
    if wanted.get("last_day") and wanted["last_day"] < dt.date.max:
        events = events.filter(at__lt=midnight(wanted["last_day"] + dt.timedelta(days=1)))
    return events


def about(text: str) -> Q:
    """Lines about the thing a reference names, also where it stood on a page with others."""
    found = reference(text)
    if found is None:
        return Q(pk__in=[])
    subject_type, pk = found
    one = Q(subject_type=subject_type, subject_id=pk)
    # Compared as JSON, which the index on the ids of a page can answer.
    several = Q(details__ids__contains=[int(pk)]) & Q(details__has_key="ids", details__of=subject_type)
    return one | several


def people_of(collaboration: Collaboration) -> list[tuple[int, str]]:
    """Everybody who has held a role here, by function and organisation: whom the log can be asked about."""
    rows = (
        Membership.objects.filter(collaboration=collaboration)
        .order_by("user__function", "organisation__name")
        .values_list("user_id", "user__function", "organisation__name")
        .distinct()
    )
    labels: dict[int, tuple[str, list[str]]] = {}
    for user_id, function, organisation in rows:
        labels.setdefault(user_id, (function, []))[1].append(organisation)
    return [(user_id, ", ".join([function, *names])) for user_id, (function, names) in labels.items()]


# --- Pages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One page of lines, newest first, and the marks of the pages beside it."""

    events: list[Event]
    previous: str
    next: str


_MARK = re.compile(r"([ab])([0-9]{1,19})-([0-9]{1,18})")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def page_of(events: EventQuerySet, cursor: str = "", *, size: int = PAGE_SIZE) -> Page:
    """The page at a mark. It costs the same however far back it lies, and new lines do not move it."""
    if not cursor:
        found = list(events.order_by("-at", "-pk")[: size + 1])
        shown = found[:size]
        return Page(shown, previous="", next=_mark("a", shown[-1]) if len(found) > size else "")
    mark = _MARK.fullmatch(cursor)
    if mark is None:
        raise InvalidPage(cursor)
    try:
        at, pk = _EPOCH + dt.timedelta(microseconds=int(mark[2])), int(mark[3])
    except OverflowError as error:
        raise InvalidPage(cursor) from error
    if mark[1] == "b":
        newer = events.filter(at__gte=at).filter(Q(at__gt=at) | Q(pk__gt=pk)).order_by("at", "pk")
        found = list(newer[: size + 1])
        shown, has_previous, has_next = found[:size][::-1], len(found) > size, True
    else:
        older = events.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=pk)).order_by("-at", "-pk")
        found = list(older[: size + 1])
        shown, has_previous, has_next = found[:size], True, len(found) > size
    return Page(
        shown,
        previous=_mark("b", shown[0]) if shown and has_previous else "",
        next=_mark("a", shown[-1]) if shown and has_next else "",
    )


def _mark(direction: str, event: Event) -> str:
    return f"{direction}{(event.at - _EPOCH) // dt.timedelta(microseconds=1)}-{event.pk}"


# --- Lines in words ---------------------------------------------------------------------------------------------------


def by_day(events: Iterable[Event], today: dt.date) -> list[dict[str, Any]]:
    """The lines of a page under their days, as people say them."""
    lines = [line_of(event) for event in events]
    days = groupby(lines, lambda line: timezone.localdate(line["event"].at))
    return [{"day": day_words(day, today), "lines": list(found)} for day, found in days]


def line_of(event: Event) -> dict[str, Any]:
    """One line as a page shows it."""
    return {
        "event": event,
        "action": presenters.action_in_words(event.action),
        "role": presenters.role_in_words(event.role),
        "details": details_in_words(event.details),
    }


_NAMES = {
    "purpose": gettext_lazy("purpose"),
    "purpose_words": gettext_lazy("for"),
    "rows": gettext_lazy("rows"),
    "filters": gettext_lazy("filter"),
    "where": gettext_lazy("where"),
    "reason": gettext_lazy("reason"),
    "page": gettext_lazy("page"),
    "token": gettext_lazy("key"),
    "role": gettext_lazy("role"),
    "was": gettext_lazy("was"),
    "fields": gettext_lazy("fields"),
    "changed": gettext_lazy("changed"),
    "version": gettext_lazy("version"),
    "number": gettext_lazy("how many"),
    "before": gettext_lazy("from before"),
    "kind": gettext_lazy("what"),
    "days": gettext_lazy("days"),
    "until": gettext_lazy("until"),
    "run": gettext_lazy("run"),
    "hash": gettext_lazy("proof"),
    "month": gettext_lazy("month"),
    "finding": gettext_lazy("finding"),
    "people": gettext_lazy("how many people"),
    "text_version": gettext_lazy("version of the text"),
    "approved_own_text": gettext_lazy("approved a text of one's own"),
    "list_year": gettext_lazy("year of the list"),
    "category": gettext_lazy("category"),
    "period": gettext_lazy("period"),
    "profile": gettext_lazy("profile"),
    "is_active": gettext_lazy("active"),
    "is_trusted": gettext_lazy("trusted"),
    "into": gettext_lazy("counted together with"),
    "was_in": gettext_lazy("was counted together with"),
    "now": gettext_lazy("now"),
    "expires_on": gettext_lazy("until"),
    "seed": gettext_lazy("seed of the random numbers"),
    "photo": gettext_lazy("photo"),
    "weekday": gettext_lazy("weekday"),
    "hour": gettext_lazy("hour"),
}
# What is worth a word only where it is so.
_ONLY_WHERE_TRUE = {"approved_own_text"}
# Where somebody read a text.
_WHERE = {
    "page": gettext_lazy("the report's page"),
    "review": gettext_lazy("the review queue"),
    "api": gettext_lazy("the API"),
}


# What stands in the log as a code, and the words for it.
_ARE_CODES = {"role", "was", "now"}
_CODES: dict[str, Any] = dict(Role.choices)


def describe_codes(words: Mapping[str, Any]) -> None:
    """Let a room above say in words what its things were and are now."""
    _CODES.update(words)


def details_in_words(details: dict[str, Any]) -> list[str]:
    """What a line holds besides, each part with its name; the ids of a page are told as how many they are."""
    from partners import retention
    from partners.purposes import purpose_in_words

    parts = []
    for key, value in details.items():
        if key == "of" or value in ("", None, [], {}) or (key in _ONLY_WHERE_TRUE and not value):
            continue
        if key == "ids":
            parts.append(ngettext("%(count)d report", "%(count)d reports", len(value)) % {"count": len(value)})
            continue
        if key == "purpose":
            value = purpose_in_words(str(value))
        elif key == "where":
            value = _WHERE.get(str(value), value)
        elif key == "finding" and value in LogReview.Finding.values:
            value = LogReview.Finding(value).label
        elif key == "kind" and (kept := retention.kind_named(str(value))) is not None:
            value = kept.label
        elif isinstance(value, dict):
            value = ", ".join(f"{_NAMES.get(name, name)} {_plain(_word(one))}" for name, one in value.items())
        else:
            value = _plain(_word(value) if key in _ARE_CODES else value)
        parts.append(f"{_NAMES.get(key, key)}: {value}")
    return parts


def _word(value: Any) -> Any:
    return _CODES.get(value, value) if isinstance(value, str) else value


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# --- The file ---------------------------------------------------------------------------------------------------------


def export_lines(events: EventQuerySet) -> Iterator[str]:
    """The log as a file: UTF-8 with a mark and semicolons, as a Swedish spreadsheet opens it."""
    writer = csv.writer(_Echo(), delimiter=";")
    headings = [_("When"), _("Who"), _("Organisation"), _("Role"), _("What was done"), _("With what"), _("Details")]
    yield "\ufeff" + writer.writerow(headings)
    for event in events.order_by("-at", "-pk").iterator(chunk_size=2000):
        row = [
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
            event.actor_label,
            event.organisation_label,
            presenters.role_in_words(event.role),
            presenters.action_in_words(event.action),
            event.subject_label,
            "; ".join(details_in_words(event.details)),
        ]
        yield writer.writerow([safe_cell(value) for value in row])


_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + value if value.startswith(_STARTS_FORMULA) else value


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value
