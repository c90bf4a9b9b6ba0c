"""The estimates behind a headline as rows of a table: name, estimate, interval, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from analysis.evaluation import Spread
from ui.numbers import number_words


def _row(name: str, found: Mapping[str, Any], words: str, *, decimals: int = 2) -> dict[str, str]:
    low, high = found.get("ci_low"), found.get("ci_high")
    between = ""
    if low is not None or high is not None:
        between = " – ".join(
            "∞" if one is None else number_words(round(one, decimals), decimals) for one in (low, high)
        )
    return {
        "name": name,
        "estimate": number_words(round(found["estimate"], decimals), decimals),
        "between": between,
        "words": words,
    }


def _standard_error(found: Mapping[str, Any]) -> list[str]:
    if found.get("se") is None or found.get("z") is None:
        return []
    numbers = {"se": number_words(round(found["se"], 1), 1), "z": number_words(round(found["z"], 2), 2)}
    return [_("Standard error %(se)s, z %(z)s.") % numbers]


def _quotient_words(found: Mapping[str, Any]) -> str:
    readings = {
        Spread.NO_EFFECT: _("Not read: there is no decrease that could move or spread."),
        Spread.DIFFUSION_BEYOND: _("The ring gained more than the place."),
        Spread.DIFFUSION: _("The ring gained too, less than the place."),
        Spread.NEITHER: _("Nothing moved and nothing spread."),
        Spread.DISPLACEMENT: _("Some of it moved to the ring, less than what was gained."),
        Spread.DISPLACEMENT_BEYOND: _("As much moved to the ring as was gained, or more."),
    }
    return readings.get(Spread(found["reading"]), "")


RESULTS: dict[str, Any] = {
    "relative": lambda found: _row(
        _("Relative effect size"), found, _("Above 1: fewer than expected where it was done.")
    ),
    "difference": lambda found: _row(
        _("Difference in differences, rate ratio"), found, _("Below 1: fewer than expected, month by month.")
    ),
    "weighted": lambda found: _row(
        _("Weighted displacement difference"),
        found,
        " ".join([_("Events, ring included. Below 0: fewer than expected."), *_standard_error(found)]),
        decimals=1,
    ),
    "quotient": lambda found: _row(_("Weighted displacement quotient"), found, _quotient_words(found)),
    "net": lambda found: _row(_("Total net effect"), found, _("Events prevented in all, ring included."), decimals=1),
    "interrupted": lambda found: _row(
        _("Interrupted series, rate ratio"), found, _("The place beside its own past, nothing else.")
    ),
    "synthetic": lambda found: _row(_("Synthetic comparison"), found, _synthetic_words(found)),
}


def _synthetic_words(found: Mapping[str, Any]) -> str:
    values = {"rank": found.get("rank"), "areas": found.get("areas")}
    if found.get("p_value") is None:
        return _("Moved most but for %(rank)s of %(areas)s; too few for more than that.") % values
    return _("Number %(rank)s of %(areas)s in how far it moved.") % values
