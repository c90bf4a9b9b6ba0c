"""Every change of a collaboration's own cards. What the platform ships with changes with the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.library.cards import HEADS, faults_of, of_row
from action_plans.library.permissions import check_may_write_methods
from action_plans.models import MethodCard
from action_plans.models.library import LONGEST_HEAD
from audit.actions import record
from cause_analysis.texts import TextsRefused, check_texts, text_faults
from cause_analysis.versions import check_version
from common.errors import NotPossible
from partners.models import Collaboration

TEXTS = ("title", "what", *HEADS)
CHOSEN = ("technique", "sides", "controllers", "effect", "strength")
MOST_SOURCES = 4
LONGEST_SOURCE = 200


@transaction.atomic
def add_card(*, by: Any, collaboration: Collaboration, is_confirmed: bool = False, **values: Any) -> MethodCard:
    """Write down a method of the collaboration's own."""
    check_may_write_methods(by, collaboration)
    # One after the other, so that no two get the same number, and the same form sent twice makes one card.
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    card = MethodCard(collaboration=collaboration, created_by=by)
    _write(by, card, values, is_confirmed=is_confirmed)
    same = MethodCard.objects.kept().filter(collaboration=collaboration, title=card.title, what=card.what).first()
    if same is not None:
        return same
    last = MethodCard.objects.filter(collaboration=collaboration).aggregate(number=Max("number"))
    card.number = (last["number"] or 0) + 1
    check_row(card, without=["collaboration", "created_by", "changed_by"])
    card.save()
    record("method_card_added", by=by, subject=card)
    return card


@transaction.atomic
def change_card(
    *, by: Any, card: MethodCard, row_version: int, is_confirmed: bool = False, **values: Any
) -> MethodCard:
    """Write a card of the collaboration's own anew; told when somebody else has done so meanwhile."""
    card = _locked(by, card)
    check_version(card, row_version)
    _write(by, card, values, is_confirmed=is_confirmed)
    card.row_version += 1
    card.changed_by = by
    check_row(card, without=["collaboration", "created_by", "changed_by"])
    card.save()
    record("method_card_changed", by=by, subject=card)
    return card


@transaction.atomic
def remove_card(*, by: Any, card: MethodCard) -> None:
    """Take a card out of the library. Measures that name it go on naming it."""
    check_may_write_methods(by, card.collaboration_id)
    card = MethodCard.objects.select_for_update(of=("self",), no_key=True).get(pk=card.pk)
    if card.removed_at is None:
        card.removed_at, card.removed_by = timezone.now(), by
        card.save(update_fields=["removed_at", "removed_by"])
        record("method_card_removed", by=by, subject=card)


def _locked(by: Any, card: MethodCard) -> MethodCard:
    check_may_write_methods(by, card.collaboration_id)
    card = MethodCard.objects.select_for_update(of=("self",), no_key=True).get(pk=card.pk)
    if card.removed_at is not None:
        raise NotPossible(_("Somebody has taken the card out of the library."))
    return card


def _write(by: Any, card: MethodCard, values: Mapping[str, Any], *, is_confirmed: bool) -> None:
    texts = {name: str(values.get(name, "")).replace("\r\n", "\n").strip() for name in TEXTS}
    for name, sentence in (("title", _("Say what the method is called.")), ("what", _("Say what is done."))):
        if not texts[name]:
            raise NotPossible({name: sentence})
    check_texts(by, card.collaboration_id, texts, is_confirmed=is_confirmed, longest=LONGEST_HEAD)
    sources = _sources(by, card, values.get("sources", ()), is_confirmed=is_confirmed)
    for name, value in {**{name: values[name] for name in CHOSEN if name in values}, **texts}.items():
        setattr(card, name, value)
    card.sources = sources
    faults = faults_of(of_row(card), timezone.localdate())
    if faults:
        raise NotPossible({name: str(sentence) for name, sentence in faults.items()})


def _sources(
    by: Any, card: MethodCard, given: Sequence[Mapping[str, Any]], *, is_confirmed: bool
) -> list[dict[str, str]]:
    """The sources as they are kept. What a source is called may name who wrote it, once somebody has said so."""
    if len(given) > MOST_SOURCES:
        raise NotPossible({"sources": _("Name at most %(most)s sources.") % {"most": MOST_SOURCES}})
    kept = [
        {
            "kind": str(one["kind"]),
            "title": str(one["title"]).strip(),
            "url": str(one["url"]).strip(),
            "read_on": one["read_on"].isoformat(),
        }
        for one in given
    ]
    for one in kept:
        faults = text_faults(
            by, card.collaboration_id, {"sources": one["title"]}, is_confirmed=is_confirmed, longest=LONGEST_SOURCE
        )
        if faults:
            raise TextsRefused(faults)
    return kept
