"""Which problems come first: a group's round, what each member thinks by themselves, and what the group decides."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cause_analysis.models.problems import Problem
from partners.models import Collaboration, Group, GroupMember, User
from partners.roles import SEE_EVERYTHING, Role

LONGEST_REASON = 300
HIGHEST = 3


class Criterion(models.TextChoices):
    """What Brå's matrix asks of each problem."""

    COMMON = "common", pgettext_lazy("criterion", "common")
    LONG = "long", pgettext_lazy("criterion", "has gone on for long")
    DEVIATES = "deviates", pgettext_lazy("criterion", "deviates from comparable areas")
    LIMITED = "limited", pgettext_lazy("criterion", "limited to a few places")
    INFLUENCEABLE = "influenceable", pgettext_lazy("criterion", "can be influenced")
    COST = "cost", pgettext_lazy("criterion", "costs much")
    AFFECTS = "affects", pgettext_lazy("criterion", "affects many")


class RoundQuerySet(models.QuerySet["PrioritisationRound"]):
    def visible_to(self, user: Any) -> RoundQuerySet:
        """The group's members, those who compile, and the council."""
        mine = user.active_memberships
        whole = [m.collaboration_id for m in mine if m.role in SEE_EVERYTHING | {Role.COUNCIL}]
        return self.filter(
            Q(collaboration_id__in=whole)
            | Q(
                group__in=GroupMember.objects.in_force(timezone.localdate())
                .of(user)
                .filter(group__is_active=True)
                .values("group_id"),
                collaboration__in=[m.collaboration_id for m in mine],
            )
        )


class PrioritisationRound(models.Model):
    """One time a group goes through its problems: scored in silence, shown together, decided."""

    class Status(models.TextChoices):
        SCORING = "scoring", pgettext_lazy("prioritisation", "being scored in silence")
        SHOWN = "shown", pgettext_lazy("prioritisation", "shown together")
        DECIDED = "decided", pgettext_lazy("prioritisation", "decided")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("group"))
    status = models.CharField(max_length=10, choices=Status, default=Status.SCORING, editable=False)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    shown_at = models.DateTimeField(null=True, blank=True, editable=False)
    shown_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            # A group has one round at a time, so that nobody scores a problem twice.
            models.UniqueConstraint(
                fields=["group"],
                condition=~Q(status="decided"),
                name="prioritisation_one_round",
                violation_error_message=_("The group already has a round that is not decided."),
            ),
            models.CheckConstraint(
                condition=Q(status="scoring", shown_at__isnull=True) | ~Q(status="scoring") & Q(shown_at__isnull=False),
                name="prioritisation_shown_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {timezone.localtime(self.started_at):%Y-%m-%d}"


class RoundProblemQuerySet(models.QuerySet["RoundProblem"]):
    def visible_to(self, user: Any) -> RoundProblemQuerySet:
        """The problems the user reads: while they are scored within the round, afterwards wherever they are read."""
        return self.filter(
            Q(round__in=PrioritisationRound.objects.visible_to(user)) | ~Q(round__status="scoring"),
            problem__in=Problem.objects.visible_to(user),
        )


class RoundProblem(models.Model):
    """A problem in a round: what the data say of it, and what the group decides, with its reason."""

    class Decision(models.TextChoices):
        FIRST = "first", pgettext_lazy("decision on a problem", "comes first")
        WAITS = "waits", pgettext_lazy("decision on a problem", "waits until the next round")
        RESTS = "rests", pgettext_lazy("decision on a problem", "is laid to rest")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(PrioritisationRound, on_delete=models.CASCADE, related_name="round_problems")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="round_problems")
    # What the data knew when the round began, by criterion: a score, and which sentence it rests on with its numbers.
    suggestions = models.JSONField(default=dict, editable=False)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = RoundProblemQuerySet.as_manager()

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "problem"], name="prioritisation_problem_once"),
            models.CheckConstraint(
                condition=Q(decision="", reason="", decided_at__isnull=True)
                | ~Q(decision="") & ~Q(reason="") & Q(decided_at__isnull=False),
                name="prioritisation_decision_whole",
                violation_error_message=_("A decision has its reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.problem}: {self.round}"


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: Any) -> ScoreQuerySet:
        """One's own; the others' once they are shown to all at once. Until then nobody reads them, whoever they are."""
        return self.filter(
            Q(scored_by=user) | ~Q(round_problem__round__status="scoring"),
            round_problem__in=RoundProblem.objects.visible_to(user),
        )


class Score(models.Model):
    """What one seat thinks of one problem by one criterion, 0–3, with its reason."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    round_problem = models.ForeignKey(RoundProblem, on_delete=models.CASCADE, related_name="scores")
    seat = models.ForeignKey(GroupMember, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=15, choices=Criterion)
    value = models.PositiveSmallIntegerField(validators=[MaxValueValidator(HIGHEST)])
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    scored_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    scored_at = models.DateTimeField(auto_now=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["round_problem", "criterion", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round_problem", "seat", "criterion"], name="prioritisation_score_once"),
            models.CheckConstraint(condition=Q(value__lte=HIGHEST), name="prioritisation_score_range"),
        ]

    def __str__(self) -> str:
        return f"{self.round_problem}: {self.get_criterion_display()}"
