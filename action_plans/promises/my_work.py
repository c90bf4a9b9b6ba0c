"""Which citizen promises wait for whoever publishes them: to be shown to residents, and to be followed up by a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from action_plans.models import Promise, PromiseState, Publication
from action_plans.promises import presenters
from action_plans.promises.permissions import may_publish
from action_plans.promises.rules import FOLLOWED
from partners.models import Collaboration


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """What is decided and not shown, and what is to be followed up, by whom residents are told."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Promise.objects.visible_to(user).filter(
        collaboration__in=[one.pk for one in collaborations], state__in=[PromiseState.DECIDED, *FOLLOWED]
    )
    shown = set(Publication.objects.open().filter(promise__in=rows).values_list("promise_id", flat=True))
    for promise in rows.select_related("collaboration").order_by("follow_up_on", "number"):
        if not may_publish(user, promise):
            continue
        if promise.state == PromiseState.DECIDED:
            row = _row(promise, "publish", _("Publish the citizen promise"))
        elif promise.pk in shown and promise.follow_up_on is not None:
            row = {
                **_row(promise, "follow-up", _("Follow the citizen promise up")),
                "due_on": promise.follow_up_on,
            }
        else:
            continue
        found.setdefault(promise.collaboration_id, []).append(row)
    return found


def _row(promise: Promise, step: str, title: str) -> dict[str, Any]:
    return {
        "key": f"promise {promise.pk} {step}",
        "title": title,
        # Which promise it is stays on the page.
        "mail_title": title,
        "text": promise.title_sv,
        "url": presenters.url_of(promise),
    }
