"""Promises about the rooms: nobody imports upwards, and whoever reads a number finds how it is made."""

from __future__ import annotations

import ast
import re

import pytest

from tests.promises.house import ROOT, floors, python_files, rooms

# Modules of `analysis` that are not methods: they name or arrange things and give no number to read.
NOT_METHODS: dict[str, str] = {}


def short(path):
    return str(path.relative_to(ROOT))


def _imported_rooms(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            room = name.split(".")[0]
            if room in rooms():
                yield room, node.lineno


@pytest.mark.parametrize("path", python_files(), ids=short)
def test_a_room_imports_only_from_its_own_floor_inside_or_below(path):
    """The import linter says the same in `script/test`; this one runs with every test and also sees local imports."""
    height, here = floors(), path.relative_to(ROOT).parts[0]
    upwards = [
        f"line {line}: {room}" for room, line in _imported_rooms(path) if room != here and height[room] >= height[here]
    ]
    assert upwards == []


def test_every_room_with_code_stands_in_the_drawing():
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"analysis"}
    assert apps == rooms()


@pytest.mark.parametrize("path", sorted((ROOT / "analysis").rglob("*.py")), ids=short)
def test_analysis_knows_nothing_of_django_or_the_clock(path):
    text = path.read_text()
    for name, _line in _imports(path):
        assert name.split(".")[0] not in {"django", "rest_framework", "celery", "random", "time"}, name
    assert not re.search(r"\b(datetime|dt|date)\.(now|today|utcnow)\(", text)
    assert "np.random.seed" not in text
    assert not re.search(r"default_rng\(\s*\)", text)


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def _methods():
    return [
        path.stem for path in sorted((ROOT / "analysis").glob("*.py")) if path.stem not in {"__init__", *NOT_METHODS}
    ]


@pytest.mark.parametrize("method", _methods())
def test_every_method_has_a_page_for_those_who_read_the_number(method):
    pages = {page: page.read_text() for page in (ROOT / "docs" / "methods").glob("*.md")}
    about = [page for page, text in pages.items() if f"analysis.{method}" in text or f"analysis/{method}.py" in text]
    assert about, f"no page in docs/methods names analysis/{method}.py"
    assert all(len(pages[page]) > 500 for page in about)


def _functions():
    """The public functions of the packages in `analysis`, where one module holds several methods."""
    for path in sorted((ROOT / "analysis").glob("*/*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.parent.name}.{node.name}"


@pytest.mark.parametrize("function", list(_functions()))
def test_every_function_of_a_package_is_on_a_page(function):
    assert any(f"`analysis.{function}`" in page.read_text() for page in (ROOT / "docs" / "methods").glob("*.md"))


def test_every_public_function_in_analysis_says_what_it_does():
    silent = []
    for path in (ROOT / "analysis").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                silent.append(f"{path.stem}.{node.name}")
    assert silent == []
