"""Areas with boundaries over time, places, who covers which area, and the police's list as dated data."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from areas.names import fold, sort_key
from common.constraints import no_overlap, not_before
from partners.models import Collaboration, Group, InCollaborationQuerySet, Membership, Organisation
from privacy.guard import sentence_for, verdict


class AreaKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("municipality")
    DISTRICT = "district", _("district")
    EST_AREA = "est_area", _("EST area")
    WARD = "ward", _("ward")
    NEIGHBOURHOOD = "neighbourhood", _("neighbourhood")
    STATISTICAL = "statistical", _("statistical area")


class AreaQuerySet(InCollaborationQuerySet):
    def active(self, today: dt.date) -> AreaQuerySet:
        """Areas in use today."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)


class Area(models.Model):
    """A part of the municipality that the partners follow; larger areas are its parents."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="areas")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(_("kind"), max_length=20, choices=AreaKind)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=60, editable=False)
    code = models.CharField(_("code"), max_length=40, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    valid_from = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "slug"],
                name="area_slug_once",
                violation_error_message=_("There is already an area with this name."),
            ),
            # What a file's rows are told apart by: of one kind, and among the areas in use, a code names one.
            models.UniqueConstraint(
                fields=["collaboration", "kind", "code"],
                condition=Q(valid_to__isnull=True) & ~Q(code=""),
                name="area_code_once",
                violation_error_message=_("There is already an area of this kind with this code."),
            ),
            not_before("valid_to", "valid_from", name="area_dates", message=_("The last day comes before the first.")),
            models.CheckConstraint(condition=~Q(parent=models.F("pk")), name="area_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = slugify(self.name) or slugify(self.code) or "area"
        super().save(*args, **kwargs)

    @property
    def sort_key(self) -> str:
        """The name in Swedish order."""
        return sort_key(self.name)


class BoundaryQuerySet(InCollaborationQuerySet):
    def in_force(self, on: dt.date) -> BoundaryQuerySet:
        """Boundaries that hold on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


class Boundary(models.Model):
    """An area's boundary between two days, with its source. WGS 84, as WKB."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="boundaries")
    wkb = models.BinaryField()
    valid_from = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    is_approximate = models.BooleanField(_("approximate"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        ordering = ["area", "valid_from"]
        verbose_name_plural = "boundaries"
        constraints = [
            not_before(
                "valid_to", "valid_from", name="boundary_dates", message=_("The last day comes before the first.")
            ),
            no_overlap(
                "area", name="boundary_no_overlap", message=_("The area already has a boundary for some of these days.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.valid_from}"

    @property
    def polygon(self) -> shapely.Geometry:
        """The boundary as a Polygon or MultiPolygon in degrees (longitude, latitude)."""
        return shapely.from_wkb(bytes(self.wkb))


class AreaScope(models.Model):
    """The areas in which a role sees other organisations' rows (descendants included)."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="area_scopes")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="scopes")

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["membership", "area"]
        constraints = [models.UniqueConstraint(fields=["membership", "area"], name="area_scope_once")]

    def __str__(self) -> str:
        return f"{self.membership} – {self.area}"


class GroupArea(models.Model):
    """The areas a group works with."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="group_areas")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="group_areas")

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["group", "area"]
        constraints = [models.UniqueConstraint(fields=["group", "area"], name="group_area_once")]

    def __str__(self) -> str:
        return f"{self.group} – {self.area}"


class PlaceKind(models.TextChoices):
    CENTRE = "centre", _("centre or shopping centre")
    SQUARE = "square", _("square")
    PARK = "park", _("park or green area")
    SCHOOL = "school", _("school or school yard")
    STATION = "station", _("stop or station")
    GARAGE = "garage", _("garage or car park")
    STAIRWELL = "stairwell", _("stairwell, cellar or entrance")
    YARD = "yard", _("residential yard")
    STREET = "street", _("street or path")
    LEISURE = "leisure", _("sports or leisure facility")
    SHOP = "shop", _("shop or restaurant")
    OTHER = "other", _("other place")


class PlaceQuerySet(InCollaborationQuerySet):
    def in_use(self) -> PlaceQuerySet:
        return self.filter(is_active=True)


class Place(models.Model):
    """A named place that people know: a square, an entrance, a garage. A point, or a polygon with its point inside."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="places")
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="places", editable=False
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind, default=PlaceKind.OTHER)
    lon = models.FloatField(_("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)])
    lat = models.FloatField(_("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    polygon_wkb = models.BinaryField(null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_places",
        verbose_name=_("owner"),
    )
    manager = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="managed_places",
        verbose_name=_("manager"),
    )
    other_names = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("What people also call the place, with commas between."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    # Folded for search and order, since the embedded PostgreSQL has neither unaccent nor Swedish collation.
    search_key = models.CharField(max_length=450, editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="", db_collation="C")
    search_vector = models.GeneratedField(
        expression=SearchVector("search_key", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        indexes = [
            GinIndex(fields=["search_vector"], name="place_search"),
            models.Index(fields=["collaboration", "sort_key"], name="place_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "name"],
                name="place_name_once",
                violation_error_message=_("There is already a place with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_keys()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_key", "sort_key"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """A name is free text too: what surely points at a person is refused, names that streets also have are not."""
        hits = {name: verdict(getattr(self, name)).strong for name in ("name", "other_names")}
        errors = {name: sentence_for(found[0].rule) for name, found in hits.items() if found}
        if errors:
            raise ValidationError(errors)

    def fill_keys(self) -> None:
        """Keep what search and order go by; whoever saves many places at once calls it for each."""
        self.search_key = fold(f"{self.name} {self.other_names}")[:450]
        self.sort_key = sort_key(self.name)[:200]


class PoliceListCategory(models.Model):
    """A category on the police's list of exposed areas, with the years it was used: the scale changed in 2025."""

    code = models.CharField(max_length=10, unique=True)
    name_sv = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    first_list_year = models.PositiveSmallIntegerField()
    last_list_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_sv


class PoliceListStatus(models.Model):
    """What the police's list of a year said about an area; no category means that it was not on the list."""

    class Trend(models.TextChoices):
        POSITIVE = "positive", _("positive")
        STABLE = "stable", _("stable")
        NEGATIVE = "negative", _("negative")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="police_list_statuses")
    list_year = models.PositiveSmallIntegerField(
        _("list of"), validators=[MinValueValidator(2014), MaxValueValidator(2100)]
    )
    category = models.ForeignKey(PoliceListCategory, on_delete=models.PROTECT, null=True, blank=True)
    trend = models.CharField(_("trend"), max_length=10, choices=Trend, blank=True)
    is_verified = models.BooleanField(_("checked against the police's report"), default=False)
    source = models.CharField(_("source"), max_length=300)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["area", "list_year"]
        verbose_name_plural = "police list statuses"
        constraints = [models.UniqueConstraint(fields=["area", "list_year"], name="police_list_status_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.list_year}: {self.category or '–'}"


class MembershipMove(models.Model):
    """What moved when a boundary was re-cut or a pin was moved: counts from one area to another."""

    class Reason(models.TextChoices):
        BOUNDARY = "boundary", _("boundaries were imported")
        PIN = "pin", _("a place was moved")
        KIND = "kind", _("incidents are counted by another kind of area")
        DAY = "day", _("a boundary came into force or ended")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    # Everything that moved for one reason carries the same moment.
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(_("why"), max_length=20, choices=Reason)
    about = models.CharField(max_length=200, blank=True)
    from_area = models.ForeignKey(Area, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    to_area = models.ForeignKey(Area, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    incidents = models.PositiveIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.from_area or '–'} → {self.to_area or '–'}"
