"""The front-end packages are found where they lie, and nothing else is."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from ui.finders import FILES, NodePackagesFinder


@pytest.mark.parametrize("name", FILES)
def test_every_listed_file_is_found(name):
    assert Path(finders.find(name)).is_file()
    assert finders.find(name, find_all=True) == [finders.find(name)]


@pytest.mark.parametrize("name", ["npm/nothing.js", "npm/../../../etc/passwd", "package.json"])
def test_what_is_not_listed_does_not_exist(name):
    assert NodePackagesFinder().find(name) == []
    assert NodePackagesFinder().find(name, find_all=True) == []


def test_a_missing_file_is_missing_and_not_a_crash():
    assert not any(finders.find("npm/nothing.js", find_all=True))


def test_a_missing_package_is_said_at_start(monkeypatch):
    monkeypatch.setitem(FILES, "npm/gone.js", "gone/dist/gone.js")
    [problem] = NodePackagesFinder().check()
    assert "npm/gone.js" in problem.msg
    assert NodePackagesFinder().find("npm/gone.js") == []
