"""Measures: what is done about a cause, how it is supposed to work, and where it stands."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models.goals import Goal
from action_plans.models.plans import LONGEST_TEXT, InPlanQuerySet, Plan
from areas.models import Area, InspectionItem, Place
from cause_analysis.models import Cause, Problem
from common.constraints import both_or_neither, not_before
from partners.models import Collaboration, Group, Level, Organisation, User


class MeasureState(models.TextChoices):
    """Where a measure stands. That it is late is no state but follows from its days."""

    DRAFT = "draft", pgettext_lazy("measure", "draft")
    PROPOSED = "proposed", pgettext_lazy("measure", "proposed")
    DECIDED = "decided", pgettext_lazy("measure", "decided")
    ONGOING = "ongoing", pgettext_lazy("measure", "ongoing")
    PAUSED = "paused", pgettext_lazy("measure", "paused")
    CARRIED_OUT = "carried_out", pgettext_lazy("measure", "carried out")
    EVALUATED = "evaluated", pgettext_lazy("measure", "evaluated")
    ABORTED = "aborted", pgettext_lazy("measure", "aborted")


class Measure(models.Model):
    """Something the partners do about one or more chosen causes. Who does it stands in its parts, the commitments."""

    class Operation(models.TextChoices):
        ONE_OFF = "one_off", pgettext_lazy("measure", "one-off")
        ORDINARY = "ordinary", pgettext_lazy("measure", "ordinary operations")

    class Recurrence(models.TextChoices):
        NONE = "", pgettext_lazy("measure", "once")
        DAILY = "daily", pgettext_lazy("measure", "every day")
        WEEKLY = "weekly", pgettext_lazy("measure", "every week")
        FORTNIGHTLY = "fortnightly", pgettext_lazy("measure", "every other week")
        MONTHLY = "monthly", pgettext_lazy("measure", "every month")
        QUARTERLY = "quarterly", pgettext_lazy("measure", "every quarter")
        YEARLY = "yearly", pgettext_lazy("measure", "every year")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="measures")
    # None: a hole, to be filled before it is decided.
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="measures", verbose_name=_("problem")
    )
    number = models.PositiveIntegerField(editable=False)
    # The agreed order within the plan, from 0.
    position = models.PositiveIntegerField(default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=MeasureState, default=MeasureState.DRAFT, editable=False
    )

    title = models.CharField(_("measure"), max_length=120)
    description = models.TextField(
        _("what is done, in detail"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    mechanism = models.TextField(
        _("how this is supposed to work"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    indicator = models.CharField(_("indicator"), max_length=200, blank=True)
    baseline = models.FloatField(_("baseline"), null=True, blank=True)
    baseline_from = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_to = models.DateField(_("baseline to and including"), null=True, blank=True)
    # A code of `measures/techniques.py`.
    technique = models.CharField(_("technique"), max_length=20, blank=True)
    # A card of the measures library.
    method = models.CharField(_("method"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level, blank=True)
    operation = models.CharField(_("one-off or ordinary operations"), max_length=10, choices=Operation, blank=True)
    start_on = models.DateField(_("starts"), null=True, blank=True)
    due_on = models.DateField(_("done by"), null=True, blank=True)
    follow_up_on = models.DateField(_("followed up on"), null=True, blank=True)
    recurrence = models.CharField(
        _("how often"), max_length=12, choices=Recurrence, blank=True, default="", db_default=""
    )
    cost_sek = models.PositiveIntegerField(_("cost, in kronor"), null=True, blank=True)
    hours = models.PositiveIntegerField(_("working hours"), null=True, blank=True)
    funding = models.CharField(_("paid by"), max_length=120, blank=True)
    # The defect of a safety inspection it mends.
    defect = models.ForeignKey(
        InspectionItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("defect"),
    )

    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InPlanQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "position", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="measure_number_once"),
            not_before("due_on", "start_on", name="measure_dates", message=_("It would be done before it starts.")),
            both_or_neither(
                "baseline_from",
                "baseline_to",
                name="measure_baseline_period_whole",
                message=_("Give both days of the period the baseline is from."),
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(state__in=["draft", "proposed"]),
                name="measure_decided_stays",
                violation_error_message=_("A decided measure is aborted with a reason, not taken away."),
            ),
        ]

    def __str__(self) -> str:
        # Not its title: the label goes to the log.
        return f"{self.plan}: {self.number}"


class OfMeasureQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the measures the user reads."""
        return self.filter(measure__plan__in=Plan.objects.visible_to(user))


class MeasureCause(models.Model):
    """A chosen cause the measure is to affect, in the version of the analysis in which it was named."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="measure_causes")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="measure_causes")

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "pk"]
        constraints = [models.UniqueConstraint(fields=["measure", "cause"], name="measure_cause_once")]

    def __str__(self) -> str:
        return f"{self.measure}: {self.cause_id}"


class MeasureGoal(models.Model):
    """A goal the measure serves."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="measure_goals")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="measure_goals")

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "pk"]
        constraints = [models.UniqueConstraint(fields=["measure", "goal"], name="measure_goal_once")]

    def __str__(self) -> str:
        return f"{self.measure}: {self.goal_id}"


