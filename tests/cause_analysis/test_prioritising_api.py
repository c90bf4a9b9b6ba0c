"""Rounds of prioritisation over the API: what the page shows, to whom it shows it, and nothing of silent scores."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cause_analysis.models.prioritising import PrioritisationRound
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld
from tests.world import PEOPLE

WHY = "Trasdocka i trapphuset."


@pytest.fixture
def world(db):
    world = AnalysisWorld()
    world.round = make.PrioritisationRoundFactory(group=world.group)
    world.row = make.RoundProblemFactory(round=world.round, problem=world.problem)
    make.ScoreFactory(round_problem=world.row, seat=world.seat, value=3, reason=WHY, scored_by=world.police)
    return world


def read(client, world, who, path=""):
    client.force_login(world.people[who])
    return client.get(f"/api/v1/prioritisations/{path}")


def show(world):
    PrioritisationRound.objects.filter(pk=world.round.pk).update(status="shown", shown_at=timezone.now())


def test_nothing_of_silent_scores_is_told_to_anybody(client, world):
    for person in PEOPLE:
        for path in ("", f"{world.round.pk}/"):
            said = read(client, world, person, path)
            assert WHY not in said.content.decode()
            assert '"value"' not in said.content.decode()
    own = read(client, world, "police", f"{world.round.pk}/").json()
    assert (own["status"], own["shown_at"]) == ("scoring", None)
    assert [(row["problem"], row["scores"]) for row in own["problems"]] == [(world.problem.pk, [])]
    show(world)
    assert WHY in read(client, world, "police", f"{world.round.pk}/").content.decode()


def test_it_says_what_the_page_says(client, world):
    show(world)
    world.row.decision, world.row.reason, world.row.decided_at = "first", "Det drabbar flest.", timezone.now()
    world.row.save()
    said = read(client, world, "council", f"{world.round.pk}/").json()
    (row,) = said["problems"]
    assert (said["group"], row["decision"], row["reason"]) == ("Beredningsgruppen", "first", "Det drabbar flest.")
    (score,) = row["scores"]
    assert (score["criterion"], score["value"], score["reason"]) == ("common", 3, WHY)
    assert "Polisen" in score["seat"]


def test_rounds_are_read_by_those_who_read_their_page(client, world):
    show(world)
    for person in PEOPLE:
        client.force_login(world.people[person])
        page = client.get(f"/ekstad/prioritisation/{world.round.pk}/").status_code
        listed = [row["id"] for row in read(client, world, person).json()["results"]]
        whole = read(client, world, person, f"{world.round.pk}/").status_code
        assert (listed == [world.round.pk], whole == 200) == (page == 200, page == 200), person


def test_a_coach_with_a_seat_reads_no_more_than_on_the_page(client, world):
    make.GroupMemberFactory(group=world.group, membership=world.people["coach"].memberships.get())
    show(world)
    assert read(client, world, "coach").json() == {"results": []}
    assert read(client, world, "coach", f"{world.round.pk}/").status_code == 404


def test_filters(client, world):
    assert read(client, world, "coordinator", "?status=shown&collaboration=ekstad").json() == {"results": []}
    assert len(read(client, world, "coordinator", "?status=scoring&collaboration=ekstad").json()["results"]) == 1
    assert read(client, world, "coordinator", "?status=klar").status_code == 400


def test_many_problems_and_scores_ask_no_more(client, world):
    show(world)
    client.force_login(world.people["coordinator"])
    client.get(f"/api/v1/prioritisations/{world.round.pk}/")

    def asked():
        with CaptureQueriesContext(connection) as questions:
            assert client.get(f"/api/v1/prioritisations/{world.round.pk}/").status_code == 200
        return len(questions)

    few = asked()
    for number in range(5):
        problem = make.ProblemFactory(collaboration=world.here, area=world.west, number=50 + number)
        row = make.RoundProblemFactory(round=world.round, problem=problem)
        make.ScoreFactory(round_problem=row, seat=world.seat)
    assert asked() == few
