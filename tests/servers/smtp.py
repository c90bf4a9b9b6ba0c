"""A mail server on this machine: it keeps every letter it has taken, and can be made to hold its answer or refuse."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage


class MailServer:
    """What has been taken, and how the server is feeling."""

    def __init__(self) -> None:
        self.port = 0
        # Receiver and letter, in the order in which they were taken.
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refuses = False
        # Whose letter is held, and whether it is held when it has been taken (and not answered) or before.
        self.holds: str | None = None
        self.holds_when_taken = False
        self.is_holding = threading.Event()
        self.may_go_on = threading.Event()

    def letters(self) -> Counter[str]:
        """How many letters each receiver has got."""
        return Counter(receiver for receiver, _letter in self.taken)

    def hold(self, receiver: str, *, when_taken: bool) -> None:
        """Let the letter to this receiver wait, until `let_go`."""
        self.holds, self.holds_when_taken = receiver, when_taken
        self.is_holding.clear()
        self.may_go_on.clear()

    def let_go(self) -> None:
        self.holds = None
        self.may_go_on.set()

    def wait_if_held(self, receiver: str, *, is_taken: bool) -> None:
        if receiver == self.holds and is_taken == self.holds_when_taken:
            self.is_holding.set()
            self.may_go_on.wait(timeout=120)


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A mail server that answers until the block ends."""
    mails = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            receiver = ""
            self._say(220, "here")
            while line := self.rfile.readline().decode().strip():
                word = line.split(" ", 1)[0].upper()
                if word == "QUIT":
                    self._say(221, "bye")
                    return
                if word == "RCPT":
                    receiver = line.split("<", 1)[1].split(">", 1)[0]
                    if mails.refuses:
                        self._say(451, "not now")
                        continue
                    mails.wait_if_held(receiver, is_taken=False)
                if word == "DATA":
                    self._say(354, "go on")
                    if (text := self._letter()) is None:
                        return  # whoever was sending is gone: half a letter is none
                    letter = email.message_from_bytes(text, policy=email.policy.default)
                    assert isinstance(letter, EmailMessage)
                    mails.taken.append((receiver, letter))
                    mails.wait_if_held(receiver, is_taken=True)
                self._say(250, "good")

        def _letter(self) -> bytes | None:
            lines: list[bytes] = []
            while line := self.rfile.readline():
                if line == b".\r\n":
                    return b"".join(lines)
                lines.append(line.removeprefix(b"."))
            return None

        def _say(self, code: int, words: str) -> None:
            try:
                self.wfile.write(f"{code} {words}\r\n".encode())
            except OSError:
                pass  # whoever was sending is gone

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a killed worker leaves its connection as it is

    server = Server(("127.0.0.1", 0), Handler)
    mails.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield mails
    finally:
        mails.let_go()
        server.shutdown()
        server.server_close()
        thread.join()
