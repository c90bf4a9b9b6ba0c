"""The forms of meetings: series, a meeting's time, a matter, what is decided, and who is here."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_plans.models.commitments import LONGEST_COMMITMENT
from areas.models import Area
from cause_analysis.causes.permissions import groups_to_decide_for
from councils.meetings import focus
from councils.meetings.deviations import areas_of
from councils.models import Attendance, Cadence, Meeting, MeetingSeries, Outcome, Section
from councils.models.escalations import LONGEST_QUESTION
from councils.models.meetings import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE
from partners.levels import DecisionKind, kinds_for
from partners.models import Group, Membership, Organisation
from privacy.forms import GuardedForm

LENGTH = {"label": _("Length in minutes"), "min_value": 5, "max_value": 600, "initial": 60}


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def _text(label: Any, longest: int, rows: int = 2, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": longest})
    return forms.CharField(label=label, max_length=longest, widget=widget, **more)


def _where() -> forms.CharField:
    return forms.CharField(
        label=_("Where?"), max_length=120, required=False, help_text=_("A room, or how one takes part from afar.")
    )


def _word(sent: str) -> str:
    """What may stand in an id of the page, of what a form was sent with."""
    return re.sub(r"[^a-z0-9_]", "", sent)


def _groups(user: Any, collaboration: Any) -> Any:
    return groups_to_decide_for(user, collaboration).order_by("name")


class SeriesForm(GuardedForm):
    """How often a group meets, when and where."""

    group = forms.ModelChoiceField(
        label=_("Which group?"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a group"),
        error_messages={"required": _("Choose a group.")},
    )
    name = forms.CharField(
        label=_("What are the meetings called?"), max_length=100, help_text=_("For example “EST meeting Väster”.")
    )
    cadence = forms.ChoiceField(
        label=_("How often?"), choices=[(value, capfirst(str(word))) for value, word in Cadence.choices]
    )
    first_on = _day(
        _("First meeting"),
        help_text=_("The rhythm follows from it. A meeting that falls on a holiday moves to the next working day."),
    )
    starts_at = _time(_("Begins at"))
    length_min = forms.IntegerField(**LENGTH)  # type: ignore[arg-type]
    where = _where()
    adjust_days = forms.IntegerField(
        label=_("Days to adjust the minutes"),
        min_value=0,
        max_value=60,
        initial=7,
        help_text=_("After so many days the minutes stand as they are."),
    )

    def __init__(self, data: Any = None, *, user: Any, collaboration: Any, series: MeetingSeries | None = None) -> None:
        names = ("name", "cadence", "first_on", "starts_at", "length_min", "where", "adjust_days")
        initial = {name: getattr(series, name) for name in names} if series else {}
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        if series is None:
            fields["group"].queryset = _groups(user, collaboration)
        else:
            del self.fields["group"]
        self.order_fields([*self.fields, "is_confirmed"])


class TimeForm(GuardedForm):
    """When and where one meeting is held."""

    day = _day(_("Day"))
    starts_at = _time(_("Begins at"))
    length_min = forms.IntegerField(**LENGTH)  # type: ignore[arg-type]
    where = _where()
    FIELD_OF = {"starts_at": "day"}

    def __init__(self, data: Any = None, *, meeting: Meeting | None = None, **more: Any) -> None:
        initial = {}
        if meeting is not None:
            begins = timezone.localtime(meeting.starts_at)
            initial = {
                "day": begins.date(),
                "starts_at": begins.time(),
                "length_min": meeting.length_min,
                "where": meeting.where,
            }
        super().__init__(data, initial=initial, **more)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "day" in said and "starts_at" in said:
            try:
                moment = dt.datetime.combine(said.pop("day"), said["starts_at"], tzinfo=timezone.get_default_timezone())
                # Reckoned with right away: a day of the year 1 has no moment in other zones.
                said["starts_at"] = moment.astimezone(dt.UTC)
            except OverflowError:
                self.add_error("day", str(_("Look at the year again.")))
        return said


class MeetingForm(TimeForm):
    """A single meeting of a group."""

    group = forms.ModelChoiceField(
        label=_("Which group?"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a group"),
        error_messages={"required": _("Choose a group.")},
    )

    def __init__(self, data: Any = None, *, user: Any, collaboration: Any) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["group"].queryset = _groups(user, collaboration)
        self.order_fields(["group", "day", "starts_at", "length_min", "where", "is_confirmed"])


class CancelForm(GuardedForm):
    """Why a meeting is called off."""

    reason = _text(_("Why is it called off?"), LONGEST_REASON, error_messages={"required": _("Say why.")})

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_cancel_%s")


class MatterForm(GuardedForm):
    """Something to take up."""

    title = forms.CharField(
        label=_("What is to be taken up?"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("Say in a few words what is to be taken up.")},
    )
    section = forms.ChoiceField(label=_("Part of the agenda"), choices=Section.choices, initial=Section.MEASURES)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id="id_matter_%s", **more)


class NewMatterForm(MatterForm):
    """Something for a group to take up, perhaps about a thing."""

    group = forms.ModelChoiceField(
        label=_("Which group?"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a group"),
        error_messages={"required": _("Choose a group.")},
    )
    area = forms.ModelChoiceField(
        label=_("Area"), queryset=Area.objects.none(), required=False, empty_label=_("No certain area")
    )

    def __init__(self, data: Any = None, *, user: Any, collaboration: Any, **more: Any) -> None:
        super().__init__(data, **more)
        fields: Any = self.fields
        fields["group"].queryset = _groups(user, collaboration)
        areas = Area.objects.visible_to(user).filter(collaboration=collaboration)
        fields["area"].queryset = areas.order_by("name")
        self.order_fields(["title", "group", "section", "area", "is_confirmed"])


class NoteForm(GuardedForm):
    """What is said of an item."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = _text(_("Note for the minutes"), LONGEST_TEXT, rows=3, required=False)
    FIELD_OF = {"note": "text"}

    def __init__(self, data: Any = None, *, item: Any) -> None:
        super().__init__(data, initial={"row_version": item.row_version, "text": item.note}, auto_id="id_note_%s")


