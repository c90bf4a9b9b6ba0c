"""Safety inspections and safety walks: what a checklist asked, what was seen at a place on a day, and photos of it.

A walk's stop is filled in as an inspection is, so it is one: it also says which walk it is of, and how safe it felt.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.access import area_ids_in_scope
from areas.models.geography import Area, Place
from common.constraints import both_or_neither
from partners.models import Collaboration, InCollaborationQuerySet, Organisation, User
from partners.roles import MAY_INSPECT, SEE_EVERYTHING, SEE_OWN_AREAS

LONGEST_NOTE = 500
LONGEST_ITEM = 200


class ChecklistKind(models.TextChoices):
    INSPECTION = "inspection", _("safety inspection")
    WALK = "walk", _("safety walk")


class Checklist(models.Model):
    """What is looked at: one list for inspections and one for walks, in versions."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ChecklistKind)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "kind"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "kind"], name="checklist_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.collaboration}"


class ChecklistVersion(models.Model):
    """A checklist as it was on a day; the database refuses to change it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    # A list of {"key", "text", "feature", "part", "help"}: the key stays when an item is worded anew.
    items = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["checklist", "-number"]
        constraints = [models.UniqueConstraint(fields=["checklist", "number"], name="checklist_version_once")]

    def __str__(self) -> str:
        return f"{self.checklist} {self.number}"


class WalkQuerySet(models.QuerySet["SafetyWalk"]):
    def visible_to(self, user: Any) -> WalkQuerySet:
        """Walks in the areas whose circle the user belongs to, and those the own organisation leads."""
        rows = Q(pk__in=[])
        for membership in user.active_memberships:
            here = Q(collaboration_id=membership.collaboration_id)
            if membership.role in SEE_EVERYTHING:
                rows |= here
            elif membership.role in SEE_OWN_AREAS:
                in_circle = Q(area_id__in=area_ids_in_scope(membership))
                rows |= here & (in_circle | Q(organisation_id=membership.organisation_id))
        return self.filter(rows)


class SafetyWalk(models.Model):
    """A round over several places on one day, in an order of its own."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="safety_walks", verbose_name=_("area"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("who leads it")
    )
    checklist_version = models.ForeignKey(ChecklistVersion, on_delete=models.PROTECT, related_name="walks")
    walked_on = models.DateField(_("day"))
    participants = models.CharField(_("who took part"), max_length=300, blank=True)
    client_uuid = models.UUIDField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WalkQuerySet.as_manager()

    class Meta:
        ordering = ["-walked_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="walk_client_uuid_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.walked_on}"


class InspectionQuerySet(models.QuerySet["SafetyInspection"]):
    def visible_to(self, user: Any) -> InspectionQuerySet:
        """Finished ones where the user is in the circle of the place's area; others for those who fill them in.

        Whoever began one sees it, and the own organisation's are the organisation's. A walk's stops follow the walk.
        """
        rows = Q(created_by=user)
        for membership in user.active_memberships:
            here = Q(collaboration_id=membership.collaboration_id)
            if membership.role in SEE_EVERYTHING:
                rows |= here
            elif membership.role in SEE_OWN_AREAS:
                in_circle = Q(place__area_id__in=area_ids_in_scope(membership))
                rows |= here & in_circle & (Q(finished_at__isnull=False) | Q(walk__isnull=False))
            if membership.role in MAY_INSPECT:
                rows |= here & Q(organisation_id=membership.organisation_id)
        # Whoever no longer takes part reads nothing, whatever they began.
        taking_part = {membership.collaboration_id for membership in user.active_memberships}
        return self.filter(rows, collaboration_id__in=taking_part)

    def finished(self) -> InspectionQuerySet:
        """What has been completed, and never changes."""
        return self.filter(finished_at__isnull=False)


