"""The generated rows as they stand in the database: areas found by their points, homes kept at the block, statuses."""

from __future__ import annotations

import datetime as dt
import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
from django.utils import timezone

from areas.access import descendants
from areas.locating import index_of
from areas.models import Area, Boundary, Place
from est_platform.demonstration import cast, texts
from est_platform.demonstration.copying import copy_rows
from est_platform.demonstration.generator import AreaShape, Spot, generate
from est_platform.demonstration.imports import with_batches
from incidents.importing.placing import place
from incidents.models import Category, Incident, Status
from incidents.rules import RejectReason
from partners.models import Collaboration, Unit, User

# What waits on the review page: how many of the last two weeks' own reports are in each state, newest first.
WAITING = ((Status.SUBMITTED, 14), (Status.RETURNED, 3), (Status.REJECTED, 3))
DRAFTS = 3
WAITING_DAYS = 14
OWN_REPORTS_DAYS, OWN_REPORTS_OF_FIVE = 365, 2


def load_incidents(collaboration: Collaboration, people: dict[str, User], *, seed: int, until: dt.date) -> int:
    """Generate the collaboration's past up to a day and store it; return how many rows it has."""
    rows = generate(area_shapes(collaboration), seed=seed, until=until)
    # What the rest of today brings is not known yet.
    rows = rows[rows["known_at"] <= timezone.now()].reset_index(drop=True)
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
    is_recent = ((rows["source"] == "") & (rows["known_at"] >= since)).to_numpy()
    rng = np.random.default_rng([seed, until.toordinal()])
    (recent,) = np.nonzero(is_recent)
    # Spread over the two weeks: were all of it the latest, the running week would look calmer than it is.
    many = min(sum(count for _, count in WAITING), len(recent))
    recent = np.sort(rng.choice(recent, many, replace=False))[::-1]
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
    (own,) = np.nonzero(is_recent & rows["reporter_id"].notna().to_numpy() & (status == Status.APPROVED.value))
    status[own[::-1][:DRAFTS]] = Status.DRAFT.value

    is_draft = status == Status.DRAFT.value
    by_hand = (rows["source"] == "").to_numpy()
    is_reviewed = ~np.isin(status, (Status.DRAFT.value, Status.SUBMITTED.value))
    coordinator = people[f"samordnare@{cast.NORRKOPING}.example"].pk
    return rows.assign(
        status=status,
        review_reason=reason,
        submitted_at=rows["known_at"].mask(is_draft),
        reviewed_at=rows["known_at"].where(is_reviewed),
        reviewed_by_id=pd.Series(coordinator, index=rows.index).where(is_reviewed & by_hand).astype("Int64"),
    )


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
