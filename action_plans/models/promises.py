"""Citizen promises: what was heard from those who live there, what is promised, and what of it residents read."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models.measures import Measure, Verdict
from action_plans.models.plans import LONGEST_TEXT, in_areas_read_by
from areas.models import Area, Place, SafetyWalk
from cause_analysis.models import Problem
from common.constraints import both_or_neither, not_before
from partners.models import Collaboration, Group, Organisation, User

# What residents read is short.
LONGEST_PUBLIC = 1200
LONGEST_ITEM = 400


class PromiseState(models.TextChoices):
    """How far a promise has come. Whether residents can read it now is told by its publications."""

    DRAFT = "draft", pgettext_lazy("promise", "draft")
    DECIDED = "decided", pgettext_lazy("promise", "decided")
    PUBLISHED = "published", pgettext_lazy("promise", "published")
    FOLLOWED_UP = "followed_up", pgettext_lazy("promise", "followed up")
    KEPT = "kept", pgettext_lazy("promise", "kept")
    PARTLY_KEPT = "partly_kept", pgettext_lazy("promise", "partly kept")
    NOT_KEPT = "not_kept", pgettext_lazy("promise", "not kept")


class InAreasQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """Those of the areas whose circle the user belongs to; everything for the council."""
        return self.filter(in_areas_read_by(user))


class Dialogue(models.Model):
    """That people were asked: staff, those who live there, a walk or a survey. Nobody's name or address is kept."""

    class Kind(models.TextChoices):
        STAFF = "staff", pgettext_lazy("dialogue", "staff dialogue")
        CITIZEN = "citizen", pgettext_lazy("dialogue", "citizen dialogue")
        WALK = "walk", pgettext_lazy("dialogue", "safety walk")
        SURVEY = "survey", pgettext_lazy("dialogue", "survey")

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="dialogues", verbose_name=_("area"))
    kind = models.CharField(_("kind of dialogue"), max_length=10, choices=Kind)
    held_on = models.DateField(_("day"))
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="dialogues", verbose_name=_("place")
    )
    walk = models.ForeignKey(
        SafetyWalk, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("safety walk")
    )
    participants = models.PositiveIntegerField(_("how many took part"), null=True, blank=True)
    target_group = models.CharField(_("who was asked"), max_length=120, blank=True)
    # One theme a line.
    themes = models.TextField(_("themes"), blank=True, validators=[MaxLengthValidator(LONGEST_ITEM)])
    protocol = models.TextField(_("what was said, in short"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InAreasQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="dialogue_uuid_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on:%Y-%m-%d}"

    @property
    def theme_lines(self) -> list[str]:
        """The themes, each for itself."""
        return [line.strip() for line in self.themes.splitlines() if line.strip()]


class Promise(models.Model):
    """What the partners promise those who live in an area. Its rows are the draft of what is published next."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="promises", verbose_name=_("area"))
    number = models.PositiveIntegerField(editable=False)
    # What it is called in public addresses, given out at its first publication: unpublished promises leave no trace.
    public_number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=PromiseState, default=PromiseState.DRAFT, editable=False
    )
    title_sv = models.CharField(_("the promise in a few words, in Swedish"), max_length=120)
    title_en = models.CharField(_("the promise in a few words, in English"), max_length=120, blank=True)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to and including"))
    problem_sv = models.TextField(
        _("what the problem is, in Swedish"), blank=True, validators=[MaxLengthValidator(LONGEST_PUBLIC)]
    )
    problem_en = models.TextField(
        _("what the problem is, in English"), blank=True, validators=[MaxLengthValidator(LONGEST_PUBLIC)]
    )
    # Where its number of events comes from, if residents are to read one.
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="promises", verbose_name=_("problem")
    )
    shows_count = models.BooleanField(_("tell residents how many events the problem counts"), default=False)
    registry_number = models.CharField(_("registry number"), max_length=40, blank=True)
    follow_up_on = models.DateField(_("next follow-up"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True, editable=False)
    decided_by_group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InAreasQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="promise_number_once"),
            models.UniqueConstraint(fields=["area", "public_number"], name="promise_public_number_once"),
            models.UniqueConstraint(fields=["collaboration", "client_uuid"], name="promise_uuid_once"),
            not_before(
                "last_day", "first_day", name="promise_dates", message=_("The last day comes before the first.")
            ),
            both_or_neither(
                "decided_on",
                "decided_by_group",
                name="promise_decided_whole",
                message=_("A decision has a day and a group."),
            ),
            models.CheckConstraint(
                condition=Q(state=PromiseState.DRAFT) | Q(decided_on__isnull=False), name="promise_decided_or_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"L-{self.number}"


class OfPromiseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the promises the user reads."""
        return self.filter(promise__in=Promise.objects.visible_to(user))


class PromiseDialogue(models.Model):
    """A dialogue the promise rests on."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="promise_dialogues")
    dialogue = models.ForeignKey(Dialogue, on_delete=models.PROTECT, related_name="promise_dialogues")

    objects = OfPromiseQuerySet.as_manager()

    class Meta:
        ordering = ["promise", "pk"]
        constraints = [models.UniqueConstraint(fields=["promise", "dialogue"], name="promise_dialogue_once")]

    def __str__(self) -> str:
        return f"{self.promise}: {self.dialogue_id}"


class PromiseSignatory(models.Model):
    """A function of an organisation that stands behind the promise. A function, never a name."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="signatories")
    function = models.CharField(_("function"), max_length=80)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )

    objects = OfPromiseQuerySet.as_manager()

    class Meta:
        ordering = ["promise", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "function", "organisation"],
                name="promise_signatory_once",
                violation_error_message=_("This function already stands behind the promise."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.promise}: {self.pk}"


class PromiseItem(models.Model):
    """An undertaking of the promise: who does what, how often or how much, and by when."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="items")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("who does it")
    )
    text_sv = models.CharField(_("what is done, in Swedish"), max_length=LONGEST_ITEM)
    text_en = models.CharField(_("what is done, in English"), max_length=LONGEST_ITEM, blank=True)
    amount_sv = models.CharField(_("how often or how much, in Swedish"), max_length=120, blank=True)
    amount_en = models.CharField(_("how often or how much, in English"), max_length=120, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    row_version = models.PositiveIntegerField(default=0, editable=False)

    objects = OfPromiseQuerySet.as_manager()

    class Meta:
        ordering = ["promise", "pk"]
        constraints = [models.UniqueConstraint(fields=["promise", "client_uuid"], name="promise_item_uuid_once")]

    def __str__(self) -> str:
        # Not its text: the label goes to the log.
        return f"{self.promise}: {self.pk}"


class OfPromiseItemQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """What belongs to the undertakings of the promises the user reads."""
        return self.filter(item__promise__in=Promise.objects.visible_to(user))


class PromiseItemMeasure(models.Model):
    """A measure that carries an undertaking, and what residents are told of it, in words written for them."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(PromiseItem, on_delete=models.CASCADE, related_name="item_measures")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="promise_items", verbose_name=_("measure")
    )
    # Empty: residents are told nothing of the measure.
    done_sv = models.CharField(_("what has been done, in Swedish"), max_length=LONGEST_ITEM, blank=True)
    done_en = models.CharField(_("what has been done, in English"), max_length=LONGEST_ITEM, blank=True)
    row_version = models.PositiveIntegerField(default=0, editable=False)

    objects = OfPromiseItemQuerySet.as_manager()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "measure"],
                name="promise_item_measure_once",
                violation_error_message=_("The measure already carries this undertaking."),
            ),
            models.CheckConstraint(
                condition=Q(done_sv="", done_en="") | (~Q(done_sv="") & ~Q(done_en="")),
                name="promise_item_measure_both_languages",
                violation_error_message=_("Write it in both languages, or leave both empty."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.measure_id}"


class PromiseFollowUp(models.Model):
    """How it goes on a day, in words for residents and in two colours. It is read by them once it is published."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="follow_ups")
    on = models.DateField(_("followed up on"))
    text_sv = models.TextField(_("how it goes, in Swedish"), validators=[MaxLengthValidator(LONGEST_PUBLIC)])
    text_en = models.TextField(_("how it goes, in English"), validators=[MaxLengthValidator(LONGEST_PUBLIC)])
    carried_out = models.CharField(_("carried out?"), max_length=10, choices=Verdict)
    good_result = models.CharField(_("good result?"), max_length=10, choices=Verdict)
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OfPromiseQuerySet.as_manager()

    class Meta:
        ordering = ["promise", "on", "pk"]
        constraints = [models.UniqueConstraint(fields=["promise", "client_uuid"], name="promise_follow_up_uuid_once")]

    def __str__(self) -> str:
        return f"{self.promise}: {self.on:%Y-%m-%d}"


class PublicationQuerySet(OfPromiseQuerySet):
    def open(self) -> PublicationQuerySet:
        """What anybody may read now: published, and not taken away."""
        return self.filter(unpublished_at=None)


class Publication(models.Model):
    """A promise as residents read it. The database refuses to change what it says, and to bring it back once it is
    taken away."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="publications")
    number = models.PositiveIntegerField(editable=False)
    # Everything its page says in both languages, as `promises/content.py` writes it; names and words of the day.
    content = models.JSONField(encoder=DjangoJSONEncoder, editable=False)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    unpublished_at = models.DateTimeField(null=True, blank=True)
    unpublished_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["promise", "-number"]
        constraints = [models.UniqueConstraint(fields=["promise", "number"], name="publication_number_once")]

    def __str__(self) -> str:
        return f"{self.promise} v{self.number}"
