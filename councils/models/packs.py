"""Frozen packs: what was laid before a meeting or decided, as one document and the files that were made of it."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import PlanVersion
from councils.models.meetings import LONGEST_TITLE, Meeting
from partners.models import Collaboration, User
from partners.roles import SEE_EVERYTHING, Role

# All of these read the same numbers: those the management council may see.
READ_PACKS = SEE_EVERYTHING | {Role.COUNCIL}


class PackAbout(models.TextChoices):
    """What a pack is made of."""

    COUNCIL = "council", pgettext_lazy("pack", "the council's page")
    PLAN = "plan", pgettext_lazy("pack", "a decided plan")


class FileKind(models.TextChoices):
    """The formats of a pack, in the order they are offered."""

    PDF = "pdf", "PDF"
    SLIDES = "pptx", "PowerPoint"
    WORD = "docx", "Word"
    EXCEL = "xlsx", "Excel"


class PackQuerySet(models.QuerySet["Pack"]):
    def visible_to(self, user: Any) -> PackQuerySet:
        """Those of the collaborations where the user leads or compiles."""
        return self.filter(
            collaboration__in=[m.collaboration_id for m in user.active_memberships if m.role in READ_PACKS]
        )

    def without_content(self) -> PackQuerySet:
        """What lists say, without the documents themselves."""
        return self.defer("content")


class Pack(models.Model):
    """One document as it stood when somebody froze it. Neither it nor its files ever change, and it is preserved."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(editable=False)
    about = models.CharField(max_length=8, choices=PackAbout, editable=False)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="packs", editable=False
    )
    plan_version = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="packs", editable=False
    )
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, editable=False)
    # For whose eyes its numbers were computed: everybody who may open it reads the same.
    audience = models.CharField(max_length=20, default=Role.COUNCIL, editable=False)
    # The document as `documents/plain.py` tells it, and the SHA-256 of that.
    content = models.JSONField(encoder=DjangoJSONEncoder, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    # The same press sent twice freezes one pack.
    form_id = models.UUIDField(null=True, blank=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # As it was then; the account may be closed.
    made_by_function = models.CharField(max_length=100, editable=False)

    objects = PackQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="pack_number_once"),
            models.UniqueConstraint(fields=["collaboration", "form_id"], name="pack_once_by_press"),
            models.CheckConstraint(
                condition=Q(about="plan", plan_version__isnull=False) | Q(about="council", plan_version=None),
                name="pack_about",
            ),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="pack_sha256"),
        ]

    def __str__(self) -> str:
        return self.title


class PackFileQuerySet(models.QuerySet["PackFile"]):
    def visible_to(self, user: Any) -> PackFileQuerySet:
        """The files of the packs the user reads."""
        return self.filter(pack__in=Pack.objects.visible_to(user))


class PackFile(models.Model):
    """One format of a pack, as the bytes it was made into when the pack was frozen."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="+")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4, choices=FileKind, editable=False)
    # Where it lies, see `privacy/picture_files.py`.
    file = models.CharField(max_length=80, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size_bytes = models.PositiveIntegerField(editable=False)

    objects = PackFileQuerySet.as_manager()

    class Meta:
        ordering = ["pack", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "kind"], name="pack_file_once"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="pack_file_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id}.{self.kind}"
