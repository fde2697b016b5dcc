"""A stand-in for Slack: a real server on loopback that answers as it is told, and keeps what it accepted."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

PATH = "/services/T00000000/B00000000/dGhpcyBpcyBub3QgYSBzZWNyZXQ"

Message = dict[str, Any]


@dataclass(frozen=True)
class Behaviour:
    """How one request is answered, and whether its message counts as accepted before that."""

    act: Callable[[_Handler], None]
    accepts: bool = False


def status(code: int, body: str = "", **headers: str) -> Behaviour:
    """Any answer; 200 with `ok` is the one by which Slack accepts."""

    def act(handler: _Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return Behaviour(act, accepts=(code, body) == (200, "ok"))


def _hang(handler: _Handler) -> None:
    handler.server.closing.wait(10)


def _reset(handler: _Handler) -> None:
    """Cut the connection with an RST."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _drip(handler: _Handler) -> None:
    """Send an answer so slowly that no single read ever times out."""
    with contextlib.suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"o" * 1000:
            handler.wfile.write(bytes([byte]))
            if handler.server.closing.wait(0.02):
                break


def _garbage(handler: _Handler) -> None:
    handler.wfile.write(b"\x00\xff\xfenot http at all\r\n\r\n")


accept = status(200, "ok")
hang = Behaviour(_hang)
reset = Behaviour(_reset)
accept_and_reset = Behaviour(_reset, accepts=True)
drip = Behaviour(_drip)
garbage = Behaviour(_garbage)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = json.loads(body)
        with self.server.lock:
            self.server.requests.append((self.path, message))
            behaviour = self.server.next_behaviour(self.path, message)
            if behaviour.accepts:
                self.server.accepted.append(message)
        self.close_connection = True
        behaviour.act(self)

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock, self.closing = Lock(), Event()
        self.requests: list[tuple[str, Message]] = []
        self.accepted: list[Message] = []
        self.script: list[Behaviour] = []
        self.rule: Callable[[str, Message], Behaviour | None] = lambda path, message: None

    def next_behaviour(self, path: str, message: Message) -> Behaviour:
        found = self.rule(path, message)
        if found is None and self.script:
            found = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return found or accept

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no error here."""


class Slack:
    """The stand-in, as tests see it.

    Attributes
    ----------
    accepted
        The messages that were taken.
    requests
        The path and message of every request.
    """

    def __init__(self, server: _Server) -> None:
        self._server = server
        self.host = f"127.0.0.1:{server.server_address[1]}"
        self.url = f"http://{self.host}{PATH}"

    @property
    def accepted(self) -> list[Message]:
        """What was taken."""
        return list(self._server.accepted)

    @property
    def requests(self) -> list[tuple[str, Message]]:
        """What was asked."""
        return list(self._server.requests)

    def answers(self, *behaviours: Behaviour) -> None:
        """Answer with these in turn, and with the last of them from then on."""
        self._server.script = list(behaviours)

    def decides(self, rule: Callable[[str, Message], Behaviour | None]) -> None:
        """Answer as a rule says; None follows `answers`."""
        self._server.rule = rule


@contextmanager
def slack() -> Iterator[Slack]:
    """A running stand-in on a free port."""
    server = _Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Slack(server)
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def titles(messages: list[Message]) -> list[str]:
    """The headers of all notices, in the order in which they arrived."""
    return [part["blocks"][0]["text"]["text"] for message in messages for part in message["attachments"]]
