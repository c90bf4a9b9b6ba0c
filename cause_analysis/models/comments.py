"""What process support says of an analysis, and what the partners do about it. It changes nothing of the analysis."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cause_analysis.models.causes import Cause, CauseAnalysis
from partners.models import Collaboration, User

LONGEST_COMMENT = 1000


class CommentQuerySet(models.QuerySet["CoachComment"]):
    def visible_to(self, user: Any) -> CommentQuerySet:
        """The comments on the analyses the user reads."""
        return self.filter(analysis__in=CauseAnalysis.objects.visible_to(user))

    def waiting(self) -> CommentQuerySet:
        """Those the partners have done nothing about yet."""
        return self.filter(settled_at=None)


class CoachComment(models.Model):
    """A comment by an invited coach, on a version of the analysis or on one of its causes, and the answer to it."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("comment", "answered")
        TAKEN_CARE_OF = "taken_care_of", pgettext_lazy("comment", "taken care of")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    analysis = models.ForeignKey(CauseAnalysis, on_delete=models.CASCADE, related_name="comments")
    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, null=True, blank=True, related_name="comments")
    text = models.TextField(_("comment"), validators=[MaxLengthValidator(LONGEST_COMMENT)])
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, default="", editable=False)
    answer = models.TextField(_("answer"), blank=True, default="", validators=[MaxLengthValidator(LONGEST_COMMENT)])
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["analysis", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", answer="", settled_at=None) | ~Q(outcome="") & Q(settled_at__isnull=False),
                name="comment_settled_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="answered") | ~Q(answer=""),
                name="comment_answered_with_words",
                violation_error_message=_("Write the answer."),
            ),
        ]

    def __str__(self) -> str:
        # Not its text: the label goes to the log.
        return f"{self.analysis}: {self.pk}"
