"""What the set-up installs, and how it sees that nothing has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from est_platform.launcher import house, packages, setup
from est_platform.launcher.report import Failure


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty checkout with lock files, and a record of the commands that would have been run in it."""
    for name in ("requirements", "requirements-test", "requirements-redis"):
        (tmp_path / f"{name}.lock").write_text(f"{name}==1\n")
    (tmp_path / "requirements-uv.lock").write_text("uv==1.2.3 --hash=sha256:00\n")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "package.json").write_text("{}")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "VENV", venv)
    monkeypatch.setattr(packages, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(packages, "PROGRAMS", venv / "programs")
    monkeypatch.setattr(packages, "PACKAGES_STAMP", venv / "est-stamp.json")
    monkeypatch.setattr(packages, "FRONT_END", tmp_path / "node_modules")
    monkeypatch.setattr(packages, "FRONT_END_STAMP", tmp_path / "node_modules" / ".est-stamp")
    commands: list[list[str]] = []

    def run(command, **_):
        command = [str(part) for part in command]
        commands.append(command)
        if "venv" in command:
            (venv / "bin").mkdir(parents=True)
            (venv / "bin" / "python").symlink_to(sys.executable)
        if "--target" in command:
            packages.PROGRAMS.mkdir()
        if "ci" in command:
            (tmp_path / "node_modules").mkdir(exist_ok=True)
        return ""

    monkeypatch.setattr(packages, "run", run)
    return Checkout(tmp_path, commands)


class Checkout:
    def __init__(self, root: Path, commands: list[list[str]]) -> None:
        self.root, self.commands = root, commands

    def installs(self) -> list[str]:
        """The lock files uv was told to install since the last question."""
        found = [Path(command[-1]).name for command in self.commands if Path(command[0]).name == "uv"]
        self.commands.clear()
        return found


def test_a_second_set_up_installs_nothing(checkout):
    packages.install_python_packages(tests=False)
    assert checkout.installs() == ["requirements.lock"]
    packages.install_python_packages(tests=False)
    assert checkout.commands == []


def test_the_tests_packages_also_serve_the_server(checkout):
    packages.install_python_packages(tests=True)
    assert checkout.installs() == ["requirements-test.lock"]
    packages.install_python_packages(tests=False)
    assert checkout.commands == []
    packages.install_python_packages(tests=True)
    assert checkout.commands == []


def test_the_tests_packages_are_added_to_the_servers(checkout):
    packages.install_python_packages(tests=False)
    checkout.installs()
    packages.install_python_packages(tests=True)
    assert checkout.installs() == ["requirements-test.lock"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-uv.lock"])
def test_a_changed_lock_file_installs_again(checkout, lock):
    packages.install_python_packages(tests=False)
    checkout.installs()
    with (checkout.root / lock).open("a") as file:
        file.write("another==2\n")
    packages.install_python_packages(tests=False)
    assert checkout.installs() == ["requirements.lock"]


def test_every_package_is_checked_against_its_hash(checkout):
    packages.install_python_packages(tests=True)
    packages.install_redis()
    installs = [command for command in checkout.commands if "install" in command]
    assert len(installs) == 3  # uv itself, the packages, Redis
    assert all("--require-hashes" in command for command in installs)


def test_a_moved_checkout_gets_a_new_environment(checkout):
    packages.install_python_packages(tests=False)
    stamp = json.loads(packages.PACKAGES_STAMP.read_text())
    packages.PACKAGES_STAMP.write_text(json.dumps({**stamp, "root": "elsewhere"}))
    checkout.commands.clear()
    (packages.PYTHON).unlink()
    (checkout.root / ".venv" / "bin").rmdir()
    packages.install_python_packages(tests=False)
    assert any("venv" in command for command in checkout.commands)


def test_a_linked_environment_of_another_checkout_is_never_emptied(checkout, tmp_path_factory):
    packages.install_python_packages(tests=False)
    checkout.commands.clear()
    other = tmp_path_factory.mktemp("other") / ".venv"
    packages.VENV.rename(other)
    packages.VENV.symlink_to(other)
    stamp = json.loads(packages.PACKAGES_STAMP.read_text())
    packages.PACKAGES_STAMP.write_text(json.dumps({**stamp, "root": str(other.parent)}))

    with pytest.raises(Failure, match="is a link to"):
        packages.install_python_packages(tests=False)

    assert checkout.commands == []
    assert (other / "est-stamp.json").exists()


def test_linked_front_end_packages_of_another_checkout_are_never_emptied(checkout, monkeypatch, tmp_path_factory):
    monkeypatch.setattr(packages, "npm_command", lambda: (["npm"], Path("bin"), "a test's Node"))
    packages.FRONT_END.symlink_to(tmp_path_factory.mktemp("other"))

    with pytest.raises(Failure, match="is a link to"):
        packages.install_front_end_packages()

    assert checkout.commands == []


def test_an_interrupted_install_is_done_again(checkout, monkeypatch):
    packages.install_python_packages(tests=False)
    with (checkout.root / "requirements.lock").open("a") as file:
        file.write("another==2\n")
    working = packages.run

    def failing(command, **_):
        if Path(command[0]).name == "uv":
            raise Failure("the network is down", "wait")

    monkeypatch.setattr(packages, "run", failing)
    with pytest.raises(Failure, match="network"):
        packages.install_python_packages(tests=False)
    monkeypatch.setattr(packages, "run", working)
    checkout.commands.clear()
    packages.install_python_packages(tests=False)
    assert checkout.installs() == ["requirements.lock"]


def test_front_end_packages_are_installed_when_their_lock_changes(checkout, monkeypatch):
    monkeypatch.setattr(packages, "npm_command", lambda: (["npm"], Path("bin"), "a test's Node"))
    packages.install_front_end_packages()
    packages.install_front_end_packages()
    assert [command[:2] for command in checkout.commands] == [["npm", "ci"]]
    (checkout.root / "package-lock.json").write_text('{"changed": true}')
    packages.install_front_end_packages()
    assert len(checkout.commands) == 2


def test_without_a_node_on_the_machine_the_packages_own_is_used(monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    npm, folder, whose = packages.npm_command()
    assert whose == "Node from the Python packages"
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    said = subprocess.run([*npm, "--version"], capture_output=True, text=True, check=True, env=env)
    assert int(said.stdout.split(".")[0]) >= 8


def test_an_old_node_is_passed_over(tmp_path, monkeypatch):
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho v12.22.9\n")
        program.chmod(0o755)
    monkeypatch.setattr(packages.shutil, "which", lambda name: str(tmp_path / name))
    assert packages.npm_command()[2] == "Node from the Python packages"


def test_translations_are_compiled_when_they_have_changed_and_without_doubtful_ones(tmp_path, monkeypatch):
    import gettext

    folder = tmp_path / "locale" / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    source.write_text(header + 'msgid "Area"\nmsgstr "Område"\n\n#, fuzzy\nmsgid "Place"\nmsgstr "Fel"\n')
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    packages.compile_translations()
    compiled = folder / "django.mo"
    with compiled.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Area") == "Område"
    assert catalogue.gettext("Place") == "Place"
    before = compiled.stat().st_mtime_ns
    packages.compile_translations()
    assert compiled.stat().st_mtime_ns == before
    later = time.time() + 10
    os.utime(source, (later, later))
    packages.compile_translations()
    assert compiled.stat().st_mtime_ns != before


def test_static_files_are_collected_again_when_one_changes(tmp_path):
    file = tmp_path / "static" / "css" / "page.css"
    file.parent.mkdir(parents=True)
    file.write_text("a{}")
    before = setup.static_sources(tmp_path)
    assert setup.static_sources(tmp_path) == before
    file.write_text("b{color:red}")
    assert setup.static_sources(tmp_path) != before
    (tmp_path / "package-lock.json").write_text("{}")
    after = setup.static_sources(tmp_path)
    assert after != before
    collected = tmp_path / ".local" / "static" / "page.css"
    collected.parent.mkdir(parents=True)
    collected.write_text("b{color:red}")
    assert setup.static_sources(tmp_path) == after


def test_a_failing_command_stops_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(house, "LOGS", tmp_path)
    with pytest.raises(Failure) as caught:
        house.run([sys.executable, "-c", "print('it broke'); raise SystemExit(3)"], what="No.", to_do="Do this.")
    assert "it broke" in caught.value.what
    assert caught.value.to_do == "Do this."
    assert "it broke" in (tmp_path / "setup.log").read_text()
