"""The entry form, the review form and the form for a category."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from areas.models import Place
from areas.names import with_area
from common.errors import NotPossible
from incidents import permissions, presets, queries, rules
from incidents.guarding import page_settings
from incidents.models import Category, Incident
from incidents.photos.actions import check_category, check_number
from incidents.photos.forms import PhotosField
from incidents.presets import When
from incidents.rules import Report
from partners.models import Collaboration, Organisation
from privacy import guard
from privacy.validators import names_no_person


class CategoryChoices(forms.models.ModelChoiceIterator):
    """The categories in use under the names of their groups; a group itself cannot be chosen.

    Closed categories are not offered, but understood: whether one was in use that day is the rules' question.
    """

    field: CategoryField

    def __iter__(self) -> Iterator[Any]:
        rows = [row for row in self.queryset if self.field.offers(row)]
        parents = {row.parent_id for row in rows}
        groups: dict[int | None, list[Any]] = {}
        names = {None: "", **{row.pk: str(row) for row in rows}}
        for row in rows:
            if row.pk not in parents:
                groups.setdefault(row.parent_id, []).append(self.choice(row))
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in rows:
            if row.pk in groups:
                yield names[row.pk], groups[row.pk]
        for parent_id, choices in groups.items():
            if parent_id not in parents or parent_id is None:
                yield from choices

    def __len__(self) -> int:
        return self.queryset.count() + 1


class CategoryField(forms.ModelChoiceField):
    iterator = CategoryChoices
    today: dt.date
    kept: int | None = None

    def offers(self, category: Category) -> bool:
        """Whether it is in use today, or the one the report already has."""
        has_begun, has_ended = category.valid_from <= self.today, (category.valid_to or dt.date.max) <= self.today
        return category.pk == self.kept or (has_begun and not has_ended)


class PlaceChoices(forms.models.ModelChoiceIterator):
    """The named places, with those used lately first: a list is enough where there is no JavaScript."""

    field: PlaceField

    def __iter__(self) -> Iterator[Any]:
        rows = list(self.queryset)
        known = {row.pk: row for row in rows}
        recent = [known[pk] for pk in self.field.recent if pk in known]
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        if recent:
            yield gettext("Used lately"), [self.choice(row) for row in recent]
            yield gettext("All places"), [self.choice(row) for row in rows]
        else:
            yield from (self.choice(row) for row in rows)

    def __len__(self) -> int:
        return self.queryset.count() + 1


class PlaceSelect(forms.Select):
    """Each place carries where it lies, so that a phone without network can say which one is near."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        place = getattr(value, "instance", None)
        if place is not None:
            option["attrs"] |= {"data-lon": f"{place.lon:.6f}", "data-lat": f"{place.lat:.6f}"}
            if place.area is not None and with_area(place.name, place.area.name) != place.name:
                option["attrs"]["data-area"] = place.area.name
        return option


class PlaceField(forms.ModelChoiceField):
    iterator = PlaceChoices
    widget = PlaceSelect
    recent: Sequence[int] = ()


class QuietMoment(forms.DateTimeField):
    """The clock of whoever writes, sent along by the page. One that cannot be read is as good as none."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> dt.datetime | None:
        try:
            moment = super().clean(value)
        except ValidationError:
            return None
        # Neither is one that is centuries off: no calendar has a night before its first day.
        return moment if moment is not None and 1990 <= moment.year < 2200 else None


class QuietNumber(forms.FloatField):
    """A measurement the page sends along. One that cannot be read is as good as none."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> float | None:
        try:
            return super().clean(value)
        except ValidationError:
            return None


def local_datetime_input() -> forms.DateTimeInput:
    """A field for day and time as the browser's own picker writes and reads it."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CoordinateField(forms.FloatField):
    """Degrees with a point or a comma, since both are written here."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().replace(",", ".", 1) if isinstance(value, str) else value)


class MomentField(forms.DateTimeField):
    """Day and time by the clocks here. The first day of the calendar has no UTC; it is just too early."""

    def to_python(self, value: Any) -> dt.datetime | None:
        moment = super().to_python(value)
        return EARLIEST_READ if moment is not None and moment.year < EARLIEST_READ.year else moment


EARLIEST_READ = dt.datetime(1800, 1, 1, tzinfo=dt.UTC)
DATE_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]


