"""What somebody new in the coordinator's role needs: what is due, what was tried, who is who, and what is open.

Everything is asked as the reader, and each list says so when there is nothing in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from action_plans.commitments import presenters as commitments_told
from action_plans.commitments import queries as commitments
from action_plans.models import CommitmentState, Measure, MeasureState
from cause_analysis.knowing.presenters import gap_url, gap_words
from cause_analysis.models import KnowledgeGap
from councils.law import presenters, queries
from councils.law.rules import Standing
from councils.models import Escalation
from followup.evaluations import presenters as evaluations_told
from followup.evaluations.queries import with_row
from followup.models import EvaluatedMeasure, Evaluation
from partners.models import Collaboration, GroupMember, Membership
from partners.roles import Role
from ui.templatetags.ui import url_or_nothing

MOST = 20


def due_rows(user: Any, collaboration: Collaboration, *, today: dt.date) -> list[dict[str, Any]]:
    """The duties and agreements that are late, missing or due within 90 days, the latest first."""
    rows = [
        {
            "title": f"{presenters.code_of(line)} {line.duty.title}",
            "url": presenters.duty_url(collaboration, line.paragraph),
            "on": line.due_on,
            "tag": presenters.standing_tag(line.standing),
        }
        for line in queries.lines_for(user, collaboration, today=today)
        if line.standing != Standing.DECIDED
    ]
    for held in queries.held_agreements(user, [collaboration], today=today).get(collaboration.pk, []):
        if held.standing != Standing.DECIDED and not held.is_followed:
            rows.append(
                {
                    "title": presenters.held_title(held),
                    "url": reverse("agreement", args=[collaboration.slug, held.agreement.pk]),
                    "on": held.due_on,
                    "tag": presenters.standing_tag(held.standing),
                }
            )
    # What has a day before what has none.
    return sorted(rows, key=lambda row: row["on"] or dt.date.max)


def tried_rows(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """What was evaluated and adopted, with what the group made of it, the latest first."""
    adopted = Evaluation.objects.visible_to(user).adopted().filter(collaboration=collaboration)
    rows = with_row(Evaluation.objects.filter(pk__in=adopted.values("pk"))).order_by("-adopted_at", "-pk")
    return [
        {
            "title": evaluations_told.subject_of(one),
            "url": evaluations_told.url_of(one),
            "on": one.due_on,
            "tag": evaluations_told.outcome_tag(one.outcome) if one.outcome else None,
        }
        for one in rows[:MOST]
    ]


def unjudged_rows(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """Measures that are over without an adopted evaluation, the latest first."""
    judged = EvaluatedMeasure.objects.filter(measure=OuterRef("pk"), evaluation__adopted_at__isnull=False)
    rows = Measure.objects.visible_to(user).filter(
        ~Exists(judged), plan__collaboration=collaboration, state__in=[MeasureState.CARRIED_OUT, MeasureState.ABORTED]
    )
    return [
        {
            "title": one.title,
            "url": reverse("measure_detail", args=[collaboration.slug, one.pk]),
            "on": one.due_on,
            "text": one.get_state_display(),
        }
        for one in rows.select_related("plan").order_by("-due_on", "-pk")[:MOST]
    ]


def group_rows(user: Any, collaboration: Collaboration, *, today: dt.date) -> list[dict[str, Any]]:
    """The groups that meet, and who sits in them by function and organisation, with deputies."""
    groups = collaboration.groups.visible_to(user).filter(is_active=True).order_by("level", "name")
    seats: dict[int, list[str]] = {}
    held = GroupMember.objects.visible_to(user).in_force(today).filter(collaboration=collaboration)
    parts = ("membership__user", "membership__organisation", "deputy__user", "deputy__organisation")
    for seat in held.select_related(*parts).order_by("pk"):
        said = _function(seat.membership)
        if seat.deputy is not None:
            said = _("%(who)s, deputy: %(deputy)s") % {"who": said, "deputy": _function(seat.deputy)}
        seats.setdefault(seat.group_id, []).append(said)
    return [
        {
            "title": group.name,
            "text": group.get_kind_display(),
            "url": reverse("group_detail", args=[collaboration.slug, group.pk]),
            "seats": seats.get(group.pk, []),
        }
        for group in groups
    ]


def keeper_rows(collaboration: Collaboration, *, today: dt.date) -> list[str]:
    """Who keeps the work together: coordinators, analysts and municipal liaison officers, by function."""
    rows = Membership.objects.filter(
        collaboration=collaboration,
        role__in=[Role.COORDINATOR, Role.ANALYST, Role.MUNICIPAL_OFFICER],
        user__is_active=True,
        user__is_service=False,
        valid_from__lte=today,
    ).exclude(valid_to__lte=today)
    rows = rows.select_related("user", "organisation").order_by("role", "organisation__name", "pk")
    return [f"{_function(one)} ({one.get_role_display()})" for one in rows]


def _function(membership: Membership) -> str:
    return ", ".join(filter(None, [membership.user.function, membership.organisation.name]))


def escalation_rows(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """Questions between the levels that wait for an answer, the most pressing first."""
    rows = Escalation.objects.visible_to(user).open().filter(collaboration=collaboration).distinct()
    return [
        {
            "title": one.question,
            "url": url_or_nothing("escalation", collaboration.slug, one.number),
            "on": one.answer_by,
            "text": _("to %(group)s") % {"group": one.to_group.name},
        }
        for one in rows.select_related("to_group").order_by("answer_by", "pk")[:MOST]
    ]


def commitment_rows(user: Any, collaboration: Collaboration, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Requests nobody has answered and promises that are late, each as the ledger shows it to this reader."""
    ids: list[int] = []
    for asked in (commitments.Asked(is_late=True), commitments.Asked(state=CommitmentState.ASKED)):
        ids += commitments.seen_lines(user, collaboration, asked, now=now).newest(most=MOST)
    rows = commitments.these(user, collaboration, list(dict.fromkeys(ids))[:MOST], now=now)
    return [
        {
            "title": line.text,
            "url": commitments_told.url_of(line.commitment),
            "on": line.due_on,
            "text": _("%(asker)s asks %(asked)s") % {
                "asker": line.commitment.asked_by.name, "asked": line.commitment.asked_of.name,
            },
        }
        for line in rows
    ]  # fmt: skip


