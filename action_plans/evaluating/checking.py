"""What is not compared with, said when a plan is written."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from action_plans.evaluating.helping import Help
from action_plans.evaluating.presenters import refusal_words
from action_plans.evaluating.proposing import TOO_FEW
from common.errors import NotPossible


def check_comparisons(help_: Help, *, known: Collection[str] = ()) -> None:
    """Refuse what cannot be compared with, and what would be counted twice. What stood there before, `known`, stays."""
    fields = {"area": "comparison_areas", "place": "comparison_places"}
    refused = {one.key: one for one in help_.candidates if one.refused and one.refused != TOO_FEW}
    for key in help_.keys:
        one = refused.get(key)
        if one is not None and key not in known:
            sentence = _("%(name)s is not compared with. %(why)s") % {"name": one.name, "why": refusal_words(one)}
            raise NotPossible({fields[key.partition("-")[0]]: sentence})
    seen: dict[int, str] = {}
    for unit in help_.design.units:
        for pk in unit.area_ids:
            if pk in seen:
                sentence = _("%(first)s and %(second)s overlap: choose one of them.")
                raise NotPossible({"comparison_areas": sentence % {"first": seen[pk], "second": unit.name}})
            seen[pk] = unit.name
    for place in help_.draft.compared_places:
        if place.area_id in seen:
            sentence = _("%(place)s lies in %(area)s, which is compared with already: choose one of them.")
            raise NotPossible({"comparison_places": sentence % {"place": place.name, "area": seen[place.area_id]}})
