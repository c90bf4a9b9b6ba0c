"""What somebody has said of a figure of a published picture. It stays beside it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from councils.dashboard.permissions import READ_COUNCIL_PAGE
from partners.models import Collaboration, Organisation, User
from situational_picture.models import Picture

LONGEST_COMMENT = 1000


class Figure(models.TextChoices):
    """The parts of a picture's page that a comment can be about."""

    TOTAL = "total", pgettext_lazy("figure of a picture", "the most important figures")
    MAP = "map", pgettext_lazy("figure of a picture", "the map")
    PLACES = "places", pgettext_lazy("figure of a picture", "the places")
    TREND = "trend", pgettext_lazy("figure of a picture", "the line over time")
    CATEGORIES = "categories", pgettext_lazy("figure of a picture", "what happened")
    CLOCK = "clock", pgettext_lazy("figure of a picture", "when it happened")


class FigureCommentQuerySet(models.QuerySet["FigureComment"]):
    def visible_to(self, user: Any) -> FigureCommentQuerySet:
        """Those on the pictures the user reads, for whoever leads or works with the areas."""
        reads = [m.collaboration_id for m in user.active_memberships if m.role in READ_COUNCIL_PAGE]
        return self.filter(collaboration__in=reads, picture__in=Picture.objects.visible_to(user))


class FigureComment(models.Model):
    """A comment on one figure of a picture, by a function of an organisation. The picture itself never changes."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    # Goes with the picture when that is purged.
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="figure_comments")
    figure = models.CharField(_("figure"), max_length=12, choices=Figure)
    text = models.TextField(_("comment"), validators=[MaxLengthValidator(LONGEST_COMMENT)])
    # As it was that day: a function, never a name.
    function = models.CharField(_("function"), max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = FigureCommentQuerySet.as_manager()

    class Meta:
        ordering = ["picture", "written_at", "pk"]

    def __str__(self) -> str:
        # Not its text: the label goes to the log.
        return f"{self.picture}, {self.figure}: {self.pk}"