def gap_rows(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """What nobody has found out yet, the most pressing first."""
    rows = KnowledgeGap.objects.visible_to(user).filter(collaboration=collaboration, closed_at=None)
    parts = ("analysis__problem__collaboration", "analysis__problem__area", "collaboration", "place")
    return [
        {"title": gap_words(one), "url": gap_url(one), "on": one.due_on, "text": one.analysis.problem.title}
        for one in rows.select_related(*parts).order_by("due_on", "pk")[:MOST]
    ]


def sections(user: Any, collaboration: Collaboration, *, now: dt.datetime, today: dt.date) -> Sequence[dict[str, Any]]:
    """The lists of the page, each with what it says when it is empty."""
    return [
        {
            "id": "due", "title": _("What is due"), "rows": due_rows(user, collaboration, today=today),
            "empty": _("Nothing the law asks for is late, missing or due within 90 days."),
        },
        {
            "id": "tried", "title": _("What was tried, and what came of it"), "rows": tried_rows(user, collaboration),
            "empty": _("No evaluation has been adopted yet."),
        },
        {
            "id": "unjudged", "title": _("Over, without an adopted evaluation"),
            "rows": unjudged_rows(user, collaboration),
            "empty": _("No measure is over without an evaluation."),
        },
        {
            "id": "escalations", "title": _("Questions that wait for another level"),
            "rows": escalation_rows(user, collaboration), "empty": _("No question waits for another level."),
        },
        {
            "id": "commitments", "title": _("Unanswered requests and late promises"),
            "rows": commitment_rows(user, collaboration, now=now),
            "empty": _("No request waits for an answer, and no promise is late."),
        },
        {
            "id": "gaps", "title": _("What nobody knows yet"), "rows": gap_rows(user, collaboration),
            "empty": _("No knowledge gap is open."),
        },
    ]  # fmt: skip
