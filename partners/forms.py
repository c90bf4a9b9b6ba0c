"""Forms for people, organisations, groups and tokens: what can be typed, and what to say when it cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models import (
    LONGEST_GROUP_RULES,
    LONGEST_LOOK_HEADER,
    Collaboration,
    Group,
    GroupKind,
    Level,
    LogReview,
    Membership,
    Organisation,
    Unit,
    User,
    WorkLetterChoice,
    WorkLetterRule,
)
from partners.notifications.topics import Topic
from partners.roles import Role
from partners.rules import check_accent, logotype_refused
from privacy.validators import names_no_person, points_at_nobody


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def _name_field(label: Any, missing: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=100, error_messages={"required": missing}, validators=[names_no_person], **kwargs
    )


def _field(form: forms.Form, name: str) -> Any:
    """A form's field by name, as the kind it is."""
    return form.fields[name]


def _end_day(help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=_("Ends on"), required=False, widget=DateInput(), help_text=help_text)


class UnitChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Unit) -> str:
        return f"{obj.organisation.name}: {obj.name}"


class SeatChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.function}, {obj.organisation.name} ({obj.get_role_display()})"


class RoleForm(forms.Form):
    """A role for an organisation: which, in which unit, until when."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        empty_label=None,
        error_messages={"required": _("Choose an organisation.")},
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, error_messages={"required": _("Choose a role.")})
    unit = UnitChoiceField(
        Unit.objects.none(),
        label=_("Unit"),
        required=False,
        empty_label=_("no unit"),
        help_text=_("For those who report: the unit their reports are counted for."),
    )
    valid_to = _end_day(_("Leave empty if the role has no set end. The role opens nothing from this day on."))

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "organisation" in self.fields:
            _field(self, "organisation").queryset = Organisation.objects.filter(
                collaboration=collaboration, is_active=True
            )
        _field(self, "unit").queryset = Unit.objects.filter(collaboration=collaboration, is_active=True).select_related(
            "organisation"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit, organisation = data.get("unit"), data.get("organisation")
        if unit and organisation and unit.organisation_id != organisation.pk:
            self.add_error("unit", _("The unit belongs to another organisation. Choose one of the organisation's own."))
        return data


class InvitationForm(RoleForm):
    """A person's address, what others see of them, and their first role."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The person signs in with this address and gets a letter there."),
        error_messages={
            "required": _("Write the person's e-mail address."),
            "invalid": _("Write the whole e-mail address, for example anna@ekstad.se."),
        },
    )
    function = _name_field(
        _("Function"),
        _("Write what others shall see, for example “community officer Hageby”."),
        help_text=_("What others see instead of a name, for example “community officer Hageby”."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Shown only within the person's own organisation, and to administrators."),
    )
    field_order = ["email", "function", "name", "organisation", "role", "unit", "valid_to"]


class ChangeRoleForm(RoleForm):
    """Another role, unit or last day for the same organisation."""

    organisation = None  # type: ignore[assignment]

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "unit").queryset = Unit.objects.filter(
            organisation_id=membership.organisation_id, is_active=True
        ).select_related("organisation")


class PersonForm(forms.Form):
    """What others see of a person."""

    function = _name_field(
        _("Function"),
        _("Write what others shall see, for example “community officer Hageby”."),
        help_text=_("What others see instead of a name, for example “community officer Hageby”."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Shown only within the person's own organisation, and to administrators."),
    )


class NewOrganisationForm(forms.Form):
    """A partner's name and kind."""

    name = _name_field(_("Name"), _("Write the organisation's name."))
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Organisation.Kind.choices, error_messages={"required": _("Choose a kind.")}
    )


class OrganisationForm(NewOrganisationForm):
    """A partner's name and kind, and whether it still takes part."""

    is_active = forms.BooleanField(
        label=_("Takes part"),
        required=False,
        help_text=_("Without the tick, the roles of everybody in the organisation stop opening anything."),
    )


class SharingForm(forms.Form):
    """How the own organisation's reports are shared."""

    sharing = forms.ChoiceField(
        label=_("Who sees our reports"),
        choices=Organisation.Sharing.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Coordinators and analysts always see them, because they review and compile. Counts only holds at once for "
            "everything you have reported; what you report meanwhile stays so if you open up later."
        ),
        error_messages={"required": _("Choose how your reports are shared.")},
    )


class TrustForm(forms.Form):
    """Whether an organisation's imported rows wait for a coordinator."""

    is_trusted = forms.BooleanField(
        label=_("Approve its imported rows at once"),
        required=False,
        help_text=_(
            "Rows where the guard finds something that may point at a person always wait for review. Without the tick "
            "all its imported rows wait, unless a coordinator sends the file."
        ),
    )


