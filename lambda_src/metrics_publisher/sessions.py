"""One connection to PostgreSQL: verified, read-only, and with an end to every wait."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from faults import Fault, Kind, of_connecting, of_querying
from logins import Login
from statements import Statement

# Ships no types. Imported with the function and not in its first run: a start has more processor time.
_driver: Any = import_module("pg8000.native")

APPLICATION = "metrics-publisher"
GRACE_SECONDS = 3.0  # that the server has for saying that it cancelled a query
# If this function is killed in mid-run, the server must not keep its snapshot open for hours.
IDLE_MS = 60_000
# Source: PostgreSQL documentation, "Message Formats", SSLRequest: length 8, code 80877103.
_ASK_FOR_TLS, _WILLING, _UNWILLING = b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"S", b"N"
_TIMESTAMPTZ = 1184  # the OID of the type of every parameter
_BEGIN = """
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL TIME ZONE 'UTC';
    SET LOCAL lock_timeout = {lock_timeout_ms};
    SET LOCAL idle_in_transaction_session_timeout = {idle_ms}
"""


@dataclass(frozen=True)
class Rows:
    """What a query gave."""

    columns: int
    rows: Sequence[Sequence[object]]


@cache
def trust(ca_file: Path | None) -> ssl.SSLContext:
    """What a server's certificate is held against: a file's authorities alone, or else the system's.

    Raises
    ------
    Fault
        The file is missing or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise Fault(
            Kind.TLS, f"DB_CA_FILE: {ca_file and ca_file.name}: {error.strerror or 'no certificate'}"
        ) from None
    # New in Python 3.13: checks of form that authorities in use do not pass, and that libpq does not make.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


class Session:
    """A connection with one read-only transaction, whose queries all see the same snapshot.

    Times are in UTC, so that a `timestamp` without a time zone is taken for UTC where it is compared
    with a parameter.

    Parameters
    ----------
    step_seconds
        How long each of three steps may take: the connection, TLS, the login.

    Raises
    ------
    Fault
        There is no connection.
    """

    def __init__(
        self, login: Login, context: ssl.SSLContext, *, lock_timeout_ms: int, step_seconds: float
    ) -> None:
        try:
            self._socket = _connected(login, context, step_seconds)
        except Exception as error:  # a host or port that is none gives more than errors of the system
            raise of_connecting(error) from None
        try:
            self._connection = _logged_in(login, self._socket)
            self._connection.run(_BEGIN.format(lock_timeout_ms=lock_timeout_ms, idle_ms=IDLE_MS))
        except Exception as error:  # whatever driver, TLS and system raise
            _end(self._socket)
            raise of_connecting(error) from None

    def rows(self, statement: Statement, values: Sequence[str], timeout_ms: int) -> Rows:
        """Run a query; if it fails, the session goes on as if it had not been.

        Raises
        ------
        Fault
            It failed; or, as `connection`, the session did, and no query can follow.
        """
        try:
            self._socket.settimeout(timeout_ms / 1000 + GRACE_SECONDS)
            self._connection.run(f"SET LOCAL statement_timeout = {timeout_ms}; SAVEPOINT metric")
            try:
                return self._rows(statement, values)
            finally:
                self._connection.run("ROLLBACK TO SAVEPOINT metric; RELEASE SAVEPOINT metric")
        except Exception as error:  # whatever driver, TLS and system raise
            raise of_querying(error) from None

    def _rows(self, statement: Statement, values: Sequence[str]) -> Rows:
        """As a prepared statement always: it can be but one, while text might hold a COMMIT and more."""
        types = [_TIMESTAMPTZ] * len(values)
        found = self._connection.execute_unnamed(statement.text, values, types)
        return Rows(len(found.columns or ()), found.rows or ())

    def close(self) -> None:
        """End it; a read-only transaction has nothing to commit."""
        with contextlib.suppress(Exception):  # it may be dead already
            self._connection.close()
        _end(self._socket)


def _connected(login: Login, context: ssl.SSLContext, step_seconds: float) -> ssl.SSLSocket:
    """TLS with a server whose name and authority are verified; never anything without TLS."""
    plain = socket.create_connection((login.host, login.port), step_seconds)
    try:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        plain.sendall(_ASK_FOR_TLS)
        answer = plain.recv(1)
        if answer == _UNWILLING:
            raise Fault(Kind.TLS, "the server refuses TLS")
        if answer != _WILLING:
            raise Fault(Kind.CONNECTION, "the server hung up, or does not speak PostgreSQL's protocol")
        return context.wrap_socket(plain, server_hostname=login.host)
    except BaseException:
        plain.close()
        raise


def _end(secured: ssl.SSLSocket) -> None:
    """Closing alone would wait for the driver, which has files on the socket."""
    with contextlib.suppress(OSError):
        secured.shutdown(socket.SHUT_RDWR)
    secured.close()


def _logged_in(login: Login, secured: ssl.SSLSocket) -> Any:
    """The driver on a socket that is secured already, so that it has nothing to negotiate."""
    return _driver.Connection(
        login.user,
        database=login.database,
        password=login.password,
        application_name=APPLICATION,
        sock=secured,
        ssl_context=False,
    )