class IncidentForm(forms.Form):
    """What, where and when; everything else is folded away and stays empty unless opened."""

    organisation = forms.ModelChoiceField(
        label=_("You report for"), queryset=Organisation.objects.none(), empty_label=None
    )
    category = CategoryField(
        label=_("What happened?"),
        queryset=Category.objects.none(),
        empty_label=_("Choose what happened"),
        error_messages={"required": rules.NO_CATEGORY.text, "invalid_choice": rules.UNKNOWN_CATEGORY.text},
    )
    place = PlaceField(
        label=_("Named place"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("No named place"),
        error_messages={"invalid_choice": rules.UNKNOWN_PLACE.text},
    )
    lon = CoordinateField(
        label=_("Longitude"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": rules.UNREADABLE_COORDINATE.text},
    )
    lat = CoordinateField(
        label=_("Latitude"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": rules.UNREADABLE_COORDINATE.text},
    )
    is_place_unknown = forms.BooleanField(label=_("The place is not known, or it was on the internet"), required=False)
    # How exact the phone's own position was, in metres; empty where somebody pressed the map.
    accuracy_m = QuietNumber(required=False)
    when = forms.ChoiceField(label=_("When?"), required=False, choices=When.choices, widget=forms.RadioSelect)
    # When "when" was answered. A report that waited for network happened then, not when it arrived.
    answered_at = QuietMoment(required=False)
    occurred_from = MomentField(
        label=_("From"),
        required=False,
        input_formats=DATE_FORMATS,
        widget=local_datetime_input(),
        help_text=_("If you do not know exactly: the earliest time it can have happened."),
        error_messages={"invalid": rules.UNREADABLE_DATE.text},
    )
    occurred_to = MomentField(
        label=_("Until"),
        required=False,
        input_formats=DATE_FORMATS,
        widget=local_datetime_input(),
        help_text=_("Only if you do not know exactly when: the latest time it can have happened."),
        error_messages={"invalid": rules.UNREADABLE_END.text},
    )
    is_day_only = forms.BooleanField(label=_("Only the day is known, not the time"), required=False)
    description = forms.CharField(
        label=_("Would you like to tell more?"),
        required=False,
        # No maxlength: a browser cuts a longer text off without a word, and nobody would notice what is lost.
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Do not write names, personal identity numbers or registration plates."),
    )
    is_text_confirmed = forms.BooleanField(
        label=_("I have read the text again: it does not point at any person"), required=False
    )
    place_type = forms.ChoiceField(
        label=_("Kind of place"),
        required=False,
        choices=[("", _("As usual for what happened")), *Incident.PlaceType.choices],
        help_text=_("A report from somebody's home is kept by block only, never as a point."),
    )
    source_kind = forms.ChoiceField(
        label=_("How do you know?"),
        required=False,
        choices=[choice for choice in Incident.SourceKind.choices if choice[0] != Incident.SourceKind.SYSTEM],
    )
    certainty = forms.ChoiceField(
        label=_("How certain is it?"), required=False, choices=[("", _("Not stated")), *Incident.Certainty.choices]
    )
    unsafety = forms.TypedChoiceField(
        label=_("How unsafe did it make people feel?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("Not stated")),
            ("1", _("1 – not at all")),
            ("2", "2"),
            ("3", "3"),
            ("4", "4"),
            ("5", _("5 – very")),
        ],
    )
    persons = forms.ChoiceField(
        label=_("How many people, roughly?"),
        required=False,
        choices=[("", _("Not stated")), *Incident.Persons.choices],
        help_text=_("Only how many, never who."),
    )
    cost_sek = forms.IntegerField(
        label=_("Estimated cost, SEK"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": rules.UNREADABLE_NUMBER.text},
    )
    photos = PhotosField(
        label=_("Add up to three photos"),
        required=False,
        help_text=_("Each is looked at by the coordinator before anyone else sees it."),
    )
    # The page carries the report's number, so that a double press or a replay is still one report.
    client_uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    DETAILS = ("place_type", "source_kind", "certainty", "unsafety", "persons", "cost_sek")
    longest_text = rules.LONGEST_TEXT

    def __init__(
        self,
        data: Any = None,
        *,
        user: Any,
        collaboration: Collaboration,
        incident: Incident | None = None,
        now: Any = None,
        initial: dict[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        self.collaboration, self.incident, self.now = collaboration, incident, now or timezone.now()
        initial = initial or {}
        initial = {**_initial_of(incident), **initial} if incident is not None else {**_first_values(), **initial}
        super().__init__(data, files, initial=initial)
        # The fields are of known kinds; Django's typing knows them as fields only.
        fields: dict[str, Any] = self.fields
        # Asked for by "another time" alone, and then not optional.
        fields["occurred_from"].is_expected = True
        fields["category"].today = timezone.localdate(self.now)
        fields["category"].kept = incident.category_id if incident is not None else None
        fields["category"].queryset = Category.objects.filter(collaboration=collaboration)
        fields["place"].queryset = Place.objects.filter(collaboration=collaboration).in_use().select_related("area")
        organisations = [m.organisation_id for m in permissions.reporting_memberships(user, collaboration)]
        if incident is not None:
            organisations = [incident.organisation_id]
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=organisations)
        if len(organisations) == 1:
            # Nothing to choose: the page does not ask, and a body without it is understood.
            fields["organisation"].required = False
            self.only_organisation: Organisation | None = fields["organisation"].queryset.first()
        else:
            self.only_organisation = None
        self.personal_data: guard.Verdict = guard.Verdict([], [])
        self.is_own = incident is None or incident.reporter_id == user.pk
        # A refused text leaves the cleaned values, and the writer still has to be shown what was found in it.
        self.written = ""

    def clean(self) -> dict[str, Any]:
        """Put the rules' sentences under their fields; what Django has refused already is not said twice."""
        cleaned: dict[str, Any] = super().clean() or {}
        organisation = cleaned.get("organisation") or self.only_organisation
        self.around = queries.surroundings(self.collaboration, now=self.now, organisation=organisation)
        if cleaned.get("when") in presets.PRESETS:
            begins, ends = presets.times_of(cleaned["when"], self._asked_at(cleaned))
            cleaned |= {"occurred_from": begins, "occurred_to": ends, "is_day_only": False}
            for name in ("occurred_from", "occurred_to", "is_day_only"):
                self.errors.pop(name, None)
        report = self._report(cleaned)
        for sentence in rules.report_faults(report, self.around):
            name = self._shown_under(sentence, cleaned)
            if name not in self.errors and not self._is_unreadable(sentence):
                self.add_error(name, sentence.error())
        has_where = report.place is not None or report.lon is not None or report.lat is not None
        is_unreadable = any(name in self.errors for name in ("place", "lon", "lat"))
        if not has_where and not is_unreadable and not cleaned.get("is_place_unknown"):
            self.add_error("place", rules.NO_PLACE.error())
        self._check_photos(cleaned)
        if report.description:
            self.written = report.description
            self.personal_data = guard.verdict(
                report.description, allowed=self.around.allowed_words, strict=self.around.keeps_no_persons
            )
        return cleaned

    def _check_photos(self, cleaned: dict[str, Any]) -> None:
        """Photos only where the category takes them, and no more than a report has room for."""
        photos, category = cleaned.get("photos") or [], cleaned.get("category")
        if not photos or category is None:
            return
        try:
            check_category(category)
            check_number(len(photos) + (self.incident.photos.kept().count() if self.incident is not None else 0))
        except NotPossible as no:
            self.add_error("photos", no)

    def clean_description(self) -> str:
        """Line ends as a script sends them: a form sends two signs for each, and a text seemed longer than it is."""
        return str(self.cleaned_data["description"]).replace("\r\n", "\n")

    def _shown_under(self, sentence: rules.Sentence, cleaned: dict[str, Any]) -> str:
        """The two times are out of sight until somebody asks for them; before that, "when" is what there is to mend."""
        is_about_time = sentence.field in ("occurred_from", "occurred_to")
        is_preset = cleaned.get("when") in presets.PRESETS
        is_missing = sentence == rules.NO_DATE and cleaned.get("when") != When.OTHER
        return "when" if is_about_time and (is_preset or is_missing) else sentence.field

    def _asked_at(self, cleaned: dict[str, Any]) -> dt.datetime:
        """When a preset was chosen: by the writer's clock, else now; a report that has arrived keeps the time it got.

        A replay has to say what the first one said, or it would be another report.
        """
        if cleaned.get("answered_at") is not None:
            return cast(dt.datetime, cleaned["answered_at"])
        number = cleaned.get("client_uuid")
        if number is not None:
            known = Incident.objects.filter(collaboration=self.collaboration, client_uuid=number).first()
            if known is not None and known.submitted_at is not None:
                return known.submitted_at
        return cast(dt.datetime, self.now)

    def _is_unreadable(self, sentence: rules.Sentence) -> bool:
        """A half point where the other half was given, but could not be read."""
        return sentence == rules.HALF_A_POINT and bool({"lon", "lat"} & set(self.errors))

    def _report(self, cleaned: dict[str, Any]) -> Report:
        return Report(
            category=cleaned.get("category"),
            occurred_from=cleaned.get("occurred_from"),
            occurred_to=cleaned.get("occurred_to"),
            is_day_only=cleaned.get("is_day_only", False),
            lon=cleaned.get("lon"),
            lat=cleaned.get("lat"),
            accuracy_m=cleaned.get("accuracy_m"),
            place=cleaned.get("place"),
            place_type=cleaned.get("place_type", ""),
            source_kind=cleaned.get("source_kind") or Incident.SourceKind.OWN,
            certainty=cleaned.get("certainty", ""),
            unsafety=cleaned.get("unsafety"),
            persons=cleaned.get("persons", ""),
            cost_sek=cleaned.get("cost_sek"),
            description=cleaned.get("description", ""),
            is_text_confirmed=cleaned.get("is_text_confirmed", False),
        )

    @property
    def report(self) -> Report:
        """What a valid form says."""
        return self._report(self.cleaned_data)

    @property
    def reports_for(self) -> Organisation:
        """Whom a valid form reports for."""
        return cast(Organisation, self.cleaned_data.get("organisation") or self.only_organisation)

    @cached_property
    def photo_categories(self) -> list[str]:
        """The names of the categories a report may have photos of; none where this person cannot send any."""
        if not self.is_own:
            return []
        field = cast(CategoryField, self.fields["category"])
        takers = cast(Any, field.queryset).filter(takes_photos=True)
        return [str(row) for row in takers if field.offers(row)]

    @property
    def asks_for_organisation(self) -> bool:
        return self.only_organisation is None

    @property
    def guard_settings(self) -> dict[str, Any]:
        """What the guarded text field needs to tell, while somebody types, what the server will say."""
        return page_settings(self.collaboration, cast(Any, self.fields["organisation"]).queryset)

    @property
    def asks_to_confirm(self) -> bool:
        """Whether the text has weak hits, so that the box to confirm it is shown."""
        return bool(self.personal_data.weak) and not self.personal_data.strong

    @property
    def details_are_open(self) -> bool:
        """Whether any of the folded fields was filled in or refused; then they are shown unfolded."""
        return any(name in self.errors or self[name].value() not in ("", None, "own") for name in self.DETAILS)

    @property
    def recent_places(self) -> Sequence[int]:
        """The places to name first."""
        return cast(PlaceField, self.fields["place"]).recent

    @recent_places.setter
    def recent_places(self, places: Sequence[int]) -> None:
        cast(PlaceField, self.fields["place"]).recent = places

    def add_refusal(self, refusal: ValidationError) -> None:
        """Show what the action refused: its own sentences under their fields, anything else on top."""
        if hasattr(refusal, "error_dict"):
            for name, errors in refusal.error_dict.items():
                self.add_error(name if name in self.fields else None, errors)
        else:
            self.add_error(None, refusal)

    def tiles(self, most_used: list[int]) -> dict[str, Any]:
        """The categories as tiles: the organisation's most used first, the others folded under their headings."""
        bound = self["category"]
        chosen = str(bound.value() or "")
        groups: list[dict[str, Any]] = []
        known: dict[str, dict[str, Any]] = {}
        choices: Any = cast(CategoryField, self.fields["category"]).choices
        for value, label in choices:
            if isinstance(label, list):
                tiles = [_tile(bound, pk, name, chosen) for pk, name in label]
                groups.append({"name": value, "tiles": tiles})
            elif value != "":
                tiles = [_tile(bound, value, label, chosen)]
                groups.append({"name": "", "tiles": tiles})
            else:
                continue
            known.update({tile["value"]: tile for tile in tiles})
        first = [known[str(pk)] for pk in most_used if str(pk) in known]
        if first and chosen in known and (self.incident is not None or known[chosen] not in first):
            # What the report says already stands first: whoever mends it looks for something else.
            first = [known[chosen], *(tile for tile in first if tile is not known[chosen])]
        if not first:
            # Nothing reported yet: everything is shown, nothing is first.
            return {"first": [], "groups": groups, "is_open": True}
        shown = {tile["value"] for tile in first}
        for group in groups:
            group["tiles"] = [tile for tile in group["tiles"] if tile["value"] not in shown]
        return {
            "first": first,
            "groups": [group for group in groups if group["tiles"]],
            "is_open": False,
        }

    def findings(self) -> list[dict[str, str]]:
        """What the guard found in the writer's own text: the words, and what to write instead."""
        return [
            {"words": self.written[hit.start : hit.end], "sentence": str(guard.sentence_for(hit.rule))}
            for hit in [*self.personal_data.strong, *self.personal_data.weak]
        ]


def _tile(bound: forms.BoundField, value: Any, label: str, chosen: str) -> dict[str, Any]:
    category = getattr(value, "instance", None)
    return {
        "value": str(value),
        "label": label,
        "id": f"{bound.auto_id}_{value}",
        "takes_photos": getattr(getattr(value, "instance", None), "takes_photos", False),
        "is_chosen": str(value) == chosen,
        "may_lie_ahead": category is not None and category.kind == Category.Kind.FORECAST,
    }


def _first_values() -> dict[str, Any]:
    return {"client_uuid": uuid.uuid4(), "source_kind": Incident.SourceKind.OWN}


def _initial_of(incident: Incident) -> dict[str, Any]:
    """A stored report as the form shows it."""
    return {
        "organisation": incident.organisation_id,
        "category": incident.category_id,
        **where_and_when_of(incident),
        "description": incident.description,
        "place_type": incident.place_type,
        "source_kind": incident.source_kind,
        "certainty": incident.certainty,
        "unsafety": incident.unsafety,
        "persons": incident.persons,
        "cost_sek": incident.cost_sek,
    }


def where_and_when_of(incident: Incident) -> dict[str, Any]:
    """Place and time of a stored report as the form shows them: midnight to midnight is a day without a time."""
    begins, ends = incident.occurred_from, incident.occurred_to
    is_day_only = incident.time_precision == Incident.TimePrecision.DAY
    is_at_place = incident.precision == Incident.Precision.PLACE
    return {
        "place": incident.place_id,
        "lon": None if is_at_place else incident.lon,
        "lat": None if is_at_place else incident.lat,
        "is_place_unknown": incident.location == Incident.Location.NONE,
        "when": When.OTHER,
        "occurred_from": begins,
        "occurred_to": None if is_day_only else ends,
        "is_day_only": is_day_only,
    }


class ReturnForm(forms.Form):
    """Why a report goes back to its reporter."""

    reason = forms.CharField(
        label=_("What should the reporter change?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        error_messages={"required": _("Say what the reporter should change.")},
    )


class RejectForm(forms.Form):
    """Why a report is not let in."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=rules.RejectReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the report is rejected.")},
    )


class CloseCategoryForm(forms.Form):
    """From which day a category is no longer used."""

    on = forms.DateField(
        label=_("No longer used from"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class CategoryForm(forms.ModelForm):
    """A category's names, group, kind and what follows from it. The code stays once the category is made."""

    class Meta:
        model = Category
        fields = [
            "code",
            "name_sv",
            "name_en",
            "parent",
            "kind",
            "severity",
            "is_sensitive",
            "takes_photos",
            "common_code",
            "valid_from",
            "same_event_m",
            "same_event_hours",
        ]
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "severity": forms.Select(
                choices=[
                    (1, _("1 – minor")),
                    (2, _("2 – noticeable")),
                    (3, _("3 – serious")),
                    (4, _("4 – very serious")),
                ]
            ),
        }
        help_texts = {
            "code": _("A few capital letters. Files and other systems use it, so it never changes."),
            "name_en": _("Shown to those who use the platform in English. Empty: the Swedish name."),
            "parent": _("The heading under which it is listed."),
            "kind": _("Only events are counted in the picture's figures."),
            "is_sensitive": _("Only police, coordinators and analysts see other organisations' reports of it."),
            "takes_photos": _(
                "Reports of it may have up to three photos of the place or the damage. Each is looked at before others "
                "see it. Leave it off where people would end up in the picture."
            ),
            "common_code": _("The code that collaborations share, so that figures can be compared between them."),
            "valid_from": _("Reports from this day on can use it."),
            "same_event_m": _("Two reports this near are suggested to be the same event. Empty: 100 metres."),
            "same_event_hours": _("Two reports this near in time are suggested to be the same event. Empty: 72 hours."),
        }

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.collaboration = collaboration
        is_new = self.instance.pk is None
        rows = Category.objects.filter(collaboration=collaboration, parent=None).exclude(pk=self.instance.pk)
        parent = cast(forms.ModelChoiceField, self.fields["parent"])
        parent.queryset = rows
        parent.empty_label = gettext("None: it is a heading itself, or stands alone")
        for name in ("name_sv", "name_en", "common_code"):
            self.fields[name].validators.append(names_no_person)
        if is_new:
            self.initial.setdefault("valid_from", timezone.localdate())
        else:
            del self.fields["code"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if re.match(rules.CODE_PATTERN, code) is None:
            raise ValidationError(gettext("A code is made of letters, digits, hyphens, points and underscores."))
        return code
