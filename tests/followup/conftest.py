"""Photos lie with the test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Each test has a folder of its own for files."""
    settings.MEDIA_ROOT = str(tmp_path)
