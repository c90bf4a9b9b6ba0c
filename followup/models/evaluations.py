"""Evaluations: what the numbers said when their day came, what the group made of them, and what was learnt."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import EvaluationPlan, Measure, Plan
from areas.models import Place
from cause_analysis.models import Problem
from common.constraints import both_or_neither
from partners.models import Collaboration, Group, InCollaborationQuerySet, User

LONGEST_TEXT = 2000


class Headline(models.TextChoices):
    """What the numbers say, by the fixed table of `analysis.evaluation`; the codes are the same."""

    DECREASED = "decreased", pgettext_lazy("evaluation", "decreased")
    UNCHANGED = "unchanged", pgettext_lazy("evaluation", "unchanged")
    INCREASED = "increased", pgettext_lazy("evaluation", "increased")
    NOT_ASSESSABLE = "not_assessable", pgettext_lazy("evaluation", "cannot be assessed")


class Outcome(models.TextChoices):
    """What the group makes of it. That it was never carried out says nothing of the method."""

    WORKED = "worked", pgettext_lazy("evaluation", "worked")
    PARTLY = "partly", pgettext_lazy("evaluation", "worked in part")
    DID_NOT = "did_not", pgettext_lazy("evaluation", "did not work")
    UNCLEAR = "unclear", pgettext_lazy("evaluation", "unclear")
    NEVER = "never_carried_out", pgettext_lazy("evaluation", "never carried out")


class Done(models.TextChoices):
    """Whether what was decided was done."""

    YES = "yes", pgettext_lazy("evaluation", "yes, as planned")
    PARTLY = "partly", pgettext_lazy("evaluation", "in part")
    NO = "no", pgettext_lazy("evaluation", "no")


class Shown(models.TextChoices):
    """Whether it was seen to work the way it was supposed to."""

    YES = "yes", pgettext_lazy("mechanism", "yes")
    PARTLY = "partly", pgettext_lazy("mechanism", "in part")
    NO = "no", pgettext_lazy("mechanism", "no")
    UNKNOWN = "unknown", pgettext_lazy("mechanism", "we do not know")


class WhatNext(models.TextChoices):
    """What is done with the measure."""

    CONTINUE = "continue", pgettext_lazy("evaluation", "goes on")
    CHANGE = "change", pgettext_lazy("evaluation", "is changed")
    END = "end", pgettext_lazy("evaluation", "ends")
    SPREAD = "spread", pgettext_lazy("evaluation", "is used at more places")


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, user: Any) -> EvaluationQuerySet:
        """Evaluations of the plans the user reads."""
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def adopted(self) -> EvaluationQuerySet:
        """Those a group has adopted: frozen."""
        return self.filter(adopted_at__isnull=False)


class Evaluation(models.Model):
    """Whether one measure, or several at one place together, changed what happened.

    Its numbers are computed when the period after has ended, and again while data come in, until a group adopts it.
    Then the database refuses every change.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="evaluations")
    number = models.PositiveIntegerField(editable=False)
    # How it was to be known, said when the measure was decided. None: nothing was planned, and what was done is told.
    evaluation_plan = models.OneToOneField(
        EvaluationPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="evaluation"
    )
    # The day after the last one that is counted.
    due_on = models.DateField()
    # All that was computed, as `evaluations/computing.py` writes it. Whole: it is protected when it is shown.
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    computed_at = models.DateTimeField(null=True, blank=True, editable=False)
    headline = models.CharField(max_length=20, choices=Headline, default=Headline.NOT_ASSESSABLE, editable=False)
    # The names and words it rests on, as `evaluations/content.py` writes them when it is adopted. Empty until then.
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)

    # What the group says of it.
    done_as_planned = models.CharField(_("was it done as planned?"), max_length=10, choices=Done, blank=True)
    mechanism_shown = models.CharField(
        _("did it work the way it was supposed to?"), max_length=10, choices=Shown, blank=True
    )
    what_else = models.TextField(
        _("what else happened in the area?"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    side_effects = models.TextField(
        _("what came of it that was not intended?"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    outcome = models.CharField(_("all in all"), max_length=20, choices=Outcome, blank=True)
    reason = models.TextField(_("why do you say so?"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    what_next = models.CharField(_("what is done now"), max_length=10, choices=WhatNext, blank=True)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    adopted_at = models.DateTimeField(null=True, blank=True, editable=False)
    adopted_by_group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    adopted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="evaluation_number_once"),
            both_or_neither(
                "adopted_at",
                "adopted_by_group",
                name="evaluation_adopted_by_group",
                message=_("An adopted evaluation says which group adopted it."),
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None)
                | (~Q(outcome="") & ~Q(done_as_planned="") & ~Q(mechanism_shown="") & ~Q(what_next="")),
                name="evaluation_adopted_whole",
                violation_error_message=_("Say all in all how it went before it is adopted."),
            ),
        ]

    def __str__(self) -> str:
        return f"U-{self.number}"


class InEvaluationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the evaluations the user reads."""
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))


class EvaluatedMeasure(models.Model):
    """A measure an evaluation is about. Several at one place at the same time cannot be told apart and stand in one."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="evaluated_measures")
    measure = models.OneToOneField(Measure, on_delete=models.PROTECT, related_name="evaluated_in")

    objects = InEvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "pk"]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.measure_id}"


class Standing(models.TextChoices):
    """Whether what an adopted evaluation said still holds, by a fixed rule."""

    HOLDS = "holds", pgettext_lazy("evaluation", "holds")
    UNCERTAIN = "uncertain", pgettext_lazy("evaluation", "uncertain")
    TURNS = "turns", pgettext_lazy("evaluation", "turns")


class EvaluationCheck(models.Model):
    """That an adopted evaluation was computed again, half a year after the time before. Stands beside it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="checks")
    number = models.PositiveIntegerField(editable=False)
    # The last day counted.
    until = models.DateField()
    standing = models.CharField(max_length=10, choices=Standing)
    headline = models.CharField(max_length=20, choices=Headline)
    figures = models.JSONField(encoder=DjangoJSONEncoder, editable=False)
    computed_at = models.DateTimeField(auto_now_add=True)

    objects = InEvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "number"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="evaluation_check_once")]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.number}"


class Lesson(models.Model):
    """Something learnt, and of what: a method, a place, or the way of working. Frozen with its evaluation."""

    class About(models.TextChoices):
        METHOD = "method", _("the method")
        PLACE = "place", _("the place")
        WORK = "work", _("how we work together")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="lessons")
    about = models.CharField(_("about"), max_length=10, choices=About, default=About.METHOD)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    text = models.CharField(_("what we learnt"), max_length=500)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InEvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(about="place") | Q(place=None),
                name="lesson_place_when_about_it",
                violation_error_message=_("Name a place only for what was learnt about a place."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.pk}"


class ProblemWatch(models.Model):
    """The watch after a closed problem: for how long, and how many events in a month take it up again."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="watches")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="watches")
    first_day = models.DateField()
    last_day = models.DateField(_("watched to and including"))
    # So many events of the problem's selection in one calendar month.
    level = models.PositiveIntegerField(_("events in a month that take it up again"))
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The first day of the month that reached the level.
    reached_on = models.DateField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InEvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "-first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1),
                name="problem_watch_level",
                violation_error_message=_("At least one event takes the problem up again."),
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")),
                name="problem_watch_days",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.UniqueConstraint(
                fields=["problem"], condition=Q(ended_at=None), name="problem_watched_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.problem}: {self.last_day:%Y-%m-%d}"


class PlaceboRun(models.Model):
    """How often the headline found something where nothing was done: pretended measures on the collaboration's own
    reports. Numbers of verdicts, and no count of reports."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    # Each category's verdicts, as `evaluations/placebos.py` writes them.
    figures = models.JSONField(encoder=DjangoJSONEncoder)
    computed_at = models.DateTimeField(auto_now_add=True)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-computed_at"]

    def __str__(self) -> str:
        return f"{self.collaboration}: {self.pk}"
