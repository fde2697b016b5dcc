"""A stand-in for Slack's incoming webhooks: one for each channel, with Slack's limits and Slack's rate."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ops.local.servers import Act, Exchange, reply
from ops.local.slack_limits import refusal

Message = dict[str, Any]


@dataclass(frozen=True)
class Behaviour:
    """What is done to one request, and whether its message counts as taken."""

    act: Act
    accepts: bool = False


@dataclass(frozen=True)
class Post:
    """A message that Slack took: when, in seconds since 1970, and by which channel's webhook."""

    channel: str
    at: float
    message: Message


Rule = Callable[[str, Message], Behaviour | None]
ACCEPT = Behaviour(reply(200, "ok"), accepts=True)


class Slack:
    """What all webhooks share.

    Parameters
    ----------
    channels
        One webhook is made for each.
    per_second
        How many messages a second each webhook takes; no number, no limit.

    Attributes
    ----------
    rule
        Decides otherwise than Slack would, for a channel and message; `None` leaves it to Slack.
    """

    def __init__(self, channels: Iterable[str], per_second: float | None = None) -> None:
        self.paths = {channel: _path() for channel in channels}
        self.per_second = per_second
        self.rule: Rule = _leave
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Forget all messages."""
        self.asked: list[Post] = []
        self.accepted: list[Post] = []
        self._free_at: dict[str, float] = {}

    def answer(self, exchange: Exchange) -> Act:
        """What Slack does with a request."""
        channel = next((name for name, path in self.paths.items() if path == exchange.path), None)
        if channel is None or exchange.command != "POST":
            return reply(404, "no_service")
        with self._lock:
            return self._judged(channel, exchange.body).act

    def _judged(self, channel: str, body: bytes) -> Behaviour:
        post = Post(channel, time.time(), _read(body))
        self.asked.append(post)
        behaviour = self.rule(channel, post.message) or self._of_slack(channel, body)
        if behaviour.accepts:
            self.accepted.append(post)
        return behaviour

    def _of_slack(self, channel: str, body: bytes) -> Behaviour:
        wait = self._free_at.get(channel, 0.0) - time.monotonic()
        if wait > 0:
            return Behaviour(reply(429, "rate_limited", {"Retry-After": self._pause(wait)}))
        word = refusal(body)
        if word:
            return Behaviour(reply(400, word))
        if self.per_second:
            self._free_at[channel] = time.monotonic() + 1 / self.per_second
        return ACCEPT

    def _pause(self, seconds: float) -> str:
        """Whole seconds, as Slack says them; a rate above Slack's needs fractions."""
        return f"{seconds:.3f}" if self.per_second and self.per_second > 1 else str(math.ceil(seconds))


def _leave(_channel: str, _message: Message) -> None:
    return None


def _read(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _path() -> str:
    """A webhook's path: two ids and a secret, as Slack's are."""
    ids = [f"{letter}{secrets.token_hex(4).upper()}" for letter in "TB"]
    return f"/services/{'/'.join(ids)}/{secrets.token_urlsafe(18).replace('-', 'x').replace('_', 'y')}"
