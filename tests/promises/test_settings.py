"""Every setting stands in `.env.example`, and in what production starts."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings

# What only docker-compose.yml reads.
OF_COMPOSE = {"POSTGRES_PASSWORD", "WEB_PORT"}
# What docker-compose.yml or the image sets itself.
SET_THERE = {"DATABASE_URL", "REDIS_URL", "MEDIA_ROOT", "STATIC_ROOT"}
_OTHER_CODE = {"tests", "benchmarks", "node_modules", "docs"}


def names_in_the_code() -> set[str]:
    files = [
        file
        for file in settings.BASE_DIR.rglob("*.py")
        if not any(part in _OTHER_CODE or part.startswith(".") for part in file.relative_to(settings.BASE_DIR).parts)
    ]
    asked = re.compile(r"""\benv\.(?:text|flag|number|items|hours)\(\s*["'](\w+)["']""")
    return {name for file in files for name in asked.findall(file.read_text())}


def names_in_the_example() -> list[str]:
    return re.findall(r"^(\w+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE)


def compose() -> dict:
    return yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())


def test_every_setting_stands_in_the_example_once_and_nothing_else():
    names = names_in_the_example()
    assert len(names) == len(set(names))
    assert set(names) == names_in_the_code() | OF_COMPOSE


def test_every_setting_is_explained():
    lines = (settings.BASE_DIR / ".env.example").read_text().splitlines()
    above = dict(zip(lines[1:], lines, strict=False))
    unexplained = [line for line in lines if re.match(r"\w+=", line) and not re.match(r"# (?!---)", above[line])]
    assert unexplained == []


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_compose_passes_every_setting_to_each_process(service):
    passed = set(compose()["services"][service]["environment"])
    assert passed | {"MEDIA_ROOT", "STATIC_ROOT"} == names_in_the_code()


def test_compose_asks_for_no_name_the_example_lacks():
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    assert asked <= set(names_in_the_example())
    assert OF_COMPOSE - {"POSTGRES_PASSWORD"} <= asked


def test_compose_starts_everything_and_in_order():
    services = compose()["services"]
    assert set(services) == {"web", "worker", "beat", "migrate", "postgres", "redis"}
    for name in ("web", "worker", "beat"):
        waits_for = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert waits_for == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }
    healthy_by_image = {"web"}  # HEALTHCHECK in the Dockerfile
    assert all("healthcheck" in service for name, service in services.items() if name not in healthy_by_image)


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not installed (Debian's package)")
@pytest.mark.parametrize("filled_in", [True, False])
def test_docker_compose_accepts_the_file(tmp_path, filled_in):
    shutil.copy(settings.BASE_DIR / "docker-compose.yml", tmp_path)
    if filled_in:
        example = (settings.BASE_DIR / ".env.example").read_text()
        filled = example.replace("POSTGRES_PASSWORD=\n", "POSTGRES_PASSWORD=abc123\n").replace(
            "SECRET_KEY=\n", "SECRET_KEY=a-secret\n"
        )
        (tmp_path / ".env").write_text(filled)
    quiet = subprocess.run(["docker-compose", "config", "-q"], cwd=tmp_path, capture_output=True, text=True)
    assert quiet.returncode == 0, quiet.stderr
    if filled_in:
        shown = subprocess.run(["docker-compose", "config"], cwd=tmp_path, capture_output=True, text=True, check=True)
        web = yaml.safe_load(shown.stdout)["services"]["web"]["environment"]
        assert web["SECRET_KEY"] == "a-secret"
        assert web["DATABASE_URL"] == "postgresql://est:abc123@postgres:5432/est"


def test_the_image_is_made_by_the_set_up_script_and_runs_as_nobody_in_particular():
    text = (settings.BASE_DIR / "Dockerfile").read_text()
    assert "RUN script/setup --no-services" in text
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    assert "HEALTHCHECK" in text


def test_the_image_holds_every_room():
    wanted = {
        line[1:] for line in (settings.BASE_DIR / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    rooms = {app.split(".")[0] for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app.split(".")[0]).is_dir()}
    assert rooms <= wanted
