"""The embedded services: where their sockets lie, what is written for the settings, who stops them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from est_platform import environment as env
from est_platform.launcher import house, services
from est_platform.launcher.report import Failure


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A `.local` of the test's own, so that nothing running in this checkout is touched."""
    folder = tmp_path / ".local"
    for module, names in (
        (house, {"LOCAL": folder, "LOGS": folder / "log"}),
        (
            services,
            {
                "LOCAL": folder, "LOGS": folder / "log", "ENVIRONMENT": folder / "environment",
                "POSTGRES": folder / "postgres", "REDIS": folder / "redis",
                "STARTED_BY_A_RUN": folder / "started-by-a-run",
            },
        ),
    ):  # fmt: skip
        for name, value in names.items():
            monkeypatch.setattr(module, name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(services, "socket_folder", lambda name: house.socket_folder(name, local=folder))
    return folder


def test_the_environment_is_for_its_owner_only_and_keeps_the_key(local):
    services.write_environment({"DATABASE_URL": "postgresql://a"})
    assert stat.S_IMODE((local / "environment").stat().st_mode) == 0o600
    key = services.read_environment()["SECRET_KEY"]
    assert len(key) >= 50
    (local / "environment").chmod(0o644)
    services.write_environment({"DATABASE_URL": "postgresql://b"})
    assert stat.S_IMODE((local / "environment").stat().st_mode) == 0o600
    assert services.read_environment() == {"SECRET_KEY": key, "DATABASE_URL": "postgresql://b"}


def test_the_settings_read_what_the_launcher_writes(local, monkeypatch):
    services.write_environment({"DATABASE_URL": "postgresql://postgres@/est?host=/a%20b"})
    monkeypatch.setattr(env, "LOCAL_DIR", local)
    values = env._local_values()
    assert values == services.read_environment()
    assert env.database(values["DATABASE_URL"])["HOST"] == "/a b"


def test_a_short_plain_folder_holds_its_own_sockets():
    assert house.socket_folder("redis", local=Path("/short/.local")) == Path("/short/.local/redis")


@pytest.mark.parametrize("folder", ["/a/" + "long" * 30, "/a folder/with spaces", "/å/ä/ö", "/it's"])
def test_other_folders_have_their_sockets_in_the_temporary_folder(folder, monkeypatch):
    temporary = Path(tempfile.mkdtemp(prefix="est-"))
    monkeypatch.setattr(house.tempfile, "gettempdir", lambda: str(temporary))
    sockets = house.socket_folder("redis", local=Path(folder))
    try:
        assert sockets.parent.parent == temporary
        assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) <= house.LONGEST_SOCKET
        assert house.socket_folder("redis", local=Path(folder)) == sockets
        assert house.socket_folder("redis", local=Path(folder + "x")) != sockets
    finally:
        for child in temporary.iterdir():
            child.rmdir()
        temporary.rmdir()


def test_a_temporary_folder_that_is_too_long_is_said_in_words(monkeypatch):
    monkeypatch.setattr(house.tempfile, "gettempdir", lambda: "/b" * 80)
    with pytest.raises(Failure) as caught:
        house.socket_folder("redis", local=Path("/a folder"))
    assert "TMPDIR" in caught.value.to_do


def test_redis_starts_answers_and_keeps_what_it_holds(local):
    import redis

    address, started = services.start_redis()
    services.write_environment({"REDIS_URL": address})
    try:
        assert started
        assert services.start_redis() == (address, False)
        with redis.Redis.from_url(address) as client:
            client.set("kept", "yes")
    finally:
        services.stop_redis()
    assert not services._ask_redis(services.redis_socket(), "PING")
    try:
        assert services.start_redis() == (address, True)
        with redis.Redis.from_url(address) as client:
            assert client.get("kept") == b"yes"
    finally:
        services.stop_redis()


def test_postgresql_starts_answers_and_keeps_what_it_holds(local, monkeypatch):
    import psycopg

    local.mkdir()
    said: list[str] = []
    monkeypatch.setattr(services, "step", said.append)
    address, started = services.start_postgresql()
    try:
        assert started
        assert services.start_postgresql() == (address, False)
        with psycopg.connect(address) as connection:
            found = connection.execute("SELECT upper('åäö'), current_setting('server_version_num')::int / 10000")
            assert found.fetchone() == ("ÅÄÖ", 18)
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    finally:
        services.stop_postgresql()
    assert services._postgres_status() is None
    try:
        assert services.start_postgresql() == (address, True)
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        services.stop_postgresql()


