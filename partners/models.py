"""Who takes part: collaborations, organisations and units, people with roles, groups, and tokens for systems."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.constraints import both_or_neither, no_overlap, not_before
from partners.roles import MAY_KEEP_WORK_LETTERS, MAY_READ_LOG, Role

# Words that stand first in an address of ours and can therefore not name a collaboration.
RESERVED_SLUGS = {
    "accounts", "api", "health", "ready", "ui", "static", "media", "admin", "i18n", "about", "start", "offline",
    "calendar", "letters",
    "public",
}  # fmt: skip


# The line above each page of a document.
LONGEST_LOOK_HEADER = 80


def check_slug_is_free(slug: str) -> None:
    """A collaboration's slug stands first in its addresses, so it cannot be a word the platform uses itself."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("“%(slug)s” is used by the platform itself. Choose another short name."), params={"slug": slug}
        )


def protect_counts_up_to_at_first() -> int:
    """What a new collaboration protects: the installation's setting."""
    return int(settings.PROTECT_COUNTS_UP_TO)


class CollaborationQuerySet(models.QuerySet["Collaboration"]):
    def visible_to(self, user: Any) -> CollaborationQuerySet:
        """Collaborations in which the user holds a role today."""
        return self.filter(pk__in=[membership.collaboration_id for membership in user.active_memberships])


