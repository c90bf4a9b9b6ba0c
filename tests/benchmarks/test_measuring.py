"""The arithmetic behind `script/bench`, and the page it fills."""

import pytest

from benchmarks import markdown
from benchmarks.budgets import budgets
from benchmarks.measuring import alternating, percentile, spread, summed_up


def test_percentiles_are_values_that_were_measured():
    values = [float(number) for number in range(100, 0, -1)]
    assert [percentile(values, p) for p in (50, 95, 100)] == [50, 95, 100]
    assert percentile([3.0, 1.0, 2.0], 95) == 3.0
    assert percentile([7.0], 50) == 7.0


def test_a_spread_says_how_far_the_repeats_differ():
    assert spread([3.0, 1.0, 2.0]) == {"min": 1.0, "median": 2.0, "max": 3.0, "repeats": 3}


def test_contestants_take_turns_and_begin_in_turns():
    order = []
    took = alternating({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(values) for name, values in took.items()} == {"a": 3, "b": 3}


def test_requests_are_summed_up_in_milliseconds_over_all_rounds():
    found = summed_up([[0.010] * 19 + [0.100], [0.020] * 20])
    assert (found["p50_ms"], found["p95_ms"], found["max_ms"], found["requests"]) == (20.0, 20.0, 100.0, 40)
    assert found["p95_ms_by_round"]["min"] == 10.0


def size(rows=1_000_000, **changed):
    seconds = {"min": 1.0, "median": 1.5, "max": 2.5, "repeats": 5}

    def page(kind, has_map_or_chart, p95=40.0):
        return {"kind": kind, "has_map_or_chart": has_map_or_chart, "p50_ms": 20.0, "p95_ms": p95, "cpu_p50_ms": 15.0,
                "queries": 9, "transferred": 100_000}  # fmt: skip

    aggregate = {
        "events by hexagon": {
            "seconds": dict.fromkeys(("platform", "duckdb", "pandas"), seconds),
            "platform_to_duckdb": 2.0,
            "platform_to_pandas": 0.5,
        },
        "parquet_bytes": 1,
    }
    return {
        "rows": rows,
        "import": {
            "rows_per_s": {"min": 9_000.0, "median": 12_000.0, "max": 13_000.0, "repeats": 5},
            "seconds": seconds, "peak_memory_mb": 400.0, "table_bytes": 5_000_000,
        },
        "rebuild": {
            "one_area_s": seconds, "top_s": seconds, "all_areas_s": seconds, "peak_memory_mb": 300.0, "areas": 13,
        },
        "aggregate": aggregate,
        "pages": {
            "how": "in the process",
            "pages": {
                "picture": page("picture", True),
                "reports": page("list", True, 250.0),
                "words": page("page", False),
                "the ledger": page("plan", False, 190.0),
                "the council's page": page("council", False, 95.0),
            },
            "files_not_cacheable": [],
        },
        "approve": {"approved_to_picture_s": seconds},
        **changed,
    }  # fmt: skip


def missed(lines):
    return [line["name"] for line in lines if not line["met"]]


def test_everything_within_its_budget_is_met():
    assert missed(budgets(size())) == []


def test_exploring_is_held_to_less_in_a_small_collaboration():
    assert missed(budgets(size(rows=200_000))) == ["exploration: each list and panel, p95 (the slowest)"]


def test_the_action_plan_is_held_to_the_same_at_every_size():
    slow = size()["pages"]
    slow["pages"]["the ledger"]["p95_ms"] = 200.1
    for rows in (10_000, 1_000_000):
        found = missed(budgets(size(rows=rows, pages=slow)))
        assert "action plan, ledger, my work and promise, p95 (the slowest)" in found


def test_a_budget_on_speed_is_missed_from_below_and_one_on_memory_from_above():
    slow = {**size()["import"], "rows_per_s": spread([9_999.0] * 5), "peak_memory_mb": 500.1}
    assert missed(budgets(size(**{"import": slow}))) == [
        "import through the whole pipeline",
        "memory of a worker that imports",
    ]


def results(*sizes):
    machine = {"cores": 2, "processor": "a processor", "memory_mb": 4000, "load_before": [0.1], "load_after": [1.9]}
    return {
        "when": "2026-11-22T10:00:00+00:00", "commit": "abc1234", "rounds": 5, "seed": 1, "years": 5, "took_s": 600,
        "machine": machine, "versions": {"python": "3.11.2"}, "sizes": list(sizes),
        "budgets": [line for one in sizes for line in budgets(one)],
    }  # fmt: skip


def test_the_page_is_filled_between_its_markers_and_again_without_traces(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n\n{markdown.BEGIN}\nold\n{markdown.END}\n\n## After\n")
    slow = {**size()["pages"], "files_not_cacheable": ["/static/a.css"]}
    markdown.fill(page, results(size(rows=10_000), size(pages=slow)))
    first = page.read_text()
    assert first.startswith("# Before\n")
    assert first.endswith("\n## After\n")
    assert "old" not in first
    assert "| 10,000 | 1,000,000 |" in first
    assert "**1 files, missed**" in first
    pages, plan = first.split("## Pages")[1].split("## The action plan")
    assert ("the ledger" in pages, "the ledger" in plan, "| words |" in pages) == (False, True, True)
    markdown.fill(page, results(size(rows=10_000), size(pages=slow)))
    assert page.read_text() == first


def test_a_page_without_markers_is_left_alone(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text("# Written by hand\n")
    with pytest.raises(SystemExit, match="needs the lines"):
        markdown.fill(page, results(size()))
    assert page.read_text() == "# Written by hand\n"
