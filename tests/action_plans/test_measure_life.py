"""The life of a measure as a page, and which day makes something late."""

from __future__ import annotations

import datetime as dt

from action_plans.measures.life import PAGE, as_markdown
from action_plans.rules import is_overdue, latest_overdue_day


def test_the_page_is_drawn_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "run manage.py write_measure_life"


def test_what_a_list_asks_the_database_agrees_with_the_rule_on_every_day():
    days = [dt.date(2026, 3, 1) + dt.timedelta(days=number) for number in range(500)]
    for today in days[40:-1]:
        near = [today + dt.timedelta(days=number) for number in range(-12, 3)]
        assert [day <= latest_overdue_day(today) for day in near] == [is_overdue(day, today) for day in near], today
