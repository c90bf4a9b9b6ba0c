"""The joint situational picture: one row an area and period, as a draft that Celery keeps up to date, or frozen."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from analysis.periods import Period, PeriodKind
from areas.access import circle_area_ids
from areas.models import Area
from common.constraints import both_or_neither
from partners.models import Collaboration, InCollaborationQuerySet, User
from partners.roles import SEE_PUBLISHED_PICTURES


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, user: Any) -> PictureQuerySet:
        """Drafts are for the area's circle; published pictures for everybody who reads pictures."""
        rows = Q(pk__in=[])
        for collaboration_id in {m.collaboration_id for m in user.active_memberships}:
            in_collaboration = Q(collaboration_id=collaboration_id)
            area_ids = circle_area_ids(user, collaboration_id)
            rows |= in_collaboration if area_ids is None else in_collaboration & Q(area_id__in=area_ids)
            if user.has_role(collaboration_id, SEE_PUBLISHED_PICTURES):
                rows |= in_collaboration & Q(status=Picture.Status.PUBLISHED)
        return self.filter(rows)

    def for_period(self, period: Period) -> PictureQuerySet:
        return self.filter(period_kind=period.kind, period_start=period.start, period_end=period.end)

    def without_figures(self) -> PictureQuerySet:
        """For lists of pictures: their names and addresses, not the hundred kilobytes each of them holds."""
        return self.select_related("area", "collaboration").defer("figures")


class Picture(models.Model):
    """An area's figures for a period. A draft is rebuilt when its incidents change; a published one never changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    class PeriodKind(models.TextChoices):
        WEEK = "week", _("week")
        MONTH = "month", _("month")
        TERTIAL = "tertial", _("tertial")
        FREE = "free", _("free period")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="pictures")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="pictures")
    period_kind = models.CharField(max_length=10, choices=PeriodKind)
    period_start = models.DateField()
    period_end = models.DateField(help_text="The first day after the period.")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    # 0 for the draft; 1, 2, … for what was published.
    version = models.PositiveSmallIntegerField(default=0)
    figures = models.JSONField(null=True, blank=True)
    data_fingerprint = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=40, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["-period_end", "area", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "period_kind", "period_start", "period_end", "version"], name="picture_once"
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="picture_period"),
            models.CheckConstraint(
                condition=Q(status="draft", version=0) | Q(status="published", version__gt=0, figures__isnull=False),
                name="picture_version",
            ),
            both_or_neither(
                "published_at", "published_by",
                name="picture_published_at_and_by",
                message=_("A published picture needs both a date and a person."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["collaboration", "status", "-period_end"], name="picture_latest")]

    def __str__(self) -> str:
        return f"{self.area} {self.period.code}"

    @property
    def period(self) -> Period:
        """The period as a value."""
        return Period(PeriodKind(self.period_kind), self.period_start, self.period_end)


class Rebuild(models.Model):
    """What an area's pictures still have to take in: `wanted` runs ahead of `built` while changes wait."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="+")
    area = models.OneToOneField(Area, on_delete=models.CASCADE, related_name="rebuild")
    wanted = models.PositiveBigIntegerField(default=1)
    built = models.PositiveBigIntegerField(default=0)
    wanted_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["wanted_at"]

    def __str__(self) -> str:
        return f"{self.area}: {self.built}/{self.wanted}"

    @property
    def is_waiting(self) -> bool:
        return self.built < self.wanted

    @property
    def progress_percent(self) -> int:
        return round(100 * self.step / self.steps) if self.steps else 0
