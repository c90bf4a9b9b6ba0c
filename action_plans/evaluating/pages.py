"""The helper as its page has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import shapely
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.evaluating import presenters
from action_plans.evaluating.drafting import Draft, draft_of
from action_plans.evaluating.helping import help_with, source_for
from action_plans.evaluating.starting import draft_from, helped_start
from action_plans.evaluating.words import selection_words
from action_plans.evaluating.zones import Zones, counted_selection
from action_plans.models import EvaluationPlan, Measure
from analysis.hexagons import cell_polygons
from areas.models import Area, Place
from situational_picture.figures import Source


def page(user: Any, draft: Draft, form: Any, *, source: Source, now: dt.datetime) -> dict[str, Any]:
    """Everything the page shows beside the form."""
    found = help_with(draft, now=now, source=source)
    circle = presenters.circle_of(user, draft)
    slug = draft.measure.collaboration.slug
    asked = [*(("place", place.pk) for place in draft.places), ("ring", draft.ring_m or 0)]
    return {
        "headline": presenters.headline(found),
        "warnings": presenters.warning_rows(user, found.warnings, draft.measure),
        "candidates": presenters.candidate_rows(found, circle, form.compared_keys),
        "counts": presenters.count_rows(found, circle),
        "shape": presenters.shape(found, circle),
        "map_url": f"{reverse('measure_evaluation_map', args=[slug, draft.measure.pk])}?{urlencode(asked)}"
        if found.design.zones.cells or found.design.zones.ring
        else "",
        "shapes_url": f"{reverse('area_shapes', args=[slug])}?area={draft.area.slug}",
        "cells": {"treated": len(found.design.zones.cells), "ring": len(found.design.zones.ring)},
        "where": presenters.where_words(draft),
        "ring_m": draft.ring_m,
    }


def help_for_api(user: Any, measure: Measure, *, now: dt.datetime) -> dict[str, Any]:
    """The helper for other systems: of the written plan, or of what it would suggest."""
    source = source_for(measure.plan.area, today=timezone.localdate(now))
    plan = EvaluationPlan.objects.filter(measure=measure).first()
    draft = draft_of(plan) if plan is not None else draft_from(measure, helped_start(measure, source, now=now))
    found = help_with(draft, now=now, source=source)
    circle = presenters.circle_of(user, draft)
    headline = presenters.headline(found)
    rows = presenters.candidate_rows(found, circle, found.keys)
    slugs = dict(Area.objects.filter(collaboration=measure.collaboration_id).values_list("pk", "slug"))
    return {
        "headline": headline["title"],
        "needed": headline["text"],
        "half": found.showable.half,
        "eight_of_ten": found.showable.eight_of_ten,
        "warnings": [row["text"] for row in presenters.warning_rows(user, found.warnings, measure)],
        "counted": {
            "before_from": draft.before[0],
            "before_to": draft.before[1],
            "after_from": draft.after[0],
            "after_to": draft.after[1],
            "ring_m": draft.ring_m,
            "selection": draft.selection.query,
            "treated_places": [place.pk for place in draft.places],
        },
        "candidates": [
            {
                "area": slugs[int(row["pk"])] if row["kind"] == "area" else None,
                "place": int(row["pk"]) if row["kind"] == "place" else None,
                **{name: row[name] for name in ("name", "words", "is_chosen", "refused")},
            }
            for kind in ("offered", "further", "refused")
            for row in rows[kind]
        ],
    }


def counted_words_of(form: Any) -> str:
    """Which reports the form counts, where it is folded."""
    names = dict(form.fields["category"].choices)
    chosen = form["category"].value() or []
    asked = replace(counted_selection(str(form["selection"].value() or "")), category=tuple(chosen))
    return selection_words(asked, names) or _("every event")


def map_of(zones: Zones, places: Sequence[Place]) -> dict[str, Any]:
    """The treated hexagons and the ring's, each as one shape with its name."""
    features = []
    for name, cells, is_current in (
        (_("Ring"), zones.ring, False),
        (_("Treated"), zones.cells, True),
    ):
        if not cells:
            continue
        shape = shapely.union_all([shapely.Polygon(ring) for ring in cell_polygons(sorted(cells))])
        geometry = shapely.geometry.mapping(shapely.set_precision(shape, 1e-6))
        features.append(
            {"type": "Feature", "geometry": geometry, "properties": {"name": name, "is_current": is_current}}
        )
    return {"type": "FeatureCollection", "features": features}
