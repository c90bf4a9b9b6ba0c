"""Two shares beside each other: the latest two of a series, or any two of surveys of other periods and places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from partners.models import Collaboration
from partners.requests import PartnerRequest
from situational_picture.indicators import presenters, queries, telling
from situational_picture.indicators.comparing import compared
from situational_picture.indicators.permissions import check_may_see_indicators
from situational_picture.models import Indicator, IndicatorValue
from ui.numbers import number_words

# More shares than this are not chosen among by anybody.
MOST_CHOICES = 1000


def latest_change(shown: Indicator, told: Sequence[telling.Told]) -> dict[str, Any] | None:
    """The latest share of a survey beside the one before it; None where there are not two, or one is protected."""
    if not shown.is_share:
        return None
    known = [one for one in told if one.status != telling.MISSING][-2:]
    if len(known) < 2 or any(one.status != telling.SHOWN for one in known):
        return None
    earlier, later = known
    words = compared(later.point, earlier.point, better=shown.better)
    if words is None or later.point.row is None or earlier.point.row is None:
        return None
    address = reverse("indicator_compare", args=[shown.collaboration.slug])
    return {
        "words": words,
        "rows": f"{share_words(shown, earlier)} → {share_words(shown, later)}",
        "url": f"{address}?one={later.point.row.pk}&other={earlier.point.row.pk}",
    }


def share_words(indicator: Indicator, told: telling.Told) -> str:
    """A share with its period, interval and n: “2025: 34 % (28–41 %) of 200”."""
    return _("%(period)s: %(value)s of %(n)s") % {
        "period": presenters.period_words(told.point.first, told.point.last),
        "value": presenters.value_words(indicator, told),
        "n": "–" if told.n is None else number_words(told.n),
    }


class CompareForm(forms.Form):
    """Which two shares."""

    one = forms.TypedChoiceField(label=gettext_lazy("Compare"), coerce=int)
    other = forms.TypedChoiceField(label=gettext_lazy("with"), coerce=int)


@never_cache
@require_GET
def indicator_compare(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Compare any two shares: two periods, two places, or an area with its municipality."""
    check_may_see_indicators(request.user, collaboration)
    surveys = {one.pk: one for one in queries.indicators_for(request.user, collaboration) if one.is_share}
    rows = (
        IndicatorValue.objects.visible_to(request.user)
        .standing()
        .filter(indicator__in=surveys, is_suppressed=False)
        .order_by("indicator__name", "indicator_id", "-period_from")[:MOST_CHOICES]
    )
    values = {row.pk: row for row in rows}
    choices = [
        # What tells them apart first: a phone shows no more than the beginning of a choice.
        (pk, f"{surveys[row.indicator_id].ground} {presenters.period_words(row.period_from, row.period_to)}: "
             f"{surveys[row.indicator_id].name}")
        for pk, row in values.items()
    ]  # fmt: skip
    is_asked = {"one", "other"} <= set(request.GET)
    form = CompareForm(request.GET if is_asked else _first_pair(list(values.values())))
    for name in ("one", "other"):
        form.fields[name].choices = choices  # type: ignore[attr-defined]
        form.fields[name].error_messages["invalid_choice"] = _("Choose a share from the list.")
    context: dict[str, Any] = {
        "form": form,
        "has_choices": len(choices) > 1,
        "list_url": reverse("indicator_list", args=[collaboration.slug]),
    }
    if form.is_bound and form.is_valid():
        context |= _answer(request.user, [values[form.cleaned_data[name]] for name in ("one", "other")], surveys)
    return render(
        request, "situational_picture/indicators/indicator_compare.html", context,
        status=422 if is_asked and not form.is_valid() else 200,
    )  # fmt: skip


def _first_pair(rows: Sequence[IndicatorValue]) -> dict[str, int] | None:
    """The latest two shares of the first series that has two: the page begins with an answer."""
    for one, other in pairwise(rows):
        if one.indicator_id == other.indicator_id:
            return {"one": one.pk, "other": other.pk}
    return None


def _answer(user: Any, chosen: Sequence[IndicatorValue], surveys: dict[int, Indicator]) -> dict[str, Any]:
    told = []
    for row in chosen:
        indicator = surveys[row.indicator_id]
        (one,) = telling.told_points(indicator, [queries.point_of(row)], telling.viewer_of(user, indicator))
        told.append((indicator, one))
    shown = [
        {"name": indicator.name, "ground": indicator.ground, "words": share_words(indicator, one)}
        for indicator, one in told
    ]
    if any(one.status != telling.SHOWN for _indicator, one in told):
        return {"shown": shown, "refusal": _("One of the shares is protected here, and cannot be compared.")}
    if chosen[0].pk == chosen[1].pk:
        return {"shown": shown, "refusal": _("Choose two different shares.")}
    (first, one), (second, other) = told
    is_same_question = first.name.casefold() == second.name.casefold()
    better = first.better if is_same_question else Indicator.Better.NEITHER
    return {
        "shown": shown,
        "words": compared(one.point, other.point, better=better),
        "is_other_question": not is_same_question,
        "is_other_ground": (first.level, first.area_id, first.place_id, first.region)
        != (second.level, second.area_id, second.place_id, second.region),
    }
