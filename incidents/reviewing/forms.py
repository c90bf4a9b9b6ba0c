"""What the queue is asked for, and what is typed when reports are counted together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from incidents.merging import changed_since
from incidents.models import Incident, Status
from incidents.presenters import when_in_short, where_in_short
from incidents.reviewing.marks import marks_in, row_mark
from incidents.rules import state_of
from partners.models import Organisation

# No area is called so.
WITHOUT_AREA = "-"


class QueueForm(forms.Form):
    """What waits of an area with everything in it, and of an organisation. Where nothing waits is not offered."""

    area = forms.ChoiceField(
        label=_("Area"), required=False, error_messages={"invalid_choice": _("Choose one from the list.")}
    )
    organisation = forms.ChoiceField(
        label=_("Organisation"), required=False, error_messages={"invalid_choice": _("Choose one from the list.")}
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        areas: Sequence[Area],
        organisations: Sequence[Organisation],
        numbers: Mapping[tuple[int | None, int], int],
    ) -> None:
        super().__init__(data)
        self.total = sum(numbers.values())
        self.named: dict[str, Mapping[str, str]] = {}
        above = _above(areas)
        self.areas: dict[str, Area] = {
            area.slug: area for area in sorted(areas, key=lambda area: (len(above[area.pk]), area.sort_key))
        }
        self.inside = {area.pk: {pk for pk in above if area.pk in {pk, *above[pk]}} for area in areas}
        self.organisations = {str(one.pk): one for one in organisations}
        waiting_in = {
            slug: sum(number for (pk, _who), number in numbers.items() if pk in self.inside[area.pk])
            for slug, area in self.areas.items()
        }
        waiting_in[WITHOUT_AREA] = sum(number for (pk, _who), number in numbers.items() if pk is None)
        waiting_from = {
            key: sum(number for (_pk, who), number in numbers.items() if who == one.pk)
            for key, one in self.organisations.items()
        }
        areas_named = {slug: area.name for slug, area in self.areas.items()}
        areas_named[WITHOUT_AREA] = gettext("Without an area")
        self._offer("area", gettext("All areas"), areas_named, waiting_in)
        organisations_named = {key: one.name for key, one in self.organisations.items()}
        self._offer("organisation", gettext("All organisations"), organisations_named, waiting_from)

    def _offer(self, name: str, everything: str, named: Mapping[str, str], numbers: Mapping[str, int]) -> None:
        chosen = self.data.get(name)
        self.named[name] = named
        field: Any = self.fields[name]
        # Leaving it open is a choice like any other, and not worth a word.
        field.is_expected = True
        field.choices = [
            ("", everything),
            *((key, f"{text} ({numbers[key]})") for key, text in named.items() if numbers[key] or key == chosen),
        ]

    def choice(self) -> Q:
        """Which of the reports that wait; what cannot be understood is none of them."""
        if not self.is_valid():
            return Q(pk__in=[])
        asked = Q()
        area, organisation = self.cleaned_data["area"], self.cleaned_data["organisation"]
        if area == WITHOUT_AREA:
            asked &= Q(area=None)
        elif area:
            asked &= Q(area_id__in=self.inside[self.areas[area].pk])
        if organisation:
            asked &= Q(organisation=self.organisations[organisation])
        return asked

    def chosen(self) -> dict[str, str]:
        """What is chosen, by name: fields that are left open or cannot be understood are not in it."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def in_words(self) -> dict[str, str]:
        """The same as people say it."""
        return {name: self.named[name][value] for name, value in self.chosen().items()}


def _above(areas: Sequence[Area]) -> dict[int, list[int]]:
    """The areas above each, the nearest first."""
    parents = {area.pk: area.parent_id for area in areas}
    found: dict[int, list[int]] = {}
    for area in areas:
        above: list[int] = []
        parent = area.parent_id
        while parent is not None and parent not in above:
            above.append(parent)
            parent = parents.get(parent)
        found[area.pk] = above
    return found


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
        named = [(pk, report_in_words(one)) for pk, one in self.found.items()]
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

    @property
    def marks(self) -> list[str]:
        """The reports that are offered, each as it is now: what the next press gives back as seen."""
        return [row_mark(one) for one in self.found.values()]

    @property
    def seen(self) -> dict[int, str]:
        """What the page showed that was pressed on."""
        data: Any = self.data
        return marks_in(data.getlist(self.add_prefix("seen"))) if hasattr(data, "getlist") else {}

    def chosen(self) -> tuple[Incident, list[Incident]]:
        """The report that counts, and the others."""
        every = [self.incident, *(self.found[pk] for pk in self.cleaned_data["same"])]
        asked = self.cleaned_data.get("keep")
        if asked:
            keep = next(one for one in every if str(one.pk) == asked)
        else:
            keep = min(every, key=lambda one: (one.status != Status.APPROVED, one.created_at, one.pk))
        return keep, [one for one in every if one.pk != keep.pk]


def report_in_words(incident: Incident) -> str:
    """What, when, where and from whom, in one line."""
    what, when, where = incident.category, when_in_short(incident), where_in_short(incident)
    return f"{what}, {when}, {where} ({incident.organisation.name})"


class MergeFromPageForm(MergeForm):
    """The same, asked on a report's own page: whoever knows the other report's number can write it.

    What is written has not been seen: the form shows which report it is, and the next press merges it.
    """

    number = forms.CharField(
        label=_("Another report's number"),
        required=False,
        max_length=30,
        help_text=_("For example H-123. Any report that waits for review or is approved."),
    )
    field_order = ("same", "number", "keep")

    def __init__(self, *args: Any, find: Callable[[str], Incident | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.find = find
        self.written: Incident | None = None
        self.fields["same"].required = False
        if not self.found:
            del self.fields["same"]
        keep: Any = self.fields["keep"]
        keep.choices = [*keep.choices, ("number", gettext("The one whose number I write"))]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        self.written = self.find(number) if number else None
        if number and self.written is None:
            raise forms.ValidationError(_("There is no such report here. Write the number as it stands on its page."))
        if self.written is not None and self.written.pk == self.incident.pk:
            raise forms.ValidationError(_("That is this report. Write another one's number."))
        return number

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = list(data.get("same") or [])
        if self.written is not None:
            pk = str(self.written.pk)
            self.found[pk] = self.written
            self._show_first(self.written)
            chosen = [*dict.fromkeys([*chosen, pk])]
            if data.get("keep") == "number":
                data["keep"] = pk
        elif data.get("keep") == "number" and "number" not in self.errors:
            self.add_error("number", _("Write the number of the report that counts."))
        if not chosen and "number" not in self.errors:
            self.add_error(None, _("Choose which reports are about the same event."))
        data["same"] = chosen
        return super().clean() if not self.errors else data

    def _show_first(self, written: Incident) -> None:
        seen = self.seen.get(written.pk)
        if seen == state_of(written):
            return
        if seen is not None:
            self.add_error("number", changed_since([written.ref]))
        shown = _("%(ref)s is: %(report)s, %(status)s. Press once more if it is the right one.") % {
            "ref": written.ref,
            "report": report_in_words(written),
            "status": written.get_status_display(),
        }
        self.add_error("number", shown)
