"""Every change of an indicator and its numbers. A number never changes: what is corrected is withdrawn and stays."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from incidents.selections import NotASelection, Selection
from partners.models import Collaboration
from situational_picture.indicators.permissions import check_may_keep_indicators
from situational_picture.indicators.rules import Figures, check_ground, check_period, check_texts
from situational_picture.models import Indicator, IndicatorValue

TEXTS = ("name", "unit", "source")
# What a form writes.
WRITTEN = {*TEXTS, "kind", "level", "area", "place", "region", "better", "selection"}
# What its numbers are of: another of these is another indicator.
GROUNDED_IN = ("kind", "level", "area", "place", "selection")


def check_row(row: Any, *, without: list[str]) -> None:
    """The row's own fields and constraints hold; `without` are those the action has filled itself."""
    try:
        row.full_clean(exclude=without)
    except ValidationError as refusal:
        raise NotPossible(refusal) from refusal


def locked(indicator: Indicator) -> Indicator:
    """The indicator as it is now, and nobody else's until the transaction ends."""
    rows = Indicator.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("area", "place__area", "collaboration").get(pk=indicator.pk)


def next_number(collaboration_id: int) -> int:
    """A number no other indicator of the collaboration has. The collaboration's row is locked by the caller."""
    last = Indicator.objects.filter(collaboration_id=collaboration_id).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


@transaction.atomic
def add_indicator(*, by: Any, collaboration: Collaboration, is_confirmed: bool = False, **values: Any) -> Indicator:
    """A new series. The same form sent twice is one indicator."""
    # Numbers are given out one at a time.
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    check_may_keep_indicators(by, collaboration)
    indicator = Indicator(collaboration=collaboration, created_by=by)
    _write(by, indicator, values, is_confirmed=is_confirmed)
    same = {name: getattr(indicator, name) for name in WRITTEN}
    twin = Indicator.objects.kept().filter(collaboration=collaboration, row_version=0, created_by=by, **same).first()
    if twin is not None:
        return twin
    indicator.number = next_number(collaboration.pk)
    check_row(indicator, without=["collaboration", "created_by"])
    indicator.save()
    record("indicator_added", by=by, subject=indicator)
    return indicator


@transaction.atomic
def change_indicator(
    *, by: Any, indicator: Indicator, row_version: int, is_confirmed: bool = False, **values: Any
) -> Indicator:
    """Write in an indicator, unless somebody else has since. What it is about stays once it has values."""
    indicator = locked(indicator)
    check_may_keep_indicators(by, indicator.collaboration)
    _check_is_there(indicator)
    if indicator.row_version != row_version:
        raise NotPossible(_("Somebody else has changed the indicator since you opened the page. Open it again."))
    before = {name: getattr(indicator, name) for name in WRITTEN}
    _write(by, indicator, values, is_confirmed=is_confirmed)
    changed = sorted(name for name, value in before.items() if getattr(indicator, name) != value)
    if not changed:
        return indicator
    if set(changed) & set(GROUNDED_IN) and indicator.values.exists():
        raise NotPossible(
            _("The indicator has values. What it measures and where stays; make another indicator for something else.")
        )
    indicator.row_version += 1
    indicator.changed_by = by
    check_row(indicator, without=["collaboration", "created_by", "changed_by", "number"])
    indicator.save()
    record("indicator_changed", by=by, subject=indicator, fields=changed)
    return indicator


def _check_is_there(indicator: Indicator) -> None:
    if indicator.removed_at is not None:
        raise NotPossible(_("The indicator has been taken away."))


