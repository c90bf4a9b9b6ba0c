"""Where the rooms lie and what is ours, read from where it is decided."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]


def layers() -> list[list[str]]:
    """The floors of the house from the roof down, each with its rooms, as the import linter reads them."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = configuration["tool"]["importlinter"]["contracts"]
    house = next(contract for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in floor.split("|")] for floor in house["layers"]]


def floors() -> dict[str, int]:
    """Each room's floor; a higher number lies higher."""
    from_the_roof = layers()
    return {room: len(from_the_roof) - number for number, floor in enumerate(from_the_roof) for room in floor}


def rooms() -> set[str]:
    return set(floors())


def our_models() -> list[type[models.Model]]:
    """Every model of the house; not those of the packages it stands on."""
    return [model for model in apps.get_models() if model._meta.app_label in rooms()]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*"))


def python_files() -> list[Path]:
    """The house's own code, without migrations and tests."""
    return sorted(path for room in rooms() for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)