class Collaboration(models.Model):
    """One municipality's EST: the tenant boundary. What another collaboration owns does not exist."""

    class Notice(models.TextChoices):
        NONE = "none", _("real operation")
        INVENTED = "invented", _("invented example data")
        OPEN_DATA = "open_data", _("real open data, invented organisations")

    slug = models.SlugField(_("short name"), max_length=40, unique=True, validators=[check_slug_is_free])
    name = models.CharField(_("name"), max_length=100)
    notice = models.CharField(max_length=20, choices=Notice, default=Notice.NONE, editable=False)
    west = models.FloatField(
        _("west"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    south = models.FloatField(
        _("south"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    east = models.FloatField(
        _("east"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    north = models.FloatField(
        _("north"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    reporting_kind = models.CharField(_("incidents are counted by"), max_length=20, default="est_area")
    protect_counts_up_to = models.PositiveSmallIntegerField(
        _("protect counts up to"),
        default=protect_counts_up_to_at_first,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    # Raised by one each time a boundary changes, so that every process knows its index of polygons is old.
    boundaries_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            both_or_neither(
                "west", "south", "east", "north",
                name="collaboration_extent_whole",
                message=_("Give all four sides of the extent, or none."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def collaboration_id(self) -> int:
        return self.pk

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees, where it was given."""
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return self.west, self.south, self.east, self.north


class InCollaborationQuerySet(models.QuerySet):
    """Rows that everybody who takes part in the collaboration may see."""

    def visible_to(self, user: Any) -> Any:
        """Rows of the collaborations in which the user holds a role today."""
        return self.filter(collaboration_id__in=[m.collaboration_id for m in user.active_memberships])


class Organisation(models.Model):
    """A partner: it owns its reports and its promises."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("municipality")
        POLICE = "police", _("police")
        HOUSING = "housing", _("housing company")
        SCHOOL = "school", _("school")
        RESCUE = "rescue", _("rescue service")
        GUARD = "guard", _("guard company")
        SHOP = "shop", _("shop or centre")
        ASSOCIATION = "association", _("association")
        UNIVERSITY = "university", _("university or authority in support")
        OPEN_DATA = "open_data", _("open data source")

    class Sharing(models.TextChoices):
        CIRCLE = "circle", _("the area's circle sees category, place and time")
        COUNTS = "counts", _("others see counts only")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="organisations")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    sharing = models.CharField(_("sharing"), max_length=10, choices=Sharing, default=Sharing.CIRCLE)
    is_active = models.BooleanField(_("active"), default=True)
    # Whether rows of its files are approved without waiting for a coordinator, where the guard is silent.
    is_trusted_for_import = models.BooleanField(_("trusted for import"), default=False)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "name"],
                name="organisation_name_once",
                violation_error_message=_("There is already an organisation with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """Who reports within an organisation: a district office, a guard team, a school."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="units")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="unit_name_once",
                violation_error_message=_("The organisation already has a unit with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who signs in with e-mail and password."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person for Django's own commands; in the platform only a role opens doors."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> UserQuerySet:
        """Oneself, the people of one's own organisations, and for an administrator everybody in the collaboration."""
        mine = user.active_memberships
        organisations = [m.organisation_id for m in mine]
        administered = [m.collaboration_id for m in mine if m.role == Role.ADMINISTRATOR]
        memberships = Membership.objects.filter(
            Q(organisation_id__in=organisations) | Q(collaboration_id__in=administered)
        )
        return self.filter(Q(pk=user.pk) | Q(pk__in=memberships.values("user_id")))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a system with a token. Others see the function, not the name."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    function = models.CharField(
        _("function"), max_length=100, help_text=_("What others see, for example “community officer Hageby”.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(default=False, editable=False)
    is_service = models.BooleanField(default=False, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When name and address were taken away, long after the account was closed.
    pseudonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["function", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_case")]

    def __str__(self) -> str:
        return self.function or self.email

    def get_full_name(self) -> str:
        return self.name or self.function

    @cached_property
    def active_memberships(self) -> list[Membership]:
        """The roles the user holds today, with organisation and collaboration; fetched once for each request."""
        if not self.is_active:
            return []
        return list(
            Membership.objects.active(timezone.localdate())
            .filter(user=self)
            .with_unread_news()
            .select_related("organisation", "collaboration")
        )

    def memberships_in(self, collaboration: Collaboration | int) -> list[Membership]:
        """The roles held today in one collaboration."""
        pk = collaboration if isinstance(collaboration, int) else collaboration.pk
        return [m for m in self.active_memberships if m.collaboration_id == pk]

    def has_role(self, collaboration: Collaboration | int, roles: Iterable[str]) -> bool:
        """Whether the user holds any of the roles in the collaboration today."""
        wanted = set(roles)
        return any(m.role in wanted for m in self.memberships_in(collaboration))

    def collaborations_where_may_read_log(self) -> list[int]:
        return [m.collaboration_id for m in self.active_memberships if m.role in MAY_READ_LOG]

    def label_for_log(self) -> str:
        return self.function or self.email

    def membership_for_log(self, collaboration_id: int | None) -> Membership | None:
        return next((m for m in self.active_memberships if m.collaboration_id == collaboration_id), None)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def with_unread_news(self) -> MembershipQuerySet:
        """How much is new for the person in the collaboration: the menu says so on every page, without asking again."""
        unread = Notification.objects.unread().filter(
            person=models.OuterRef("user_id"), collaboration=models.OuterRef("collaboration_id")
        )
        number = unread.order_by().values("person").annotate(number=models.Count("pk")).values("number")
        return self.annotate(unread_news=Coalesce(models.Subquery(number), 0))

    def active(self, today: dt.date) -> MembershipQuerySet:
        """Roles that hold today."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today, organisation__is_active=True
        )

    def visible_to(self, user: Any) -> MembershipQuerySet:
        """Own roles, the own organisation's people, and for an administrator the whole collaboration's."""
        mine = user.active_memberships
        return self.filter(
            Q(user=user)
            | Q(organisation_id__in=[m.organisation_id for m in mine])
            | Q(collaboration_id__in=[m.collaboration_id for m in mine if m.role == Role.ADMINISTRATOR])
        )


class Membership(models.Model):
    """A person's role for an organisation in a collaboration, from a day and perhaps to a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "organisation", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                name="membership_role_once",
                violation_error_message=_("The person already has this role in the organisation."),
            ),
            not_before(
                "valid_to", "valid_from", name="membership_dates", message=_("The last day comes before the first.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.organisation}"

    def clean(self) -> None:
        if (
            self.organisation_id
            and self.collaboration_id
            and self.organisation.collaboration_id != self.collaboration_id
        ):
            raise ValidationError(_("The organisation belongs to another collaboration."))
        if self.unit_id and self.unit is not None and self.unit.organisation_id != self.organisation_id:
            raise ValidationError({"unit": _("The unit belongs to another organisation.")})


class Level(models.TextChoices):
    STRATEGIC = "strategic", _("strategic")
    OPERATIVE = "operative", _("operative")
    TACTICAL = "tactical", _("tactical")


class GroupKind(models.TextChoices):
    """What sort of group meets. What it may decide follows from its level, see `levels.py`."""

    MANAGEMENT_COUNCIL = "management_council", pgettext_lazy("group", "management council")
    STEERING_GROUP = "steering_group", pgettext_lazy("group", "steering group")
    PREPARATORY_GROUP = "preparatory_group", pgettext_lazy("group", "preparatory group")
    EST_GROUP = "est_group", pgettext_lazy("group", "EST group")
    SITUATIONAL_WORKING_GROUP = "situational_working_group", pgettext_lazy("group", "situational working group")
    SOCIAL_WORKING_GROUP = "social_working_group", pgettext_lazy("group", "social working group")
    PREVENTION_COUNCIL = "prevention_council", pgettext_lazy("group", "crime prevention council")
    OTHER = "other", pgettext_lazy("group", "another group")


LONGEST_GROUP_RULES = 500


class Group(models.Model):
    """People by function who meet: a local EST group, the preparatory group, the management council."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(
        _("kind of group"), max_length=26, choices=GroupKind, default=GroupKind.OTHER, db_default="other"
    )
    level = models.CharField(_("level"), max_length=12, choices=Level)
    # Who is told what, and by whom.
    communication_rules = models.CharField(
        _("communication rules"), max_length=LONGEST_GROUP_RULES, blank=True, db_default=""
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "name"],
                name="group_name_once",
                violation_error_message=_("There is already a group with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupMemberQuerySet(InCollaborationQuerySet):
    def in_force(self, today: dt.date) -> GroupMemberQuerySet:
        """Seats that are held today."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)

    def of(self, user: Any) -> GroupMemberQuerySet:
        """The seats the user holds or stands in for, by a role of theirs that holds today."""
        mine = [membership.pk for membership in user.active_memberships]
        return self.filter(Q(membership__in=mine) | Q(deputy__in=mine))


class GroupMember(models.Model):
    """A function's seat in a group for a term, with a deputy."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="seats")
    deputy = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="deputy_seats"
    )
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        ordering = ["group", "pk"]
        constraints = [
            no_overlap(
                "group", "membership",
                name="group_member_no_overlap",
                message=_("They already sit in the group during some of these days."),
            ),
            not_before(
                "valid_to", "valid_from", name="group_member_dates", message=_("The last day comes before the first.")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.group}: {self.membership}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: Any) -> ApiTokenQuerySet:
        """Tokens of the collaborations the user administers."""
        return self.filter(
            membership__collaboration_id__in=[
                m.collaboration_id for m in user.active_memberships if m.role == Role.ADMINISTRATOR
            ]
        )


class ApiToken(models.Model):
    """A system's key: it acts as a member of its organisation with the role it was given, until a day.

    Only a hash is stored; the key itself is shown once, when it is made.
    """

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="token")
    name = models.CharField(_("what it is for"), max_length=100)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField(_("valid until"))
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def collaboration_id(self) -> int:
        return self.membership.collaboration_id

    @staticmethod
    def new_key() -> str:
        return "est_" + secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(key: str) -> str:
        # The key has 256 random bits, so a plain hash is as good as a slow one, and every request needs it.
        return hashlib.sha256(key.encode()).hexdigest()


# --- How long things are kept -----------------------------------------------------------------------------------------


class KeptQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What is kept and purged, for those who look after data protection, archives or administration."""
        return self.filter(collaboration_id__in=user.collaborations_where_may_read_log())


class RetentionRule(models.Model):
    """How long a collaboration keeps a kind of thing, where it has decided otherwise than what is proposed."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="retention_rules")
    kind = models.CharField(max_length=40)
    days = models.PositiveIntegerField(_("days"), validators=[MinValueValidator(1)])
    reason = models.CharField(_("reason"), max_length=300)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "kind"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "kind"], name="retention_rule_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"


class LegalHoldQuerySet(KeptQuerySet):
    def in_force(self, today: dt.date) -> LegalHoldQuerySet:
        """Holds that keep things today."""
        return self.filter(ends_on__gte=today, lifted_at__isnull=True)


class LegalHold(models.Model):
    """Something that is kept although its time is over: a report, an area, or all that happened in some days.

    Ids and text, as in the log: what it is about belongs to a room above.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="legal_holds")
    scope = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("to and including"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    ends_on = models.DateField(_("last day of the hold"))
    placed_at = models.DateTimeField(auto_now_add=True)
    placed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            not_before(
                "last_day", "first_day", name="legal_hold_dates", message=_("The last day comes before the first.")
            )
        ]

    def __str__(self) -> str:
        return self.subject_label or self.scope


class Purge(models.Model):
    """The proof of a batch that was taken away: how many, from when, and a hash over their numbers. Never changed.

    `hash` runs on through the batches of a kind in a run, so that the last one stands for them all. A row without a
    kind closes the run; a run without one was cut off.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="purges")
    run = models.UUIDField()
    kind = models.CharField(max_length=40, blank=True)
    number = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(null=True, blank=True)
    before = models.DateField()
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    hash = models.CharField(max_length=64)
    # Who ordered it; nobody: the night's run.
    ordered_by_id = models.BigIntegerField(null=True, blank=True)
    ordered_by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["collaboration", "-at"], name="purge_latest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.kind}: {self.number}"


# --- The log, gone through --------------------------------------------------------------------------------------------


class LogReview(models.Model):
    """That a month's sample of the log was gone through: which lines they were, what was found, and by whom."""

    class Finding(models.TextChoices):
        NOTHING = "nothing", _("nothing to remark on")
        FOLLOW_UP = "follow_up", _("something is followed up")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="log_reviews")
    month = models.DateField(help_text="The first day of the month.")
    finding = models.CharField(_("what was found"), max_length=10, choices=Finding)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # What the lines were drawn with, and which they were: the sample can be shown again, and drawn again.
    seed = models.CharField(max_length=64)
    event_ids = models.JSONField(default=list)
    drawn_from = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "month"],
                name="log_review_once",
                violation_error_message=_("The month has already been gone through."),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="log_review_month"),
            models.CheckConstraint(condition=~Q(finding="follow_up", note=""), name="log_review_follow_up_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


# --- What waits, by letter and in a calendar --------------------------------------------------------------------------


class WorkLetterRule(models.Model):
    """When a collaboration's letters of what waits leave, where it has chosen otherwise than Monday at seven."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    collaboration = models.OneToOneField(Collaboration, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(_("hour"), default=7, validators=[MaxValueValidator(23)])

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6, hour__lte=23), name="work_letter_rule_in_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.hour:02}:00"


class OwnQuerySet(models.QuerySet):
    """Rows about one person, who alone reads them."""

    def visible_to(self, user: Any) -> Any:
        """One's own."""
        return self.filter(person=user)


def quiet_from_at_first() -> int:
    """From when letters wait for whoever has chosen nothing: the installation's setting."""
    return int(settings.QUIET_HOURS[0])


def quiet_until_at_first() -> int:
    """Until when they wait."""
    return int(settings.QUIET_HOURS[1])


def is_quiet_on_days_off_at_first() -> bool:
    """Whether they also wait on days off."""
    return bool(settings.QUIET_ON_DAYS_OFF)


class WorkLetterChoice(models.Model):
    """How often somebody wants the gathered letter, in which language, and when letters at once wait.

    Weekly, in Swedish and at the installation's hours, if nothing is said.
    """

    class HowOften(models.TextChoices):
        WEEKLY = "weekly", _("once a week")
        DAILY = "daily", _("every weekday")
        NEVER = "never", _("never")

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    how_often = models.CharField(_("how often"), max_length=10, choices=HowOften, default=HowOften.WEEKLY)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    # The hours that clocks in Sweden show; two equal ones are no time at all.
    quiet_from = models.PositiveSmallIntegerField(
        _("quiet from"), default=quiet_from_at_first, validators=[MaxValueValidator(23)]
    )
    quiet_until = models.PositiveSmallIntegerField(
        _("quiet until"), default=quiet_until_at_first, validators=[MaxValueValidator(23)]
    )
    is_quiet_on_days_off = models.BooleanField(_("quiet on days off"), default=is_quiet_on_days_off_at_first)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["person"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__lte=23, quiet_until__lte=23), name="work_letter_choice_quiet_hours"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_how_often_display())


class WorkLetter(models.Model):
    """That somebody is to be told by letter of what waits for them. Whoever claims the row sends the letter, once."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # The week of a weekly letter (2026-W48), or the day of a daily one: no more than one letter for each.
    occasion = models.CharField(max_length=10)
    # The day on which it was due. Whoever goes from weekly to daily letters does not get two on one day.
    day = models.DateField()
    # Empty while it waits. Filled and not sent: whoever had claimed it died on the way, or got no answer.
    claimed_at = models.DateTimeField(null=True, blank=True)
    # How many tasks it told of; with none there is no letter.
    tasks = models.PositiveIntegerField(null=True, blank=True)
    # And of how much that was new.
    news = models.PositiveIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "collaboration", "occasion"], name="work_letter_once"),
            models.UniqueConstraint(fields=["person", "collaboration", "day"], name="work_letter_once_a_day"),
        ]
        indexes = [models.Index(fields=["collaboration", "day"], name="work_letter_day")]

    def __str__(self) -> str:
        return self.occasion


class CalendarKeyQuerySet(OwnQuerySet):
    def valid(self, today: dt.date) -> CalendarKeyQuerySet:
        """Those that open a calendar today."""
        return self.filter(revoked_at__isnull=True, expires_on__gte=today)


class CalendarKey(models.Model):
    """The key in the address of somebody's calendar of deadlines in a collaboration. Only a hash of it is stored."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField(_("valid until"))
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # A day is enough to show that it is in use: no more is noted of when somebody's calendar asks.
    last_used_on = models.DateField(null=True, blank=True, editable=False)

    objects = CalendarKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "collaboration"], condition=Q(revoked_at=None), name="calendar_key_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @staticmethod
    def new_key() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(key: str) -> str:
        # As with a system's key: 256 random bits need no slow hash, and whoever looks for the hash learns nothing of
        # the key from how long it takes.
        return hashlib.sha256(key.encode()).hexdigest()


# --- What is new for somebody -----------------------------------------------------------------------------------------


class NotificationQuerySet(OwnQuerySet):
    def unread(self) -> NotificationQuerySet:
        """Those that have not been read, and that their reader could see when they were last looked at."""
        return self.filter(read_at=None, is_hidden=False)


class Notification(models.Model):
    """That something has happened which concerns one person.

    It holds no words: what the row says is asked of the room it came from, as its reader and in their language, each
    time it is shown. Ids and text for what it is about, as in the log, since that belongs to a room above.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Whose deputy was told, when somebody was away.
    stands_in_for = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    topic = models.CharField(max_length=40)
    # Which of the topic's events it was: asked, accepted …
    what = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    # What makes it one event: told twice under one key, it is told once.
    key = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # Its reader could not see what it is about when it was last looked at; it is not counted.
    is_hidden = models.BooleanField(default=False, db_default=False)
    # Whoever fills this puts the row in a letter, once; or the room has written a letter of its own.
    mail_claimed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "topic", "kind", "subject_id", "what", "key"], name="notification_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["person", "collaboration"],
                condition=Q(read_at=None, is_hidden=False),
                name="notification_unread",
            ),
            models.Index(fields=["person", "collaboration", "-happened_at"], name="notification_latest"),
            models.Index(fields=["collaboration", "happened_at"], name="notification_day"),
            models.Index(
                fields=["happened_at"], condition=Q(read_at=None, mail_claimed_at=None), name="notification_unmailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.kind} {self.subject_id}"


class TopicChoice(models.Model):
    """How somebody wants to be told of a topic, where they have chosen otherwise than what the room proposes."""

    class How(models.TextChoices):
        AT_ONCE = "at_once", pgettext_lazy("news", "by mail at once")
        DIGEST = "digest", pgettext_lazy("news", "in the gathered letter")
        PAGE = "page", pgettext_lazy("news", "only on the page")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)
    how = models.CharField(max_length=10, choices=How)
    # What had happened before is not mailed at once: it has been told in the way that was chosen then.
    chosen_at = models.DateTimeField(default=timezone.now)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["person", "topic"]
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="topic_choice_once")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.how}"


# --- What documents look like -----------------------------------------------------------------------------------------


class LookQuerySet(InCollaborationQuerySet):
    def in_force(self) -> LookQuerySet:
        return self.filter(replaced_at=None)

    def at(self, moment: dt.datetime) -> LookQuerySet:
        """The one that was in force then, if any."""
        return self.filter(Q(replaced_at=None) | Q(replaced_at__gt=moment), made_at__lte=moment)


class Look(models.Model):
    """What a collaboration's documents look like: colour, line and logotype of the municipality.

    A row never changes. A new look stands after the one before, so that what was frozen keeps what it looked like.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="looks")
    # As “#0062ba”; empty for ours.
    accent = models.CharField(max_length=7, blank=True)
    header = models.CharField(max_length=LONGEST_LOOK_HEADER, blank=True)
    # The logotype, made anew. Several looks in a row may have the same.
    file = models.FileField(upload_to="logotypes/", max_length=100, blank=True, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration"], condition=Q(replaced_at=None), name="look_one_in_force"),
            models.CheckConstraint(condition=Q(accent__regex=r"^(#[0-9a-f]{6})?$"), name="look_accent_is_a_colour"),
            not_before(
                "replaced_at", "made_at", name="look_replaced_after_made", message=_("A look ends after it began.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collaboration} {self.pk}"


class SentMailQuerySet(models.QuerySet["SentMail"]):
    def visible_to(self, user: Any) -> SentMailQuerySet:
        """One's own; and for those who keep the letters of a collaboration, everybody's there."""
        keeps = [m.collaboration_id for m in user.active_memberships if m.role in MAY_KEEP_WORK_LETTERS]
        return self.filter(Q(person=user) | Q(collaboration__in=keeps))

    def failed(self, now: dt.datetime) -> SentMailQuerySet:
        """Letters the server refused, and those nobody knows of."""
        begun = Q(outcome=SentMail.Outcome.BEGUN, at__lt=now - SentMail.UNKNOWN_AFTER)
        return self.filter(Q(outcome__in=[SentMail.Outcome.REFUSED, SentMail.Outcome.UNKNOWN]) | begun)


class SentMail(models.Model):
    """That a letter was sent to somebody, or was not: its topic, when, and how the server answered. Never a text."""

    # A letter that has been on its way for so long has been cut off: nobody knows whether it left.
    UNKNOWN_AFTER = dt.timedelta(minutes=10)

    class Outcome(models.TextChoices):
        BEGUN = "begun", pgettext_lazy("a letter", "begun")
        SENT = "sent", pgettext_lazy("a letter", "sent")
        REFUSED = "refused", pgettext_lazy("a letter", "not taken by the mail server")
        UNKNOWN = "unknown", pgettext_lazy("a letter", "begun, and never acknowledged")

    # None: about somebody's account, which belongs to no collaboration.
    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.BEGUN)
    # The server's code, or what kind of failure it was: the words of an answer may hold an address.
    answer = models.CharField(max_length=60, blank=True)

    objects = SentMailQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-at"], name="sent_mail_of_person"),
            models.Index(fields=["collaboration", "-at"], name="sent_mail_day"),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.outcome}"
