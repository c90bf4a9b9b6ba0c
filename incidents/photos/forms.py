"""The field for photos in a form that is sent as any form is; phones with JavaScript send theirs by themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.errors import NotPossible
from incidents.models import Incident
from incidents.photos.actions import check_number
from privacy import images


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo that came with a form: what was sent, and the picture made of it."""

    data: bytes
    made: images.Made

    def number_in(self, incident: Incident) -> uuid.UUID:
        """The photo's own number: the same file sent again with the same report is the same photo."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"photo:{incident.pk}:{sha256(self.data).hexdigest()}")


class PhotosInput(forms.FileInput):
    """Several files at once; a phone offers its camera beside them."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if hasattr(files, "getlist"):
            return files.getlist(name)
        one = files.get(name) if isinstance(files, Mapping) else None
        return [one] if one is not None else []


class PhotosField(forms.Field):
    """At most three photos, each made anew; the sentences say which of them cannot be used and why."""

    widget = PhotosInput(attrs={"accept": "image/*"})

    def __init__(self, *, check: Callable[[int], None] = check_number, **more: Any) -> None:
        super().__init__(**more)
        self.check = check

    def clean(self, value: Any) -> list[SentPhoto]:
        files = [file for file in value or [] if file]
        try:
            self.check(len(files))
        except NotPossible as no:
            raise ValidationError(no.messages, code=no.code) from None
        found, refused = [], []
        for number, file in enumerate(files, start=1):
            try:
                if file.size > settings.PHOTO_MAX_BYTES:
                    raise images.too_large()
                data = file.read()
                found.append(SentPhoto(data, images.made_anew(data)))
            except NotPossible as no:
                sentence = " ".join(no.messages)
                refused.append(
                    _("Photo %(number)s: %(why)s") % {"number": number, "why": sentence} if len(files) > 1 else sentence
                )
        if refused:
            raise ValidationError(refused, code="photo_refused")
        return found
