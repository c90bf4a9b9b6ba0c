"""News of a measure on the way.

A `ProgressNote` is news between deciding and the day it is followed up: it goes as planned, something hinders, it is
done. Whether the measure was carried out and gave a good result is said on its day, in `action_plans.FollowUpNote`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import Commitment, Measure, Plan
from areas.access import circle_area_ids
from common.constraints import both_or_neither, not_before
from partners.models import Collaboration, Organisation, User
from partners.roles import SEE_OWN_ORGANISATION

LONGEST_NEWS = 1000


class Course(models.TextChoices):
    """How it goes, in one press."""

    AS_PLANNED = "as_planned", pgettext_lazy("progress", "as planned")
    HINDERED = "hindered", pgettext_lazy("progress", "something hinders")
    DONE = "done", pgettext_lazy("progress", "done")


class NoteQuerySet(models.QuerySet["ProgressNote"]):
    def visible_to(self, user: Any) -> NoteQuerySet:
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

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="progress_note_client_uuid_once"),
        ]
        indexes = [models.Index(fields=["measure", "-written_at"], name="progress_note_latest")]

    def __str__(self) -> str:
        return f"{self.measure}: {self.on:%Y-%m-%d}"


class OfNoteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the notes the user reads."""
        return self.filter(note__in=ProgressNote.objects.visible_to(user))


# --- Dose: how much of it, planned and done ---------------------------------------------------------------------------


class DoseKind(models.TextChoices):
    """What is counted of a measure; an own word for everything else."""

    PATROLS = "patrols", pgettext_lazy("dose", "patrols")
    LAMPS = "lamps", pgettext_lazy("dose", "lamps")
    VISITS = "visits", pgettext_lazy("dose", "visits")
    HOURS = "hours", pgettext_lazy("dose", "hours on site")
    OWN = "own", pgettext_lazy("dose", "own word")


class DosePlanQuerySet(models.QuerySet["DosePlan"]):
    def visible_to(self, user: Any) -> DosePlanQuerySet:
        """Those of the measures the user reads, or has or reads a part of."""
        return self.filter(
            Q(measure__plan__in=Plan.objects.visible_to(user))
            | Q(measure__in=Commitment.objects.visible_to(user).exclude(measure=None).values("measure"))
        )


class DosePlan(models.Model):
    """How much of something a measure is to give: forty patrols, nine lamps. What is done stands with the notes."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="doses")
    kind = models.CharField(_("what is counted"), max_length=8, choices=DoseKind)
    # Of the kind with an own word alone.
    word = models.CharField(_("own word"), max_length=40, blank=True)
    planned = models.PositiveIntegerField(_("how many are planned"), validators=[MinValueValidator(1)])
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = DosePlanQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "kind", "word"], name="dose_plan_kind_once"),
            models.CheckConstraint(
                condition=Q(kind="own") & ~Q(word="") | ~Q(kind="own") & Q(word=""), name="dose_plan_own_word"
            ),
            models.CheckConstraint(condition=Q(planned__gte=1), name="dose_plan_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.kind}"

    @property
    def name(self) -> str:
        """What is counted, in words."""
        return self.word or str(self.get_kind_display())


class DoseDone(models.Model):
    """How much of a planned dose was done since the note before; told with a note."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(ProgressNote, on_delete=models.CASCADE, related_name="doses")
    dose = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="done")
    amount = models.PositiveIntegerField(_("how many"), validators=[MinValueValidator(1)])

    objects = OfNoteQuerySet.as_manager()

    class Meta:
        ordering = ["note", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["note", "dose"], name="dose_done_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="dose_done_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.note}: {self.amount}"


# --- Obstacles --------------------------------------------------------------------------------------------------------


class ObstacleCode(models.TextChoices):
    """What hinders, from a fixed list: so obstacles are counted, and lifted to whoever can do something about them."""

    MONEY = "money", pgettext_lazy("obstacle", "lacks money")
    STAFF = "staff", pgettext_lazy("obstacle", "lacks staff")
    PARTNER = "partner", pgettext_lazy("obstacle", "waits for another partner")
    PERMIT = "permit", pgettext_lazy("obstacle", "waits for a permit")
    SEASON = "season", pgettext_lazy("obstacle", "weather or season")
    RESISTANCE = "resistance", pgettext_lazy("obstacle", "resistance")
    WHO = "who", pgettext_lazy("obstacle", "unclear who does it")
    OTHER = "other", pgettext_lazy("obstacle", "something else")


class ObstacleQuerySet(OfNoteQuerySet):
    def open(self) -> ObstacleQuerySet:
        """Those that still stand in the way."""
        return self.filter(resolved_at=None)


class Obstacle(models.Model):
    """Something that hinders a measure or a part of it, since a day and until it is out of the way."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="obstacles")
    # The note it was told in; what it is about, and for whom, stands there.
    note = models.OneToOneField(ProgressNote, on_delete=models.CASCADE, related_name="obstacle")
    code = models.CharField(_("what hinders"), max_length=12, choices=ObstacleCode)
    since = models.DateField(_("since"))
    resolved_on = models.DateField(_("out of the way on"), null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ObstacleQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "since", "pk"]
        constraints = [
            both_or_neither(
                "resolved_on", "resolved_at", name="obstacle_resolved_when", message=_("Give the day it was resolved.")
            ),
            not_before(
                "resolved_on", "since", name="obstacle_days", message=_("It was out of the way before it was there.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.code}"


# --- Proof ------------------------------------------------------------------------------------------------------------


class ProofPhotoQuerySet(models.QuerySet["ProofPhoto"]):
    def visible_to(self, user: Any) -> ProofPhotoQuerySet:
        """For the circle of the plan's area and the own organisation; the council and process support read words."""
        rows = Q(
            note__organisation__in=[
                m.organisation_id for m in user.active_memberships if m.role in SEE_OWN_ORGANISATION
            ]
        )
        for collaboration_id in {m.collaboration_id for m in user.active_memberships}:
            area_ids = circle_area_ids(user, collaboration_id)
            here = Q(collaboration_id=collaboration_id)
            rows |= here if area_ids is None else here & Q(note__measure__plan__area__in=area_ids)
        return self.filter(rows)

    def kept(self) -> ProofPhotoQuerySet:
        """Photos that still have their file."""
        return self.exclude(file="")


class ProofPhoto(models.Model):
    """A photo of something carried out, made anew on the server. A removed one leaves its row without a file."""

    class Removal(models.TextChoices):
        TAKEN_BACK = "taken_back", _("taken back")
        TIME = "time", _("deleted: its time was over")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="photos")
    file = models.FileField(upload_to="proof/", max_length=100, blank=True, editable=False)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    client_uuid = models.UUIDField(editable=False)
    removal = models.CharField(max_length=10, choices=Removal, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProofPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["note", "pk"]
        verbose_name = "proof photo"
        constraints = [
            models.UniqueConstraint(fields=["note", "client_uuid"], name="proof_photo_client_uuid_once"),
            models.CheckConstraint(
                condition=Q(file="", sha256="") & ~Q(removal="") | ~Q(file="") & Q(removal=""),
                name="proof_photo_file_unless_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note}: {self.pk}"
