"""Every change of the register and the year: each locks first, so that two at once come one after the other."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_days, check_row
from action_plans.models import Agreement, PlanVersion
from audit.actions import record
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from councils.law.duties import DUTIES
from councils.law.permissions import check_may_keep_law
from councils.law.rules import due_after
from councils.law.year import DEFAULTS
from councils.models import StatutoryDecision, StatutoryItem, YearEntry
from councils.models.law import LONGEST_DUTY, LONGEST_REASON
from partners.models import Collaboration
from situational_picture.models import Picture

_DOCUMENTS = {Picture: "picture", PlanVersion: "plan_version", Agreement: "agreement"}
_FILLED_HERE = ["collaboration", "item", *_DOCUMENTS.values(), "created_by", "changed_by", "struck_by"]


def _locked_item(collaboration: Collaboration, paragraph: int) -> StatutoryItem:
    """The row of a duty, made the first time somebody writes about it, and nobody else's until the transaction ends."""
    if paragraph not in DUTIES:
        raise NotPossible(_("The law has no such duty."))
    StatutoryItem.objects.get_or_create(collaboration=collaboration, paragraph=paragraph)
    rows = StatutoryItem.objects.select_for_update(of=("self",), no_key=True).select_related("collaboration")
    return rows.get(collaboration=collaboration, paragraph=paragraph)


def _said(texts: dict[str, Any]) -> dict[str, str]:
    return {name: str(text).replace("\r\n", "\n").strip() for name, text in texts.items()}


@transaction.atomic
def write_duty(
    *,
    by: Any,
    collaboration: Collaboration,
    paragraph: int,
    row_version: int,
    requires: str,
    is_checked: bool,
    checked_against: str = "",
    is_confirmed: bool = False,
) -> StatutoryItem:
    """Word what a duty requires, and say whether the words have been compared with the law, and with which text."""
    check_may_keep_law(by, collaboration)
    item = _locked_item(collaboration, paragraph)
    check_version(item, row_version)
    said = _said({"requires": requires, "checked_against": checked_against})
    check_texts(by, collaboration.pk, said, is_confirmed=is_confirmed, longest=LONGEST_DUTY)
    if not said["requires"]:
        raise NotPossible({"requires": _("Say what the duty requires.")})
    if is_checked and not said["checked_against"]:
        raise NotPossible({"checked_against": _("Say what the text was compared with.")})
    item.requires = said["requires"]
    item.checked_against = said["checked_against"] if is_checked else ""
    item.checked_on = timezone.localdate() if is_checked else None
    item.row_version += 1
    item.changed_by = by
    check_row(item, without=_FILLED_HERE)
    item.save()
    record("duty_worded", by=by, subject=item, is_checked=is_checked)
    return item


@transaction.atomic
def begin_duty(*, by: Any, collaboration: Collaboration, paragraph: int, is_begun: bool = True) -> StatutoryItem:
    """Say that work on a new decision has begun, or that it has not after all."""
    check_may_keep_law(by, collaboration)
    item = _locked_item(collaboration, paragraph)
    if (item.begun_on is not None) is not is_begun:
        item.begun_on = timezone.localdate() if is_begun else None
        item.changed_by = by
        item.save(update_fields=["begun_on", "changed_by"])
        record("duty_begun" if is_begun else "duty_rested", by=by, subject=item)
    return item


