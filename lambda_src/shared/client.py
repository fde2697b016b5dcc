"""One HTTP request, with an end that holds whatever the other side does.

A socket's timeout counts from each byte, so an answer that drips in slowly would never time out. The
exchange therefore runs in a thread that is given up when its time is over.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from threading import Thread

_LONGEST_ANSWER = 2000
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Connection": "close",
    "User-Agent": "alarm-notifier",
}


@dataclass(frozen=True)
class Answer:
    """What came back; without a status, `fault` names what went wrong instead."""

    status: int = 0
    body: str = ""
    retry_after: str = ""
    fault: str = ""


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def post(url: str, body: bytes, seconds: float) -> Answer:
    """Send a body to an address and wait for the answer, no longer than some seconds.

    Never raises for a fault of the network, and never names the address.
    """
    scheme, _, host, path = url.split("/", 3)
    connection = _connection(scheme, host, seconds)
    answers: list[Answer] = []
    worker = Thread(target=lambda: answers.append(_exchange(connection, f"/{path}", body)), daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        _give_up(connection)
        return Answer(fault="TimeoutError")
    return answers[0]


def _connection(scheme: str, host: str, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https:":
        return http.client.HTTPSConnection(host, timeout=seconds, context=_tls())
    return http.client.HTTPConnection(host, timeout=seconds)


def _exchange(connection: http.client.HTTPConnection, path: str, body: bytes) -> Answer:
    try:
        connection.request("POST", path, body=body, headers=_HEADERS)
        with connection.getresponse() as response:
            text = response.read(_LONGEST_ANSWER).decode("utf-8", "replace")
            return Answer(response.status, text.strip(), response.getheader("Retry-After", ""))
    except Exception as error:  # the text of an error may hold the address; its name does not
        return Answer(fault=type(error).__name__)
    finally:
        connection.close()


def _give_up(connection: http.client.HTTPConnection) -> None:
    """Wake the thread, so that it ends and closes the connection itself."""
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
