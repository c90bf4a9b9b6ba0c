"""Whoever reads the log reads words, not codes."""

import ast
from pathlib import Path

from django.conf import settings

from incidents.models import Status
from partners.presenters import ACTION_WORDS

ROOMS = (
    "councils", "followup", "action_plans", "partners", "areas", "incidents", "situational_picture", "cause_analysis",
    "est_platform",
)  # fmt: skip


def codes_in(path):
    """The codes a file writes in the log, where they are written out."""
    for node in ast.walk(ast.parse(path.read_text())):
        name = getattr(getattr(node, "func", None), "id", "")
        if name == "record" and node.args and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def test_every_code_of_the_log_has_words():
    files = [path for room in ROOMS for path in (Path(settings.BASE_DIR) / room).rglob("*.py")]
    codes = {code for path in files for code in codes_in(path)}
    assert len(codes) > 30
    assert codes - set(ACTION_WORDS) == set()


def test_every_way_a_report_is_reviewed_has_words():
    assert {f"incident_{s}" for s in (Status.APPROVED, Status.RETURNED, Status.REJECTED)} <= set(ACTION_WORDS)
