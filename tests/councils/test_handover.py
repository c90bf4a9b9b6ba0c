"""The page for somebody new in the coordinator's role."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from councils.law import actions
from tests import factories as make
from tests.action_plans.cast import PlanWorld

PARTS = ["due", "tried", "unjudged", "escalations", "commitments", "gaps"]


@pytest.fixture
def world(db):
    return PlanWorld()


@pytest.fixture
def page(client, world):
    def ask(who="coordinator"):
        client.force_login(world.people[who])
        answer = client.get(reverse("hand_over", args=[world.here.slug]))
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.content.decode())

    return ask


def part(text, name):
    names = [*PARTS, "keepers"]
    return text.partition(f'id="{name}"')[2].partition(f'id="{names[names.index(name) + 1]}"')[0]


def test_an_empty_collaboration_gets_a_whole_page_that_says_so(client, db):
    seat = make.MembershipFactory(role="coordinator")
    client.force_login(seat.user)
    answer = client.get(reverse("hand_over", args=[seat.organisation.collaboration.slug])).content.decode()
    for said in (
        "Ingen utvärdering är antagen än.", "Ingen åtgärd är avslutad utan utvärdering.",
        "Ingen fråga väntar på en annan nivå.", "Inget krav väntar på svar och inget åtagande är försenat.",
        "Ingen kunskapslucka är öppen.", "Ingen grupp träffas än.",
    ):  # fmt: skip
        assert said in answer
    # All seven duties are missing, and that is what there is to begin with.
    assert "Börja här: 7 saker" in answer


def fill(world):
    """One of each, and of each one that does not belong on the page."""
    today = timezone.localdate()
    for paragraph in (4, 5):
        actions.decide_duty(
            by=world.coordinator, collaboration=world.here, paragraph=paragraph, registry_number="KS 1",
            decided_by_body="executive_board", decided_on=today - dt.timedelta(days=800 if paragraph == 4 else 10),
        )  # fmt: skip
    world.over = world.measure(title="Stäng bakdörren", state="carried_out")
    world.running = world.measure(title="Värdar på torget", state="ongoing")
    council = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    member = world.people["police"].memberships.get()
    local = make.GroupFactory(collaboration=world.here, name="EST Väster")
    make.GroupMemberFactory(group=local, membership=member, deputy=world.people["security_lead"].memberships.get())
    world.question = make.EscalationFactory(
        collaboration=world.here, from_group=world.group, to_group=council, area=world.west,
        question="Vem betalar lamporna?", answer_by=today + dt.timedelta(days=5),
    )  # fmt: skip
    world.gap = make.KnowledgeGapFactory(analysis=world.analysis, text="Vem låser passagen?")
    make.KnowledgeGapFactory(analysis=world.analysis, text="Redan besvarad", closed_at=timezone.now(), answer="Vakten.")


def test_what_is_open_stands_there_with_a_link_and_what_is_not_does_not(page, world):
    fill(world)
    text = page()
    assert "§ 4" in part(text, "due")
    assert "§ 5" not in part(text, "due")
    assert f'href="{reverse("duty", args=["ekstad", 4])}"' in part(text, "due")
    assert "Stäng bakdörren" in part(text, "unjudged")
    assert "Värdar på torget" not in text
    assert "Vem betalar lamporna?" in part(text, "escalations")
    assert "Vem låser passagen?" in part(text, "gaps")
    assert "Redan besvarad" not in text
    groups = text.partition('id="groups"')[2]
    assert "ersättare: security lead, Bostadsbolaget" in groups
    assert "coordinator, Kommunen" in text.partition('id="keepers"')[2].partition('id="groups"')[0]


def test_nobody_sees_more_than_their_other_pages_show(page, world):
    fill(world)
    # The other company works in East alone.
    text = page("other_housing")
    for said in ("Stäng bakdörren", "Vem betalar lamporna?", "Vem låser passagen?"):
        assert said in page("council")
        assert said not in text


def test_more_of_everything_asks_no_more_of_the_database(page, world):
    def asked():
        with CaptureQueriesContext(connection) as found:
            page()
        return len(found)

    fill(world)
    asked()
    few = asked()
    for number in range(4):
        world.measure(title=f"Avslutad {number}", state="carried_out")
        make.KnowledgeGapFactory(analysis=world.analysis, text=f"Fråga {number}")
        group = make.GroupFactory(collaboration=world.here, name=f"Grupp {number}")
        make.GroupMemberFactory(group=group, membership=world.people["police"].memberships.get())
    assert asked() == few
