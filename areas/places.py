"""Find a place by what people type: “klocka cen” finds Klockaretorpets centrum."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, IntegerField, Q, Value, When

from areas.models import Place, PlaceQuerySet
from areas.names import fold
from partners.models import Collaboration

MOST_WORDS = 6
MOST_CLOSE = 3_000
CLOSE_ENOUGH = 0.8


def search_places(
    collaboration: Collaboration, text: str, *, places: PlaceQuerySet | None = None, most: int = 10
) -> list[Place]:
    """Places in use whose name, or other name, has words that begin as the typed ones do; the likeliest first.

    When no word begins so: names that hold the typed letters anywhere, and then names with a letter or two wrong.
    `places` narrows the search to what the user may see.
    """
    words = fold(text[:200]).split()[:MOST_WORDS]
    if not words:
        return []
    rows = (places if places is not None else Place.objects.all()).filter(collaboration=collaboration)
    rows = rows.in_use().select_related("area", "owner", "manager")
    found = list(_ranked(_beginning_with(rows, words), words)[:most])
    if not found:
        anywhere = rows
        for word in words:
            anywhere = anywhere.filter(search_key__contains=word)
        found = list(_ranked(anywhere, words)[:most])
    return found or _close_to(rows, words)[:most]


def _beginning_with(rows: PlaceQuerySet, words: Iterable[str]) -> PlaceQuerySet:
    # The words hold only letters and digits after folding, so quotes are all the query needs.
    query = " & ".join(f"'{word}':*" for word in words)
    return rows.filter(search_vector=SearchQuery(query, config="simple", search_type="raw"))


def _ranked(rows: PlaceQuerySet, words: list[str]) -> PlaceQuerySet:
    """The whole name first, then names that begin with the text, then those whose first word does, then the rest."""
    typed = " ".join(words)
    rank = Case(
        When(Q(search_key=typed), then=Value(0)),
        When(Q(search_key__startswith=typed), then=Value(1)),
        When(Q(search_key__startswith=words[0]), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank).order_by("rank", "sort_key", "pk")


def _close_to(rows: PlaceQuerySet, words: list[str]) -> list[Place]:
    """Places that have, for each typed word of four letters or more, a word nearly like it."""
    long_words = [word for word in words if len(word) >= 4]
    if not long_words:
        return []
    keys = list(rows.values_list("pk", "search_key")[:MOST_CLOSE])
    likeness: dict[int, float] = {}
    for pk, key in keys:
        best = [max((_likeness(word, own) for own in key.split()), default=0.0) for word in long_words]
        if min(best) >= CLOSE_ENOUGH:
            likeness[pk] = sum(best)
    order = sorted(likeness, key=lambda pk: -likeness[pk])[:10]
    by_pk = rows.in_bulk(order)
    return [by_pk[pk] for pk in order]


def _likeness(typed: str, word: str) -> float:
    """How alike the typed letters and the beginning of a word are, 0–1."""
    return difflib.SequenceMatcher(None, typed, word[: len(typed) + 1]).ratio()
