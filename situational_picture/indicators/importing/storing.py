"""What a file would change, shown before anything is stored; then all of it or nothing; and all of it undone."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.place_files.rules import text_faults
from areas.queries import allowed_words
from audit.actions import record
from common.errors import NotPossible
from incidents.importing.personal_data import name_to_keep
from partners.models import Collaboration
from situational_picture.indicators.actions import check_row, is_same, next_number
from situational_picture.indicators.importing.series import ReadFile, ReadValue, Series, series_of
from situational_picture.indicators.importing.tables import read_table
from situational_picture.indicators.importing.workbook import read_workbook
from situational_picture.indicators.permissions import check_may_keep_indicators
from situational_picture.indicators.rules import check_period
from situational_picture.models import Indicator, IndicatorBatch, IndicatorValue
from situational_picture.models.indicators import LONGEST_NAME, LONGEST_NOTE, LONGEST_UNIT

# A report names so many of each; the numbers tell the rest.
MOST_TOLD = 50


@dataclass
class Report:
    """What an import did, or would do."""

    made: list[Series] = field(default_factory=list)
    new: list[ReadValue] = field(default_factory=list)
    corrected: list[tuple[IndicatorValue, ReadValue]] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    batch: IndicatorBatch | None = None

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.corrected)

    def sentences(self) -> list[str]:
        """The report in words; refusals are listed apart."""
        lines = []
        if self.made:
            text = ngettext("%(count)s new indicator.", "%(count)s new indicators.", len(self.made))
            lines.append(text % {"count": len(self.made)})
        if self.new:
            text = ngettext("%(count)s new value.", "%(count)s new values.", len(self.new))
            lines.append(text % {"count": len(self.new)})
        if self.corrected:
            text = ngettext(
                "%(count)s value differs from the one that stands: it is taken in as a correction, and the old one is kept.",  # noqa: E501
                "%(count)s values differ from those that stand: they are taken in as corrections, and the old ones are kept.",  # noqa: E501
                len(self.corrected),
            )
            lines.append(text % {"count": len(self.corrected)})
        if self.unchanged:
            text = ngettext("%(count)s value is there already.", "%(count)s values are there already.", self.unchanged)
            lines.append(text % {"count": self.unchanged})
        if self.refusals:
            text = ngettext("%(count)s row is refused.", "%(count)s rows are refused.", len(self.refusals))
            lines.append(text % {"count": len(self.refusals)})
        return [*lines, *self.notes]


def read_file(path: Path, layout: str, collaboration: Collaboration) -> ReadFile:
    """The file by its layout; refused as a whole in words where it cannot be one."""
    if layout == IndicatorBatch.Layout.WORKBOOK:
        return read_workbook(path)
    return read_table(path, collaboration)


def import_file(
    *,
    by: Any,
    collaboration: Collaboration,
    path: Path,
    file_name: str,
    layout: str,
    dated_on: dt.date,
    dry_run: bool,
) -> Report:
    """Take a file in, or show what that would do. Equal values change nothing, so a file can be sent again."""
    check_may_keep_indicators(by, collaboration)
    if dated_on > timezone.localdate():
        raise NotPossible({"dated_on": [_("The day has not come yet. Write the day the file was fetched.")]})
    # Reading takes its time, and nobody waits for it.
    read = read_file(path, layout, collaboration)
    with transaction.atomic():
        # Indicators get their numbers one at a time, and two imports at once come one after the other.
        Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
        check_may_keep_indicators(by, collaboration)
        known = _known(collaboration)
        report = _planned(read, known, collaboration)
        if not dry_run and report.changes_anything:
            report.batch = IndicatorBatch.objects.create(
                collaboration=collaboration, layout=layout, file_name=name_to_keep(file_name, collaboration.pk),
                fingerprint=hashlib.sha256(path.read_bytes()).hexdigest(), dated_on=dated_on,
                values_made=len(report.new), values_corrected=len(report.corrected),
                values_unchanged=report.unchanged, rows_refused=len(report.refusals), created_by=by,
            )  # fmt: skip
            _store(by, report, known, report.batch)
            record("indicators_imported", by=by, subject=report.batch, values=len(report.new) + len(report.corrected))
    return report


def _known(collaboration: Collaboration) -> dict[str, Indicator]:
    """Every series a file can go on with, by its key: those of earlier files, and those that somebody has made by hand
    and that say the same of kind, source, name, unit and ground."""
    rows = Indicator.objects.kept().filter(collaboration=collaboration).select_related("area", "place")
    known = {row.import_key: row for row in rows if row.import_key}
    for row in rows.order_by("number"):
        if not row.import_key and not row.is_computed:
            known.setdefault(series_of(row).key, row)
    return known


def _planned(read: ReadFile, known: Mapping[str, Indicator], collaboration: Collaboration) -> Report:
    report = Report(notes=list(read.notes), refusals=[(one.where, one.sentence) for one in read.refusals])
    guard = _Guard(collaboration)
    today = timezone.localdate()
    standing = {
        (row.indicator_id, row.period_from, row.period_to): row
        for row in IndicatorValue.objects.standing().filter(indicator__in=[one.pk for one in known.values()])
    }
    seen: dict[tuple[str, dt.date, dt.date], str] = {}
    made: dict[str, Series] = {}
    for value in read.values:
        key, figures = value.series.key, value.figures
        sentence = guard.sentence_for(value) or _faults(value, today)
        twin = seen.setdefault((key, figures.period_from, figures.period_to), value.where)
        if not sentence and twin != value.where:
            sentence = _("The same indicator and period stands in %(where)s too.") % {"where": twin}
        if sentence:
            report.refusals.append((value.where, sentence))
            continue
        indicator = known.get(key)
        if indicator is None:
            made.setdefault(key, value.series)
            report.new.append(value)
            continue
        old = standing.get((indicator.pk, figures.period_from, figures.period_to))
        if old is None:
            report.new.append(value)
        # A note whose time is over is gone from the old value: that is no correction.
        elif is_same(old, figures) and old.note in ("", value.note):
            report.unchanged += 1
        else:
            report.corrected.append((old, value))
    report.made = list(made.values())
    return report


def _faults(value: ReadValue, today: dt.date) -> str:
    """What is wrong with a row that could be read: its period or its lengths."""
    try:
        check_period(value.figures.period_from, value.figures.period_to, today=today)
        series = value.series
        limits = (
            (series.name, LONGEST_NAME), (series.source, LONGEST_NAME), (series.unit, LONGEST_UNIT),
            (series.region, 100), (value.note, LONGEST_NOTE),
        )  # fmt: skip
        if any(len(text) > longest for text, longest in limits):
            return _("A text on the row is longer than can be kept. Shorten it.")
    except NotPossible as no:
        return " ".join(no.messages)
    return ""


class _Guard:
    """No text of a file points at a person; each text is looked at once."""

    def __init__(self, collaboration: Collaboration) -> None:
        self.allowed = allowed_words(collaboration.pk)
        self.known: dict[str, str] = {"": ""}

    def sentence_for(self, value: ReadValue) -> str:
        texts = (value.series.name, value.series.source, value.series.unit, value.series.region, value.note)
        return next(filter(None, map(self._sentence, texts)), "")

    def _sentence(self, text: str) -> str:
        if text not in self.known:
            faults = text_faults({"text": text}, allowed=self.allowed, is_confirmed=True, is_strict=False)
            self.known[text] = " ".join(faults.sentences.get("text", []))
        return self.known[text]


def _store(by: Any, report: Report, known: dict[str, Indicator], batch: IndicatorBatch) -> None:
    number = next_number(batch.collaboration_id)
    for series in report.made:
        row = Indicator(
            collaboration_id=batch.collaboration_id, number=number, name=series.name, kind=series.kind,
            unit=series.unit, source=series.source, level=series.level, area=series.area, place=series.place,
            region=series.region, better=series.better, import_key=series.key, made_by_batch=batch, created_by=by,
        )  # fmt: skip
        check_row(row, without=["collaboration", "created_by", "made_by_batch"])
        row.save()
        known[series.key] = row
        number += 1
    now = timezone.now()
    for old, _value in report.corrected:
        old.withdrawn_at, old.withdrawn_by, old.withdrawn_by_batch = now, by, batch
    IndicatorValue.objects.bulk_update(
        [old for old, _value in report.corrected], ["withdrawn_at", "withdrawn_by", "withdrawn_by_batch"],
        batch_size=500,
    )  # fmt: skip
    IndicatorValue.objects.bulk_create(
        [
            IndicatorValue(
                collaboration_id=batch.collaboration_id, indicator=known[value.series.key], note=value.note,
                batch=batch, entered_by=by, **value.figures.as_fields(),
            )
            for value in [*report.new, *(value for _old, value in report.corrected)]
        ],
        batch_size=500,
    )  # fmt: skip


# --- Undone -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo_import(*, by: Any, batch: IndicatorBatch) -> IndicatorBatch:
    """Take an import back: its values go, what it corrected stands again, and series it made and left empty go too."""
    Collaboration.objects.select_for_update(no_key=True).get(pk=batch.collaboration_id)
    batch = IndicatorBatch.objects.select_for_update(of=("self",)).select_related("collaboration").get(pk=batch.pk)
    check_may_keep_indicators(by, batch.collaboration)
    if batch.undone_at is not None:
        return batch
    if batch.values.filter(withdrawn_at__isnull=False).exists():
        raise NotPossible(_("Some of its values have been corrected or taken back since. Undo what came later first."))
    try:
        with transaction.atomic():
            batch.values.all().delete()
            IndicatorValue.objects.filter(withdrawn_by_batch=batch).update(
                withdrawn_at=None, withdrawn_by=None, withdrawn_by_batch=None
            )
    except (ProtectedError, RestrictedError):
        raise NotPossible(_("Something else rests on its values. The import stays.")) from None
    for indicator in batch.indicators.filter(values=None):
        try:
            with transaction.atomic():
                indicator.delete()
        except (ProtectedError, RestrictedError):
            # Something has named it meanwhile: it stays, without values.
            continue
    batch.undone_at, batch.undone_by = timezone.now(), by
    batch.save(update_fields=["undone_at", "undone_by"])
    record("indicators_import_undone", by=by, subject=batch)
    return batch


# --- Shown ------------------------------------------------------------------------------------------------------------


def told_refusals(report: Report) -> list[tuple[str, str]]:
    """The refusals a page lists: where, and why. Of one sentence the places stand together."""
    by_sentence: dict[str, list[str]] = {}
    for where, sentence in report.refusals:
        by_sentence.setdefault(sentence, []).append(where)
    rows = []
    for sentence, places in by_sentence.items():
        told = ", ".join(list(dict.fromkeys(places))[:10])
        if len(set(places)) > 10:
            told = _("%(places)s and more, %(count)s in all") % {"places": told, "count": len(places)}
        rows.append((told, sentence))
    return rows[:MOST_TOLD]


def told_series(report: Report) -> list[tuple[Series, int]]:
    """Each new or changed series with how many values it gets."""
    values = [*report.new, *(value for _old, value in report.corrected)]
    numbers = Counter(value.series for value in values)
    return sorted(numbers.items(), key=lambda pair: (pair[0].level, pair[0].name))[:MOST_TOLD]
