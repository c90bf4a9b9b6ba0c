"""What a report may say and what can happen to it when: limits, sentences and the life cycle. No people, no saving.

The entry form and the API ask row by row; an import asks the same questions a column at a time. Both take limits and
sentences from here, so that a row meets the same answer whichever way it comes in.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from numpy.typing import ArrayLike, NDArray

from analysis.hexagons import cell_centres, cells_of
from areas.models import Place, PlaceKind
from common.days import midnight
from common.errors import NotPossible
from incidents.models import Category, Incident, Photo, Status
from partners.models import Unit
from privacy import guard

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# --- The life of a report ---------------------------------------------------------------------------------------------

# An approved report can be returned: that is how a text that should never have been approved is taken out of sight.
NEXT: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.APPROVED, Status.RETURNED, Status.REJECTED, Status.MERGED, Status.PURGED},
    Status.RETURNED: {Status.SUBMITTED, Status.PURGED},
    Status.APPROVED: {Status.RETURNED, Status.MERGED, Status.PURGED},
    Status.REJECTED: {Status.PURGED},
    # A merged report goes back to what it was when somebody takes the reports apart.
    Status.MERGED: {Status.SUBMITTED, Status.APPROVED, Status.PURGED},
    Status.PURGED: set(),
}
# A photo that is removed is gone: its file is deleted, and only that there was one stays.
PHOTO_NEXT: dict[Photo.Status, set[Photo.Status]] = {
    Photo.Status.WAITING: {Photo.Status.APPROVED, Photo.Status.REMOVED},
    Photo.Status.APPROVED: {Photo.Status.REMOVED},
    Photo.Status.REMOVED: set(),
}
# What the reporter (or the own organisation) may still change.
EDITABLE = {Status.DRAFT, Status.RETURNED}


def check_move(incident: Incident, wanted: Status) -> None:
    """Refuse a step that the life cycle does not have."""
    now = Status(incident.status)
    if wanted not in NEXT[now]:
        raise NotPossible(
            _("A report that is %(now)s cannot become %(wanted)s.") % {"now": now.label, "wanted": wanted.label},
            code="impossible_move",
        )


def may_be_decided(incident: Incident, wanted: Status) -> bool:
    """Whether a review may take the report there. What is counted together with another is first taken apart."""
    return incident.status != Status.MERGED and wanted in NEXT[Status(incident.status)]


def check_decision(incident: Incident, wanted: Status, *, as_seen: str = "") -> None:
    """Refuse a decision that comes too late, or that the life cycle does not have.

    `as_seen` is the `state_of` the report that the page showed: whoever decides decides on what they have read.
    """
    if as_seen and as_seen != state_of(incident):
        now = Status(incident.status)
        if now == Status.SUBMITTED:
            sentence = _("%(ref)s has been corrected since you opened it. Read it again.")
        else:
            sentence = _("Somebody else was quicker: %(ref)s is %(now)s.")
        raise NotPossible(sentence % {"ref": incident.ref, "now": now.label}, code="already_decided")
    if incident.status == Status.MERGED:
        raise NotPossible(
            _("%(ref)s is counted together with another report. Take them apart first.") % {"ref": incident.ref},
            code="is_merged",
        )
    check_move(incident, wanted)


def state_of(incident: Incident) -> str:
    """What changes with every step and correction of a report: a page gives it back with the decision."""
    sent = incident.submitted_at
    return f"{incident.status} {sent.astimezone(dt.UTC).isoformat()}" if sent else str(incident.status)


def check_editable(incident: Incident) -> None:
    """Refuse changes to a report that has been sent in and not returned."""
    if Status(incident.status) not in EDITABLE:
        raise NotPossible(
            _("A report that is %(now)s cannot be changed. Ask the coordinator to return it.")
            % {"now": Status(incident.status).label},
            code="not_editable",
        )


class RejectReason(models.TextChoices):
    """Why a report is not let in. The code is what the log and the reporter get, never the text."""

    PERSONAL_DATA = "personal_data", _("it points at a person")
    OUT_OF_SCOPE = "out_of_scope", _("it is not about safety at a place")
    DUPLICATE = "duplicate", _("the same event is already reported")
    CANNOT_BE_USED = "cannot_be_used", _("it cannot be understood or placed")


# --- Limits -----------------------------------------------------------------------------------------------------------

EARLIEST_DAY = dt.date(1990, 1, 1)
# A phone's clock may be a little ahead of ours.
CLOCK_MAY_BE_AHEAD = dt.timedelta(minutes=10)
LONGEST_INTERVAL = dt.timedelta(days=366)
FORECAST_AT_MOST_AHEAD = dt.timedelta(days=366)
LONGEST_TEXT = 1000
HIGHEST_COST_SEK = 1_000_000_000
# A category's code: what files, addresses and other systems write.
CODE_PATTERN = r"^[-0-9A-Za-zÅÄÖåäö_.]{1,20}$"
# Leading = or @ always, and + or - when what follows calls or points at something: what a spreadsheet would run.
FORMULA_PATTERN = r"^\s*(?:[=@]|[+\-]\S.*[(|!])"
_FORMULA = re.compile(FORMULA_PATTERN, re.DOTALL)
# Resolution of the cells kept with each incident, and of those a private dwelling is moved to the centre of:
# a cell of resolution 10 is about 130 m across, a block.
CELL_RESOLUTION = 11
BLOCK_RESOLUTION = 10


# --- Sentences --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """A refusal: its code for programs and logs, the field it belongs to, and what to do, in the user's language."""

    code: str
    field: str
    text: _StrPromise | str

    def say(self, **values: Any) -> str:
        """The sentence in the language in use, with its values filled in."""
        return str(self.text) % values if values else str(self.text)

    def error(self, **values: Any) -> ValidationError:
        """The sentence as a form's error."""
        return ValidationError(self.text, code=self.code, params=values or None)