class MeasurePlace(models.Model):
    """A place the measure is carried out at."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="measure_places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="measure_places")

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "pk"]
        constraints = [models.UniqueConstraint(fields=["measure", "place"], name="measure_place_once")]

    def __str__(self) -> str:
        return f"{self.measure}: {self.place_id}"


class MeasureMove(models.Model):
    """One step of a measure's life. `overridden` are the gaps a coordinator let pass at deciding, by their codes."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="moves")
    from_state = models.CharField(max_length=12, choices=MeasureState)
    to_state = models.CharField(max_length=12, choices=MeasureState)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Who decided it; only of the step to decided.
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    overridden = models.JSONField(default=list, blank=True)

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.measure}: {self.from_state} → {self.to_state}"


class Verdict(models.TextChoices):
    """Brå's three colours, on each of two questions; always with a word and a symbol."""

    YES = "yes", pgettext_lazy("follow-up", "yes")
    PARTLY = "partly", pgettext_lazy("follow-up", "partly")
    NO = "no", pgettext_lazy("follow-up", "no")
    TOO_EARLY = "too_early", pgettext_lazy("follow-up", "too early to say")


class FollowUpNote(models.Model):
    """That a measure was followed up on a day: was it carried out, did it give a good result, and what was seen."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="follow_up_notes")
    on = models.DateField(_("followed up on"))
    carried_out = models.CharField(_("carried out?"), max_length=10, choices=Verdict)
    good_result = models.CharField(_("good result?"), max_length=10, choices=Verdict)
    text = models.TextField(_("what was seen"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.measure}: {self.on:%Y-%m-%d}"


# --- Planned beforehand: how it will be known whether it worked -------------------------------------------------------


class EvaluationPlan(models.Model):
    """How it will be known whether the measure worked: said before it is decided, and fixed when it is.

    Without a treated place the whole area of the measure's plan is treated.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    measure = models.OneToOneField(Measure, on_delete=models.CASCADE, related_name="evaluation_plan")
    indicator = models.CharField(_("what is compared"), max_length=200)
    # The filters of a list of reports, kept as a goal keeps them: which reports are counted. Empty: all events.
    selection = models.TextField(blank=True, default="", db_default="", editable=False)
    # How far around the treated places it is looked for what moved away or spread, in metres; None: not at all.
    ring_m = models.PositiveIntegerField(_("ring around the places, in metres"), null=True, blank=True)
    before_from = models.DateField(_("before, from"))
    before_to = models.DateField(_("before, to and including"))
    after_from = models.DateField(_("after, from"))
    after_to = models.DateField(_("after, to and including"))
    decision_rule = models.TextField(
        _("which result would change the decision, and how"), validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    # What the helper showed and warned of when the plan was last written (`evaluating/facts.py`): whole, protected when
    # shown.
    facts = models.JSONField(default=dict, blank=True, editable=False)
    # When the measure was decided, or when the plan was written where that was later. Changed afterwards it is only
    # with a reason, which stands beside it (`EvaluationChange`).
    fixed_at = models.DateTimeField(null=True, blank=True, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["measure"]
        constraints = [
            not_before(
                "before_to",
                "before_from",
                name="evaluation_plan_before",
                message=_("The last day comes before the first."),
            ),
            not_before(
                "after_to",
                "after_from",
                name="evaluation_plan_after",
                message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(after_from__gt=models.F("before_to")),
                name="evaluation_plan_after_follows",
                violation_error_message=_("What comes after begins once what comes before has ended."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}"


class OfEvaluationPlanQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the evaluation plans of the measures the user reads."""
        return self.filter(evaluation_plan__measure__plan__in=Plan.objects.visible_to(user))


class EvaluationPlace(models.Model):
    """A treated place of an evaluation plan."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation_plan = models.ForeignKey(EvaluationPlan, on_delete=models.CASCADE, related_name="treated_places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    objects = OfEvaluationPlanQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation_plan", "pk"]
        constraints = [models.UniqueConstraint(fields=["evaluation_plan", "place"], name="evaluation_place_once")]

    def __str__(self) -> str:
        return f"{self.evaluation_plan}: {self.place_id}"


class EvaluationArea(models.Model):
    """An area an evaluation plan compares with."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation_plan = models.ForeignKey(EvaluationPlan, on_delete=models.CASCADE, related_name="comparison_areas")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    objects = OfEvaluationPlanQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation_plan", "pk"]
        constraints = [models.UniqueConstraint(fields=["evaluation_plan", "area"], name="evaluation_area_once")]

    def __str__(self) -> str:
        return f"{self.evaluation_plan}: {self.area_id}"


class EvaluationComparisonPlace(models.Model):
    """A place an evaluation plan compares with."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation_plan = models.ForeignKey(EvaluationPlan, on_delete=models.CASCADE, related_name="comparison_places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    objects = OfEvaluationPlanQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation_plan", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation_plan", "place"], name="evaluation_comparison_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_plan}: {self.place_id}"


class EvaluationChange(models.Model):
    """That an evaluation plan was changed after it was fixed: by whom, why, and what it said before."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation_plan = models.ForeignKey(EvaluationPlan, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    # The plan as it stood, in the shape of a plan's content (`plans/content.py`).
    before = models.JSONField(default=dict)

    objects = OfEvaluationPlanQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation_plan", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.evaluation_plan}: {self.at:%Y-%m-%d}"
