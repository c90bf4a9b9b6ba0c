"""The forms of an import: the file, what its columns mean, and what its own words mean."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazystr
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.importing.actions import organisation_for
from incidents.importing.coordinates import AXES, SYSTEMS
from incidents.importing.generic import KEEP, NAMES, REQUIRED, TARGETS
from incidents.importing.permissions import organisations_to_import_for
from incidents.importing.profiles import PROFILES, Profile
from incidents.importing.reading import quoted, too_large
from incidents.models import Category, ImportBatch, ImportMapping
from incidents.queries import group_ids
from partners.models import Collaboration, Organisation
from partners.roles import MAY_REVIEW
from privacy.validators import points_at_nobody

DATE_ORDERS = [
    ("", _("Recognised from the dates")),
    ("dmy", _("Day first: 3/11 2026 is in November")),
    ("mdy", _("Month first: 3/11 2026 is in March")),
]


class ImportForm(forms.Form):
    """The first step: the file, what kind it is and whose the rows become."""

    file = forms.FileField(
        label=_("File"),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.parquet"}),
    )
    profile = forms.ChoiceField(label=_("What kind of file is it?"), widget=forms.RadioSelect)
    organisation = forms.ModelChoiceField(
        label=_("Whose reports are they?"),
        queryset=Organisation.objects.none(),
        required=False,
        error_messages={"required": _("Choose whose reports they are.")},
    )
    mapping = forms.ModelChoiceField(
        label=_("Saved choice of columns"),
        queryset=ImportMapping.objects.none(),
        required=False,
        empty_label=_("None: show me the columns"),
        help_text=_("For files that look as they did last time."),
    )

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.collaboration = user, collaboration
        organisations = organisations_to_import_for(user, collaboration)
        self.may_use_sources_own = user.has_role(collaboration, MAY_REVIEW)
        # Whole megabytes are said without a decimal.
        limit = {"size": re.sub(r"[.,]0(?=\s)", "", filesizeformat(settings.IMPORT_MAX_BYTES))}
        help_text = gettext("CSV or Excel (.xlsx), at most %(size)s. The file is deleted when the import has ended.")
        if self.may_use_sources_own:
            help_text = gettext(
                "CSV, Excel (.xlsx) or Parquet, at most %(size)s. The file is deleted when the import has ended."
            )
        self.fields["file"].help_text = lazystr(help_text % limit)
        profiles = [p for p in PROFILES.values() if not p.organisation_name or self.may_use_sources_own]
        self.fields["profile"].choices = [(p.name, f"{p.label}: {p.help}") for p in profiles]  # type: ignore[attr-defined]
        self.fields["profile"].initial = "generic"
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        own = {m.organisation_id for m in user.memberships_in(collaboration)}
        self.fields["organisation"].initial = organisations.filter(pk__in=own).first()
        # A saved choice of columns says by itself whose the rows are.
        self.fields["organisation"].required = not self.may_use_sources_own and not self.data.get("mapping")
        if self.may_use_sources_own:
            self.fields["organisation"].empty_label = _("The source itself (data.police.uk)")  # type: ignore[attr-defined]
        saved = ImportMapping.objects.filter(organisation__in=organisations)
        self.fields["mapping"].queryset = saved  # type: ignore[attr-defined]
        if not saved.exists():
            del self.fields["mapping"]

    def clean_file(self) -> Any:
        """Refuse what is too large before anything reads it."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(too_large(file.size))
        return file

    def clean(self) -> dict[str, Any]:
        """An own file needs an organisation, and a saved choice of columns belongs to one."""
        cleaned: dict[str, Any] = super().clean() or {}
        profile, mapping = PROFILES.get(cleaned.get("profile", "")), cleaned.get("mapping")
        organisation = cleaned.get("organisation")
        if organisation is None and mapping is not None and "organisation" not in self.errors:
            organisation = cleaned["organisation"] = mapping.organisation
        has_own = profile is not None and profile.organisation_name and self.may_use_sources_own
        if organisation is None and not has_own and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose whose reports they are."))
        if mapping is not None and organisation is not None and mapping.organisation_id != organisation.pk:
            self.add_error("mapping", _("This choice of columns was saved for another organisation."))
        return cleaned

    @property
    def chosen_profile(self) -> Profile:
        return PROFILES[self.cleaned_data["profile"]]

    def organisation_or_sources_own(self) -> Organisation:
        """Whose the rows become; the source's own organisation is made when it is missing."""
        chosen: Organisation | None = self.cleaned_data["organisation"]
        return chosen or organisation_for(self.chosen_profile, self.collaboration, make=True)


