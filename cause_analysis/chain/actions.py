"""Every change of the chain of events: its own order, where somebody can step in, and the cause a link points at."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from cause_analysis.causes.actions import opened
from cause_analysis.causes.rules import check_is_kept
from cause_analysis.chain.queries import links_of
from cause_analysis.models import Cause, CauseAnalysis, EventChainLink
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible


def _check_cause(analysis: CauseAnalysis, cause: Cause | None) -> None:
    if cause is not None and not Cause.objects.kept().filter(analysis=analysis, pk=cause.pk).exists():
        raise NotPossible({"cause": _("The cause has been taken away. Choose another.")})


@transaction.atomic
def add_link(
    *,
    by: Any,
    analysis: CauseAnalysis,
    text: str,
    is_intervention_point: bool = False,
    cause: Cause | None = None,
    is_confirmed: bool = False,
) -> EventChainLink:
    """Write down what happens next, last in the chain."""
    analysis = opened(by, analysis.pk)
    text = text.strip()
    if not text:
        raise NotPossible({"text": _("Say what happens.")})
    _check_cause(analysis, cause)
    check_texts(by, analysis.collaboration_id, {"text": text}, is_confirmed=is_confirmed)
    links = links_of(analysis)
    last = links[-1] if links else None
    if last is not None and (last.text, last.is_intervention_point, last.cause_id) == (
        text, is_intervention_point, cause.pk if cause is not None else None,
    ):  # fmt: skip
        # The same form sent twice: nothing happens twice in a row.
        return last
    link = EventChainLink.objects.create(
        collaboration_id=analysis.collaboration_id,
        analysis=analysis,
        position=last.position + 1 if last is not None else 0,
        text=text,
        is_intervention_point=is_intervention_point,
        cause=cause,
        created_by=by,
        changed_by=by,
    )
    record("chain_link_added", by=by, subject=link)
    return link


def _opened(by: Any, link: EventChainLink) -> EventChainLink:
    analysis = opened(by, link.analysis_id)
    link = EventChainLink.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=link.pk)
    link.analysis = analysis
    check_is_kept(link)
    return link


@transaction.atomic
def change_link(
    *,
    by: Any,
    link: EventChainLink,
    row_version: int,
    text: str,
    is_intervention_point: bool,
    cause: Cause | None,
    is_confirmed: bool = False,
) -> EventChainLink:
    """Say it in other words; told when somebody else has done so meanwhile."""
    link = _opened(by, link)
    wanted = {"text": text.strip(), "is_intervention_point": is_intervention_point, "cause": cause}
    if all(getattr(link, name) == value for name, value in wanted.items()):
        return link
    check_version(link, row_version)
    if not wanted["text"]:
        raise NotPossible({"text": _("Say what happens.")})
    _check_cause(link.analysis, cause)
    check_texts(by, link.collaboration_id, {"text": text.strip()}, is_confirmed=is_confirmed)
    for name, value in wanted.items():
        setattr(link, name, value)
    link.row_version += 1
    link.changed_by = by
    link.save(update_fields=[*wanted, "row_version", "changed_by"])
    record("chain_link_changed", by=by, subject=link)
    return link


@transaction.atomic
def shift_link(*, by: Any, link: EventChainLink, direction: str) -> EventChainLink:
    """Let a link come a step earlier or later."""
    link = _opened(by, link)
    links = links_of(link.analysis)
    at = next(number for number, row in enumerate(links) if row.pk == link.pk)
    to = at - 1 if direction == "up" else at + 1
    if not 0 <= to < len(links):
        raise NotPossible(_("It already stands first.") if direction == "up" else _("It already stands last."))
    links.insert(to, links.pop(at))
    for number, row in enumerate(links):
        row.position = number
    EventChainLink.objects.bulk_update(links, ["position"])
    record("chain_link_moved", by=by, subject=link, direction=direction)
    return links[to]


@transaction.atomic
def remove_link(*, by: Any, link: EventChainLink) -> EventChainLink:
    """Take a link out of the chain. It is kept in the history."""
    link = _opened(by, link)
    link.removed_at, link.removed_by = timezone.now(), by
    link.save(update_fields=["removed_at", "removed_by"])
    record("chain_link_removed", by=by, subject=link)
    return link
