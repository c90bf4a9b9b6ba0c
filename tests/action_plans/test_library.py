"""The measures library: its pages, what a cause suggests, a collaboration's own cards, and the API."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import parse_qs

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from action_plans.library import actions, queries
from action_plans.library.cards import HEADS, shipped
from action_plans.library.forms import MethodForm
from action_plans.library.suggesting import MOST, cards_for
from action_plans.measures.actions import change_measure
from action_plans.models import Effect, Measure, MethodCard
from audit.models import Event
from cause_analysis.models import Cause, Controller, Side
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.world import PEOPLE
from ui.templatetags.ui import form_errors

READ = {"reporter", "security_lead", "police", "other_housing", "coordinator", "council", "coach"}
SOURCE = {"kind": "trial", "title": "Ett försök i Ekstad", "url": "https://example.org/forsok", "read_on": "2026-03-02"}
FIELDS = {
    "row_version": "0",
    "title": "Värdar på torget",
    "what": "Värdar rör sig på torget på kvällarna.",
    "technique": "SP06",
    "sides": ["place", "target"],
    "controllers": ["guardian"],
    "effect": "promising",
    "strength": "2",
    "evidence": "Färre störningar under försöket.",
    **{f"source0-{name}": value for name, value in SOURCE.items()},
}


@pytest.fixture
def world(db):
    return PlanWorld()


@pytest.fixture
def ask(client, world):
    def do(who, name, *args, query="", body=None):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, *args]) + query
        return client.get(address) if body is None else client.post(address, body)

    return do


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def titles(answer):
    return re.findall(r'library__title"><a[^>]*>([^<]+)<', answer.content.decode())


def add(world, **values):
    given = {
        "title": "Värdar på torget",
        "what": "Värdar rör sig på torget.",
        "sides": ["place"],
        "controllers": ["guardian"],
        **values,
    }
    return actions.add_card(by=world.coordinator, collaboration=world.here, **given)


def about(world, text="Något", **kind):
    """A cause of a kind, as it would stand in the analysis."""
    return Cause(collaboration=world.here, analysis=world.analysis, text=text, **kind)


def rated(**values):
    source = {**SOURCE, "read_on": timezone.localdate()}
    return {"effect": "promising", "strength": 2, "evidence": "Färre störningar.", "sources": [source], **values}


# --- Reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_those_who_take_part_in_plans_read_it(ask, who):
    expected = 200 if who in READ else 404 if who == "stranger" else 403
    assert ask(who, "method_list").status_code == expected
    assert ask(who, "method", "street-lighting").status_code == expected


def test_the_list_shows_every_card_once_with_its_evidence_in_words(ask):
    answer = ask("police", "method_list")
    assert sorted(titles(answer)) == sorted(card.title.replace("'", "&#x27;") for card in queries.shipped())
    said = text_of(answer)
    for effect in Effect:
        if any(card.effect == effect for card in shipped()):
            assert str(effect.label)[1:] in said


def test_each_filter_gives_what_counting_by_hand_gives(ask):
    wanted = {
        "?side=offender": lambda card: "offender" in card.sides,
        "?controller=manager": lambda card: "manager" in card.controllers,
        "?side=place&controller=handler": lambda card: card.serves("place", "handler"),
        "?technique=SP09": lambda card: card.technique == "SP09",
        "?strength=3": lambda card: card.strength == 3,
        "?q=alkohol": lambda card: "alkohol" in queries.text_of(card),
    }
    for query, holds in wanted.items():
        found = {card.title for card in shipped() if holds(card)}
        assert 0 < len(found) < len(shipped())
        assert set(titles(ask("police", "method_list", query=query))) == found


@pytest.mark.parametrize(
    "query",
    [
        "?side=moon",
        "?controller=%00",
        "?technique=SP99'--",
        "?strength=9",
        "?strength=x",
        "?q=" + "x" * 500,
        "?q=%00",
        "?side=place&side=x",
    ],
)
def test_a_filter_that_cannot_be_read_breaks_nothing(ask, query):
    assert ask("police", "method_list", query=query).status_code == 200


def test_words_are_shown_as_words(ask):
    said = ask("police", "method_list", query="?q=<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in said


@pytest.mark.parametrize("card", shipped(), ids=lambda card: card.key)
def test_every_card_has_a_page_with_its_sources_and_the_day_they_were_read(ask, card):
    said = text_of(ask("reporter", "method", card.key))
    for source in card.sources:
        assert source.url.replace("&", "&amp;") in said
    assert "2026" in said


def test_a_head_no_source_speaks_of_says_so(ask):
    missing = next(card for card in shipped() if "economy" not in card.heads)
    with translation.override("sv"):
        answer = ask("police", "method", missing.key)
    told = text_of(answer).partition("Det här säger källorna vi har läst inget om")[2].partition("</ul>")[0]
    assert str(HEADS["economy"]) in told
    # What the sources do say stands by itself, and nothing is said twice.
    assert not [head["title"] for head in answer.context["heads"] if head["text"] and f"<li>{head['title']}" in told]


@pytest.mark.parametrize("key", ["nothing", "own-1", "own-0", "own-999999999999999999999", "own-"])
def test_a_card_that_is_not_there_is_not_found(ask, key):
    assert ask("coordinator", "method", key).status_code == 404


def test_the_card_tells_which_measures_use_it_to_those_who_read_them(ask, world):
    measure = world.measure(title="Byta lampor på torget", method="street-lighting")
    removed = world.measure(title="Bort", method="street-lighting", removed_at=timezone.now())
    elsewhere = make.PlanFactory(collaboration=world.here, area=world.east)
    make.MeasureFactory(plan=elsewhere, title="Ljus i Öster", method="street-lighting")
    said = text_of(ask("police", "method", "street-lighting"))
    assert measure.title in said
    assert removed.title not in said
    assert "Ljus i Öster" not in said
    assert "Ljus i Öster" in text_of(ask("council", "method", "street-lighting"))


# --- Suggestions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "controller"), list(product(Side.values, Controller.values)))
def test_every_kind_of_cause_gets_three_suggestions_or_more(world, side, controller):
    cause = about(world, side=side, controller=controller)
    found = cards_for(cause)
    assert 3 <= len(found) <= MOST
    assert all(card.serves(side, controller) for card in found)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Torget är mörkt efter stängning", "street-lighting"),
        ("Buskar skymmer gångvägen", "open-sight-lines"),
        ("Öppet wifi utanför biblioteket", "wifi-off-at-night"),
        ("Klottret sitter kvar i veckor", "graffiti-removed-at-once"),
    ],
)
def test_what_the_cause_names_comes_first(world, text, first):
    assert cards_for(about(world, text, side="place", controller="none"))[0].key == first


def test_what_nobody_has_shown_to_help_comes_after_what_has_been_shown(world):
    order = [
        card.effect in {"not_shown", "not_evaluated"}
        for card in cards_for(about(world, side="place", controller="handler"))
    ]
    assert order == sorted(order)
    assert True in order


def test_a_chosen_cause_suggests_cards_on_its_page_and_one_that_is_not_chosen_does_not(ask, world):
    number = world.problem.number
    said = ask("police", "analysis", number, query=f"?cause={world.chosen.pk}").content.decode()
    section = said[said.index('id="methods"') :]
    assert len(set(re.findall(r"/methods/([a-z-]+)/", section))) >= 3
    assert (
        'id="methods"' not in ask("police", "analysis", number, query=f"?cause={world.other_cause.pk}").content.decode()
    )


def test_a_measure_begins_with_what_the_card_knows(ask, world):
    said = ask("police", "analysis", world.problem.number, query=f"?cause={world.chosen.pk}").content.decode()
    links = re.findall(r'href="[^"?]*measures/new/([?][^"]*method=[^"]*)"', said)
    card = cards_for(world.chosen)[0]
    assert parse_qs(links[0].replace("&amp;", "&")[1:]) == {"cause": [str(world.chosen.pk)], "method": [card.key]}
    query = f"?cause={world.chosen.pk}&method={card.key}"
    assert card.title in text_of(ask("police", "measure_new", query=query))
    body = {"title": card.title, "plan": str(world.plan.pk)}
    assert ask("police", "measure_new", query=query, body=body).status_code == 302
    made = Measure.objects.get()
    assert (made.method, made.technique, made.mechanism) == (card.key, card.technique, card.heads["mechanism"])
    assert [link.cause_id for link in made.measure_causes.all()] == [world.chosen.pk]
    assert card.title in text_of(ask("police", "measure_detail", made.pk))


def test_the_page_of_a_new_measure_suggests_cards_for_its_cause(ask, world):
    said = ask("police", "measure_new", query=f"?cause={world.chosen.pk}").content.decode()
    begins = re.compile(r"measures/new/[?]cause=[0-9]+&amp;method=")
    assert len(begins.findall(said)) >= 3
    assert ask("police", "measure_new", query="?method=%00").status_code == 200
    assert not begins.search(ask("police", "measure_new").content.decode())


def test_no_method_is_kept_that_is_not_in_the_library(world):
    measure = world.measure()
    with pytest.raises(NotPossible, match=r"library|metodbanken"):
        change_measure(by=world.officer, measure=measure, row_version=0, method="nothing")
    other = make.MethodCardFactory(collaboration=world.elsewhere, number=7)
    with pytest.raises(NotPossible):
        change_measure(by=world.officer, measure=measure, row_version=0, method=f"own-{other.number}")
    assert (
        change_measure(by=world.officer, measure=measure, row_version=0, method="summer-jobs").method == "summer-jobs"
    )


def test_whoever_only_reads_gets_no_link_that_begins_a_measure(ask, world):
    said = ask("council", "analysis", world.problem.number, query=f"?cause={world.chosen.pk}").content.decode()
    assert 'id="methods"' in said
    assert "measures/new" not in said


def test_own_cards_are_suggested_too(world):
    card = add(world, sides=["place"], controllers=["guardian"], **rated())
    cause = about(world, side="place", controller="guardian")
    assert f"own-{card.number}" in [one.key for one in cards_for(cause, most=50)]
    actions.remove_card(by=world.coordinator, card=card)
    assert f"own-{card.number}" not in [one.key for one in cards_for(cause, most=50)]


def test_the_list_asks_as_many_questions_with_many_own_cards_as_with_one(ask, world):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            assert ask("police", "method_list").status_code == 200
        return len(seen)

    make.MethodCardFactory(collaboration=world.here, number=1)
    asked()
    one = asked()
    for number in range(2, 30):
        make.MethodCardFactory(collaboration=world.here, number=number)
    assert asked() == one


# --- Own cards --------------------------------------------------------------------------------------------------------


def test_a_coordinator_writes_a_card_with_its_source(ask, world):
    answer = ask("coordinator", "method_new", body=FIELDS)
    assert answer.status_code == 302, text_of(answer)
    card = MethodCard.objects.get()
    assert (card.effect, card.strength, card.sides) == ("promising", 2, ["place", "target"])
    assert card.sources == [SOURCE]
    assert Event.objects.filter(action="method_card_added").count() == 1
    said = text_of(ask("reporter", "method", "own-1"))
    assert SOURCE["url"] in said
    assert FIELDS["evidence"] in said
    assert FIELDS["title"] in titles(ask("police", "method_list"))


def test_the_same_form_sent_twice_makes_one_card(ask):
    for _time in range(2):
        assert ask("coordinator", "method_new", body=FIELDS).status_code == 302
    assert MethodCard.objects.count() == 1


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "coordinator"])
def test_nobody_else_writes(ask, world, who):
    card = make.MethodCardFactory(collaboration=world.here, number=1)
    expected = 404 if who == "stranger" else 403
    assert ask(who, "method_new", body=FIELDS).status_code == expected
    assert ask(who, "method_change", "own-1", body=FIELDS).status_code == expected
    assert ask(who, "method_remove", "own-1", body={}).status_code == expected
    with pytest.raises(NotAllowed):
        actions.remove_card(by=world.people[who], card=card)
    card.refresh_from_db()
    assert card.removed_at is None
    assert MethodCard.objects.count() == 1


def without(*names, **values):
    return {**{name: value for name, value in FIELDS.items() if name not in names}, **values}


def test_what_is_wrong_in_a_source_is_told_on_top_and_leads_to_its_field():
    form = MethodForm({**FIELDS, "source0-read_on": "", "source1-title": "En rapport"})
    assert not form.is_valid()
    told = form_errors(form)
    assert 'href="#id_source0-read_on"' in told
    # Which of the sources it is about stands before the field's name.
    for label in ("Källa 1, Läst den", "Källa 2, Adress"):
        assert label in told


SOURCE_FIELDS = tuple(f"source0-{name}" for name in SOURCE)


@pytest.mark.parametrize(
    "body",
    [
        without(*SOURCE_FIELDS),
        without("source0-read_on"),
        without("evidence"),
        without(strength="3"),
        without(strength="0"),
        without(effect="not_evaluated"),
        without("title"),
        without("sides"),
        without(sides=["moon"]),
        without(technique="SP99"),
        without(effect="miracle"),
        without(**{"source0-url": "javascript:alert(1)"}),
        without(**{"source0-read_on": "2999-01-01"}),
        without(**{"source0-kind": "hearsay"}),
        without(title="x" * 121),
        without(what="Ring Anna på 070-123 45 67"),
        without(evidence="811218-9876"),
        without(**{"source0-title": "sven@example.org"}),
        without(title="a\x00b"),
    ],
)
def test_what_cannot_be_a_card_comes_back_with_why_and_what_was_written(ask, body):
    answer = ask("coordinator", "method_new", body=body)
    assert answer.status_code == 422
    assert MethodCard.objects.count() == 0
    if "title" in body and "\x00" not in body["title"]:
        assert body["title"][:100] in answer.content.decode()


def test_a_name_passes_once_somebody_has_said_that_nobody_is_meant(ask):
    body = without(what="Som i Anna Anderssons modell.")
    refused = ask("coordinator", "method_new", body=body)
    assert refused.status_code == 422
    assert "is_confirmed" in refused.content.decode()
    assert ask("coordinator", "method_new", body={**body, "is_confirmed": "on"}).status_code == 302


def test_a_rating_without_a_source_is_refused_by_the_database_too(world):
    card = add(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        MethodCard.objects.filter(pk=card.pk).update(effect="reduces")
    with pytest.raises(IntegrityError), transaction.atomic():
        MethodCard.objects.filter(pk=card.pk).update(strength=1)


def test_whoever_changes_what_another_has_changed_is_shown_both(ask, world):
    card = add(world)
    actions.change_card(
        by=world.coordinator,
        card=card,
        row_version=0,
        title="Deras namn",
        what="Deras",
        sides=["place"],
        controllers=["none"],
    )
    answer = ask("coordinator", "method_change", "own-1", body=FIELDS)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Deras namn" in said
    assert FIELDS["title"] in said
    with pytest.raises(Conflict):
        actions.change_card(
            by=world.coordinator, card=card, row_version=0, title="x", what="y", sides=["place"], controllers=["none"]
        )
    assert 'name="row_version" value="1"' in said
    assert ask("coordinator", "method_change", "own-1", body={**FIELDS, "row_version": "1"}).status_code == 302
    card.refresh_from_db()
    assert (card.title, card.row_version) == (FIELDS["title"], 2)


def test_a_card_taken_away_leaves_the_list_and_stays_where_a_measure_names_it(ask, world):
    card = add(world)
    assert ask("coordinator", "method_remove", "own-1", body={"yes": "yes"}).status_code == 302
    assert card.title not in titles(ask("police", "method_list"))
    assert ask("police", "method", "own-1").status_code == 200
    assert ask("coordinator", "method_change", "own-1").status_code == 404
    with pytest.raises(NotPossible):
        actions.change_card(
            by=world.coordinator, card=card, row_version=0, title="x", what="y", sides=["place"], controllers=["none"]
        )
    assert add(world).number == 2


def test_a_get_takes_nothing_away(ask, world):
    add(world)
    assert ask("coordinator", "method_remove", "own-1").status_code == 405
    assert MethodCard.objects.kept().count() == 1


def test_the_cards_of_another_collaboration_are_not_there(ask, world):
    make.MethodCardFactory(collaboration=world.elsewhere, number=7, title="Deras metod")
    assert ask("coordinator", "method", "own-7").status_code == 404
    assert "Deras metod" not in ask("coordinator", "method_list").content.decode()


# --- The API ----------------------------------------------------------------------------------------------------------


def read(client, world, who, path=""):
    client.force_login(world.people[who])
    return client.get(f"/api/v1/methods/{path}")


@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_tells_each_what_the_page_tells(client, world, who):
    add(world, **rated())
    found = read(client, world, who).json()["results"]
    own = [row for row in found if row["collaboration"]]
    assert len(found) - len(own) == (len(shipped()) if who in READ | {"stranger"} else 0)
    assert [row["key"] for row in own] == (["own-1"] if who in READ else [])


def test_the_api_filters_and_refuses_what_is_no_filter(client, world):
    rows = read(client, world, "police", "?side=place&controller=none&strength=3").json()["results"]
    assert {row["key"] for row in rows} == {
        card.key for card in shipped() if card.serves("place", "none") and card.strength == 3
    }
    for query in ("?side=moon", "?strength=4", "?unknown=1", "?technique=%00", "?collaboration=%00"):
        assert read(client, world, "police", query).status_code == 400
    assert read(client, world, "police", "?collaboration=annanstad").json() == {"results": []}


def test_the_api_gives_a_whole_card(client, world):
    card = next(one for one in shipped() if one.key == "alley-gating")
    said = read(client, world, "police", "alley-gating/").json()
    assert said["sources"][0]["url"] == card.sources[0].url
    assert said["sources"][0]["read_on"] == card.sources[0].read_on.isoformat()
    assert said["economy"]
    assert read(client, world, "police", "nothing/").status_code == 404