def _write(by: Any, indicator: Indicator, values: dict[str, Any], *, is_confirmed: bool) -> None:
    if unknown := set(values) - WRITTEN:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    texts = {name: " ".join(str(values[name]).split()) for name in TEXTS if name in values}
    check_texts(by, indicator.collaboration_id, texts, is_confirmed=is_confirmed)
    for name, value in {**values, **texts}.items():
        setattr(indicator, name, value)
    if not indicator.name:
        raise NotPossible({"name": [_("Say what is measured.")]})
    if not indicator.source and not indicator.is_computed:
        raise NotPossible({"source": [_("Say where the numbers come from.")]})
    check_ground(indicator.level, indicator.area, indicator.place)
    if indicator.kind == Indicator.Kind.PLACE_COUNT and indicator.level != Indicator.Level.PLACE:
        raise NotPossible({"level": [_("People are counted at a place. Choose which one.")]})
    if indicator.kind == Indicator.Kind.INCIDENTS and indicator.level in _BEYOND:
        raise NotPossible({"level": [_("The reports are of this municipality. Choose that level, or a smaller one.")]})
    if indicator.level != Indicator.Level.AREA:
        indicator.area = None
    if indicator.level != Indicator.Level.PLACE:
        indicator.place = None
    if indicator.kind != Indicator.Kind.INCIDENTS:
        indicator.selection = ""
    else:
        try:
            indicator.selection = Selection.parse(indicator.selection).query
        except NotASelection:
            raise NotPossible({"category": [_("The list of reports does not understand this selection.")]}) from None
    for thing in (indicator.area, indicator.place):
        if thing is not None and thing.collaboration_id != indicator.collaboration_id:
            raise NotPossible(_("The place or area belongs to another collaboration."))


_BEYOND = {Indicator.Level.COUNTY, Indicator.Level.COUNTRY}


@transaction.atomic
def remove_indicator(*, by: Any, indicator: Indicator) -> None:
    """Take a series off the list. Its values are kept, for whatever has referred to them."""
    indicator = locked(indicator)
    check_may_keep_indicators(by, indicator.collaboration)
    if indicator.removed_at is None:
        indicator.removed_at, indicator.removed_by = timezone.now(), by
        indicator.save(update_fields=["removed_at", "removed_by"])
        record("indicator_removed", by=by, subject=indicator)


# --- Values -----------------------------------------------------------------------------------------------------------


class AlreadyThere(NotPossible):
    """The period has a value; whoever writes decides whether this one is a correction of it."""

    code = "already_there"

    def __init__(self, row: IndicatorValue) -> None:
        super().__init__(
            _("The period has a value already. Tick that yours is a correction: the old one then stands beside it.")
        )
        self.row = row


@transaction.atomic
def enter_value(
    *,
    by: Any,
    indicator: Indicator,
    figures: Figures,
    note: str = "",
    is_correction: bool = False,
    is_confirmed: bool = False,
) -> IndicatorValue:
    """One number of a period. The same number again changes nothing; another one is refused unless it corrects."""
    indicator = locked(indicator)
    check_may_keep_indicators(by, indicator.collaboration)
    _check_is_there(indicator)
    if indicator.is_computed:
        raise NotPossible(_("These numbers are counted, not entered."))
    check_period(figures.period_from, figures.period_to, today=timezone.localdate())
    note = " ".join(note.split())
    check_texts(by, indicator.collaboration_id, {"note": note}, is_confirmed=is_confirmed)
    old = indicator.values.standing().filter(
        period_from=figures.period_from, period_to=figures.period_to
    ).first()  # fmt: skip
    if old is not None:
        if is_same(old, figures) and old.note == note:
            return old
        if not is_correction:
            raise AlreadyThere(old)
        withdraw(old, by=by)
    row = IndicatorValue(
        collaboration_id=indicator.collaboration_id, indicator=indicator, note=note, entered_by=by,
        **figures.as_fields(),
    )  # fmt: skip
    check_row(row, without=["collaboration", "indicator", "entered_by"])
    row.save()
    record("indicator_value_entered", by=by, subject=indicator, period=f"{row.period_from}--{row.period_to}")
    return row


def is_same(row: IndicatorValue, figures: Figures) -> bool:
    """Whether the stored value says what these figures say."""
    return all(getattr(row, name) == value for name, value in figures.as_fields().items())


def withdraw(row: IndicatorValue, *, by: Any) -> None:
    """Something else stands in its place. The row's indicator is locked by the caller."""
    row.withdrawn_at, row.withdrawn_by = timezone.now(), by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])


@transaction.atomic
def withdraw_value(*, by: Any, value: IndicatorValue) -> None:
    """Take a number back that should not have been entered. It is kept below the series."""
    indicator = locked(value.indicator)
    check_may_keep_indicators(by, indicator.collaboration)
    row = IndicatorValue.objects.select_for_update().get(pk=value.pk)
    if row.withdrawn_at is None:
        withdraw(row, by=by)
        record("indicator_value_withdrawn", by=by, subject=indicator, period=f"{row.period_from}--{row.period_to}")
