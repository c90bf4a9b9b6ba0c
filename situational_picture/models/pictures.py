"""The joint situational picture: one row an area and period, as a draft that Celery keeps up to date, or frozen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.periods import Period, PeriodKind
from areas.access import circle_area_ids
from areas.models import Area
from common.constraints import both_or_neither
from partners.models import Collaboration, InCollaborationQuerySet, User
from partners.roles import MAY_COMPILE, SEE_PUBLISHED_PICTURES


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
        REVIEW = "review", _("under review")
        PUBLISHED = "published", _("published")

    class State(models.TextChoices):
        """What the people who know the area say about it; never computed."""

        STABLE = "stable", pgettext_lazy("assessed state", "stable")
        WORRYING = "worrying", pgettext_lazy("assessed state", "worrying")
        SERIOUS = "serious", pgettext_lazy("assessed state", "serious")

    class PeriodKind(models.TextChoices):
        WEEK = "week", _("week")
        MONTH = "month", _("month")
        TERTIAL = "tertial", _("tertial")
        FREE = "free", _("free period")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="pictures")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="pictures")
    # What the area was called when the picture was published: a file that is kept says the name of its day.
    frozen_area_name = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
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

    # What people have written stands on the row itself (see `writing`), so that it is frozen with the figures.
    assessed_state = models.CharField(
        _("assessed state"), max_length=10, choices=State, blank=True, default="", db_default=""
    )
    assessed_motive = models.TextField(_("motive"), blank=True, default="", db_default="")
    assessment = models.TextField(_("joint assessment"), blank=True, default="", db_default="")
    # Section → text, and the name and query of the selection of reports that supports it.
    sections = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    # In order of day: day, place, what.
    coming_events = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    # In order of priority: place (its id, where it is a named one), name, why.
    priority_places = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    # Raised by one each time somebody writes: whoever writes from an older text is told.
    text_version = models.PositiveIntegerField(default=0, db_default=0)
    written_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_for_review_at = models.DateTimeField(null=True, blank=True)
    sent_for_review_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the words of a published picture meant: categories with their kinds, and the limit of protection.
    definitions = models.JSONField(null=True, blank=True)
    # Whether the area's groups and the reporters are told of it by mail.
    is_sent_out = models.BooleanField(default=True, db_default=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["-period_end", "area", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "period_kind", "period_start", "period_end", "version"], name="picture_once"
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="picture_period"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "review"], version=0)
                | Q(status="published", version__gt=0, figures__isnull=False),
                name="picture_version",
            ),
            both_or_neither(
                "published_at", "published_by",
                name="picture_published_at_and_by",
                message=_("A published picture needs both a date and a person."),
            ),
            both_or_neither(
                "sent_for_review_at", "sent_for_review_by",
                name="picture_sent_for_review_at_and_by",
                message=_("A picture under review needs both a date and a person."),
            ),
            models.CheckConstraint(
                condition=~Q(status="review") | Q(sent_for_review_at__isnull=False), name="picture_under_review"
            ),
            models.CheckConstraint(
                condition=Q(assessed_state="") | ~Q(assessed_motive=""),
                name="picture_state_has_motive",
                violation_error_message=_("Say why the state is assessed so."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["collaboration", "status", "-period_end"], name="picture_latest")]

    def __str__(self) -> str:
        return f"{self.area_name} {self.period.code}"

    @property
    def area_name(self) -> str:
        """What the area is called; in a published picture, what it was called that day."""
        return self.frozen_area_name or self.area.name

    @property
    def collaboration_name(self) -> str:
        """What the collaboration is called; in a published picture, what it was called that day."""
        return (self.definitions or {}).get("collaboration") or self.collaboration.name

    @property
    def period(self) -> Period:
        """The period as a value."""
        return Period(PeriodKind(self.period_kind), self.period_start, self.period_end)

    @property
    def has_text(self) -> bool:
        """Whether anybody has written anything."""
        written = (self.assessed_state, self.assessment, self.sections, self.coming_events, self.priority_places)
        return any(written)


# A letter that was begun this long ago and is not sent will not be by whoever began it.
UNCERTAIN_AFTER = dt.timedelta(minutes=5)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: Any) -> DeliveryQuerySet:
        """One's own; and for whoever compiles pictures, everybody's in the collaboration."""
        compiles = [m.collaboration_id for m in user.active_memberships if m.role in MAY_COMPILE]
        return self.filter(
            Q(person=user) | Q(picture__collaboration_id__in=compiles), picture__in=Picture.objects.visible_to(user)
        )

    def waiting(self) -> DeliveryQuerySet:
        """Those nobody has begun to send."""
        return self.filter(claimed_at=None, sent_at=None, by_news=False)

    def uncertain(self, now: dt.datetime) -> DeliveryQuerySet:
        """Those somebody began to send and never finished: the letter may have left, or not."""
        return self.filter(sent_at=None, claimed_at__lt=now - UNCERTAIN_AFTER)


class Delivery(models.Model):
    """That a published picture is to be sent to somebody. Whoever claims the row sends the letter, once."""

    class Reason(models.TextChoices):
        GROUP = "group", _("member of a group of the area")
        REPORTER = "reporter", _("has reported")

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    # Empty while it waits. Filled and not sent: whoever had claimed it died on the way, or got no answer.
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # No letter of its own: the person reads of it where they have chosen to, or when their quiet hours end.
    by_news = models.BooleanField(default=False, db_default=False)
    opened_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["picture", "pk"]
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["picture", "person"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.picture} → {self.person}"

    def is_uncertain(self, now: dt.datetime) -> bool:
        """Whether the letter may have left, or not."""
        return self.sent_at is None and self.claimed_at is not None and self.claimed_at < now - UNCERTAIN_AFTER


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
