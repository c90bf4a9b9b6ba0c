"""A slot is filled by those who registered, once for a whole list, and an unfilled one shows nothing."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template

from ui import slots

ONE, TWO = SimpleNamespace(pk=1), SimpleNamespace(pk=2)


@pytest.fixture(autouse=True)
def own_fillers(monkeypatch):
    monkeypatch.setattr(slots, "_fillers", {})


def show(source, **values):
    return Template(source).render(Context(values))


def test_an_unfilled_slot_gives_every_thing_nothing():
    assert slots.fill("place.sections", None, [ONE, TWO]) == {1: [], 2: []}
    assert not show("{% slot 'place.sections' thing=one %}", one=ONE).strip()


def test_each_filler_is_called_once_for_the_whole_list_in_its_order():
    calls = []

    def later(user, things):
        calls.append(("later", user, [thing.pk for thing in things]))
        return {1: [{"title": "second"}]}

    def first(user, things):
        calls.append(("first", user, [thing.pk for thing in things]))
        return {1: [{"title": "first"}], 2: [{"title": "other"}]}

    slots.register("place.sections", later, order=2)
    slots.register("place.sections", first, order=1)
    rows = slots.fill("place.sections", "me", [ONE, TWO])
    assert [row["title"] for row in rows[1]] == ["first", "second"]
    assert [row["title"] for row in rows[2]] == ["other"]
    assert calls == [("first", "me", [1, 2]), ("later", "me", [1, 2])]


def test_nobody_is_asked_about_nothing():
    slots.register("place.sections", lambda user, things: pytest.fail("asked"))
    assert slots.fill("place.sections", None, []) == {}


def test_rows_about_other_things_are_left_out():
    slots.register("place.sections", lambda user, things: {99: [{"title": "x"}]})
    assert slots.fill("place.sections", None, [ONE]) == {1: []}


def test_registering_twice_fills_once():
    def once(user, things):
        return {1: [{"title": "x"}]}

    slots.register("place.sections", once)
    slots.register("place.sections", once)
    assert len(slots.fill("place.sections", None, [ONE])[1]) == 1


def test_the_tag_shows_rows_and_escapes_them():
    slots.register(
        "place.sections", lambda user, things: {1: [{"title": "<i>", "url": "/x/", "tag": "New", "tone": "info"}]}
    )
    html = show("{% slot 'place.sections' thing=one %}", one=ONE)
    assert "&lt;i&gt;" in html
    assert 'href="/x/"' in html
    assert 'data-color="info"' in html


def test_a_list_page_fills_once_and_gives_the_tag_its_rows():
    slots.register("place.sections", lambda user, things: pytest.fail("asked again"))
    assert "given" in show("{% slot 'place.sections' thing=one rows=rows %}", one=ONE, rows={1: [{"title": "given"}]})
