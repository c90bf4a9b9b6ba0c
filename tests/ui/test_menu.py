"""The menu shows what is registered, resolvable and allowed, and nothing else."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.urls import path

from ui import menu

urlpatterns = [
    path("<slug:collaboration>/pictures/", lambda request: None, name="test_pictures"),
    path("<slug:collaboration>/people/", lambda request: None, name="test_people"),
    path("", lambda request: None, name="start"),
]
HERE = SimpleNamespace(slug="ekstad", name="Ekstad", notice="none")


@pytest.fixture(autouse=True)
def own_entries(monkeypatch, settings):
    settings.ROOT_URLCONF = "tests.ui.test_menu"
    monkeypatch.setattr(menu, "_entries", {})
    menu.register("test_people", "People", group=menu.Group.ADMINISTRATION, roles={"administrator"})
    menu.register("test_pictures", "Pictures", group=menu.Group.AREA, order=10, also={"test_picture"})
    menu.register("not_built_yet", "Plans", group=menu.Group.AREA, order=5)


def labels(roles, current=None):
    return [(g["key"], [line["label"] for line in g["lines"]]) for g in menu.build(HERE, roles, current)]


def test_only_what_the_roles_may_open_is_shown():
    assert labels({"reporter"}) == [("area", ["Pictures"])]
    assert labels({"administrator"}) == [("area", ["Pictures"]), ("administration", ["People"])]


def test_roles_may_be_a_function():
    menu.register("test_people", "People", group=menu.Group.ADMINISTRATION, roles=lambda held: "coach" not in held)
    assert ("administration", ["People"]) in labels({"reporter"})
    assert ("administration", ["People"]) not in labels({"coach"})


def test_an_entry_without_an_address_is_not_shown():
    assert "Plans" not in str(labels({"administrator"}))


def test_the_current_line_is_marked_also_on_pages_below():
    for current, expected in (("test_pictures", True), ("test_picture", True), ("test_people", False), (None, False)):
        [group] = menu.build(HERE, {"reporter"}, current)
        assert [line["is_current"] for line in group["lines"]] == [expected]


def test_order_decides_within_a_group():
    menu.register("test_people", "People", group=menu.Group.AREA, order=1)
    assert labels(set()) == [("area", ["People", "Pictures"])]


def test_registering_again_replaces():
    menu.register("test_pictures", "Other name", group=menu.Group.AREA)
    assert labels(set()) == [("area", ["Other name"])]


def test_a_group_that_does_not_exist_is_refused():
    with pytest.raises(TypeError):
        menu.register("x", "X", group="area")


def test_a_page_outside_the_collaborations_shows_the_menu_of_the_only_one():
    user = SimpleNamespace(memberships_in=lambda c: [SimpleNamespace(role="administrator")])
    request = SimpleNamespace(user=user, resolver_match=None)
    context = Context({"collaboration": None, "my_collaborations": [HERE], "request": request})
    Template("{% shell_menu as shell %}").render(context)
    assert [g["key"] for g in context["shell"]["groups"]] == ["area", "administration"]


def test_with_several_collaborations_none_is_chosen_but_each_notice_is_given():
    other = SimpleNamespace(slug="b", name="B", notice="invented")
    context = Context({"collaboration": None, "my_collaborations": [HERE, other], "request": SimpleNamespace()})
    Template("{% shell_menu as shell %}").render(context)
    assert context["shell"]["collaboration"] is None
    assert context["shell"]["notices"] == {"none", "invented"}
