"""The same 500 rows through the form and through the frame: every verdict and every sentence agrees."""

from __future__ import annotations

import csv
import datetime as dt
import random

import pytest
from django.utils import timezone, translation

from areas.locating import index_of
from incidents import rules
from incidents.forms import IncidentForm
from incidents.importing.generic import GenericCleaner
from incidents.importing.profiles import Setting
from incidents.importing.reading import open_table
from incidents.models import Category
from tests import factories as make

FIELDS = ["occurred_from", "occurred_to", "category", "lon", "lat", "place", "description", "cost_sek", "certainty"]


@pytest.fixture(autouse=True)
def in_swedish(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with translation.override("sv"):
        yield


def rows_of(rng, now, categories, places):
    """Mostly good rows, and every way a row can be wrong, alone and together."""

    def moment(low, high):
        return now + dt.timedelta(minutes=rng.randint(low, high))

    def written(at, with_time):
        local = timezone.localtime(at)
        # The hour in which the clocks change twice a year has tests of its own.
        local = local.replace(hour=4) if local.hour == 2 else local
        return f"{local:%Y-%m-%d %H:%M}" if with_time else f"{local:%Y-%m-%d}"

    for _number in range(500):
        # Far from midnight and from the clocks' changes, which have tests of their own.
        with_time = rng.random() < 0.6
        begin = moment(-300 * 24 * 60, -3 * 24 * 60)
        row = dict.fromkeys(FIELDS, "")
        row["occurred_from"] = written(begin, with_time)
        if rng.random() < 0.4:
            row["occurred_to"] = written(begin + dt.timedelta(hours=rng.randint(0, 50)), with_time)
        row["category"] = rng.choice(categories)
        row["lon"], row["lat"] = f"{rng.uniform(16.05, 16.25):.5f}", f"{rng.uniform(58.55, 58.65):.5f}"
        if rng.random() < 0.2:
            row["lon"] = row["lat"] = ""
        if rng.random() < 0.2:
            row["place"] = rng.choice(places)
        if rng.random() < 0.5:
            row["description"] = rng.choice(["Krossad ruta.", "Klotter på vägg", "- skräp", "Höga röster i parken"])
        if rng.random() < 0.3:
            row["cost_sek"] = str(rng.randint(0, 90_000))
        for _fault in range(rng.choice([0, 0, 1, 1, 1, 2, 3])):
            bad = rng.choice(
                [
                    {"occurred_from": rng.choice(["", "i går", "2026-02-30", "1985-05-05", "2026-13-01 10:00"])},
                    {"occurred_from": written(moment(3 * 24 * 60, 600 * 24 * 60), with_time)},
                    {"occurred_to": rng.choice(["senare", "2026-02-31"])},
                    {"occurred_to": written(moment(-900 * 24 * 60, -301 * 24 * 60), with_time)},
                    {"occurred_to": written(moment(3 * 24 * 60, 600 * 24 * 60), with_time)},
                    {"category": rng.choice(["", "FINNS_EJ", "GRU", "OLD", "EVE", "LJU"])},
                    {"lon": rng.choice(["väst", "", "196.1", "12.05", "nan", "1e999"])},
                    {"lat": rng.choice(["norr", "", "-91", "57.05", "inf"])},
                    {"place": "Ingenstans"},
                    {"category": "EVE", "occurred_from": written(moment(300 * 24 * 60, 600 * 24 * 60), with_time)},
                    {"description": rng.choice(["=1+1", "@SUM(A1)", "x" * 1001, "+cmd|'/C calc'!A0"])},
                    {"description": rng.choice(["Ring 070-123 45 67", "Nr 850709-9805", "Anna Andersson var där"])},
                    {"cost_sek": rng.choice(["gratis", "-1", "1000000001", "1.5"])},
                ]
            )  # fmt: skip
            row |= bad
        yield row


def form_verdict(row, world, now):
    """What the form says of the row, as {(field, sentence)}."""
    codes = {c.code: c.pk for c in Category.objects.filter(collaboration=world.here)}
    places = {"Västers centrum": world.square.pk, "Östers garage": world.garage.pk}
    given = [row["occurred_from"], row["occurred_to"]]
    has_where = any(row[name] for name in ("lon", "lat", "place"))
    form = IncidentForm(
        {
            **row,
            # A form sends numbers of categories and places; a number nobody has stands for a word nobody knows.
            "category": codes.get(row["category"], 10**9) if row["category"] else "",
            "place": places.get(row["place"], 10**9) if row["place"] else "",
            "is_place_unknown": "" if has_where else "on",
            "is_day_only": "on" if not any(":" in text for text in given) else "",
            "source_kind": "own",
            # A file writes the day out, as somebody does who chooses none of "now" and "last night".
            "when": "other",
        },
        user=world.people["security_lead"],
        collaboration=world.here,
        now=now,
    )
    form.is_valid()
    return {(field, sentence) for field, sentences in form.errors.items() for sentence in sentences}


def test_form_and_frame_agree_on_five_hundred_rows(world, tmp_path):
    now = timezone.localtime()
    today = timezone.localdate(now)
    group = make.CategoryFactory(collaboration=world.here, code="GRU")
    make.CategoryFactory(collaboration=world.here, code="KLO", parent=group)
    make.CategoryFactory(collaboration=world.here, code="OLD", valid_to=today - dt.timedelta(days=150))
    make.CategoryFactory(collaboration=world.here, code="EVE", kind=Category.Kind.FORECAST)
    make.CategoryFactory(collaboration=world.here, code="LJU", kind=Category.Kind.CONDITION)
    rng = random.Random(20261122)
    rows = list(rows_of(rng, now, ["SKA", "NAR", "KLO"], ["Västers centrum", "Östers garage"]))

    path = tmp_path / "rader.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    mapping = {"columns": {name: name for name in FIELDS}, "options": {"coordinates": "4326", "axis": "as_said"}}
    setting = Setting(world.here, world.housing, index_of(world.here), now, FIELDS, mapping, dry_run=True)
    good, refused = {}, {}
    cleaner = GenericCleaner(setting)
    for chunk in open_table(path, kinds=("csv",)).chunks:
        assert not chunk.refused
        stored, refusals = cleaner.clean(chunk)
        good |= {row["line"]: row for row in stored.to_dict("records")}
        for refusal in refusals.itertuples(index=False):
            refused.setdefault(refusal.line, set()).add((refusal.column, refusal.sentence))
    assert set(good) | set(refused) == set(range(2, 502))
    assert not set(good) & set(refused)

    # The file is a housing company's: what points at a person weakly is not stored either.
    points_at_somebody = {rules.PERSONAL_DATA_STRONG.say(), rules.PERSONS_NEVER_KEPT.say()}
    heard, without_text = set(), 0
    for line, row in enumerate(rows, start=2):
        by_form = form_verdict(row, world, now)
        # The one difference there is to be: an imported row that points at somebody is stored without its text.
        about_persons = {said for said in by_form if said[1] in points_at_somebody}
        assert refused.get(line, set()) == by_form - about_persons, (line, row)
        if line in good:
            assert good[line]["is_text_removed"] == bool(about_persons), (line, row)
            assert good[line]["description"] == ("" if about_persons else row["description"])
            without_text += bool(about_persons)
        heard |= {sentence for _field, sentence in by_form}

    # The rows are worth something: most of what can be said was said, and both verdicts are common.
    assert len(good) > 100
    assert len(refused) > 100
    assert without_text > 3
    expected = [
        rules.NO_DATE, rules.UNREADABLE_DATE, rules.UNREADABLE_END, rules.TOO_EARLY, rules.IN_THE_FUTURE,
        rules.TOO_FAR_AHEAD, rules.END_BEFORE_BEGINNING, rules.INTERVAL_TOO_LONG, rules.END_IN_THE_FUTURE,
        rules.NO_CATEGORY, rules.UNKNOWN_CATEGORY, rules.CATEGORY_NOT_IN_USE, rules.CATEGORY_IS_A_GROUP,
        rules.UNREADABLE_COORDINATE, rules.HALF_A_POINT, rules.COORDINATES_OUT_OF_RANGE, rules.OUTSIDE_THE_EXTENT,
        rules.UNKNOWN_PLACE, rules.TEXT_TOO_LONG, rules.LOOKS_LIKE_A_FORMULA, rules.PERSONAL_DATA_STRONG,
        rules.PERSONS_NEVER_KEPT, rules.UNREADABLE_NUMBER, rules.COST_OUT_OF_RANGE,
    ]  # fmt: skip
    assert {sentence.code for sentence in expected if sentence.say() not in heard} == set()
