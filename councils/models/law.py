"""What the Act (2023:196) asks of the municipality: its duties, the decisions about them, and the year of both."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import Agreement, PlanVersion
from partners.models import Collaboration, User
from partners.roles import Role
from situational_picture.models import Picture

LONGEST_DUTY = 1000
LONGEST_REASON = 300
FIRST_PARAGRAPH, LAST_PARAGRAPH = 4, 10
# Whoever leads, keeps or answers for the work the law asks for. Who administers accounts sees nothing of it.
READ_LAW = {Role.COORDINATOR, Role.ANALYST, Role.COUNCIL, Role.MUNICIPAL_OFFICER, Role.SECURITY_LEAD}


class LawQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """Those of the collaborations in which the user leads, keeps or answers for the work."""
        return self.filter(
            collaboration_id__in=[m.collaboration_id for m in user.active_memberships if m.role in READ_LAW]
        )


class StatutoryItem(models.Model):
    """A duty of the Act as the municipality keeps it. There is a row once somebody has written something about it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    paragraph = models.PositiveSmallIntegerField(
        _("paragraph"), validators=[MinValueValidator(FIRST_PARAGRAPH), MaxValueValidator(LAST_PARAGRAPH)]
    )
    # Empty: as `law/duties.py` words it.
    requires = models.TextField(_("what it requires"), blank=True, validators=[MaxLengthValidator(LONGEST_DUTY)])
    checked_on = models.DateField(_("compared with the law on"), null=True, blank=True)
    checked_against = models.CharField(_("what it was compared with"), max_length=200, blank=True)
    begun_on = models.DateField(_("work on it began"), null=True, blank=True)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = LawQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "paragraph"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "paragraph"], name="statutory_item_once"),
            models.CheckConstraint(
                condition=Q(paragraph__gte=FIRST_PARAGRAPH, paragraph__lte=LAST_PARAGRAPH),
                name="statutory_item_paragraph",
            ),
            models.CheckConstraint(
                condition=Q(checked_on=None) | (~Q(requires="") & ~Q(checked_against="")),
                name="statutory_item_checked_text",
                violation_error_message=_("Say what the text was compared with."),
            ),
        ]

    def __str__(self) -> str:
        return f"§ {self.paragraph}"


class StatutoryDecisionQuerySet(LawQuerySet):
    def standing(self) -> Any:
        """Those nobody has struck out, the latest first."""
        return self.filter(struck_at=None).order_by("-decided_on", "-pk")


class StatutoryDecision(models.Model):
    """That a body has decided what a duty asks for. A new decision stands beside the former, never instead of it."""

    class Body(models.TextChoices):
        ASSEMBLY = "municipal_assembly", pgettext_lazy("deciding body", "the municipal assembly")
        BOARD = "executive_board", pgettext_lazy("deciding body", "the executive board")
        COMMITTEE = "committee", pgettext_lazy("deciding body", "a committee")
        PREVENTION_COUNCIL = "prevention_council", pgettext_lazy("deciding body", "the crime prevention council")
        MANAGEMENT_COUNCIL = "management_council", pgettext_lazy("deciding body", "the management council")
        OFFICIAL = "official", pgettext_lazy("deciding body", "an official, by delegation")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(StatutoryItem, on_delete=models.PROTECT, related_name="decisions")
    decided_on = models.DateField(_("decided on"))
    decided_by_body = models.CharField(_("decided by"), max_length=20, choices=Body)
    registry_number = models.CharField(_("registry number"), max_length=40, blank=True)
    # What it rests on: something in the system, or an address outside.
    document = models.CharField(_("document"), max_length=200, blank=True)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    address = models.URLField(_("address of the document"), max_length=500, blank=True)
    # Empty: it holds until somebody decides otherwise.
    next_due_on = models.DateField(_("to be renewed by"), null=True, blank=True)
    due_reason = models.CharField(_("why that day"), max_length=LONGEST_REASON, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True, editable=False)
    struck_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    struck_reason = models.CharField(_("why it was struck out"), max_length=LONGEST_REASON, blank=True)

    objects = StatutoryDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["item", "-decided_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="statutory_decision_uuid_once"),
            models.CheckConstraint(
                condition=Q(picture=None, plan_version=None)
                | Q(picture=None, agreement=None)
                | Q(plan_version=None, agreement=None),
                name="statutory_decision_one_document",
            ),
            models.CheckConstraint(
                condition=Q(picture__isnull=False)
                | Q(plan_version__isnull=False)
                | Q(agreement__isnull=False)
                | ~Q(address="")
                | ~Q(registry_number=""),
                name="statutory_decision_can_be_found",
                violation_error_message=_("Choose the document, or give its address or registry number."),
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_reason="") | (Q(struck_at__isnull=False) & ~Q(struck_reason="")),
                name="statutory_decision_struck_with_reason",
                violation_error_message=_("Say why it is struck out."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.decided_on:%Y-%m-%d}"


class YearEntry(models.Model):
    """What comes back each year: a survey, a day to apply for money, or the municipality's own."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    # Which of the entries the platform begins with it stands for (`law/year.py`); empty for the municipality's own.
    key = models.SlugField(max_length=30, blank=True, editable=False)
    title = models.CharField(_("what it is"), max_length=120)
    # Without a month nobody has said when it comes; without a day some time in the month.
    month = models.PositiveSmallIntegerField(_("month"), null=True, blank=True)
    day = models.PositiveSmallIntegerField(_("day"), null=True, blank=True)
    source = models.CharField(_("where the day is from"), max_length=200, blank=True)
    is_checked = models.BooleanField(_("the day is checked"), default=False)
    is_hidden = models.BooleanField(default=False, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = LawQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "month", "day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "key"], condition=~Q(key=""), name="year_entry_key_once"),
            models.CheckConstraint(condition=Q(month=None) | Q(month__gte=1, month__lte=12), name="year_entry_month"),
            models.CheckConstraint(
                condition=Q(day=None) | Q(month__isnull=False, day__gte=1, day__lte=31),
                name="year_entry_day",
                violation_error_message=_("Choose the month as well."),
            ),
        ]

    def __str__(self) -> str:
        # Not its title: the label goes to the log.
        return f"{self.collaboration.slug}: {self.pk}"