NO_DATE = Sentence("no_date", "occurred_from", _("Say when it happened: give at least a date."))
UNREADABLE_DATE = Sentence(
    "unreadable_date", "occurred_from", _("The date cannot be read. Write it as 2026-11-03 or 2026-11-03 21:30.")
)
UNREADABLE_END = Sentence(
    "unreadable_end", "occurred_to", _("The end cannot be read. Write it as 2026-11-03 or 2026-11-03 21:30.")
)
TOO_EARLY = Sentence("too_early", "occurred_from", _("The date is before 1990. Check the year."))
IN_THE_FUTURE = Sentence(
    "in_the_future",
    "occurred_from",
    _("The time lies ahead. Choose a category for what is expected, or check the date."),
)
END_IN_THE_FUTURE = Sentence(
    "end_in_the_future", "occurred_to", _("The end lies ahead. Give the latest time at which it can have happened.")
)
TOO_FAR_AHEAD = Sentence("too_far_ahead", "occurred_from", _("The date is more than a year ahead. Check the year."))
END_BEFORE_BEGINNING = Sentence("end_before_beginning", "occurred_to", _("The end comes before the beginning."))
INTERVAL_TOO_LONG = Sentence(
    "interval_too_long", "occurred_to", _("More than a year lies between beginning and end. Check the dates.")
)
NO_CATEGORY = Sentence("no_category", "category", _("Choose what happened."))
UNKNOWN_CATEGORY = Sentence(
    "unknown_category", "category", _("This category is not known here. Choose one from the list.")
)
CATEGORY_NOT_IN_USE = Sentence(
    "category_not_in_use", "category", _("The category was not in use on that day. Choose another, or check the date.")
)
CATEGORY_IS_A_GROUP = Sentence(
    "category_is_a_group", "category", _("This is a group of categories. Choose one of the categories in it.")
)
UNREADABLE_COORDINATE = Sentence(
    "unreadable_coordinate", "lon", _("The coordinates cannot be read. Write them as numbers, such as 16.18 and 58.59.")
)
HALF_A_POINT = Sentence("half_a_point", "lon", _("Give both longitude and latitude, or neither."))
COORDINATES_OUT_OF_RANGE = Sentence(
    "coordinates_out_of_range",
    "lon",
    _("There is no such point: longitude goes from -180 to 180 and latitude from -90 to 90. Are they swapped?"),
)
OUTSIDE_THE_EXTENT = Sentence(
    "outside_the_extent", "lon", _("The point lies far outside the collaboration. Check the coordinates.")
)
UNKNOWN_PLACE = Sentence("unknown_place", "place", _("This place is not known here. Choose one from the list."))
NO_PLACE = Sentence("no_place", "place", _("Say where it happened: point at the map or choose a place."))
TEXT_TOO_LONG = Sentence("text_too_long", "description", _("The text is longer than 1,000 characters. Shorten it."))
LOOKS_LIKE_A_FORMULA = Sentence(
    "looks_like_a_formula",
    "description",
    _("The text begins like a spreadsheet formula. Begin with a letter or a digit."),
)
PERSONAL_DATA_STRONG = Sentence(
    "personal_data_strong",
    "description",
    _("The text points at a person and cannot be sent. Describe the event and the place, not who."),
)
PERSONAL_DATA_WEAK = Sentence(
    "personal_data_weak",
    "description",
    _("The text may point at a person. Change it, or confirm that it does not."),
)
PERSONS_NEVER_KEPT = Sentence(
    "persons_never_kept",
    "description",
    _("Your organisation may not keep anything about a person. Take out what points at one and send the text again."),
)
UNREADABLE_NUMBER = Sentence(
    "unreadable_number", "cost_sek", _("The cost cannot be read. Write a whole number of SEK.")
)
COST_OUT_OF_RANGE = Sentence(
    "cost_out_of_range", "cost_sek", _("The cost is between 0 and 1,000,000,000 SEK. Check the number.")
)
UNSAFETY_OUT_OF_RANGE = Sentence("unsafety_out_of_range", "unsafety", _("Unsafety is a whole number from 1 to 5."))
SEVERITY_OUT_OF_RANGE = Sentence("severity_out_of_range", "severity", _("Severity is a whole number from 1 to 4."))

