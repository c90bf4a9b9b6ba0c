"""A wire between browser and server that can be cut and slowed down: what a cellar does to a phone and its worker."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE_S = 60


@dataclass
class Held:
    """A request, or its answer, that stands still on its way."""

    begins: bytes
    is_answer: bool
    reached: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        self.reached.set()
        self.goes_on.wait(PATIENCE_S)


class Wire:
    """Carries bytes from a port of its own to the server. `cut` and `mend` are the network; `delay_s` makes it slow."""

    def __init__(self, server_url: str) -> None:
        there = urlsplit(server_url)
        self.server = (there.hostname or "localhost", there.port or 80)
        self.delay_s = 0.0
        self.port = 0
        self.listener: socket.socket | None = None
        self.open_sockets: set[socket.socket] = set()
        self.held: list[Held] = []
        self.mend()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def mend(self) -> None:
        """Let everything through."""
        if self.listener is not None:
            return
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        """End what is under way and let nothing through."""
        listener, self.listener = self.listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for one in list(self.open_sockets):
            self._close(one)

    def hold_request(self, begins: str) -> Held:
        """Let the next request that begins so stand still before the server has it."""
        self.held.append(Held(begins.encode(), is_answer=False))
        return self.held[-1]

    def hold_answer(self, begins: str) -> Held:
        """Let the next request that begins so reach the server, and its answer stand still."""
        self.held.append(Held(begins.encode(), is_answer=True))
        return self.held[-1]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.server)
        except OSError:
            near.close()
            return
        self.open_sockets |= {near, far}
        answers: list[Held] = []

        def hold_request(data: bytes) -> None:
            for held in [one for one in self.held if data.startswith(one.begins)]:
                self.held.remove(held)
                if held.is_answer:
                    answers.append(held)
                else:
                    held.wait()

        def hold_answer(_data: bytes) -> None:
            while answers:
                answers.pop().wait()

        threading.Thread(target=self._pump, args=(far, near, hold_answer), daemon=True).start()
        self._pump(near, far, hold_request)

    def _pump(self, source: socket.socket, target: socket.socket, hold: Callable[[bytes], None]) -> None:
        try:
            while data := source.recv(65536):
                time.sleep(self.delay_s)
                hold(data)
                target.sendall(data)
        except OSError:
            pass
        finally:
            self._close(source)
            self._close(target)

    def _close(self, one: socket.socket) -> None:
        self.open_sockets.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
