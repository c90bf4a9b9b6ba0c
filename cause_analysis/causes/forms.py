"""The forms of an analysis: plain fields, so that every change can be made without JavaScript."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from areas.access import descendants
from areas.models import Place
from cause_analysis.causes import seen
from cause_analysis.causes.permissions import groups_to_decide_for, organisations_to_bring_for
from cause_analysis.causes.queries import Node
from cause_analysis.causes.rules import METHOD, NEXT
from cause_analysis.forms import GuardedForm
from cause_analysis.models import Cause, CauseAnalysis, CauseState, Controller, Evidence, Side
from cause_analysis.models.causes import LONGEST_ANSWER, LONGEST_CAUSE, LONGEST_EVIDENCE

LONGEST_REASON = 300
Kind = Evidence.Kind


def capitalised(choices: Any) -> list[tuple[Any, str]]:
    """Choices that begin a line of their own."""
    return [(value, capfirst(label)) for value, label in choices]


def _area(label: Any, longest: int, rows: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": longest}),
        **more,
    )


_SELECTED = format_html(" {}", "selected")


class OutlineSelect(forms.Select):
    """A choice among hundreds of causes or places. A template for each option took as long as the rest of the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The same field as any other choice, put together at once."""
        chosen = str(value or "")
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, _SELECTED if str(key) == chosen else "", label) for key, label in self.choices),
        )
        own = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", own, options)


class CauseForm(GuardedForm):
    """A cause: its words, its side, whether it is about control, and whether it is direct."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    text = _area(
        _("Why does it happen?"),
        LONGEST_CAUSE,
        2,
        error_messages={"required": _("Write the cause in a sentence.")},
    )
    side = forms.ChoiceField(
        label=_("Side"), widget=OutlineSelect, choices=capitalised(Side.choices), initial=Side.PLACE
    )
    controller = forms.ChoiceField(
        widget=OutlineSelect,
        label=_("Is it about somebody who could have kept it from happening?"),
        choices=capitalised(Controller.choices),
        initial=Controller.NONE,
    )
    is_direct = forms.TypedChoiceField(
        widget=OutlineSelect,
        label=_("How close to what happens?"),
        choices=[("yes", _("Direct: makes it possible there and then")), ("no", _("Indirect: lies behind a cause"))],
        coerce=lambda value: value == "yes",
        initial="yes",
    )

    @classmethod
    def of(cls, cause: Cause, data: Any = None) -> CauseForm:
        """The form with what stands in a cause."""
        initial = {
            "row_version": cause.row_version,
            "text": cause.text,
            "side": cause.side,
            "controller": cause.controller,
            "is_direct": "yes" if cause.is_direct else "no",
        }
        return cls(data, initial=initial, prefix=f"cause{cause.pk}")

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the actions take it."""
        names = ("text", "side", "controller", "is_direct", "is_confirmed")
        return {name: self.cleaned_data[name] for name in names}


def outline_choices(nodes: list[Node], *, without: Cause | None = None) -> list[tuple[str, str]]:
    """The causes to stand under, indented as in the list; a cause and what stands under it are left out."""
    found = [("", str(_("Directly under the problem")))]
    hidden: set[int | None] = {without.pk} if without is not None else set()
    for node in nodes:
        if node.cause.pk in hidden or node.cause.parent_id in hidden:
            hidden.add(node.cause.pk)
            continue
        found.append((str(node.cause.pk), "\u2003" * (node.level - 1) + node.cause.text))
    return found


class NewCauseForm(CauseForm):
    """A new cause, and what it stands under."""

    def __init__(self, data: Any = None, *, nodes: list[Node], chosen: Cause | None = None) -> None:
        super().__init__(data, prefix="new", initial={"parent": str(chosen.pk) if chosen is not None else ""})
        self.fields["parent"] = forms.ChoiceField(
            label=_("Under"),
            choices=outline_choices(nodes),
            required=False,
            initial=self.initial["parent"],
            widget=OutlineSelect,
        )
        self.fields["parent"].is_expected = True  # type: ignore[attr-defined]
        self.order_fields(["text", "parent", "side", "controller", "is_direct"])


class MoveForm(forms.Form):
    """Where a cause shall stand: under another, and before one of those there or last."""

    parent = forms.ChoiceField(label=_("Move under"), required=False, widget=OutlineSelect)

    def __init__(self, data: Any = None, *, nodes: list[Node], cause: Cause) -> None:
        super().__init__(data, prefix="move", initial={"parent": str(cause.parent_id or "")})
        self.fields["parent"].choices = outline_choices(nodes, without=cause)  # type: ignore[attr-defined]
        self.fields["parent"].is_expected = True  # type: ignore[attr-defined]


class StateForm(GuardedForm):
    """What is known about a cause now, and why."""

    seen = forms.ChoiceField(widget=forms.HiddenInput, choices=CauseState.choices)
    to = forms.ChoiceField(label=_("What do we know now?"), widget=OutlineSelect)
    reason = forms.CharField(
        label=_("Why?"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("Needed when a cause is dismissed or becomes a hypothesis again."),
    )

    def __init__(self, data: Any = None, *, cause: Cause, at: str = "") -> None:
        at = at if at in CauseState.values else cause.state
        super().__init__(data, prefix="state", initial={"seen": at})
        self._offer(CauseState(at))

    def _offer(self, at: CauseState) -> None:
        choices = [(step.value, capfirst(step.label)) for step in CauseState if step in NEXT[at]]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def meet(self, stored: Any) -> None:
        self.data = {**dict(self.data.items()), self.add_prefix("seen"): stored.state}
        self._offer(CauseState(stored.state))


class ChooseForm(GuardedForm):
    """Which group has chosen to act on the cause, and why."""

    group: Any = forms.ModelChoiceField(
        label=_("Which group chooses it?"), queryset=None, empty_label=None, widget=OutlineSelect
    )
    reason = forms.CharField(
        label=_("Why this cause?"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why the group chooses this cause.")},
    )

    def __init__(self, data: Any = None, *, user: Any, analysis: CauseAnalysis) -> None:
        super().__init__(data, prefix="choose")
        self.fields["group"].queryset = groups_to_decide_for(user, analysis.collaboration_id)  # type: ignore[attr-defined]


class AdoptForm(forms.Form):
    """Which group adopts the analysis."""

    group: Any = forms.ModelChoiceField(
        label=_("Which group adopts it?"), queryset=None, empty_label=None, widget=OutlineSelect
    )
    # What has been read: the change of the analysis, and the version of its four answers.
    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    answers = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def what_was_seen(self) -> tuple[int, int]:
        """As the page had it; a form that says nothing has seen nothing."""
        seen, answers = self.cleaned_data["seen"], self.cleaned_data["answers"]
        return (-1 if seen is None else seen, -1 if answers is None else answers)

    def __init__(self, data: Any = None, *, user: Any, analysis: CauseAnalysis) -> None:
        super().__init__(data, prefix="adopt")
        self.fields["group"].queryset = groups_to_decide_for(user, analysis.collaboration_id)  # type: ignore[attr-defined]


class JudgementForm(GuardedForm):
    """What a piece of evidence says, which way, and how strongly."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    direction = forms.ChoiceField(
        widget=OutlineSelect,
        label=_("Speaks"),
        choices=[
            (Evidence.Direction.FOR, pgettext_lazy("evidence", "For the cause")),
            (Evidence.Direction.AGAINST, pgettext_lazy("evidence", "Against the cause")),
        ],
        initial=Evidence.Direction.FOR,
    )
    text = _area(
        _("What does it say?"),
        LONGEST_EVIDENCE,
        3,
        help_text=_("Also read outside the area's circle: write no names, and no numbers from 1 to 4."),
        error_messages={"required": _("Say in a sentence what it shows.")},
    )
    strength = forms.TypedChoiceField(
        widget=OutlineSelect,
        label=_("How strong?"),
        choices=[(value, f"{value}: {label}") for value, label in Evidence.Strength.choices],
        coerce=int,
        initial=Evidence.Strength.WEAK,
    )

    @classmethod
    def of(cls, evidence: Evidence, data: Any = None) -> JudgementForm:
        """The form with what stands in a piece of evidence."""
        names = ("row_version", "direction", "text", "strength")
        initial = {name: getattr(evidence, name) for name in names}
        return cls(data, initial=initial, prefix=f"evidence{evidence.pk}")


