"""One POST to a server on this machine."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


def post(
    url: str, body: bytes, trusted: ssl.SSLContext | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a body; `trusted` says whose certificate will do."""
    address = urlsplit(url)
    if address.scheme == "https":
        connection: HTTPConnection = HTTPSConnection(address.netloc, timeout=5, context=trusted)
    else:
        connection = HTTPConnection(address.netloc, timeout=5)
    try:
        connection.request("POST", address.path or "/", body, headers or {})
        with connection.getresponse() as answer:
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
    finally:
        connection.close()
