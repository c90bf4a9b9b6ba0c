"""A document's parts: three kinds of nothing, and tables that hold together."""

import pytest
from django.utils.translation import override

from documents import model


@pytest.mark.parametrize(
    ("language", "words"), [("sv", {"skyddat", "saknas", "0"}), ("en", {"protected", "missing", "0"})]
)
def test_protected_missing_and_zero_are_three_words(language, words):
    with override(language):
        cells = [model.counted(None, "protected"), model.counted(None), model.counted(0)]
    assert {cell.text for cell in cells} == words
    assert len({cell.kind for cell in cells}) == 3


def test_a_protected_count_leaves_no_number_even_when_one_is_given():
    assert model.counted(3, "protected").text == model.counted(None, "protected").text


def test_a_table_with_a_cell_too_few_is_refused():
    columns = (model.Column("Place"), model.Column("Events"))
    with pytest.raises(ValueError, match="Places"):
        model.Table("Places", columns, ((model.Cell("The square"),),))


def test_a_grid_with_a_value_too_many_is_refused():
    with pytest.raises(ValueError, match="When"):
        model.GridChart("When", "Weekday", ("00–24",), ("Monday",), ((1, 2),))
