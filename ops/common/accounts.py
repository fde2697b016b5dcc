"""An account of AWS in one region, read through boto3 page by page, and nothing but read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

from modules import facts
from modules.errors import ToolError
from modules.naming import FIRST_REGION
from modules.semantics.secrets import masked
from ops.common.faults import Unread, is_absent, unread, unusable
from ops.review.values import one_line

# With waits that double from half a second to 20 s: some 40 s of patience with a throttled call.
MOST_ATTEMPTS = 8
_TIMEOUTS = {"connect_timeout": 5, "read_timeout": 30}

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an account's resources live."""

    number: str
    region: str
    partition: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.number}:{resource}"


class Account:
    """An account, by boto3's session.

    Attributes
    ----------
    policy
        The file of the IAM policy with all actions that the subclass calls; others are refused.
    purpose
        The subject of the sentence that refuses them.
    """

    policy: ClassVar[Path]
    purpose: ClassVar[str]

    def __init__(self, session: Any, region: str) -> None:
        self._session, self._region = session, region
        self._clients: dict[str, Any] = {}
        self._given_up: dict[str, Unread] = {}
        self.missed: list[Unread] = []

    @classmethod
    def found(cls, region: str | None, profile: str | None = None) -> Self:
        """The account of a profile, or of the credentials that boto3 finds; without a region, in its own.

        Raises
        ------
        ToolError
            The profile does not exist.
        """
        import boto3  # type: ignore[import-untyped]  # ships no types

        with _credentials():
            session = boto3.Session(region_name=region, profile_name=profile)
            return cls(session, region or session.region_name or FIRST_REGION)

    @property
    def region(self) -> str:
        """Where it looks."""
        return self._region

    def place(self) -> Place:
        """Whose credentials these are.

        Raises
        ------
        ToolError
            There are none, AWS does not take them, or it cannot be reached.
        """
        with _credentials():
            try:
                identity = self.get("sts", "get_caller_identity") or {}
            except Unread as error:
                raise ToolError(f"AWS does not tell whose credentials these are: {error}") from None
        parts = str(identity.get("Arn")).split(":")
        partition = parts[1] if len(parts) > 1 else facts.partition_of(self._region).name
        return Place(str(identity.get("Account")), self._region, partition)

    def get(self, service: str, operation: str, **arguments: Any) -> Item | None:
        """The answer to one call; `None` if there is no such thing.

        Raises
        ------
        Unread
            It is not allowed, was throttled to the end, or failed.
        ToolError
            AWS does not take the credentials.
        """
        client = self._client(service)
        with self._told(client, operation):
            try:
                answer: Item = getattr(client, operation)(**arguments)
            except client.exceptions.ClientError as error:
                if is_absent(error):
                    return None
                raise
        return answer

    def detail(self, service: str, operation: str, **arguments: Any) -> Item | None:
        """More about what is known to exist; `None` where that cannot be read, and kept as missed."""
        try:
            return self.get(service, operation, **arguments)
        except Unread as error:
            self.missed.append(error)
            return None

    def pages(self, service: str, operation: str, *keys: str, **arguments: Any) -> Iterator[Item]:
        """The items of all pages, one page in memory at a time; none if what holds them does not exist.

        Parameters
        ----------
        keys
            Where in a page the items are.

        Raises
        ------
        Unread
            As `get`; the items of earlier pages have been yielded by then.
        """
        client = self._client(service)
        with self._told(client, operation):
            try:
                for page in _paged(client, operation, arguments):
                    for key in keys:
                        yield from page.get(key) or ()
            except client.exceptions.ClientError as error:
                if not is_absent(error):
                    raise

    @contextmanager
    def _told(self, client: Any, operation: str) -> Iterator[None]:
        """Failures in words. What was throttled to the end is not asked again: each try takes a minute."""
        name = client.meta.method_to_api_mapping[operation]
        action = f"{client.meta.service_model.service_name}:{name}"
        if action in self._given_up:
            raise self._given_up[action]
        try:
            yield
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "botocore":
                raise
            mistake = unusable(error)
            if mistake is not None:
                raise ToolError(mistake) from None
            gap = unread(action, error)
            if gap.lasting:
                self._given_up[action] = gap
            raise gap from None

    def _refuse_writes(self, model: Any, **_: Any) -> None:
        action = f"{model.service_model.service_name}:{model.name}"
        if action not in actions(self.policy):
            raise ToolError(f"{self.purpose} only reads, and {action} is not in {self.policy.name}")

    def _client(self, service: str) -> Any:
        from botocore.config import Config  # type: ignore[import-untyped]  # ships no types

        if service not in self._clients:
            retries = {"mode": "standard", "total_max_attempts": MOST_ATTEMPTS}
            with _credentials():
                client = self._session.client(
                    service, region_name=self._region, config=Config(retries=retries, **_TIMEOUTS)
                )
            # Not on the session: boto3 itself uses that to fetch the credentials of role and SSO profiles.
            client.meta.events.register_first("before-call", self._refuse_writes)
            self._clients[service] = client
        return self._clients[service]


def _paged(client: Any, operation: str, arguments: Mapping[str, Any]) -> Iterator[Item]:
    """All pages, also of an operation for which boto3 has no paginator."""
    if client.can_paginate(operation):
        yield from client.get_paginator(operation).paginate(**arguments)
        return
    token: dict[str, Any] = {}
    while True:
        page = getattr(client, operation)(**arguments, **token)
        yield page
        if not page.get("nextToken") or page["nextToken"] == token.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


@cache
def actions(policy: Path) -> frozenset[str]:
    """Return the actions of an IAM policy."""
    statements = json.loads(policy.read_text("utf-8"))["Statement"]
    return frozenset(action for statement in statements for action in statement["Action"])


@contextmanager
def _credentials() -> Iterator[None]:
    """What goes wrong before AWS is asked: profiles, and configuration files."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "botocore":
            raise
        raise ToolError(unusable(error) or f"AWS cannot be asked: {masked(one_line(str(error)))}") from None
