"""What a profile is, and which there are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd
from django.utils.functional import Promise
from openpyxl.utils.datetime import WINDOWS_EPOCH

from areas.locating import AreaIndex
from incidents.importing.reading import Chunk
from partners.models import Collaboration, Organisation


@dataclass
class Setting:
    """What a file is cleaned against: where it lands, which areas there are, what time it is, what columns mean."""

    collaboration: Collaboration
    organisation: Organisation
    areas: AreaIndex
    now: dt.datetime
    columns: list[str]
    # The day the file counts days from, where it gives a date as a number.
    day_zero: dt.datetime = WINDOWS_EPOCH
    mapping: dict[str, Any] = field(default_factory=dict)
    # Nothing may be made in the database, not even a category.
    dry_run: bool = False


class Cleaner(Protocol):
    """Turns the chunks of one file into rows ready to be stored."""

    # What the keys are unique within, and whether they are the source's own (else content keys to be numbered).
    source: str
    has_own_keys: bool
    key_column: str
    # What the categories of the rows are called, also those that are not made yet.
    category_names: dict[int, str]
    # Words that no category is called, with how often they came.
    unknown_words: Counter[str]

    def clean(self, chunk: Chunk) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Good rows (columns of `frames.STAGED`) and refusals; every row of the chunk is in exactly one of them."""


@dataclass(frozen=True)
class Profile:
    """A kind of file: what it is called, how it is read, and who cleans it."""

    name: str
    label: Promise | str
    help: Promise | str
    kinds: tuple[str, ...]
    needs_mapping: bool
    make_cleaner: Callable[[Setting], Cleaner]
    # The source's own organisation, where rows belong to the source and not to whoever loads the file.
    organisation_name: str = ""


PROFILES: dict[str, Profile] = {}


def register(profile: Profile) -> Profile:
    """Make the profile known to the command and the pages."""
    PROFILES[profile.name] = profile
    return profile