class SafetyInspection(models.Model):
    """What was seen at one place on one day, item by item of a checklist. Finished, it is frozen."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="inspections", verbose_name=_("place"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("who carried it out")
    )
    checklist_version = models.ForeignKey(ChecklistVersion, on_delete=models.PROTECT, related_name="inspections")
    inspected_on = models.DateField(_("day"))
    # Functions, never names: “fastighetsskötare, områdespolis”.
    participants = models.CharField(_("who took part"), max_length=300, blank=True)

    walk = models.ForeignKey(SafetyWalk, on_delete=models.CASCADE, null=True, blank=True, related_name="stops")
    stop_number = models.PositiveSmallIntegerField(null=True, blank=True)
    safety = models.PositiveSmallIntegerField(
        _("how safe it felt"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    felt_safe = models.TextField(_("what felt safe"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])
    felt_unsafe = models.TextField(_("what felt unsafe"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])

    client_uuid = models.UUIDField(editable=False)
    # The numbers of the photos that were taken with it: a phone sends them afterwards, also when it is finished.
    announced_photos = models.JSONField(default=list, editable=False)
    # Raised by one each time somebody saves: whoever writes from an older page is told.
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    texts_purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-inspected_on", "-pk"]
        indexes = [models.Index(fields=["place", "-inspected_on"], name="inspection_of_place")]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="inspection_client_uuid_once"),
            models.UniqueConstraint(fields=["walk", "stop_number"], name="inspection_stop_once"),
            both_or_neither(
                "walk", "stop_number", name="inspection_stop_of_walk", message=_("A stop belongs to a walk.")
            ),
            models.CheckConstraint(
                condition=Q(safety__isnull=True) | Q(safety__range=(1, 5)),
                name="inspection_safety_1_to_5",
                violation_error_message=_("Choose from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.inspected_on}"


class ItemState(models.TextChoices):
    OK = "ok", pgettext_lazy("an item of a checklist", "in order")
    DEFECT = "defect", pgettext_lazy("an item of a checklist", "defect")
    URGENT = "urgent", pgettext_lazy("an item of a checklist", "urgent")
    NOT_LOOKED_AT = "not_looked_at", pgettext_lazy("an item of a checklist", "not looked at")


DEFECTS = (ItemState.DEFECT, ItemState.URGENT)


class InInspectionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the inspections the user reads."""
        return self.filter(inspection__in=SafetyInspection.objects.visible_to(user))


class ItemQuerySet(InInspectionQuerySet):
    def defects(self) -> ItemQuerySet:
        """What has to be mended, of finished inspections."""
        return self.filter(state__in=DEFECTS, inspection__finished_at__isnull=False)


class InspectionItem(models.Model):
    """What was seen of one item. It is there from the beginning, so that whatever is done about it can point at it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(SafetyInspection, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=40)
    state = models.CharField(_("state"), max_length=15, choices=ItemState, default=ItemState.NOT_LOOKED_AT)
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["inspection", "pk"]
        constraints = [models.UniqueConstraint(fields=["inspection", "key"], name="inspection_item_once")]

    def __str__(self) -> str:
        return f"{self.inspection}: {self.key}"


class InspectionCorrection(models.Model):
    """What somebody wrote beside a finished inspection, because it was wrong or has become so."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(SafetyInspection, on_delete=models.CASCADE, related_name="corrections")
    item = models.ForeignKey(
        InspectionItem, on_delete=models.CASCADE, null=True, blank=True, related_name="corrections"
    )
    text = models.TextField(_("correction"), validators=[MaxLengthValidator(LONGEST_NOTE)])
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InInspectionQuerySet.as_manager()

    class Meta:
        ordering = ["inspection", "pk"]

    def __str__(self) -> str:
        return f"{self.inspection}: {self.pk}"


class InspectionPhotoQuerySet(InInspectionQuerySet):
    def kept(self) -> InspectionPhotoQuerySet:
        """Photos that still have their file."""
        return self.exclude(file="")


class InspectionPhoto(models.Model):
    """A photo of an item or of the place, made anew on the server. A removed one leaves its row without a file."""

    class Removal(models.TextChoices):
        TAKEN_BACK = "taken_back", _("taken back")
        TIME = "time", _("deleted: its time was over")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(SafetyInspection, on_delete=models.PROTECT, related_name="photos")
    item = models.ForeignKey(InspectionItem, on_delete=models.PROTECT, null=True, blank=True, related_name="photos")
    file = models.FileField(upload_to="inspections/", max_length=100, blank=True, editable=False)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    client_uuid = models.UUIDField(editable=False)
    client_body_hash = models.CharField(max_length=64, editable=False)
    removal = models.CharField(max_length=10, choices=Removal, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InspectionPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["inspection", "pk"]
        verbose_name = "inspection photo"
        constraints = [
            models.UniqueConstraint(fields=["inspection", "client_uuid"], name="inspection_photo_client_uuid_once"),
            models.CheckConstraint(
                condition=Q(file="", sha256="") & ~Q(removal="") | ~Q(file="") & Q(removal=""),
                name="inspection_photo_file_unless_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection}: {self.pk}"


class InPhotoQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """Marks in the photos the user sees."""
        return self.filter(photo__in=InspectionPhoto.objects.visible_to(user))


class PhotoMark(models.Model):
    """A spot in a photo with a few words: where it is, as shares of width and height from the upper left corner."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(InspectionPhoto, on_delete=models.PROTECT, related_name="marks")
    x = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    y = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    text = models.CharField(_("what is to be seen there"), max_length=120)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["photo", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(x__range=(0, 1), y__range=(0, 1)), name="photo_mark_within_photo"),
        ]

    def __str__(self) -> str:
        return f"{self.photo}: {self.text}"
