"""The webhook: fetched from Secrets Manager, checked, kept for a while.

No error of this module carries any part of the secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from options import Options
from shared import aws
from shared.fields import Fields, parse_json
from shared.logs import Log

_WEBHOOK = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+(?::\d{1,5})?)(?P<path>/[\w./~%-]+)", re.ASCII
)
_LOOPBACK = ("127.0.0.1", "localhost")
_LONGEST_CALL_SECONDS = 3.0

Fetch = Callable[[str, float], str]  # the text by ARN, within some seconds; raises whatever it likes


class SecretError(Exception):
    """There is no usable webhook; the text says why and no more."""


def fetch(arn: str, seconds: float) -> str:
    """The secret's text from Secrets Manager, within some seconds."""
    timeout = max(min(_LONGEST_CALL_SECONDS, seconds / 4), 0.1)
    client = aws.client("secretsmanager", arn.split(":")[3], connect_seconds=timeout, read_seconds=timeout)
    text: str = client.get_secret_value(SecretId=arn)["SecretString"]
    return text


def webhook(text: str, allowed_hosts: tuple[str, ...]) -> str:
    """The webhook that a secret's text holds: `{"url": "https://…"}`, or the address alone.

    Raises
    ------
    SecretError
        It is no https address on an allowed host; http is allowed on loopback alone.
    """
    value = parse_json(text)
    url = Fields(value).text("url") if isinstance(value, Mapping) else text
    match = _WEBHOOK.fullmatch(url.strip())
    if match is None:
        raise SecretError("the secret holds no webhook address")
    name = match["host"].partition(":")[0]
    if match["host"] not in allowed_hosts and not (name in _LOOPBACK and name in allowed_hosts):
        raise SecretError("the webhook's host is not an allowed one")
    if match["scheme"] == "http" and name not in _LOOPBACK:
        raise SecretError("the webhook's address is not https")
    return match[0]


class Secret:
    """The webhook, with a lifetime."""

    def __init__(self, options: Options, get: Fetch, now: Callable[[], float], log: Log) -> None:
        self._options, self._get, self._now, self._log = options, get, now, log
        self._url, self._fresh_until = "", 0.0

    def url(self, seconds: float) -> str:
        """The webhook. One that has outlived its time is used if no newer one can be had.

        Raises
        ------
        SecretError
            There is none, old or new.
        """
        if self._url and self._now() < self._fresh_until:
            return self._url
        try:
            return self.fetched(seconds)
        except SecretError as error:
            if not self._url:
                raise
            self._log.warning("secret_not_renewed", reason=str(error))
            return self._url

    def fetched(self, seconds: float) -> str:
        """The webhook as it is now in Secrets Manager.

        Raises
        ------
        SecretError
            It cannot be had, or is malformed.
        """
        text = self._text(seconds)
        self._log.hide(text)
        self._url = webhook(text, self._options.allowed_hosts)
        self._fresh_until = self._now() + self._options.secret_lifetime_seconds
        path = self._url.split("/", 3)[3].removeprefix("services/")
        self._log.hide(self._url, path, path.rpartition("/")[2])
        return self._url

    def _text(self, seconds: float) -> str:
        if not self._options.secret_arn:
            raise SecretError("SLACK_SECRET_ARN is not set")
        try:
            text = self._get(self._options.secret_arn, seconds)
        except Exception as error:  # whatever boto3 raises, and its text might say too much
            raise SecretError(f"Secrets Manager: {aws.code(error)}") from None
        if not isinstance(text, str):
            raise SecretError("the secret holds no text")
        return text