class ColumnsForm(forms.Form):
    """What each column means: one question for each thing a row can say."""

    coordinates = forms.ChoiceField(label=_("Coordinate system"), required=False, choices=SYSTEMS, initial="auto")
    axis = forms.ChoiceField(label=_("Which coordinate comes first"), required=False, choices=AXES, initial="auto")
    date_order = forms.ChoiceField(label=_("How dates are written"), required=False, choices=DATE_ORDERS)
    default_category = forms.ChoiceField(
        label=_("What happened, where the file does not say"), required=False, choices=[]
    )
    unknown_places = forms.ChoiceField(
        label=_("Where the named place is not known here"),
        required=False,
        choices=[("", _("Refuse the row")), (KEEP, _("Store it without a place: counted, but on no map"))],
    )
    save_as = forms.CharField(
        label=_("Save these choices as"),
        required=False,
        max_length=80,
        validators=[points_at_nobody],
        help_text=_("Next week's file then needs no work. Leave empty to use them once."),
    )

    OPTIONS = ("coordinates", "axis", "date_order", "default_category", "unknown_places")

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        headings = batch.mapping.get("headings", [])
        chosen = batch.mapping.get("columns", {})
        kwargs.setdefault(
            "initial",
            {
                **{f"column_{name}": chosen.get(name, "") for name in NAMES},
                **batch.mapping.get("options", {}),
                "save_as": batch.mapping.get("name", ""),
            },
        )
        super().__init__(*args, **kwargs)
        self.batch = batch
        examples = batch.preview.get("examples", {}) if isinstance(batch.preview, dict) else {}
        choices = [("", _("Not in the file")), *((heading, _with_example(heading, examples)) for heading in headings)]
        for target in TARGETS:
            self.fields[f"column_{target.name}"] = forms.ChoiceField(
                label=str(target.label),
                # What happened may be the same for the whole file.
                required=target.name in REQUIRED and not (target.name == "category" and self.has_default_category),
                choices=choices,
                error_messages={"required": _("Choose the column.")},
            )
        self.fields["default_category"].choices = [("", _("Refuse the row")), *category_choices(batch.collaboration_id)]  # type: ignore[attr-defined]

    @property
    def has_default_category(self) -> bool:
        """Whether rows that do not say what happened have been given an answer."""
        return bool(self.data.get("default_category")) if self.is_bound else bool(self.initial.get("default_category"))

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """The questions about columns, those every row needs first."""
        names = [*REQUIRED, *(name for name in NAMES if name not in REQUIRED)]
        return [self[f"column_{name}"] for name in names]

    @property
    def option_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OPTIONS]

    @property
    def columns(self) -> dict[str, str]:
        """What a valid form says of the columns."""
        return {name: self.cleaned_data[f"column_{name}"] for name in NAMES if self.cleaned_data[f"column_{name}"]}

    @property
    def options(self) -> dict[str, Any]:
        """What a valid form says of the rest; the file's own words keep their meaning."""
        options = {name: self.cleaned_data[name] for name in self.OPTIONS if self.cleaned_data[name]}
        words = self.batch.mapping.get("options", {}).get("categories")
        return {**options, **({"categories": words} if words else {})}


def _with_example(heading: str, examples: dict[str, str]) -> str:
    """The heading and what may stand below it, so that columns can be told apart without opening the file."""
    value = Truncator(examples.get(heading, "")).chars(30)
    return gettext("%(heading)s (as %(value)s)") % {"heading": heading, "value": value} if value else heading


class WordsForm(forms.Form):
    """Which category each of the file's own words means."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words: list[str] = batch.preview.get("words", []) if isinstance(batch.preview, dict) else []
        choices = [("", _("Refuse the row")), *category_choices(batch.collaboration_id)]
        for number, word in enumerate(self.words):
            self.fields[f"word_{number}"] = forms.ChoiceField(label=quoted(word), required=False, choices=choices)

    @property
    def meanings(self) -> dict[str, str]:
        """The words that were given a meaning, with their category's code."""
        given = {word: self.cleaned_data[f"word_{number}"] for number, word in enumerate(self.words)}
        return {word: code for word, code in given.items() if code}


def category_choices(collaboration_id: int) -> list[tuple[str, str]]:
    """Codes and names of the categories that can be reported."""
    groups = group_ids(collaboration_id)
    rows = Category.objects.filter(collaboration_id=collaboration_id, valid_to=None)
    return [(category.code, str(category)) for category in rows if category.pk not in groups]
