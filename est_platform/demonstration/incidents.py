"""The generated rows as they stand in the database: areas found by their points, homes kept at the block, statuses."""

from __future__ import annotations

import datetime as dt
import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
from django.utils import timezone
from numpy.typing import NDArray

from analysis.periods import Period
from areas.access import descendants
from areas.locating import index_of
from areas.models import Area, Boundary, Place
from est_platform.demonstration import cast, texts
from est_platform.demonstration.copying import copy_rows
from est_platform.demonstration.generator import OUTSIDE, AreaShape, Ints, Spot, generate
from est_platform.demonstration.imports import with_batches
from est_platform.demonstration.photos import TAKE_PHOTOS, WAITING_WITH_PHOTOS
from incidents.coverage import deadlines
from incidents.importing.placing import place
from incidents.models import Category, Incident, Status
from incidents.rules import RejectReason
from partners.models import Collaboration, Unit, User

# What waits on the review page: how many of the last two weeks' own reports are in each state, newest first. Two more
# wait: two units' reports of the same event.
WAITING = ((Status.SUBMITTED, 12), (Status.RETURNED, 3), (Status.REJECTED, 3))
DRAFTS = 3
WAITING_DAYS = 14
OWN_REPORTS_DAYS, OWN_REPORTS_OF_FIVE = 365, 2
# Whose latest file waits for somebody to approve it as a whole.
WAITING_SOURCE = "vaktrapport"
# The second of two reports of the same event: by whom, how much later and how far away, and what it is called.
SECOND_UNIT, SECOND_MINUTES, SECOND_DEGREES, SECOND = "Fältgruppen", 20, 0.0002, "-again"


def load_incidents(collaboration: Collaboration, people: dict[str, User], *, seed: int, until: dt.date) -> int:
    """Generate the collaboration's past up to a day and store it; return how many rows it has."""
    rows = generate(area_shapes(collaboration), seed=seed, until=until)
    # What the rest of today brings is not known yet.
    now = min(timezone.now(), timezone.make_aware(dt.datetime.combine(until, dt.time.max)))
    rows = rows[rows["known_at"] <= now]
    rows = _without_late_unit(rows, deadlines.closed_period(deadlines.rhythm_of(collaboration), now))
    rows = _with_second_report(rows, until)
    rows = place(rows.assign(keep_at_block=rows["precision"] == Incident.Precision.BLOCK), index_of(collaboration))
    rows = _with_relations(rows, collaboration)
    rows = with_batches(rows, collaboration, people, until)
    rows = _with_reporters(rows, people, until)
    rows = _with_statuses(rows, people, seed, until)
    copy_rows(Incident, _as_table(rows, collaboration))
    return len(rows)


def area_shapes(collaboration: Collaboration) -> list[AreaShape]:
    """The areas the collaboration reports by, with boundaries of today's and places."""
    areas = Area.objects.filter(collaboration=collaboration, kind=collaboration.reporting_kind).order_by("slug")
    places: dict[int | None, list[Spot]] = {}
    in_use = Place.objects.in_use().filter(collaboration=collaboration).order_by("name")
    for row in in_use.values_list("area_id", "pk", "name", "kind", "lon", "lat"):
        places.setdefault(row[0], []).append(Spot(*row[1:]))
    boundaries = Boundary.objects.filter(area__in=areas, valid_to=None).order_by("valid_from")
    polygons = {boundary.area_id: boundary.polygon for boundary in boundaries}
    return [
        AreaShape(
            area.slug,
            polygons[area.pk],
            tuple(spot for pk in sorted(descendants(collaboration.pk, [area.pk])) for spot in places.get(pk, [])),
        )
        for area in areas
        if area.pk in polygons
    ]


def _without_late_unit(rows: pd.DataFrame, closed: Period) -> pd.DataFrame:
    """Somebody has still to tell of the last closed week."""
    in_week = rows["occurred_on"].between(pd.Timestamp(closed.start), pd.Timestamp(closed.last_day))
    return rows[~(in_week & (rows["unit"] == cast.LATE_UNIT))].reset_index(drop=True)


