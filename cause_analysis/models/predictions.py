"""What the reports would show if a cause were true, and what they did show; and the school's terms and holidays."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.predictions import Claim as TestedClaim
from analysis.predictions import Verdict as TestedVerdict
from cause_analysis.models.causes import Cause, Evidence, OfCauseQuerySet
from common.constraints import not_before
from partners.models import Collaboration, InCollaborationQuerySet, Organisation, User

LONGEST_PREDICTION = 300


class SchoolDates(models.Model):
    """A term or a holiday of the municipality's schools: its first and last day."""

    class Kind(models.TextChoices):
        TERM = "term", pgettext_lazy("school", "term")
        HOLIDAY = "holiday", pgettext_lazy("school", "holiday")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("term or holiday"), max_length=10, choices=Kind)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "first_on", "pk"]
        verbose_name_plural = "school dates"
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "kind", "first_on", "last_on"],
                name="school_dates_once",
                violation_error_message=_("These dates are already written down."),
            ),
            not_before(
                "last_on", "first_on", name="school_dates_in_order", message=_("The last day comes before the first.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_on} – {self.last_on}"


class Template(models.TextChoices):
    """What can be tested of the reports without anybody reading them."""

    NEAR = "near", _("near a place")
    HOURS = "hours", _("between some hours")
    WEEKDAYS = "weekdays", _("on some weekdays")
    SEASON = "season", _("in some months of the year")
    SCHOOL = "school", _("in school terms or holidays")
    SINCE = "since", _("from a day on")
    FEATURE = "feature", _("at places that are of a kind")
    AGAIN = "again", _("again at the same place")
    AFTER = "after", _("after reports of another category")


class Claim(models.TextChoices):
    """More or fewer than to be expected."""

    MORE = TestedClaim.MORE.value, pgettext_lazy("prediction", "more")
    FEWER = TestedClaim.FEWER.value, pgettext_lazy("prediction", "fewer")


class Verdict(models.TextChoices):
    """What a test says."""

    SUPPORTED = TestedVerdict.SUPPORTED.value, pgettext_lazy("prediction", "supported")
    NOT_SUPPORTED = TestedVerdict.NOT_SUPPORTED.value, pgettext_lazy("prediction", "not supported")
    CONTRADICTED = TestedVerdict.CONTRADICTED.value, pgettext_lazy("prediction", "contradicted")
    TOO_FEW = TestedVerdict.TOO_FEW.value, pgettext_lazy("prediction", "too few to say")


class PredictionQuerySet(OfCauseQuerySet):
    def worked_on(self) -> Any:
        """Those that go on being tested: nobody has taken them away, nor adopted their analysis."""
        return self.kept().filter(cause__analysis__adopted_at=None, cause__removed_at=None)

    def waiting(self) -> Any:
        """Those whose reports have changed since they were tested."""
        return self.worked_on().filter(tested__lt=F("wanted"))


class Prediction(models.Model):
    """What a cause says the reports should show. It is tested when it is stated, and again when the reports change."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="predictions")
    text = models.CharField(
        _("what the reports should show"),
        max_length=LONGEST_PREDICTION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_PREDICTION)],
    )
    template = models.CharField(_("what is tested"), max_length=10, choices=Template)
    claim = models.CharField(_("more or fewer"), max_length=10, choices=Claim, default=Claim.MORE)
    # What the template asks for: numbers, days and ids, never people's words.
    parameters = models.JSONField(default=dict)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("stated by")
    )

    # Raised when the reports change, and when they have been tested: while they differ, a test waits.
    wanted = models.PositiveIntegerField(default=1, editable=False)
    tested = models.PositiveIntegerField(default=0, editable=False)
    wanted_at = models.DateTimeField(default=timezone.now, editable=False)
    # The latest test's numbers, whole: they are protected when shown.
    result = models.JSONField(default=dict, editable=False)
    tested_at = models.DateTimeField(null=True, blank=True, editable=False)
    evidence = models.OneToOneField(
        Evidence, on_delete=models.SET_NULL, null=True, blank=True, related_name="prediction", editable=False
    )

    # In the version before: the same question goes on being asked from version to version.
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PredictionQuerySet.as_manager()

    class Meta:
        ordering = ["cause", "created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tested_at=None, result={}) | Q(tested_at__isnull=False) & ~Q(result={}),
                name="prediction_tested_has_result",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {self.template} {self.pk}"

    @property
    def verdict(self) -> str:
        return str(self.result.get("verdict", ""))


class PredictionTest(models.Model):
    """One test whose verdict was another than the one before it: when, and with which numbers."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="tests")
    at = models.DateTimeField(default=timezone.now)
    result = models.JSONField(default=dict)

    class TestQuerySet(models.QuerySet["PredictionTest"]):
        def visible_to(self, user: Any) -> PredictionTest.TestQuerySet:
            """The tests of the predictions the user reads."""
            return self.filter(prediction__in=Prediction.objects.visible_to(user))

    objects = TestQuerySet.as_manager()

    class Meta:
        ordering = ["prediction", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.prediction}: {self.at:%Y-%m-%d}"
