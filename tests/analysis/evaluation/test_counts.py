import csv
import json
from pathlib import Path

import pytest

from analysis.evaluation import weighted_displacement_difference

PUBLISHED = Path(__file__).parents[2] / "data" / "published"


def cases(folder, name):
    """The published cases by name, each with its numbers."""
    with (PUBLISHED / folder / name).open(encoding="utf-8", newline="") as file:
        return {row.pop("case"): {k: float(v) for k, v in row.items()} for row in csv.DictReader(file)}


def expected(folder, name):
    return json.loads((PUBLISHED / folder / name).read_text(encoding="utf-8"))


# --- The weighted displacement difference -----------------------------------------------------------------------------

WDD = cases("displacement", "wdd_cases.csv")


def wdd(case):
    names = {"dispcontrol": "ring_control", "disp": "ring"}
    how = {"confidence": 1 - case["alpha"]}
    for column, number in case.items():
        for published, ours in names.items():
            if published in column.split("_"):
                column = column.replace(published, ours)
                break
        if column != "alpha":
            how[column] = number
    return weighted_displacement_difference(**how)


@pytest.mark.parametrize("name", WDD)
def test_published_displacement_differences(name):
    result, told = wdd(WDD[name]), expected("displacement", "wdd_expected.json")[name]
    ours = {
        "Est_Local": result.local, "SE_Local": result.local_se, "Est_Displace": result.displacement,
        "SE_Displace": result.displacement_se, "Est_Total": result.estimate, "SE_Total": result.se, "Z": result.z,
        "LowCI": result.ci_low, "HighCI": result.ci_high,
    }  # fmt: skip
    assert {key: ours[key] for key in told["computed"]} == pytest.approx(told["computed"], rel=1e-12)
    for key, number in told["published"].items():
        # Each to the decimals it was printed with.
        decimals = len(repr(number).partition(".")[2]) if isinstance(number, float) else 0
        assert ours[key] == pytest.approx(number, abs=0.51 * 10**-decimals), key
