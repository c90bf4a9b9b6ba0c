"""What those outside the circle see, and what they can work out from all pages together."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from django.utils import timezone
from scipy.optimize import linprog

from areas.models import Area
from situational_picture import actions, building, presenters, protecting, selecting
from situational_picture.models import Picture
from situational_picture.protecting import PROTECTED
from tests import factories as make


@pytest.fixture
def month(world):
    """A month with a few small counts in one area and more in the other, published for all three areas."""
    first = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    at = timezone.make_aware(dt.datetime.combine(first + dt.timedelta(days=9), dt.time(20)))
    make.IncidentFactory(
        organisation=world.housing, area=world.east, category=world.vandalism, at=at - dt.timedelta(days=60)
    )
    for area, category, count in [
        (world.west, world.vandalism, 3),
        (world.west, world.drugs, 9),
        (world.east, world.vandalism, 14),
        (world.east, world.drugs, 11),
    ]:
        for _ in range(count):
            make.IncidentFactory(organisation=world.housing, area=area, category=category, at=at)
    pictures = {}
    for area in (world.west, world.east, world.town):
        building.rebuild_area(area, today=timezone.localdate())
        draft = Picture.objects.get(area=area, period_kind="month", period_start=first)
        pictures[area.pk] = actions.publish_picture(by=world.people["coordinator"], picture=draft)
    return pictures


def counts_shown(figures):
    return {row["category"]: row["count"] for row in figures["categories"]}


def test_the_circle_sees_every_number(world, month):
    figures = selecting.figures_for(world.people["security_lead"], month[world.west.pk])
    assert counts_shown(figures)[world.vandalism.pk] == 3
    assert not figures["is_protected"]


def test_the_council_sees_no_small_number_anywhere(world, month):
    figures = selecting.figures_for(world.people["council"], month[world.west.pk])
    assert counts_shown(figures)[world.vandalism.pk] == PROTECTED
    numbers = [row["count"] for row in [figures["total"], *figures["categories"], *figures["places"]]]
    numbers += list(figures["map"]["cells"].values()) + figures["trend"]["observed"]
    assert not [n for n in numbers if n not in (None, PROTECTED) and 1 <= n <= 4]


def test_a_reporter_sees_no_count_of_a_sensitive_category(world, month):
    for area in (world.west, world.east, world.town):
        figures = selecting.figures_for(world.people["reporter"], month[area.pk])
        assert counts_shown(figures)[world.drugs.pk] == PROTECTED


@pytest.mark.parametrize("who", ["council", "reporter"])
def test_no_protected_count_follows_from_all_pages_together(world, month, who):
    """An attacker adds up every number on three pages, with linear programming, and pins none down."""
    areas = [world.west.pk, world.east.pk]
    categories = [world.vandalism.pk, world.drugs.pk]
    cell = {(area, category): i for i, (area, category) in enumerate((a, c) for a in areas for c in categories)}
    equations, values = [], []

    def know(parts, value):
        if value != PROTECTED:
            equations.append([1.0 if key in parts else 0.0 for key in cell])
            values.append(value)

    hidden = []
    for area_id, picture in month.items():
        figures = selecting.figures_for(world.people[who], picture)
        mine = [key for key in cell if area_id in (key[0], world.town.pk)]
        know(mine, figures["total"]["count"])
        for category, count in counts_shown(figures).items():
            parts = [key for key in mine if key[1] == category]
            know(parts, count)
            if count == PROTECTED and area_id != world.town.pk:
                hidden.append(cell[area_id, category])
        for row in figures["subareas"]:
            know([key for key in cell if key[0] == row["area"]], row["count"])
    assert hidden
    for place in hidden:
        goal = np.zeros(len(cell))
        goal[place] = 1
        low = linprog(goal, A_eq=equations or None, b_eq=values or None, bounds=(0, None))
        high = linprog(-goal, A_eq=equations or None, b_eq=values or None, bounds=(0, None))
        assert not high.success or -high.fun > 4
        assert not (low.success and high.success) or -high.fun - low.fun > 1


def test_protected_missing_and_zero_are_three_words_in_the_file(world, month):
    figures = dict(selecting.figures_for(world.people["council"], month[world.west.pk]))
    lines = presenters.export_rows(figures)
    words = {line[3 - 1] for line in lines[1:]}
    assert "protected" in {str(word) for word in words} or "skyddat" in {str(word) for word in words}
    assert "3" not in {str(line[2]) for line in lines if line[1] in ("Skadegörelse", "Vandalism")}


def test_what_is_stored_is_whole_and_what_is_shown_holds_no_decision(world, month):
    picture = month[world.west.pk]
    assert counts_shown(picture.figures)[world.vandalism.pk] == 3
    shown = selecting.figures_for(world.people["council"], picture)
    assert "protection" not in json.dumps(shown).replace("is_protected", "")


def test_a_total_that_would_give_a_sibling_away_is_hidden_on_its_own_page_too():
    table = pd.DataFrame({1: [3.0, 40.0]}, index=[10, 11])
    decisions = protecting.decide_for_all(table, {10: 1, 11: 1}, sensitive=set(), largest=4)["counts"]
    assert decisions["10"]["total"]
    assert decisions["11"]["total"] or decisions["1"]["total"]


def test_nothing_to_protect_where_nothing_happened(world):
    Area.objects.filter(pk=world.west.pk).update(parent=None)
    table = pd.DataFrame(index=[world.west.pk], dtype="float64")
    decisions = protecting.decide_for_all(table, {}, sensitive=set(), largest=4)["counts"]
    assert decisions[str(world.west.pk)] == {"total": False, "categories": []}


def test_the_clock_keeps_its_sum_and_hides_small_numbers():
    grid = np.zeros((7, 24))
    grid[4, 20:24] = 3.25
    grid[5, 1] = 2
    shown = protecting.protected_clock({"grid": grid.tolist(), "events": 15, "unknown": 2}, 4)
    assert shown["unknown"] == PROTECTED
    assert 2 not in np.array(shown["grid"], dtype=object).ravel().tolist()
