"""The forms of an evaluation: what the group makes of it, what was learnt, who adopts it; what its problem becomes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from action_plans.clashes import clashes
from areas.models import Place
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Problem
from followup.evaluations.actions import CHOICES, LONGEST_LESSON, TEXTS
from followup.models import Done, Evaluation, Lesson, Outcome, Shown, WhatNext
from followup.models.evaluations import LONGEST_TEXT
from partners.models import Group

WATCHED_MONTHS = 12


def _area(label: Any, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=widget, required=False, **more)


def _choice(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    listed = [(value, capfirst(str(word))) for value, word in choices]
    return forms.ChoiceField(label=label, choices=listed, widget=forms.RadioSelect, required=False, **more)


class JudgementForm(GuardedForm):
    """What the group makes of it."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    done_as_planned = _choice(_("Was it done as planned?"), Done.choices)
    mechanism_shown = _choice(_("Did it work the way it was supposed to?"), Shown.choices)
    what_else = _area(
        _("What else happened in the area?"),
        help_text=_("For example another measure, building works, a new school year. No names."),
    )
    side_effects = _area(_("What came of it that was not intended?"))
    outcome = _choice(
        _("All in all"),
        Outcome.choices,
        help_text=_("What was never carried out says nothing of the method, and does not count against it."),
    )
    reason = _area(_("Why do you say so?"), help_text=_("Needed where you say something else than the numbers do."))
    what_next = _choice(_("What is done now?"), WhatNext.choices)

    def __init__(self, data: Any = None, *, evaluation: Evaluation) -> None:
        names = ("row_version", *CHOICES, *TEXTS)
        super().__init__(data, initial={name: getattr(evaluation, name) for name in names})
        for name in CHOICES:
            # Not needed to save what is said so far, and needed before it is adopted.
            self.fields[name].is_expected = True  # type: ignore[attr-defined]

    def clashes(self, stored: Evaluation) -> list[dict[str, str]]:
        """What another has written where this form says something else."""
        return clashes(self, {name: getattr(stored, name) for name in (*CHOICES, *TEXTS)})


class LessonForm(GuardedForm):
    """Something learnt, and of what."""

    text = forms.CharField(
        label=_("What did we learn?"),
        max_length=LONGEST_LESSON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_LESSON}),
        help_text=_("One thing at a time, so that somebody else can use it."),
        error_messages={"required": _("Say what you learnt.")},
    )
    about = forms.ChoiceField(
        label=_("About"),
        choices=[(value, capfirst(str(word))) for value, word in Lesson.About.choices],
        initial=Lesson.About.METHOD,
    )
    place = forms.ModelChoiceField(
        label=_("Which place?"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("No place"),
        help_text=_("Only for what was learnt about a place."),
    )

    def __init__(self, data: Any = None, *, places: Any) -> None:
        super().__init__(data, auto_id="id_lesson_%s")
        fields: Any = self.fields
        fields["place"].queryset = places


class AdoptForm(GuardedForm):
    """Which group adopts it, on which numbers."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    # The numbers the page showed: others may have come meanwhile.
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)
    group = forms.ModelChoiceField(
        label=_("Which group adopts it?"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a group"),
        error_messages={"required": _("Choose which group adopts it.")},
    )

    def __init__(self, data: Any = None, *, user: Any, evaluation: Evaluation) -> None:
        initial = {"row_version": evaluation.row_version, "seen": evaluation.headline}
        super().__init__(data, initial=initial, auto_id="id_adopt_%s")
        fields: Any = self.fields
        fields["group"].queryset = groups_to_decide_for(user, evaluation.collaboration_id).order_by("name")


class CloseForm(GuardedForm):
    """How a problem ended."""

    outcome = forms.ChoiceField(
        label=_("How did the problem end?"),
        choices=[(value, capfirst(str(word))) for value, word in Problem.Outcome.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the problem ended.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_close_%s")


class GoOnForm(GuardedForm):
    """Why a problem is kept."""

    reason = forms.CharField(
        label=_("Why do you go on?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
        error_messages={"required": _("Say why you go on.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_go_on_%s")


class WatchForm(GuardedForm):
    """Until when a closed problem is watched, and what takes it up again."""

    last_day = forms.DateField(
        label=_("Watched to and including"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day.")},
    )
    level = forms.IntegerField(
        label=_("So many events in one month take it up again"),
        min_value=1,
        max_value=100_000,
        error_messages={"required": _("Say how many events take it up again.")},
    )

    def __init__(self, data: Any = None, *, today: dt.date, level: int | None) -> None:
        initial = {"last_day": today + relativedelta(months=WATCHED_MONTHS), "level": level}
        super().__init__(data, initial=initial, auto_id="id_watch_%s")