class NewUnitForm(forms.Form):
    """A unit's name."""

    name = _name_field(_("Name"), _("Write the unit's name."))


class UnitForm(NewUnitForm):
    """A unit's name, and whether it still reports."""

    is_active = forms.BooleanField(label=_("Still reports"), required=False)


class NewGroupForm(forms.Form):
    """A group's name, what sort of group it is, its level and what it has agreed on telling others."""

    name = _name_field(_("Name"), _("Write the group's name."))
    kind = forms.ChoiceField(
        label=_("Kind of group"),
        choices=[("", _("choose a kind")), *GroupKind.choices],
        error_messages={"required": _("Choose what sort of group it is.")},
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=Level.choices,
        help_text=_("The level says what the group may decide."),
        error_messages={"required": _("Choose a level.")},
    )
    communication_rules = forms.CharField(
        label=_("Communication rules"),
        max_length=LONGEST_GROUP_RULES,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Who is told what after a meeting, and by whom: functions, no names."),
        validators=[points_at_nobody],
    )


class GroupForm(NewGroupForm):
    """What a group is, and whether it still meets."""

    is_active = forms.BooleanField(label=_("Still meets"), required=False)


class SeatForm(forms.Form):
    """A function's seat in a group, for a term, with a deputy."""

    membership = SeatChoiceField(
        Membership.objects.none(),
        label=_("Function"),
        empty_label=_("choose a function"),
        error_messages={"required": _("Choose a function.")},
    )
    deputy = SeatChoiceField(Membership.objects.none(), label=_("Deputy"), required=False, empty_label=_("nobody"))
    valid_from = forms.DateField(
        label=_("First day"),
        widget=DateInput(),
        initial=timezone.localdate,
        error_messages={"required": _("Choose the term's first day."), "invalid": _("Write a day, year first.")},
    )
    valid_to = _end_day(_("Leave empty if the term has no set end. From this day on, the seat is empty."))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = (
            Membership.objects.active(timezone.localdate())
            .filter(collaboration_id=group.collaboration_id, user__is_service=False, user__is_active=True)
            .select_related("user", "organisation")
            .order_by("organisation__name", "user__function")
        )
        _field(self, "membership").queryset = _field(self, "deputy").queryset = people


class TokenForm(forms.Form):
    """A key for a system: what it is for, whose it is, what it may do and until when."""

    name = _name_field(
        _("What it is for"),
        _("Write what the key is for, for example “case system”."),
        help_text=_("For example “case system”. Others see it as the one who reported."),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        empty_label=None,
        error_messages={"required": _("Choose an organisation.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in Role if role != Role.ADMINISTRATOR],
        help_text=_("The system sees and does what this role may, and nothing more."),
        error_messages={"required": _("Choose a role.")},
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=DateInput(),
        error_messages={"required": _("Choose the key's last day."), "invalid": _("Write a day, year first.")},
    )

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "organisation").queryset = Organisation.objects.filter(collaboration=collaboration, is_active=True)
        _field(self, "expires_on").initial = timezone.localdate() + dt.timedelta(days=365)


class LogFilterForm(forms.Form):
    """What part of the log to read."""

    action = forms.ChoiceField(label=_("What was done"), required=False)
    person = forms.TypedChoiceField(label=_("Who"), coerce=int, empty_value=None, required=False)
    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int, empty_value=None, required=False)
    subject = forms.CharField(
        label=_("About"), max_length=40, required=False, help_text=_("A report's number, for example H-123.")
    )
    first_day = forms.DateField(label=_("From"), required=False, widget=DateInput())
    last_day = forms.DateField(label=_("To and including"), required=False, widget=DateInput())

    def __init__(
        self,
        *args: Any,
        actions: list[Any],
        people: list[tuple[int, str]],
        organisations: list[tuple[int, str]],
        is_reference: Callable[[str], bool],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "action").choices = [("", _("everything")), *actions]
        _field(self, "person").choices = [("", _("everybody")), *people]
        _field(self, "organisation").choices = [("", _("all organisations")), *organisations]
        self.is_reference = is_reference

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"].strip()
        if subject and not self.is_reference(subject):
            raise forms.ValidationError(_("Write a report's number as it stands on its page, for example H-123."))
        return subject


class LogReviewForm(forms.Form):
    """What was found when a month's sample of the log was gone through."""

    finding = forms.ChoiceField(
        label=_("What did you find?"),
        choices=LogReview.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you found."), "invalid_choice": _("Choose from the list.")},
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example a case number, or what was asked and answered. No names."),
        error_messages={"max_length": _("Use at most 300 characters.")},
    )
    # The lines the page showed: what is said holds for these.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def clean_seen(self) -> list[int]:
        parts = self.cleaned_data["seen"].split(",")
        return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


