"""The forms of promises and dialogues. What people write passes the guard in the actions."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from action_plans.models import Dialogue, Measure, Promise, PromiseItem, PromiseItemMeasure, Verdict
from action_plans.models.promises import LONGEST_ITEM, LONGEST_PUBLIC
from action_plans.promises.rules import ENDED
from areas.access import circle_area_ids
from areas.models import Area, Place, SafetyWalk
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Problem
from partners.models import Collaboration, Group, Organisation


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _text(label: Any, longest: int, *, rows: int = 0, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": longest}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, help_text=help_text)


class _NewForm(GuardedForm):
    """A form that makes a row once, however often it is sent."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"client_uuid": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


def areas_written_by(user: Any, collaboration: Collaboration) -> Any:
    """The areas whose circle the user belongs to."""
    areas = Area.objects.visible_to(user).filter(collaboration=collaboration)
    area_ids = circle_area_ids(user, collaboration)
    return (areas if area_ids is None else areas.filter(pk__in=area_ids)).order_by("name")


# --- The promise ------------------------------------------------------------------------------------------------------


class PromiseStartForm(_NewForm):
    """A new promise: to whom, what and for how long. The rest is written on its page."""

    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), empty_label=_("Choose an area"))
    title_sv = _text(
        _("What do you promise, in a few words?"),
        120,
        required=True,
        help_text=_("In Swedish, as you would say it to somebody who lives there. No names."),
    )
    first_day = _day(_("From"))
    last_day = _day(_("To and including"))

    def __init__(self, *args: Any, user: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_written_by(user, collaboration)  # type: ignore[attr-defined]


class PromiseForm(GuardedForm):
    """What a draft promises and why, in both languages."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    title_sv = _text(_("The promise in a few words, in Swedish"), 120, required=True)
    title_en = _text(_("The promise in a few words, in English"), 120)
    first_day = _day(_("From"))
    last_day = _day(_("To and including"))
    problem_sv = _text(
        _("What is the problem, in Swedish?"),
        LONGEST_PUBLIC,
        rows=5,
        help_text=_("Written for those who live there. No persons, and no numbers from 1 to 4."),
    )
    problem_en = _text(_("What is the problem, in English?"), LONGEST_PUBLIC, rows=5)
    problem = forms.ModelChoiceField(
        label=_("Problem the partners work on"), queryset=Problem.objects.none(), required=False, empty_label=_("None")
    )
    shows_count = forms.BooleanField(
        label=_("Tell residents how many events the problem counts"),
        required=False,
        help_text=_(
            "Small counts, those that could give away a sensitive category, and those that differ by a small number "
            "from a count told before are never told."
        ),
    )
    dialogues = forms.ModelMultipleChoiceField(
        label=_("Dialogues it rests on"),
        queryset=Dialogue.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    registry_number = _text(_("Registry number"), 40)
    follow_up_on = _day(_("First follow-up"), required=False, help_text=_("Residents read this day."))

    def __init__(self, *args: Any, user: Any, promise: Promise, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name not in {"dialogues", "is_confirmed"}]
        initial = {name: getattr(promise, name) for name in names}
        there = list(promise.promise_dialogues.values_list("dialogue_id", flat=True))
        kwargs["initial"] = {**initial, "dialogues": there}
        super().__init__(*args, **kwargs)
        problems = Problem.objects.visible_to(user).filter(area=promise.area)
        dialogues = Dialogue.objects.visible_to(user).filter(area=promise.area)
        # What is chosen already stays to be chosen, whoever opens the form.
        if promise.problem_id is not None:
            problems |= Problem.objects.filter(pk=promise.problem_id)
        self.fields["problem"].queryset = problems.distinct().order_by("-number")  # type: ignore[attr-defined]
        self.fields["problem"].label_from_instance = _problem_label  # type: ignore[attr-defined]
        self.fields["dialogues"].queryset = dialogues  # type: ignore[attr-defined]


def _problem_label(problem: Problem) -> str:
    return f"{problem}: {problem.title}"


class ItemForm(GuardedForm):
    """An undertaking in both languages."""

    organisation = forms.ModelChoiceField(
        label=_("Who does it?"), queryset=Organisation.objects.none(), empty_label=_("Choose an organisation")
    )
    text_sv = _text(_("What is done, in Swedish?"), LONGEST_ITEM, rows=2, required=True)
    text_en = _text(_("What is done, in English?"), LONGEST_ITEM, rows=2)
    amount_sv = _text(
        _("How often or how much, in Swedish"), 120, help_text=_("For example “Varje fredag och lördag kväll”.")
    )
    amount_en = _text(_("How often or how much, in English"), 120)
    due_on = _day(_("By when"), required=False)
    client_uuid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, promise: Promise, item: PromiseItem | None = None, **kwargs: Any) -> None:
        names = ("organisation", "text_sv", "text_en", "amount_sv", "amount_en", "due_on", "row_version")
        initial: dict[str, Any] = {name: getattr(item, name) for name in names} if item else {}
        kwargs["initial"] = {"client_uuid": uuid.uuid4(), **initial}
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(collaboration=promise.collaboration_id)
        self.fields["organisation"].queryset = rows.order_by("name")  # type: ignore[attr-defined]


class DoneForm(GuardedForm):
    """What residents are told of a measure: words of their own, in both languages."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    done_sv = _text(
        _("What has been done, in Swedish?"),
        LONGEST_ITEM,
        rows=2,
        help_text=_("Written for residents. Nothing else of the measure is published. Empty: they are told nothing."),
    )
    done_en = _text(_("What has been done, in English?"), LONGEST_ITEM, rows=2)

    def __init__(self, *args: Any, link: PromiseItemMeasure | None = None, **kwargs: Any) -> None:
        names = ("row_version", "done_sv", "done_en")
        kwargs["initial"] = {name: getattr(link, name) for name in names} if link else {}
        super().__init__(*args, **kwargs)