@transaction.atomic
def decide_duty(
    *,
    by: Any,
    collaboration: Collaboration,
    paragraph: int,
    decided_on: dt.date,
    decided_by_body: str,
    document: str = "",
    rests_on: Any = None,
    address: str = "",
    registry_number: str = "",
    client_uuid: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> StatutoryDecision:
    """Write down a decision on a duty. It is due again after 24 months; the former decision stands beside it."""
    check_may_keep_law(by, collaboration)
    item = _locked_item(collaboration, paragraph)
    if client_uuid is not None:
        # The same form sent twice is one decision.
        sent = StatutoryDecision.objects.filter(collaboration=collaboration, client_uuid=client_uuid).first()
        if sent is not None:
            return sent
    check_days({"decided_on": decided_on})
    if decided_on > timezone.localdate():
        raise NotPossible({"decided_on": _("The day has not come yet. Write the decision down when it is made.")})
    said = _said({"document": document, "registry_number": registry_number, "address": address})
    check_texts(
        by,
        collaboration.pk,
        {name: said[name] for name in ("document", "registry_number")},
        is_confirmed=is_confirmed,
        longest=200,
    )
    decision = StatutoryDecision(
        collaboration=collaboration,
        item=item,
        decided_on=decided_on,
        decided_by_body=decided_by_body,
        next_due_on=due_after(decided_on),
        created_by=by,
        **said,
    )
    if client_uuid is not None:
        decision.client_uuid = client_uuid
    if rests_on is not None:
        _rest_on(by, decision, rests_on)
    if rests_on is None and not (said["address"] or said["registry_number"]):
        raise NotPossible({"document": _("Choose the document, or give its address or registry number.")})
    check_row(decision, without=_FILLED_HERE)
    decision.save()
    # The work that had begun is done.
    item.begun_on, item.changed_by = None, by
    item.save(update_fields=["begun_on", "changed_by"])
    record("duty_decided", by=by, subject=decision, body=decided_by_body)
    return decision


def _rest_on(by: Any, decision: StatutoryDecision, thing: Any) -> None:
    """Tie the decision to a published picture, a decided plan or an agreement that its writer reads."""
    model: Any = type(thing)
    name = _DOCUMENTS[model]
    seen = model.objects.visible_to(by).filter(pk=thing.pk, collaboration_id=decision.collaboration_id)
    if model is Picture:
        # A week's picture is purged after some years; a decision rests on what is preserved.
        seen = seen.filter(status=Picture.Status.PUBLISHED).exclude(period_kind=Picture.PeriodKind.WEEK)
    if not seen.exists():
        raise NotPossible({"document": _("Choose a document that is decided or published here.")})
    setattr(decision, name, thing)


def _locked_decision(decision: StatutoryDecision) -> StatutoryDecision:
    rows = StatutoryDecision.objects.select_for_update(of=("self",), no_key=True)
    decision = rows.select_related("item", "collaboration").get(pk=decision.pk)
    if decision.struck_at is not None:
        raise NotPossible(_("The decision has been struck out."))
    return decision


@transaction.atomic
def change_due(
    *,
    by: Any,
    decision: StatutoryDecision,
    row_version: int,
    next_due_on: dt.date | None,
    due_reason: str,
    is_confirmed: bool = False,
) -> StatutoryDecision:
    """Say that a decision is due on another day than after 24 months, or on none, and why."""
    check_may_keep_law(by, decision.collaboration_id)
    decision = _locked_decision(decision)
    check_version(decision, row_version)
    said = _said({"due_reason": due_reason})
    check_texts(by, decision.collaboration_id, said, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    if not said["due_reason"]:
        raise NotPossible({"due_reason": _("Say why another day holds.")})
    check_days({"next_due_on": next_due_on})
    if next_due_on is not None and next_due_on < decision.decided_on:
        raise NotPossible({"next_due_on": _("The day comes before the decision.")})
    decision.next_due_on, decision.due_reason = next_due_on, said["due_reason"]
    decision.row_version += 1
    decision.save(update_fields=["next_due_on", "due_reason", "row_version"])
    record("duty_due_changed", by=by, subject=decision, next_due_on=next_due_on.isoformat() if next_due_on else "")
    return decision


@transaction.atomic
def strike_decision(
    *, by: Any, decision: StatutoryDecision, reason: str, is_confirmed: bool = False
) -> StatutoryDecision:
    """Say that a decision was written down by mistake. It stands struck out, with the reason."""
    check_may_keep_law(by, decision.collaboration_id)
    decision = _locked_decision(decision)
    said = _said({"reason": reason})
    check_texts(by, decision.collaboration_id, said, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    if not said["reason"]:
        raise NotPossible({"reason": _("Say why it is struck out.")})
    decision.struck_at, decision.struck_by, decision.struck_reason = timezone.now(), by, said["reason"]
    decision.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    record("duty_decision_struck", by=by, subject=decision)
    return decision


# --- The year ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_year_entry(*, by: Any, collaboration: Collaboration, is_confirmed: bool = False, **values: Any) -> YearEntry:
    """Put something that comes back each year in the wheel. The same thing in the same month is one entry."""
    check_may_keep_law(by, collaboration)
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    entry = YearEntry(collaboration=collaboration, created_by=by)
    _write_entry(by, entry, values, is_confirmed=is_confirmed)
    same = YearEntry.objects.filter(
        collaboration=collaboration, key="", title=entry.title, month=entry.month, day=entry.day
    ).first()
    if same is not None:
        return same
    entry.save()
    record("year_entry_added", by=by, subject=entry)
    return entry


@transaction.atomic
def change_year_entry(
    *,
    by: Any,
    collaboration: Collaboration,
    entry: YearEntry,
    row_version: int,
    is_confirmed: bool = False,
    **values: Any,
) -> YearEntry:
    """Change an entry. One the platform begins with is written down as the municipality's own the first time."""
    check_may_keep_law(by, collaboration)
    entry = _locked_entry(collaboration, entry)
    check_version(entry, row_version)
    _write_entry(by, entry, values, is_confirmed=is_confirmed)
    entry.row_version += 1
    entry.save()
    record("year_entry_changed", by=by, subject=entry)
    return entry


@transaction.atomic
def remove_year_entry(*, by: Any, collaboration: Collaboration, entry: YearEntry) -> None:
    """Take an entry out of the wheel. One the platform begins with stays away."""
    check_may_keep_law(by, collaboration)
    entry = _locked_entry(collaboration, entry)
    record("year_entry_removed", by=by, subject=entry)
    if entry.key:
        entry.is_hidden = True
        entry.save(update_fields=["is_hidden"])
    else:
        entry.delete()


def _locked_entry(collaboration: Collaboration, entry: YearEntry) -> YearEntry:
    """The row as it is now; of what the platform begins with, made when it is first written in."""
    if entry.pk is None:
        default = DEFAULTS[entry.key]
        YearEntry.objects.get_or_create(
            collaboration=collaboration,
            key=entry.key,
            defaults={
                "title": str(default.title), "month": default.month, "day": default.day, "source": default.source,
            },
        )  # fmt: skip
    which = {"pk": entry.pk} if entry.pk is not None else {"key": entry.key}
    rows = YearEntry.objects.select_for_update(of=("self",), no_key=True).select_related("collaboration")
    found = rows.filter(collaboration=collaboration, is_hidden=False, **which).first()
    if found is None:
        raise NotPossible(_("Somebody has taken the entry out of the wheel."))
    return found


def _write_entry(by: Any, entry: YearEntry, values: dict[str, Any], *, is_confirmed: bool) -> None:
    said = _said({name: values.get(name, "") for name in ("title", "source")})
    if not said["title"]:
        raise NotPossible({"title": _("Say what comes back.")})
    check_texts(by, entry.collaboration_id, said, is_confirmed=is_confirmed, longest=200)
    entry.title, entry.source = said["title"], said["source"]
    entry.month, entry.day = values.get("month"), values.get("day")
    entry.is_checked = bool(values.get("is_checked", False))
    if entry.day is not None:
        if entry.month is None:
            raise NotPossible({"month": _("Choose the month as well.")})
        # A leap year, so that the last of February can be said.
        try:
            dt.date(2024, entry.month, entry.day)
        except ValueError:
            raise NotPossible({"day": _("There is no such day in the month.")}) from None
    check_row(entry, without=[*_FILLED_HERE, "key"])
