"""The imports behind the rows that other systems know: one batch for each file somebody would have sent.

A batch owns its rows, so it can be opened, followed to its incidents and undone like any other.
"""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass

import pandas as pd
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from est_platform.demonstration.generator import ZONE
from incidents import rules
from incidents.models import ImportBatch, ImportMapping, ImportRefusal
from partners.models import Collaboration, Organisation, User

_COLUMNS = {
    "source_id": "Ärendenummer",
    "occurred_from": "Datum",
    "time_from": "Klockslag",
    "category": "Ärendetyp",
    "place": "Objekt",
    "description": "Beskrivning",
}
# What goes wrong in one file of eight, as the import says it: each row's column and sentence.
_MISTAKES = (
    (("occurred_from", rules.UNREADABLE_DATE),),
    (("category", rules.UNKNOWN_CATEGORY), ("place", rules.UNKNOWN_PLACE)),
    (("category", rules.NO_CATEGORY),),
    (("occurred_from", rules.IN_THE_FUTURE),),
)
_ONE_FILE_OF = 8
# How many rows of the last file a file holds once more.
_REPEATED = (0, 0, 1, 2)


@dataclass(frozen=True)
class Sender:
    """Whose system it is, who sends its files, how often, and what they are called."""

    source: str
    organisation: str
    email: str
    period: str
    file_name: str
    mapping: str


_LEAD, _COORDINATOR = "sakerhetsansvarig@norrkoping.example", "samordnare@norrkoping.example"
SENDERS = (
    Sender("storningsjour", "Bostadsbolaget", _LEAD, "W", "storningsjouren_%G-v%V.xlsx", "Störningsjouren"),
    Sender("vaktrapport", "Väktarbolaget", _COORDINATOR, "W", "rondrapporter_%G-v%V.csv", "Rondrapporter"),
    Sender("utryckning", "Räddningstjänsten", _COORDINATOR, "M", "utryckningar_%Y-%m.csv", "Utryckningar"),
)


def with_batches(
    rows: pd.DataFrame, collaboration: Collaboration, people: dict[str, User], until: dt.date
) -> pd.DataFrame:
    """Add `import_batch_id` to rows with `source` and `known_at`; those of a file are known when it has been sent."""
    local = rows["known_at"].dt.tz_convert(ZONE).dt.tz_localize(None)
    end = min(timezone.now(), timezone.make_aware(dt.datetime.combine(until, dt.time(23, 59))))
    organisations = {o.name: o for o in Organisation.objects.filter(collaboration=collaboration)}
    rows = rows.assign(import_batch_id=pd.array([pd.NA] * len(rows), dtype="Int64"))
    for sender in SENDERS:
        periods = local[rows["source"] == sender.source].dt.to_period(sender.period)
        if periods.empty:
            continue
        organisation, person = organisations[sender.organisation], people[sender.email]
        batches, refusals = [], []
        for period, theirs in periods.groupby(periods):
            latest = rows.loc[theirs.index, "known_at"].max().to_pydatetime()
            # The file of the running week was sent the morning after its latest row, or with it.
            mornings = (_morning_after(day, sender, period) for day in (period.end_time, local[theirs.index].max()))
            sent_at = next((moment for moment in mornings if latest <= moment <= end), latest)
            rows.loc[theirs.index, "known_at"] = sent_at
            batch = _batch(sender, period, organisation, person, stored=len(theirs), sent_at=sent_at)
            batches.append(batch)
            refusals += _refusals(batch, _mistakes_in(sender, period))
        _save(batches)
        ImportRefusal.objects.bulk_create(refusals)
        pks = pd.array([batch.pk for batch in batches], dtype="Int64")
        rows.loc[periods.index, "import_batch_id"] = pks[periods.groupby(periods).ngroup().to_numpy()]
        ImportMapping.objects.create(
            collaboration=collaboration, organisation=organisation, name=sender.mapping, columns=_COLUMNS
        )
        if sender is SENDERS[0]:
            _save_second_thoughts(batches[-1])
    return rows


def _morning_after(day: pd.Timestamp, sender: Sender, period: pd.Period) -> dt.datetime:
    """The next day between 7.35 and 8.25."""
    morning = day.normalize().to_pydatetime() + dt.timedelta(days=1)
    return timezone.make_aware(morning + dt.timedelta(minutes=7 * 60 + 35 + _chance(sender, period, "minute") % 50))


def _chance(sender: Sender, period: pd.Period, what: str) -> int:
    """A number that looks like chance and is the same every time."""
    return zlib.crc32(f"{sender.source} {period} {what}".encode())


def _batch(
    sender: Sender, period: pd.Period, organisation: Organisation, person: User, *, stored: int, sent_at: dt.datetime
) -> ImportBatch:
    refused = len(_mistakes_in(sender, period))
    unchanged = _REPEATED[_chance(sender, period, "repeated") % len(_REPEATED)]
    return ImportBatch(
        collaboration_id=organisation.collaboration_id,
        organisation=organisation,
        started_by=person,
        profile="generic",
        mapping={"columns": _COLUMNS, "options": {}, "headings": list(_COLUMNS.values()), "name": sender.mapping},
        file_name=period.start_time.strftime(sender.file_name),
        status=ImportBatch.Status.DONE,
        rows=stored + refused + unchanged,
        stored=stored,
        refused=refused,
        unchanged=unchanged,
        progress_percent=100,
        finished_at=sent_at,
    )


def _mistakes_in(sender: Sender, period: pd.Period) -> tuple[tuple[str, rules.Sentence], ...]:
    number = _chance(sender, period, "mistakes")
    return _MISTAKES[number // _ONE_FILE_OF % len(_MISTAKES)] if number % _ONE_FILE_OF == 0 else ()


def _refusals(batch: ImportBatch, mistakes: tuple[tuple[str, rules.Sentence], ...]) -> list[ImportRefusal]:
    """Somewhere in the file, the rows that were not stored."""
    with translation.override("sv"):
        return [
            ImportRefusal(
                batch=batch, line=2 + (5 + number) % batch.rows, column=_COLUMNS[column], sentence=sentence.say()
            )
            for number, (column, sentence) in enumerate(mistakes)
        ]


def _save(batches: list[ImportBatch]) -> None:
    """Store them with the times they were sent at; the model's own clock knows only when this was loaded."""
    ImportBatch.objects.bulk_create(batches)
    ImportBatch.objects.filter(pk__in=[batch.pk for batch in batches]).update(
        created_at=F("finished_at") - dt.timedelta(seconds=90), touched_at=F("finished_at")
    )


def _save_second_thoughts(latest: ImportBatch) -> None:
    """Before it came right, the latest file was sent without rows, and then stored and taken back."""
    with translation.override("sv"):
        no_rows = _("The file has headings but no rows.")
    shared = {
        "collaboration_id": latest.collaboration_id,
        "organisation": latest.organisation,
        "started_by": latest.started_by,
        "profile": latest.profile,
        "mapping": latest.mapping,
        "file_name": latest.file_name,
    }
    sent_at: dt.datetime = latest.finished_at  # type: ignore[assignment]
    stopped = ImportBatch(
        **shared, status=ImportBatch.Status.FAILED, problem=no_rows, finished_at=sent_at - dt.timedelta(minutes=26)
    )
    undone = ImportBatch(
        **shared,
        status=ImportBatch.Status.UNDONE,
        rows=latest.stored,
        stored=latest.stored,
        finished_at=sent_at - dt.timedelta(minutes=11),
    )
    _save([stopped, undone])
