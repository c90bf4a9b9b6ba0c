"""The life of a citizen promise, who may do what with it, and what its publications hold."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from action_plans.models import (
    MeasureState,
    Promise,
    PromiseFollowUp,
    PromiseItemMeasure,
    PromiseState,
    Publication,
)
from action_plans.promises import actions, my_work
from action_plans.promises.content import write_content
from action_plans.promises.rules import ENDED, PROMISE_NEXT, lacks_to_publish
from cause_analysis.texts import TextsRefused
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from partners.models import RESERVED_SLUGS
from tests import factories as make
from tests.action_plans.promises_cast import PromiseWorld

pytestmark = pytest.mark.django_db
NUMBER = "811218-9876"


@pytest.fixture
def world(db):
    return PromiseWorld()


def state(promise):
    return Promise.objects.get(pk=promise.pk).state


def test_the_life_of_a_promise_is_one_table():
    assert set(PROMISE_NEXT) == set(PromiseState)
    assert all(PROMISE_NEXT[end] == set() for end in ENDED)
    reached, waiting = set(), [PromiseState.DRAFT]
    while waiting:
        at = waiting.pop()
        if at not in reached:
            reached.add(at)
            waiting += PROMISE_NEXT[at]
    assert reached == set(PromiseState)


def test_the_whole_way(world):
    world.decide()
    assert state(world.promise) == PromiseState.DECIDED
    first = world.publish()
    assert (state(world.promise), first.number) == (PromiseState.PUBLISHED, 1)
    world.follow_up()
    assert state(world.promise) == PromiseState.FOLLOWED_UP
    second = world.publish()
    assert [one["text"]["en"] for one in second.content["follow_ups"]] == ["Half of the lamps are changed."]
    actions.end_promise(by=world.officer, promise=world.promise, result=PromiseState.PARTLY_KEPT)
    third = world.publish()
    assert third.content["state"] == PromiseState.PARTLY_KEPT
    assert [first.content["follow_ups"], first.content["state"]] == [[], "published"]


def test_a_draft_says_all_it_lacks_and_is_not_published(world):
    bare = make.PromiseFactory(area=world.west, title_en="", problem_sv="", problem_en="", follow_up_on=None)
    assert len(lacks_to_publish(bare, [])) == 6
    with pytest.raises(NotPossible) as no:
        actions.decide_promise(by=world.coordinator, promise=bare, group=world.group, decided_on=timezone.localdate())
    assert len(no.value.messages) == 2
    with pytest.raises(NotPossible) as no:
        world.publish(bare)
    assert len(no.value.messages) == 6
    assert not Publication.objects.exists()


@pytest.mark.parametrize("empty", ["title_en", "problem_en", "follow_up_on"])
def test_each_gate_of_publishing_stands_alone(world, empty):
    world.decide()
    Promise.objects.filter(pk=world.promise.pk).update(**{empty: None if empty == "follow_up_on" else ""})
    with pytest.raises(NotPossible) as no:
        world.publish()
    assert len(no.value.messages) == 1


def test_an_undertaking_in_one_language_is_not_published(world):
    world.decide()
    world.item.text_en = ""
    world.item.save()
    with pytest.raises(NotPossible):
        world.publish()


@pytest.mark.parametrize("result", sorted(ENDED))
def test_an_end_is_final(world, result):
    world.published()
    world.follow_up()
    actions.end_promise(by=world.officer, promise=world.promise, result=result)
    for other in ENDED - {result}:
        with pytest.raises(NotPossible):
            actions.end_promise(by=world.officer, promise=world.promise, result=other)
    with pytest.raises(NotPossible):
        actions.reopen_promise(by=world.officer, promise=world.promise)


def test_nothing_ends_that_was_not_followed_up(world):
    world.published()
    with pytest.raises(NotPossible):
        actions.end_promise(by=world.officer, promise=world.promise, result=PromiseState.KEPT)
    with pytest.raises(NotPossible):
        actions.end_promise(by=world.officer, promise=world.promise, result=PromiseState.DRAFT)


def test_what_is_decided_is_not_written_in_until_it_is_a_draft_again(world):
    world.published()
    words = {"title_sv": "Nytt"}
    changes = [
        lambda: actions.change_promise(by=world.officer, promise=world.promise, row_version=0, **words),
        lambda: actions.change_item(by=world.officer, item=world.item, row_version=0, text_sv="Nytt"),
        lambda: actions.remove_item(by=world.officer, item=world.item),
        lambda: actions.add_signatory(
            by=world.officer, promise=world.promise, function="chef", organisation=world.housing
        ),
    ]
    for change in changes:
        with pytest.raises(NotPossible):
            change()
    actions.reopen_promise(by=world.officer, promise=world.promise)
    for change in changes[:2]:
        change()
    assert Publication.objects.get().content["title"]["sv"] != "Nytt"
    world.decide()
    assert world.publish().content["title"]["sv"] == "Nytt"


# --- Who --------------------------------------------------------------------------------------------------------------


def test_only_a_coordinator_publishes_and_takes_away(world):
    world.decide()
    seen = actions.mark_of(actions.preview(Promise.objects.get(pk=world.promise.pk)))
    for who in ("police", "security_lead", "council", "administrator"):
        with pytest.raises(NotAllowed):
            actions.publish_promise(by=world.people[who], promise=world.promise, seen=seen)
    world.publish()
    with pytest.raises(NotAllowed):
        actions.unpublish_promise(by=world.officer, promise=world.promise)
    assert Publication.objects.open().count() == 1


def test_only_the_circle_of_the_area_writes(world):
    for who in ("other_housing", "council", "reporter", "stranger"):
        with pytest.raises(NotAllowed):
            actions.change_promise(by=world.people[who], promise=world.promise, row_version=0, title_sv="Annat")
    assert not Promise.objects.visible_to(world.people["other_housing"]).exists()
    assert Promise.objects.visible_to(world.people["council"]).exists()


# --- Texts ------------------------------------------------------------------------------------------------------------


def test_no_text_in_any_language_points_at_a_person(world):
    by, promise, item = world.officer, world.promise, world.item
    area = {"by": by, "area": world.west}
    days = {"first_day": dt.date(2026, 1, 1), "last_day": dt.date(2026, 12, 31)}
    link = make.PromiseItemMeasureFactory(item=item, measure=world.ongoing)
    said = f"Ring {NUMBER}"
    tries = [lambda: actions.make_promise(**area, title_sv=said, **days)]
    for name in actions.PROMISE_TEXTS:
        tries.append(lambda name=name: actions.change_promise(by=by, promise=promise, row_version=0, **{name: said}))
    for name in actions.ITEM_TEXTS:
        words = {"organisation": world.housing, "text_sv": "Vi byter lampor.", name: said}
        tries.append(lambda words=words: actions.add_item(by=by, promise=promise, **words))
        tries.append(lambda name=name: actions.change_item(by=by, item=item, row_version=0, **{name: said}))
    for name in actions.DONE_TEXTS:
        words = {"done_sv": "Klart", "done_en": "Done", name: said}
        tries.append(lambda words=words: actions.write_done(by=by, link=link, row_version=0, **words))
        other = make.MeasureFactory(plan=world.plan)
        tries.append(lambda words=words, other=other: actions.tie_measure(by=by, item=item, measure=other, **words))
    for name in actions.DIALOGUE_TEXTS:
        words = {"kind": "survey", "held_on": dt.date(2026, 1, 1), name: said}
        tries.append(lambda words=words: actions.add_dialogue(**area, **words))
    tries.append(lambda: actions.add_signatory(by=by, promise=promise, function=said, organisation=world.housing))
    for one in tries:
        with pytest.raises(TextsRefused):
            one()
    world.published()
    for name in actions.FOLLOW_UP_TEXTS:
        with pytest.raises(TextsRefused):
            world.follow_up(**{name: said})


def test_what_is_done_is_told_in_both_languages_or_not_at_all(world):
    with pytest.raises(NotPossible):
        actions.tie_measure(by=world.officer, item=world.item, measure=world.ongoing, done_sv="Klart")
    assert not PromiseItemMeasure.objects.exists()


# --- Twice, and at once -----------------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_row(world):
    words = {"title_sv": "Ljust", "first_day": dt.date(2026, 1, 1), "last_day": dt.date(2026, 12, 31)}
    one = {"by": world.officer, "area": world.west, "client_uuid": uuid.uuid4()}
    assert actions.make_promise(**one, **words) == actions.make_promise(**one, **words)
    dialogue = {"kind": "survey", "held_on": dt.date(2026, 1, 1)}
    assert actions.add_dialogue(**one, **dialogue) == actions.add_dialogue(**one, **dialogue)
    item = {"by": world.officer, "promise": world.promise, "client_uuid": uuid.uuid4()}
    item |= {"organisation": world.housing, "text_sv": "Vi byter lampor.", "text_en": "We change lamps."}
    assert actions.add_item(**item) == actions.add_item(**item)
    world.published()
    key = uuid.uuid4()
    assert world.follow_up(client_uuid=key) == world.follow_up(client_uuid=key)
    assert PromiseFollowUp.objects.count() == 1


def test_publishing_without_news_makes_no_version(world):
    assert world.published() == world.publish()
    assert Publication.objects.count() == 1


def test_what_was_changed_after_the_preview_is_read_again_before_it_goes_out(world):
    world.decide()
    seen = actions.mark_of(actions.preview(Promise.objects.get(pk=world.promise.pk)))
    actions.tie_measure(
        by=world.officer, item=world.item, measure=world.ongoing, done_sv="Tio lampor.", done_en="Ten lamps."
    )
    with pytest.raises(NotPossible) as no:
        actions.publish_promise(by=world.coordinator, promise=world.promise, seen=seen)
    assert no.value.code == "conflict"
    assert not Publication.objects.exists()
    assert state(world.promise) == PromiseState.DECIDED


def test_nobody_overwrites_another(world):
    actions.change_promise(by=world.officer, promise=world.promise, row_version=0, title_sv="Mitt")
    with pytest.raises(Conflict):
        actions.change_promise(by=world.police, promise=world.promise, row_version=0, title_sv="Ditt")


def test_the_page_of_somebody_who_was_slower_keeps_what_they_typed(world):
    actions.change_promise(by=world.officer, promise=world.promise, row_version=0, title_sv="Mitt")
    dialogue = make.DialogueFactory(area=world.west)
    client = Client()
    client.force_login(world.police)
    address = reverse("promise_edit", args=["ekstad", world.promise.number])
    words = {"row_version": 0, "title_sv": "Ditt", "first_day": "2026-01-01", "last_day": "2026-12-31"}
    answer = client.post(address, {**words, "dialogues": [dialogue.pk]})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Mitt" in page
    assert 'value="Ditt"' in page
    assert 'value="1"' in page
    assert client.post(address, {**words, "row_version": 1, "dialogues": [dialogue.pk]}).status_code == 302
    assert Promise.objects.get(pk=world.promise.pk).title_sv == "Ditt"
    assert world.promise.promise_dialogues.get().dialogue == dialogue


@pytest.mark.parametrize("name", ["promise", "promise_edit", "promise_item_new", "promise_follow_up"])
def test_the_way_back_names_the_promise(world, client, name):
    if name == "promise_follow_up":
        world.published()
    client.force_login(world.coordinator)
    page = client.get(reverse(name, args=["ekstad", world.promise.number])).content.decode()
    crumbs = page[page.index('class="ds-breadcrumbs') : page.index("</nav>", page.index('class="ds-breadcrumbs'))]
    assert world.promise.title_sv in crumbs


# --- What a publication holds -----------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_what_was_published_and_to_bring_it_back(world):
    first = world.published()
    row = Publication.objects.filter(pk=first.pk)
    for change in (
        lambda: row.update(content={}),
        lambda: row.update(published_at=timezone.now()),
        lambda: row.update(number=7),
        lambda: row.delete(),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()
    actions.unpublish_promise(by=world.coordinator, promise=world.promise)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        row.update(unpublished_at=None)


def test_a_measure_is_told_of_once_it_is_decided_and_only_in_words_for_residents(world):
    draft = make.MeasureFactory(plan=world.plan)
    aborted = make.MeasureFactory(plan=world.plan, state=MeasureState.ABORTED)
    silent = make.MeasureFactory(plan=world.plan, state=MeasureState.ONGOING)
    for measure in (draft, aborted, world.ongoing):
        actions.tie_measure(by=world.officer, item=world.item, measure=measure, done_sv="Sagt.", done_en="Told.")
    actions.tie_measure(by=world.officer, item=world.item, measure=silent)
    told = write_content(world.promise)["items"][0]["done"]
    assert told == [{"text": {"sv": "Sagt.", "en": "Told."}, "state": "ongoing"}]


@pytest.mark.parametrize(("number", "told"), [(None, None), (0, None), (1, None), (4, None), (5, 5), (24, 24)])
def test_few_participants_are_no_number(world, number, told):
    make.PromiseDialogueFactory(
        promise=world.promise, dialogue=make.DialogueFactory(area=world.west, participants=number)
    )
    assert [one["participants"] for one in write_content(world.promise)["dialogues"]] == [told]


HOMES = [
    "Kvinnan på Storgatan 12 B sa att det är mörkt.", "Boende på Trädgårdsgatan 7 tycker att porten är mörk.",
    "Bor på Axel Brahes väg 5", "Adress: Storgatan 5", "Paret i Skolgatan 3B vill ha lås", "adress\t602 21 Norrköping",
]  # fmt: skip
ADDRESSES = [
    "Lampan vid Storgatan 5 är trasig.",
    "Karl Johans gata 12",
    "602 21 Norrköping",
    "Två från Plankgatan 14 kom",
]
NO_ADDRESSES = [
    "De som bor vid torget",
    "Storgatan 2018 var mörk",
    "Klockan 12 på torget",
    "Vi bytte 24 lampor på gatan.",
]


@pytest.mark.parametrize("name", ["target_group", "themes", "protocol"])
def test_where_those_who_were_asked_live_is_never_kept(world, name):
    def write(text, **more):
        return actions.add_dialogue(
            by=world.officer, area=world.west, kind="citizen", held_on=timezone.localdate(), **{name: text}, **more
        )

    for text in HOMES:
        for more in ({}, {"is_confirmed": True}):
            with pytest.raises(NotPossible):
                write(text, **more)
    for text in ADDRESSES:
        with pytest.raises(TextsRefused):
            write(text)
        assert getattr(write(text, is_confirmed=True), name) == text
    for text in NO_ADDRESSES:
        assert getattr(write(text), name) == text


def _counts(world, total, *, sensitive=False, shows=True):
    figures = world.problem.figures
    rows = [{"code": "SKA", "name_sv": "S", "name_en": "S", "is_sensitive": sensitive, "count": total}] if total else []
    world.problem.figures = {**figures, "total": total, "categories": rows, "places": [], "months": []}
    world.problem.save()
    world.promise.problem, world.promise.shows_count = world.problem, shows
    world.promise.save()
    return write_content(Promise.objects.get(pk=world.promise.pk))["counted"]


@pytest.mark.parametrize("total", [1, 2, 3, 4])
def test_small_counts_are_never_told(world, total):
    assert _counts(world, total) is None


def test_others_are_told_where_it_is_wanted_and_give_away_no_sensitive_category(world):
    assert _counts(world, 42)["value"] == 42
    assert _counts(world, 42, shows=False) is None
    assert _counts(world, 42, sensitive=True) is None


@pytest.mark.parametrize(("total", "told"), [(42, 42), (43, None), (38, None), (37, 37), (47, 47), (0, 0)])
def test_no_two_counts_that_were_told_give_away_a_small_one_between_them(world, total, told):
    _counts(world, 42)
    world.published()
    actions.unpublish_promise(by=world.coordinator, promise=world.promise)
    counted = _counts(world, total)
    assert (counted and counted["value"]) == told


@pytest.mark.parametrize("name", ["first_day", "last_day"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_promise_whose_days_make_no_sense_is_asked_for_again(world, client, name, day):
    client.force_login(world.officer)
    today = timezone.localdate()
    body = {
        "area": world.west.pk,
        "title_sv": "Ljus",
        "first_day": today,
        "last_day": today,
        "client_uuid": uuid.uuid4(),
    }
    sent = client.post(reverse("promise_new", args=["ekstad"]), {**body, name: day})
    assert (sent.status_code, Promise.objects.count()) == (422, 1)
    # The row's own refusal is a sentence on the form too.
    body["last_day"] = today - dt.timedelta(days=1)
    assert client.post(reverse("promise_new", args=["ekstad"]), body).status_code == 422


def test_taking_away_takes_every_version_and_a_new_one_is_published_anew(world):
    world.published()
    world.follow_up()
    world.publish()
    actions.unpublish_promise(by=world.coordinator, promise=world.promise)
    actions.unpublish_promise(by=world.coordinator, promise=world.promise)
    assert not Publication.objects.open().exists()
    assert world.publish().number == 3
    assert [one.number for one in Publication.objects.open()] == [3]


def test_what_is_taken_away_before_it_is_followed_up_is_still_decided(world):
    world.published()
    actions.unpublish_promise(by=world.coordinator, promise=world.promise)
    assert state(world.promise) == PromiseState.DECIDED


def test_public_is_no_name_for_a_collaboration():
    assert "public" in RESERVED_SLUGS


# --- Whose turn it is -------------------------------------------------------------------------------------------------


def test_whoever_publishes_is_told_what_to_publish_and_when_to_follow_up(world):
    def waits(who):
        rows = my_work.items(who, [world.here]).get(world.here.pk, [])
        return [(row["key"], row.get("due_on")) for row in rows]

    pk = world.promise.pk
    assert waits(world.coordinator) == []
    world.decide()
    assert waits(world.coordinator) == [(f"promise {pk} publish", None)]
    for who in ("police", "security_lead", "council", "reporter", "stranger"):
        assert waits(world.people[who]) == [], who
    world.publish()
    day = Promise.objects.get(pk=pk).follow_up_on
    assert waits(world.coordinator) == [(f"promise {pk} follow-up", day)]
    world.follow_up()
    assert waits(world.coordinator) == [(f"promise {pk} follow-up", Promise.objects.get(pk=pk).follow_up_on)]
    (row,) = my_work.items(world.coordinator, [world.here])[world.here.pk]
    assert world.promise.title_sv not in row["mail_title"]
    actions.end_promise(by=world.officer, promise=world.promise, result=PromiseState.KEPT)
    assert waits(world.coordinator) == []
