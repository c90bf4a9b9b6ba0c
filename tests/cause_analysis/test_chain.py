"""The chain of events: its own order, where somebody can step in, and the causes its links point at."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cause_analysis.causes.actions import adopt_analysis, begin_analysis, remove_cause
from cause_analysis.chain import actions, queries
from cause_analysis.models import EventChainLink
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld

MOPED = ["Behov av en moped", "Den stjäls", "Den trimmas", "Den körs"]


@pytest.fixture
def world(db):
    world = AnalysisWorld()
    world.links = [make.EventChainLinkFactory(analysis=world.analysis, text=text) for text in MOPED]
    return world


@pytest.fixture
def ask(client, world):
    def do(who, name="analysis_chain", *args, query="", **body):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, world.problem.number, *args]) + query
        return client.post(address, body) if body else client.get(address)

    return do


def chain(world):
    return [link.text for link in queries.links_of(world.analysis)]


def text_of(page):
    return " ".join(page.content.decode().split())


def said(link, **values):
    kept = {"row_version": link.row_version, "text": link.text, **values}
    return {f"link{link.pk}-{name}": value for name, value in kept.items()}


def test_a_new_link_comes_last_and_may_point_at_a_cause(world):
    cause = world.cause()
    link = actions.add_link(
        by=world.police, analysis=world.analysis, text="Den stör", is_intervention_point=True, cause=cause
    )
    assert chain(world) == [*MOPED, "Den stör"]
    assert (link.cause, link.is_intervention_point) == (cause, True)


@pytest.mark.parametrize(
    ("moves", "order"),
    [([(1, "up")], [1, 0, 2, 3]), ([(0, "down"), (0, "down")], [1, 2, 0, 3]), ([(3, "up"), (0, "down")], [1, 0, 3, 2])],
)
def test_links_come_earlier_and_later(world, moves, order):
    for number, direction in moves:
        actions.shift_link(by=world.police, link=world.links[number], direction=direction)
    assert chain(world) == [MOPED[number] for number in order]


@pytest.mark.parametrize(("number", "direction"), [(0, "up"), (3, "down")])
def test_a_step_there_is_no_room_for_is_refused(world, number, direction):
    with pytest.raises(NotPossible):
        actions.shift_link(by=world.police, link=world.links[number], direction=direction)


def test_taken_away_it_is_kept_in_the_history_and_the_others_stay_in_order(world):
    actions.remove_link(by=world.police, link=world.links[1])
    actions.shift_link(by=world.police, link=world.links[3], direction="up")
    assert chain(world) == [MOPED[0], MOPED[3], MOPED[2]]
    assert EventChainLink.objects.count() == 4
    with pytest.raises(NotPossible):
        actions.shift_link(by=world.police, link=world.links[1], direction="up")


def test_a_link_points_only_at_a_cause_that_stands_in_the_analysis(world):
    cause, elsewhere = world.cause(), make.CauseFactory()
    remove_cause(by=world.police, cause=cause)
    for other in (cause, elsewhere):
        with pytest.raises(NotPossible):
            actions.add_link(by=world.police, analysis=world.analysis, text="Den stör", cause=other)


def test_of_two_who_write_in_the_same_link_one_is_told(world):
    link = world.links[0]
    values = {"row_version": 0, "is_intervention_point": False, "cause": None}
    actions.change_link(by=world.police, link=link, text="Någon vill köra", **values)
    with pytest.raises(Conflict) as conflict:
        actions.change_link(by=world.security_lead, link=link, text="Leda", **values)
    assert conflict.value.row.text == "Någon vill köra"
    # Moving it is no writing in it.
    actions.shift_link(by=world.security_lead, link=link, direction="down")
    actions.change_link(by=world.police, link=link, text="Någon vill köra fort", **{**values, "row_version": 1})


@pytest.mark.parametrize("who", ["other_housing", "council", "coach", "reporter"])
def test_only_the_circle_writes(world, who):
    by = world.people[who]
    for change in (
        lambda: actions.add_link(by=by, analysis=world.analysis, text="Den stör"),
        lambda: actions.shift_link(by=by, link=world.links[1], direction="up"),
        lambda: actions.remove_link(by=by, link=world.links[1]),
    ):
        with pytest.raises(NotAllowed), transaction.atomic():
            change()
    assert chain(world) == MOPED


def test_no_link_points_at_a_person(world):
    with pytest.raises(NotPossible):
        actions.add_link(by=world.police, analysis=world.analysis, text="811218-9876 kommer")


def test_an_adopted_chain_never_changes_and_the_next_version_begins_from_it(world):
    cause = world.cause()
    EventChainLink.objects.filter(pk=world.links[1].pk).update(cause=cause, is_intervention_point=True)
    world.answer_method()
    adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    with pytest.raises(NotPossible):
        actions.shift_link(by=world.police, link=world.links[1], direction="up")
    with pytest.raises(DatabaseError), transaction.atomic():
        EventChainLink.objects.update(text="Annat")
    after = begin_analysis(by=world.police, problem=world.problem)
    links = queries.links_of(after)
    assert [link.text for link in links] == MOPED
    assert links[1].is_intervention_point
    assert links[1].cause.copied_from == cause


def test_the_page_by_plain_forms(world, ask):
    cause = world.cause()
    new = {"link-text": "Den stör", "link-cause": str(cause.pk), "link-is_intervention_point": "on"}
    assert ask("police", "chain_add", **new).status_code == 302
    page = text_of(ask("council"))
    assert "Någon kan gripa in i 1 led" in page
    assert cause.text in page
    link = world.links[0]
    assert ask("police", "chain_change", link.pk, **said(link, text="Någon vill köra")).status_code == 302
    page = ask("security_lead", "chain_change", link.pk, **said(link, text="Leda"))
    assert page.status_code == 409
    assert "Någon vill köra" in text_of(page)
    assert "Leda" in text_of(page)
    assert ask("police", "chain_move", link.pk, remove="yes").status_code == 302
    page = ask("security_lead", "chain_change", link.pk, **said(link, text="Leda och behov"))
    assert page.status_code == 422
    assert "Det här sparades inte" in text_of(page)
    assert "Leda och behov" in text_of(page)


def test_readers_find_nothing_to_press(world, ask):
    page = text_of(ask("council", query=f"?link={world.links[0].pk}"))
    assert MOPED[0] in page
    for name, args in (("chain_add", []), ("chain_change", [world.links[0].pk]), ("chain_move", [world.links[0].pk])):
        assert reverse(name, args=["ekstad", world.problem.number, *args]) not in page