_ASKED = {
    "address": _("Paste the address of the list of reports, filtered as you want it."),
    "feature": _("Choose what was seen. If it is not in the list, write it down on the page of the place first."),
    "mark": _("Choose the spot. If it is not in the list, mark it in the photo of the inspection first."),
}


_ASKED_OF = {
    Kind.SELECTION.value: "address",
    Kind.PLACE_FEATURE.value: "feature",
    Kind.INSPECTION_PHOTO.value: "mark",
}


class EvidenceForm(JudgementForm):
    """A new piece of evidence: what kind it is, who brings it, and for a selection the reports it rests on."""

    # What a person brings; a test against the reports is kept by the system itself.
    KINDS = (Kind.SELECTION, Kind.DIALOGUE, Kind.PLACE_FEATURE, Kind.INSPECTION_PHOTO, Kind.RESEARCH, Kind.EXPERT)

    kind = forms.ChoiceField(
        widget=OutlineSelect,
        label=_("Kind of evidence"),
        choices=[(kind.value, capfirst(kind.label)) for kind in KINDS],
        initial=Kind.DIALOGUE,
    )
    organisation: Any = forms.ModelChoiceField(
        label=_("Who brings it?"), queryset=None, empty_label=None, widget=OutlineSelect
    )
    address = forms.CharField(
        label=_("Which reports?"),
        required=False,
        max_length=1000,
        help_text=_(
            "For a selection: filter the list of reports as you want it, and paste the address of the page here. The"
            " numbers of today are kept."
        ),
    )
    feature = forms.ChoiceField(
        label=_("What was seen?"),
        required=False,
        widget=OutlineSelect,
        help_text=_("From the files of the area's places. What is missing there is written down on the place's page."),
    )
    mark = forms.ChoiceField(
        label=_("Which spot in which photo?"),
        required=False,
        widget=OutlineSelect,
        help_text=_("Spots are marked in the photos of inspections and walks."),
    )
    place: Any = forms.ModelChoiceField(
        label=_("Which place?"), required=False, queryset=None, empty_label=_("No place"), widget=OutlineSelect
    )

    def __init__(self, data: Any = None, *, user: Any, analysis: CauseAnalysis) -> None:
        super().__init__(data, prefix="evidence")
        organisations: Any = self.fields["organisation"]
        organisations.queryset = organisations_to_bring_for(user, analysis.collaboration_id)
        own = user.membership_for_log(analysis.collaboration_id)
        organisations.initial = own.organisation_id if own else None
        area_ids = descendants(analysis.collaboration_id, [analysis.problem.area_id])
        place: Any = self.fields["place"]
        places = Place.objects.filter(collaboration=analysis.collaboration_id, area__in=area_ids)
        place.queryset = places.only("name", "collaboration_id")
        self.features = {str(row.pk): row for row in seen.features_to_bring(user, analysis.problem, area_ids)}
        self.marks = {str(row.pk): row for row in seen.marks_to_bring(user, analysis.problem, area_ids)}
        self._offer("feature", _("Choose what was seen"), seen.feature_choices(self.features.values()))
        self._offer("mark", _("Choose a spot"), seen.mark_choices(self.marks.values()))
        self.order_fields(
            ["kind", "text", "direction", "address", "feature", "mark", "place", "strength", "organisation"]
        )

    def _offer(self, name: str, nothing: Any, choices: dict[str, str]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", nothing), *choices.items()]
        # Asked for by one kind of evidence alone, then it has to be there.
        field.is_expected = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        asked = _ASKED_OF.get(cleaned.get("kind") or "")
        if asked and not cleaned.get(asked) and asked not in self.errors:
            self.add_error(asked, _ASKED[asked])
        cleaned["feature"] = self.features.get(cleaned.get("feature") or "")
        cleaned["mark"] = self.marks.get(cleaned.get("mark") or "")
        return cleaned


class RemoveForm(GuardedForm):
    """Why a piece of evidence is taken away."""

    reason = forms.CharField(
        label=_("Why is it taken away?"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why it is taken away.")},
    )

    def __init__(self, data: Any = None, *, evidence: Evidence) -> None:
        super().__init__(data, prefix=f"remove{evidence.pk}")


class MethodForm(GuardedForm):
    """Brå's four questions on how the analysis was made."""

    row_version = forms.IntegerField(widget=forms.HiddenInput)
    why_chosen = _area(_("Why was the problem chosen?"), LONGEST_ANSWER, 3, required=False)
    sources = _area(_("Which sources were used, and which were left out?"), LONGEST_ANSWER, 3, required=False)
    selection_limits = _area(_("How does the selection limit the result?"), LONGEST_ANSWER, 3, required=False)
    significance = _area(_("What does that mean for the conclusions?"), LONGEST_ANSWER, 3, required=False)

    @classmethod
    def of(cls, analysis: CauseAnalysis, data: Any = None) -> MethodForm:
        """The form with the answers that stand there."""
        initial = {name: getattr(analysis, name) for name in (*METHOD, "row_version")}
        form = cls(data, initial=initial, prefix="method")
        for name in METHOD:
            form.fields[name].is_expected = True  # type: ignore[attr-defined]
        return form
