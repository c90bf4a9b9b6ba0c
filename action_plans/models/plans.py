"""The joint plan of an area and a period, its decided versions, and the agreement it rests on."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.access import circle_area_ids
from areas.models import Area
from cause_analysis.models import CoachInvitation, Problem
from common.constraints import not_before
from partners.models import Collaboration, Group, InCollaborationQuerySet, Organisation, User
from partners.roles import SEE_PUBLISHED_PICTURES, Role

LONGEST_TEXT = 2000
LONGEST_OUTSIDE_PARTIES = 400


def in_areas_read_by(user: Any, *, area: str = "area") -> Q:
    """What the user reads by area: that of the areas whose circle they belong to, and everything for the council."""
    rows = Q(pk__in=[])
    for collaboration_id in {m.collaboration_id for m in user.active_memberships}:
        in_collaboration = Q(collaboration_id=collaboration_id)
        area_ids = circle_area_ids(user, collaboration_id)
        if area_ids is None or user.has_role(collaboration_id, {Role.COUNCIL}):
            rows |= in_collaboration
        elif area_ids:
            rows |= in_collaboration & Q(**{f"{area}__in": area_ids})
    return rows


def problems_coached(user: Any) -> models.QuerySet[CoachInvitation]:
    """The invitations of the user's roles in process support."""
    coaching = [m.pk for m in user.active_memberships if m.role == Role.COACH]
    return CoachInvitation.objects.filter(membership_id__in=coaching)


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: Any) -> PlanQuerySet:
        """Plans of the areas whose circle the user belongs to; all for the council; for a coach where invited."""
        rows = in_areas_read_by(user)
        if any(m.role == Role.COACH for m in user.active_memberships):
            invited = problems_coached(user).values("problem_id")
            for name in ("measures", "goals"):
                rows |= Q(**{f"{name}__problem__in": invited, f"{name}__removed_at": None})
            return self.filter(pk__in=Plan.objects.filter(rows).values("pk"))
        return self.filter(rows)


class Plan(models.Model):
    """What the partners do together in an area during a period. Its measures and goals are the draft of its next
    version; what was decided stands frozen in `PlanVersion`."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="plans")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="plans", verbose_name=_("area"))
    agreement = models.ForeignKey(
        "action_plans.Agreement",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("collaboration agreement"),
    )
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("what the plan is called"), max_length=120)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to and including"))
    purpose = models.TextField(_("what it is to lead to"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    registry_number = models.CharField(_("registry number"), max_length=40, blank=True)
    # What there is to share out; where the measures in their agreed order ask for more, a line is drawn.
    hours_available = models.PositiveIntegerField(_("working hours there are"), null=True, blank=True)
    money_available = models.PositiveIntegerField(_("money there is, in kronor"), null=True, blank=True)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="plan_number_once"),
            not_before("last_day", "first_day", name="plan_dates", message=_("The last day comes before the first.")),
        ]

    def __str__(self) -> str:
        return f"H-{self.number}"


class InPlanQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the plans the user reads."""
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def kept(self) -> Any:
        """Those nobody has taken away."""
        return self.filter(removed_at=None)


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def visible_to(self, user: Any) -> PlanVersionQuerySet:
        """Decided plans: of the plans the user reads, and for reporters of their whole collaboration."""
        open_to = [m.collaboration_id for m in user.active_memberships if m.role in SEE_PUBLISHED_PICTURES]
        return self.filter(Q(plan__in=Plan.objects.visible_to(user)) | Q(collaboration_id__in=open_to))


class PlanVersion(models.Model):
    """The plan as it was decided. Never changed: the database refuses, and a change is the draft of the next one."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(editable=False)
    # Everything the plan says, as `plans/content.py` writes it; names and words of the day.
    content = models.JSONField(encoder=DjangoJSONEncoder, editable=False)
    decided_on = models.DateField(_("decided on"))
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by_group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("what has changed, and why"), max_length=300, blank=True)

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once")]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"


class PlanSignatureQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the decided plans the user reads."""
        return self.filter(version__in=PlanVersion.objects.visible_to(user))


class PlanSignature(models.Model):
    """That a function of an organisation has signed a version. A function, never a name."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="signatures")
    function = models.CharField(_("function"), max_length=80)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    signed_on = models.DateField(_("signed on"))
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PlanSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["version", "signed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "function", "organisation"],
                name="plan_signature_once",
                violation_error_message=_("This function has already signed."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.pk}"


# --- The agreement ----------------------------------------------------------------------------------------------------


class Agreement(models.Model):
    """The collaboration agreement (samverkansöverenskommelse): who has agreed on which problems, for how long."""

    class Kind(models.TextChoices):
        POLICE = "police", pgettext_lazy("kind of agreement", "municipality and police")
        OWNERS = "owners", pgettext_lazy("kind of agreement", "with property owners")
        OTHER = "other", pgettext_lazy("kind of agreement", "another agreement")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="agreements")
    title = models.CharField(_("what the agreement is called"), max_length=120)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to and including"))
    registry_number = models.CharField(_("registry number"), max_length=40, blank=True)
    kind = models.CharField(_("kind of agreement"), max_length=10, choices=Kind, default=Kind.POLICE)
    # Parties that take no part here, one a line; those that do stand as `AgreementParty`.
    outside_parties = models.TextField(
        _("other parties"), blank=True, validators=[MaxLengthValidator(LONGEST_OUTSIDE_PARTIES)]
    )
    next_review_on = models.DateField(_("to be looked over by"), null=True, blank=True)
    address = models.URLField(_("address of the agreement"), max_length=500, blank=True)
    # What an agreement tells beside its problems (Brå): causes, goals, how the work is documented and followed up.
    probable_causes = models.TextField(_("probable causes"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    goals_agreed = models.TextField(
        _("goals that can be measured"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    documented_how = models.TextField(
        _("how the work is documented"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    followed_up_how = models.TextField(
        _("how it is followed up"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-pk"]
        constraints = [
            not_before(
                "last_day", "first_day", name="agreement_dates", message=_("The last day comes before the first.")
            )
        ]

    def __str__(self) -> str:
        return f"{self.collaboration}: {self.pk}"

    @property
    def outside_names(self) -> list[str]:
        """The parties that take no part here, each for itself."""
        return [line.strip() for line in self.outside_parties.splitlines() if line.strip()]


class InAgreementQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the agreements of the collaborations the user takes part in."""
        return self.filter(agreement__in=Agreement.objects.visible_to(user))


class AgreementParty(models.Model):
    """A party of the agreement, and which function has signed for it."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    function = models.CharField(_("signed by the function"), max_length=80, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)

    objects = InAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation", "function"],
                name="agreement_party_once",
                violation_error_message=_("This party stands in the agreement already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.organisation}"


class AgreementProblemQuerySet(InAgreementQuerySet):
    def visible_to(self, user: Any) -> Any:
        """Which problems an agreement is about, for those who read the problem."""
        return super().visible_to(user).filter(problem__in=Problem.objects.visible_to(user))


class AgreementProblem(models.Model):
    """A problem the agreement puts in focus."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="focus_problems")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="+")

    objects = AgreementProblemQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "problem"], name="agreement_problem_once")]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.problem}"
