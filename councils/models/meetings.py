"""Meetings: their series, what is on the agenda, what came of each matter, and the minutes."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import Commitment
from action_plans.models.commitments import SPEAK_FOR_OWN
from areas.models import Area
from common.constraints import not_before
from councils.models.escalations import READ_BY_SEAT, groups_sat_in
from partners.levels import DecisionKind
from partners.models import Collaboration, Group, InCollaborationQuerySet, Membership, Organisation, User
from partners.roles import MAY_COMPILE

LONGEST_TITLE = 200
LONGEST_TEXT = 2000
LONGEST_REASON = 300


class Cadence(models.TextChoices):
    """How often a series meets."""

    WEEKLY = "weekly", pgettext_lazy("meetings", "every week")
    FORTNIGHTLY = "fortnightly", pgettext_lazy("meetings", "every 14 days")
    MONTHLY = "monthly", pgettext_lazy("meetings", "every month")
    TERTIAL = "tertial", pgettext_lazy("meetings", "every four months")
    YEARLY = "yearly", pgettext_lazy("meetings", "every year")


class MeetingState(models.TextChoices):
    """Where a meeting stands."""

    PLANNED = "planned", pgettext_lazy("meeting", "planned")
    ONGOING = "ongoing", pgettext_lazy("meeting", "going on")
    CLOSED = "closed", pgettext_lazy("meeting", "closed")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")


class Section(models.TextChoices):
    """The parts of an agenda, in their order."""

    ROLL_CALL = "roll_call", _("Roll-call, minutes and secrecy")
    LAST_DECISIONS = "last_decisions", _("Since last time")
    REPORTING = "reporting", _("Who has reported")
    PICTURE = "picture", _("The situation")
    POLICE = "police", _("From the police")
    COMING = "coming", _("The coming weeks")
    WHY = "why", _("Why does it happen?")
    FOCUS = "focus", _("Where to begin next period")
    MEASURES = "measures", _("Measures and promises")
    RESULTS = "results", _("What has worked?")
    ESCALATIONS = "escalations", _("Questions between levels")
    FEEDBACK = "feedback", _("Who is told what")
    NEXT = "next", _("Next meeting")


class Outcome(models.TextChoices):
    """What came of a matter at a meeting."""

    DECISION = "decision", pgettext_lazy("a matter", "decision")
    ASSIGNMENT = "assignment", pgettext_lazy("a matter", "assignment")
    ESCALATION = "escalation", pgettext_lazy("a matter", "escalated")
    INFORMATION = "information", pgettext_lazy("a matter", "for information")
    POSTPONED = "postponed", pgettext_lazy("a matter", "postponed")


def _compiles_in(user: Any) -> list[int]:
    return [m.collaboration_id for m in user.active_memberships if m.role in MAY_COMPILE]


class MeetingSeries(models.Model):
    """A group that meets at a rhythm: when, how long and where."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="meeting_series", verbose_name=_("group"))
    name = models.CharField(_("name"), max_length=100)
    cadence = models.CharField(_("how often"), max_length=12, choices=Cadence)
    # The first day it met; the others follow from it.
    first_on = models.DateField(_("first meeting"))
    starts_at = models.TimeField(_("begins at"))
    length_min = models.PositiveSmallIntegerField(
        _("length in minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    where = models.CharField(_("where"), max_length=120, blank=True)
    adjust_days = models.PositiveSmallIntegerField(
        _("days to adjust the minutes"), default=7, validators=[MaxValueValidator(60)]
    )
    ended_on = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"],
                name="meeting_series_name_once",
                violation_error_message=_("The group already has meetings with this name."),
            ),
            not_before("ended_on", "first_on", name="meeting_series_dates", message=_("The last day comes first.")),
        ]

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> MeetingQuerySet:
        """Those of the groups one sits in or keeps the minutes of, and those one has been called in to."""
        called = CalledIn.objects.read_by(user).values("item__meeting")
        return self.filter(
            Q(group__in=groups_sat_in(user)) | Q(collaboration__in=_compiles_in(user)) | Q(pk__in=called),
            collaboration__in=[m.collaboration_id for m in user.active_memberships],
        )

    def whole_for(self, user: Any) -> MeetingQuerySet:
        """Those the user reads all of: whoever is called in to a matter reads that matter alone."""
        return self.filter(Q(group__in=groups_sat_in(user)) | Q(collaboration__in=_compiles_in(user)))


