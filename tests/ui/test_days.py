"""Days as people say them, in both languages."""

import datetime as dt

import pytest
from django.utils.translation import override

from ui.days import day_in_short, month_in_short


@pytest.mark.parametrize(("language", "day", "month"), [("sv", "15 nov", "nov 2026"), ("en", "15 Nov", "Nov 2026")])
def test_swedish_writes_months_small_and_english_large(language, day, month):
    with override(language):
        assert day_in_short(dt.date(2026, 11, 15)) == day
        assert month_in_short(dt.date(2026, 11, 15)) == month