class OutcomeForm(GuardedForm):
    """A decision: a step with what the matter is about, or in words of its own; or something somebody is to do."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=Outcome.choices, widget=forms.HiddenInput)
    change = forms.CharField(max_length=30, required=False, widget=forms.HiddenInput)
    text = _text(_("What is decided?"), LONGEST_TEXT, required=False)
    kind = forms.ChoiceField(label=_("What is it about?"), required=False)
    organisation = forms.ModelChoiceField(
        label=_("Who does it?"), queryset=Organisation.objects.none(), required=False, empty_label=_("Choose")
    )
    responsible = forms.ModelChoiceField(
        label=_("Who answers for it?"), queryset=Membership.objects.none(), required=False, empty_label=_("Choose")
    )
    due_on = _day(_("By when?"), required=False)
    motive = _text(_("Why?"), LONGEST_TEXT, required=False)
    FIELD_OF = {"reason": "motive", "override_reason": "motive", "membership": "responsible"}

    def __init__(self, data: Any = None, *, meeting: Meeting, people: Any, prefix: str = "", **start: Any) -> None:
        initial = {"form_id": uuid.uuid4(), **start}
        super().__init__(data, initial=initial, auto_id=f"id_{_word(prefix) or 'decision'}_%s")
        fields: Any = self.fields
        fields["kind"].choices = [
            ("", _("Choose")),
            *((one.value, capfirst(str(one.label))) for one in kinds_for(meeting.group.level)),
        ]
        partners = Organisation.objects.filter(collaboration=meeting.collaboration_id, is_active=True)
        fields["organisation"].queryset = partners.exclude(kind=Organisation.Kind.OPEN_DATA).order_by("name")
        fields["responsible"].queryset = people
        fields["responsible"].label_from_instance = _who


def _who(membership: Membership) -> str:
    return f"{membership.user.function}, {membership.organisation.name}"


class EscalateForm(GuardedForm):
    """What is asked of another level, and until when."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    to_group = forms.ModelChoiceField(
        label=_("Which group do you ask?"), queryset=Group.objects.none(), empty_label=_("Choose a group")
    )
    question = _text(_("What do you ask?"), LONGEST_QUESTION)
    recommended_decision = _text(_("What do you recommend?"), LONGEST_QUESTION, required=False)
    decision_kind = forms.ChoiceField(
        label=_("What is to be decided?"),
        choices=[(value, capfirst(str(word))) for value, word in DecisionKind.choices],
        initial=DecisionKind.RESOURCE,
    )
    answer_by = _day(_("Answer by"))

    def __init__(self, data: Any = None, *, meeting: Meeting, question: str = "") -> None:
        initial = {"form_id": uuid.uuid4(), "question": question}
        super().__init__(data, initial=initial, auto_id="id_escalate_%s")
        fields: Any = self.fields
        others = Group.objects.filter(collaboration=meeting.collaboration_id, is_active=True)
        fields["to_group"].queryset = others.exclude(level=meeting.group.level).order_by("name")


