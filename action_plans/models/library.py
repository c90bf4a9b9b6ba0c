"""Methods that a collaboration has described itself; those the platform ships with stand in `library/cards.toml`."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cause_analysis.permissions import READ_PROBLEMS
from partners.models import Collaboration, User
from partners.roles import Role

LONGEST_HEAD = 1000
# Whoever takes part in plans, or is asked for something in them.
READ_METHODS = READ_PROBLEMS | {Role.REPORTER}


class Effect(models.TextChoices):
    """What the sources of a card say came of the method."""

    REDUCES = "reduces", pgettext_lazy("effect of a method", "reduces crime")
    PROMISING = "promising", pgettext_lazy("effect of a method", "promising, few studies")
    MIXED = "mixed", pgettext_lazy("effect of a method", "mixed results")
    INDIRECT = "indirect", pgettext_lazy("effect of a method", "has an effect, but crime was not measured")
    NOT_SHOWN = "not_shown", pgettext_lazy("effect of a method", "no effect on crime shown")
    NOT_EVALUATED = "not_evaluated", pgettext_lazy("effect of a method", "nobody has evaluated it")


class Strength(models.IntegerChoices):
    """How much the sources of a card can carry."""

    NONE = 0, pgettext_lazy("strength of a method's evidence", "no evidence")
    WEAK = 1, pgettext_lazy("strength of a method's evidence", "weak evidence")
    SOME = 2, pgettext_lazy("strength of a method's evidence", "some evidence")
    STRONG = 3, pgettext_lazy("strength of a method's evidence", "strong evidence")


class SourceKind(models.TextChoices):
    """What a source is; how strong it can make a card is told in `library/cards.py`."""

    REVIEW = "review", pgettext_lazy("kind of source", "review of many studies")
    TRIAL = "trial", pgettext_lazy("kind of source", "trial by lot")
    COMPARISON = "comparison", pgettext_lazy("kind of source", "comparison with places or people without it")
    GUIDE = "guide", pgettext_lazy("kind of source", "guide or survey of the field")
    ACCOUNT = "account", pgettext_lazy("kind of source", "account of how it was done")


class MethodCardQuerySet(models.QuerySet["MethodCard"]):
    def visible_to(self, user: Any) -> MethodCardQuerySet:
        """The cards of the collaborations in whose plans the user takes part."""
        return self.filter(
            collaboration_id__in=[m.collaboration_id for m in user.active_memberships if m.role in READ_METHODS]
        )

    def kept(self) -> MethodCardQuerySet:
        """Those nobody has taken away."""
        return self.filter(removed_at=None)


class MethodCard(models.Model):
    """A method as a collaboration describes it, under the same heads as the cards the platform ships with."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("method"), max_length=120)
    what = models.TextField(_("what is done"), validators=[MaxLengthValidator(LONGEST_HEAD)])
    # A code of `measures/techniques.py`.
    technique = models.CharField(_("technique"), max_length=20, blank=True)
    # The kinds of causes it is for: each of these sides with each of these controllers.
    sides = models.JSONField(_("sides of the problem"), default=list)
    controllers = models.JSONField(_("whose control it is about"), default=list)

    effect = models.CharField(_("effect"), max_length=16, choices=Effect, default=Effect.NOT_EVALUATED)
    strength = models.PositiveSmallIntegerField(
        _("strength of the evidence"), choices=Strength, default=Strength.NONE, validators=[MaxValueValidator(3)]
    )
    evidence = models.TextField(_("effect, in words"), blank=True, validators=[MaxLengthValidator(LONGEST_HEAD)])
    mechanism = models.TextField(_("how it works"), blank=True, validators=[MaxLengthValidator(LONGEST_HEAD)])
    moderators = models.TextField(_("when it works"), blank=True, validators=[MaxLengthValidator(LONGEST_HEAD)])
    implementation = models.TextField(_("what it takes"), blank=True, validators=[MaxLengthValidator(LONGEST_HEAD)])
    economy = models.TextField(_("what it costs"), blank=True, validators=[MaxLengthValidator(LONGEST_HEAD)])
    # Each with kind, title, url and the day it was read.
    sources = models.JSONField(_("sources"), default=list, blank=True, encoder=DjangoJSONEncoder)

    row_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MethodCardQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration", "number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="method_card_number_once"),
            models.CheckConstraint(
                condition=Q(effect="not_evaluated", strength=0) | (~Q(effect="not_evaluated") & ~Q(sources=[])),
                name="method_card_no_rating_without_source",
                violation_error_message=_("An effect and its strength are given only with a source."),
            ),
            models.CheckConstraint(condition=Q(strength__lte=3), name="method_card_strength_up_to_3"),
        ]

    def __str__(self) -> str:
        # Not its title: the label goes to the log.
        return f"{self.collaboration.slug}: {self.number}"