class TieForm(DoneForm):
    """A measure that carries an undertaking."""

    measure = forms.ModelChoiceField(
        label=_("Measure"), queryset=Measure.objects.none(), empty_label=_("Choose a measure")
    )

    def __init__(self, *args: Any, user: Any, item: PromiseItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Measure.objects.kept().visible_to(user).filter(plan__area=item.promise.area_id)
        tied = item.item_measures.values("measure_id")
        self.fields["measure"].queryset = rows.exclude(pk__in=tied).select_related("plan")  # type: ignore[attr-defined]
        self.fields["measure"].label_from_instance = _measure_label  # type: ignore[attr-defined]
        self.order_fields(["measure", "done_sv", "done_en"])


def _measure_label(measure: Measure) -> str:
    return f"{measure.title} ({measure.get_state_display()})"


class SignatoryForm(GuardedForm):
    """A function of an organisation that stands behind the promise."""

    function = _text(_("Function"), 80, required=True, help_text=_("For example “kommundirektör”. Never a name."))
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose an organisation")
    )

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(collaboration=promise.collaboration_id)
        self.fields["organisation"].queryset = rows.order_by("name")  # type: ignore[attr-defined]


class DecideForm(GuardedForm):
    """Who has decided the promise, and when."""

    group = forms.ModelChoiceField(
        label=_("Decided by"), queryset=Group.objects.none(), empty_label=_("Choose a group")
    )
    decided_on = _day(_("Decided on"))

    def __init__(self, *args: Any, user: Any, promise: Promise, **kwargs: Any) -> None:
        kwargs["initial"] = {"decided_on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups_to_decide_for(user, promise.collaboration_id)  # type: ignore[attr-defined]


class PublishForm(GuardedForm):
    """Publish what was read in the preview, as its mark says."""

    seen = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)


class PromiseFollowUpForm(_NewForm):
    """How it goes, for residents, and when it is followed up next."""

    on = _day(_("Followed up on"))
    carried_out = forms.ChoiceField(label=_("Carried out?"), choices=Verdict, widget=forms.RadioSelect)
    good_result = forms.ChoiceField(label=_("Good result?"), choices=Verdict, widget=forms.RadioSelect)
    text_sv = _text(_("How does it go, in Swedish?"), LONGEST_PUBLIC, rows=4, required=True)
    text_en = _text(_("How does it go, in English?"), LONGEST_PUBLIC, rows=4, required=True)
    next_on = _day(
        _("Next follow-up"), required=False, help_text=_("Leave it empty if you are about to say how it went.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": timezone.localdate()}
        super().__init__(*args, **kwargs)


class ResultForm(GuardedForm):
    """How it went in the end."""

    result = forms.ChoiceField(
        label=_("How did it go in the end?"),
        choices=[(state.value, state.label) for state in sorted(ENDED)],
        widget=forms.RadioSelect,
    )


# --- Dialogues --------------------------------------------------------------------------------------------------------


class DialogueForm(_NewForm):
    """That people were asked, and what they said, in short."""

    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), empty_label=_("Choose an area"))
    kind = forms.ChoiceField(label=_("How were people asked?"), choices=Dialogue.Kind)
    held_on = _day(_("Day"))
    place = forms.ModelChoiceField(
        label=_("Place"), queryset=Place.objects.none(), required=False, empty_label=_("No named place")
    )
    walk = forms.ModelChoiceField(
        label=_("Safety walk"),
        queryset=SafetyWalk.objects.none(),
        required=False,
        empty_label=pgettext_lazy("a safety walk", "None"),
    )
    participants = forms.IntegerField(
        label=_("How many took part"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("Only the number: names and addresses are not kept."),
    )
    target_group = _text(_("Who was asked?"), 120, help_text=_("For example “de som bor vid torget”."))
    themes = _text(_("Themes, one a line"), LONGEST_ITEM, rows=3)
    protocol = _text(_("What was said, in short"), 2000, rows=5, help_text=_("Never published. No persons."))
    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(
        self, *args: Any, user: Any, collaboration: Collaboration, dialogue: Dialogue | None = None, **kwargs: Any
    ) -> None:
        names = [name for name in self.base_fields if name != "is_confirmed"]
        kwargs["initial"] = {name: getattr(dialogue, name) for name in names} if dialogue else {}
        super().__init__(*args, **kwargs)
        walks = SafetyWalk.objects.visible_to(user).filter(collaboration=collaboration)
        if dialogue is None:
            self.fields["area"].queryset = areas_written_by(user, collaboration)  # type: ignore[attr-defined]
        else:
            del self.fields["area"]
            if dialogue.walk_id is not None:
                walks |= SafetyWalk.objects.filter(pk=dialogue.walk_id)
        self.fields["place"].queryset = Place.objects.filter(collaboration=collaboration).order_by("name")  # type: ignore[attr-defined]
        self.fields["walk"].queryset = walks.distinct()  # type: ignore[attr-defined]