def _with_second_report(rows: pd.DataFrame, until: dt.date) -> pd.DataFrame:
    """The latest damage a caretaker has reported from a street or a yard is reported by somebody else as well."""
    seen = rows["unit"].str.startswith("Distrikt") & rows["category"].isin(["SKA", "KLO", "NED"])
    seen &= (rows["precision"] == "exact") & (rows["time_precision"] == "exact") & (rows["area"] != OUTSIDE)
    seen &= rows["known_at"] >= pd.Timestamp(until, tz="UTC") - pd.Timedelta(days=WAITING_DAYS)
    if not seen.any():
        return rows
    first = rows[seen].iloc[-1]
    later = pd.Timedelta(minutes=SECOND_MINUTES)
    second = first.to_frame().T.assign(
        key=first["key"] + SECOND,
        unit=SECOND_UNIT,
        occurred_from=first["occurred_from"] + later,
        occurred_on=first["occurred_on"],
        known_at=min(first["known_at"] + later, pd.Timestamp(timezone.now())),
        lat=first["lat"] + SECOND_DEGREES,
        place=0,
        description=texts.SECOND_REPORTS[first["category"]],
    )
    both = pd.concat([rows, second.astype(rows.dtypes.to_dict())], ignore_index=True)
    return both.sort_values(["known_at", "key"], ignore_index=True)


def _with_relations(rows: pd.DataFrame, collaboration: Collaboration) -> pd.DataFrame:
    categories = Category.objects.filter(collaboration=collaboration).values_list("code", "pk", "severity")
    category_ids = {code: pk for code, pk, _ in categories}
    severities = {code: severity for code, _, severity in categories}
    units = Unit.objects.filter(collaboration=collaboration).select_related("organisation")
    by_name = {unit.name: unit for unit in units}
    return rows.assign(
        category_id=rows["category"].map(category_ids),
        severity=rows["category"].map(severities),
        unit_id=rows["unit"].map({name: unit.pk for name, unit in by_name.items()}),
        organisation_id=rows["unit"].map({name: unit.organisation_id for name, unit in by_name.items()}),
        sharing=rows["unit"].map({name: unit.organisation.sharing for name, unit in by_name.items()}),
    )


def _with_reporters(rows: pd.DataFrame, people: dict[str, User], until: dt.date) -> pd.DataFrame:
    """The people one can sign in as have written some of their unit's reports of the last year."""
    writer = {sign_in.unit: people[sign_in.email].pk for sign_in in cast.SIGN_INS if sign_in.unit}
    since = pd.Timestamp(until, tz="UTC") - pd.Timedelta(days=OWN_REPORTS_DAYS)
    chance = np.array([zlib.crc32(key.encode()) % 5 for key in rows["key"]])
    theirs = (chance < OWN_REPORTS_OF_FIVE) & (rows["source"] == "") & (rows["known_at"] >= since)
    return rows.assign(reporter_id=rows["unit"].map(writer).where(theirs).astype("Int64"))


def _with_statuses(rows: pd.DataFrame, people: dict[str, User], seed: int, until: dt.date) -> pd.DataFrame:
    """All is approved but a few own reports of the last two weeks, so that there is something to review."""
    status = np.full(len(rows), Status.APPROVED.value, dtype=object)
    reason = np.full(len(rows), "", dtype=object)
    since = pd.Timestamp(until, tz="UTC") - pd.Timedelta(days=WAITING_DAYS)
    (second,) = np.nonzero(rows["key"].str.endswith(SECOND).to_numpy())
    is_pair = rows["key"].isin(rows["key"].iloc[second].str.removesuffix(SECOND)).to_numpy(copy=True)
    is_pair[second] = True
    is_recent = ((rows["source"] == "") & (rows["known_at"] >= since)).to_numpy() & ~is_pair
    rng = np.random.default_rng([seed, until.toordinal()])
    (recent,) = np.nonzero(is_recent)
    # Spread over the two weeks: were all of it the latest, the running week would look calmer than it is.
    many = min(sum(count for _, count in WAITING), len(recent))
    recent = np.sort(rng.choice(recent, many, replace=False))[::-1]
    recent = _with_own_report_returned(recent, rows, people)
    recent = _with_photos_to_judge(recent, is_recent, rows)
    first = 0
    for wanted, count in WAITING:
        chosen = recent[first : first + count]
        status[chosen], first = wanted.value, first + count
        if wanted is Status.RETURNED:
            reason[chosen] = [texts.REVIEW_REASONS[i % len(texts.REVIEW_REASONS)] for i in range(len(chosen))]
        if wanted is Status.REJECTED:
            reason[chosen] = [
                (RejectReason.DUPLICATE, RejectReason.OUT_OF_SCOPE)[i % 2].value for i in range(len(chosen))
            ]
    status[is_pair] = Status.SUBMITTED.value
    status[_latest_file(rows, since)] = Status.SUBMITTED.value
    description = rows["description"].to_numpy(copy=True)
    description[_asked_about(rows, (status == Status.SUBMITTED.value) & ~is_pair)] = texts.WITH_A_WEAK_HIT
    (own,) = np.nonzero(is_recent & rows["reporter_id"].notna().to_numpy() & (status == Status.APPROVED.value))
    status[own[::-1][:DRAFTS]] = Status.DRAFT.value

    is_draft = status == Status.DRAFT.value
    by_hand = (rows["source"] == "").to_numpy()
    is_reviewed = ~np.isin(status, (Status.DRAFT.value, Status.SUBMITTED.value))
    coordinator = people[f"samordnare@{cast.NORRKOPING}.example"].pk
    return rows.assign(
        status=status,
        description=description,
        review_reason=reason,
        submitted_at=rows["known_at"].mask(is_draft),
        reviewed_at=rows["known_at"].where(is_reviewed),
        reviewed_by_id=pd.Series(coordinator, index=rows.index).where(is_reviewed & by_hand).astype("Int64"),
    )


