"""Forms for how long things are kept, and for what is held back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners import retention
from partners.forms import DateInput
from partners.models import Collaboration
from partners.retention_actions import LONGEST_REASON


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
        error_messages={"required": _("Say why.")},
    )


class RuleForm(forms.Form):
    """How many days a kind of thing is kept, and why."""

    days = forms.IntegerField(
        label=_("Days"),
        error_messages={"required": _("Write a number of days."), "invalid": _("Write a number of days.")},
    )
    reason = _reason(_("For example the archive authority's decision and its number. No names."))

    def __init__(self, *args: Any, kind: retention.Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.help_text = gettext("Between %(least)d and %(most)d days. We propose %(days)d.") % {
            "least": kind.least_days, "most": kind.most_days, "days": kind.default_days,
        }  # fmt: skip


class HoldForm(forms.Form):
    """What is held, from when to when it happened, why, and until which day."""

    about = forms.ChoiceField(label=_("What is held"), error_messages={"required": _("Choose what is held.")})
    reference = forms.CharField(
        label=_("The number of the report or problem"),
        max_length=40,
        required=False,
        help_text=_("Only for one report, H-123, or one problem, P-12."),
    )
    first_day = forms.DateField(
        label=_("What happened from"), required=False, widget=DateInput(), help_text=_("Leave empty for everything.")
    )
    last_day = forms.DateField(label=_("To and including"), required=False, widget=DateInput())
    reason = _reason(_("For example the case number of the request or the dispute. No names."))
    ends_on = forms.DateField(
        label=_("Last day of the hold"),
        widget=DateInput(),
        error_messages={
            "required": _("Choose the day on which the hold ends."),
            "invalid": _("Write a day, year first."),
        },
    )

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = [(retention.DAYS, gettext("everything that happened in some days"))]
        for scope in retention.scopes():
            if scope.choices is None:
                choices.append((scope.code, str(scope.label)))
            else:
                rows = [(f"{scope.code}:{pk}", label) for pk, label in scope.choices(collaboration)]
                choices.append((str(scope.label), rows))
        about: Any = self.fields["about"]
        about.choices = choices

    def asked(self) -> dict[str, Any]:
        """The form as `place_hold` wants it."""
        data = dict(self.cleaned_data)
        code, _colon, chosen = data.pop("about").partition(":")
        reference = data.pop("reference")
        scope = next((scope for scope in retention.scopes() if scope.code == code), None)
        return {**data, "scope": scope, "subject": chosen or reference}