class Meeting(models.Model):
    """One meeting of a group. Once it is closed its minutes never change; corrections stand beside them."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("group"))
    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings")
    number = models.PositiveIntegerField(editable=False)
    starts_at = models.DateTimeField(_("begins"))
    length_min = models.PositiveSmallIntegerField(
        _("length in minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    where = models.CharField(_("where"), max_length=120, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=MeetingState, default=MeetingState.PLANNED, editable=False
    )
    # In calendars: the same meeting, and how often it has been changed.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    cancelled_reason = models.CharField(_("why it was cancelled"), max_length=LONGEST_REASON, blank=True)
    # What was said and decided, as `meetings/minutes.py` writes it when the meeting is closed. Empty until then.
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    adjust_until = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="meeting_number_once"),
            # A series meets once at a time: two who plan it at the same moment plan one.
            models.UniqueConstraint(fields=["series", "starts_at"], name="meeting_once_in_series"),
            models.CheckConstraint(
                condition=~Q(state__in=["ongoing", "closed"]) | Q(opened_at__isnull=False), name="meeting_opened"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, adjust_until__isnull=False)
                | ~Q(state="closed") & Q(closed_at=None),
                name="meeting_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancelled_reason=""),
                name="meeting_cancelled_why",
                violation_error_message=_("Say why."),
            ),
        ]
        indexes = [models.Index(fields=["group", "state", "starts_at"], name="meeting_of_group")]

    def __str__(self) -> str:
        return f"{self.group} {timezone.localtime(self.starts_at):%Y-%m-%d}"

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(minutes=self.length_min)


class OwnInvitationQuerySet(models.QuerySet["MeetingInvitation"]):
    def visible_to(self, user: Any) -> OwnInvitationQuerySet:
        """One's own."""
        return self.filter(person=user)


class MeetingInvitation(models.Model):
    """That somebody is told, once, of a meeting as it was planned, moved or called off. The claim is to tell them."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # How often the meeting had been changed: a move is an invitation of its own.
    sequence = models.PositiveIntegerField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OwnInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person", "sequence"], name="meeting_invited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.sequence}"


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, user: Any) -> MatterQuerySet:
        """Those of the groups one sits in or keeps the minutes of, and those one was called in to."""
        called = CalledIn.objects.read_by(user).values("item__matter")
        return self.filter(
            Q(group__in=groups_sat_in(user)) | Q(collaboration__in=_compiles_in(user)) | Q(pk__in=called),
            collaboration__in=[m.collaboration_id for m in user.active_memberships],
        )

    def waiting(self) -> MatterQuerySet:
        """Those nobody has settled."""
        return self.filter(settled_at=None)


class Matter(models.Model):
    """Something a group is to take up. It stays with the group, from agenda to agenda, until it is settled."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="matters")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    section = models.CharField(_("part of the agenda"), max_length=16, choices=Section)
    title = models.CharField(_("matter"), max_length=LONGEST_TITLE)
    # What it is about: a kind `meetings/things.py` knows, and its row. A room below has no key to up here.
    about_kind = models.CharField(max_length=20, blank=True, editable=False)
    about_id = models.BigIntegerField(null=True, blank=True, editable=False)
    # What the platform noticed, in words that stay the same while it lasts; empty: somebody brought it.
    key = models.CharField(max_length=80, blank=True, editable=False)
    times_postponed = models.PositiveSmallIntegerField(default=0, editable=False)
    raised_at = models.DateTimeField(auto_now_add=True)
    raised_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MatterQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "key"], condition=Q(settled_at=None) & ~Q(key=""), name="matter_once"
            ),
            models.CheckConstraint(
                condition=Q(about_kind="", about_id=None) | ~Q(about_kind="") & Q(about_id__isnull=False),
                name="matter_about",
            ),
        ]
        indexes = [models.Index(fields=["group", "settled_at"], name="matter_waiting")]

    def __str__(self) -> str:
        return self.title


class InMeetingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the meetings the user reads all of."""
        return self.filter(meeting__in=Meeting.objects.whole_for(user))


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user: Any) -> AgendaItemQuerySet:
        """Those of the meetings the user reads, and of others those they were called in to."""
        called = CalledIn.objects.read_by(user).values("item")
        return self.filter(Q(meeting__in=Meeting.objects.whole_for(user)) | Q(pk__in=called))


class AgendaItem(models.Model):
    """A matter on the agenda of one meeting, and what came of it there. Without a matter: a part every agenda has."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    section = models.CharField(max_length=16, choices=Section)
    position = models.PositiveSmallIntegerField()
    # As it was called at the meeting, and how often it had been postponed before.
    title = models.CharField(max_length=LONGEST_TITLE)
    times_postponed = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, editable=False)
    # When it was last opened, while it is open; and the seconds it has been open in all.
    open_since = models.DateTimeField(null=True, blank=True, editable=False)
    seconds = models.PositiveIntegerField(default=0, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "matter"], name="agenda_item_once"),
            models.UniqueConstraint(
                fields=["meeting", "section"], condition=Q(matter=None), name="agenda_item_standing_once"
            ),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(open_since__isnull=False), name="agenda_item_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CalledInQuerySet(InCollaborationQuerySet):
    def read_by(self, user: Any) -> Any:
        """Those by which the user reads a matter: by a role that can sit in a group at all."""
        return self.filter(membership__in=[m.pk for m in user.active_memberships if m.role in READ_BY_SEAT])


class CalledIn(models.Model):
    """That a function outside the group is called in to one matter, and reads that matter alone."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="called_in")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(auto_now_add=True)

    objects = CalledInQuerySet.as_manager()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "membership"], name="called_in_once")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.membership_id}"


class Attendance(models.Model):
    """Who was at a meeting: a seat of the group, held by itself or by its deputy, or somebody called in."""

    class Presence(models.TextChoices):
        PRESENT = "present", pgettext_lazy("at a meeting", "present")
        DEPUTY = "deputy", pgettext_lazy("at a meeting", "deputy present")
        ABSENT = "absent", pgettext_lazy("at a meeting", "absent")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    presence = models.CharField(max_length=8, choices=Presence)

    objects = InMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "membership"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.presence}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: Any) -> DecisionQuerySet:
        """Those of the meetings the user reads, of matters they were called in to, and what they were given to do."""
        mine = [m.pk for m in user.active_memberships]
        own = [m.organisation_id for m in user.active_memberships if m.role in SPEAK_FOR_OWN]
        given = Q(responsible__in=mine) | Q(organisation__in=own)
        return self.filter(Q(item__in=AgendaItem.objects.visible_to(user)) | given & Q(outcome=Outcome.ASSIGNMENT))


class Decision(models.Model):
    """What a group decided, gave somebody to do, or sent on to another level, at a meeting. It never changes.

    Where it is a change of something else (`change`), that change was made in the same moment: the two are one.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome)
    kind = models.CharField(_("what it is about"), max_length=16, choices=DecisionKind, blank=True)
    # What it changed, by the codes of `meetings/changes.py`; empty where it changed nothing else.
    change = models.CharField(max_length=30, blank=True)
    about_kind = models.CharField(max_length=20, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    text = models.TextField(validators=[MaxLengthValidator(LONGEST_TEXT)])
    motive = models.TextField(blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    # Who does it, and by when.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    responsible = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    # An assignment that is done, said by whom it was given to or whoever keeps the minutes.
    done_at = models.DateTimeField(null=True, blank=True)
    form_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="decision_number_once"),
            models.CheckConstraint(
                condition=~Q(outcome="assignment") | Q(organisation__isnull=False, due_on__isnull=False),
                name="decision_assigned_to",
                violation_error_message=_("Say who does it, and by when."),
            ),
            models.CheckConstraint(condition=~Q(outcome="decision") | ~Q(kind=""), name="decision_of_a_kind"),
        ]
        indexes = [models.Index(fields=["about_kind", "about_id"], name="decision_about")]

    def __str__(self) -> str:
        return f"B-{self.number}"


class OfDecisionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the decisions of the meetings and matters the user reads."""
        return self.filter(decision__item__in=AgendaItem.objects.visible_to(user))


class DecisionPart(models.Model):
    """What one organisation is asked to do by a decision. It binds that organisation once it has accepted."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="parts")
    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="decided_in")

    objects = OfDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["decision", "pk"]

    def __str__(self) -> str:
        return f"{self.decision}: {self.commitment_id}"


class Objection(models.Model):
    """That an organisation did not agree with a decision, and why."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="objections")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("objection"), max_length=LONGEST_REASON)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = OfDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["decision", "pk"]
        constraints = [models.UniqueConstraint(fields=["decision", "organisation"], name="objection_once")]

    def __str__(self) -> str:
        return f"{self.decision}: {self.organisation_id}"


class Adjustment(models.Model):
    """A correction of closed minutes, within the days allowed. It stands beside them."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="adjustments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("what is wrong, and how it was"), validators=[MaxLengthValidator(LONGEST_TEXT)])
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.made_at:%Y-%m-%d}"
