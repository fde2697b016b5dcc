"""A server that answers as it is told, and keeps what it accepted: Slack on a bad day."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from ops.local.servers import Act, Endpoint, Exchange, reply
from ops.local.slack import ACCEPT, Behaviour, Message

PATH = "/services/T00000000/B00000000/dGhpcyBpcyBub3QgYSBzZWNyZXQ"


def status(code: int, body: str = "", **headers: str) -> Behaviour:
    """Any answer; 200 with `ok` is the one by which Slack accepts."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Behaviour(reply(code, body, named), accepts=(code, body) == (200, "ok"))


def _hang(exchange: Exchange) -> None:
    exchange.server.closing.wait(10)


def _reset(exchange: Exchange) -> None:
    """Cut the connection with an RST."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()


def _drip(exchange: Exchange) -> None:
    """Send an answer so slowly that no single read ever times out."""
    with contextlib.suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"o" * 1000:
            exchange.wfile.write(bytes([byte]))
            if exchange.server.closing.wait(0.02):
                break


def _garbage(exchange: Exchange) -> None:
    exchange.wfile.write(b"\x00\xff\xfenot http at all\r\n\r\n")


accept = ACCEPT
hang = Behaviour(_hang)
reset = Behaviour(_reset)
accept_and_reset = Behaviour(_reset, accepts=True)
drip = Behaviour(_drip)
garbage = Behaviour(_garbage)


class Slack:
    """The stand-in, as tests see it.

    Attributes
    ----------
    accepted
        The messages that were taken.
    requests
        The path and message of every request.
    """

    def __init__(self) -> None:
        self._endpoint, self._lock = Endpoint(self._answer), Lock()
        self._script: list[Behaviour] = [accept]
        self._rule: Callable[[str, Message], Behaviour | None] = lambda path, message: None
        self.accepted: list[Message] = []
        self.requests: list[tuple[str, Message]] = []

    @property
    def host(self) -> str:
        """Its host and port."""
        return self._endpoint.url.removeprefix("http://")

    @property
    def url(self) -> str:
        """The webhook."""
        return self._endpoint.url + PATH

    def answers(self, *behaviours: Behaviour) -> None:
        """Answer with these in turn, and with the last of them from then on."""
        self._script = list(behaviours)

    def decides(self, rule: Callable[[str, Message], Behaviour | None]) -> None:
        """Answer as a rule says; None follows `answers`."""
        self._rule = rule

    def _answer(self, exchange: Exchange) -> Act:
        path, message = exchange.path, json.loads(exchange.body)
        with self._lock:
            self.requests.append((path, message))
            behaviour = self._rule(path, message) or self._next()
            if behaviour.accepts:
                self.accepted.append(message)
        return behaviour.act

    def _next(self) -> Behaviour:
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]


@contextmanager
def slack() -> Iterator[Slack]:
    """A running stand-in on a free port."""
    standing = Slack()
    with standing._endpoint:
        yield standing


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def titles(messages: list[Message]) -> list[str]:
    """The headers of all notices, in the order in which they arrived."""
    return [part["blocks"][0]["text"]["text"] for message in messages for part in message["attachments"]]
