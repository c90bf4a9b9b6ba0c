"""Two tabs, things that have ended, and points that are purged beneath an evaluation nobody has adopted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from action_plans.evaluating.series import counts_of
from action_plans.evaluating.zones import design_of
from action_plans.measures.actions import abort
from action_plans.models import EvaluationPlan, Measure
from areas.models import Area, Place
from followup.evaluations import actions
from followup.models import Evaluation
from incidents.models import Incident
from incidents.retention import purge_to_statistics
from tests import factories as make
from tests.followup.evaluated import AFTER, BEFORE, JUDGED, TODAY, EvaluatedWorld
from tests.followup.test_evaluations import adopted

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return EvaluatedWorld()


def at(world, name, evaluation, *more):
    return reverse(name, args=[world.here.slug, evaluation.number, *more])


def test_the_second_tab_is_told_that_the_evaluation_is_adopted(world, client):
    world.halved()
    evaluation = adopted(world, world.begun())
    other = make.GroupFactory(collaboration=world.here, name="Andra gruppen")
    client.force_login(world.coordinator)
    said = {
        "evaluation_lesson": {"text": "Lampan tänds för sent", "about": "method"},
        "evaluation_adopt": {"group": other.pk, "row_version": evaluation.row_version, "seen": evaluation.headline},
        "evaluation_judge": {**JUDGED, "row_version": evaluation.row_version, "outcome": "unclear"},
    }
    for name, body in said.items():
        page = client.post(at(world, name, evaluation), body, follow=True)
        assert page.redirect_chain, name
        assert [message.level_tag for message in page.context["messages"]] == ["error"], name
    # The same press again, with the group that has adopted it, is no fault.
    again = client.post(
        at(world, "evaluation_adopt", evaluation), {**said["evaluation_adopt"], "group": world.group.pk}
    )
    assert again.status_code == 302
    assert Evaluation.objects.filter(pk=evaluation.pk).values("lessons", "adopted_by_group").get() == {
        "lessons": None, "adopted_by_group": world.group.pk,
    }  # fmt: skip


@pytest.mark.parametrize("gone", ["area", "place", "treated", "everything compared", "measure", "reports"])
def test_it_is_computed_and_read_whatever_has_ended_since(world, client, gone):
    world.halved()
    plan = world.done.evaluation_plan
    other = make.PlaceFactory(collaboration=world.here, name="Busshållplatsen", area=world.east)
    make.EvaluationComparisonPlaceFactory(evaluation_plan=plan, place=other)
    evaluation = world.begun()
    if gone == "area":
        Area.objects.filter(pk=world.east.pk).update(valid_to=dt.date(2025, 6, 1))
    elif gone == "place":
        Place.objects.filter(pk=other.pk).update(is_active=False)
    elif gone == "treated":
        Place.objects.filter(pk=world.square.pk).update(is_active=False)
    elif gone == "everything compared":
        plan.comparison_areas.all().delete()
        plan.comparison_places.all().delete()
    elif gone == "measure":
        Measure.objects.filter(pk=world.done.pk).update(state="ongoing")
        abort(by=world.coordinator, measure=Measure.objects.get(pk=world.done.pk), reason="Pengarna tog slut")
    else:
        Incident.objects.all().delete()
    evaluation = actions.compute(Evaluation.objects.get(pk=evaluation.pk), today=TODAY)
    assert evaluation.headline in {"decreased", "not_assessable"}
    evaluation = adopted(world, evaluation, reason="Siffrorna räcker inte")
    actions.check_again(evaluation, today=dt.date(2026, 7, 2))
    client.force_login(world.coordinator)
    for name in ("evaluation", "evaluation_list"):
        args = [world.here.slug] + ([evaluation.number] if name == "evaluation" else [])
        assert client.get(reverse(name, args=args)).status_code == 200
    assert client.get(reverse("api-evaluation", args=[evaluation.pk])).status_code == 200


def pinned(world, year: int, monthly: int) -> None:
    """Reports with a pin beside the square, tied to no place."""
    for month in range(1, 13):
        for _ in range(monthly):
            make.IncidentFactory(
                at=dt.datetime(year, month, 10, 12, tzinfo=dt.UTC), lon=world.square.lon, lat=world.square.lat,
                category=world.category, organisation=world.municipality, area=world.west,
            )  # fmt: skip


def purge(world, year: int) -> None:
    ids = Incident.objects.filter(occurred_on__year=year).values_list("pk", flat=True)
    purge_to_statistics(world.here, list(ids))


def test_points_that_are_purged_make_no_increase(world):
    """What lay at the place in the year before is a number of the whole area then: it is missing, and not zero."""
    pinned(world, 2024, 6)
    pinned(world, 2025, 6)
    for year in (2024, 2025):
        world.reports(year, [2] * 12)
        world.reports(year, [9, 11] * 6, elsewhere=True)
    evaluation = world.begun()
    treated = evaluation.figures["counts"]["treated"]
    assert (treated["before"]["count"], treated["after"]["count"]) == (96, 96)
    found = evaluation.headline
    # With what the plan kept when it was fixed it says the same afterwards.
    plan = EvaluationPlan.objects.get(pk=world.done.evaluation_plan.pk)
    counts = counts_of(design_of(plan), *BEFORE)
    plan.facts = {
        "counted_on": "2025-01-02", "months": [month.isoformat() for month in counts.index], "warnings": [],
        "series": {name: counts[name].tolist() for name in counts.columns if name != "days"},
    }  # fmt: skip
    purge(world, 2024)
    evaluation = actions.compute(evaluation, today=TODAY)
    assert evaluation.headline == "not_assessable"
    assert evaluation.figures["counts"] == {}
    EvaluationPlan.objects.filter(pk=plan.pk).update(facts=plan.facts)
    evaluation = actions.compute(evaluation, today=TODAY)
    assert evaluation.figures["counts"]["treated"] == treated
    assert evaluation.headline == found


def test_a_purge_beside_the_place_leaves_what_is_known_by_its_place(world):
    """Reports that say their place count as before, however many have lost their point."""
    world.halved()
    figures = world.begun().figures
    purge(world, 2024)
    east = Incident.objects.filter(area=world.east)
    assert east.filter(status="purged").exists()
    assert east.filter(place=None).exists()
    again = actions.compute(Evaluation.objects.get(), today=TODAY)
    # Of the area beside only the area is known, and that is all that is asked of it.
    assert again.figures["counts"]["treated"] == figures["counts"]["treated"]
    assert AFTER[0].isoformat() == again.figures["days"]["after"][0]


def test_wrong_hands_learn_nothing(world, client):
    evaluation = world.begun()
    stranger = Client()
    stranger.force_login(world.people["stranger"])
    for name in ("evaluation_lesson", "evaluation_adopt", "evaluation_judge"):
        assert stranger.post(at(world, name, evaluation), {"text": "x"}).status_code == 404
    elsewhere = make.PlaceFactory(name="Någon annanstans")
    client.force_login(world.coordinator)
    page = client.post(
        at(world, "evaluation_lesson", evaluation), {"text": "Ljuset", "about": "place", "place": elsewhere.pk}
    )
    assert page.status_code == 422
    assert evaluation.lessons.count() == 0