@pytest.fixture
def pretended(local, monkeypatch):
    """Services that only remember whether they run."""
    running = {"PostgreSQL": False, "Redis": False}

    def starting(name, address):
        def start():
            before, running[name] = running[name], True
            return address, not before

        return start

    monkeypatch.setattr(services, "start_postgresql", starting("PostgreSQL", "postgresql://embedded"))
    monkeypatch.setattr(services, "start_redis", starting("Redis", "unix:///embedded"))
    monkeypatch.setattr(services, "stop_postgresql", lambda: running.update(PostgreSQL=False))
    monkeypatch.setattr(services, "stop_redis", lambda: running.update(Redis=False))
    monkeypatch.setattr(services, "_postgres_status", lambda: (1, Path()) if running["PostgreSQL"] else None)
    monkeypatch.setattr(services, "_ask_redis", lambda *_: b"+PONG" if running["Redis"] else b"")
    local.mkdir(exist_ok=True)
    return running


def test_a_run_stops_what_a_run_started(pretended):
    services.start_services(for_a_run=True)
    assert sorted(services.stop_services(only_of_runs=True)) == ["PostgreSQL", "Redis"]
    assert not any(pretended.values())


def test_a_run_leaves_what_the_set_up_started(pretended):
    services.start_services(for_a_run=False)
    services.start_services(for_a_run=True)
    assert services.stop_services(only_of_runs=True) == []
    assert all(pretended.values())
    assert sorted(services.stop_services(only_of_runs=False)) == ["PostgreSQL", "Redis"]


def test_what_the_environment_names_is_not_started(pretended, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine")
    services.start_services(for_a_run=True)
    assert pretended == {"PostgreSQL": False, "Redis": True}
    assert "DATABASE_URL" not in services.read_environment()
    assert services.read_environment()["REDIS_URL"] == "unix:///embedded"


def test_fresh_removes_the_data_and_says_what(pretended, local):
    services.start_services(for_a_run=True)
    (local / "uploads").mkdir()
    (local / "uploads" / "file.csv").write_text("x")
    (local / "setup.lock").touch()
    removed = services.remove_data()
    assert {"environment", "uploads"} <= set(removed)
    assert [entry.name for entry in local.iterdir()] == ["setup.lock"]
    assert not any(pretended.values())


def test_the_last_to_leave_is_told_so(local):
    first, second = house.InUse(), house.InUse()
    first.enter()
    second.enter()
    assert house.in_use()
    assert first.leave() is False
    assert second.leave() is True
    assert not house.in_use()


def test_two_set_ups_at_once_wait_for_each_other(local, tmp_path):
    """The second starts only when the first has ended; each writes two lines with a pause between."""
    script = (
        "import sys, time; from pathlib import Path; from est_platform.launcher import house\n"
        "house.LOCAL = Path(sys.argv[1]); out = Path(sys.argv[2])\n"
        "with house.setup_lock():\n"
        "    for word in ('begins', 'ends'):\n"
        "        out.open('a').write(f'{sys.argv[3]} {word}\\n'); time.sleep(0.3)\n"
    )
    out = tmp_path / "out"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(local), str(out), name], cwd=house.ROOT, stdout=subprocess.DEVNULL
        )
        for name in ("one", "two")
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    lines = out.read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["begins", "ends", "begins", "ends"]
    assert lines[0].split()[0] == lines[1].split()[0] != lines[2].split()[0] == lines[3].split()[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_only_postgresqls_user_may_pass_a_closed_folder(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    closed.chmod(0o700)
    said: list[str] = []
    monkeypatch.setattr(services, "step", said.append)
    user = services.PostgresUser()
    assert not user.may_pass(closed)
    user.let_through(closed / "inside")
    assert user.may_pass(closed)
    assert user.run(["ls", closed], cwd=Path("/")).returncode != 0, "passing is not listing"
    other = subprocess.run(["test", "-x", closed], user="nobody", group="nogroup", extra_groups=[], check=False)
    assert other.returncode != 0, "the folder stays closed to others"
    assert len(said) == 1
    assert str(closed) in said[0]
    user.let_through(closed / "inside")
    assert len(said) == 1
