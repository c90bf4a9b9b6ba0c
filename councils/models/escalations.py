"""What a group asks of a group above it, or gives to one below it, and the answer that comes back to whoever asked."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import Commitment
from action_plans.models.plans import in_areas_read_by
from action_plans.rules import is_overdue, latest_overdue_day
from areas.models import Area
from partners.levels import DecisionKind, rank
from partners.models import Collaboration, Group, GroupMember, Membership, User
from partners.roles import Role

LONGEST_QUESTION = 1000
LONGEST_REASON = 300
# Whose seat in a group lets them read what it asks and is asked.
READ_BY_SEAT = frozenset(Role) - {Role.COACH, Role.DATA_PROTECTION, Role.ARCHIVIST, Role.ADMINISTRATOR}


class Answer(models.TextChoices):
    """What a group answers."""

    YES = "yes", pgettext_lazy("answer to an escalation", "yes")
    NO = "no", pgettext_lazy("answer to an escalation", "no")
    SENT_BACK = "sent_back", pgettext_lazy("answer to an escalation", "sent back")


class Ending(models.TextChoices):
    """How a refusal ends that was escalated. Nobody's no is overruled."""

    AGREED_OTHERWISE = "agreed_otherwise", pgettext_lazy("refusal", "agreed otherwise")
    STANDS = "stands", pgettext_lazy("refusal", "stands with its reason")
    TAKEN_BACK = "taken_back", pgettext_lazy("refusal", "taken back by the organisation itself")


class Subject(models.TextChoices):
    """What a question can be about. A request that was declined has a relation of its own."""

    PROBLEM = "problem", pgettext_lazy("subject of an escalation", "problem")
    MEASURE = "measure", pgettext_lazy("subject of an escalation", "measure")
    COMMITMENT = "commitment", pgettext_lazy("subject of an escalation", "commitment")
    PLACE = "place", pgettext_lazy("subject of an escalation", "place")
    PLAN = "plan", pgettext_lazy("subject of an escalation", "plan")
    GAP = "gap", pgettext_lazy("subject of an escalation", "knowledge gap")


def groups_sat_in(user: Any) -> models.QuerySet:
    """The groups in which the user, by a role that reads such things, holds a seat today or stands in for one."""
    mine = [m.pk for m in user.active_memberships if m.role in READ_BY_SEAT]
    seats = GroupMember.objects.in_force(timezone.localdate()).filter(Q(membership__in=mine) | Q(deputy__in=mine))
    return seats.order_by().values("group")


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, user: Any) -> EscalationQuerySet:
        """Those of the areas the user reads (the council and whoever compiles: all), and of the groups they sit in."""
        groups = groups_sat_in(user)
        return self.filter(in_areas_read_by(user) | Q(from_group__in=groups) | Q(to_group__in=groups))

    def open(self) -> EscalationQuerySet:
        """Those that wait for an answer."""
        return self.filter(answered_at=None, taken_back_at=None)

    def late(self, today: dt.date) -> EscalationQuerySet:
        """Those that wait although their day has passed; a day when nobody works moves to the next."""
        return self.open().filter(answer_by__lte=latest_overdue_day(today))

    def answered_not_seen(self) -> EscalationQuerySet:
        """Those whose answer the group that asked has not taken note of yet."""
        return self.filter(answered_at__isnull=False, returned_seen_at=None)


