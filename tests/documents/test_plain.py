"""A document as plain data comes back as it was, and has one hash."""

import dataclasses
import json

import pytest
from django.utils.translation import gettext_lazy

from documents import model, plain
from tests.documents.examples import document
from tests.documents.test_pack_formats import RICH


def test_every_kind_of_block_comes_back_as_it_was():
    there = json.loads(json.dumps(plain.as_data(RICH)))
    assert plain.from_data(there) == RICH
    known = {one for one in vars(model).values() if isinstance(one, type) and dataclasses.is_dataclass(one)}
    kinds = set()

    def walk(value):
        if isinstance(value, dict):
            kinds.add(value.get("is"))
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(one)

    walk(there)
    # Every part of the model is tried, but for what stands in no document.
    assert {one.__name__ for one in known} - kinds <= {"Look", "Line", "Mark", "Span"}


def test_hash_is_of_what_is_said_and_not_of_how_it_is_stored():
    data = plain.as_data(RICH)
    turned = dict(reversed(data.items()))
    assert plain.digest(turned) == plain.digest(data) == plain.digest(plain.as_data(RICH))
    other = dataclasses.replace(RICH, lead="32 händelser i 4 områden.")
    assert plain.digest(plain.as_data(other)) != plain.digest(data)


@pytest.mark.django_db
def test_numbers_come_back_from_the_database_as_they_were():
    from django.db import connection

    numbers = [0.0, -0.0, 20.0, 0.1, 1e-7, 3.75, 1e15, 1.5e300, 7]
    data = plain.as_data(document(*(model.Facts((model.Fact("A", model.counted(n)),)) for n in numbers)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(data)])
        stored = json.loads(cursor.fetchone()[0])
    assert plain.digest(stored) == plain.digest(data)
    assert plain.from_data(stored) == plain.from_data(data)


def test_words_in_waiting_are_told_and_what_has_no_place_is_refused():
    told = plain.as_data(document(model.Text(gettext_lazy("Area"))))
    assert isinstance(told["blocks"][0]["text"], str)
    with pytest.raises(ValueError, match="without end"):
        plain.as_data(document(model.Facts((model.Fact("A", model.Cell("x", "number", float("inf"))),))))
    with pytest.raises(TypeError):
        plain.as_data(document(model.Text(object())))
    with pytest.raises(ValueError, match="no part"):
        plain.from_data({"is": "Program"})