SENTENCES: dict[str, Sentence] = {
    sentence.code: sentence for sentence in list(globals().values()) if isinstance(sentence, Sentence)
}


# --- The questions, a row at a time -----------------------------------------------------------------------------------


def time_faults(
    occurred_from: dt.datetime | None, occurred_to: dt.datetime | None, *, kind: str | None, now: dt.datetime
) -> list[Sentence]:
    """What is wrong with the times of a report of this kind of category (None: not known, then taken as an event)."""
    if occurred_from is None:
        return [NO_DATE]
    # Two clock times of one zone are compared without it: an hour would be lost or won when the clocks change.
    occurred_from = occurred_from.astimezone(dt.UTC)
    occurred_to = occurred_to.astimezone(dt.UTC) if occurred_to is not None else None
    faults = []
    if timezone.localdate(occurred_from) < EARLIEST_DAY:
        faults.append(TOO_EARLY)
    if kind == Category.Kind.FORECAST:
        if occurred_from > now + FORECAST_AT_MOST_AHEAD:
            faults.append(TOO_FAR_AHEAD)
    elif occurred_from > now + CLOCK_MAY_BE_AHEAD:
        faults.append(IN_THE_FUTURE)
    if occurred_to is not None:
        if occurred_to < occurred_from:
            faults.append(END_BEFORE_BEGINNING)
        elif occurred_to - occurred_from > LONGEST_INTERVAL:
            faults.append(INTERVAL_TOO_LONG)
        elif kind == Category.Kind.EVENT and not faults and occurred_to > now + CLOCK_MAY_BE_AHEAD:
            faults.append(END_IN_THE_FUTURE)
    return faults


def category_faults(category: Category, day: dt.date, *, has_children: bool = False) -> list[Sentence]:
    """Whether a report of `day` may use the category. Groups hold categories and are not reported themselves."""
    if has_children:
        return [CATEGORY_IS_A_GROUP]
    if category.valid_from > day or (category.valid_to is not None and category.valid_to <= day):
        return [CATEGORY_NOT_IN_USE]
    return []


def check_heading(category: Category, *, has_children: bool) -> None:
    """The tree has two levels, headings and what stands under them: lists, filters and imports go no deeper."""
    heading = category.parent
    if heading is None:
        return
    if heading.collaboration_id != category.collaboration_id:
        raise NotPossible(_("The heading belongs to another collaboration."), code="other_collaboration")
    if heading.pk == category.pk or heading.parent_id is not None:
        raise NotPossible(_("Choose a heading that does not stand under another one."), code="not_a_heading")
    if has_children:
        raise NotPossible(
            _("Categories stand under this heading, so it cannot stand under another. Move them first."),
            code="has_children",
        )


