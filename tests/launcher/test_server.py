"""`script/server`: the port, and that nothing it starts is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from est_platform.launcher import server
from est_platform.launcher.house import ROOT
from est_platform.launcher.report import Failure
from est_platform.launcher.supervisor import Supervisor


@pytest.fixture
def taken():
    """A port another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_refused_when_it_was_asked_for(taken):
    with pytest.raises(Failure, match=f"Port {taken} is taken") as caught:
        server.listen("127.0.0.1", taken)
    assert "--port" in caught.value.to_do


def test_the_next_free_port_is_taken_and_said(taken, monkeypatch, capsys):
    monkeypatch.setattr(server, "FIRST_PORT", taken)
    with server.listen("127.0.0.1", None) as listening:
        port = listening.getsockname()[1]
    assert taken < port < taken + server.PORTS_TRIED
    assert f"Port {taken} is taken: using {port}" in capsys.readouterr().out


def test_a_taken_port_is_ours_at_once():
    with server.listen("127.0.0.1", 0) as listening, pytest.raises(Failure):
        server.listen("127.0.0.1", listening.getsockname()[1])


@pytest.mark.parametrize("port", [70000, -1])
def test_a_number_that_is_no_port_is_said(port):
    with pytest.raises(Failure, match="is not a port"):
        server.listen("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_said():
    with pytest.raises(Failure, match="Cannot listen on"):
        server.listen("192.0.2.1", 8000)


# A launcher in small: two programs, one of which has a child of its own that pays no attention to polite requests.
LAUNCHER = """
    import signal, sys
    from pathlib import Path
    from est_platform.launcher.report import Failure, fail
    from est_platform.launcher.supervisor import Supervisor

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(sys.argv[1])
    supervisor = Supervisor(folder / "log", cwd=folder)
    try:
        supervisor.start("sleeper", [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"])
        supervisor.start("parent", ["sh", "-c", "(trap '' TERM INT; sleep 600) & echo $! > child; wait"])
        print("ready", *[child.process.pid for child in supervisor.children], flush=True)
        supervisor.watch()
    except KeyboardInterrupt:
        pass
    except Failure as failure:
        fail(failure)
        sys.exit(1)
    finally:
        supervisor.stop()
"""


class Launched:
    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(LAUNCHER), str(folder)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.pids = [int(word) for word in self.process.stdout.readline().split()[1:]]
        child = folder / "child"
        assert _until(lambda: child.exists() and child.read_text().strip())
        self.pids.append(int(child.read_text()))
        # A program is started before it has said anything: whoever kills it sooner finds an empty log.
        assert _until(lambda: "here" in (folder / "log" / "sleeper.log").read_text())

    def all_ended(self) -> bool:
        return _until(lambda: not any(_runs(pid) for pid in self.pids))


@pytest.fixture
def launched(tmp_path):
    launched = Launched(tmp_path)
    yield launched
    for pid in launched.pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    launched.process.kill()
    launched.process.communicate()


def _until(is_so, at_most: float = 30) -> bool:
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_everything(launched, number):
    assert len(launched.pids) == 3
    assert all(_runs(pid) for pid in launched.pids)
    launched.process.send_signal(number)
    assert launched.process.wait(40) == 0
    assert launched.all_ended()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_program_that_ends_by_itself_stops_the_rest_and_is_reported(launched):
    os.kill(launched.pids[0], signal.SIGKILL)
    _, said = launched.process.communicate(timeout=40)
    assert launched.process.returncode == 1
    assert "The sleeper was ended by signal 9" in said
    assert "here" in said, "the end of its log is shown"
    assert launched.all_ended()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such signal")
def test_the_programs_end_when_the_launcher_is_killed(launched):
    launched.process.kill()
    assert _until(lambda: not any(_runs(pid) for pid in launched.pids[:2]))


def test_the_log_of_the_run_before_is_kept(tmp_path):
    for word in ("first", "second"):
        supervisor = Supervisor(tmp_path, cwd=tmp_path)
        supervisor.start("program", ["echo", word]).process.wait(30)
        supervisor.stop()
    assert (tmp_path / "program.log").read_text() == "second\n"
    assert (tmp_path / "program.log.old").read_text() == "first\n"


def test_waiting_ends_when_a_program_does(tmp_path):
    supervisor = Supervisor(tmp_path, cwd=tmp_path)
    supervisor.start("program", [sys.executable, "-c", "print('why'); raise SystemExit(7)"])
    with pytest.raises(Failure, match="exit code 7") as caught:
        supervisor.wait_until(lambda: False, at_most=30)
    assert "why" in caught.value.what
    supervisor.stop()
