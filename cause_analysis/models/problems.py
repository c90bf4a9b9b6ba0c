"""A problem: alike events that come back, harm somebody and can be worked on together. It holds no persons."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.access import circle_area_ids
from areas.models import Area, Place
from partners.models import Collaboration, Membership, Organisation, User
from partners.roles import Role

LONGEST_TEXT = 2000


class State(models.TextChoices):
    """Where a problem stands, from the first look to the watch afterwards. Being chosen is no state but a mark."""

    IDENTIFIED = "identified", pgettext_lazy("problem", "identified")
    DESCRIBED = "described", pgettext_lazy("problem", "described")
    PRIORITISED = "prioritised", pgettext_lazy("problem", "prioritised")
    DORMANT = "dormant", pgettext_lazy("problem", "dormant")
    ANALYSED = "analysed", pgettext_lazy("problem", "causes analysed")
    GOALS_SET = "goals_set", pgettext_lazy("problem", "goals set")
    MEASURES_DECIDED = "measures_decided", pgettext_lazy("problem", "measures decided")
    UNDER_WAY = "under_way", pgettext_lazy("problem", "under way")
    FOLLOWED_UP = "followed_up", pgettext_lazy("problem", "followed up")
    CLOSED = "closed", pgettext_lazy("problem", "closed")
    AFTER_WATCH = "after_watch", pgettext_lazy("problem", "after-watch")


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, user: Any) -> ProblemQuerySet:
        """Problems of the areas whose circle the user belongs to; all for the council; for a coach where invited."""
        rows = Q(pk__in=[])
        for collaboration_id in {m.collaboration_id for m in user.active_memberships}:
            in_collaboration = Q(collaboration_id=collaboration_id)
            area_ids = circle_area_ids(user, collaboration_id)
            if area_ids is None or user.has_role(collaboration_id, {Role.COUNCIL}):
                rows |= in_collaboration
            elif area_ids:
                rows |= in_collaboration & Q(area_id__in=area_ids)
        coaching = [m.pk for m in user.active_memberships if m.role == Role.COACH]
        if coaching:
            rows |= Q(pk__in=CoachInvitation.objects.filter(membership_id__in=coaching).values("problem_id"))
        return self.filter(rows)


class Problem(models.Model):
    """What the partners work on together, in one area: a saved selection of reports with the numbers of its day."""

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("solved")
        REDUCED = "reduced", _("reduced")
        TRANSFERRED = "transferred", _("handed over")
        NOT_INFLUENCEABLE = "not_influenceable", _("cannot be influenced")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="problems")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="problems", verbose_name=_("area"))
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("what the problem is called"), max_length=120)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.IDENTIFIED, editable=False)
    outcome = models.CharField(
        _("how it ended"), max_length=20, choices=Outcome, blank=True, default="", db_default="", editable=False
    )

    # The filters of a list of reports, in one spelling, and what they gave on the day the problem was made.
    selection = models.TextField(editable=False)
    figures = models.JSONField(default=dict, editable=False)
    counted_at = models.DateTimeField(default=timezone.now, editable=False)

    # What the definition asks; what each partner sees stands in rows of its own.
    harmed = models.TextField(_("who is harmed"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    behaviour = models.TextField(_("by what behaviour"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    where_it_happens = models.TextField(_("where"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    when_it_happens = models.TextField(_("when"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    since_when = models.TextField(_("since when"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    how_often = models.TextField(_("how often"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    already_done = models.TextField(
        _("what is already done"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    unknowns = models.TextField(_("what we do not know"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])

    # How often each answer has been written: two who write different answers do not meet, two who write the same do.
    answer_versions = models.JSONField(default=dict, editable=False)
    # When somebody last wrote in the definition.
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    texts_purged_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="problem_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "after_watch"]) & ~Q(outcome="")
                | ~Q(state__in=["closed", "after_watch"]) & Q(outcome=""),
                name="problem_outcome_when_closed",
                violation_error_message=_("A closed problem says how it ended."),
            ),
        ]

    def __str__(self) -> str:
        return f"P-{self.number}"


class InProblemQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the problems the user reads."""
        return self.filter(problem__in=Problem.objects.visible_to(user))


class ProblemPlace(models.Model):
    """A place the problem is about."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="problem_places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="problem_places")

    objects = InProblemQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "pk"]
        constraints = [models.UniqueConstraint(fields=["problem", "place"], name="problem_place_once")]

    def __str__(self) -> str:
        return f"{self.problem}: {self.place}"


class PartnerView(models.Model):
    """What one partner sees of the problem."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="partner_views")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("what the partner sees"), validators=[MaxLengthValidator(LONGEST_TEXT)])
    row_version = models.PositiveIntegerField(default=0, editable=False)
    written_at = models.DateTimeField(auto_now=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InProblemQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "organisation"]
        constraints = [models.UniqueConstraint(fields=["problem", "organisation"], name="partner_view_once")]

    def __str__(self) -> str:
        return f"{self.problem}: {self.organisation}"


class ProblemMove(models.Model):
    """One step of a problem's life: from where to where, when, by whom, why, and the facts it rested on."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="moves")
    from_state = models.CharField(max_length=20, choices=State)
    to_state = models.CharField(max_length=20, choices=State)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # What the step rested on: numbers, codes and dates, never people's words.
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = InProblemQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.problem}: {self.from_state} → {self.to_state}"


class CoachInvitation(models.Model):
    """That somebody in process support may read a problem and comment on its analysis."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="coach_invitations")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InProblemQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "pk"]
        constraints = [models.UniqueConstraint(fields=["problem", "membership"], name="coach_invitation_once")]

    def __str__(self) -> str:
        return f"{self.problem}: {self.membership}"
