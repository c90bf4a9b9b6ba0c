"""Reports in: categories, incidents and import batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from areas.access import area_ids_in_scope
from areas.models import Area, Place
from common.constraints import no_overlap, not_before
from partners.models import Collaboration, InCollaborationQuerySet, Organisation, Unit, User
from partners.roles import (
    MAY_REPORT,
    MAY_REVIEW,
    SEE_EVERYTHING,
    SEE_OWN_AREAS,
    SEE_OWN_ORGANISATION,
    SEE_SENSITIVE,
)


class CategoryQuerySet(InCollaborationQuerySet):
    def in_use(self, today: dt.date) -> CategoryQuerySet:
        """Categories that a report of today may use."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)


class Category(models.Model):
    """What can be reported: a tree of dated rows, each with a kind and a code shared between collaborations."""

    class Kind(models.TextChoices):
        EVENT = "event", _("event")
        CONDITION = "condition", _("condition")
        FORECAST = "forecast", _("forecast")
        POSITIVE = "positive", _("positive")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="categories")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("group")
    )
    code = models.CharField(_("code"), max_length=20)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.EVENT)
    severity = models.PositiveSmallIntegerField(
        _("severity"), default=2, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    # Off unless somebody has thought about what such photos would show.
    takes_photos = models.BooleanField(_("takes photos"), default=False, db_default=False)
    common_code = models.CharField(_("common code"), max_length=20, blank=True)
    valid_from = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    # How near in place and time two reports are suggested to be the same event; empty: as for most categories.
    same_event_m = models.PositiveSmallIntegerField(
        _("same event within, metres"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(2000)],
    )
    same_event_hours = models.PositiveSmallIntegerField(
        _("same event within, hours"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name_sv", "pk"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "code"],
                name="category_code_once",
                violation_error_message=_("There is already a category with this code."),
            ),
            not_before(
                "valid_to", "valid_from", name="category_dates", message=_("The last day comes before the first.")
            ),
        ]

    def __str__(self) -> str:
        return (get_language() == "en" and self.name_en) or self.name_sv


class ImportBatch(models.Model):
    """One file on its way in: checked, stored, reported row by row, and possible to undo."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped")
        UNDONE = "undone", _("undone")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="import_batches")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="import_batches")
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    profile = models.CharField(_("profile"), max_length=40)
    mapping = models.JSONField(default=dict, blank=True)
    # The sentences of the report are written in the language of whoever sent the file.
    language = models.CharField(max_length=7, default="sv")
    # The first rows as they would be stored, until the import ends.
    preview = models.JSONField(default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    file_name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="imports/", blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    problem = models.TextField(blank=True)
    rows = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    texts_removed = models.PositiveIntegerField(default=0)
    without_place = models.PositiveIntegerField(default=0)
    outside_areas = models.PositiveIntegerField(default=0)
    progress_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Somebody has approved what waits of the import: kept until a worker has done it, however often one is killed.
    approval_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    approval_asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False, db_index=False
    )

    class BatchQuerySet(models.QuerySet["ImportBatch"]):
        def visible_to(self, user: Any) -> ImportBatch.BatchQuerySet:
            """The own organisation's imports; for whoever reviews, every organisation's."""
            own = [m.organisation_id for m in user.active_memberships if m.role in SEE_OWN_ORGANISATION]
            every = [m.collaboration_id for m in user.active_memberships if m.role in SEE_EVERYTHING]
            return self.filter(Q(organisation_id__in=own) | Q(collaboration_id__in=every))

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.file_name


class ImportMapping(models.Model):
    """What the columns of an organisation's files mean, saved under a name so that next week's file needs no work."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="import_mappings")
    name = models.CharField(_("name"), max_length=80)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict, blank=True)

    class MappingQuerySet(models.QuerySet["ImportMapping"]):
        def visible_to(self, user: Any) -> ImportMapping.MappingQuerySet:
            """The own organisation's mappings; for whoever reviews, every organisation's."""
            own = [m.organisation_id for m in user.active_memberships if m.role in SEE_OWN_ORGANISATION]
            every = [m.collaboration_id for m in user.active_memberships if m.role in SEE_EVERYTHING]
            return self.filter(Q(organisation_id__in=own) | Q(collaboration_id__in=every))

    objects = MappingQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="import_mapping_name_once",
                violation_error_message=_("The organisation already has a mapping with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRefusal(models.Model):
    """A row of a file that was not stored, with the sentence that says what to do."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=100, blank=True)
    sentence = models.CharField(max_length=400)

    class RefusalQuerySet(models.QuerySet["ImportRefusal"]):
        def visible_to(self, user: Any) -> ImportRefusal.RefusalQuerySet:
            """The refusals of the batches the user may see."""
            return self.filter(batch__in=ImportBatch.objects.visible_to(user))

    objects = RefusalQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "line", "pk"]

    def __str__(self) -> str:
        return f"{self.line}: {self.sentence}"


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")
    REJECTED = "rejected", _("rejected")
    MERGED = "merged", _("merged")
    PURGED = "purged", _("purged to statistics")


# What the figures count: approved reports, and what those of them that are purged have left behind.
COUNTED = Q(status=Status.APPROVED) | Q(is_counted=True)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: Any) -> IncidentQuerySet:
        """Rows the user's roles give: own, the own organisation's, and others' in the areas of the circle.

        Drafts are seen by nobody but the reporter. Others' rows are seen when submitted or later, and by the circle
        when they are approved. An organisation that shares counts only is seen by itself and by whoever reviews: what
        it says today holds for all its rows, and a row reported under counts stays so when it says otherwise later.
        """
        rows = Q(reporter=user)
        for membership in user.active_memberships:
            in_collaboration = Q(collaboration_id=membership.collaboration_id)
            not_draft = ~Q(status=Status.DRAFT)
            if membership.role in SEE_OWN_ORGANISATION:
                rows |= Q(organisation_id=membership.organisation_id) & not_draft
            if membership.role in SEE_EVERYTHING:
                rows |= in_collaboration & not_draft
            elif membership.role in SEE_OWN_AREAS:
                others = in_collaboration & Q(
                    status=Status.APPROVED,
                    sharing=Organisation.Sharing.CIRCLE,
                    organisation__sharing=Organisation.Sharing.CIRCLE,
                    area_id__in=area_ids_in_scope(membership),
                )
                if membership.role not in SEE_SENSITIVE:
                    others &= Q(category__is_sensitive=False)
                rows |= others
        collaborations = [m.collaboration_id for m in user.active_memberships]
        # What is purged to statistics is a number in the figures, and no report to anybody.
        return self.filter(rows, ~Q(status=Status.PURGED), collaboration_id__in=collaborations)

    def counted(self) -> IncidentQuerySet:
        """Rows that make the figures: approved events, also those that are purged to statistics."""
        return self.filter(COUNTED, category__kind=Category.Kind.EVENT)


class Incident(models.Model):
    """Something that happened, or a state of things, reported by a partner. It holds events and places, no persons."""

    class TimePrecision(models.TextChoices):
        EXACT = "exact", _("exact")
        INTERVAL = "interval", _("between two times")
        DAY = "day", _("day known")
        MONTH = "month", _("month known")

    class Location(models.TextChoices):
        PLACED = "placed", _("on the map")
        OUTSIDE = "outside", _("outside the areas")
        NONE = "none", _("without a place")

    class Precision(models.TextChoices):
        EXACT = "exact", _("exact")
        PLACE = "place", _("named place")
        BLOCK = "block", _("block")
        AREA = "area", _("area")

    class PlaceType(models.TextChoices):
        PUBLIC = "public", _("public place")
        SEMI_PUBLIC = "semi_public", _("stairwell, shop or garage")
        PRIVATE = "private", _("private dwelling")
        DIGITAL = "digital", _("on the internet")

    class SourceKind(models.TextChoices):
        OWN = "own", _("own observation")
        SECOND_HAND = "second_hand", _("second hand")
        FAULT_REPORT = "fault_report", _("fault report")
        ON_CALL = "on_call", _("on-call service")
        SYSTEM = "system", _("import from a system")

    class Certainty(models.TextChoices):
        CERTAIN = "certain", _("certain")
        LIKELY = "likely", _("likely")
        UNCERTAIN = "uncertain", _("uncertain")

    class Persons(models.TextChoices):
        NONE = "0", _("none")
        FEW = "1-2", "1–2"
        SOME = "3-5", "3–5"
        SEVERAL = "6-10", "6–10"
        MANY = "11-20", "11–20"
        CROWD = "21+", _("more than 20")

    # Relations without an index of their own are found by one that begins with them (Meta.indexes): each index
    # that is not there makes an import quicker.
    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="incidents", db_index=False)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="incidents",
        verbose_name=_("organisation"),
        db_index=False,
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents", db_index=False
    )
    reporter = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="incidents", db_index=False
    )
    import_batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        related_name="incidents",
        verbose_name=_("what happened"),
        db_index=False,
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    sharing = models.CharField(
        _("sharing"), max_length=10, choices=Organisation.Sharing, default=Organisation.Sharing.CIRCLE
    )

    occurred_from = models.DateTimeField(_("from"))
    occurred_to = models.DateTimeField(_("until"), null=True, blank=True)
    # The local day on which it began: the day the figures count it on.
    occurred_on = models.DateField(editable=False)
    time_precision = models.CharField(
        _("how exact is the time"), max_length=10, choices=TimePrecision, default=TimePrecision.EXACT
    )

    location = models.CharField(max_length=10, choices=Location, default=Location.NONE, editable=False)
    lon = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    lat = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    # H3 cell of resolution 11; coarser cells follow from its bits.
    cell = models.BigIntegerField(null=True, blank=True, editable=False)
    precision = models.CharField(_("how exact is the point"), max_length=10, choices=Precision, default=Precision.EXACT)
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
        verbose_name=_("place"),
        db_index=False,
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents", editable=False, db_index=False
    )
    place_type = models.CharField(_("kind of place"), max_length=12, choices=PlaceType, default=PlaceType.PUBLIC)

    source_kind = models.CharField(_("how do you know"), max_length=12, choices=SourceKind, default=SourceKind.OWN)
    # Not asked unless opened, and then empty rather than guessed.
    certainty = models.CharField(_("how certain"), max_length=10, choices=Certainty, blank=True)
    unsafety = models.PositiveSmallIntegerField(
        _("how unsafe it made people feel (1–5)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    persons = models.CharField(_("how many people"), max_length=5, choices=Persons, blank=True)
    severity = models.PositiveSmallIntegerField(
        _("severity"), default=2, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    cost_sek = models.PositiveIntegerField(_("estimated cost, SEK"), null=True, blank=True)
    description = models.TextField(_("tell more"), blank=True, validators=[MaxLengthValidator(1000)])
    is_text_removed = models.BooleanField(default=False, editable=False)
    # When the text's time was over. Apart from a text removed because it pointed at a person.
    text_purged_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of a report purged to statistics: whether it was approved, and so goes on making the counts of its month.
    is_counted = models.BooleanField(default=False, db_default=False, editable=False)

    client_uuid = models.UUIDField(null=True, blank=True, editable=False)
    # What came in under that number, as a keyed hash: a replay is told from another report, the words are not kept.
    client_body_hash = models.CharField(max_length=64, blank=True, editable=False, db_default="")
    source = models.CharField(max_length=40, blank=True, editable=False)
    source_key = models.CharField(max_length=80, blank=True, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    review_reason = models.CharField(max_length=300, blank=True)
    # The report of the same event that counts for this one, and what this one was before. Whoever deletes rows by the
    # thousand does so in one statement, so the relation is left to the database and to `incidents.merging`.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="merged_reports",
        editable=False,
        db_index=False,
    )
    merged_was = models.CharField(max_length=10, choices=Status, blank=True, editable=False, db_default="")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_on", "-pk"]
        indexes = [
            models.Index(fields=["collaboration", "-occurred_on", "-id"], name="incident_latest"),
            models.Index(fields=["category", "-occurred_on", "-id"], name="incident_category_latest"),
            # What is on its way or was kept out: few rows among many, and asked for by whoever reviews.
            models.Index(
                fields=["collaboration", "-occurred_on", "-id"],
                name="incident_not_approved",
                condition=Q(status__in=["draft", "submitted", "returned", "rejected", "merged"]),
            ),
            models.Index(fields=["area", "occurred_on", "category"], name="incident_area_day"),
            models.Index(fields=["place", "occurred_on"], name="incident_place_day", condition=Q(place__isnull=False)),
            models.Index(fields=["organisation", "-occurred_on"], name="incident_organisation_day"),
            models.Index(fields=["unit", "-occurred_on"], name="incident_unit_day", condition=Q(unit__isnull=False)),
            models.Index(fields=["reporter"], name="incident_reporter", condition=Q(reporter__isnull=False)),
            models.Index(
                fields=["collaboration", "-occurred_on"], name="incident_purged", condition=Q(is_counted=True)
            ),
            # Which months each source has, which every rebuild asks. Few values stand in it many times, so it is small.
            models.Index(
                fields=["collaboration", "source", "is_counted", "time_precision", "occurred_on"],
                name="incident_source_day",
                condition=COUNTED,
            ),
            # How many wait in an area, which every picture says: few rows, where the area has a hundred thousand.
            models.Index(fields=["area"], name="incident_waiting", condition=Q(status="submitted")),
            models.Index(fields=["reviewed_by"], name="incident_reviewed_by", condition=Q(reviewed_by__isnull=False)),
            models.Index(fields=["merged_into"], name="incident_merged_into", condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "client_uuid"],
                condition=Q(client_uuid__isnull=False),
                name="incident_client_uuid_once",
            ),
            models.UniqueConstraint(
                fields=["collaboration", "source", "source_key"],
                condition=~Q(source_key=""),
                name="incident_source_key_once",
            ),
            not_before(
                "occurred_to", "occurred_from", name="incident_times", message=_("The end comes before the beginning.")
            ),
            models.CheckConstraint(
                condition=Q(location="none", lon__isnull=True, lat__isnull=True, cell__isnull=True)
                | Q(~Q(location="none"), lon__isnull=False, lat__isnull=False, cell__isnull=False)
                | Q(status="purged", lon__isnull=True, lat__isnull=True, cell__isnull=True),
                name="incident_point_whole",
                violation_error_message=_("Give both longitude and latitude, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(is_counted=False) | Q(status="purged", time_precision="month"),
                name="incident_counted_when_purged",
            ),
            models.CheckConstraint(
                condition=Q(location="placed", area__isnull=False) | ~Q(location="placed"),
                name="incident_placed_has_area",
            ),
            # That the other report is not merged itself, and of the same collaboration, is held by a trigger.
            models.CheckConstraint(
                condition=Q(
                    status__in=["merged", "purged"], merged_into__isnull=False, merged_was__in=["submitted", "approved"]
                )
                | (Q(merged_into__isnull=True, merged_was="") & ~Q(status="merged")),
                name="incident_merged_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The number people say to each other."""
        return f"H-{self.pk}"


# --- Photos -----------------------------------------------------------------------------------------------------------


class PhotoQuerySet(models.QuerySet["Photo"]):
    def visible_to(self, user: Any) -> PhotoQuerySet:
        """Photos of the reports the user sees: all of them for the reporter and for whoever reviews.

        The others see a photo once it is approved, and only where they may read the report's text: DESIGN's table.
        """
        whole, approved = Q(incident__reporter=user), Q(pk__in=[])
        for membership in user.active_memberships:
            in_collaboration = Q(collaboration_id=membership.collaboration_id)
            if membership.role in MAY_REVIEW:
                whole |= in_collaboration
            elif membership.role in SEE_EVERYTHING:
                approved |= in_collaboration
            elif membership.role in SEE_OWN_ORGANISATION:
                approved |= Q(incident__organisation_id=membership.organisation_id)
        return self.filter(
            whole | approved & Q(status=Photo.Status.APPROVED), incident__in=Incident.objects.visible_to(user)
        )

    def waiting(self) -> PhotoQuerySet:
        """Photos nobody has looked at yet, of reports that are still reports."""
        return self.filter(status=Photo.Status.WAITING)

    def kept(self) -> PhotoQuerySet:
        """Photos that still have their file."""
        return self.exclude(status=Photo.Status.REMOVED)


class Photo(models.Model):
    """A photo of a place or a damage, with its report: made anew on the server, and looked at before others see it."""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a photo", "waiting")
        APPROVED = "approved", pgettext_lazy("a photo", "approved")
        REMOVED = "removed", pgettext_lazy("a photo", "removed")

    class Removal(models.TextChoices):
        REVIEW = "review", _("removed in the review")
        REPORTER = "reporter", _("taken back by the reporter")
        REJECTED = "rejected", _("removed because the report was rejected")
        CATEGORY = "category", _("removed because the category takes no photos")
        TIME = "time", _("deleted: its time was over")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    # Reports go by the thousand in one statement; whoever deletes one takes its photos and their files first.
    incident = models.ForeignKey(Incident, on_delete=models.DO_NOTHING, related_name="photos")
    # Never the name it had on somebody's phone.
    file = models.FileField(upload_to="photos/", max_length=100, blank=True, editable=False)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # The sender's number for it, and a keyed hash of what came in under it: a replay is told from another photo.
    client_uuid = models.UUIDField(editable=False)
    client_body_hash = models.CharField(max_length=64, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    removal = models.CharField(max_length=10, choices=Removal, blank=True, editable=False)
    # Whoever reviews has blacked out parts of it; what was under them is gone.
    is_covered = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["incident", "pk"]
        indexes = [
            models.Index(fields=["collaboration"], name="photo_waiting", condition=Q(status="waiting")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["incident", "client_uuid"], name="photo_client_uuid_once"),
            # A photo that is removed has no file, and every other one has.
            models.CheckConstraint(
                condition=(Q(status="removed", file="", sha256="") & ~Q(removal=""))
                | (~Q(status="removed") & ~Q(file="") & Q(removal="")),
                name="photo_file_unless_removed",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(reviewed_at__isnull=False), name="photo_approved_is_reviewed"
            ),
        ]

    def __str__(self) -> str:
        return f"H-{self.incident_id}: {self.get_status_display()}"


# --- Who reports, how often, and who said that there was nothing ------------------------------------------------------


class ReportingRhythm(models.Model):
    """How often a collaboration's units report, and by when. Without a row: every week, by Monday at noon."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week")
        FORTNIGHT = "fortnight", _("every 14 days")
        MONTH = "month", _("every month")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")

    collaboration = models.OneToOneField(Collaboration, on_delete=models.CASCADE, related_name="reporting_rhythm")
    every = models.CharField(_("how often"), max_length=10, choices=Every, default=Every.WEEK)
    # A Monday on which a fortnight begins; the others follow from it, whatever the weeks are called.
    fortnights_from = models.DateField(_("fortnights are counted from"), default=dt.date(2024, 1, 1))
    deadline_weekday = models.PositiveSmallIntegerField(_("deadline, weekday"), choices=Weekday, default=Weekday.MONDAY)
    deadline_time = models.TimeField(_("deadline, time"), default=dt.time(12, 0))
    reminds = models.BooleanField(_("remind by mail"), default=True)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(deadline_weekday__lte=4), name="reporting_rhythm_weekday"),
            models.CheckConstraint(condition=Q(fortnights_from__iso_week_day=1), name="reporting_rhythm_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.collaboration}: {self.get_every_display()}"


class ReportingUnitQuerySet(InCollaborationQuerySet):
    def expected_on(self, day: dt.date) -> ReportingUnitQuerySet:
        """The units that report on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class ReportingUnit(models.Model):
    """A unit that is expected to report, from a day and perhaps to a day, about some areas (none named: all)."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="reporting_units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reporting", verbose_name=_("unit"))
    areas = models.ManyToManyField(Area, blank=True, related_name="+", verbose_name=_("areas"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = ReportingUnitQuerySet.as_manager()

    class Meta:
        ordering = ["unit__organisation__name", "unit__name", "valid_from"]
        constraints = [
            not_before(
                "valid_to",
                "valid_from",
                name="reporting_unit_dates",
                message=_("The last day comes before the first."),
            ),
            no_overlap(
                "unit", name="reporting_unit_once", message=_("The unit is expected to report in these days already.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.organisation.name}: {self.unit.name}"

    @property
    def is_open(self) -> bool:
        """Whether anybody is left to answer: neither the unit nor its organisation is closed."""
        return self.unit.is_active and self.unit.organisation.is_active


class OfReportingUnitQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> OfReportingUnitQuerySet:
        """The own organisation's; for whoever reviews and compiles, every organisation's."""
        own = [m.organisation_id for m in user.active_memberships if m.role in MAY_REPORT]
        every = [m.collaboration_id for m in user.active_memberships if m.role in SEE_EVERYTHING]
        return self.filter(Q(reporting_unit__unit__organisation_id__in=own) | Q(collaboration_id__in=every))


class NothingToReport(models.Model):
    """Somebody's word that a unit has nothing to report for a period. A report of the period goes before it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    reporting_unit = models.ForeignKey(ReportingUnit, on_delete=models.PROTECT, related_name="nothings")
    period_start = models.DateField()
    period_end = models.DateField(help_text="The first day after the period.")
    said_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    objects = OfReportingUnitQuerySet.as_manager()

    class Meta:
        ordering = ["-period_start", "pk"]
        verbose_name_plural = "nothing to report"
        constraints = [
            models.UniqueConstraint(
                fields=["reporting_unit", "period_start", "period_end"], name="nothing_to_report_once"
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="nothing_to_report_period"),
        ]

    def __str__(self) -> str:
        return f"{self.reporting_unit} {self.period_start}"


class ReportedWeekQuerySet(models.QuerySet["ReportedWeek"]):
    def visible_to(self, user: Any) -> ReportedWeekQuerySet:
        """The own organisation's; for whoever reviews and compiles, every organisation's."""
        own = [m.organisation_id for m in user.active_memberships if m.role in MAY_REPORT]
        every = [m.collaboration_id for m in user.active_memberships if m.role in SEE_EVERYTHING]
        return self.filter(Q(organisation_id__in=own) | Q(collaboration_id__in=every))


class ReportedWeek(models.Model):
    """That a unit had reported in a week, kept when its reports are purged to statistics: who has answered stays so.

    As for reports: one without a unit is its organisation's about an area. Which reports they were is not kept.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    week_start = models.DateField()

    objects = ReportedWeekQuerySet.as_manager()

    class Meta:
        ordering = ["-week_start", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "week_start", "unit", "area"],
                name="reported_week_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(week_start__iso_week_day=1), name="reported_week_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.organisation}: {self.week_start}"


class ReportReminder(models.Model):
    """The claim to remind a unit: one row a period and occasion, so that nobody is reminded twice."""

    class Occasion(models.TextChoices):
        BEFORE = "before", _("before the deadline")
        AFTER = "after", _("after the deadline")
        BY_HAND = "by_hand", _("by the coordinator")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    reporting_unit = models.ForeignKey(ReportingUnit, on_delete=models.PROTECT, related_name="reminders")
    period_start = models.DateField()
    period_end = models.DateField(help_text="The first day after the period.")
    occasion = models.CharField(max_length=10, choices=Occasion)
    claimed_at = models.DateTimeField(auto_now_add=True)

    objects = OfReportingUnitQuerySet.as_manager()

    class Meta:
        ordering = ["-claimed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reporting_unit", "period_start", "period_end", "occasion"], name="report_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reporting_unit} {self.period_start}: {self.get_occasion_display()}"
