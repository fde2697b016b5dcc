"""Who the function is to the database: by a secret of Secrets Manager, or by IAM."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from faults import Fault, Kind
from settings import IAM, Settings
from shared import aws
from shared.logs import Log

_PORT = 5432


@dataclass(frozen=True, kw_only=True)
class Login:
    """Where to connect, and as whom."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)


class Logins(Protocol):
    """A source of logins."""

    def login(self) -> Login:
        """What to connect with.

        Raises
        ------
        Fault
            There is none: `credentials`.
        """

    def renewed(self) -> Login | None:
        """What to connect with after the database refused the last one; None: there is nothing newer."""


def logins(settings: Settings, log: Log) -> Logins:
    """The source that the settings want."""
    if settings.auth == IAM:
        return TokenLogins(settings, token, log)
    return SecretLogins(settings, secret, log, time.time)


def secret(arn: str) -> str:
    """The text of a secret, as AWSCURRENT has it."""
    found = aws.client("secretsmanager", arn.split(":")[3] if arn.startswith("arn:") else None)
    return str(found.get_secret_value(SecretId=arn)["SecretString"])


def token(login: Login, region: str) -> str:
    """A password of some minutes, made from the function's own role without asking anybody."""
    signer = aws.client("rds", region)
    return str(
        signer.generate_db_auth_token(
            DBHostname=login.host, Port=login.port, DBUsername=login.user, Region=region
        )
    )


class TokenLogins:
    """IAM: a new token for each connection, so that none is ever too old."""

    def __init__(self, settings: Settings, sign: Callable[[Login, str], str], log: Log) -> None:
        self._settings, self._sign, self._log = settings, sign, log

    def login(self) -> Login:
        """A login with a new token."""
        of = self._settings
        known = Login(host=of.host, port=of.port or _PORT, database=of.database, user=of.user, password="")
        try:
            password = self._sign(known, of.region)
        except Exception as error:  # whatever boto3 raises, and its text might say too much
            raise Fault(Kind.CREDENTIALS, f"no IAM token: {aws.code(error)}") from None
        self._log.hide(password)
        return replace(known, password=password)

    def renewed(self) -> Login | None:
        """Nothing: the one that was refused was new."""
        return None


class SecretLogins:
    """Secrets Manager: kept for a while, and fetched again when the database refuses it."""

    def __init__(
        self, settings: Settings, fetch: Callable[[str], str], log: Log, now: Callable[[], float]
    ) -> None:
        self._settings, self._fetch, self._log, self._now = settings, fetch, log, now
        self._login: Login | None = None
        self._fresh_until = 0.0

    def login(self) -> Login:
        """The login that is kept, or a new one; an old one if no newer can be had."""
        if self._login and self._now() < self._fresh_until:
            return self._login
        try:
            return self._fetched()
        except Fault as fault:
            if self._login is None:
                raise
            self._log.warning("secret_not_renewed", reason=fault.reason)
            return self._login

    def renewed(self) -> Login | None:
        """What the secret holds now, if that is something else."""
        before = self._login
        now = self._fetched()
        if now == before:
            return None
        self._log.info("secret_rotated")
        return now

    def _fetched(self) -> Login:
        try:
            text = self._fetch(self._settings.secret_arn)
        except Exception as error:  # whatever boto3 raises, and its text might say too much
            raise Fault(Kind.CREDENTIALS, f"Secrets Manager: {aws.code(error)}") from None
        self._log.hide(text)
        self._login = _read(text, self._settings)
        self._log.hide(self._login.password)
        self._fresh_until = self._now() + self._settings.secret_lifetime_seconds
        return self._login


def _read(text: str, settings: Settings) -> Login:
    """The login in a secret as RDS writes it; where a variable says the same, the variable holds.

    Raises
    ------
    Fault
        Something is missing; no part of the secret is in its text.
    """
    try:
        raw: Any = json.loads(text)
    except ValueError:
        raw = None
    found = raw if isinstance(raw, dict) else {}
    host = settings.host or _text(found, "host")
    database = settings.database or _text(found, "dbname")
    user, password = _text(found, "username"), _text(found, "password")
    parts = {"username": user, "password": password, "host": host, "dbname": database}
    if missing := [name for name, value in parts.items() if not value]:
        raise Fault(Kind.CREDENTIALS, f"the secret is no JSON object with {', '.join(missing)}")
    port = settings.port or _port(found.get("port"))
    return Login(host=host, port=port, database=database, user=user, password=password)


def _text(found: dict[str, object], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _port(value: object) -> int:
    text = str(value or _PORT)
    return int(text) if text.isascii() and text.isdecimal() else _PORT
