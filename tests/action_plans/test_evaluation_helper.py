"""The evaluation plan's helper: what is like the treated, what is refused, what could be shown, and what misleads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from action_plans.evaluating import drafting, presenters, warnings
from action_plans.evaluating.drafting import Draft, suggested_periods
from action_plans.evaluating.helping import facts_kept, help_with, showable
from action_plans.evaluating.series import counts_of
from action_plans.evaluating.zones import counted_selection
from action_plans.measures import actions as measures
from action_plans.models import EvaluationPlan, Goal
from analysis.evaluation import detectable_reduction
from common.errors import NotPossible
from situational_picture.figures import Source
from tests import factories as make
from tests.action_plans.cast import PlanWorld

pytestmark = pytest.mark.django_db
BEFORE, AFTER = (dt.date(2024, 3, 1), dt.date(2024, 8, 31)), (dt.date(2025, 3, 1), dt.date(2025, 8, 31))
SQUARE = (16.12, 58.585)


class HelperWorld(PlanWorld):
    """A measure at the square in West. Far off lie Ost, which is like it, Syd with ten times as much, and Tom."""

    def __init__(self) -> None:
        super().__init__()
        self.square.lon, self.square.lat = SQUARE
        self.square.area = self.west
        self.square.save()
        self.like, self.much, self.empty = (
            make.AreaFactory(collaboration=self.here, name=name) for name in ("Ost", "Syd", "Tom")
        )
        for number, area in enumerate((self.like, self.much, self.empty)):
            make.BoundaryFactory(area=area, west=16.5 + number / 10, east=16.55 + number / 10)
        self.thing = self.measure(start_on=dt.date(2025, 2, 1), due_on=dt.date(2025, 2, 20))
        for month in range(1, 13):
            for year in (2022, 2023, 2024):
                self.happened(4, year, month, self.west, place=self.square, at=SQUARE)
                self.happened(5, year, month, self.like)
                self.happened(1, year, month, self.empty) if month == 4 else None
            self.happened(12, 2024, month, self.much)

    def happened(self, number, year, month, area, *, at=(16.52, 58.585), **more):
        for day in range(1, number + 1):
            make.IncidentFactory(
                organisation=self.housing,
                area=area,
                category=more.get("category", self.vandalism),
                place=more.get("place"),
                lon=at[0],
                lat=at[1],
                at=dt.datetime(year, month, 2 * day, 12, tzinfo=dt.UTC),
            )

    def drafted(self, **more):
        said = {
            "measure": self.thing,
            "selection": counted_selection(""),
            "places": (self.square,),
            "areas": (),
            "compared_places": (),
            "ring_m": 200,
            "before": BEFORE,
            "after": AFTER,
            **more,
        }
        return Draft(**said)

    def help(self, **more):
        return help_with(self.drafted(**more), now=timezone.now())


@pytest.fixture
def world(db):
    with translation.override("sv"):
        yield HelperWorld()


def by_key(found):
    return {one.thing.name: one for one in found.candidates}


def codes(found):
    return [one["code"] for one in found.warnings]


def test_what_is_like_comes_first_with_numbers_counted_by_hand(world):
    found = world.help()
    names = by_key(found)
    assert [one.name for one in found.candidates if not one.refused][:2] == ["Ost", "Syd"]
    like = names["Ost"].likeness
    # Six months before: 24 at the square, 30 in Ost, 72 in Syd.
    assert (found.treated, like.count, names["Syd"].likeness.count) == (24, 30, 72)
    assert like.level == pytest.approx(30 / 24)
    assert like.mix == 1
    assert names["Tom"].refused == "too_few"
    assert names["Väster"].refused == "treated"


def test_the_places_and_areas_the_ring_touches_and_where_others_work_are_refused_with_the_reason(world):
    make.PlaceFactory(collaboration=world.here, area=world.west, name="Trappan", lon=16.1225, lat=58.585)
    stop = make.PlaceFactory(collaboration=world.here, area=world.like, name="Hållplatsen", lon=16.53, lat=58.585)
    for month in range(3, 9):
        world.happened(3, 2024, month, world.like, place=stop, at=(16.53, 58.585))
    other = make.MeasureFactory(
        plan__area=world.much, state="ongoing", start_on=dt.date(2024, 5, 1), due_on=dt.date(2024, 5, 31)
    )
    names = by_key(world.help())
    assert names["Trappan"].refused == "ring"
    assert names["Hållplatsen"].refused == ""
    assert (names["Syd"].refused, [one.pk for one in names["Syd"].measures]) == ("measure", [other.pk])
    # Over before the periods begin, it is nobody's hindrance; and one that is not decided never was.
    other.due_on = dt.date(2024, 2, 28)
    other.start_on = dt.date(2024, 2, 1)
    other.save()
    make.MeasureFactory(plan__area=world.like, state="proposed", start_on=dt.date(2024, 5, 1))
    names = by_key(world.help())
    assert names["Syd"].refused == names["Ost"].refused == ""
    assert "Ringen når dit" in presenters.refusal_words(names["Trappan"])
    # A border within the ring is enough for an area.
    make.BoundaryFactory(area=make.AreaFactory(collaboration=world.here, name="Grannen"), west=16.1225, east=16.13)
    assert by_key(world.help())["Grannen"].refused == "ring"


def test_what_is_refused_cannot_be_chosen_by_hand_either_and_nothing_is_counted_twice(world):
    stop = make.PlaceFactory(collaboration=world.here, area=world.like, name="Hållplatsen", lon=16.53, lat=58.585)
    said = {
        "indicator": "rapporter", "ring_m": 200, "before_from": BEFORE[0], "before_to": BEFORE[1],
        "after_from": AFTER[0], "after_to": AFTER[1], "decision_rule": "Annars slutar vi.",
        "treated_places": [world.square],
    }  # fmt: skip

    def write(**more):
        return measures.write_evaluation_plan(by=world.coordinator, measure=world.thing, row_version=0, **said, **more)

    make.MeasureFactory(plan__area=world.much, state="ongoing", start_on=dt.date(2024, 5, 1))
    for areas, places, field in (
        ([world.much], [], "comparison_areas"),
        ([world.like], [stop], "comparison_places"),
        ([world.like, make.AreaFactory(collaboration=world.here, parent=world.like)], [], "comparison_areas"),
    ):
        with pytest.raises(NotPossible) as refused:
            write(comparison_areas=areas, comparison_places=places)
        assert list(refused.value.message_dict) == [field]
    assert not EvaluationPlan.objects.exists()
    plan = write(comparison_areas=[world.like])
    assert (plan.facts["treated"], plan.facts["control"]) == (24, 30)
    assert plan.facts["units"] == [{"key": f"area-{world.like.pk}", "name": "Ost", "count": 30}]


def test_what_could_be_shown_is_reckoned_from_the_period_before_and_weighed_to_the_level(world):
    found = world.help(areas=(world.like,))
    # 24 at the square and 30 in Ost: the chance of Ost is that of 24²/30 events at the square's level.
    weighed = 24**2 / 30
    shown = [detectable_reduction(24, weighed, power=power) for power in (0.5, 0.8)]
    assert [found.showable.half, found.showable.eight_of_ten] == shown
    assert None not in shown
    assert presenters.headline(found)["tone"] == "success"
    # Half as long after: half as many events to show anything with.
    shorter = world.drafted(areas=(world.like,), after=(dt.date(2025, 3, 1), dt.date(2025, 5, 31)))
    counts = counts_of(shorter.design(), BEFORE[0], BEFORE[1])
    share = 92 / 184
    keys = [f"area-{world.like.pk}"]
    assert showable(shorter, counts, keys).half == detectable_reduction(24 * share, weighed * share, power=0.5)


def test_where_nothing_could_be_shown_it_is_said_what_would_be_needed(world):
    spring = {
        "before": (dt.date(2024, 3, 1), dt.date(2024, 5, 31)),
        "after": (dt.date(2025, 3, 1), dt.date(2025, 5, 31)),
    }
    found = world.help(areas=(world.like,), **spring)
    weighed = 12**2 / 15
    assert found.showable.eight_of_ten is None
    assert {"coin_toss", "too_few"} & set(codes(found))
    months = found.showable.months
    for longer, is_enough in ((months, True), (months - 1, False)):
        share = detectable_reduction(12 * longer / 3, weighed * longer / 3, power=0.8)
        assert (share is not None) == is_enough
    headline = presenters.headline(found)
    assert headline["tone"] == "warning"
    assert f"{months} månader före" in headline["text"]


def test_nothing_to_compare_with_promises_nothing(world):
    found = world.help()
    assert found.showable == type(found.showable)(None, None)
    assert "no_comparison" in codes(found)
    assert facts_kept(found)["control"] is None


def test_fewer_than_three_comparisons_are_said_to_be_few_and_three_are_not(world):
    more = [make.AreaFactory(collaboration=world.here, name=f"Till {number}") for number in range(2)]

    def few(*areas):
        found = world.help(areas=areas)
        return [one for one in found.warnings if one["code"] == "few_comparisons"], facts_kept(found)

    assert few()[0] == []
    assert [few(*areas)[0][0]["number"] for areas in ([world.like], [world.like, more[0]])] == [1, 2]
    (one,), kept = few(world.like)
    assert "tre eller fler" in presenters.warning_words(one)
    # Whoever is about to decide reads it beside the plan, in the circle or not.
    for is_in_circle in (True, False):
        assert presenters.warning_words(one) in presenters.kept_words(kept, is_in_circle=is_in_circle)
    assert few(world.like, *more)[0] == []


def test_a_plan_that_counts_other_reports_than_the_goal_is_warned_of(world):
    goal = make.GoalFactory(
        plan=world.thing.plan, measured=Goal.Measured.REPORTS, selection="category=SKA&category=DRO"
    )
    assert "not_as_goal" not in codes(world.help())
    make.MeasureGoalFactory(measure=world.thing, goal=goal)
    assert "not_as_goal" in codes(world.help())
    # In another order, and wherever the goal counts them, they are the same reports.
    same = counted_selection("category=DRO&category=SKA")
    found = world.help(selection=same)
    assert "not_as_goal" not in codes(found)
    assert "andra rapporter" in " ".join(presenters.kept_words(facts_kept(world.help()), is_in_circle=False))


def test_where_places_are_treated_places_are_offered_first(world):
    stop = make.PlaceFactory(collaboration=world.here, area=world.like, name="Hållplatsen", lon=16.53, lat=58.585)
    for month in range(3, 9):
        world.happened(3, 2024, month, world.like, place=stop, at=(16.53, 58.585))
    circle = presenters.circle_of(world.coordinator, world.drafted())
    kinds = {}
    for places in ((world.square,), ()):
        found = world.help(places=places)
        kinds[len(places)] = [row["kind"] for row in presenters.candidate_rows(found, circle, [])["offered"]]
    assert kinds[1][:2] == ["place", "area"]
    assert set(kinds[0]) == {"area"}


def test_a_place_chosen_for_a_bad_year_is_warned_of_and_a_usual_one_is_not(world):
    assert "peak" not in codes(world.help())
    for month in range(3, 9):
        world.happened(5, 2024, month, world.west, place=world.square, at=SQUARE)
    found = world.help()
    (peak,) = [one for one in found.warnings if one["code"] == "peak"]
    # 54 where 24 were usual.
    assert (peak["count"], peak["expected"]) == (54, 24.0)
    assert peak["by_itself"] == pytest.approx(30 / 54, abs=0.01)
    assert "no_history" in codes(world.help(before=(dt.date(2022, 3, 1), dt.date(2022, 8, 31))))


def test_other_measures_at_the_treated_place_are_named_to_whoever_reads_them(world):
    assert "other_measures" not in codes(world.help())
    other = world.measure(title="Fler lampor", state="ongoing", start_on=dt.date(2025, 1, 1), due_on=None)
    make.MeasurePlaceFactory(measure=other, place=world.square)
    elsewhere = world.measure(title="På annan plats", state="ongoing", start_on=dt.date(2025, 1, 1))
    make.MeasurePlaceFactory(
        measure=elsewhere, place=make.PlaceFactory(collaboration=world.here, area=world.west, lon=16.13)
    )
    found = world.help()
    (one,) = [one for one in found.warnings if one["code"] == "other_measures"]
    assert one["measures"] == [other.pk]
    (row,) = [
        row for row in presenters.warning_rows(world.officer, [one], world.thing) if row["code"] == "other_measures"
    ]
    assert [link["text"] for link in row["links"]] == ["Fler lampor"]
    stranger = make.UserFactory()
    assert presenters.warning_rows(stranger, [one], world.thing)[0]["links"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"after": (dt.date(2025, 9, 1), dt.date(2026, 2, 28))}, "season"),
        ({"before": (dt.date(2024, 3, 4), dt.date(2024, 8, 31))}, "not_whole_months"),
        ({"before": (dt.date(2024, 9, 1), dt.date(2025, 2, 28))}, "before_has_begun"),
        ({"after": (dt.date(2025, 1, 1), dt.date(2025, 6, 30))}, "after_begins_early"),
        ({"before": (dt.date(2021, 9, 1), dt.date(2022, 2, 28))}, "lacks"),
    ],
)
def test_periods_that_mislead_are_warned_of_and_good_ones_are_not(world, change, code):
    about = {"not_whole_months", "season", "before_has_begun", "after_begins_early", "lacks", "before_runs", "purged"}
    assert not about & set(codes(world.help()))
    assert code in codes(world.help(**change))


def test_months_before_the_sources_begin_are_named(world):
    found = world.help(before=(dt.date(2021, 9, 1), dt.date(2022, 2, 28)))
    (one,) = [one for one in found.warnings if one["code"] == "lacks"]
    assert one["months"] == ["2021-09-01", "2021-10-01", "2021-11-01", "2021-12-01"]
    assert "september–december 2021" in presenters.warning_words(one)


SOURCE = Source(False, dt.date(2015, 1, 1), dt.date(2026, 11, 20), frozenset())


@pytest.mark.parametrize(
    ("values", "before", "after"),
    [
        # Done once: it works when it is done; the months before are those of the year before it began.
        (
            {"start_on": dt.date(2018, 3, 5), "due_on": dt.date(2018, 5, 31)},
            (dt.date(2016, 6, 1), dt.date(2017, 5, 31)),
            (dt.date(2018, 6, 1), dt.date(2019, 5, 31)),
        ),
        # Done again and again: it works from its start.
        (
            {"start_on": dt.date(2018, 3, 1), "due_on": dt.date(2019, 12, 31), "recurrence": "weekly"},
            (dt.date(2017, 3, 1), dt.date(2018, 2, 28)),
            (dt.date(2018, 3, 1), dt.date(2019, 2, 28)),
        ),
    ],
)
def test_the_suggested_periods_are_whole_months_of_the_same_season(world, values, before, after):
    measure = world.measure(**values)
    assert suggested_periods(measure, SOURCE, today=dt.date(2018, 1, 15)) == (before, after)
    assert drafting.are_same_season(before, after)


def test_half_a_year_is_suggested_where_the_sources_do_not_reach_back_over_one(world):
    short = Source(False, dt.date(2016, 6, 1), dt.date(2026, 11, 20), frozenset())
    measure = world.measure(start_on=dt.date(2017, 5, 10), due_on=dt.date(2017, 5, 31))
    before, after = suggested_periods(measure, short, today=dt.date(2017, 5, 1))
    assert (before, after) == (
        (dt.date(2016, 6, 1), dt.date(2016, 11, 30)),
        (dt.date(2017, 6, 1), dt.date(2017, 11, 30)),
    )


def test_reporting_that_changes_within_the_period_is_warned_of(world, monkeypatch):
    shares = {world.west.pk: (90, 60), world.like.pk: (40, 45)}
    monkeypatch.setattr(warnings, "_answered", lambda area, *more: shares[area.pk])
    found = warnings.about_reporting(world.drafted(areas=(world.like,)), SOURCE, now=timezone.now())
    assert [(one["code"], one["name"]) for one in found] == [
        ("reporting_changed", world.west.name),
        ("reporting_differs", "Ost"),
    ]
    shares |= {world.west.pk: (90, 85), world.like.pk: None}
    assert warnings.about_reporting(world.drafted(areas=(world.like,)), SOURCE, now=timezone.now()) == []


def test_the_share_that_answered_is_counted_unit_by_unit(world):
    unit = make.ReportingUnitFactory(
        unit=make.UnitFactory(organisation=world.housing), valid_from=dt.date(2024, 1, 1), collaboration=world.here
    )
    # The housing company reports in each month: in every week of some of them.
    own = warnings._answered(world.west, BEFORE, SOURCE, timezone.now())
    assert own is not None
    assert all(0 < share <= 100 for share in own)
    unit.valid_from = dt.date(2024, 8, 20)
    unit.save()
    assert warnings._answered(world.west, BEFORE, SOURCE, timezone.now()) is None


# --- The page ---------------------------------------------------------------------------------------------------------


def said(world, **more):
    return {
        "row_version": 0, "indicator": "rapporter om skador", "treated_places": [world.square.pk], "ring_m": 200,
        "before_from": "2024-03-01", "before_to": "2024-08-31", "after_from": "2025-03-01", "after_to": "2025-08-31",
        "decision_rule": "Är det inte färre slutar vi.", **more,
    }  # fmt: skip


def test_one_press_takes_a_proposal_and_the_page_says_what_could_be_shown(world, client):
    client.force_login(world.coordinator)
    measures.choose_places(by=world.coordinator, measure=world.thing, places=[world.square])
    address = reverse("measure_evaluation", args=["ekstad", world.thing.pk])
    first = client.get(address)
    assert first.context["form"].initial["treated_places"] == [world.square.pk]
    assert first.context["headline"]["tone"] == "info"
    names = [row["name"] for row in first.context["candidates"]["offered"]]
    assert names[0] == "Ost"
    assert "tre eller fler" in first.content.decode()
    # Looked at before it is saved, with nothing written in the last field: nothing is called wrong, nothing is stored.
    looked = client.post(address, said(world, comparison_areas=[world.like.pk], decision_rule="", show="1"))
    assert looked.status_code == 200
    assert looked.context["form"].errors == {}
    assert looked.context["headline"]["tone"] == "success"
    assert not EvaluationPlan.objects.exists()
    page = client.post(address, said(world, comparison_areas=[world.like.pk]))
    assert page.status_code == 302
    assert EvaluationPlan.objects.get().facts["control"] == 30
    shown = client.get(reverse("measure_detail", args=["ekstad", world.thing.pk]))
    assert shown.context["evaluation_kept"]


def test_the_small_counts_of_others_areas_are_protected_and_their_months_not_told(world, client):
    for month in range(3, 9):
        world.happened(1, 2024, month, world.empty, category=world.vandalism)
    measures.choose_places(by=world.coordinator, measure=world.thing, places=[world.square])
    address = reverse("measure_evaluation", args=["ekstad", world.thing.pk])
    for who, text, is_hidden in ((world.coordinator, "30", False), (world.officer, "minst 30", True)):
        client.force_login(who)
        page = client.post(address, said(world, comparison_areas=[world.like.pk], show="1"))
        rows = {row["label"]: row["text"] for row in page.context["counts"]}
        assert rows["Jämförs: Ost"] == text
        assert page.context["shape"]["is_hidden"] is is_hidden
        assert len(page.context["shape"]["columns"]) == (2 if is_hidden else 3)
    circle = presenters.circle_of(world.officer, world.drafted())
    assert [circle.words(count, [world.like.pk]) for count in (0, 3, 9, 12)] == ["skyddat"] * 3 + ["minst 10"]
    assert [circle.words(count, [world.west.pk]) for count in (0, 3)] == ["0", "3"]


def test_a_fixed_plan_is_changed_on_the_page_by_a_coordinator_with_a_reason(world, client):
    measure = world.decidable(start_on=dt.date(2025, 2, 1), due_on=dt.date(2025, 2, 20))
    address = reverse("measure_evaluation", args=["ekstad", measure.pk])
    client.force_login(world.coordinator)
    assert client.post(address, said(world, comparison_areas=[world.like.pk])).status_code == 302
    gate = client.get(reverse("measure_detail", args=["ekstad", measure.pk]))
    assert gate.context["decides"] is True
    assert "tre eller fler" in gate.context["evaluation_few"]
    measures.decide(by=world.coordinator, measure=measure, group=world.group)
    client.force_login(world.officer)
    assert client.get(address).status_code == 403
    client.force_login(world.coordinator)
    without = client.post(address, said(world, row_version=1, ring_m=300))
    assert without.status_code == 422
    assert list(without.context["form"].errors) == ["reason"]
    assert client.post(address, said(world, row_version=1, ring_m=300, reason="Ny gräns.")).status_code == 302
    page = client.get(reverse("measure_detail", args=["ekstad", measure.pk])).content.decode()
    assert "Ny gräns." in page
    assert "Låst " in page


def test_other_systems_are_told_the_same_as_the_page_and_no_small_counts(world, client):
    measures.choose_places(by=world.coordinator, measure=world.thing, places=[world.square])
    address = reverse("api-measure-evaluation", args=[world.thing.pk])
    client.force_login(world.officer)
    suggested = client.get(address).json()
    assert suggested["eight_of_ten"] is None
    assert suggested["counted"]["treated_places"] == [world.square.pk]
    names = [one["name"] for one in suggested["candidates"] if not one["refused"]]
    assert names[0] == "Ost"
    # A year before: 60 events in Ost, where the officer does not work.
    assert "minst 60" in next(one["words"] for one in suggested["candidates"] if one["name"] == "Ost")
    client.post(
        reverse("measure_evaluation", args=["ekstad", world.thing.pk]), said(world, comparison_areas=[world.like.pk])
    )
    written = client.get(address).json()
    assert written["counted"]["before_from"] == "2024-03-01"
    assert [one["area"] for one in written["candidates"] if one["is_chosen"]] == [world.like.slug]
    assert written["eight_of_ten"] == EvaluationPlan.objects.get().facts["showable"]["eight_of_ten"]
    kept = client.get(reverse("api-measure", args=[world.thing.pk])).json()["evaluation_plan"]["said"]
    assert any("åtta gånger av tio" in sentence for sentence in kept)


def test_other_systems_write_the_plan_by_the_rules_of_the_page(world, client):
    address = reverse("api-measure-evaluation", args=[world.thing.pk])
    stop = make.PlaceFactory(collaboration=world.here, area=world.like, name="Hållplatsen", lon=16.53, lat=58.585)
    sent = {**said(world), "comparison_areas": [world.like.slug]}
    client.force_login(world.officer)

    def send(**others):
        return client.post(address, {**sent, **others}, content_type="application/json")

    twice = send(comparison_places=[stop.pk])
    assert twice.status_code == 409
    assert "Hållplatsen" in twice.json()["detail"]
    assert send(comparison_areas=["finns-inte"]).status_code == send(treated_places=[2**40]).status_code == 404
    assert send(before_to="i fjol").status_code == 400
    assert not EvaluationPlan.objects.exists()
    written = send()
    assert written.status_code == 200
    plan = written.json()["evaluation_plan"]
    assert (plan["comparison_areas"], plan["row_version"]) == ([world.like.slug], 1)
    assert any("tre eller fler" in sentence for sentence in plan["said"])
    # Whoever has not read what stands there does not write over it.
    assert send(ring_m=300).status_code == 409
    assert send(ring_m=300, row_version=1).json()["evaluation_plan"]["ring_m"] == 300


def test_the_map_has_the_treated_hexagons_and_the_ring(world, client):
    client.force_login(world.officer)
    address = reverse("measure_evaluation_map", args=["ekstad", world.thing.pk])
    shapes = client.get(address, {"place": world.square.pk, "ring": 200}).json()["features"]
    assert [one["properties"]["is_current"] for one in shapes] == [False, True]
    whole = client.get(address, {"ring": 200}).json()["features"]
    assert [one["properties"]["is_current"] for one in whole] == [False]
    assert client.get(address, {"ring": "x", "place": "y"}).json()["features"] == []


def test_as_many_questions_however_much_there_is_to_compare_with(world, django_assert_max_num_queries):
    def ask():
        with django_assert_max_num_queries(25) as found:
            world.help(areas=(world.like,))
        return len(found)

    def one_more(number):
        area = make.AreaFactory(collaboration=world.here, name=f"Till {number}")
        place = make.PlaceFactory(collaboration=world.here, area=area, lon=17 + number / 10)
        world.happened(3, 2024, 4, area, place=place, at=(17 + number / 10, 58.585))

    one_more(0)
    few = ask()
    for number in range(1, 6):
        one_more(number)
    assert ask() == few
