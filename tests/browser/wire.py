"""A wire between browser and server that can be cut and slowed down: what a cellar does to a phone and its worker."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit


class Wire:
    """Carries bytes from a port of its own to the server. `cut` and `mend` are the network; `delay_s` makes it slow."""

    def __init__(self, server_url: str) -> None:
        there = urlsplit(server_url)
        self.server = (there.hostname or "localhost", there.port or 80)
        self.delay_s = 0.0
        self.port = 0
        self.listener: socket.socket | None = None
        self.open_sockets: set[socket.socket] = set()
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
        threading.Thread(target=self._pump, args=(far, near), daemon=True).start()
        self._pump(near, far)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                time.sleep(self.delay_s)
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
