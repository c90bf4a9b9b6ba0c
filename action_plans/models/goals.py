"""What a plan is to lead to: goals that can be measured, with where they start from."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models.plans import InPlanQuerySet, Plan
from cause_analysis.models import Problem
from common.constraints import both_or_neither, not_before
from partners.models import Collaboration, Group, Membership, Organisation, User

LONGEST_GOAL = 500


class Goal(models.Model):
    """An effect, process or output goal: indicator, baseline, target, day and owner."""

    class Kind(models.TextChoices):
        EFFECT = "effect", pgettext_lazy("goal", "effect goal")
        PROCESS = "process", pgettext_lazy("goal", "process goal")
        OUTPUT = "output", pgettext_lazy("goal", "output goal")

    class Direction(models.TextChoices):
        REDUCE = "reduce", pgettext_lazy("goal", "reduce")
        INCREASE = "increase", pgettext_lazy("goal", "increase")

    class Measured(models.TextChoices):
        REPORTS = "reports", _("counted from the reports")
        ENTERED = "entered", _("entered by hand")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="goals")
    # None: a goal of the plan as a whole.
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="goals", verbose_name=_("problem")
    )
    number = models.PositiveIntegerField(editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.EFFECT)
    # Read outside the circle and in frozen versions: a counted baseline stands in it as tens (`goals/telling.py`).
    text = models.TextField(_("the goal"), validators=[MaxLengthValidator(LONGEST_GOAL)])
    # Somebody has worded it; otherwise it is written anew from the fields.
    is_own_words = models.BooleanField(default=False, db_default=False, editable=False)
    direction = models.CharField(_("change"), max_length=10, choices=Direction, default=Direction.REDUCE)
    measured = models.CharField(_("measured"), max_length=10, choices=Measured, default=Measured.REPORTS)
    indicator = models.CharField(_("indicator"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    source = models.CharField(_("measured with"), max_length=200, blank=True)
    # The filters of a list of reports; only where the indicator is counted from them.
    selection = models.TextField(blank=True, default="", db_default="", editable=False)

    # Where it starts from. A count from the reports is kept whole, with its interval, and protected when shown.
    baseline = models.FloatField(_("baseline"), null=True, blank=True)
    baseline_lower = models.FloatField(null=True, blank=True, editable=False)
    baseline_upper = models.FloatField(null=True, blank=True, editable=False)
    baseline_from = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_to = models.DateField(_("baseline to and including"), null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of sensitive categories among what was counted, those who may not see them are told not even the tens.
    is_sensitive = models.BooleanField(default=False, db_default=False, editable=False)
    target = models.FloatField(_("target"), null=True, blank=True)
    target_on = models.DateField(_("to be reached by"), null=True, blank=True)

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answers for it")
    )
    # Set: a group has agreed on it, and it belongs to the plan's next version.
    agreed_at = models.DateTimeField(null=True, blank=True, editable=False)
    agreed_by_group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    # The places of its selection, where a list has looked them up for all its goals (`goals/telling.py`).
    place_names: list[str] | None = None

    objects = InPlanQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="goal_number_once"),
            both_or_neither(
                "baseline_from",
                "baseline_to",
                name="goal_baseline_period_whole",
                message=_("Give both days of the period the baseline is from."),
            ),
            not_before(
                "baseline_to",
                "baseline_from",
                name="goal_baseline_dates",
                message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(measured="reports") | Q(selection=""),
                name="goal_selection_when_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.number}"
