"""`create_collaboration` and `add_administrator`: what they make, what they say, and what they refuse in words."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from incidents.models import Category
from partners.models import Collaboration, Membership, Organisation, User
from partners.roles import Role
from tests import factories as make


def run(*arguments):
    out = StringIO()
    with override("en"):
        call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def database(db):
    return db


def test_it_starts_an_empty_one_with_categories_and_says_what_comes_next(database):
    said = run("create_collaboration", "lancashire", "--name", "Lancashire", "--extent=-3.1,53.5,-2.0,54.3")
    made = Collaboration.objects.get(slug="lancashire")
    assert (made.name, made.extent) == ("Lancashire", (-3.1, 53.5, -2.0, 54.3))
    categories = Category.objects.filter(collaboration=made).count()
    assert categories > 20
    assert f"/lancashire/, with {categories} categories" in said
    assert "import_areas FILE --collaboration lancashire" in said
    assert "import_incidents FILE --profile PROFILE --collaboration lancashire" in said
    assert "add_administrator lancashire EMAIL" in said
    assert not Organisation.objects.exists()
    assert not User.objects.exists()


def test_without_an_extent_it_has_none(database):
    run("create_collaboration", "ekstad", "--name", "Ekstad")
    assert Collaboration.objects.get().extent is None


def test_it_can_name_a_first_administrator_who_chooses_a_password(database, client):
    said = run("create_collaboration", "ekstad", "--name", "Ekstad", "--administrator", "anna@example.org")
    membership = Membership.objects.get()
    assert (membership.user.email, membership.role) == ("anna@example.org", Role.ADMINISTRATOR)
    path = re.search(r"/accounts/password/reset/key/\S+", said).group()
    assert client.get(path, follow=True).status_code == 200
    assert "form" in client.get(path, follow=True).context


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Ek Stad", "--name", "x"], "small letters"),
        (["ekstad_1", "--name", "x"], "small letters"),
        (["-ekstad", "--name", "x"], None),
        (["e" * 41, "--name", "x"], "too long"),
        (["accounts", "--name", "x"], "used by the platform itself"),
        (["finns", "--name", "x"], "already a collaboration"),
        (["ekstad", "--name", "  "], "Give the collaboration a name"),
        (["ekstad", "--name", "x" * 101], "too long"),
        (["ekstad", "--name", "x", "--extent=1,2,3"], "four numbers"),
        (["ekstad", "--name", "x", "--extent=a,b,c,d"], "four numbers"),
        (["ekstad", "--name", "x", "--extent=nan,1,2,3"], "four numbers"),
        (["ekstad", "--name", "x", "--extent="], "four numbers"),
        (["ekstad", "--name", "x", "--extent=16,58,15,59"], "must be smaller than its east side"),
        (["ekstad", "--name", "x", "--extent=16,59,17,58"], "must be smaller than its north side"),
        (["ekstad", "--name", "x", "--extent=16,58,16,59"], "must be smaller than its east side"),
        (["ekstad", "--name", "x", "--extent=6470000,500000,6480000,510000"], "outside the globe"),
        (["ekstad", "--name", "x", "--administrator", "anna"], "not an e-mail address"),
    ],
)
def test_it_refuses_in_words_and_leaves_nothing_behind(database, arguments, sentence):
    make.CollaborationFactory(slug="finns")
    with pytest.raises(CommandError, match=sentence):
        run("create_collaboration", *arguments)
    assert Collaboration.objects.count() == 1
    assert not Category.objects.exists()
    assert not User.objects.exists()


def test_an_administrator_can_be_added_later(database):
    run("create_collaboration", "ekstad", "--name", "Ekstad")
    said = run("add_administrator", "ekstad", "anna@example.org", "--organisation", "Ekstads kommun")
    assert "anna@example.org is now administrator of Ekstad." in said
    assert Membership.objects.get().organisation.name == "Ekstads kommun"
    with pytest.raises(CommandError, match="already has this role"):
        run("add_administrator", "ekstad", "anna@example.org", "--organisation", "Ekstads kommun")
    with pytest.raises(CommandError, match="no collaboration"):
        run("add_administrator", "okand", "anna@example.org")
    with pytest.raises(CommandError, match="not an e-mail address"):
        run("add_administrator", "ekstad", "anna")