def _with_own_report_returned(recent: Ints, rows: pd.DataFrame, people: dict[str, User]) -> Ints:
    """The caretaker one can sign in as has a report to correct: theirs changes places with the first returned one."""
    caretaker = people[f"rapportor@{cast.NORRKOPING}.example"].pk
    (own,) = np.nonzero((rows["reporter_id"].iloc[recent] == caretaker).fillna(False).to_numpy(dtype=bool))
    at = WAITING[0][1]
    if len(own) and at < len(recent):
        recent = recent.copy()
        recent[[own[0], at]] = recent[[at, own[0]]]
    return recent


def _with_photos_to_judge(recent: Ints, is_recent: NDArray[np.bool_], rows: pd.DataFrame) -> Ints:
    """Among those that wait are some that photos can be sent with, on whatever day it is loaded."""
    many = WAITING[0][1]
    takes = is_recent & rows["reporter_id"].notna().to_numpy() & rows["category"].isin(TAKE_PHOTOS).to_numpy()
    takes &= (rows["place_type"] != Incident.PlaceType.PRIVATE).to_numpy()
    lacking = max(0, WAITING_WITH_PHOTOS - int(takes[recent[:many]].sum()))
    others = np.setdiff1d(np.flatnonzero(takes), recent)[::-1][:lacking]
    recent = recent.copy()
    without = np.flatnonzero(~takes[recent[:many]])[: len(others)]
    recent[without] = others[: len(without)]
    return recent


def _latest_file(rows: pd.DataFrame, since: pd.Timestamp) -> Ints:
    """The rows of the latest file of a partner whose imports are looked at."""
    (theirs,) = np.nonzero(((rows["source"] == WAITING_SOURCE) & (rows["known_at"] >= since)).to_numpy())
    batches = rows["import_batch_id"].to_numpy()
    return theirs[batches[theirs] == batches[theirs[-1]]] if len(theirs) else theirs


def _asked_about(rows: pd.DataFrame, is_waiting: NDArray[np.bool_]) -> Ints:
    """One waiting report by a caretaker, best of a damage, to hold the text that the guard asks about."""
    is_theirs = is_waiting & rows["unit"].str.startswith("Distrikt").to_numpy()
    damage = is_theirs & rows["category"].isin(["SKA", "FYS", "INB", "OBE"]).to_numpy()
    return np.flatnonzero(damage if damage.any() else is_theirs)[:1]


_TEXTS = (
    "status", "sharing", "time_precision", "location", "precision", "place_type", "source_kind", "certainty", "persons",
    "description", "source", "source_key", "review_reason",
)  # fmt: skip
_NUMBERS = (
    "organisation_id", "unit_id", "reporter_id", "category_id", "cell", "place_id", "area_id", "unsafety", "severity",
    "cost_sek", "reviewed_by_id", "import_batch_id",
)  # fmt: skip
_MOMENTS = ("occurred_from", "occurred_to", "created_at", "submitted_at", "reviewed_at")


def _as_table(rows: pd.DataFrame, collaboration: Collaboration) -> pa.Table:
    rows = rows.assign(
        place_id=rows["place"].mask(rows["place"] == 0),
        source_key=rows["key"].where(rows["source"] != "", ""),
        created_at=rows["known_at"],
    )
    columns: dict[str, pa.Array] = {
        "collaboration_id": pa.repeat(collaboration.pk, len(rows)),
        "is_text_removed": pa.repeat(False, len(rows)),
        "occurred_on": pa.array(rows["occurred_on"].dt.date, type=pa.date32()),
        "lon": pa.array(rows["lon"], type=pa.float64(), from_pandas=True),
        "lat": pa.array(rows["lat"], type=pa.float64(), from_pandas=True),
    }
    columns |= {name: pa.array(rows[name], type=pa.large_string(), from_pandas=True) for name in _TEXTS}
    columns |= {name: pa.array(rows[name].astype("Int64"), type=pa.int64(), from_pandas=True) for name in _NUMBERS}
    columns |= {name: pa.array(rows[name], type=pa.timestamp("us", "UTC"), from_pandas=True) for name in _MOMENTS}
    return pa.table(columns)
