"""What the law asks for soon, for whoever keeps the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.law import presenters, queries
from councils.law.permissions import may_keep_law
from councils.law.rules import Standing
from partners.models import Collaboration


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """What is overdue, and what is due within 90 days."""
    keeps = [one for one in collaborations if may_keep_law(user, one)]
    if not keeps:
        return {}
    found: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in keeps}
    today = timezone.localdate()
    agreements = queries.held_agreements(user, keeps, today=today)
    register = queries.register_of(user, keeps, today=today)
    for collaboration in keeps:
        for line in register[collaboration.pk]:
            if line.standing not in {Standing.DUE, Standing.OVERDUE}:
                continue
            title = _("Prepare a new decision on %(paragraph)s") % {"paragraph": presenters.code_of(line)}
            found[collaboration.pk].append(
                {
                    "key": f"duty {line.paragraph} {line.decision.pk if line.decision else 0}",
                    "title": title,
                    "mail_title": title,
                    "text": str(line.duty.title),
                    "url": presenters.duty_url(collaboration, line.paragraph),
                    "due_on": line.due_on,
                }
            )
        for held in agreements[collaboration.pk]:
            if held.is_followed or held.standing not in {Standing.DUE, Standing.OVERDUE}:
                continue
            title = _("Look an agreement over")
            found[collaboration.pk].append(
                {
                    "key": f"agreement {held.agreement.pk} {held.due_on}",
                    "title": title,
                    "mail_title": title,
                    "text": presenters.held_title(held),
                    "url": reverse("agreement", args=[collaboration.slug, held.agreement.pk]),
                    "due_on": held.due_on,
                }
            )
    return found
