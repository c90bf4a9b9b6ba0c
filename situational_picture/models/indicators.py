"""Indicators: series of numbers beside the reports, each with its source, level, period, n and interval."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.models import Area, Place
from common.constraints import both_or_neither, not_before
from partners.models import Collaboration, InCollaborationQuerySet, Organisation, User
from partners.roles import SEE_INDICATORS, SEE_PLACE_FILES

LONGEST_NAME = 200
LONGEST_UNIT = 40
LONGEST_NOTE = 300
# People past one place in one hour; more than this is a slip of the hand.
MOST_PEOPLE = 20_000


class IndicatorQuerySet(models.QuerySet):
    """Rows that are read by everybody who reads indicators in the collaboration."""

    def visible_to(self, user: Any) -> Any:
        """The rows of the collaborations in which one of the user's roles reads indicators."""
        readable = [m.collaboration_id for m in user.active_memberships if m.role in SEE_INDICATORS]
        return self.filter(collaboration_id__in=readable)

    def kept(self) -> Any:
        """Those nobody has taken away."""
        return self.filter(removed_at=None)


class Indicator(models.Model):
    """What is followed over time: what it is called, where it comes from, and which ground it speaks of."""

    class Kind(models.TextChoices):
        INCIDENTS = "incidents", pgettext_lazy("indicator", "counted from the reports")
        IMPORTED = "imported", pgettext_lazy("indicator", "imported statistics")
        SURVEY = "survey", pgettext_lazy("indicator", "survey")
        COST = "cost", pgettext_lazy("indicator", "cost")
        PLACE_COUNT = "place_count", pgettext_lazy("indicator", "people counted at a place")
        BY_HAND = "by_hand", pgettext_lazy("indicator", "entered by hand")

    class Level(models.TextChoices):
        PLACE = "place", pgettext_lazy("level of an indicator", "place")
        AREA = "area", pgettext_lazy("level of an indicator", "area")
        MUNICIPALITY = "municipality", pgettext_lazy("level of an indicator", "municipality")
        COUNTY = "county", pgettext_lazy("level of an indicator", "county")
        COUNTRY = "country", pgettext_lazy("level of an indicator", "country")

    class Better(models.TextChoices):
        LOWER = "lower", pgettext_lazy("which way is better", "lower is better")
        HIGHER = "higher", pgettext_lazy("which way is better", "higher is better")
        NEITHER = "neither", pgettext_lazy("which way is better", "neither is better")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    unit = models.CharField(_("unit"), max_length=LONGEST_UNIT, blank=True)
    # Empty where the numbers are counted here: the page says so in its reader's language.
    source = models.CharField(_("source"), max_length=LONGEST_NAME, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="indicators")
    # What a file calls the municipality, county or country.
    region = models.CharField(_("region"), max_length=100, blank=True, default="", db_default="")
    better = models.CharField(_("which way is better"), max_length=8, choices=Better, default=Better.LOWER)
    # The filters of a list of reports; only where the numbers are counted from them.
    selection = models.TextField(blank=True, default="", db_default="", editable=False)
    # By what an import finds the same series again; empty for what somebody has made on a page.
    import_key = models.CharField(max_length=400, blank=True, default="", db_default="", editable=False)
    made_by_batch = models.ForeignKey(
        "IndicatorBatch", on_delete=models.PROTECT, null=True, blank=True, related_name="indicators", editable=False
    )
    row_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="indicator_number_once"),
            models.UniqueConstraint(
                fields=["collaboration", "import_key"],
                condition=~Q(import_key="") & Q(removed_at=None),
                name="indicator_import_key_once",
            ),
            models.CheckConstraint(
                condition=Q(level="place", place__isnull=False, area__isnull=True)
                | Q(level="area", place__isnull=True, area__isnull=False)
                | Q(level__in=["municipality", "county", "country"], place__isnull=True, area__isnull=True),
                name="indicator_ground_by_level",
                violation_error_message=_("An indicator of a place names its place, one of an area its area."),
            ),
            models.CheckConstraint(
                condition=Q(kind="incidents") | Q(selection=""), name="indicator_selection_when_counted"
            ),
            models.CheckConstraint(
                condition=~Q(kind="place_count") | Q(level="place"),
                name="indicator_place_count_at_place",
                violation_error_message=_("People are counted at a place. Choose which one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_computed(self) -> bool:
        """Whether its numbers are computed from other rows, and so never entered or imported."""
        return self.kind in {Indicator.Kind.INCIDENTS, Indicator.Kind.PLACE_COUNT}

    @property
    def is_share(self) -> bool:
        """Whether its values are shares of those asked, 0–1."""
        return self.kind == Indicator.Kind.SURVEY

    @property
    def ground(self) -> str:
        """Which place, area or region it speaks of."""
        if self.place is not None:
            return self.place.name
        if self.area is not None:
            return self.area.name
        return self.region


class IndicatorBatch(models.Model):
    """One file of indicator values that was taken in: who, when, what of it, and whether it has been undone."""

    class Layout(models.TextChoices):
        TABLE = "table", pgettext_lazy("layout of a file", "table of survey shares, costs or statistics")
        WORKBOOK = "workbook", pgettext_lazy("layout of a file", "Brå's indicator workbook")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    layout = models.CharField(max_length=10, choices=Layout)
    file_name = models.CharField(max_length=200)
    # Of the file's bytes, so that the same file is known again.
    fingerprint = models.CharField(max_length=64)
    # The day the numbers are of: when the file was fetched from where it is published.
    dated_on = models.DateField(_("the file is from"))
    values_made = models.PositiveIntegerField(default=0)
    values_corrected = models.PositiveIntegerField(default=0)
    values_unchanged = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "indicator batches"

    def __str__(self) -> str:
        return self.file_name


class IndicatorValueQuerySet(InCollaborationQuerySet):
    def visible_to(self, user: Any) -> Any:
        """The values of the indicators the user reads."""
        readable = [m.collaboration_id for m in user.active_memberships if m.role in SEE_INDICATORS]
        return self.filter(collaboration_id__in=readable)

    def standing(self) -> Any:
        """What holds now: values that nothing has replaced."""
        return self.filter(withdrawn_at=None)


class IndicatorValue(models.Model):
    """One number of a series. It never changes: a correction is a value of its own, and this one is then withdrawn."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to and including"))
    # Of a survey: the share of those asked, 0–1.
    value = models.FloatField(_("value"), null=True, blank=True)
    # The source knows a number and does not tell it: never shown as nothing, nor as missing.
    is_suppressed = models.BooleanField(default=False, db_default=False)
    n = models.PositiveIntegerField(_("number asked or counted"), null=True, blank=True)
    successes = models.PositiveIntegerField(_("number who said so"), null=True, blank=True)
    ci_low = models.FloatField(_("lower limit"), null=True, blank=True)
    ci_high = models.FloatField(_("upper limit"), null=True, blank=True)
    design_effect = models.FloatField(_("design effect"), default=1.0, db_default=1.0)
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True, default="", db_default="")
    batch = models.ForeignKey(IndicatorBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="values")
    entered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The import whose number stands in its place, so that undoing the import brings this one back.
    withdrawn_by_batch = models.ForeignKey(
        IndicatorBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawn"
    )

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "period_from", "period_to", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "period_from", "period_to"],
                condition=Q(withdrawn_at=None),
                name="indicatorvalue_one_a_period",
            ),
            not_before(
                "period_to",
                "period_from",
                name="indicatorvalue_period",
                message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(is_suppressed=True, value__isnull=True, successes__isnull=True, ci_low__isnull=True)
                | Q(is_suppressed=False, value__isnull=False),
                name="indicatorvalue_told_or_suppressed",
                violation_error_message=_("Write the value."),
            ),
            models.CheckConstraint(
                condition=Q(successes__isnull=True) | Q(n__isnull=False, successes__lte=F("n")),
                name="indicatorvalue_successes_of_n",
                violation_error_message=_("More have said so than were asked."),
            ),
            models.CheckConstraint(
                condition=Q(n__isnull=True) | Q(n__gt=0),
                name="indicatorvalue_n_of_some",
                violation_error_message=_("Nobody was asked. Leave the period out."),
            ),
            both_or_neither(
                "ci_low",
                "ci_high",
                name="indicatorvalue_interval_whole",
                message=_("Give both limits of the interval."),
            ),
            models.CheckConstraint(
                condition=Q(ci_low__isnull=True) | Q(ci_low__lte=F("value"), ci_high__gte=F("value")),
                name="indicatorvalue_within_interval",
                violation_error_message=_("The value lies outside its interval."),
            ),
            models.CheckConstraint(
                condition=Q(design_effect__gt=0),
                name="indicatorvalue_design_effect",
                violation_error_message=_("A design effect is larger than nothing; 1 is a simple random sample."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_by_batch__isnull=True, withdrawn_by__isnull=True),
                name="indicatorvalue_withdrawn_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.period_from}–{self.period_to}"


class PlaceCountQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """The counts of the collaborations in which the user's roles read what places are like."""
        readable = [m.collaboration_id for m in user.active_memberships if m.role in SEE_PLACE_FILES]
        return self.filter(collaboration_id__in=readable)

    def standing(self) -> Any:
        """Counts that nobody has taken back."""
        return self.filter(taken_back_at=None)


class PlaceCount(models.Model):
    """How many people used a place in an hour. A number only: never who, what they did or looked like."""

    class Minutes(models.IntegerChoices):
        TEN = 10, _("10 minutes")
        QUARTER = 15, _("15 minutes")
        HALF = 30, _("30 minutes")
        WHOLE = 60, _("the whole hour")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="people_counts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    counted_on = models.DateField(_("day"))
    # The hour begins; 23 is the last one before midnight.
    hour = models.PositiveSmallIntegerField(_("hour"), validators=[MaxValueValidator(23)])
    minutes = models.PositiveSmallIntegerField(_("counted for"), choices=Minutes, default=Minutes.WHOLE)
    people = models.PositiveIntegerField(_("people"), validators=[MinValueValidator(0), MaxValueValidator(MOST_PEOPLE)])
    client_uuid = models.UUIDField(editable=False)
    counted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PlaceCountQuerySet.as_manager()

    class Meta:
        ordering = ["place", "-counted_on", "-hour", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="placecount_sent_once"),
            models.UniqueConstraint(
                fields=["place", "counted_on", "hour"],
                condition=Q(taken_back_at=None),
                name="placecount_one_an_hour",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="placecount_hour"),
            models.CheckConstraint(condition=Q(people__lte=MOST_PEOPLE), name="placecount_people"),
            models.CheckConstraint(condition=Q(minutes__in=[10, 15, 30, 60]), name="placecount_minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.counted_on} {self.hour:02d}: {self.people}"
