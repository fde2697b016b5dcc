"""What can go wrong, by kinds that log filters, alarms' runbook and tests name. Pure."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from enum import StrEnum


class Kind(StrEnum):
    """What a failure is about; the table in `handler` says what follows from each."""

    CREDENTIALS = "credentials"
    AUTHENTICATION = "authentication"
    TLS = "tls"
    CONNECTION = "connection"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    LOCK_TIMEOUT = "lock_timeout"
    STATEMENT_TIMEOUT = "statement_timeout"
    PERMISSION = "permission"
    READ_ONLY = "read_only"
    QUERY = "query"
    RESULT = "result"
    BOUNDS = "bounds"
    TIME = "time"


_LONGEST_REASON = 300
_HUNG_UP = (ssl.SSLEOFError, ssl.SSLZeroReturnError)  # that is no fault of TLS
_CONNECTION_CLASS = "08"
# Source: PostgreSQL documentation, appendix "PostgreSQL Error Codes".
_KINDS = {
    "28P01": Kind.AUTHENTICATION,
    "28000": Kind.AUTHENTICATION,
    "3D000": Kind.CONNECTION,
    "53300": Kind.TOO_MANY_CONNECTIONS,
    "55P03": Kind.LOCK_TIMEOUT,
    "57014": Kind.STATEMENT_TIMEOUT,
    "57P01": Kind.CONNECTION,
    "57P02": Kind.CONNECTION,
    "57P03": Kind.CONNECTION,
    "42501": Kind.PERMISSION,
    "25006": Kind.READ_ONLY,
}


class Fault(Exception):  # noqa: N818  (an outcome that is carried and reported, more than an error)
    """Why there is no value.

    Parameters
    ----------
    kind
        What it is about.
    reason
        One sentence; holds no secret.
    sqlstate
        PostgreSQL's code, where it gave one.
    """

    def __init__(self, kind: Kind, reason: str, sqlstate: str = "") -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason, self.sqlstate = kind, reason, sqlstate


def of_connecting(error: Exception) -> Fault:
    """Why a connection could not be made."""
    if isinstance(error, Fault):
        return error
    none = Fault(Kind.CONNECTION, f"no connection to the server: {_words(error)}")
    return _of_server(error) or _of_tls(error) or none


def of_querying(error: Exception) -> Fault:
    """Why a query gave no rows; without a word of the server the connection is taken for lost."""
    lost = Fault(Kind.CONNECTION, f"the connection was lost in mid-query: {_words(error)}")
    return _of_server(error) or lost


def _of_server(error: Exception) -> Fault | None:
    """What the server itself said.

    The driver closes its connection when it is refused; if that fails too, the server's word is only
    in the context of the error.
    """
    for one in _chain(error):
        said = one.args[0] if one.args else None
        if isinstance(said, dict) and "C" in said:
            state = str(said["C"])
            default = Kind.CONNECTION if state.startswith(_CONNECTION_CLASS) else Kind.QUERY
            return Fault(_KINDS.get(state, default), str(said.get("M", ""))[:_LONGEST_REASON], state)
    return None


def _of_tls(error: Exception) -> Fault | None:
    for one in _chain(error):
        if isinstance(one, ssl.SSLError) and not isinstance(one, _HUNG_UP):
            said = getattr(one, "verify_message", "") or getattr(one, "reason", "") or type(one).__name__
            return Fault(Kind.TLS, f"TLS with the server failed: {said}")
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _words(error: BaseException) -> str:
    """The innermost error, which is the one that began it."""
    *_, first = _chain(error)
    return f"{type(first).__name__}: {first}"[:_LONGEST_REASON]
