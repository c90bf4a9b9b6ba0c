"""The municipality's own Word template for the files of plans."""

from __future__ import annotations

from django.db import models

from partners.models import Collaboration, InCollaborationQuerySet, User


class WordTemplate(models.Model):
    """The one Word template of a collaboration. It gives looks alone: what stood in its text is never used."""

    collaboration = models.OneToOneField(Collaboration, on_delete=models.PROTECT, related_name="word_template")
    # Never the name it had on somebody's computer.
    file = models.FileField(upload_to="word-templates/", max_length=100, editable=False)
    size_bytes = models.PositiveIntegerField(editable=False)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InCollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["collaboration"]

    def __str__(self) -> str:
        return f"{self.collaboration}"