def person_initial(person: User) -> dict[str, str]:
    """What the form for a person starts with."""
    return {"function": person.function, "name": person.name}


class WorkLetterForm(forms.Form):
    """How often somebody wants letters of what waits, and in which language."""

    how_often = forms.ChoiceField(
        label=_("How often does the gathered letter come?"),
        help_text=_("Never: you get no letters at all, except about your account."),
        choices=WorkLetterChoice.HowOften.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how often the letters come."),
            "invalid_choice": _("Choose from the list."),
        },
    )
    language = forms.ChoiceField(
        label=_("Language of the letters and of your calendar"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose from the list.")},
    )


_HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class NewsChoicesForm(WorkLetterForm):
    """How somebody wants to be told: the gathered letter, the quiet hours, and each topic."""

    quiet_from = forms.TypedChoiceField(
        label=_("Letters at once wait from"),
        coerce=int,
        choices=_HOURS,
        error_messages={"required": _("Choose a time."), "invalid_choice": _("Choose from the list.")},
    )
    quiet_until = forms.TypedChoiceField(
        label=pgettext_lazy("quiet hours", "until"),
        coerce=int,
        choices=_HOURS,
        help_text=_("They are then gathered in one. The same time twice: they never wait."),
        error_messages={"required": _("Choose a time."), "invalid_choice": _("Choose from the list.")},
    )
    is_quiet_on_days_off = forms.BooleanField(
        label=_("They also wait on Saturdays, Sundays and Swedish public holidays"), required=False
    )

    def __init__(self, *given: Any, topics: Sequence[Topic], **more: Any) -> None:
        super().__init__(*given, **more)
        self.topics = list(topics)
        for topic in self.topics:
            self.fields[f"topic_{topic.key}"] = forms.ChoiceField(
                label=topic.label,
                choices=[(how.value, how.label) for how in topic.ways],
                help_text=topic.tells,
                error_messages={"required": _("Choose from the list."), "invalid_choice": _("Choose from the list.")},
            )

    def letter_fields(self) -> list[forms.BoundField]:
        """What is about the letters as a whole."""
        return [field for field in self if not field.name.startswith("topic_")]

    def topic_fields(self) -> list[forms.BoundField]:
        """One field a topic."""
        return [field for field in self if field.name.startswith("topic_")]

    def general(self) -> dict[str, Any]:
        """What was chosen about the letters as a whole."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("topic_")}

    def by_topic(self) -> dict[str, str]:
        """What was chosen by topic."""
        return {topic.key: self.cleaned_data[f"topic_{topic.key}"] for topic in self.topics}


class WorkLetterRuleForm(forms.Form):
    """On which weekday and at which hour the letters of what waits leave."""

    weekday = forms.TypedChoiceField(
        label=_("Weekday"),
        coerce=int,
        choices=WorkLetterRule.Weekday.choices,
        error_messages={"required": _("Choose a weekday."), "invalid_choice": _("Choose from the list.")},
    )
    hour = forms.TypedChoiceField(
        label=_("Time"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        help_text=_("Daily letters leave at the same time, Monday to Friday."),
        error_messages={"required": _("Choose a time."), "invalid_choice": _("Choose from the list.")},
    )


class LookForm(forms.Form):
    """The municipality's own look of documents."""

    accent = forms.CharField(
        label=_("Colour of headings"),
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "#0062ba", "autocomplete": "off", "size": 9}),
        help_text=_("Six digits or letters after a #. It must be dark enough to be read on white. Empty: ours."),
    )
    header = forms.CharField(
        label=_("Line above each page"),
        max_length=LONGEST_LOOK_HEADER,
        required=False,
        validators=[names_no_person],
        help_text=_("For example the municipality's name."),
    )
    logo = forms.FileField(
        label=_("Logotype"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("PNG or JPEG. It is shown 9 mm high, on white."),
    )
    no_logo = forms.BooleanField(label=_("Take the logotype away"), required=False)

    def __init__(self, *args: Any, has_logo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            self.fields["no_logo"].widget = forms.HiddenInput()

    def clean_accent(self) -> str:
        """Said at the field; the action asks the same."""
        accent = str(self.cleaned_data["accent"]).strip().lower()
        check_accent(accent)
        return accent

    def clean_logo(self) -> Any:
        """What is larger is not even read."""
        file = self.cleaned_data["logo"]
        if file and file.size > settings.PHOTO_MAX_BYTES:
            raise logotype_refused()
        return file
