"""The forms of areas and places."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from areas.actions import police_list_categories
from areas.models import Area, AreaKind, Place, PlaceKind, PoliceListStatus
from areas.permissions import own_organisation_ids
from partners.models import Collaboration, Organisation, User
from partners.roles import MAY_CHANGE_AREAS
from privacy.validators import names_no_person

# A web process reads the whole file; larger ones go through the command.
UPLOAD_MAX_MB = 30


class AreaImportForm(forms.Form):
    """What to know about a file of areas beyond what stands in it."""

    kind = forms.ChoiceField(
        label=_("What kind of areas?"),
        required=False,
        choices=[("", _("Guess from the file")), *AreaKind.choices],
    )
    valid_from = forms.DateField(
        label=_("From which day do the boundaries hold?"),
        required=False,
        help_text=_("Leave empty, and new areas hold from the beginning and changed boundaries from today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        label=_("Where do the boundaries come from?"),
        max_length=300,
        validators=[names_no_person],
        help_text=_("For example “the police's open geodata, list of 2025”. It is shown beside every boundary."),
        error_messages={"required": _("Write who drew the boundaries, and when.")},
    )
    is_approximate = forms.BooleanField(label=_("The boundaries are approximate"), required=False)
    report_by = forms.BooleanField(label=_("Count incidents by these areas from now on"), required=False)
    name_property = forms.CharField(
        label=_("Which property is the name?"), required=False, max_length=100, help_text=_("For example NAMN.")
    )
    crs = forms.CharField(
        label=_("Which coordinate system?"),
        required=False,
        max_length=60,
        help_text=_("For example EPSG:3006. Needed only when the file names none, or a wrong one."),
    )
    layer = forms.CharField(
        label=_("Which layer?"),
        required=False,
        max_length=100,
        help_text=_("Needed only for a GeoPackage with several layers."),
    )

    def reading_options(self) -> dict[str, str]:
        """How to read the file."""
        return {name: self.cleaned_data[name] for name in ("name_property", "crs", "layer")}

    def import_options(self) -> dict[str, Any]:
        """What to do with what was read."""
        return {
            name: self.cleaned_data[name] for name in ("kind", "valid_from", "source", "is_approximate", "report_by")
        }


class AreaUploadForm(AreaImportForm):
    """The first step: the file itself."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("GeoJSON or GeoPackage, in any coordinate system."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    field_order = ["file", "source", "kind", "valid_from", "is_approximate", "report_by"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_MAX_MB * 1024 * 1024:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Ask whoever runs the platform to import it by command."),
                params={"limit": UPLOAD_MAX_MB},
            )
        return file


class AreaConfirmForm(AreaImportForm):
    """The second step: the same choices, and the token of the file that was looked at."""

    token = forms.CharField(max_length=32)


class DegreesField(forms.FloatField):
    """Degrees with a point or a comma, whichever language the page is in."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class PlaceForm(forms.ModelForm):
    """A place: what it is called and is, where it lies, who owns and manages it."""

    lon = DegreesField(
        label=_("Longitude"),
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        error_messages={
            "required": _("Press the map, or write the longitude in degrees."),
            "invalid": _("Write the longitude in degrees, for example 16.1330."),
        },
    )
    lat = DegreesField(
        label=_("Latitude"),
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        error_messages={
            "required": _("Press the map, or write the latitude in degrees."),
            "invalid": _("Write the latitude in degrees, for example 58.5768."),
        },
    )

    class Meta:
        model = Place
        fields = ["name", "kind", "lon", "lat", "owner", "manager", "other_names", "is_active"]
        error_messages = {"name": {"required": _("Write what people call the place.")}}

    def __init__(self, *args: Any, collaboration: Collaboration, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.instance.collaboration = collaboration
        partners = Organisation.objects.visible_to(user).filter(collaboration=collaboration, is_active=True)
        for name in ("owner", "manager"):
            self.fields[name].queryset = partners  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("unknown, or nobody who takes part")  # type: ignore[attr-defined]
        own = own_organisation_ids(user, collaboration)
        if self.instance.pk is None:
            del self.fields["is_active"]
            if len(own) == 1 and not user.has_role(collaboration, MAY_CHANGE_AREAS):
                self.fields["owner"].initial = next(iter(own))


class PlaceFilterForm(forms.Form):
    """Which places the list shows."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    area = forms.ModelChoiceField(
        label=_("Area"), required=False, queryset=Area.objects.none(), to_field_name="slug", empty_label=_("all areas")
    )
    kind = forms.ChoiceField(
        label=_("Kind of place"), required=False, choices=[("", _("all kinds")), *PlaceKind.choices]
    )

    def __init__(self, *args: Any, areas: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]


class PoliceListForm(forms.Form):
    """What the police's list of a year says about an area."""

    list_year = forms.IntegerField(
        label=_("Which list?"),
        help_text=_("The year the list was published, for example 2025."),
        validators=[MinValueValidator(2014), MaxValueValidator(2100)],
        error_messages={"required": _("Write the year of the list.")},
    )
    category = forms.ChoiceField(label=_("What did the list say?"), required=False)
    trend = forms.ChoiceField(
        label=_("Trend"), required=False, choices=[("", _("none given")), *PoliceListStatus.Trend.choices]
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        validators=[names_no_person],
        error_messages={"required": _("Write where you read it.")},
    )
    is_verified = forms.BooleanField(label=_("Checked against the police's own report"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.categories = police_list_categories()
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", _("The area was not on the list")),
            *((code, str(category)) for code, category in self.categories.items()),
        ]

    def options(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {**self.cleaned_data, "category": self.categories.get(self.cleaned_data["category"])}
