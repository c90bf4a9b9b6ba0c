"""What is typed when reports are counted together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident, Status
from incidents.presenters import when_in_short, where_in_short


class MergeForm(forms.Form):
    """Which of the reports near the open one are about the same event, and which of them all counts."""

    same = forms.MultipleChoiceField(
        label=_("Which are the same event?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose which reports are about the same event.")},
    )
    keep = forms.ChoiceField(
        label=_("Which one counts?"),
        required=False,
        help_text=_("The others are kept as they are and counted together with it. It can be undone."),
    )

    def __init__(self, *args: Any, incident: Incident, found: Sequence[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident
        self.found = {str(one.pk): one for one in found}
        named = [
            (pk, f"{one.category}, {when_in_short(one)}, {where_in_short(one)} ({one.organisation.name})")
            for pk, one in self.found.items()
        ]
        self.fields["same"].choices = named  # type: ignore[attr-defined]
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            ("", gettext("The one that is approved already, otherwise the one reported first")),
            (str(incident.pk), gettext("This report, %(ref)s") % {"ref": incident.ref}),
            *((pk, one.ref) for pk, one in self.found.items()),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        keep = data.get("keep")
        if keep and keep != str(self.incident.pk) and keep not in data.get("same", []):
            self.add_error("keep", _("The one that counts must be among those you have chosen."))
        return data

    def chosen(self) -> tuple[Incident, list[Incident]]:
        """The report that counts, and the others."""
        every = [self.incident, *(self.found[pk] for pk in self.cleaned_data["same"])]
        asked = self.cleaned_data.get("keep")
        if asked:
            keep = next(one for one in every if str(one.pk) == asked)
        else:
            keep = min(every, key=lambda one: (one.status != Status.APPROVED, one.created_at, one.pk))
        return keep, [one for one in every if one.pk != keep.pk]
