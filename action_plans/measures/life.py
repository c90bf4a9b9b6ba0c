"""The life of a measure as a page for people, drawn from the table of steps and the list of gaps."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from action_plans.models import MeasureState
from action_plans.rules import GAPS, MEASURE_ASKS_WHY, MEASURE_NEXT, NEVER_OVERRIDDEN
from cause_analysis.life import drawn_life

PAGE = Path(settings.BASE_DIR) / "docs" / "measure-life.md"

_HEAD = """# The life of a measure

Drawn from `MEASURE_NEXT` and `GAPS` in `action_plans/rules.py` by `manage.py write_measure_life`; a test compares the
two.

A measure may be proposed with holes. It is decided by a group once nothing is missing; a coordinator may let gaps pass
with a reason, which stands with the decision, is counted, and is shown to the council. Nobody commits another: that the
lead has accepted no reason replaces. That a measure is late is no state but follows from its day, moved to the next
working day where nobody works (`is_measure_overdue`); that it was followed up is a dated note.

"""
_BETWEEN = """
## What is missing

| code | mended in | sentence | a coordinator can let it pass |
|---|---|---|---|
"""
_S = MeasureState
_OF_PLAN = "whoever writes the plan"
_OF_LEAD = "the organisation that leads, a coordinator or an analyst"


def _taken_by(at: MeasureState, to: MeasureState) -> str:
    if to == _S.DECIDED:
        return "a member of the group that decides, a coordinator or an analyst"
    if to == _S.EVALUATED:
        return "the evaluation"
    return _OF_PLAN if at in {_S.DRAFT, _S.PROPOSED} else _OF_LEAD


def as_markdown() -> str:
    """The page as it should stand, in English."""
    with override("en"):
        drawn = drawn_life(_S, MEASURE_NEXT, first=_S.DRAFT)
        rows = ["| from | to | taken by | says why |", "|---|---|---|---|"]
        for at in _S:
            for to in sorted(MEASURE_NEXT[at], key=list(_S).index):
                why = "yes" if to in MEASURE_ASKS_WHY else ""
                rows.append(f"| {at.label} | {to.label} | {_taken_by(at, to)} | {why} |")
        gaps = [
            f"| `{code}` | `{field}` | {sentence} | {'no' if code in NEVER_OVERRIDDEN else 'yes'} |"
            for code, (field, sentence, _has) in GAPS.items()
        ]
    return _HEAD + "\n".join(drawn) + "\n\n" + "\n".join(rows) + "\n" + _BETWEEN + "\n".join(gaps) + "\n"
