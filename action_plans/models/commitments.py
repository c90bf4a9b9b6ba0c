"""What partners have asked of each other and promised: parts of measures, and requests that stand alone."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models.measures import Measure
from action_plans.models.plans import in_areas_read_by, problems_coached
from areas.models import Area
from common.constraints import no_overlap, not_before
from partners.models import Collaboration, InCollaborationQuerySet, Membership, Organisation, User
from partners.roles import SEE_OWN_ORGANISATION, Role

LONGEST_COMMITMENT = 500
# Who reads what is asked of, and by, the own organisation wherever it is.
SPEAK_FOR_OWN = SEE_OWN_ORGANISATION | {Role.COUNCIL}


class CommitmentState(models.TextChoices):
    """Where a commitment stands. That it is late follows from its day. A draft has not been asked yet."""

    DRAFT = "draft", pgettext_lazy("commitment", "not asked yet")
    ASKED = "asked", pgettext_lazy("commitment", "asked")
    ACCEPTED = "accepted", pgettext_lazy("commitment", "accepted")
    COUNTER_OFFERED = "counter_offered", pgettext_lazy("commitment", "counter-offered")
    DECLINED = "declined", pgettext_lazy("commitment", "declined")
    KEPT = "kept", pgettext_lazy("commitment", "kept")
    NOT_KEPT = "not_kept", pgettext_lazy("commitment", "not kept")
    WITHDRAWN = "withdrawn", pgettext_lazy("commitment", "withdrawn")


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: Any) -> CommitmentQuerySet:
        """Those of the areas the user reads, of the own organisation, and what is asked of the user; where invited.

        A deputy reads what whoever is away has promised.
        """
        mine = [m.pk for m in user.active_memberships]
        own = [m.organisation_id for m in user.active_memberships if m.role in SPEAK_FOR_OWN]
        rows = in_areas_read_by(user) | Q(asked_of__in=own) | Q(asked_by__in=own) | Q(responsible__in=mine)
        rows |= Q(responsible__in=Absence.objects.today().filter(deputy__in=mine).values("membership"))
        if any(m.role == Role.COACH for m in user.active_memberships):
            rows |= Q(measure__problem__in=problems_coached(user).values("problem_id"))
        return self.filter(rows)

    def asked(self) -> CommitmentQuerySet:
        """Those that have left the draft: what the ledger counts."""
        return self.exclude(state=CommitmentState.DRAFT)


class Commitment(models.Model):
    """One part of a measure, or a request that stands alone: who asked whom for what, and what came of it.

    The owner reports whether it was kept and the asker confirms; where they differ both stand.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("area"))
    # None: a request that stands alone.
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    is_lead = models.BooleanField(_("leads the measure"), default=False, db_default=False)
    number = models.PositiveIntegerField(editable=False)
    state = models.CharField(
        _("state"), max_length=16, choices=CommitmentState, default=CommitmentState.DRAFT, editable=False
    )
    asked_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_of = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked of"))
    # Who answers for it in the organisation it is asked of; handed over when somebody leaves.
    responsible = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answers for it")
    )
    text = models.TextField(_("what is asked"), validators=[MaxLengthValidator(LONGEST_COMMITMENT)])
    due_on = models.DateField(_("by"), null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Why it was declined, or what is offered instead.
    answer = models.TextField(_("answer"), blank=True, validators=[MaxLengthValidator(LONGEST_COMMITMENT)])
    offered_due_on = models.DateField(_("offered by"), null=True, blank=True)

    # What each side says in the end: True is kept. None: not said yet.
    owner_says_kept = models.BooleanField(null=True, blank=True, editable=False)
    owner_says = models.CharField(_("what its owner says"), max_length=300, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True, editable=False)
    asker_says_kept = models.BooleanField(null=True, blank=True, editable=False)
    asker_says = models.CharField(_("what the asker says"), max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)

    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="commitment_number_once"),
            models.UniqueConstraint(
                fields=["measure"],
                # Who has declined to lead stands with the reason, and another is asked.
                condition=Q(is_lead=True) & ~Q(state__in=["withdrawn", "declined"]),
                name="commitment_one_lead",
                violation_error_message=_("The measure already has an organisation that leads it."),
            ),
            models.CheckConstraint(
                condition=Q(is_lead=False) | Q(measure__isnull=False), name="commitment_leads_a_measure"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(asked_at__isnull=False), name="commitment_asked_when"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(state="draft") & Q(due_on__isnull=False),
                name="commitment_has_a_day",
                violation_error_message=_("Say until when."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "counter_offered"]) | ~Q(answer=""),
                name="commitment_says_why",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["kept", "not_kept"])
                | Q(owner_says_kept__isnull=False)
                | Q(asker_says_kept__isnull=False),
                name="commitment_outcome_said",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_of", "state"], name="commitment_asked_of"),
            models.Index(fields=["responsible", "state"], name="commitment_responsible"),
        ]

    def __str__(self) -> str:
        # Not its text: the label goes to the log.
        return f"{self.collaboration.slug}: {self.number}"


class OfCommitmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the commitments the user reads."""
        return self.filter(commitment__in=Commitment.objects.visible_to(user))


class CommitmentMove(models.Model):
    """One thing that happened to a commitment, with the whole line as it stood afterwards.

    Others see a line as it stood some days ago, and read it here (`commitments/ledger.py`).
    """

    class Kind(models.TextChoices):
        STATE = "state", pgettext_lazy("commitment", "answered")
        CHANGED = "changed", pgettext_lazy("commitment", "changed")
        HANDED_OVER = "handed_over", pgettext_lazy("commitment", "handed over")
        OWNER_SAID = "owner_said", pgettext_lazy("commitment", "reported")
        ASKER_SAID = "asker_said", pgettext_lazy("commitment", "confirmed")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind)
    from_state = models.CharField(max_length=16, choices=CommitmentState)
    to_state = models.CharField(max_length=16, choices=CommitmentState)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    for_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    line = models.JSONField(encoder=DjangoJSONEncoder, editable=False)

    objects = OfCommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "at", "pk"]
        indexes = [models.Index(fields=["commitment", "-at"], name="commitment_move_latest")]

    def __str__(self) -> str:
        return f"{self.commitment}: {self.from_state} → {self.to_state}"


class CommitmentRules(models.Model):
    """What a collaboration has decided on its ledger: how many days others see a line late, when to remind, and when
    no news of a measure is taken up."""

    collaboration = models.OneToOneField(Collaboration, on_delete=models.PROTECT, related_name="commitment_rules")
    shown_after_days = models.PositiveSmallIntegerField(
        _("others see a line as it stood so many days ago"), default=2, validators=[MaxValueValidator(30)]
    )
    remind_days = models.PositiveSmallIntegerField(
        _("remind so many days before"), default=3, validators=[MaxValueValidator(30)]
    )
    silent_after_days = models.PositiveSmallIntegerField(
        _("a measure is taken up at the next meeting after so many days without news"),
        default=21,
        db_default=21,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
    )

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration"]

    def __str__(self) -> str:
        return f"{self.collaboration}"


class ReminderQuerySet(models.QuerySet["CommitmentReminder"]):
    def visible_to(self, user: Any) -> ReminderQuerySet:
        """One's own."""
        return self.filter(person=user)

    def waiting(self) -> ReminderQuerySet:
        """Those nobody has begun to send."""
        return self.filter(claimed_at=None, sent_at=None)


class CommitmentReminder(models.Model):
    """That somebody is reminded of a commitment: before its day, when it is late, when nobody answers: once each.

    Whoever claims the row sends the letter, and a row that has been claimed is not touched again: a killed worker
    sends none twice.
    """

    class Kind(models.TextChoices):
        BEFORE = "before", pgettext_lazy("reminder", "before its day")
        LATE = "late", pgettext_lazy("reminder", "late")
        ANSWER = "answer", pgettext_lazy("reminder", "waits for an answer")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    # The day it is due; of a request that waits for an answer, the day it was asked.
    due_on = models.DateField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "person", "kind", "due_on"], name="commitment_reminded_once")
        ]

    def __str__(self) -> str:
        return f"{self.commitment}: {self.kind}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def today(self) -> AbsenceQuerySet:
        """Those who are away today."""
        day = timezone.localdate()
        return self.filter(first_day__lte=day, back_on__gt=day)

    def visible_to(self, user: Any) -> AbsenceQuerySet:
        """One's own, those one stands in for, and those of the own organisation."""
        own = [m.organisation_id for m in user.active_memberships if m.role in SPEAK_FOR_OWN]
        mine = [m.pk for m in user.active_memberships]
        return self.filter(Q(membership__in=mine) | Q(deputy__in=mine) | Q(membership__organisation__in=own))


class Absence(models.Model):
    """That somebody is away, and who answers for what they have promised meanwhile. No reason is kept."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", verbose_name=_("who is away")
    )
    deputy = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", verbose_name=_("deputy"))
    first_day = models.DateField(_("from"))
    # The first day back.
    back_on = models.DateField(_("back on"))
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            not_before("back_on", "first_day", name="absence_dates", message=_("The last day comes before the first.")),
            no_overlap(
                "membership",
                name="absence_no_overlap",
                message=_("Somebody already stands in during some of these days."),
                start="first_day",
                end="back_on",
            ),
            models.CheckConstraint(
                condition=~Q(membership=F("deputy")),
                name="absence_deputy_is_another",
                violation_error_message=_("Choose somebody else as deputy."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.first_day:%Y-%m-%d}"
