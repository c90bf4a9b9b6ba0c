"""Analyses over the API: what a page shows, to whom it shows it, with the same numbers protected."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cause_analysis.models import Evidence
from partners.models import Collaboration
from tests import factories as make
from tests.cause_analysis.causes_cast import METHOD, AnalysisWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    world = AnalysisWorld()
    world.answer_method()
    world.root = world.cause("Platsen ger skydd", state="supported")
    world.under = world.cause("Lokalerna står tomma", parent=world.root, is_direct=False)
    world.gone = world.cause("Borttagen", removed_at=timezone.now())
    world.selection = world.evidence(
        world.root, kind=Evidence.Kind.SELECTION, text="Urval", selection="category=SKA",
        figures={"incidents": 3, "without_point": 0, "sensitive": 0}, counted_at=timezone.now(),
    )  # fmt: skip
    world.evidence(world.under, text="Väktarna ser det", strength=3)
    world.evidence(world.root, text="Borttaget", removed_at=timezone.now(), removed_by=world.police)
    return world


def read(client, world, who, path=""):
    client.force_login(world.people[who])
    return client.get(f"/api/v1/analyses/{path}")


def test_it_says_what_the_page_says(client, world):
    make.KnowledgeGapFactory(analysis=world.analysis, text="Vilka köper?")
    make.EventChainLinkFactory(analysis=world.analysis, text="Någon väntar i passagen", cause=world.root)
    said = read(client, world, "police", f"{world.analysis.pk}/").json()
    assert (said["problem"], said["version"], said["adopted_at"], said["causes"]) == (world.problem.pk, 1, None, 2)
    assert [(row["number"], row["text"], row["under"]) for row in said["tree"]] == [
        ("1", "Platsen ger skydd", None), ("1.1", "Lokalerna står tomma", world.root.pk),
    ]  # fmt: skip
    assert [one["text"] for row in said["tree"] for one in row["evidence"]] == ["Urval", "Väktarna ser det"]
    assert said["tree"][0]["evidence"][0]["events"] == {"value": 3, "status": "shown"}
    assert said["tree"][1]["evidence"][0]["events"] is None
    assert said["method"] == METHOD
    assert [(gap["text"], gap["is_open"]) for gap in said["gaps"]] == [("Vilka köper?", True)]
    assert [(link["text"], link["cause"]) for link in said["chain"]] == [("Någon väntar i passagen", world.root.pk)]


def test_outside_the_circle_the_same_numbers_are_protected_as_on_the_page(client, world):
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    for who in ("council", "coach"):
        said = read(client, world, who, f"{world.analysis.pk}/").json()
        assert said["tree"][0]["evidence"][0]["events"] == {"value": None, "status": "protected"}
    Collaboration.objects.filter(pk=world.here.pk).update(protect_counts_up_to=2)
    # Also a larger one: two selections of one problem may differ by a small number.
    said = read(client, world, "council", f"{world.analysis.pk}/").json()
    assert said["tree"][0]["evidence"][0]["events"] == {"value": None, "status": "protected"}


def test_each_reader_lists_and_reads_the_same_analyses(client, world):
    other = make.CauseAnalysisFactory(problem=make.ProblemFactory(collaboration=world.here, area=world.east))
    for who, seen in {
        "police": {world.analysis.pk}, "coordinator": {world.analysis.pk, other.pk},
        "council": {world.analysis.pk, other.pk}, "coach": set(), "stranger": set(), "reporter": set(),
    }.items():  # fmt: skip
        assert {row["id"] for row in read(client, world, who).json()["results"]} == seen, who
        for analysis in (world.analysis, other):
            expected = 200 if analysis.pk in seen else 404
            assert read(client, world, who, f"{analysis.pk}/").status_code == expected, who


def test_the_list_is_narrowed_and_says_no_to_what_it_does_not_know(client, world):
    make.CauseAnalysisFactory(problem=make.ProblemFactory(collaboration=world.here, area=world.east))
    for query, count in (
        (f"?problem={world.problem.pk}", 1),
        ("?area=east-of-nowhere", 0),
        ("?collaboration=ekstad", 2),
    ):
        assert len(read(client, world, "coordinator", query).json()["results"]) == count, query
    assert read(client, world, "coordinator", "?problem=x").status_code == 400
    client.force_login(world.people["coordinator"])
    assert client.post(f"/api/v1/analyses/{world.analysis.pk}/", {}).status_code == 405


def test_the_questions_to_the_database_do_not_grow_with_the_tree(client, world):
    def asked():
        with CaptureQueriesContext(connection) as questions:
            assert read(client, world, "police", f"{world.analysis.pk}/").status_code == 200
        return len(questions)

    asked()
    few = asked()
    for number in range(40):
        world.evidence(world.cause(f"Orsak {number}", parent=world.root), text=f"Belägg {number}")
    assert asked() == few
