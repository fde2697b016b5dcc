"""The stand-ins in one process: `python -m ops.local.stand_ins FILE CHANNEL…`.

FILE gets the certificate of the authority that they are to be trusted by. One line on standard output tells
their addresses, which are secrets but for `control`; there `GET /received` tells what came and
`POST /reset` forgets it.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from ops.local.certificates import Authority
from ops.local.pagerduty import PagerDuty
from ops.local.servers import Act, Endpoint, Exchange, reply
from ops.local.slack import Slack

SLACKS_RATE = 1.0
"""Messages a second. Source: Slack, "Rate limits": one for each incoming webhook."""


class StandIns:
    """Slack and PagerDuty, each on HTTPS; as a context they serve.

    Attributes
    ----------
    authority
        Whom a client has to trust.
    slack_endpoint, pagerduty_endpoint
        Their servers, so that tests can stop them or have them show another certificate.
    """

    def __init__(self, channels: Sequence[str], *, slack_per_second: float | None = None) -> None:
        self.authority = Authority()
        self.slack, self.pagerduty = Slack(channels, slack_per_second), PagerDuty()
        tls = self.authority.server_context()
        self.slack_endpoint = Endpoint(self.slack.answer, tls)
        self.pagerduty_endpoint = Endpoint(self.pagerduty.answer, tls)
        self._running = ExitStack()

    @property
    def webhooks(self) -> dict[str, str]:
        """The secret address of each channel."""
        return {channel: self.slack_endpoint.url + path for channel, path in self.slack.paths.items()}

    @property
    def pagerduty_url(self) -> str:
        """The secret address of the integration."""
        return self.pagerduty_endpoint.url + self.pagerduty.path

    def reset(self) -> None:
        """Forget what came."""
        self.slack.reset()
        self.pagerduty.reset()

    def received(self) -> str:
        """What came, as JSON."""
        posts = [asdict(post) for post in list(self.slack.accepted)]
        return json.dumps({"slack": posts, "pagerduty": [asdict(one) for one in list(self.pagerduty.events)]})

    def control(self, exchange: Exchange) -> Act:
        """Answer the command that asks what came."""
        match exchange.command, exchange.path:
            case "GET", "/received":
                return reply(200, self.received(), {"Content-Type": "application/json"})
            case "POST", "/reset":
                self.reset()
                return reply(204)
        return reply(404)

    def __enter__(self) -> Self:
        """Serve."""
        with ExitStack() as stack:
            stack.enter_context(self.slack_endpoint)
            stack.enter_context(self.pagerduty_endpoint)
            self._running = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._running.close()


def main(authorities: str, *channels: str) -> None:
    """Serve until the process is told to end."""
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with StandIns(channels, slack_per_second=SLACKS_RATE) as running, Endpoint(running.control) as control:
        running.authority.write(Path(authorities))
        addresses = {"slack": running.webhooks, "pagerduty": running.pagerduty_url, "control": control.url}
        print(json.dumps(addresses), flush=True)
        ended.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
