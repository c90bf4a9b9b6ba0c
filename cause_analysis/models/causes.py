"""Why a problem happens: an analysis in versions, its tree of causes, and what speaks for and against each of them."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.models import InspectionPhoto, Place, PlaceFeature
from cause_analysis.models.problems import Problem
from common.constraints import both_or_neither
from partners.models import Collaboration, Group, Membership, Organisation, User

LONGEST_CAUSE = 300
LONGEST_EVIDENCE = 1000
LONGEST_ANSWER = 2000


class AnalysisQuerySet(models.QuerySet["CauseAnalysis"]):
    def visible_to(self, user: Any) -> AnalysisQuerySet:
        """The analyses of the problems the user reads."""
        return self.filter(problem__in=Problem.objects.visible_to(user))

    def running(self) -> AnalysisQuerySet:
        """Those still worked on."""
        return self.filter(adopted_at=None)


class CauseAnalysis(models.Model):
    """What the partners find out about why a problem happens. Adopted it is frozen, and the next version goes on."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="analyses")
    version = models.PositiveIntegerField(editable=False)
    begun_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    begun_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Raised by each change of anything in the analysis: a page that has seen this number has seen it all.
    change = models.PositiveBigIntegerField(default=0, editable=False)
    # When somebody last wrote in it.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    # Method and limits: Brå's four questions.
    why_chosen = models.TextField(
        _("why the problem was chosen"), blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)]
    )
    sources = models.TextField(
        _("which sources were used, and which were left out"),
        blank=True,
        validators=[MaxLengthValidator(LONGEST_ANSWER)],
    )
    selection_limits = models.TextField(
        _("how the selection limits the result"), blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)]
    )
    significance = models.TextField(
        _("what that means for the conclusions"), blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)]
    )
    # Raised by one each time somebody writes in the four answers.
    row_version = models.PositiveIntegerField(default=0, editable=False)

    adopted_at = models.DateTimeField(null=True, blank=True, editable=False)
    adopted_by_group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    adopted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The problem's definition as it stood when the analysis was adopted: it may be written anew afterwards.
    definition = models.JSONField(default=dict, editable=False)

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "version"], name="analysis_version_once"),
            models.UniqueConstraint(fields=["problem"], condition=Q(adopted_at=None), name="analysis_one_running"),
            both_or_neither(
                "adopted_at",
                "adopted_by_group",
                name="analysis_adopted_by_group",
                message=_("An adopted analysis says which group adopted it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.problem} v{self.version}"

    @property
    def is_adopted(self) -> bool:
        return self.adopted_at is not None


class Side(models.TextChoices):
    """The three sides of a crime: who does it, who or what it is done to, and where."""

    OFFENDER = "offender", pgettext_lazy("side of a problem", "offender")
    TARGET = "target", pgettext_lazy("side of a problem", "victim or object")
    PLACE = "place", pgettext_lazy("side of a problem", "place")


class Controller(models.TextChoices):
    """Who could have kept it from happening: somebody close to the offender, a protector, or who manages the place."""

    HANDLER = "handler", pgettext_lazy("controller", "somebody close to the offender")
    GUARDIAN = "guardian", pgettext_lazy("controller", "protector")
    MANAGER = "manager", pgettext_lazy("controller", "manager of the place")
    NONE = "none", pgettext_lazy("controller", "not about control")


class CauseState(models.TextChoices):
    """How well a cause is known. Whether the group chose to act on it is another matter."""

    HYPOTHESIS = "hypothesis", pgettext_lazy("cause", "hypothesis")
    SUPPORTED = "supported", pgettext_lazy("cause", "supported")
    CONTRADICTED = "contradicted", pgettext_lazy("cause", "contradicted")
    CONFIRMED = "confirmed", pgettext_lazy("cause", "confirmed")
    DISMISSED = "dismissed", pgettext_lazy("cause", "dismissed")


class InAnalysisQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the analyses the user reads."""
        return self.filter(analysis__in=CauseAnalysis.objects.visible_to(user))

    def kept(self) -> Any:
        """Those nobody has taken away."""
        return self.filter(removed_at=None)


class Cause(models.Model):
    """An answer to “why?”, under the problem or under another cause."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    analysis = models.ForeignKey(CauseAnalysis, on_delete=models.CASCADE, related_name="causes")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    # Among those with the same parent, from 0.
    position = models.PositiveIntegerField(default=0, editable=False)
    text = models.CharField(_("cause"), max_length=LONGEST_CAUSE)
    side = models.CharField(_("side"), max_length=10, choices=Side)
    controller = models.CharField(
        _("about control"), max_length=10, choices=Controller, default=Controller.NONE, db_default=Controller.NONE
    )
    is_direct = models.BooleanField(_("direct cause"), default=True, db_default=True)
    state = models.CharField(_("state"), max_length=20, choices=CauseState, default=CauseState.HYPOTHESIS)
    # In the version before; what others say of a cause follows it from version to version.
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")

    chosen_at = models.DateTimeField(null=True, blank=True, editable=False)
    chosen_by_group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    chosen_reason = models.CharField(_("reason"), max_length=300, blank=True)

    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InAnalysisQuerySet.as_manager()

    class Meta:
        ordering = ["analysis", "position", "pk"]
        constraints = [
            both_or_neither(
                "chosen_at",
                "chosen_by_group",
                name="cause_chosen_by_group",
                message=_("A chosen cause says which group chose it."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="cause_not_its_own_parent",
                violation_error_message=_("A cause cannot stand under itself."),
            ),
        ]

    def __str__(self) -> str:
        # Not its text: the label goes to the log.
        return f"{self.analysis}: {self.pk}"

    @property
    def is_chosen(self) -> bool:
        return self.chosen_at is not None


class OfCauseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the causes the user reads."""
        return self.filter(cause__analysis__in=CauseAnalysis.objects.visible_to(user))

    def kept(self) -> Any:
        """Those nobody has taken away."""
        return self.filter(removed_at=None)


class CauseMove(models.Model):
    """One step in what is known about a cause: from where to where, when, by whom and why."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="moves")
    from_state = models.CharField(max_length=20, choices=CauseState)
    to_state = models.CharField(max_length=20, choices=CauseState)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Nobody asked for it: the evidence the state rested on fell away.
    is_automatic = models.BooleanField(default=False)

    objects = OfCauseQuerySet.as_manager()

    class Meta:
        ordering = ["cause", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.cause}: {self.from_state} → {self.to_state}"


class Evidence(models.Model):
    """What speaks for or against a cause, from whom, and how strongly. Taken away it stays in the history."""

    class Direction(models.TextChoices):
        FOR = "for", pgettext_lazy("evidence", "for")
        AGAINST = "against", pgettext_lazy("evidence", "against")

    class Kind(models.TextChoices):
        SELECTION = "selection", _("selection of reports")
        PLACE_FEATURE = "place_feature", _("what the place is like")
        INSPECTION_PHOTO = "inspection_photo", _("photo from an inspection")
        DIALOGUE = "dialogue", _("dialogue")
        RESEARCH = "research", _("research")
        EXPERT = "expert", _("professional judgement")
        PREDICTION_TEST = "prediction_test", _("test against the reports")

    class Strength(models.IntegerChoices):
        ASSUMPTION = 0, pgettext_lazy("strength of evidence", "assumption")
        WEAK = 1, pgettext_lazy("strength of evidence", "weak")
        SOME = 2, pgettext_lazy("strength of evidence", "some")
        STRONG = 3, pgettext_lazy("strength of evidence", "strong")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="evidence")
    direction = models.CharField(_("speaks"), max_length=10, choices=Direction, default=Direction.FOR)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    strength = models.PositiveSmallIntegerField(
        _("strength"), choices=Strength, default=Strength.WEAK, validators=[MaxValueValidator(3)]
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("brought by")
    )
    text = models.TextField(_("what it says"), validators=[MaxLengthValidator(LONGEST_EVIDENCE)])
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    place_feature = models.ForeignKey(PlaceFeature, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    photo = models.ForeignKey(InspectionPhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of a photo the spot that is meant, of a feature what was seen: as they were on the day.
    seen = models.JSONField(default=dict, editable=False)
    # The filters of a list of reports, and what they gave on the day: kept whole, protected when shown.
    selection = models.TextField(blank=True, default="", db_default="", editable=False)
    figures = models.JSONField(default=dict, editable=False)
    counted_at = models.DateTimeField(null=True, blank=True, editable=False)

    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = OfCauseQuerySet.as_manager()

    class Meta:
        ordering = ["cause", "created_at", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(condition=Q(strength__lte=3), name="evidence_strength_up_to_3"),
            models.CheckConstraint(
                condition=~Q(kind="selection") | ~Q(selection="") & Q(counted_at__isnull=False),
                name="evidence_selection_counted",
                violation_error_message=_("Choose the selection of reports the evidence rests on."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {self.pk}"


class GuidedAnswer(models.Model):
    """An answer to one of the guided questions about one place of the problem, or about its area as a whole."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    analysis = models.ForeignKey(CauseAnalysis, on_delete=models.CASCADE, related_name="answers")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    question = models.CharField(max_length=40)
    text = models.TextField(_("answer"), blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)])
    row_version = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InAnalysisQuerySet.as_manager()

    class Meta:
        ordering = ["analysis", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["analysis", "place", "question"], name="guided_answer_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.analysis}: {self.question}"


class KnowledgeGap(models.Model):
    """Something the group does not know, and who finds it out until when. It outlives the version it was found in."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    analysis = models.ForeignKey(CauseAnalysis, on_delete=models.CASCADE, related_name="gaps")
    # A guided question nobody can answer yet, or a text of its own.
    question = models.CharField(max_length=40, blank=True)
    text = models.CharField(_("what we do not know"), max_length=LONGEST_CAUSE, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    membership = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who finds out")
    )
    due_on = models.DateField(_("until when"), null=True, blank=True)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.TextField(_("what we know now"), blank=True, validators=[MaxLengthValidator(LONGEST_EVIDENCE)])
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InAnalysisQuerySet.as_manager()

    class Meta:
        ordering = ["analysis", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(question="", text=""),
                name="knowledge_gap_asks_something",
                violation_error_message=_("Say what you do not know."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.analysis}: {self.pk}"


class EventChainLink(models.Model):
    """One link of what happens before and during the event, in its own order."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    analysis = models.ForeignKey(CauseAnalysis, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveIntegerField(default=0, editable=False)
    text = models.CharField(_("what happens"), max_length=LONGEST_CAUSE)
    is_intervention_point = models.BooleanField(_("somebody can step in here"), default=False, db_default=False)
    cause = models.ForeignKey(
        Cause, on_delete=models.SET_NULL, null=True, blank=True, related_name="links", verbose_name=_("cause")
    )
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InAnalysisQuerySet.as_manager()

    class Meta:
        ordering = ["analysis", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.analysis}: {self.pk}"