def point_faults(
    lon: float | None, lat: float | None, *, extent: tuple[float, float, float, float] | None
) -> list[Sentence]:
    """What is wrong with a point; `extent` is west, south, east, north, or None where anything goes."""
    if lon is None and lat is None:
        return []
    if lon is None or lat is None:
        return [HALF_A_POINT]
    # A comparison with NaN is false, so what is no number is out of range as well.
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return [COORDINATES_OUT_OF_RANGE]
    if extent is not None:
        west, south, east, north = extent
        if not (west <= lon <= east and south <= lat <= north):
            return [OUTSIDE_THE_EXTENT]
    return []


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula and run it."""
    return _FORMULA.match(text) is not None


@dataclass(frozen=True, slots=True)
class TextFaults:
    """What is wrong with a text, and what the personal-data guard found in it (positions, never words)."""

    faults: list[Sentence]
    verdict: guard.Verdict


def text_faults(
    text: str, *, allowed: Set[str] = frozenset(), is_confirmed: bool = False, keeps_no_persons: bool = False
) -> TextFaults:
    """What is wrong with a free text. Weak hits pass when the writer has confirmed; strong ones never do.

    For an organisation that keeps no persons, a weak hit on one is as strong as any other.
    """
    faults = []
    if len(text) > LONGEST_TEXT:
        faults.append(TEXT_TOO_LONG)
    if looks_like_formula(text):
        faults.append(LOOKS_LIKE_A_FORMULA)
    verdict = guard.verdict(text, allowed=allowed, strict=keeps_no_persons) if text else guard.Verdict([], [])
    if verdict.strong:
        is_sure = not keeps_no_persons or any(guard.is_strong(hit.rule) for hit in verdict.strong)
        faults.append(PERSONAL_DATA_STRONG if is_sure else PERSONS_NEVER_KEPT)
    elif verdict.weak and not is_confirmed:
        faults.append(PERSONAL_DATA_WEAK)
    return TextFaults(faults, verdict)


# --- A whole report ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says happened, as the form and the API hand it over. Nothing here is stored as it stands."""

    category: Category | None
    occurred_from: dt.datetime | None
    occurred_to: dt.datetime | None = None
    is_day_only: bool = False
    lon: float | None = None
    lat: float | None = None
    # How exact the point is, where a phone measured it.
    accuracy_m: float | None = None
    place: Place | None = None
    place_type: str = ""
    unit: Unit | None = None
    source_kind: str = Incident.SourceKind.OWN
    certainty: str = ""
    unsafety: int | None = None
    persons: str = ""
    cost_sek: int | None = None
    description: str = ""
    is_text_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules need to know of the collaboration a report belongs to."""

    collaboration_id: int
    now: dt.datetime
    extent: tuple[float, float, float, float] | None = None
    # Names of the collaboration's places and areas, casefolded: never taken for persons.
    allowed_words: Set[str] = frozenset()
    group_ids: Set[int] = frozenset()
    # The report is of an organisation that may not keep anything about a person.
    keeps_no_persons: bool = False


def report_faults(report: Report, around: Surroundings) -> list[Sentence]:
    """Everything that is wrong with a report, in the order of its fields."""
    faults = []
    if report.category is None:
        faults.append(NO_CATEGORY)
    elif report.category.collaboration_id != around.collaboration_id:
        faults.append(UNKNOWN_CATEGORY)
    elif report.occurred_from is not None:
        faults += category_faults(
            report.category,
            _day_the_category_is_used(report.category, report.occurred_from, around.now),
            has_children=report.category.pk in around.group_ids,
        )
    kind = report.category.kind if report.category else None
    faults += time_faults(report.occurred_from, report.occurred_to, kind=kind, now=around.now)
    faults += point_faults(report.lon, report.lat, extent=around.extent)
    if report.place is not None and report.place.collaboration_id != around.collaboration_id:
        faults.append(UNKNOWN_PLACE)
    if report.cost_sek is not None and not 0 <= report.cost_sek <= HIGHEST_COST_SEK:
        faults.append(COST_OUT_OF_RANGE)
    if report.unsafety is not None and not 1 <= report.unsafety <= 5:
        faults.append(UNSAFETY_OUT_OF_RANGE)
    faults += text_faults(
        report.description,
        allowed=around.allowed_words,
        is_confirmed=report.is_text_confirmed,
        keeps_no_persons=around.keeps_no_persons,
    ).faults
    return faults


def _day_the_category_is_used(category: Category, occurred_from: dt.datetime, now: dt.datetime) -> dt.date:
    # What is expected is reported today, whatever day it is expected on.
    if category.kind == Category.Kind.FORECAST:
        return timezone.localdate(min(occurred_from, now))
    return timezone.localdate(occurred_from)


def stored_times(report: Report) -> tuple[dt.datetime, dt.datetime | None, Incident.TimePrecision]:
    """From, until and precision as they are kept. A day without a time runs from midnight to midnight."""
    if report.occurred_from is None:
        raise ValueError("A report without a time is not stored.")
    begins, ends = report.occurred_from, report.occurred_to
    if not report.is_day_only:
        if ends is None or ends == begins:
            return begins, None, Incident.TimePrecision.EXACT
        return begins, ends, Incident.TimePrecision.INTERVAL
    first, last = timezone.localdate(begins), timezone.localdate(ends or begins)
    precision = Incident.TimePrecision.DAY if first == last else Incident.TimePrecision.INTERVAL
    return midnight(first), midnight(last + dt.timedelta(days=1)), precision


# --- Where it was, and how exactly we may know ------------------------------------------------------------------------

# The common code stays the same when a collaboration renames a category, so the kind of place follows from it.
# A break-in may be in somebody's home and a disturbance usually is: the careful answer unless the reporter says more.
PLACE_TYPE_BY_COMMON_CODE: dict[str, Incident.PlaceType] = {
    "INB": Incident.PlaceType.PRIVATE,
    "OVR": Incident.PlaceType.PRIVATE,
    "OBE": Incident.PlaceType.SEMI_PUBLIC,
    "RYK": Incident.PlaceType.DIGITAL,
}


# What a named place is follows from its kind, where the category does not say more.
PLACE_TYPE_BY_PLACE_KIND: dict[str, Incident.PlaceType] = {
    PlaceKind.GARAGE: Incident.PlaceType.SEMI_PUBLIC,
    PlaceKind.STAIRWELL: Incident.PlaceType.SEMI_PUBLIC,
    PlaceKind.SHOP: Incident.PlaceType.SEMI_PUBLIC,
}
# A phone whose position is less exact than this does not know the entrance, only the block.
EXACT_WITHIN_M = 75


def place_type_for(category: Category, place: Place | None = None) -> Incident.PlaceType:
    """The kind of place to assume for a category, and then for a named place, when the report does not say."""
    by_place = PLACE_TYPE_BY_PLACE_KIND.get(place.kind, Incident.PlaceType.PUBLIC) if place else None
    return PLACE_TYPE_BY_COMMON_CODE.get(category.common_code, by_place or Incident.PlaceType.PUBLIC)


def point_precision(accuracy_m: float | None) -> Incident.Precision:
    """How exact a point is: a pin is where it was put, a measured position as good as the phone said."""
    if accuracy_m is None or accuracy_m <= EXACT_WITHIN_M:
        return Incident.Precision.EXACT
    return Incident.Precision.BLOCK


def is_kept_at_block(place_type: str) -> bool:
    """Whether the exact point must not be stored, and the block never drawn as a point."""
    return place_type == Incident.PlaceType.PRIVATE


def coarsen(lon: float, lat: float) -> tuple[float, float]:
    """The centre of the block (H3 cell of resolution 10) that holds the point."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise ValueError("A point has two finite coordinates.")
    centre = coarsen_points([lon], [lat])[0]
    return float(centre[0]), float(centre[1])


def coarsen_points(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
    """`coarsen` for whole arrays: the columns longitude and latitude, in the order given. Every point must be real."""
    return cell_centres(cells_of(lon, lat, BLOCK_RESOLUTION))
