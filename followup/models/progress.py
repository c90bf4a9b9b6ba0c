"""News of a measure on the way.

A `ProgressNote` is news between deciding and the day it is followed up: it goes as planned, something hinders, it is
done. Whether the measure was carried out and gave a good result is said on its day, in `action_plans.FollowUpNote`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import Commitment, Measure, Plan
from partners.models import Collaboration, Organisation, User
from partners.roles import SEE_OWN_ORGANISATION

LONGEST_NEWS = 1000


class Course(models.TextChoices):
    """How it goes, in one press."""

    AS_PLANNED = "as_planned", pgettext_lazy("progress", "as planned")
    HINDERED = "hindered", pgettext_lazy("progress", "something hinders")
    DONE = "done", pgettext_lazy("progress", "done")


class ProgressNoteQuerySet(models.QuerySet["ProgressNote"]):
    def visible_to(self, user: Any) -> ProgressNoteQuerySet:
        """Those of the measures the user reads, of the parts the user reads, and of the own organisation."""
        own = [m.organisation_id for m in user.active_memberships if m.role in SEE_OWN_ORGANISATION]
        return self.filter(
            Q(measure__plan__in=Plan.objects.visible_to(user))
            | Q(part__in=Commitment.objects.visible_to(user).values("pk"))
            | Q(organisation__in=own)
        )


class ProgressNote(models.Model):
    """News of a measure, or of one organisation's part in it, on a day. Never changed: the next note tells more."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="progress_notes")
    # None: of the measure as a whole.
    part = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="progress_notes",
        verbose_name=_("which part"),
    )
    on = models.DateField(_("day"))
    course = models.CharField(_("how it goes"), max_length=12, choices=Course)
    text = models.TextField(_("what has been done"), blank=True, validators=[MaxLengthValidator(LONGEST_NEWS)])
    # Spent since the note before; summed against what was reckoned with when the measure was decided.
    cost_sek = models.PositiveIntegerField(_("cost, in kronor"), null=True, blank=True)
    hours = models.PositiveIntegerField(_("working hours"), null=True, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # The form's own number: sent again it is the same note.
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    client_body_hash = models.CharField(max_length=64, blank=True, editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ProgressNoteQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="progress_note_client_uuid_once"),
        ]
        indexes = [models.Index(fields=["measure", "-written_at"], name="progress_note_latest")]

    def __str__(self) -> str:
        return f"{self.measure}: {self.on:%Y-%m-%d}"