class FocusForm(GuardedForm):
    """An area's places in order, each with why: at most as many rows as there are. An empty row is left out."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    area = forms.ModelChoiceField(queryset=Area.objects.none(), widget=forms.HiddenInput)
    text_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    ROWS = range(focus.MOST)

    def __init__(self, data: Any = None, *, areas: list[Area], shown: focus.AreaFocus | None = None) -> None:
        initial: dict[str, Any] = {"form_id": uuid.uuid4()}
        if shown is not None:
            initial |= {"area": shown.area.pk, "text_version": shown.text_version}
            for number, place in enumerate(shown.places or shown.proposed):
                initial |= {f"name_{number}": place.name, f"why_{number}": place.why}
        prefix = data.get("area", "") if shown is None and data is not None else shown.area.pk if shown else ""
        super().__init__(data, initial=initial, auto_id=f"id_focus_{_word(str(prefix)[:18])}_%s")
        fields: Any = self.fields
        fields["area"].queryset = Area.objects.filter(pk__in=[one.pk for one in areas])
        for number in self.ROWS:
            fields[f"order_{number}"] = forms.IntegerField(
                label=_("Order"), required=False, min_value=1, max_value=99, initial=number + 1,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            fields[f"name_{number}"] = forms.CharField(
                label=_("Place"), required=False, max_length=focus.LONGEST_NAME,
                widget=forms.TextInput(attrs={"list": "focus-places", "autocomplete": "off"}),
            )  # fmt: skip
            fields[f"why_{number}"] = _text(_("Why there first"), focus.LONGEST_WHY, rows=1, required=False)
            for part in ("order", "name", "why"):
                # An empty row is left out, and the lead above says so: no field of it is called optional.
                fields[f"{part}_{number}"].is_expected = True
        self.order_fields([*(name for name in self.fields if name != "is_confirmed"), "is_confirmed"])
        self.rank: list[int] = []

    def rows(self) -> list[dict[str, Any]]:
        """The rows as the page shows them."""
        return [{part: self[f"{part}_{number}"] for part in ("order", "name", "why")} for number in self.ROWS]

    def places(self) -> list[tuple[str, str]]:
        """Name and why of each row that says something, by its number; of two with the same the one moved is first."""
        said = self.cleaned_data
        filled = [number for number in self.ROWS if said.get(f"name_{number}") or said.get(f"why_{number}")]
        self.rank = sorted(
            filled, key=lambda n: (said.get(f"order_{n}") or n + 1, said.get(f"order_{n}") in {n + 1, None}, n)
        )
        return [(said.get(f"name_{number}", ""), said.get(f"why_{number}", "")) for number in self.rank]

    def add_refusal(self, no: Any) -> None:
        """What the action says of the first place belongs to the row that comes first."""
        self.FIELD_OF = {
            f"priority-{place}-{part}": f"{part}_{number}"
            for place, number in enumerate(self.rank)
            for part in ("name", "why")
        }
        # The texts alone are named by place: whether a person is meant is asked under them.
        if hasattr(no, "error_dict") and any(said in self.FIELD_OF for said in no.message_dict):
            self.asks_to_confirm = True
        super().add_refusal(no)

    def go_on_from(self, text_version: int) -> None:
        """The next press of the button is a decision to keep this order, whatever another has written."""
        data: Any = self.data
        data = data.copy()
        data["text_version"] = str(text_version)
        self.data = data


class DecisionPartForm(GuardedForm):
    """What a decision asks one organisation to do, and by when."""

    organisation = forms.ModelChoiceField(
        label=_("Who is asked?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Say whom you ask.")},
    )
    text = _text(
        _("What are they asked to do?"), LONGEST_COMMITMENT, error_messages={"required": _("Say what is asked.")}
    )
    due_on = _day(_("By when?"), error_messages={"required": _("Say until when.")})
    area = forms.ModelChoiceField(
        label=_("In which area?"),
        queryset=Area.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Say in which area.")},
    )
    FIELD_OF = {"asked_of": "organisation"}

    def __init__(self, data: Any = None, *, meeting: Meeting, area_id: int | None = None, prefix: str = "part") -> None:
        areas = Area.objects.filter(pk__in=areas_of(meeting.group)).order_by("name")
        # The one that all others are parts of, where the matter is about none of them.
        whole = area_id or next((one.pk for one in areas if one.parent_id is None), None)
        super().__init__(data, initial={"area": whole}, auto_id=f"id_{prefix}_%s")
        fields: Any = self.fields
        fields["area"].queryset = areas
        partners = Organisation.objects.filter(collaboration=meeting.collaboration_id, is_active=True)
        fields["organisation"].queryset = partners.exclude(kind=Organisation.Kind.OPEN_DATA).order_by("name")


class ObjectionForm(GuardedForm):
    """Who does not agree, and why."""

    organisation = forms.ModelChoiceField(
        label=_("Who does not agree?"), queryset=Organisation.objects.none(), empty_label=_("Choose")
    )
    text = forms.CharField(label=_("Why?"), max_length=LONGEST_REASON, error_messages={"required": _("Say why.")})

    def __init__(self, data: Any = None, *, meeting: Meeting, prefix: str = "objection") -> None:
        super().__init__(data, auto_id=f"id_{prefix}_%s")
        fields: Any = self.fields
        partners = Organisation.objects.filter(collaboration=meeting.collaboration_id, is_active=True)
        fields["organisation"].queryset = partners.exclude(kind=Organisation.Kind.OPEN_DATA).order_by("name")


class CallInForm(forms.Form):
    """Whom to call in to a matter."""

    membership = forms.ModelChoiceField(
        label=_("Whom do you call in?"), queryset=Membership.objects.none(), empty_label=_("Choose")
    )

    def __init__(self, data: Any = None, *, people: Any) -> None:
        super().__init__(data, auto_id="id_call_%s")
        fields: Any = self.fields
        fields["membership"].queryset = people
        fields["membership"].label_from_instance = _who


class RollForm(forms.Form):
    """Who is here: a choice for each seat and each who is called in."""

    def __init__(self, data: Any = None, *, expected: list[Membership], said: dict[int, str]) -> None:
        super().__init__(data)
        self.expected = expected
        choices = [(value, capfirst(str(word))) for value, word in Attendance.Presence.choices]
        for membership in expected:
            self.fields[f"m{membership.pk}"] = forms.ChoiceField(
                label=_who(membership),
                choices=choices,
                initial=said.get(membership.pk, Attendance.Presence.PRESENT),
            )

    def presences(self) -> dict[int, str]:
        return {one.pk: self.cleaned_data[f"m{one.pk}"] for one in self.expected}


class AdjustForm(GuardedForm):
    """What is wrong in the minutes."""

    organisation = forms.ModelChoiceField(
        label=_("For which organisation?"), queryset=Organisation.objects.none(), empty_label=None
    )
    text = _text(
        _("What is wrong, and how was it?"),
        LONGEST_TEXT,
        rows=3,
        error_messages={"required": _("Say what is wrong, and how it was.")},
    )

    def __init__(self, data: Any = None, *, organisations: Any) -> None:
        super().__init__(data, auto_id="id_adjust_%s")
        fields: Any = self.fields
        fields["organisation"].queryset = organisations
