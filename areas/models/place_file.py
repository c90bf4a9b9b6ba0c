"""The place file: what a place is like, as somebody saw it on a day, and who answers for it at which hours."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.models.geography import Place
from common.constraints import not_before
from partners.models import Collaboration, Organisation
from partners.roles import SEE_PLACE_FILES


class PlaceFileQuerySet(models.QuerySet):
    """Rows about places that are read by everybody who works with what happens there."""

    def visible_to(self, user: Any) -> Any:
        """The rows of the collaborations in which the user's roles read place files."""
        readable = [m.collaboration_id for m in user.active_memberships if m.role in SEE_PLACE_FILES]
        return self.filter(collaboration_id__in=readable)


class PlaceFeatureQuerySet(PlaceFileQuerySet):
    def holding(self, on: dt.date | None = None) -> PlaceFeatureQuerySet:
        """What holds now, or held on a day: of each feature the latest observation that nobody has taken back."""
        rows = self.filter(taken_back_at__isnull=True)
        if on is not None:
            rows = rows.filter(observed_on__lte=on)
        # Of two from the same day the one written last holds.
        rows = rows.order_by("place_id", "kind", "detail", "-observed_on", "-pk")
        return rows.distinct("place_id", "kind", "detail")


class PlaceFeature(models.Model):
    """One feature of a place as somebody saw it on a day. Nothing is written over: the latest observation holds."""

    class Kind(models.TextChoices):
        LIGHT = "light", pgettext_lazy("a place's feature", "light")
        SIGHT_LINES = "sight_lines", _("sight lines")
        ESCAPE_ROUTES = "escape_routes", _("escape routes")
        THROUGH_FLOW = "through_flow", _("people passing through")
        OPENING_HOURS = "opening_hours", _("opening hours")
        VACANT_PREMISES = "vacant_premises", _("vacant premises")
        LOCKS = "locks", _("doors, locks and door codes")
        SURVEILLANCE = "surveillance", _("cameras and guarding")
        SEATING = "seating", _("seating")
        SHELTER = "shelter", _("shelter from the weather")
        WIFI = "wifi", _("open wifi")
        POWER = "power", _("power outlets")
        GREENERY = "greenery", _("greenery")
        UPKEEP = "upkeep", _("upkeep, litter and graffiti")
        TRAFFIC = "traffic", _("traffic and parking")
        FIRE = "fire", _("fire safety")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        GOOD = "good", pgettext_lazy("a place's feature", "good")
        DEFECT = "defect", pgettext_lazy("a place's feature", "defect")
        URGENT = "urgent", pgettext_lazy("a place's feature", "urgent")
        NEUTRAL = "neutral", pgettext_lazy("a place's feature", "a fact")

    class Source(models.TextChoices):
        ENTERED = "entered", _("written down by hand")
        INSPECTION = "inspection", _("safety inspection")
        WALK = "walk", _("safety walk")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    # An index below begins with it.
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="features", db_index=False)
    kind = models.CharField(_("feature"), max_length=20, choices=Kind)
    # Two entrances are two features; “something else” is told by it.
    detail = models.CharField(_("which part of the place"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State)
    note = models.CharField(_("note"), max_length=500, blank=True)
    observed_on = models.DateField(_("seen on"))
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.ENTERED)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("who saw it")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Written down by mistake: it holds no longer, and is still told of.
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PlaceFeatureQuerySet.as_manager()

    class Meta:
        ordering = ["place", "-observed_on", "-pk"]
        indexes = [models.Index(fields=["place", "kind", "detail", "-observed_on", "-id"], name="place_feature_latest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="other") | ~Q(detail=""),
                name="place_feature_other_is_told",
                violation_error_message=_("Say what it is."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.name} {self.observed_on}"

    @property
    def name(self) -> str:
        """What people call the feature: its kind, with the part of the place; something else by its own words."""
        if self.kind == self.Kind.OTHER:
            return self.detail
        kind = str(self.get_kind_display())
        return f"{kind}, {self.detail}" if self.detail else kind


class PlaceManagerQuerySet(PlaceFileQuerySet):
    def in_force(self, on: dt.date) -> PlaceManagerQuerySet:
        """What holds on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


def _every_weekday() -> list[int]:
    return list(range(7))


class PlaceManager(models.Model):
    """Who answers for a place on some weekdays between two hours, from a day on; or that nobody does.

    Hours that reach past midnight belong to the weekday on which they begin. An hour without any row is unknown.
    """

    class Party(models.TextChoices):
        ORGANISATION = "organisation", _("a partner")
        OUTSIDE = "outside", _("somebody else")
        NOBODY = "nobody", _("nobody")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="managers_by_hour")
    party = models.CharField(_("who answers for the place"), max_length=12, choices=Party)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    outside_party = models.CharField(_("who else"), max_length=120, blank=True)
    task = models.CharField(_("what they do there"), max_length=200, blank=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        verbose_name=_("weekdays"),
        default=_every_weekday,
        help_text="0 is Monday.",
    )
    from_hour = models.PositiveSmallIntegerField(_("from"), default=0, validators=[MaxValueValidator(23)])
    to_hour = models.PositiveSmallIntegerField(
        _("until"), default=24, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True, help_text="The first day it no longer holds.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlaceManagerQuerySet.as_manager()

    class Meta:
        ordering = ["place", "from_hour", "pk"]
        constraints = [
            not_before(
                "valid_to", "valid_from", name="place_manager_dates", message=_("The last day comes before the first.")
            ),
            models.CheckConstraint(
                condition=Q(party="organisation", organisation__isnull=False, outside_party="")
                | Q(party="outside", organisation__isnull=True) & ~Q(outside_party="")
                | Q(party="nobody", organisation__isnull=True, outside_party=""),
                name="place_manager_party",
                violation_error_message=_("Name one partner, somebody else, or nobody."),
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6], weekdays__len__gte=1),
                name="place_manager_weekdays",
                violation_error_message=_("Choose at least one weekday."),
            ),
            models.CheckConstraint(
                condition=Q(from_hour__lte=23, to_hour__gte=1, to_hour__lte=24) & ~Q(from_hour=models.F("to_hour")),
                name="place_manager_hours",
                violation_error_message=_("Choose from which hour until which."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.party_name}"

    @property
    def party_name(self) -> str:
        """Who it is, by name; “nobody” in the reader's language."""
        if self.party == self.Party.ORGANISATION:
            return str(self.organisation)
        return self.outside_party or str(self.get_party_display())
