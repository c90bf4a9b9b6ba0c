"""What was done and read, by whom: ids and text, no foreign keys, append-only."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: Any) -> EventQuerySet:
        """The log of the collaborations where the user looks after data protection, archives or administration."""
        return self.filter(collaboration_id__in=user.collaborations_where_may_read_log())


class Event(models.Model):
    """One line of the log. It outlives everything it speaks of, and never holds personal data about others."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    collaboration_id = models.BigIntegerField(null=True, blank=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField(_("who"), max_length=200, blank=True)
    organisation_id = models.BigIntegerField(null=True, blank=True)
    organisation_label = models.CharField(_("organisation"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=40, blank=True)
    action = models.CharField(_("what was done"), max_length=80)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_label = models.CharField(_("with what"), max_length=200, blank=True)
    details = models.JSONField(default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # One for each way the log is asked, latest first, so that a page is found without counting the rest.
            models.Index(fields=["collaboration_id", "-at", "-id"], name="audit_event_latest"),
            models.Index(fields=["collaboration_id", "actor_id", "-at", "-id"], name="audit_event_actor"),
            models.Index(fields=["collaboration_id", "organisation_id", "-at", "-id"], name="audit_event_organisation"),
            models.Index(fields=["collaboration_id", "action", "-at", "-id"], name="audit_event_action"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_event_subject"),
            models.Index(fields=["at"], name="audit_event_at"),
            # Which pages showed a report among others.
            GinIndex(
                OpClass(KeyTransform("ids", "details"), name="jsonb_path_ops"),
                name="audit_event_ids",
                condition=models.Q(details__has_key="ids"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_label}"


class DaySealQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DaySealQuerySet:
        """Seals hold no content: whoever may read any log may read them all."""
        return self.all() if user.collaborations_where_may_read_log() else self.none()


class DaySeal(models.Model):
    """A night's seal: a hash over the day's rows and the day before, so that a changed row shows."""

    day = models.DateField(unique=True)
    events = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)

    objects = DaySealQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.events}"


class KeptFrom(models.Model):
    """The first day the log still holds whole: what stood before it has been purged, and its seals speak for it.

    `held` are the days before it that somebody holds back: they are whole, and must agree with their seals.
    """

    day = models.DateField()
    held = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    at = models.DateTimeField(auto_now_add=True)

    objects = DaySealQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name_plural = "kept from"

    def __str__(self) -> str:
        return str(self.day)