class Escalation(models.Model):
    """A question between two levels, with what is asked for, until when, and what came of it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(editable=False)
    from_group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="escalations_sent", verbose_name=_("the group that asks")
    )
    to_group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="escalations_received", verbose_name=_("the group that is asked")
    )
    # None: all who sit there.
    recipient = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who answers")
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    # By number and not by relation: what it is about may be purged, and the decision stays.
    subject_kind = models.CharField(_("what it is about"), max_length=10, choices=Subject, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    # The request that was declined, where it is a no that is taken further.
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="escalations",
        verbose_name=_("request"),
    )
    decision_kind = models.CharField(
        _("what is to be decided"), max_length=14, choices=DecisionKind, default=DecisionKind.REQUEST
    )
    question = models.TextField(_("question"), validators=[MaxLengthValidator(LONGEST_QUESTION)])
    recommended_decision = models.TextField(
        _("recommended decision"), blank=True, validators=[MaxLengthValidator(LONGEST_QUESTION)]
    )
    answer_by = models.DateField(_("answer by"))

    answer = models.CharField(_("answer"), max_length=9, choices=Answer, blank=True, editable=False)
    answer_text = models.TextField(
        _("the answer in words"), blank=True, validators=[MaxLengthValidator(LONGEST_QUESTION)]
    )
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ends = models.CharField(
        _("what became of the no"), max_length=16, choices=Ending, blank=True, db_default="", editable=False
    )
    # What the organisation that said no has promised instead.
    agreed_commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("what was agreed instead"),
    )

    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)
    taken_back_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    taken_back_reason = models.CharField(_("why it was taken back"), max_length=LONGEST_REASON, blank=True)
    # When the group that asked took note of the answer.
    returned_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    returned_seen_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    # The form's own number: sent again it is the same question.
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    client_body_hash = models.CharField(max_length=64, blank=True, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="escalation_number_once"),
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="escalation_client_uuid_once"),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(answered_at=None, taken_back_at=None),
                name="escalation_one_open_of_a_no",
                violation_error_message=_("The no has already been taken further and waits for its answer."),
            ),
            models.CheckConstraint(
                condition=~Q(from_group=F("to_group")),
                name="escalation_to_another_group",
                violation_error_message=_("Choose another group."),
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="escalation_answer_and_when",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(taken_back_at=None), name="escalation_answered_or_taken_back"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "yes"]) | ~Q(answer_text=""),
                name="escalation_says_why",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=Q(commitment=None, ends="", agreed_commitment=None)
                | Q(commitment__isnull=False) & (Q(ends="") & Q(answer__in=["", "sent_back"]) | ~Q(ends="")),
                name="escalation_end_of_a_no",
            ),
            models.CheckConstraint(
                condition=Q(ends="agreed_otherwise", agreed_commitment__isnull=False)
                | ~Q(ends="agreed_otherwise") & Q(agreed_commitment=None),
                name="escalation_agreed_on_something",
            ),
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id=None) | ~Q(subject_kind="") & Q(subject_id__isnull=False),
                name="escalation_subject_whole",
            ),
            models.CheckConstraint(
                condition=Q(returned_seen_at=None) | Q(answered_at__isnull=False), name="escalation_seen_when_answered"
            ),
        ]
        indexes = [
            models.Index(fields=["to_group", "answer_by"], name="escalation_waits", condition=Q(answered_at=None)),
            models.Index(fields=["subject_kind", "subject_id"], name="escalation_subject"),
        ]

    def __str__(self) -> str:
        # Not its question: the label goes to the log.
        return f"E{self.number}"

    @property
    def is_upwards(self) -> bool:
        """Whether it is an escalation; downwards it is an assignment."""
        return rank(self.to_group.level) > rank(self.from_group.level)

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None and self.taken_back_at is None

    def is_late(self, today: dt.date) -> bool:
        """Whether it waits although its day has passed."""
        return self.is_open and is_overdue(self.answer_by, today)


class OwnReminderQuerySet(models.QuerySet["EscalationReminder"]):
    def visible_to(self, user: Any) -> OwnReminderQuerySet:
        """One's own."""
        return self.filter(person=user)


class EscalationReminder(models.Model):
    """That a deputy is told, once, of a question that is late. Whoever claims the row sends the letter."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OwnReminderQuerySet.as_manager()

    class Meta:
        ordering = ["escalation", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["escalation", "person", "due_on"], name="escalation_reminded_once")
        ]

    def __str__(self) -> str:
        return f"{self.escalation}: {self.due_on:%Y-%m-%d}"
