"""Serve the emulator, with what it lacks for real Terraform mended: its own Python runs this file.

- ``Subscribe`` with ``ReturnSubscriptionArn`` answers the subscription's ARN, as AWS does. Without that
  Terraform waits in vain for a subscription of PagerDuty's kind to be confirmed.
- ``DeleteMessageBatch`` and its like need the permission for a single message, as on AWS (Service
  Authorization Reference, "Actions defined by Amazon SQS"); the emulator asks for one that nobody can have.
- A request from this machine counts as one over TLS, on which our policies insist.
- The log never holds the key in the address of an HTTPS subscriber.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

_KEY = re.compile(r"(https?://[^/\s]+/integration/)[^/\s]+")
_PENDING = b"<SubscriptionArn>pending confirmation</SubscriptionArn>"

Answer = tuple[int, dict[str, str], bytes]
Subscribe = Callable[[dict[str, Any]], Answer]


def telling_the_arn(sns: Any) -> Subscribe:
    """The emulator's ``Subscribe``, with the ARN in its answer where the caller asks for it."""
    subscribe: Subscribe = sns._subscribe

    def mended(params: dict[str, Any]) -> Answer:
        status, headers, body = subscribe(params)
        if _PENDING in body and sns._p(params, "ReturnSubscriptionArn") == "true":
            topic, _ = sns._get_topic(sns._p(params, "TopicArn"))
            wanted = (sns._p(params, "Protocol"), sns._p(params, "Endpoint"))
            made = next(one for one in topic["subscriptions"] if (one["protocol"], one["endpoint"]) == wanted)
            body = body.replace(_PENDING, f"<SubscriptionArn>{made['arn']}</SubscriptionArn>".encode())
        return status, headers, body

    return mended


def without_keys(record: logging.LogRecord) -> bool:
    """Let every record pass, but hide the keys in addresses."""
    record.msg, record.args = _KEY.sub(r"\1…", record.getMessage()), ()
    return True


def of_single_messages(actions: Any) -> Callable[..., str | None]:
    """The emulator's way to tell which action a request needs, without actions that AWS does not know."""
    extract: Callable[..., str | None] = actions.extract_iam_action

    def mended(service: str, *arguments: Any, **named: Any) -> str | None:
        action = extract(service, *arguments, **named)
        return action.removesuffix("Batch") if action and service in ("sqs", "sns") else action

    return mended


def main() -> None:
    """Mend, then serve until the end."""
    app: Any = import_module("ministack.app")
    sns: Any = import_module("ministack.services.sns")
    actions: Any = import_module("ministack.core.iam_actions")
    sns._subscribe = telling_the_arn(sns)
    actions.extract_iam_action = of_single_messages(actions)
    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, secure_transport=True)
    logging.getLogger("sns").addFilter(without_keys)
    app.main()


if __name__ == "__main__":
    main()
