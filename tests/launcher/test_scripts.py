"""The scripts themselves: from any folder, and on a machine without a usable Python."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from est_platform.launcher.house import ROOT


@pytest.mark.parametrize("script", ["setup", "server", "test"])
def test_a_script_runs_from_any_folder(script, tmp_path):
    done = subprocess.run(
        [ROOT / "script" / script, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert f"usage: script/{script}" in done.stdout


def test_without_python_the_script_says_what_to_do(tmp_path):
    shutil.copytree(ROOT / "script", tmp_path / "script")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(str(shutil.which(name)))
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # what an older Python answers
    old.chmod(0o755)
    done = subprocess.run([tmp_path / "script" / "setup"], env={"PATH": str(tools)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no Python 3.11 or newer" in done.stderr
    assert "What to do: install one" in done.stderr


def test_the_build_server_runs_everything():
    text = (ROOT / ".ci" / "run").read_text()
    assert "CI=true" in text
    assert "script/test" in text
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
