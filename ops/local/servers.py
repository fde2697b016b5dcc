"""HTTP and HTTPS servers on free ports of loopback, each answering in threads of its own."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

from ops.emulator import LOOPBACK

LARGEST_BODY = 1_000_000
LONGEST_READ_SECONDS = 10


class Exchange(BaseHTTPRequestHandler):
    """One request and whatever comes back; `body` is what was sent."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = LONGEST_READ_SECONDS
    body = b""

    def _serve(self) -> None:
        self.close_connection = True
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            return reply(413)(self)
        self.body = self.rfile.read(int(length))
        return self.server.endpoint.answer(self)(self)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  (the names that the base class calls)

    def finish(self) -> None:
        """Send what is left; a client that is gone is no error."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Keep quiet: a path may hold a secret."""


Act = Callable[[Exchange], None]
"""What is done to a connection: as a rule an answer is sent."""


def reply(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> Act:
    """Answer with a status and a text."""

    def act(exchange: Exchange) -> None:
        data = body.encode()
        exchange.send_response(status)
        for name, value in (headers or {}).items():
            exchange.send_header(name, value)
        exchange.send_header("Content-Length", str(len(data)))
        exchange.end_headers()
        exchange.wfile.write(data)

    return act


class Server(ThreadingHTTPServer):
    """Takes connections for an endpoint; `closing` is set when it ends, for whatever waits on purpose."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__((LOOPBACK, endpoint.port), Exchange)
        self.endpoint, self.closing = endpoint, Event()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection, in its thread; so a slow handshake holds up nobody."""
        tls = self.endpoint.tls
        if tls is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(LONGEST_READ_SECONDS)
        with tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)
            with contextlib.suppress(OSError):
                secured.shutdown(socket.SHUT_WR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up, or did not trust us, is no error here."""


class Endpoint:
    """A server that can be stopped and started again on the same port; as a context it runs.

    Parameters
    ----------
    answer
        Says what to do with a request.
    tls
        The certificate to show; without one it speaks plain HTTP.

    Attributes
    ----------
    tls
        May be changed while it runs: the next connection sees it.
    port
        A free one, from the first start on.
    """

    def __init__(self, answer: Callable[[Exchange], Act], tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.tls, self.port = answer, tls, 0
        self._server: Server | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listen."""
        self._server = Server(self)
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections from now on; what waits is let go."""
        if self._server is None or self._thread is None:
            return
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None

    def __enter__(self) -> Self:
        """Listen."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()
